"""The table of contents: what each command does. Read this first.

A merge reads deliveries, keeps their rows in the register, works out entries, persons, events and
conflicts from *everything* delivered and decided so far (:mod:`reconcile.stages`), writes what
changed, and then the workbook, the register as a spreadsheet, the report and the manifest. A review
does the same from the moment where decisions are kept.

One run is one transaction; outputs are written after it, and never over an existing file.
"""

from __future__ import annotations

import dataclasses
import json
import platform
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from reconcile import __version__, config, export, importers
from reconcile.errors import ShrinkageError
from reconcile.model import DELIVERIES
from reconcile.register import Register, Run, Saved, open_register
from reconcile.register.accounting import OUTCOMES, check_read
from reconcile.report import page, summary
from reconcile.review import decisions, records, refusals, verdicts, workbook
from reconcile.review.casebook import Casebook
from reconcile.review.columns import ReviewWords, load_review_words
from reconcile.review.outputs import write_new
from reconcile.stages import Knowledge, WorkedOut, check_contents, load_knowledge, silent, work_out
from reconcile.text.findings import load_findings
from reconcile.text.language import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from reconcile.errors import FileFault
    from reconcile.importers import Imported
    from reconcile.register import Changes, Resolved
    from reconcile.register.integrity import Problem
    from reconcile.review.verdicts import Note

    Progress = Callable[[str, int, int], None]

_LEAST_GONE: Final = 20  # fewer entries gone than this never stop a run


# -- merge --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MergeRequest:
    """What ``merge`` is asked to do.

    Attributes:
        deliveries: folders.
        register: path or SQLAlchemy URL.
        out: folder for the outputs.
        kind: full or delta, where ``delivery.toml`` does not say.
        date: day of handing over, where ``delivery.toml`` does not say.
        mappings: folder of mapping files; the shipped ones if None.
        dry_run: work everything out and write nothing.
        skip_unreadable: go on without files that cannot be read.
        language: of the outputs.
    """

    deliveries: tuple[Path, ...]
    register: str = "register.db"
    out: Path = Path("output")
    kind: Literal["full", "delta"] | None = None
    date: date | None = None
    mappings: Path | None = None
    dry_run: bool = False
    skip_unreadable: bool = False
    language: str = DEFAULT


@dataclass(frozen=True)
class Merged:
    """What ``merge`` did.

    Attributes:
        run: number of the run, ``R0012``; empty after a dry run.
        accounting: one line per delivery, commune and file of this run: rows read, and by outcome.
        changes: what changed in the register.
        persons: persons in the register.
        entries: entries in the register.
        questions: open conflicts by kind.
        findings: findings by severity.
        unreadable: files that were left out.
        outputs: files written, by what they are.
    """

    run: str
    accounting: pd.DataFrame
    changes: Changes
    persons: int
    entries: int
    questions: dict[str, int]
    findings: dict[str, int]
    unreadable: tuple[FileFault, ...] = ()
    outputs: dict[str, Path] = field(default_factory=dict)


def merge(request: MergeRequest, progress: Progress = silent) -> Merged:
    """Import, standardise, validate, match, resolve; write register, workbook, report, manifest.

    Args:
        request: what to merge.
        progress: called with a stage, steps done and steps in all.

    Raises:
        ExportError: files cannot be read; all of them are named, nothing was written.
        ShrinkageError: too much of a full export is gone; nothing was written.
        RegisterError: the register cannot be used.
    """
    knowledge = load_knowledge(request.mappings)
    imported = _read(request, knowledge, progress)
    arguments = {
        "deliveries": sorted(set(imported.deliveries["delivery"])),
        "kind": request.kind,
        "date": request.date and request.date.isoformat(),
        "skip_unreadable": request.skip_unreadable,
    }
    with open_register(request.register) as register:
        with register.run("merge", arguments, _manifest(imported, knowledge)) as run:
            register.add_import(
                run, imported.deliveries, imported.files, imported.rows, imported.findings
            )
            worked = work_out(register, knowledge, progress)
            resolved = worked.resolved
            _refuse_shrinkage(worked, imported, knowledge.office.gone_share)
            progress("save", 0, 1)
            saved = register.save(run, resolved)
            accounting = _accounting(imported, register)
            run.manifest["rows"] = {
                name: int(accounting[name].sum()) for name in ("read", *OUTCOMES)
            }
            run.manifest["counts"] = _counts(resolved, saved)
            if request.dry_run:
                run.discard()
        merged = Merged(
            run="" if request.dry_run else run.name,
            accounting=accounting,
            changes=saved.changes,
            persons=len(set(saved.person_ids)),
            entries=len(resolved.entries),
            questions=_open_by_kind(
                register.conflicts() if not request.dry_run else resolved.conflicts
            ),
            findings=_tally(resolved.findings["severity"]),
            unreadable=imported.unreadable,
        )
        if request.dry_run:
            return merged
        progress("outputs", 0, 1)
        outputs = _write_outputs(register, run, knowledge, (request.out, request.language))
    return dataclasses.replace(merged, outputs=outputs)


