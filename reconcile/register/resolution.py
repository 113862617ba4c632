"""Any id ever issued: what it is the id of, and what it redirects to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from reconcile.errors import UsageError
from reconcile.register import tables as t
from reconcile.register.identities import ACTIVE, JOINED
from reconcile.register.ids import PREFIXES, format_id, parse_id, run_name

if TYPE_CHECKING:
    from sqlalchemy import Connection

UNDONE: Final = "undone"
_MEANT: Final = re.compile(r"[PEVJ]\s*[-‐-–]|[PEVJ](?=[A-Z]*\d)[0-9A-Z]{4,7}$", re.IGNORECASE)


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


def is_meant_as_id(text: str) -> bool:
    """Whether somebody who typed this meant an id, well or wrongly typed, and not a name."""
    return _MEANT.match(text.strip()) is not None


def resolve_id(connection: Connection, text: str) -> Resolution:
    """What any id ever issued stands for now.

    Raises:
        UsageError: it is no id, is mistyped, or was never issued.
    """
    kind, number = parse_id(text)
    shown = format_id(kind, number)
    issued, state, target = lookup(connection, kind, number)
    return Resolution(
        shown,
        PREFIXES[kind],
        state,
        format_id(kind, target or number) if state in {ACTIVE, JOINED} else "",
        run_name(issued),
    )


def lookup(connection: Connection, kind: str, number: int) -> tuple[int, str, int | None]:
    """Run that issued an id, its state and what it redirects to.

    Raises:
        UsageError: it was never issued.
    """
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
