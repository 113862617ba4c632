"""Reading a workbook that officers had: whatever became of its sheets, columns and format.

Only cells are read here. What they mean is :mod:`reconcile.review.decisions`' business.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import unicodedata
import warnings
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple
from zipfile import BadZipFile, ZipFile

from reconcile.review.cards import SEAL_DIGITS
from reconcile.review.columns import LISTS, SEALED, Column, recognise, reduced, repeated
from reconcile.review.guide import TITLE
from reconcile.text.language import LANGUAGES, translate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from reconcile.review.answers import Cell
    from reconcile.review.columns import ReviewWords

Place = tuple[int, int]  # row and column, from 0

_HEADER_WITHIN: Final = 30  # rows from the top in which a header may stand
_DELIMITERS: Final = (",", ";", "\t")
_TALLEST: Final = 2_000  # rows or columns of a merged range that are looked at
_ENOUGH: Final = 3  # recognised headers that make a row the header, where the ids are gone
_XLSX: Final = (".xlsx", ".xlsm", ".xltx", ".xltm")
_CSV: Final = (".csv", ".txt", ".tsv")
# A hidden cell of every question, by which its row is known where no header is.
_SEAL: Final = re.compile(rf"s[0-9a-f]{{{SEAL_DIGITS * len(SEALED)}}}$")
# What the readers of spreadsheets raise on files that are none, or are broken.
_BROKEN: Final = (
    OSError,
    csv.Error,
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
        twice: columns that stand there twice and say different things in this row.
        merged: columns whose cell is merged with one above, which alone can hold a text.
    """

    sheet: str
    row: int
    cells: Mapping[Column, Cell]
    twice: frozenset[Column] = frozenset()
    merged: frozenset[Column] = frozenset()


@dataclass(frozen=True)
class Returned:
    """One file that came back.

    Attributes:
        path: the file.
        sha256: hash of its bytes, empty where it cannot be read.
        rows: its rows below headers.
        readable: whether it could be opened at all.
        columns: sheet -> recognised column -> position from 0, for marking refused rows.
        is_beside: a csv of the guide, or of the hidden lists, saved like any other sheet.
        headless: sheets that have rows of questions and no header by which to read them.
        renamed: sheets with a header that means nothing, so a column may have been renamed.
        comments: cells carry comments, which nobody reads.
    """

    path: Path
    sha256: str
    rows: tuple[SheetRow, ...] = ()
    readable: bool = True
    columns: Mapping[str, Mapping[Column, int]] = field(default_factory=dict)
    is_beside: bool = False
    headless: tuple[str, ...] = ()
    renamed: frozenset[str] = frozenset()
    comments: bool = False


class _Lines(NamedTuple):
    """The cells of one sheet as they stand.

    Attributes:
        sheet: its name, empty for a csv.
        rows: number that a person sees, and the cells of each row.
        merged: position (row and column, from 0) of cells that another one above covers.
    """

    sheet: str
    rows: Iterable[tuple[int, Sequence[Cell]]]
    merged: frozenset[Place] = frozenset()


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
        return _recognised(path, content, _sheets(path, content, words), words)
    except _BROKEN:
        return Returned(path, "", readable=False)


def _recognised(
    path: Path, content: bytes, sheets: Iterable[_Lines], words: ReviewWords
) -> Returned:
    rows: list[SheetRow] = []
    columns: dict[str, Mapping[Column, int]] = {}
    headless: list[str] = []
    renamed: set[str] = set()
    for lines in sheets:
        head = _Head.of(lines, words)
        if head is None:
            if any(_is_question(cells) for _, cells in lines.rows):
                headless.append(lines.sheet)
            continue
        columns[lines.sheet] = head.columns
        if head.unknown:
            renamed.add(lines.sheet)
        rows += head.read(lines)
    return Returned(
        path,
        hashlib.sha256(content).hexdigest(),
        tuple(rows),
        columns=columns,
        is_beside=path.suffix.lower() in _CSV and not columns and _is_beside(path, content),
        headless=tuple(headless),
        renamed=frozenset(renamed),
        comments=_has_part(content, "comment"),
    )


def _is_beside(path: Path, content: bytes) -> bool:
    """Whether a csv is a sheet of the workbook on which nothing is asked."""
    titles = {translate(TITLE, language) for language in LANGUAGES}
    rows = _csv_rows(_decoded(content), ",")
    return path.stem.endswith(LISTS) or bool(rows and titles.intersection(map(str, rows[0][1])))


