"""All rules over all accepted contents: the one function that the pipeline calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from reconcile.errors import ContractError
from reconcile.model import ENTRIES, MENTIONS
from reconcile.text.findings import load_findings
from reconcile.validate.books import check_books
from reconcile.validate.civil_status import check_rules, load_rules
from reconcile.validate.expectations import Checker
from reconcile.validate.hits import hits, with_positions
from reconcile.validate.questions import Asked, asked_of
from reconcile.validate.suites import load_suites
from reconcile.validate.wide import Wide

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from reconcile.config import RegisterType


def validate(
    contents: pd.DataFrame,
    entries: pd.DataFrame,
    mentions: pd.DataFrame,
    positions: pd.DataFrame,
    register_types: Mapping[str, RegisterType],
    mappings: Path,
) -> pd.DataFrame:
    """Check contents by suites, civil-status rules and the series of the books.

    Args:
        contents: content_hash, commune, register_type, fields (JSON {field: text}); one line per
            content. Pass what all entries say now: gaps and repeats in the books are meant of them.
        entries: ENTRIES of the contents.
        mentions: MENTIONS of the contents.
        positions: content_hash, delivery, commune, file, sheet, row: the first position of each.
        register_types: register types by code.
        mappings: the mappings folder.

    Returns:
        FINDINGS, sorted by position, code and field. A rule never rejects an entry.

    Raises:
        MappingError: a rule file is wrong.
        ContractError: an input breaks its contract, or an expectation crashed.
    """
    ENTRIES.check(entries)
    MENTIONS.check(mentions)
    if contents["content_hash"].duplicated().any():
        raise ContractError("table {table}: the key {key} repeats", table="contents", key="content")
    words = load_findings(mappings)
    suites = load_suites(mappings, register_types, words)
    rules = load_rules(mappings, register_types, words)
    asked: list[Asked] = []
    found = [hits(), check_books(entries, words)]
    for code, lines in contents.groupby("register_type", sort=True):
        if code not in register_types:
            raise ContractError("there is no register type {code}", code=code)
        wide = Wide(lines, entries, mentions[mentions["register_type"].eq(code)])
        if code in suites:
            asked += asked_of(suites[str(code)], wide)
        found.append(check_rules(rules, register_types[str(code)], wide, words))
    if asked:
        found.append(Checker().check(asked, words))
    return with_positions(pd.concat(found, ignore_index=True), contents, positions)
