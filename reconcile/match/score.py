"""Match weights: Fellegi-Sunter against several rivals of "the same person".

For every rival r of the model the weight of a pair is ``-log2(count of r) + sum of log2(m / u_r)``
over the comparisons, plus what the relatives say. The odds of the pair are those against all rivals
together: ``1 / sum of 1 / odds_r``, which is close to the worst of them. So agreement on parents
cannot merge siblings, and agreement on the couple cannot merge two wives.

Weights are computed once per distinct pattern of levels; only name frequencies are per pair.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from reconcile.match.comparisons import compare
from reconcile.match.encoding import Encoded
from reconcile.match.model import MISSING, RANDOM

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reconcile.match.model import Comparison, Level, Model, RelativeEvidence

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

DIGITS: Final = 6  # of a weight; finer differences are noise of the processor
_MOST_OF_A_FREQUENCY: Final = 0.9  # a neighbourhood of names never holds more people than this
_LENT: Final = frozenset(("identity", "category", "text"))  # kinds whose values groups lend
_FARTHEST: Final = 40.0  # bits; beyond, evidence about relatives is taken as this strong


@dataclass(frozen=True)
class Levels:
    """The level of every pair in every comparison.

    Attributes:
        left: positions of one side.
        right: positions of the other side.
        by_comparison: comparison id -> level code per pair, 0 where nothing is compared.
    """

    left: Ints
    right: Ints
    by_comparison: dict[str, NDArray[np.int8]]

    def __len__(self) -> int:
        return len(self.left)


@dataclass(frozen=True)
class Known:
    """What one round of scoring knows from the round before.

    Attributes:
        own: slot -> position of the relative per mention, ``MISSING`` where there is none.
        lent: the same, with what the other members of the group lend.
        groups: group of mentions held to be one person, per mention.
        speakers: comparison id -> the mention whose value stands for each mention there: its own,
            or where that is missing one of its group.
    """

    own: dict[str, Ints]
    lent: dict[str, Ints]
    groups: Ints
    speakers: dict[str, Ints]

    def relatives(self, slots: tuple[str, str], left: Ints, right: Ints) -> tuple[Ints, Ints, Ints]:
        """Relatives of both sides of pairs.

        Two members of one group get no lent relatives: they would agree on what they lent each
        other, and a false group would prove itself right.

        Args:
            slots: whose relative of the left and of the right side.
            left: positions of one side.
            right: positions of the other side.

        Returns:
            The places of the pairs both sides of which have one, and both relatives there.
        """
        first, second = self.lent[slots[0]][left], self.lent[slots[1]][right]
        at = np.flatnonzero((first != MISSING) & (second != MISSING))
        first, second = first[at], second[at]
        if self.lent is self.own:
            return at, first, second
        within = self.groups[left[at]] == self.groups[right[at]]
        first[within] = self.own[slots[0]][left[at[within]]]
        second[within] = self.own[slots[1]][right[at[within]]]
        there = (first != MISSING) & (second != MISSING)
        return at[there], first[there], second[there]

    def speaker(self, comparison: str, of: Ints, beside: Ints) -> Ints:
        """The mention whose value is compared for one side of pairs, lent as relatives are."""
        if comparison not in self.speakers:
            return of
        within = self.groups[of] == self.groups[beside]
        return np.where(within, of, self.speakers[comparison][of])


def levels_of(
    encoded: Encoded,
    left: Ints,
    right: Ints,
    model: Model,
    known: Known,
    of_relatives: bool = False,
) -> Levels:
    """Compare pairs in all comparisons of the model.

    Args:
        encoded: the mentions.
        left: positions of one side.
        right: positions of the other side.
        model: the matching model.
        known: what groups lend their members.
        of_relatives: only the comparisons that are made between relatives.
    """
    chosen = [c for c in model.file.comparisons if c.of_relatives or not of_relatives]
    levels = {}
    for comparison in chosen:
        one = known.speaker(comparison.id, left, right)
        other = known.speaker(comparison.id, right, left)
        levels[comparison.id] = compare(encoded, comparison, one, other, model)
    return Levels(left, right, levels)


def levels_again(encoded: Encoded, before: Levels, model: Model, known: Known) -> Levels:
    """The levels of the same pairs once more is known: only what groups lend is compared anew.

    Args:
        encoded: the mentions.
        before: the levels found when nothing was lent.
        model: the matching model.
        known: what groups lend their members now.
    """
    levels = dict(before.by_comparison)
    for comparison in model.file.comparisons:
        if comparison.id in known.speakers:
            one = known.speaker(comparison.id, before.left, before.right)
            other = known.speaker(comparison.id, before.right, before.left)
            levels[comparison.id] = compare(encoded, comparison, one, other, model)
    return Levels(before.left, before.right, levels)


def own_weights(encoded: Encoded, levels: Levels, model: Model, of_kin: bool = False) -> Floats:
    """Weight per pair and rival of the levels, without priors.

    Args:
        encoded: the mentions, for the frequencies of their names.
        levels: what :func:`levels_of` found.
        model: the matching model.
        of_kin: the pairs are relatives of two people who are compared themselves.
    """
    chosen = [c for c in model.file.comparisons if c.id in levels.by_comparison]
    pattern = np.zeros(len(levels), dtype=np.int64)
    for comparison in chosen:
        pattern = pattern * (len(comparison.levels) + 1) + levels.by_comparison[comparison.id]
    codes, values = pd.factorize(pattern)
    # Rivals in lines, so that what one rival says of all pairs lies together in memory.
    weights = np.zeros((len(model.rivals), len(values)), dtype=np.float64)
    rest = values
    for comparison in reversed(chosen):
        rest, code = np.divmod(rest, len(comparison.levels) + 1)
        weights += level_weights(comparison, model, of_kin).T[:, code]
    per_pair: Floats = np.take(weights, codes, axis=1).T
    for comparison in chosen:
        if comparison.kind == "name":
            _add_frequencies(per_pair, encoded, comparison, levels, model)
    return per_pair


def level_weights(comparison: Comparison, model: Model, of_kin: bool = False) -> Floats:
    """``log2(m / u)`` by level code and rival; where a frequency takes u's place, ``log2(m)``."""
    table = np.zeros((len(comparison.levels) + 1, len(model.rivals)), dtype=np.float64)
    for code, level in enumerate(comparison.levels, start=1):
        for column, rival in enumerate(model.rivals):
            u = level.against.get(rival, level.u)
            if of_kin and level.u_kin is not None:
                u = level.u_kin
            table[code, column] = np.log2(level.m) - (0.0 if u is None else np.log2(u))
    return table


