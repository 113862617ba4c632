"""What one run changed, line by line: the lines behind the figures of :class:`.Changes`."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pandas as pd
from sqlalchemy import and_, or_, select

from reconcile.errors import UsageError
from reconcile.model import ConflictState
from reconcile.register import tables as t
from reconcile.register.ids import format_id, format_ids, parse_run, run_name
from reconcile.register.undoing import CHANGING
from reconcile.register.versioned import holds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import ColumnElement, Connection, Table

CHANGED_COLUMNS: Final = (
    "change",
    "id",
    "commune",
    "kind",
    "number",
    "field",
    "before",
    "after",
)
"""Columns of :func:`changed`."""

_ASKED: Final = frozenset((ConflictState.OPEN.value, ConflictState.STALE.value))
_STALE: Final = ConflictState.STALE.value
_PART: Final = 500  # contents that are asked for at a time

Line = tuple[str, ...]


class _Entry(NamedTuple):
    """An entry as it stood."""

    content_hash: str
    commune: str
    register_type: str
    number: str
    gone: bool

    def line(self, change: str, entry: int, *said: str) -> Line:
        told = said or ("", "", "")
        identifier = format_id("E", entry)
        return (change, identifier, self.commune, self.register_type, self.number, *told)


def last_change(connection: Connection) -> str:
    """Name of the last run that changed the register and was not taken back.

    Raises:
        UsageError: there is none.
    """
    query = select(t.runs.c.run, t.runs.c.verb).where(t.runs.c.undone_by.is_(None))
    runs = [run for run, verb in connection.execute(query) if verb.startswith(CHANGING)]
    if not runs:
        raise UsageError("The register has no run that changed anything.")
    return run_name(max(runs))


def changed(connection: Connection, run: str) -> pd.DataFrame:
    """What a run changed in the register.

    Args:
        connection: any connection.
        run: name of the run.

    Returns:
        One line per change, in the order of the figures that ``merge`` prints: ``change`` (name of
        the figure in :class:`.Changes`), ``id`` (of the entry, person or conflict), ``commune`` and
        ``kind`` (register type of an entry, kind of a conflict), ``number`` of the entry with its
        year, ``field``, ``before`` and ``after``: of a changed entry one line for each cell that
        differs; of a person that was joined the ids that it was, of one that split the ids that it
        became.

    Raises:
        UsageError: there is no such run, or it was taken back.
    """
    number = parse_run(run)
    query = select(t.runs.c.undone_by).where(t.runs.c.run == number)
    found = connection.execute(query).one_or_none()
    if found is None:
        raise UsageError("There is no run {run}.", run=run_name(number))
    if found.undone_by is not None:
        raise UsageError(
            "Run {run} was taken back by {by}; nothing that it changed holds.",
            run=run_name(number),
            by=run_name(found.undone_by),
        )
    lines = [
        *_entries(connection, number),
        *_persons(connection, number),
        *_conflicts(connection, number),
    ]
    return pd.DataFrame(lines, columns=list(CHANGED_COLUMNS), dtype="str")


def _sides(
    connection: Connection, table: Table, run: int, names: Sequence[str]
) -> Iterator[dict[Any, tuple[Any, ...]]]:
    """Lines that a run ended, and lines that it added, by their first column."""
    columns = [table.c[name] for name in names]
    ended = and_(table.c.to_run == run, table.c.from_run < run)
    added = and_(table.c.from_run == run, or_(table.c.to_run.is_(None), table.c.to_run > run))
    for side in (ended, added):
        lines = connection.execute(select(*columns).where(side))
        yield {line[0]: tuple(line[1:]) for line in lines}


# -- entries --------------------------------------------------------------------------------------


def _entries(connection: Connection, run: int) -> list[Line]:
    names = (
        "entry", "content_hash", "commune", "register_type", "number", "number_suffix", "year",
        "gone",
    )  # fmt: skip
    before, now = (
        {entry: _entry(line) for entry, line in side.items()}
        for side in _sides(connection, t.entries, run, names)
    )
    new, gone = [], []
    pairs = []
    for entry, stands in sorted(now.items()):
        known = before.get(entry)
        if known is None:
            new.append(stands.line("entries_new", entry))
        elif known.content_hash != stands.content_hash:
            pairs.append((entry, known, stands))
        if stands.gone and not (known and known.gone):
            gone.append(stands.line("entries_gone", entry))
    return [*new, *_cells(connection, pairs), *gone]


def _entry(line: Sequence[Any]) -> _Entry:
    content_hash, commune, register_type, number, suffix, year, gone = line
    return _Entry(content_hash, commune, register_type, _numbered(number, suffix, year), gone)


def _numbered(number: int | None, suffix: str, year: int | None) -> str:
    """``24a/2010``; empty where the entry has no number."""
    if number is None:
        return ""
    return f"{number}{suffix}/{year}" if year is not None else f"{number}{suffix}"


def _cells(connection: Connection, pairs: Sequence[tuple[int, _Entry, _Entry]]) -> Iterator[Line]:
    """One line for each cell in which an entry differs from what it said before."""
    hashes = {one.content_hash for _, known, stands in pairs for one in (known, stands)}
    said = _fields(connection, sorted(hashes))
    for entry, known, stands in pairs:
        old, new = (said[one.content_hash, one.commune] for one in (known, stands))
        differing = [
            name for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)
        ]
        for name in differing or [""]:
            cells = (name, old.get(name, ""), new.get(name, ""))
            yield stands.line("entries_changed", entry, *cells)


def _fields(connection: Connection, hashes: Sequence[str]) -> dict[tuple[str, str], dict[str, str]]:
    c = t.contents.c
    found = {}
    for start in range(0, len(hashes), _PART):
        query = select(c.content_hash, c.commune, c.fields).where(
            c.content_hash.in_(hashes[start : start + _PART])
        )
        for content_hash, commune, fields in connection.execute(query):
            found[content_hash, commune] = json.loads(fields)
    return found


# -- persons --------------------------------------------------------------------------------------


def _persons(connection: Connection, run: int) -> list[Line]:
    before, now = _sides(connection, t.memberships, run, ("mention", "person"))
    came: dict[int, set[int]] = {person: set() for (person,) in now.values()}
    went: dict[int, set[int]] = defaultdict(set)
    for person in _kept(connection, run, {p for side in (before, now) for (p,) in side.values()}):
        came.setdefault(person, set()).add(person)
        went[person].add(person)
    for mention in before.keys() & now.keys():
        (old,), (new,) = before[mention], now[mention]
        came[new].add(old)
        went[old].add(new)
    return [
        *(_person("persons_new", one, "", "") for one, old in sorted(came.items()) if not old),
        *(
            _person("persons_joined", one, _ids(old), format_id("P", one))
            for one, old in sorted(came.items())
            if len(old) > 1
        ),
        *(
            _person("persons_split", one, format_id("P", one), _ids(new))
            for one, new in sorted(went.items())
            if len(new) > 1
        ),
    ]


def _person(change: str, person: int, before: str, after: str) -> Line:
    return change, format_id("P", person), "", "", "", "", before, after


def _ids(numbers: Iterable[int]) -> str:
    return " ".join(format_ids("P", sorted(numbers)))


def _kept(connection: Connection, run: int, persons: set[int]) -> set[int]:
    """Persons of whom some mention was there before the run and stayed."""
    m = t.memberships
    stayed: ColumnElement[bool] = and_(m.c.from_run < run, holds(m, run))
    found = connection.execute(select(m.c.person).where(stayed).distinct()).scalars()
    return persons & set(found)


# -- conflicts ------------------------------------------------------------------------------------


def _conflicts(connection: Connection, run: int) -> list[Line]:
    before, now = _sides(connection, t.conflicts, run, ("conflict", "state", "kind"))
    told: dict[str, list[Line]] = {"opened": [], "closed": [], "stale": []}
    for conflict in sorted(before.keys() | now.keys()):
        old, kind = before.get(conflict, ("", ""))
        new, kind = now.get(conflict, ("", kind))
        line = (conflict, "", kind, "", "", old, new)
        if new in _ASKED and old not in _ASKED and new != _STALE:
            told["opened"].append(("conflicts_opened", *line))
        if old in _ASKED and new not in _ASKED:
            told["closed"].append(("conflicts_closed", *line))
        if new == _STALE != old:
            told["stale"].append(("conflicts_stale", *line))
    return [*told["opened"], *told["closed"], *told["stale"]]