def demo(
    out: Path = Path("output"), language: str = DEFAULT, progress: Progress = silent
) -> Merged:
    """The main job on ``sample_exports/``, into a register of its own.

    Args:
        out: folder for the register and the outputs.
        language: of the outputs.
        progress: called with a stage, steps done and steps in all.
    """
    samples = config.samples_folder()
    deliveries = sorted(
        folder for folder in samples.iterdir() if folder.is_dir() and folder.name[:4].isdigit()
    )
    out.mkdir(parents=True, exist_ok=True)
    request = MergeRequest(
        deliveries=tuple(deliveries),
        register=str(out / "register.db"),
        out=out,
        language=language,
    )
    return merge(request, progress)


def _read(request: MergeRequest, knowledge: Knowledge, progress: Progress) -> Imported:
    return importers.read_deliveries(
        list(request.deliveries),
        knowledge.folder,
        knowledge.register_types,
        importers.ImportOptions(
            kind=request.kind,
            date=request.date,
            today=_now().date(),
            skip_unreadable=request.skip_unreadable,
            progress=progress,
        ),
    )


def _now() -> datetime:
    return datetime.now(UTC).astimezone()


def _refuse_shrinkage(worked: WorkedOut, imported: Imported, allowed: float) -> None:
    """Stop before anything is written where a full export of this run lacks too much."""
    gone = worked.gone
    fresh = set(imported.deliveries["delivery"])
    for (commune, register_type), entries in worked.resolved.entries.groupby(
        ["commune", "register_type"], sort=True
    ):
        missing = gone[gone["entry_key"].isin(entries["entry_key"]) & gone["delivery"].isin(fresh)]
        share = len(missing) / len(entries)
        if len(missing) >= _LEAST_GONE and share > allowed:
            raise ShrinkageError(
                "{count} of {total} {register_type} entries of {commune} are gone from the full "
                "export {delivery}. If that is right, raise gone_share in mappings/office.toml; if "
                "files are missing, deliver them again or merge with --kind delta.",
                count=len(missing),
                total=len(entries),
                register_type=register_type,
                commune=commune,
                delivery=missing["delivery"].max(),
            )


def _accounting(imported: Imported, register: Register) -> pd.DataFrame:
    """Rows of the files of this run by outcome, checked against what the readers counted (P2)."""
    accounts = register.accounts()
    place = ["delivery", "commune", "file"]
    read: Counter[tuple[str, str, str]] = Counter(
        zip(*(imported.rows[name].tolist() for name in place), strict=True)
    )
    check_read(accounts, read)
    here = imported.files[imported.files["status"] == "read"][place]
    return here.merge(accounts, on=place, how="inner").reset_index(drop=True)


def _open_by_kind(conflicts: pd.DataFrame) -> dict[str, int]:
    return _tally(conflicts[conflicts["state"].isin(["open", "stale"])]["kind"])


def _tally(values: pd.Series[str]) -> dict[str, int]:
    return {str(value): int(count) for value, count in values.value_counts().sort_index().items()}


# -- the manifest and the outputs of a run ------------------------------------------------------


def _manifest(imported: Imported, knowledge: Knowledge) -> dict[str, object]:
    """What went into a run: hashes and versions, no personal data."""
    return {
        "toolkit": __version__,
        "python": platform.python_version(),
        "packages": {
            name: version(name)
            for name in ("pandas", "rapidfuzz", "sqlalchemy", "great-expectations", "openpyxl")
        },
        "mappings": config.mappings_digest(knowledge.folder),
        "model": knowledge.model.version,
        "deliveries": imported.deliveries[DELIVERIES.names].to_dict("records"),
        "files": imported.files[
            ["delivery", "commune", "file", "family", "table", "sha256", "bytes", "status"]
        ].to_dict("records"),
    }


