"""Digests of what a run did to the tables that the log vouches for.

Two for each table: of the lines that the run wrote, and of the lines that it ended. So no line can
be changed, dropped or slipped in, and none can be silenced (a decision, say, that would bind no
longer) without ``verify`` finding it.
"""

from __future__ import annotations

import hashlib
from itertools import groupby
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from reconcile.register import tables as t

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Column, Connection, Table

AUDITED: Final[tuple[Table, ...]] = (
    t.raw_rows,
    t.contents,
    t.deliveries,
    t.files,
    t.occurrences,
    t.judgements,
    t.identities,
)
"""Tables of which the log keeps digests: what cannot be worked out again from anything else."""

FIRST_AUDITED: Final = tuple(table.name for table in AUDITED if table is not t.identities)
"""Tables that the lines of a log vouch for which say nothing of ended lines (schema 0001)."""

_UNIT: Final = "\x1f"
_RECORD: Final = "\x1e"

Digests = dict[int, dict[str, str]]


def written(connection: Connection, run: int | None = None) -> Digests:
    """A digest of what runs wrote into each audited table that they wrote to.

    Args:
        connection: any connection.
        run: number of the run; all runs where None.

    Returns:
        Number of a run -> name of a table -> SHA-256 over its lines of that run, in their order.
    """
    marks = [(table, table.c["run" if "run" in table.c else "from_run"]) for table in AUDITED]
    return _digests(connection, marks, run)


def ended(connection: Connection, run: int | None = None) -> Digests:
    """A digest of the lines of audited tables that runs ended.

    Args:
        connection: any connection.
        run: number of the run; all runs where None.

    Returns:
        As :func:`written`. A run that was taken back counts as ending what it wrote, and only that.
    """
    marks = [(table, table.c.to_run) for table in AUDITED if "to_run" in table.c]
    return _digests(connection, marks, run)


def _digests(
    connection: Connection, marks: list[tuple[Table, Column[int]]], run: int | None
) -> Digests:
    digests: Digests = {}
    for table, mark in marks:
        columns = [column for column in table.columns if column.name not in {"line", "to_run"}]
        query = select(mark, *columns).order_by(mark, *table.primary_key.columns)
        query = query.where(mark.is_not(None) if run is None else mark == run)
        rows = connection.execute(query.execution_options(yield_per=1000))
        for number, lines in groupby(rows, key=lambda row: row[0]):
            digests.setdefault(number, {})[table.name] = _digest(row[1:] for row in lines)
    return digests


def _digest(rows: Iterator[tuple[object, ...]]) -> str:
    digest = hashlib.sha256()
    for row in rows:
        line = _UNIT.join(["" if value is None else str(value) for value in row])
        digest.update(f"{line}{_UNIT}{_RECORD}".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
