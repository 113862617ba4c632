"""How a clerk puts down what was to be written: dates, numbers, words for "no value"."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from reconcile.simulate.people import Day

if TYPE_CHECKING:
    from random import Random

Cell = str | int | float | dt.date
Cells = dict[str, Cell]

NO_VALUE: Final = ("-", "--", ".", "Không", "không rõ", "Không có thông tin", "KXĐ", "Null", "0")
NO_NAME: Final = tuple(word for word in NO_VALUE if word not in ("0", "Null"))
_DIGITS: Final = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


class Notation:
    """Writes dates the way one office does.

    Args:
        separator: between day, month and year.
        rates: shares of the oddities of ``simulation.toml``.
        factor: on those shares.
        iso: writes ``yyyy-mm-dd``.
    """

    def __init__(
        self, separator: str, rates: dict[str, float], factor: float, *, iso: bool = False
    ) -> None:
        self._separator = separator
        self._rates = rates
        self._factor = factor
        self._iso = iso

    def odd(self, oddity: str, rng: Random) -> bool:
        """Whether an oddity strikes."""
        return rng.random() < self._rates[oddity] * self._factor

    def day(self, day: Day, rng: Random) -> str:
        """A date in figures, as far as it is known."""
        if self._iso:
            return "-".join(f"{part:02d}" for part in day if part)
        separator = self._separator
        if not day.month and self.odd("zero_date", rng):
            return rng.choice(
                (f"00{separator}00{separator}{day.year}", f"01{separator}01{separator}{day.year}")
            )
        if self.odd("slash_date", rng):
            separator = "/"
        elif self.odd("dash_date", rng):
            separator = "-"
        year = str(day.year)
        if day.day and day.year < 2000 and self.odd("two_digit_year", rng):
            year = year[2:]
        parts = [f"{day.day:02d}"] if day.day else []
        parts += [f"{day.month:02d}"] if day.month else []
        return separator.join([*parts, year])

    def birth(self, day: Day, year: int, rng: Random) -> str:
        """A date of birth; seldom an age in the year of registration, or a lunar month in words."""
        if not day.day and self.odd("age_for_date", rng):
            return f"{year - day.year} tuổi"
        if day.month and day.year < 1975 and self.odd("lunar_words", rng):
            return f"tháng {(day.month - 2) % 12 + 1} âm lịch {day.year}"
        return self.day(day, rng)

    def death(self, day: Day, time: str, rng: Random) -> str:
        """A date of death; seldom with the hour before it."""
        if day.day and self.odd("hour_in_date", rng):
            hour, minute = time.split(":") if time else ("0", "20")
            return f"{int(hour)}h{minute}' ngày {day.day}/{day.month}/{day.year}"
        return self.day(day, rng)


def fill_empty(written: Cells, rng: Random, notation: Notation) -> None:
    """Put a word for "no value" into some of the cells that have none."""
    roles = sorted({field.partition(".")[0] for field in written if ".name" in field})
    for role in roles:
        for attribute in ("residence", "identity_number", "home_place"):
            if not written.get(f"{role}.{attribute}") and notation.odd("no_value_word", rng):
                written[f"{role}.{attribute}"] = rng.choice(NO_VALUE)
    if not written.get("entry.notes") and notation.odd("no_value_word", rng):
        written["entry.notes"] = rng.choice(("-", "Không", "Null"))


def number_in_words(number: int) -> str:
    """A number below 10,000 in Vietnamese words."""
    thousands, rest = divmod(number, 1000)
    hundreds, below = divmod(rest, 100)
    words = [f"{_DIGITS[thousands]} nghìn"] if thousands else []
    if hundreds or (thousands and below):
        words.append(f"{_DIGITS[hundreds]} trăm")
    tens, units = divmod(below, 10)
    if tens > 1:
        words.append(f"{_DIGITS[tens]} mươi")
    elif tens == 1:
        words.append("mười")
    elif units and (hundreds or thousands):
        words.append("lẻ")
    if units:
        words.append(_unit(units, tens))
    return " ".join(words) or _DIGITS[0]


def _unit(units: int, tens: int) -> str:
    if units == 5 and tens:
        return "lăm"
    if units == 1 and tens > 1:
        return "mốt"
    return _DIGITS[units]


def day_in_words(day: Day) -> str:
    """A date in words, as the birth entry has it beside the figures."""
    parts = [("ngày", day.day), ("tháng", day.month), ("năm", day.year)]
    text = ", ".join(f"{word} {number_in_words(part)}" for word, part in parts if part)
    return text[:1].upper() + text[1:]
