"""What a register holds against what a run works out anew: for ``verify --recompute``.

The run saves what it worked out as any run does and is then taken back. So what differs is what
that run would have written, in every derived table, down to the last digit of a weight.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import func, or_, select

from reconcile.register import tables as t
from reconcile.register.ids import format_id
from reconcile.register.integrity import Problem
from reconcile.register.versioned import value_columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Row, Table

_DELIVERED: Final = {"deliveries", "files", "occurrences", "import_findings", "judgements"}
DERIVED: Final[tuple[Table, ...]] = tuple(
    table for table in t.VERSIONED if table.name not in _DELIVERED
)
"""Tables that a run works out from what was delivered and decided."""

_SHOWN: Final = 3
_IDS: Final = {"entry": "E", "person": "P", "event": "V"}
_MENTIONS: Final = {"mention", "left", "right"}
_PLACE: Final = ("delivery", "commune", "file", "sheet", "row")
_NAMED: Final[dict[str, tuple[str, ...]]] = {
    "identities": ("kind", "number"),
    "findings": ("code", *_PLACE),
    "entry_occurrences": ("occurrence", "entry"),
    "entry_versions": ("entry", "version"),
    "content_roles": ("content",),
    "entries": ("entry",),
    "mentions": ("mention",),
    "memberships": ("mention", "person"),
    "event_entries": ("entry", "event"),
    "links": ("left", "right"),
    "link_evidence": ("left", "right", "comparison"),
    "golden_values": ("person", "field"),
    "conflicts": ("conflict", "kind"),
}
"""By which columns a line of a table is named: ids and places, never what a cell says (P9)."""


def differences(connection: Connection, run: int) -> list[Problem]:
    """What a run that worked everything out anew changed.

    Args:
        connection: the connection of the run, after it saved.
        run: its number.

    Returns:
        One problem for each derived table that differs, with how many lines and the first ones;
        empty if the register holds what the run worked out.
    """
    return [problem for table in DERIVED for problem in _differences(connection, table, run)]


def _differences(connection: Connection, table: Table, run: int) -> Iterator[Problem]:
    lacking, excess = (
        int(connection.execute(select(func.count()).where(mark == run)).scalar() or 0)
        for mark in (table.c.from_run, table.c.to_run)
    )
    if not lacking and not excess:
        return
    columns = [table.c[name] for name in _NAMED.get(table.name, value_columns(table)[:1])]
    query = (
        select(*columns)
        .where(or_(table.c.from_run == run, table.c.to_run == run))
        .distinct()
        .order_by(*columns)
        .limit(_SHOWN)
    )
    first = [_named(connection, row) for row in connection.execute(query)]
    values = {
        "table": table.name,
        "lacking": str(lacking),
        "excess": str(excess),
        "first": "; ".join(first),
    }
    yield Problem(
        "The table {table} is not what a full run gives: it lacks {lacking} line(s) and has "
        "{excess} that should not be there. First: {first}.",
        tuple(values.items()),
    )


def _named(connection: Connection, row: Row[tuple[object, ...]]) -> str:
    """A line as people can look it up."""
    said = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's name of the mapping of a row
    if set(said) == {"kind", "number"}:
        return format_id(str(said["kind"]), int(str(said["number"])))
    return " ".join(_shown(connection, name, value) for name, value in said.items())


def _shown(connection: Connection, name: str, value: object) -> str:
    if name in _IDS:
        return format_id(_IDS[name], int(str(value)))
    if name in _MENTIONS:
        m = t.mention_ids.c
        entry, role = connection.execute(select(m.entry, m.role).where(m.mention == value)).one()
        return f"{format_id('E', entry)}/{role}"
    return str(value)
