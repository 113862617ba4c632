"""Which letters make a possible Vietnamese syllable.

Used to tell encodings apart (a wrong decoding gives impossible syllables) and to find typing
residue. Source: the table of onsets and rimes of standard orthography, with the rimes that only
southern names have (Nguơn, Quờn, Quới). Lenient: whatever a commune clerk can have written as a
Vietnamese word should pass.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from reconcile.text.folding import nfc, split_tone, strip_marks

_ONSET_TABLE: Final = "ngh ng nh gh gi kh ph qu th tr ch b c d đ g h k l m n p r s t v x"
_ONSETS: Final = tuple(_ONSET_TABLE.split())  # longest first

_RIME_TABLE: Final = """
    a ac ach ai am an ang anh ao ap at au ay
    ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
    e ec em en eng eo ep et ê êch êm ên êng ênh êp êt êu
    i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu
    o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt
    oc oe oen oeo oet oi om on ong oong ooc op ot
    ô ôc ôi ôm ôn ông ôông ôp ôt ơ ơi ơm ơn ơp ơt
    u ua uâc uân uâng uât uây uc uê uêch uên uênh uêt ui um un ung uôc uôi uôm uôn uông uôt uơ uơn
    uơt up ut uy uya uych uyên uyêt uyn uynh uyp uyt uyu
    ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu
    y yêm yên yêng yêt yêu ynh yn yt ych
"""
_RIMES: Final = frozenset(_RIME_TABLE.split())
_PLAIN_RIMES: Final = frozenset(strip_marks(rime) for rime in _RIMES)

_STOPS: Final = ("p", "t", "c", "ch")
_FRONT: Final = frozenset("eêiy")


def _onset_fits(onset: str, rime: str) -> bool:
    front = rime[0] in _FRONT
    if onset in ("k", "gh", "ngh"):
        return front or onset == "k"  # K also before other vowels, in names: Kông, Ka
    if onset in ("c", "g", "ng"):
        # "gi" + n, m, êng: the i of gìn and giếng belongs to onset and rime at once.
        return not front or (onset == "g" and rime[0] == "i")
    return True


def _possible(body: str, rimes: frozenset[str]) -> bool:
    """Is a toneless lower-case syllable one onset and one rime."""
    if body in rimes:
        return True
    for onset in _ONSETS:
        rime = body.removeprefix(onset)
        if rime != body and rime in rimes and _onset_fits(onset, rime):
            return True
        # giếng: gi + êng; the rime's own i is written once.
        if onset == "gi" and rime != body and "i" + rime in rimes:
            return True
    return False


@lru_cache(maxsize=1 << 16)
def is_vietnamese_syllable(word: str) -> bool:
    """Can this word be one written Vietnamese syllable, with its marks or without any.

    Args:
        word: one word, any case, any placement of the tone mark.

    >>> [is_vietnamese_syllable(word) for word in ("Nguyễn", "thẳng", "Quới", "Nguyeãn", "Thij")]
    [True, True, True, False, False]
    """
    lower = nfc(word).lower()
    if "ñ" in lower:  # VNI's đ; no consonant has a tone
        return False
    body, tone = split_tone(lower)
    # nguyen has lost all its marks; nguyèn, which has one, is no word.
    rimes = _PLAIN_RIMES if body.isascii() and not tone else _RIMES
    if not body or not _possible(body, rimes):
        return False
    # A syllable that ends in a stop has sắc or nặng; without any tone mark it may have lost it.
    return not (body.endswith(_STOPS) and tone in ("f", "x", "r"))


@lru_cache(maxsize=1 << 16)
def is_marked_syllable(word: str) -> bool:
    """Can this word be one Vietnamese syllable with all its marks but perhaps the tone.

    Args:
        word: one word, any case.

    >>> [is_marked_syllable(word) for word in ("Nguyên", "Lan", "Nguyen", "Xuan")]
    [True, True, False, False]
    """
    return is_vietnamese_syllable(word) and _possible(split_tone(nfc(word).lower())[0], _RIMES)
