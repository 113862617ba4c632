"""Mapping files of the communes: which files they export, and what the columns mean.

A commune is one file ``communes/<id>.toml``; what holds for all of them (ditto marks, footers,
litter, code words) stands in ``importing.toml``. Reference: ``docs/reference/mapping-files.md``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from reconcile.config import RegisterType, check_field, read_mapping, read_toml
from reconcile.errors import MappingError, Problem, Problems
from reconcile.importers.labels import ditto_key, label_key, name_key
from reconcile.importers.schema import Codes, CommuneMapping, Importing, TableMapping

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True)
class TablePlan:
    """A table mapping, ready to be applied.

    Attributes:
        commune: mapping id of the commune.
        table: the mapping itself.
        register_type: register type of the rows.
        fields: key of a header -> field.
        labels: field -> header as the mapping writes it, for messages.
        aliases: key of a header's part -> key of the part that the mapping writes.
        foreign: keys that are headers of other tables, never misspellings of this one's.
        required: fields without which the file cannot be used.
        principal_names: for each principal role the fields that hold its name.
        codes: field -> key of a code or word -> standard code word.
        footers: one regular expression for all footer cells.
        totals: one for the short names that are a total beside nothing but figures.
        seen: addresses of columns met so far -> their keys; books repeat them by the hundred.
    """

    commune: str
    table: TableMapping
    register_type: RegisterType
    fields: dict[str, str]
    labels: dict[str, str]
    aliases: dict[str, str]
    foreign: frozenset[str]
    required: tuple[str, ...]
    principal_names: tuple[tuple[str, ...], ...]
    codes: dict[str, dict[str, str]]
    footers: re.Pattern[str] | None
    totals: re.Pattern[str] | None
    seen: dict[tuple[str, ...], list[str]] = field(default_factory=dict, compare=False)

    @property
    def reference(self) -> str:
        """Commune and table, to name the mapping in a message."""
        return f"{self.commune}/{self.table.id}"

    def claims(self, name: str) -> bool:
        """Does the table claim a file of this name (without folders)."""
        key = name_key(name)
        return any(fnmatchcase(key, name_key(pattern)) for pattern in self.table.files)

    def expects_sheet(self, name: str) -> bool:
        """Must a sheet of this name be readable."""
        key = name_key(name)
        return any(fnmatchcase(key, name_key(pattern)) for pattern in self.table.sheets)


@dataclass(frozen=True)
class Mappings:
    """All that the importers know: communes, their tables, and what holds for all.

    Attributes:
        importing: what holds for every commune.
        communes: communes by id.
        plans: tables of each commune, by its id.
        ditto: folded ditto marks.
        no_value: keys of the words for "no value".
    """

    importing: Importing
    communes: dict[str, CommuneMapping]
    plans: dict[str, tuple[TablePlan, ...]]
    ditto: frozenset[str] = field(default_factory=frozenset)
    no_value: frozenset[str] = field(default_factory=frozenset)

    def communes_of(self, folder: str) -> list[str]:
        """Ids of the communes that a folder name means: one, none, or several that share it."""
        key = label_key(folder)
        return [
            commune.id
            for commune in self.communes.values()
            if key and key in map(label_key, (commune.id, commune.name, *commune.folder_aliases))
        ]

    def is_litter(self, name: str) -> bool:
        """Is a file or folder of this name known litter."""
        return any(fnmatchcase(name.lower(), pattern.lower()) for pattern in self.importing.litter)

    def is_table(self, name: str) -> bool:
        """Does a file name end like a file that holds a table."""
        return name.lower().rpartition(".")[2] in self.importing.table_suffixes

    def claimants(self, communes: list[str], name: str) -> list[TablePlan]:
        """Tables that claim a file of this name, among those of some communes."""
        return [plan for commune in communes for plan in self.plans[commune] if plan.claims(name)]


def load_mappings(folder: Path, register_types: dict[str, RegisterType]) -> Mappings:
    """Read ``importing.toml`` and ``communes/*.toml``.

    Args:
        folder: the mappings folder.
        register_types: register types by code.

    Raises:
        MappingError: a file is missing or does not fit, two have the same id, or one names a
            register type, unit, field, column, code word or encoding that does not exist.
    """
    importing = read_mapping(folder / "importing.toml", Importing)
    units = _commune_units(folder)
    communes: dict[str, CommuneMapping] = {}
    for path in sorted((folder / "communes").glob("*.toml")):
        commune = read_mapping(path, CommuneMapping)
        problems = _problems(commune, register_types, importing.codes)
        if commune.unit not in units:
            known = ", ".join(units)
            problems.append(
                Problem(
                    "unit: there is no commune '{unit}' in units.toml; known are {known}",
                    unit=commune.unit,
                    known=known,
                )
            )
        if commune.id in communes:
            problems.append(Problem("the id {id} is defined twice", id=commune.id))
        if problems:
            raise MappingError(
                "{file}: {problems}.", file=f"communes/{path.name}", problems=Problems(problems)
            )
        communes[commune.id] = commune
    if not communes:
        raise MappingError("{file}: no commune is defined.", file="communes/")
    return Mappings(
        importing=importing,
        communes=communes,
        plans=_plans(communes, importing, register_types),
        ditto=frozenset(ditto_key(mark) for mark in importing.ditto),
        no_value=frozenset(label_key(word) for word in importing.no_value),
    )


def _commune_units(folder: Path) -> list[str]:
    """Ids of the communes of ``units.toml``; standardising checks the rest of that file."""
    units = read_toml(folder / "units.toml").get("unit", [])
    return [
        str(unit.get("id", ""))
        for unit in (units if isinstance(units, list) else [])
        if isinstance(unit, dict) and unit.get("kind") == "commune"
    ]


def _problems(
    commune: CommuneMapping, register_types: dict[str, RegisterType], codes: Codes
) -> list[str]:
    ids = [table.id for table in commune.tables]
    problems: list[str] = [
        Problem("table '{name}' is defined twice", name=name)
        for name in sorted({*ids})
        if ids.count(name) > 1
    ]
    for table in commune.tables:
        register_type = register_types.get(table.register_type)
        if register_type is None:
            found: list[str] = [
                Problem("there is no register type '{code}'", code=table.register_type)
            ]
        else:
            found = _table_problems(table, register_type)
        found += _code_problems(table.codes, codes)
        problems += [
            Problem("{place}: {problem}", place=table.id, problem=problem) for problem in found
        ]
    return problems


def _table_problems(table: TableMapping, register_type: RegisterType) -> list[str]:
    columns = _columns(table, register_type)
    used = [*columns.values(), *table.required, *table.defaults, *table.no_ditto]
    problems = [text for name in used if (text := check_field(name, register_type))]
    if not columns:
        problems.append(Problem("it has no columns; give columns or set template = true"))
    seen: dict[str, str] = {}
    for label in columns:
        other = seen.setdefault(label_key(label), label)
        if other != label:
            problems.append(
                Problem(
                    "the columns '{one}' and '{other}' cannot be told apart", one=other, other=label
                )
            )
    problems += [
        Problem("the alias '{alias}' is a column itself", alias=alias)
        for alias in table.aliases
        if label_key(alias) in seen
    ]
    mapped = set(columns.values())
    problems += [
        Problem("the required field {name} has no column", name=name)
        for name in table.required
        if name not in mapped
    ]
    return problems


def _code_problems(codes: Codes, known: Codes) -> list[str]:
    """Code words of a table that ``importing.toml`` does not give to the same attribute."""
    problems: list[str] = []
    for owner, words in codes.items():
        standard = {*known.get(owner.rpartition(".")[2], {}).values()} | {""}
        unknown = sorted({*words.values()} - standard)
        if unknown and len(standard) > 1:
            problems.append(
                Problem(
                    "codes.{owner}: unknown code words {unknown}; known are {known}",
                    owner=owner,
                    unknown=", ".join(unknown),
                    known=", ".join(sorted(standard - {""})),
                )
            )
    return problems


def _columns(table: TableMapping, register_type: RegisterType) -> dict[str, str]:
    return (register_type.template if table.template else {}) | table.columns


def _plans(
    communes: dict[str, CommuneMapping],
    importing: Importing,
    register_types: dict[str, RegisterType],
) -> dict[str, tuple[TablePlan, ...]]:
    vocabulary = frozenset(
        label_key(label)
        for commune in communes.values()
        for table in commune.tables
        for label in _columns(table, register_types[table.register_type])
    )
    return {
        commune.id: tuple(
            _plan(commune.id, table, importing, (register_types[table.register_type], vocabulary))
            for table in commune.tables
        )
        for commune in communes.values()
    }


def _plan(
    commune: str,
    table: TableMapping,
    importing: Importing,
    context: tuple[RegisterType, frozenset[str]],
) -> TablePlan:
    register_type, vocabulary = context
    columns = _columns(table, register_type)
    fields = {label_key(label): name for label, name in columns.items()}
    names = _principal_names(register_type, set(columns.values()))
    return TablePlan(
        commune=commune,
        table=table,
        register_type=register_type,
        fields=fields,
        labels={name: label for label, name in reversed(columns.items())},
        aliases={label_key(old): label_key(new) for old, new in table.aliases.items()},
        foreign=vocabulary - set(fields),
        required=table.required or _required(names, set(columns.values())),
        principal_names=names,
        codes=_codes(set(columns.values()) | set(table.defaults), importing.codes, table.codes),
        footers=_one_of([*importing.footers, *table.footers]),
        totals=_one_of(importing.totals),
    )


def _one_of(patterns: Sequence[str]) -> re.Pattern[str] | None:
    """One regular expression for several; None for none."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns)) if patterns else None


def _principal_names(register_type: RegisterType, mapped: set[str]) -> tuple[tuple[str, ...], ...]:
    parts = ("name", "name_leading", "name_given")
    return tuple(
        tuple(f"{role}.{part}" for part in parts if f"{role}.{part}" in mapped)
        for role in register_type.principals
    )


def _required(names: tuple[tuple[str, ...], ...], mapped: set[str]) -> tuple[str, ...]:
    wanted = [name for fields in names for name in fields]
    wanted += ["entry.number", "entry.registration_date"]
    return tuple(name for name in wanted if name in mapped)


def _codes(fields: set[str], *layers: Codes) -> dict[str, dict[str, str]]:
    """Code words of each field: later layers outrank earlier ones, a field its attribute."""
    words: dict[str, dict[str, str]] = {}
    for name in sorted(fields):
        merged: dict[str, str] = {}
        for owner in (name.partition(".")[2], name):
            for layer in layers:
                merged |= {label_key(old): new for old, new in layer.get(owner, {}).items()}
        if merged:
            words[name] = merged
    return words
