"""Life courses: families grow in the three communes, marry, move, part, adopt and die.

A history is a queue of things that are to happen, worked off in the order of their days. What
becomes an event (a birth, a marriage …) is kept with everybody's residence on that day.
"""

from __future__ import annotations

import datetime as dt
import heapq
from typing import TYPE_CHECKING, Final

from reconcile.simulate.families import ChildNamer, note_repeated_names
from reconcile.simulate.names import NameGiver
from reconcile.simulate.papers import give_papers
from reconcile.simulate.people import Event, Person, Population, year_of
from reconcile.simulate.settings import at

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from reconcile.simulate.settings import Settings

_FOUNDED: Final = 1930
_YEAR: Final = 365.2425


class Growth:
    """Grows one population.

    Args:
        settings: the simulated world.
        founders: number of founding couples by commune.
        rng: source of chance.
    """

    def __init__(self, settings: Settings, founders: dict[str, int], rng: Random) -> None:
        self._settings = settings
        self._rules = settings.population
        self._founders = founders
        self._rng = rng
        self._names = NameGiver(settings.names, rng)
        self._namer = ChildNamer(settings.population, self._names, rng)
        self._queue: list[tuple[int, int, Callable[..., None], tuple[object, ...]]] = []
        self._sequence = 0
        self._today = 0
        self._end = dt.date(self._rules.last_year, 12, 31).toordinal()
        self._communes = sorted(settings.communes)
        # Who waits for a match, by commune and sex; those who are married or gone drop out.
        self._suitors: dict[tuple[str, str], list[Person]] = {
            (commune, sex): [] for commune in self._communes for sex in ("M", "F")
        }
        self._weddings: dict[tuple[int, int], Event] = {}
        self.persons: list[Person] = []
        self.events: list[Event] = []

    def run(self) -> Population:
        """Grow from the founders to the last year."""
        for commune, couples in self._founders.items():
            for _ in range(couples):
                self._found(commune)
        while self._queue:
            self._today, _, happen, arguments = heapq.heappop(self._queue)
            happen(*arguments)
        return Population(self.persons, self.events)

    # -- chance ---------------------------------------------------------------------------------

    def _later(self, day: int, happen: Callable[..., None], *arguments: object) -> None:
        if day <= self._end:
            self._sequence += 1
            heapq.heappush(self._queue, (day, self._sequence, happen, arguments))

    def _chance(self, share: float) -> bool:
        return self._rng.random() < share

    def _days(self, low: float, high: float) -> int:
        return int(self._rng.uniform(low, high) * _YEAR)

    # -- persons --------------------------------------------------------------------------------

    def _person(
        self, sex: str, born: int, name: tuple[str, str, str], home: tuple[str, str]
    ) -> Person:
        groups = self._settings.places.ethnic_groups
        person = Person(
            number=len(self.persons) + 1,
            sex=sex,
            born=born,
            surname=name[0],
            middle=name[1],
            given=name[2],
            ethnic_group=self._rng.choices(list(groups), weights=list(groups.values()))[0],
            commune=home[0],
            address=home[1],
            home=home,
            paper_born=born,
        )
        self.persons.append(person)
        return person

    def _stranger(self, sex: str, born: int, home: tuple[str, str]) -> Person:
        year = year_of(born)
        name = (
            self._names.surname(),
            self._names.middle(sex, year, self._names.surname()),
            self._names.given(sex, year),
        )
        person = self._person(sex, born, name, home)
        give_papers(person, home, self._settings, self._rng)
        self._schedule_life(person, from_day=born + int(18 * _YEAR))
        return person

    def _outside(self) -> tuple[str, str]:
        return ("", self._rng.choice(self._settings.places.outside)[0])

    def _hamlet(self, commune: str) -> tuple[str, str]:
        return (commune, self._rng.choice(self._settings.communes[commune].hamlets))

    def _found(self, commune: str) -> None:
        start = dt.date(_FOUNDED, 1, 1).toordinal()
        home = self._hamlet(commune)
        husband = self._stranger("M", start - self._days(20, 42), home)
        wife = self._stranger("F", start - self._days(18, 36), home)
        self._join(husband, wife, start + self._days(0, 14))

    # -- what lies ahead of a person ---------------------------------------------------------------

    def _schedule_life(self, person: Person, from_day: int) -> None:
        rng = self._rng
        death = person.born + int(max(18.5, min(101, rng.gauss(71, 14.5))) * _YEAR)
        self._later(max(death, from_day + 30), self._die, person)
        if from_day > person.born:
            return
        year = year_of(person.born)
        if self._chance(at(self._rules.child_mortality, year)):
            early = self._days(0, 0.3) if self._chance(0.55) else self._days(0.3, 6)
            self._later(person.born + early, self._die, person)
        if self._chance(at(self._rules.out_migrants, year + 18)):
            self._later(person.born + self._days(17, 33), self._leave, person)
        if not self._chance(0.05):
            mean = (24.5 if person.sex == "M" else 21.5) + (2 if year > 1980 else 0)
            self._later(
                person.born + int(max(18.1, rng.gauss(mean, 3.4)) * _YEAR), self._court, person
            )
        if person.sex == "F" and self._chance(self._rules.unmarried_mothers):
            self._later(person.born + self._days(17, 37), self._bear_alone, person)
        for _ in range(rng.choice((0, 0, 1, 1, 2))):
            self._later(person.born + self._days(20, 52), self._certify, person)

    def _die(self, person: Person) -> None:
        if person.died:
            return
        person.died = self._today
        spouse = person.partner
        if spouse is not None:
            spouse.partner = person.partner = None
            if spouse.age_on(self._today) < 48 and self._chance(0.35):
                self._later(self._today + self._days(1.2, 8), self._court, spouse)
        if person.here_on(self._today - 1):
            self._record("KT", person.commune, {"deceased": person})

    def _leave(self, person: Person) -> None:
        if person.partner is None and person.here_on(self._today):
            if self._chance(0.5):
                self._certify(person)
            person.left = self._today

    def _certify(self, person: Person) -> None:
        if person.here_on(self._today):
            self._record("HN", person.commune, {"subject": person})

    # -- marriage ---------------------------------------------------------------------------------

    def _court(self, person: Person) -> None:
        if person.partner is not None or not person.here_on(self._today) or not person.commune:
            return
        if self._chance(self._rules.outside_spouse):
            self._marry(person, self._spouse_from_outside(person))
            return
        match = self._match(person)
        if match is None:
            self._suitors[person.commune, person.sex].append(person)
        else:
            self._marry(person, match)

    def _spouse_from_outside(self, person: Person) -> Person:
        gap = self._days(-1, 6) * (1 if person.sex == "M" else -1)
        born = min(person.born + gap, self._today - int(18.2 * _YEAR))
        return self._stranger("F" if person.sex == "M" else "M", born, self._outside())

    def _match(self, person: Person) -> Person | None:
        sought = "F" if person.sex == "M" else "M"
        communes = [person.commune]
        if self._chance(0.3):
            communes = self._rng.sample(self._communes, len(self._communes))
        for commune in communes:
            waiting = self._suitors[commune, sought] = [
                other
                for other in self._suitors[commune, sought]
                if other.partner is None and other.here_on(self._today)
            ]
            for place, other in enumerate(waiting):
                if self._suit(person, other):
                    del waiting[place]
                    return other
        return None

    def _suit(self, person: Person, other: Person) -> bool:
        husband, wife = (person, other) if person.sex == "M" else (other, person)
        if not -4 * _YEAR < wife.born - husband.born < 12 * _YEAR:
            return False
        kin = {id(parent) for parent in (husband.mother, husband.father) if parent is not None}
        return not kin & {id(wife.mother), id(wife.father)} and husband is not wife.father

    def _marry(self, one: Person, other: Person) -> None:
        husband, wife = (one, other) if one.sex == "M" else (other, one)
        registers = husband if self._chance(0.6) else wife
        commune = registers.commune
        if self._chance(0.5):
            bride_or_groom = wife if registers is husband else husband
            if bride_or_groom.commune and not bride_or_groom.marriages:
                before = self._rng.randrange(3, 150)
                self._record("HN", bride_or_groom.commune, {"subject": bride_or_groom}, before)
        wedding = self._record("KH", commune, {"husband": husband, "wife": wife})
        self._weddings[husband.number, wife.number] = wedding
        self._join(husband, wife, self._today)

    def _join(self, husband: Person, wife: Person, day: int) -> None:
        husband.partner, wife.partner = wife, husband
        for person in (husband, wife):
            person.marriages += 1
            if person.marriages > 1:
                person.cases.add("remarried")
        stays, moves = (
            (husband, wife) if husband.commune and self._chance(0.82) else (wife, husband)
        )
        if not stays.commune:
            stays, moves = moves, stays
        moves.commune, moves.address = stays.commune, stays.address
        self._plan_children(husband, wife, day)
        if self._chance(self._rules.divorced) and day > dt.date(1978, 1, 1).toordinal():
            self._later(day + self._days(1.5, 16), self._part, husband, wife)
        if self._chance(0.06):
            self._later(day + self._days(1, 20), self._move, husband, wife)

    def _part(self, husband: Person, wife: Person) -> None:
        if husband.partner is not wife:
            return
        husband.partner = wife.partner = None
        wedding = self._weddings.get((husband.number, wife.number))
        if wedding is not None:
            wedding.details["divorced"] = str(self._today)
        for person in (husband, wife):
            person.cases.add("divorced")
            if self._chance(0.5):
                self._later(self._today + self._days(0.3, 6), self._court, person)

    def _move(self, husband: Person, wife: Person) -> None:
        if husband.partner is not wife or not husband.here_on(self._today):
            return
        home = self._hamlet(self._rng.choice(self._communes))
        for person in (husband, wife, *husband.children):
            if person.partner is None or person in (husband, wife):
                if person.commune != home[0]:
                    person.cases.add("moved")
                person.commune, person.address = home

    # -- children ---------------------------------------------------------------------------------

    def _plan_children(self, husband: Person, wife: Person, day: int) -> None:
        rng = self._rng
        mean = at(self._rules.children, year_of(day)) * (1.0 if wife.marriages == 1 else 0.5)
        wanted = min(13, max(0, round(rng.gauss(mean, 0.38 * mean + 0.3))))
        born = day + self._days(0.7, 2.2)
        for _ in range(wanted):
            if wife.age_on(born) > 44:
                return
            self._later(born, self._bear, wife, husband)
            born += int(max(0.95, rng.gauss(2.6, 0.9)) * _YEAR)

    def _bear(self, mother: Person, father: Person) -> None:
        together = mother.partner is father
        widowed = father.died and mother.partner is None and self._today - father.died < 250
        if not mother.here_on(self._today) or not (together or widowed):
            return
        self._birth(mother, father)
        if self._chance(self._rules.twins):
            first = father.children[-1]
            second = self._birth(mother, father, twin_of=first)
            first.cases.add("twin")
            second.cases.add("twin")

    def _bear_alone(self, mother: Person) -> None:
        if mother.partner is not None or not mother.here_on(self._today) or not mother.commune:
            return
        child = self._birth(mother, None)
        child.cases.add("unmarried_mother")
        if self._chance(self._rules.recognised):
            self._later(self._today + self._days(0.1, 9), self._recognise, child)

    def _recognise(self, child: Person) -> None:
        mother = child.mother
        if mother is None or child.father is not None or not child.here_on(self._today):
            return
        mother_partner = mother.partner
        father = mother_partner or self._stranger(
            "M", mother.born - self._days(0, 6), self._hamlet(child.commune)
        )
        if not father.here_on(self._today):
            return
        child.father = father
        father.children.append(child)
        child.cases.add("recognised")
        event = self._record("CMC", child.commune, {"parent": father, "child": child})
        event.details["recognition_kind"] = "father_child"
        if self._chance(0.6):
            changed = " ".join(part for part in (father.surname, child.middle, child.given) if part)
            child.renamed = (self._today + 1, changed)

    def _birth(
        self, mother: Person, father: Person | None, twin_of: Person | None = None
    ) -> Person:
        rng = self._rng
        sex = "M" if self._chance(0.515) else "F"
        if twin_of is not None and self._chance(0.6):
            sex = twin_of.sex
        home = father.home if father is not None else mother.home
        name = self._namer.name(mother, father, sex, self._today, twin_of)
        child = self._person(sex, self._today, name, home)
        child.mother, child.father = mother, father
        child.ethnic_group = (father or mother).ethnic_group
        child.commune, child.address = mother.commune, mother.address
        give_papers(child, (child.commune, child.address), self._settings, rng)
        if twin_of is not None:
            child.paper_born = child.born
        mother.children.append(child)
        if father is not None:
            father.children.append(child)
        note_repeated_names(child)
        roles = {"child": child, "mother": mother}
        if father is not None:
            roles["father"] = father
        self._record("KS", mother.commune, roles)
        self._schedule_life(child, from_day=child.born)
        if rng.random() < self._rules.adopted:
            self._later(self._today + self._days(0.2, 5), self._adopt, child)
        return child

    def _adopt(self, child: Person) -> None:
        if not child.here_on(self._today) or child.mother is None:
            return
        born = child.mother.born - self._days(0, 8)
        home = self._hamlet(child.commune or self._rng.choice(self._communes))
        child.adopters = (self._stranger("M", born, home), self._stranger("F", born, home))
        child.commune, child.address = home
        child.cases.add("adopted")

    # -- events -----------------------------------------------------------------------------------

    def _record(
        self, register_type: str, commune: str, roles: dict[str, Person], days_ago: int = 0
    ) -> Event:
        event = Event(
            number=len(self.events) + 1,
            register_type=register_type,
            day=self._today - days_ago,
            commune=commune,
            roles=roles,
            places={role: (person.commune, person.address) for role, person in roles.items()},
        )
        self.events.append(event)
        return event
