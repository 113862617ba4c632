"""Words that stand for a standard value: sex, codes, ethnic group, nationality, relation, notes.

All words are data in ``codes.toml``. Ethnic groups are kept as names, never as numbers: two
official lists (QĐ 121-TCTK/PPCĐ of 1979, census list of 2009) number them differently.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import field_validator

from reconcile.config import Strict
from reconcile.errors import Problem
from reconcile.text.folding import key, plain, tidy

_SIGNS: Final = " .,;:'\"`*_"
_HEAD: Final = re.compile("[^\\W_](?:[^\\W_]|[\u0300-\u036f])*")  # with marks apart
_LONGEST_RELATION: Final = 5  # words
_BRACKET: Final = re.compile(r"\s*[(\[].*")


class _Relation(Strict):
    """Words for one relation; ``whole`` ones are others' names inside a longer text."""

    standard: str
    sex: Literal["", "M", "F"] = ""
    words: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()


class CodeKnowledge(Strict):
    """``codes.toml``."""

    no_value: tuple[str, ...]
    sex: dict[str, tuple[str, ...]]
    code: dict[str, dict[str, tuple[str, ...]]]
    relation: tuple[_Relation, ...]
    note_flags: dict[str, str]
    ethnic_group: dict[str, tuple[str, ...]]
    nationality: dict[str, tuple[str, ...]]

    @field_validator("note_flags")
    @classmethod
    def _are_patterns(cls, patterns: dict[str, str]) -> dict[str, str]:
        for pattern in patterns.values():
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(
                    Problem("{pattern} is not a regular expression", pattern=pattern)
                ) from error
        return patterns


@dataclass(frozen=True)
class Coded:
    """A value in standard form.

    Attributes:
        value: the standard word or name; empty where there is none.
        known: False where the text says something that is not in ``codes.toml``.
    """

    value: str = ""
    known: bool = True


@dataclass(frozen=True)
class Relation:
    """What a requester is to the principal person.

    Attributes:
        value: self, father, mother, husband, wife, child, grandparent, uncle_aunt, sibling,
            relative, official, other, or empty.
        sex: sex that the word says, or empty.
        known: False where the word is not in ``codes.toml``.
    """

    value: str = ""
    sex: str = ""
    known: bool = True


class _Words:
    """Looks words up, first as written, then without marks.

    Args:
        groups: standard value -> words for it. Without marks the first value wins a word.
    """

    def __init__(self, groups: Mapping[str, Iterable[str]]) -> None:
        self._written: dict[str, str] = {}
        self._plain: dict[str, str] = {}
        for standard, words in groups.items():
            for word in words:
                self._written.setdefault(_bare(key(word)), standard)
                self._plain.setdefault(_bare(plain(word)), standard)

    def find(self, text: str) -> str | None:
        """The standard value of a text; None where it is not known."""
        written = self._written.get(_bare(key(text)))
        return written if written is not None else self._plain.get(_bare(plain(text)))


def _bare(text: str) -> str:
    return re.sub(r"\s*[-–]\s*", " ", text.strip(_SIGNS)).strip()


