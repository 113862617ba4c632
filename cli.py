"""The command line: parse, call one pipeline function, show progress, print, exit code. No logic.

The language is settled before anything is parsed, so that ``--help`` speaks it too: ``--lang``
anywhere on the line, else ``RECONCILE_LANG``, else Vietnamese. Heavy imports happen inside the
commands; ``reconcile --help`` imports none of them.
"""

from __future__ import annotations

import contextlib
import gettext
import os
import sys
from datetime import datetime
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

from reconcile import progress as work
from reconcile.console import Console
from reconcile.errors import ReconcileError, UsageError
from reconcile.requests import (
    ChangesRequest,
    EvaluateRequest,
    ExportRequest,
    LinkRequest,
    MappingRequest,
    MergeRequest,
    ModelRequest,
    Question,
    RefitRequest,
    ReviewRequest,
)
from reconcile.text import language as texts
from reconcile.text.language import DEFAULT, LANGUAGES, translate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconcile.requests import Told

INTERRUPTED: Final = 130
LEFT_OPEN: Final = 6  # with --strict: something was refused, or questions are open
UNSOUND: Final = 4  # verify found something
PARTLY_REFUSED: Final = 5  # some decisions were refused, the rest was applied


# -- language -----------------------------------------------------------------------------------


def chosen_language(arguments: Sequence[str], preset: str) -> str:
    """The language of this call: ``--lang`` anywhere on the line, else the preset one."""
    wanted = preset
    for place, argument in enumerate(arguments):
        if argument == "--lang" and place + 1 < len(arguments):
            wanted = arguments[place + 1]
        elif argument.startswith("--lang="):
            wanted = argument.removeprefix("--lang=")
    return wanted if wanted in LANGUAGES else DEFAULT


LANGUAGE: Final = chosen_language(sys.argv[1:], os.environ.get("RECONCILE_LANG", DEFAULT))
# The command-line library asks gettext for its own words ("Options", "required", …).
os.environ["LANGUAGE"] = LANGUAGE
gettext.bindtextdomain("cli", str(Path(texts.__file__).with_name("locales")))
gettext.textdomain("cli")


def _(template: str, **values: object) -> str:
    return translate(template, LANGUAGE, **values)


console: Final = Console(LANGUAGE)


class Language(StrEnum):
    """Languages of outputs and messages."""

    vi = "vi"
    en = "en"


_LANG: Final = Language(LANGUAGE)
_OUT: Final = Path("output")
_DAY: Final = "YYYY-MM-DD"


class Form(StrEnum):
    """Formats of exports."""

    csv = "csv"
    parquet = "parquet"
    xlsx = "xlsx"


class Export(StrEnum):
    """What can be exported."""

    register = "register"
    template = "template"
    persons = "persons"
    mentions = "mentions"
    conflicts = "conflicts"
    judgements = "judgements"


class Kind(StrEnum):
    """Kinds of delivery."""

    full = "full"
    delta = "delta"


# -- the look of --help -------------------------------------------------------------------------


