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
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reconcile import config, export, importers, linking, mapmaking, modelling, refitting, simulate
from reconcile.errors import FileFault, ShrinkageError, UsageError, WorkbookError
from reconcile.outputs import (
    attention_of,
    counts,
    export_worded,
    last_provenance,
    make_folder,
    manifest_of,
    now,
    open_by_kind,
    output_paths,
    provenance,
    tally,
    waiting_since,
    write_outputs,
)
from reconcile.register import open_register, restore_register
from reconcile.register.accounting import OUTCOMES, accounts, check_read, told
from reconcile.register.integrity import Problem
from reconcile.report import changed
from reconcile.requests import (
    ChangesRequest,
    Checked,
    EvaluateRequest,
    ExportRequest,
    LinkRequest,
    MappingRequest,
    Merged,
    MergeRequest,
    ModelRequest,
    Question,
    RefitRequest,
    Reviewed,
    ReviewRequest,
    Told,
)
from reconcile.resolve.shrinkage import not_delivered, shrunk
from reconcile.review import decisions, refusals, verdicts
from reconcile.review.casebook import Casebook
from reconcile.review.columns import load_review_words
from reconcile.review.reading import read_returned
from reconcile.simulate import SimulationOptions
from reconcile.stages import (
    check_contents,
    delivered_scopes,
    load_knowledge,
    silent,
    work_out,
)
from reconcile.text.attention import worded
from reconcile.text.language import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from reconcile.importers import Imported
    from reconcile.linking import Linked
    from reconcile.register import Changes, Register, Run
    from reconcile.register.accounting import Known
    from reconcile.review.columns import ReviewWords
    from reconcile.review.verdicts import Note
    from reconcile.stages import Knowledge, WorkedOut

    Progress = Callable[[str, int, int], None]

# The command line finds requests and answers here, beside the verbs that take and give them.
__all__ = [
    "ChangesRequest",
    "Checked",
    "EvaluateRequest",
    "ExportRequest",
    "LinkRequest",
    "MappingRequest",
    "MergeRequest",
    "Merged",
    "ModelRequest",
    "Question",
    "RefitRequest",
    "ReviewRequest",
    "Reviewed",
    "SimulationOptions",
    "Told",
    "backup",
    "changes",
    "check",
    "check_mapping",
    "demo",
    "evaluate_model",
    "export_to",
    "import_judgements",
    "link",
    "merge",
    "new_mapping",
    "recompute",
    "refit_model",
    "restore",
    "review_workbooks",
    "runs",
    "show_model",
    "simulate_deliveries",
    "undo",
    "verify",
]

_IN_MEMORY: Final = "sqlite://"
_NO_WORKBOOK: Final = (
    "It cannot be opened: it is damaged, protected by a password, or no workbook. Save it in Excel "
    "as .xlsx without a password and hand it in again."
)
_OTHERWISE: Final = (
    "The register was last worked out by another version of the toolkit or with other mapping "
    "files; what differs may come from that. The next merge or review works everything out anew."
)
_NO_QUESTIONS: Final = (
    "It has no sheet with a column “Decision”. Hand in the conflict workbook that the toolkit made."
)


# -- merge --------------------------------------------------------------------------------------


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
    if not request.dry_run:
        make_folder(request.out)  # before a register is made that nothing would be written to
    with open_register(_register_of(request)) as register:
        merged, run, paths = _merge_into(register, request, (imported, knowledge), progress)
        if request.dry_run:
            return merged
        del imported  # outputs are the peak of memory; the rows are in the register by now
        progress("outputs", 0, 1)
        outputs = write_outputs(register, run, knowledge, (paths, request.language))
    return dataclasses.replace(merged, outputs=outputs)


def _register_of(request: MergeRequest) -> str:
    """The register; for a dry run where there is none yet, one in memory that leaves nothing."""
    file = request.register.removeprefix("sqlite:///")
    is_new = "://" not in file and not Path(file).exists()
    return _IN_MEMORY if request.dry_run and is_new else request.register


