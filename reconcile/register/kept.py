"""What was worked out of single contents, kept so that it need not be worked out again.

These tables are a *memory*, not a source: everything in them can be made again from the contents,
nothing rests on them but time, and ``verify --recompute`` does without them. They are kept as Arrow
tables of many contents, since reading ninety columns of a hundred thousand lines from database
lines would take longer than working them out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd
import pyarrow as pa
from sqlalchemy import delete, func, insert, select

from reconcile.register import tables as t

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

_PARTS_AT_MOST: Final = 40
"""Parts of a memory that are read one by one; then they are put together."""


def recall(connection: Connection, signature: str) -> dict[str, pd.DataFrame]:
    """What is kept under a signature.

    Args:
        connection: any connection.
        signature: by what it was worked out; what is kept under another one is not meant.

    Returns:
        Name -> table, its lines in the order in which they were kept; empty if nothing is kept.
    """
    return {
        name: _frame(pa.concat_tables(_arrow(part) for part in parts))
        for name, parts in _contents(connection, signature).items()
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
    parts = {
        name: _bytes(pa.Table.from_pandas(table, preserve_index=False))
        for name, table in tables.items()
    }
    known = _contents(connection, signature)
    if known and max(len(each) for each in known.values()) >= _PARTS_AT_MOST:
        connection.execute(delete(t.kept))
        parts = {
            name: _bytes(pa.concat_tables(map(_arrow, [*known[name], part])).combine_chunks())
            for name, part in parts.items()
        }
    last = int(connection.execute(select(func.max(k.part))).scalar() or 0)
    connection.execute(
        insert(t.kept),
        [
            {"part": last + 1, "name": name, "signature": signature, "content": part, "run": run}
            for name, part in parts.items()
        ],
    )


def _contents(connection: Connection, signature: str) -> dict[str, list[bytes]]:
    k = t.kept.c
    query = select(k.name, k.content).where(k.signature == signature).order_by(k.name, k.part)
    found: dict[str, list[bytes]] = {}
    for name, content in connection.execute(query):
        found.setdefault(name, []).append(content)
    return found


def _bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    kept: bytes = sink.getvalue().to_pybytes()
    return kept


def _arrow(content: bytes) -> pa.Table:
    return pa.ipc.open_stream(pa.py_buffer(content)).read_all()


def _frame(table: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = table.to_pandas()
    return frame.reset_index(drop=True)
