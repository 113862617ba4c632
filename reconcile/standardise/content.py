"""The contents of one register type: their fields, their dates in context, what was odd.

A *content* is what one row says after importing: a register type and texts by field. The same
texts come back again and again, so fields are columns of distinct values, each read once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from reconcile.model import Precision
from reconcile.standardise.columns import NO_NUMBER, Distinct, constant, together
from reconcile.standardise.date_texts import Reading, join_columns, read_date
from reconcile.standardise.date_words import read_words
from reconcile.standardise.dates import Context, Interval, place

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from reconcile.config import RegisterType

NOTHING: Final = Interval()
_DATE_FINDINGS: Final = frozenset(
    {"impossible", "swapped", "two_digit_year", "excel_serial", "lunar", "cycle_year"}
)


@dataclass
class Contents:
    """The distinct contents of one register type and what is noticed while they are read.

    Attributes:
        register_type: their register type.
        lines: for each content its place among the contents of all register types.
        commune: mapping id of the commune.
        fields: texts by field; fields that no content has are not among them.
        clean: takes words for "no value" out of a text.
        findings: finding code, field, and places in ``lines``.
    """

    register_type: RegisterType
    lines: NDArray[np.int64]
    commune: Distinct[str]
    fields: dict[str, Distinct[str]]
    clean: Callable[[str], str]
    findings: list[tuple[str, str, NDArray[np.int64]]] = field(default_factory=list)
    _texts: dict[str, Distinct[str]] = field(default_factory=dict)

    def text(self, where: str) -> Distinct[str]:
        """Texts of a field, empty where a content has none."""
        found = self._texts.get(where)
        if found is None:
            found = self._texts[where] = self.typed(where).map(self.clean)
        return found

    def typed(self, where: str) -> Distinct[str]:
        """Texts of a field word for word, those for "no value" among them."""
        found = self.fields.get(where)
        return constant("", len(self.lines)) if found is None else found

    def note(self, code: str, where: str, noticed: NDArray[np.bool_]) -> None:
        """Keep a finding about a field of some contents."""
        places = np.flatnonzero(noticed)
        if len(places):
            self.findings.append((code, where, places))

    def note_each(
        self,
        codes: Distinct[tuple[str, ...]],
        where: str,
        prefix: str = "",
        only: NDArray[np.bool_] | None = None,
    ) -> None:
        """Keep findings about a field, several for each content.

        Args:
            codes: finding codes.
            where: the field.
            prefix: what stands before each code.
            only: contents that count; all without it.
        """
        for code in sorted({code for found in codes.kinds for code in found}):
            noticed = codes.mask(partial(_has, code))
            self.note(prefix + code, where, noticed if only is None else noticed & only)


def _has(code: str, codes: tuple[str, ...]) -> bool:
    return code in codes


class _Said(NamedTuple):
    """What figures and words say of a date, before the rest of the entry is known."""

    reading: Reading | None
    spoken: tuple[int, int, int] | None

    @property
    def needs_context(self) -> bool:
        """Does it mean another day in another entry."""
        return (self.reading is not None and self.reading.needs_context) or (
            self.spoken is not None and self.spoken[1:] == (1, 1)
        )


class _Dated(NamedTuple):
    interval: Interval
    findings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Contexts:
    """What entries say that helps to place one of their dates: see :class:`Context`.

    Attributes:
        year: year by which it had happened, 0 where unknown.
        registered: last possible day of registration, :data:`NO_NUMBER` where unknown.
        adult: the person has a role that only a grown person can have.
        birth_or_death: 01.01 may stand for an unknown day.
    """

    year: NDArray[np.int64]
    registered: NDArray[np.int64] | None = None
    adult: bool = False
    birth_or_death: bool = True

    def of(self, year: int, registered: int) -> Context:
        """The context of one content."""
        known = None if registered == NO_NUMBER else registered
        return Context(year, known, self.adult, self.birth_or_death)


def dates_of(
    contents: Contents, where: str, contexts: Contexts, text: Distinct[str] | None = None
) -> Distinct[Interval]:
    """The intervals of a date field, with findings.

    Args:
        contents: the contents.
        where: the field; ``<where>_words`` is the same date in words, if the type has it.
        contexts: what the entries say beside.
        text: the dates' texts where they stand in several columns.
    """
    text = contents.text(where) if text is None else text
    said = together(_said, text, contents.text(where + "_words"))
    needs = said.mask(lambda one: one.needs_context)
    registered = NO_NUMBER if contexts.registered is None else contexts.registered
    found = together(
        lambda one, year, day: _dated(one, contexts.of(year, day)),
        said,
        np.where(needs, contexts.year, 0),
        np.where(needs, registered, NO_NUMBER),
    )
    contents.note_each(found.map(lambda one: one.findings), where)
    return found.map(lambda one: one.interval)


def _said(text: str, words: str) -> _Said:
    return _Said(read_date(text) if text else None, read_words(words) if words else None)


def _dated(said: _Said, context: Context) -> _Dated:
    reading, spoken = said
    if reading is None and spoken is None:
        return _Dated(NOTHING)
    interval = place(reading, context) if reading else NOTHING
    readable = reading is None or reading.readable
    findings: tuple[str, ...] = () if readable else ("date_unreadable",)
    if interval.precision == Precision.NONE and spoken:
        return _Dated(place(Reading(*spoken, flags=("words",)), context), findings)
    findings += tuple(f"date_{flag}" for flag in interval.flags if flag in _DATE_FINDINGS)
    if reading and spoken and readable and _disagree(reading, spoken):
        findings += ("date_words_disagree",)
    return _Dated(interval, findings)


def _disagree(reading: Reading, spoken: tuple[int, int, int]) -> bool:
    if "two_digit_year" in reading.flags or reading.lunar:
        return False
    figures = (reading.year, reading.month, reading.day)
    return any(
        figure and word and figure != word for figure, word in zip(figures, spoken, strict=True)
    )


def birth_texts(contents: Contents, role: str) -> Distinct[str]:
    """Texts of a role's date of birth, from one column or three."""
    whole = contents.text(f"{role}.birth_date")
    parts = [contents.text(f"{role}.birth_{part}") for part in ("day", "month", "year")]
    if not any(any(part.kinds) for part in parts):
        return whole
    return together(_birth_text, whole, *parts)


def _birth_text(whole: str, day: str, month: str, year: str) -> str:
    return whole or (join_columns(day, month, year) if day or month or year else "")


def year_of(interval: Interval) -> int:
    """The latest year of an interval, 0 where nothing is known."""
    return date.fromordinal(interval.last).year if interval.last is not None else 0
