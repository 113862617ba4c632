"""Clusters while they grow: what joins them, what stands against it, what is left to ask.

See :mod:`.clusters` for the order in which this is used.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from reconcile.resolve.adjacency import Adjacency, Pair, positions
from reconcile.resolve.constraints import JUDGED, UNSUPPORTED, UNSURE, Apart, Constraints
from reconcile.resolve.questions import UNASKED, Doubt, Doubted, probability_of
from reconcile.resolve.second_look import Fit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd

    from reconcile.resolve.clusters import Bounds
    from reconcile.resolve.history import History

OBEYING: Final = 0
CERTAIN: Final = 1
LINKING: Final = 2
"""Steps of growing: the first round of linking; its further rounds and the looks follow."""


class Join(NamedTuple):
    """A pair by which two clusters were joined.

    Attributes:
        left: position of a mention.
        right: position of the other.
        weight: match weight of the pair.
        how: judgement, certain or score.
        step: the step in which it was joined.
        turn: place within the step; joins of one turn are made in the order of their positions.
    """

    left: int
    right: int
    weight: float
    how: str
    step: int
    turn: float


@dataclass
class _Support:
    """What the scored pairs between two clusters say."""

    best: float = -math.inf
    favour: int = 0
    against: list[float] = field(default_factory=list)

    def score(self) -> float:
        """The best pair, less the mean of what speaks against it."""
        if not self.against:
            return self.best
        opposition = math.fsum(sorted(self.against)) / (self.favour + len(self.against))
        return self.best - opposition


class Agglomeration:
    """Clusters while they grow; every mention knows its cluster, every cluster its members.

    Args:
        count: number of mentions.
        constraints: what cannot be one human.
        scored: scored pairs by mention.
        history: joins that are made again without being decided anew (:mod:`.history`).
    """

    def __init__(
        self, count: int, constraints: Constraints, scored: Adjacency, history: History
    ) -> None:
        self._root = list(range(count))
        self._members: list[list[int]] = [[mention] for mention in range(count)]
        self._constraints = constraints
        self._scored = scored
        self._history = history
        self._refused: dict[tuple[int, int], tuple[int, int]] = {}
        self._changed: set[int] | None = None  # since the last second look; None before the first
        self.joins: list[Join] = []

    def root(self, mention: int) -> int:
        """The root of a mention's cluster."""
        return self._root[mention]

    @property
    def _roots(self) -> Callable[[int], int]:
        """The same for the constraints, which ask for it most often."""
        return self._root.__getitem__

    # -- growing ------------------------------------------------------------------------------

    def obey(self, left: int, right: int) -> None:
        """Join what an officer judged to be one, unless another judgement parts it."""
        one, other = self.root(left), self.root(right)
        if one == other:
            return
        if self._history.decides(left):
            joins = self._against(one, other) not in (JUDGED, UNSURE)
        else:
            joins = self._history.joined(OBEYING, left, right)
        if joins:
            self._join(one, other, Join(left, right, math.inf, "judgement", OBEYING, 0.0))

    def certain(self, pairs: pd.DataFrame) -> list[Pair]:
        """Join what the structure of an entry makes certain.

        Returns:
            The pairs that something stands against.
        """
        held: list[Pair] = []
        lines = pairs[pairs["certain"]]
        left, right = positions(lines)
        weights = lines["weight"].to_numpy(dtype="float64")
        for pair in map(Pair, left.tolist(), right.tolist(), weights.tolist()):
            one, other = self.root(pair.left), self.root(pair.right)
            if one == other:
                continue
            if self._history.decides(pair.left):
                sides = self._members[one], self._members[other]
                joins = not self._constraints.against_structure(*sides, self._roots)
                if not joins:
                    held.append(pair)
            else:
                joins = self._history.joined(CERTAIN, pair.left, pair.right)
            if joins:
                self._join(one, other, Join(*pair[:3], "certain", CERTAIN, 0.0))
        return held

    def link(self, candidates: list[Pair], bounds: Bounds, step: int) -> int:
        """Join pairs from the link threshold up, best first.

        Args:
            candidates: pairs, best first.
            bounds: thresholds.
            step: the step that this is.

        Returns:
            How many joins were made.
        """
        made = 0
        self._refused.clear()
        for pair in candidates:
            if pair.weight < bounds.link:
                break
            one, other = self.root(pair.left), self.root(pair.right)
            if one == other:
                continue
            if self._history.decides(pair.left):
                joins = (
                    not self._unchanged(one, other)
                    and self._doubt(one, other, pair.weight, bounds) is None
                )
            else:
                joins = self._history.joined(step, pair.left, pair.right)
            if joins:
                self._join(one, other, Join(*pair[:3], "score", step, -pair.weight))
                made += 1
        return made

    def look_again(self, candidates: list[Pair], bounds: Bounds, step: int) -> int:
        """Join pairs of clusters that fit well enough once it is seen who else fits.

        The prior reckons with all namesakes whom the communes may have. Where nobody else whom
        the books know comes near, most of them are ruled out; siblings, twins and the other rivals
        are not, and against those alone the pair must hold by itself.

        Args:
            candidates: pairs, best first.
            bounds: thresholds.
            step: the step that this is.

        Returns:
            How many joins were made.
        """
        chosen = sorted([*self._worth_a_look(candidates, bounds), *self._history.looks(step)])
        self._changed = set()
        made = 0
        for turn, pair in chosen:
            one, other = self.root(pair.left), self.root(pair.right)
            if one == other:
                continue
            if (
                not self._history.decides(pair.left)
                or self._odds(one, other, bounds) >= bounds.link
            ):
                self._join(one, other, Join(*pair[:3], "score", step, turn))
                self._changed |= self._around(self.root(one), bounds)
                made += 1
        return made

    def _around(self, joined: int, bounds: Bounds) -> set[int]:
        """Mentions whose next look may tell something else, since a cluster near them has grown."""
        near = [joined, *self._near(joined, bounds.rival)]
        return {member for root in near for member in self._members[root]}

    def _worth_a_look(self, candidates: list[Pair], bounds: Bounds) -> Iterator[tuple[float, Pair]]:
        """The best pair of every two clusters whose odds reach the bound, best odds first."""
        seen: set[tuple[int, int]] = set()
        least = bounds.look.alone(bounds.link)
        for pair in candidates:
            if pair.weight < least:
                break
            if not self._history.decides(pair.left) or not self._may_look_new(pair):
                continue
            one, other = self.root(pair.left), self.root(pair.right)
            key = (min(one, other), max(one, other))
            if one == other or key in seen:
                continue
            seen.add(key)
            if pair.related >= bounds.link:
                odds = self._odds(one, other, bounds)
                if odds >= bounds.link:
                    yield -odds, pair

    def _may_look_new(self, pair: Pair) -> bool:
        changed = self._changed
        return changed is None or pair.left in changed or pair.right in changed

    def _odds(self, one: int, other: int, bounds: Bounds) -> float:
        """Odds of a second look, none where a rule, a pair, a rival or the size stands against it.

        A rival that cannot be right as well has been weighed by its own rule.
        """
        fit = self.fit(one, other, bounds)
        size = len(self._members[one]) + len(self._members[other])
        if (
            fit is None
            or size > bounds.rules.thresholds.large_cluster
            or self._against(one, other)
            or self._between(one, other, bounds).against
            or (fit.weight >= bounds.link and self._rivalled(one, other, fit.weight, bounds))
        ):
            return -math.inf
        return bounds.look.odds(fit)

    def fit(self, one: int, other: int, bounds: Bounds) -> Fit | None:
        """How two clusters fit, and by how much better than others fit either of them.

        Returns:
            None where no pair of them was scored from :attr:`Bounds.rival` up.
        """
        near = self._near(one, bounds.rival), self._near(other, bounds.rival)
        best = near[0].get(other)
        if best is None:
            return None
        others = [
            math.fsum(
                sorted(
                    2.0**weight
                    for root, weight in around.items()
                    if root not in (one, other) and self._against(this, root) in ("", UNSUPPORTED)
                )
            )
            for this, around in zip((one, other), near, strict=True)
        ]
        nearest = max(*others, 2.0**bounds.rival)
        entries = sorted(self._constraints.entries(self._members[root]) for root in (one, other))
        return Fit(best, best - math.log2(nearest), *entries)

    def _unchanged(self, one: int, other: int) -> bool:
        """Whether the same two clusters were looked at before as they are now."""
        key = (min(one, other), max(one, other))
        sizes = (len(self._members[key[0]]), len(self._members[key[1]]))
        if self._refused.get(key) == sizes:
            return True
        self._refused[key] = sizes
        return False

    def _join(self, one: int, other: int, join: Join) -> None:
        kept, taken = min(one, other), max(one, other)
        if len(self._members[taken]) > len(self._members[kept]):
            kept, taken = taken, kept
        self._constraints.join(kept, taken)
        for member in self._members[taken]:
            self._root[member] = kept
        self._members[kept] += self._members[taken]
        self._members[taken] = []
        self.joins.append(join)

    # -- what stands against it ---------------------------------------------------------------

    def _against(self, one: int, other: int, *, ages: bool = True) -> str:
        sides = self._members[one], self._members[other]
        return self._constraints.against(*sides, self._roots, ages=ages)

    def _doubt(self, one: int, other: int, weight: float, bounds: Bounds) -> Doubt | None:
        """Why two clusters are not joined although a pair of them has this weight.

        People mistype years of birth more often than others share name, partner and child with
        them; so where a pair is surer by far, a year is taken to be wrong and not the person.
        """
        rule = self._against(one, other, ages=weight < bounds.aged)
        if rule == UNSUPPORTED:
            return Doubt("weak_bridge", "")
        if rule:
            return Doubt("unsure" if rule == UNSURE else "hard_rule", rule)
        support = self._between(one, other, bounds)
        if support.score() < bounds.link or self._is_weak_bridge(one, other, support, bounds):
            return Doubt("weak_bridge", "")
        size = len(self._members[one]) + len(self._members[other])
        if size > bounds.rules.thresholds.large_cluster:
            return Doubt("large_cluster", "")
        if self._rivalled(one, other, weight, bounds):
            return Doubt("rival", "")
        return None

    def _between(self, one: int, other: int, bounds: Bounds) -> _Support:
        """What all scored pairs between two clusters say."""
        if self._scored.degree(self._members[one]) > self._scored.degree(self._members[other]):
            one, other = other, one
        thresholds = bounds.rules.thresholds
        prior = thresholds.prior_bits
        support, roots = _Support(), self._root
        for member in self._members[one]:
            for target, weight in self._scored(member):
                if roots[target] != other:
                    continue
                support.best = max(support.best, weight)
                if weight >= bounds.question:
                    support.favour += 1
                elif weight < prior - thresholds.against_bits:
                    support.against.append(prior - weight)
        return support

    def _is_weak_bridge(self, one: int, other: int, support: _Support, bounds: Bounds) -> bool:
        """Whether two groups hang together by pairs that are not strong enough for that.

        Several mentions of one person have more to agree on than one mention has, and several
        pairs say the same thing several times: not their number counts but the best of them.
        """
        groups = min(len(self._members[one]), len(self._members[other])) >= 2
        return groups and support.best < bounds.bridge

    def _rivalled(self, one: int, other: int, weight: float, bounds: Bounds) -> bool:
        """Whether the link is not safe any more once the rivals of either side are counted.

        If only one of several clusters can be right, the odds of each are what it weighs against
        all others: ``2^w / (1 + Σ 2^rival)``.
        """
        for this, that in ((one, other), (other, one)):
            rivals = [
                best
                for root, best in self._near(this, weight - bounds.link).items()
                if root not in (this, that)
                and self._constraints.rivals(self._members[that], self._members[root], self._roots)
                and self._against(this, root) in ("", UNSUPPORTED)
            ]
            if rivals:
                others = math.log2(1 + math.fsum(sorted(2.0**best for best in rivals)))
                if weight - others < bounds.link:
                    return True
        return False

    def _near(self, one: int, least: float) -> dict[int, float]:
        """Clusters that a cluster was scored against, with the best weight from ``least`` up."""
        found: dict[int, float] = {}
        roots = self._root
        for member in self._members[one]:
            for target, weight in self._scored(member):
                if weight <= least:
                    break  # the best come first
                root = roots[target]
                if weight > found.get(root, -math.inf):
                    found[root] = weight
        return found

    # -- results ------------------------------------------------------------------------------

    def doubts(
        self, candidates: list[Pair], apart: list[Apart], bounds: Bounds
    ) -> Iterator[Doubted]:
        """What may be asked about every two clusters between which there is a candidate.

        Where two entries of one passage are among the pairs, they are asked about: whether they
        are one event settles the persons as well.

        Args:
            candidates: pairs with a side whose joins are decided, those that were held first, then
                the best first.
            apart: judgements that keep mentions apart.
            bounds: thresholds.
        """
        best: dict[tuple[int, int], Pair] = {}
        passing: dict[tuple[int, int], Pair] = {}
        for pair in candidates:
            one, other = self.root(pair.left), self.root(pair.right)
            if one == other:
                continue
            key = (min(one, other), max(one, other))
            best.setdefault(key, pair)
            if self._constraints.is_passage(pair.left, pair.right):
                passing.setdefault(key, pair)
        for key, pair in best.items():
            doubt = self._question(*key, pair, bounds)
            if doubt is not None and doubt.rule not in (JUDGED, UNSURE):
                yield Doubted.of(passing.get(key, pair), pair, doubt)
        for judged in apart:
            one, other = self.root(judged.left), self.root(judged.right)
            if judged.rule == UNSURE and one != other:
                asked = Pair(judged.left, judged.right, -math.inf)
                key = (min(one, other), max(one, other))
                yield Doubted.of(asked, best.get(key, asked), Doubt(UNSURE, ""))

    def _question(self, one: int, other: int, pair: Pair, bounds: Bounds) -> Doubt | None:
        if pair.weight >= bounds.link:
            return self._doubt(one, other, pair.weight, bounds) or Doubt("rival", "")
        rule = self._against(one, other)
        if rule and rule not in (UNSURE, UNSUPPORTED):
            return None
        if self._between(one, other, bounds).score() < bounds.question:
            return None
        return Doubt("possible" if self._is_worth_asking(one, other, pair, bounds) else UNASKED, "")

    def _is_worth_asking(self, one: int, other: int, pair: Pair, bounds: Bounds) -> bool:
        """Whether two clusters are likely to be one, or much would be gained if they were."""
        thresholds = bounds.rules.thresholds
        probability = probability_of(pair.weight)
        pairs = len(self._members[one]) * len(self._members[other])
        likely = probability >= thresholds.question_probability
        return likely or probability * pairs >= thresholds.question_gain
