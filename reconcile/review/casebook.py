"""What officers are asked: conflicts, the records that they stand on, and the words for them.

A :class:`Casebook` holds everything that a workbook shows. :func:`cases` turns it into one
:class:`Case` per question, in the order in which they are best answered; the workbook and the csv
are two ways of writing the same cases.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from reconcile.errors import MappingError
from reconcile.model import ConflictState, Severity
from reconcile.review.order import in_order
from reconcile.text.language import translate

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence
    from datetime import datetime

    import pandas as pd

    from reconcile.resolve.wording import Decision, Kind, Wording

SIDES: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ASKED: Final = (ConflictState.OPEN.value, ConflictState.STALE.value)


class Worded(Protocol):
    """Anything that ``conflicts.toml`` words in both languages."""

    @property
    def vi(self) -> str:
        """In Vietnamese."""

    @property
    def en(self) -> str:
        """In English."""


def say(words: Worded, language: str) -> str:
    """The words in a language."""
    return words.en if language == "en" else words.vi


@dataclass(frozen=True)
class Record:
    """One side of a conflict: a person in an entry, an entry, or a row that was refused.

    Attributes:
        entry_key: key of the entry, empty for a refused row.
        entry_id: issued id of the entry.
        person_id: issued id of the person, empty where the entry as a whole is meant.
        heading: register type and role, in the language of the workbook.
        commune: name of the old commune.
        number: registration number as in the book.
        book: book.
        year: year of the number series.
        page: page.
        registered: date of registration as people write it.
        file: file that the entry was last delivered in, with its folder.
        sheet: sheet of that file.
        row: row number that a person sees, 0 where none is known.
        facts: label (in the language of the workbook) -> text, in the order shown.
    """

    entry_key: str = ""
    entry_id: str = ""
    person_id: str = ""
    heading: str = ""
    commune: str = ""
    number: str = ""
    book: str = ""
    year: str = ""
    page: str = ""
    registered: str = ""
    file: str = ""
    sheet: str = ""
    row: int = 0
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reason:
    """One piece of evidence, in words.

    Attributes:
        text: a short sentence in the language of the workbook.
        weight: log2 of how much likelier it is if the proposal is right; negative speaks against.
    """

    text: str
    weight: float


class Answered(NamedTuple):
    """An answer that an officer gave to a question that is asked nevertheless.

    Attributes:
        officer: who.
        decided: ISO date.
        code: code of the decision, with its side: ``same:A``.
        value: the value, empty where none was said.
    """

    officer: str
    decided: str
    code: str
    value: str


@dataclass(frozen=True)
class Casebook:
    """Everything that a conflict workbook shows, and all that reading it back needs.

    Attributes:
        conflicts: CONFLICTS, one line for every conflict that the register knows in its latest
            form. Only open and stale ones are asked; the others let :mod:`decisions` say why a
            decision comes too late.
        wording: words of kinds, decisions, sentences and laws.
        register: unique id of the register, so that another register's workbook is noticed.
        run: number of the run: ``R0012``.
        office: name of the office, for the guide.
        made: when the run was made.
        records: mention key, entry key or (for a refused row) conflict id -> record.
        reasons: conflict id -> evidence for and against its proposal.
        answered: conflict id -> last word of each officer on it, where the question does not tell.
    """

    conflicts: pd.DataFrame
    wording: Wording
    register: str
    run: str
    office: str
    made: datetime
    records: Mapping[str, Record] = field(default_factory=dict)
    reasons: Mapping[str, Sequence[Reason]] = field(default_factory=dict)
    answered: Mapping[str, Sequence[Answered]] = field(default_factory=dict)


class Option(NamedTuple):
    """One line of a drop-down list.

    Attributes:
        decision: the decision.
        side: position of the side that it names, -1 where it names none.
        words: what the list says.
    """

    decision: Decision
    side: int
    words: str


@dataclass(frozen=True)
class Case:
    """One question, ready to be written down.

    Attributes:
        conflict: id of the conflict.
        evidence: hash of what it rests on.
        kind: its kind.
        severity: info, warning, error or critical.
        sentence: the question.
        proposal: words of the decision that is proposed, empty where none is.
        probability: how sure the proposal is, NaN where that is not known.
        gain: what the answer is expected to bring; see CONFLICTS.
        minutes: what the answer is expected to take.
        legal: legal basis, empty where none.
        field: name of the field that disagrees, empty where none.
        values: what each side says of that field.
        sides: the records, side A first.
        reasons: evidence, the strongest first.
        options: the decisions that can be chosen.
        anchors: source keys of the sides.
        stale: it was decided before, on other evidence.
        answered: what officers have answered so far, the code put into words.
    """

    conflict: str
    evidence: str
    kind: Kind
    severity: str
    sentence: str
    proposal: str
    probability: float
    gain: float
    minutes: float
    legal: str
    field: str
    values: tuple[str, ...]
    sides: tuple[Record, ...]
    reasons: tuple[Reason, ...]
    options: tuple[Option, ...]
    anchors: tuple[str, ...]
    stale: bool
    answered: tuple[Answered, ...] = ()


def cases(book: Casebook, language: str, limit: int | None = None) -> list[Case]:
    """All questions that are open, in the order of the workbook; see :mod:`.order`.

    Args:
        book: conflicts and records.
        language: ``vi`` or ``en``.
        limit: only so many, the most valuable ones.
    """
    phrases = _Phrases(book.wording)
    asked = book.conflicts[book.conflicts["state"].isin(ASKED)]
    found = [_case(line, book, phrases, language) for line in asked.to_dict("records")]
    return in_order(found, [sheet.code for sheet in book.wording.sheet], limit)


class _Phrases:
    """Kinds, sentences and laws of a wording by their ids.

    Args:
        wording: the wording.
    """

    def __init__(self, wording: Wording) -> None:
        self._kinds = wording.kinds
        self._sentences = {sentence.id: sentence for sentence in wording.sentence}
        self._legal = {legal.id: legal for legal in wording.legal}

    def kind(self, code: str) -> Kind:
        """The kind of that code."""
        if code not in self._kinds:
            raise _missing(f"no kind {code!r}")
        return self._kinds[code]

    def sentence(self, line: Mapping[Hashable, object], language: str) -> str:
        """The sentence of one line of CONFLICTS, its placeholders filled."""
        found = self._sentences.get(str(line["sentence"]))
        if found is None:
            raise _missing(f"no sentence {line['sentence']!r}")
        params = json.loads(str(line["params"]) or "{}")
        parts = [found]
        if "disputed_vi" in params:
            parts.append(self._sentences["officers_differ"])
        try:
            return " ".join(say(part, language).format(**params) for part in parts)
        except (KeyError, IndexError) as error:
            raise _missing(f"sentence {found.id!r} wants {error}") from error

    def legal(self, code: str, language: str) -> str:
        """The legal basis of that id, empty where there is none."""
        return say(self._legal[code], language) if code in self._legal else ""


def _missing(problem: str) -> MappingError:
    return MappingError("{file}: {problems}.", file="conflicts.toml", problems=problem)


def anchors(line: Mapping[Hashable, object]) -> tuple[str, ...]:
    """Source keys of the sides of one line of CONFLICTS: its mentions, else its entries."""
    mentions = json.loads(str(line["mentions"]) or "[]")
    return tuple(mentions or json.loads(str(line["entries"]) or "[]"))


def options(kind: Kind, sides: int, language: str) -> tuple[Option, ...]:
    """The decisions that can be chosen where a conflict has so many sides."""
    found: list[Option] = []
    for decision in kind.decision:
        words = say(decision, language)
        if "{side}" in words:
            found += [
                Option(decision, side, words.format(side=SIDES[side]))
                for side in range(min(sides, len(SIDES)))
            ]
        else:
            found.append(Option(decision, -1, words))
    return tuple(found)


def _case(
    line: Mapping[Hashable, object], book: Casebook, phrases: _Phrases, language: str
) -> Case:
    kind = phrases.kind(str(line["kind"]))
    keys = anchors(line)
    conflict = str(line["conflict"])
    values = tuple(str(value) for value in json.loads(str(line["values"]) or "[]"))
    offered = options(kind, max(len(keys), len(values)), language)
    sides = _sides(keys, conflict, line, book.records)
    return Case(
        conflict=conflict,
        evidence=str(line["evidence"]),
        kind=kind,
        severity=str(line["severity"]),
        sentence=phrases.sentence(line, language),
        proposal=_proposal(str(line["proposal"]), offered),
        probability=_number(line["probability"], math.nan),
        gain=_number(line["gain"], 1.0),
        minutes=kind.minutes * max(len(sides), 2) / 2,
        legal=phrases.legal(str(line["legal"]), language),
        field=str(line["field"]),
        values=values,
        sides=sides,
        reasons=tuple(sorted(book.reasons.get(conflict, ()), key=lambda r: -abs(r.weight))),
        options=offered,
        anchors=keys,
        stale=line["state"] == ConflictState.STALE,
        answered=tuple(
            told._replace(code=_chosen(told.code, kind, language))
            for told in book.answered.get(conflict, ())
        ),
    )


def _number(value: object, without: float) -> float:
    """A number of a table, and another where it has none."""
    return value if isinstance(value, float) and not math.isnan(value) else without


def _proposal(code: str, offered: Sequence[Option]) -> str:
    """Words of a proposal, which is the code of a choice or ``code:A`` for the side A of it."""
    name, _, side = code.partition(":")
    for option in offered:
        letter = SIDES[option.side] if option.side >= 0 else ""
        if (option.decision.code == name and side in ("", letter)) or code == letter != "":
            return option.words
    return ""


def _chosen(code: str, kind: Kind, language: str) -> str:
    """Words of a decision that was taken; a side that it leaves open is a question mark."""
    name, _, side = code.partition(":")
    for decision in kind.decision:
        if decision.code == name:
            return say(decision, language).replace("{side}", side or "?")
    return code


def _sides(
    keys: Sequence[str],
    conflict: str,
    line: Mapping[Hashable, object],
    records: Mapping[str, Record],
) -> tuple[Record, ...]:
    if keys:
        return tuple(records.get(key, Record()) for key in keys)
    if conflict in records:
        return (records[conflict],)
    position = json.loads(str(line["positions"]) or "{}")
    if not position:
        return ()
    return (
        Record(
            commune=str(position.get("commune", "")),
            file=str(position.get("file", "")),
            sheet=str(position.get("sheet", "")),
            row=int(position.get("row", 0)),
        ),
    )


def severity_words(severity: str, language: str) -> str:
    """The word for a severity that stands in the workbook."""
    template = {
        Severity.INFO.value: "for information",
        Severity.WARNING.value: "to check",
        Severity.ERROR.value: "important",
        Severity.CRITICAL.value: "urgent",
    }[severity]
    return translate(template, language)
