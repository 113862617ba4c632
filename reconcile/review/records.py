"""The casebook of a register: its conflicts with the records, in the words of the files, and why.

Officers compare with what stands in the books, so a record shows what the file says, word for word,
and not its standard form; sex and codes alone are put into words.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from reconcile.model import ConflictKind, ConflictState
from reconcile.resolve.agreement import officer_key
from reconcile.review.casebook import ASKED, Answered, Casebook, Reason, Record, anchors, say
from reconcile.review.chronology import Chronicle
from reconcile.review.evidence import evidence, plain
from reconcile.review.values import value_words
from reconcile.text.language import translate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    import pandas as pd

    from reconcile.config import CommuneName, RegisterType
    from reconcile.match import Model
    from reconcile.register import Readable
    from reconcile.resolve.wording import Wording

Line = dict[str, Any]
Said = dict[str, str]

# Attributes in the order in which they are shown, with the label's message.
_SHOWN: Final = (
    ("name", "Name"),
    ("sex", "Sex"),
    ("birth", "Born"),
    ("death_date", "Died"),
)
_SHOWN_BELOW: Final = (
    ("birth_place", "Place of birth"),
    ("home_place", "Home place"),
    ("residence", "Residence"),
    ("ethnic_group", "Ethnic group"),
    ("nationality", "Nationality"),
    ("personal_number", "Personal number"),
    ("identity_number", "Paper number"),
    ("relation", "Relation"),
    ("marital_status", "Marital status"),
)
_RELATIVES: Final = {
    "father": "Father",
    "mother": "Mother",
    "parent": "Father or mother",
    "partner": "Husband or wife",
    "child": "Child",
}
# Kinds of registration that make an entry another entry's rival.
_REGISTERED: Final = {
    "again": "Registered again",
    "late": "Registered late",
    "foreign": "Entered from a foreign registration",
}
_ENTRY: Final = (
    "entry_key",
    "entry_id",
    "register_type",
    "commune",
    "year",
    "event_from",
    "event_to",
    "registered_from",
    "registered_to",
)
_POSITION: Final = ("delivery", "commune", "file", "sheet", "row")


@dataclass(frozen=True)
class Source:
    """What a casebook is made from.

    Attributes:
        register: the register, after the run.
        register_types: register types by code.
        communes: communes by id.
        wording: words of conflicts.
        model: the matching model, for the words of evidence.
        office: name of the office.
        run: number of the run: ``R0012``.
        made: when it was made.
        judgements: what was decided so far, as :meth:`Register.judgements` gives it.
        by_two: some decisions need a second officer.
    """

    register: Readable
    register_types: Mapping[str, RegisterType]
    communes: Mapping[str, CommuneName]
    wording: Wording
    model: Model
    office: str
    run: str
    made: datetime
    judgements: Sequence[Mapping[str, object]] = ()
    by_two: bool = False


def casebook(source: Source, language: str) -> Casebook:
    """Everything that the conflict workbook of a register shows.

    Args:
        source: the register and the words.
        language: ``vi`` or ``en``.
    """
    conflicts = source.register.conflicts()
    asked = conflicts[conflicts["state"].isin(ASKED)]
    state = _State.of(source.register, asked)
    return Casebook(
        conflicts=conflicts,
        wording=source.wording,
        register=source.register.facts()["register"],
        run=source.run,
        office=source.office,
        made=source.made,
        records=_Records(source, state, language).of(asked),
        reasons=evidence(source, state.sources, asked, language)
        | _breaches(source, state, asked, language),
        answered=_answered(source, asked),
    )


def _answered(source: Source, asked: pd.DataFrame) -> dict[str, list[Answered]]:
    """What was answered to questions that are asked again, or wait for a second officer."""
    told = answered(source.judgements)
    lines = asked[asked["conflict"].isin(told) & ~asked["params"].str.contains('"disputed_')]
    if not source.by_two:
        lines = lines[lines["state"].eq(ConflictState.STALE.value)]
    return {conflict: told[conflict] for conflict in lines["conflict"]}


def answered(judgements: Iterable[Mapping[str, object]]) -> dict[str, list[Answered]]:
    """The last word of each officer on each conflict, the earliest first.

    Args:
        judgements: as :meth:`Register.judgements` gives them, in the order of reading.
    """
    last: dict[str, dict[str, Answered]] = {}
    for line in sorted(judgements, key=lambda line: str(line["decided"])):
        told = Answered(*(str(line[name]) for name in ("officer", "decided", "decision", "value")))
        of_conflict = last.setdefault(str(line["conflict"]), {})
        of_conflict.pop(officer_key(told.officer), None)
        of_conflict[officer_key(told.officer)] = told
    return {conflict: list(told.values()) for conflict, told in last.items()}


@dataclass(frozen=True)
class _State:
    """What the register says of the entries and mentions that are asked about.

    Attributes:
        wanted: keys of the sides.
        entries: what is shown of LIVE_ENTRIES, by entry key.
        mentions: what is shown of mentions, by mention key; see :meth:`Register.owners`.
        sources: entry key -> fields (JSON) and position of the last row that said so.
    """

    wanted: frozenset[str]
    entries: Mapping[str, Line]
    mentions: Mapping[str, Line]
    sources: Mapping[str, Line]

    @classmethod
    def of(cls, register: Readable, asked: pd.DataFrame) -> _State:
        """Each table is read once, and only what is asked about becomes Python objects."""
        wanted = {key for name in ("mentions", "entries") for key in _keys(asked[name])}
        concerned = wanted | {key.rpartition("/")[0] for key in wanted}
        return cls(
            frozenset(wanted),
            _by_key(register.entries()[list(_ENTRY)], "entry_key", concerned),
            _by_key(register.owners(), "mention_key", wanted),
            _by_key(register.entry_sources(), "entry_key", concerned),
        )


def _by_key(frame: pd.DataFrame, key: str, wanted: set[str]) -> dict[str, Line]:
    """The wanted lines as plain Python; None stands for no value."""
    chosen = frame[frame[key].isin(wanted)]
    columns = {str(name): plain(chosen[name]) for name in chosen}
    lines = (
        dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)
    )
    return {line[key]: line for line in lines}


# -- records ------------------------------------------------------------------------------------


class _Records:
    """Looks records up; only what is asked about is ever turned into Python objects.

    Args:
        source: the register and the words.
        language: ``vi`` or ``en``.
    """

    def __init__(self, source: Source, state: _State, language: str) -> None:
        self._source = source
        self._state = state
        self._language = language
        self._messages: dict[str, str] = {}

    def of(self, asked: pd.DataFrame) -> dict[str, Record]:
        """The records of conflicts.

        Args:
            asked: lines of CONFLICTS.

        Returns:
            Mention key, entry key or (for a row that is no entry) conflict id -> record.
        """
        found: dict[str, Record] = {}
        for key, entry in self._state.entries.items():
            place = self._state.sources.get(key, {})
            said: Said = json.loads(str(place.get("fields") or "{}"))
            self._entry(entry, said, place, found)
            self._mentions(entry, said, place, found)
        return found | self._rows(asked)

    def _entry(self, entry: Line, said: Said, place: Line, found: dict[str, Record]) -> None:
        if entry["entry_key"] not in self._state.wanted:
            return
        kind = self._source.register_types[entry["register_type"]]
        facts = {say(role, self._language): self._person(role.name, said) for role in kind.roles}
        if kind.event_field and not kind.event_field.endswith("birth_date"):
            facts[self._t("Date of the event")] = self._words(said.get(kind.event_field, ""))
        again = _REGISTERED.get(said.get("entry.registration_kind", ""), "")
        facts[self._t("Kind of registration")] = self._t(again) if again else ""
        facts[self._t("Notes")] = said.get("entry.notes", "")
        heading = say(kind, self._language)
        found[entry["entry_key"]] = self._record(entry, said, place, heading, facts)

    def _mentions(self, entry: Line, said: Said, place: Line, found: dict[str, Record]) -> None:
        kind = self._source.register_types[entry["register_type"]]
        for role in kind.roles:
            key = f"{entry['entry_key']}/{role.name}"
            if key not in self._state.mentions:
                continue
            facts = self._facts(kind, role.name, said)
            heading = f"{say(kind, self._language)} · {say(role, self._language)}"
            person = str(self._state.mentions[key]["person_id"])
            found[key] = self._record(entry, said, place, heading, facts, person)

    def _record(
        self,
        entry: Line,
        said: Said,
        place: Line,
        heading: str,
        facts: Said,
        person_id: str = "",
    ) -> Record:
        year = entry["year"]
        return Record(
            entry_key=entry["entry_key"],
            entry_id=entry["entry_id"],
            person_id=person_id,
            heading=heading,
            commune=self._commune(entry["commune"]),
            number=said.get("entry.number", ""),
            book=said.get("entry.book", ""),
            year=str(year) if isinstance(year, int) else "",
            page=said.get("entry.page", ""),
            registered=self._words(said.get("entry.registration_date", "")),
            file="/".join(str(place[name]) for name in _POSITION[:3]) if place else "",
            sheet=str(place.get("sheet", "")),
            row=int(place.get("row", 0)),
            facts=facts,
        )

    def _facts(self, kind: RegisterType, role: str, said: Said) -> Said:
        facts = {self._t(label): self._value(role, name, said) for name, label in _SHOWN}
        for rule in kind.kin:
            if rule.of == role:
                label = self._t(_RELATIVES[rule.relation])
                facts[label] = self._person(rule.relative, said)
        facts |= {self._t(label): self._value(role, name, said) for name, label in _SHOWN_BELOW}
        facts[self._t("Notes")] = said.get("entry.notes", "")
        return facts

    def _rows(self, asked: pd.DataFrame) -> dict[str, Record]:
        """Records of conflicts on rows that became no entry, with what stands in the cells."""
        found = {}
        lines = asked[asked["positions"].str.len() > 2]
        cells = _refused_cells(self._source.register) if len(lines) else {}
        for conflict, text in zip(lines["conflict"], lines["positions"], strict=True):
            position = json.loads(text)
            if isinstance(position, dict):
                row = int(position.get("row") or 0)
                names = [str(position.get(name, "")) for name in _POSITION[:4]]
                said = cells.get(_position(position), "")
                found[str(conflict)] = Record(
                    heading=self._t("Row of a file"),
                    commune=self._commune(names[1]),
                    file="/".join(names[:3]),
                    sheet=names[3],
                    row=row,
                    facts={self._t("Cells"): said} if said else {},
                )
        return found

    # -- words ------------------------------------------------------------------------------

    def _t(self, template: str) -> str:
        if template not in self._messages:
            self._messages[template] = translate(template, self._language)
        return self._messages[template]

    def _words(self, text: str) -> str:
        return value_words(text, self._language)

    def _commune(self, code: str) -> str:
        commune = self._source.communes.get(code)
        return commune.name if commune else code

    def _person(self, role: str, said: Said) -> str:
        """Name and birth of one role in one line."""
        name, born = _name(role, said), self._words(_birth(role, said))
        return f"{name} ({born})" if name and born else name

    def _value(self, role: str, name: str, said: Said) -> str:
        if name == "name":
            return _name(role, said)
        text = _birth(role, said) if name == "birth" else said.get(f"{role}.{name}", "")
        # only what a code or a date cell gave is put into words; the rest stays as it is written
        return self._words(text) if name in {"sex", "birth", "death_date"} else text


def _keys(column: pd.Series[str]) -> list[str]:
    return [key for text in column for key in json.loads(text or "[]")]


def _position(line: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(str(line.get(name, "")) for name in _POSITION)


def _refused_cells(register: Readable) -> dict[tuple[str, ...], str]:
    """Position of each refused row -> its cells in one line, each behind its header."""
    rows = register.refused_rows()
    return {
        _position({str(name): cell for name, cell in line.items()}): " · ".join(
            f"{header}: {_cell(cell)}" for header, cell in json.loads(line["cells"]).items()
        )
        for line in rows.to_dict("records")
    }


def _cell(cell: object) -> str:
    """A raw cell as a person sees it; a date cell is kept as ``{"date": …}``."""
    return value_words(str(cell["date"]), "") if isinstance(cell, dict) else str(cell)


def _name(role: str, said: Said) -> str:
    parts = (said.get(f"{role}.name_leading", ""), said.get(f"{role}.name_given", ""))
    return said.get(f"{role}.name", "") or " ".join(part for part in parts if part)


def _birth(role: str, said: Said) -> str:
    parts = [said.get(f"{role}.birth_{part}", "") for part in ("day", "month", "year")]
    return said.get(f"{role}.birth_date", "") or "/".join(part for part in parts if part)


# -- reasons ------------------------------------------------------------------------------------


def _breaches(
    source: Source, state: _State, asked: pd.DataFrame, language: str
) -> dict[str, list[Reason]]:
    """The dates behind every question about law and logic."""
    chronicle = Chronicle(state.mentions, state.entries, source.register_types, language)
    lines = asked[asked["kind"] == ConflictKind.LAW.value].to_dict("records")
    return {
        str(line["conflict"]): chronicle.reasons(anchors(line), str(line["sentence"]))
        for line in lines
    }