def _counts(resolved: Resolved, saved: Saved) -> dict[str, object]:
    return {
        "entries": len(resolved.entries),
        "mentions": len(resolved.mentions),
        "persons": len(set(saved.person_ids)),
        "events": len(set(saved.event_ids.values())),
        "links": len(resolved.pairs),
        "conflicts": _open_by_kind(resolved.conflicts),
        "findings": _tally(resolved.findings["code"]),
        "changes": dataclasses.asdict(saved.changes),
    }


def _write_outputs(
    register: Register, run: Run, knowledge: Knowledge, place: tuple[Path, str]
) -> dict[str, Path]:
    """Conflict workbook, register as a spreadsheet, report and manifest of a run."""
    out, language = place
    out.mkdir(parents=True, exist_ok=True)
    outputs = {
        "workbook": out / f"conflicts-{run.name}.xlsx",
        "register": out / f"register-{run.name}.xlsx",
        "report": out / f"report-{run.name}.html",
        "manifest": out / f"run-{run.name}.json",
    }
    workbook.write(
        outputs["workbook"], _casebook(register, knowledge, run.name, language), language
    )
    export.export_register(
        register, outputs["register"], knowledge.register_types, knowledge.communes, language
    )
    page.write(
        outputs["report"], summary.summarise(_summary(register, knowledge, run.name)), language
    )
    manifest = run.manifest | {
        "run": run.name,
        "verb": run.verb,
        "started": run.started,
        "audit_head": register.facts()["audit_head"],
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True)
    write_new(outputs["manifest"], (text + "\n").encode())
    return outputs


def _casebook(register: Register, knowledge: Knowledge, run: str, language: str) -> Casebook:
    return records.casebook(
        records.Source(
            register=register,
            register_types=knowledge.register_types,
            communes=knowledge.communes,
            wording=knowledge.wording,
            model=knowledge.model,
            office=knowledge.office.name,
            run=run,
            made=_now(),
        ),
        language,
    )


def _summary(register: Register, knowledge: Knowledge, run: str) -> summary.Source:
    return summary.Source(
        register=register,
        register_types=knowledge.register_types,
        communes=knowledge.communes,
        wording=knowledge.wording,
        rules=load_findings(knowledge.folder),
        office=knowledge.office.name,
        run=run,
        made=_now(),
    )


# -- check --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Checked:
    """What ``check`` found; nothing was written to a register.

    Attributes:
        accounting: rows read per file: accepted, refused, deleted, footer.
        findings: FINDINGS.
        unreadable: files that were left out.
    """

    accounting: pd.DataFrame
    findings: pd.DataFrame
    unreadable: tuple[FileFault, ...]


def check(request: MergeRequest, progress: Progress = silent) -> Checked:
    """Import and validate only.

    Args:
        request: as for :func:`merge`; ``register`` and ``out`` are not used.
        progress: called with a stage, steps done and steps in all.

    Raises:
        ExportError: files cannot be read; all of them are named.
    """
    knowledge = load_knowledge(request.mappings)
    imported = _read(request, knowledge, progress)
    progress("validate", 0, 1)
    return Checked(
        importers.account(imported.rows),
        check_contents(imported, knowledge),
        imported.unreadable,
    )


# -- review -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReviewRequest:
    """What ``review`` is asked to do.

    Attributes:
        workbooks: workbooks or csv files that officers handed back.
        register: path or SQLAlchemy URL.
        out: folder for the outputs.
        officer: name that fills empty cells of *Cán bộ*.
        mappings: folder of mapping files; the shipped ones if None.
        language: of the outputs.
    """

    workbooks: tuple[Path, ...]
    register: str = "register.db"
    out: Path = Path("output")
    officer: str = ""
    mappings: Path | None = None
    language: str = DEFAULT