def _add_frequencies(
    weights: Floats, encoded: Encoded, comparison: Comparison, levels: Levels, model: Model
) -> None:
    """Subtract ``log2(u)`` where u is the pinned frequency of the more common of two names."""
    codes = levels.by_comparison[comparison.id]
    for code, level in enumerate(comparison.levels, start=1):
        if not level.frequency:
            continue
        at = np.flatnonzero(codes == code)
        bits = -np.log2(_frequency(encoded, level, levels.left[at], levels.right[at]))
        for column, rival in enumerate(model.rivals):
            if rival not in level.against:
                weights[at, column] += bits


def _frequency(encoded: Encoded, level: Level, left: Ints, right: Ints) -> Floats:
    shares: Floats = getattr(encoded.names.shares, level.frequency)
    return np.minimum(level.spread * np.maximum(shares[left], shares[right]), _MOST_OF_A_FREQUENCY)


def priors(model: Model) -> Floats:
    """Prior weight against each rival."""
    return -np.log2(np.array([rival.count for rival in model.file.rivals], dtype=np.float64))


def combine(by_rival: Floats) -> Floats:
    """Log2 odds against all rivals together."""
    nearest: Floats = by_rival.min(axis=1)
    against = np.exp2(nearest - by_rival.T).sum(axis=0)
    odds: Floats = nearest - np.log2(against)
    return odds


def own_scores(encoded: Encoded, levels: Levels, model: Model) -> Floats:
    """Weight per pair and rival of what the two mentions themselves say, priors included."""
    return priors(model) + own_weights(encoded, levels, model)


