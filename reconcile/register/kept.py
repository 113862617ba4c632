"""What was worked out, kept so that it need not be worked out again.

Two memories: what single *contents* say, to which every run adds, and the *state* of matching and
resolving, of which there is one, that of the last run that kept it. Whoever uses a state compares
what it was worked out of with what stands now, so taking a run back need not care about it.

These tables are a *memory*, not a source: everything in them can be made again from the contents,
nothing rests on them but time, and ``verify --recompute`` does without them. They are kept as Arrow
tables of many contents, since reading ninety columns of a hundred thousand lines from database
lines would take longer than working them out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd
import pyarrow as pa
from sqlalchemy import Table, delete, func, insert, select

from reconcile.register import tables as t

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection

_PARTS_AT_MOST: Final = 40
"""Parts of a memory that are read one by one; then they are put together."""

_PART_BYTES: Final = 64 * 2**20
"""Of a state in one line of the database, before it is packed; both databases end at 1 GiB."""


def recall(connection: Connection, signature: str) -> dict[str, pd.DataFrame]:
    """What is kept under a signature.

    Args:
        connection: any connection.
        signature: by what it was worked out; what is kept under another one is not meant.

    Returns:
        Name -> table, its lines in the order in which they were kept; empty if nothing is kept.
    """
    return {
        name: _frame(pa.concat_tables(parts))
        for name, parts in _contents(connection, t.kept, signature).items()
    }


def keep(
    connection: Connection, run: int, signature: str, tables: Mapping[str, pd.DataFrame]
) -> None:
    """Keep tables under a signature, after those that are kept; those under others are let go.

    Args:
        connection: a connection in a writing transaction.
        run: number of the run.
        signature: by what they were worked out.
        tables: name -> table; always the same names and columns under one signature.
    """
    k = t.kept.c
    connection.execute(delete(t.kept).where(k.signature != signature))
    parts = {name: _arrow(table) for name, table in tables.items()}
    count = connection.execute(select(func.count(k.part.distinct()))).scalar_one()
    if count >= _PARTS_AT_MOST:
        known = _contents(connection, t.kept, signature)
        connection.execute(delete(t.kept))
        parts = {
            name: pa.concat_tables([*known[name], part]).combine_chunks()
            for name, part in parts.items()
        }
    last = int(connection.execute(select(func.max(k.part))).scalar() or 0)
    for name, part in parts.items():
        _write(connection, t.kept, (last + 1, name, signature, run), part)


def recall_state(connection: Connection, signature: str) -> dict[str, pd.DataFrame]:
    """The state that is kept.

    Args:
        connection: any connection.
        signature: by what it was worked out; a state under another one is not meant.

    Returns:
        Name -> table, as it was given to :func:`keep_state`, rows counted from 0; empty if no state
        is kept under the signature.
    """
    found = _contents(connection, t.kept_state, signature)
    return {name: _frame(pa.concat_tables(found.pop(name))) for name in list(found)}


def keep_state(
    connection: Connection, run: int, signature: str, tables: Mapping[str, pd.DataFrame]
) -> None:
    """Keep a state in place of the one that was kept.

    Args:
        connection: a connection in a writing transaction.
        run: number of the run.
        signature: by what it was worked out.
        tables: name -> table of columns with names; its index is not kept.
    """
    connection.execute(delete(t.kept_state))
    for name in sorted(tables):
        for number, part in enumerate(_parts(_arrow(tables[name])), 1):
            _write(connection, t.kept_state, (number, name, signature, run), part)


def _parts(table: pa.Table) -> Iterator[pa.Table]:
    """A table cut into pieces of rows that fit into a line each; at least one piece."""
    pieces = -(-table.nbytes // _PART_BYTES)
    rows = max(1, -(-table.num_rows // max(1, pieces)))
    yield table.slice(0, rows)
    for first in range(rows, table.num_rows, rows):
        yield table.slice(first, rows)


def _write(
    connection: Connection, memory: Table, line: tuple[int, str, str, int], content: pa.Table
) -> None:
    part, name, signature, run = line
    connection.execute(
        insert(memory),
        {
            "part": part,
            "name": name,
            "signature": signature,
            "content": _packed(content),
            "run": run,
        },
    )


def _contents(connection: Connection, memory: Table, signature: str) -> dict[str, list[pa.Table]]:
    k = memory.c
    query = select(k.name, k.content).where(k.signature == signature).order_by(k.name, k.part)
    found: dict[str, list[pa.Table]] = {}
    for name, content in connection.execute(query.execution_options(yield_per=1)):
        found.setdefault(name, []).append(_unpacked(content))
    return found


def _arrow(frame: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(frame, preserve_index=False)


def _packed(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    kept: bytes = sink.getvalue().to_pybytes()
    return kept


def _unpacked(content: bytes) -> pa.Table:
    return pa.ipc.open_stream(pa.py_buffer(content)).read_all()


def _frame(table: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = table.to_pandas()
    return frame.reset_index(drop=True)
