"""Levels of pairs of records, decided once per distinct pair of values.

Every function is symmetric and gives the place of the level in
:data:`reconcile.match.table.model.KINDS`, counted from 1; 0 where a value is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from reconcile.match.comparisons import over_distinct
from reconcile.match.model import MISSING
from reconcile.match.table.model import ELSEWHERE, KINDS
from reconcile.match.table.values import same_value

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from reconcile.match.table.model import TableComparison
    from reconcile.match.table.values import Values

    Ints = NDArray[np.int64]
    Levels = NDArray[np.int8]
    Flags = NDArray[np.bool_]

_SIMILAR: Final = 0.88  # Jaro-Winkler similarity from which two texts are alike
_MOST_EDITS: Final = 2
_SHORT: Final = 4  # letters up to which one edit makes another word


def level_code(kind: str, level: str) -> int:
    """Code of a level of a kind."""
    return list(KINDS[kind]).index(level) + 1


def table_levels(
    values: dict[str, Values], comparison: TableComparison, left: Ints, right: Ints
) -> Levels:
    """Level of each pair of records in one comparison.

    Args:
        values: comparison id -> its column.
        comparison: one comparison of the model.
        left: positions of one side.
        right: positions of the other side.
    """
    own = values[comparison.id]
    decide = _DECIDE[comparison.kind]
    levels = over_distinct(own.codes, left, right, lambda first, second: decide(own, first, second))
    exact = level_code(comparison.kind, "exact")
    for name in comparison.elsewhere:
        slipped = _slipped(own, values[name], left, right)
        levels[slipped & (levels != exact)] = level_code(comparison.kind, ELSEWHERE)
    return levels


def _slipped(own: Values, other: Values, left: Ints, right: Ints) -> Flags:
    """Whether the value of one side stands in the other column of the other side."""
    lookup = np.append(same_value(own, other), MISSING)  # a missing value finds the last place
    found = np.zeros(len(left), dtype=bool)
    for one, beside in ((left, right), (right, left)):
        there = lookup[own.codes[one]]
        found |= (there != MISSING) & (there == other.codes[beside])
    return found


def _edits(values: Values, first: Ints, second: Ints) -> Ints:
    """Letters typed wrong, left out, added or swapped with their neighbour; 3 for "more"."""
    found = np.full(len(first), 3, dtype=np.int64)
    # Texts whose lengths differ by more are more edits apart: most pairs need no look.
    near = np.flatnonzero(np.abs(values.lengths[first] - values.lengths[second]) <= _MOST_EDITS)
    found[near] = cpdist(
        list(values.joined[first[near]]),
        list(values.joined[second[near]]),
        scorer=OSA.distance,
        score_cutoff=_MOST_EDITS,
        dtype=np.uint8,
    )
    return found


def _alike(values: Values, first: Ints, second: Ints) -> Flags:
    """Whether two texts begin and go on alike, by the measure of Jaro and Winkler."""
    found = cpdist(
        list(values.joined[first]),
        list(values.joined[second]),
        scorer=JaroWinkler.similarity,
        score_cutoff=_SIMILAR,
        dtype=np.float32,
    )
    return np.asarray(found >= _SIMILAR)


def _settled(kind: str, **reached: Flags) -> Levels:
    """The first level whose condition holds, in the order given; else "different"."""
    levels = np.full(len(next(iter(reached.values()))), level_code(kind, "different"))
    for level, holds in reversed(reached.items()):
        levels[holds] = level_code(kind, level)
    return levels.astype(np.int8)


def _names(values: Values, first: Ints, second: Ints) -> Levels:
    edits = _edits(values, first, second)
    shorter = np.minimum(values.lengths[first], values.lengths[second])
    few = (edits <= 1) | ((edits <= _MOST_EDITS) & (shorter > _SHORT))
    sounds = values.sounds
    return _settled(
        "name",
        exact=values.spelling[first] == values.spelling[second],
        unmarked=values.plain[first] == values.plain[second],
        one_edit=(edits <= 1) & (shorter >= _SHORT),
        sound=(sounds[first] == sounds[second]) & (sounds[first] != MISSING),
        similar=few | (values.words[first] == values.words[second]) | _alike(values, first, second),
    )


def _texts(values: Values, first: Ints, second: Ints) -> Levels:
    edits = _edits(values, first, second)
    shorter = np.minimum(values.lengths[first], values.lengths[second])
    same_words = values.words[first] == values.words[second]
    return _settled(
        "text",
        exact=values.spelling[first] == values.spelling[second],
        unmarked=values.plain[first] == values.plain[second],
        one_edit=(edits <= 1) & (shorter >= _SHORT),
        similar=(edits <= _MOST_EDITS) | same_words | _alike(values, first, second),
    )


def _codes(values: Values, first: Ints, second: Ints) -> Levels:
    edits = _edits(values, first, second)
    return _settled("code", exact=first == second, one_edit=edits == 1, two_edits=edits == 2)


def _dates(values: Values, first: Ints, second: Ints) -> Levels:
    year, month, day = values.day
    whole = (month[first] != MISSING) & (month[second] != MISSING)
    # Where one side knows the year only, nothing but the year can agree.
    of_years = ~whole & (year[first] != MISSING) & (year[second] != MISSING)
    years, months, days = (piece[first] == piece[second] for piece in values.day)
    swapped = (month[first] == day[second]) & (day[first] == month[second])
    return _settled(
        "date",
        exact=whole & (first == second),
        swapped=whole & years & swapped,
        one_edit=~of_years & (_edits(values, first, second) <= 1),
        two_parts=whole & (years.astype(int) + months + days >= 2),
        year=of_years & years,
    )


def _category(values: Values, first: Ints, second: Ints) -> Levels:
    del values
    return _settled("category", exact=first == second)


_DECIDE: Final[dict[str, Callable[[Values, Ints, Ints], Levels]]] = {
    "name": _names,
    "text": _texts,
    "code": _codes,
    "date": _dates,
    "category": _category,
}