def _merge_into(
    register: Register,
    request: MergeRequest,
    sources: tuple[Imported, Knowledge],
    progress: Progress,
) -> tuple[Merged, Run, dict[str, Path]]:
    """The run of a merge; a function of its own, so that its tables are let go before outputs."""
    imported, knowledge = sources
    arguments = {
        "deliveries": sorted(set(imported.deliveries["delivery"])),
        "kind": request.kind,
        "date": request.date and request.date.isoformat(),
        "skip_unreadable": request.skip_unreadable,
        "accept_gone": request.accept_gone,
    }
    with register.run("merge", arguments, manifest_of(imported, knowledge)) as run:
        paths = {} if request.dry_run else output_paths(request.out, run.name)
        known = register.known()
        register.add_import(
            run, imported.deliveries, imported.files, imported.rows, imported.findings
        )
        worked = work_out(register, knowledge, progress, run)
        resolved = worked.resolved
        files, deliveries = register.files(), register.deliveries()
        if not request.accept_gone:
            scopes = delivered_scopes(files, deliveries)
            _refuse_shrinkage(worked, scopes, register, (imported, knowledge))
        lacking = not_delivered(resolved.occurrences, files, deliveries, _parts(imported))
        progress("save", 0, 1)
        saved = register.save(run, resolved)
        accounting = _accounting(imported, register, known)
        run.manifest["rows"] = {name: int(accounting[name].sum()) for name in ("read", *OUTCOMES)}
        run.manifest["not_delivered"] = lacking.to_dict("records")
        run.manifest["waiting"] = waiting_since(register.runs(), worked.lost, run.name)
        run.manifest["counts"] = counts(resolved, saved)
        run.manifest["estimate"] = dataclasses.asdict(worked.estimate)
        if request.dry_run:
            run.discard()
    merged = Merged(
        run="" if request.dry_run else run.name,
        accounting=accounting,
        changes=saved.changes,
        persons=len(set(saved.person_ids)),
        entries=len(resolved.entries),
        questions=open_by_kind(resolved.conflicts),
        findings=tally(resolved.findings["severity"]),
        unreadable=imported.unreadable,
        deliveries=imported.deliveries,
        attention=attention_of(run, knowledge),
    )
    return merged, run, paths


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
            today=now().date(),
            skip_unreadable=request.skip_unreadable,
            progress=progress,
        ),
    )


def _refuse_shrinkage(
    worked: WorkedOut,
    scopes: pd.DataFrame,
    register: Register,
    sources: tuple[Imported, Knowledge],
) -> None:
    """Stop before anything is written where a full export lacks too much of the preceding one.

    Args:
        worked: what the stages worked out.
        scopes: what exports covered, those of this run among them.
        register: the register; entries that were gone before this run were seen then.
        sources: what this run brings, and the mapping files: how much may be gone.

    Raises:
        ShrinkageError: too much is gone.
    """
    imported, knowledge = sources
    steps = shrunk(
        worked.resolved.occurrences,
        scopes,
        _parts(imported),
        set(register.gone()),
    )
    for step in steps.to_dict("records"):
        if knowledge.office.is_too_much_gone(len(step["entry_keys"]), step["total"]):
            raise ShrinkageError(
                "{count} of {total} entries of “{register_type}” of {commune} that the full export "
                "{before} had are gone from the full export {delivery}; nothing was written. If "
                "that is right, merge again with --accept-gone; if files are missing or cut off, "
                "deliver them again; if it holds only what is new, merge with --kind delta.",
                count=len(step["entry_keys"]),
                total=step["total"],
                register_type=worded(knowledge.register_types, step["register_type"]),
                commune=knowledge.communes[step["commune"]].name,
                before=step["before"],
                delivery=step["delivery"],
            )


def _parts(imported: Imported) -> set[tuple[str, str]]:
    """Delivery and commune of everything that a run brings."""
    deliveries = imported.deliveries
    return set(zip(deliveries["delivery"], deliveries["commune"], strict=True))


