"""Typing residue: what stays when the Vietnamese keyboard was off.

Telex writes marks as letters (``Nguyeenx``), VNI typing as digits (``Nguye6n4``). A word is only
read that way when it is no possible Vietnamese syllable as it stands and becomes one.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from reconcile.text.folding import set_tone, split_tone
from reconcile.text.syllables import is_marked_syllable, is_vietnamese_syllable

if TYPE_CHECKING:
    from collections.abc import Iterator

_TELEX_TONES: Final = "sfrxj"
_TELEX_LETTERS: Final = (
    ("dd", "đ"),
    ("aa", "â"),
    ("ee", "ê"),
    ("oo", "ô"),
    ("uow", "ươ"),
    ("uwow", "ươ"),
    ("aw", "ă"),
    ("ow", "ơ"),
    ("uw", "ư"),
)
_TONE_KEY: Final = re.compile(r"[aeiouywăâêôơư].*([sfrxj])")
_VNI_TONES: Final = {"1": "s", "2": "f", "3": "r", "4": "x", "5": "j"}
_VNI_MARKS: Final = {
    "6": {"a": "â", "e": "ê", "o": "ô"},
    "7": {"o": "ơ", "u": "ư"},
    "8": {"a": "ă"},
    "9": {"d": "đ"},
}
_VNI_WORD: Final = re.compile(r"(?=[^\W\d_]\d*[^\W\d_])[^\W\d_]+(?:[1-9]+[^\W\d_]*)+")


def _in_case_of(word: str, typed: str) -> str:
    letters = "".join(letter for letter in typed if letter.isalpha())
    if letters.isupper() and len(letters) > 1:
        return word.upper()
    return word.capitalize() if letters[:1].isupper() else word


def _undo_telex(typed: str) -> str:
    body, tone = split_tone(typed)
    # A tone is typed behind the vowel that bears it: the r of Truwowng is a letter.
    key = _TONE_KEY.search(body)
    if not tone and key:
        tone = key[1]
        body = body[: key.start(1)] + body[key.end(1) :]
    onset = "qu" if body.startswith("qu") else ""  # the u of Quowis belongs to the q
    return set_tone(onset + _marked(body.removeprefix(onset)), tone)


def _marked(body: str) -> str:
    """Letters without tones, their Telex keys read as marks."""
    for keys, letter in _TELEX_LETTERS:
        body = body.replace(keys, letter)
    # A mark may be typed after the final: "Nguyene", "Dduongwf".
    body = re.sub("uo(.{0,2})w", r"ươ\1", body)
    return re.sub("([aou])([^aeiouw]{1,2})w$", lambda m: _HORN[m[1]] + m[2], body)


_HORN: Final = {"a": "ă", "o": "ơ", "u": "ư"}


def _undo_vni(typed: str) -> str:
    letters: list[str] = []
    tone = ""
    for sign in typed:
        if sign in _VNI_TONES:
            tone = _VNI_TONES[sign]
        elif sign in _VNI_MARKS:
            _mark(letters, _VNI_MARKS[sign])
        else:
            letters.append(sign)
    return set_tone("".join(letters), tone)


def _mark(letters: list[str], marks: dict[str, str]) -> None:
    """Put a mark on the last letter that takes it; 7 marks both letters of uo."""
    for place in range(len(letters) - 1, -1, -1):
        if letters[place] in marks:
            letters[place] = marks[letters[place]]
            if letters[place] == "ơ" and place and letters[place - 1] == "u" and letters[-1] != "ơ":
                letters[place - 1] = "ư"
            return


def _is_doubtful(word: str) -> bool:
    """Can the word be another slip than a keyboard that was off.

    Marks elsewhere in it show that the keyboard was on, so that only a tone key at the end can
    be left over. ``Tirnh`` may be Tỉnh as well as Trinh, ``Saang`` Sâng as well as Sang;
    ``Xuaan`` is Xuân, since Xuan lacks a mark.
    """
    if not word.isascii():
        return word[-1] not in _TELEX_TONES or not is_vietnamese_syllable(word[:-1])
    return any(map(is_marked_syllable, _slips(word)))


def _slips(word: str) -> Iterator[str]:
    """Words that a slip of the hand turns into this one: letters changed places or came twice.

    The first letter is right, and letters behind the vowels do not change places: ``Hoangf``.
    """
    for place in range(1, len(word) - 1):
        if word[place] in _VOWEL_KEYS and word[place + 1] in "rh":
            yield word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    for place in range(2, len(word)):
        if word[place] == word[place - 1]:
            yield word[:place] + word[place + 1 :]


_VOWEL_KEYS: Final = frozenset("aeiouy")


@lru_cache(maxsize=1 << 16)
def undo(word: str) -> str:
    """One word as it was meant.

    Args:
        word: one word, composed.

    Returns:
        The word without its typing residue, in its own case; the word itself where it is a
        possible syllable already or reads as none.

    >>> undo("Nguyeenx"), undo("Nguye6n4"), undo("THIJ"), undo("Anna")
    ('Nguyễn', 'Nguyễn', 'THỊ', 'Anna')
    """
    if is_vietnamese_syllable(word):
        return word
    if _VNI_WORD.fullmatch(word):
        meant = _undo_vni(word.lower())
    elif word.isalpha() and not _is_doubtful(word.lower()):
        meant = _undo_telex(word.lower())
    else:
        return word
    return _in_case_of(meant, word) if is_vietnamese_syllable(meant) else word


def undo_all(text: str) -> str:
    """Every word of a text as it was meant; blanks stay."""
    return " ".join(undo(word) for word in text.split(" "))
