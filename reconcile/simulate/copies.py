"""From acts to rows: each entry as one clerk wrote it, some of them written twice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final, Protocol

from reconcile.simulate.chance import stream
from reconcile.simulate.content import Clerk
from reconcile.simulate.errors import Mistakes
from reconcile.simulate.notation import NO_NAME, Notation
from reconcile.simulate.requesters import find_requester
from reconcile.simulate.writers import (
    Copy,
    Expected,
    Style,
    Writer,
    hiep_duc,
    hoi_xuan,
    hoi_xuan_columns,
    tan_phong,
    tan_phong_columns,
)

if TYPE_CHECKING:
    from random import Random

    from reconcile.config import RegisterType
    from reconcile.simulate.content import Fields
    from reconcile.simulate.notation import Cells
    from reconcile.simulate.people import Population
    from reconcile.simulate.registration import Act
    from reconcile.simulate.settings import Profile, Settings

_SEPARATORS: Final = {"hiep_duc": ".", "hoi_xuan": "/", "tan_phong": "-"}


class _Cells(Protocol):
    def __call__(self, fields: Fields, act: Act, rng: Random, style: Style) -> Cells: ...


_CELLS: Final[dict[str, _Cells]] = {
    "hiep_duc": hiep_duc.cells,
    "hoi_xuan": hoi_xuan.cells,
    "tan_phong": tan_phong.cells,
}
WRITERS: Final[dict[str, Writer]] = {
    "hiep_duc": hiep_duc.write,
    "hoi_xuan": hoi_xuan.write,
    "tan_phong": tan_phong.write,
}


@dataclass(frozen=True, slots=True)
class _Source:
    """What a copy was made from, so that a later delivery can correct it."""

    act: Act
    right: Fields
    written: Fields


class Copyist:
    """Makes the rows of all communes.

    Args:
        settings: the simulated world.
        profile: how careful the clerks of this population are.
        population: everybody, for neighbours who report.
        register_types: register types by code.
        seed: of the population.
    """

    def __init__(
        self,
        settings: Settings,
        profile: Profile,
        population: Population,
        register_types: dict[str, RegisterType],
        seed: int,
    ) -> None:
        self._settings = settings
        self._population = population
        self._seed = seed
        self._clerk = Clerk(settings, profile)
        self._mistakes = Mistakes(settings, profile)
        self._sources: dict[int, _Source] = {}
        self._entries = 0
        self.styles = {
            commune: Style(
                seed,
                Notation(
                    separator, settings.oddities, profile.oddities, iso=commune == "tan_phong"
                ),
                register_types,
            )
            for commune, separator in _SEPARATORS.items()
        }

    def rows(self, acts: list[Act], twice: int, repeated: int) -> list[Copy]:
        """One copy of every act, a second one of some, and what else fills a book.

        Args:
            acts: numbered acts.
            twice: number of acts that are written a second time, with other mistakes.
            repeated: number of rows that are there twice, word for word.
        """
        rng = stream(self._seed, "copies")
        ordered = sorted(acts, key=_act_order)
        copies = [self._copy(act) for act in ordered]
        old = [index for index, act in enumerate(ordered) if not act.new_body]
        picks = rng.sample(old, min(len(old), twice + repeated))
        copies += [self._second(ordered[index], copies[index]) for index in picks[:twice]]
        copies += [self._repeated(copies[index]) for index in picks[twice:]]
        copies += self._fillers(ordered, copies, rng)
        copies.sort(key=_copy_order)
        self._give_keys(copies)
        return copies

    def correct(self, copy: Copy, rng: Random) -> Copy | None:
        """The copy with one mistake put right; None if it has none."""
        source = self._sources.get(copy.entry)
        twice = copy.cases & {"double_digitised", "repeated_row"}
        if source is None or twice or copy.expected is not Expected.ACCEPTED:
            return None
        wrong = sorted(
            field
            for field, value in source.right.items()
            if source.written.get(field) != value and not field.startswith("entry.registration")
        )
        if not wrong:
            return None
        field = rng.choice(wrong)
        written = {**source.written, field: source.right[field]}
        self._sources[copy.entry] = replace(source, written=written)
        cells = self._cells(source.act, written, copy.entry)
        return replace(copy, cells=cells)

    def days(self) -> dict[int, int]:
        """Ordinal of the day of registration by entry."""
        return {entry: source.act.day for entry, source in self._sources.items()}

    # -- one copy -------------------------------------------------------------------------------

    def _copy(self, act: Act, factor: float = 1.0) -> Copy:
        self._entries += 1
        entry = self._entries
        rng = stream(self._seed, entry)
        facts = stream(self._seed, act.event.number, act.kind, act.commune)
        right = self._clerk.fields(act, facts)
        requester = find_requester(act, self._population, facts)
        if requester is not None:
            right.update(self._clerk.reporter(act, requester, facts))
        written = self._mistakes.distort(right, act, rng, factor)
        self._sources[entry] = _Source(act, right, written)
        cells = self._cells(act, written, entry)
        people = self._clerk.people(act, requester.person if requester is not None else None)
        shown = _shown(cells, act)
        style = self.styles[act.commune]
        xls = act.commune == "hoi_xuan"
        return Copy(
            entry=entry,
            event=act.event.number,
            people={role: person.number for role, person in people.items() if _named(shown, role)},
            commune=act.commune,
            register_type=act.register_type,
            year=act.year,
            number=act.number,
            opened=_opened(act),
            book=act.book,
            new_body=act.new_body,
            cells=cells,
            foreign=hoi_xuan.foreign(cells, rng, style) if xls else frozenset(),
            ditto=hoi_xuan.ditto(cells, rng, style) if xls else frozenset(),
            cases=set(act.cases),
        )

    def _cells(self, act: Act, written: Fields, entry: int) -> Cells:
        rng = stream(self._seed, entry, "cells")
        cells = _CELLS[act.commune](written, act, rng, self.styles[act.commune])
        unknown_father = act.register_type == "KS" and "father" not in act.event.roles
        if unknown_father and not _in_dbf(act) and rng.random() < 0.25:
            cells["father.name"] = rng.choice(NO_NAME)
        return cells

    def _second(self, act: Act, first: Copy) -> Copy:
        """The act once more, from the same book; never the same in every cell."""
        second = self._copy(act, factor=2.0)
        if _shown(second.cells, act) == _shown(first.cells, act):
            second.cells["entry.notes"] = "Nhập lại theo sổ lưu"
        second.second = True
        for copy in (first, second):
            copy.cases.add("double_digitised")
        return second

    @staticmethod
    def _repeated(copy: Copy) -> Copy:
        """The row once more, word for word: the same entry."""
        copy.cases.add("repeated_row")
        return replace(copy)

    # -- what else fills a book -------------------------------------------------------------------

    def _fillers(self, acts: list[Act], copies: list[Copy], rng: Random) -> list[Copy]:
        fillers: list[Copy] = []
        for act, copy in zip(acts, copies, strict=False):
            if rng.random() < self._settings.registration.empty_row:
                fillers.append(_empty_row(act, copy))
            if _in_dbf(act) and self.styles["tan_phong"].notation.odd("deleted_record", rng):
                fillers.append(replace(copy, entry=0, expected=Expected.DELETED, people={}))
        return fillers

    @staticmethod
    def _give_keys(copies: list[Copy]) -> None:
        counters: dict[tuple[bool, str], int] = {}
        for copy in copies:
            if copy.commune == "tan_phong":
                later = copy.year > tan_phong.LAST_DBF_YEAR
                count = counters[(later, copy.register_type)] = (
                    counters.get((later, copy.register_type), 0) + 1
                )
                copy.key = (
                    f"{copy.register_type}-{copy.year}-{count:06d}" if later else f"{count:08d}"
                )


def _in_dbf(act: Act) -> bool:
    return act.commune == "tan_phong" and act.year <= tan_phong.LAST_DBF_YEAR


@cache
def _held(commune: str, register_type: str, dbf: bool) -> frozenset[str]:
    """Fields that a commune's format has a column for; empty for the Ministry's, which has all."""
    if commune == "hoi_xuan":
        return frozenset(column.field for column in hoi_xuan_columns.COLUMNS[register_type])
    if commune == "tan_phong":
        columns = tan_phong_columns.DBF if dbf else tan_phong_columns.CSV
        return frozenset(field for _, field in columns[register_type])
    return frozenset()


def _shown(cells: Cells, act: Act) -> Cells:
    """The cells that the commune's format has a column for and that have a value."""
    held = _held(act.commune, act.register_type, _in_dbf(act))
    return {
        field: value
        for field, value in cells.items()
        if value != "" and (not held or field in held)
    }


