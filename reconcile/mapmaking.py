"""What can be done with the mapping of a commune: write a first one, hold one against files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from reconcile import config, importers, mapping
from reconcile.errors import Problem, Problems, UsageError
from reconcile.files import write_new
from reconcile.importers.labels import label_key
from reconcile.importers.mapping import Mappings, load_mappings
from reconcile.mapping.looks import LOOKS, load_looks
from reconcile.mapping.proposal import Knowing
from reconcile.mapping.vocabulary import Certainty, tokens
from reconcile.mapping.writing import Codes, Commune
from reconcile.report.chapters import Chapter
from reconcile.requests import MappingRequest, Told
from reconcile.standardise.knowledge import load_knowledge
from reconcile.text.attention import worded
from reconcile.text.language import translate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from reconcile.config import RegisterType
    from reconcile.mapping import Proposal, TableCheck
    from reconcile.mapping.proposal import ProposedTable

_FAULTS: Final = {
    "column_unknown": "a column that the mapping does not know",
    "header_guessed": "a header that is one letter off; write it into aliases",
    "column_missing": "a column that the files do not have",
    "column_empty": "a column that is always empty",
    "code_unknown": "words of codes that are not translated",
    "looks_like": "values that look like something else: {look}",
}
"""What a check can find -> the message that says so."""

_FEW: Final = 3  # files of which it is said why nothing could be made of them


# -- a first mapping ------------------------------------------------------------------------------


def new(request: MappingRequest) -> Told:
    """Write a first mapping for files that no mapping claims.

    Args:
        request: the files, the commune's name and where the mapping goes.

    Returns:
        What was recognised in each kind of file, and what nothing could be made of.

    Raises:
        UsageError: a file does not exist, nothing was recognised, or the mapping exists already.
    """
    folder, register_types, mappings = _known(request.mappings)
    files = _files(request.sources, mappings)
    knowing = Knowing(
        vocabulary=mapping.load_vocabulary(folder, mappings),
        looks=load_looks(folder, mappings.no_value),
        register_types=register_types,
        limits=mappings.importing.limits,
    )
    proposal = mapping.propose(files, knowing)
    if not proposal.tables:
        raise UsageError(
            "In none of the {count} file(s) was a table of a civil-status book recognised. {why}",
            count=len(files),
            why=Problems(Problem(one.template, **one.values) for one in proposal.left_out[:_FEW]),
        )
    commune = _commune(request, folder, files)
    text = mapping.write_mapping(
        proposal.tables, commune, (register_types, _codes(mappings)), request.language
    )
    target = request.target(commune.id)
    if target is None:
        return Told(text, ())
    write_new(target, text.encode())
    return Told(
        translate("A first mapping of {name}", request.language, name=commune.name),
        tuple(_proposed(proposal, register_types, request.language)),
    )


def _files(sources: Sequence[Path], mappings: Mappings) -> list[Path]:
    """Files that are named, and those in folders that are named but for litter."""
    found: list[Path] = []
    for source in sources:
        if source.is_dir():
            inside = sorted(path for path in source.rglob("*") if path.is_file())
            found += [path for path in inside if not mappings.is_litter(path.name)]
        elif source.is_file():
            found.append(source)
        else:
            raise UsageError("There is no file or folder {file}.", file=str(source))
    return found


def _known(override: Path | None) -> tuple[Path, dict[str, RegisterType], Mappings]:
    folder = config.mappings_folder(override)
    register_types = config.load_register_types(folder)
    return folder, register_types, load_mappings(folder, register_types)


def _commune(request: MappingRequest, folder: Path, files: Sequence[Path]) -> Commune:
    """The commune that files are of: by the name given, else by the folder that they stand in."""
    name = request.name or files[0].resolve().parent.name
    units = config.read_toml(folder / "units.toml").get("unit", [])
    wanted = tokens(name)
    return Commune(
        id="_".join(wanted) or "commune",
        name=name,
        units=tuple(
            str(unit["id"])
            for unit in (units if isinstance(units, list) else [])
            if unit.get("kind") == "commune" and tokens(str(unit.get("name", ""))) == wanted
        ),
    )


def _codes(mappings: Mappings) -> Codes:
    codes = mappings.importing.codes
    return Codes(
        known={owner: frozenset(map(label_key, words)) for owner, words in codes.items()},
        standard={
            owner: tuple(dict.fromkeys(word for word in words.values() if word))
            for owner, words in codes.items()
        },
    )


def _proposed(
    proposal: Proposal, register_types: Mapping[str, RegisterType], language: str
) -> list[Chapter]:
    """What was recognised: a table of the kinds of files, and what was left out."""
    heads = ("register type", "files", "rows", "sure", "likely", "guessed", "doubtful", "unknown")
    chapters = [
        Chapter(
            title=translate("What was recognised", language),
            text=(
                translate(
                    "Read the file line by line: what is doubtful or was left out says CHECK or "
                    "is commented out. Then put it into mappings/communes and run: reconcile "
                    "mapping check",
                    language,
                ),
            ),
            headers=heads,
            lines=tuple(
                (
                    translate("{word}", language, word=worded(register_types, table.register_type)),
                    *map(str, (len(table.files), table.rows, *_sureness(table))),
                )
                for table in proposal.tables
            ),
        )
    ]
    if proposal.left_out:
        chapters.append(
            Chapter(
                title=translate("What nothing could be made of", language),
                headers=("file", "sheet", "what"),
                words=3,
                lines=tuple(
                    (one.file, one.sheet, translate(one.template, language, **one.values))
                    for one in proposal.left_out
                ),
            )
        )
    return chapters


def _sureness(table: ProposedTable) -> list[int]:
    """How many columns are sure, likely, guessed, doubtful by their values, and unknown."""
    columns = table.columns
    used = [one for one in columns if one.meaning.field and not one.same_as]
    return [
        *(
            sum(one.meaning.certainty == certainty and not one.is_doubtful for one in used)
            for certainty in (Certainty.SURE, Certainty.LIKELY, Certainty.GUESSED)
        ),
        sum(one.is_doubtful for one in used),
        len(columns) - len(used),
    ]


# -- a mapping held against files -----------------------------------------------------------------


def check(request: MappingRequest, today: date) -> Told:
    """Say how complete mappings are: against deliveries, and by themselves.

    Args:
        request: deliveries; without one the mapping files alone are checked.
        today: the day of the run.

    Returns:
        A chapter for each table; ``refused`` where something has to be mended.

    Raises:
        MappingError: a mapping file is wrong.
        UsageError: a folder is no delivery.
    """
    folder, register_types, mappings = _known(request.mappings)
    load_knowledge(folder)  # a unit that was added must fit as well
    language = request.language
    if not request.sources:
        lines = [
            (commune, plan.table.id, plan.register_type.code, str(len(plan.fields)))
            for commune, plans in sorted(mappings.plans.items())
            for plan in plans
        ]
        columns = ("commune", "table", "register type", "columns")
        title = translate("The mapping files fit", language)
        return Told(title, (Chapter(title, headers=columns, lines=tuple(lines), words=3),))
    imported = importers.read_deliveries(
        list(request.sources),
        folder,
        register_types,
        importers.ImportOptions(kind="delta", date=None, today=today, skip_unreadable=True),
    )
    looks = load_looks(folder, mappings.no_value)
    checks = mapping.check_tables(imported, mappings, looks)
    chapters = [_checked(one, mappings, register_types, language) for one in checks]
    unclaimed = tuple(
        (f"{fault.delivery}/{fault.file}", fault.sheet, translate(
            fault.template, language, **dict(fault.values)))
        for fault in imported.unreadable
    )  # fmt: skip
    if unclaimed:
        heads = ("file", "sheet", "what")
        title = translate("Files that cannot be used", language)
        chapters.append(Chapter(title, headers=heads, lines=unclaimed, words=3))
    return Told(translate("How complete the mappings are", language), tuple(chapters))


def _checked(
    found: TableCheck,
    mappings: Mappings,
    register_types: Mapping[str, RegisterType],
    language: str,
) -> Chapter:
    commune = mappings.communes[found.commune].name
    kind = worded(register_types, found.register_type)
    words = translate("{word}", language, word=kind)
    told = translate("{files} file(s), {rows} rows.", language, files=found.files, rows=found.rows)
    if not found.files:
        told = translate("No file of it was delivered.", language)
    elif not found.faults:
        told += " " + translate("Nothing is left to do.", language)
    return Chapter(
        title=f"{commune} · {words} ({found.table})",
        text=(told,),
        headers=("column", "what", "detail", "count") if found.faults else (),
        lines=tuple(
            (column, _said(what, detail, language), _detail(what, detail), str(count))
            for what, column, detail, count in found.faults
        ),
        words=3,
    )


def _said(what: str, detail: str, language: str) -> str:
    return translate(_FAULTS[what], language, look=translate(LOOKS.get(detail, detail), language))


def _detail(what: str, detail: str) -> str:
    return "" if what == "looks_like" else detail