def _accounting(imported: Imported, register: Register, known: Known) -> pd.DataFrame:
    """Rows of the files of this run by outcome, checked against what the readers counted (P2).

    Args:
        imported: what was read in this run.
        register: the register, this run's rows in it.
        known: what the register held before this run.
    """
    place = ["delivery", "commune", "file"]
    here = imported.files.loc[imported.files["status"] == "read", place]
    rows = register.row_outcomes(set(here["delivery"])).merge(here, on=place, how="inner")
    table = accounts(told(rows, known))
    read: Counter[tuple[str, str, str]] = Counter(
        zip(*(imported.rows[name].tolist() for name in place), strict=True)
    )
    check_read(table, read)
    return table


# -- check --------------------------------------------------------------------------------------


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


def review_workbooks(request: ReviewRequest, progress: Progress = silent) -> Reviewed:
    """Read decisions back, apply them, and let the register follow.

    Args:
        request: which workbooks, into which register.
        progress: called with a stage, steps done and steps in all.

    Raises:
        UsageError: a workbook does not exist, or an output cannot be written.
        WorkbookError: workbooks cannot be read; all of them are named, nothing was applied.
        RegisterError: the register cannot be used.
    """
    knowledge = load_knowledge(request.mappings)
    words = load_review_words(knowledge.folder)
    progress("read decisions", 0, 1)
    _refuse_unreadable(request.workbooks, words)
    with open_register(request.register, create=False) as register:
        office = verdicts.Office(
            book=_known_conflicts(register, knowledge),
            words=words,
            today=now().date(),
            officer=request.officer,
        )
        known = [verdicts.Known.from_stored(stored) for stored in register.judgements()]
        found = decisions.read(request.workbooks, office, known)
        outputs = _refused_copies(request, found.refused, words)
        if not found.accepted:
            return _reviewed(found, "", None, outputs)
        arguments = {"workbooks": len(request.workbooks)}
        with register.run("review", arguments, provenance(knowledge)) as run:
            paths = output_paths(request.out, run.name)
            register.add_judgements(run, [decision.stored() for decision in found.accepted])
            worked = work_out(register, knowledge, progress, run)
            resolved = worked.resolved
            progress("save", 0, 1)
            saved = register.save(run, resolved)
            run.manifest["counts"] = counts(resolved, saved)
            run.manifest["estimate"] = dataclasses.asdict(worked.estimate)
            run.manifest["waiting"] = waiting_since(register.runs(), worked.lost, run.name)
            run.manifest["decisions"] = {
                "applied": len(found.accepted),
                "repeated": found.repeated,
                "refused": len(found.refused),
            }
        progress("outputs", 0, 1)
        outputs |= write_outputs(register, run, knowledge, (paths, request.language))
    reviewed = _reviewed(found, run.name, saved.changes, outputs)
    return dataclasses.replace(reviewed, awaiting=len(worked.awaiting))


def _refuse_unreadable(workbooks: tuple[Path, ...], words: ReviewWords) -> None:
    """Stop before anything is applied where a file is missing or is no workbook of questions.

    One who names several files means all of them; half a batch applied is hard to tell afterwards.
    """
    missing = [str(path) for path in workbooks if not path.is_file()]
    if missing:
        raise UsageError(
            "There is no file {files}. Check the name; no decision was applied.",
            files=", ".join(missing),
        )
    faults = []
    for path in workbooks:
        returned = read_returned(path, words)
        if not returned.readable:
            faults.append(FileFault("", str(path), "", 0, _NO_WORKBOOK))
        elif not returned.columns and not returned.is_beside:
            faults.append(FileFault("", str(path), "", 0, _NO_QUESTIONS))
    if faults:
        raise WorkbookError(faults)


def _known_conflicts(register: Register, knowledge: Knowledge) -> Casebook:
    return Casebook(
        conflicts=register.conflicts(),
        wording=knowledge.wording,
        register=register.facts()["register"],
        run="",
        office=knowledge.office.name,
        made=now(),
    )


def _refused_copies(
    request: ReviewRequest, refused: tuple[Note, ...], words: ReviewWords
) -> dict[str, Path]:
    """A copy of each workbook with refused rows, in which they are red and say why."""
    copies = {}
    for path in request.workbooks:
        copy = refusals.write_refused(path, refused, words, request.language)
        if copy is not None:
            copies[f"refused rows in red: {path.name}"] = copy
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


