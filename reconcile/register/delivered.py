"""What was delivered, read back: deliveries, files, rows and their contents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd
from sqlalchemy import func, select

from reconcile import model
from reconcile.register import tables as t
from reconcile.register.versioned import holds

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy import Connection


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


def list_contents(connection: Connection) -> pd.DataFrame:
    """Every content that some accepted row of a delivery has, without what it says.

    Returns:
        ``content_hash``, ``commune``, ``register_type`` and ``own_key`` (the least that its rows
        have, empty where none has one), in the order of the hashes.
    """
    keyed = (
        select(
            t.occurrences.c.content.label("content"),
            func.min(func.nullif(t.occurrences.c.own_key, "")).label("own_key"),
        )
        .where(holds(t.occurrences), t.occurrences.c.content.is_not(None))
        .group_by(t.occurrences.c.content)
        .subquery()
    )
    c = t.contents.c
    query = select(
        c.content_hash, c.commune, c.register_type, func.coalesce(keyed.c.own_key, "")
    ).join(keyed, keyed.c.content == c.content)
    lines = sorted(tuple(row) for row in connection.execute(query))
    return pd.DataFrame(_columns(lines, CONTENT_NAMES), columns=list(CONTENT_NAMES), dtype="str")


def read_contents(connection: Connection, among: Collection[str] | None = None) -> pd.DataFrame:
    """Every content that some accepted row of a delivery has, or some of them.

    Args:
        connection: any connection.
        among: hashes of the contents that are wanted; all where None.

    Returns:
        As :func:`list_contents`, with ``fields``.
    """
    listed = list_contents(connection)
    c = t.contents.c
    query = select(c.content_hash, c.commune, c.fields)
    if among is not None:
        wanted = set(among)
        listed = listed[listed["content_hash"].isin(wanted)].reset_index(drop=True)
        if len(wanted) <= _FEW:
            query = query.where(c.content_hash.in_(sorted(wanted)))
    fields = {row[:2]: row[2] for row in map(tuple, connection.execute(query))}
    keys = zip(listed["content_hash"], listed["commune"], strict=True)
    return listed.assign(fields=pd.Series([fields[key] for key in keys], dtype="str"))


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
)


def read_occurrences(connection: Connection) -> pd.DataFrame:
    """Every delivered row, with what its delivery is.

    Returns:
        The position columns of ROWS, ``family``, ``register_type``, ``outcome`` and ``reason`` (as
        in ROWS: ``outcome`` is empty where the row was accepted), ``raw_hash``, ``content_hash``
        (empty where it was not accepted), ``own_key``; ``date``, ``sequence`` and ``kind`` of the
        delivery; ``occurrence``, the register's number of it. Sorted by position.
    """
    o, f, d = t.occurrences, t.files, t.deliveries
    query = (
        select(
            d.c.name, d.c.commune, f.c.name.label("file_name"), o.c.sheet, o.c.row,
            o.c.family, o.c.register_type, o.c.outcome, o.c.reason,
            t.raw_rows.c.raw_hash, func.coalesce(t.contents.c.content_hash, ""), o.c.own_key,
            d.c.date, d.c.sequence, d.c.kind, o.c.occurrence,
        )
        .join(f, f.c.file == o.c.file)
        .join(d, d.c.delivery == f.c.delivery)
        .join(t.raw_rows, t.raw_rows.c.raw_row == o.c.raw_row)
        .join(t.contents, t.contents.c.content == o.c.content, isouter=True)
        .where(holds(o), holds(f), holds(d))
    )  # fmt: skip
    lines = sorted((tuple(row) for row in connection.execute(query)), key=lambda row: row[:5])
    data = _columns(lines, _OCCURRENCE_NAMES)
    frame = pd.DataFrame(data, columns=list(_OCCURRENCE_NAMES))
    whole = {"row": "Int32", "sequence": "Int32", "occurrence": "Int64"}
    return frame.astype({name: whole.get(name, "str") for name in _OCCURRENCE_NAMES})


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
