"""Dates as registers have them: in full, in part, as an age, in the lunar calendar.

A date is an interval of days and the precision with which it is known; nothing invents a day (P6).
Reading goes in two steps, so that each distinct text is read once:
:func:`reconcile.standardise.date_texts.read_date` takes a text apart, :func:`place` puts the
reading on the calendar with what its entry says (its registration date resolves two-digit years
and ages).

Source: joint circular 01/2016/TTLT-TANDTC-VKSNDTC-BTP, art. 2.1, for 01.01 as a stand-in of an
unknown day.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from reconcile.model import Precision
from reconcile.standardise.date_texts import last_day

if TYPE_CHECKING:
    from reconcile.standardise.date_texts import Reading

ON_TIME_DAYS: Final = 60
"""Births are registered within 60 days (Luật Hộ tịch 2014, art. 15): so long, 01.01 is a day."""
_ADULT_YEARS: Final = 12  # nobody younger is a parent, spouse or requester
_LIFETIME: Final = 105
_PIVOT_YEAR: Final = 2030  # for two-digit years where the entry says no year at all


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
        last = last_day(year, reading.month)
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
    if reading.day <= last_day(year, max(reading.month, 1)):
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
