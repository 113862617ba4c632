"""Stated probabilities that hold: how often a pair of that weight *and standing* is one person.

A match weight is the odds against the rivals that a model imagines. How many namesakes a person
really has, the pairs themselves tell once persons are made: a pair with no other candidate near by
is right far more often than its weight says, one with a near rival or many farther ones less often;
the best of a hundred pairs between two large groups is high by chance more often than a single pair
is. The calibration of the model file turns weight, margin, number of candidates and number of pairs
into one probability per two persons, and one per join inside a person. It looks at two persons and
their candidates only, so it is local and depends on what is delivered and decided alone (P4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from pydantic import Field

from reconcile.config import Strict
from reconcile.match.chains import Chains, chains_of
from reconcile.model import PAIRS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

_NOBODY: Final = -1e3  # weight of a candidate that does not exist, bits
_DIGITS: Final = 6  # of a probability; finer differences are noise of the processor
_JUDGED: Final = "judgement"
_CERTAIN: Final = "certain"


class Calibration(Strict):
    """Table ``calibration`` of the model file; every figure is in bits, log2 odds.

    The calibrated weight of two persons is ``base + below * min(w, 0) + above * max(w, 0) + margin
    * d - crowd * log2(1 + k) - pairs * log2(n)``, with w the best weight between their mentions, d
    its distance to the best candidate outside of either, k the number of other persons that either
    was compared with (mean of the two), n the number of pairs of mentions between them; ``joined``
    is added where the tool joined them. It never falls where w rises. The defaults change nothing.

    Attributes:
        base: calibrated weight of a weight of zero with a rival as near.
        below: per bit of weight below zero.
        above: per bit above zero.
        margin: per bit of distance to the best other candidate of either side.
        crowd: taken away per doubling of the other candidates: how dense namesakes are there.
        pairs: taken away per doubling of the pairs of mentions between two persons.
        joined: added where the persons were joined: nothing spoke against it.
        weight_limit: weights farther from zero count as this one.
        margin_from: margins below count as this one.
        margin_to: margins above, or no other candidate at all, count as this one.
        apart_limit: highest probability for two persons who are not joined: where their weight is
            as high as that, something else stands against them.
        structure: probability that a join by the structure of an entry is right.
        unseen: pairs of one person that no scored pair tells of (never compared, or apart at both
            ends of a chain), per pair that one tells of.
        links_vary: how much the true number of false links varies about the expected one from
            population to population: shape of a gamma distribution, large where it hardly does.
        misses_vary: the same for pairs of one person that are still apart.
        source: where the figures come from.
    """

    base: float = 0.0
    below: float = Field(default=1.0, ge=0)
    above: float = Field(default=1.0, ge=0)
    margin: float = Field(default=0.0, ge=0)
    crowd: float = Field(default=0.0, ge=0)
    pairs: float = Field(default=0.0, ge=0)
    joined: float = Field(default=0.0, ge=0)
    weight_limit: float = Field(default=1e3, gt=0)
    margin_from: float = Field(default=0.0, le=0)
    margin_to: float = Field(default=0.0, ge=0)
    apart_limit: float = Field(default=1.0, gt=0, le=1)
    structure: float = Field(default=1.0, gt=0, le=1)
    unseen: float = Field(default=0.0, ge=0)
    links_vary: float = Field(default=1.0, gt=0)
    misses_vary: float = Field(default=1.0, gt=0)
    source: str = ""

    def probability(
        self, weight: Floats, rival: Floats, others: Floats, between: Ints, *, joined: bool = False
    ) -> Floats:
        """Probability that two persons are one.

        Args:
            weight: best match weight between their mentions.
            rival: best match weight of either of them with somebody else.
            others: number of other persons that one of them was compared with, mean of the two.
            between: number of pairs of mentions between them.
            joined: whether the tool joined them.
        """
        w = np.clip(weight, -self.weight_limit, self.weight_limit)
        bits = (
            self.base
            + self.below * np.minimum(w, 0)
            + self.above * np.maximum(w, 0)
            + self.margin * np.clip(weight - rival, self.margin_from, self.margin_to)
            - self.crowd * np.log2(1 + others)
            - self.pairs * np.log2(between)
            + self.joined * joined
        )
        stated = 1 / (1 + np.exp2(-np.clip(bits, -1000, 1000)))
        most = 1.0 if joined else self.apart_limit
        limited: Floats = np.minimum(stated, most).round(_DIGITS)
        return limited


@dataclass(frozen=True)
class Calibrated:
    """Pairs with probabilities that hold, and what they rest on.

    Attributes:
        pairs: PAIRS. Pairs between two persons have the probability that these are one; pairs
            inside a person the probability that every join between the two mentions is right.
        joins: ``left``, ``right``, ``how`` as in the chain of joins, ``weight``, ``rival``,
            ``others``, ``between`` (pairs of mentions that it brings together), ``probability``.
        apart: the same, without ``how``, for every two persons with a scored pair between them,
            ``one`` and ``other``; ``left`` and ``right`` are the mentions of the best pair.
        person: number of the person of each mention.
    """

    pairs: pd.DataFrame
    joins: pd.DataFrame
    apart: pd.DataFrame
    person: Ints

    def stated(self, left: Ints, right: Ints) -> Floats:
        """Probability of given pairs; NaN for one that was never scored.

        Args:
            left: positions of the lesser mentions.
            right: positions of the greater ones.
        """
        if self.pairs.empty:
            return np.full(len(left), np.nan)
        sides = _sides(self.pairs)
        known = sides[0] * len(self.person) + sides[1]
        order = np.argsort(known, kind="stable")
        key = left * len(self.person) + right
        at = order[np.searchsorted(known[order], key).clip(max=len(known) - 1)]
        found: Floats = self.pairs["probability"].to_numpy(dtype=np.float64)[at]
        return np.where(known[at] == key, found, np.nan)


def calibrate(
    pairs: pd.DataFrame,
    person: Ints,
    joined: pd.DataFrame,
    calibration: Calibration,
    parted: list[tuple[int, int]] | None = None,
) -> Calibrated:
    """State how sure links and questions are, now that persons are made.

    Args:
        pairs: PAIRS, with the weights of matching.
        person: number of the person of each mention.
        joined: ``left``, ``right``, ``weight``, ``how``: the chain of pairs that made the persons.
        calibration: of the model.
        parted: positions of mentions whom an officer judged to be two people: their persons are no
            rivals of each other's candidates, and the probability that they are one is 0.
    """
    between = _between_persons(pairs, person)
    free = ~_is_parted(between, person, parted or [])
    best = _best_two(between[free], int(person.max(initial=-1)) + 1)
    apart = _apart(between, free, best, calibration)
    chains = chains_of(len(person), *_sides(joined))
    joins = _joins(joined, person, chains, best, calibration)
    frame = pairs.assign(probability=_stated(pairs, person, apart, chains, joins))
    return Calibrated(PAIRS.check(frame), joins, apart, person)


def _sides(frame: pd.DataFrame) -> tuple[Ints, Ints]:
    return frame["left"].to_numpy(dtype=np.int64), frame["right"].to_numpy(dtype=np.int64)


# -- two persons ----------------------------------------------------------------------------------


def _between_persons(pairs: pd.DataFrame, person: Ints) -> pd.DataFrame:
    """The best pair between every two persons, in the order of their numbers."""
    left, right = _sides(pairs)
    one, other = np.minimum(person[left], person[right]), np.maximum(person[left], person[right])
    at = np.flatnonzero(one != other)
    weight = pairs["weight"].to_numpy(dtype=np.float64)[at]
    key = one[at] * (int(person.max(initial=0)) + 1) + other[at]
    order = np.lexsort((-at, weight, key))
    last = np.r_[key[order][1:] != key[order][:-1], True][: len(order)]
    chosen = at[order[last]]
    sizes = np.bincount(person, minlength=1)
    return pd.DataFrame(
        {
            "one": one[chosen],
            "other": other[chosen],
            "left": left[chosen],
            "right": right[chosen],
            "weight": weight[order[last]],
            "between": sizes[one[chosen]] * sizes[other[chosen]],
        }
    )


def _is_parted(
    between: pd.DataFrame, person: Ints, parted: list[tuple[int, int]]
) -> NDArray[np.bool_]:
    sides = person[np.array(parted, dtype=np.int64).reshape(-1, 2)]
    size = int(person.max(initial=0)) + 1
    judged = sides.min(axis=1) * size + sides.max(axis=1)
    return np.isin(between["one"].to_numpy() * size + between["other"].to_numpy(), judged)


@dataclass(frozen=True)
class _Best:
    """The candidates of each person: the two best weights, who the first is, how many there are."""

    first: Floats
    who: Ints
    second: Floats
    count: Ints

    def beside(self, person: Ints, candidate: Ints) -> Floats:
        """The best candidate of a person other than the one given."""
        return np.where(self.who[person] == candidate, self.second[person], self.first[person])


def _best_two(between: pd.DataFrame, persons: int) -> _Best:
    one, other = between["one"].to_numpy(), between["other"].to_numpy()
    of, who = np.r_[one, other], np.r_[other, one]
    weight = np.tile(between["weight"].to_numpy(), 2)
    order = np.lexsort((who, -weight, of))
    start = np.searchsorted(of[order], np.arange(persons + 1))
    count = np.diff(start)
    first, second = np.full(persons, _NOBODY), np.full(persons, _NOBODY)
    best = np.full(persons, -1, dtype=np.int64)
    some, more = np.flatnonzero(count > 0), np.flatnonzero(count > 1)
    first[some] = weight[order[start[some]]]
    best[some] = who[order[start[some]]]
    second[more] = weight[order[start[more] + 1]]
    return _Best(first, best, second, count.astype(np.int64))


def _apart(
    between: pd.DataFrame, free: NDArray[np.bool_], best: _Best, calibration: Calibration
) -> pd.DataFrame:
    one, other = between["one"].to_numpy(), between["other"].to_numpy()
    rival = np.maximum(best.beside(one, other), best.beside(other, one))
    others = (best.count[one] + best.count[other]) / 2 - free
    probability = calibration.probability(
        between["weight"].to_numpy(), rival, others, between["between"].to_numpy()
    )
    stated = np.where(free, probability, 0.0)
    return between.assign(rival=rival, others=others, probability=stated)


# -- inside persons -------------------------------------------------------------------------------


def _joins(
    joined: pd.DataFrame, person: Ints, chains: Chains, best: _Best, calibration: Calibration
) -> pd.DataFrame:
    """How sure each join is, and how many pairs of mentions hang on it."""
    owner = person[joined["left"].to_numpy(dtype=np.int64)]
    weight = joined["weight"].to_numpy(dtype=np.float64)
    rival = best.first[owner]
    others = best.count[owner].astype(np.float64)
    scored = calibration.probability(weight, rival, others, chains.between, joined=True)
    how = joined["how"].to_numpy(dtype=object)
    probability = np.select(
        [how == _JUDGED, how == _CERTAIN], [1.0, calibration.structure], default=scored
    )
    return joined.assign(
        rival=rival, others=others, between=chains.between, probability=probability
    )


def _stated(
    pairs: pd.DataFrame, person: Ints, apart: pd.DataFrame, chains: Chains, joins: pd.DataFrame
) -> Floats:
    """Probability of each pair: that of its two persons, or that of the joins on its way."""
    left, right = _sides(pairs)
    one, other = np.minimum(person[left], person[right]), np.maximum(person[left], person[right])
    inside = one == other
    stated = np.empty(len(pairs), dtype=np.float64)
    risk = chains.along(-np.log(joins["probability"].to_numpy()), left[inside], right[inside])
    stated[inside] = np.exp(-risk).round(_DIGITS)
    size = int(person.max(initial=0)) + 1
    known = apart["one"].to_numpy() * size + apart["other"].to_numpy()  # ascending
    at = np.searchsorted(known, one[~inside] * size + other[~inside])
    stated[~inside] = apart["probability"].to_numpy()[at]
    return stated
