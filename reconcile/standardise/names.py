"""Names of persons: from what was typed to họ, đệm, tên and the forms that are compared.

Different names stay different: Huỳnh is not Hoàng, Phước not Phúc, Thy not Thi. What is undone is
only the accident of writing: invisible characters, typing residue, abbreviations that have one
meaning, signs, the case, a second name in brackets.

Source of the structure họ, chữ đệm, tên: Nghị định 87/2020/NĐ-CP, art. 2.4. Abbreviations are
forbidden in books (Thông tư 04/2020/TT-BTP, art. 29) and occur all the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from reconcile.config import Strict
from reconcile.standardise.name_slips import SlipReader
from reconcile.standardise.name_words import (
    SMALL_LETTERS,
    capital,
    first_up,
    meant,
    part_words,
)
from reconcile.text.folding import key, plain, tidy
from reconcile.text.sound import southern_sound_key
from reconcile.text.syllables import is_vietnamese_syllable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class _Middle(Strict):
    female: dict[str, str]
    male: dict[str, str]


class _Words(Strict):
    other_name: tuple[str, ...]
    titles: dict[str, Literal["", "M", "F"]]
    title_families: tuple[str, ...]
    remarks: tuple[str, ...]
    no_name: tuple[str, ...]
    also_names: tuple[str, ...]
    usual_families: tuple[str, ...]


class NameKnowledge(Strict):
    """``names.toml``."""

    family_abbreviations: dict[str, str]
    middle_abbreviations: _Middle
    words: _Words


@dataclass(frozen=True)
class Name:
    """A name in standard form.

    Attributes:
        name: for people to read: composed, first letters in capitals; empty where there is none.
        other: second name of the same person, as ``name``.
        flags: codes of findings, without the prefix ``name_``.
        key: lower case, tone placement folded.
        plain: lower case, without marks.
        sound: as it sounds in the south.
        parts: họ, đệm and tên of the key; a single word is a tên.
    """

    name: str = ""
    other: str = ""
    flags: tuple[str, ...] = ()
    key: str = ""
    plain: str = ""
    sound: str = ""
    parts: tuple[str, str, str] = ("", "", "")


def _name(shown: str, other: str, flags: set[str]) -> Name:
    folded = key(shown)
    first, *rest = folded.split()
    parts = (first, " ".join(rest[:-1]), rest[-1]) if rest else ("", "", first)
    if key(other) == folded:
        other = ""
    return Name(
        shown,
        other,
        tuple(sorted(flags)),
        folded,
        plain(folded),
        southern_sound_key(folded),
        parts,
    )


_BRACKETS: Final = re.compile(r"\s*[(\[{«]([^)\]}»]*)[)\]}»]?\s*")
_BORN: Final = re.compile(r"[,;]?\s*\b(?:sinh(?: năm| ngày)?|sn|ns)\b[\s.:]*\d.*$", re.IGNORECASE)
_SIGNS: Final = "\u0303 .,;:-_'\"`*~|/\\!?+=<>#$%&^’‘“”–—…"
_SPLIT: Final = re.compile(r"\s*[/;|]\s*|\s+[-–—]\s+")


class _Word(NamedTuple):
    """A word of a name in all its forms; ``leads`` where a name that begins so needs a look."""

    shown: str
    key: str
    plain: str
    sound: str
    leads: bool


@dataclass
class _Draft:
    """A name on its way: what is left of the text, and what was noticed."""

    text: str
    other: str = ""
    flags: set[str] = field(default_factory=set)


class NameCleaner:
    """Cleans names with the knowledge of ``names.toml``.

    Args:
        knowledge: the mapping file.
        is_no_value: tells whether a cell says that there is no value.
    """

    def __init__(self, knowledge: NameKnowledge, is_no_value: Callable[[str], bool]) -> None:
        self._families = knowledge.family_abbreviations
        self._female = knowledge.middle_abbreviations.female
        self._male = knowledge.middle_abbreviations.male
        words = knowledge.words
        self._titles = words.titles
        self._title_families = frozenset(words.title_families)
        self._usual = frozenset(words.usual_families)
        self._slips = SlipReader(words.usual_families)
        self._remarks = frozenset(key(remark) for remark in words.remarks)
        self._no_name = frozenset(plain(text) for text in words.no_name)
        self._also_names = frozenset(words.also_names)
        self._is_no_value = is_no_value
        self._first_no_name = frozenset(text.split()[0] for text in self._no_name)
        self._words_seen: dict[str, _Word | None] = {}
        self._lead_words = frozenset(word.split()[0] for word in (*words.other_name, "tự", "sinh"))
        leads = "|".join(sorted(map(re.escape, words.other_name), key=len, reverse=True))
        self._lead = re.compile(rf"(?:{leads})\b[\s.:]*", re.IGNORECASE)
        phrases = "|".join(lead for lead in leads.split("|") if "\\ " in lead)
        capitals = SMALL_LETTERS.upper()
        # In capitals a single word may be part of the name, unless a whole name stands before it.
        single = "|".join(lead for lead in leads.split("|") if "\\ " not in lead).upper()
        self._between = re.compile(
            rf"[\s,;.-]+(?:{leads}|(?i:{phrases})|tự(?=\s+[{capitals}]))[\s.:]+"
            rf"|(?<=[{capitals}])(?<=\S)\s+(?:{single}|TỰ)\s+(?=[{capitals}])"
        )

    def clean(self, raw: str, sex: str = "", grown: bool = True) -> Name:
        """Bring a name into standard form.

        Args:
            raw: decoded text of the cell; leading and given name joined where apart.
            sex: M, F or empty, as the cell, the role or a word says; decides what ``T.`` means.
            grown: can be addressed as a grown person: the Ông of a newborn is a family name.
        """
        usual = self._usual_name(raw)
        if usual:
            return usual
        draft = _Draft(tidy(raw))
        if self.is_no_name(draft.text):
            return Name()
        self._take_other(draft)
        words = self._words(draft)
        words = self._without_title(words, sex, grown)
        words = self._spelled_out(words, sex, draft)
        if not words:
            return Name()
        meant = self._slips.read(words, sex)
        if meant != words:
            words = meant
            draft.flags.add("slip")
        shown = " ".join(capital(word) for word in words)
        self._judge(words, draft)
        other = " ".join(capital(word) for word in self._words(_Draft(draft.other)))
        return _name(shown, other, draft.flags)

    def _usual_name(self, raw: str) -> Name | None:
        """A name of nothing but Vietnamese syllables that need no look; None for any other."""
        words = [self._plain_word(word) for word in raw.split()]
        if len(words) < 2 or words[0] is None or words[0].leads or None in words:
            return None
        if self._is_no_value(raw):
            return None
        known = [word for word in words if word is not None]
        parts = [word.key for word in known]
        return Name(
            " ".join(word.shown for word in known),
            "",
            (),
            " ".join(parts),
            " ".join(word.plain for word in known),
            " ".join(word.sound for word in known),
            (parts[0], " ".join(parts[1:-1]), parts[-1]),
        )

    def _plain_word(self, word: str) -> _Word | None:
        """A word that means itself wherever it stands in a name; None for any other."""
        if word not in self._words_seen:
            self._words_seen[word] = self._read_word(word)
        return self._words_seen[word]

    def _read_word(self, word: str) -> _Word | None:
        lower = word.lower()
        means_more = lower in self._lead_words or lower in self._families or self._slips.hides(word)
        if tidy(word) != word or not word.isalpha() or means_more:
            return None
        if not is_vietnamese_syllable(word):
            return None
        folded = key(word)
        return _Word(
            first_up(word),
            folded,
            plain(folded),
            southern_sound_key(folded),
            lower in self._titles or plain(folded) in self._first_no_name,
        )

    def joined(self, leading: str, given: str) -> str:
        """A name whose tên stands in a column of its own.

        Args:
            leading: họ and đệm; no-value words are already gone.
            given: the tên as typed: ``Na`` behind a họ is one, though n/a is written so too.
        """
        is_name = leading and given.strip().lower() in self._also_names
        return f"{leading} {given if is_name or not self._is_no_value(given) else ''}".strip()

    def may_be_family(self, raw: str) -> bool:
        """Does a name begin with a word that is a title and a family name: Ông."""
        return raw.partition(" ")[0].lower() in self._title_families

    def is_family(self, raw: str, children: Iterable[str], partners: Iterable[str]) -> bool:
        """Do relatives of one entry say that a name begins with a family name and no title.

        A child has the family name of a parent; who writes Ông before one partner writes Bà
        before the other.

        Args:
            raw: a name for which :meth:`may_be_family` holds.
            children: names of the person's children in the entry; empty ones count for nothing.
            partners: those of partners.
        """
        first, second, *_ = [*raw.lower().split(), "", ""]
        families = {child.lower().split()[0] for child in children if child}
        if families & {first, second}:
            return first in families
        said = [partner.lower().split()[0] for partner in partners if partner]
        return bool(said) and self._titles.keys().isdisjoint(said)

    def is_no_name(self, text: str) -> bool:
        """Does a cell say that there is no name."""
        bare = plain(text).strip(_SIGNS)
        if not bare or bare in self._no_name or not re.search(r"[^\W\d_]", bare):
            return True
        return self._is_no_value(text)

    def _take_other(self, draft: _Draft) -> None:
        """Take brackets and second names out of the text."""
        words = draft.text.split()
        if all(map(str.isalpha, words)) and self._lead_words.isdisjoint(map(str.lower, words)):
            return
        draft.text = _BORN.sub("", draft.text)
        for inside in _BRACKETS.findall(draft.text):
            self._offer(self._lead.sub("", inside), draft)
        draft.text = _BRACKETS.sub(" ", draft.text).strip()
        for separator in (self._between, _SPLIT):
            parts = separator.split(draft.text, maxsplit=1)
            if len(parts) == 2 and _is_apart(draft.text, parts, separator is _SPLIT):
                draft.text = parts[0]
                self._offer(parts[1], draft)

    def _offer(self, text: str, draft: _Draft) -> None:
        bare = key(text).strip(_SIGNS)
        is_name = bare not in self._remarks and not self.is_no_name(text)
        if not draft.other and is_name:
            if not re.search(r"\d", bare):
                draft.other = text.strip(_SIGNS)
            draft.flags.add("two_names")

    @staticmethod
    def _words(draft: _Draft) -> list[str]:
        typed = draft.text.split()
        if all(map(is_vietnamese_syllable, typed)):
            return typed
        words = []
        for word in part_words(draft.text):
            bare = word.strip(_SIGNS[1:])  # not the tilde: Ng̃
            if bare:
                words += meant(bare, draft.flags)
        return words

    def _without_title(self, words: list[str], sex: str, grown: bool) -> list[str]:
        """Leave out a title, but no family name: a woman or a child is not addressed as Ông."""
        lower = [word.lower() for word in words]
        if len(words) <= 3 or lower[0] not in self._titles or lower[1] not in self._usual:
            return words
        said = self._titles[lower[0]]
        shown = sex or ("F" if "thị" in lower else "")
        fits = not said or not shown or said == shown
        # Ông Văn Hữu Tài: Văn is much oftener a đệm than a family.
        is_family = lower[0] in self._title_families and (not grown or lower[1] == "văn")
        return words[1:] if fits and not is_family else words

    def _spelled_out(self, words: list[str], sex: str, draft: _Draft) -> list[str]:
        """Replace abbreviations that have one meaning."""
        if len(words) < 2:
            return words
        words = list(words)
        family = self._families.get(words[0].lower())
        if family:
            words[0] = family
            draft.flags.add("abbreviated")
        # The đệm stands second, or third behind the family names of both parents.
        has_two = len(words) > 3 and words[1].lower() in self._usual and words[1].lower() != "văn"
        place = 2 if has_two else 1
        if len(words) > place + 1:
            short = words[place].lower()
            middle = (self._female if sex != "M" else {}).get(short) or (
                self._male if sex != "F" else {}
            ).get(short)
            if middle:
                words[place] = middle
                draft.flags.add("abbreviated")
        return words

    @staticmethod
    def _judge(words: list[str], draft: _Draft) -> None:
        if len(words) == 1:
            draft.flags.add("one_word")
        if all(map(is_vietnamese_syllable, words)):
            return
        if any(len(word) == 1 and not is_vietnamese_syllable(word) for word in words):
            draft.flags.add("abbreviated")
        if any(re.search(r"[^\w\s.'’\u0303-]|[\d_]", word) for word in words):
            draft.flags.add("odd_characters")
        elif not all(is_vietnamese_syllable(word) for word in words if len(word) > 1):
            draft.flags.add("syllable_impossible")


def _is_apart(text: str, parts: list[str], needs_two_names: bool) -> bool:
    """Are both parts names; in capitals only where a whole name stands first."""
    left, right = (part.strip(_SIGNS) for part in parts)
    if needs_two_names:
        return len(left.split()) > 1 and len(right.split()) > 1
    said = text[len(parts[0]) : len(text) - len(parts[1])].strip(_SIGNS)
    words = left.split()
    if not right or not said.isupper() or " " in said:
        return bool(right and words)
    # NGUYỄN VĂN TỰ TRỌNG is one name, LÊ BẢY TỨC SÁU are two: Tức is hardly ever a đệm.
    is_whole = len(words) == 2 and said == "TỨC" and words[1] not in ("VĂN", "THỊ")
    return is_whole or len(words) > 2
