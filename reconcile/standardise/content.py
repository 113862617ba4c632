"""One content at a time: its fields, its dates in their context, and what was odd about them.

A *content* is what one row says after importing: a register type and texts by field. The same
texts come back again and again, so every reading is remembered by text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from reconcile.model import Precision
from reconcile.standardise.date_words import read_words
from reconcile.standardise.dates import (
    Context,
    Interval,
    Reading,
    join_columns,
    place,
    read_date,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconcile.config import RegisterType

NOTHING: Final = Interval()
_DATE_FINDINGS: Final = frozenset(
    {"impossible", "swapped", "two_digit_year", "excel_serial", "lunar", "cycle_year"}
)


@dataclass
class Content:
    """One distinct content and what is noticed while it is read.

    Attributes:
        content_hash: its hash.
        commune: mapping id of the commune.
        register_type: its register type.
        own_key: the row's own key.
        fields: texts by field, words for "no value" taken out.
        findings: pairs of finding code and field.
    """

    content_hash: str
    commune: str
    register_type: RegisterType
    own_key: str
    fields: dict[str, str]
    findings: list[tuple[str, str]] = field(default_factory=list)

    def text(self, where: str) -> str:
        """Text of a field, empty where it has none."""
        return self.fields.get(where, "")

    def note(self, codes: Iterable[str], where: str, prefix: str = "") -> None:
        """Keep findings about a field."""
        self.findings.extend((prefix + code, where) for code in codes)


@lru_cache(maxsize=1 << 17)
def dated(text: str, context: Context) -> tuple[Reading, Interval]:
    """Reading and interval of a date's text in its context."""
    reading = read_date(text)
    return reading, place(reading, context)


def date_of(content: Content, where: str, context: Context, text: str | None = None) -> Interval:
    """The interval of a date field, with findings.

    Args:
        content: the content.
        where: the field; ``<where>_words`` is the same date in words, if the type has it.
        context: what the entry says beside.
        text: the date's text where it stands in several columns.
    """
    text = content.text(where) if text is None else text
    words = content.text(where + "_words")
    if not text and not words:
        return NOTHING
    spoken = read_words(words) if words else None
    reading, interval = dated(text, context) if text else (Reading(), NOTHING)
    if not reading.readable:
        content.note(["date_unreadable"], where)
    if interval.precision == Precision.NONE and spoken:
        said = Reading(*spoken, flags=("words",))
        return place(said, context)
    if interval.flags:
        content.note([flag for flag in interval.flags if flag in _DATE_FINDINGS], where, "date_")
    if spoken and reading.readable and _disagree(reading, spoken):
        content.note(["date_words_disagree"], where)
    return interval


def _disagree(reading: Reading, spoken: tuple[int, int, int]) -> bool:
    if "two_digit_year" in reading.flags or reading.lunar:
        return False
    figures = (reading.year, reading.month, reading.day)
    return any(
        figure and word and figure != word for figure, word in zip(figures, spoken, strict=True)
    )


def birth_text(content: Content, role: str) -> str:
    """Text of a role's date of birth, from one column or three."""
    whole = content.text(f"{role}.birth_date")
    if whole:
        return whole
    day, month, year = (content.text(f"{role}.birth_{part}") for part in ("day", "month", "year"))
    return join_columns(day, month, year) if day or month or year else ""


def year_of(interval: Interval) -> int:
    """The latest year of an interval, 0 where nothing is known."""
    return date.fromordinal(interval.last).year if interval.last is not None else 0
