"""csv files: text with one record per line, fields quoted where needed.

A record that does not have as many fields as the header never shifts other records: reading goes on
at the next physical line, so that one forgotten quotation mark costs one row and not the rest of
the file. Row numbers are those of the line on which a record starts.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from reconcile.importers.readers.sheet import Container, RawSheet, UnreadableError
from reconcile.importers.readers.short_lines import TOO_FEW, read_short_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconcile.importers.readers.sheet import Cell
    from reconcile.importers.schema import Limits

DELIMITERS: Final = (";", ",", "\t", "|")
_SHORT_BY: Final = 2  # spreadsheets leave out delimiters of empty cells at a line's end
_LONGEST_RECORD: Final = 50  # physical lines


def read_delimited(content: bytes, delimiter: str, limits: Limits) -> Container:
    """Read one csv file.

    Args:
        content: bytes of the file.
        delimiter: the one that the mapping expects; recognised if it is another.
        limits: sizes beyond which rows or the file are refused.

    Raises:
        UnreadableError: there is no text in it, or too much.
    """
    text, encoding, binary = _decode(content)
    lines = list(io.StringIO(text, newline=""))
    if len(lines) > limits.rows * 2:
        raise UnreadableError(
            "The file has {found} lines, more than the {allowed} that are allowed. Split it.",
            found=len(lines),
            allowed=limits.rows * 2,
        )
    if not text.strip():
        raise UnreadableError("The file holds no text. Export it again.")
    first = 1 if lines and lines[0].lower().startswith("sep=") else 0
    found = _delimiter(lines[first : first + 30], delimiter)
    csv.field_size_limit(limits.cell_characters)
    sheet = RawSheet(name="", rows=[], numbers=[], binary=binary)
    sheet.evidence = {"bytes": encoding, "delimiter": found}
    _read_records(sheet, lines, first, found)
    return Container("csv", [sheet])


def _decode(content: bytes) -> tuple[str, str, bool]:
    """Text, name of its byte encoding, and whether it still is bytes shown as Latin-1."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"),
                           (b"\xfe\xff", "utf-16")):  # fmt: skip
        if content.startswith(mark):
            try:
                return content.decode(encoding), encoding, False
            except UnicodeDecodeError:
                break
    if content[1:200:2].count(0) > 50:
        return content.decode("utf-16-le", errors="replace"), "utf-16-le", False
    try:
        return content.removeprefix(b"\xef\xbb\xbf").decode("utf-8"), "utf-8", False
    except UnicodeDecodeError:
        return content.removeprefix(b"\xef\xbb\xbf").decode("latin-1"), "8-bit", True


def _delimiter(lines: Sequence[str], expected: str) -> str:
    """The delimiter of the line with most fields; the expected one where several fit."""
    most = {
        mark: max((line.count(mark) for line in lines), default=0)
        for mark in dict.fromkeys((expected, *DELIMITERS))
    }
    if most.get(expected, 0) >= 2:
        return expected
    return max(most, key=lambda mark: most[mark])


def _parse(lines: Sequence[str], start: int, delimiter: str) -> tuple[list[str] | None, int]:
    """One record from a physical line on, and how many lines it takes; None if it has no end."""
    block = lines[start : start + _LONGEST_RECORD]
    reader = csv.reader(iter(block), delimiter=delimiter, strict=False)
    try:
        record = next(reader)
    except (csv.Error, StopIteration):
        return None, 1
    used = reader.line_num
    if used == len(block) and _open(block, delimiter):
        return None, 1
    return record, used


def _open(block: Sequence[str], delimiter: str) -> bool:
    """Does a quoted field of the block's first record run past the block's end."""
    reader = csv.reader(iter(block), delimiter=delimiter, strict=True)
    try:
        next(reader)
    except (csv.Error, StopIteration):
        return True
    return False


def _read_records(sheet: RawSheet, lines: Sequence[str], first: int, delimiter: str) -> None:
    """Fill a sheet record by record; the widest of the first records is the header's width."""
    width = 0
    index = first
    short: dict[int, Sequence[str]] = {}
    while index < len(lines):
        line = lines[index]
        if '"' not in line:
            record: list[str] | None = line.rstrip("\r\n").split(delimiter)
            used = 1
        else:
            record, used = _parse(lines, index, delimiter)
        if width == 0 and record is not None and len(record) > 2 and used == 1:
            width = len(record)  # the header: the first line that has columns at all
        cells, reason = _fit(record, line, width, delimiter)
        if reason and used > 1:
            used = 1  # the record ran over its end: go on at the next physical line
        position = len(sheet.rows)
        if record is not None and 0 < len(record) < width and '"' not in line and line.strip():
            short[position] = record
        sheet.rows.append(cells)
        sheet.numbers.append(index + 1)
        if reason == "quotes_repaired":
            sheet.repaired[position] = reason
        elif reason:
            sheet.refused[position] = reason
        index += used
    read_short_lines(sheet, short, width, is_cut=bool(lines) and not lines[-1].endswith("\n"))


def _fit(
    record: list[str] | None, line: str, width: int, delimiter: str
) -> tuple[Sequence[Cell], str]:
    """Cells of a record, and what is wrong with it: empty where its fields fit the header."""
    if record is not None:
        while len(record) > width and not record[-1].strip():
            record.pop()
        if not width or _fits(record, width, delimiter):
            return record, ""
    literal = line.rstrip("\r\n").split(delimiter)
    if '"' in line and len(literal) == width:
        return [_unquote(part) for part in literal], "quotes_repaired"
    if not any(part.strip() for part in literal):
        return [], ""
    return [line.rstrip("\r\n")], TOO_FEW


def _fits(record: list[str], width: int, delimiter: str) -> bool:
    if not record or (len(record) == 1 and not record[0].strip()):
        return True
    if not width - _SHORT_BY <= len(record) <= width:
        return False
    # A quoted text that itself has half a record's delimiters over several lines swallowed rows.
    return not any("\n" in part and part.count(delimiter) >= max(2, width // 2) for part in record)


def _unquote(part: str) -> str:
    if len(part) >= 2 and part[0] == part[-1] == '"':
        return part[1:-1].replace('""', '"')
    return part
