"""What an earlier run joined, so that it need not be decided again where nothing has changed.

A join is decided by what its two clusters, those around them and their relatives' clusters were at
that moment. Where none of that has changed, the same join is made again at the same moment, and
whoever looks at these clusters in between sees what he would see in a full run (decision 0067).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reconcile.resolve.adjacency import Pair
from reconcile.resolve.agglomeration import LINKING, Join
from reconcile.resolve.questions import Doubted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy.typing as npt

    from reconcile.resolve.deciding import Problem

    Ints = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]

_SIDES = {"left": "int32", "right": "int32"}
_JOINS = {**_SIDES, "weight": "float64", "how": "str", "step": "int8", "turn": "float64"}
_DOUBTS = {
    **_SIDES,
    "best_left": "int32",
    "best_right": "int32",
    "weight": "float64",
    "reason": "str",
    "rule": "str",
}
_JUDGED = {**_SIDES, "rule": "str"}
_REPEATED = {"mention": "int32", "first": "int32"}
_POSITIONS = ("left", "right", "best_left", "best_right", "mention", "first")


class History:
    """Joins that are made again, and whose joins are decided anew.

    Args:
        decided: per mention, whether the joins of its unit are decided anew.
        joins: joins of all other units, with the positions of this run.
    """

    def __init__(self, decided: Flags, joins: Iterable[Join]) -> None:
        self._flags = decided
        self._decided = bytes(decided)
        self._joins: dict[int, dict[tuple[int, int], Join]] = {}
        for join in joins:
            self._joins.setdefault(join.step, {})[join.left, join.right] = join

    def decides(self, mention: int) -> bool:
        """Whether the joins of a mention's unit are decided anew."""
        return self._decided[mention] != 0

    def counts(self, left: Ints, right: Ints) -> Flags:
        """Which pairs count: those with a side that is decided, and those that linking joined."""
        linked = {pair for step, pairs in self._joins.items() if step >= LINKING for pair in pairs}
        size = len(self._flags)
        keys = np.array([one * size + other for one, other in linked], dtype=np.int64)
        counted: Flags = self._flags[left] | self._flags[right]
        return counted | np.isin(left * size + right, keys)

    def joined(self, step: int, left: int, right: int) -> bool:
        """Whether a pair was joined in a step."""
        return (left, right) in self._joins.get(step, ())

    def looks(self, step: int) -> list[tuple[float, Pair]]:
        """Turn and pair of what a second look joined, to be joined again."""
        found = self._joins.get(step, {}).values()
        return [(join.turn, Pair(join.left, join.right, join.weight)) for join in found]

    def lasts(self, step: int, end: int) -> bool:
        """Whether something is joined again in a step or after it, before another step."""
        return any(step <= later < end for later in self._joins)


@dataclass(frozen=True)
class Memory:
    """What one run knew of its persons; positions are those of its mentions.

    Attributes:
        joins: ``left``, ``right``, ``weight``, ``how``, ``step``, ``turn``: see :class:`.Join`.
        doubts: see :class:`.Doubted`.
        judged: ``left``, ``right``, ``rule``: what officers' judgements imposed; ``rule`` is empty
            for *same*.
        repeated: ``mention``, ``first``: the first mention that the same role has in the entries
            that repeat each other; no line for all other mentions.
    """

    joins: pd.DataFrame
    doubts: pd.DataFrame
    judged: pd.DataFrame
    repeated: pd.DataFrame

    @classmethod
    def of(cls, joins: pd.DataFrame, doubts: pd.DataFrame, problem: Problem) -> Memory:
        """Keep what a run found.

        Args:
            joins: all joins.
            doubts: all doubts.
            problem: what was known before anything was joined.
        """
        at = np.flatnonzero(problem.repeated >= 0)
        _, first, group = np.unique(problem.repeated[at], return_index=True, return_inverse=True)
        judged = [*((*pair, "") for pair in problem.same), *problem.apart]
        repeated = pd.DataFrame({"mention": at, "first": at[first[group]]}).astype(_REPEATED)
        return cls(joins, doubts, _frame(judged, _JUDGED), repeated)

    @classmethod
    def empty(cls) -> Memory:
        """The memory of a run without mentions."""
        kinds = (_JOINS, _DOUBTS, _JUDGED, _REPEATED)
        return cls(*(_frame((), kind) for kind in kinds))

    @classmethod
    def from_tables(cls, tables: Mapping[str, pd.DataFrame]) -> Memory | None:
        """What was kept; None where these tables hold nothing of persons.

        Args:
            tables: what :meth:`tables` gave, among others.
        """
        names = {field.name: f"persons_{field.name}" for field in fields(cls)}
        if not tables.keys() >= set(names.values()):
            return None
        return cls(**{name: tables[kept] for name, kept in names.items()})

    def tables(self) -> dict[str, pd.DataFrame]:
        """Name -> table, to be kept for the next run."""
        return {f"persons_{field.name}": getattr(self, field.name) for field in fields(self)}

    def moved(self, place: Ints) -> Memory:
        """The same with other positions.

        Args:
            place: the new position of each mention, -1 where it is gone.
        """
        return Memory(*(moved(getattr(self, field.name), place) for field in fields(self)))


def moved(frame: pd.DataFrame, place: Ints) -> pd.DataFrame:
    """A table of :class:`Memory` with other positions.

    Args:
        frame: the table.
        place: the new position of each mention.
    """
    columns = [name for name in _POSITIONS if name in frame]
    lines = {name: place[frame[name].to_numpy(dtype=np.int64)] for name in columns}
    return frame.assign(**{name: values.astype("int32") for name, values in lines.items()})


def join_table(joins: Iterable[Join]) -> pd.DataFrame:
    """The table of joins."""
    return _frame(joins, _JOINS)


def doubt_table(doubts: Iterable[Doubted]) -> pd.DataFrame:
    """The table of doubts."""
    return _frame(doubts, _DOUBTS)


def _frame(lines: Iterable[object], kinds: Mapping[str, str]) -> pd.DataFrame:
    return pd.DataFrame(list(lines), columns=list(kinds)).astype(dict(kinds))


def joins_of(frame: pd.DataFrame) -> list[Join]:
    """Lines of the table of joins."""
    return list(map(Join._make, zip(*(frame[name].tolist() for name in _JOINS), strict=True)))


def doubts_of(frame: pd.DataFrame) -> list[Doubted]:
    """Lines of the table of doubts."""
    return list(map(Doubted._make, zip(*(frame[name].tolist() for name in _DOUBTS), strict=True)))
