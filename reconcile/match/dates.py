"""Dates of birth compared by precision (P6), once per distinct pair of dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

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
    codes, where = dates.distinct
    levels = np.zeros(len(left), dtype=np.int8)
    one, other = codes[left], codes[right]
    known = np.flatnonzero((one != MISSING) & (other != MISSING))
    if not len(known):
        return levels
    size = len(where)
    low, high = np.minimum(one[known], other[known]), np.maximum(one[known], other[known])
    pairs, values = pd.factorize(low * size + high)
    first, second = np.divmod(values, size)
    levels[known] = _levels(dates, where[first], where[second])[pairs]
    return levels


def _levels(dates: Dates, one: Ints, other: Ints) -> NDArray[np.int8]:
    gap = np.maximum(dates.first[one] - dates.last[other], dates.first[other] - dates.last[one])
    overlap = gap <= 0
    worse = np.minimum(dates.precision[one], dates.precision[other])
    exact = worse == DAY
    bound = worse == BOUND
    loose = ~exact & ~bound
    levels = np.zeros(len(one), dtype=np.int8)
    levels[exact] = _exact_levels(dates, one[exact], other[exact])
    years = _years_apart(dates, one, other)
    levels[loose] = CODES["year_different"]
    levels[loose & (years <= _FEW_YEARS)] = CODES["year_off_few"]
    levels[loose & (years <= 1)] = CODES["year_off_one"]
    levels[loose & overlap] = CODES["year_overlap"]
    levels[loose & overlap & (worse == MONTH)] = CODES["month_overlap"]
    both = bound & (np.maximum(dates.precision[one], dates.precision[other]) == BOUND)
    levels[bound & ~both & overlap] = CODES["age_possible"]
    levels[bound & ~overlap] = CODES["age_impossible"]
    return levels


def _years_apart(dates: Dates, one: Ints, other: Ints) -> Ints:
    """Least number of calendar years between two intervals."""
    first, last = dates.years
    apart: Ints = np.maximum(first[one] - last[other], first[other] - last[one])
    return np.maximum(apart, 0)


def _exact_levels(dates: Dates, one: Ints, other: Ints) -> NDArray[np.int8]:
    first, second = dates.first[one], dates.first[other]
    year_a, month_a, day_a = _parts(first)
    year_b, month_b, day_b = _parts(second)
    same_year, same_month, same_day = year_a == year_b, month_a == month_b, day_a == day_b
    apart = np.abs(first - second)
    lunar = dates.lunar[one] | dates.lunar[other]
    agreeing = same_year.astype(int) + same_month + same_day
    holds = {
        "day_equal": apart == 0,
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


def _parts(ordinals: Ints) -> tuple[Ints, Ints, Ints]:
    """Year, month and day of the month."""
    stamps = (ordinals - 719163).astype("datetime64[D]")
    months = stamps.astype("datetime64[M]")
    years = stamps.astype("datetime64[Y]")
    month = (months - years.astype("datetime64[M]")).astype(np.int64) + 1
    day = (stamps - months.astype("datetime64[D]")).astype(np.int64) + 1
    return years.astype(np.int64) + 1970, month, day
