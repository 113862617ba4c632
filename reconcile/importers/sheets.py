"""The sheets of one file: which of them are read, and what is said about them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from reconcile.importers.cells import is_blank
from reconcile.importers.findings import Collector, Place
from reconcile.importers.header import find_header
from reconcile.importers.readers import UnreadableError
from reconcile.importers.rows import import_sheet
from reconcile.model import ROWS
from reconcile.text.folding import plain
from reconcile.text.legacy import decode

if TYPE_CHECKING:
    import pandas as pd

    from reconcile.errors import FileFault
    from reconcile.importers.header import Header
    from reconcile.importers.mapping import Mappings, TablePlan
    from reconcile.importers.readers import Container, RawSheet

_TABLE_WIDTH: Final = 4
_TITLE_YEAR: Final = re.compile(r"\bnam\W{0,3}((?:19|20)\d\d)\b")
_NO_HEADER: Final = (
    "No header was found: no row among the first ones has the columns of {table}. Check that the "
    "row with the column names was not deleted."
)
_MISSING: Final = (
    "Required columns are missing: {columns}. Export the file again with them; if they only have "
    "another name, add it to aliases in mappings/communes/{commune}.toml."
)


@dataclass
class Run:
    """What is being collected while deliveries are read.

    Attributes:
        mappings: all that is known of communes and their files.
        findings: findings so far.
        files: lines of FILES so far.
        rows: lines of ROWS so far that are not yet in ``frames``.
        frames: finished parts of ROWS; text takes half the memory there.
        faults: files that cannot be used.
    """

    mappings: Mappings
    findings: Collector
    files: list[dict[str, object]] = field(default_factory=list)
    rows: list[dict[str, object]] = field(default_factory=list)
    frames: list[pd.DataFrame] = field(default_factory=list)
    faults: list[FileFault] = field(default_factory=list)

    def pack_rows(self, at_least: int = 1) -> None:
        """Move the lines of ROWS into a frame once there are enough of them."""
        if len(self.rows) >= at_least:
            self.frames.append(ROWS.build(self.rows))
            self.rows = []


def read_sheets(
    container: Container, plan: TablePlan, place: Place, run: Run
) -> list[dict[str, object]]:
    """Read the sheets whose header fits into the run.

    Returns:
        Evidence of every sheet, for ``FILES.evidence``.

    Raises:
        UnreadableError: no sheet could be read, one that must be could not, or required columns
            are missing.
    """
    sheets: list[dict[str, object]] = []
    read = 0
    for sheet in container.sheets:
        evidence: dict[str, object] = {"sheet": sheet.name, **sheet.evidence}
        sheets.append(evidence)
        if all(all(map(is_blank, row)) for row in sheet.rows) and sheet.labels is None:
            evidence["state"] = "empty"
            continue
        header = find_header(sheet, plan)
        missing = _missing_required(header, plan)
        at = Place(place.delivery, place.commune, place.file, sheet.name, 0, place.register_type)
        if header is None or (missing and len(container.sheets) > 1):
            _skip_sheet(sheet, missing, plan, run, at)
            evidence["state"] = "skipped"
            continue
        if missing:
            raise _missing_fault(missing, plan, sheet.name)
        evidence |= {"state": "read", **_read_sheet(sheet, header, plan, at, run)}
        read += 1
    if not read:
        _raise_unread(container, plan)
    return sheets


def _missing_required(header: Header | None, plan: TablePlan) -> list[str]:
    if header is None:
        return []
    return [name for name in plan.required if name in header.missing]


def _missing_fault(missing: list[str], plan: TablePlan, sheet: str) -> UnreadableError:
    columns = ", ".join(plan.labels[name] for name in missing)
    return UnreadableError(_MISSING, sheet=sheet, columns=columns, commune=plan.commune)


def _skip_sheet(
    sheet: RawSheet, missing: list[str], plan: TablePlan, run: Run, place: Place
) -> None:
    """Pass over a sheet that does not fit, unless its name says that it must."""
    if plan.expects_sheet(sheet.name) and _holds_table(sheet):
        if missing:
            raise _missing_fault(missing, plan, sheet.name)
        raise UnreadableError(_NO_HEADER, sheet=sheet.name, table=plan.reference)
    run.findings.add("sheet_skipped", place)


def _holds_table(sheet: RawSheet) -> bool:
    """Has a sheet rows as wide as a table's, and not only a title."""
    return any(len(row) - sum(map(is_blank, row)) >= _TABLE_WIDTH for row in sheet.rows)


