"""Tables of the legacy Vietnamese encodings.

Sources: VNI-Windows: the key chart of VNI Software (base letter followed by a mark letter);
TCVN3 (ABC): TCVN 5712:1993, table VN3, with the capitals of VN1 where VN3 leaves the code free;
VISCII: RFC 1456. Checked against the C library's ``TCVN5712-1`` and ``VISCII``; VNI has no library
table, its pairs are the product of bases and marks, so that ẳ (``aú``) and Ẳ are there as well.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_TONE_MARKS: Final = "\u0301\u0300\u0309\u0303\u0323"  # sắc huyền hỏi ngã nặng

# -- VNI-Windows, as the cp1252 characters that a program shows ----------------------------------

_VNI_PLAIN_TONES: Final = "ùøûõï"
_VNI_HAT_TONES: Final = "áàåãä"  # circumflex and tone in one mark
_VNI_BREVE_TONES: Final = "éèúüë"
_VNI_SINGLES: Final = {
    "ô": "ơ",
    "ö": "ư",
    "ñ": "đ",
    "í": "í",
    "ì": "ì",
    "æ": "ỉ",
    "ó": "ĩ",
    "ò": "ị",
    "î": "ỵ",
}


def _vni_lower_pairs() -> dict[str, str]:
    pairs = {"aâ": "â", "eâ": "ê", "oâ": "ô", "aê": "ă"}
    for base, letter in {**{v: v for v in "aeouy"}, "ô": "ơ", "ö": "ư"}.items():
        for sign, tone in zip(_VNI_PLAIN_TONES, _TONE_MARKS, strict=True):
            pairs[base + sign] = unicodedata.normalize("NFC", letter + tone)
    for base, letter in {"a": "â", "e": "ê", "o": "ô"}.items():
        for sign, tone in zip(_VNI_HAT_TONES, _TONE_MARKS, strict=True):
            pairs[base + sign] = unicodedata.normalize("NFC", letter + tone)
    for sign, tone in zip(_VNI_BREVE_TONES, _TONE_MARKS, strict=True):
        pairs["a" + sign] = unicodedata.normalize("NFC", "ă" + tone)
    return pairs


def _vni_tables() -> tuple[dict[str, str], dict[str, str]]:
    """Decoding and encoding: sequences to letters, and letters to the usual sequence."""
    lower = {**_vni_lower_pairs(), **_VNI_SINGLES}
    decoding = {}
    for sequence, letter in lower.items():
        base, sign = sequence[0], sequence[1:]
        # The base letter says the case; its mark may be typed in the other one.
        for mark in {sign, sign.upper()}:
            decoding[base + mark] = letter
            decoding[base.upper() + mark] = letter.upper()
    encoding = {}
    for sequence, letter in lower.items():
        if letter == "ỵ" and len(sequence) == 2:
            continue  # "yï" is understood, but VNI writes ỵ as the single î
        encoding[letter] = sequence
        encoding[letter.upper()] = sequence.upper()
    return decoding, encoding


VNI_DECODING, VNI_ENCODING = _vni_tables()

# -- one-byte encodings: byte -> letter ----------------------------------------------------------


def _row(start: int, letters: str) -> dict[int, str]:
    return {start + offset: letter for offset, letter in enumerate(letters) if letter != "·"}


TCVN3_BYTES: Final = {
    **_row(0x80, "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ"),
    **_row(0xA1, "ĂÂÊÔƠƯĐăâêôơưđẰ"),
    **_row(0xB0, "\u0300\u0309\u0303\u0301\u0323"),
    **_row(0xB5, "àảãáạẲằẳẵắẴẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹềểễếệìỉỄẾỒĩíịòỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ"),
}
VISCII_BYTES: Final = {
    0x02: "Ẳ",
    0x05: "Ẵ",
    0x06: "Ẫ",
    0x14: "Ỷ",
    0x19: "Ỹ",
    0x1E: "Ỵ",
    **_row(0x80, "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲ"),
    **_row(0xA0, "ÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯ"),
    **_row(0xC0, "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡư"),
    **_row(0xE0, "àáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ"),
}
# TCVN3 has codes of their own only for these capitals; the others exist as upper-case fonts, whose
# text holds the code of the small letter.
TCVN3_CAPITALS: Final = "ĂÂÊÔƠƯĐ"
