"""What every reader hands on: sheets of raw cells with the row numbers that a person sees."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Cell = str | int | float | bool | datetime.date | datetime.datetime | datetime.time | None


class UnreadableError(Exception):
    """A file or sheet cannot be used; becomes a :class:`reconcile.errors.FileFault`.

    Args:
        template: English sentence with ``{placeholders}``: what is wrong and what to do.
        sheet: name of the sheet, empty where the file is meant.
        row: number that a person sees, 0 where no row is meant.
        **values: what fills the placeholders; never text from a cell.
    """

    def __init__(self, template: str, *, sheet: str = "", row: int = 0, **values: object) -> None:
        super().__init__(template)
        self.template = template
        self.sheet = sheet
        self.row = row
        self.params = {name: str(value) for name, value in values.items()}


@dataclass
class RawSheet:
    """One sheet, csv file or dBase table as it is delivered.

    Attributes:
        name: name of the sheet; empty for csv and dBase.
        rows: cells by row, header and blank rows included; rows can differ in length.
        numbers: for each of ``rows`` the number that a person sees.
        labels: names of the columns where the format itself has them (dBase).
        first_column: how many columns stand left of the first cell of each row.
        deleted: indices of rows that are marked deleted in the file.
        refused: index of a row -> why it cannot be read as a row.
        repaired: index of a row -> what had to be repaired to read it.
        binary: texts are bytes shown as Latin-1 characters.
        merged: merged ranges as (top, left, bottom, right), counted from 0 in the sheet.
        evidence: what the reader found out, for ``FILES.evidence``.
    """

    name: str
    rows: list[Sequence[Cell]]
    numbers: list[int]
    labels: list[str] | None = None
    first_column: int = 0
    deleted: frozenset[int] = frozenset()
    refused: dict[int, str] = field(default_factory=dict)
    repaired: dict[int, str] = field(default_factory=dict)
    binary: bool = False
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    evidence: dict[str, object] = field(default_factory=dict)


@dataclass
class Container:
    """One file, opened.

    Attributes:
        reader: xlsx, xls, ods, csv or dbf: what the content is, whatever the name says.
        sheets: its sheets in order.
    """

    reader: str
    sheets: list[RawSheet]
