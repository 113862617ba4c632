"""Mapping files: where they are, how they are read, and what all stages need of them.

Knowledge is data (P10): communes, columns, codes, units, rules, names and the matching model stand
in readable files under ``mappings/``. The schema of a file that only one stage needs lives beside
that stage; here are the reader that they all use, and register types, communes and office settings.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from reconcile.errors import MappingError, Problem, Problems
from reconcile.model import ENTRY_ATTRIBUTES, ROLE_ATTRIBUTES, ConflictKind, Relation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic_core import ErrorDetails

_PACKAGE: Final = Path(__file__).resolve().parent


class Strict(BaseModel):
    """Base of every mapping schema: unknown keys are errors, objects do not change."""

    model_config = ConfigDict(frozen=True, extra="forbid")


_Schema = TypeVar("_Schema", bound=BaseModel)


def _shipped(name: str) -> Path:
    """A folder that stands at the top level of a checkout and inside the package in a wheel."""
    for place in (_PACKAGE / name, _PACKAGE.parent / name):
        if place.is_dir():
            return place
    raise MappingError(
        "The folder {folder} is missing from the installation; install the toolkit again.",
        folder=name,
    )


def mappings_folder(override: Path | None = None) -> Path:
    """The folder of mapping files.

    Args:
        override: folder given by ``--mappings``.

    Raises:
        MappingError: the folder does not exist.
    """
    if override is None:
        return _shipped("mappings")
    if not override.is_dir():
        raise MappingError("The mappings folder {folder} does not exist.", folder=str(override))
    return override


def samples_folder() -> Path:
    """The folder of sample exports that ``demo`` works on."""
    return _shipped("sample_exports")


def read_toml(path: Path) -> dict[str, Any]:
    """Read one TOML file.

    Raises:
        MappingError: the file is missing, is not UTF-8 or is not TOML; says file and place.
    """
    try:
        # Notepad begins UTF-8 files with a byte order mark, which TOML does not know.
        return tomllib.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf").decode("utf-8"))
    except OSError as error:
        raise MappingError(
            "{file}: cannot be read ({reason}).", file=path.name, reason=error.strerror
        ) from error
    except UnicodeDecodeError as error:
        raise MappingError(
            "{file}: is not saved as UTF-8. Save it again with the encoding UTF-8.", file=path.name
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise MappingError(
            "{file}: is not valid TOML {place}. Check quotation marks, brackets and signs of "
            "equality there.",
            file=path.name,
            place=place_in_toml(error),
        ) from error


def place_in_toml(error: tomllib.TOMLDecodeError) -> Problem:
    """Where a TOML file cannot be read, out of the parser's message."""
    found = re.search(r"line (\d+), column (\d+)", str(error))
    if not found:
        return Problem("at its end")
    return Problem("in line {line}, column {column}", line=found[1], column=found[2])


def read_mapping(path: Path, schema: type[_Schema]) -> _Schema:
    """Read one mapping file into its schema.

    Args:
        path: the TOML file.
        schema: pydantic class that it must fit.

    Raises:
        MappingError: the file does not fit; lists every key that is wrong, not only the first.
    """
    data = read_toml(path)
    try:
        return schema.model_validate(data)
    except ValidationError as error:
        raise MappingError(
            "{file}: {problems}.", file=f"{path.parent.name}/{path.name}", problems=misfits(error)
        ) from error


def misfits(error: ValidationError) -> Problems:
    """Everything in which a file does not fit its schema."""
    return Problems(map(_misfit, error.errors(include_url=False, include_input=False)))


def _misfit(problem: ErrorDetails) -> Problem:
    """One thing in which a file does not fit its schema, in words of the field."""
    kind, said = problem["type"], problem.get("ctx", {})
    place = ".".join(map(str, problem["loc"])) or "(file)"
    if kind == "value_error" and isinstance(said.get("error"), ValueError):
        return Problem("{place}: {problem}", place=place, problem=said["error"].args[0])
    if "expected" in said:
        said = said | {"expected": said["expected"].replace(" or ", ", ")}
    template = _MISFITS.get(kind)
    if not template:
        return Problem("{place}: {problem}", place=place, problem=problem["msg"])
    return Problem(template, place=place, **said)


