"""dBase III to Visual FoxPro tables, read from their bytes.

Own code, because deleted records must be counted in place, texts must stay bytes until the encoding
is known, and a header that lies about its records must be noticed. Layout: a header of 32 bytes
(records at offset 4, header and record length at 8 and 10), 32 bytes per field, 0x0D, then records
of fixed length, each after one byte that is ``*`` where it is marked deleted.
"""

from __future__ import annotations

import datetime
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reconcile.importers.readers.sheet import Cell, Container, RawSheet, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconcile.importers.schema import Limits

VERSIONS: Final = frozenset({0x02, 0x03, 0x04, 0x05, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8B, 0x8C}
                            | {0xCB, 0xF5, 0xFB})  # fmt: skip
_MEMO_TYPES: Final = "MGPW"
_JULIAN_OF_ORDINAL_0: Final = 1_721_425
_FEWER: Final = (
    "The dBase header promises {promised} records but the file holds {found}: it was cut off. "
    "Copy the file again from the old program."
)
_MORE: Final = (
    "The dBase header promises {promised} records but the file holds {found}. "
    "Open and close the table in the old program (or repair its header), then export it again."
)
_NOT_DBASE: Final = "This is not a dBase table. Export it again from the old program."


@dataclass(frozen=True)
class _Field:
    name: str
    kind: str
    start: int
    end: int


def looks_like_dbase(head: bytes) -> bool:
    """Can a file that begins with these bytes be a dBase table."""
    return len(head) >= 32 and head[0] in VERSIONS and 1 <= head[2] <= 12 and 1 <= head[3] <= 31


def read_dbase(content: bytes, limits: Limits) -> Container:
    """Read one dBase table.

    Args:
        content: bytes of the file.
        limits: sizes beyond which it is refused.

    Raises:
        UnreadableError: it is no dBase table, or its header does not fit its size.
    """
    if len(content) < 33 or content[0] not in VERSIONS:
        raise UnreadableError(_NOT_DBASE)
    promised, header_length, record_length = struct.unpack_from("<IHH", content, 4)
    fields = _fields(content, header_length, record_length)
    found = _count(content, header_length, record_length)
    if promised > found:
        raise UnreadableError(_FEWER, promised=promised, found=found)
    if promised < found:
        raise UnreadableError(_MORE, promised=promised, found=found)
    if promised > limits.rows:
        raise UnreadableError(
            "The table has {found} records, more than the {allowed} that are allowed. Split it.",
            found=promised,
            allowed=limits.rows,
        )
    parsers = [(field.start, field.end, _PARSERS.get(field.kind, _text)) for field in fields]
    rows: list[list[Cell]] = []
    deleted: set[int] = set()
    for index in range(promised):
        start = header_length + index * record_length
        record = content[start : start + record_length]
        if record[:1] == b"*":
            deleted.add(index)
        rows.append([parse(record[begin:end]) for begin, end, parse in parsers])
    sheet = RawSheet(
        name="",
        rows=list(rows),
        numbers=list(range(1, promised + 1)),
        labels=[field.name for field in fields],
        deleted=frozenset(deleted),
        binary=True,
    )
    memos = [field.name for field in fields if field.kind in _MEMO_TYPES]
    sheet.evidence = {"records": promised, "deleted": len(deleted)}
    if memos:
        sheet.evidence["memo_columns"] = memos
    return Container("dbf", [sheet])


def _fields(content: bytes, header_length: int, record_length: int) -> list[_Field]:
    fields: list[_Field] = []
    offset, start = 32, 1
    while offset + 32 <= min(header_length, len(content)) and content[offset] != 0x0D:
        raw = content[offset : offset + 32]
        length = raw[16] + (raw[17] << 8 if chr(raw[11]) == "C" else 0)
        name = raw[:11].split(b"\0")[0].decode("latin-1").strip()
        fields.append(_Field(name, chr(raw[11]), start, start + length))
        start += length
        offset += 32
    if not fields or start != record_length or header_length > len(content):
        raise UnreadableError(_NOT_DBASE)
    return fields


def _count(content: bytes, header_length: int, record_length: int) -> int:
    """Complete records between the header and the end mark.

    The end mark 0x1A may be missing, and may be followed by padding; where a record would begin, it
    cannot be a record, because those begin with a blank or ``*``.
    """
    position, found = header_length, 0
    while position + record_length <= len(content) and content[position] in b" *":
        position += record_length
        found += 1
    return found


# -- values -------------------------------------------------------------------------------------


def _text(raw: bytes) -> Cell:
    return raw.rstrip(b" \0").decode("latin-1")


def _number(raw: bytes) -> Cell:
    text = raw.strip(b" \0").decode("latin-1")
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text  # **** where a number was too long for its column


def _date(raw: bytes) -> Cell:
    text = raw.strip(b" \0").decode("latin-1")
    if text.strip("0") == "":
        return ""
    try:
        return (
            datetime.date(int(text[:4]), int(text[4:6]), int(text[6:8])) if _is_day(text) else text
        )
    except ValueError:
        return text


def _is_day(text: str) -> bool:
    return len(text) == 8 and text.isascii() and text.isdigit()


def _logical(raw: bytes) -> Cell:
    return {b"T": True, b"Y": True, b"F": False, b"N": False}.get(raw[:1].upper())


def _integer(raw: bytes) -> Cell:
    return int(struct.unpack("<i", raw)[0]) if len(raw) == 4 else _number(raw)


def _double(raw: bytes) -> Cell:
    return float(struct.unpack("<d", raw)[0]) if len(raw) == 8 else _number(raw)


def _timestamp(raw: bytes) -> Cell:
    if len(raw) != 8:
        return _text(raw)
    day, milliseconds = struct.unpack("<ii", raw)
    ordinal = day - _JULIAN_OF_ORDINAL_0
    if not 1 <= ordinal <= datetime.date.max.toordinal() or not 0 <= milliseconds < 86_400_000:
        return ""
    moment = datetime.datetime.combine(datetime.date.fromordinal(ordinal), datetime.time())
    return moment + datetime.timedelta(milliseconds=milliseconds)


_PARSERS: Final[dict[str, Callable[[bytes], Cell]]] = {
    "N": _number,
    "F": _number,
    "D": _date,
    "L": _logical,
    "I": _integer,
    "B": _double,
    "T": _timestamp,
}
