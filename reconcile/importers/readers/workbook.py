"""Excel and OpenDocument workbooks, read in bulk with calamine.

Before a workbook is opened its zip directory and the addresses of its cells are looked at, so that
neither a zip bomb nor one stray cell in the last corner of a sheet can fill the memory.
"""

from __future__ import annotations

import datetime
import io
import lzma
import re
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Final, cast

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum

from reconcile.importers.readers.sheet import Container, RawSheet, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from python_calamine import CalamineSheet

    from reconcile.importers.readers.sheet import Cell
    from reconcile.importers.schema import Limits

ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROTECTED: Final = (
    "The workbook is protected with a password. Open it in Excel, remove the password "
    "(File, Info, Protect Workbook), save it and deliver it again."
)
_BROKEN: Final = (
    "The workbook is damaged or cut off and cannot be opened. Copy or export it again; if Excel "
    "can still repair it, save it under its name."
)
_BOMB: Final = (
    "The workbook unpacks to {found} megabytes, more than is allowed. Save it again in Excel "
    "without pictures and empty formatted rows."
)
_CELL: Final = re.compile(rb'<(?:\w+:)?c r="([A-Z]{1,3})(\d{1,7})"')
_SHEET_PART: Final = re.compile(r"xl/worksheets/[^/]+\.xml")
_GLOBALS: Final = re.compile(rb"\x09\x08[\x08\x10]\x00\x00[\x05\x06]\x05\x00")  # BOF record
_FIRST_RECORDS: Final = 8
_ZIP_ERRORS: Final = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error,
    EOFError, NotImplementedError, ValueError, OSError,
)  # fmt: skip
_CHUNK: Final = 1 << 20
_AS_THEY_ARE: Final = frozenset({str, int, float, bool, datetime.date, datetime.datetime})


def read_workbook(content: bytes, limits: Limits) -> Container:
    """Read all sheets of one workbook.

    Args:
        content: bytes of the file: xlsx, xlsm, xlsb, xls or ods.
        limits: sizes beyond which it is refused.

    Raises:
        UnreadableError: it is damaged, protected with a password, empty or too large.
    """
    reader = _inspect(content, limits)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        with workbook:
            worksheets = [
                meta.name
                for meta in workbook.sheets_metadata
                if meta.typ == SheetTypeEnum.WorkSheet
            ]
            sheets = [_sheet(workbook.get_sheet_by_name(name), limits) for name in worksheets]
    except PasswordError as error:
        raise UnreadableError(_PROTECTED) from error
    except UnreadableError:
        raise
    except (CalamineError, ValueError, OSError, OverflowError) as error:
        raise UnreadableError(_BROKEN) from error
    except BaseException as error:
        # A panic inside the Rust reader arrives as pyo3's PanicException, a BaseException.
        if type(error).__name__ != "PanicException":
            raise
        raise UnreadableError(_BROKEN) from error
    if not sheets:
        raise UnreadableError("The workbook has no worksheet. Export it again.")
    return Container(reader, sheets)


def _sheet(sheet: CalamineSheet, limits: Limits) -> RawSheet:
    width = sheet.total_width
    if width > limits.columns:
        raise UnreadableError(
            "The sheet has {found} columns, more than the {allowed} that are allowed. Delete what "
            "stands far to the right of the table.",
            sheet=sheet.name,
            found=width,
            allowed=limits.columns,
        )
    rows = [_row(row) for row in sheet.iter_rows()]
    merged = sheet.merged_cell_ranges or []
    return RawSheet(
        name=sheet.name,
        rows=rows,
        numbers=list(range(1, len(rows) + 1)),
        first_column=sheet.start[1] if sheet.start else 0,
        merged=[(top, left, bottom, right) for (top, left), (bottom, right) in merged],
    )


def _row(row: Sequence[object]) -> Sequence[Cell]:
    """A row of cells; nearly always the very row that the reader made."""
    if _AS_THEY_ARE.issuperset(map(type, row)):
        return cast("Sequence[Cell]", row)
    return [_cell(value) for value in row]


def _cell(value: object) -> Cell:
    if isinstance(value, datetime.timedelta):
        seconds = int(value.total_seconds()) % 86_400
        return datetime.time(seconds // 3600, seconds // 60 % 60, seconds % 60)
    if isinstance(value, str | int | float | datetime.date | datetime.time):
        return value
    return None


def _inspect(content: bytes, limits: Limits) -> str:
    """Look at the outside of a workbook; its kind by content."""
    if content.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in content or _has_file_password(content):
            raise UnreadableError(_PROTECTED)
        return "xls"
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _inspect_zip(archive, len(content), limits)
    except _ZIP_ERRORS as error:
        raise UnreadableError(_BROKEN) from error
    except RuntimeError as error:  # zipfile's word for an encrypted member
        raise UnreadableError(_PROTECTED) from error


def _has_file_password(content: bytes) -> bool:
    """Has an Excel 97 workbook a FILEPASS record (0x2F) among the first of its globals.

    calamine says of such a file only that it does not know its format.
    """
    start = _GLOBALS.search(content)
    position = start.start() if start else len(content)
    for _ in range(_FIRST_RECORDS):
        if position + 4 > len(content):
            break
        record, length = struct.unpack_from("<HH", content, position)
        if record == 0x2F:
            return True
        position += 4 + length
    return False


def _inspect_zip(archive: zipfile.ZipFile, packed: int, limits: Limits) -> str:
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    megabytes = unpacked >> 20
    if megabytes > limits.unpacked_megabytes or (
        megabytes > 64 and unpacked > packed * limits.unpack_ratio
    ):
        raise UnreadableError(_BOMB, found=megabytes)
    names = {member.filename for member in members}
    if "content.xml" in names and "mimetype" in names:
        return "ods"
    if not any(name.startswith("xl/") for name in names):
        raise UnreadableError(
            "This is a zip archive, not a workbook. Unpack it and deliver the workbook itself."
        )
    for member in members:
        if _SHEET_PART.fullmatch(member.filename):
            _inspect_sheet(archive, member, limits)
    return "xlsx"


def _inspect_sheet(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limits: Limits) -> None:
    """Refuse a sheet whose farthest cells span too many cells; reads in bounded memory."""
    widest, lowest, rest = 0, 0, b""
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            block = rest + chunk
            cells = _CELL.findall(block)
            if cells:
                widest = max(widest, *map(_column_number, {letters for letters, _ in cells}))
                lowest = max(lowest, int(cells[-1][1]))
            rest = block[-40:]
    if widest > limits.columns or widest * lowest > limits.cells:
        raise UnreadableError(
            "A sheet spans {columns} columns and {rows} rows, more than is allowed. Delete what "
            "stands far to the right of the table or far below it.",
            columns=widest,
            rows=lowest,
        )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
