"""A table written as csv, parquet or xlsx."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from itertools import islice
from typing import TYPE_CHECKING, Final, Literal, get_args

import xlsxwriter

from reconcile.errors import UsageError
from reconcile.export.plain_sheet import PlainSheet
from reconcile.files import new_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path
    from typing import BinaryIO

    import pandas as pd

Format = Literal["csv", "parquet", "xlsx"]
FORMATS: Final[tuple[str, ...]] = get_args(Format)

_TRIGGERS: Final = ("=", "+", "-", "@", "\t", "\r")
"""First characters that make a spreadsheet program take a csv field for a formula."""

MAX_ROWS: Final = 1_048_576
"""Rows that a worksheet holds."""

_WIDEST: Final = 48


def guarded(text: str) -> str:
    """Text that no spreadsheet program takes for a formula when it opens a csv file.

    >>> guarded("=1+1"), guarded("Nguyễn Văn An")
    ("'=1+1", 'Nguyễn Văn An')
    """
    return f"'{text}" if text.startswith(_TRIGGERS) else text


def unguarded(text: str) -> str:
    """Take back what :func:`guarded` did."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_TRIGGERS) else text


def write_frame(
    frame: pd.DataFrame,
    target: Path | None,
    form: Format = "csv",
    *,
    for_people: bool = True,
) -> None:
    """Write one table.

    Args:
        frame: the table; texts, whole numbers, fractions.
        target: the file; None is standard output.
        form: csv (UTF-8, comma), parquet or xlsx.
        for_people: guard texts of a csv against being taken for formulas, and begin it with a byte
            order mark so that Excel reads it as UTF-8; off for tables that programs read.

    Raises:
        UsageError: the file exists, or there are more lines than a worksheet holds.
    """
    if form not in FORMATS:
        raise UsageError(
            "{format} is not a format; choose one of {formats}.",
            format=form,
            formats=", ".join(FORMATS),
        )
    with new_file(target) as stream:
        if form == "csv":
            _write_csv(frame, stream, for_people=for_people)
        elif form == "parquet":
            _write_parquet(frame, stream)
        else:
            _write_xlsx(frame, stream)


def _write_csv(frame: pd.DataFrame, stream: BinaryIO, *, for_people: bool) -> None:
    encoding = "utf-8-sig" if for_people else "utf-8"
    text = io.TextIOWrapper(stream, encoding=encoding, errors="surrogatepass", newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(frame.columns)
    columns = []
    for name in frame.columns:
        values = frame[name]
        plain = values.astype("object").where(values.notna(), "").tolist()
        if for_people and str(values.dtype) == "str":
            plain = [guarded(value) for value in plain]
        columns.append(plain)
    writer.writerows(zip(*columns, strict=True))
    text.flush()
    text.detach()


def _write_parquet(frame: pd.DataFrame, stream: BinaryIO) -> None:
    # Through memory: pyarrow seeks, and standard output cannot.
    stream.write(frame.to_parquet(None, index=False))


def _write_xlsx(frame: pd.DataFrame, stream: BinaryIO) -> None:
    with Sheets(stream) as sheets:
        columns = [frame[name] for name in frame.columns]
        rows = zip(
            *(values.astype("object").where(values.notna(), "").tolist() for values in columns),
            strict=True,
        )
        sheets.add("Sheet1", [str(name) for name in frame.columns], rows)


class Sheets:
    """A workbook of plain tables, written row by row in little memory.

    Texts stay texts: nothing becomes a formula, a link or a number.

    Args:
        stream: where the workbook goes when the block ends.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def __enter__(self) -> Sheets:
        # Rows wait in files until the workbook is closed: in a folder for our eyes only.
        self._folder = tempfile.mkdtemp()
        self._buffer = io.BytesIO()
        self._book = xlsxwriter.Workbook(
            self._buffer,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "tmpdir": self._folder,
            },
        )
        self._head = self._book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#DDE6EE", "border": 1}
        )
        self._text = self._book.add_format({"num_format": "@", "valign": "top"})
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        try:
            self._book.close()
            if kind is None:
                self._stream.write(self._buffer.getbuffer())
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)

    def add(self, name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
        """Add a sheet: a frozen header with filters, then the rows.

        Args:
            name: name of the sheet.
            head: header.
            rows: cells: text, whole number or fraction.

        Returns:
            How many rows were written.

        Raises:
            UsageError: there are more rows than a worksheet holds.
        """
        sheet = self._book.add_worksheet(name, PlainSheet)
        sheet.freeze_panes(1, 0)
        for place, label in enumerate(head):
            sheet.set_column(place, place, min(max(len(label) + 2, 12), _WIDEST), self._text)
            sheet.write_string(0, place, label, self._head)
        count: int = sheet.write_rows(islice(source := iter(rows), MAX_ROWS - 1), self._text)
        if next(source, None) is not None:
            raise UsageError(
                "There are more lines than a worksheet holds ({limit}); choose csv or parquet.",
                limit=MAX_ROWS - 1,
            )
        if head:
            sheet.autofilter(0, 0, count, len(head) - 1)
        return count
