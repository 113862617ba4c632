"""Scored pairs as clustering asks for them: by mention."""

from __future__ import annotations

import math
from array import array
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from reconcile.resolve.intervals import packed

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt
    import pandas as pd

    from reconcile.resolve.clusters import Bounds


class Pair(NamedTuple):
    """A scored pair: positions of two mentions, weights in log2 odds as in PAIRS."""

    left: int
    right: int
    weight: float
    related: float = math.inf


def positions(pairs: pd.DataFrame) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Positions of the two mentions of each pair."""
    return pairs["left"].to_numpy(dtype="int64"), pairs["right"].to_numpy(dtype="int64")


class Adjacency:
    """Scored pairs by mention, kept only where something can be decided.

    Pairs of components without any pair that reaches the question threshold decide nothing, unless
    they show that somebody has another candidate.

    Args:
        count: number of mentions.
        pairs: PAIRS.
        same: pairs that officers judged to be one person.
        bounds: thresholds.
    """

    def __init__(
        self, count: int, pairs: pd.DataFrame, same: list[tuple[int, int]], bounds: Bounds
    ) -> None:
        left, right = positions(pairs)
        weight = pairs["weight"].to_numpy(dtype="float64")
        hot = (weight >= bounds.question) | pairs["certain"].to_numpy(dtype=bool)
        judged = np.array(same, dtype=np.int64).reshape(-1, 2)
        one, other = np.r_[left[hot], judged[:, 0]], np.r_[right[hot], judged[:, 1]]
        graph = coo_array((np.ones(len(one)), (one, other)), shape=(count, count))
        component = connected_components(graph, directed=False)[1]
        kept = (component[left] == component[right]) | (weight > bounds.rival)
        source = np.concatenate([left[kept], right[kept]])
        target = np.concatenate([right[kept], left[kept]])
        weights = np.concatenate([weight[kept], weight[kept]])
        order = np.lexsort((target, -weights, source))
        self._start = packed(np.searchsorted(source[order], np.arange(count + 1), side="left"))
        self._target = packed(target[order])
        self._weight = array("d", weights[order].tobytes())

    def __call__(self, mention: int) -> Iterator[tuple[int, float]]:
        """The mentions that it was scored against, with the weights, best first."""
        for place in range(self._start[mention], self._start[mention + 1]):
            yield self._target[place], self._weight[place]

    def degree(self, members: list[int]) -> int:
        """How many scored pairs the mentions have."""
        start, found = self._start, 0
        for member in members:
            found += start[member + 1] - start[member]
        return found
