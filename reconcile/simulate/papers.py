"""The papers of a person: identity numbers, and a day of birth and name that may be other ones."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from reconcile.simulate import spelling
from reconcile.simulate.people import year_of
from reconcile.simulate.settings import at

if TYPE_CHECKING:
    from random import Random

    from reconcile.simulate.people import Person
    from reconcile.simulate.settings import Settings

_HERE: Final = ("31", "082")
_SECOND_CMND: Final = 0.07
# How a clerk who issues a first card hears a name; the holder keeps it.
_VARIANTS: Final = (
    spelling.marker_lost,
    spelling.marker_lost,
    spelling.marker_added,
    spelling.middle_lost,
    spelling.hoi_nga,
    spelling.regional_form,
    spelling.i_or_y,
    spelling.final_consonant,
)


def cmnd_number(block: str, rng: Random) -> str:
    """A 9-digit CMND of a province's block (Tiền Giang 31)."""
    return f"{block}{rng.randrange(10 ** (9 - len(block))):0{9 - len(block)}d}"


def personal_number(province: str, sex: str, year: int, rng: Random) -> str:
    """A 12-digit number: province, century and sex, year of birth, six random digits.

    Source: Nghị định 137/2015/NĐ-CP, article 13; Thông tư 07/2016/TT-BCA, article 7.
    """
    century = 2 * (max(year, 1900) // 100 - 19) + (1 if sex == "F" else 0)
    return f"{province}{century}{year % 100:02d}{rng.randrange(10**6):06d}"


def give_papers(
    person: Person, registered: tuple[str, str], settings: Settings, rng: Random
) -> None:
    """Give a person the papers of a whole life.

    Args:
        person: who gets them.
        registered: place of the birth entry, whose province the numbers carry.
        settings: the simulated world.
        rng: source of chance.
    """
    rules = settings.population
    year = year_of(person.born)
    if rng.random() < at(rules.paper_birth_differs, year):
        person.paper_born = _other_day(person.born, year, rng)
    if rng.random() < at(rules.paper_name_differs, year):
        variant = rng.choice(_VARIANTS)(person.name, rng)
        if variant != person.name:
            person.paper_name = variant
            person.cases.add("paper_name")
    block, province = next(
        ((block, code) for place, block, code in settings.places.outside if place == registered[1]),
        _HERE,
    )
    numbers = [cmnd_number(block, rng)]
    if rng.random() < _SECOND_CMND:
        numbers.append(cmnd_number(_HERE[0], rng))
        person.cases.add("two_cmnd")
    person.cmnd = tuple(numbers)
    person.personal_number = personal_number(province, person.sex, year_of(person.paper_born), rng)


def _other_day(born: int, year: int, rng: Random) -> int:
    """Older or younger by a year or two, or by weeks (lunar); old papers say 1 January."""
    moved = rng.choice((-730, -365, 365, 366, -1096, rng.randrange(-60, 61)))
    day = dt.date.fromordinal(born + moved)
    return (day.replace(month=1, day=1) if year < 1970 else day).toordinal()
