"""Which encoding a column is in, and the decoding of its cells.

The whole sheet or file is judged first; a column with enough text of its own can differ from it,
and a cell can differ from its column where it only makes sense in another encoding. What was found
is kept as evidence; doubt becomes a finding. Nothing is stripped before this.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from reconcile.text.folding import nfc
from reconcile.text.legacy import (
    UNICODE,
    VNI,
    Detection,
    decode,
    detect_by_words,
    detect_cell,
)
from reconcile.text.syllables import is_vietnamese_syllable

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Sequence

# Letters that no legacy encoding shows when its bytes are read as Latin-1 or cp1252.
_SURELY_UNICODE: Final = re.compile(
    "[\u0102\u0103\u0110\u0111\u0128\u0129\u0168\u0169\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9]"
)
_ENOUGH_WORDS: Final = 8
_ENOUGH_CONFIDENCE: Final = 0.2
# Signs that legacy text shows and that no Vietnamese text in an office has.
_LEFT_OVER: Final = frozenset("¡¢£¤¥¦¨©ª«¬®¯±²³´µ¶·¸¹»¼½¾¿Þßþ÷×")
# ÑKL, QÑ: abbreviations with VNI's Đ are no syllables in any encoding, but Ñ is no letter of ours.
_VNI_ABBREVIATION: Final = re.compile(r"\b(?=[A-ZÑ]*Ñ)[B-DF-HJ-NP-TV-XZÑ]{2,5}\b")
_WORD: Final = re.compile(r"[^\W\d_]+")
_ABBREVIATION: Final = 5  # capitals without small letters up to this length: ĐKL, UBND, QĐ


@dataclass
class ColumnText:
    """The decoded texts of one column.

    Attributes:
        encoding: encoding of the column as a whole.
        decoded: raw text -> decoded, composed text, for every distinct text beyond ASCII.
        other: raw texts that are in another encoding than their column.
        doubtful: raw texts whose decoding makes little sense.
    """

    encoding: str
    decoded: dict[str, str] = field(default_factory=dict)
    other: set[str] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)


def judge(words: Counter[str], candidates: Sequence[str]) -> Detection:
    """The encoding of a whole sheet or file, by its :func:`telling_words`."""
    return detect_by_words(words, candidates)


def decode_column(
    texts: Iterable[str], words: Counter[str], candidates: tuple[str, ...], whole: str
) -> ColumnText:
    """Decode the texts of one column.

    Args:
        texts: its different cells that have a character beyond ASCII.
        words: telling words of all its cells, with how often they occur.
        candidates: encodings that may occur, likeliest first.
        whole: encoding of the sheet or file, which holds where the column says too little.
    """
    column = ColumnText(whole)
    if words.total() >= _ENOUGH_WORDS:
        detection = detect_by_words(words, candidates)
        if detection.confidence >= _ENOUGH_CONFIDENCE:
            column.encoding = detection.encoding
    for text in texts:
        encoding, column.decoded[text], doubtful = _convert(text, column.encoding, candidates)
        if encoding != column.encoding:
            column.other.add(text)
        if doubtful:
            column.doubtful.add(text)
    return column


@lru_cache(maxsize=1 << 14)
def _convert(text: str, column: str, candidates: tuple[str, ...]) -> tuple[str, str, bool]:
    """Encoding of a cell, its decoded text, and whether that makes little sense."""
    encoding = _of_cell(text, column, candidates)
    decoded = nfc(decode(text, encoding))
    return encoding, decoded, encoding != UNICODE and _is_doubtful(decoded)


def _is_doubtful(decoded: str) -> bool:
    """Has a converted text left-over signs, or more impossible words than possible ones."""
    if not _LEFT_OVER.isdisjoint(decoded):
        return True
    telling = [
        is_vietnamese_syllable(word)
        for word in _WORD.findall(decoded)
        if not word.isascii() and not (word.isupper() and len(word) <= _ABBREVIATION)
    ]
    return telling.count(False) > telling.count(True)


def _of_cell(text: str, column: str, candidates: Sequence[str]) -> str:
    if UNICODE in candidates and _SURELY_UNICODE.search(text):
        return UNICODE
    encoding = detect_cell(text, column, candidates)
    if encoding == UNICODE and VNI in candidates and _VNI_ABBREVIATION.search(text):
        return VNI
    return encoding
