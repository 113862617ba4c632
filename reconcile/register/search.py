"""Looking things up: a person by name at the counter, anything by an id that was ever issued."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd
from rapidfuzz import fuzz, process
from sqlalchemy import and_, or_, select

from reconcile.errors import UsageError
from reconcile.register import reading
from reconcile.register import tables as t
from reconcile.register.identities import ACTIVE, GONE, JOINED
from reconcile.register.ids import PREFIXES, format_id, format_ids, parse_id, run_name
from reconcile.register.versioned import holds
from reconcile.text.folding import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Connection

UNDONE: Final = "undone"
_YEAR: Final = re.compile(r"(1[89]|20)\d\d")
_NUMBER: Final = re.compile(r"\d{8,12}")
_CLOSE_ENOUGH: Final = 86.0
_GUESSES: Final = 20


@dataclass(frozen=True)
class Resolution:
    """What an id stands for now.

    Attributes:
        id: the id in its usual form.
        kind: person, entry, event or judgement.
        state: active; joined (it redirects to ``target``); gone (nothing of it is left); undone (it
            was issued in a run that was taken back).
        target: the id that it stands for now, itself where it is active, empty where there is none.
        run: run that issued it.
    """

    id: str
    kind: str
    state: str
    target: str
    run: str


@dataclass(frozen=True)
class Person:
    """One person with everything that the register says of them.

    Attributes:
        person_id: the id in use.
        asked: the id that was asked for; another one where it redirects.
        earlier: other ids that redirect to this one.
        golden: golden values with lineage, as :meth:`Register.golden`.
        mentions: LIVE_MENTIONS of the person with ids beside.
        links: kept pairs between these mentions, as :meth:`Register.links`.
    """

    person_id: str
    asked: str
    earlier: tuple[str, ...]
    golden: pd.DataFrame
    mentions: pd.DataFrame
    links: pd.DataFrame


# -- ids ------------------------------------------------------------------------------------------


def resolve_id(connection: Connection, text: str) -> Resolution:
    """What any id ever issued stands for now.

    Raises:
        UsageError: it is no id, is mistyped, or was never issued.
    """
    kind, number = parse_id(text)
    shown = format_id(kind, number)
    issued, state, target = _lookup(connection, kind, number)
    return Resolution(
        shown,
        PREFIXES[kind],
        state,
        format_id(kind, target or number) if state in {ACTIVE, JOINED} else "",
        run_name(issued),
    )


def _lookup(connection: Connection, kind: str, number: int) -> tuple[int, str, int | None]:
    """Run that issued an id, its state and what it redirects to."""
    if kind == "J":
        j = t.judgements
        query = select(j.c.from_run, j.c.to_run).where(j.c.judgement == number)
        lines = [(*row, ACTIVE, None) for row in connection.execute(query)]
    else:
        i = t.identities
        columns = (i.c.from_run, i.c.to_run, i.c.state, i.c.target)
        found = select(*columns).where(i.c.kind == kind, i.c.number == number).order_by(i.c.line)
        lines = [tuple(row) for row in connection.execute(found)]
    if not lines:
        raise UsageError("The id {id} was never issued.", id=format_id(kind, number))
    for _, ended, state, target in lines:
        if ended is None:
            return lines[0][0], state, target
    return lines[0][0], UNDONE, None


def person(connection: Connection, text: str) -> Person:
    """All about one person.

    Args:
        connection: any connection.
        text: any id that the person has or had.

    Raises:
        UsageError: it is not the id of a person, or nothing is left of that person.
    """
    found = resolve_id(connection, text)
    if found.kind != PREFIXES["P"]:
        raise UsageError("{id} is not the id of a person.", id=found.id)
    if not found.target:
        raise UsageError("{id} stands for nobody now ({state}).", id=found.id, state=found.state)
    number = parse_id(found.target)[1]
    i = t.identities
    earlier = select(i.c.number).where(holds(i), i.c.kind == "P", i.c.target == number)
    members = select(t.memberships.c.mention).where(
        holds(t.memberships), t.memberships.c.person == number
    )
    mentions = _mentions(connection, t.mentions.c.mention.in_(members))
    keys = mentions["mention_key"]
    return Person(
        found.target,
        found.id,
        tuple(sorted(format_ids("P", connection.execute(earlier).scalars()))),
        reading.golden(connection, t.golden_values.c.person == number),
        mentions,
        _links_within(connection, keys.tolist()),
    )


def _mentions(connection: Connection, condition: ColumnElement[bool]) -> pd.DataFrame:
    return reading.live_mentions(connection, condition)


def _links_within(connection: Connection, keys: Sequence[str]) -> pd.DataFrame:
    mine = select(t.mentions.c.mention).where(holds(t.mentions), t.mentions.c.mention_key.in_(keys))
    return reading.links(connection, and_(t.links.c.left.in_(mine), t.links.c.right.in_(mine)))


def history(connection: Connection, text: str) -> pd.DataFrame:
    """What became of an id, run by run; runs that were taken back are left out.

    Returns:
        ``run``, ``started``, ``verb``, ``state`` (active, joined, gone), ``target`` (the id that it
        redirects to from then on, else empty) and ``members`` (mentions of a person or entries of
        an event when the run had ended; 0 where it redirects).

    Raises:
        UsageError: it is no id, is mistyped, or was never issued.
    """
    kind, number = parse_id(text)
    _lookup(connection, kind, number)
    i, r = t.identities, t.runs
    query = (
        select(i.c.from_run, r.c.started, r.c.verb, i.c.state, i.c.target)
        .join(r, r.c.run == i.c.from_run)
        .where(
            i.c.kind == kind,
            i.c.number == number,
            or_(i.c.to_run.is_(None), i.c.to_run > i.c.from_run),
        )
    )
    lines = {row[0]: tuple(row[1:]) for row in connection.execute(query)}
    runs = sorted(lines.keys() | _runs_of_members(connection, kind, number))
    states = []
    current: tuple[object, ...] = ("", "", GONE, None)
    for run in runs:
        current = lines.get(run, current)
        started, verb = connection.execute(
            select(r.c.started, r.c.verb).where(r.c.run == run)
        ).one()
        target = format_id(kind, int(str(current[3]))) if current[3] is not None else ""
        members = _member_count(connection, (kind, number), run)
        states.append((run_name(run), started, verb, current[2], target, members))
    names = ["run", "started", "verb", "state", "target", "members"]
    return pd.DataFrame(states, columns=names)


_GROUPS: Final = {"P": (t.memberships, "person"), "V": (t.event_entries, "event")}


def _runs_of_members(connection: Connection, kind: str, number: int) -> set[int]:
    if kind not in _GROUPS:
        return set()
    table, column = _GROUPS[kind]
    query = select(table.c.from_run, table.c.to_run).where(
        table.c[column] == number,
        or_(table.c.to_run.is_(None), table.c.to_run > table.c.from_run),
    )
    return {run for row in connection.execute(query) for run in row if run is not None}


def _member_count(connection: Connection, one: tuple[str, int], run: int) -> int:
    kind, number = one
    if kind not in _GROUPS:
        return 1
    table, column = _GROUPS[kind]
    query = select(table.c.line).where(holds(table, run), table.c[column] == number)
    return len(connection.execute(query).all())


# -- names ----------------------------------------------------------------------------------------


def find(
    connection: Connection, text: str, born: int | None = None, limit: int = 50
) -> pd.DataFrame:
    """Look persons up by name, identity number or id.

    Args:
        connection: any connection.
        text: words of the name in any order, with or without marks; a year among them is the year
            of birth; 8 to 12 digits are an identity number; an id stands for itself.
        born: year of birth.
        limit: how many persons at most.

    Returns:
        ``person_id``, ``name``, ``birth``, ``sex`` (golden values, empty where there is none) and
        ``mentions`` (how many), best first.
    """
    words = plain(text).split()
    for word in [word for word in words if _YEAR.fullmatch(word)]:
        born = born or int(word)
        words.remove(word)
    numbers = _by_id(connection, text) or _by_words(connection, words, born)
    return _shown(connection, numbers[:limit])


def _by_id(connection: Connection, text: str) -> list[int]:
    try:
        found = resolve_id(connection, text)
    except UsageError:
        return []
    is_person = found.kind == PREFIXES["P"] and found.target
    return [parse_id(found.target)[1]] if is_person else []


def _by_words(connection: Connection, words: list[str], born: int | None) -> list[int]:
    m = t.mentions
    digits = [word for word in words if _NUMBER.fullmatch(word)]
    names = [word for word in words if not _NUMBER.fullmatch(word)]
    conditions = [or_(m.c.cmnd == number, m.c.cccd == number) for number in digits]
    if born is not None:
        conditions += [
            m.c.birth_from <= _ordinal(born + 1) - 1,
            m.c.birth_to >= _ordinal(born),
        ]
    if not words:
        return []
    exact = [m.c.name_plain.contains(word, autoescape=True) for word in names]
    found = _ranked(connection, [*conditions, *exact], " ".join(names))
    if found or not names:
        return found
    return _ranked(connection, [*conditions, _close(connection, " ".join(names))], " ".join(names))


def _ordinal(year: int) -> int:
    return pd.Timestamp(year, 1, 1).toordinal()


def _close(connection: Connection, name: str) -> ColumnElement[bool]:
    """Condition for names that are written nearly so."""
    column = t.mentions.c.name_plain
    known = connection.execute(select(column).where(holds(t.mentions)).distinct()).scalars().all()
    near = process.extract(
        name, known, scorer=fuzz.token_sort_ratio, score_cutoff=_CLOSE_ENOUGH, limit=_GUESSES
    )
    return column.in_([match for match, _, _ in near])


def _ranked(connection: Connection, conditions: list[ColumnElement[bool]], name: str) -> list[int]:
    """Persons of the mentions that fit, those whose name is nearest first, then the oldest ids."""
    m, p = t.mentions, t.memberships
    query = (
        select(p.c.person, m.c.name_plain)
        .join(p, p.c.mention == m.c.mention)
        .where(holds(m), holds(p), *conditions)
        .distinct()
    )
    best: dict[int, float] = {}
    for number, found in connection.execute(query):
        score = fuzz.token_sort_ratio(name, found) if name else 100.0
        best[number] = max(score, best.get(number, 0.0))
    return sorted(best, key=lambda number: (-best[number], number))


def _shown(connection: Connection, numbers: list[int]) -> pd.DataFrame:
    g, p = t.golden_values, t.memberships
    fields = ("name", "birth", "sex")
    values = {
        (number, field): value
        for number, field, value in connection.execute(
            select(g.c.person, g.c.field, g.c.value).where(
                holds(g), g.c.person.in_(numbers), g.c.field.in_(fields)
            )
        )
    }
    counts: dict[int, int] = {}
    for number in connection.execute(
        select(p.c.person).where(holds(p), p.c.person.in_(numbers))
    ).scalars():
        counts[number] = counts.get(number, 0) + 1
    lines = [
        (
            format_id("P", number),
            *(values.get((number, field), "") for field in fields),
            counts.get(number, 0),
        )
        for number in numbers
    ]
    return pd.DataFrame(lines, columns=["person_id", *fields, "mentions"])
