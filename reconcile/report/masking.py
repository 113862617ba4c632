"""How values of persons may be shown: masked unless asked otherwise (P9), and never obeyed."""

from __future__ import annotations

import re
from typing import Final

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
_NAMES: Final = frozenset(("name", "name_other", "father", "mother", "partner"))
_DATES: Final = frozenset(("birth", "death"))
_PAPERS: Final = {"cccd": "CCCD", "cmnd": "CMND"}
_HIDDEN: Final = "••••"


def masked(field: str, value: str, *, unmasked: bool = False) -> str:
    """A value as it may be shown: initials, years, the kind of a paper, and nothing else.

    Args:
        field: field that it is a value of.
        value: the value.
        unmasked: show it in full after all.

    >>> masked("name", "Nguyễn Văn An"), masked("birth", "1985-03-04"), masked("cccd", "0820")
    ('N. V. A.', '1985', 'CCCD ••••')
    """
    text = harmless(value)
    if unmasked or not text:
        return text
    if field in _NAMES:
        return " ".join(f"{part[0].upper()}." for part in text.split() if part)
    if field in _DATES:
        return text[:4]
    if field in _PAPERS:
        return f"{_PAPERS[field]} {_HIDDEN}"
    return _HIDDEN


def harmless(text: str) -> str:
    """A text without anything that a terminal would obey."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
