"""A case as text: the sides line by line under each other, the reasons, the question.

Sides are laid out alike: first where the paper is, then what several sides say, each at the same
height so that the eye compares along a line, below it what one side alone says, and the file.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from reconcile.model import ConflictKind, fingerprint
from reconcile.review.casebook import SIDES, Case, Record, say, severity_words
from reconcile.review.columns import SEALED, Column
from reconcile.review.differences import Segment, differences
from reconcile.review.values import value_words
from reconcile.text.language import translate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reconcile.review.casebook import Answered

SEAL_DIGITS: Final = 6  # of each column
NOTHING: Final = "–"
_FACT_LIMIT: Final = 300  # letters of one fact; the paper has the rest
_ALONE_LIMIT: Final = 900  # of one fact where nothing stands beside it, such as a refused row
_REASON_LIMIT: Final = 5  # of each sign
# Characters that XML or a spreadsheet cannot hold, and those that turn the direction of writing.
_UNPRINTABLE: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)

# A text that looks like an escaped letter of xlsx; programs read it back in three ways.
_LIKE_ESCAPE: Final = re.compile("_(?=x[0-9a-fA-F]{4}_)")
_JOINER: Final = "_\N{WORD JOINER}"


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


@lru_cache(maxsize=50_000)
def printable(text: str, limit: int = _FACT_LIMIT) -> str:
    """A text that is safe in a cell: one line, no control characters, of a bounded length."""
    clean = _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", " ".join(text.split()))
    if "_x" in clean:
        clean = _LIKE_ESCAPE.sub(_JOINER, clean)
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"


def cards(case: Case, language: str) -> tuple[Card, ...]:
    """The sides of a case, laid out alike and with their differences marked.

    Args:
        case: the case.
        language: ``vi`` or ``en``.
    """
    facts = _shown_facts(case, language)
    shared, alone = _in_order(facts)
    remarks = _said("Notes", language)  # each entry has its own; they need not agree
    compared = (
        [{label: text for label, text in side.items() if label != remarks} for side in facts]
        if _is_comparison(case)
        else []
    )
    found = []
    for side, record in enumerate(case.sides):
        other = compared[0 if side else 1] if len(compared) > 1 else {}
        paper, file = _places(record, language)
        lines = [CardLine("", _plain(_heading(side, record, len(case.sides)))), paper]
        lines += [
            CardLine(label, differences(facts[side].get(label, ""), other.get(label, ""))[0])
            if label in facts[side]
            else CardLine(label, _plain(NOTHING))
            for label in shared
        ]
        lines += [
            CardLine(label, _plain(facts[side][label])) for label in alone if label in facts[side]
        ]
        found.append((*lines, file))
    return tuple(found)


def _is_comparison(case: Case) -> bool:
    """Whether the sides ought to say the same; a mother and her child, or neighbours, need not."""
    if case.kind.code == ConflictKind.SERIES:
        return False
    return case.kind.code != ConflictKind.LAW or len({side.person_id for side in case.sides}) == 1


def _shown_facts(case: Case, language: str) -> list[dict[str, str]]:
    """What each side says, on top of it the value that is disputed."""
    limit = _FACT_LIMIT if len(case.sides) > 1 else _ALONE_LIMIT
    facts = [
        {label: printable(text, limit) for label, text in record.facts.items() if text.strip()}
        for record in case.sides
    ]
    if case.field and len(case.values) == len(facts) > 0:
        label = _said("Disputed", language)
        facts = [
            {label: printable(value_words(value, language)), **shown}
            for value, shown in zip(case.values, facts, strict=True)
        ]
    return facts


def card_text(card: Card) -> str:
    """A card as plain text."""
    return "\n".join(line.text for line in card)


def question(case: Case, language: str) -> str:
    """The question, and below it what was answered before, and its legal basis."""
    parts = [case.sentence]
    if case.stale:
        parts.append(translate("Answered before; what it rested on has changed since.", language))
    if case.answered:
        parts.append(_answered(case, language))
    if case.legal:
        parts.append(_said("Legal basis: {basis}", language, basis=case.legal))
    return "\n".join(printable(part, 2000) for part in parts)


def _answered(case: Case, language: str) -> str:
    """Who has answered what, and why it is asked again."""
    answers = "; ".join(
        f"{told.officer}, {value_words(told.decided[:10], language)}: {_words(told, language)}"
        for told in case.answered
    )
    if case.stale:
        template = "Answers: {answers}."
    elif len({(told.code, told.value) for told in case.answered}) > 1:
        template = "Officers answered differently: {answers}. It stays open until two agree."
    else:
        template = "Answered: {answers}. A second officer must say the same."
    return translate(template, language, answers=answers)


def _words(told: Answered, language: str) -> str:
    value = value_words(told.value, language)
    return told.code if not value or "/" in told.value else f"{told.code} ({value})"


def reasons(case: Case, language: str) -> str:
    """The strongest evidence, for (+) before against (−); else what is equal and what is not."""
    plainly = [printable(r.text) for r in case.reasons if not r.weight]
    speaking_for = [f"+ {printable(r.text)}" for r in case.reasons if r.weight > 0]
    against = [f"− {printable(r.text)}" for r in case.reasons if r.weight < 0]
    if not case.reasons and len(case.sides) > 1 and _is_comparison(case):
        plainly = _agreement(case, language)
    return "\n".join([*plainly, *speaking_for[:_REASON_LIMIT], *against[:_REASON_LIMIT]])


def _agreement(case: Case, language: str) -> list[str]:
    """Which facts all sides give alike, and which not."""
    facts = [
        {
            label: text
            for label, text in side.facts.items()
            if text.strip() and label != _said("Notes", language)
        }
        for side in case.sides
    ]
    shared, _ = _in_order(facts)
    equal: list[str] = []
    unequal: list[str] = []
    for label in shared:
        first, *others = (side[label] for side in facts if label in side)
        differs = any(part.differs for each in others for part in differences(first, each)[0])
        differs |= any(part.differs for each in others for part in differences(each, first)[0])
        (unequal if differs else equal).append(label)
    said = {"Equal: {facts}": equal, "Not equal: {facts}": unequal}
    return [
        translate(template, language, facts=", ".join(labels))
        for template, labels in said.items()
        if labels
    ]


def proposal(case: Case, language: str) -> str:
    """The proposal with its probability or its value, empty where none is made."""
    if case.proposal in SIDES[: len(case.values)] and case.proposal:
        value = printable(value_words(case.values[SIDES.index(case.proposal)], language))
        return f"{case.proposal} = {value}"
    if not case.proposal or not case.probability >= 0:
        return case.proposal
    share = min(case.probability * 100, 99.9)  # nothing is certain before an officer says so
    return f"{case.proposal} ({share:.0f} %)" if share < 99 else f"{case.proposal} ({share:.1f} %)"


def shown(
    case: Case, ordinal: int, language: str, sides: Sequence[Card] | None = None
) -> dict[Column, str]:
    """Everything that the tool writes about a case, column by column, as plain text.

    Args:
        case: the case.
        ordinal: its running number.
        language: ``vi`` or ``en``.
        sides: its cards, where they are made already.
    """
    texts = [card_text(card) for card in (cards(case, language) if sides is None else sides)]
    found = {
        Column.ORDINAL: str(ordinal),
        Column.SEVERITY: severity_words(case.severity, language),
        Column.KIND: say(case.kind, language),
        Column.QUESTION: question(case, language),
        Column.SIDE_A: texts[0] if texts else "",
        Column.SIDE_B: texts[1] if len(texts) > 1 else "",
        Column.SIDES_MORE: "\n\n".join(texts[2:]),
        Column.REASONS: reasons(case, language),
        Column.PROPOSAL: proposal(case, language),
        Column.CONFLICT: case.conflict,
        # a letter before them, or a spreadsheet reads some hashes as numbers: 12e4 is 120,000
        Column.EVIDENCE: f"h{case.evidence}.{order_of(case.anchors)}",
    }
    found[Column.SEAL] = f"s{seal(found)}"
    return found


def order_of(keys: Iterable[str]) -> str:
    """A hash of the sides in their order, since an answer such as "A" says nothing without it.

    Args:
        keys: source keys of the sides, side A first.
    """
    return fingerprint(keys, size=4)


def seal(texts: Mapping[Column, str]) -> str:
    """A hash of each cell that a row shows, to notice changed cells and rows that fell apart.

    Blanks and line ends do not count, since programs store them differently.

    Args:
        texts: what stands in the columns of ``SEALED``.

    Returns:
        Six hexadecimal digits for each of these columns, in their order.
    """
    return "".join(
        fingerprint(["".join(texts.get(column, "").split())], size=SEAL_DIGITS // 2)
        for column in SEALED
    )


def _in_order(facts: Sequence[Mapping[str, str]]) -> tuple[list[str], list[str]]:
    """Labels that several sides have, and labels that one side alone has.

    Each once, a label that only later sides have after its forerunner.
    """
    labels: list[str] = []
    for side in facts:
        at = 0
        for label in side:
            if label in labels:
                at = labels.index(label) + 1
            else:
                labels.insert(at, label)
                at += 1
    times = {label: sum(label in side for side in facts) for label in labels}
    least = min(2, len(facts))
    return (
        [label for label in labels if times[label] >= least],
        [label for label in labels if times[label] < least],
    )


def _heading(side: int, record: Record, sides: int) -> str:
    letter = SIDES[side] if sides > 1 and side < len(SIDES) else ""
    ids = record.person_id or record.entry_id
    return " · ".join(part for part in (letter, record.heading, ids) if part)


def _places(record: Record, language: str) -> tuple[CardLine, CardLine]:
    """Where the paper and the row are to be found."""
    say = _said
    paper = _joined(
        record.commune,
        say("book {book}", language, book=record.book) if record.book else "",
        say("number {number}", language, number=_number(record)) if record.number else "",
        say("page {page}", language, page=record.page) if record.page else "",
        say("registered {date}", language, date=record.registered) if record.registered else "",
    )
    row = say("row {row}", language, row=record.row) if record.row else ""
    file = _joined(record.file, record.sheet, row)
    return (
        CardLine(say("Book", language), _plain(printable(paper) or NOTHING)),
        CardLine(say("File", language), _plain(printable(file) or NOTHING)),
    )


@lru_cache(maxsize=20_000)
def _said(template: str, language: str, **values: object) -> str:
    """A message; a few thousand books, pages and days stand in tens of thousands of cards."""
    return translate(template, language, **values)


def _number(record: Record) -> str:
    if record.year and "/" not in record.number:
        return f"{record.number}/{record.year}"
    return record.number


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _plain(text: str) -> tuple[Segment, ...]:
    return (Segment(text, differs=False),) if text else ()
