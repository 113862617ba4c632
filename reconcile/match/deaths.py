"""The day of death in two death entries: what two registrations of one death share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from reconcile.match.dates import CODES, date_levels
from reconcile.match.encoding import PRECISIONS, Dates, days
from reconcile.match.model import KINDS, MISSING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

# Levels of dates of birth -> levels of days of death; all others are "apart".
_LEVELS: Final = {
    "day_equal": "day_equal",
    "day_swapped": "slip",
    "day_lunar": "slip",
    "day_component": "slip",
    "month_overlap": "overlap",
    "year_overlap": "overlap",
}


def death_levels(dates: Dates, left: Ints, right: Ints) -> NDArray[np.int8]:
    """Level of each pair of days of death, 0 where one side does not state one.

    Args:
        dates: days of death of all mentions.
        left: positions of one side.
        right: positions of the other side.
    """
    levels = np.zeros(len(left), dtype=np.int8)
    known = np.flatnonzero((dates.first[left] != MISSING) & (dates.first[right] != MISSING))
    names = KINDS["death"]
    table = np.full(len(CODES) + 1, names.index("apart") + 1, dtype=np.int8)
    table[0] = 0
    for born, died in _LEVELS.items():
        table[CODES[born]] = names.index(died) + 1
    levels[known] = table[date_levels(dates, left[known], right[known])]
    return levels


def death_dates(mentions: pd.DataFrame) -> Dates:
    """Days of death as intervals; those of persons who do not die in the entry are missing.

    Args:
        mentions: LIVE_MENTIONS.
    """
    first, last = days(mentions["death_from"]), days(mentions["death_to"])
    codes, words = pd.factorize(mentions["death_precision"])
    precision = np.array([PRECISIONS.get(str(word), 0) for word in words] or [0])[codes]
    stated = (first >= 0) & (last >= 0) & (precision > 0)
    lunar = np.zeros(len(mentions), dtype=bool)
    return Dates(
        np.where(stated, first, MISSING),
        np.where(stated, last, MISSING),
        np.where(stated, precision, 0),
        lunar,
    )
