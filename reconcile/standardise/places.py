"""Places as entries write them, down to the hamlet.

Old names are no errors and are never rewritten: a place gets the unit of its time, and the text
stays beside it. ``xã Hiệp Đức`` alone is the old commune before 2025-07-01 and the new one after;
a district or an old province in the text says that the old one is meant whatever the date.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from reconcile.standardise.gazetteer import KINDS, prefix_table
from reconcile.text.folding import key, plain, tidy

if TYPE_CHECKING:
    from reconcile.standardise.gazetteer import Gazetteer, PrefixKinds, Unit

    Component = tuple[PrefixKinds, list[str]]

_BREAKS: Final = re.compile(r"[,;()\[\]|]|\s[-–—/]+\s|(?<=[^\W\d])\s*[-–—]\s*(?=[^\W\d])")
_WORDS: Final = re.compile(r"[^\W_]+(?:['’/][^\W_]+)*\.?")
_SHORTEST_CUT: Final = 30  # columns for addresses are at least so wide
_LONGEST_PREFIX: Final = 3
_COUNTRY: Final = frozenset({"viet nam", "vn"})


@dataclass(frozen=True)
class Place:
    """A place in standard form.

    Attributes:
        unit: id of the smallest unit that is known; empty where none is.
        hamlet: hamlet, unmarked lower case.
        key: the text without words like xã and huyện, unmarked lower case.
        unknown_commune: it names a commune that ``units.toml`` does not have.
    """

    unit: str = ""
    hamlet: str = ""
    key: str = ""
    unknown_commune: bool = False


@dataclass
class _Parts:
    """What a text names: units that fit each part, those that a cut name can be, the hamlet."""

    communes: list[Unit] = field(default_factory=list)
    districts: list[Unit] = field(default_factory=list)
    provinces: list[Unit] = field(default_factory=list)
    begun: list[Unit] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    hamlet: str = ""
    words: list[str] = field(default_factory=list)

    def of(self, kind: str) -> list[Unit]:
        """The list of a kind."""
        return {"commune": self.communes, "district": self.districts}.get(kind, self.provinces)


class PlaceReader:
    """Reads places with the knowledge of ``units.toml``.

    Args:
        gazetteer: the units.
    """

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer
        self._prefixes = prefix_table(gazetteer.prefixes)
        self._read: dict[tuple[str, bool], Place] = {}

    def read(self, text: str, day: int | None = None) -> Place:
        """Read a place.

        Args:
            text: as written; no-value words are already gone.
            day: day of the entry, proleptic ordinal; None where unknown.
        """
        is_new = day is not None and day >= self.gazetteer.cut
        found = self._read.get((text, is_new))
        if found is None:
            found = self._read[text, is_new] = self._parse(text, is_new)
        return found

    @cached_property
    def _single_letters(self) -> frozenset[str]:
        return frozenset(words[0] for words in self._prefixes if words[0].endswith("."))

    def _parse(self, text: str, is_new: bool) -> Place:
        parts = _Parts()
        components = [
            component
            for segment in _BREAKS.split(tidy(text))
            for component in self._components(segment)
        ]
        if len(text) >= _SHORTEST_CUT and components:
            parts.begun = self._begun(*components[-1])
            names = {plain(unit.name) for unit in parts.begun}
            if names:
                kinds, _ = components.pop()
                components += [(kinds, name.split()) for name in names if len(names) == 1]
        for kinds, words in components:
            self._assign(kinds, words, parts)
        unit = self._smallest(parts, is_new)
        hamlet, commune = self._hamlet(parts, unit)
        chosen = commune or (unit.id if unit else "")
        lacks_commune = "commune" in parts.unknown and not parts.communes
        return Place(chosen, hamlet, " ".join(parts.words), lacks_commune)

    def _begun(self, kinds: PrefixKinds, words: list[str]) -> list[Unit]:
        """Districts and provinces that the last name can be, where a column has cut it off."""
        allowed = [kind for kind, _ in kinds if kind in ("district", "province")]
        start = " ".join(words)
        if any(self.gazetteer.named(kind, start) for kind in allowed):
            return []
        return [unit for kind in allowed for unit in self.gazetteer.beginning(kind, start)]

    # -- taking the text apart ------------------------------------------------------------------

    def _components(self, segment: str) -> list[Component]:
        """Parts of a segment: kinds that its prefix allows (none without one), and its words."""
        words = self._split_dots(_WORDS.findall(key(segment)))
        components: list[Component] = []
        kinds: PrefixKinds = ()
        current: list[str] = []
        place = 0
        while place < len(words):
            size, found = self._prefix_at(words, place)
            if size and place + size < len(words):
                if current:
                    components.append((kinds, current))
                kinds, current = (() if found[0][0] == "office" else found), []
                place += size
            else:
                current.append(plain(words[place].rstrip(".")))
                place += 1
        if current:
            components.append((kinds, current))
        return components

    def _split_dots(self, words: list[str]) -> list[str]:
        """``tp.`` is ``tp``; only prefixes of one letter need their dot."""
        return [word if word in self._single_letters else word.rstrip(".") for word in words]

    def _prefix_at(self, words: list[str], place: int) -> tuple[int, PrefixKinds]:
        for size in range(_LONGEST_PREFIX + 1, 0, -1):
            found = self._prefixes.get(tuple(words[place : place + size]))
            if found and place + size <= len(words):
                return size, found
        return 0, ()

    def _assign(self, kinds: PrefixKinds, words: list[str], parts: _Parts) -> None:
        """Find what a component names, longest first; what is left over is read on its own."""
        if " ".join(words) in _COUNTRY:
            return
        if kinds and kinds[0][0] == "hamlet":
            self._assign_hamlet(words, parts)
            return
        for size in range(len(words), 0, -1):
            name = " ".join(words[:size])
            if self._take(kinds, name, parts):
                parts.words += words[:size]
                if words[size:]:
                    self._assign((), words[size:], parts)
                return
        self._assign_unknown(kinds, words, parts)

    def _take(self, kinds: PrefixKinds, name: str, parts: _Parts) -> bool:
        """Note the units of a name that its prefix allows; False where there is none."""
        allowed = dict(kinds) if kinds else dict.fromkeys(KINDS, "")
        for kind in KINDS:
            units = self._units(kind, name) if kind in allowed else []
            if units and not parts.of(kind):
                same = [unit for unit in units if plain(unit.prefix) == allowed[kind]]
                parts.of(kind).extend(same or units)
                return True
        return False

    def _assign_hamlet(self, words: list[str], parts: _Parts) -> None:
        """Take the hamlet; the name of a known unit may follow it without a comma."""
        for size in range(1, len(words)):
            rest = " ".join(words[size:])
            if any(self.gazetteer.named(kind, rest) for kind in KINDS):
                parts.hamlet = parts.hamlet or " ".join(words[:size])
                parts.words += words[:size]
                self._assign((), words[size:], parts)
                return
        parts.hamlet = parts.hamlet or " ".join(words)
        parts.words += words

    def _assign_unknown(self, kinds: PrefixKinds, words: list[str], parts: _Parts) -> None:
        name = " ".join(words)
        parts.words += words
        if not kinds and any(self._take((), " ".join(words[-size:]), parts) for size in (3, 2)):
            return  # Bệnh viện đa khoa Tiền Giang
        if not kinds and not parts.hamlet and self.gazetteer.communes_of_hamlet(name):
            parts.hamlet = name
        if len(kinds) == 1:
            parts.unknown.add(kinds[0][0])

    def _units(self, kind: str, name: str) -> list[Unit]:
        if name.isdigit():
            return [unit for unit in self.gazetteer.coded(name) if unit.kind == kind == "commune"]
        return self.gazetteer.named(kind, name)

    # -- choosing -------------------------------------------------------------------------------

    def _smallest(self, parts: _Parts, is_new: bool) -> Unit | None:
        """The smallest named unit that all larger named ones allow, of the right period."""
        for kind in KINDS:
            fitting = [unit for unit in parts.of(kind) if self._fits(unit, parts)]
            if fitting:
                return min(fitting, key=lambda unit: self._rank(unit, is_new))
        return None

    def _rank(self, unit: Unit, is_new: bool) -> tuple[bool, int]:
        return (unit.to is None) != is_new, self.gazetteer.order(unit)

    def _fits(self, unit: Unit, parts: _Parts) -> bool:
        above = self.gazetteer.above(unit)
        if unit.kind == "commune":
            if not _allowed(parts.begun, above):
                return False
            if "district" in parts.unknown or not _allowed(parts.districts, above):
                return False
            if "province" in parts.unknown and not parts.provinces:
                return False
        return unit.kind == "province" or _allowed(parts.provinces, above)

    def _hamlet(self, parts: _Parts, unit: Unit | None) -> tuple[str, str]:
        """The hamlet by its usual name, and the commune that it alone belongs to."""
        if not parts.hamlet:
            return "", ""
        if unit and unit.kind == "commune":
            known = self.gazetteer.hamlet(unit.id, parts.hamlet)
            if known is None and unit.to is None:  # a hamlet of what became the new commune
                known = self._hamlet_anywhere(parts.hamlet, unit.id)
            return known or parts.hamlet, ""
        communes = self.gazetteer.communes_of_hamlet(parts.hamlet)
        fitting = [
            commune for commune in communes if self._fits(self.gazetteer.unit(commune), parts)
        ]
        if len(fitting) != 1 or parts.communes or "commune" in parts.unknown:
            return parts.hamlet, ""
        return self.gazetteer.hamlet(fitting[0], parts.hamlet) or parts.hamlet, fitting[0]

    def _hamlet_anywhere(self, name: str, into: str) -> str | None:
        for commune in sorted(self.gazetteer.communes_of_hamlet(name)):
            if self.gazetteer.unit(commune).into == into:
                return self.gazetteer.hamlet(commune, name)
        return None


def _allowed(named: list[Unit], above: set[str]) -> bool:
    return not named or any(unit.id in above for unit in named)
