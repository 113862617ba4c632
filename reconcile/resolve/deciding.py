"""Which clusters are joined and what is doubtful, for all mentions or for a part of them.

A part is decided just as the whole is: it holds everything on which its decisions rest, joins that
were made outside it are made again at their moments, and positions keep their order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from reconcile.resolve.adjacency import Adjacency, Pair, positions
from reconcile.resolve.agglomeration import LINKING, Agglomeration
from reconcile.resolve.constraints import Apart, Constraints, OfEachOther
from reconcile.resolve.history import History, doubt_table, join_table, joins_of, moved

if TYPE_CHECKING:
    import numpy.typing as npt

    from reconcile.resolve.clusters import Bounds

    Ints = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]
    Pairs = list[tuple[int, int]]


class Problem(NamedTuple):
    """What is known before anything is joined.

    Attributes:
        mentions: LIVE_MENTIONS.
        kin: KIN.
        pairs: PAIRS, in the order of their positions.
        same: pairs that officers judged to be one person, in the order in which they did.
        apart: judgements that keep mentions apart.
        repeated: number of each mention as in :class:`.OfEachOther`.
    """

    mentions: pd.DataFrame
    kin: pd.DataFrame
    pairs: pd.DataFrame
    same: Pairs
    apart: list[Apart]
    repeated: Ints


def decide(
    problem: Problem, bounds: Bounds, history: History | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Join what is to be joined, step by step, and find what is doubtful.

    Args:
        problem: what is known.
        bounds: thresholds and hard rules.
        history: joins that are made again without being decided; none where it is None.

    Returns:
        Joins and doubts where they are decided, with the columns of :class:`.Memory`.
    """
    count = len(problem.mentions)
    history = history or History(np.ones(count, dtype=bool), ())
    said = OfEachOther(_support(problem.mentions, problem.pairs), bounds.link, problem.repeated)
    growing = Agglomeration(
        count,
        Constraints(problem.mentions, problem.kin, bounds.rules.limits, problem.apart, said),
        Adjacency(count, problem.pairs, problem.same, bounds),
        history,
    )
    for left, right in problem.same:
        growing.obey(left, right)
    held = growing.certain(problem.pairs)
    candidates = _candidates(problem.pairs, bounds, history)
    looking = LINKING + bounds.rules.thresholds.rounds
    end = looking + bounds.rules.thresholds.rounds
    for step in range(LINKING, looking):
        if not growing.link(candidates, bounds, step) and not history.lasts(step + 1, looking):
            break
    for step in range(looking, end):
        if not growing.look_again(candidates, bounds, step) and not history.lasts(step + 1, end):
            break
    decided = [join for join in growing.joins if history.decides(join.left)]
    doubtful = [
        pair for pair in candidates if history.decides(pair.left) or history.decides(pair.right)
    ]
    return join_table(decided), doubt_table(
        growing.doubts([*held, *doubtful], problem.apart, bounds)
    )


def decide_part(
    problem: Problem, bounds: Bounds, scope: Flags, decided: Flags, joins: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The same for a part of the mentions.

    Args:
        problem: what is known of all mentions.
        bounds: thresholds and hard rules.
        scope: mentions on which the decisions rest, these themselves among them.
        decided: mentions whose joins are decided.
        joins: joins of all other mentions.

    Returns:
        Joins and doubts where they are decided, with the positions of all mentions.
    """
    chosen = np.flatnonzero(scope)
    place = np.full(len(scope), -1, dtype=np.int64)
    place[chosen] = np.arange(len(chosen))
    inside = moved(joins, place)
    history = History(decided[chosen], joins_of(inside[inside["left"] >= 0]))
    part = Problem(
        problem.mentions.take(chosen).reset_index(drop=True),
        _inside(problem.kin, place, ("mention", "relative")),
        _inside(problem.pairs, place, ("left", "right")),
        [(int(place[one]), int(place[other])) for one, other in problem.same if scope[one]],
        [
            Apart(int(place[line.left]), int(place[line.right]), line.rule)
            for line in problem.apart
            if scope[line.left] and scope[line.right]
        ],
        problem.repeated[chosen],
    )
    found, doubts = decide(part, bounds, history)
    return moved(found, chosen), moved(doubts, chosen)


def _inside(frame: pd.DataFrame, place: Ints, sides: tuple[str, str]) -> pd.DataFrame:
    """Lines both sides of which are in a part, with their positions there."""
    one, other = (place[frame[side].to_numpy(dtype=np.int64)] for side in sides)
    both = (one >= 0) & (other >= 0)
    kept: pd.DataFrame = frame[both].reset_index(drop=True)
    return kept.assign(**{sides[0]: one[both], sides[1]: other[both]})


def _support(mentions: pd.DataFrame, pairs: pd.DataFrame) -> dict[tuple[int, int], float]:
    """Weights of pairs whose mentions pass through the same passage."""
    passage = pd.factorize(mentions["passage"])[0]
    none = mentions["passage"].eq("").to_numpy(dtype=bool)
    left, right = positions(pairs)
    alike = (passage[left] == passage[right]) & ~none[left]
    keys = zip(left[alike].tolist(), right[alike].tolist(), strict=True)
    weights = pairs["weight"].to_numpy(dtype="float64")[alike].tolist()
    return dict(zip(keys, weights, strict=True))


def _candidates(pairs: pd.DataFrame, bounds: Bounds, history: History) -> list[Pair]:
    """Pairs worth a question at least, best first; ties by mention keys."""
    left, right = positions(pairs)
    asked = pairs["weight"].ge(bounds.question).to_numpy() & ~pairs["certain"].to_numpy(dtype=bool)
    asked &= history.counts(left, right)
    left, right = left[asked], right[asked]
    weight, related = (
        pairs[name].to_numpy(dtype="float64")[asked] for name in ("weight", "weight_related")
    )
    order = np.lexsort((right, left, -weight))
    columns = (side[order].tolist() for side in (left, right, weight, related))
    return list(map(Pair._make, zip(*columns, strict=True)))
