"""Legacy Vietnamese encodings: decoding, encoding, and telling which one a text is in.

Text reaches us as the characters that a program shows which knows nothing of the encoding: the
cells of an old workbook (``Nguyeãn``) or the bytes of a dBase table read as Latin-1 or cp1252
(``NguyÔn``). Decide per column or file with :func:`detect`, then :func:`decode`, and only then
strip invisible characters: in TCVN3 the letter ư is U+00AD, the soft hyphen.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from reconcile.text.folding import nfc, strip_marks
from reconcile.text.legacy_tables import (
    TCVN3_BYTES,
    TCVN3_CAPITALS,
    VISCII_BYTES,
    VNI_DECODING,
    VNI_ENCODING,
)
from reconcile.text.syllables import is_vietnamese_syllable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

UNICODE: Final = "unicode"
VNI: Final = "vni"
TCVN3: Final = "tcvn3"
CP1258: Final = "cp1258"
VISCII: Final = "viscii"
UTF8_AS_CP1252: Final = "utf8_as_cp1252"  # UTF-8 that was read as Windows-1252: "Nguyá»…n"
ENCODINGS: Final = (UNICODE, VNI, TCVN3, CP1258, VISCII, UTF8_AS_CP1252)
"""All encodings, most usual first; a tie is decided in this order."""

_CP1252_BYTES: Final = {
    bytes([byte]).decode("cp1252"): byte
    for byte in range(0x80, 0xA0)
    if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}


def _byte(letter: str) -> int | None:
    """The byte behind a character that was read as Latin-1 or cp1252; None where there is none."""
    code = ord(letter)
    return code if code < 0x100 else _CP1252_BYTES.get(letter)


# -- decoding -----------------------------------------------------------------------------------

_VNI_SEQUENCES: Final = re.compile(
    "|".join(map(re.escape, sorted(VNI_DECODING, key=lambda sequence: (-len(sequence), sequence))))
)


def decode_vni(text: str) -> str:
    """Decode text typed with a VNI-Windows font.

    >>> decode_vni("Nguyeãn Vaên AÂn"), decode_vni("THAÚNG")
    ('Nguyễn Văn Ân', 'THẲNG')
    """
    return _VNI_SEQUENCES.sub(lambda found: VNI_DECODING[found[0]], text)


def _decode_bytes(text: str, table: dict[int, str]) -> str:
    letters = []
    for letter in text:
        byte = _byte(letter)
        letters.append(letter if byte is None else table.get(byte, letter))
    return nfc("".join(letters))


_ASCII_LOWER: Final = re.compile("[a-z]")
_CAPITAL_WORD: Final = re.compile(r"[A-ZĂÂÊÔƠƯĐ]{2}|[^\W\d_a-z][A-Z]")


def _restore_capitals(text: str) -> str:
    """Undo the case of upper-case fonts, whose accented letters hold the small letter's code.

    A text without a small ASCII letter that has two capitals in a row, or a capital after an
    accented letter, was written in capitals throughout; so was such a word in other text.
    """
    if not _ASCII_LOWER.search(text):
        return text.upper() if _CAPITAL_WORD.search(text) else text
    return " ".join(
        word.upper() if _CAPITAL_WORD.search(word) and not _ASCII_LOWER.search(word) else word
        for word in text.split(" ")
    )


def decode_tcvn3(text: str) -> str:
    r"""Decode TCVN3 (ABC) text.

    Capitals that TCVN3 has no code for come back where the word shows that it was in capitals;
    a name's first letter may stay small (``Ánh`` was stored as ``ánh``).

    >>> decode_tcvn3("NguyÔn V¨n Ph\u00ad¬ng"), decode_tcvn3("NGUYÔN V¡N ANH")
    ('Nguyễn Văn Phương', 'NGUYỄN VĂN ANH')
    """
    return _restore_capitals(_decode_bytes(text, TCVN3_BYTES))


_SMALL_INITIAL: Final = re.compile(
    r"(?<![^\W_])["
    + "".join(
        letter
        for letter in TCVN3_BYTES.values()
        if letter.islower() and letter.upper() not in TCVN3_CAPITALS
    )
    + "]"
)


def restore_initials(name: str) -> str:
    """Capitals at the beginning of a name's words that TCVN3 has no code for.

    They were stored as the small letter; where the other words of a name, or of what stands in the
    next cell, begin with capitals, so did they. A name that was typed small throughout stays so.

    Args:
        name: a decoded name, or the part of one that stands in a cell.

    >>> restore_initials("Nguyễn Thị út"), restore_initials("út"), restore_initials("lê thị út")
    ('Nguyễn Thị Út', 'Út', 'lê thị út')
    """
    if any(word[0].islower() and not _SMALL_INITIAL.match(word) for word in name.split()):
        return name
    return _SMALL_INITIAL.sub(lambda found: found[0].upper(), name)


def decode_viscii(text: str) -> str:
    """Decode VISCII text."""
    return _decode_bytes(text, VISCII_BYTES)


def _bytes_of(text: str) -> bytes | None:
    codes = [_byte(letter) for letter in text]
    return None if None in codes else bytes(code for code in codes if code is not None)


def decode_cp1258(text: str) -> str:
    """Decode Windows-1258 text that was read as Latin-1 or cp1252.

    Returns:
        Composed text; the text itself where it cannot have been Windows-1258.

    >>> decode_cp1258("NguyêÞn Vãn Ðýìc")
    'Nguyễn Văn Đức'
    """
    encoded = _bytes_of(text)
    if encoded is None:
        return text
    return nfc(encoded.decode("cp1258", errors="replace"))


def decode_utf8_as_cp1252(text: str) -> str:
    """Undo the reading of UTF-8 as Windows-1252 or Latin-1.

    Returns:
        Composed text; the text itself where its bytes are not UTF-8.

    >>> decode_utf8_as_cp1252("Nguyá»…n VÄƒn")
    'Nguyễn Văn'
    """
    encoded = _bytes_of(text)
    if encoded is None:
        return text
    try:
        return nfc(encoded.decode("utf-8"))
    except UnicodeDecodeError:
        return text


_DECODERS: Final = {
    UNICODE: nfc,
    VNI: decode_vni,
    TCVN3: decode_tcvn3,
    CP1258: decode_cp1258,
    VISCII: decode_viscii,
    UTF8_AS_CP1252: decode_utf8_as_cp1252,
}


def decode(text: str | bytes, encoding: str) -> str:
    """Decode text in one of :data:`ENCODINGS`; characters that it does not know stay.

    Args:
        text: bytes, or the characters that Latin-1 or cp1252 makes of them.
        encoding: one of :data:`ENCODINGS`.

    Raises:
        KeyError: the encoding is not one of them.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8" if encoding == UNICODE else "latin-1")
    return _DECODERS[encoding](text)


