"""Understanding what people write into a cell: decisions, dates, yes and no, values.

Accepted is what can only mean one thing. Anything else comes back as None, and the row is refused
with a reason: asking again is cheap, a decision that nobody took is not.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from rapidfuzz.distance import OSA

from reconcile.review.casebook import SIDES
from reconcile.review.columns import reduced
from reconcile.text.folding import tidy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconcile.resolve.wording import Decision, Kind
    from reconcile.review.columns import ReviewWords

Cell = str | int | float | bool | date | datetime | None

_ALIKE: Final = 0.82  # similarity from which a mistyped word may be meant
_CLEARER: Final = 0.1  # by which it must beat the next decision
_SHORTEST: Final = 6  # letters; shorter words are not guessed at
# Words that turn a meaning round: a guess may never add or lose one of them.
_TURNING: Final = frozenset(
    {"khong", "ko", "k", "chua", "khac", "hai", "2", "sai", "not", "no", "different", "wrong"}
    | {"neither", "both", "two"}
)
_LETTERS: Final = frozenset(SIDES.lower())
# What stands behind the words of a proposal, and is copied over with it: "(93 %)", "= 04/03/1985".
_BEHIND: Final = re.compile(r"\(\s*[\d.,]+\s*%\s*\)|(?<=^[A-Z]) = .*")
_EXCEL_EPOCH: Final = date(1899, 12, 30)


class Answer(NamedTuple):
    """A decision that was understood.

    Attributes:
        decision: the decision.
        side: position of the side that it names, -1 where it names none.
    """

    decision: Decision
    side: int


class Vocabulary:
    """The words by which the decisions of one kind of conflict are known.

    Args:
        kind: the kind.
        words: further words.
        sides: how many sides the conflict has.
    """

    def __init__(self, kind: Kind, words: ReviewWords, sides: int) -> None:
        self._kind = kind
        self._words = words
        self._letters = [letter.lower() for letter in SIDES[:sides]]

    def understand(self, text: str) -> Answer | None:
        """The decision that a text means, None where it is not clear."""
        said = reduced(_BEHIND.sub(" ", text))
        if said in self._whole:
            return self._whole[said]
        for position, word in enumerate(said.split()):
            if word in self._letters:
                rest = said.split()
                del rest[position]
                decision = self._guess(" ".join(rest), self._with_side)
                if decision is not None:
                    return Answer(decision, self._letters.index(word))
        decision = self._guess(said, {**self._plain, **self._with_side})
        if decision is None or (_by_side(decision) and _LETTERS & set(said.split())):
            return None  # it names a side, but one that this conflict does not have
        return Answer(decision, -1)

    @cached_property
    def _whole(self) -> dict[str, Answer]:
        """Texts that need no guessing, among them a side's letter alone where that is enough."""
        found = {said: Answer(decision, -1) for said, decision in self._plain.items()}
        by_side = list(dict.fromkeys(self._with_side.values()))
        if len(by_side) == 1 and not by_side[0].binds:
            for side, letter in enumerate(self._letters):
                for said in (letter, f"ben {letter}", f"side {letter}"):
                    found.setdefault(said, Answer(by_side[0], side))
        return found

    @cached_property
    def _plain(self) -> dict[str, Decision]:
        return self._known(decision for decision in self._kind.decision if not _by_side(decision))

    @cached_property
    def _with_side(self) -> dict[str, Decision]:
        return self._known(decision for decision in self._kind.decision if _by_side(decision))

    def _known(self, decisions: Iterable[Decision]) -> dict[str, Decision]:
        """Reduced text -> decision; a text that would mean two decisions means none."""
        meant: dict[str, set[str]] = {}
        by_code = {decision.code: decision for decision in decisions}
        for decision in by_code.values():
            texts = [decision.vi.replace("{side}", " "), decision.en.replace("{side}", " ")]
            texts += self._synonyms(decision.code)
            for text in (*texts, decision.code):
                meant.setdefault(reduced(text), set()).add(decision.code)
        return {
            said: by_code[next(iter(codes))]
            for said, codes in meant.items()
            if len(codes) == 1 and said
        }

    def _synonyms(self, code: str) -> list[str]:
        return [
            word
            for synonym in self._words.synonym
            if synonym.decision == code and (not synonym.kind or self._kind.code in synonym.kind)
            for word in synonym.words
        ]

    def _guess(self, said: str, known: dict[str, Decision]) -> Decision | None:
        """The decision whose words are said, or are all but said and no other's nearly so."""
        if said in known:
            return known[said]
        if len(said) < _SHORTEST:
            return None
        best: dict[str, float] = {}
        for words, decision in known.items():
            alike = OSA.normalized_similarity(said, words)
            best[decision.code] = max(best.get(decision.code, 0.0), alike)
        ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))
        code, alike = ranked[0] if ranked else ("", 0.0)
        runner_up = ranked[1][1] if len(ranked) > 1 else 0.0
        if alike < _ALIKE or alike - runner_up < _CLEARER:
            return None
        decision, words = next(
            (decision, words)
            for words, decision in known.items()
            if decision.code == code and OSA.normalized_similarity(said, words) == alike
        )
        return decision if _TURNING & set(said.split()) == _TURNING & set(words.split()) else None