def known_at_first(encoded: Encoded) -> Known:
    """What is known before any pair is scored: nobody is anybody else."""
    alone = np.arange(len(encoded), dtype=np.int64)
    return Known(encoded.relatives, encoded.relatives, alone, {})


def known_from(encoded: Encoded, groups: Ints, model: Model) -> Known:
    """What is known once some mentions are held to be one person.

    Members of a group lend each other the relatives and the values that they miss, and the best
    date of birth among them. So each attribute of a person counts once, whichever of his mentions
    has it.

    Args:
        encoded: the mentions.
        groups: group of each mention.
        model: the matching model.
    """
    lent = {slot: _lent(own, own != MISSING, groups) for slot, own in encoded.relatives.items()}
    positions = np.arange(len(encoded), dtype=np.int64)
    speakers = {}
    for comparison in model.file.comparisons:
        if comparison.kind == "date":
            order = np.lexsort((positions, -encoded.dates.precision, groups))
            speakers[comparison.id] = order[np.searchsorted(groups[order], groups)]
        elif comparison.kind in _LENT:
            has = encoded.coded(comparison.columns["value"]).codes != MISSING
            speakers[comparison.id] = _lent(positions, has, groups)
    return Known(encoded.relatives, lent, groups, speakers)


def _lent(own: Ints, has: NDArray[np.bool_], groups: Ints) -> Ints:
    """Per mention its own value, or that of the first of its group that has one."""
    at = np.flatnonzero(has)[::-1]
    first = np.full(int(groups.max(initial=0)) + 1, MISSING, dtype=np.int64)
    first[groups[at]] = own[at]
    filled = first[groups]
    return np.where(has | (filled == MISSING), own, filled)


def relative_weights(
    encoded: Encoded,
    evidence: RelativeEvidence,
    left: Ints,
    right: Ints,
    model: Model,
    known: Known,
) -> Floats:
    """What one kind of relative says, per pair and rival.

    With L the likelihood ratio that the two relatives are one person, by their own values, the
    pair's is ``(m L + 1 - m) / (u L + 1 - u)``: never more than m / u, never less than
    (1 - m) / (1 - u), and nothing at all where L says nothing.

    Args:
        encoded: the mentions.
        evidence: one kind of relative of the model.
        left: positions of one side.
        right: positions of the other side.
        model: the matching model.
        known: who is whose relative, and which mentions are one person, as far as known.
    """
    said: Floats = np.zeros((len(model.rivals), len(left)), dtype=np.float64).T
    bits = np.full(len(left), np.nan)
    for one, other in _ways(evidence):
        at, first, second = known.relatives((one, other), left, right)
        if len(at):
            found = _relative_bits(encoded, first, second, model, known)
            bits[at] = np.fmax(bits[at], found)
    at = np.flatnonzero(~np.isnan(bits))
    ratio = np.exp2(np.clip(bits[at], -_FARTHEST, _FARTHEST))
    same = evidence.m * ratio + 1 - evidence.m
    against = {rival: evidence.against.get(rival, evidence.u) for rival in model.rivals}
    weights = {u: np.log2(same / (u * ratio + 1 - u)) for u in set(against.values())}
    for column, u in enumerate(against.values()):
        said[at, column] = weights[u]
    return said


def _ways(evidence: RelativeEvidence) -> list[tuple[str, str]]:
    """The pairs of slots that are compared, each way round once."""
    return list(
        dict.fromkeys(
            way for one, other in evidence.between for way in ((one, other), (other, one))
        )
    )


def _relative_bits(
    encoded: Encoded, first: Ints, second: Ints, model: Model, known: Known
) -> Floats:
    """Weight that two relatives are one person, by what they say themselves."""
    levels = levels_of(encoded, first, second, model, known, of_relatives=True)
    bits = own_weights(encoded, levels, model, of_kin=True)[:, model.rivals.index(RANDOM)]
    return np.where(known.groups[first] == known.groups[second], _FARTHEST, bits)


def probabilities(weights: Floats) -> Floats:
    """Match probability of each weight."""
    return 1 / (1 + np.exp2(-np.clip(weights, -1000, 1000)))
