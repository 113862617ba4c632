"""Writing run-versioned tables: only what differs between what holds and what should hold.

A line holds from ``from_run`` until before ``to_run`` (NULL: still). So one function writes every
delivered and every derived table, another takes a run back, and any earlier state can be read.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from sqlalchemy import and_, bindparam, func, or_, select, update

from reconcile.register.dialect import bulk_insert

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import ColumnElement, Connection, Table

_SPAN: Final = 1 << 15
"""Leading numbers that are compared at a time, so that a wide table is never held twice."""

_ASKED: Final = 500
"""Leading values that are asked for at a time when the numbers of lines are looked up."""

_MARKS: Final = ("line", "from_run", "to_run")

Row = tuple[object, ...]


@dataclass(frozen=True)
class Difference:
    """What a run changed in one table.

    Attributes:
        added: lines that hold from this run on.
        ended: lines that hold no longer.
    """

    added: int
    ended: int


def value_columns(table: Table) -> list[str]:
    """Columns of a run-versioned table but the line number and the runs."""
    return [column.name for column in table.columns if column.name not in _MARKS]


def holds(table: Table, run: int | None = None) -> ColumnElement[bool]:
    """Condition for the lines that hold now, or that held when a run had ended."""
    if run is None:
        return table.c.to_run.is_(None)
    return and_(table.c.from_run <= run, or_(table.c.to_run.is_(None), table.c.to_run > run))


def column_values(values: pd.Series) -> list[object]:
    """A frame's column as values for the database: no value is None, equal texts are one object."""
    kind = str(values.dtype)
    if kind == "str":
        codes, distinct = values.factorize()
        words = np.array([*distinct.tolist(), ""], dtype=object)
        return list(words[codes])
    if kind == "float64":
        return [None if value != value else value for value in values.tolist()]  # noqa: PLR0124 - NaN
    if values.hasnans:
        return [None if value is pd.NA else value for value in values.tolist()]
    return values.tolist()


def frame_rows(frame: pd.DataFrame, names: Sequence[str]) -> list[Row]:
    """Lines of a frame as tuples of plain values, columns in the order given."""
    return list(zip(*(column_values(frame[name]) for name in names), strict=True))


def replace(
    connection: Connection,
    table: Table,
    rows: Iterable[Row],
    run: int,
    within: ColumnElement[bool] | None = None,
) -> Difference:
    """Make a table hold exactly these lines from a run on; lines that stay are not touched.

    Args:
        connection: a connection in a writing transaction.
        table: a run-versioned table.
        rows: distinct tuples in the order of :func:`value_columns`.
        run: number of the run.
        within: part of the table that is meant; lines outside it stay as they are.

    Returns:
        How many lines were added and how many ended.
    """
    added: list[Row] = []
    ended: list[int] = []
    wanted = _spans(table, rows)
    for span in sorted(wanted.keys() | _current_spans(connection, table, within)):
        condition = _condition(table, span, within)
        fresh = wanted.pop(span, [])
        # each line is hashed once on either side; a set of a dictionary's keys takes their hashes
        place = dict(zip(reversed(fresh), range(len(fresh) - 1, -1, -1), strict=True))
        held = set(_current(connection, table, condition))
        lost = held.difference(place)
        added += sorted(place.keys() - held, key=place.__getitem__)
        ended += _lines_of(connection, table, lost, condition)
    end_lines(connection, table, ended, run)
    bulk_insert(connection, table, value_columns(table), added, {"from_run": run})
    return Difference(len(added), len(ended))


def _is_numbered(table: Table) -> bool:
    return table.c[value_columns(table)[0]].type.python_type is int


def _spans(table: Table, rows: Iterable[Row]) -> dict[int, list[Row]]:
    if not _is_numbered(table):
        return {0: list(rows)}
    spans: dict[int, list[Row]] = {}
    for span, part in groupby(rows, key=lambda row: row[0] // _SPAN):  # type: ignore[operator]  # an int
        spans.setdefault(span, []).extend(part)
    return spans


def _current_spans(
    connection: Connection, table: Table, within: ColumnElement[bool] | None
) -> set[int]:
    if not _is_numbered(table):
        return {0}
    leading = table.c[value_columns(table)[0]]
    query = select(func.min(leading), func.max(leading)).where(holds(table))
    if within is not None:
        query = query.where(within)
    least, greatest = connection.execute(query).one()
    return set() if least is None else set(range(least // _SPAN, greatest // _SPAN + 1))


def _condition(table: Table, span: int, within: ColumnElement[bool] | None) -> ColumnElement[bool]:
    """The lines of one span that hold now."""
    condition = holds(table) if within is None else and_(holds(table), within)
    if _is_numbered(table):
        leading = table.c[value_columns(table)[0]]
        condition = and_(condition, leading >= span * _SPAN, leading < (span + 1) * _SPAN)
    return condition


def _current(
    connection: Connection, table: Table, condition: ColumnElement[bool], *beside: str
) -> list[Row]:
    """Lines as they stand, as plain tuples of the driver: they are compared, never looked into."""
    names = [*value_columns(table), *beside]
    query = select(*(table.c[name] for name in names)).where(condition)
    return list(connection.execute(query).cursor.fetchall())


def _lines_of(
    connection: Connection, table: Table, lost: set[Row], condition: ColumnElement[bool]
) -> list[int]:
    """Numbers of the lines that no longer hold, in their order."""
    leading = table.c[value_columns(table)[0]]
    first = sorted({row[0] for row in lost})  # type: ignore[type-var]  # all numbers, or all texts
    numbers: list[int] = []
    for start in range(0, len(first), _ASKED):
        among = and_(condition, leading.in_(first[start : start + _ASKED]))
        found = _current(connection, table, among, "line")
        numbers += [int(str(row[-1])) for row in found if row[:-1] in lost]
    return sorted(numbers)


def end_lines(connection: Connection, table: Table, lines: Sequence[int], run: int) -> None:
    """Say of lines that they hold no longer from a run on."""
    if lines:
        statement = update(table).where(table.c.line == bindparam("ended")).values(to_run=run)
        connection.execute(statement, [{"ended": line} for line in lines])


def take_back(connection: Connection, table: Table, run: int) -> Difference:
    """Make a table hold what it held before a run; the run's own lines stay, but never hold.

    The run must be the last one that wrote to the table and was not taken back.
    """
    reopened = connection.execute(
        update(table).where(table.c.to_run == run, table.c.from_run < run).values(to_run=None)
    )
    withdrawn = connection.execute(
        update(table).where(table.c.from_run == run, table.c.to_run.is_(None)).values(to_run=run)
    )
    return Difference(reopened.rowcount, withdrawn.rowcount)
