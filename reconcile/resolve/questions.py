"""Questions about persons: which pairs of clusters are asked about, and what a line of it says."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from reconcile.model import QUESTIONS

if TYPE_CHECKING:
    from reconcile.resolve.adjacency import Pair


class Doubt(NamedTuple):
    """Why two clusters are not joined: a reason of QUESTIONS and the hard rule, if one."""

    reason: str
    rule: str


class Forest:
    """Clusters that hang together by questions."""

    def __init__(self) -> None:
        self._parent: dict[int, int] = {}

    def join(self, one: int, other: int) -> bool:
        """Put two clusters together; False if they were together before."""
        roots = sorted((self._root(one), self._root(other)))
        if roots[0] == roots[1]:
            return False
        self._parent[roots[1]] = roots[0]
        return True

    def _root(self, cluster: int) -> int:
        while cluster in self._parent:
            cluster = self._parent[cluster]
        return cluster


def questions_of(lines: list[dict[str, object]]) -> pd.DataFrame:
    """QUESTIONS in the order of their mentions, with the pair that speaks most for each."""
    frame = pd.DataFrame(lines, columns=[*QUESTIONS.names, "best_left", "best_right"])
    frame = frame.sort_values(["left", "right"], ignore_index=True)
    best = frame[["best_left", "best_right"]].astype("Int32")
    return QUESTIONS.build({name: frame[name] for name in QUESTIONS.names}).join(best)


def line_of(asked: Pair, best: Pair, doubt: Doubt) -> dict[str, object]:
    """One line of QUESTIONS: the pair that is asked about, the best one and why it is asked."""
    return {
        "left": min(asked.left, asked.right),
        "right": max(asked.left, asked.right),
        "reason": doubt.reason,
        "rule": doubt.rule,
        "probability": probability_of(best.weight),
        "best_left": best.left,
        "best_right": best.right,
    }


def probability_of(weight: float) -> float:
    """Probability of a weight in log2 odds."""
    if math.isinf(weight):
        return math.nan
    return 1.0 / (1.0 + math.exp2(-weight))