def runs(register: str) -> list[dict[str, object]]:
    """All runs of a register, the first first."""
    with open_register(register, create=False) as opened:
        return opened.runs()


def changes(request: ChangesRequest) -> str:
    """What a run changed, line by line.

    Args:
        request: which run of which register.

    Returns:
        The lines as text; of each sort of change the first ones.

    Raises:
        UsageError: there is no such run, it was taken back, or the csv exists.
    """
    knowledge = load_knowledge(request.mappings)
    words = changed.Words(
        register_types=knowledge.register_types,
        communes=knowledge.communes,
        kinds=knowledge.wording.kinds,
        language=request.language,
    )
    with open_register(request.register, create=False) as register:
        if request.unmasked:
            with register.run("changes", {"run": request.run, "unmasked": True}):
                pass  # the run is the log entry that P9 asks for
        run, lines = register.changed(request.run)
    lines = changed.masked_lines(lines, unmasked=request.unmasked)
    if request.out is not None:
        export.write_frame(lines, None if str(request.out) == "-" else request.out)
    return changed.changed(run, lines, words)


# -- exporting ----------------------------------------------------------------------------------


EXPORTS: Final = ("register", "template", "persons", "mentions", "conflicts", "judgements")
# Workbooks with several sheets, which nothing but xlsx can hold.
_BOOKS: Final = ("register", "template")
_WORDED: Final = (*_BOOKS, "persons", "conflicts")


def export_to(request: ExportRequest) -> None:
    """Write something out of the register.

    Raises:
        UsageError: there is no such kind, or it cannot be had in that form; the file exists.
    """
    if request.kind not in EXPORTS:
        raise UsageError(
            "There is no export {kind}; choose one of {kinds}.",
            kind=request.kind,
            kinds=", ".join(EXPORTS),
        )
    if request.kind in _BOOKS and request.form != "xlsx":
        raise UsageError("The export {kind} is a workbook; use --format xlsx.", kind=request.kind)
    with open_register(request.register, create=False) as register:
        if request.kind in _WORDED:
            export_worded(register, request)
        else:
            write = {
                "mentions": export.export_mentions,
                "judgements": export.export_judgements,
            }[request.kind]
            write(register, request.target, request.form)


# -- keeping ------------------------------------------------------------------------------------


def undo(register: str, run: str, *, later: bool = False) -> list[str]:
    """Take a run back exactly; see :meth:`Register.undo`."""
    with open_register(register, create=False) as opened:
        return opened.undo(run, later=later)


def verify(register: str, against: Path | None = None) -> list[Problem]:
    """What is wrong with a register, empty if nothing; see :meth:`Register.verify`.

    Args:
        register: path or SQLAlchemy URL.
        against: ``run-R….json`` of an earlier run, of which nothing may have been cut off since.

    Raises:
        UsageError: ``against`` is no such file.
    """
    known_head = "" if against is None else _audit_head(against)
    with open_register(register, create=False) as opened:
        return opened.verify(known_head)