def _by_side(decision: Decision) -> bool:
    return "{side}" in decision.vi


def cell_text(cell: Cell) -> str:
    """A cell as text: whole numbers without ``.0``, dates as ``dd/mm/yyyy``."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, date):  # a datetime is one too
        return f"{cell.day:02d}/{cell.month:02d}/{cell.year}"
    return tidy(str(cell))


def side_of(text: str, sides: int) -> int:
    """The position of the side that a cell names: ``A``, ``bên B``, ``mục C``; -1 for none."""
    found = [
        word
        for word in reduced(text).split()
        if word not in {"ben", "muc", "nguoi", "so", "ban", "side", "entry", "person", "giu"}
    ]
    if len(found) != 1 or len(found[0]) != 1:
        return -1
    position = SIDES.lower().find(found[0])
    return position if position < sides else -1


def yes_or_no(text: str, words: ReviewWords) -> bool | None:
    """What *Đã đối chiếu sổ* says; None where it is not clear."""
    said = reduced(text)
    if said in {reduced(word) for word in words.paper.yes}:
        return True
    return False if said in {reduced(word) for word in words.paper.no} else None


_ISO: Final = re.compile(r"(\d{4})\D(\d{1,2})\D(\d{1,2})(?:[T ].*)?$")
_DAY_FIRST: Final = re.compile(r"(\d{1,2})\D+(\d{1,2})\D+(\d{4}|\d{2})$")
_COMPACT: Final = re.compile(r"(\d{2})(\d{2})(\d{4})$")
_MONTH: Final = re.compile(r"(\d{1,2})\D+(\d{4})$")
_YEAR: Final = re.compile(r"(\d{4})$")


def full_date(cell: Cell, today: date) -> date | None:
    """The day that a cell says, in any usual form; None where it says none.

    Args:
        cell: a date cell, a text such as ``24/11/2026``, ``24.11.26``, ``2026-11-24``, ``ngày 24
            tháng 11 năm 2026``, or the number that Excel makes of a date.
        today: what two digits of a year are read against: never a later century.
    """
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and 30_000 < cell < 80_000:
        return _EXCEL_EPOCH + timedelta(days=int(cell))
    # what stands before the first figure is a word: "ngày", "Hiệp Đức, ngày"
    text = re.sub(r"^\D+", "", cell_text(cell)).rstrip(" .")
    if iso := _ISO.match(text):
        year, month, day = iso.groups()
    elif usual := _DAY_FIRST.match(text) or _COMPACT.match(text):
        day, month, year = usual.groups()
    else:
        return None
    # a program in English writes the month first; taken so only where nothing else can be meant
    return _day(int(year), int(month), int(day), today) or _day(
        int(year), int(day), int(month), today
    )


def partial_date(cell: Cell, today: date) -> str | None:
    """A date in its precision as ISO 8601: ``1985-03-04``, ``1985-03`` or ``1985`` (P6)."""
    day = full_date(cell, today)
    if day is not None:
        return day.isoformat()
    text = re.sub(r"^\D+", "", cell_text(cell))
    if month := _MONTH.match(text):
        number, year = int(month[1]), int(month[2])
        return f"{year:04d}-{number:02d}" if 1 <= number <= 12 and _sensible(year) else None
    if _YEAR.match(text) and _sensible(int(text)):
        return text
    return None


def _day(year: int, month: int, day: int, today: date) -> date | None:
    if year < 100:
        year += today.year // 100 * 100
        year -= 100 if year > today.year else 0
    if not _sensible(year):
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _sensible(year: int) -> bool:
    return 1850 <= year <= 2200