def _named(shown: Cells, role: str) -> bool:
    """Whether a name cell of the role has a value."""
    return any(f"{role}.{part}" in shown for part in ("name", "name_leading", "name_given"))


def _opened(act: Act) -> int:
    """Year in which the act's book was opened; old books in Hiệp Đức ran over three years."""
    return act.year - act.year % 3 if act.commune == "hiep_duc" and act.year < 1985 else act.year


def _empty_row(act: Act, copy: Copy) -> Copy:
    """A number that was given but not used: no names, a word in the notes."""
    cells: Cells = {
        "entry.number": copy.cells["entry.number"],
        "entry.registration_date": copy.cells.get("entry.registration_date", ""),
        "entry.notes": "Bỏ trống",
        "extra.cut": "x" if act.commune == "tan_phong" and act.number % 2 else "",
    }
    return replace(
        copy, entry=0, cells=cells, expected=Expected.REFUSED, people={}, ditto=frozenset()
    )


def _act_order(act: Act) -> tuple[str, str, int, int, int, int, str]:
    return (
        act.commune,
        act.register_type,
        act.day,
        act.new_body,
        act.number,
        act.event.number,
        act.kind,
    )


def _copy_order(copy: Copy) -> tuple[str | int, ...]:
    return (
        copy.commune,
        copy.register_type,
        copy.year,
        copy.new_body,
        copy.book,
        copy.second,
        copy.number,
        copy.expected.value,
        copy.entry,
    )
