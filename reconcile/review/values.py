"""Values that officers type, checked like any import and brought into standard form."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from reconcile.review.answers import Cell, cell_text, partial_date
from reconcile.review.columns import reduced
from reconcile.text.language import translate

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

_SEX: Final = {
    "nam": "M",
    "m": "M",
    "male": "M",
    "1": "M",
    "nu": "F",
    "f": "F",
    "female": "F",
    "2": "F",
    "khong xac dinh": "U",
    "chua xac dinh": "U",
    "3": "U",
}
_DATES: Final = ("birth", "death", "event", "registered", "marriage")


def checked_value(field: str, cell: Cell, today: date) -> str | None:
    """A typed value in standard form.

    Args:
        field: field that it is a value of: ``birth``, ``sex``, ``cccd``, ``child.birth_date``, …
        cell: what was typed.
        today: what two digits of a year are read against.

    Returns:
        The value: dates as ISO 8601 in their precision, sex as ``M``, ``F`` or ``U``, identity
        numbers as digits, other text tidied. None where it cannot be a value of that field.
    """
    name = field.rpartition(".")[2]
    if name in _DATES or name.endswith("_date"):
        return partial_date(cell, today)
    check = _CHECKS.get(name)
    return check(cell_text(cell)) if check else _text(cell_text(cell))


def _sex(text: str) -> str | None:
    return _SEX.get(reduced(text))


def _digits(*lengths: int) -> Callable[[str], str | None]:
    def check(text: str) -> str | None:
        digits = re.sub(r"[\s.\-]", "", text)
        return digits if digits.isdecimal() and len(digits) in lengths else None

    return check


def _name(text: str) -> str | None:
    return text if text and not any(letter.isdigit() for letter in text) else None


def _text(text: str) -> str | None:
    return text or None


_CHECKS: Final[dict[str, Callable[[str], str | None]]] = {
    "sex": _sex,
    "cccd": _digits(12),
    "personal_number": _digits(12),
    "cmnd": _digits(9),
    "identity_number": _digits(9, 12),
    "name": _name,
}


_ISO: Final = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}:\d{2})(?::\d{2})?)?)?)?$")


@lru_cache(maxsize=50_000)
def value_words(value: str, language: str) -> str:
    """A standard value as people read it: dates day first in their precision, sex in words.

    >>> value_words("1985-03-04", "vi"), value_words("1985-03", "vi"), value_words("M", "vi")
    ('04/03/1985', '03/1985', 'Nam')
    """
    words = {"M": "Male", "F": "Female", "U": "Undetermined"}.get(value)
    if words:
        return translate(words, language)
    found = _ISO.match(value)
    if not found:
        return value
    year, month, day, time = found.groups()
    said = "/".join(part for part in (day, month, year) if part)
    return f"{said} {time}" if time else said
