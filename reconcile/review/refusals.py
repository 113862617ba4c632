"""A copy of a returned workbook in which every refused row is red and says why."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, Final

from reconcile.files import write_new
from reconcile.review.columns import FILLED_IN
from reconcile.review.reading import Returned, read_returned
from reconcile.text.language import translate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from reconcile.review.columns import ReviewWords
    from reconcile.review.verdicts import Note

_RED: Final = "FFFF9999"
_EXCEL: Final = (".xlsx", ".xlsm")
_WIDTH: Final = 48


def write_refused(
    path: Path, refused: Sequence[Note], words: ReviewWords, language: str
) -> Path | None:
    """Write ``<name>.refused.xlsx`` beside a returned workbook.

    Args:
        path: the workbook or csv that was read.
        refused: refused rows of the batch; those of other files are passed over.
        words: how headers are recognised.
        language: ``vi`` or ``en``.

    Returns:
        The copy; None where no row of this file was refused, or the file cannot be opened at all.

    Raises:
        UsageError: too many copies stand there already, or the folder cannot be written to.
    """
    rows = [note for note in refused if note.workbook == path.name and note.row]
    if not rows:
        return None
    returned = read_returned(path, words)
    if not returned.readable:
        return None
    workbook = _copy(path, returned)
    by_sheet: dict[str, list[Note]] = {}
    for note in rows:
        by_sheet.setdefault(note.sheet, []).append(note)
    for name, notes in by_sheet.items():
        sheet = workbook[name] if name in workbook.sheetnames else workbook.worksheets[0]
        columns = returned.columns.get(name, {})
        _mark(sheet, [columns[each] for each in FILLED_IN if each in columns], notes, language)
    stream = io.BytesIO()
    workbook.save(stream)
    target = _free(path)
    write_new(target, stream.getvalue())
    return target


def _free(path: Path) -> Path:
    """The first name that is not taken, since no output is ever overwritten."""
    target = path.with_name(f"{path.stem}.refused.xlsx")
    number = 2
    while target.exists():
        target = path.with_name(f"{path.stem}.refused-{number}.xlsx")
        number += 1
    return target


def _copy(path: Path, returned: Returned) -> Workbook:
    """The workbook itself, or for a csv or ods a workbook with the cells that were recognised."""
    import openpyxl

    if path.suffix.lower() in _EXCEL:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what openpyxl cannot keep is only decoration
            return openpyxl.load_workbook(io.BytesIO(path.read_bytes()), rich_text=True)
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, columns in returned.columns.items():
        sheet = workbook.create_sheet(name or path.stem[:31])
        rows = [row for row in returned.rows if row.sheet == name]
        top = min((row.row for row in rows), default=2) - 1
        for column, position in columns.items():
            _put(sheet, top, position, column.value)
            for row in rows:
                _put(sheet, row.row, position, row.cells.get(column))
    return workbook


def _put(sheet: Worksheet, row: int, position: int, content: object) -> None:
    cell = sheet.cell(row, position + 1)
    cell.value = content  # type: ignore[assignment] # whatever the reader read
    if isinstance(content, str):
        cell.data_type = "s"  # or openpyxl makes a formula of a text that begins with "="


def _mark(sheet: Worksheet, columns: Sequence[int], notes: Sequence[Note], language: str) -> None:
    from openpyxl.styles import Alignment, PatternFill
    from openpyxl.utils import get_column_letter

    red = PatternFill("solid", fgColor=_RED)
    reason_column = max(columns, default=0) + 2
    # free columns begin behind the hidden ones
    reason_column = max(reason_column, sheet.max_column + 1)
    sheet.column_dimensions[get_column_letter(reason_column)].width = _WIDTH
    first = min(note.row for note in notes)
    heading = sheet.cell(max(first - 1, 1), reason_column)
    heading.value = translate("Reason for refusal", language)
    heading.fill = red
    for note in notes:
        for position in columns:
            sheet.cell(note.row, position + 1).fill = red
        cell = sheet.cell(note.row, reason_column)
        cell.value = note.say(language)
        cell.fill = red
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    # green and red hints of the original would paint over the marks
    sheet.conditional_formatting = type(sheet.conditional_formatting)()
