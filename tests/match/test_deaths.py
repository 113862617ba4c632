"""Days of death of two entries."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from reconcile.match.deaths import death_dates, death_levels
from reconcile.match.model import KINDS


def died(text):
    """Columns of a day of death written ``1999-05-17``, ``1999`` or nothing."""
    if not text:
        return {"death_from": pd.NA, "death_to": pd.NA, "death_precision": ""}
    if len(text) == 4:
        first, last = date(int(text), 1, 1), date(int(text), 12, 31)
        return {
            "death_from": first.toordinal(),
            "death_to": last.toordinal(),
            "death_precision": "year",
        }
    day = date.fromisoformat(text).toordinal()
    return {"death_from": day, "death_to": day, "death_precision": "day"}


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("1999-05-17", "1999-05-17", "day_equal"),
        ("1999-05-17", "1999-05-11", "slip"),
        ("1999-05-07", "1999-07-05", "slip"),
        ("1999-05-17", "1999", "overlap"),
        ("1999", "1999", "overlap"),
        ("1999-05-17", "1998", "apart"),
        ("1999-05-17", "2001-09-02", "apart"),
        ("1999-05-17", "", ""),
    ],
)
def test_level_of_days_of_death(one, other, level):
    frame = pd.DataFrame([died(one), died(other)]).astype(
        {"death_from": "Int32", "death_to": "Int32", "death_precision": "str"}
    )
    dates = death_dates(frame)
    codes = [int(death_levels(dates, np.array([a]), np.array([b]))[0]) for a, b in ((0, 1), (1, 0))]
    assert codes[0] == codes[1]
    assert (KINDS["death"][codes[0] - 1] if codes[0] else "") == level
