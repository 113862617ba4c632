"""Finding the header of a sheet, and what its columns are.

The header is looked for by content in the first rows: it is where most cells are columns of the
mapping. Labels are compared without case, marks, blanks and punctuation, decoded from any encoding
that the mapping names, and by alias; what is left over and is one typing error away from a column
is taken as that column and reported.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from rapidfuzz.distance import OSA

from reconcile.importers.labels import label_key
from reconcile.text.folding import tidy
from reconcile.text.legacy import UNICODE, decode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconcile.importers.mapping import TablePlan
    from reconcile.importers.readers import Cell, RawSheet

SEARCH_ROWS: Final = 25
_LOOK_FURTHER: Final = 3  # rows below the best header so far; its code row stands there
_LEAST_MATCHES: Final = 3
_MOST_SEEN: Final = 1 << 13
_LONGEST_LABEL: Final = 120
_SHORTEST_GUESS: Final = 6  # shorter labels are too easily one error away from another
_LONG_LABEL: Final = 16  # from here on two errors are still one label


@dataclass(frozen=True)
class Column:
    """One column of a sheet.

    Attributes:
        index: position in the rows of the :class:`RawSheet`.
        label: header for people; unique in its sheet, ``[K]`` where there is none.
        field: field of the mapping, empty where the column is not mapped.
        fault: why it is not mapped, or how it was: ``unknown``, ``unlabelled``, ``duplicate``,
            ``guessed``, empty.
    """

    index: int
    label: str
    field: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Header:
    """The header of one sheet.

    Attributes:
        first_data: index of the first row below it.
        row: number of the header's (last) row that a person sees, 0 for dBase.
        columns: its columns in file order.
        missing: fields that are mapped but have no column.
        labels: for each header row the keys that its cells can have, in any encoding, by column:
            to know it when it is repeated.
    """

    first_data: int
    row: int
    columns: tuple[Column, ...]
    missing: tuple[str, ...]
    labels: tuple[dict[int, tuple[str, ...]], ...] = ()

    @property
    def mapped(self) -> dict[str, Column]:
        """Column by field."""
        return {column.field: column for column in self.columns if column.field}


@dataclass
class Candidate:
    """Addresses of the columns if the header stood at some row."""

    top: int
    height: int
    parts: dict[int, tuple[str, ...]]  # column -> (label) or (group, column), as written
    borrowed: set[int] = field(default_factory=set)  # columns whose group stands further left


def find_header(sheet: RawSheet, plan: TablePlan) -> Header | None:
    """The header that fits a mapping best.

    Returns:
        The header; None where no row has at least three columns of the mapping.
    """
    if sheet.labels is not None:
        parts: dict[int, tuple[str, ...]] = {
            index: (label,) for index, label in enumerate(sheet.labels)
        }
        return _resolve(Candidate(-1, 1, parts), sheet, plan)
    best: Candidate | None = None
    most = _LEAST_MATCHES - 1
    for candidate in _candidates(sheet, plan):
        if best and candidate.top > best.top + _LOOK_FURTHER:
            break
        matches = len(set(_exact(candidate, plan).values()))
        # A row of codes below labels that are the codes already is the header's last row.
        twice = plan.table.header == "codes" and best and candidate.top == best.top + 1
        if matches > most or (twice and matches == most):
            best, most = candidate, matches
    return _resolve(best, sheet, plan) if best else None


def _candidates(sheet: RawSheet, plan: TablePlan) -> Iterable[Candidate]:
    for top in range(min(SEARCH_ROWS, len(sheet.rows))):
        labels = row_labels(sheet.rows[top])
        if plan.table.header == "two_row" and top + 1 < len(sheet.rows):
            yield grouped(sheet, top, labels, row_labels(sheet.rows[top + 1]))
        yield Candidate(top, 1, {index: (label,) for index, label in labels.items()})


def row_labels(row: Sequence[Cell]) -> dict[int, str]:
    """Header texts of one row by column; numbers and dates are no labels."""
    return {
        index: cell.strip()
        for index, cell in enumerate(row)
        if isinstance(cell, str) and len(cell) <= _LONGEST_LABEL and cell.strip()
    }


def grouped(sheet: RawSheet, top: int, groups: dict[int, str], labels: dict[int, str]) -> Candidate:
    """Addresses of a two-row header: a group reaches as far as it is merged.

    Where nothing is merged (a csv, a workbook saved by another program), it reaches until the next
    text in its row.
    """
    merged = {
        left - sheet.first_column: right - sheet.first_column
        for row, left, _, right in sheet.merged
        if row == top and right > left
    }
    parts: dict[int, tuple[str, ...]] = {}
    borrowed: set[int] = set()
    group, until = "", -1
    for index in range(max([*groups, *labels], default=-1) + 1):
        if index in groups:
            group = groups[index]
            until = merged.get(index, index) if merged else len(sheet.rows[top]) + len(labels)
        label = labels.get(index, "")
        inside = bool(group) and (index in groups or index <= until)
        if label and inside:
            parts[index] = (group, label)
            if index not in groups:
                borrowed.add(index)
        elif label or index in groups:
            parts[index] = (label or group,)
    return Candidate(top, 2, parts, borrowed)


def _keys(part: str, plan: TablePlan) -> list[str]:
    """Keys of one part of an address: as written, by alias, and decoded."""
    keys: list[str] = []
    for key in _forms(part, plan.table.encodings):
        for form in (plan.aliases.get(key, key), key):
            if form not in keys:
                keys.append(form)
    return keys


@lru_cache(maxsize=1 << 14)
def _forms(part: str, encodings: tuple[str, ...]) -> tuple[str, ...]:
    """Keys that a label can have, in any of the encodings."""
    if part.isascii():
        texts = [part]
    else:
        texts = [decode(part, encoding) for encoding in (UNICODE, *encodings)]
    return tuple(dict.fromkeys(key for key in map(label_key, texts) if key))


def _addresses(parts: tuple[str, ...], plan: TablePlan) -> list[str]:
    """Keys of an address, likeliest first."""
    known = plan.seen.get(parts)
    if known is None:
        if len(plan.seen) >= _MOST_SEEN:
            plan.seen.clear()
        known = plan.seen[parts] = _address_keys(parts, plan)
    return known


def _address_keys(parts: tuple[str, ...], plan: TablePlan) -> list[str]:
    if len(parts) == 1:
        return _keys(parts[0], plan)
    joined = [
        plan.aliases.get(group + label, group + label)
        for group in _keys(parts[0], plan)
        for label in _keys(parts[1], plan)
    ]
    return list(dict.fromkeys(joined))


def _exact(candidate: Candidate, plan: TablePlan) -> dict[int, str]:
    """Column -> key of the mapping's column, where one of its keys is one."""
    return {
        index: key
        for index, parts in candidate.parts.items()
        if (key := next((key for key in _addresses(parts, plan) if key in plan.fields), ""))
    }


