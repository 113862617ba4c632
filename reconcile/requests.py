"""What commands are asked and what they answer: plain data between command line and pipeline."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from reconcile.text.language import DEFAULT

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from reconcile.errors import FileFault, Problem
    from reconcile.export.frames import Format
    from reconcile.match.evaluate import Accuracy, BlockingQuality
    from reconcile.register import Changes
    from reconcile.report.chapters import Chapter
    from reconcile.review.verdicts import Note


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
        accept_gone: go on however much of a full export is gone.
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
    accept_gone: bool = False
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
        deliveries: DELIVERIES of this run: when they were handed over, and what says so.
        attention: what one should look at, each a sentence: books and communes of which a full
            export of this run brought nothing though earlier ones had them, decisions that wait.
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
    deliveries: pd.DataFrame | None = None
    attention: tuple[Problem, ...] = ()


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
        awaiting: decisions, earlier ones included, that bind only once a second officer agrees.
    """

    run: str
    applied: int
    repeated: int
    untouched: int
    refused: tuple[Note, ...]
    remarks: tuple[Note, ...]
    changes: Changes | None
    outputs: dict[str, Path]
    awaiting: int = 0


@dataclass(frozen=True)
class Question:
    """What ``explain`` is asked.

    Attributes:
        ids: any id that was ever issued, or that of a conflict; or ids of two persons, to be told
            why they are (not) one.
        register: path or SQLAlchemy URL.
        mappings: folder of mapping files; the shipped ones if None.
        language: of the answer.
        unmasked: show names, dates and numbers in full; the register's log says so.
        out: the page to write; standard output where it is ``-``, none where it is None.
    """

    ids: tuple[str, ...]
    register: str = "register.db"
    mappings: Path | None = None
    language: str = DEFAULT
    unmasked: bool = False
    out: Path | None = None


@dataclass(frozen=True)
class ChangesRequest:
    """What ``changes`` is asked.

    Attributes:
        run: name of the run; the last one that changed anything where it is empty.
        register: path or SQLAlchemy URL.
        mappings: folder of mapping files; the shipped ones if None.
        language: of the answer.
        unmasked: show names, dates and numbers in full; the register's log says so.
        out: a csv to write all lines into; standard output where it is ``-``, none where None.
    """

    run: str = ""
    register: str = "register.db"
    mappings: Path | None = None
    language: str = DEFAULT
    unmasked: bool = False
    out: Path | None = None


@dataclass(frozen=True)
class ExportRequest:
    """What ``export`` is asked to do.

    Attributes:
        kind: register, template, persons, mentions, conflicts or judgements.
        register: path or SQLAlchemy URL.
        target: the new file; None is standard output.
        form: csv, parquet or xlsx.
        mappings: folder of mapping files; the shipped ones if None.
        language: of headings and words.
        limit: of conflicts, only so many, the most valuable ones.
    """

    kind: str
    register: str = "register.db"
    target: Path | None = None
    form: Format = "csv"
    mappings: Path | None = None
    language: str = DEFAULT
    limit: int | None = None


@dataclass(frozen=True)
class LinkRequest:
    """What ``link`` is asked to do.

    Attributes:
        tables: csv or parquet files, one record per row.
        model: a model file, or the name of a shipped one.
        out: the csv to write; None is standard output, then no model is written.
        id: column of the ids, if not what the model says.
        mappings: folder of mapping files; the shipped one if None.
    """

    tables: tuple[Path, ...]
    model: Path
    out: Path | None
    id: str = ""
    mappings: Path | None = None


@dataclass(frozen=True)
class ModelRequest:
    """What ``model show`` is asked, and what ``model evaluate`` and ``model refit`` take as well.

    Attributes:
        model: the model file; the one of the mapping files if None.
        mappings: folder of mapping files; the shipped ones if None.
        language: of the answer.
        out: the page to write; standard output where it is ``-``, none where it is None.
    """

    model: Path | None = None
    mappings: Path | None = None
    language: str = DEFAULT
    out: Path | None = None


@dataclass(frozen=True)
class EvaluateRequest(ModelRequest):
    """What ``model evaluate`` is asked.

    Attributes:
        truth: csv that says who is who; its columns are those of ``export mentions``.
        deliveries: folders to match; the register's own content where none are named.
        register: path or SQLAlchemy URL.
    """

    truth: Path = Path("truth/mentions.csv")
    deliveries: tuple[Path, ...] = ()
    register: str = "register.db"


@dataclass(frozen=True)
class Evaluation:
    """How good the model is on a population whose truth is known.

    Attributes:
        version: version of the model.
        mentions: mentions that stand now.
        told: how many of them the truth file tells of.
        unknown_lines: lines of the truth file that belong to no accepted row.
        entries: entries that stand now.
        bound: the office's bound on false links.
        pairwise: persons, and events where the truth tells of them -> accuracy of pairs.
        b_cubed: the same -> accuracy of mentions, or of entries.
        cases: hard case -> accuracy of the pairs that touch it; persons, then events.
        blocking: what blocking keeps.
        reliability: by class of stated probability; see
            :func:`reconcile.match.evaluate.reliability`.
        thresholds: one line per bound: bound, weight, links, expected, false, precision, recall,
            f1, questions.
    """

    version: str
    mentions: int
    told: int
    unknown_lines: int
    entries: int
    bound: float
    pairwise: dict[str, Accuracy]
    b_cubed: dict[str, Accuracy]
    cases: dict[str, dict[str, Accuracy]]
    blocking: BlockingQuality
    reliability: pd.DataFrame
    thresholds: pd.DataFrame


@dataclass(frozen=True)
class MappingRequest:
    """What ``mapping new`` and ``mapping check`` are asked.

    Attributes:
        sources: files or folders to be looked at; deliveries to be checked.
        name: name of the commune whose files they are; the folder's name where it is empty.
        out: the mapping to write; standard output where it is ``-``, named after the commune, in
            this folder, if None.
        mappings: folder of mapping files; the shipped ones if None.
        language: of comments and answers.
    """

    sources: tuple[Path, ...]
    name: str = ""
    out: Path | None = None
    mappings: Path | None = None
    language: str = DEFAULT

    def target(self, commune: str) -> Path | None:
        """Where the mapping of a commune goes; None is standard output."""
        if self.out is None:
            return Path(f"{commune}.toml")
        return None if str(self.out) == "-" else self.out


@dataclass(frozen=True)
class RefitRequest(ModelRequest):
    """What ``model refit`` is asked.

    Attributes:
        register: path or SQLAlchemy URL; it is read only.
        target: the new model file; named after its version, in this folder, if None.
        write: write the new file, if nothing speaks against it.
    """

    register: str = "register.db"
    target: Path | None = None
    write: bool = False


@dataclass(frozen=True)
class Told:
    """An answer in words, tables and pictures.

    Attributes:
        title: what it is.
        chapters: the answer.
        refused: why what was asked for was not done; empty where it was.
    """

    title: str
    chapters: tuple[Chapter, ...]
    refused: tuple[str, ...] = ()
