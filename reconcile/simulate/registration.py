"""From events to entries: which act stands in whose books, when, and under what number."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from reconcile.simulate.people import year_of
from reconcile.simulate.settings import at

if TYPE_CHECKING:
    from random import Random

    from reconcile.simulate.people import Event, Population
    from reconcile.simulate.settings import CommuneSettings, Settings

# Numbers of the three old communes end here; the new commune opens its own books.
CUT: Final = dt.date(2025, 7, 1).toordinal()
NEW_COMMUNE: Final = "hiep_duc"
# Tân Phong's older program kept no recognitions and no certificates.
_TABLES_FROM: Final = {("tan_phong", "CMC"): 2016, ("tan_phong", "HN"): 2016}


@dataclass(slots=True, eq=False, repr=False)
class Act:
    """One event as one commune registered it.

    Attributes:
        event: what is registered.
        commune: id of the commune in whose folder the entry is exported.
        day: ordinal of the day of registration.
        kind: standard word of the registration kind: on_time, late, again or first.
        new_body: registered by the new commune, in a number series of its own.
        number: ``so``; 0 until :func:`number_acts` gives it.
        book: number of the book within its year.
        page: page of the book.
        earlier: the act that this one repeats, if it does.
        adopters: the adoptive parents stand in it as parents.
        cases: hard cases that the act belongs to.
    """

    event: Event
    commune: str
    day: int
    kind: str
    new_body: bool = False
    number: int = 0
    book: int = 1
    page: int = 1
    earlier: Act | None = None
    adopters: bool = False
    cases: set[str] = field(default_factory=set)

    @property
    def register_type(self) -> str:
        """Code of the register type."""
        return self.event.register_type

    @property
    def year(self) -> int:
        """Year of registration."""
        return year_of(self.day)


class Registrar:
    """Registers events.

    Args:
        settings: the simulated world.
        rng: source of chance.
    """

    def __init__(self, settings: Settings, rng: Random) -> None:
        self._settings = settings
        self._rules = settings.registration
        self._rng = rng
        self._end = dt.date(settings.population.last_year, 12, 31).toordinal()

    def register(self, population: Population) -> list[Act]:
        """All acts that the books of the three communes could hold, in event order."""
        acts: list[Act] = []
        for event in population.events:
            if event.commune:
                acts += [act for act in self._acts(event) if self._held(act)]
        return acts

    def _held(self, act: Act) -> bool:
        if act.day > self._end:
            return False
        if act.new_body:
            return True
        first = self._settings.communes[act.commune].first_year
        years = self._settings.communes[act.commune].years
        if years and act.year not in years:
            return False
        return act.year >= max(first, _TABLES_FROM.get((act.commune, act.register_type), 0))

    def _act(self, event: Event, commune: str, day: int, kind: str) -> Act:
        new = day >= CUT
        return Act(event, NEW_COMMUNE if new else commune, day, kind, new_body=new)

    def _acts(self, event: Event) -> list[Act]:
        if event.register_type == "KS":
            return self._birth_acts(event)
        if event.register_type == "KH":
            return self._marriage_acts(event)
        if event.register_type == "KT":
            return self._death_acts(event)
        if event.register_type == "HN":
            if self._rng.random() > at(self._rules.certificates, year_of(event.day)):
                return []
            return [self._act(event, event.commune, event.day, "")]
        return [self._act(event, event.commune, event.day, "first")]

    def _birth_acts(self, event: Event) -> list[Act]:
        rng = self._rng
        year = year_of(event.day)
        if rng.random() > at(self._rules.births, year):
            return []
        child = event.roles["child"]
        if rng.random() < at(self._rules.late_births, year):
            wait = rng.choices(
                (rng.randrange(61, 400), rng.randrange(400, 6000), rng.randrange(6000, 16000)),
                weights=(5, 4, 1),
            )[0]
            act = self._act(event, event.commune, event.day + wait, "late")
        else:
            act = self._act(
                event, event.commune, event.day + 1 + int(58 * rng.betavariate(1.2, 2.6)), "on_time"
            )
        if child.died and child.died <= act.day:
            # Nobody comes later to register a child that died (exceptions stand in few books).
            return [act] if act.day - event.day < 15 else []
        acts = [act, *self._again(event, act, child.died or self._end)]
        if rng.random() < self._rules.two_communes:
            acts += self._elsewhere(event, act)
        if child.adopters is not None and rng.random() < 0.5:
            adopted = self._act(
                event, child.commune or act.commune, act.day + rng.randrange(700, 2500), "again"
            )
            adopted.adopters, adopted.earlier = True, act
            acts.append(adopted)
        return acts

    def _again(self, event: Event, act: Act, until: int) -> list[Act]:
        rng = self._rng
        if act.year >= 2006 or rng.random() > self._rules.registered_again:
            return []
        first = max(act.day + 2000, dt.date(1998, 1, 1).toordinal())
        if first >= min(until, self._end):
            return []
        again = self._act(event, act.commune, rng.randrange(first, min(until, self._end)), "again")
        event.cases.add("re_registered")
        again.cases.add("re_registered")
        if rng.random() < self._rules.old_book_survives:
            again.earlier = act
            act.cases.add("re_registered")
        else:
            act.day = self._end + 1
        return [again]

    def _elsewhere(self, event: Event, act: Act) -> list[Act]:
        others = sorted(set(self._settings.communes) - {act.commune})
        second = self._act(
            event, self._rng.choice(others), act.day + self._rng.randrange(5, 900), "late"
        )
        if second.new_body or act.new_body:
            return []
        second.kind = "on_time" if second.day - event.day <= 60 else "late"
        for entry in (act, second):
            entry.cases.add("two_communes")
        return [second]

    def _marriage_acts(self, event: Event) -> list[Act]:
        rng = self._rng
        year = year_of(event.day)
        if rng.random() > at(self._rules.marriages, year):
            return []
        day = event.day
        if year < 2001 and rng.random() < 0.3:
            # Lived together first and registered years later (TTLT 01/2016, article 2.4.b).
            day += rng.randrange(200, 5000)
            event.details["marriage_date"] = str(event.day)
        act = self._act(event, event.commune, day, "first")
        return [act, *self._again(event, act, self._end)] if rng.random() < 0.4 else [act]

    def _death_acts(self, event: Event) -> list[Act]:
        rng = self._rng
        if rng.random() > at(self._rules.deaths, year_of(event.day)):
            return []
        wait = rng.randrange(0, 15) if rng.random() < 0.72 else rng.randrange(16, 1500)
        return [
            self._act(event, event.commune, event.day + wait, "on_time" if wait <= 15 else "late")
        ]


def quotas(entries: int, settings: Settings) -> dict[tuple[str, str], int]:
    """Number of acts that each commune's books of each type are to hold."""
    return {
        (commune, register_type): round(entries * rules.share * share)
        for commune, rules in sorted(settings.communes.items())
        for register_type, share in sorted(settings.population.types.items())
    }