def _raise_unread(container: Container, plan: TablePlan) -> None:
    """No sheet was read: say why of the likeliest one."""
    if all(all(map(is_blank, row)) for sheet in container.sheets for row in sheet.rows):
        raise UnreadableError("The file holds no data, not even a header. Export it again.")
    for sheet in container.sheets:
        missing = _missing_required(find_header(sheet, plan), plan)
        if missing:
            raise _missing_fault(missing, plan, sheet.name)
    raise UnreadableError(_NO_HEADER, table=plan.reference)


# -- one sheet ----------------------------------------------------------------------------------


def _read_sheet(
    sheet: RawSheet, header: Header, plan: TablePlan, place: Place, run: Run
) -> dict[str, object]:
    """Read the rows of one sheet into the run; evidence of what was found out."""
    _note_columns(header, plan, place, run.findings)
    if "memo_columns" in sheet.evidence:
        run.findings.add("memo_not_read", place)
    year = _year(sheet, header, plan, place.file)
    result = import_sheet(sheet, header, plan, (run.mappings, place, run.findings), year)
    run.rows += result.lines
    return {
        "header_row": header.row,
        "columns": len(header.mapped),
        "rows": len(result.lines),
        "year": year,
        "text": result.encodings,
    }


def _note_columns(header: Header, plan: TablePlan, place: Place, findings: Collector) -> None:
    place = place.at(header.row)
    for column in header.columns:
        if column.fault in ("unknown", "duplicate"):
            findings.add(f"column_{column.fault}", place, about=("", column.label))
        elif column.fault == "guessed":
            findings.add(
                "header_guessed",
                place,
                about=(column.field, column.label),
                taken_as=plan.labels[column.field],
            )
    for name in header.missing:
        # The alternatives of a name or date in several columns are no missing columns.
        if name != "entry.ordinal" and not _has_alternative(name, header):
            findings.add(
                "column_missing", place, about=(name, plan.labels[name]), header=plan.labels[name]
            )


def _has_alternative(name: str, header: Header) -> bool:
    role, _, attribute = name.partition(".")
    stem = attribute.split("_")[0]
    others = {"name": ("name", "name_given"), "birth": ("birth_date", "birth_year")}.get(stem, ())
    return attribute not in ("birth_place", "birth_place_unit", "birth_kind") and any(
        f"{role}.{other}" in header.mapped for other in others
    )


def _year(sheet: RawSheet, header: Header, plan: TablePlan, file: str) -> str:
    """The one year that the name of sheet or file says, else the sheet's title; else empty."""
    table = plan.table
    if not table.sheet_year:
        return ""
    name = sheet.name if table.sheet_year_of == "sheet" else file.rpartition("/")[2]
    years = {_full_year(year) for year in re.findall(table.sheet_year, name)}
    if not years:
        titles = [
            plain(decode(cell, encoding))
            for row in sheet.rows[: header.first_data]
            for cell in row
            if isinstance(cell, str)
            for encoding in table.encodings
        ]
        years = {year for title in titles for year in _TITLE_YEAR.findall(title)}
    return years.pop() if len(years) == 1 else ""


def _full_year(year: str) -> str:
    """Four digits; of two digits those to 30 are of this century."""
    if len(year) != 2:
        return year
    return f"20{year}" if int(year) <= 30 else f"19{year}"
