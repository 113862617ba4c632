"""Slips of the hand in the words that nearly every name has: the family name, Thị and Văn.

``Nguyễng`` and ``Tgị`` are no syllables, so that nobody is called so. Where only one usual word is
one slip away (a letter missing, doubled, wrong, or two swapped), that one was meant (ADR 0017). So
it is with a family name whose hỏi and ngã were confused, as the south does: ``Nguyển``. A tên is
never put right: too many of them are one letter apart.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from reconcile.text.folding import key, set_tone, split_tone
from reconcile.text.syllables import is_vietnamese_syllable

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHORTEST_FAMILY: Final = 3
_MIDDLES: Final = {"thị": "M", "văn": "F"}
"""Đệm that say a sex -> the other sex, which does not have them."""


class SlipReader:
    """Puts slips right in family names and in the đệm Thị and Văn.

    Args:
        families: usual family names in lower case.
    """

    def __init__(self, families: Iterable[str]) -> None:
        self._families = tuple(sorted(families))
        self._other_tone = {
            swapped: family
            for family in self._families
            if (swapped := _swapped_tone(family)) and swapped not in self._families
        }

    def read(self, words: list[str], sex: str) -> list[str]:
        """The words of a name, slips put right.

        Args:
            words: a whole name as typed; abbreviations are already spelled out.
            sex: M, F or empty.

        Returns:
            The words themselves where there is no slip, where another one is foreign, or where it
            is not clear what was meant.
        """
        if len(words) < 2:
            return words
        odd = [place for place, word in enumerate(words) if not is_vietnamese_syllable(word)]
        meant = list(words)
        if 0 not in odd:
            meant[0] = self._other_tone.get(key(words[0]), words[0])
        for place in odd:
            others = (words[other] for other in odd if other != place)
            if place < len(words) - 1 and not any(map(str.isascii, others)):
                meant[place] = self._meant(key(words[place]), place, sex) or words[place]
        return meant

    def hides(self, word: str) -> bool:
        """Is a syllable one that stands for a family name with another tone."""
        return key(word) in self._other_tone

    def _meant(self, typed: str, place: int, sex: str) -> str:
        """The usual word that was meant by one that is no syllable; empty where none is clear."""
        if place == 0:
            return _nearest(typed, self._families) if len(typed) >= _SHORTEST_FAMILY else ""
        found = _nearest(typed, tuple(_MIDDLES)) if len(typed) > 1 else ""
        return "" if sex and _MIDDLES.get(found) == sex else found


def _swapped_tone(family: str) -> str:
    """A family name with hỏi for ngã or ngã for hỏi; empty where it has neither."""
    body, tone = split_tone(family)
    other = {"x": "r", "r": "x"}.get(tone)
    return key(set_tone(body, other)) if other else ""


@lru_cache(maxsize=1 << 12)
def _nearest(typed: str, usual: tuple[str, ...]) -> str:
    """The one usual word that is one slip away from a typed one; empty for none or several."""
    near = [word for word in usual if _is_one_slip(typed, word)]
    return near[0] if len(near) == 1 else ""


def _is_one_slip(typed: str, meant: str) -> bool:
    """Does a letter too many, too few, wrong, or two swapped tell two words apart."""
    before = _alike(typed, meant)
    rest, wanted = typed[before:], meant[before:]
    after = _alike(rest[::-1], wanted[::-1])
    rest, wanted = rest[: len(rest) - after], wanted[: len(wanted) - after]
    return max(len(rest), len(wanted)) <= 1 or (len(rest) == 2 and rest == wanted[::-1])


def _alike(one: str, other: str) -> int:
    """How many first letters two words share."""
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return sum(1 for _ in pairs)
