"""A dBase III table, written byte by byte: header, field descriptors, fixed-width records.

Written here rather than with a package because the tables must hold TCVN3 bytes, which no package
knows as a code page, and records that are marked deleted.
"""

from __future__ import annotations

import datetime as dt
import struct
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.simulate.notation import Cell

_VERSION: Final = 3
_HEADER_END: Final = b"\x0d"
_FILE_END: Final = b"\x1a"
_DELETED: Final = b"*"
_LIVE: Final = b" "


class Field(NamedTuple):
    """One field of a table: name, type (C, N, D or L) and width in bytes."""

    name: str
    kind: str
    width: int


def write_table(path: Path, fields: list[Field], records: list[tuple[bool, list[Cell]]]) -> None:
    """Write a table.

    Args:
        path: the file.
        fields: its fields.
        records: for each record whether it is marked deleted, and a value for each field; text
            holds one character for each byte (Latin-1).
    """
    record_size = 1 + sum(field.width for field in fields)
    header_size = 32 + 32 * len(fields) + 1
    date = dt.date(2025, 6, 30)
    head = struct.pack(
        "<BBBBIHH20x",
        _VERSION,
        date.year - 1900,
        date.month,
        date.day,
        len(records),
        header_size,
        record_size,
    )
    descriptors = b"".join(
        struct.pack(
            "<11sc4xBB14x", field.name.encode("ascii"), field.kind.encode("ascii"), field.width, 0
        )
        for field in fields
    )
    rows = [
        (_DELETED if deleted else _LIVE)
        + b"".join(_bytes(field, value) for field, value in zip(fields, values, strict=True))
        for deleted, values in records
    ]
    path.write_bytes(head + descriptors + _HEADER_END + b"".join(rows) + _FILE_END)


def _bytes(field: Field, value: Cell) -> bytes:
    if field.kind == "D":
        text = value.strftime("%Y%m%d") if isinstance(value, dt.date) else ""
    elif field.kind == "N":
        text = str(value)[: field.width].rjust(field.width)
    else:
        text = str(value)
    return text.encode("latin-1", "replace")[: field.width].ljust(field.width)
