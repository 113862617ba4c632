"""Schema of ``mappings/expectations/*.toml``: a suite of great-expectations per register type."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Final

from pydantic import Field

from reconcile.config import RegisterType, Strict, read_mapping
from reconcile.errors import MappingError
from reconcile.model import Severity
from reconcile.validate.wide import check_column

if TYPE_CHECKING:
    from collections.abc import Container, Mapping
    from pathlib import Path

_COLUMN_ARGUMENTS: Final = ("column", "column_A", "column_B", "column_list")

Scalar = str | int | float | bool | datetime.date
Argument = Scalar | tuple[Scalar, ...]


class Expectation(Strict):
    """One expectation.

    Attributes:
        id: stable id of the rule, unique in its suite: ``KS-01``.
        code: code of the finding where it fails; sentence, law and severity are in ``findings/``.
        type: name of the expectation in great-expectations.
        arguments: its arguments. Columns are named as :mod:`reconcile.validate.wide` says; a date
            stands for the number of its day, as date columns hold it.
        field: field that the finding points at, ``role.attribute`` or ``entry.attribute``.
        when: column -> values; the expectation speaks only of lines that have one of them.
        present: columns that must have a value for the expectation to speak of a line.
        severity: overrides the finding's own.
    """

    id: str = Field(pattern=r"^[A-Z]{2,8}-\d{2,3}$")
    code: str
    type: str = Field(pattern=r"^expect_[a-z_]+$")
    arguments: dict[str, Argument]
    field: str = ""
    when: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    present: tuple[str, ...] = ()
    severity: Severity | None = None

    def columns(self) -> tuple[str, ...]:
        """All columns that it names, each once, in the order of its arguments."""
        named: dict[str, None] = {}
        for argument in _COLUMN_ARGUMENTS:
            named.update(dict.fromkeys(map(str, _many(self.arguments.get(argument, ())))))
        return tuple(named | dict.fromkeys([*self.when, *self.present]))

    def renamed(self, names: Mapping[str, str]) -> Expectation:
        """The same rule about columns of other names.

        Args:
            names: present name -> other name of every column.
        """
        columns: dict[str, Argument] = {}
        for argument in self.arguments.keys() & set(_COLUMN_ARGUMENTS):
            value = self.arguments[argument]
            others = tuple(names[str(column)] for column in _many(value))
            columns[argument] = others if isinstance(value, tuple) else others[0]
        return self.model_copy(
            update={
                "arguments": self.arguments | columns,
                "when": {names[column]: values for column, values in self.when.items()},
                "present": tuple(names[column] for column in self.present),
            }
        )


def _many(value: Argument) -> tuple[Scalar, ...]:
    return value if isinstance(value, tuple) else (value,)


class Suite(Strict):
    """The expectations of one register type.

    Attributes:
        register_type: code of the register type.
        version: counted up with every change of meaning.
        expectation: the expectations.
    """

    register_type: str
    version: int = Field(ge=1)
    expectation: tuple[Expectation, ...]


def load_suites(
    mappings: Path, register_types: Mapping[str, RegisterType], codes: Container[str]
) -> dict[str, Suite]:
    """Read ``expectations/*.toml``.

    Args:
        mappings: the mappings folder.
        register_types: register types by code.
        codes: codes of findings that exist.

    Returns:
        Suites by register type; a register type without a suite has no tabular rules.

    Raises:
        MappingError: a file does not fit, or names a register type, a column or a finding that
            does not exist, or a rule id twice.
    """
    suites: dict[str, Suite] = {}
    for path in sorted((mappings / "expectations").glob("*.toml")):
        suite = read_mapping(path, Suite)
        problems = _problems(suite, register_types, codes)
        if suite.register_type in suites:
            problems.append(f"{suite.register_type} has two suites")
        if problems:
            raise MappingError(
                "{file}: {problems}.",
                file=f"expectations/{path.name}",
                problems="; ".join(problems),
            )
        suites[suite.register_type] = suite
    return suites


def _problems(
    suite: Suite, register_types: Mapping[str, RegisterType], codes: Container[str]
) -> list[str]:
    register_type = register_types.get(suite.register_type)
    if register_type is None:
        return [f"there is no register type {suite.register_type!r}"]
    problems = []
    seen: set[str] = set()
    for rule in suite.expectation:
        if rule.id in seen:
            problems.append(f"the rule {rule.id} is defined twice")
        seen.add(rule.id)
        if rule.code not in codes:
            problems.append(f"{rule.id}: there is no finding {rule.code!r}")
        if not _is_plain(rule.arguments.get("regex", "")):
            problems.append(f"{rule.id}: the regex is wrong or captures a group; write (?:…)")
        for column in sorted(rule.columns()):
            problem = check_column(column, register_type)
            if problem:
                problems.append(f"{rule.id}: {problem}")
    return problems


def _is_plain(regex: Argument) -> bool:
    """Whether it is a regular expression without capturing groups, of which pandas would warn."""
    try:
        return re.compile(str(regex)).groups == 0
    except re.error:
        return False