# -- encoding -----------------------------------------------------------------------------------

_TCVN3_ENCODING: Final = {
    letter: chr(byte)
    for byte, letter in TCVN3_BYTES.items()
    if letter.islower() or letter in TCVN3_CAPITALS
}
_VISCII_ENCODING: Final = {letter: chr(byte) for byte, letter in VISCII_BYTES.items()}


def encode_vni(text: str) -> str:
    """Text as a VNI-Windows font's user typed it; what VNI has no sequence for stays.

    >>> encode_vni("Nguyễn Văn Ân")
    'Nguyeãn Vaên AÂn'
    """
    return "".join(VNI_ENCODING.get(letter, letter) for letter in nfc(text))


def encode_tcvn3(text: str) -> str:
    """Text as TCVN3 bytes, shown as Latin-1 characters.

    Accented capitals other than Ă Â Ê Ô Ơ Ư Đ get the code of the small letter, as upper-case
    fonts have it.

    >>> encode_tcvn3("Nguyễn Văn ẨN")
    'NguyÔn V¨n ÈN'
    """
    return "".join(
        _TCVN3_ENCODING.get(letter) or _TCVN3_ENCODING.get(letter.lower(), letter)
        for letter in nfc(text)
    )


def encode_viscii(text: str) -> str:
    """Text as VISCII bytes, shown as Latin-1 characters."""
    return "".join(_VISCII_ENCODING.get(letter, letter) for letter in nfc(text))


