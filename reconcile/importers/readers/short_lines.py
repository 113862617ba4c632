"""Lines of a csv file that have too few fields: cells left out at the end, or a cell broken in two.

Some programs leave out the delimiters of all empty cells at a line's end, others write a line
break inside a cell without quotation marks. Both leave a line that is too short; what the next line
begins with tells which it is. A line that fits neither stays as it is (ADR 0016).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconcile.importers.readers.sheet import RawSheet

CELLS_LEFT_OUT: Final = "cells_left_out"
LINE_JOINED: Final = "line_joined"
TOO_FEW: Final = "wrong_field_count"

_LEAST_FIELDS: Final = 3
_LEFT_OUT_USUALLY: Final = 2
_MOST_LINES: Final = 5
_FIGURES: Final = re.compile(r"\d+")
_LETTERS: Final = re.compile(r"[^\W\d_]+")


def read_short_lines(
    sheet: RawSheet, records: dict[int, Sequence[str]], width: int, *, is_cut: bool
) -> None:
    """Read what can be read of the lines that have too few fields.

    Args:
        sheet: the sheet; rows that become readable are no longer refused but repaired.
        records: index of a row that is one physical line without quotation marks and has fewer
            fields than the header -> its fields.
        width: fields of the header.
        is_cut: the last line of the file does not end, and may have been cut off.
    """
    shapes = _beginnings(sheet, width)
    last = len(sheet.rows) - 1
    for index in sorted(records):
        record = records[index]
        if not _begins(record, shapes):
            continue
        parts = _broken_in(index, records, width, shapes)
        # Behind a line that lacks two cells, a line of two may be a total as well.
        if parts and (index in sheet.refused or len(parts[-1]) > _LEFT_OUT_USUALLY):
            _join(sheet, index, parts)
            continue
        goes_on = index + 1 in records and not _begins(records[index + 1], shapes)
        cut = is_cut and index == last
        if index in sheet.refused and len(record) >= _LEAST_FIELDS and not goes_on and not cut:
            sheet.rows[index] = list(record)
            sheet.repaired[index] = CELLS_LEFT_OUT
            del sheet.refused[index]


def _shape(text: str) -> str:
    """What a key looks like: ``KS-2020-001`` is ``a-0-0``."""
    return _LETTERS.sub("a", _FIGURES.sub("0", text.strip()))


def _beginnings(sheet: RawSheet, width: int) -> frozenset[str]:
    """Shapes of the first cells of whole rows below the header."""
    whole = (
        row[0] for index, row in enumerate(sheet.rows) if index and len(row) == width
    )  # fmt: skip
    return frozenset(_shape(str(cell)) for cell in whole if cell) - {""}


def _begins(record: Sequence[str], shapes: frozenset[str]) -> bool:
    return _shape(record[0]) in shapes


def _broken_in(
    index: int, records: dict[int, Sequence[str]], width: int, shapes: frozenset[str]
) -> list[Sequence[str]]:
    """The lines that make one whole record with the one at an index; none where they do not."""
    parts = [records[index]]
    fields = len(records[index])
    for following in range(index + 1, index + _MOST_LINES):
        record = records.get(following)
        if record is None or _begins(record, shapes):
            break
        parts.append(record)
        fields += len(record) - 1
        if fields >= width:
            return parts if fields == width else []
    return []


def _join(sheet: RawSheet, index: int, parts: list[Sequence[str]]) -> None:
    """Put a record together; the lines that it goes on in become blank rows."""
    joined = list(parts[0])
    for offset, part in enumerate(parts[1:], start=1):
        joined[-1] = f"{joined[-1]}\n{part[0]}"
        joined += part[1:]
        sheet.rows[index + offset] = []
        sheet.refused.pop(index + offset, None)
    sheet.rows[index] = joined
    sheet.repaired[index] = LINE_JOINED
    sheet.refused.pop(index, None)