class CodeReader:
    """Reads coded fields with the knowledge of ``codes.toml``.

    Args:
        knowledge: the mapping file.
    """

    def __init__(self, knowledge: CodeKnowledge) -> None:
        self._no_value = frozenset(_signs_off(key(word)) for word in knowledge.no_value)
        self._plain_no_value = frozenset(_signs_off(plain(word)) for word in knowledge.no_value)
        self._first_no_value = frozenset(
            plain(head[0]) for word in knowledge.no_value if (head := _HEAD.search(word))
        )
        self._longest_no_value = max(map(len, knowledge.no_value), default=0) + 6
        self._sex = _Words(_with_names(knowledge.sex))
        self._codes = {
            attribute: _Words({standard: (standard, *words) for standard, words in groups.items()})
            for attribute, groups in knowledge.code.items()
        }
        self._ethnic = _Words(_with_names(knowledge.ethnic_group))
        self._nations = _Words(_with_names(knowledge.nationality))
        self._flags = {flag: re.compile(p) for flag, p in knowledge.note_flags.items()}
        self._relations: dict[str, Relation] = {}
        self._plain_relations: dict[str, Relation] = {}
        self._whole_relations: dict[str, Relation] = {}
        for relation in knowledge.relation:
            found = Relation(relation.standard, relation.sex)
            for word in relation.words:
                self._relations.setdefault(_spaced(key(word)), found)
                self._plain_relations.setdefault(_spaced(plain(word)), found)
            for word in relation.whole:
                self._whole_relations.setdefault(_spaced(plain(word)), found)

    def is_no_value(self, text: str) -> bool:
        """Does a cell mean that there is no value.

        Phrases count with any marks (``không rỏ``); a single word only as it is written or without
        any mark, since with others it may be a name (``Mơ`` is not ``mờ``).
        """
        if len(text) > self._longest_no_value or (len(text) > 2 and text[0].isdigit()):
            return False  # most texts: names, places, dates, numbers
        head = _HEAD.search(text)
        if head and text.isprintable() and plain(head[0]) not in self._first_no_value:
            return False
        written = _signs_off(key(text))
        if written in self._no_value:
            return True
        return (written.isascii() or " " in written) and _signs_off(
            plain(text)
        ) in self._plain_no_value

    def sex(self, text: str) -> Coded:
        """M, F, or empty where the sex is not determined."""
        found = self._sex.find(text)
        if found is None:
            return Coded("", known=self.is_no_value(text))
        return Coded("" if found == "U" else found)

    def code(self, attribute: str, text: str) -> Coded:
        """The standard word of a coded attribute; a word that it has already stays."""
        words = self._codes.get(attribute)
        if words is None:
            return Coded(text)
        found = words.find(text)
        return Coded("", known=self.is_no_value(text)) if found is None else Coded(found)

    def ethnic_group(self, text: str) -> Coded:
        """Name of the ethnic group; sub-groups in brackets are left out."""
        return self._named(self._ethnic, text)

    def nationality(self, text: str) -> Coded:
        """Name of the country; the English name in brackets is left out."""
        return self._named(self._nations, text)

    def _named(self, words: _Words, text: str) -> Coded:
        whole = tidy(text)
        for candidate in (whole, _BRACKET.sub("", whole)):
            found = words.find(candidate)
            if found:
                return Coded(found)
        if self.is_no_value(whole):
            return Coded()
        name = _BRACKET.sub("", whole).strip(_SIGNS)
        return Coded("" if re.fullmatch(r"[\d\W]*", name) else name, known=False)

    def relation(self, text: str) -> Relation:
        """What the requester is to the principal person: the longest phrase, then the first.

        A single word is read without marks only where it was typed so, begins the cell, or is all
        of it: the ``đi`` of ``người đi khai`` is no ``dì``.
        """
        if self.is_no_value(text):
            return Relation()
        written, bare = _spaced(key(text)).split(), _spaced(plain(text)).split()
        whole = " ".join(bare)
        said = self._whole_relations.get(whole.removeprefix("la ").removeprefix("chinh "))
        found = said or self._relations.get(" ".join(written)) or self._plain_relations.get(whole)
        return found or self._longest_relation(written, bare) or Relation(known=False)

    def _longest_relation(self, written: list[str], bare: list[str]) -> Relation | None:
        """The relation of the longest phrase of a text, of equally long ones the first."""
        for size in range(min(len(bare), _LONGEST_RELATION), 0, -1):
            for start in range(len(bare) - size + 1):
                words = " ".join(written[start : start + size])
                without = " ".join(bare[start : start + size])
                found = self._relations.get(words)
                if not found and (size > 1 or words == without or (not start and len(words) > 3)):
                    found = self._plain_relations.get(without)
                if found:
                    return found
        return None

    def note_flags(self, text: str) -> str:
        """What the notes speak of, sorted and joined with a blank.

        What a pattern has groups for stands behind its flag: ``earlier:25/1986``.
        """
        words = plain(text)
        found = ((flag, pattern.search(words)) for flag, pattern in self._flags.items())
        return " ".join(sorted(_flag(flag, match) for flag, match in found if match))


def _flag(flag: str, match: re.Match[str]) -> str:
    said = "/".join(part.lstrip("0") for part in match.groups() if part)
    return f"{flag}:{said}" if said else flag


def _signs_off(text: str) -> str:
    return text.strip(_SIGNS + "-–—…/?!#()")


def _spaced(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text))


def _with_names(groups: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    return {name: (name, *words) for name, words in groups.items()}
