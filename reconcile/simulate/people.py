"""Persons and events as they truly are, before any clerk writes them down."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple


class Day(NamedTuple):
    """A date as far as it is known; 0 stands for an unknown month or day."""

    year: int
    month: int = 0
    day: int = 0


def whole_day(ordinal: int) -> Day:
    """A day known in full."""
    date = dt.date.fromordinal(ordinal)
    return Day(date.year, date.month, date.day)


@dataclass(slots=True, eq=False, repr=False)
class Person:
    """One invented human.

    Attributes:
        number: true identity; equal numbers are one person.
        sex: ``M`` or ``F``.
        born: ordinal of the true day of birth.
        surname: họ at birth.
        middle: đệm, empty or one or more syllables.
        given: tên.
        ethnic_group: dân tộc.
        commune: id of the commune where the person lives, empty outside the three.
        address: hamlet in the commune, or the whole place outside.
        home: quê quán: commune id and hamlet, or empty and a whole place.
        paper_born: day that the person's papers say; may differ from the birth entry.
        paper_name: name that the person's papers say, where it differs from the birth entry.
        cmnd: 9-digit numbers in the order of issue.
        personal_number: the 12-digit number.
        died: ordinal of the day of death, 0 while alive.
        left: ordinal of the day on which the person moved away for good, 0 if not.
        renamed: day from which another full name holds, and that name.
    """

    number: int
    sex: str
    born: int
    surname: str
    middle: str
    given: str
    ethnic_group: str
    commune: str
    address: str
    home: tuple[str, str]
    paper_born: int
    mother: Person | None = None
    father: Person | None = None
    partner: Person | None = None
    children: list[Person] = field(default_factory=list)
    marriages: int = 0
    cmnd: tuple[str, ...] = ()
    personal_number: str = ""
    died: int = 0
    left: int = 0
    renamed: tuple[int, str] | None = None
    paper_name: str = ""
    adopters: tuple[Person, Person] | None = None
    cases: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """Full name at birth."""
        return " ".join(part for part in (self.surname, self.middle, self.given) if part)

    def name_on(self, day: int) -> str:
        """Full name that holds on a day."""
        if self.renamed is not None and day >= self.renamed[0]:
            return self.renamed[1]
        # Papers come with the first identity card; before it, the birth entry speaks.
        return self.paper_name if self.paper_name and self.age_on(day) >= 16 else self.name

    def alive_on(self, day: int) -> bool:
        """Whether the person is born and not dead on a day."""
        return self.born <= day and (not self.died or day < self.died)

    def here_on(self, day: int) -> bool:
        """Whether the person is alive and has not moved away on a day."""
        return self.alive_on(day) and (not self.left or day < self.left)

    def age_on(self, day: int) -> int:
        """Completed years, to within a day."""
        return int((day - self.born) / 365.2425)


@dataclass(slots=True, eq=False, repr=False)
class Event:
    """What happened once.

    Attributes:
        number: true identity; equal numbers are one event.
        register_type: KS, KH, KT, CMC or HN.
        day: ordinal of the day on which it happened.
        commune: id of the commune that registers it, empty where none of the three does.
        roles: person by role, without the requester.
        places: residence on that day by role: commune id and address, as in :class:`Person`.
        details: what else is to be written, by field.
    """

    number: int
    register_type: str
    day: int
    commune: str
    roles: dict[str, Person]
    places: dict[str, tuple[str, str]]
    details: dict[str, str] = field(default_factory=dict)
    cases: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Population:
    """All persons and events of one simulated history."""

    persons: list[Person]
    events: list[Event]


@cache
def year_of(day: int) -> int:
    """Calendar year of an ordinal day."""
    return dt.date.fromordinal(day).year
