"""Dates in Vietnamese words, as the column ``nksNgaySinhBangChu`` has them.

``Ngày hai mươi lăm, tháng chín, năm một nghìn chín trăm tám mươi lăm``. All words are read without
marks. The word *nam* is both five and year, which the order of the parts tells apart.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from reconcile.text.folding import plain

_DIGITS: Final = {
    "khong": 0,
    "mot": 1,
    "hai": 2,
    "ba": 3,
    "bon": 4,
    "tu": 4,
    "nam": 5,
    "lam": 5,
    "nham": 5,
    "sau": 6,
    "bay": 7,
    "bai": 7,
    "tam": 8,
    "chin": 9,
}
_STEMS: Final = ("giap", "at", "binh", "dinh", "mau", "ky", "canh", "tan", "nham", "quy")
_BRANCHES: Final = (
    ("ty", 0),  # Tý; with Tỵ it is told apart by the stem, whose parity is the branch's
    ("suu", 1),
    ("dan", 2),
    ("mao", 3),
    ("meo", 3),
    ("thin", 4),
    ("ty", 5),
    ("ti", 5),
    ("ngo", 6),
    ("mui", 7),
    ("than", 8),
    ("dau", 9),
    ("tuat", 10),
    ("hoi", 11),
)
_MONTHS: Final = {"gieng": 1, "chap": 12}
_DATE: Final = re.compile(
    r"(?:ngay (?P<day>(?:mung |mong )?.+?) )?"
    r"(?:thang (?P<month>gieng|chap|muoi(?: mot| hai)?|[a-z]+|\d+) )?"
    r"(?:am lich |duong lich )?(?:nam )(?P<year>.+)"
)


@lru_cache(maxsize=1 << 14)
def read_words(text: str) -> tuple[int, int, int] | None:
    """Read a date written in words.

    Args:
        text: the words, with or without marks.

    Returns:
        Year, month and day, 0 for a part that is not said; None where it is no date in words.

    >>> read_words("Ngày hai mươi lăm, tháng chín, năm một nghìn chín trăm tám mươi lăm")
    (1985, 9, 25)
    >>> read_words("năm hai nghìn không trăm lẻ năm")
    (2005, 0, 0)
    """
    words = re.sub(r"[^a-z0-9]+", " ", plain(text)).strip()
    found = _DATE.fullmatch(words)
    if not found:
        return None
    year = _number(found["year"])
    month = _month(found["month"])
    day = _number(re.sub("^(?:mung|mong) ", "", found["day"])) if found["day"] else 0
    if year is None or month is None or day is None:
        return None
    if not (1850 <= year <= 2100 and month <= 12 and day <= 31):
        return None
    return year, month, day


def _month(words: str | None) -> int | None:
    if not words:
        return 0
    return _MONTHS.get(words) or _number(words)


def _number(words: str) -> int | None:
    """A number in words or digits; years also digit by digit (một chín tám lăm)."""
    if words.isdigit():
        return int(words)
    spoken = words.split()
    if len(spoken) == 4 and all(word in _DIGITS for word in spoken):
        return int("".join(str(_DIGITS[word]) for word in spoken))
    total = group = 0
    pending: int | None = None
    for word in spoken:
        if word in _DIGITS:
            if pending is not None and group == 0 and total == 0:
                return None
            pending = _DIGITS[word]
        elif word in ("nghin", "ngan"):
            total, group, pending = (group + (pending or 0)) * 1000, 0, None
        elif word == "tram":
            group, pending = group + (pending or 0) * 100, None
        elif word in ("muoi", "chuc"):
            group, pending = group + (10 if pending is None else pending * 10), None
        elif word not in ("le", "linh"):
            return None
    return total + group + (pending or 0)


@lru_cache(maxsize=1 << 10)
def read_cycle_year(text: str) -> int | None:
    """Read a year named by stem and branch.

    Args:
        text: ``Mậu Tý``, ``năm Giáp Thìn``, with or without marks.

    Returns:
        Its place in the sixty-year cycle, 0 for Giáp Tý (1924, 1984, …); None where it is none.

    >>> read_cycle_year("Mậu Tý"), read_cycle_year("Tân Tỵ"), read_cycle_year("Nguyễn Tý")
    (24, 17, None)
    """
    words = plain(text).removeprefix("nam ").split()
    if len(words) != 2 or words[0] not in _STEMS:
        return None
    stem = _STEMS.index(words[0])
    for name, branch in _BRANCHES:
        if name == words[1] and branch % 2 == stem % 2:
            return next(year for year in range(stem, 60, 10) if year % 12 == branch)
    return None
