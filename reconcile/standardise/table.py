"""Contents to ENTRIES, MENTIONS and FINDINGS.

Each distinct text is read once, and columns are put together from what was read: the cost of fifty
thousand entries is that of their distinct values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import pandas as pd

from reconcile.cycles import no_search_for_cycles
from reconcile.model import ENTRIES, FINDINGS, MENTIONS, Precision
from reconcile.standardise.columns import (
    NO_NUMBER,
    Distinct,
    constant,
    distinct,
    joined,
    numbered,
)
from reconcile.standardise.content import Contents, Contexts, dates_of
from reconcile.standardise.entry import EntryReader
from reconcile.standardise.fields import read_fields
from reconcile.standardise.knowledge import load_knowledge
from reconcile.standardise.mention import MentionReader, event_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from reconcile.config import RegisterType
    from reconcile.model import Table
    from reconcile.standardise.dates import Interval
    from reconcile.standardise.entry import EntryFacts
    from reconcile.standardise.knowledge import Knowledge
    from reconcile.standardise.mention import MentionFacts

Values: TypeAlias = "Distinct[str] | NDArray[np.int64] | NDArray[np.bool_]"
Part: TypeAlias = dict[str, Values]
"""Columns of some lines of a table."""


@dataclass(frozen=True)
class Standard:
    """Result of standardising.

    Attributes:
        entries: ENTRIES, sorted by content hash.
        mentions: MENTIONS, sorted by content hash and role.
        findings: FINDINGS without positions, sorted.
    """

    entries: pd.DataFrame
    mentions: pd.DataFrame
    findings: pd.DataFrame


_ROLES_AT_MOST: Final = 1 << 10  # of one register type, when mentions are put in order


@dataclass(frozen=True)
class _Lines:
    """Part of a table, and where its lines belong among all of them."""

    order: NDArray[np.int64]
    columns: Part


class _Standardiser:
    """Reads the contents of one register type after the other into parts of the tables."""

    def __init__(
        self, knowledge: Knowledge, hashes: Distinct[str], own_keys: Distinct[str]
    ) -> None:
        self._rules = knowledge.rules
        self._entry_reader = EntryReader(knowledge)
        self._mention_reader = MentionReader(knowledge)
        self._hashes = hashes
        self._own_keys = own_keys
        self.entries: list[_Lines] = []
        self.mentions: list[_Lines] = []
        self.findings: list[_Lines] = []

    def read(self, contents: Contents) -> None:
        """Read the contents of one register type."""
        entry = self._entry_reader.read(contents)
        roles = sorted(contents.register_type.roles, key=lambda role: role.name)
        lives = {role.name: self._mention_reader.dates(contents, role, entry) for role in roles}
        contexts = Contexts(entry.year_before, entry.last_day, birth_or_death=False)
        marriage = dates_of(contents, "entry.marriage_date", contexts)
        event = event_of(contents.register_type, lives, marriage, entry.registered)
        origin = self._origin(contents)
        own_key: Part = {"own_key": self._own_keys.at(contents.lines)}
        entries = origin | own_key | _entry_columns(contents, entry, event)
        self.entries.append(_Lines(contents.lines, entries))
        for place, role in enumerate(roles):
            facts = self._mention_reader.read(contents, role, entry, lives[role.name])
            lines = np.flatnonzero(facts.named)
            mentions = origin | _mention_columns(facts, entry, event)
            self.mentions.append(
                _Lines(
                    contents.lines[lines] * _ROLES_AT_MOST + place,
                    {name: _at(column, lines) for name, column in mentions.items()},
                )
            )
        self.findings += self._finding_lines(contents, origin)

    def _origin(self, contents: Contents) -> Part:
        return {
            "content_hash": self._hashes.at(contents.lines),
            "commune": contents.commune,
            "register_type": constant(contents.register_type.code, len(contents.lines)),
        }

    def _finding_lines(self, contents: Contents, origin: Part) -> Iterator[_Lines]:
        for code, where, lines in contents.findings:
            columns: Part = {
                "code": constant(code, len(lines)),
                "severity": constant(str(self._rules[code].severity), len(lines)),
                "field": constant(where, len(lines)),
                "params": constant("{}", len(lines)),
            }
            columns |= {name: _at(column, lines) for name, column in origin.items()}
            yield _Lines(contents.lines[lines], columns)


def _at(column: Values, lines: NDArray[np.int64]) -> Values:
    return column.at(lines) if isinstance(column, Distinct) else column[lines]


def _entry_columns(contents: Contents, entry: EntryFacts, event: Distinct[Interval]) -> Part:
    return {
        "body": entry.body,
        "year": _known(entry.year),
        "number": entry.number.numbers(lambda one: one.number),
        "number_suffix": entry.number.map(lambda one: one.suffix),
        "book": entry.book.map(lambda one: one.book),
        "book_year": _known(entry.book_year),
        "page": contents.text("entry.page"),
        **_days("registered", entry.registered),
        "registered_precision": entry.registered.map(lambda one: str(one.precision)),
        "registration_kind": entry.codes["registration_kind"],
        **_days("event", event),
        "event_precision": event.map(_known_precision),
        "recognition_kind": entry.codes["recognition_kind"],
        "marriage_status": entry.codes["marriage_status"],
        "note_flags": entry.note_flags,
    }


def _known(years: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.where(years != 0, years, NO_NUMBER)


def _days(name: str, intervals: Distinct[Interval]) -> Part:
    return {
        f"{name}_from": intervals.numbers(lambda interval: interval.first),
        f"{name}_to": intervals.numbers(lambda interval: interval.last),
    }


def _known_precision(interval: Interval) -> str:
    """An age is a year for an event."""
    return str(Precision.YEAR if interval.precision == Precision.AGE else interval.precision)


def _mention_columns(facts: MentionFacts, entry: EntryFacts, event: Distinct[Interval]) -> Part:
    size = len(facts.named)
    role = facts.role
    return {
        "role": constant(role.name, size),
        **_name_columns(facts),
        "sex": facts.sex,
        **_days("birth", facts.birth),
        "birth_precision": facts.birth.map(lambda one: str(one.precision)),
        "birth_flags": facts.birth.map(lambda one: " ".join(sorted(set(one.flags)))),
        **_days("death", facts.death),
        "death_precision": facts.death.map(_known_precision),
        "birth_place": facts.birth_place,
        "home_place": facts.home.map(lambda one: one.unit),
        "home_key": facts.home.map(lambda one: one.key),
        "residence_unit": facts.residence.map(lambda one: one.unit),
        "residence_hamlet": facts.residence.map(lambda one: one.hamlet),
        "residence_key": facts.residence.map(lambda one: one.key),
        "ethnic_group": facts.ethnic_group,
        "nationality": facts.nationality,
        "cmnd": facts.identity.map(lambda one: one.cmnd),
        "cccd": facts.identity.map(lambda one: one.cccd),
        "other_paper": facts.identity.map(lambda one: one.other),
        "relation": facts.relation,
        "principal": np.full(size, role.principal),
        "acts": facts.acts,
        "distinct": np.full(size, role.distinct),
        "passage": constant(str(role.passage), size),
        **_days("event", event),
        **_days("registered", entry.registered),
    }


def _name_columns(facts: MentionFacts) -> Part:
    name = facts.name
    return {
        "name": name.map(lambda one: one.name),
        "name_key": name.map(lambda one: one.key),
        "name_plain": name.map(lambda one: one.plain),
        "name_sound": name.map(lambda one: one.sound),
        "family": name.map(lambda one: one.parts[0]),
        "middle": name.map(lambda one: one.parts[1]),
        "given": name.map(lambda one: one.parts[2]),
        "name_other": facts.other,
    }


def _build(table: Table, parts: list[_Lines]) -> pd.DataFrame:
    """A table from its parts, in the order that they say."""
    if not parts:
        return table.empty()
    order = np.argsort(np.concatenate([part.order for part in parts]), kind="stable")
    columns: dict[str, object] = {
        name: _whole([part.columns[name] for part in parts], order) for name in parts[0].columns
    }
    return table.build(columns)


def _whole(parts: list[Values], order: NDArray[np.int64]) -> pd.Series[Any]:
    """One column from its parts, in the order wanted."""
    texts = [part for part in parts if isinstance(part, Distinct)]
    if texts:
        return joined(texts, order)
    whole = np.concatenate([part for part in parts if not isinstance(part, Distinct)])[order]
    return pd.Series(whole) if whole.dtype == bool else numbered(whole)


class _Cleaner:
    """Takes words for "no value" out of texts; remembers each distinct text."""

    def __init__(self, is_no_value: Callable[[str], bool]) -> None:
        self._is_no_value = is_no_value
        self._texts: dict[str, str] = {}

    def clean(self, raw: str) -> str:
        """The text without blanks at its ends; empty where it says that there is no value."""
        text = self._texts.get(raw)
        if text is None:
            text = self._texts[raw] = "" if self._is_no_value(raw) else raw.strip()
        return text


def _by_register_type(
    ordered: pd.DataFrame, register_types: dict[str, RegisterType], clean: Callable[[str], str]
) -> Iterator[Contents]:
    """The contents of each register type that occurs."""
    types = distinct(ordered["register_type"].to_list())
    communes = distinct(ordered["commune"].to_list())
    fields = ordered["fields"].to_numpy(dtype=object)
    for place, code in enumerate(types.kinds):
        lines = np.flatnonzero(types.codes == place)
        texts = read_fields(fields[lines].tolist())
        yield Contents(register_types[code], lines, communes.at(lines), texts, clean)


def standardise(
    contents: pd.DataFrame, register_types: dict[str, RegisterType], mappings: Path
) -> Standard:
    """Bring contents into standard form.

    Args:
        contents: one line per distinct content: content_hash, commune, register_type, own_key, and
            fields (JSON object of field and text).
        register_types: register types by code.
        mappings: the mappings folder.

    Returns:
        Entries, mentions and findings. A mention exists where a role's name cell holds a name.

    Raises:
        MappingError: a mapping file is missing or does not fit.
    """
    knowledge = load_knowledge(mappings)
    ordered = contents.sort_values("content_hash", kind="stable", ignore_index=True)
    standardiser = _Standardiser(
        knowledge,
        distinct(ordered["content_hash"].to_list()),
        distinct(ordered["own_key"].to_list()),
    )
    cleaner = _Cleaner(knowledge.codes.is_no_value)
    with no_search_for_cycles():
        for batch in _by_register_type(ordered, register_types, cleaner.clean):
            standardiser.read(batch)
    findings = _build(FINDINGS, standardiser.findings).drop_duplicates(
        ["code", "field", "content_hash"]
    )
    return Standard(
        _build(ENTRIES, standardiser.entries),
        _build(MENTIONS, standardiser.mentions),
        findings.sort_values(["code", "content_hash", "field"], kind="stable", ignore_index=True),
    )
