"""Numbers of entries and labels of books.

Numbers restart at 01 each year in each registering body (Thông tư 04/2020/TT-BTP, art. 29), so
that an entry is found by body, year and number. The year may stand behind the number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from reconcile.text.folding import plain


@dataclass(frozen=True)
class Number:
    """A registration number.

    Attributes:
        number: the digits; None where there are none.
        suffix: what follows the digits: ``A``, ``BIS``.
        year: year behind the number; below 100 where it has two digits, 0 where there is none.
    """

    number: int | None = None
    suffix: str = ""
    year: int = 0


@dataclass(frozen=True)
class Book:
    """The label of a book.

    Attributes:
        book: number of the book with at least two digits, without its year.
        year: year on the label; below 100 where it has two digits, 0 where there is none.
    """

    book: str = ""
    year: int = 0


_LARGEST: Final = 2**31 - 1
_NUMBER: Final = re.compile(
    r"(?:so|stt|no|dk)?[ .:]*(?P<number>\d{1,10}) ?(?P<suffix>[a-z]|bis)?"
    r"(?:\W+(?:(?P<year>\d{4}|\d{2})(?!\d))?.*)?"
)
_MARKED_YEAR: Final = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)")
_BOOK_WORDS: Final = re.compile(r"\b(?:quyen|so|q|tap|cuon)\b[ .:]*|^[qs](?=\d)")


@lru_cache(maxsize=1 << 16)
def read_number(text: str) -> Number:
    """Read a registration number.

    Args:
        text: ``24``, ``24/2010``, ``24A``, ``số 24``, ``24/2010/KS``.

    >>> read_number("24/2010"), read_number("số 024A")
    (Number(number=24, suffix='', year=2010), Number(number=24, suffix='A', year=0))
    """
    words = plain(text).strip(" .,;:'\"")
    found = _NUMBER.fullmatch(words)
    if not found or int(found["number"]) > _LARGEST:
        return Number()
    year = int(found["year"] or 0)
    marked = _MARKED_YEAR.search(words[found.end("number") :])
    if marked:
        year = int(marked[1])
    elif len(found["year"] or "") == 4:  # four digits that are no year: 24/0015
        year = 0
    return Number(int(found["number"]), (found["suffix"] or "").upper(), year)


@lru_cache(maxsize=1 << 14)
def read_book(text: str) -> Book:
    """Read the label of a book.

    Args:
        text: ``01/2007``, ``01-2007``, ``01-TP/HT-2015-KS``, ``Quyển số 1``, ``01``.

    >>> read_book("01-TP/HT-2015-KS"), read_book("1")
    (Book(book='01', year=2015), Book(book='01', year=0))
    """
    words = _BOOK_WORDS.sub(" ", plain(text)).strip(" .,;:'\"-/")
    marked = _MARKED_YEAR.search(words)
    year = int(marked[1]) if marked else 0
    rest = (words[: marked.start()] + " " + words[marked.end() :]) if marked else words
    numbers = re.findall(r"\d+", rest)
    if not numbers:
        label = re.findall(r"\b[a-z]{1,4}\b", rest)
        return Book(label[0].upper() if label and not marked else "", year)
    short = re.fullmatch(r"(\d{1,3})\s*[/.-]\s*(\d{2})", words)
    if short:
        return Book(short[1].lstrip("0").zfill(2), int(short[2]))
    suffix = re.search(rf"{numbers[0]}([a-z])\b", rest)
    book = numbers[0].lstrip("0").zfill(2) + (suffix[1].upper() if suffix else "")
    return Book(book, year)


def full_year(year: int, near: int) -> int:
    """A two-digit year as the one of its century nearest to a year that the entry says.

    Args:
        year: year of a number or a book; four digits stay.
        near: year of registration, sheet or book; 0 where unknown.

    Returns:
        The year; 0 where two digits cannot be placed.
    """
    if year == 0 or year >= 100:
        return year
    if not near:
        return 0
    return near + (year - near + 50) % 100 - 50
