"""Arithmetic on columns of days: proleptic ordinals as float64, NaN where nothing is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import numpy.typing as npt

_EPOCH: Final = 719_163  # proleptic ordinal of 1970-01-01, where numpy's days begin


def _dates(days: pd.Series) -> npt.NDArray[np.datetime64]:
    return (days.to_numpy().astype("int64") - _EPOCH).astype("datetime64[D]")


def anniversary(days: pd.Series, years: int, plus_days: int = 0) -> pd.Series:
    """The day on which so many years are completed.

    Args:
        days: proleptic ordinals as float64, NaN where unknown.
        years: completed years to add; who is born on 29 February completes them on 1 March of a
            year that has no such day.
        plus_days: days beyond.

    Returns:
        Proleptic ordinals as float64.
    """
    known = days.notna()
    dates = _dates(days[known])
    months = dates.astype("datetime64[M]")
    within = dates - months.astype("datetime64[D]")
    moved = (months + np.timedelta64(12 * years, "M")).astype("datetime64[D]") + within
    result = pd.Series(np.nan, index=days.index)
    result[known] = (moved.astype("int64") + _EPOCH + plus_days).astype("float64")
    return result


def year_of(days: pd.Series) -> pd.Series:
    """Calendar years of days, as float64."""
    known = days.notna()
    years = pd.Series(np.nan, index=days.index)
    years[known] = _dates(days[known]).astype("datetime64[Y]").astype("float64") + 1970
    return years
