"""Dates of birth compared by precision (P6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from reconcile.match.encoding import BOUND, DAY, MONTH, Dates
from reconcile.match.model import KINDS, MISSING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

CODES: Final = {level: code for code, level in enumerate(KINDS["date"], start=1)}
# A date written by the lunar calendar stands 20 to 50 days before the solar one.
_LUNAR: Final = (20, 50)
_FEW_YEARS: Final = 3


def date_levels(dates: Dates, left: Ints, right: Ints) -> NDArray[np.int8]:
    """Level of each pair of dates of birth, 0 where one side knows nothing.

    Args:
        dates: the dates of all mentions.
        left: positions of one side.
        right: positions of the other side.
    """
    levels = np.zeros(len(left), dtype=np.int8)
    known = np.flatnonzero((dates.first[left] != MISSING) & (dates.first[right] != MISSING))
    one, other = left[known], right[known]
    precisions = dates.precision[one], dates.precision[other]
    worse = np.minimum(*precisions)
    for chosen, decide in (
        (worse == DAY, _exact_levels),
        ((worse != DAY) & (worse != BOUND), _loose_levels),
        ((worse == BOUND) & (np.maximum(*precisions) != BOUND), _bound_levels),
        ((worse == BOUND) & (np.maximum(*precisions) == BOUND), _bounds_levels),
    ):
        at = np.flatnonzero(chosen)
        levels[known[at]] = decide(dates, one[at], other[at])
    return levels


def _gap(dates: Dates, one: Ints, other: Ints) -> Ints:
    """Days between two intervals, none or less where they overlap."""
    gap: Ints = np.maximum(
        dates.first[one] - dates.last[other], dates.first[other] - dates.last[one]
    )
    return gap


def _loose_levels(dates: Dates, one: Ints, other: Ints) -> NDArray[np.int8]:
    """Levels where the coarser side is an age, a year or a month."""
    years = _years_apart(dates, one, other)
    overlap = _gap(dates, one, other) <= 0
    months = np.minimum(dates.precision[one], dates.precision[other]) == MONTH
    levels = np.full(len(one), CODES["year_different"], dtype=np.int8)
    levels[years <= _FEW_YEARS] = CODES["year_off_few"]
    levels[years <= 1] = CODES["year_off_one"]
    levels[overlap] = CODES["year_overlap"]
    levels[overlap & months] = CODES["month_overlap"]
    return levels


def _bound_levels(dates: Dates, one: Ints, other: Ints) -> NDArray[np.int8]:
    """Levels where of one side only the bounds of its role's ages are known."""
    overlap = _gap(dates, one, other) <= 0
    possible, impossible = CODES["age_possible"], CODES["age_impossible"]
    return np.where(overlap, possible, impossible).astype(np.int8)


def _bounds_levels(dates: Dates, one: Ints, other: Ints) -> NDArray[np.int8]:
    """Levels where both sides have bounds only: that they overlap says nothing."""
    overlap = _gap(dates, one, other) <= 0
    return np.where(overlap, 0, CODES["age_impossible"]).astype(np.int8)


def _years_apart(dates: Dates, one: Ints, other: Ints) -> Ints:
    """Least number of calendar years between two intervals."""
    first, last = dates.years
    apart: Ints = np.maximum(first[one] - last[other], first[other] - last[one])
    return np.maximum(apart, 0)


def _exact_levels(dates: Dates, one: Ints, other: Ints) -> NDArray[np.int8]:
    """Levels where both sides have a day."""
    apart = np.abs(dates.first[one] - dates.first[other])
    levels = np.full(len(one), CODES["day_equal"], dtype=np.int8)
    at = np.flatnonzero(apart)
    levels[at] = _unequal_levels(dates, one[at], other[at], apart[at])
    return levels


def _unequal_levels(dates: Dates, one: Ints, other: Ints, apart: Ints) -> NDArray[np.int8]:
    """Levels of two days that are not the same."""
    year, month, day = dates.calendar
    year_a, month_a, day_a = year[one], month[one], day[one]
    year_b, month_b, day_b = year[other], month[other], day[other]
    same_year, same_month, same_day = year_a == year_b, month_a == month_b, day_a == day_b
    lunar = dates.lunar[one] | dates.lunar[other]
    agreeing = same_year.astype(np.int8) + same_month + same_day
    holds = {
        "day_swapped": same_year & (day_a == month_b) & (day_b == month_a),
        "day_lunar": lunar & (apart >= _LUNAR[0]) & (apart <= _LUNAR[1]),
        "day_component": agreeing >= 2,
        "day_same_year": same_year,
        "day_off_one": np.abs(year_a - year_b) == 1,
    }
    levels = np.full(len(one), CODES["day_different"], dtype=np.int8)
    for level, flags in reversed(holds.items()):
        levels[flags] = CODES[level]
    return levels
