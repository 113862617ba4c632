"""Measure a partition, pairs and candidates against a known truth.

Nothing here is used for linking; it serves ``model evaluate``, tests and benchmarks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]


_TWO_SIDED: Final = 1.959964  # standard deviations that hold 95 in 100


class Interval(NamedTuple):
    """Where a share lies with 95 % confidence."""

    low: float
    high: float


def wilson(share: float, count: float) -> Interval:
    """Wilson's interval of a share that was seen in a count of cases (Wilson 1927).

    The cases are taken as independent. Pairs of one person are not quite, so the interval of a
    pairwise figure is rather too narrow.

    Args:
        share: the share seen, 0 to 1.
        count: number of cases; with none, anything is possible.
    """
    if count <= 0:
        return Interval(0.0, 1.0)
    squared = _TWO_SIDED**2 / count
    middle = (share + squared / 2) / (1 + squared)
    reach = math.sqrt(share * (1 - share) * squared + squared**2 / 4) / (1 + squared)
    # Nothing but rounding would keep a share of all, or of none, off its end.
    low = max(middle - reach, 0.0) if share > 0 else 0.0
    return Interval(low, min(middle + reach, 1.0) if share < 1 else 1.0)


@dataclass(frozen=True)
class Accuracy:
    """How good links are.

    Attributes:
        precision: share of what was linked that is right; 1 where nothing was linked.
        recall: share of what is right that was linked; 1 where there is nothing to link.
        true_links: pairs (or, for B-cubed, mentions) that count as right.
        links: pairs that were linked.
        pairs: pairs that should be linked.
    """

    precision: float
    recall: float
    true_links: int
    links: int
    pairs: int

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    @property
    def precision_interval(self) -> Interval:
        """Where precision lies."""
        return wilson(self.precision, self.links)

    @property
    def recall_interval(self) -> Interval:
        """Where recall lies."""
        return wilson(self.recall, self.pairs)

    @property
    def f1_interval(self) -> Interval:
        """Where F1 lies: it grows with the share of right ones among all that stand anywhere."""
        found = wilson(self.f1 / (2 - self.f1), self.links + self.pairs - self.true_links)
        return Interval(*(2 * share / (1 + share) for share in found))


def _pairs_in(sizes: Ints) -> int:
    return int((sizes * (sizes - 1) // 2).sum())


def _sizes(*labels: Ints) -> Ints:
    """Number of mentions for each distinct combination of labels."""
    if not len(labels[0]):
        return np.empty(0, dtype=np.int64)
    return np.unique(np.stack(labels), axis=1, return_counts=True)[1].astype(np.int64)


def pairwise_accuracy(labels: Ints, truth: Ints) -> Accuracy:
    """Pairwise precision and recall of a partition.

    Args:
        labels: cluster of each mention.
        truth: true person of each mention.
    """
    right = _pairs_in(_sizes(labels, truth))
    links, pairs = _pairs_in(_sizes(labels)), _pairs_in(_sizes(truth))
    return Accuracy(
        right / links if links else 1.0, right / pairs if pairs else 1.0, right, links, pairs
    )


def b_cubed(labels: Ints, truth: Ints) -> Accuracy:
    """B-cubed precision and recall: every mention counts once, large persons do not dominate.

    Args:
        labels: cluster of each mention.
        truth: true person of each mention.
    """
    count = len(labels)
    if not count:
        return Accuracy(1.0, 1.0, 0, 0, 0)
    found = pd.DataFrame({"label": labels, "truth": truth})
    both = found.groupby(["label", "truth"])["label"].transform("size").to_numpy(dtype=np.float64)
    in_label = found.groupby("label")["label"].transform("size").to_numpy(dtype=np.float64)
    in_truth = found.groupby("truth")["truth"].transform("size").to_numpy(dtype=np.float64)
    return Accuracy(
        float((both / in_label).mean()), float((both / in_truth).mean()), count, count, count
    )


def components(size: int, left: Ints, right: Ints) -> Ints:
    """Connected component of each mention under given links."""
    graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(size, size))
    return connected_components(graph, directed=False)[1].astype(np.int64)


@dataclass(frozen=True)
class BlockingQuality:
    """What blocking keeps and what it saves.

    Attributes:
        completeness: share of true pairs among the candidates.
        chained: share of true pairs that true candidates join directly or through others.
        reduction: share of all pairs that need no comparison.
        per_mention: candidate pairs per mention.
    """

    completeness: float
    chained: float
    reduction: float
    per_mention: float


def blocking_quality(left: Ints, right: Ints, truth: Ints) -> BlockingQuality:
    """Pairs completeness, with chains, and reduction ratio of candidate pairs.

    Args:
        left: position of one side of each candidate pair.
        right: position of the other side.
        truth: true person of each mention.
    """
    size = len(truth)
    same = truth[left] == truth[right]
    pairs = _pairs_in(_sizes(truth))
    chained = _pairs_in(_sizes(components(size, left[same], right[same])))
    everything = size * (size - 1) // 2
    return BlockingQuality(
        completeness=int(same.sum()) / pairs if pairs else 1.0,
        chained=chained / pairs if pairs else 1.0,
        reduction=1 - len(left) / everything if everything else 1.0,
        per_mention=len(left) / size if size else 0.0,
    )


def by_case(labels: Ints, truth: Ints, cases: Iterable[str]) -> dict[str, Accuracy]:
    """Pairwise accuracy of the pairs that touch a hard case.

    Args:
        labels: cluster of each mention.
        truth: true person of each mention.
        cases: hard cases of each mention, joined with a blank; empty for none.

    Returns:
        Case -> accuracy over all pairs with at least one side in it, sorted by case.
    """
    words = pd.Series([str(case).split() for case in cases])
    found = {}
    for case in sorted({word for line in words for word in line}):
        inside = np.array([case in line for line in words])
        found[case] = _touching(labels, truth, inside)
    return found


def _touching(labels: Ints, truth: Ints, inside: NDArray[np.bool_]) -> Accuracy:
    """Accuracy over pairs with at least one side inside: all pairs without those outside."""
    every, outside = (
        pairwise_accuracy(labels, truth),
        pairwise_accuracy(labels[~inside], truth[~inside]),
    )
    right = every.true_links - outside.true_links
    links, pairs = every.links - outside.links, every.pairs - outside.pairs
    return Accuracy(
        right / links if links else 1.0, right / pairs if pairs else 1.0, right, links, pairs
    )


def reliability(probability: Floats, same: NDArray[np.bool_], borders: Floats) -> pd.DataFrame:
    """Is what was given probability p right in a share p of the cases.

    Args:
        probability: match probability of each pair.
        same: are the two mentions one person.
        borders: ascending borders of the classes of probability.

    Returns:
        One line per class: from, to, pairs, expected (mean probability), found (share right), low
        and high (where that share lies).
    """
    at = np.clip(np.searchsorted(borders, probability, side="right") - 1, 0, len(borders) - 2)
    lines = []
    for number in range(len(borders) - 1):
        inside = at == number
        count = int(inside.sum())
        lines.append(
            {
                "from": float(borders[number]),
                "to": float(borders[number + 1]),
                "pairs": count,
                "expected": float(probability[inside].mean()) if count else float("nan"),
                "found": float(same[inside].mean()) if count else float("nan"),
            }
        )
        share = lines[-1]["found"] if count else 0.0
        lines[-1] |= wilson(share, count)._asdict()
    return pd.DataFrame(lines)
