"""Which records of a table are worth comparing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reconcile.match.blocking import within
from reconcile.match.model import MISSING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reconcile.match.table.model import TableBlocking, TableModel
    from reconcile.match.table.values import Values

    Ints = NDArray[np.int64]


def table_candidates(
    values: dict[str, Values], of_table: Ints, model: TableModel
) -> tuple[Ints, Ints, Ints]:
    """Every pair of records that a blocking rule brings together.

    Args:
        values: comparison id -> its column.
        of_table: number of the table that each record stands in.
        model: the model.

    Returns:
        Position of one side (the lesser), of the other side, and the bit mask of the rules that
        found the pair; sorted.
    """
    size = max(len(of_table), 1)
    codes, rules = [], []
    parts: dict[str, Ints] = {}
    for number, rule in enumerate(model.blocking):
        one, other = _pairs(values, parts, rule)
        if model.one_per_table:
            across = of_table[one] != of_table[other]
            one, other = one[across], other[across]
        found = np.minimum(one, other) * size + np.maximum(one, other)
        codes.append(found)
        rules.append(np.full(len(found), 1 << number, dtype=np.int64))
    distinct, inverse = np.unique(np.concatenate(codes), return_inverse=True)
    mask = np.zeros(len(distinct), dtype=np.int64)
    np.bitwise_or.at(mask, inverse, np.concatenate(rules))
    left, right = np.divmod(distinct, size)
    return left, right, mask


def _pairs(
    values: dict[str, Values], parts: dict[str, Ints], rule: TableBlocking
) -> tuple[Ints, Ints]:
    records = len(next(iter(values.values())).codes)
    keys = np.zeros(records, dtype=np.int64)
    known = np.ones(records, dtype=bool)
    for name in rule.parts:
        if name not in parts:
            of, _, part = name.partition(".")
            parts[name] = values[of].part(part)
        own = parts[name]
        known &= own != MISSING
        keys = pd.factorize(keys * (int(own.max(initial=0)) + 2) + own + 1)[0].astype(np.int64)
    rows = np.flatnonzero(known)
    keys = keys[rows]
    common = np.bincount(keys, minlength=1)[keys] if len(keys) else keys
    rare = common <= rule.at_most
    return within(rows[rare], keys[rare])
