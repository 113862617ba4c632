"""Taking runs back: exactly, and without losing anything.

A run's lines stay where they are, marked as never holding; lines that it ended hold again. Ids that
it issued stay issued and say so when they are asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import or_, select, update

from reconcile.errors import RegisterError, UsageError
from reconcile.register import tables as t
from reconcile.register.ids import parse_run, run_name
from reconcile.register.versioned import take_back

if TYPE_CHECKING:
    from sqlalchemy import Connection

UNDO: Final = "undo"
CHANGING: Final = ("merge", "review", "judgements")
"""Beginnings of the verbs that change a register; others leave a line in its log and no more."""


def undo(connection: Connection, by: int, run: str, *, later: bool) -> list[str]:
    """Take a run back.

    Args:
        connection: a connection in a writing transaction.
        by: number of the run that does it.
        run: name of the run.
        later: take back the runs that came after it as well, the last one first.

    Returns:
        Names of the runs that were taken back.

    Raises:
        UsageError: there is no such run, it was taken back already, is an undo itself, or only
            stands in the log (names that were shown unmasked).
        RegisterError: later runs rest on it.
    """
    number = parse_run(run)
    line = connection.execute(select(t.runs).where(t.runs.c.run == number)).one_or_none()
    if line is None or number == by:
        raise UsageError("There is no run {run}.", run=run_name(number))
    if line.undone_by is not None:
        raise UsageError(
            "Run {run} was taken back already, by {by}.",
            run=run_name(number),
            by=run_name(line.undone_by),
        )
    if line.verb == UNDO:
        raise UsageError("Run {run} is an undo; merge again instead.", run=run_name(number))
    if not line.verb.startswith(CHANGING):
        raise UsageError(
            "Run {run} ({verb}) only stands in the log; there is nothing to take back.",
            run=run_name(number),
            verb=line.verb,
        )
    resting = [one for one in _effective_after(connection, number, by) if _wrote(connection, one)]
    if resting and not later:
        raise RegisterError(
            "Run {run} cannot be taken back alone: {later} came after it and rest on it. "
            "Take those back first.",
            run=run_name(number),
            later=", ".join(map(run_name, resting)),
        )
    numbers = [*reversed(resting), number]
    for one in numbers:
        for table in t.VERSIONED:
            take_back(connection, table, one)
    connection.execute(update(t.runs).where(t.runs.c.run.in_(numbers)).values(undone_by=by))
    return [run_name(one) for one in numbers]


def _effective_after(connection: Connection, number: int, before: int) -> list[int]:
    query = (
        select(t.runs.c.run)
        .where(
            t.runs.c.run > number,
            t.runs.c.run < before,
            t.runs.c.undone_by.is_(None),
            t.runs.c.verb != UNDO,
        )
        .order_by(t.runs.c.run)
    )
    return list(connection.execute(query).scalars())


def _wrote(connection: Connection, run: int) -> bool:
    return any(
        connection.execute(
            select(table.c.line).where(or_(table.c.from_run == run, table.c.to_run == run)).limit(1)
        ).first()
        is not None
        for table in t.VERSIONED
    )
