"""Administrative units with their periods: ``units.toml``.

The same code means different territories before and after a reform (28501 is old and new Hiệp Đức),
so a unit is a code with the year from which it stands: ``28501@2025``.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Final, Literal

from pydantic import Field

from reconcile.config import Strict, read_mapping
from reconcile.errors import MappingError, Problem, Problems
from reconcile.text.folding import key, plain
from reconcile.text.sound import southern_sound_key

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Kind = Literal["province", "district", "commune"]
KINDS: Final[tuple[Kind, ...]] = ("commune", "district", "province")


class Hamlet(Strict):
    """One hamlet (ấp) of a commune.

    Attributes:
        name: its name.
        aliases: other spellings that entries use.
    """

    name: str
    aliases: tuple[str, ...] = ()


class Unit(Strict):
    """One administrative unit in one period.

    Attributes:
        id: code and the year from which it stands.
        code: code of the General Statistics Office.
        kind: province, district or commune.
        prefix: word before its name.
        name: its name.
        parent: id of the unit above it; empty for a province.
        to: last day; None while it stands.
        into: id of the unit that took it over.
        aliases: other names of it.
        hamlets: its hamlets.
    """

    id: str = Field(pattern=r"^\d{2,5}@\d{4}$")
    code: str
    kind: Kind
    prefix: str
    name: str
    parent: str = ""
    to: date | None = None
    into: str = ""
    aliases: tuple[str, ...] = ()
    hamlets: tuple[Hamlet, ...] = ()


class Prefixes(Strict):
    """Words before a name, by kind of unit: word -> its short forms."""

    province: dict[str, tuple[str, ...]]
    district: dict[str, tuple[str, ...]]
    commune: dict[str, tuple[str, ...]]
    hamlet: dict[str, tuple[str, ...]]
    office: dict[str, tuple[str, ...]]


class _UnitFile(Strict):
    cut: date
    prefixes: Prefixes
    unit: tuple[Unit, ...]


class Gazetteer:
    """All units, found by id, code or name.

    Args:
        units: the units.
        prefixes: words before their names.
        cut: first day of the latest reform.
    """

    def __init__(self, units: Iterable[Unit], prefixes: Prefixes, cut: date) -> None:
        self.prefixes = prefixes
        self.cut: Final = cut.toordinal()
        self._units = {unit.id: unit for unit in units}
        self._order = {unit_id: place for place, unit_id in enumerate(self._units)}
        self._by_name: dict[tuple[str, str], list[Unit]] = defaultdict(list)
        self._by_code: dict[str, list[Unit]] = defaultdict(list)
        self._hamlets: dict[str, dict[str, str]] = {}
        self._sounds: dict[str, dict[str, set[str]]] = {}
        self._hamlet_communes: dict[str, set[str]] = defaultdict(set)
        for unit in self._units.values():
            self._by_code[unit.code].append(unit)
            names = {plain(name) for name in (unit.name, *unit.aliases)}
            if unit.kind == "commune":
                names |= {_with_initial(name) for name in names if " " in name}
            for name in names:
                self._by_name[unit.kind, name].append(unit)
            self._add_hamlets(unit)

    def _add_hamlets(self, unit: Unit) -> None:
        spellings = self._hamlets.setdefault(unit.id, {})
        sounds = self._sounds.setdefault(unit.id, defaultdict(set))
        short: dict[str, set[str]] = defaultdict(set)
        for hamlet in unit.hamlets:
            for name in map(plain, (hamlet.name, *hamlet.aliases)):
                spellings.setdefault(name, plain(hamlet.name))
                sounds[southern_sound_key(name)].add(plain(hamlet.name))
                self._hamlet_communes[name].add(unit.id)
                short[_with_initial(name)].add(plain(hamlet.name))
        for name, meant in short.items():
            if len(meant) == 1:
                spellings.setdefault(name, *meant)
                self._hamlet_communes[name].add(unit.id)

    def unit(self, unit_id: str) -> Unit:
        """The unit of that id; ``KeyError`` if there is none."""
        return self._units[unit_id]

    def named(self, kind: str, name: str) -> list[Unit]:
        """Units of a kind with a name.

        Args:
            kind: province, district or commune.
            name: unmarked lower-case name without prefix.
        """
        return self._by_name.get((kind, name), [])

    def beginning(self, kind: str, start: str) -> list[Unit]:
        """Units of a kind whose unmarked name begins so."""
        names = [name for of, name in self._by_name if of == kind and name.startswith(start)]
        return [unit for name in names for unit in self._by_name[kind, name]]

    def order(self, unit: Unit) -> int:
        """Place in the file: of two units of one name the first is meant."""
        return self._order[unit.id]

    def coded(self, code: str) -> list[Unit]:
        """Units of all periods with a code."""
        return self._by_code.get(code, [])

    def hamlet(self, commune: str, name: str) -> str | None:
        """The unmarked name of a commune's hamlet, whatever its spelling; None if it has none.

        A name that is not known is the one hamlet that sounds so in the south: ``tan buon b``.
        """
        known = self._hamlets.get(commune, {}).get(name)
        if known is None:
            alike = self._sounds.get(commune, {}).get(southern_sound_key(name), ())
            known = next(iter(alike)) if len(alike) == 1 else None
        return known

    def communes_of_hamlet(self, name: str) -> set[str]:
        """Ids of the communes that have a hamlet of that unmarked name."""
        return self._hamlet_communes.get(name, set())

    def above(self, unit: Unit) -> set[str]:
        """Ids of the units above a unit."""
        ids = set()
        while unit.parent:
            ids.add(unit.parent)
            unit = self._units[unit.parent]
        return ids

    def at(self, unit_id: str, day: int) -> str:
        """Id of the unit that a place belongs to on a day: itself, or what took it over.

        Args:
            unit_id: a unit.
            day: proleptic ordinal.
        """
        unit = self._units[unit_id]
        while unit.to is not None and unit.into and day > unit.to.toordinal():
            unit = self._units[unit.into]
        return unit.id

    @property
    def number_prefixes(self) -> frozenset[str]:
        """First three digits of personal numbers: 0 and the code of a province of 63."""
        return frozenset(
            "0" + unit.code for unit in self._units.values() if unit.kind == "province"
        )


def _with_initial(name: str) -> str:
    """A name as it is shortened in addresses: ``h xuan`` for Hội Xuân."""
    first, _, rest = name.partition(" ")
    return f"{first[:1]} {rest}" if rest else name


def _problems(units: tuple[Unit, ...]) -> list[str]:
    ids = [unit.id for unit in units]
    known = set(ids)
    problems: list[str] = [
        Problem("the id {id} is defined twice", id=unit_id)
        for unit_id in sorted(known)
        if ids.count(unit_id) > 1
    ]
    problems += [
        Problem("{id}: there is no unit {other}", id=unit.id, other=other)
        for unit in units
        for other in (unit.parent, unit.into)
        if other and other not in known
    ]
    return problems


def load_gazetteer(mappings: Path) -> Gazetteer:
    """Read ``units.toml``.

    Args:
        mappings: the mappings folder.

    Raises:
        MappingError: it does not fit, has an id twice, or names a unit that is not in it.
    """
    content = read_mapping(mappings / "units.toml", _UnitFile)
    problems = _problems(content.unit)
    if problems:
        raise MappingError("{file}: {problems}.", file="units.toml", problems=Problems(problems))
    return Gazetteer(content.unit, content.prefixes, content.cut)


PrefixKinds = tuple[tuple[str, str], ...]
"""Kinds that a prefix can stand before, each with the unmarked full form of the prefix."""


def prefix_table(prefixes: Prefixes) -> dict[tuple[str, ...], PrefixKinds]:
    """Words of every prefix, with and without marks -> what it can stand before."""
    table: dict[tuple[str, ...], PrefixKinds] = {}
    for kind in ("province", "district", "commune", "hamlet", "office"):
        for full, short in getattr(prefixes, kind).items():
            for form in (full, *short):
                for words in {tuple(key(form).split()), tuple(plain(form).split())}:
                    table[words] = (*table.get(words, ()), (kind, plain(full)))
    return table
