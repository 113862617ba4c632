"""Dates as registers have them: in full, in part, as an age, in the lunar calendar.

A date is an interval of days and the precision with which it is known; nothing invents a day (P6).
Reading goes in two steps, so that each distinct text is read once: :func:`read_date` takes a text
apart, :func:`place` puts the reading on the calendar with what its entry says (its registration
date resolves two-digit years and ages).

Sources: the digitisation template of guidance 1437/BTP-CNTT (2019) for dd.mm.yyyy, mm.yyyy and
yyyy; joint circular 01/2016/TTLT-TANDTC-VKSNDTC-BTP, art. 2.1, for 01.01 as a stand-in of an
unknown day; the rest is habit of commune offices.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from reconcile.model import Precision
from reconcile.standardise.date_words import read_cycle_year, read_words
from reconcile.text.folding import plain

OLDEST_YEAR: Final = 1850
LATEST_YEAR: Final = 2100
ON_TIME_DAYS: Final = 60
"""Births are registered within 60 days (Luật Hộ tịch 2014, art. 15): so long, 01.01 is a day."""
_ADULT_YEARS: Final = 12  # nobody younger is a parent, spouse or requester
_LIFETIME: Final = 105
_EXCEL_EPOCH: Final = date(1899, 12, 30).toordinal()
_FIRST_SERIAL: Final = 21_000  # 1957; what is less looks like a year with a digit too many
_LAST_SERIAL: Final = 60_000
_PIVOT_YEAR: Final = 2030  # for two-digit years where the entry says no year at all


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


class Interval(NamedTuple):
    """Days between which something happened.

    Attributes:
        first: first possible day, proleptic ordinal; None where nothing is known.
        last: last possible day.
        precision: how exactly it is known.
        flags: stand_in, lunar, two_digit_year, swapped, impossible, approximate, …
    """

    first: int | None = None
    last: int | None = None
    precision: Precision = Precision.NONE
    flags: tuple[str, ...] = ()

    @property
    def year(self) -> int | None:
        """The year, where it is known to be one year."""
        if self.first is None or self.last is None:
            return None
        first, last = date.fromordinal(self.first).year, date.fromordinal(self.last).year
        return first if first == last else None


class Context(NamedTuple):
    """What an entry says that helps to place one of its dates.

    Attributes:
        year: year by which it had happened: of the registration, of the death; 0 if unknown.
        registered: last possible day of registration, None if unknown.
        adult: the person has a role that only a grown person can have.
        birth_or_death: 01.01 may stand for an unknown day.
    """

    year: int = 0
    registered: int | None = None
    adult: bool = False
    birth_or_death: bool = True


UNREADABLE: Final = Reading(readable=False)

# -- reading a text -----------------------------------------------------------------------------

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
    if day > calendar.monthrange(leap, month)[1]:
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


# -- on the calendar ----------------------------------------------------------------------------


def place(reading: Reading, context: Context) -> Interval:
    """Put a reading on the calendar.

    Args:
        reading: what the text says.
        context: what its entry says.

    Returns:
        The interval; empty where the reading says nothing, or an age without a year to count from.
    """
    if not reading.says_something:
        return Interval(flags=reading.flags)
    if reading.age >= 0:
        return _by_age(reading, context)
    year = reading.year
    if reading.cycle >= 0:
        year = _cycle_year(reading.cycle, context)
        if not year:
            return Interval(flags=(*reading.flags, "cycle_year"))
    if "two_digit_year" in reading.flags:
        year = _full_year(year, context)
        reading = _calendar_again(reading, year)
    return _lunar(reading, year) if reading.lunar else _solar(reading, year, context)


def _by_age(reading: Reading, context: Context) -> Interval:
    """An age leaves two years: whether the birthday had passed is not known."""
    if not context.year:
        return Interval(flags=("age", *reading.flags))
    year = context.year - reading.age
    return Interval(_day(year - 1, 1, 1), _day(year, 12, 31), Precision.AGE, reading.flags)


def _cycle_year(cycle: int, context: Context) -> int:
    """The one year of the sixty-year cycle that fits a lifetime; 0 where none or several do."""
    if not context.year:
        return 0
    latest = context.year - (_ADULT_YEARS if context.adult else 0)
    last = latest - (latest - 4 - cycle) % 60
    return last if last - 60 < context.year - _LIFETIME else 0


def _solar(reading: Reading, year: int, context: Context) -> Interval:
    if reading.month and reading.day and not _is_stand_in(reading, year, context):
        day = _day(year, reading.month, reading.day)
        return Interval(day, day, Precision.DAY, reading.flags)
    if reading.month and not reading.day:
        last = calendar.monthrange(year, reading.month)[1]
        return Interval(
            _day(year, reading.month, 1),
            _day(year, reading.month, last),
            Precision.MONTH,
            reading.flags,
        )
    flags = (*reading.flags, "stand_in") if reading.day else reading.flags
    return Interval(
        _day(year, 1, 1), _day(reading.last_year or year, 12, 31), Precision.YEAR, flags
    )


def _day(year: int, month: int, day: int) -> int:
    return date(year, month, day).toordinal()


def _full_year(two_digits: int, context: Context) -> int:
    """The latest year with these digits by which the person was old enough."""
    latest = context.year or _PIVOT_YEAR
    if context.adult and context.year:
        latest -= _ADULT_YEARS
    return latest - (latest - two_digits) % 100


def _calendar_again(reading: Reading, year: int) -> Reading:
    """29.02 of a year whose century is known only now."""
    if reading.day <= calendar.monthrange(year, max(reading.month, 1))[1]:
        return reading
    return replace(reading, day=0, flags=(*reading.flags, "impossible"))


def _is_stand_in(reading: Reading, year: int, context: Context) -> bool:
    """Is 01.01 here the stand-in of an unknown day."""
    if (reading.day, reading.month) != (1, 1) or not context.birth_or_death:
        return False
    if context.registered is None or context.adult:
        return True
    return not 0 <= context.registered - _day(year, 1, 1) <= ON_TIME_DAYS


def _lunar(reading: Reading, year: int) -> Interval:
    """The solar days that a lunar date can be.

    The lunar year begins between 21 January and 20 February; a month has 29 or 30 days, and a leap
    month may come before.
    """
    flags = (*reading.flags, "lunar")
    if not reading.month:
        return Interval(_day(year, 1, 21), _day(year + 1, 2, 19), Precision.YEAR, flags)
    before = (reading.month - 1) * 2953 // 100
    first = _day(year, 1, 21) + before
    last = _day(year, 2, 20) + before + 31
    if reading.day:
        return Interval(first + reading.day - 1, last + reading.day, Precision.MONTH, flags)
    return Interval(first, last + 30, Precision.MONTH, flags)
