"""The order in which questions are asked: most effect per minute of work first, kin kept together.

Questions that share a person are a *family*: whoever has the books open for one answers the others
too. A family stands where its effect per minute as a whole puts it, which on populations with known
truth costs nothing against the order without families (``docs/explanation/accuracy.md``).
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from reconcile.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconcile.review.casebook import Case

_GRAVEST_FIRST: Final = [severity.value for severity in reversed(Severity)]
_DIGITS: Final = 9  # of an effect per minute; finer differences are noise of the processor


class _Turn(NamedTuple):
    """When a question has its turn among all; the lower, the sooner."""

    severity: int
    family_effect: float
    family: str
    effect: float
    conflict: str


def in_order(asked: Sequence[Case], sheets: Sequence[str], limit: int | None = None) -> list[Case]:
    """Questions by sheet, gravest first, then those with most effect per minute of work.

    Args:
        asked: the questions.
        sheets: codes of the sheets in their order.
        limit: keep only so many, those whose turn comes first whatever their sheet.

    Returns:
        The questions; ties by id, so that the order never depends on arrival.
    """
    turns = _turns(asked, sheets)
    kept = sorted(asked, key=lambda case: turns[case.conflict])[:limit]
    return sorted(kept, key=lambda case: (sheets.index(case.kind.sheet), turns[case.conflict]))


def _turns(asked: Sequence[Case], sheets: Sequence[str]) -> dict[str, _Turn]:
    grouped: dict[tuple[int, int], list[Case]] = defaultdict(list)
    for case in asked:
        place = (sheets.index(case.kind.sheet), _GRAVEST_FIRST.index(case.severity))
        grouped[place].append(case)
    turns: dict[str, _Turn] = {}
    for (_, severity), cases in grouped.items():
        for family in _families(cases):
            name = min(case.conflict for case in family)
            whole = _effect(family)
            turns |= {
                case.conflict: _Turn(severity, -whole, name, -_effect([case]), case.conflict)
                for case in family
            }
    return turns


def _effect(cases: Iterable[Case]) -> float:
    """Expected effect per minute of answering all of some questions."""
    asked = sorted(cases, key=lambda case: case.conflict)
    return round(sum(case.gain for case in asked) / sum(case.minutes for case in asked), _DIGITS)


def _families(cases: Sequence[Case]) -> list[list[Case]]:
    """Questions that hang together by the persons whom they are about."""
    leader: dict[str, str] = {}

    def lead(one: str) -> str:
        while leader.setdefault(one, one) != one:
            one = leader[one]
        return one

    for case in cases:
        for person in {side.person_id for side in case.sides} - {""}:
            leader[lead(person)] = lead(case.conflict)
    found: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        found[lead(case.conflict)].append(case)
    return list(found.values())
