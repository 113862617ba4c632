"""The standard form of an entry: its number series, its dates, its codes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from reconcile.model import Precision
from reconcile.standardise.content import date_of, year_of
from reconcile.standardise.dates import Context, Interval
from reconcile.standardise.numbers import Book, Number, full_year, read_book, read_number

if TYPE_CHECKING:
    from reconcile.standardise.content import Content
    from reconcile.standardise.knowledge import Knowledge


@dataclass(frozen=True)
class EntryFacts:
    """What one content says of its entry; the event comes from the mentions.

    Attributes:
        body: registering body as a unit id.
        year: year of the number series, None where unknown.
        number: the registration number.
        book: the book.
        registered: days of registration.
        codes: standard words of the coded attributes.
        note_flags: what the notes speak of.
    """

    body: str
    year: int | None
    number: Number
    book: Book
    registered: Interval
    codes: dict[str, str]
    note_flags: str

    @property
    def year_before(self) -> int:
        """Year by which everything in the entry had happened; 0 where unknown."""
        return year_of(self.registered) or self.year or 0


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

    def read(self, content: Content) -> EntryFacts:
        """Read one content; findings go to the content."""
        number_text = content.text("entry.number")
        number = read_number(number_text)
        if number_text and number.number is None:
            content.note(["number_unreadable"], "entry.number")
        book = read_book(content.text("entry.book"))
        shelf_year = self._sheet_year(content) or (book.year if book.year >= 100 else 0)
        registered = self._registered(content, number, shelf_year)
        near = year_of(registered) or shelf_year
        number_year = full_year(number.year, near)
        if registered.precision == Precision.NONE and number_year:
            registered = _whole_year(number_year)
        year = number_year or near
        book = Book(book.book, full_year(book.year, year))
        return EntryFacts(
            self._body(content, registered, year),
            year or None,
            number,
            book,
            registered,
            {name: self._code(content, name) for name in _CODES},
            self._codes.note_flags(content.text("entry.notes")),
        )

    def _sheet_year(self, content: Content) -> int:
        found = _YEAR.search(content.text("entry.sheet_year"))
        return int(found[1]) if found else 0

    def _registered(self, content: Content, number: Number, shelf_year: int) -> Interval:
        """A two-digit year of registration is near the year of number or book."""
        # Books run for several years, so that a date can be later than the book's label.
        latest = number.year if number.year >= 100 else shelf_year + 10 if shelf_year else 0
        context = Context(latest, birth_or_death=False)
        return date_of(content, "entry.registration_date", context)

    def _code(self, content: Content, attribute: str) -> str:
        text = content.text(f"entry.{attribute}")
        return self._codes.code(attribute, text).value if text else ""

    def _body(self, content: Content, registered: Interval, year: int) -> str:
        """The commune that the place of registration names, else the commune on that day."""
        day = registered.first
        if day is None and year:
            day = date(year, 1, 1).toordinal()
        gazetteer = self._places.gazetteer
        text = content.text("entry.registration_place")
        if text:
            found = self._places.read(text, day)
            if found.unit and gazetteer.unit(found.unit).kind == "commune":
                return found.unit
            if found.unknown_commune:
                content.note(["body_unknown"], "entry.registration_place")
        unit = self._communes.get(content.commune, "")
        return gazetteer.at(unit, day) if unit and day is not None else unit


def _whole_year(year: int) -> Interval:
    return Interval(
        date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal(), Precision.YEAR, ("number",)
    )
