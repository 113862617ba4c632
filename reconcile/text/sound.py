"""How a name sounds in the south: what a clerk in the Mekong delta can mishear.

Merged, after descriptions of southern phonology: hỏi with ngã; final n with ng and t with c; anh
with ăn, ach with ăt, and the other finals nh, ch with n, t; initial d, gi and v; s and x; tr and
ch; i and y as a vowel of its own. Kept: vowels, the other tones, đ, r, l and n.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from reconcile.text.folding import key, split_tone

_ONSETS: Final = {
    "ngh": "ng",
    "ng": "ng",
    "nh": "nh",
    "gh": "g",
    "kh": "kh",
    "ph": "ph",
    "qu": "kw",
    "th": "th",
    "tr": "ch",
    "ch": "ch",
    "d": "v",
    "v": "v",
    "s": "x",
    "x": "x",
    "c": "k",
    "k": "k",
    "q": "k",
}  # other onsets are one letter and stay
_FINALS: Final = (
    ("anh", "ăn"),
    ("ach", "ăt"),
    ("nh", "n"),
    ("ng", "n"),
    ("ch", "t"),
    ("c", "t"),
)
_VOWELS: Final = frozenset("aăâeêioôơuưy")


def _split_onset(body: str) -> tuple[str, str]:
    """Onset as it sounds, and the rime, of a toneless syllable."""
    if body.startswith("gi"):
        rime = body[2:]
        if not rime or rime[0] not in _VOWELS:
            return "v", body[1:]  # gì, gìn: the i is the vowel
        return "v", "i" + rime if rime[0] == "ê" else rime  # giếng is gi + iêng
    for onset, sound in _ONSETS.items():
        if body.startswith(onset):
            return sound, body[len(onset) :]
    start = next((place for place, letter in enumerate(body) if letter in _VOWELS), len(body))
    return body[:start], body[start:]


@lru_cache(maxsize=1 << 16)
def _syllable(word: str) -> str:
    body, tone = split_tone(word)
    onset, rime = _split_onset(body)
    if rime == "y" or rime.startswith("yê"):
        rime = "i" + rime[1:]
    rime = rime.replace("ynh", "inh").replace("ych", "ich")
    for final, sound in _FINALS:
        if rime.endswith(final):
            rime = rime.removesuffix(final) + sound
            break
    return onset + rime + ("r" if tone == "x" else tone)


def southern_sound_key(text: str) -> str:
    """The sound key of a name: two names that sound alike in the south have the same.

    Args:
        text: a name, in any case and placement of tone marks.

    Returns:
        One code per syllable, joined with a blank; letters with the tone letter behind.

    >>> southern_sound_key("Nguyễn Vân") == southern_sound_key("Nguyển Dâng")
    True
    >>> southern_sound_key("Lan Anh") == southern_sound_key("Lan An")
    False
    """
    return " ".join(_syllable(word) for word in key(text).split())
