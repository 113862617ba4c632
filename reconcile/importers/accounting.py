"""Counting delivered rows (P2), so that none is lost without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconcile.errors import AccountingError

if TYPE_CHECKING:
    import pandas as pd


def account(rows: pd.DataFrame) -> pd.DataFrame:
    """Count the rows of every file by what became of them on import.

    Args:
        rows: ROWS.

    Returns:
        One line per delivery, commune and file, sorted: ``read``, which is the sum of
        ``accepted``, ``refused``, ``deleted`` and ``footer``.

    Raises:
        AccountingError: a row has an outcome that is none of these.
    """
    names = ["accepted", "refused", "deleted", "footer"]
    outcome = rows["outcome"].where(rows["outcome"] != "", "accepted")
    unknown = sorted(set(outcome) - set(names))
    if unknown:
        raise AccountingError("rows have unknown outcomes: {outcomes}", outcomes=unknown)
    file = ["delivery", "commune", "file"]
    counts = rows[file].assign(**{name: (outcome == name).astype("int64") for name in names})
    counts = counts.groupby(file, sort=True).sum()
    counts.insert(0, "read", counts.sum(axis=1))
    return counts.reset_index()
