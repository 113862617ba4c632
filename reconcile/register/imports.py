"""What was delivered: writing it once, and reading all of it back.

Raw rows and contents are kept once, by hash; a delivery adds one small *occurrence* per row,
refused, deleted and footer rows included (P1, P2). A file that is read again replaces only what is
read differently, so the same delivery given twice adds nothing, and a delivery of which files were
missing or have been repaired is completed by merging its folder again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import Table, func, select

from reconcile import model
from reconcile.errors import AccountingError, UsageError
from reconcile.register import tables as t
from reconcile.register.dialect import bulk_insert
from reconcile.register.versioned import Row, frame_rows, holds, replace, value_columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection


@dataclass(frozen=True)
class Added:
    """What an import added to the register.

    Attributes:
        files: files that are new or were read differently than before.
        rows: rows that are new at their place, or were read differently than before.
        ended: rows that no longer stand where a file was read before.
        raw_rows: raw rows that the register did not have.
        contents: contents that the register did not have.
    """

    files: int
    rows: int
    ended: int
    raw_rows: int
    contents: int


def add_import(
    connection: Connection,
    run: int,
    delivered: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame],
) -> Added:
    """Write what the importers read.

    Args:
        connection: a connection in a writing transaction.
        run: number of the run.
        delivered: DELIVERIES, FILES and ROWS.

    Raises:
        UsageError: a folder of that name was delivered with another date or sequence, and now
            holds something else.
        AccountingError: a row was not written (a bug).
    """
    deliveries, files, rows = delivered
    model.DELIVERIES.check(deliveries)
    model.FILES.check(files)
    model.ROWS.check(rows)
    _refuse_reused_names(connection, deliveries, files)
    delivery_of = _add_deliveries(connection, run, deliveries)
    file_of, changed = _add_files(connection, run, files, delivery_of)
    raw_of, raw_rows = _add_raw_rows(connection, run, rows)
    content_of, contents = _add_contents(connection, run, rows)
    places = [
        file_of[key] for key in zip(rows["delivery"], rows["commune"], rows["file"], strict=True)
    ]
    difference = _add_occurrences(connection, run, rows, places, (raw_of, content_of), file_of)
    return Added(changed, *difference, raw_rows, contents)


def _refuse_reused_names(
    connection: Connection, deliveries: pd.DataFrame, files: pd.DataFrame
) -> None:
    """A folder's name stands for one delivery: another one needs another name (P2)."""
    known = {
        (line.name, line.commune): (line.date, line.sequence)
        for line in connection.execute(select(t.deliveries).where(holds(t.deliveries)))
    }
    stored = _file_hashes(connection)
    moved = {
        (str(name), str(commune)): known[str(name), str(commune)][0]
        for name, commune, *when in frame_rows(
            deliveries, ["delivery", "commune", "date", "sequence"]
        )
        if known.get((str(name), str(commune)), tuple(when)) != tuple(when)
    }
    for name, commune, file, sha256 in frame_rows(files, ["delivery", "commune", "file", "sha256"]):
        key = (str(name), str(commune))
        if key in moved and stored.get((*key, str(file))) != sha256:
            raise UsageError(
                "The register has a delivery {delivery} of {commune} of another date "
                "({date}), with other files. Give this folder another name, or state "
                "its date in delivery.toml.",
                delivery=name,
                commune=commune,
                date=moved[key],
            )


def _file_hashes(connection: Connection) -> dict[tuple[str, str, str], str]:
    query = (
        select(t.deliveries.c.name, t.deliveries.c.commune, t.files.c.name, t.files.c.sha256)
        .join(t.files, t.files.c.delivery == t.deliveries.c.delivery)
        .where(holds(t.deliveries), holds(t.files))
    )
    return {(name, commune, file): sha for name, commune, file, sha in connection.execute(query)}


def _next(connection: Connection, table: Table, column: str) -> int:
    return int(connection.execute(select(func.max(table.c[column]))).scalar() or 0) + 1


def _add_deliveries(
    connection: Connection, run: int, deliveries: pd.DataFrame
) -> dict[tuple[str, str], int]:
    table = t.deliveries
    known = {
        (line.name, line.commune): line.delivery
        for line in connection.execute(
            select(table.c.name, table.c.commune, table.c.delivery).order_by(table.c.line)
        )
    }
    current = {
        (line.name, line.commune): tuple(line)
        for line in connection.execute(
            select(*(table.c[name] for name in value_columns(table))).where(holds(table))
        )
    }
    fresh = _next(connection, table, "delivery")
    wanted = dict(current)
    names = [name for name in model.DELIVERIES.names if name != "delivery"]
    keys = zip(deliveries["delivery"], deliveries["commune"], strict=True)
    for key, values in zip(keys, frame_rows(deliveries, names), strict=True):
        if key not in known:
            known[key], fresh = fresh, fresh + 1
        before = current.get(key)
        kept = before if before and before[3:5] != values[1:3] else (known[key], key[0], *values)
        wanted[key] = kept
    replace(connection, table, wanted.values(), run)
    return {key: int(wanted[key][0]) for key in wanted}


def _add_files(
    connection: Connection,
    run: int,
    files: pd.DataFrame,
    delivery_of: dict[tuple[str, str], int],
) -> tuple[dict[tuple[str, str, str], int], int]:
    table = t.files
    known = {
        (line.delivery, line.name): line.file
        for line in connection.execute(select(table.c.delivery, table.c.name, table.c.file))
    }
    fresh = _next(connection, table, "file")
    numbers: dict[tuple[str, str, str], int] = {}
    names = [name for name in model.FILES.names if name not in {"delivery", "commune", "file"}]
    lines: list[Row] = []
    keys = zip(files["delivery"], files["commune"], files["file"], strict=True)
    for key, values in zip(keys, frame_rows(files, names), strict=True):
        delivery = delivery_of[key[0], key[1]]
        place = (delivery, key[2])
        if place not in known:
            known[place], fresh = fresh, fresh + 1
        numbers[key] = known[place]
        lines.append((known[place], *place, *values))
    mine = table.c.file.in_(list(numbers.values()))
    difference = replace(connection, table, lines, run, within=mine)
    return numbers, difference.added


