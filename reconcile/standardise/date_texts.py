"""Texts of dates taken apart: figures, words, ages, lunar dates, spreadsheet serials.

Each distinct text is read once; what it means in its entry, :mod:`reconcile.standardise.dates`
says.

Sources: the digitisation template of guidance 1437/BTP-CNTT (2019) for dd.mm.yyyy, mm.yyyy and
yyyy; the rest is habit of commune offices.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Final

from reconcile.standardise.date_words import read_cycle_year, read_words
from reconcile.text.folding import plain

OLDEST_YEAR: Final = 1850
LATEST_YEAR: Final = 2100
_EXCEL_EPOCH: Final = date(1899, 12, 30).toordinal()
_FIRST_SERIAL: Final = 21_000  # 1957; what is less looks like a year with a digit too many
_LAST_SERIAL: Final = 60_000


@lru_cache(maxsize=4096)
def last_day(year: int, month: int) -> int:
    """Number of the days of a month."""
    return calendar.monthrange(year, month)[1]


@dataclass(frozen=True)
class Reading:
    """What a text says of a date, before anything else is known.

    Attributes:
        year: year, 0 where it says none; below 100 where it has two digits.
        month: month, 0 where it says none.
        day: day, 0 where it says none.
        last_year: end of a span of years (``1950-1951``), else 0.
        age: completed years that it says instead of a year, -1 where it says none.
        cycle: place of its year in the sixty-year cycle (Mậu Tý), -1 where it says none.
        lunar: is in the lunar calendar.
        flags: further oddities: approximate, excel_serial, swapped, impossible, words.
        readable: False where the text says something that is no date.
    """

    year: int = 0
    month: int = 0
    day: int = 0
    last_year: int = 0
    age: int = -1
    cycle: int = -1
    lunar: bool = False
    flags: tuple[str, ...] = ()
    readable: bool = True

    @property
    def says_something(self) -> bool:
        """Is there a year or an age."""
        has_year = self.year > 0 or self.cycle >= 0 or "two_digit_year" in self.flags
        return self.readable and (has_year or self.age >= 0)

    @property
    def needs_context(self) -> bool:
        """Does it mean another interval in another entry: an age, a short year, 01.01."""
        return (
            self.age >= 0
            or self.cycle >= 0
            or "two_digit_year" in self.flags
            or (self.day == 1 and self.month == 1)
        )


UNREADABLE: Final = Reading(readable=False)

_LUNAR: Final = re.compile(r"\b(?:am lich|nong lich|al)\b|\bal(?=\d)")
_ABOUT: Final = re.compile(r"\b(?:khoang|chung|gan|dau nam|cuoi nam|giua nam|phong)\b|\?")
_TIME: Final = re.compile(
    r"(?:luc|vao luc|hoi)?\s*\b\d{1,2}\s*(?:h|g|gio|:)\s*(?:\d{1,2}\s*(?:'|’|p|ph|phut)?\b'?)?"
    r"(?::\d{1,2}(?:\.\d+)?)?(?:\s*(?:sang|trua|chieu|toi|dem|am|pm)\b)?(?=[\s,;-]|$)"
)
_ISO: Final = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[t ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?z?)?"
)
_AGE: Final = re.compile(
    r"(?:khoang |chung )?(?:tuoi[: ]*(?P<after>\d{1,3})|(?P<years>\d{1,3}) ?(?:t|tuoi|tuoi mu)\.?)"
)
_BABY: Final = re.compile(r"(\d{1,3}) ?(?:ngay|tuan|thang|gio) ?tuoi")
_OCR: Final = re.compile(r"(?<=\d)[ol](?=[\d./-]|$)|(?<![a-z])[ol](?=\d)")
_USUAL: Final = re.compile(r"(?:(?:(\d\d?)[./-])?(\d\d?)[./-])?([12]\d{3})")
_PLACEHOLDERS: Final = re.compile(r"[_xX?*…]+|\.{2,}|-{2,}")
_NUMBER: Final = re.compile(r"\d+")
_WORDS_AROUND: Final = re.compile(
    r"\b(?:sinh|ngay|thang|nam|sn|ns|mat|chet|vao|tu tran|cong lich|duong lich|dl|n|t)\b[.:]?"
)
_EMPTY: Final = re.compile(r"[\s\-./,:;_0?x]*")


@lru_cache(maxsize=1 << 16)
def read_date(text: str) -> Reading:
    """Take the text of a date apart.

    Args:
        text: as the importer hands it over; no-value words are already gone.

    Returns:
        What it says; not ``readable`` where it says something that is no date.

    >>> read_date("25.09.1985").day, read_date("9/1985").month, read_date("32 tuổi").age
    (25, 9, 32)
    >>> read_date("hồi nhỏ").readable
    False
    """
    usual = _USUAL.fullmatch(text)
    if usual:
        return _order([group for group in usual.groups() if group], ())
    words = plain(text).strip(" .,;'\"")
    if _EMPTY.fullmatch(words):
        return Reading()
    iso = _ISO.fullmatch(words)
    if iso:
        return _numbers([int(iso[3]), int(iso[2]), int(iso[1])], ["", "", iso[1]], ())
    lunar = bool(_LUNAR.search(words))
    flags = ("approximate",) if _ABOUT.search(words) else ()
    age = _age(words)
    if age is not None:
        return replace(age, flags=(*age.flags, *flags))
    reading = _read_numbers(_LUNAR.sub(" ", words), flags)
    if not reading.readable:
        reading = _read_spoken(words, flags)
    return replace(reading, lunar=lunar or reading.lunar) if reading.readable else reading


def _read_spoken(words: str, flags: tuple[str, ...]) -> Reading:
    spoken = read_words(words)
    if spoken:
        return Reading(*spoken, flags=(*flags, "words"))
    cycle = read_cycle_year(words)
    return UNREADABLE if cycle is None else Reading(cycle=cycle, lunar=True, flags=flags)


def _age(words: str) -> Reading | None:
    if _BABY.fullmatch(words):
        return Reading(age=0)
    found = _AGE.fullmatch(words)
    if not found:
        return None
    years = int(found["after"] or found["years"])
    return Reading(age=years) if years <= 120 else UNREADABLE


def _read_numbers(words: str, flags: tuple[str, ...]) -> Reading:
    words = _OCR.sub(lambda found: "0" if found[0] == "o" else "1", words)
    serial = re.fullmatch(r"(\d{5})(?:\.\d+)?", words)
    if serial and _FIRST_SERIAL <= int(serial[1]) <= _LAST_SERIAL:
        day = date.fromordinal(_EXCEL_EPOCH + int(serial[1]))
        return Reading(day.year, day.month, day.day, flags=(*flags, "excel_serial"))
    bare = _ABOUT.sub(" ", _WORDS_AROUND.sub(" ", _TIME.sub(" ", words)))
    bare = _PLACEHOLDERS.sub("/", bare)
    if re.search("[a-z]", bare):
        return UNREADABLE
    digits = _NUMBER.findall(bare)
    if len(digits) == 1 and len(digits[0]) > 4:
        digits = _split_run(digits[0])
    if not 1 <= len(digits) <= 3:
        return UNREADABLE
    if any(len(group) > 4 for group in digits):
        return UNREADABLE
    return _order(digits, flags)


def _split_run(run: str) -> list[str]:
    """Digits without separators: ddmmyyyy, yyyymmdd, dmmyyyy or mmyyyy."""
    if len(run) == 8 and _is_year(int(run[:4])) and not _is_year(int(run[4:])):
        return [run[6:], run[4:6], run[:4]]
    if len(run) in (7, 8):
        return [run[:-6], run[-6:-4], run[-4:]]
    if len(run) == 6 and _is_year(int(run[2:])):
        return [run[:2], run[2:]]
    if len(run) == 6:
        return [run[:2], run[2:4], run[4:]]
    return [run]


def _is_year(number: int) -> bool:
    return OLDEST_YEAR <= number <= LATEST_YEAR


def _order(digits: list[str], flags: tuple[str, ...]) -> Reading:
    """Bring groups of digits into the order day, month, year."""
    starts_with_year = len(digits[0]) == 4 and len(digits) > 1
    if starts_with_year and len(digits[-1]) < 4:
        digits.reverse()
    elif starts_with_year and len(digits) == 2:
        first, last = sorted((int(digits[0]), int(digits[1])))
        if _is_year(first) and last - first <= 10:
            return Reading(first, last_year=last, flags=(*flags, "approximate"))
        return UNREADABLE
    padded = ["0"] * (3 - len(digits)) + digits
    return _numbers([int(group) for group in padded], padded, flags)


def _numbers(numbers: list[int], written: list[str], flags: tuple[str, ...]) -> Reading:
    day, month, year = numbers
    if len(written[2]) == 3 or (len(written[2]) == 4 and year and not _is_year(year)):
        return UNREADABLE
    if len(written[2]) <= 2:
        if day == 0 and month == 0:
            return UNREADABLE  # "32" alone can be an age as well as a year
        flags = (*flags, "two_digit_year")
    return _calendar(day, month, year, flags)


def _calendar(day: int, month: int, year: int, flags: tuple[str, ...]) -> Reading:
    """Check day and month; what cannot be is dropped, and the rest kept."""
    if month > 12 and 1 <= day <= 12:
        day, month, flags = month, day, (*flags, "swapped")
    if month > 12:
        return Reading(year, flags=(*flags, "impossible"))
    if month == 0:
        return Reading(year, flags=flags)
    leap = 2000 if "two_digit_year" in flags or year == 0 else year
    if day > last_day(leap, month):
        # The lunar calendar has a 30th of every month; the solar one has not.
        return Reading(year, month, flags=(*flags, "impossible"))
    return Reading(year, month, day, flags=flags)


def join_columns(day: str, month: str, year: str) -> str:
    """One text from a date in three columns; a column that holds the whole date is it.

    >>> join_columns("5", "3", "2004"), join_columns("", "", "2004"), join_columns("", "3", "2004")
    ('5/3/2004', '2004', '3/2004')
    """
    parts = [part.strip() for part in (day, month, year)]
    if not parts[2] and sum(map(bool, parts)) == 1:
        whole = "".join(parts)
        return whole if len(_NUMBER.findall(whole)) == 3 or len(whole) > 2 else ""
    if not parts[2]:
        return ""
    if len(_NUMBER.findall(parts[2])) == 3:
        return parts[2]
    if not parts[1] or _EMPTY.fullmatch(plain(parts[1])):
        return parts[2]
    if not parts[0] or _EMPTY.fullmatch(plain(parts[0])):
        return f"{parts[1]}/{parts[2]}"
    return "/".join(parts)