# What pydantic calls a misfit -> what is read of it; the placeholders are pydantic's.
_MISFITS: Final = {
    "missing": "{place}: is missing; add it",
    "extra_forbidden": "{place}: is not known here; check how it is spelled",
    "literal_error": "{place}: must be one of: {expected}",
    "string_pattern_mismatch": "{place}: does not have the form {pattern}",
    "greater_than": "{place}: must be greater than {gt}",
    "greater_than_equal": "{place}: must be {ge} or more",
    "less_than": "{place}: must be less than {lt}",
    "less_than_equal": "{place}: must be {le} or less",
    "too_short": "{place}: needs at least {min_length} value(s)",
    "string_too_short": "{place}: needs at least {min_length} character(s)",
    "string_too_long": "{place}: may have {max_length} character(s) at most",
    "string_type": "{place}: must be a text in quotation marks",
    "tuple_type": "{place}: must be a list in square brackets",
    "list_type": "{place}: must be a list in square brackets",
    "dict_type": "{place}: must be a table",
    "model_type": "{place}: must be a table",
    "model_attributes_type": "{place}: must be a table",
    "int_type": "{place}: must be a whole number",
    "int_parsing": "{place}: must be a whole number",
    "int_from_float": "{place}: must be a whole number",
    "float_type": "{place}: must be a number",
    "float_parsing": "{place}: must be a number",
    "bool_type": "{place}: must be true or false",
    "bool_parsing": "{place}: must be true or false",
    "date_type": "{place}: must be a date, as 2025-07-01",
    "date_parsing": "{place}: must be a date, as 2025-07-01",
    "date_from_datetime_parsing": "{place}: must be a date, as 2025-07-01",
}


def mapping_files(folder: Path) -> Iterator[Path]:
    """All mapping files below a folder, in a fixed order."""
    return iter(
        sorted(folder.rglob("*.toml"), key=lambda path: path.relative_to(folder).as_posix())
    )


def mappings_digest(folder: Path) -> str:
    """SHA-256 over names and bytes of all mapping files, for the run manifest."""
    digest = hashlib.sha256()
    for path in mapping_files(folder):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


# -- register types -----------------------------------------------------------------------------


class Role(Strict):
    """One role of a register type.

    Attributes:
        name: the role: ``child``, ``mother``, …
        vi: its name in Vietnamese.
        en: its name in English.
        principal: the entry is about this person.
        acts: this person must have been alive on the day of registration.
        acts_when: overrides ``acts``: entry attribute -> standard codes with which the role acts.
        sex: ``M`` or ``F`` where the role says the sex.
        distinct: is another human than every other distinct role of the entry.
        passage: ``birth`` or ``death`` where a person passes through it only once.
    """

    name: str = Field(pattern=r"^[a-z_]+$")
    vi: str
    en: str
    principal: bool = False
    acts: bool = False
    acts_when: dict[str, tuple[str, ...]] = {}
    sex: Literal["", "M", "F"] = ""
    distinct: bool = True
    passage: Literal["", "birth", "death"] = ""


class KinRule(Strict):
    """What one role is to another: ``relative`` is the ``relation`` of ``of``.

    Attributes:
        of: role of the person.
        relative: role of the relative.
        relation: father, mother, partner or child; ``parent`` is read as father or mother by the
            relative's sex, or by ``recognition_kind``.
    """

    of: str
    relative: str
    relation: Literal["father", "mother", "partner", "child", "parent"]


class RegisterType(Strict):
    """One register type: its roles, what they imply, and the Ministry's columns for it.

    Attributes:
        code: KS, KH, KT, CMC, HN or one that an office adds.
        vi: name in Vietnamese.
        en: name in English.
        event: word for what happened: birth, marriage, death, recognition, certificate.
        event_field: field with the event's date; where a type has none, or it is not a passage of
            a principal, the registration date stands in (ADR 0011).
        event_once: two entries with the same principal persons are one event.
        roles: the roles.
        kin: family relations between the roles.
        template: Ministry's column code -> field, in the template's order.
    """

    code: str = Field(pattern=r"^[A-Z]{2,8}$")
    vi: str
    en: str
    event: str
    event_field: str = ""
    event_once: bool = False
    roles: tuple[Role, ...]
    kin: tuple[KinRule, ...] = ()
    template: dict[str, str] = {}

    def role(self, name: str) -> Role:
        """The role of that name; ``KeyError`` if there is none."""
        for role in self.roles:
            if role.name == name:
                return role
        raise KeyError(name)

    @property
    def principals(self) -> tuple[str, ...]:
        """Names of the roles that the entry is about."""
        return tuple(role.name for role in self.roles if role.principal)


def check_field(field: str, register_type: RegisterType) -> str:
    """What is wrong with a field name in a mapping, empty if nothing is.

    Args:
        field: ``entry.attribute``, ``role.attribute`` or ``extra.anything``.
        register_type: the register type whose roles it may name.
    """
    owner, _, attribute = field.partition(".")
    if owner == "extra" and attribute:
        return ""
    if owner == "entry":
        known = attribute in ENTRY_ATTRIBUTES
        return "" if known else Problem("unknown entry attribute '{name}'", name=attribute)
    if owner not in {role.name for role in register_type.roles}:
        return Problem("{code} has no role '{name}'", code=register_type.code, name=owner)
    known = attribute in ROLE_ATTRIBUTES
    return "" if known else Problem("unknown role attribute '{name}'", name=attribute)


