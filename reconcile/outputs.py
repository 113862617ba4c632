"""Files that a run leaves beside the register: workbook, spreadsheet, report, manifest, exports."""

from __future__ import annotations

import json
import math
import platform
import tempfile
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from reconcile import __version__, config, export
from reconcile.errors import Problem, UsageError
from reconcile.export import beside
from reconcile.export.books import Knowledge as Headings
from reconcile.files import new_file, write_new
from reconcile.match import Estimate
from reconcile.model import DELIVERIES
from reconcile.report import page, summary
from reconcile.review import conflicts_csv, records, workbook
from reconcile.stages import load_knowledge
from reconcile.text.attention import not_delivered, waiting
from reconcile.text.findings import load_findings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pandas as pd

    from reconcile.importers import Imported
    from reconcile.register import Readable, Register, Resolved, Run, Saved
    from reconcile.requests import ExportRequest
    from reconcile.review.casebook import Casebook
    from reconcile.stages import Knowledge


_MANY: Final = 5000  # entries from which a second Python is worth its start of two seconds


def now() -> datetime:
    """The time of day, with its zone."""
    return datetime.now(UTC).astimezone()


# -- the manifest and the outputs of a run ------------------------------------------------------


def provenance(knowledge: Knowledge) -> dict[str, object]:
    """By what a run works things out: the version of the toolkit, mapping files, model."""
    return {
        "toolkit": __version__,
        "mappings": config.mappings_digest(knowledge.folder),
        "model": knowledge.model.version,
    }


def last_provenance(runs: list[dict[str, object]]) -> dict[str, object]:
    """By what the last run that was not taken back worked things out; empty where none says.

    Args:
        runs: as :meth:`Register.runs` gives them.
    """
    names = ("toolkit", "mappings", "model")
    for run in reversed(runs):
        manifest = run["manifest"]
        if not run["undone_by"] and isinstance(manifest, dict) and "mappings" in manifest:
            return {name: manifest.get(name) for name in names}
    return {}


def manifest_of(imported: Imported, knowledge: Knowledge) -> dict[str, object]:
    """What went into a run: hashes and versions, no personal data."""
    return provenance(knowledge) | {
        "python": platform.python_version(),
        "packages": {
            name: version(name)
            for name in ("pandas", "rapidfuzz", "sqlalchemy", "great-expectations", "openpyxl")
        },
        "deliveries": imported.deliveries[DELIVERIES.names].to_dict("records"),
        "files": imported.files[
            ["delivery", "commune", "file", "family", "table", "sha256", "bytes", "status"]
        ].to_dict("records"),
    }


def counts(resolved: Resolved, saved: Saved) -> dict[str, object]:
    """What a run worked out, in numbers, for its manifest."""
    return {
        "entries": len(resolved.entries),
        "mentions": len(resolved.mentions),
        "persons": len(set(saved.person_ids)),
        "events": len(set(saved.event_ids.values())),
        "links": len(resolved.pairs),
        "conflicts": open_by_kind(resolved.conflicts),
        "doubts_not_asked": resolved.unasked,
        "findings": tally(resolved.findings["code"]),
        "changes": asdict(saved.changes),
    }