def _audit_head(manifest: Path) -> str:
    try:
        return str(json.loads(manifest.read_text(encoding="utf-8"))["audit_head"])
    except OSError as error:
        raise UsageError(
            "{file}: cannot be read ({reason}).", file=manifest.name, reason=error.strerror
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(
            "{file} is not what a run leaves behind; name a run-R….json.", file=manifest.name
        ) from error


def recompute(
    register: str, mappings: Path | None = None, progress: Progress = silent
) -> list[Problem]:
    """Work everything out anew and compare it with what the register holds.

    Nothing that an earlier run worked out is used, and nothing is written: the run is taken back.

    Args:
        register: path or SQLAlchemy URL.
        mappings: folder of mapping files; the shipped ones if None.
        progress: called with a stage, steps done and steps in all.

    Returns:
        What differs, table by table; empty if the register holds what a full run gives.
    """
    knowledge = load_knowledge(mappings)
    with (
        open_register(register, create=False) as opened,
        opened.run("verify", {"recompute": True}) as run,
    ):
        run.discard()
        worked = work_out(opened, knowledge, progress, anew=True)
        progress("compare", 0, 1)
        found = opened.compare(run, worked.resolved)
        known = last_provenance(opened.runs())
    if found and known and known != provenance(knowledge):
        found.insert(0, Problem(_OTHERWISE))
    return found


def backup(register: str, target: Path) -> None:
    """Write a consistent, verified copy of a register; see :meth:`Register.backup`."""
    with open_register(register, create=False) as opened:
        opened.backup(target)


def restore(source: Path, register: str) -> None:
    """Make a register out of a backup; see :func:`reconcile.register.restore_register`."""
    restore_register(source, register)


def import_judgements(
    register: str,
    source: Path,
    mappings: Path | None = None,
    progress: Progress = silent,
    *,
    keep_unknown: bool = False,
) -> list[str]:
    """Carry judgements over from the export of another register, or from version control.

    All of them or none; what the register has already changes nothing.

    Args:
        register: path or SQLAlchemy URL.
        source: csv that ``export judgements`` wrote.
        mappings: folder of mapping files; the shipped ones if None.
        progress: called with a stage, steps done and steps in all.
        keep_unknown: keep judgements on sources that no delivery holds yet; they bind once one
            does.

    Returns:
        Ids of the judgements that the register did not have.

    Raises:
        UsageError: the file cannot be read, or is no export of judgements.
        JudgementsError: lines cannot be judgements, or speak of sources that the register does not
            have; all of them are named, nothing was applied.
    """
    knowledge = load_knowledge(mappings)
    carried = export.read_judgements(source)
    export.refuse_unknown_words(carried, source.name, knowledge.wording)
    with (
        open_register(register, create=False) as opened,
        opened.run("judgements import", {"judgements": len(carried)}, provenance(knowledge)) as run,
    ):
        issued = opened.add_judgements(run, carried)
        if not any(issued):
            run.discard()
            return []
        worked = work_out(opened, knowledge, progress, run)
        if not keep_unknown:
            export.refuse_unknown_sources(issued, worked.lost, source.name)
        run.manifest["waiting"] = waiting_since(opened.runs(), worked.lost, run.name)
        progress("save", 0, 1)
        opened.save(run, worked.resolved)
    return [identifier for identifier in issued if identifier]


# -- any table of persons -----------------------------------------------------------------------


def link(request: LinkRequest, progress: Progress = silent) -> Linked:
    """Link the records of any table of persons, without a register.

    Args:
        request: the tables, the model and where the clusters go.
        progress: called with a stage, steps done and steps in all.

    Returns:
        The clusters and the model that was used, both written where the request says.
    """
    return linking.link(request, progress)


# -- simulating ---------------------------------------------------------------------------------


def simulate_deliveries(out: Path, entries: int, seed: int, options: SimulationOptions) -> None:
    """Write deliveries of a simulated population with the truth beside; see ``simulate``."""
    simulate.simulate(out, entries, seed, options)


# -- the matching model -------------------------------------------------------------------------


def show_model(request: ModelRequest) -> Told:
    """What the matching model believes; see :mod:`reconcile.modelling`."""
    return modelling.show(request)


def evaluate_model(request: EvaluateRequest, progress: Progress = silent) -> Told:
    """How accurate the model is on a known truth; see :func:`reconcile.modelling.evaluate`."""
    return modelling.tell_evaluation(request, progress)


def new_mapping(request: MappingRequest) -> Told:
    """Write a first mapping for files that nobody knows; see :func:`reconcile.mapmaking.new`."""
    return mapmaking.new(request)


def check_mapping(request: MappingRequest) -> Told:
    """How complete mappings are; see :func:`reconcile.mapmaking.check`."""
    return mapmaking.check(request, now().date())


def refit_model(request: RefitRequest, progress: Progress = silent) -> Told:
    """Estimate the model anew from a register; see :func:`reconcile.refitting.tell_refit`."""
    return refitting.tell_refit(request, progress)