def _resolve(candidate: Candidate, sheet: RawSheet, plan: TablePlan) -> Header:
    exact = _exact(candidate, plan)
    taken: dict[str, int] = {}  # field -> column
    faults: dict[int, str] = {}
    for index, key in sorted(exact.items()):
        if taken.setdefault(plan.fields[key], index) != index:
            faults[index] = "duplicate"
    rest = [index for index in sorted(candidate.parts) if index not in exact]
    for index, name in _guesses(candidate, rest, taken, plan).items():
        taken[name] = index
        faults[index] = "guessed"
    for index in rest:
        # A column outside every group, whose neighbour's group seemed to reach over it.
        key = label_key(candidate.parts[index][-1]) if index in candidate.borrowed else ""
        if index not in faults and plan.fields.get(key, "") not in ("", *taken):
            taken[plan.fields[key]] = index
    last = candidate.top + candidate.height - 1
    names = {index: name for name, index in taken.items()}
    return Header(
        first_data=last + 1,
        row=sheet.numbers[last] if last >= 0 else 0,
        columns=_columns(candidate, sheet, names, faults, plan),
        missing=tuple(sorted(set(plan.fields.values()) - set(taken))),
        labels=_repeatable(candidate, sheet, plan),
    )


def _repeatable(
    candidate: Candidate, sheet: RawSheet, plan: TablePlan
) -> tuple[dict[int, tuple[str, ...]], ...]:
    """Keys of the label rows, the row of Vietnamese labels above a row of codes included."""
    if sheet.labels is not None:
        return ()
    first = max(candidate.top - 1, 0)
    rows = [row_labels(row) for row in sheet.rows[first : candidate.top + candidate.height]]
    return tuple(
        {index: _forms(text, plan.table.encodings) for index, text in row.items()}
        for row in rows
        if len(row) > 2
    )


def _guesses(
    candidate: Candidate, rest: list[int], taken: dict[str, int], plan: TablePlan
) -> dict[int, str]:
    """Columns whose label is one typing error away from exactly one column not yet found."""
    free = {key: name for key, name in plan.fields.items() if name not in taken}
    guesses: dict[int, str] = {}
    for index in rest:
        keys = _addresses(candidate.parts[index], plan)
        if any(key in plan.foreign for key in keys):
            continue
        near = {
            name
            for key in keys
            for wanted, name in free.items()
            if min(len(key), len(wanted)) >= _SHORTEST_GUESS
            and OSA.distance(key, wanted) <= (2 if len(wanted) >= _LONG_LABEL else 1)
        }
        if len(near) == 1:
            guesses[index] = near.pop()
    names = list(guesses.values())
    return {index: name for index, name in guesses.items() if names.count(name) == 1}


def _columns(
    candidate: Candidate,
    sheet: RawSheet,
    names: dict[int, str],
    faults: dict[int, str],
    plan: TablePlan,
) -> tuple[Column, ...]:
    width = max((len(row) for row in sheet.rows), default=0)
    columns: list[Column] = []
    seen: dict[str, int] = {}
    for index in range(max(width, *(number + 1 for number in candidate.parts), 0)):
        parts = candidate.parts.get(index)
        label = " / ".join(_readable(part, plan) for part in parts) if parts else ""
        label = label or f"[{_letters(index + sheet.first_column)}]"
        seen[label] = seen.get(label, 0) + 1
        if seen[label] > 1:
            label = f"{label} ({seen[label]})"
        name = names.get(index, "")
        unmapped = "unknown" if parts else "unlabelled"
        columns.append(Column(index, label, name, faults.get(index, "" if name else unmapped)))
    return tuple(columns)


def _readable(part: str, plan: TablePlan) -> str:
    """A label for people: decoded if that makes it a label that the mapping knows."""
    for encoding in plan.table.encodings:
        text = decode(part, encoding)
        key = label_key(text)
        known = key in plan.fields or key in plan.aliases
        if known or any(name.startswith(key) or name.endswith(key) for name in plan.fields if key):
            return tidy(text)
    return tidy(part)


def _letters(index: int) -> str:
    """A column's letters in a spreadsheet: 0 -> A, 26 -> AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