def make_folder(out: Path) -> None:
    """Make the folder for the outputs, if it does not exist.

    Raises:
        UsageError: it cannot be made, or nothing can be written into it.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        raise UsageError(
            "Nothing can be written into the folder {folder} ({reason}). Name another one with "
            "--out, or ask for the right to write there.",
            folder=str(out),
            reason=error.strerror,
        ) from error


def output_paths(out: Path, run: str) -> dict[str, Path]:
    """Where the outputs of a run go; called before anything is written, so that a run can stop.

    Args:
        out: folder for the outputs; made if it does not exist.
        run: number of the run.

    Raises:
        UsageError: the folder cannot be made, or holds an output of that name (of another
            register, since run numbers never come twice in one).
    """
    paths = {
        "workbook": out / f"conflicts-{run}.xlsx",
        "register": out / f"register-{run}.xlsx",
        "report": out / f"report-{run}.html",
        "manifest": out / f"run-{run}.json",
    }
    make_folder(out)
    for path in paths.values():
        if path.exists():
            raise UsageError(
                "{file} exists already and is not overwritten; choose another folder with --out.",
                file=str(path),
            )
    return paths


def write_outputs(
    register: Register, run: Run, knowledge: Knowledge, place: tuple[dict[str, Path], str]
) -> dict[str, Path]:
    """Conflict workbook, register as a spreadsheet, report and manifest of a run.

    Args:
        register: the register, after the run.
        run: the run.
        knowledge: the mapping files.
        place: what :func:`output_paths` gave, and the language.
    """
    outputs, language = place
    size = _count(run, "entries")
    with beside.begun(
        register.path if size >= _MANY else None, outputs["register"], knowledge.folder, language
    ) as helper:
        _write_for_officers(register, run, knowledge, place)
        if not helper.has_written():
            export.export_register(register, outputs["register"], _headings(knowledge), language)
    manifest = run.manifest | {
        "run": run.name,
        "verb": run.verb,
        "started": run.started,
        "audit_head": register.facts()["audit_head"],
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True)
    write_new(outputs["manifest"], (text + "\n").encode())
    return outputs


def _write_for_officers(
    register: Register, run: Run, knowledge: Knowledge, place: tuple[dict[str, Path], str]
) -> None:
    outputs, language = place
    snapshot = register.snapshot()
    book = _casebook(snapshot, knowledge, run.name, language, register.judgements())
    workbook.write(outputs["workbook"], book, language)
    source = _summary(snapshot, knowledge, run)
    figures = summary.summarise(
        replace(
            source,
            unasked=_count(run, "doubts_not_asked"),
            changes=_part(run, "counts").get("changes", {}),
            attention=attention_of(run, knowledge),
            history=open_after(register.runs()),
            thresholds=_thresholds(knowledge),
        )
    )
    write_new(outputs["report"], page.render(figures, language).encode())


def open_after(runs: list[dict[str, object]]) -> list[tuple[str, dict[str, int]]]:
    """How many questions of each kind were open after each run that stands, the oldest first.

    Args:
        runs: as :meth:`Register.runs` gives them.
    """
    found = []
    for run in runs:
        manifest = run["manifest"]
        told = manifest.get("counts") if isinstance(manifest, dict) else None
        if not run["undone_by"] and isinstance(told, dict):
            found.append((str(run["run"]), dict(told.get("conflicts", {}))))
    return found


def _thresholds(knowledge: Knowledge) -> list[tuple[str, float]]:
    """Weights from which an officer is asked, and from which the tool links by itself."""
    asked = knowledge.bounds.rules.thresholds.question_probability
    return [
        ("asked from here", math.log2(asked / (1 - asked))),
        ("linked from here", knowledge.bounds.link),
    ]


def waiting_since(
    runs: list[dict[str, object]], waiting: Iterable[str], now: str
) -> dict[str, str]:
    """Since when decisions wait whose sources no delivery holds.

    Args:
        runs: as :meth:`Register.runs` gives them.
        waiting: ids of the judgements that wait now.
        now: name of the run under way.

    Returns:
        Id of the judgement -> the run since which it waits without a break.
    """
    known: dict[str, str] = {}
    for run in runs:
        manifest = run["manifest"]
        if not run["undone_by"] and isinstance(manifest, dict) and "waiting" in manifest:
            known = manifest["waiting"]
    return {judgement: known.get(judgement, now) for judgement in waiting}


def attention_of(run: Run, knowledge: Knowledge) -> tuple[Problem, ...]:
    """What one should look at after a run, as sentences."""
    communes = {code: commune.name for code, commune in knowledge.communes.items()}
    lacking = run.manifest.get("not_delivered", ())
    return (
        *not_delivered(lacking, communes, knowledge.register_types),
        *waiting(_part(run, "waiting")),
    )


def _count(run: Run, name: str) -> int:
    """A figure of what a run worked out, 0 where it did not."""
    return int(_part(run, "counts").get(name, 0))


def _part(run: Run, name: str) -> dict[str, Any]:
    """A part of a run's manifest, empty where the run has none."""
    part = run.manifest.get(name)
    return part if isinstance(part, dict) else {}


def _headings(knowledge: Knowledge) -> Headings:
    return export.load(knowledge.register_types, knowledge.communes, knowledge.folder)


def _casebook(
    register: Readable,
    knowledge: Knowledge,
    run: str,
    language: str,
    judged: list[dict[str, object]],
) -> Casebook:
    return records.casebook(
        records.Source(
            register=register,
            register_types=knowledge.register_types,
            communes=knowledge.communes,
            wording=knowledge.wording,
            model=knowledge.model,
            office=knowledge.office.name,
            run=run,
            made=now(),
            judgements=judged,
            by_two=bool(knowledge.office.second_officer),
        ),
        language,
    )


def _summary(register: Readable, knowledge: Knowledge, run: Run) -> summary.Source:
    stored = run.manifest.get("estimate")
    return summary.Source(
        register=register,
        register_types=knowledge.register_types,
        communes=knowledge.communes,
        wording=knowledge.wording,
        rules=load_findings(knowledge.folder),
        office=knowledge.office.name,
        run=run.name,
        made=now(),
        estimate=Estimate.from_stored(stored) if stored else None,
    )


def export_worded(register: Register, request: ExportRequest) -> None:
    """Exports whose headings and words come from the mapping files."""
    knowledge = load_knowledge(request.mappings)
    if request.kind == "register":
        export.export_register(register, request.target, _headings(knowledge), request.language)
    elif request.kind == "template":
        export.export_template(register, request.target, _headings(knowledge))
    elif request.kind == "persons":
        units, form = _headings(knowledge).units, request.form
        export.export_persons(register, request.target, units, request.language, form)
    else:
        last = register.runs()
        run = str(last[-1]["run"]) if last else ""
        book = _casebook(register, knowledge, run, request.language, register.judgements())
        _export_conflicts(book, request)


def _export_conflicts(book: Casebook, request: ExportRequest) -> None:
    if request.form == "csv":
        text = conflicts_csv.conflicts_csv(book, request.language, request.limit)
        with new_file(request.target) as stream:
            stream.write(text.encode("utf-8-sig"))
    elif request.form == "xlsx" and request.target is not None:
        workbook.write(request.target, book, request.language, limit=request.limit)
    else:
        raise UsageError("Conflicts are exported as csv, or as xlsx into a file (--out).")


def open_by_kind(conflicts: pd.DataFrame) -> dict[str, int]:
    """How many conflicts of each kind wait for an officer."""
    return tally(conflicts[conflicts["state"].isin(["open", "stale"])]["kind"])


def tally(values: pd.Series[str]) -> dict[str, int]:
    """How often each value occurs, in the order of the values."""
    return {str(value): int(count) for value, count in values.value_counts().sort_index().items()}
