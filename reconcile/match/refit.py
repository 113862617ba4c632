"""Estimate a model's figures anew from a register (P4: an explicit act, never part of a merge).

*m* by expectation and maximisation without labels: every candidate pair counts as one person with
its match probability, against all rivals together, and for each comparison only pairs count that
were found without looking at it. What officers decided counts as known. *u* from pairs drawn
blindly. Both are held back: the figures as they were judged count as observations of their own (a
Dirichlet prior), so that what is rare does not shrink to nothing for want of cases; each figure
goes :data:`STEP` of the way, in logarithms, to what the register says; and none ever moves by more
than :data:`FARTHEST`. A refitted model keeps the judged figures, and refitting it starts from them.
Going the whole way gave more false links on two of six populations, half the way on none
(docs/decisions/0054-refit-goes-half-way.md).

Population, rivals, relatives, frequencies of names and thresholds stay as they are: a register
says little about them that is not already a choice of the office, or of the law. So does the *u* of
dates: pairs that are worth a look are namesakes, names go with the time of birth, and pairs drawn
blindly would make a year of birth look three times as telling as it is between namesakes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import numpy as np

from reconcile.match.expectation import FITTED, candidates, drawn_blindly
from reconcile.match.model import Model
from reconcile.match.score import combine, level_weights, probabilities

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reconcile.match.expectation import Candidates, Seen
    from reconcile.match.matching import Matched
    from reconcile.match.model import Comparison, Level

    Floats = NDArray[np.float64]

STEP: Final = 0.5  # share of the way from the judged figure to the estimate
FARTHEST: Final = 0.5  # bits by which one m or one u is moved at most
_ROUNDS: Final = 10
_STILL: Final = 0.001  # relative change of every m below which the rounds end
_PRIOR_PAIRS: Final = 300.0  # pairs that the judged m counts for
_PRIOR_EVENTS: Final = 30.0  # pairs at the level that the judged u counts for
_JUDGED_U: Final = frozenset(("name", "date"))  # kinds whose u no blind pair can tell
_LIKELIEST: Final = 0.9999  # nothing is certain


class Labels(NamedTuple):
    """Pairs that officers decided about.

    Attributes:
        pair: place among the scored candidate pairs.
        same: did they say that it is one person.
    """

    pair: NDArray[np.int64]
    same: NDArray[np.bool_]


@dataclass(frozen=True)
class Figure:
    """One figure of the model, estimated anew.

    Attributes:
        comparison: id of the comparison.
        level: id of the level.
        what: m or u.
        judged: as it was before any refit.
        before: as it is.
        estimate: what the register says, the judged figure counted in.
        after: as it would be: part of the way from what was judged.
        pairs: pairs that could have been at the level, in expectation.
        seen: of these, pairs that are at it.
    """

    comparison: str
    level: str
    what: Literal["m", "u"]
    judged: float
    before: float
    estimate: float
    after: float
    pairs: float
    seen: float

    @property
    def bits(self) -> float:
        """By how much it changes the weight of the level."""
        moved = math.log2(self.after / self.before)
        return moved if self.what == "m" else -moved


@dataclass(frozen=True)
class Refitted:
    """A model with figures of its own register.

    Attributes:
        model: the model; its version is still the old one.
        figures: every figure that was estimated.
        pairs: candidate pairs that it rests on.
        blind: pairs drawn blindly that it rests on.
    """

    model: Model
    figures: tuple[Figure, ...]
    pairs: int
    blind: int


def refit(matched: Matched, model: Model, labels: Labels | None = None) -> Refitted:
    """Estimate m and u anew.

    Args:
        matched: what :func:`reconcile.match.match_all` gave.
        model: the model that it was matched with.
        labels: what officers decided, as far as it may be learnt from.
    """
    blind = drawn_blindly(matched, model)
    found = candidates(matched, model)
    u = _estimated_u(blind, model)
    m, figures = _estimated_m(found, model, u, labels)
    file = model.file
    comparisons = tuple(
        _with_figures(c, m.get(c.id, {}), u.get(c.id, {})) for c in file.comparisons
    )
    return Refitted(
        model=replace(model, file=file.model_copy(update={"comparisons": comparisons})),
        figures=(*figures, *(figure for by_level in u.values() for figure in by_level.values())),
        pairs=len(found.by_rival),
        blind=len(blind.weight),
    )


def _with_figures(comparison: Comparison, m: dict[str, Figure], u: dict[str, Figure]) -> Comparison:
    levels = []
    for level in comparison.levels:
        found = [figures[level.id] for figures in (m, u) if level.id in figures]
        update: dict[str, object] = {figure.what: figure.after for figure in found}
        update["judged"] = level.judged | {figure.what: figure.judged for figure in found}
        levels.append(level.model_copy(update=update))
    return comparison.model_copy(update={"levels": tuple(levels)})


def _towards(judged: float, estimate: float) -> float:
    """Part of the way from one figure to another, in as many digits as people read."""
    moved = STEP * math.log2(estimate / judged)
    held = judged * math.pow(2, min(max(moved, -FARTHEST), FARTHEST))
    return float(f"{min(held, _LIKELIEST):.4g}")


def _fitted(model: Model) -> list[Comparison]:
    return [c for c in model.file.comparisons if c.kind in FITTED]


def _counts(seen: Seen, comparison: Comparison, weight: Floats) -> tuple[Floats, Floats]:
    """Per level how many pairs could be at it, and how many are."""
    codes = seen.levels.by_comparison[comparison.id]
    could = weight @ seen.possible[comparison.id]
    are = np.bincount(codes, weight, len(comparison.levels) + 1)[1:].astype(np.float64)
    return could, are


def _estimated_u(blind: Seen, model: Model) -> dict[str, dict[str, Figure]]:
    found: dict[str, dict[str, Figure]] = {}
    for comparison in _fitted(model):
        if comparison.kind in _JUDGED_U:
            continue
        could, are = _counts(blind, comparison, blind.weight)
        lines = zip(comparison.levels, could.tolist(), are.tolist(), strict=True)
        found[comparison.id] = {
            level.id: _figure_u(comparison, level, pairs, seen)
            for level, pairs, seen in lines
            if level.u is not None and pairs > 0
        }
    return found


def _figure_u(comparison: Comparison, level: Level, pairs: float, seen: float) -> Figure:
    before = level.u or 0.0
    judged = level.judged.get("u", before)
    estimate = (seen + _PRIOR_EVENTS) / (pairs + _PRIOR_EVENTS / judged)
    after = _towards(judged, estimate)
    return Figure(comparison.id, level.id, "u", judged, before, estimate, after, pairs, seen)


def _estimated_m(
    found: Candidates, model: Model, u: dict[str, dict[str, Figure]], labels: Labels | None
) -> tuple[dict[str, dict[str, Figure]], list[Figure]]:
    figures: dict[str, dict[str, Figure]] = {}
    for _ in range(_ROUNDS):
        probability = _probability(found, model, (figures, u), labels)
        before, figures = figures, _maximised(found, model, probability)
        if before and _still(before, figures):
            break
    return figures, [figure for by_level in figures.values() for figure in by_level.values()]


def _still(before: dict[str, dict[str, Figure]], after: dict[str, dict[str, Figure]]) -> bool:
    return all(
        abs(after[name][level].after / figure.after - 1) < _STILL
        for name, by_level in before.items()
        for level, figure in by_level.items()
    )


def _maximised(
    found: Candidates, model: Model, probability: Floats
) -> dict[str, dict[str, Figure]]:
    figures: dict[str, dict[str, Figure]] = {}
    for comparison in _fitted(model):
        weight = found.seen.weight * probability * found.usable[comparison.id]
        could, are = _counts(found.seen, comparison, weight)
        lines = zip(comparison.levels, could.tolist(), are.tolist(), strict=True)
        figures[comparison.id] = {
            level.id: _figure_m(comparison, level, pairs, seen)
            for level, pairs, seen in lines
            if pairs > 0
        }
    return figures


def _figure_m(comparison: Comparison, level: Level, pairs: float, seen: float) -> Figure:
    judged = level.judged.get("m", level.m)
    estimate = (seen + _PRIOR_PAIRS * judged) / (pairs + _PRIOR_PAIRS)
    after = _towards(judged, estimate)
    return Figure(comparison.id, level.id, "m", judged, level.m, estimate, after, pairs, seen)


def _probability(
    found: Candidates,
    model: Model,
    figures: tuple[dict[str, dict[str, Figure]], dict[str, dict[str, Figure]]],
    labels: Labels | None,
) -> Floats:
    """Match probability of the candidates by the figures as they are estimated so far."""
    m, u = figures
    by_rival = found.by_rival.copy()
    for comparison in _fitted(model):
        changed = _with_figures(comparison, m.get(comparison.id, {}), u.get(comparison.id, {}))
        moved = level_weights(changed, model) - level_weights(comparison, model)
        by_rival += moved[found.seen.levels.by_comparison[comparison.id]]
    probability = probabilities(combine(by_rival))
    if labels is not None:
        probability[labels.pair] = labels.same
    return probability
