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
from reconcile.validate.questions import asked_of, of_one_line
from reconcile.validate.suites import load_suites
from reconcile.validate.wide import Wide

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from reconcile.config import RegisterType
    from reconcile.validate.questions import Asked
    from reconcile.validate.suites import Suite


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
    tables = (contents, entries, mentions)
    found = [
        check_each(*tables, register_types, mappings),
        check_together(*tables, register_types, mappings),
    ]
    return with_positions(pd.concat(found, ignore_index=True), contents, positions)


def check_each(
    contents: pd.DataFrame,
    entries: pd.DataFrame,
    mentions: pd.DataFrame,
    register_types: Mapping[str, RegisterType],
    mappings: Path,
) -> pd.DataFrame:
    """What looks wrong in contents, each by itself: other contents beside it change nothing.

    Args:
        contents: as for :func:`validate`; any contents, also those that no entry says any more.
        entries: ENTRIES of the contents.
        mentions: MENTIONS of the contents.
        register_types: register types by code.
        mappings: the mappings folder.

    Returns:
        Hits, see :func:`reconcile.validate.hits.hits`.
    """
    _check(contents, entries, mentions)
    words = load_findings(mappings)
    suites = load_suites(mappings, register_types, words)
    rules = load_rules(mappings, register_types, words)
    asked: list[Asked] = []
    found = [hits()]
    for code, wide in _by_type(contents, entries, mentions, register_types):
        if code in suites:
            asked += [each for each in asked_of(suites[code], wide) if of_one_line(each.rule)]
        found.append(check_rules(rules, register_types[code], wide, words))
    if asked:
        found.append(Checker().check(asked, words))
    return pd.concat(found, ignore_index=True)


def check_together(
    contents: pd.DataFrame,
    entries: pd.DataFrame,
    mentions: pd.DataFrame,
    register_types: Mapping[str, RegisterType],
    mappings: Path,
) -> pd.DataFrame:
    """What looks wrong in contents beside each other: the series of the books, repeats.

    Args:
        contents: as for :func:`validate`; ``fields`` is read only where :func:`weighs_lines`.
        entries: ENTRIES of the contents.
        mentions: MENTIONS of the contents; read only where :func:`weighs_lines`.
        register_types: register types by code.
        mappings: the mappings folder.

    Returns:
        Hits, see :func:`reconcile.validate.hits.hits`.
    """
    _check(contents, entries, mentions)
    words = load_findings(mappings)
    suites = load_suites(mappings, register_types, words)
    found = [hits(), check_books(entries, words)]
    weighing = {code for code, suite in suites.items() if _weighs(suite)}
    concerned = contents[contents["register_type"].isin(weighing)]
    asked = [
        each
        for code, wide in _by_type(concerned, entries, mentions, register_types)
        for each in asked_of(suites[code], wide)
        if not of_one_line(each.rule)
    ]
    if asked:
        found.append(Checker().check(asked, words))
    return pd.concat(found, ignore_index=True)


def weighs_lines(register_types: Mapping[str, RegisterType], mappings: Path) -> bool:
    """Whether some rule weighs contents against each other, as one that forbids repeats does.

    Args:
        register_types: register types by code.
        mappings: the mappings folder.
    """
    suites = load_suites(mappings, register_types, load_findings(mappings))
    return any(_weighs(suite) for suite in suites.values())


def _weighs(suite: Suite) -> bool:
    return not all(of_one_line(rule) for rule in suite.expectation)


def _check(contents: pd.DataFrame, entries: pd.DataFrame, mentions: pd.DataFrame) -> None:
    ENTRIES.check(entries)
    MENTIONS.check(mentions)
    if contents["content_hash"].duplicated().any():
        raise ContractError("table {table}: the key {key} repeats", table="contents", key="content")


def _by_type(
    contents: pd.DataFrame,
    entries: pd.DataFrame,
    mentions: pd.DataFrame,
    register_types: Mapping[str, RegisterType],
) -> Iterator[tuple[str, Wide]]:
    """The contents of each register type that occurs."""
    for code, lines in contents.groupby("register_type", sort=True):
        if code not in register_types:
            raise ContractError("there is no register type {code}", code=code)
        yield str(code), Wide(lines, entries, mentions[mentions["register_type"].eq(code)])
