"""Which records of a table are worth comparing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from reconcile.match.blocking import within
from reconcile.match.model import MISSING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reconcile.match.table.model import TableBlocking, TableModel
    from reconcile.match.table.values import Values

    Ints = NDArray[np.int64]

_RULES: Final = 64  # a pair and the number of its rule share one integer while they are sorted
_COPY: Final = 63  # in the place of a rule: two records with the same contents


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
        found the pair, 0 for records with the same contents; sorted.
    """
    size = max(len(of_table), 1)
    same = _identical(values, model)
    heads = same == np.arange(len(same))
    packed = []
    parts: dict[str, Ints] = {}
    for number, rule in enumerate(model.blocking):
        one, other = _pairs(values, parts, rule, heads)
        if model.one_per_table:
            across = of_table[one] != of_table[other]
            one, other = one[across], other[across]
        found = np.minimum(one, other) * size + np.maximum(one, other)
        packed.append(found * _RULES + number)
    copies = np.flatnonzero(~heads)
    packed.append((same[copies] * size + copies) * _RULES + _COPY)
    return _unpacked(np.concatenate(packed), size)


def _unpacked(packed: Ints, size: int) -> tuple[Ints, Ints, Ints]:
    """Distinct pairs, each with all the rules that found it."""
    packed.sort()
    pair, rule = np.divmod(packed, _RULES)
    starts = np.flatnonzero(np.r_[True, pair[1:] != pair[:-1]][: len(pair)])
    bits = np.where(rule == _COPY, 0, np.left_shift(1, np.minimum(rule, _COPY - 1)))
    rules = np.bitwise_or.reduceat(bits, starts) if len(starts) else bits
    left, right = np.divmod(pair[starts], size)
    return left, right, rules


def _identical(values: dict[str, Values], model: TableModel) -> Ints:
    """The first record with the same contents as each; it speaks for the others in block keys.

    So that no number of copies makes a key common. Where each table holds a person once, copies
    are rivals, and each speaks for itself.
    """
    records = len(next(iter(values.values())).codes)
    if model.one_per_table:
        return np.arange(records, dtype=np.int64)
    whole = np.zeros(records, dtype=np.int64)
    for column in values.values():
        whole = _combined(whole, column.codes)
    _, first, inverse = np.unique(whole, return_index=True, return_inverse=True)
    return first[inverse].astype(np.int64)


def _combined(codes: Ints, others: Ints) -> Ints:
    """One code for each pair of codes."""
    both = codes * (int(others.max(initial=0)) + 2) + others + 1
    return np.asarray(pd.factorize(both)[0], dtype=np.int64)


def _pairs(
    values: dict[str, Values],
    parts: dict[str, Ints],
    rule: TableBlocking,
    heads: NDArray[np.bool_],
) -> tuple[Ints, Ints]:
    keys = np.zeros(len(heads), dtype=np.int64)
    known = heads.copy()
    for name in rule.parts:
        if name not in parts:
            of, _, part = name.partition(".")
            parts[name] = values[of].part(part)
        own = parts[name]
        known &= own != MISSING
        keys = _combined(keys, own)
    rows = np.flatnonzero(known)
    keys = keys[rows]
    common = np.bincount(keys, minlength=1)[keys] if len(keys) else keys
    rare = common <= rule.at_most
    return within(rows[rare], keys[rare])