def _add_raw_rows(
    connection: Connection, run: int, rows: pd.DataFrame
) -> tuple[dict[str, int], int]:
    table = t.raw_rows
    known: dict[str, int] = {
        row.raw_hash: row.raw_row
        for row in connection.execute(select(table.c.raw_hash, table.c.raw_row))
    }
    fresh = first = _next(connection, table, "raw_row")
    distinct = rows[["raw_hash", "cells"]].drop_duplicates("raw_hash")
    lines: list[Row] = []
    for raw_hash, cells in frame_rows(distinct, ["raw_hash", "cells"]):
        if raw_hash not in known:
            known[str(raw_hash)] = fresh
            lines.append((fresh, raw_hash, cells, run))
            fresh += 1
    bulk_insert(connection, table, ["raw_row", "raw_hash", "cells", "run"], lines)
    return known, fresh - first


def _add_contents(
    connection: Connection, run: int, rows: pd.DataFrame
) -> tuple[dict[tuple[str, str], int], int]:
    table = t.contents
    known = {
        (row.content_hash, row.commune): row.content
        for row in connection.execute(
            select(table.c.content_hash, table.c.commune, table.c.content)
        )
    }
    fresh = first = _next(connection, table, "content")
    names = ["content_hash", "commune", "register_type", "fields"]
    accepted = rows.loc[rows["outcome"] == "", names]
    lines: list[Row] = []
    for values in frame_rows(accepted.drop_duplicates(names[:2]), names):
        key = (str(values[0]), str(values[1]))
        if key not in known:
            known[key] = fresh
            lines.append((fresh, *values, run))
            fresh += 1
    bulk_insert(connection, table, ["content", *names, "run"], lines)
    return known, fresh - first


def _add_occurrences(
    connection: Connection,
    run: int,
    rows: pd.DataFrame,
    files: list[int],
    numbers: tuple[dict[str, int], dict[tuple[str, str], int]],
    file_of: dict[tuple[str, str, str], int],
) -> tuple[int, int]:
    table = t.occurrences
    raw_of, content_of = numbers
    mine = table.c.file.in_(sorted(set(file_of.values())))
    columns = [table.c[name] for name in value_columns(table)]
    known = _Known(
        tuple(row) for row in connection.execute(select(*columns).where(holds(table), mine))
    )
    lines: list[Row] = []
    for file, line in zip(files, _occurrence_lines(rows), strict=True):
        commune, sheet, row, raw_hash, content_hash, *rest = line
        content = content_of[str(content_hash), str(commune)] if rest[-2] == "" else None
        lines.append((file, sheet, row, raw_of[str(raw_hash)], content, *rest))
    if len({line[:3] for line in lines}) != len(rows):
        raise AccountingError("Two rows of one delivery stand at the same place.")
    wanted = known.numbered(lines, _next(connection, table, "occurrence"))
    difference = replace(connection, table, wanted, run, within=mine)
    return difference.added, difference.ended


class _Known:
    """Occurrences of files that are read again, to be recognised where rows were moved or mended.

    A row is the occurrence that stood at its place with its very cells; else one of the same file
    with its cells (rows were moved); else the one that stood at its place (a cell was mended).
    """

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        ordered = sorted(rows, key=lambda row: (row[1], row[2], row[3]))
        self._left: dict[int, Row] = {row[0]: row[1:] for row in ordered}

    def numbered(self, lines: list[Row], fresh: int) -> list[Row]:
        """Put its occurrence's number before each line; ``fresh`` is the first unused one."""
        found: dict[int, int] = {}
        for keep in ((0, 1, 2, 3), (0, 3), (0, 1, 2)):
            waiting: dict[Row, list[int]] = {}
            for number, row in self._left.items():
                waiting.setdefault(tuple(row[place] for place in keep), []).append(number)
            for index, line in enumerate(lines):
                candidates = waiting.get(tuple(line[place] for place in keep))
                if index not in found and candidates:
                    found[index] = candidates.pop(0)
                    del self._left[found[index]]
        numbered: list[Row] = []
        for index, line in enumerate(lines):
            if index not in found:
                found[index], fresh = fresh, fresh + 1
            numbered.append((found[index], *line))
        return numbered


def _occurrence_lines(rows: pd.DataFrame) -> Iterable[Row]:
    names = ["commune", "sheet", "row", "raw_hash", "content_hash"]
    rest = ["own_key", "register_type", "family", "outcome", "reason"]
    return frame_rows(rows, names + rest)


# -- findings of the importers --------------------------------------------------------------------


def add_import_findings(
    connection: Connection, run: int, findings: pd.DataFrame, files: pd.DataFrame
) -> None:
    """Write the importers' findings; those of files that were not read now stay as they are."""
    table = t.import_findings
    names = value_columns(table)
    read = set(zip(files["delivery"], files["commune"], files["file"], strict=True))
    place = [names.index(name) for name in ("delivery", "commune", "file")]
    kept = [
        tuple(row)
        for row in connection.execute(
            select(*(table.c[name] for name in names)).where(holds(table))
        )
        if tuple(row[index] for index in place) not in read
    ]
    replace(connection, table, [*kept, *frame_rows(findings, names)], run)
