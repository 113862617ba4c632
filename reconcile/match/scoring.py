"""The pairs of one run and their weights, round by round; those that stand are not scored again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from reconcile.match.blocking import Candidates, candidates, together
from reconcile.match.model import RANDOM
from reconcile.match.score import (
    Known,
    Levels,
    combine,
    levels_again,
    levels_of,
    own_scores,
    relative_weights,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reconcile.match.before import Standing
    from reconcile.match.encoding import Encoded
    from reconcile.match.model import Model

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Prints = NDArray[np.uint64]
    Places = Ints | slice

_DIGITS: Final = 6  # of a weight; finer differences are noise of the processor


@dataclass(frozen=True)
class Scoring:
    """Candidate pairs while they are scored.

    Attributes:
        encoded: the mentions in integers.
        model: the matching model.
        found: the candidate pairs.
        stands: what still holds of an earlier run.
        fresh: pairs that no earlier run scored, or that read something else from the first round.
        weights: per round, weight of each pair; that of the earlier run until it is scored anew.
        related: weight against all rivals but the random one, in the last round.
    """

    encoded: Encoded
    model: Model
    found: Candidates
    stands: Standing
    fresh: Flags
    weights: tuple[Floats, ...]
    related: Floats

    @classmethod
    def start(cls, encoded: Encoded, stands: Standing, model: Model) -> Scoring:
        """Find the pairs: those of touched mentions by blocking, the others as they were.

        Args:
            encoded: the mentions in integers.
            stands: what still holds of an earlier run.
            model: the matching model.
        """
        asked = None if stands.before is None else stands.touched
        fresh = candidates(encoded, model, asked)
        at, kept = stands.pairs()
        found, order = together(kept, fresh, len(encoded))
        nothing = np.zeros(len(fresh), dtype=np.float64)
        before = stands.before
        weights = (
            [np.zeros(0)] * model.file.rounds
            if before is None
            else [weight[at] for weight in before.weights]
        )
        related = np.zeros(0) if before is None else before.pairs["related"].to_numpy()[at]
        return cls(
            encoded,
            model,
            found,
            stands,
            order >= len(kept),
            tuple(np.r_[weight, nothing][order] for weight in weights),
            np.r_[related, nothing][order],
        )

    def reopened(self, number: int, view: Prints) -> Ints:
        """Places of pairs that stand but read something else in a round after the first.

        Args:
            number: of the round, 1 for the second.
            view: what pairs read of each mention.
        """
        differs = self.stands.differ(number, view)
        return np.flatnonzero(~self.fresh & (differs[self.found.left] | differs[self.found.right]))

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
        self.weights[number][at] = combine(total).round(_DIGITS)
        self.related[at] = combine(total[:, others]).round(_DIGITS)
        return len(levels)
