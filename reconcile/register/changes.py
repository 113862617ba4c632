"""What a run changed, against what the register held before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
from sqlalchemy import select

from reconcile import model
from reconcile.register import tables as t
from reconcile.register.versioned import frame_rows, holds

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray
    from sqlalchemy import Connection, Table

    from reconcile.register.resolved import Resolved

SAYS: Final = ("content_hash", "entry_key", "own_key", "gone")
"""By what one can tell that an entry says something else, if contents are read as before."""
_ASKED: Final = {model.ConflictState.OPEN.value, model.ConflictState.STALE.value}


@dataclass(frozen=True)
class Changes:
    """What a run changed, as people count it.

    Attributes:
        entries_new: entries that the register did not have.
        entries_changed: entries that say something else than before.
        entries_gone: entries that are no longer in the latest full export of their scope.
        persons_new: persons of whom no mention was known before.
        persons_joined: persons that were several before.
        persons_split: persons, as they were before, that are several now.
        conflicts_opened: conflicts to be decided that were not open before.
        conflicts_closed: conflicts that were open or stale before and no longer are.
        conflicts_stale: decided conflicts whose evidence has changed.
    """

    entries_new: int = 0
    entries_changed: int = 0
    entries_gone: int = 0
    persons_new: int = 0
    persons_joined: int = 0
    persons_split: int = 0
    conflicts_opened: int = 0
    conflicts_closed: int = 0
    conflicts_stale: int = 0


@dataclass(frozen=True)
class Before:
    """What the register held before the run, as far as saving and :class:`Changes` need it.

    Attributes:
        entries: number of each entry -> :data:`SAYS`.
        persons: number of each mention -> number of its person.
        events: number of each entry -> number of its event.
        conflicts: id of each conflict -> its state.
    """

    entries: dict[int, tuple[str, str, str, bool]]
    persons: dict[int, int]
    events: dict[int, int]
    conflicts: dict[str, str]

    @staticmethod
    def read(connection: Connection) -> Before:
        """What holds before a run writes."""
        e = t.entries.c
        said = select(e.entry, *(e[name] for name in SAYS)).where(holds(t.entries))
        lines = connection.execute(said).cursor.fetchall()
        return Before(
            {line[0]: (*line[1:-1], bool(line[-1])) for line in lines},
            _pairs(connection, t.memberships, "mention", "person"),
            _pairs(connection, t.event_entries, "entry", "event"),
            _pairs(connection, t.conflicts, "conflict", "state"),
        )

    def touched(self, resolved: Resolved, entry_of: NDArray[np.int64]) -> set[int]:
        """Numbers of the entries that are new, are no more, or say something else than before.

        Args:
            resolved: what the stages worked out.
            entry_of: number of each entry, in the order of ``resolved.entries``.
        """
        says = frame_rows(resolved.entries, SAYS)
        now = dict(zip(entry_of.tolist(), says, strict=True))
        changed = {entry for entry, said in now.items() if self.entries.get(entry) != said}
        return changed | (self.entries.keys() - now.keys())

    def changes(
        self,
        resolved: Resolved,
        entry_of: NDArray[np.int64],
        numbers: tuple[NDArray[np.int64], NDArray[np.int64]],
    ) -> Changes:
        """Count what is otherwise now.

        Args:
            resolved: what the stages worked out.
            entry_of: number of each entry, in the order of ``resolved.entries``.
            numbers: number of each mention, and of its person, in the order of the mentions.
        """
        now = dict(
            zip(
                entry_of.tolist(),
                frame_rows(resolved.entries, ["content_hash", "gone"]),
                strict=True,
            )
        )
        known = self.entries
        gone = [entry for entry, (_, lost) in now.items() if lost]
        nothing = ("", "", "", False)
        states = dict(zip(resolved.conflicts["conflict"], resolved.conflicts["state"], strict=True))
        asked_before = {one for one, state in self.conflicts.items() if state in _ASKED}
        asked_now = {one for one, state in states.items() if state in _ASKED}
        stale = model.ConflictState.STALE.value
        return Changes(
            sum(entry not in known for entry in now),
            sum(entry in known and known[entry][0] != line[0] for entry, line in now.items()),
            sum(not known.get(entry, nothing)[-1] for entry in gone),
            *self._persons(*numbers),
            len({one for one in asked_now - asked_before if states[one] != stale}),
            len(asked_before - asked_now),
            sum(state == stale != self.conflicts.get(one) for one, state in states.items()),
        )

    def _persons(
        self, mention_of: NDArray[np.int64], person_of: NDArray[np.int64]
    ) -> tuple[int, int, int]:
        """New, joined and split persons, by the mentions that were there before and still are."""
        pairs = pd.DataFrame({"now": person_of})
        pairs["before"] = [self.persons.get(mention, 0) for mention in mention_of.tolist()]
        kept = pairs[pairs["before"] > 0].drop_duplicates()
        new = pairs["now"].nunique() - kept["now"].nunique()
        return new, _several(kept["now"]), _several(kept["before"])


def _pairs(connection: Connection, table: Table, key: str, value: str) -> dict[Any, Any]:
    query = select(table.c[key], table.c[value]).where(holds(table))
    return dict(connection.execute(query).cursor.fetchall())


def _several(values: Iterable[int]) -> int:
    counts = pd.Series(values).value_counts()
    return int((counts > 1).sum())
