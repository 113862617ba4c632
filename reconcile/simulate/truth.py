"""Truth beside the deliveries: who is who, which rows are which entry, and the hard cases.

``mentions.csv`` has the columns and the meaning of ``export mentions``; ``rows.csv`` has every row
of every file with what an importer should make of it; ``cases.csv`` names the hard cases.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from reconcile.model import MENTION_COLUMNS
from reconcile.simulate.people import year_of
from reconcile.simulate.writers import Expected
from reconcile.text.folding import strip_marks

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.simulate.people import Person
    from reconcile.simulate.writers import Copy, Position

_ROWS: Final = (
    "delivery",
    "commune",
    "file",
    "sheet",
    "row",
    "register_type",
    "expected",
    "entry_id",
)
_CASES: Final = ("case", "kind", "id")


class Placed(NamedTuple):
    """A row in its delivery and commune."""

    delivery: str
    commune: str
    position: Position


def write_truth(folder: Path, placed: list[Placed], persons: list[Person]) -> None:
    """Write the three truth files.

    Args:
        folder: the truth folder.
        placed: every row of every delivery.
        persons: all persons, for their cases.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write(
        folder / "mentions.csv",
        MENTION_COLUMNS,
        [line for row in placed for line in _mentions(row)],
    )
    _write(folder / "rows.csv", _ROWS, [_row(row) for row in placed])
    _write(folder / "cases.csv", _CASES, _cases(placed, persons))


def _write(path: Path, header: tuple[str, ...], lines: list[tuple[str | int, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(sorted(lines))


def _place(row: Placed) -> tuple[str | int, ...]:
    position = row.position
    return (
        row.delivery,
        row.commune,
        position.file,
        position.sheet,
        position.row,
        position.register_type,
    )


def _entry(copy: Copy) -> str:
    return f"E{copy.entry:06d}"


def _person(number: int) -> str:
    return f"P{number:06d}"


def _mentions(row: Placed) -> list[tuple[str | int, ...]]:
    copy = row.position.copy
    if copy is None or row.position.expected is not Expected.ACCEPTED:
        return []
    return [
        (*_place(row), role, _entry(copy), f"V{copy.event:06d}", _person(person))
        for role, person in copy.people.items()
    ]


def _row(row: Placed) -> tuple[str | int, ...]:
    copy = row.position.copy
    entry = _entry(copy) if copy is not None and copy.entry else ""
    return (*_place(row), row.position.expected.value, entry)


def near_named_siblings(persons: list[Person]) -> list[Person]:
    """Children of one mother whose names without marks are one letter apart, or equal."""
    siblings: dict[int, list[Person]] = defaultdict(list)
    for person in persons:
        if person.mother is not None:
            siblings[person.mother.number].append(person)
    plain = {person.number: strip_marks(person.name) for person in persons}
    return [
        person
        for children in siblings.values()
        for person in children
        if any(
            other is not person and _one_letter_apart(plain[person.number], plain[other.number])
            for other in children
        )
    ]


def _one_letter_apart(one: str, other: str) -> bool:
    """Whether at most one letter has to be changed, added or left out."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return False
    same = next((at for at, letter in enumerate(short) if letter != long[at]), len(short))
    return short[same + (len(short) == len(long)) :] == long[same + 1 :]


def _cases(placed: list[Placed], persons: list[Person]) -> list[tuple[str | int, ...]]:
    seen: dict[int, Copy] = {}
    mentioned: set[int] = set()
    for row in placed:
        copy = row.position.copy
        if copy is not None and row.position.expected is Expected.ACCEPTED:
            seen[copy.entry] = copy
            mentioned.update(copy.people.values())
    lines: list[tuple[str | int, ...]] = [
        (case, "entry", _entry(copy)) for copy in seen.values() for case in copy.cases
    ]
    here = [person for person in persons if person.number in mentioned]
    alike = Counter((person.name, year_of(person.born)) for person in here)
    for person in here:
        if alike[person.name, year_of(person.born)] > 1:
            person.cases.add("namesake")
    for person in near_named_siblings(here):
        person.cases.add("near_named_sibling")
    lines += [(case, "person", _person(person.number)) for person in here for case in person.cases]
    return lines
