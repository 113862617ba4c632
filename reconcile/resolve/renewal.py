"""Winning values of persons of whom nothing has changed are taken from the run before.

The values of a person rest on what its mentions say, on how their entries stand, and on the names
of its relatives. So they are chosen anew for persons who have other mentions than they had, or one
that says or stands for something else, and for those who have such a person as a relative.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy.typing as npt

    from reconcile.resolve.reach import Change

    Ints = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]

_LINES = "golden_lines"
_PEOPLE = "golden_people"


class People(NamedTuple):
    """What winning values are chosen from.

    Attributes:
        mentions: LIVE_MENTIONS, all of them or those of some persons.
        kin: KIN between these.
        person: number of the person of each mention.
        rank: how well the entry of each mention stands.
    """

    mentions: pd.DataFrame
    kin: pd.DataFrame
    person: Ints
    rank: Ints

    def only(self, persons: Flags) -> tuple[People, Ints]:
        """The same of some persons alone.

        Args:
            persons: per number of a person, whether it is wanted.

        Returns:
            What values are chosen from, and the position of each of its mentions among all.
        """
        at = np.flatnonzero(persons[self.person])
        place = np.full(len(self.person), -1, dtype=np.int64)
        place[at] = np.arange(len(at))
        sides = [place[self.kin[name].to_numpy(dtype=np.int64)] for name in ("mention", "relative")]
        inside = (sides[0] >= 0) & (sides[1] >= 0)
        kin = self.kin[inside].assign(mention=sides[0][inside], relative=sides[1][inside])
        mentions = self.mentions.take(at).reset_index(drop=True)
        return People(mentions, kin.reset_index(drop=True), self.person[at], self.rank[at]), at


@dataclass(frozen=True)
class Chosen:
    """Winning values as criteria chose them, before officers' values take their place.

    Attributes:
        lines: ``cluster``, ``field``, ``value``, ``mention``, ``rule``, ``agreeing``,
            ``disagreeing``, as in GOLDEN.
        people: ``person``, ``rank`` of each mention of that run.
    """

    lines: pd.DataFrame
    people: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        """Name -> table, to be kept for the next run."""
        return {_LINES: self.lines, _PEOPLE: self.people}

    @classmethod
    def from_tables(cls, tables: Mapping[str, pd.DataFrame]) -> Chosen | None:
        """What was kept; None where these tables hold nothing of it.

        Args:
            tables: what :meth:`tables` gave, among others.
        """
        if _LINES not in tables or _PEOPLE not in tables:
            return None
        return cls(tables[_LINES], tables[_PEOPLE])

    @classmethod
    def of(cls, lines: pd.DataFrame, people: People) -> Chosen:
        """Keep what a run chose.

        Args:
            lines: the winning values.
            people: what they were chosen from.
        """
        return cls(lines, pd.DataFrame({"person": people.person, "rank": people.rank}))


class Known(NamedTuple):
    """What an earlier run chose, and what has changed since.

    Attributes:
        chosen: the values.
        change: how mentions differ.
    """

    chosen: Chosen
    change: Change


def renewed(
    people: People, choose: Callable[[People], pd.DataFrame], known: Known | None
) -> pd.DataFrame:
    """Winning values of all persons.

    Args:
        people: what they are chosen from.
        choose: chooses them.
        known: what an earlier run under the same rules chose; the answer is the same without.

    Returns:
        Lines as :class:`Chosen` has them, in any order.
    """
    if known is None:
        return choose(people)
    was = _numbers_then(people, known)
    child, relative = (
        people.person[people.kin[name].to_numpy(dtype=np.int64)] for name in ("mention", "relative")
    )
    anew = was < 0
    anew[child[was[relative] < 0]] = True
    seen = anew.copy()
    seen[relative[anew[child]]] = True
    part, at = people.only(seen)
    lines = choose(part)
    lines = lines[anew[lines["cluster"].to_numpy(dtype=np.int64)]]
    lines = lines.assign(mention=at[lines["mention"].to_numpy(dtype=np.int64)])
    together: pd.DataFrame = pd.concat([_still(known, was, anew), lines], ignore_index=True)
    return together


def _numbers_then(people: People, known: Known) -> Ints:
    """Number that each person had, -1 where anything about it is not as it was."""
    then, place = known.chosen.people, known.change.place
    before = np.full(len(people.person), -1, dtype=np.int64)  # position of each mention then
    before[place[place >= 0]] = np.flatnonzero(place >= 0)
    told = (before < 0) | known.change.touched
    told |= then["rank"].to_numpy(dtype=np.int64)[before] != people.rank
    numbers = then["person"].to_numpy(dtype=np.int64)
    number = numbers[before]
    count = int(people.person.max(initial=-1)) + 1
    was = np.full(count, -1, dtype=np.int64)
    was[people.person] = number
    other = told | (number != was[people.person])
    size, size_then = np.bincount(people.person, minlength=count), np.bincount(numbers)
    grown = size != size_then[was]
    was[people.person[other]] = -1
    was[grown] = -1
    return was


def _still(known: Known, was: Ints, anew: Flags) -> pd.DataFrame:
    """Values that need not be chosen anew, with the numbers of this run."""
    lines, place = known.chosen.lines, known.change.place
    count = int(known.chosen.people["person"].max()) + 1
    now = np.full(count, -1, dtype=np.int64)
    stays = np.flatnonzero(~anew)
    now[was[stays]] = stays
    cluster = now[lines["cluster"].to_numpy(dtype=np.int64)]
    kept: pd.DataFrame = lines[cluster >= 0]
    mention = place[kept["mention"].to_numpy(dtype=np.int64)]
    return kept.assign(cluster=cluster[cluster >= 0], mention=mention)
