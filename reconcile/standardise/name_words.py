"""Single words of a name: what the hand slipped on, and first letters in capitals."""

from __future__ import annotations

import re
from typing import Final

from reconcile.text.folding import split_tone, strip_marks
from reconcile.text.syllables import is_vietnamese_syllable
from reconcile.text.typing_residue import undo

_JOINED: Final = re.compile(r"(?<=[^\W\d_])[._–—-](?=[^\W\d_])")
# Small and capital letters alternate in Unicode beyond Latin-1, so that ranges will not do.
SMALL_LETTERS: Final = (
    "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵbcdđghklmnpqrstvx"
)
_GLUED: Final = re.compile(f"(?<=[{SMALL_LETTERS}])(?=[{SMALL_LETTERS.upper()}])")
_OCR: Final = str.maketrans("01", "ol")
_BETWEEN_CONSONANTS: Final = re.compile(r"[^aeiouy]\?[^aeiouy]")


def part_words(text: str) -> list[str]:
    """Words of a text; a dot between them always parts, a hyphen where both are Vietnamese."""
    return _JOINED.sub(_blank_between, text).split()


def _blank_between(found: re.Match[str]) -> str:
    """A dot always parts words; a hyphen does in Vietnamese names, not in Jean-Paul."""
    if found[0] in "._":
        return " "
    before = re.split(r"[\s._–—-]", found.string[: found.start()])[-1]
    after = re.split(r"[\s._–—-]", found.string[found.end() :])[0]
    both = is_vietnamese_syllable(before) and is_vietnamese_syllable(after)
    return " " if both else found[0]


def meant(word: str, flags: set[str]) -> list[str]:
    """One typed word as the word or words that were meant.

    Args:
        word: one word, composed.
        flags: gets ``typing_residue`` where something was put right.
    """
    if is_vietnamese_syllable(word):
        return [word]
    for repaired in (_first_letters_back(word), undo(word), _without_stray(word)):
        if repaired != word:
            flags.add("typing_residue")
            return [repaired]
    read = word.lower().translate(_OCR)
    if re.search(r"[01]", word) and re.search(r"[^\W\d_]", word) and is_vietnamese_syllable(read):
        flags.add("typing_residue")
        return [read]
    glued = _GLUED.split(word)
    if len(glued) > 1 and all(map(is_vietnamese_syllable, glued)):
        return glued
    return [word]


def _without_stray(word: str) -> str:
    """``Nguyễ?n`` without the sign for what a code page could not write, often nothing seen.

    The sign may stand for a letter (``H?i``) or a tone (``Nguyê?n``): only a word that has its
    tone, or its consonants on both sides of the sign, is whole without it.
    """
    rest = word.replace("?", "")
    if rest == word or not is_vietnamese_syllable(rest):
        return word
    whole = split_tone(rest.lower())[1] or _BETWEEN_CONSONANTS.search(strip_marks(word.lower()))
    return rest if whole else word


def _first_letters_back(word: str) -> str:
    """``oHàng``, a capital behind a small letter, is Hoàng; other words stay."""
    back = word[1:2] + word[:1] + word[2:]
    slipped = word[:1].islower() and word[1:2].isupper() and word[2:].islower()
    return back if slipped and is_vietnamese_syllable(back) else word


def capital(word: str) -> str:
    """First letters in capitals; McDonald and H'Mai keep theirs."""
    if is_vietnamese_syllable(word):
        return first_up(word)
    if not word.isupper() and not word.islower():
        return word
    return re.sub(r"[^\W\d_](?:[^\W\d_]|\u0303)*", lambda part: first_up(part[0]), word)


def first_up(part: str) -> str:
    """The first letter in capitals, the others small."""
    return part[0].upper() + part[1:].lower()
