"""Partial dates as intervals of days (P6): what can be said for certain, and how it is written.

A day is its proleptic ordinal. An interval is closed: from the first to the last possible day.
Missing ends are replaced by :data:`NEVER` and :data:`ALWAYS`, with which no comparison is certain.
"""

from __future__ import annotations

from array import array
from calendar import monthrange
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

YEAR: Final = 365.25
NEVER: Final = -(10**7)
ALWAYS: Final = 10**7


def first_days(column: pd.Series[int]) -> npt.NDArray[np.int64]:
    """First possible days; :data:`NEVER` (long before everything) where there is none."""
    return np.asarray(column.to_numpy(dtype="int64", na_value=NEVER), dtype=np.int64)


def last_days(column: pd.Series[int]) -> npt.NDArray[np.int64]:
    """Last possible days; :data:`ALWAYS` (long after everything) where there is none."""
    return np.asarray(column.to_numpy(dtype="int64", na_value=ALWAYS), dtype=np.int64)


def packed(days: npt.NDArray[np.integer]) -> array[int]:
    """Days or positions as an array of 32-bit integers, a sixth of a list's memory."""
    return array("i", days.astype(np.int32).tobytes())


def written(first: int, last: int) -> str:
    """An interval as ISO 8601 in its own precision.

    Returns:
        ``1985-03-04``, ``1985-03``, ``1985``, or ``1984-03-01/1985-08-31`` (``1984/1985`` where
        the ends are those of years) for an interval that is none of these; empty where nothing
        is known.
    """
    if first <= NEVER or last >= ALWAYS:
        return ""
    start, end = date.fromordinal(first), date.fromordinal(last)
    if start == end:
        return start.isoformat()
    begins_year = (start.month, start.day) == (1, 1)
    ends_year = (end.month, end.day) == (12, 31)
    if begins_year and ends_year:
        years = f"{start.year:04}", f"{end.year:04}"
        return years[0] if years[0] == years[1] else "/".join(years)
    same_month = (start.year, start.month) == (end.year, end.month)
    if same_month and start.day == 1 and end.day == monthrange(end.year, end.month)[1]:
        return f"{start.year:04}-{start.month:02}"
    return f"{start.isoformat()}/{end.isoformat()}"


def is_slip(left: int, right: int) -> bool:
    """Whether two days differ as one typing error makes them differ.

    One of day, month and year differs, or day and month stand in each other's place.
    """
    one, other = date.fromordinal(left), date.fromordinal(right)
    equal = (one.day == other.day) + (one.month == other.month) + (one.year == other.year)
    swapped = one.year == other.year and (one.day, one.month) == (other.month, other.day)
    return equal >= 2 or swapped
