"""The chain of joins that made each person, as a tree: what hangs on one join, what lies between.

A person of n mentions is held together by n - 1 joins. If one of them is false, all mentions on
its one side are held to be those on its other side: that many pairs are false.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Chains:
    """Joins as rooted trees.

    Attributes:
        component: number of the tree of each mention.
        between: per join, the pairs of mentions that it brings together.
        above: the next mention towards the root, per mention; itself for a root.
        depth: joins between a mention and its root.
        join: the join that leads towards the root, per mention; -1 for a root.
    """

    component: Ints
    between: Ints
    above: Ints
    depth: Ints
    join: Ints

    def along(self, cost: Floats, left: Ints, right: Ints) -> Floats:
        """Sum of the costs of the joins between two mentions of one tree.

        Args:
            cost: of each join.
            left: positions of one side.
            right: positions of the other side.
        """
        total = np.zeros(len(left), dtype=np.float64)
        one, other = left.copy(), right.copy()
        going = np.flatnonzero(one != other)
        while len(going):
            deeper = self.depth[one[going]] >= self.depth[other[going]]
            for side, at in ((one, going[deeper]), (other, going[~deeper])):
                total[at] += cost[self.join[side[at]]]
                side[at] = self.above[side[at]]
            going = going[one[going] != other[going]]
        return total


def chains_of(count: int, left: Ints, right: Ints) -> Chains:
    """Trees of joins.

    Args:
        count: number of mentions.
        left: position of one side of each join.
        right: position of the other side; no join closes a circle.
    """
    graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(count, count))
    number, found = connected_components(graph, directed=False)
    component: Ints = found.astype(np.int64)
    roots = np.full(number, -1, dtype=np.int64)
    roots[component[::-1]] = np.arange(count)[::-1]
    above = _above(count, left, right, roots)
    depth = _depths(above)
    below = np.where(above[left] == right, left, right)
    join = np.full(count, -1, dtype=np.int64)
    join[below] = np.arange(len(left))
    size = _sizes(above, depth)[below]
    whole = np.bincount(component, minlength=1)[component[below]].astype(np.int64)
    return Chains(component, size * (whole - size), above, depth, join)


def _above(count: int, left: Ints, right: Ints, roots: Ints) -> Ints:
    """The next mention towards the root: one search from a trunk that all roots hang on."""
    ends = np.r_[left, roots], np.r_[right, np.full(len(roots), count)]
    ones = np.ones(len(ends[0]), dtype=np.int8)
    graph = coo_array((ones, ends), shape=(count + 1, count + 1)).tocsr()
    above: Ints = breadth_first_order(graph, count, directed=False)[1][:count].astype(np.int64)
    above[roots] = roots
    return above


def _depths(above: Ints) -> Ints:
    depth = np.zeros(len(above), dtype=np.int64)
    at = above.copy()
    moving = np.flatnonzero(at != np.arange(len(above)))
    while len(moving):
        depth[moving] += 1
        moving = moving[above[at[moving]] != at[moving]]
        at[moving] = above[at[moving]]
    return depth


def _sizes(above: Ints, depth: Ints) -> Ints:
    """How many mentions hang on each, itself included."""
    size = np.ones(len(above), dtype=np.int64)
    for level in range(int(depth.max(initial=0)), 0, -1):
        at = np.flatnonzero(depth == level)
        np.add.at(size, above[at], size[at])
    return size
