"""How far a change reaches: whose joins must be decided anew (decision 0067).

*Units* are the mentions that can be joined at all: tied by pairs that can be linked, by judgements
and by the structure of entries. What is decided in one rests on the unit itself, on units with
which it has a pair that can stand in its way (*near* ones), and on who the relatives of both are
(*kin*). So a unit in which something has changed is decided anew, and whoever looks at it; and
where its joins come out otherwise, whoever looks at these, until nothing comes out otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from reconcile.resolve.adjacency import positions
from reconcile.resolve.constraints import UNSURE, parents

if TYPE_CHECKING:
    import numpy.typing as npt

    from reconcile.resolve.clusters import Bounds
    from reconcile.resolve.history import Memory

    Ints = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]
    Sides = tuple[Ints, Ints]


class Change(NamedTuple):
    """What matching sees otherwise than an earlier run.

    Attributes:
        place: position now of each mention of that run, -1 where it is gone.
        touched: per mention now, whether it is new or anything that it says has changed.
        left: a side of every pair that is new, gone or has other weights; of a pair with a mention
            that is gone, the other side.
        right: the other side; the same side again where that is gone.
    """

    place: Ints
    touched: Flags
    left: Ints
    right: Ints


@dataclass(frozen=True)
class Reach:
    """Units, and who looks at whom.

    Attributes:
        unit: unit of each mention.
        near: units with a pair between them that can stand in another one's way.
        asked: units with a pair between them that an officer can be asked about.
        kin: units of a child and of its parent.
    """

    unit: Ints
    near: Sides
    asked: Sides
    kin: Sides

    @property
    def count(self) -> int:
        """How many units there are."""
        return int(self.unit.max(initial=-1)) + 1

    def with_mentions(self, *mentions: Ints) -> Flags:
        """Units of mentions; -1 stands for none."""
        found = np.zeros(self.count, dtype=bool)
        for each in mentions:
            found[self.unit[each[each >= 0]]] = True
        return found

    def looking_at(self, told: Flags, joined: Flags) -> Flags:
        """Units whose joins rest on others.

        Args:
            told: units in which a mention says something else.
            joined: units in which something else was joined.
        """
        by_kin = _beside(self.kin, joined)
        return _beside(self.near, told | joined | by_kin) | by_kin

    def seen_from(self, units: Flags) -> Flags:
        """The units themselves and all on which their joins and what is asked of them rest."""
        asked = units | _beside(self.asked, units)
        near = asked | _beside(self.near, asked)
        return near | _beside(self.kin, near)


def reach(
    count: int,
    kin: pd.DataFrame,
    pairs: pd.DataFrame,
    same: list[tuple[int, int]],
    bounds: Bounds,
) -> Reach:
    """Find the units and who looks at whom.

    Args:
        count: number of mentions.
        kin: KIN.
        pairs: PAIRS.
        same: pairs that officers judged to be one person.
        bounds: thresholds.
    """
    left, right = positions(pairs)
    weight = pairs["weight"].to_numpy(dtype="float64")
    can_join = weight >= min(bounds.link, bounds.look.alone(bounds.link))
    ties = can_join | pairs["certain"].to_numpy(dtype=bool)
    judged = np.array(same, dtype=np.int64).reshape(-1, 2)
    one, other = np.r_[left[ties], judged[:, 0]], np.r_[right[ties], judged[:, 1]]
    graph = coo_array((np.ones(len(one), dtype=np.int8), (one, other)), shape=(count, count))
    unit = connected_components(graph, directed=False)[1].astype(np.int64)

    def between(chosen: Flags) -> Sides:
        sides = unit[left[chosen]], unit[right[chosen]]
        apart = sides[0] != sides[1]
        return sides[0][apart], sides[1][apart]

    child, parent = (unit[side] for side in parents(kin))
    return Reach(
        unit, between(weight > bounds.rival), between(weight >= bounds.question), (child, parent)
    )


def _beside(ties: Sides, units: Flags) -> Flags:
    """Units that are tied to one of some units."""
    found = np.zeros_like(units)
    for one, other in (ties, ties[::-1]):
        found[other[units[one]]] = True
    return found


def changed_at_first(
    reach: Reach, change: Change, before: Memory, now: Memory
) -> tuple[Flags, Flags]:
    """Units that must be decided anew before anything is joined.

    Args:
        reach: units of this run.
        change: what matching sees otherwise.
        before: what the earlier run knew, with the positions of this run.
        now: what this run knows of judgements and of entries that repeat each other.

    Returns:
        Units in which a mention says something else, and units to be decided anew.
    """
    unsure = now.judged[now.judged["rule"] == UNSURE]  # asked about whatever else has changed
    told = reach.with_mentions(
        np.flatnonzero(change.touched),
        *_otherwise(before.judged, now.judged, ["left", "right"]),
        *_otherwise(before.repeated, now.repeated, ["mention"]),
        *positions(unsure),
        *positions(_judged_in_other_order(reach, before, now)),
    )
    scored = reach.with_mentions(change.left, change.right)
    nothing = np.zeros_like(told)
    return told, told | scored | reach.looking_at(told, nothing)


def joined_otherwise(reach: Reach, before: pd.DataFrame, now: pd.DataFrame) -> Flags:
    """Units in which something else was joined, or at another moment.

    Args:
        reach: units of this run.
        before: joins of the earlier run, with the positions of this run.
        now: joins of this run.
    """
    return reach.with_mentions(*_otherwise(before, now, ["left", "right"]))


def _otherwise(before: pd.DataFrame, now: pd.DataFrame, sides: list[str]) -> tuple[Ints, ...]:
    """Mentions in lines that only one of two tables has."""
    both = pd.concat([before.drop_duplicates(), now.drop_duplicates()], ignore_index=True)
    differ = both[~both.duplicated(keep=False)]
    return tuple(differ[side].to_numpy(dtype=np.int64) for side in sides)


def _judged_in_other_order(reach: Reach, before: Memory, now: Memory) -> pd.DataFrame:
    """Judgements of a unit that were obeyed in another order, since they were decided anew."""
    told = [memory.judged.drop_duplicates().reset_index(drop=True) for memory in (before, now)]
    turns = [lines.assign(turn=lines.index) for lines in told]
    both = turns[0].merge(turns[1], on=["left", "right", "rule"], suffixes=("_before", ""))
    both = both.assign(unit=reach.unit[both["left"].to_numpy(dtype=np.int64)])
    both = both.sort_values(["unit", "turn"], ignore_index=True)
    earlier = both.groupby("unit")["turn_before"].diff() < 0
    return both[earlier]
