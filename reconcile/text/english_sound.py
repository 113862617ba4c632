"""How an English word sounds: the consonants that are left when spelling is taken away.

The rules are those of Metaphone (Lawrence Philips, *Hanging on the Metaphone*, Computer Language
7 (12), 1990), without its rarest cases: silent letters fall away, letters that sound alike are one,
vowels count at the beginning of a word only.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from reconcile.text.folding import plain

# Applied in this order. Capitals are sounds that are settled: no later rule finds them again.
_RULES: Final = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"([a-z])\1", r"\1"),
        (r"^[kgp]n", "n"),
        (r"^wr", "r"),
        (r"^x", "s"),
        (r"mb$", "m"),
        (r"dt$", "t"),
        (r"sch(?=[lmnrw])|tch|[cs]h|ti(?=[ao])|si(?=[ao])|ci(?=a)", "X"),
        (r"sc(?=[eiy])", "s"),
        (r"th", "0"),
        (r"ph|gh(?=$|s$)", "f"),
        (r"gh(?=[^aeiouy])", ""),
        (r"dg(?=[eiy])|g(?=[eiy])", "j"),
        (r"c(?=[eiy])|z", "s"),
        (r"ck|c|q", "k"),
        (r"x", "ks"),
        (r"v", "f"),
        (r"d(?=$)", "t"),
        (r"(?<=.)[aeiouywh]", ""),
        (r"^[aeiouy]", "a"),
        (r"(.)\1", r"\1"),
    )
)


@lru_cache(maxsize=1 << 16)
def _word(word: str) -> str:
    for pattern, sound in _RULES:
        word = pattern.sub(sound, word)
    return word.lower()


def english_sound_key(text: str) -> str:
    """The sound key of a word or name: two that sound alike in English have the same.

    Args:
        text: words in any case.

    Returns:
        One code per word, joined with a blank.

    >>> english_sound_key("Philips") == english_sound_key("fillips")
    True
    >>> english_sound_key("Knight") == english_sound_key("nite")
    True
    >>> english_sound_key("Stone") == english_sound_key("Storm")
    False
    """
    return " ".join(_word(word) for word in plain(text).split())
