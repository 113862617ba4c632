"""Levels of pairs of records, decided once per distinct pair of values.

Every function is symmetric and gives the place of the level in
:data:`reconcile.match.table.model.KINDS`, counted from 1; 0 where a value is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.fuzz import token_set_ratio
from rapidfuzz.process import cpdist

from reconcile.match.comparisons import over_distinct
from reconcile.match.model import MISSING
from reconcile.match.table.model import ELSEWHERE, KINDS
from reconcile.match.table.values import same_value

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from reconcile.match.table.model import TableComparison
    from reconcile.match.table.values import Texts, Values

    Ints = NDArray[np.int64]
    Levels = NDArray[np.int8]
    Flags = NDArray[np.bool_]

_SIMILAR_NAME: Final = 0.88  # Jaro-Winkler similarity from which two names are alike
_SIMILAR_TEXT: Final = 80.0  # token_set_ratio, per cent, from which two texts are alike
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


def _edits(one: Texts, other: Texts) -> Ints:
    """Letters typed wrong, left out, added or swapped with their neighbour; 3 for "more"."""
    found = cpdist(list(one), list(other), scorer=OSA.distance, score_cutoff=2, dtype=np.uint8)
    return found.astype(np.int64)


def _settled(kind: str, different: str, **reached: Flags) -> Levels:
    """The first level whose condition holds, in the order given."""
    levels = np.full(len(next(iter(reached.values()))), level_code(kind, different))
    for level, holds in reversed(reached.items()):
        levels[holds] = level_code(kind, level)
    return levels.astype(np.int8)


def _names(values: Values, first: Ints, second: Ints) -> Levels:
    one, other = values.texts[first], values.texts[second]
    edits = _edits(one, other)
    shorter = np.minimum(_lengths(one), _lengths(other))
    alike = cpdist(
        list(one),
        list(other),
        scorer=JaroWinkler.similarity,
        score_cutoff=_SIMILAR_NAME,
        dtype=np.float32,
    )
    long_enough = shorter > _SHORT
    return _settled(
        "name",
        "different",
        exact=first == second,
        one_edit=(edits <= 1) & (shorter >= _SHORT),
        sound=values.sounds[first] == values.sounds[second],
        similar=(edits <= 1) | ((edits <= 2) & long_enough) | (alike >= _SIMILAR_NAME),
    )


def _texts(values: Values, first: Ints, second: Ints) -> Levels:
    one, other = values.texts[first], values.texts[second]
    # Words that were written together or apart are no other words.
    joined, beside = _joined(one), _joined(other)
    edits = _edits(joined, beside)
    alike = cpdist(
        list(one), list(other), scorer=token_set_ratio, score_cutoff=_SIMILAR_TEXT, dtype=np.float32
    )
    near = cpdist(
        list(joined),
        list(beside),
        scorer=JaroWinkler.similarity,
        score_cutoff=_SIMILAR_NAME,
        dtype=np.float32,
    )
    return _settled(
        "text",
        "different",
        exact=joined == beside,
        one_edit=(edits <= 1) & (np.minimum(_lengths(joined), _lengths(beside)) >= _SHORT),
        similar=(edits <= 2) | (alike >= _SIMILAR_TEXT) | (near >= _SIMILAR_NAME),
    )


def _codes(values: Values, first: Ints, second: Ints) -> Levels:
    edits = _edits(values.texts[first], values.texts[second])
    return _settled(
        "code", "different", exact=first == second, one_edit=edits == 1, two_edits=edits == 2
    )


def _dates(values: Values, first: Ints, second: Ints) -> Levels:
    one, other = values.texts[first], values.texts[second]
    years, months, days = (_piece(one, other, place) for place in ((0, 4), (4, 6), (6, 8)))
    swapped = np.array(
        [a[:4] + a[6:8] + a[4:6] == b for a, b in zip(one, other, strict=True)], dtype=bool
    )
    return _settled(
        "date",
        "different",
        exact=first == second,
        swapped=swapped,
        one_edit=_edits(one, other) <= 1,
        two_parts=years.astype(int) + months + days >= 2,
    )


def _category(values: Values, first: Ints, second: Ints) -> Levels:
    del values
    return _settled("category", "different", exact=first == second)


def _piece(one: Texts, other: Texts, place: tuple[int, int]) -> Flags:
    start, end = place
    same = [
        len(a) == len(b) == 8 and a[start:end] == b[start:end]
        for a, b in zip(one, other, strict=True)
    ]
    return np.array(same, dtype=bool)


def _lengths(texts: Texts) -> Ints:
    return np.array([len(text) for text in texts], dtype=np.int64)


def _joined(texts: Texts) -> Texts:
    joined = np.empty(len(texts), dtype=object)
    joined[:] = [text.replace(" ", "") for text in texts]
    return joined


_DECIDE: Final[dict[str, Callable[[Values, Ints, Ints], Levels]]] = {
    "name": _names,
    "text": _texts,
    "code": _codes,
    "date": _dates,
    "category": _category,
}