@dataclass(frozen=True)
class Reviewed:
    """What ``review`` did.

    Attributes:
        run: number of the run; empty where there was nothing to apply.
        applied: decisions that were applied.
        repeated: decisions that the register had already.
        untouched: rows that nobody answered.
        refused: rows that could not be applied, each with its reason.
        remarks: what was noticed about rows that were applied.
        changes: what changed in the register; None where nothing was applied.
        outputs: files written, by what they are.
    """

    run: str
    applied: int
    repeated: int
    untouched: int
    refused: tuple[Note, ...]
    remarks: tuple[Note, ...]
    changes: Changes | None
    outputs: dict[str, Path]


def review_workbooks(request: ReviewRequest, progress: Progress = silent) -> Reviewed:
    """Read decisions back, apply them, and let the register follow.

    Args:
        request: which workbooks, into which register.
        progress: called with a stage, steps done and steps in all.

    Raises:
        RegisterError: the register cannot be used.
        UsageError: an output cannot be written.
    """
    knowledge = load_knowledge(request.mappings)
    words = load_review_words(knowledge.folder)
    progress("read decisions", 0, 1)
    with open_register(request.register, create=False) as register:
        office = verdicts.Office(
            book=_known_conflicts(register, knowledge),
            words=words,
            today=_now().date(),
            officer=request.officer,
        )
        known = [verdicts.Known.from_stored(stored) for stored in register.judgements()]
        found = decisions.read(request.workbooks, office, known)
        outputs = _refused_copies(request, found.refused, words)
        if not found.accepted:
            return _reviewed(found, "", None, outputs)
        with register.run("review", {"workbooks": len(request.workbooks)}, {}) as run:
            register.add_judgements(run, [decision.stored() for decision in found.accepted])
            resolved = work_out(register, knowledge, progress).resolved
            progress("save", 0, 1)
            saved = register.save(run, resolved)
            run.manifest["counts"] = _counts(resolved, saved)
            run.manifest["decisions"] = {
                "applied": len(found.accepted),
                "repeated": found.repeated,
                "refused": len(found.refused),
            }
        progress("outputs", 0, 1)
        outputs |= _write_outputs(register, run, knowledge, (request.out, request.language))
    return _reviewed(found, run.name, saved.changes, outputs)


def _known_conflicts(register: Register, knowledge: Knowledge) -> Casebook:
    return Casebook(
        conflicts=register.conflicts(),
        wording=knowledge.wording,
        register=register.facts()["register"],
        run="",
        office=knowledge.office.name,
        made=_now(),
    )


def _refused_copies(
    request: ReviewRequest, refused: tuple[Note, ...], words: ReviewWords
) -> dict[str, Path]:
    """A copy of each workbook with refused rows, in which they are red and say why."""
    copies = {}
    for path in request.workbooks:
        copy = refusals.write_refused(path, refused, words, request.language)
        if copy is not None:
            copies[f"refused {path.name}"] = copy
    return copies


def _reviewed(
    found: verdicts.Decisions, run: str, changes: Changes | None, outputs: dict[str, Path]
) -> Reviewed:
    return Reviewed(
        run=run,
        applied=len(found.accepted),
        repeated=found.repeated,
        untouched=found.untouched,
        refused=found.refused,
        remarks=found.remarks,
        changes=changes,
        outputs=outputs,
    )


# -- looking ------------------------------------------------------------------------------------


def find(register: str, text: str, born: int | None = None) -> pd.DataFrame:
    """Look persons up, with or without marks; see :meth:`Register.find`."""
    with open_register(register, create=False) as opened:
        return opened.find(text, born)


def runs(register: str) -> list[dict[str, object]]:
    """All runs of a register, the first first."""
    with open_register(register, create=False) as opened:
        return opened.runs()


# -- exporting ----------------------------------------------------------------------------------

EXPORTS: Final = ("register", "template", "persons", "mentions", "conflicts", "judgements")


# -- keeping ------------------------------------------------------------------------------------


def undo(register: str, run: str, *, later: bool = False) -> list[str]:
    """Take a run back exactly; see :meth:`Register.undo`."""
    with open_register(register, create=False) as opened:
        return opened.undo(run, later=later)


def verify(register: str) -> list[Problem]:
    """What is wrong with a register, empty if nothing; see :meth:`Register.verify`."""
    with open_register(register, create=False) as opened:
        return opened.verify()


def backup(register: str, target: Path) -> None:
    """Write a consistent, verified copy of a register; see :meth:`Register.backup`."""
    with open_register(register, create=False) as opened:
        opened.backup(target)
