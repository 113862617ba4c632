"""When somebody without a date of birth can have been born: by the role, and by the relatives.

A mother at a birth has an age; a grandfather who reports a birth is older than one of the parents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reconcile.match.model import MISSING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reconcile.match.model import KinAgeRule, Model

    Ints = NDArray[np.int64]


def age_bounds(mentions: pd.DataFrame, known: tuple[Ints, Ints], model: Model) -> tuple[Ints, Ints]:
    """First and last possible day of birth, ``MISSING`` where nothing bounds it.

    Args:
        mentions: LIVE_MENTIONS, index 0…n-1.
        known: first and last day of the written dates of birth, ``MISSING`` where none is written.
        model: the matching model.
    """
    low, high = _by_role(mentions, model)
    for rule in model.file.kin_ages:
        first, last = _by_relatives(mentions, known, rule)
        first, last = np.maximum(first, low), np.where(high < 0, last, np.minimum(last, high))
        # Bounds that leave no day come from a wrong date or relation: then the role's stand.
        holds = (last >= 0) & (first <= last)
        low, high = np.where(holds, first, low), np.where(holds, last, high)
    return low, high


def _by_role(mentions: pd.DataFrame, model: Model) -> tuple[Ints, Ints]:
    low = np.full(len(mentions), MISSING, dtype=np.int64)
    high = low.copy()
    for rule in model.file.ages:
        start, end = (
            mentions[f"{rule.at}_{side}"].fillna(MISSING).to_numpy(dtype=np.int64)
            for side in ("from", "to")
        )
        holds = (mentions["role"] == rule.role).to_numpy(dtype=bool) & (start >= 0) & (end >= 0)
        low = np.where(holds, start - _days(rule.oldest), low)
        high = np.where(holds, end - _days(rule.youngest), high)
    return low, high


def _by_relatives(
    mentions: pd.DataFrame, known: tuple[Ints, Ints], rule: KinAgeRule
) -> tuple[Ints, Ints]:
    """Bounds of those who sign with the relation, from the dated roles of their entry."""
    first = np.full(len(mentions), MISSING, dtype=np.int64)
    last = first.copy()
    signs = np.flatnonzero((mentions["relation"] == rule.relation).to_numpy(dtype=bool))
    dated = known[0] >= 0
    beside = np.flatnonzero(mentions["role"].isin(rule.of).to_numpy(dtype=bool) & dated)
    entry = mentions["entry"].to_numpy(dtype=np.int64)
    dates = pd.DataFrame(
        {"entry": entry[beside], "first": known[0][beside], "last": known[1][beside]}
    )
    bounds = dates.groupby("entry").agg({"first": "min", "last": "max"}).reindex(entry[signs])
    there = bounds["first"].notna().to_numpy()
    first[signs[there]] = bounds["first"].to_numpy()[there] - _days(rule.older_to)
    last[signs[there]] = bounds["last"].to_numpy()[there] - _days(rule.older_from)
    return first, last


def _days(years: int) -> int:
    return years * 1461 // 4
