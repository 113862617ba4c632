"""Contents to ENTRIES, MENTIONS and FINDINGS.

Each distinct text is read once: every reader remembers what it has read, so that the cost of fifty
thousand entries is that of their distinct values and of one pass over their fields.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from reconcile.model import ENTRIES, FINDINGS, MENTIONS, Precision
from reconcile.standardise.content import Content, date_of
from reconcile.standardise.dates import Context
from reconcile.standardise.entry import EntryReader
from reconcile.standardise.knowledge import load_knowledge
from reconcile.standardise.mention import MentionReader, event_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pandas as pd

    from reconcile.config import RegisterType
    from reconcile.model import Table
    from reconcile.standardise.dates import Interval
    from reconcile.standardise.entry import EntryFacts
    from reconcile.standardise.knowledge import Knowledge
    from reconcile.standardise.mention import MentionFacts

Line = tuple[Any, ...]


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


class _Standardiser:
    """Reads contents one after the other into lines of the tables."""

    def __init__(self, knowledge: Knowledge, register_types: dict[str, RegisterType]) -> None:
        self._rules = knowledge.rules
        self._roles = {
            code: sorted(register_type.roles, key=lambda role: role.name)
            for code, register_type in register_types.items()
        }
        self._entry_reader = EntryReader(knowledge)
        self._mention_reader = MentionReader(knowledge, register_types)
        self.entries: list[Line] = []
        self.mentions: list[Line] = []
        self.findings: list[Line] = []

    def read(self, content: Content) -> None:
        """Read one content."""
        register_type = content.register_type
        entry = self._entry_reader.read(content)
        dates = {
            role.name: self._mention_reader.dates(content, role, entry)
            for role in self._roles[register_type.code]
        }
        context = Context(entry.year_before, entry.registered.last, birth_or_death=False)
        marriage = date_of(content, "entry.marriage_date", context)
        event = event_of(register_type, dates, marriage, entry.registered)
        self.entries.append(_entry_line(content, entry, event))
        for role in self._roles[register_type.code]:
            facts = self._mention_reader.read(content, role, entry, dates[role.name])
            if facts:
                self.mentions.append(_mention_line(content, facts, event, entry.registered))
        if content.findings:
            self.findings.extend(self._finding_lines(content))

    def _finding_lines(self, content: Content) -> Iterator[Line]:
        for code, where in sorted(set(content.findings)):
            yield (
                code,
                str(self._rules[code].severity),
                content.commune,
                content.register_type.code,
                where,
                content.content_hash,
                "{}",
            )


_ENTRY_COLUMNS: Final = (
    "content_hash commune register_type own_key body year number number_suffix book book_year page "
    "registered_from registered_to registered_precision registration_kind event_from event_to "
    "event_precision recognition_kind marriage_status note_flags"
)


def _entry_line(content: Content, entry: EntryFacts, event: Interval) -> Line:
    registered = entry.registered
    return (
        content.content_hash,
        content.commune,
        content.register_type.code,
        content.own_key,
        entry.body,
        entry.year,
        entry.number.number,
        entry.number.suffix,
        entry.book.book,
        entry.book.year or None,
        content.text("entry.page"),
        registered.first,
        registered.last,
        str(registered.precision),
        entry.codes["registration_kind"],
        event.first,
        event.last,
        _known_precision(event),
        entry.codes["recognition_kind"],
        entry.codes["marriage_status"],
        entry.note_flags,
    )


def _known_precision(interval: Interval) -> str:
    """An age is a year for an event."""
    return str(Precision.YEAR if interval.precision == Precision.AGE else interval.precision)


_MENTION_COLUMNS: Final = (
    "content_hash commune register_type role name name_key name_plain name_sound family middle "
    "given name_other sex birth_from birth_to birth_precision birth_flags death_from death_to "
    "death_precision birth_place home_place home_key residence_unit residence_hamlet residence_key "
    "ethnic_group nationality cmnd cccd other_paper relation principal acts distinct passage "
    "event_from event_to registered_from registered_to"
)


def _mention_line(
    content: Content, facts: MentionFacts, event: Interval, registered: Interval
) -> Line:
    role, name, birth, death = facts.role, facts.name, facts.birth, facts.death
    return (
        content.content_hash,
        content.commune,
        content.register_type.code,
        role.name,
        name.name,
        name.key,
        name.plain,
        name.sound,
        *name.parts,
        facts.other,
        facts.sex,
        birth.first,
        birth.last,
        str(birth.precision),
        " ".join(sorted(set(birth.flags))),
        death.first,
        death.last,
        _known_precision(death),
        facts.birth_place,
        facts.home.unit,
        facts.home.key,
        facts.residence.unit,
        facts.residence.hamlet,
        facts.residence.key,
        facts.ethnic_group,
        facts.nationality,
        facts.identity.cmnd,
        facts.identity.cccd,
        facts.identity.other,
        facts.relation,
        role.principal,
        facts.acts,
        role.distinct,
        role.passage,
        event.first,
        event.last,
        registered.first,
        registered.last,
    )


_FINDING_COLUMNS: Final = "code severity commune register_type field content_hash params"


def _build(table: Table, column_names: str, lines: list[Line]) -> pd.DataFrame:
    names = column_names.split()
    columns = zip(*lines, strict=True) if lines else ([] for _ in names)
    return table.build({name: list(column) for name, column in zip(names, columns, strict=True)})


class _Cleaner:
    """Takes words for "no value" out of fields; remembers each distinct text."""

    def __init__(self, is_no_value: Callable[[str], bool]) -> None:
        self._is_no_value = is_no_value
        self._texts: dict[str, str] = {}

    def fields(self, fields: dict[str, str]) -> dict[str, str]:
        """The fields that hold a value."""
        cleaned = {where: self._text(raw) for where, raw in fields.items()}
        return {where: text for where, text in cleaned.items() if text}

    def _text(self, raw: str) -> str:
        text = self._texts.get(raw)
        if text is None:
            text = self._texts[raw] = "" if self._is_no_value(raw) else raw.strip()
        return text


def _contents(
    contents: pd.DataFrame, register_types: dict[str, RegisterType], cleaner: _Cleaner
) -> Iterator[Content]:
    ordered = contents.sort_values("content_hash", kind="stable")
    columns = ("content_hash", "commune", "register_type", "own_key", "fields")
    for content_hash, commune, register_type, own_key, fields in zip(
        *(ordered[column].to_list() for column in columns), strict=True
    ):
        texts = cleaner.fields(json.loads(fields))
        yield Content(content_hash, commune, register_types[register_type], own_key, texts)


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
    reader = _Standardiser(knowledge, register_types)
    cleaner = _Cleaner(knowledge.codes.is_no_value)
    for content in _contents(contents, register_types, cleaner):
        reader.read(content)
    findings = _build(FINDINGS, _FINDING_COLUMNS, reader.findings)
    return Standard(
        _build(ENTRIES, _ENTRY_COLUMNS, reader.entries),
        _build(MENTIONS, _MENTION_COLUMNS, reader.mentions),
        findings.sort_values(["code", "content_hash", "field"], kind="stable", ignore_index=True),
    )