class _Head(NamedTuple):
    """The header of a sheet.

    Attributes:
        after: how many rows end with it.
        columns: column -> position from 0.
        others: column -> further positions with a header that means the same.
        unknown: a header means nothing.
    """

    after: int
    columns: Mapping[Column, int]
    others: Mapping[Column, Sequence[int]]
    unknown: bool

    @classmethod
    def of(cls, lines: _Lines, words: ReviewWords) -> _Head | None:
        """The header of a sheet; None where it has none."""
        for seen, (_, cells) in enumerate(lines.rows, start=1):
            texts = [cell if isinstance(cell, str) else "" for cell in cells]
            found = recognise(texts, words)
            if Column.DECISION in found and (Column.CONFLICT in found or len(found) > _ENOUGH):
                others = repeated(texts, words)
                known = len(found) + sum(map(len, others.values()))
                filled = sum(cell not in (None, "") for cell in cells)
                return cls(seen, found, others, unknown=filled > known)
            if seen > _HEADER_WITHIN:
                return None
        return None

    def read(self, lines: _Lines) -> Iterator[SheetRow]:
        """The rows below it in which anything stands."""
        for number, cells in islice(lines.rows, self.after, None):
            said: dict[Column, Cell] = {}
            twice = set()
            for column, position in self.columns.items():
                found = [_at(cells, place) for place in (position, *self.others.get(column, ()))]
                filled = [cell for cell in found if cell not in (None, "")]
                said[column] = filled[0] if filled else None
                if len(filled) > 1 and len({reduced(str(cell)) for cell in filled}) > 1:
                    twice.add(column)
            merged = {
                column
                for column, position in self.columns.items()
                if (number - 1, position) in lines.merged
            }
            if any(cell is not None for cell in said.values()):
                yield SheetRow(lines.sheet, number, said, frozenset(twice), frozenset(merged))


def _at(cells: Sequence[Cell], position: int) -> Cell:
    return cells[position] if position < len(cells) else None


def _is_question(cells: Sequence[Cell]) -> bool:
    """Whether a row has the hidden seal of a question."""
    return any(isinstance(cell, str) and _SEAL.match(cell) for cell in cells)


def _sheets(path: Path, content: bytes, words: ReviewWords) -> Iterator[_Lines]:
    suffix = path.suffix.lower()
    if suffix in _CSV:
        yield _csv_lines(content, words)
    elif suffix in _XLSX and _has_errors(content):
        yield from _slow_sheets(content)
    else:
        yield from _fast_sheets(content)


def _slow_sheets(content: bytes) -> Iterator[_Lines]:
    """By openpyxl, which says what an error cell shows: ``#NAME?`` is an answer to be refused."""
    import openpyxl

    merged = {lines.sheet: lines.merged for lines in _fast_sheets(content)}
    with warnings.catch_warnings():
        # openpyxl warns of everything in a file that it would not write back; we only read
        warnings.simplefilter("ignore")
        workbook = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=True, keep_links=False
        )
        for sheet in workbook.worksheets:
            sheet.reset_dimensions()
            rows = enumerate(sheet.iter_rows(values_only=True), start=1)
            cells = [(number, _cells(cells)) for number, cells in rows]
            yield _Lines(sheet.title, cells, merged.get(sheet.title, frozenset()))
        workbook.close()


def _has_errors(content: bytes) -> bool:
    """Whether a cell shows an error: somebody typed a formula, or what looks like one."""
    with ZipFile(io.BytesIO(content)) as archive:
        return any(
            b't="e"' in archive.read(name)
            for name in archive.namelist()
            if name.startswith("xl/worksheets/")
        )


def _has_part(content: bytes, name: str) -> bool:
    """Whether a zipped workbook has a part of such a name."""
    if not content.startswith(b"PK"):
        return False
    with ZipFile(io.BytesIO(content)) as archive:
        return any(name in part.lower() for part in archive.namelist())


def _cells(cells: Sequence[object]) -> tuple[Cell, ...]:
    """Cells of kinds that we know; a time of day or an error is shown as its text."""
    from datetime import date

    return tuple(
        cell if cell is None or isinstance(cell, (str, int, float, date)) else str(cell)
        for cell in cells
    )


def _fast_sheets(content: bytes) -> Iterator[_Lines]:
    """Any spreadsheet by python-calamine, thirty times faster; it loses error cells (ADR 0073)."""
    import python_calamine

    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        for name in workbook.sheet_names:
            sheet = workbook.get_sheet_by_name(name)
            rows = sheet.to_python(skip_empty_area=False)
            cells = [(number, _cells(cells)) for number, cells in enumerate(rows, start=1)]
            yield _Lines(name, cells, _covered(sheet.merged_cell_ranges or ()))
    except python_calamine.CalamineError as error:
        raise ValueError(str(error)) from error
    except BaseException as error:
        # a panic inside the Rust reader arrives as pyo3's PanicException, a BaseException
        if type(error).__name__ != "PanicException":
            raise
        raise ValueError(str(error)) from error


def _covered(
    ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]],
) -> frozenset[tuple[int, int]]:
    """Cells of merged ranges below the first row, which can hold no text of their own."""
    return frozenset(
        (row, column)
        for (top, left), (bottom, right) in ranges
        for row in range(top + 1, min(bottom, top + _TALLEST) + 1)
        for column in range(left, min(right, left + _TALLEST) + 1)
    )


def _csv_lines(content: bytes, words: ReviewWords) -> _Lines:
    """A csv with whatever stands between its cells; rows are numbered as a spreadsheet does."""
    text = _decoded(content)
    found = [_Lines("", _csv_rows(text, delimiter)) for delimiter in _DELIMITERS]
    return next((lines for lines in found if _Head.of(lines, words)), found[0])


def _csv_rows(text: str, delimiter: str) -> list[tuple[int, Sequence[Cell]]]:
    # the apostrophe is the guard against formulas that the tool puts before a text in a csv
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [
        (number, [cell.removeprefix("'") for cell in cells])
        for number, cells in enumerate(reader, start=1)
    ]


def _decoded(content: bytes) -> str:
    """The text of a csv: UTF-8, UTF-16 with its mark, or the code page of a Vietnamese Windows."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return unicodedata.normalize("NFC", content.decode("cp1258", errors="replace"))