def encode_cp1258(text: str) -> str:
    """Text as Windows-1258 bytes, shown as Latin-1 characters."""
    return "".join(_cp1258_letter(letter) for letter in nfc(text))


def _cp1258_letter(letter: str) -> str:
    """Windows-1258 has the marked vowels composed and the tones as marks of their own."""
    try:
        return letter.encode("cp1258").decode("latin-1")
    except UnicodeEncodeError:
        decomposed = unicodedata.normalize("NFD", letter)
        base, tones = decomposed[0], decomposed[1:]
        for size in range(len(tones), -1, -1):
            head = unicodedata.normalize("NFC", base + tones[:size])
            parts = head + tones[size:]
            try:
                return parts.encode("cp1258").decode("latin-1")
            except UnicodeEncodeError:
                continue
        # ậ: the dot comes before the circumflex when decomposed.
        swapped = unicodedata.normalize("NFC", base + tones[1:]) + tones[:1]
        return swapped.encode("cp1258", errors="replace").decode("latin-1")


def encode_utf8_as_cp1252(text: str) -> str:
    """Text as UTF-8 bytes, shown as Latin-1 characters."""
    return nfc(text).encode("utf-8").decode("latin-1")


_ENCODERS: Final = {
    UNICODE: nfc,
    VNI: encode_vni,
    TCVN3: encode_tcvn3,
    CP1258: encode_cp1258,
    VISCII: encode_viscii,
    UTF8_AS_CP1252: encode_utf8_as_cp1252,
}


def encode(text: str, encoding: str) -> str:
    """Encode text; the result holds the characters that Latin-1 makes of the bytes.

    Raises:
        KeyError: the encoding is not one of :data:`ENCODINGS`.
    """
    return _ENCODERS[encoding](text)


# -- detection ----------------------------------------------------------------------------------

# A word of the raw text; letters of legacy encodings look like symbols (« ¬ ®), so that only ASCII
# blanks, digits and signs end a word.
_RAW_WORDS: Final = re.compile(r"[^\t-\r !-@\[-`{-~]+")


@dataclass(frozen=True)
class Detection:
    """Which encoding some text is in.

    Attributes:
        encoding: the candidate under which most of the telling words are Vietnamese syllables.
        confidence: 0 to 1: by how much it does better than the best other candidate, weighed
            by how well it does. 1 where there is no telling word, since all read alike then.
        evidence: ``words``: telling words, i.e. those with a letter beyond ASCII; and for each
            candidate the share of them that become Vietnamese syllables.
    """

    encoding: str
    confidence: float
    evidence: dict[str, float]


def telling_words(values: Iterable[str] | Mapping[str, int]) -> Counter[str]:
    """Words with a character beyond ASCII, with how often they occur.

    Args:
        values: texts, or how often each text occurs.
    """
    counts: Counter[str] = Counter()
    occurring = values if isinstance(values, Mapping) else Counter(values)
    for value, times in occurring.items():
        for word in _telling_words_of(value):
            counts[word] += times
    return counts


@lru_cache(maxsize=1 << 15)
def _telling_words_of(text: str) -> tuple[str, ...]:
    if text.isascii():
        return ()
    return tuple(word for word in _RAW_WORDS.findall(text) if not word.isascii())


def _can_be(word: str, encoding: str) -> bool:
    """Can a program that knows nothing of the encoding show these characters for it."""
    if encoding == UNICODE:
        return True
    if encoding == VNI:  # every mark has a base letter to belong to
        return _VNI_SEQUENCES.sub("", word).isascii()
    return all(_byte(letter) is not None for letter in word)