def shortfall(acts: list[Act], entries: int, settings: Settings) -> int:
    """By how many acts the old communes' books fall short of their quotas."""
    held = Counter((act.commune, act.register_type) for act in acts if not act.new_body)
    wanted = quotas(entries, settings)
    missing = sum(max(0, quota - held[group]) for group, quota in wanted.items())
    return max(missing, entries - held.total())


def choose(acts: list[Act], entries: int, settings: Settings, rng: Random) -> list[Act]:
    """Take as many acts as the old communes' books are to hold, in their shares by type.

    What one group lacks is taken from the others. Acts of the new commune come on top, thinned
    like the old communes'.
    """
    groups: dict[tuple[str, str], list[Act]] = defaultdict(list)
    new: list[Act] = []
    # One draw for each event: both entries of a pair are kept or neither is.
    draws: dict[int, float] = {}
    for act in acts:
        draws.setdefault(act.event.number, rng.random())
        if act.new_body:
            new.append(act)
        else:
            groups[(act.commune, act.register_type)].append(act)
    chosen: list[Act] = []
    spare: list[Act] = []
    for key, quota in quotas(entries, settings).items():
        group = groups[key]
        group.sort(key=lambda act: draws[act.event.number])
        chosen += group[:quota]
        spare += group[quota:]
    rng.shuffle(spare)
    chosen = (chosen + spare[: max(0, entries - len(chosen))])[:entries]
    kept = len(chosen) / max(1, len(acts) - len(new))
    return chosen + [act for act in new if rng.random() < kept]


def number_acts(acts: list[Act], settings: Settings, rng: Random) -> None:
    """Give numbers, books and pages: from 1 within body, type and year, in order of days."""
    series: dict[tuple[str, bool, str, int], list[Act]] = defaultdict(list)
    for act in acts:
        series[(act.commune, act.new_body, act.register_type, act.year)].append(act)
    rules = settings.registration
    for key in sorted(series):
        number = 0
        for act in sorted(series[key], key=lambda act: (act.day, act.event.number, act.kind)):
            number += 2 if rng.random() < rules.number_gap else 1
            if number > 1 and rng.random() < rules.number_twice:
                number -= 1
                act.cases.add("number_twice")
            act.number = number
            act.book = 1 + (number - 1) // 200
            act.page = 1 + (number - 1) % 200


def founders(entries: int, settings: Settings, factor: float) -> dict[str, int]:
    """Founding couples by commune for a number of entries.

    Args:
        entries: number of entries wanted.
        settings: the simulated world.
        factor: couples per entry, times what an earlier attempt fell short of.
    """

    def couples(commune: CommuneSettings) -> int:
        return max(3, round(entries * commune.share * factor))

    return {name: couples(commune) for name, commune in settings.communes.items()}
