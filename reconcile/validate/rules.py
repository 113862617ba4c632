"""Schema of ``mappings/civil_status.toml``: rules over the dates and numbers of one entry.

A moment is ``entry.registered``, ``entry.event``, ``<role>.birth`` or ``<role>.death``; it is an
interval of days, as exact as the source knows it. ``*`` stands for every role of the register type.
"""

from __future__ import annotations

import datetime
from itertools import chain
from typing import TYPE_CHECKING, Final

from pydantic import Field

from reconcile.config import RegisterType, Strict, read_mapping
from reconcile.errors import MappingError
from reconcile.model import Severity
from reconcile.validate.wide import check_column

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping
    from pathlib import Path

FILE: Final = "civil_status.toml"


class Rule(Strict):
    """What all rules have.

    Attributes:
        id: stable id of the rule: ``LAW-01``.
        code: code of the finding where it is broken.
        register_types: where it holds.
        field: field that the finding points at; empty where the whole entry is meant.
        when: column -> values; the rule speaks only of entries that have one of them.
        severity: overrides the finding's own.
    """

    id: str = Field(pattern=r"^[A-Z]{2,8}-\d{2,3}$")
    code: str
    register_types: tuple[str, ...] = Field(min_length=1)
    field: str = ""
    when: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    severity: Severity | None = None

    def moments(self) -> tuple[str, ...]:
        """Moments that it names."""
        return ()

    def columns(self) -> tuple[str, ...]:
        """Columns that it names."""
        return tuple(self.when)


class Period(Rule):
    """A rule of law that holds for a time.

    Attributes:
        since: first day on which it held; from ever where empty.
        until: last day on which it held; for ever where empty.
        severity_partial: severity where a date is not known to the day.
    """

    since: datetime.date | None = None
    until: datetime.date | None = None
    severity_partial: Severity | None = None


class Order(Rule):
    """One moment cannot lie after another.

    Attributes:
        earlier: the moment that comes first, or on the same day.
        later: the moment that comes after it.
    """

    earlier: str
    later: str

    def moments(self) -> tuple[str, ...]:
        """Moments that it names."""
        return (self.earlier, self.later)


class Age(Period):
    """How old a person is at a moment; ``since`` and ``until`` are meant of that moment.

    Attributes:
        person: the role.
        at: the moment.
        least_years: completed years that the person has at least.
        plus_days: days beyond them; with 19 years, 1 day says "has entered the 20th year".
        most_years: completed years that the person has at most.
    """

    person: str
    at: str
    least_years: int | None = Field(default=None, ge=0, le=150)
    plus_days: int = Field(default=0, ge=0, le=366)
    most_years: int | None = Field(default=None, ge=0, le=150)

    def moments(self) -> tuple[str, ...]:
        """Moments that it names."""
        return (f"{self.person}.birth", self.at)


class Deadline(Period):
    """Registration within some days of the event; the period is meant of the registration.

    Attributes:
        event: moment from which the days count.
        days: how many days there are.
        on_time: codes of ``entry.registration_kind`` that say "on time".
        late: codes that say "late".
        code_early: code of the finding where an entry called late was on time.
    """

    event: str
    days: int = Field(ge=1)
    on_time: tuple[str, ...]
    late: tuple[str, ...]
    code_early: str

    def moments(self) -> tuple[str, ...]:
        """Moments that it names."""
        return (self.event, "entry.registered")


class Unequal(Rule):
    """Columns of which no two can be equal.

    Attributes:
        among: the columns.
    """

    among: tuple[str, ...] = Field(min_length=2)

    def columns(self) -> tuple[str, ...]:
        """Columns that it names."""
        return (*self.when, *self.among)


class NumberYear(Rule):
    """The 12-digit number says the year of birth.

    Attributes:
        person: the role.
    """

    person: str

    def moments(self) -> tuple[str, ...]:
        """Moments that it names."""
        return (f"{self.person}.birth",)

    def columns(self) -> tuple[str, ...]:
        """Columns that it names."""
        return (*self.when, f"{self.person}.cccd")


class Rules(Strict):
    """All rules over one entry.

    Attributes:
        version: counted up with every change of meaning.
        order: order of moments.
        age: ages at moments.
        deadline: deadlines of registration.
        unequal: values that two roles cannot share.
        number_year: numbers that say a year of birth.
    """

    version: int = Field(ge=1)
    order: tuple[Order, ...] = ()
    age: tuple[Age, ...] = ()
    deadline: tuple[Deadline, ...] = ()
    unequal: tuple[Unequal, ...] = ()
    number_year: tuple[NumberYear, ...] = ()

    def all(self) -> Iterator[Rule]:
        """Every rule, kind after kind."""
        return chain(self.order, self.age, self.deadline, self.unequal, self.number_year)


def bounds(moment: str) -> tuple[str, str, str]:
    """Columns of a moment: first day, last day, precision."""
    return f"{moment}_from", f"{moment}_to", f"{moment}_precision"


def load_rules(
    mappings: Path, register_types: Mapping[str, RegisterType], codes: Container[str]
) -> Rules:
    """Read ``civil_status.toml``.

    Args:
        mappings: the mappings folder.
        register_types: register types by code.
        codes: codes of findings that exist.

    Returns:
        The rules; rules of register types that the office does not have are an error too.

    Raises:
        MappingError: it does not fit, or names a register type, moment, column or finding that
            does not exist, or a rule id twice.
    """
    rules = read_mapping(mappings / FILE, Rules)
    problems = []
    seen: set[str] = set()
    for rule in rules.all():
        if rule.id in seen:
            problems.append(f"the rule {rule.id} is defined twice")
        seen.add(rule.id)
        problems += [f"{rule.id}: {text}" for text in _problems(rule, register_types, codes)]
    if problems:
        raise MappingError("{file}: {problems}.", file=FILE, problems="; ".join(problems))
    return rules


def _problems(
    rule: Rule, register_types: Mapping[str, RegisterType], codes: Container[str]
) -> list[str]:
    named = [rule.code] + ([rule.code_early] if isinstance(rule, Deadline) else [])
    problems = [f"there is no finding {code!r}" for code in named if code not in codes]
    columns = [*rule.columns(), *chain.from_iterable(map(bounds, rule.moments()))]
    for code in rule.register_types:
        if code not in register_types:
            problems.append(f"there is no register type {code!r}")
            continue
        first = register_types[code].roles[0].name  # what holds of one role's column holds of all
        checked = (
            check_column(column.replace("*", first), register_types[code]) for column in columns
        )
        problems += [problem for problem in checked if problem]
    return problems
