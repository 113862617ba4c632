"""How dates, identity numbers and places go wrong on the way into a book or a file."""

from __future__ import annotations

import calendar
from typing import TYPE_CHECKING, Final

from reconcile.simulate import spelling
from reconcile.simulate.people import Day

if TYPE_CHECKING:
    from random import Random

_VARIANTS: Final = {
    "Xuân Kiểng": "Xuân Kiển",
    "Hiệp Nhơn": "Hiệp Nhân",
    "Hiệp Quới": "Hiệp Quý",
    "Hiệp Ngãi": "Hiệp Nghĩa",
    "Hội Nhơn": "Hội Nhân",
    "Xuân Hòa": "Hòa Điền",
    "Xuân Điền": "Hòa Điền",
    "Hội Nghĩa": "Hội Ngãi",
    "Tân Bường A": "Tân Bường",
    "Tân Luông A": "Tân Luông",
    "Hiệp Thạnh": "Hiệp Thịnh",
    "Tân Bường B": "Tân Bườn B",
}
_ABBREVIATIONS: Final = (
    ("Hiệp Đức", "HĐ"),
    ("Hội Xuân", "HX"),
    ("Tân Phong", "TP"),
    ("Cai Lậy", "CL"),
    ("Tiền Giang", "TG"),
)


# -- dates ---------------------------------------------------------------------------------------


def _valid(year: int, month: int, day: int) -> Day:
    month = min(max(month, 1), 12)
    return Day(year, month, min(max(day, 1), calendar.monthrange(year, month)[1]))


def day_off(date: Day, rng: Random) -> Day:
    """Another day of the month."""
    return (
        _valid(date.year, date.month, date.day + rng.choice((-1, 1, 10, -10, 2)))
        if date.day
        else date
    )


def day_month_swapped(date: Day, rng: Random) -> Day:
    """Day and month exchanged."""
    del rng
    return _valid(date.year, date.day, date.month) if 0 < date.day < 13 else date


def month_off(date: Day, rng: Random) -> Day:
    """A neighbouring month."""
    return _valid(date.year, date.month + rng.choice((-1, 1)), date.day) if date.day else date


def year_off(date: Day, rng: Random) -> Day:
    """A neighbouring year."""
    return date._replace(year=date.year + rng.choice((-1, -1, 1, -2, 2)), day=min(date.day, 28))


def decade_off(date: Day, rng: Random) -> Day:
    """Ten years off."""
    return date._replace(year=date.year - 10 * rng.choice((1, 1, -1)), day=min(date.day, 28))


def date_digits_swapped(date: Day, rng: Random) -> Day:
    """The digits of the day, or the last two of the year, exchanged."""
    if date.day and rng.random() < 0.6:
        return _valid(date.year, date.month, date.day % 10 * 10 + date.day // 10)
    year = date.year // 100 * 100 + date.year % 10 * 10 + date.year % 100 // 10
    return date._replace(year=year, day=min(date.day, 28)) if year < 2026 else date


def year_only(date: Day, rng: Random) -> Day:
    """Nothing but the year."""
    del rng
    return Day(date.year)


def month_only(date: Day, rng: Random) -> Day:
    """Month and year."""
    del rng
    return date._replace(day=0)


def lunar(date: Day, rng: Random) -> Day:
    """The lunar date written as if it were solar: 20 to 50 days early."""
    if not date.day:
        return date
    day = date.day - rng.randrange(20, 50)
    month, year = date.month, date.year
    while day < 1:
        month -= 1
        if month < 1:
            month, year = 12, year - 1
        day += 30
    return _valid(year, month, day)


def first_of_january(date: Day, rng: Random) -> Day:
    """1 January for an unknown day."""
    del rng
    return Day(date.year, 1, 1)


# -- identity numbers ----------------------------------------------------------------------------


def digit_wrong(number: str, rng: Random) -> str:
    """One digit wrong."""
    place = rng.randrange(len(number))
    return (
        f"{number[:place]}{(int(number[place]) + rng.randrange(1, 10)) % 10}{number[place + 1 :]}"
    )


def number_digits_swapped(number: str, rng: Random) -> str:
    """Two neighbouring digits exchanged."""
    place = rng.randrange(len(number) - 1)
    return number[:place] + number[place + 1] + number[place] + number[place + 2 :]


def digit_lost(number: str, rng: Random) -> str:
    """One digit left out."""
    place = rng.randrange(len(number))
    return number[:place] + number[place + 1 :]


def digit_doubled(number: str, rng: Random) -> str:
    """One digit written twice."""
    place = rng.randrange(len(number))
    return number[: place + 1] + number[place:]


def spaced(number: str, rng: Random) -> str:
    """Blanks between groups of three."""
    del rng
    return " ".join(number[place : place + 3] for place in range(0, len(number), 3))


def dotted(number: str, rng: Random) -> str:
    """Points between groups of three."""
    del rng
    return ".".join(number[place : place + 3] for place in range(0, len(number), 3))


# -- places --------------------------------------------------------------------------------------


def abbreviated(place: str, rng: Random) -> str:
    """``ấp Hiệp Phú, HĐ, CL, TG``, or the words for the levels left out."""
    for name, short in _ABBREVIATIONS[:3] if rng.random() < 0.3 else _ABBREVIATIONS:
        place = place.replace(f"xã {name}", short if rng.random() < 0.6 else name)
        place = place.replace(f"huyện {name}", short).replace(f"tỉnh {name}", short)
    return place.replace("huyện ", "H.").replace("tỉnh ", "T.") if rng.random() < 0.3 else place


def hamlet_only(place: str, rng: Random) -> str:
    """The hamlet, or hamlet and commune."""
    return ", ".join(place.split(", ")[: rng.choice((1, 2, 2))])


def commune_only(place: str, rng: Random) -> str:
    """No hamlet."""
    del rng
    return place.split(", ", 1)[1] if place.startswith("ấp ") else place


def hamlet_variant(place: str, rng: Random) -> str:
    """Another spelling or the merged name of the hamlet."""
    del rng
    for name, variant in _VARIANTS.items():
        if f"ấp {name}," in place:
            return place.replace(name, variant, 1)
    return place


def empty(place: str, rng: Random) -> str:
    """Left empty."""
    del place, rng
    return ""


DATES: Final = {
    "day_off": day_off,
    "day_month_swapped": day_month_swapped,
    "month_off": month_off,
    "year_off": year_off,
    "decade_off": decade_off,
    "digits_swapped": date_digits_swapped,
    "year_only": year_only,
    "month_only": month_only,
    "lunar": lunar,
    "first_of_january": first_of_january,
}
IDENTITY: Final = {
    "digit_wrong": digit_wrong,
    "digits_swapped": number_digits_swapped,
    "digit_lost": digit_lost,
    "digit_doubled": digit_doubled,
    "spaced": spaced,
    "dotted": dotted,
}
PLACES: Final = {
    "abbreviated": abbreviated,
    "hamlet_only": hamlet_only,
    "commune_only": commune_only,
    "hamlet_variant": hamlet_variant,
    "empty": empty,
    "lost_marks": spelling.lost_marks,
    "capitals": spelling.capitals,
    "double_blank": spelling.double_blank,
}
