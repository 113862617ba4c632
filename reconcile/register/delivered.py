"""What was delivered, read back: deliveries, files, rows and their contents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from sqlalchemy import func, select

from reconcile import model
from reconcile.register import tables as t
from reconcile.register.accounting import Known
from reconcile.register.frames import current_frame, query_frame
from reconcile.register.versioned import holds

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from numpy.typing import NDArray
    from sqlalchemy import Column, ColumnElement, Connection


CONTENT_NAMES: Final = ("content_hash", "commune", "register_type", "own_key")
_FEW: Final = 1000  # contents that are asked for by name


def read_deliveries(connection: Connection) -> pd.DataFrame:
    """DELIVERIES of all that was delivered."""
    names = model.DELIVERIES.names[1:]
    query = select(t.deliveries.c.name, *(t.deliveries.c[name] for name in names)).where(
        holds(t.deliveries)
    )
    lines = sorted(tuple(row) for row in connection.execute(query))
    return model.DELIVERIES.build(_columns(lines, model.DELIVERIES.names))


def read_files(connection: Connection) -> pd.DataFrame:
    """FILES of all that was delivered."""
    names = model.FILES.names[3:]
    query = (
        select(
            t.deliveries.c.name,
            t.deliveries.c.commune,
            t.files.c.name.label("file_name"),
            *(t.files.c[name] for name in names),
        )
        .join(t.deliveries, t.deliveries.c.delivery == t.files.c.delivery)
        .where(holds(t.files), holds(t.deliveries))
    )
    lines = sorted((tuple(row) for row in connection.execute(query)), key=lambda row: row[:3])
    return model.FILES.build(_columns(lines, model.FILES.names))


def list_contents(connection: Connection, among: Collection[str] | None = None) -> pd.DataFrame:
    """Every content that some accepted row of a delivery has, without what it says.

    Args:
        connection: any connection.
        among: hashes of the contents that are wanted; all where None.

    Returns:
        ``content_hash``, ``commune``, ``register_type`` and ``own_key`` (the least that its rows
        have, empty where none has one), in the order of the hashes.
    """
    c, o = t.contents.c, t.occurrences.c
    named = _named(among)
    mine = [] if named is None else [o.content.in_(select(c.content).where(named))]
    keyed = (
        select(o.content.label("content"), func.min(func.nullif(o.own_key, "")).label("own_key"))
        .where(holds(t.occurrences), o.content.is_not(None), *mine)
        .group_by(o.content)
        .subquery()
    )
    query = select(
        c.content_hash, c.commune, c.register_type, func.coalesce(keyed.c.own_key, "")
    ).join(keyed, keyed.c.content == c.content)
    lines = sorted(connection.execute(query).cursor.fetchall())
    listed = pd.DataFrame(_columns(lines, CONTENT_NAMES), columns=list(CONTENT_NAMES), dtype="str")
    if among is not None and named is None:
        return listed[listed["content_hash"].isin(set(among))].reset_index(drop=True)
    return listed


def _named(among: Collection[str] | None) -> ColumnElement[bool] | None:
    """Condition for contents that are named; None where all or too many are wanted."""
    few = among is not None and len(among) <= _FEW
    return t.contents.c.content_hash.in_(sorted(set(among or ()))) if few else None


def read_contents(connection: Connection, among: Collection[str] | None = None) -> pd.DataFrame:
    """Every content that some accepted row of a delivery has, or some of them.

    Args:
        connection: any connection.
        among: hashes of the contents that are wanted; all where None.

    Returns:
        As :func:`list_contents`, with ``fields``.
    """
    listed, named = list_contents(connection, among), _named(among)
    c = t.contents.c
    query = select(c.content_hash, c.commune, c.fields)
    if named is not None:
        query = query.where(named)
    fields = {row[:2]: row[2] for row in connection.execute(query).cursor.fetchall()}
    keys = zip(listed["content_hash"], listed["commune"], strict=True)
    return listed.assign(fields=pd.Series([fields[key] for key in keys], dtype="str"))


def read_known(connection: Connection) -> Known:
    """What the register holds, as far as the accounting of the next run needs it."""
    contents = (
        select(t.contents.c.commune, t.contents.c.content_hash)
        .join(t.occurrences, t.occurrences.c.content == t.contents.c.content)
        .where(holds(t.occurrences))
        .distinct()
    )
    entries = select(t.entries.c.entry).where(holds(t.entries))
    return Known(
        frozenset(connection.execute(contents).cursor.fetchall()),
        frozenset(connection.execute(entries).scalars()),
    )


def read_versions(connection: Connection, entry: int) -> pd.DataFrame:
    """What an entry said, version after version, and the row that said each first.

    Args:
        connection: a connection.
        entry: number of the entry.

    Returns:
        ``version`` (from 1), ``date``, ``delivery``, ``commune``, ``file``, ``sheet``, ``row`` and
        ``fields`` (JSON), in the order of the versions; a version that a later delivery repeats is
        there once.
    """
    e, o, f, d = t.entry_occurrences, t.occurrences, t.files, t.deliveries
    query = (
        select(
            e.c.version, d.c.date, d.c.name, d.c.commune, f.c.name.label("file_name"),
            o.c.sheet, o.c.row, t.contents.c.fields,
        )
        .join(o, o.c.occurrence == e.c.occurrence)
        .join(f, f.c.file == o.c.file)
        .join(d, d.c.delivery == f.c.delivery)
        .join(t.contents, t.contents.c.content == o.c.content)
        .where(e.c.entry == entry, holds(e), holds(o), holds(f), holds(d))
    )  # fmt: skip
    names = ["version", "date", "delivery", "commune", "file", "sheet", "row", "fields"]
    lines = sorted(tuple(line) for line in connection.execute(query))
    frame = pd.DataFrame(lines, columns=names)
    return frame.drop_duplicates("version", ignore_index=True)


_PLACE_NAMES = ("delivery", "commune", "file", "sheet", "row")
_OCCURRENCE_NAMES = (
    *_PLACE_NAMES,
    "family",
    "register_type",
    "outcome",
    "reason",
    "raw_hash",
    "content_hash",
    "own_key",
    "date",
    "sequence",
    "kind",
    "occurrence",
    "content",
)
_FILE_NAMES: Final = ("delivery", "commune", "file", "date", "sequence", "kind")
_MARKS: Final = ("line", "from_run", "to_run")


def read_occurrences(
    connection: Connection, deliveries: Collection[str] | None = None
) -> pd.DataFrame:
    """Every delivered row, with what its delivery is.

    Args:
        connection: any connection.
        deliveries: names of the deliveries that are meant; all where None.

    Returns:
        The position columns of ROWS, ``family``, ``register_type``, ``outcome`` and ``reason`` (as
        in ROWS: ``outcome`` is empty where the row was accepted), ``raw_hash``, ``content_hash``
        (empty where it was not accepted), ``own_key``; ``date``, ``sequence`` and ``kind`` of the
        delivery; ``occurrence`` and ``content``, the register's numbers of the row and of what it
        says (no value where it was not accepted). Sorted by position.
    """
    names = [column.name for column in t.occurrences.columns if column.name not in _MARKS]
    among = _of_deliveries(deliveries)
    rows = current_frame(connection, t.occurrences, among, names)
    files = _file_places(connection)
    where = files.index.get_indexer(pd.Index(rows["file"]))
    rows, where = rows[where >= 0], where[where >= 0]
    o = t.occurrences.c
    raw_hash = _by_number(connection, (t.raw_rows.c.raw_hash, o.raw_row), among)
    content_hash = _by_number(connection, (t.contents.c.content_hash, o.content), among)
    columns = {name: files[name].take(where).array for name in _FILE_NAMES} | {
        "raw_hash": raw_hash.reindex(rows["raw_row"]).array,
        "content_hash": content_hash.reindex(rows["content"].fillna(0)).fillna("").array,
    }
    frame = rows.drop(columns=["file", "raw_row"]).assign(**columns)
    order = np.lexsort([frame["row"].to_numpy("int64"), _ranks(frame["sheet"]), where])
    frame = frame.take(order)[list(_OCCURRENCE_NAMES)].reset_index(drop=True)
    whole = {"row": "Int32", "sequence": "Int32", "occurrence": "Int64", "content": "Int64"}
    return frame.astype({name: whole.get(name, "str") for name in _OCCURRENCE_NAMES})


def _file_places(connection: Connection) -> pd.DataFrame:
    """Where each file stands and when it was delivered, in the order of places, by number."""
    f, d = t.files, t.deliveries
    query = (
        select(
            f.c.file.label("number"), d.c.name.label("delivery"), d.c.commune,
            f.c.name.label("file"), d.c.date, d.c.sequence, d.c.kind,
        )
        .join(d, d.c.delivery == f.c.delivery)
        .where(holds(f), holds(d))
    )  # fmt: skip
    dtypes = dict.fromkeys(_FILE_NAMES, "str") | {"sequence": "Int64"}
    frame = query_frame(connection, query, {"number": "int64", **dtypes})
    return frame.sort_values(["delivery", "commune", "file"]).set_index("number")


def _of_deliveries(deliveries: Collection[str] | None) -> ColumnElement[bool] | None:
    """Condition for rows of some deliveries; None for those of all."""
    if deliveries is None:
        return None
    f, d = t.files, t.deliveries
    files = select(f.c.file).join(d, d.c.delivery == f.c.delivery)
    return t.occurrences.c.file.in_(files.where(holds(d), d.c.name.in_(sorted(deliveries))))


def _by_number(
    connection: Connection,
    columns: tuple[Column[str], Column[int]],
    among: ColumnElement[bool] | None,
) -> pd.Series[str]:
    """Texts of a content table by the number of their line; the index of the text alone is read.

    Args:
        connection: any connection.
        columns: the text, and the column of rows that names its line.
        among: the rows whose texts are wanted; those of all where None.
    """
    text, named = columns
    (number,) = text.table.primary_key.columns
    query = select(number, text)
    if among is not None:
        query = query.where(number.in_(select(named).where(among, named.is_not(None))))
    frame = query_frame(connection, query, {"number": "int64", "text": "str"})
    return frame.set_index("number")["text"]


def _ranks(texts: pd.Series[str]) -> NDArray[np.intp]:
    """The place of each text among the distinct ones."""
    return texts.factorize(sort=True)[0]


def read_refused(connection: Connection) -> pd.DataFrame:
    """Rows that became no entry: their position and ``cells``, word for word as in ROWS."""
    o, f, d = t.occurrences, t.files, t.deliveries
    names = ["delivery", "commune", "file", "sheet", "row", "cells"]
    query = (
        select(d.c.name, d.c.commune, f.c.name, o.c.sheet, o.c.row, t.raw_rows.c.cells)
        .join(f, f.c.file == o.c.file)
        .join(d, d.c.delivery == f.c.delivery)
        .join(t.raw_rows, t.raw_rows.c.raw_row == o.c.raw_row)
        .where(holds(o), holds(f), holds(d), o.c.outcome == model.Outcome.REFUSED.value)
    )
    lines = sorted(tuple(row) for row in connection.execute(query))
    frame = pd.DataFrame(lines, columns=names)
    return frame.astype({name: "Int32" if name == "row" else "str" for name in names})


def _columns(lines: Sequence[tuple[Any, ...]], names: Iterable[str]) -> dict[str, object]:
    names = list(names)
    if not lines:
        return {name: [] for name in names}
    return {
        name: list(values) for name, values in zip(names, zip(*lines, strict=True), strict=True)
    }
