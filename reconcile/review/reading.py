"""Reading a workbook that officers had: whatever became of its sheets, columns and format.

Only cells are read here. What they mean is :mod:`reconcile.review.decisions`' business.
"""

from __future__ import annotations

import csv
import hashlib
import io
import unicodedata
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from zipfile import BadZipFile, ZipFile

from reconcile.review.columns import Column, recognise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from reconcile.review.answers import Cell
    from reconcile.review.columns import ReviewWords

_HEADER_WITHIN: Final = 30  # rows from the top in which a header may stand
_ENOUGH: Final = 3  # recognised headers that make a row the header, where the ids are gone
_XLSX: Final = (".xlsx", ".xlsm", ".xltx", ".xltm")
_CSV: Final = (".csv", ".txt", ".tsv")
# What the readers of spreadsheets raise on files that are none, or are broken.
_BROKEN: Final = (
    OSError,
    BadZipFile,
    KeyError,
    ValueError,
    IndexError,
    TypeError,
    AttributeError,
    SyntaxError,  # xml.etree's ParseError is one
    EOFError,
)


@dataclass(frozen=True)
class SheetRow:
    """One row below the header of a sheet.

    Attributes:
        sheet: name of the sheet, empty for a csv.
        row: number that a person sees.
        cells: what stands in the columns that were recognised.
    """

    sheet: str
    row: int
    cells: Mapping[Column, Cell]


@dataclass(frozen=True)
class Returned:
    """One file that came back.

    Attributes:
        path: the file.
        sha256: hash of its bytes, empty where it cannot be read.
        rows: its rows below headers.
        readable: whether it could be opened at all.
        columns: sheet -> recognised column -> position from 0, for marking refused rows.
    """

    path: Path
    sha256: str
    rows: tuple[SheetRow, ...] = ()
    readable: bool = True
    columns: Mapping[str, Mapping[Column, int]] = field(default_factory=dict)


def read_returned(path: Path, words: ReviewWords) -> Returned:
    """Read one workbook or csv.

    Args:
        path: xlsx, xlsm, ods, xls or csv.
        words: how headers are recognised.

    Returns:
        Its rows; ``readable`` is False where the file is missing, locked or broken.
    """
    try:
        content = path.read_bytes()
        sheets = _sheets(path, content)
        return _recognised(path, hashlib.sha256(content).hexdigest(), sheets, words)
    except _BROKEN:
        return Returned(path, "", readable=False)


def _recognised(
    path: Path,
    sha256: str,
    sheets: Iterable[tuple[str, Iterable[tuple[int, Sequence[Cell]]]]],
    words: ReviewWords,
) -> Returned:
    rows: list[SheetRow] = []
    columns: dict[str, Mapping[Column, int]] = {}
    for sheet, lines in sheets:
        found: Mapping[Column, int] = {}
        for seen, (number, cells) in enumerate(lines):
            if not found:
                found = _header(cells, words)
                if not found and seen >= _HEADER_WITHIN:
                    break
                continue
            said = {
                column: cells[position] if position < len(cells) else None
                for column, position in found.items()
            }
            if any(cell not in (None, "") for cell in said.values()):
                rows.append(SheetRow(sheet, number, said))
        if found:
            columns[sheet] = found
    return Returned(path, sha256, tuple(rows), columns=columns)


def _header(cells: Sequence[Cell], words: ReviewWords) -> Mapping[Column, int]:
    """The columns, where a row is a header; nothing where it is not."""
    found = recognise([cell if isinstance(cell, str) else "" for cell in cells], words)
    if Column.DECISION not in found:
        return {}
    return found if Column.CONFLICT in found or len(found) > _ENOUGH else {}


def _sheets(
    path: Path, content: bytes
) -> Iterator[tuple[str, Iterable[tuple[int, Sequence[Cell]]]]]:
    suffix = path.suffix.lower()
    if suffix in _CSV:
        yield "", _csv_rows(content)
    elif suffix in _XLSX and _has_errors(content):
        yield from _slow_sheets(content)
    else:
        yield from _fast_sheets(content)


def _slow_sheets(
    content: bytes,
) -> Iterator[tuple[str, Iterable[tuple[int, Sequence[Cell]]]]]:
    """By openpyxl, which says what an error cell shows: ``#NAME?`` is an answer to be refused."""
    import openpyxl

    with warnings.catch_warnings():
        # openpyxl warns of everything in a file that it would not write back; we only read
        warnings.simplefilter("ignore")
        workbook = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=True, keep_links=False
        )
        for sheet in workbook.worksheets:
            sheet.reset_dimensions()
            rows = enumerate(sheet.iter_rows(values_only=True), start=1)
            yield sheet.title, [(number, _cells(cells)) for number, cells in rows]
        workbook.close()


def _has_errors(content: bytes) -> bool:
    """Whether a cell shows an error: somebody typed a formula, or what looks like one."""
    with ZipFile(io.BytesIO(content)) as archive:
        return any(
            b't="e"' in archive.read(name)
            for name in archive.namelist()
            if name.startswith("xl/worksheets/")
        )


def _cells(cells: Sequence[object]) -> tuple[Cell, ...]:
    """Cells of kinds that we know; a time of day or an error is shown as its text."""
    from datetime import date

    return tuple(
        cell if cell is None or isinstance(cell, (str, int, float, date)) else str(cell)
        for cell in cells
    )


def _fast_sheets(
    content: bytes,
) -> Iterator[tuple[str, Iterable[tuple[int, Sequence[Cell]]]]]:
    """Any spreadsheet by python-calamine, thirty times faster; it loses error cells (ADR 0073)."""
    import python_calamine

    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        for name in workbook.sheet_names:
            sheet = workbook.get_sheet_by_name(name)
            rows = sheet.to_python(skip_empty_area=False)
            yield name, [(number, _cells(cells)) for number, cells in enumerate(rows, start=1)]
    except python_calamine.CalamineError as error:
        raise ValueError(str(error)) from error
    except BaseException as error:
        # a panic inside the Rust reader arrives as pyo3's PanicException, a BaseException
        if type(error).__name__ != "PanicException":
            raise
        raise ValueError(str(error)) from error


def _csv_rows(content: bytes) -> Iterator[tuple[int, Sequence[Cell]]]:
    text = _decoded(content)
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    start = 1
    for cells in reader:
        # the guard against formulas that the tool puts before a text in a csv
        yield start, [cell.removeprefix("'") for cell in cells]
        start = reader.line_num + 1


def _decoded(content: bytes) -> str:
    """The text of a csv: UTF-8, UTF-16 with its mark, or the code page of a Vietnamese Windows."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return unicodedata.normalize("NFC", content.decode("cp1258", errors="replace"))
