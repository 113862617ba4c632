"""What any id that was ever issued stands for now, and what became of it run by run.

Nothing is forgotten: an id whose run was taken back, or of whose last group nothing is left, still
leads to the persons who have its mentions now, by the entries that those stand in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd
from sqlalchemy import and_, func, or_, select

from reconcile.register import tables as t
from reconcile.register.identities import GONE
from reconcile.register.ids import format_id, format_ids, parse_id, run_name
from reconcile.register.judging import read_judgements
from reconcile.register.resolution import UNDONE, Resolution, lookup, resolve_id
from reconcile.register.versioned import holds

if TYPE_CHECKING:
    from sqlalchemy import Column, ColumnElement, Connection, FromClause, Select, Table

_HISTORY: Final = ("run", "started", "verb", "state", "target", "members", "came", "went")
_GROUPS: Final[dict[str, tuple[Table, str, str]]] = {
    "P": (t.memberships, "mention", "person"),
    "V": (t.event_entries, "entry", "event"),
}
"""Kind of id -> the table of its groups, and the columns of member and group."""


@dataclass(frozen=True)
class Standing:
    """What an id stands for.

    Attributes:
        found: its state, and what it redirects to.
        persons: ids of the persons that it speaks of now, the oldest first.
        history: see :func:`history`.
    """

    found: Resolution
    persons: tuple[str, ...]
    history: pd.DataFrame


def standing(connection: Connection, text: str) -> Standing:
    """What an id stands for now, and its history.

    Raises:
        UsageError: it is no id, is mistyped, or was never issued.
    """
    found = resolve_id(connection, text)
    return Standing(found, persons_now(connection, found), history(connection, text))


# -- whom it speaks of ----------------------------------------------------------------------------


def persons_now(connection: Connection, found: Resolution) -> tuple[str, ...]:
    """Persons that an id speaks of now.

    Args:
        connection: any connection.
        found: what the id resolves to.

    Returns:
        The person, where it is the id of one; else those who have the mentions of its entry, event
        or decision, or of the group that it last stood for; the oldest ids first.
    """
    kind, number = parse_id(found.target or found.id)
    if kind == "P" and found.target:
        return (found.target,)
    if kind == "J":
        keys = _judged(connection, found.id)
        return _owners(connection, t.mentions.c.mention_key.in_(keys))
    if kind == "P":
        return _owners(connection, _same_mentions(_last_members(kind, number, found.state)))
    entries = select(t.entries.c.entry).where(t.entries.c.entry == number)
    if kind == "V":
        entries = _last_members(kind, number, found.state)
    return _owners(connection, t.mentions.c.entry.in_(_same_entries(entries)))


def _owners(connection: Connection, condition: ColumnElement[bool]) -> tuple[str, ...]:
    m, p = t.mentions, t.memberships
    query = (
        select(p.c.person)
        .join(m, m.c.mention == p.c.mention)
        .where(holds(m), holds(p), condition)
        .distinct()
    )
    return tuple(format_ids("P", sorted(connection.execute(query).scalars())))


def _last_members(kind: str, number: int, state: str) -> Select[tuple[int]]:
    """Members of a group now, or of the last one that an id stood for."""
    table, member, group = _GROUPS[kind]
    query = select(table.c[member]).where(table.c[group] == number)
    if state == UNDONE:
        return query
    if state == GONE:
        last = select(func.max(table.c.to_run)).where(table.c[group] == number, _held(table))
        return query.where(table.c.to_run == last.scalar_subquery())
    return query.where(holds(table))


def _same_mentions(numbers: Select[tuple[int]]) -> ColumnElement[bool]:
    """Condition for mentions of these numbers, or that stand where those stood."""
    m = t.mentions.alias()
    keys = select(m.c.mention_key).where(m.c.mention.in_(numbers))
    return or_(t.mentions.c.mention.in_(numbers), t.mentions.c.mention_key.in_(keys))


def _same_entries(numbers: Select[tuple[int]]) -> Select[tuple[int]]:
    """Entries of these numbers, or that stand where those stood."""
    e, old = t.entries, t.entries.alias()
    keys = select(old.c.entry_key).where(old.c.entry.in_(numbers))
    return select(e.c.entry).where(holds(e), or_(e.c.entry.in_(numbers), e.c.entry_key.in_(keys)))


def _judged(connection: Connection, judgement: str) -> list[str]:
    """Keys of the mentions that a decision was about."""
    keys: list[str] = []
    for line in read_judgements(connection):
        if line["judgement"] == judgement:
            anchors = line["mentions"]
            keys += [
                f"{one['entry_key']}/{one['role']}"
                for one in (anchors if isinstance(anchors, list) else [])
            ]
    return keys


# -- what became of it ----------------------------------------------------------------------------


def history(connection: Connection, text: str) -> pd.DataFrame:
    """What became of an id, run by run; runs that were taken back are left out.

    Returns:
        ``run``, ``started``, ``verb``, ``state`` (active, joined, gone), ``target`` (the id that it
        redirects to from then on, else empty), ``members`` (mentions of a person or entries of
        an event when the run had ended; 0 where it redirects), ``came`` and ``went`` (ids, parted
        by blanks, from which members came in this run and to which they went).

    Raises:
        UsageError: it is no id, is mistyped, or was never issued.
    """
    kind, number = parse_id(text)
    lookup(connection, kind, number)
    i = t.identities
    query = select(i.c.from_run, i.c.state, i.c.target).where(
        i.c.kind == kind, i.c.number == number, _held(i)
    )
    states = {row[0]: (row[1], row[2]) for row in connection.execute(query)}
    told = []
    state: tuple[str, int | None] = (GONE, None)
    for run in sorted(states.keys() | _runs_of_members(connection, kind, number)):
        state = states.get(run, state)
        told.append(_step(connection, (kind, number), run, state))
    return pd.DataFrame(told, columns=list(_HISTORY))


def _step(
    connection: Connection, one: tuple[str, int], run: int, state: tuple[str, int | None]
) -> tuple[object, ...]:
    """One line of an id's history."""
    r = t.runs.c
    started, verb = connection.execute(select(r.started, r.verb).where(r.run == run)).one()
    target = "" if state[1] is None else format_id(one[0], state[1])
    members = _member_count(connection, one, run)
    came, went = _moves(connection, one, run)
    return run_name(run), started, verb, state[0], target, members, came, went


