"""Places as entries write them, down to the hamlet.

Old names are no errors and are never rewritten: a place gets the unit of its time, and the text
stays beside it. ``xã Hiệp Đức`` alone is the old commune before 2025-07-01 and the new one after;
a district or an old province in the text says that the old one is meant whatever the date.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final

from reconcile.standardise.gazetteer import KINDS, prefix_table
from reconcile.text.folding import key, plain, tidy

if TYPE_CHECKING:
    from reconcile.standardise.gazetteer import Gazetteer, PrefixKinds, Unit

    Component = tuple[PrefixKinds, list[str]]

_BREAKS: Final = re.compile(r"[,;()\[\]|]|\s[-–—/]+\s|(?<=[^\W\d])\s*[-–—/]\s*(?=[^\W\d])")
_WORDS: Final = re.compile(r"[^\W_]+(?:['’/][^\W_]+)*\.?")
# Hội Xuân (nay là xã Hiệp Đức): what a unit became later says nothing of the one that is meant.
_NOW: Final = re.compile(r"[,;(\s]*\b(?:hiện )?nay (?:là|thuộc)\b[^)]*\)?", re.IGNORECASE)
_GLUED: Final = re.compile(r"([^\W\d_]+)(\d+)")
_HOUSE: Final = re.compile(r"\d+[a-z]?(?:/\d+[a-z]?)*")
_SHORTEST_CUT: Final = 30  # columns for addresses are at least so wide
_LONGEST_PREFIX: Final = 3
_LONGEST_NAME: Final = 4  # words
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
    """What a text names: units that fit each part, those that a cut name can be, the hamlet.

    ``around`` are the communes whose names stand somewhere in the text.
    """

    around: frozenset[str] = frozenset()

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
        components = [
            component
            for segment in _BREAKS.split(_NOW.sub(" , ", tidy(text)))
            for component in self._components(segment)
        ]
        parts = _Parts(self._communes_in(components))
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
        words = self._parted(self._split_dots(_WORDS.findall(key(segment))))
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

    def _parted(self, words: list[str]) -> list[str]:
        """``ấp1`` is ``ấp 1`` and ``p5`` is ``p. 5``: a prefix may stick to its number."""
        parted: list[str] = []
        for word in words:
            glued = _GLUED.fullmatch(word)
            prefix = (glued[1] if len(glued[1]) > 1 else f"{glued[1]}.") if glued else ""
            is_prefix = glued and (prefix,) in self._prefixes
            parted += [prefix, glued[2]] if glued and is_prefix else [word]
        return parted

    def _prefix_at(self, words: list[str], place: int) -> tuple[int, PrefixKinds]:
        """How many words are a prefix from a place on, and what it can stand before."""
        letter = words[place].rstrip(".")
        if len(letter) == 1:
            return self._letter_at(letter, words, place)
        for size in range(_LONGEST_PREFIX + 1, 0, -1):
            found = self._prefixes.get(tuple(words[place : place + size]))
            if found and place + size <= len(words):
                return size, found
        return 0, ()

    def _letter_at(self, letter: str, words: list[str], place: int) -> tuple[int, PrefixKinds]:
        """A letter is a prefix where a unit of its kind follows; else its dot makes it one.

        ``H. Ngãi`` is short for the hamlet Hiệp Ngãi, though ``h.`` is a district's prefix.
        """
        kinds = self._prefixes.get((f"{letter}.",), ())
        if kinds and any(self._names(kind, words, place + 1) for kind, _ in kinds):
            # Tân Bường A Tân An: behind a name, A without a dot belongs to it.
            is_part = place and kinds[0][0] == "hamlet" and letter == words[place]
            return (0, ()) if is_part else (1, kinds)
        dotted = words[place] != letter
        return (1, kinds) if kinds and dotted and not self._is_initial(words, place) else (0, ())

    def _is_initial(self, words: list[str], place: int) -> bool:
        """Does a letter begin a short name, behind which nothing or another name stands."""
        sizes = self._names("commune", words, place) + self._names("hamlet", words, place)
        return any(
            end == len(words)
            or (words[end],) in self._prefixes
            or any(self._names(kind, words, end) for kind in (*KINDS, "hamlet"))
            for end in (place + size for size in sizes)
        )

    def _names(self, kind: str, words: list[str], start: int) -> list[int]:
        """Sizes of the names of units of some kind, or of hamlets, that begin at a place."""
        bare = [plain(word.rstrip(".")) for word in words[start : start + _LONGEST_NAME]]
        known = (
            self.gazetteer.communes_of_hamlet
            if kind == "hamlet"
            else partial(self.gazetteer.named, kind)
        )
        return [size for size in range(1, len(bare) + 1) if known(" ".join(bare[:size]))]

    def _communes_in(self, components: list[Component]) -> frozenset[str]:
        """Communes whose names stand anywhere in a text but behind the prefix of a hamlet."""
        return frozenset(
            unit.id
            for kinds, words in components
            if not kinds or any(kind == "commune" for kind, _ in kinds)
            for start in range(len(words))
            for size in range(1, _LONGEST_NAME)
            for unit in self.gazetteer.named("commune", " ".join(words[start : start + size]))
        )

    def _assign(self, kinds: PrefixKinds, words: list[str], parts: _Parts) -> None:
        """Find what a component names, longest first; what is left over is read on its own."""
        if " ".join(words) in _COUNTRY:
            return
        if kinds and kinds[0][0] == "hamlet":
            self._assign_hamlet(words, parts)
            return
        if not kinds and self._assign_bare_hamlet(words, parts, parts.around):
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

    def _assign_bare_hamlet(
        self, words: list[str], parts: _Parts, communes: frozenset[str] | None = None
    ) -> bool:
        """Take a hamlet without its prefix at the beginning, behind the number of a house.

        Args:
            words: what is left of a component.
            parts: where it is noted; False where nothing is.
            communes: whose hamlet it must be; None for any.
        """
        start = 0
        while start < len(words) and _HOUSE.fullmatch(words[start]):
            start += 1
        for size in range(len(words), start, -1):
            of = self.gazetteer.communes_of_hamlet(" ".join(words[start:size]))
            if not parts.hamlet and (of & communes if communes is not None else of):
                parts.hamlet = " ".join(words[start:size])
                parts.words += words[:size]
                if words[size:]:
                    self._assign((), words[size:], parts)
                return True
        return False

    def _assign_unknown(self, kinds: PrefixKinds, words: list[str], parts: _Parts) -> None:
        if not kinds and self._assign_bare_hamlet(words, parts):
            return
        parts.words += words
        if not kinds and any(self._take((), " ".join(words[-size:]), parts) for size in (3, 2)):
            return  # Bệnh viện đa khoa Tiền Giang
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
