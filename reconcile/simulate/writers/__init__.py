"""Writers of the three communes' native formats.

A writer has two parts. ``cells`` puts the fields of one copy of an entry into the commune's own
words and dates; it is done once, so that a later delivery repeats the same cells. ``write`` lays
copies out in files and says where each of them came to stand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import NamedTuple

from reconcile.config import RegisterType
from reconcile.errors import UsageError
from reconcile.simulate.chance import stream
from reconcile.simulate.notation import Cells, Notation


class Expected(StrEnum):
    """What an importer should make of a row."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    DELETED = "deleted"
    FOOTER = "footer"


@dataclass(slots=True, eq=False)
class Copy:
    """One row of a source: one copy of one entry, or what stands in its place.

    Attributes:
        entry: true number of the entry.
        event: true number of the event.
        people: true number of the person in each role.
        commune: id of the commune in whose folder it is.
        register_type: code.
        year: year of registration.
        number: ``so``.
        opened: year in which the book was opened; earlier than ``year`` in a multi-year book.
        book: number of the book.
        cells: what is written, by field.
        expected: what an importer should make of it.
        key: the row's own key, where the format has one.
        second: stands in a book that was digitised a second time.
        new_body: registered by the new commune.
        foreign: fields whose cell is in another encoding than the file.
        ditto: fields that say "same as above" where they are equal to the cell above.
    """

    entry: int
    event: int
    people: dict[str, int]
    commune: str
    register_type: str
    year: int
    number: int
    opened: int
    book: int
    cells: Cells
    expected: Expected = Expected.ACCEPTED
    key: str = ""
    second: bool = False
    new_body: bool = False
    foreign: frozenset[str] = frozenset()
    ditto: frozenset[str] = frozenset()
    cases: set[str] = field(default_factory=set)


class Position(NamedTuple):
    """Where a row came to stand.

    Attributes:
        file: name within the commune's folder.
        sheet: name of the sheet, empty for csv and dbf.
        row: the number that a person sees.
        register_type: code.
        expected: what an importer should make of it.
        copy: the copy that stands there; None for a footer.
    """

    file: str
    sheet: str
    row: int
    register_type: str
    expected: Expected
    copy: Copy | None


@dataclass(frozen=True, slots=True)
class Style:
    """What all writers need beside the copies.

    Attributes:
        seed: of the population; habits of a file follow from it and the file's name.
        notation: the commune's way with dates and oddities.
        register_types: register types by code.
    """

    seed: int
    notation: Notation
    register_types: dict[str, RegisterType]

    def habits(self, file: str) -> Random:
        """Chance for what is the same all through one file, the same in every delivery."""
        return stream(self.seed, file)


Writer = Callable[[Path, list[Copy], Style], list[Position]]


def missing_package(package: str) -> UsageError:
    """The error for a package that only the simulator needs."""
    return UsageError(
        "Writing this format needs the package {package}. Install it: pip install {package}",
        package=package,
    )
