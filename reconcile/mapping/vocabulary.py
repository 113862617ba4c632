"""What a header means: by the headers that shipped mappings know, else by its words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from rapidfuzz.distance import OSA

from reconcile.config import Strict, read_mapping
from reconcile.importers.labels import label_key
from reconcile.text.folding import strip_marks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from reconcile.config import RegisterType
    from reconcile.importers.mapping import Mappings

_WORD: Final = re.compile(r"[A-ZĐ]+(?![a-z])|[A-ZĐ]?[a-z]+|\d+")
_SHORTEST_SLIP: Final = 6  # shorter headers are too easily one error away from another


class Certainty(IntEnum):
    """How sure it is what a column means."""

    NONE = 0
    GUESSED = 1
    LIKELY = 2
    SURE = 3


class Meaning(NamedTuple):
    """What a header means for one register type.

    Attributes:
        field: field of the mapping, empty where nobody knows.
        certainty: how sure that is.
    """

    field: str = ""
    certainty: Certainty = Certainty.NONE


class Words(Strict):
    """``vocabulary.toml``: words of headers, file names and sheet names.

    Attributes:
        fillers: words that say nothing.
        register_types: code -> how files and sheets call it.
        roles: code -> role -> how headers call it, the role first that is meant by default.
        entry: attribute of the entry -> headers.
        person: attribute of a person -> headers.
        parts_of_birth: attribute -> headers of a date in three columns below a group.
        owners: attribute -> role where a header names none.
    """

    fillers: tuple[str, ...]
    register_types: dict[str, tuple[str, ...]]
    roles: dict[str, dict[str, tuple[str, ...]]]
    entry: dict[str, tuple[str, ...]]
    person: dict[str, tuple[str, ...]]
    parts_of_birth: dict[str, tuple[str, ...]]
    owners: dict[str, str]


@dataclass(frozen=True)
class Vocabulary:
    """All that is known of headers.

    Attributes:
        words: the words.
        known: register type -> key of a header -> field, where all mappings agree.
        aliases: key of a header or of a part of one -> key of the one that mappings write.
    """

    words: Words
    known: Mapping[str, Mapping[str, str]]
    aliases: Mapping[str, str]

    def meaning(self, parts: Sequence[str], register_type: RegisterType) -> Meaning:
        """What a header means, in a file of a register type.

        Args:
            parts: the header, or the group and the header below it; decoded.
            register_type: the register type.
        """
        known = self.known.get(register_type.code, {})
        keys = [self.aliases.get(key, key) for key in map(label_key, parts)]
        for key in dict.fromkeys(("".join(keys), "".join(map(label_key, parts)))):
            if key in known:
                return Meaning(known[key], Certainty.SURE)
        found = self._by_words(parts, register_type)
        if found.field:
            return found
        near = self._one_slip_away("".join(keys), known)
        return Meaning(near, Certainty.GUESSED) if near else found

    def register_type_of(self, *names: str) -> str:
        """Code of the register type that a name says, the longest word first; empty if none."""
        for name in names:
            words = tokens(name)
            found = [
                (len(label_key(phrase)), code)
                for code, phrases in self.words.register_types.items()
                for phrase in phrases
                if _stands_in(tokens(phrase), words)
            ]
            if found:
                return max(found)[1]
        return ""

    def _by_words(self, parts: Sequence[str], register_type: RegisterType) -> Meaning:
        roles = self.words.roles.get(register_type.code) or {
            role.name: (role.vi,) for role in register_type.roles
        }
        default = next(iter(roles))
        entry = self._entry.get(label_key(parts[-1]))
        if len(parts) == 1 and entry:
            return Meaning(f"entry.{entry}", Certainty.SURE)
        words = [word for part in parts for word in tokens(part)]
        for role, rest in _without_role(words, roles):
            if not rest:
                return Meaning(f"{role}.name", Certainty.LIKELY)
            key = "".join(rest)
            if len(parts) > 1 and key in self._parts and role == default:
                return Meaning(f"{role}.{self._parts[key]}", Certainty.SURE)
            if key in self._person:
                return Meaning(f"{role}.{self._person[key]}", Certainty.SURE)
            bare = "".join(word for word in rest if word not in self._fillers)
            if bare in self._person:
                return Meaning(f"{role}.{self._person[bare]}", Certainty.LIKELY)
        return self._without_person(parts, words, (default, tuple(roles)))

    def _without_person(
        self, parts: Sequence[str], words: list[str], roles: tuple[str, tuple[str, ...]]
    ) -> Meaning:
        """A header that names no role: an attribute of the entry, or of the default role."""
        default, known = roles
        for key in ("".join(words), label_key(parts[-1])):
            if key in self._entry:
                return Meaning(f"entry.{self._entry[key]}", Certainty.LIKELY)
            attribute = self._person.get(key)
            if attribute:
                owner = self.words.owners.get(attribute, default)
                owner = owner if owner in known else default
                return Meaning(f"{owner}.{attribute}", Certainty.LIKELY)
        return Meaning()

    @staticmethod
    def _one_slip_away(key: str, known: Mapping[str, str]) -> str:
        """The field of the only known header that is one typing error away."""
        if len(key) < _SHORTEST_SLIP:
            return ""
        near = {field for one, field in known.items() if OSA.distance(key, one, score_cutoff=1) < 2}
        return near.pop() if len(near) == 1 else ""

    @cached_property
    def _entry(self) -> dict[str, str]:
        return _by_key(self.words.entry)

    @cached_property
    def _person(self) -> dict[str, str]:
        return _by_key(self.words.person)

    @cached_property
    def _parts(self) -> dict[str, str]:
        return _by_key(self.words.parts_of_birth)

    @cached_property
    def _fillers(self) -> frozenset[str]:
        return frozenset(word for phrase in self.words.fillers for word in tokens(phrase))


def tokens(text: str) -> list[str]:
    """Words of a header or name, in lower case without marks.

    >>> tokens("nksHoTen"), tokens("HO_ME"), tokens("Ngày, tháng sinh")
    (['nks', 'ho', 'ten'], ['ho', 'me'], ['ngay', 'thang', 'sinh'])
    """
    return [word.lower() for word in _WORD.findall(strip_marks(text))]


def _by_key(phrases: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {label_key(phrase): name for name, listed in phrases.items() for phrase in listed}


def _stands_in(phrase: Sequence[str], words: Sequence[str]) -> bool:
    return any(
        list(words[start : start + len(phrase)]) == list(phrase)
        for start in range(len(words) - len(phrase) + 1)
    )


def _without_role(
    words: Sequence[str], roles: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, list[str]]]:
    """Every role that words name, with the other words; the longest naming first."""
    found = []
    for role, phrases in roles.items():
        for phrase in phrases:
            wanted = tokens(phrase)
            for start in range(len(words) - len(wanted) + 1):
                if list(words[start : start + len(wanted)]) == wanted:
                    rest = [*words[:start], *words[start + len(wanted) :]]
                    found.append((-len(wanted), role, rest))
    for _, role, rest in sorted(found, key=lambda one: one[0]):
        yield role, rest


def load_vocabulary(folder: Path, mappings: Mappings) -> Vocabulary:
    """Read ``vocabulary.toml`` and take the headers that the mappings know beside it.

    Args:
        folder: the mappings folder.
        mappings: all mappings of communes.

    Raises:
        MappingError: the file is missing or does not fit.
    """
    told: dict[str, dict[str, set[str]]] = {}
    aliases: dict[str, str] = {}
    for plans in mappings.plans.values():
        for plan in plans:
            here = told.setdefault(plan.register_type.code, {})
            for key, field in plan.fields.items():
                here.setdefault(key, set()).add(field)
            aliases |= plan.aliases
            for label, field in plan.register_type.template.items():
                here.setdefault(label_key(label), set()).add(field)
    known = {
        code: {key: min(fields) for key, fields in keys.items() if len(fields) == 1}
        for code, keys in told.items()
    }
    return Vocabulary(read_mapping(folder / "vocabulary.toml", Words), known, aliases)