def load_register_types(folder: Path) -> dict[str, RegisterType]:
    """Read ``register_types/*.toml``.

    Args:
        folder: the mappings folder.

    Returns:
        Register types by code.

    Raises:
        MappingError: none is there, one does not fit, or names a role or field that does not exist.
    """
    types: dict[str, RegisterType] = {}
    for path in sorted((folder / "register_types").glob("*.toml")):
        register_type = read_mapping(path, RegisterType)
        problems = _problems(register_type)
        if register_type.code in types:
            problems.append(Problem("the code {code} is defined twice", code=register_type.code))
        if problems:
            raise MappingError(
                "{file}: {problems}.",
                file=f"register_types/{path.name}",
                problems=Problems(problems),
            )
        types[register_type.code] = register_type
    if not types:
        raise MappingError("{file}: no register type is defined.", file="register_types/")
    return types


def _problems(register_type: RegisterType) -> list[str]:
    names = [role.name for role in register_type.roles]
    problems: list[str] = [
        Problem("role '{name}' is defined twice", name=name)
        for name in sorted(set(names))
        if names.count(name) > 1
    ]
    for rule in register_type.kin:
        problems += [
            Problem("kin: there is no role '{name}'", name=name)
            for name in (rule.of, rule.relative)
            if name not in names
        ]
    fields = [*register_type.template.values()]
    if register_type.event_field:
        fields.append(register_type.event_field)
    for field in fields:
        problem = check_field(field, register_type)
        if problem:
            problems.append(problem)
    if not register_type.principals:
        problems.append(Problem("no role is principal"))
    return problems


# -- communes and office ------------------------------------------------------------------------


class CommuneName(BaseModel):
    """What all stages need to know of a commune; the rest of its file belongs to the importers.

    Attributes:
        id: mapping id, also the name of its folder in a delivery: ``hiep_duc``.
        name: its name in Vietnamese.
        folder_aliases: other spellings of the folder's name that are understood.
        unit: unit id of the old commune in ``units.toml``.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str
    folder_aliases: tuple[str, ...] = ()
    unit: str


def load_commune_names(folder: Path) -> dict[str, CommuneName]:
    """Read id, name and unit of every ``communes/*.toml``, by id.

    Raises:
        MappingError: none is there, one does not fit, or two have the same id.
    """
    communes: dict[str, CommuneName] = {}
    for path in sorted((folder / "communes").glob("*.toml")):
        commune = read_mapping(path, CommuneName)
        if commune.id in communes:
            raise MappingError(
                "{file}: {problems}.",
                file=f"communes/{path.name}",
                problems=Problem("the id {id} is defined twice", id=commune.id),
            )
        communes[commune.id] = commune
    if not communes:
        raise MappingError("{file}: no commune is defined.", file="communes/")
    return communes


class Matter(StrEnum):
    """What a decision can touch beside its kind of conflict, for ``second_officer``."""

    HARD_RULE = "hard_rule"
    DEATH = "death"
    MARRIAGE = "marriage"
    IDENTITY_NUMBER = "identity_number"


class Office(Strict):
    """Settings of one office, ``office.toml``.

    Attributes:
        name: name of the new commune's office, shown in outputs.
        unit: unit id of the new commune.
        false_link_bound: highest estimated share of false links among automatic ones (P3).
        gone_share: share of what the preceding full export of a commune and register type had
            that may be gone from a full export before a run stops.
        gone_least: fewer entries gone than this stop a run only where it is half of them.
        gone_half: from this many on, a run stops where half of the entries or more are gone.
        second_officer: kinds of conflicts and :class:`Matter` whose decisions bind only once a
            second officer has taken the same.
        quality_control_share: share of automatic links put to an officer as a sample.
    """

    name: str
    unit: str
    false_link_bound: float = Field(default=0.001, gt=0, lt=0.5)
    gone_share: float = Field(default=0.05, gt=0, le=1)
    gone_least: int = Field(default=10, ge=1)
    gone_half: int = Field(default=3, ge=1)
    second_officer: tuple[str, ...] = ()
    quality_control_share: float = Field(default=0.0, ge=0, le=1)

    @field_validator("second_officer")
    @classmethod
    def _known(cls, wanted: tuple[str, ...]) -> tuple[str, ...]:
        known = {*map(str, ConflictKind), *map(str, Matter)}
        for name in wanted:
            if name not in known:
                raise ValueError(f"{name!r} is none of {', '.join(sorted(known))}")
        return wanted

    def is_too_much_gone(self, gone: int, total: int) -> bool:
        """Whether a run must stop: a wrong file or a truncated export is likelier than that.

        Args:
            gone: entries of a commune's register type that a full export lacks.
            total: entries that the full export before it had.
        """
        if gone >= self.gone_half and 2 * gone >= total and self.gone_share < 1:
            return True
        return gone >= self.gone_least and gone > self.gone_share * total


def load_office(folder: Path) -> Office:
    """Read ``office.toml``."""
    return read_mapping(folder / "office.toml", Office)


def relation_of(rule: KinRule, relative_sex: str) -> Relation | None:
    """The relation that a kin rule gives, its ``parent`` read by the relative's sex.

    Returns:
        The relation; None where a parent's sex is not known.
    """
    if rule.relation != "parent":
        return Relation(rule.relation)
    return {"M": Relation.FATHER, "F": Relation.MOTHER}.get(relative_sex)
