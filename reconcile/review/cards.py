"""A case as text: the sides line by line under each other, the reasons, the question.

Sides are laid out alike: every line of one side stands at the same height in the others, with a
dash where that side says nothing, so that the eye compares along a line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from reconcile.model import fingerprint
from reconcile.review.casebook import SIDES, Case, Record, say, severity_words
from reconcile.review.columns import SEALED, Column
from reconcile.review.differences import Segment, differences
from reconcile.review.values import value_words
from reconcile.text.language import translate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NOTHING: Final = "–"
_FACT_LIMIT: Final = 300  # letters of one fact; the paper has the rest
_REASON_LIMIT: Final = 5  # of each sign
# Characters that XML or a spreadsheet cannot hold, and those that turn the direction of writing.
_UNPRINTABLE: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)

_DATE: Final = re.compile(r"(\d{1,2}/)?\d{4}$")  # known to the month or the year only
_ESCAPE: Final = "_x005F"  # how xlsx writes a text that looks like an escape; not all read it back


class CardLine(NamedTuple):
    """One line of a card.

    Attributes:
        label: what it is, empty for the heading.
        segments: its text, cut where it differs from the other side.
    """

    label: str
    segments: tuple[Segment, ...]

    @property
    def text(self) -> str:
        """Label and text in one."""
        said = "".join(segment.text for segment in self.segments)
        return f"{self.label}: {said}" if self.label else said


Card = tuple[CardLine, ...]


def printable(text: str, limit: int = _FACT_LIMIT) -> str:
    """A text that is safe in a cell: one line, no control characters, of a bounded length."""
    clean = _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", " ".join(text.split()))
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"


def cards(case: Case, language: str) -> tuple[Card, ...]:
    """The sides of a case, laid out alike and with their differences marked.

    Args:
        case: the case.
        language: ``vi`` or ``en``.
    """
    facts = [_facts(record) for record in case.sides]
    if case.field and len(case.values) == len(facts) > 0:
        label = translate("Disputed", language)
        facts = [
            {label: printable(value_words(value, language)), **shown}
            for value, shown in zip(case.values, facts, strict=True)
        ]
    labels = _in_order(facts)
    found = []
    for side, record in enumerate(case.sides):
        other = facts[0] if side else (facts[1] if len(facts) > 1 else {})
        lines = [CardLine("", _plain(_heading(side, record, len(case.sides))))]
        for label in labels:
            ours = facts[side].get(label, "")
            lines.append(CardLine(label, _marked(ours, other.get(label, "")) or _plain(NOTHING)))
        lines += [
            CardLine(label, _plain(text or NOTHING))
            for label, text in _places(record, language)
            if text or len(case.sides) > 1
        ]
        found.append(tuple(lines))
    return tuple(found)


def card_text(card: Card) -> str:
    """A card as plain text."""
    return "\n".join(line.text for line in card)


def question(case: Case, language: str) -> str:
    """The question, and below it the note that it was answered before, and its legal basis."""
    parts = [case.sentence]
    if case.stale:
        parts.append(translate("Answered before; what it rested on has changed since.", language))
    if case.legal:
        parts.append(translate("Legal basis: {basis}", language, basis=case.legal))
    return "\n".join(printable(part, 2000) for part in parts)


def reasons(case: Case) -> str:
    """The strongest evidence, for (+) before against (−)."""
    speaking_for = [f"+ {printable(r.text)}" for r in case.reasons if r.weight > 0]
    against = [f"− {printable(r.text)}" for r in case.reasons if r.weight < 0]
    return "\n".join([*speaking_for[:_REASON_LIMIT], *against[:_REASON_LIMIT]])


def proposal(case: Case) -> str:
    """The proposal with its probability, empty where none is made."""
    if not case.proposal or not case.probability >= 0:
        return case.proposal
    share = min(case.probability * 100, 99.9)  # nothing is certain before an officer says so
    return f"{case.proposal} ({share:.0f} %)" if share < 99 else f"{case.proposal} ({share:.1f} %)"


def shown(case: Case, ordinal: int, language: str) -> dict[Column, str]:
    """Everything that the tool writes about a case, column by column, as plain text.

    Args:
        case: the case.
        ordinal: its running number.
        language: ``vi`` or ``en``.
    """
    texts = [card_text(card) for card in cards(case, language)]
    found = {
        Column.ORDINAL: str(ordinal),
        Column.SEVERITY: severity_words(case.severity, language),
        Column.KIND: say(case.kind, language),
        Column.QUESTION: question(case, language),
        Column.SIDE_A: texts[0] if texts else "",
        Column.SIDE_B: texts[1] if len(texts) > 1 else "",
        Column.SIDES_MORE: "\n\n".join(texts[2:]),
        Column.REASONS: reasons(case),
        Column.PROPOSAL: proposal(case),
        Column.CONFLICT: case.conflict,
        # a letter before them, or a spreadsheet reads some hashes as numbers: 12e4 is 120,000
        Column.EVIDENCE: f"h{case.evidence}",
    }
    found[Column.SEAL] = f"s{seal(found)}"
    return found


def seal(texts: Mapping[Column, str]) -> str:
    """A hash of what a row shows, to notice when shown cells were changed or rows fell apart.

    Blanks and line ends do not count, since programs store them differently.
    """
    return fingerprint(
        ("".join(texts.get(column, "").replace(_ESCAPE, "").split()) for column in SEALED), size=4
    )


def _facts(record: Record) -> dict[str, str]:
    return {label: printable(text) for label, text in record.facts.items() if text.strip()}


def _in_order(facts: Sequence[Mapping[str, str]]) -> list[str]:
    """Labels of all sides, each once, a label that only later sides have after its forerunner."""
    labels: list[str] = []
    for side in facts:
        at = 0
        for label in side:
            if label in labels:
                at = labels.index(label) + 1
            else:
                labels.insert(at, label)
                at += 1
    return labels


def _marked(ours: str, theirs: str) -> tuple[Segment, ...]:
    """A text with its differences; a date known less exactly is not another date (P6)."""
    shorter, longer = sorted((ours, theirs), key=len)
    if _DATE.match(shorter) and longer.endswith(f"/{shorter}"):
        return _plain(ours)
    return differences(ours, theirs)[0]


def _heading(side: int, record: Record, sides: int) -> str:
    letter = SIDES[side] if sides > 1 and side < len(SIDES) else ""
    ids = record.person_id or record.entry_id
    return " · ".join(part for part in (letter, record.heading, ids) if part)


def _places(record: Record, language: str) -> list[tuple[str, str]]:
    """Where the paper and the row are to be found."""
    say = translate
    number = _joined(
        (say("book {book}", language, book=record.book) if record.book else ""),
        (say("number {number}", language, number=_number(record)) if record.number else ""),
        (say("page {page}", language, page=record.page) if record.page else ""),
    )
    row = say("row {row}", language, row=record.row) if record.row else ""
    return [
        (say("Commune", language), printable(record.commune)),
        (say("Book", language), printable(number)),
        (say("Registered", language), printable(record.registered)),
        (say("File", language), printable(_joined(record.file, record.sheet, row))),
    ]


def _number(record: Record) -> str:
    if record.year and "/" not in record.number:
        return f"{record.number}/{record.year}"
    return record.number


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _plain(text: str) -> tuple[Segment, ...]:
    return (Segment(text, differs=False),) if text else ()
