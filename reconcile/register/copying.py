"""A register copied table by table: from a file to a server, from a server to a file.

Both databases hold the same tables, so a copy is the same register: the same ids, the same history,
the same log with the same hashes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import inspect, select

from reconcile.errors import RegisterError
from reconcile.register import dialect
from reconcile.register import tables as t

if TYPE_CHECKING:
    from sqlalchemy import Connection

_PIECE: Final = 5000


def copy_tables(source: Connection, target: Connection, name: str) -> None:
    """Copy all tables of a register into a database that has none.

    Args:
        source: a connection of one transaction, so that one state is copied.
        target: a connection in a writing transaction.
        name: what messages call the target.

    Raises:
        RegisterError: the target has tables already.
    """
    if inspect(target).get_table_names():
        raise RegisterError(
            "{register} holds tables already and is not overwritten; name an empty database.",
            register=name,
        )
    dialect.mark_file(target)
    t.metadata.create_all(target)
    for table in t.metadata.sorted_tables:
        piece = 1 if table in t.MEMORY else _PIECE  # a line of a memory can be very long
        query = select(table).order_by(*table.primary_key.columns)
        rows = source.execute(query.execution_options(yield_per=piece))
        names = [column.name for column in table.columns]
        for lines in rows.partitions(piece):
            dialect.bulk_insert(target, table, names, map(tuple, lines))
    dialect.count_on(target, t.VERSIONED)
