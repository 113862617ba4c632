"""A foreign table in, scored pairs and the fitted model out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from reconcile.match.model import MISSING
from reconcile.match.score import probabilities
from reconcile.match.table.blocking import table_candidates
from reconcile.match.table.comparisons import level_code, table_levels
from reconcile.match.table.fit import (
    Evidence,
    agreeing_share,
    all_pairs,
    fit,
    patterns,
    sample_pairs,
)
from reconcile.match.table.model import KINDS
from reconcile.match.table.values import Values, values_of
from reconcile.model import PAIRS

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from reconcile.match.table.model import TableComparison, TableModel

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Levels = dict[str, NDArray[np.int8]]

_SAMPLE: Final = 400_000  # pairs from which u is estimated
_AT_ONCE: Final = 1_000_000  # pairs compared at once; bounds memory, changes nothing
_NEAR: Final = 10.0  # bits below the threshold, within which a pair can be a rival
_DIGITS: Final = 6  # of a weight; finer differences are noise of the processor
_MOST: Final = 0.9  # no value is held to be more common than this


@dataclass(frozen=True)
class MatchedTable:
    """What matching a table found.

    Attributes:
        pairs: PAIRS, those that can decide something; positions are those of the table's records.
        model: the model with the figures that were used.
    """

    pairs: pd.DataFrame
    model: TableModel


def match_table(table: pd.DataFrame, of_table: Ints, model: TableModel) -> MatchedTable:
    """Score every candidate pair of a table's records.

    Args:
        table: the records, texts with ``""`` where there is no value. What comes out does not
            depend on their order only if the caller puts them into an order of their own.
        of_table: number of the table that each record comes from.
        model: the model; what it does not say is estimated from the table.
    """
    values = {c.id: values_of(table, c, model) for c in model.comparisons}
    left, right, rules = table_candidates(values, of_table, model)
    levels = _levels(values, left, right, model)
    if not model.fitted:
        model = fit(model, _evidence(values, (left, right, rules), levels, of_table, model))
    weight = _weights(values, levels, (left, right), model).round(_DIGITS)
    kept = _deciding(len(table), left, right, weight, model)
    left, right, rules, weight = left[kept], right[kept], rules[kept], weight[kept]
    pairs = PAIRS.build(
        {
            "left": left,
            "right": right,
            "rules": rules,
            "weight": weight,
            "probability": probabilities(weight),
            "weight_related": weight,
            "certain": np.zeros(len(left), dtype=bool),
        }
    )
    return MatchedTable(pairs, model)


def _levels(values: dict[str, Values], left: Ints, right: Ints, model: TableModel) -> Levels:
    parts = [slice(at, at + _AT_ONCE) for at in range(0, len(left), _AT_ONCE)]
    levels = {}
    for comparison in model.comparisons:
        found = [table_levels(values, comparison, left[part], right[part]) for part in parts]
        levels[comparison.id] = np.concatenate([np.empty(0, dtype=np.int8), *found])
    return levels


def _deciding(
    records: int, left: Ints, right: Ints, weight: Floats, model: TableModel
) -> NDArray[np.bool_]:
    """Pairs that clustering can look at: near the threshold, or among records that hang together.

    Most candidates of a large table are neither, and are not carried any further.
    """
    link = np.log2(model.thresholds.link / (1 - model.thresholds.link))
    hot = weight >= link
    edges = (np.ones(int(hot.sum()), dtype=np.int8), (left[hot], right[hot]))
    component = connected_components(coo_array(edges, shape=(records, records)), directed=False)[1]
    together = component[left] == component[right]
    return np.asarray(together | (weight >= link - _NEAR), dtype=np.bool_)


def _evidence(
    values: dict[str, Values],
    found: tuple[Ints, Ints, Ints],
    levels: Levels,
    of_table: Ints,
    model: TableModel,
) -> Evidence:
    """What estimation looks at: records with different contents only.

    Copies of one record would be taken for people who agree in everything.
    """
    across = model.one_per_table
    _, right, rules = found
    apart = rules != 0
    heads = np.setdiff1d(np.arange(len(of_table)), right[~apart])
    tables = of_table[heads]
    one, other = sample_pairs(tables, across, _SAMPLE)
    agreeing = {}
    for comparison in model.comparisons:
        column = values[comparison.id]
        known = column.codes[heads] != MISSING
        whole = column.whole(comparison.kind)[heads]
        agreeing[comparison.id] = agreeing_share(whole, known, tables, across)
    return Evidence(
        found=patterns({name: level[apart] for name, level in levels.items()})[0],
        sample=patterns(_levels(values, heads[one], heads[other], model))[0],
        agreeing=agreeing,
        pairs=all_pairs(tables, across),
        records=len(heads),
    )


def _weights(
    values: dict[str, Values], levels: Levels, sides: tuple[Ints, Ints], model: TableModel
) -> Floats:
    """Match weight of each pair: prior, level weights, and the frequency of what agrees."""
    assert model.prior is not None  # noqa: S101 - fitted
    seen, pattern = patterns(levels)
    bits = np.full(len(seen.counts), np.log2(model.prior / (1 - model.prior)))
    for comparison in model.comparisons:
        bits += _level_bits(comparison)[seen.levels[comparison.id]]
    weight: Floats = bits[pattern]
    for comparison in model.comparisons:
        if comparison.by_frequency:
            weight += _frequency_bits(comparison, values[comparison.id], levels, sides)
    return weight


def _level_bits(comparison: TableComparison) -> Floats:
    """``log2(m / u)`` by level code; 0 where a value is missing."""
    bits = np.zeros(len(KINDS[comparison.kind]) + 1)
    for name, figures in comparison.levels.items():
        bits[level_code(comparison.kind, name)] = np.log2(figures.m / figures.u)
    return bits


def _frequency_bits(
    comparison: TableComparison, values: Values, levels: Levels, sides: tuple[Ints, Ints]
) -> Floats:
    """What the share of the agreeing value adds to, or takes from, the mean of exact agreement."""
    bits = np.zeros(len(sides[0]))
    exact = np.flatnonzero(levels[comparison.id] == level_code(comparison.kind, "exact"))
    known = int((values.codes != MISSING).sum())
    one, other = (values.codes[side[exact]] for side in sides)
    share = np.minimum(np.maximum(values.counts[one], values.counts[other]) / max(known, 1), _MOST)
    bits[exact] = np.log2(comparison.levels["exact"].u) - np.log2(share)
    return bits
