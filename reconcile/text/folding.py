"""Folding of Vietnamese text: from what was typed to forms that can be compared.

Three steps, each coarser than the one before::

    tidy    what a person would have typed: NFC, no invisible characters, single blanks
    key     tidy, lower case, one placement of the tone mark:  "Thuý HOÀ " -> "thúy hòa"
    plain   key without any mark:                              "thúy hòa"  -> "thuy hoa"

Legacy encodings must be decoded before any of this (:mod:`reconcile.text.legacy`): in TCVN3 the
letter ư is a soft hyphen, which :func:`tidy` removes.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

# Soft hyphen, zero-width and direction marks, byte order mark, control characters.
_INVISIBLE: Final = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
    "|[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]"
)
_BLANKS: Final = re.compile(r"[\s\u1680\u2000-\u200a\u202f\u205f\u3000]+")

# Letters that look like đ but are Icelandic eth (U+00D0, U+00F0) or African d (U+0189): old fonts
# and converters mix them up with Vietnamese Đ (U+0110).
_LOOK_ALIKE: Final = str.maketrans({"Ð": "Đ", "Ɖ": "Đ", "ð": "đ"})

_MARKS: Final = re.compile("[\u0300-\u036f]+")
_TONE_FIRST: Final = re.compile("([\u0300\u0301\u0303\u0309\u0323])([\u0302\u0306\u031b])")
_TONES: Final = {"\u0300": "f", "\u0301": "s", "\u0303": "x", "\u0309": "r", "\u0323": "j"}
_GLIDES: Final = ("oa", "oe", "uy")


def _toned(letter: str, tone: str) -> str:
    return unicodedata.normalize("NFC", letter + tone)


# "oà" -> "òa" where the syllable ends there; "òan" -> "oàn" where it goes on. Lower case only.
_OPEN: Final = {
    first + _toned(second, tone): _toned(first, tone) + second
    for first, second in _GLIDES
    for tone in _TONES
}
_CLOSED: Final = {old: new for new, old in _OPEN.items()}
_OPEN_END: Final = re.compile("(?<!q)(" + "|".join(_OPEN) + r")(?![^\W\d_])")
_CLOSED_MIDDLE: Final = re.compile("(?<!q)(" + "|".join(_CLOSED) + r")(?=[^\W\d_])")


def nfc(text: str) -> str:
    """The text in composed Unicode, look-alikes of đ replaced by đ."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFC", text)
    if _MARKS.search(text):
        # Some converters put the tone before the circumflex or horn, which then do not compose.
        ordered = _TONE_FIRST.sub(r"\2\1", unicodedata.normalize("NFD", text))
        text = unicodedata.normalize("NFC", ordered)
    return text.translate(_LOOK_ALIKE) if "Ð" in text or "ð" in text or "Ɖ" in text else text


def tidy(text: str) -> str:
    r"""The text without invisible characters, blanks single and none at its ends, composed.

    >>> tidy(" Nguyễn\u00a0 Văn\u200b An ")
    'Nguyễn Văn An'
    """
    if not text.isprintable():
        text = _BLANKS.sub(" ", _INVISIBLE.sub("", text))
    return nfc(" ".join(text.split()))


def fold_tone_placement(text: str) -> str:
    """One placement of the tone mark in lower-case text.

    Only the open rimes oa, oe and uy have two correct spellings (hòa, hoà): the mark goes on the
    first letter. In closed syllables only the second letter is correct, and ``hòang`` is the same
    word mistyped. After q the u belongs to the consonant (quý), and stays.

    >>> fold_tone_placement("hoà thuý hòang quý khuỷu")
    'hòa thúy hoàng quý khuỷu'
    """
    if text.isascii():
        return text
    text = _OPEN_END.sub(lambda found: _OPEN[found[0]], text)
    return _CLOSED_MIDDLE.sub(lambda found: _CLOSED[found[0]], text)


@lru_cache(maxsize=1 << 16)
def key(text: str) -> str:
    """Form in which two spellings of one written word are equal.

    >>> key("  NGUYỄN Thuý  HOÀ")
    'nguyễn thúy hòa'
    """
    # Composed again: lower() of a few capitals (İ) leaves decomposed text.
    return nfc(fold_tone_placement(nfc(tidy(text).lower())))


def strip_marks(text: str) -> str:
    """The text without tone marks, vowel marks and the bar of đ.

    >>> strip_marks("Nguyễn Đức Phượng")
    'Nguyen Duc Phuong'
    """
    if text.isascii():
        return text
    bare = _MARKS.sub("", unicodedata.normalize("NFD", nfc(text)))
    return bare.replace("đ", "d").replace("Đ", "D")


@lru_cache(maxsize=1 << 16)
def plain(text: str) -> str:
    """Lower case without any mark.

    >>> plain("NGUYỄN  Đức")
    'nguyen duc'
    """
    return " ".join(strip_marks(key(text)).split())


def split_tone(text: str) -> tuple[str, str]:
    """A syllable without its tone mark, and its tone.

    Args:
        text: one syllable, composed.

    Returns:
        The syllable with its vowel marks kept, and ``f`` huyền, ``s`` sắc, ``x`` ngã, ``r`` hỏi,
        ``j`` nặng as Telex has them, or ``""`` for ngang. Of several marks the last one counts.

    >>> split_tone("nguyễn")
    ('nguyên', 'x')
    """
    tone = ""
    letters = []
    for letter in unicodedata.normalize("NFD", text):
        if letter in _TONES:
            tone = _TONES[letter]
        else:
            letters.append(letter)
    return unicodedata.normalize("NFC", "".join(letters)), tone


_TONE_MARKS: Final = {letter: mark for mark, letter in _TONES.items()}


def set_tone(syllable: str, tone: str) -> str:
    """Put a tone mark on a toneless lower-case syllable, where spelling wants it.

    Args:
        syllable: toneless, lower case, composed.
        tone: letter as :func:`split_tone` gives it.

    >>> set_tone("nguyên", "x"), set_tone("hoa", "f"), set_tone("quy", "s"), set_tone("giang", "s")
    ('nguyễn', 'hòa', 'quý', 'giáng')
    """
    if not tone:
        return syllable
    start = 0
    if syllable.startswith("qu") or (
        syllable.startswith("gi") and len(syllable) > 2 and syllable[2] in _VOWELS
    ):
        start = 2
    places = [index for index in range(start, len(syllable)) if syllable[index] in _VOWELS]
    if not places:
        return syllable
    place = _tone_place(syllable, places)
    return syllable[:place] + _toned(syllable[place], _TONE_MARKS[tone]) + syllable[place + 1 :]


_VOWELS: Final = frozenset("aăâeêioôơuưy")
_MARKED_VOWELS: Final = frozenset("ăâêôơư")


def _tone_place(syllable: str, places: list[int]) -> int:
    marked = [index for index in places if syllable[index] in _MARKED_VOWELS]
    if marked:
        return marked[-1]
    ends_open = places[-1] == len(syllable) - 1
    if len(places) == 1 or (len(places) == 2 and ends_open):
        return places[0]
    return places[1]