@lru_cache(maxsize=1 << 16)
def _readings(word: str, candidates: tuple[str, ...]) -> tuple[bool, ...]:
    """Under which of the candidates a word becomes Vietnamese syllables."""
    return tuple(_reads_well(word, encoding) for encoding in candidates)


def _reads_well(word: str, encoding: str) -> bool:
    if not _can_be(word, encoding):
        return False
    syllables = decode(word, encoding).replace("\u00a0", " ").split()
    return bool(syllables) and all(is_vietnamese_syllable(syllable) for syllable in syllables)


def score_encoding(
    values: Iterable[str], candidates: Sequence[str] = ENCODINGS
) -> dict[str, float]:
    """Share of the telling words that are Vietnamese syllables, under each candidate.

    Args:
        values: cells of one column or file.
        candidates: encodings to try.

    Returns:
        Share by encoding, 0 to 1; all 0 where no word tells anything.
    """
    return _score(telling_words(values), candidates)


def _score(words: Counter[str], candidates: Sequence[str]) -> dict[str, float]:
    tried = tuple(dict.fromkeys(candidates))
    patterns: Counter[tuple[bool, ...]] = Counter()
    for word, times in words.items():
        patterns[_readings(word, tried)] += times
    total = max(patterns.total(), 1)
    return {
        encoding: sum(times for pattern, times in patterns.items() if pattern[index]) / total
        for index, encoding in enumerate(tried)
    }


def detect(values: Iterable[str], candidates: Sequence[str] = ENCODINGS) -> Detection:
    """Tell the encoding of a column or file by which words become Vietnamese syllables.

    Args:
        values: its cells, as Latin-1, cp1252 or Unicode characters; repeats count.
        candidates: encodings that may occur, most usual first; the first wins a tie.

    Raises:
        ValueError: there is no candidate.

    >>> detect(["Nguyeãn Vaên AÂn", "Leâ Thò Hoa"]).encoding
    'vni'
    """
    return detect_by_words(telling_words(values), candidates)


def detect_by_words(words: Counter[str], candidates: Sequence[str] = ENCODINGS) -> Detection:
    """As :func:`detect`, from the :func:`telling_words` of the values.

    Raises:
        ValueError: there is no candidate.
    """
    if not candidates:
        raise ValueError("an encoding cannot be told without a candidate")
    if not words:
        return Detection(candidates[0], 1.0, {"words": 0.0})
    scores = _score(words, candidates)
    ranked = sorted(candidates, key=lambda encoding: -scores[encoding])
    best = scores[ranked[0]]
    rival = scores[ranked[1]] if len(ranked) > 1 else 0.0
    confidence = round((best - rival) * best, 4)
    return Detection(ranked[0], confidence, {"words": float(sum(words.values())), **scores})


def detect_cell(text: str, column: str, candidates: Sequence[str] = ENCODINGS) -> str:
    """The encoding of one cell whose column is mostly in another.

    A cell keeps its column's encoding unless that leaves a word no Vietnamese syllable, and another
    candidate makes more of its telling words syllables. In TCVN3 nearly every byte is a letter, so
    that a slip of the finger (``Nguyẽn``) can look like another encoding: there a word must be no
    syllable even without its marks, as the two vowels of VNI's ``Nguyeãn`` are.

    Args:
        text: the cell.
        column: encoding of the column.
        candidates: encodings that may occur, most usual first.
    """
    words = telling_words([text])
    if all(_readings(word, (column,))[0] for word in words):
        return column
    if column == TCVN3 and not _is_no_text(words, column):
        return column
    scores = _score(words, [column, *candidates])
    best = max(scores.values())
    if scores[column] == best:
        return column
    return next(encoding for encoding in candidates if scores[encoding] == best)


def _is_no_text(words: Iterable[str], encoding: str) -> bool:
    """Does an encoding make a word one that is no syllable even without its marks."""
    return any(
        not is_vietnamese_syllable(strip_marks(syllable))
        for word in words
        for syllable in decode(word, encoding).split()
    )
