"""How names and words get misspelt: one named mechanism per function, text in, text out.

A mechanism that has nothing to work on returns the text unchanged. Which mechanisms there are
follows southern speech and typing (merged hỏi and ngã, n and ng, t and c, d and gi and v), the
methods of typing Vietnamese, and what digitisation does to paper.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

_HOOK, _TILDE = "\u0309", "\u0303"
_TONES: Final = ("\u0300", "\u0301", _TILDE, _HOOK, "\u0323")
_VOWEL_MARKS: Final = ("\u0302", "\u0306", "\u031b")
_TELEX_TONES: Final = dict(zip(_TONES, "fsxrj", strict=True))
_VNI_TONES: Final = dict(zip(_TONES, "21435", strict=True))
_VNI_MARKS: Final = {"\u0302": "6", "\u0306": "8", "\u031b": "7"}
_REGIONAL: Final = (
    ("Huỳnh", "Hoàng"),
    ("Võ", "Vũ"),
    ("Phước", "Phúc"),
    ("Nhựt", "Nhật"),
    ("Nhơn", "Nhân"),
    ("Quới", "Quý"),
    ("Ngãi", "Nghĩa"),
    ("Thạnh", "Thịnh"),
    ("Châu", "Chu"),
    ("Kiểng", "Cảnh"),
    ("Tòng", "Tùng"),
    ("Cang", "Cương"),
    ("Phụng", "Phượng"),
    ("Sanh", "Sinh"),
    ("Chánh", "Chính"),
    ("Huê", "Hoa"),
    ("Nguơn", "Nguyên"),
    ("Bửu", "Bảo"),
    ("Đàng", "Đường"),
    ("Kiết", "Cát"),
)
_OTHER_WORD: Final = {one: other for pair in _REGIONAL for one, other in (pair, pair[::-1])}
_INITIALS: Final = (
    ("v", "d"),
    ("gi", "d"),
    ("d", "gi"),
    ("d", "v"),
    ("x", "s"),
    ("s", "x"),
    ("tr", "ch"),
    ("ch", "tr"),
    ("qu", "w"),
)
_FINALS: Final = (("ng", "n"), ("n", "ng"), ("t", "c"), ("c", "t"))
_NEIGHBOURS: Final = {
    "a": "s",
    "s": "a",
    "n": "m",
    "m": "n",
    "i": "o",
    "o": "i",
    "h": "g",
    "g": "h",
    "t": "y",
    "l": "k",
    "e": "r",
    "u": "i",
}


def _nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _swap_word(text: str, rng: Random, change: Callable[[str], str]) -> str:
    """Change one of the words that the change does something to."""
    words = text.split(" ")
    changed = {index: new for index, word in enumerate(words) if (new := change(word)) != word}
    if not changed:
        return text
    index = rng.choice(list(changed))
    return " ".join([*words[:index], changed[index], *words[index + 1 :]])


def lost_marks(text: str, rng: Random) -> str:
    """All marks are gone: ``Nguyen Van An``."""
    del rng
    return _plain(text)


def _plain(text: str) -> str:
    kept = "".join(letter for letter in _nfd(text) if not unicodedata.combining(letter))
    return kept.replace("đ", "d").replace("Đ", "D")


def lost_mark_of_one(text: str, rng: Random) -> str:
    """One word lost its marks."""
    return _swap_word(text, rng, _plain)


def hoi_nga(text: str, rng: Random) -> str:
    """Hỏi and ngã exchanged: ``Nguyển``, ``Mỷ``."""
    exchange = str.maketrans({_HOOK: _TILDE, _TILDE: _HOOK})
    return _swap_word(text, rng, lambda word: _nfc(_nfd(word).translate(exchange)))


def wrong_tone(text: str, rng: Random) -> str:
    """Another tone on one word."""
    tone = rng.choice(_TONES)

    def change(word: str) -> str:
        return _nfc("".join(tone if letter in _TONES else letter for letter in _nfd(word)))

    return _swap_word(text, rng, change)


def tone_place(text: str, rng: Random) -> str:
    """The other place of the tone mark: ``Hoà`` for ``Hòa``, ``Thuý`` for ``Thúy``."""

    def change(word: str) -> str:
        letters = _nfd(word)
        if len(letters) < 3 or letters[-2] not in _TONES:
            return word
        if letters[-3].lower() + letters[-1].lower() in ("oa", "oe", "uy"):
            return _nfc(letters[:-2] + letters[-1] + letters[-2])
        return word

    return _swap_word(text, rng, change)


def final_consonant(text: str, rng: Random) -> str:
    """Final n and ng, t and c exchanged: ``Lang``, ``Phác``."""

    def change(word: str) -> str:
        if word.lower().endswith(("nh", "ch")):
            return word
        for old, new in _FINALS:
            if len(word) > len(old) + 1 and word.endswith(old):
                return word[: -len(old)] + new
        return word

    return _swap_word(text, rng, change)


def initial_consonant(text: str, rng: Random) -> str:
    """Initial v, d and gi, s and x, tr and ch exchanged."""
    pairs = rng.sample(_INITIALS, len(_INITIALS))

    def change(word: str) -> str:
        for old, new in pairs:
            if word.lower().startswith(old) and len(word) > len(old) + 1:
                return (
                    new.capitalize() + word[len(old) :]
                    if word[0].isupper()
                    else new + word[len(old) :]
                )
        return word

    return _swap_word(text, rng, change)


def i_or_y(text: str, rng: Random) -> str:
    """Final i and y exchanged after a consonant: ``Mĩ``, ``Kì``."""
    exchange = str.maketrans("iyIY", "yiYI")

    def change(word: str) -> str:
        letters = _nfd(word)
        base = [index for index, letter in enumerate(letters) if not unicodedata.combining(letter)]
        if (
            len(base) < 2
            or letters[base[-1]] not in "iy"
            or letters[base[-2]].lower() not in "hklmqtv"
        ):
            return word
        last = base[-1]
        return _nfc(letters[:last] + letters[last].translate(exchange) + letters[last + 1 :])

    return _swap_word(text, rng, change)


def regional_form(text: str, rng: Random) -> str:
    """The northern form for the southern or the other way: ``Hoàng`` for ``Huỳnh``."""
    return _swap_word(text, rng, lambda word: _OTHER_WORD.get(word, word))


def marker_lost(text: str, rng: Random) -> str:
    """``Thị`` or ``Văn`` left out."""
    del rng
    words = text.split(" ")
    return (
        " ".join([words[0], *words[2:]]) if len(words) > 2 and words[1] in ("Thị", "Văn") else text
    )


def marker_added(text: str, rng: Random) -> str:
    """``Thị`` or ``Văn`` where the name has none."""
    words = text.split(" ")
    if len(words) != 2 and (len(words) < 3 or words[1] in ("Thị", "Văn")):
        return text
    return " ".join([words[0], rng.choice(("Thị", "Văn")), *words[1:]])


def middle_lost(text: str, rng: Random) -> str:
    """One middle name left out."""
    words = text.split(" ")
    if len(words) < 3:
        return text
    del words[rng.randrange(1, len(words) - 1)]
    return " ".join(words)


def middle_shortened(text: str, rng: Random) -> str:
    """``T.`` for Thị, ``V.`` for Văn, a letter for another middle name."""
    words = text.split(" ")
    if len(words) < 3:
        return text
    words[1] = words[1][0] + rng.choice((".", ".", ""))
    return " ".join(words)


def nguyen_shortened(text: str, rng: Random) -> str:
    """``Ng.`` or ``Ng̃`` for Nguyễn."""
    short = rng.choice(("Ng.", "Ng", "Ng\u0303", "Ng~"))
    return short + text[len("Nguyễn") :] if text.startswith("Nguyễn ") else text


def order_swapped(text: str, rng: Random) -> str:
    """Given name first: ``An Nguyễn Văn``."""
    del rng
    words = text.split(" ")
    return " ".join([words[-1], *words[:-1]])


def syllables_swapped(text: str, rng: Random) -> str:
    """The last two syllables exchanged."""
    del rng
    words = text.split(" ")
    return " ".join([*words[:-2], words[-1], words[-2]]) if len(words) > 2 else text


def telex(text: str, rng: Random) -> str:
    """Telex keys left in one word: ``Nguyeenx``."""

    def change(word: str) -> str:
        marks = ""
        letters: list[str] = []
        for letter in _nfd(word):
            if letter in _TELEX_TONES:
                marks += _TELEX_TONES[letter]
            elif letter in _VOWEL_MARKS:
                letters.append(letters[-1].lower() if letter == "\u0302" else "w")
            else:
                letters.append({"đ": "dd", "Đ": "Dd"}.get(letter, letter))
        return "".join(letters) + marks

    return _swap_word(text, rng, change)


def vni_typing(text: str, rng: Random) -> str:
    """VNI keys left in one word: ``Nguye6n4``."""

    def change(word: str) -> str:
        tone = "".join(_VNI_TONES.get(letter, "") for letter in _nfd(word))
        kept = "".join(
            _VNI_MARKS.get(letter, letter) for letter in _nfd(word) if letter not in _TONES
        )
        return kept.replace("đ", "d9").replace("Đ", "D9") + tone

    return _swap_word(text, rng, change)


def homoglyph(text: str, rng: Random) -> str:
    """Icelandic Ð and ð for Vietnamese Đ and đ."""
    del rng
    return text.replace("Đ", "\u00d0").replace("đ", "\u00f0")


def double_blank(text: str, rng: Random) -> str:
    """Two blanks between words, or blanks at the ends."""
    return text.replace(" ", "  ", 1) if rng.random() < 0.6 else f" {text} "


def no_break_space(text: str, rng: Random) -> str:
    """A no-break space between words."""
    del rng
    return text.replace(" ", "\u00a0", 1)


def zero_width(text: str, rng: Random) -> str:
    """A zero-width space somewhere."""
    place = rng.randrange(len(text) + 1)
    return f"{text[:place]}\u200b{text[place:]}"


def capitals(text: str, rng: Random) -> str:
    """All in capitals."""
    del rng
    return text.upper()


def lower_case(text: str, rng: Random) -> str:
    """All in small letters."""
    del rng
    return text.lower()


def trailing_mark(text: str, rng: Random) -> str:
    """A full stop, comma or semicolon at the end."""
    return text + rng.choice((".", ",", ";", " ."))


def other_name(text: str, rng: Random) -> str:
    """A second name in brackets: ``Nguyễn Văn An (tên khác: Bé Hai)``."""
    called = rng.choice(("Bé Hai", "Út", "Ba Lành", "Tư", "Chín Nhỏ"))
    return text + rng.choice((" (tên khác: {0})", " (tức {0})", " ({0})")).format(called)


def letter_lost(text: str, rng: Random) -> str:
    """One letter left out."""
    place = rng.randrange(1, len(text)) if len(text) > 3 else 0
    return text[:place] + text[place + 1 :] if place else text


def letters_swapped(text: str, rng: Random) -> str:
    """Two neighbouring letters exchanged."""
    place = rng.randrange(1, len(text) - 1) if len(text) > 3 else 0
    if not place or " " in text[place : place + 2]:
        return text
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def letter_wrong(text: str, rng: Random) -> str:
    """A neighbouring key struck."""
    places = [index for index, letter in enumerate(text) if letter in _NEIGHBOURS]
    if not places:
        return text
    place = rng.choice(places)
    return text[:place] + _NEIGHBOURS[text[place]] + text[place + 1 :]


def ocr(text: str, rng: Random) -> str:
    """Read by machine: 0 for O and o, 1 for l and i."""
    return _swap_word(
        text, rng, lambda word: word.replace("o", "0").replace("l", "1").replace("O", "0")
    )


def words_joined(text: str, rng: Random) -> str:
    """Two words without the blank."""
    del rng
    return text.replace(" ", "", 1) if text.count(" ") > 1 else text


MECHANISMS: Final = {
    mechanism.__name__: mechanism
    for mechanism in (
        lost_marks,
        lost_mark_of_one,
        hoi_nga,
        wrong_tone,
        tone_place,
        final_consonant,
        initial_consonant,
        i_or_y,
        regional_form,
        marker_lost,
        marker_added,
        middle_lost,
        middle_shortened,
        nguyen_shortened,
        order_swapped,
        syllables_swapped,
        telex,
        vni_typing,
        homoglyph,
        double_blank,
        no_break_space,
        zero_width,
        capitals,
        lower_case,
        trailing_mark,
        other_name,
        letter_lost,
        letters_swapped,
        letter_wrong,
        ocr,
        words_joined,
    )
}
