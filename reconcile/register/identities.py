"""Ids in the register: which are issued, where their anchors are, and what they redirect to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from sqlalchemy import insert, select, update

from reconcile.register import tables as t
from reconcile.register.dialect import bulk_insert
from reconcile.register.ids import Assignment, assign_ids, reanchor
from reconcile.register.versioned import end_lines, holds, value_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray
    from sqlalchemy import Connection

ACTIVE: Final = "active"
JOINED: Final = "joined"
GONE: Final = "gone"


@dataclass(frozen=True)
class Members:
    """The members of all groups of one kind.

    Attributes:
        kind: prefix of their ids.
        labels: text by which an anchor is kept: sorted by stable key.
        groups: group number of each.
    """

    kind: str
    labels: Sequence[str]
    groups: Sequence[int]


class Identity(NamedTuple):
    """One id as the register keeps it.

    Attributes:
        number: issued number.
        anchor: label of its anchor.
        state: active, joined (it redirects) or gone (nothing of its last group is left).
        target: number that it redirects to.
        line: number of the line that says so.
    """

    number: int
    anchor: str
    state: str
    target: int | None
    line: int


def read_identities(connection: Connection, kind: str) -> list[Identity]:
    """All ids of a kind that hold now."""
    c = t.identities.c
    query = select(c.number, c.anchor, c.state, c.target, c.line).where(
        holds(t.identities), c.kind == kind
    )
    return list(map(Identity._make, connection.execute(query).cursor.fetchall()))


def issue(
    connection: Connection,
    run: int,
    members: Members,
    last_members: Callable[[set[int]], Mapping[int, Iterable[str]]],
) -> NDArray[np.int64]:
    """Give every group its id, and write what changed.

    Args:
        connection: a connection in a writing transaction.
        run: number of the run.
        members: the members and their groups.
        last_members: gives, for ids whose anchor is gone, the labels of their last group's members.

    Returns:
        The id number of each member's group.
    """
    place = {label: index for index, label in enumerate(members.labels)}
    known = read_identities(connection, members.kind)
    anchors = {one.number: place[one.anchor] for one in known if one.anchor in place}
    vanished = {one.number for one in known if one.anchor not in place and one.state != GONE}
    if vanished:
        left = {
            number: [place[label] for label in labels if label in place]
            for number, labels in last_members(vanished).items()
        }
        found = reanchor(vanished, left)
        anchors |= found
    first_new = _issued(connection, members.kind) + 1
    assignment = assign_ids(members.groups, anchors, first_new)
    _write(connection, run, members, (known, anchors, assignment))
    _count(connection, members.kind, first_new - 1 + len(assignment.issued))
    return assignment.numbers


def _write(
    connection: Connection,
    run: int,
    members: Members,
    found: tuple[list[Identity], dict[int, int], Assignment],
) -> None:
    known, anchors, assignment = found
    rows: list[tuple[object, ...]] = []
    ended: list[int] = []
    for one in known:
        if one.number not in anchors:
            anchor, state, target = one.anchor, GONE, None
        else:
            target = assignment.redirects.get(one.number)
            anchor = members.labels[anchors[one.number]]
            state = ACTIVE if target is None else JOINED
        if (anchor, state, target) != (one.anchor, one.state, one.target):
            rows.append((members.kind, one.number, anchor, state, target))
            ended.append(one.line)
    rows += [
        (members.kind, number, members.labels[index], ACTIVE, None)
        for number, index in assignment.issued.items()
    ]
    end_lines(connection, t.identities, sorted(ended), run)
    bulk_insert(connection, t.identities, value_columns(t.identities), rows, {"from_run": run})


def _issued(connection: Connection, kind: str) -> int:
    table = t.id_sequence
    return int(connection.execute(select(table.c.issued).where(table.c.kind == kind)).scalar() or 0)


def _count(connection: Connection, kind: str, issued: int) -> None:
    table = t.id_sequence
    done = connection.execute(update(table).where(table.c.kind == kind).values(issued=issued))
    if not done.rowcount:
        connection.execute(insert(table).values(kind=kind, issued=issued))


def next_numbers(connection: Connection, kind: str, count: int) -> range:
    """Issue numbers that need no anchor, such as those of judgements."""
    issued = _issued(connection, kind)
    _count(connection, kind, issued + count)
    return range(issued + 1, issued + 1 + count)