class _Usage:
    """Words of ``--help`` that the library does not translate."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - library's types
        pieces = " ".join(self.collect_usage_pieces(ctx))  # type: ignore[attr-defined] # mixin
        formatter.write_usage(ctx.command_path, pieces, prefix=_("Usage: "))

    def get_help_option(self, ctx: Any) -> Any:  # noqa: ANN401 - library's types
        option = super().get_help_option(ctx)  # type: ignore[misc] # mixin
        option.help = _("Show this text and exit.")
        return option


class _Command(_Usage, TyperCommand):
    pass


# The class of all wrong uses, which the library does not export by itself.
_WRONG_USE: Final[type[Exception]] = typer.BadParameter.__mro__[1]


def _what_is_wrong(error: Any) -> str:  # noqa: ANN401 - library's types
    """A wrong use in our words: what is missing, unknown, or of another form."""
    if option := getattr(error, "option_name", ""):
        return _("There is no option {option}.", option=option)
    param = getattr(error, "param", None)
    if param is None:
        return _("There is no such command, or something is named that the command does not take.")
    form = param.metavar or param.name
    name = param.opts[0] if param.param_type_name == "option" else form
    if hasattr(error, "param_type"):
        return _("{name} is missing.", name=name)
    if form == _DAY:
        form = _("year-month-day, as 2025-07-01")
    if name == form:
        return _("This word is not understood here; choose one of {form}.", form=form)
    return _("The value of {name} is not understood; write it as {form}.", name=name, form=form)


@contextlib.contextmanager
def _wrong_use_told() -> Iterator[None]:
    try:
        yield
    except _WRONG_USE as error:
        context = getattr(error, "ctx", None)
        # A group without a command shows its help, which is no error to explain.
        if context is None or type(error).__name__ == "NoArgsIsHelpError":
            raise
        typer.echo(_("Error: ") + _what_is_wrong(error), err=True)
        typer.echo(_("How it is used: {command} --help", command=context.command_path), err=True)
        raise typer.Exit(UsageError.exit_code) from error


class _Group(_Usage, TyperGroup):
    def make_context(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - library's types
        with _wrong_use_told():
            return super().make_context(*arguments, **options)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - library's types
        with _wrong_use_told():
            return super().invoke(ctx)


app = typer.Typer(
    name="reconcile",
    cls=_Group,
    help=_("One civil-status register out of several communes' exports."),
    epilog=_("reconcile COMMAND --help explains a command, with an example."),
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _example(text: str) -> str:
    return _("Example: {example}", example=text)


RegisterOption = Annotated[
    str,
    typer.Option(
        "--register", metavar="FILE|URL", help=_("The register: a file or a database URL.")
    ),
]
OutOption = Annotated[
    Path, typer.Option("--out", metavar="FOLDER", help=_("Folder for the outputs."))
]
MappingsOption = Annotated[
    Path | None,
    typer.Option(
        "--mappings", metavar="FOLDER", help=_("Folder of mapping files, if not the shipped one.")
    ),
]
LangOption = Annotated[
    Language,
    typer.Option("--lang", metavar="vi|en", help=_("Language of messages and outputs.")),
]
QuietOption = Annotated[bool, typer.Option("--quiet", help=_("Print errors only."))]
DeliveriesArgument = Annotated[
    list[Path], typer.Argument(metavar="DELIVERY", help=_("Folders of export files."))
]
KindOption = Annotated[
    Kind | None,
    typer.Option(
        "--kind",
        metavar="full|delta",
        help=_("Whether the files repeat everything or hold only what is new or changed."),
    ),
]
DateOption = Annotated[
    datetime | None,
    typer.Option(
        "--date",
        metavar=_DAY,
        formats=["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y"],
        help=_("Day on which the delivery was handed over."),
    ),
]
SkipOption = Annotated[
    bool, typer.Option("--skip-unreadable", help=_("Go on without files that cannot be read."))
]
UnmaskedOption = Annotated[
    bool,
    typer.Option("--unmasked", help=_("Show names and dates in full; the register's log says so.")),
]
PageOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="FILE|-",
        help=_("Write it as a page with pictures (html); - for standard output."),
    ),
]
RunArgument = Annotated[str, typer.Argument(metavar="RUN", help=_("A run, as R0012."))]


@contextlib.contextmanager
def _working(*, quiet: bool = False, stages: Sequence[str] = ()) -> Iterator[work.Progress]:
    """Progress around a pipeline call; its errors become messages and exit codes."""
    progress = work.Progress(LANGUAGE, quiet=quiet, stages=stages)
    try:
        yield progress
    except ReconcileError as error:
        progress.stop()
        console.error(error)
        raise typer.Exit(error.exit_code) from error
    except KeyboardInterrupt:
        progress.stop()
        typer.echo(
            _("Interrupted. A run that was not finished leaves no trace in the register."), err=True
        )
        raise typer.Exit(INTERRUPTED) from None
    finally:
        progress.stop()


# -- commands -----------------------------------------------------------------------------------


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(version("reconcile"))
        raise typer.Exit


@app.callback()
def reconcile(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help=_("Show the version.")
        ),
    ] = False,
    _lang: LangOption = _LANG,
) -> None:
    """Parse what holds for every command."""


@app.command(
    cls=_Command,
    help=_("Run the main job on the sample exports: register, workbook and report."),
    epilog=_example("reconcile demo"),
)
def demo(
    out: OutOption = _OUT,
    lang: LangOption = _LANG,
    quiet: QuietOption = False,
) -> None:
    """Merge the sample exports."""
    with _working(quiet=quiet, stages=work.MERGING) as progress:
        from reconcile import pipeline

        merged = pipeline.demo(out, str(lang), progress)
    if not quiet:
        console.merged(merged)
        typer.echo(_("The register is {register}.", register=out / "register.db"))


@app.command(
    cls=_Command,
    help=_("Bring deliveries into the register; write workbook, report and unified register."),
    epilog=_example("reconcile merge 2025-07-01 --register hiep_duc.db --out output"),
)
def merge(
    deliveries: DeliveriesArgument,
    register: RegisterOption = "register.db",
    out: OutOption = _OUT,
    kind: KindOption = None,
    date: DateOption = None,
    mappings: MappingsOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=_("Work everything out, write nothing."))
    ] = False,
    skip_unreadable: SkipOption = False,
    accept_gone: Annotated[
        bool,
        typer.Option(
            "--accept-gone",
            help=_("Go on, however many entries are gone from a full export; each is asked about."),
        ),
    ] = False,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict",
            help=_("End with 6 where a row was refused, a file left out or a question is open."),
        ),
    ] = False,
    lang: LangOption = _LANG,
    quiet: QuietOption = False,
) -> None:
    """Merge deliveries."""
    with _working(quiet=quiet, stages=work.MERGING) as progress:
        from reconcile import pipeline

        merged = pipeline.merge(
            MergeRequest(
                deliveries=tuple(deliveries),
                register=register,
                out=out,
                kind=None if kind is None else kind.value,
                date=None if date is None else date.date(),
                mappings=mappings,
                dry_run=dry_run,
                skip_unreadable=skip_unreadable,
                accept_gone=accept_gone,
                language=str(lang),
            ),
            progress,
        )
    if not quiet:
        console.merged(merged)
    if strict and (merged.questions or merged.unreadable or merged.accounting["refused"].sum()):
        raise typer.Exit(LEFT_OPEN)


@app.command(
    cls=_Command,
    help=_("Read and check deliveries only: what is wrong in them. No register is touched."),
    epilog=_example("reconcile check 2025-07-01"),
)
def check(
    deliveries: DeliveriesArgument,
    kind: KindOption = None,
    date: DateOption = None,
    mappings: MappingsOption = None,
    skip_unreadable: SkipOption = False,
    lang: LangOption = _LANG,
    quiet: QuietOption = False,
) -> None:
    """Check deliveries."""
    with _working(quiet=quiet, stages=work.CHECKING) as progress:
        from reconcile import pipeline
        from reconcile.config import mappings_folder
        from reconcile.text.findings import load_findings

        checked = pipeline.check(
            MergeRequest(
                deliveries=tuple(deliveries),
                kind=None if kind is None else kind.value,
                date=None if date is None else date.date(),
                mappings=mappings,
                skip_unreadable=skip_unreadable,
                language=str(lang),
            ),
            progress,
        )
        words = load_findings(mappings_folder(mappings))
    if not quiet:
        console.checked(checked, words)


@app.command(
    cls=_Command,
    help=_("Read officers' decisions back from workbooks or csv files and apply them."),
    epilog=_example("reconcile review conflicts-R0001.xlsx --register hiep_duc.db"),
)
def review(
    workbooks: Annotated[
        list[Path], typer.Argument(metavar="WORKBOOK", help=_("Workbooks that came back."))
    ],
    register: RegisterOption = "register.db",
    out: OutOption = _OUT,
    officer: Annotated[
        str,
        typer.Option("--officer", metavar="NAME", help=_("Who decided, where a cell is empty.")),
    ] = "",
    mappings: MappingsOption = None,
    lang: LangOption = _LANG,
    quiet: QuietOption = False,
) -> None:
    """Apply decisions."""
    with _working(quiet=quiet, stages=work.REVIEWING) as progress:
        from reconcile import pipeline

        reviewed = pipeline.review_workbooks(
            ReviewRequest(
                workbooks=tuple(workbooks),
                register=register,
                out=out,
                officer=officer,
                mappings=mappings,
                language=str(lang),
            ),
            progress,
        )
    if not quiet:
        console.reviewed(reviewed)
    if reviewed.refused:
        console.refused(reviewed)
        raise typer.Exit(PARTLY_REFUSED)


@app.command(
    cls=_Command,
    help=_("List the runs of a register."),
    epilog=_example("reconcile runs --register hiep_duc.db"),
)
def runs(register: RegisterOption = "register.db", lang: LangOption = _LANG) -> None:
    """List runs."""
    del lang
    with _working():
        from reconcile import pipeline

        listed = pipeline.runs(register)
    console.table(
        ["run", "command", "started", "undone by"],
        [(run["run"], run["verb"], run["started"], run["undone_by"]) for run in listed],
    )


@app.command(
    cls=_Command,
    help=_("Say what a run changed, else the last: entries cell by cell, persons, questions."),
    epilog=_example("reconcile changes R0012 --register hiep_duc.db --out changes.csv"),
)
def changes(
    run: Annotated[
        str, typer.Argument(metavar="[RUN]", help=_("A run, as R0012."), show_default=False)
    ] = "",
    register: RegisterOption = "register.db",
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE|-", help=_("Write every line into a csv.")),
    ] = None,
    unmasked: UnmaskedOption = False,
    mappings: MappingsOption = None,
    lang: LangOption = _LANG,
) -> None:
    """Show what a run changed."""
    with _working():
        from reconcile import pipeline

        request = ChangesRequest(run, register, mappings, str(lang), unmasked, out)
        told = pipeline.changes(request)
    if out is None:
        console.say(told)
    elif str(out) != "-":
        typer.echo(_("Written: {path}", path=out))


@app.command(
    cls=_Command,
    help=_("Take a run back: the register is then as it was before it."),
    epilog=_example("reconcile undo R0012 --register hiep_duc.db"),
)
def undo(
    run: RunArgument,
    register: RegisterOption = "register.db",
    later: Annotated[
        bool, typer.Option("--later", help=_("Take back the runs after it as well."))
    ] = False,
    lang: LangOption = _LANG,
) -> None:
    """Take back a run."""
    del lang
    with _working():
        from reconcile import pipeline

        undone = pipeline.undo(register, run, later=later)
    typer.echo(_("Taken back: {runs}", runs=", ".join(undone)))
    typer.echo(_("Workbooks and spreadsheets of these runs no longer hold; export new ones."))


@app.command(
    cls=_Command,
    help=_("Check a register: does it add up, and has anybody tampered with it?"),
    epilog=_example("reconcile verify --register hiep_duc.db"),
)
def verify(
    register: RegisterOption = "register.db",
    recompute: Annotated[
        bool,
        typer.Option(
            "--recompute", help=_("Work everything out anew as well, and compare; takes long.")
        ),
    ] = False,
    against: Annotated[
        Path | None,
        typer.Option(
            "--against",
            metavar="FILE",
            help=_("run-R….json of an earlier run: has anything been cut off since?"),
        ),
    ] = None,
    mappings: MappingsOption = None,
    lang: LangOption = _LANG,
    quiet: QuietOption = False,
) -> None:
    """Verify a register."""
    del lang
    with _working(quiet=quiet, stages=work.COMPARING) as progress:
        from reconcile import pipeline

        problems = pipeline.verify(register, against)
        if recompute and not problems:
            problems = pipeline.recompute(register, mappings, progress)
    if problems:
        console.problems(problems)
        raise typer.Exit(UNSOUND)
    typer.echo(_("The register is sound."))


@app.command(
    cls=_Command,
    help=_("Write a consistent, verified copy of a register while others work."),
    epilog=_example("reconcile backup copy.db --register hiep_duc.db"),
)
def backup(
    target: Annotated[Path, typer.Argument(metavar="FILE", help=_("The copy; must not exist."))],
    register: RegisterOption = "register.db",
    lang: LangOption = _LANG,
) -> None:
    """Back up a register."""
    del lang
    with _working():
        from reconcile import pipeline

        pipeline.backup(register, target)
    typer.echo(_("Written: {path}", path=target))


@app.command(
    cls=_Command,
    help=_("Make a register out of a backup: in a new file, or in an empty database on a server."),
    epilog=_example("reconcile restore copy.db --register hiep_duc.db"),
)
def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE", help=_("The backup; it stays."))],
    register: RegisterOption = "register.db",
    lang: LangOption = _LANG,
) -> None:
    """Restore a register."""
    del lang
    with _working():
        from reconcile import pipeline

        pipeline.restore(source, register)
    typer.echo(_("The register was restored."))


@app.command(
    cls=_Command,
    help=_("Look persons up: by name with or without marks, birth, number, relatives, or id."),
    epilog=_example("reconcile find nguyen thi lan 1980 --with 'le van ba'"),
)
def find(
    text: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TEXT",
            help=_(
                "Words of the name in any order, year or day of birth, number of a paper, number "
                "and year of an entry (15/1980), or an id."
            ),
        ),
    ] = None,
    register: RegisterOption = "register.db",
    born: Annotated[
        int | None, typer.Option("--born", metavar="YEAR", help=_("Year of birth."))
    ] = None,
    beside: Annotated[
        str,
        typer.Option(
            "--with",
            metavar="NAME",
            help=_("A name in the same entry: of a parent, husband, wife or child."),
        ),
    ] = "",
    unmasked: UnmaskedOption = False,
    lang: LangOption = _LANG,
) -> None:
    """Look persons up."""
    del lang
    with _working():
        from reconcile import counter

        if not text and not beside:
            raise UsageError("Say whom to look for: words of a name, a number or an id.")
        found = counter.find(register, " ".join(text or ()), born, beside, unmasked=unmasked)
    if found.empty:
        typer.echo(_("Nobody was found."))
        return
    console.found(found)


@app.command(
    cls=_Command,
    help=_("Say what any id stands for, why a person is one, or why two are (not) the same."),
    epilog=_example("reconcile explain P-2K7M4 --out person.html"),
)
def explain(
    ids: Annotated[
        list[str],
        typer.Argument(
            metavar="ID",
            help=_("Any id that was ever issued, or of a conflict; or ids of two persons."),
        ),
    ],
    register: RegisterOption = "register.db",
    out: PageOption = None,
    mappings: MappingsOption = None,
    unmasked: UnmaskedOption = False,
    lang: LangOption = _LANG,
) -> None:
    """Explain persons and conflicts."""
    with _working():
        from reconcile import explaining

        if len(ids) > 2:
            raise UsageError("Name one person or two, not {count}.", count=len(ids))
        question = Question(tuple(ids), register, mappings, str(lang), unmasked, out)
        told = explaining.explain(question)
    _tell(told, out)


@app.command(
    cls=_Command,
    help=_("Write something out of the register: for other programs, offices, the Ministry."),
    epilog=_example("reconcile export mentions --format csv --out mentions.csv"),
)
def export(
    kind: Annotated[Export, typer.Argument(metavar="|".join(Export), help=_("What to export."))],
    register: RegisterOption = "register.db",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE|-",
            help=_("The new file; - for standard output. Else KIND.FORMAT in this folder."),
        ),
    ] = None,
    form: Annotated[
        Form | None,
        typer.Option(
            "--format",
            metavar="|".join(Form),
            help=_("Its format; csv, or xlsx for register and template."),
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            min=1,
            metavar="NUMBER",
            help=_("Only so many conflicts: those that bring most per minute of work."),
        ),
    ] = None,
    mappings: MappingsOption = None,
    lang: LangOption = _LANG,
) -> None:
    """Export from the register."""
    books = (Export.register, Export.template)
    form = form or (Form.xlsx if kind in books else Form.csv)
    target = out or Path(f"{kind}.{form}")
    with _working():
        from reconcile import pipeline

        pipeline.export_to(
            ExportRequest(
                kind=str(kind),
                register=register,
                target=None if str(target) == "-" else target,
                form=form.value,
                mappings=mappings,
                language=str(lang),
                limit=limit,
            )
        )
    if str(target) != "-":
        typer.echo(_("Written: {path}", path=target))


judgements = typer.Typer(
    cls=_Group, help=_("Carry officers' judgements over."), rich_markup_mode=None
)
app.add_typer(judgements, name="judgements")


@judgements.callback()
def _judgements() -> None:
    """Hold the commands on judgements."""


@judgements.command(
    "import",
    cls=_Command,
    help=_("Bring judgements in that 'export judgements' wrote from another register."),
    epilog=_example("reconcile judgements import judgements.csv --register new.db"),
)
def judgements_import(
    source: Annotated[Path, typer.Argument(metavar="FILE", help=_("The csv of judgements."))],
    register: RegisterOption = "register.db",
    mappings: MappingsOption = None,
    keep_unknown: Annotated[
        bool,
        typer.Option(
            "--keep-unknown",
            help=_(
                "Keep judgements on entries that no delivery holds yet; they bind when one does."
            ),
        ),
    ] = False,
    lang: LangOption = _LANG,
    quiet: QuietOption = False,
) -> None:
    """Import judgements."""
    del lang
    with _working(quiet=quiet, stages=work.CARRYING) as progress:
        from reconcile import pipeline

        issued = pipeline.import_judgements(
            register, source, mappings, progress, keep_unknown=keep_unknown
        )
    typer.echo(_("{count} judgements are new.", count=len(issued)))


mapping = typer.Typer(
    cls=_Group,
    help=_("The mapping of a commune: write a first one for unknown files, see what it lacks."),
    rich_markup_mode=None,
)
app.add_typer(mapping, name="mapping")


@mapping.callback()
def _mapping() -> None:
    """Hold the commands on mappings."""


@mapping.command(
    "new",
    cls=_Command,
    help=_("Write a first mapping for files that no mapping knows, by their headers and values."),
    epilog=_example("reconcile mapping new 'Binh Phu' --name 'Bình Phú'"),
)
def mapping_new(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE", help=_("Files of one commune, or a folder of them.")),
    ],
    name: Annotated[
        str,
        typer.Option("--name", metavar="NAME", help=_("The commune's name; else the folder's.")),
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE|-",
            help=_("The new mapping; - for standard output. Else named after the commune, here."),
        ),
    ] = None,
    mappings: MappingsOption = None,
    lang: LangOption = _LANG,
) -> None:
    """Write a first mapping."""
    with _working():
        from reconcile import pipeline

        request = MappingRequest(tuple(files), name, out, mappings, str(lang))
        told = pipeline.new_mapping(request)
    console.told(told)


@mapping.command(
    "check",
    cls=_Command,
    help=_("Say what mappings lack: unknown columns and codes, empty columns, doubtful values."),
    epilog=_example("reconcile mapping check 2025-07-01 --mappings mappings"),
)
def mapping_check(
    deliveries: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="DELIVERY", help=_("Folders of export files; the mappings alone if none.")
        ),
    ] = None,
    mappings: MappingsOption = None,
    lang: LangOption = _LANG,
) -> None:
    """Check mappings."""
    with _working():
        from reconcile import pipeline

        request = MappingRequest(tuple(deliveries or ()), mappings=mappings, language=str(lang))
        told = pipeline.check_mapping(request)
    console.told(told)


model = typer.Typer(
    cls=_Group,
    help=_("The matching model: what it believes, how accurate it is, refitting it."),
    rich_markup_mode=None,
)
app.add_typer(model, name="model")
ModelOption = Annotated[
    Path | None,
    typer.Option("--model", metavar="FILE", help=_("The model file, if not the shipped one.")),
]


@model.callback()
def _model() -> None:
    """Hold the commands on the matching model."""


def _tell(told: Told, out: Path | None) -> None:
    """Print an answer, or say where its page is."""
    if out is None:
        console.told(told)
    elif str(out) != "-":
        typer.echo(_("Written: {path}", path=out))


@model.command(
    "show",
    cls=_Command,
    help=_("Say what the matching model believes, in words and as a picture."),
    epilog=_example("reconcile model show --out model.html"),
)
def model_show(
    file: ModelOption = None,
    out: PageOption = None,
    mappings: MappingsOption = None,
    lang: LangOption = _LANG,
) -> None:
    """Show the model."""
    with _working():
        from reconcile import pipeline

        told = pipeline.show_model(ModelRequest(file, mappings, str(lang), out))
    _tell(told, out)


@model.command(
    "refit",
    cls=_Command,
    help=_("Estimate the model anew from a register and say what would change; write it if told."),
    epilog=_example("reconcile model refit --register hiep_duc.db --write"),
)
def model_refit(
    register: RegisterOption = "register.db",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help=_("The new model file; else matching-VERSION.toml in this folder."),
        ),
    ] = None,
    write: Annotated[
        bool,
        typer.Option(
            "--write", "--yes", help=_("Write the new file. Without this, nothing is written.")
        ),
    ] = False,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report",
            metavar="FILE|-",
            help=_("Write the report as a page (html), with every person; - for standard output."),
        ),
    ] = None,
    file: ModelOption = None,
    mappings: MappingsOption = None,
    lang: LangOption = _LANG,
    quiet: QuietOption = False,
) -> None:
    """Refit the model."""
    with _working(quiet=quiet) as progress:
        from reconcile import pipeline

        request = RefitRequest(
            register=register,
            target=out,
            write=write,
            model=file,
            mappings=mappings,
            language=str(lang),
            out=report,
        )
        told = pipeline.refit_model(request, progress)
    _tell(told, report)
    if told.refused:
        raise typer.Exit(UsageError.exit_code)


@model.command(
    "evaluate",
    cls=_Command,
    help=_("Measure the matching model against a truth file: accuracy, calibration, thresholds."),
    epilog=_example("reconcile model evaluate simulated/2025-07-01 --truth truth/mentions.csv"),
)
def model_evaluate(
    truth: Annotated[
        Path,
        typer.Option(
            "--truth",
            metavar="FILE",
            help=_("A csv with the columns of 'export mentions' that says who is who."),
        ),
    ],
    deliveries: Annotated[
        list[Path] | None,
        typer.Argument(metavar="DELIVERY", help=_("Folders to match, instead of a register.")),
    ] = None,
    register: RegisterOption = "register.db",
    file: ModelOption = None,
    out: PageOption = None,
    mappings: MappingsOption = None,
    lang: LangOption = _LANG,
    quiet: QuietOption = False,
) -> None:
    """Measure the model."""
    with _working(quiet=quiet) as progress:
        from reconcile import pipeline

        request = EvaluateRequest(
            truth=truth,
            deliveries=tuple(deliveries or ()),
            register=register,
            model=file,
            mappings=mappings,
            language=str(lang),
            out=out,
        )
        told = pipeline.evaluate_model(request, progress)
    _tell(told, out)


@app.command(
    cls=_Command,
    help=_("Simulate a population in the three communes' formats, with the truth beside."),
    epilog=_example("reconcile simulate --entries 1000 --seed 7 --out simulated"),
)
def simulate(
    out: OutOption = Path("simulated"),
    entries: Annotated[
        int, typer.Option("--entries", metavar="N", help=_("How many entries in all."))
    ] = 1000,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", help=_("Equal seeds give equal files."))
    ] = 1,
    deliveries: Annotated[
        int, typer.Option("--deliveries", metavar="N", help=_("How many deliveries over time."))
    ] = 1,
    profile: Annotated[
        str, typer.Option("--profile", metavar="NAME", help=_("How carefully clerks write."))
    ] = "typical",
    mappings: MappingsOption = None,
    lang: LangOption = _LANG,
) -> None:
    """Simulate deliveries."""
    del lang
    with _working():
        from reconcile import pipeline
        from reconcile.simulate import SimulationOptions

        options = SimulationOptions(deliveries=deliveries, profile=profile, mappings=mappings)
        pipeline.simulate_deliveries(out, entries, seed, options)
    typer.echo(_("Written: {path}", path=out))


@app.command(
    cls=_Command,
    help=_("Link the records of any table of persons; several tables are linked with each other."),
    epilog=_example("reconcile link persons.csv --model febrl --out clusters.csv"),
)
def link(
    tables: Annotated[
        list[Path], typer.Argument(metavar="TABLE", help=_("Tables: .csv (UTF-8) or .parquet."))
    ],
    model: Annotated[
        Path,
        typer.Option(
            "--model",
            metavar="FILE",
            help=_("What is compared: a model file, or the name of a shipped one."),
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            metavar="FILE|-",
            help=_("The new csv, id and cluster per record; - for standard output."),
        ),
    ] = Path("clusters.csv"),
    identifier: Annotated[
        str,
        typer.Option("--id", metavar="COLUMN", help=_("Column of the ids, if not the model's.")),
    ] = "",
    mappings: MappingsOption = None,
    lang: LangOption = _LANG,
    quiet: QuietOption = False,
) -> None:
    """Link any table of persons."""
    del lang
    to_screen = str(out) == "-"
    with _working(quiet=quiet) as progress:
        from reconcile import pipeline

        linked = pipeline.link(
            LinkRequest(tuple(tables), model, None if to_screen else out, identifier, mappings),
            progress,
        )
    if quiet or to_screen:
        return
    typer.echo(
        _(
            "{records} records are {persons} persons; of {links} links about {false} are expected "
            "to be false.",
            records=len(linked.clusters),
            persons=linked.persons,
            links=linked.links,
            false=round(linked.expected_false),
        )
    )
    for path in (out, linked.fitted):
        typer.echo(_("Written: {path}", path=path))


def main() -> None:
    """Entry point of ``reconcile``."""
    for stream in (sys.stdout, sys.stderr):
        # Redirected into a file, Windows would write the letters of an old code page.
        if hasattr(stream, "reconfigure") and not stream.isatty():
            stream.reconfigure(encoding="utf-8")
    app(prog_name="reconcile")


if __name__ == "__main__":
    main()
