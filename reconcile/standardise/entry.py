"""The standard form of entries: their number series, their dates, their codes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from reconcile.model import Precision
from reconcile.standardise.columns import NO_NUMBER, together
from reconcile.standardise.content import Contexts, dates_of, year_of
from reconcile.standardise.dates import Interval
from reconcile.standardise.numbers import full_year, read_book, read_number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reconcile.standardise.columns import Distinct
    from reconcile.standardise.content import Contents
    from reconcile.standardise.knowledge import Knowledge
    from reconcile.standardise.numbers import Book, Number


@dataclass(frozen=True)
class EntryFacts:
    """What contents say of their entries; the event comes from the mentions.

    Attributes:
        body: registering body as a unit id.
        year: year of the number series, 0 where unknown.
        number: the registration number.
        book: the book; its year is in ``book_year``.
        book_year: year that the book's label says, 0 where none.
        registered: days of registration.
        codes: standard words of the coded attributes.
        note_flags: what the notes speak of.
    """

    body: Distinct[str]
    year: NDArray[np.int64]
    number: Distinct[Number]
    book: Distinct[Book]
    book_year: NDArray[np.int64]
    registered: Distinct[Interval]
    codes: dict[str, Distinct[str]]
    note_flags: Distinct[str]

    @property
    def year_before(self) -> NDArray[np.int64]:
        """Year by which everything in the entry had happened; 0 where unknown."""
        registered = self.registered.numbers(year_of)
        return np.where(registered > 0, registered, self.year)

    @property
    def first_day(self) -> NDArray[np.int64]:
        """First possible day of registration."""
        return self.registered.numbers(lambda interval: interval.first)

    @property
    def last_day(self) -> NDArray[np.int64]:
        """Last possible day of registration."""
        return self.registered.numbers(lambda interval: interval.last)


_CODES = ("registration_kind", "recognition_kind", "marriage_status")
_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)")


class EntryReader:
    """Reads the entry part of contents.

    Args:
        knowledge: the mapping files.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self._codes = knowledge.codes
        self._places = knowledge.places
        self._communes = knowledge.communes

    def read(self, contents: Contents) -> EntryFacts:
        """Read the contents of one register type; findings go to them."""
        number_text = contents.text("entry.number")
        number = number_text.map(read_number)
        unreadable = number_text.mask(bool) & number.mask(lambda one: one.number is None)
        contents.note("number_unreadable", "entry.number", unreadable)
        book = contents.text("entry.book").map(read_book)
        book_year = book.numbers(lambda one: one.year)
        shelf_year = contents.text("entry.sheet_year").numbers(_sheet_year)
        shelf_year = np.where(shelf_year > 0, shelf_year, np.where(book_year >= 100, book_year, 0))
        number_year = number.numbers(lambda one: one.year)
        registered = self._registered(contents, number_year, shelf_year)
        near = registered.numbers(year_of)
        near = np.where(near > 0, near, shelf_year)
        number_year = _full_years(number_year, near)
        registered = together(_registered_in, registered, number_year)
        year = np.where(number_year != 0, number_year, near)
        return EntryFacts(
            self._body(contents, registered, year),
            year,
            number,
            book,
            _full_years(book_year, year),
            registered,
            {name: self._code(contents, name) for name in _CODES},
            contents.text("entry.notes").map(self._codes.note_flags),
        )

    @staticmethod
    def _registered(
        contents: Contents, number_year: NDArray[np.int64], shelf_year: NDArray[np.int64]
    ) -> Distinct[Interval]:
        """A two-digit year of registration is near the year of number or book."""
        # Books run for several years, so that a date can be later than the book's label.
        latest = np.where(shelf_year > 0, shelf_year + 10, 0)
        latest = np.where(number_year >= 100, number_year, latest)
        return dates_of(contents, "entry.registration_date", Contexts(latest, birth_or_death=False))

    def _code(self, contents: Contents, attribute: str) -> Distinct[str]:
        return contents.text(f"entry.{attribute}").map(
            lambda text: self._codes.code(attribute, text).value if text else ""
        )

    def _body(
        self, contents: Contents, registered: Distinct[Interval], year: NDArray[np.int64]
    ) -> Distinct[str]:
        """The commune that the place of registration names, else the commune on that day."""
        first = registered.numbers(lambda interval: interval.first)
        new_year = together(_new_year, year).numbers(lambda day: day)
        day = np.where(first == NO_NUMBER, new_year, first)
        where = "entry.registration_place"
        found = together(self._body_at, contents.text(where), contents.commune, day)
        contents.note("body_unknown", where, found.mask(lambda body: body[1]))
        return found.map(lambda body: body[0])

    def _body_at(self, text: str, commune: str, at: int) -> tuple[str, bool]:
        """The unit, and whether the text names a commune that is not known."""
        day = None if at == NO_NUMBER else at
        gazetteer = self._places.gazetteer
        is_unknown = False
        if text:
            found = self._places.read(text, day)
            if found.unit and gazetteer.unit(found.unit).kind == "commune":
                return found.unit, False
            is_unknown = found.unknown_commune
        unit = self._communes.get(commune, "")
        return (gazetteer.at(unit, day) if unit and day is not None else unit), is_unknown


def _sheet_year(text: str) -> int:
    found = _YEAR.search(text)
    return int(found[1]) if found else 0


def _full_years(years: NDArray[np.int64], near: NDArray[np.int64]) -> NDArray[np.int64]:
    return together(full_year, years, near).numbers(lambda year: year)


def _new_year(year: int) -> int | None:
    return date(year, 1, 1).toordinal() if year else None


def _registered_in(registered: Interval, number_year: int) -> Interval:
    """The year of the number, where nothing else says when it was registered."""
    if registered.precision != Precision.NONE or not number_year:
        return registered
    return Interval(
        date(number_year, 1, 1).toordinal(),
        date(number_year, 12, 31).toordinal(),
        Precision.YEAR,
        ("number",),
    )
