"""One cell: its raw form as JSON, and its text as a field.

Excel turns what was typed into numbers and dates. A number that is whole becomes its digits, a date
ISO text; where a number series or book label was taken for a date (``5/2010`` becomes May 2010) it
is turned back, and said so.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Final

from reconcile.model import ENTRY_ATTRIBUTES, ROLE_ATTRIBUTES

if TYPE_CHECKING:
    from reconcile.importers.readers import Cell

Json = str | int | float | bool | dict[str, str] | None

# Characters that are not seen; a cell of nothing else is empty. Without U+00AD: it is ư in TCVN3.
UNSEEN: Final = " \t\r\n\v\f\0\u00a0\u200b\u200c\u200d\u2060\ufeff\u3000"
_EXACT: Final = 2**53  # beyond this a spreadsheet's number has lost digits

# Codes of findings.
NUMBER_CELL: Final = "number_cell_in_text_column"
DATE_CELL: Final = "date_cell_in_number_column"
DIGITS_LOST: Final = "digits_lost"

_TEXT_KINDS: Final = frozenset({"identity"})


def kind_of(field: str) -> str:
    """How a field is standardised as :mod:`reconcile.model` says; ``text`` for extras."""
    owner, _, attribute = field.partition(".")
    attributes = ENTRY_ATTRIBUTES if owner == "entry" else ROLE_ATTRIBUTES
    return "text" if owner == "extra" else attributes[attribute]


def is_blank(cell: Cell) -> bool:
    """Does a person see nothing in the cell."""
    return cell is None or (isinstance(cell, str) and not cell.strip(UNSEEN))


def raw_json(cell: Cell) -> Json:
    """The cell as it stands in ``ROWS.cells``."""
    if isinstance(cell, datetime.datetime | datetime.date):
        return {"date": cell.isoformat()}
    if isinstance(cell, datetime.time):
        return {"time": cell.isoformat()}
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT:
        return int(cell)
    return cell


def plain_text(cell: Cell) -> str:
    """The text of a cell that is not text itself.

    >>> plain_text(82090000123.0), plain_text(datetime.date(1985, 3, 4)), plain_text(True)
    ('82090000123', '1985-03-04', 'true')
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime.datetime):
        midnight = cell.time() == datetime.time()
        return cell.date().isoformat() if midnight else cell.isoformat(timespec="minutes")
    if isinstance(cell, datetime.time):
        return cell.isoformat(timespec="minutes")
    return str(cell)


def field_text(cell: Cell, field: str) -> tuple[str, str]:
    """The text of a cell that is not text itself, as a value of a field.

    Returns:
        The text, and the code of a finding where the spreadsheet may have damaged what was typed.

    >>> field_text(datetime.date(2010, 5, 1), "entry.number")
    ('5/2010', 'date_cell_in_number_column')
    """
    if isinstance(cell, datetime.date) and field in ("entry.number", "entry.book"):
        month = f"{cell.month:02}" if field == "entry.book" else f"{cell.month}"
        if cell.day == 1:
            return f"{month}/{cell.year}", DATE_CELL
        return f"{cell.day}/{month}/{cell.year}", DATE_CELL
    text = plain_text(cell)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if abs(cell) >= _EXACT:
            return text, DIGITS_LOST
        if kind_of(field) in _TEXT_KINDS:
            return text, NUMBER_CELL
    return text, ""
