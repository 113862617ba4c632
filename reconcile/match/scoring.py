"""The pairs of one run and their weights, round by round; those that stand are not scored again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from reconcile.match.blocking import Candidates, candidates, merged, together
from reconcile.match.model import RANDOM
from reconcile.match.score import (
    DIGITS,
    Known,
    Levels,
    combine,
    levels_again,
    levels_of,
    own_scores,
    probabilities,
    relative_weights,
)

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from reconcile.match.before import Standing
    from reconcile.match.encoding import Encoded
    from reconcile.match.model import Model

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Prints = NDArray[np.uint64]
    Places = Ints | slice


@dataclass(frozen=True)
class Scoring:
    """Candidate pairs while they are scored.

    Attributes:
        encoded: the mentions in integers.
        model: the matching model.
        found: the candidate pairs.
        stands: what still holds of an earlier run.
        certain: pairs joined by the structure of an entry, which are never scored.
        fresh: pairs that no earlier run scored, or that read something else from the first round.
        weights: per round, weight of each pair; that of the earlier run until it is scored anew.
        related: weight against all rivals but the random one, in the last round.
    """

    encoded: Encoded
    model: Model
    found: Candidates
    stands: Standing
    certain: Flags
    fresh: Flags
    weights: tuple[Floats, ...]
    related: Floats

    @classmethod
    def start(
        cls, encoded: Encoded, joins: pd.DataFrame, stands: Standing, model: Model
    ) -> Scoring:
        """Find the pairs: those of touched mentions by blocking, the others as they were.

        Args:
            encoded: the mentions in integers.
            joins: structural joins, columns signer and head.
            stands: what still holds of an earlier run.
            model: the matching model.
        """
        before, size = stands.before, len(encoded)
        asked = None if before is None else stands.touched
        scored = candidates(encoded, model, asked)
        structural = _structural(joins, asked)
        fresh, certain = together(scored, structural, size)
        blank = np.where(certain, model.file.thresholds.certain, 0.0)
        if before is None:
            weights = [blank.copy() for _ in range(model.file.rounds)]
            return cls(encoded, model, fresh, stands, certain, ~certain, (*weights,), blank)
        stand, kept = stands.pairs(before)
        found, new = together(kept, fresh, size)
        of_all = merged(before.certain[stand], certain, new)
        weights = [merged(weight[stand], blank, new) for weight in before.weights]
        related = merged(before.related[stand], blank, new)
        return cls(encoded, model, found, stands, of_all, new & ~of_all, (*weights,), related)

    def reopened(self, number: int, view: Prints) -> Ints:
        """Places of pairs that stand but read something else in a round after the first.

        Args:
            number: of the round, 1 for the second.
            view: what pairs read of each mention.
        """
        differs = self.stands.differ(number, view)
        stands = ~(self.fresh | self.certain)
        return np.flatnonzero(stands & (differs[self.found.left] | differs[self.found.right]))

    def groups(self, number: int) -> Ints:
        """Group of each mention when only the surest pairs of a round are joined.

        Args:
            number: of the round, from 0.
        """
        scored = ~self.certain
        found, weights = self.found, self.weights[number]
        return sure_groups(
            len(self.encoded), found.left[scored], found.right[scored], weights[scored], self.model
        )

    def compared(self, at: Places, known: Known) -> Levels:
        """Compare pairs in all comparisons.

        Args:
            at: places of the pairs.
            known: what groups lend their members.
        """
        return levels_of(self.encoded, self.found.left[at], self.found.right[at], self.model, known)

    def score(self, work: tuple[Places, Levels | None], known: Known, number: int) -> int:
        """Score pairs in one round.

        Args:
            work: places of the pairs, and their levels before anything was lent, if they are known.
            known: what groups lend their members.
            number: of the round, from 0.

        Returns:
            How many were scored.
        """
        at, first = work
        encoded, model = self.encoded, self.model
        if first is None:
            levels = self.compared(at, known)
        else:
            levels = levels_again(encoded, first, model, known)
        total = own_scores(encoded, levels, model)
        for evidence in model.file.relatives:
            total += relative_weights(encoded, evidence, levels.left, levels.right, model, known)
        others = [column for column, rival in enumerate(model.rivals) if rival != RANDOM]
        self.weights[number][at] = combine(total).round(DIGITS)
        self.related[at] = combine(total[:, others]).round(DIGITS)
        return len(levels)


def _structural(joins: pd.DataFrame, asked: Flags | None) -> Candidates:
    """Structural joins as pairs that no rule found, sorted; only those asked for."""
    sides = np.sort(joins[["signer", "head"]].to_numpy(dtype=np.int64), axis=1)
    if asked is not None:
        sides = sides[asked[sides[:, 0]]]  # both sides stand in one entry
    left, right = sides[np.lexsort((sides[:, 1], sides[:, 0]))].T
    return Candidates(left, right, np.zeros(len(sides), dtype=np.int64))


def sure_groups(size: int, left: Ints, right: Ints, weights: Floats, model: Model) -> Ints:
    """Group of each mention when only the surest pairs are joined.

    Args:
        size: number of mentions.
        left: positions of one side of the scored pairs.
        right: positions of the other side.
        weights: weights of the pairs so far.
        model: the matching model, for the probability that is sure enough.
    """
    sure = probabilities(weights) >= model.file.thresholds.group
    graph = coo_array(
        (np.ones(int(sure.sum()), dtype=np.int8), (left[sure], right[sure])), shape=(size, size)
    )
    return connected_components(graph, directed=False)[1].astype(np.int64)
