"""A worksheet of plain rows, written straight into its file.

XlsxWriter looks every cell over a dozen times before it writes it; a register has millions of cells
and all of them are text in one style. So the text of each cell is put into XML here, once for each
distinct value, and everything else of the workbook stays XlsxWriter's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlsxwriter.format import Format

MAX_CELL: Final = 32_767
"""Characters that a cell holds."""

_REMEMBERED: Final = 50_000  # distinct values whose XML is kept
# What XML cannot hold as it is, and text that looks like the escape that xlsx has for it.
_SPECIAL: Final = re.compile(r"[&<>\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
_LOOKS_ESCAPED: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f]")
_NO_CHARACTER: Final = re.compile(r"[\ud800-\udfff\ufffe\uffff]")


class PlainSheet(Worksheet):  # type: ignore[misc]  # XlsxWriter has no types
    """A sheet of a workbook in ``constant_memory`` mode, whose rows come all at once."""

    def write_rows(self, rows: Iterable[Sequence[object]], style: Format) -> int:
        """Write rows below the header, which must stand in the first row already.

        Args:
            rows: cells: text, whole number or fraction; empty text leaves the cell empty.
            style: of all cells.

        Returns:
            How many were written.
        """
        self._write_single_row(1)  # the header goes into the file before them
        cells = _Cells(style._get_xf_index())  # noqa: SLF001 - as XlsxWriter's own sheets do
        letters: list[str] = []
        number = 1
        for number, row in enumerate(rows, start=2):
            while len(letters) < len(row):
                letters.append(f'<c r="{xl_col_to_name(len(letters))}')
            self.row_data_fh.write(
                "".join(
                    [
                        f'<row r="{number}">',
                        *[
                            f"{letter}{number}{cells[value]}"
                            for letter, value in zip(letters, row, strict=False)
                            if value != ""
                        ],
                        "</row>",
                    ]
                )
            )
        if number > 1:
            self._check_dimensions(number - 1, max(len(letters) - 1, 0))
        return number - 1


class _Cells(dict[object, str]):
    """Value of a cell -> its XML behind the row's number; each distinct value is worded once.

    Args:
        style: index of the style.
    """

    def __init__(self, style: int) -> None:
        super().__init__()
        self._style = style

    def __missing__(self, value: object) -> str:
        if len(self) >= _REMEMBERED:
            self.clear()
        if isinstance(value, str):
            text = _worded(value[:MAX_CELL])
            space = ' xml:space="preserve"' if text[0].isspace() or text[-1].isspace() else ""
            xml = f'" s="{self._style}" t="inlineStr"><is><t{space}>{text}</t></is></c>'
        else:
            xml = f'" s="{self._style}"><v>{value:.16G}</v></c>'
        self[value] = xml
        return xml


def _worded(text: str) -> str:
    """A text as XML, control characters in the form that xlsx has for them."""
    if not _SPECIAL.search(text):
        return text
    text = _LOOKS_ESCAPED.sub("_x005F_", text)
    text = _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    return escape(_NO_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", text))