def _held(table: FromClause) -> ColumnElement[bool]:
    """Condition for lines that held at some time, those of runs that were taken back left out."""
    return or_(table.c.to_run.is_(None), table.c.to_run > table.c.from_run)


def _runs_of_members(connection: Connection, kind: str, number: int) -> set[int]:
    if kind not in _GROUPS:
        return set()
    table, _, group = _GROUPS[kind]
    query = select(table.c.from_run, table.c.to_run).where(table.c[group] == number, _held(table))
    return {run for row in connection.execute(query) for run in row if run is not None}


def _member_count(connection: Connection, one: tuple[str, int], run: int) -> int:
    kind, number = one
    if kind not in _GROUPS:
        return 1
    table, _, group = _GROUPS[kind]
    query = select(table.c.line).where(holds(table, run), table.c[group] == number)
    return len(connection.execute(query).all())


def _moves(connection: Connection, one: tuple[str, int], run: int) -> tuple[str, str]:
    """Ids from which members came in a run, and to which they went."""
    kind, number = one
    if kind not in _GROUPS:
        return "", ""
    table, member, group = _GROUPS[kind]
    left, entered = table.alias(), table.alias()
    moved = and_(
        left.c[member] == entered.c[member],
        left.c.to_run == run,
        entered.c.from_run == run,
        _held(left),
        _held(entered),
    )

    def others(wanted: Column[int], mine: Column[int]) -> str:
        query = select(wanted).where(moved, mine == number, wanted != number).distinct()
        return " ".join(format_ids(kind, sorted(connection.execute(query).scalars())))

    return others(left.c[group], entered.c[group]), others(entered.c[group], left.c[group])
