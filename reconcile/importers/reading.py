"""Delivered files -> DELIVERIES, FILES, ROWS and FINDINGS: the importers' one function.

Every file is looked at before anything is said: all faults come at once.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from reconcile.cycles import no_search_for_cycles
from reconcile.errors import ExportError, FileFault
from reconcile.importers.delivery import Found, FoundFile, find_deliveries
from reconcile.importers.findings import Collector, Place
from reconcile.importers.manifest import Defaults, Kind
from reconcile.importers.mapping import load_mappings
from reconcile.importers.readers import (
    UnreadableError,
    open_file,
    refuse_access,
    suffix_of,
)
from reconcile.importers.sheets import Run, read_sheets
from reconcile.model import DELIVERIES, FILES, FINDINGS, ROWS
from reconcile.text.findings import load_findings

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable
    from pathlib import Path

    from reconcile.config import RegisterType
    from reconcile.importers.mapping import Mappings, TablePlan

STAGE: Final = "read"
_PACK_ROWS: Final = 5000
_NO_TABLE: Final = (
    "No table of the mappings of {commune} claims this file. Check its name, or add a pattern to "
    "files in mappings/communes/{commune}.toml."
)
_SEVERAL_TABLES: Final = (
    "Several mappings claim this file: {tables}. Change their patterns in mappings/communes/ so "
    "that only one does."
)


@dataclass(frozen=True)
class ImportOptions:
    """What a run says about its deliveries.

    Attributes:
        kind: full or delta where ``delivery.toml`` does not say; full if None.
        date: day of handing over where ``delivery.toml`` does not say.
        today: the day of the run, for deliveries that nothing dates.
        skip_unreadable: return the faults of files instead of raising them; a ``delivery.toml``
            that cannot be understood stops all the same, since nothing else says what is full.
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
    run = Run(known, Collector(load_findings(mappings)))
    for done, file in enumerate(found.files):
        if options.progress:
            options.progress(STAGE, done, len(found.files))
        with no_search_for_cycles():
            _read_file(file, run)
            run.pack_rows(_PACK_ROWS)
    if options.progress:
        options.progress(STAGE, len(found.files), len(found.files))
    for file, fault in found.unplaced:
        _leave_out(file, fault, run)
    if found.faults or (run.faults and not options.skip_unreadable):
        raise ExportError([*found.faults, *run.faults])
    return _imported(found, run)


def _imported(found: Found, run: Run) -> Imported:
    for delivery, shown in found.litter:
        run.findings.add("file_skipped", Place(delivery, "", shown))
    used = {(str(line["delivery"]), str(line["commune"])) for line in run.files}
    parts = {
        (part.delivery, part.commune): {
            "delivery": part.delivery,
            "commune": part.commune,
            "date": part.date.isoformat(),
            "sequence": part.sequence,
            "kind": part.kind,
            "date_source": part.date_source,
        }
        for part in found.parts
        if (part.delivery, part.commune) in used
    }
    _note_missing_tables(list(parts.values()), run)
    run.pack_rows()
    rows = pd.concat(run.frames, ignore_index=True) if run.frames else ROWS.empty()
    return Imported(
        deliveries=DELIVERIES.build(list(parts.values())),
        files=FILES.build(run.files),
        rows=ROWS.check(rows),
        findings=FINDINGS.build(run.findings.lines),
        unreadable=tuple(sorted(run.faults)),
    )


def _note_missing_tables(parts: list[dict[str, object]], run: Run) -> None:
    """Say of every full export which tables it has no file of: what is known of them stays."""
    delivered = {(line["delivery"], line["commune"], line.get("table")) for line in run.files}
    for part in parts:
        delivery, commune = str(part["delivery"]), str(part["commune"])
        if part["kind"] != "full" or not commune:
            continue
        missing = [
            plan.table.files[0]
            for plan in run.mappings.plans[commune]
            if (delivery, commune, plan.table.id) not in delivered
        ]
        if missing:
            place = Place(delivery, commune, "")
            run.findings.add("table_not_delivered", place, names=", ".join(missing))


# -- one file -----------------------------------------------------------------------------------


def _read_file(file: FoundFile, run: Run) -> None:
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
        if len(claimants) == 1:
            line |= _claimed(claimants[0])
        content = _bytes(file, mappings)
        line |= {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        refuse_access(content)
        evidence = _read_content(content, file, _only(claimants, file), run)
    except UnreadableError as fault:
        run.faults.append(_fault(file, fault))
        line["evidence"] = _why(run.faults[-1])
        return
    line |= {"status": "read", "evidence": json.dumps(evidence, ensure_ascii=False)}


def _claimed(plan: TablePlan) -> dict[str, object]:
    return {
        "commune": plan.commune,
        "family": plan.table.family,
        "table": plan.table.id,
        "register_types": plan.table.register_type,
    }


def _leave_out(file: FoundFile, fault: FileFault, run: Run) -> None:
    """A file or link that has no place: a line in FILES, so that nobody forgets it."""
    line: dict[str, object] = {
        "delivery": file.delivery,
        "commune": file.commune,
        "file": file.file,
        "status": "unreadable",
        "evidence": _why(fault),
    }
    run.files.append(line)
    run.faults.append(fault)
    with contextlib.suppress(UnreadableError, OSError):
        content = _bytes(file, run.mappings)
        line |= {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def _why(fault: FileFault) -> str:
    """A fault as the evidence of its file, to be said again in any language."""
    values = dict(fault.values)
    return json.dumps({"fault": fault.template, "values": values}, ensure_ascii=False)


def _skip(file: FoundFile, run: Run) -> None:
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


def _read_content(content: bytes, file: FoundFile, plan: TablePlan, run: Run) -> dict[str, object]:
    """Read all sheets of a file; nothing of it counts if one of them is at fault."""
    expected = suffix_of(file.name)
    container = open_file(content, file.name, plan.table.delimiter, run.mappings.importing.limits)
    place = Place(file.delivery, plan.commune, file.file, register_type=plan.table.register_type)
    marks = len(run.rows), len(run.findings.lines)
    try:
        sheets = read_sheets(container, plan, place, run)
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
