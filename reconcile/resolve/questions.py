"""Questions about persons: which pairs of clusters are asked about, and what a line of it says."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

import pandas as pd

from reconcile.model import QUESTIONS
from reconcile.resolve.constraints import UNSURE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconcile.resolve.adjacency import Pair

UNASKED: Final = "unasked"


class Doubt(NamedTuple):
    """Why two clusters are not joined: a reason of QUESTIONS and the hard rule, if one.

    The reason :data:`UNASKED` says that they may be one person, but that this is unlikely and an
    answer would bring little.
    """

    reason: str
    rule: str


class Doubted(NamedTuple):
    """Two clusters that may be one person.

    Attributes:
        left: position of a mention of the pair that is asked about.
        right: position of the other.
        best_left: the same of the pair that speaks most for it.
        best_right: position of the other.
        weight: match weight of that pair.
        reason: why they are not joined.
        rule: hard rule that stands against it, empty where none.
    """

    left: int
    right: int
    best_left: int
    best_right: int
    weight: float
    reason: str
    rule: str

    @classmethod
    def of(cls, asked: Pair, best: Pair, doubt: Doubt) -> Doubted:
        """A doubt about two clusters.

        Args:
            asked: the pair that is asked about.
            best: the pair that speaks most for it.
            doubt: why they are not joined.
        """
        sides = min(asked.left, asked.right), max(asked.left, asked.right)
        return cls(*sides, best.left, best.right, best.weight, doubt.reason, doubt.rule)

    @property
    def turn(self) -> tuple[bool, float, int, int]:
        """Best first; what an officer was unsure about last, since it is asked whatever else is."""
        return self.reason == UNSURE, -self.weight, self.best_left, self.best_right


class _Forest:
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


def ask(doubts: Iterable[Doubted], person: list[int]) -> tuple[pd.DataFrame, int]:
    """The best pair of every two clusters that an officer must join or part.

    Two clusters that hang together by better questions are not asked about: if A is B and B is C,
    nothing is left to ask of A and C, and if not, it is asked then.

    Args:
        doubts: clusters that may be one person, each two once.
        person: number of the cluster of each mention.

    Returns:
        QUESTIONS in the order of their mentions, with ``best_left`` and ``best_right``; and how
        many doubts are not worth a question.
    """
    lines: dict[tuple[int, int], dict[str, object]] = {}
    forest = _Forest()
    unasked = 0
    for doubted in sorted(doubts, key=lambda one: one.turn):
        sides = sorted((person[doubted.left], person[doubted.right]))
        key = (sides[0], sides[1])
        if doubted.reason == UNASKED:
            unasked += 1
        elif doubted.reason == UNSURE or forest.join(*key) or doubted.reason == "hard_rule":
            lines[key] = _line(doubted)
    return _questions(list(lines.values())), unasked


def _questions(lines: list[dict[str, object]]) -> pd.DataFrame:
    frame = pd.DataFrame(lines, columns=[*QUESTIONS.names, "best_left", "best_right"])
    frame = frame.sort_values(["left", "right"], ignore_index=True)
    best = frame[["best_left", "best_right"]].astype("Int32")
    return QUESTIONS.build({name: frame[name] for name in QUESTIONS.names}).join(best)


def _line(doubted: Doubted) -> dict[str, object]:
    """One line of QUESTIONS: the pair that is asked about, the best one and why it is asked."""
    return {
        "left": doubted.left,
        "right": doubted.right,
        "reason": doubted.reason,
        "rule": doubted.rule,
        "probability": probability_of(doubted.weight),
        "best_left": doubted.best_left,
        "best_right": doubted.best_right,
    }


def probability_of(weight: float) -> float:
    """Probability of a weight in log2 odds."""
    if math.isinf(weight):
        return math.nan
    return 1.0 / (1.0 + math.exp2(-weight))
