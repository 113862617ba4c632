"""Mapping files: where they are, how they are read, and what all stages need of them.

Knowledge is data (P10): communes, columns, codes, units, rules, names and the matching model stand
in readable files under ``mappings/``. The schema of a file that only one stage needs lives beside
that stage; here are the reader that they all use, and register types, communes and office settings.
"""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reconcile.errors import MappingError
from reconcile.model import ENTRY_ATTRIBUTES, ROLE_ATTRIBUTES, Relation

if TYPE_CHECKING:
    from collections.abc import Iterator

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
        with path.open("rb") as stream:
            return tomllib.load(stream)
    except OSError as error:
        raise MappingError(
            "{file}: cannot be read ({reason}).", file=path.name, reason=error.strerror
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(
            "{file}: is not valid TOML: {reason}.", file=path.name, reason=str(error)
        ) from error


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
        problems = "; ".join(
            f"{'.'.join(str(part) for part in problem['loc']) or '(file)'}: {problem['msg']}"
            for problem in error.errors(include_url=False, include_input=False)
        )
        raise MappingError(
            "{file}: {problems}.", file=f"{path.parent.name}/{path.name}", problems=problems
        ) from error


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
        return "" if attribute in ENTRY_ATTRIBUTES else f"unknown entry attribute {attribute!r}"
    if owner not in {role.name for role in register_type.roles}:
        return f"{register_type.code} has no role {owner!r}"
    return "" if attribute in ROLE_ATTRIBUTES else f"unknown role attribute {attribute!r}"


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
            problems.append(f"the code {register_type.code} is defined twice")
        if problems:
            raise MappingError(
                "{file}: {problems}.",
                file=f"register_types/{path.name}",
                problems="; ".join(problems),
            )
        types[register_type.code] = register_type
    if not types:
        raise MappingError("{file}: no register type is defined.", file="register_types/")
    return types


def _problems(register_type: RegisterType) -> list[str]:
    names = [role.name for role in register_type.roles]
    problems = [
        f"role {name!r} is defined twice" for name in sorted(set(names)) if names.count(name) > 1
    ]
    for rule in register_type.kin:
        problems += [
            f"kin: there is no role {name!r}"
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
        problems.append("no role is principal")
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
                problems=f"the id {commune.id} is defined twice",
            )
        communes[commune.id] = commune
    if not communes:
        raise MappingError("{file}: no commune is defined.", file="communes/")
    return communes


class Office(Strict):
    """Settings of one office, ``office.toml``.

    Attributes:
        name: name of the new commune's office, shown in outputs.
        unit: unit id of the new commune.
        false_link_bound: highest estimated share of false links among automatic ones (P3).
        gone_share: share of a register type that may be gone from a full export of its commune
            before a run stops.
        gone_least: fewer entries gone than this stop a run only where it is half of them.
        gone_half: from this many on, a run stops where half of the entries or more are gone.
        second_officer: conflict kinds that need a second officer's decision.
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

    def is_too_much_gone(self, gone: int, total: int) -> bool:
        """Whether a run must stop: a wrong file or a truncated export is likelier than that.

        Args:
            gone: entries of a commune's register type that a full export lacks.
            total: entries that it should have had.
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
