"""Delivered files -> DELIVERIES, FILES, ROWS and FINDINGS: the importers' one function.

Every file is looked at before anything is said: all faults come at once.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from reconcile.errors import ExportError, FileFault
from reconcile.importers.cells import is_blank
from reconcile.importers.delivery import Defaults, Found, FoundFile, Kind, find_deliveries
from reconcile.importers.findings import Collector, Place
from reconcile.importers.header import find_header
from reconcile.importers.mapping import load_mappings
from reconcile.importers.readers import UnreadableError, open_file, suffix_of
from reconcile.importers.rows import import_sheet
from reconcile.model import DELIVERIES, FILES, FINDINGS, ROWS
from reconcile.text.findings import load_findings
from reconcile.text.folding import plain
from reconcile.text.legacy import decode

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

    from reconcile.config import RegisterType
    from reconcile.importers.header import Header
    from reconcile.importers.mapping import Mappings, TablePlan
    from reconcile.importers.readers import Container, RawSheet

STAGE: Final = "read"
_TABLE_WIDTH: Final = 4
_TITLE_YEAR: Final = re.compile(r"\bnam\W{0,3}((?:19|20)\d\d)\b")
_NO_TABLE: Final = (
    "No table of the mappings of {commune} claims this file. Check its name, or add a pattern to "
    "files in mappings/communes/{commune}.toml."
)
_SEVERAL_TABLES: Final = (
    "Several mappings claim this file: {tables}. Change their patterns in mappings/communes/ so "
    "that only one does."
)
_NO_HEADER: Final = (
    "No header was found: no row among the first ones has the columns of {table}. Check that the "
    "row with the column names was not deleted."
)
_MISSING: Final = (
    "Required columns are missing: {columns}. Export the file again with them; if they only have "
    "another name, add it to aliases in mappings/communes/{commune}.toml."
)


@dataclass(frozen=True)
class ImportOptions:
    """What a run says about its deliveries.

    Attributes:
        kind: full or delta where ``delivery.toml`` does not say; full if None.
        date: day of handing over where ``delivery.toml`` does not say.
        today: the day of the run, for deliveries that nothing dates.
        skip_unreadable: return the faults instead of raising them.
        progress: called with the stage, files done and files in all.
    """

    kind: Kind | None
    date: datetime.date | None
    today: datetime.date
    skip_unreadable: bool = False
    progress: Callable[[str, int, int], None] | None = None


@dataclass(frozen=True)
class Imported:
    """What was read.

    Attributes:
        deliveries: DELIVERIES.
        files: FILES, litter and unreadable ones included.
        rows: ROWS, in the order of delivery, commune, file, sheet and row.
        findings: FINDINGS.
        unreadable: faults of the files that could not be used; empty unless ``skip_unreadable``.
    """

    deliveries: pd.DataFrame
    files: pd.DataFrame
    rows: pd.DataFrame
    findings: pd.DataFrame
    unreadable: tuple[FileFault, ...] = ()


@dataclass
class _Run:
    """What is being collected."""

    mappings: Mappings
    findings: Collector
    files: list[dict[str, object]] = field(default_factory=list)
    rows: list[dict[str, object]] = field(default_factory=list)
    faults: list[FileFault] = field(default_factory=list)


def read_deliveries(
    folders: list[Path],
    mappings: Path,
    register_types: dict[str, RegisterType],
    options: ImportOptions,
) -> Imported:
    """Read all files of some deliveries.

    Args:
        folders: folders of deliveries, or a commune's folder in one; their order does not matter.
        mappings: the mappings folder.
        register_types: register types by code.
        options: dates, kind, and what to do with unreadable files.

    Raises:
        UsageError: a folder is no delivery.
        MappingError: a mapping file is wrong.
        ExportError: files cannot be used; carries the faults of all of them.
    """
    known = load_mappings(mappings, register_types)
    defaults = Defaults(options.kind, options.date, options.today)
    found = find_deliveries(folders, known, defaults)
    run = _Run(known, Collector(load_findings(mappings)), faults=list(found.faults))
    for done, file in enumerate(found.files):
        if options.progress:
            options.progress(STAGE, done, len(found.files))
        _read_file(file, run)
    if options.progress:
        options.progress(STAGE, len(found.files), len(found.files))
    if run.faults and not options.skip_unreadable:
        raise ExportError(run.faults)
    return _imported(found, run)


def _imported(found: Found, run: _Run) -> Imported:
    for delivery, shown in found.litter:
        run.findings.add("file_skipped", Place(delivery, "", shown))
    used = {(str(line["delivery"]), str(line["commune"])) for line in run.files}
    parts = [
        {
            "delivery": part.delivery,
            "commune": part.commune,
            "date": part.date.isoformat(),
            "sequence": part.sequence,
            "kind": part.kind,
            "date_source": part.date_source,
        }
        for part in found.parts
        if (part.delivery, part.commune) in used
    ]
    rows: dict[str, object] = {name: [line[name] for line in run.rows] for name in ROWS.names}
    return Imported(
        deliveries=DELIVERIES.build(parts),
        files=FILES.build(run.files),
        rows=ROWS.build(rows),
        findings=FINDINGS.build(run.findings.lines),
        unreadable=tuple(sorted(run.faults)),
    )


# -- one file -----------------------------------------------------------------------------------


def _read_file(file: FoundFile, run: _Run) -> None:
    """Read one file into the run: its line in FILES, its rows, its findings or its faults."""
    line: dict[str, object] = {
        "delivery": file.delivery,
        "commune": file.commune,
        "file": file.file,
        "status": "litter",
        "evidence": "{}",
    }
    run.files.append(line)
    mappings = run.mappings
    if any(mappings.is_litter(part) for part in file.file.split("/")):
        _skip(file, run)
        return
    claimants = mappings.claimants(list(file.communes), file.name)
    if not claimants and not mappings.is_table(file.name):
        _skip(file, run)
        return
    try:
        line["status"] = "unreadable"
        plan = _only(claimants, file)
        line |= {
            "commune": plan.commune,
            "family": plan.table.family,
            "table": plan.table.id,
            "register_types": plan.table.register_type,
        }
        content = _bytes(file, mappings)
        line |= {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        evidence = _read_content(content, file, plan, run)
    except UnreadableError as fault:
        run.faults.append(_fault(file, fault))
        return
    line |= {"status": "read", "evidence": json.dumps(evidence, ensure_ascii=False)}


def _skip(file: FoundFile, run: _Run) -> None:
    run.findings.add("file_skipped", Place(file.delivery, file.commune, file.file))


def _fault(file: FoundFile, fault: UnreadableError) -> FileFault:
    return FileFault(
        delivery=file.delivery,
        file=file.shown,
        sheet=fault.sheet,
        row=fault.row,
        template=fault.template,
        values=tuple(sorted(fault.params.items())),
    )


def _only(claimants: list[TablePlan], file: FoundFile) -> TablePlan:
    """The one table that claims a file."""
    if not claimants:
        raise UnreadableError(_NO_TABLE, commune=file.commune)
    if len(claimants) > 1:
        tables = ", ".join(sorted(plan.reference for plan in claimants))
        raise UnreadableError(_SEVERAL_TABLES, tables=tables)
    return claimants[0]


def _bytes(file: FoundFile, mappings: Mappings) -> bytes:
    if file.is_link:
        raise UnreadableError(
            "This is a link, and links are never followed. Put the file or folder itself here."
        )
    allowed = mappings.importing.limits.file_megabytes
    try:
        size = file.path.stat().st_size
        if size > allowed << 20:
            raise UnreadableError(
                "The file has {found} megabytes, more than the {allowed} that are allowed. "
                "Split it.",
                found=size >> 20,
                allowed=allowed,
            )
        return file.path.read_bytes()
    except OSError as error:
        raise UnreadableError(
            "The file cannot be opened ({reason}). Close it in other programs and check who may "
            "read it.",
            reason=error.strerror or type(error).__name__,
        ) from error


def _read_content(content: bytes, file: FoundFile, plan: TablePlan, run: _Run) -> dict[str, object]:
    """Read all sheets of a file; nothing of it counts if one of them is at fault."""
    expected = suffix_of(file.name)
    container = open_file(content, file.name, plan.table.delimiter, run.mappings.importing.limits)
    place = Place(file.delivery, plan.commune, file.file, register_type=plan.table.register_type)
    marks = len(run.rows), len(run.findings.lines)
    try:
        sheets = _read_sheets(container, plan, place, run)
    except UnreadableError as fault:
        del run.rows[marks[0] :]
        del run.findings.lines[marks[1] :]
        if container.reader != expected and not fault.sheet:
            raise UnreadableError(
                "The content is {found}, not {expected} as the name says, and its columns were "
                "not recognised. Save it as {expected} and deliver it again.",
                found=container.reader,
                expected=expected,
            ) from fault
        raise
    if container.reader != expected:
        run.findings.add("wrong_suffix", place, found=container.reader, expected=expected)
    return {"reader": container.reader, "sheets": sheets}


def _read_sheets(
    container: Container, plan: TablePlan, place: Place, run: _Run
) -> list[dict[str, object]]:
    """Read the sheets whose header fits; evidence of all of them."""
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
    sheet: RawSheet, missing: list[str], plan: TablePlan, run: _Run, place: Place
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
    sheet: RawSheet, header: Header, plan: TablePlan, place: Place, run: _Run
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
        if not _has_alternative(name, header):
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
