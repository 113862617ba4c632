"""Answers of the database as frames, read so that they are never held twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd
from sqlalchemy import select

from reconcile.register.versioned import holds, value_columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, Select, Table

_PIECE: Final = 20_000  # lines of a query that are Python objects at one time
_DTYPES: Final = {str: "str", int: "Int64", float: "float64", bool: "bool"}


def current_frame(
    connection: Connection,
    table: Table,
    where: ColumnElement[bool] | None = None,
    names: Sequence[str] = (),
) -> pd.DataFrame:
    """What a run-versioned table holds now.

    Args:
        connection: any connection.
        table: the table.
        where: which lines; all of them where None.
        names: columns to read; all but the line number and the runs where none are given.
    """
    wanted = [table.c[name] for name in (names or value_columns(table))]
    query = select(*wanted).where(holds(table)).order_by(table.c.line)
    if where is not None:
        query = query.where(where)
    return query_frame(connection, query, {c.name: _DTYPES[c.type.python_type] for c in wanted})


def query_frame(
    connection: Connection, query: Select[*tuple[Any, ...]], dtypes: Mapping[str, str]
) -> pd.DataFrame:
    """The answer to a query, read in pieces so that it is never held twice.

    Args:
        connection: any connection.
        query: the query.
        dtypes: name of each column in order -> its dtype.
    """
    pieces = []
    # plain tuples of the driver: a SQLAlchemy row for each line would take as long as reading it
    cursor = connection.execute(query).cursor
    while lines := cursor.fetchmany(_PIECE):
        columns = zip(*lines, strict=True)
        pieces.append(
            pd.DataFrame(
                {
                    name: pd.Series(values, dtype=dtype)
                    for (name, dtype), values in zip(dtypes.items(), columns, strict=True)
                }
            )
        )
    if not pieces:
        return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in dtypes.items()})
    return pd.concat(pieces, ignore_index=True)
