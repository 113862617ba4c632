"""Estimating m, u and the prior from the table itself, without labels.

Fellegi and Sunter's model, fitted by expectation and maximisation (Winkler 1988) over *all* pairs:
the pairs that blocking finds are looked at one by one, pairs that it does not find count as two
people. u comes from a fixed sample of pairs, each weighted by the probability that it is two
people; how often values agree exactly is counted, not sampled. m of a level that hardly occurs is
held to the figure that its kind starts from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from reconcile.match.model import MISSING
from reconcile.match.score import probabilities
from reconcile.match.table.model import KINDS, LevelFigures

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reconcile.match.table.model import TableModel

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Levels = dict[str, NDArray[np.int8]]

_ROUNDS: Final = 60
_LEVELS: Final = 8  # no kind has more levels, "missing" counted
_SETTLED: Final = 1e-5  # change of any m below which estimation stops
_HELD_BY: Final = 20.0  # pairs of one person that the starting figures of a kind count as
_FIRST_PRIOR: Final = 0.5  # persons with a second record, per record, to start from


@dataclass(frozen=True)
class Seen:
    """Pairs by the pattern of their levels.

    Attributes:
        levels: comparison id -> level of each distinct pattern.
        counts: how many pairs have each pattern.
    """

    levels: Levels
    counts: Floats


def patterns(levels: Levels) -> tuple[Seen, Ints]:
    """Distinct patterns of levels, and the pattern of each pair."""
    code = np.zeros(len(next(iter(levels.values()))), dtype=np.int64)
    for level in levels.values():
        code *= _LEVELS
        code += level
    pattern, rest = pd.factorize(code)
    counts = np.bincount(pattern, minlength=len(rest)).astype(np.float64)
    seen = {}
    for name in reversed(levels):
        rest, level = np.divmod(rest, _LEVELS)
        seen[name] = level.astype(np.int8)
    return Seen(seen, counts), pattern.astype(np.int64)


@dataclass
class _Figures:
    prior: float
    m: dict[str, Floats]  # by level code; code 0 is "missing", 1 on both sides
    u: dict[str, Floats]

    def weights(self, seen: Seen) -> Floats:
        bits = np.full(len(seen.counts), np.log2(self.prior / (1 - self.prior)))
        for name, levels in seen.levels.items():
            bits += (np.log2(self.m[name]) - np.log2(self.u[name]))[levels]
        return bits


@dataclass(frozen=True)
class Evidence:
    """What estimation looks at.

    Attributes:
        found: the pairs that blocking found.
        sample: a sample of all pairs.
        agreeing: comparison id -> share of all comparable pairs whose values agree.
        pairs: number of all pairs.
        records: number of records.
    """

    found: Seen
    sample: Seen
    agreeing: dict[str, float]
    pairs: float
    records: int


def fit(model: TableModel, evidence: Evidence) -> TableModel:
    """The model with the figures that fit the table.

    Args:
        model: the model; figures that it has are not looked at.
        evidence: patterns of the pairs that blocking found and of a sample of all pairs.
    """
    figures = _start(model, evidence)
    for _ in range(_ROUNDS):
        before = {name: m.copy() for name, m in figures.m.items()}
        same = probabilities(figures.weights(evidence.found)) * evidence.found.counts
        other = 1 - probabilities(figures.weights(evidence.sample))
        figures = _maximised(model, evidence, same, other * evidence.sample.counts)
        if all(np.abs(before[name] - m).max() < _SETTLED for name, m in figures.m.items()):
            break
    return _with_figures(model, figures)


def _start(model: TableModel, evidence: Evidence) -> _Figures:
    second = max(_FIRST_PRIOR * evidence.records, 1.0)
    prior = min(second / max(evidence.pairs, 1.0), _FIRST_PRIOR)
    figures = _maximised(model, evidence, 0 * evidence.found.counts, evidence.sample.counts)
    return _Figures(prior, figures.m, figures.u)


def _maximised(model: TableModel, evidence: Evidence, same: Floats, other: Floats) -> _Figures:
    """Figures that fit best where pairs are one person and two people with these weights."""
    m, u = {}, {}
    for comparison in model.comparisons:
        kind = KINDS[comparison.kind]
        start = np.array([kind[name] for name in kind]) * _possible(comparison.level_names, kind)
        size = len(kind) + 1
        counted = _tally(evidence.found.levels[comparison.id], same, size)
        held = counted + _HELD_BY * start / start.sum()
        m[comparison.id] = _with_missing(held / held.sum())
        sampled = _tally(evidence.sample.levels[comparison.id], other, size)
        agreeing = evidence.agreeing[comparison.id]
        u[comparison.id] = _with_missing(_u(sampled, agreeing, counted, evidence.pairs))
    prior = (same.sum() + 0.5) / (evidence.pairs + 1.0)
    return _Figures(min(float(prior), 0.5), m, u)


def _tally(levels: NDArray[np.int8], weights: Floats, size: int) -> Floats:
    """Weight of the patterns at each level, without those where a value is missing."""
    return np.asarray(np.bincount(levels, weights, size)[1:], dtype=np.float64)


def _u(sampled: Floats, agreeing: float, counted: Floats, pairs: float) -> Floats:
    """Give u by level: exact agreement as counted, the rest in the proportions of the sample."""
    smoothed = sampled + 0.5
    exact = (agreeing * pairs - counted[0] + 0.5) / (pairs + 1.0)
    floor = 0.5 / (pairs + 1.0)
    exact = min(max(exact, floor), 0.999)
    rest = smoothed[1:] / smoothed[1:].sum()
    return np.concatenate([[exact], rest * (1 - exact)])


def _possible(names: tuple[str, ...], kind: dict[str, float]) -> Floats:
    return np.array([1.0 if name in names else 1e-9 for name in kind])


def _with_missing(shares: Floats) -> Floats:
    return np.concatenate([[1.0], shares])


def _with_figures(model: TableModel, figures: _Figures) -> TableModel:
    comparisons = []
    for comparison in model.comparisons:
        codes = {name: code for code, name in enumerate(KINDS[comparison.kind], start=1)}
        m, u = figures.m[comparison.id], figures.u[comparison.id]
        levels = {
            name: LevelFigures(m=_rounded(m[codes[name]]), u=_rounded(u[codes[name]]))
            for name in comparison.level_names
        }
        comparisons.append(comparison.model_copy(update={"levels": levels}))
    prior = _rounded(figures.prior)
    return model.model_copy(update={"comparisons": tuple(comparisons), "prior": prior})


def _rounded(share: float) -> float:
    """As many digits as the model file shows, so that the file links as the run did."""
    return float(f"{min(max(share, 1e-12), 1 - 1e-6):.6g}")


def sample_pairs(of_table: Ints, across_only: bool, size: int) -> tuple[Ints, Ints]:
    """A fixed sample of pairs of records, evenly spread: each record with others at set distances.

    Args:
        of_table: number of the table that each record stands in.
        across_only: only pairs of two tables.
        size: number of pairs at most, of all tables together.
    """
    count = len(of_table)
    distances = np.arange(1, count // 2 + 1)
    wanted = max(1, -(-size // max(count, 1)))
    if len(distances) > wanted:
        distances = distances[np.linspace(0, len(distances) - 1, wanted).astype(np.int64)]
    left = np.tile(np.arange(count), len(distances))
    step = np.repeat(distances, count)
    right = (left + step) % max(count, 1)
    keep = (step * 2 != count) | (left < right)  # half way round, each pair would come twice
    if across_only:
        keep &= of_table[left] != of_table[right]
    return left[keep], right[keep]


def all_pairs(of_table: Ints, across_only: bool) -> float:
    """Number of pairs of records that can be one person at all."""
    every = _choose_two(np.array([len(of_table)]))
    return every - (_choose_two(np.bincount(of_table)) if across_only else 0.0)


def agreeing_share(
    codes: Ints, known: NDArray[np.bool_], of_table: Ints, across_only: bool
) -> float:
    """Share of all comparable pairs of records that agree exactly.

    Args:
        codes: equal for records that agree exactly, ``MISSING`` where a record cannot.
        known: whether the record has a value.
        of_table: number of the table that each record stands in.
        across_only: only pairs of two tables.
    """
    comparable = all_pairs(of_table[known], across_only)
    if not comparable:
        return 0.0
    can = codes != MISSING
    agreeing = _choose_two(np.bincount(codes[can]))
    if across_only:
        both = pd.factorize(codes[can] * (int(of_table.max(initial=0)) + 1) + of_table[can])[0]
        agreeing -= _choose_two(np.bincount(both))
    return agreeing / comparable


def _choose_two(counts: NDArray[np.integer]) -> float:
    whole = counts.astype(np.float64)
    return float((whole * (whole - 1) / 2).sum())
