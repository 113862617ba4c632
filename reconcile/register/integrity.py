"""Is the register what its log says, and does it add up?"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select, true

from reconcile.model import fingerprint
from reconcile.register import audit
from reconcile.register import tables as t
from reconcile.register.dialect import integrity_problems
from reconcile.register.identities import ACTIVE, JOINED
from reconcile.register.ids import run_name
from reconcile.register.versioned import holds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Column, Connection, Table

AUDITED: Final[tuple[Table, ...]] = (
    t.raw_rows,
    t.contents,
    t.deliveries,
    t.files,
    t.occurrences,
    t.judgements,
)
"""Tables of which the log keeps a digest of what each run wrote."""

_UNIT: Final = "\x1f"
_RECORD: Final = "\x1e"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a register.

    Attributes:
        template: English sentence with ``{placeholders}``.
        values: pairs that fill the placeholders; never personal data.
    """

    template: str
    values: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return self.template.format(**dict(self.values))


def _problem(template: str, **values: object) -> Problem:
    return Problem(template, tuple((name, str(value)) for name, value in values.items()))


# -- digests --------------------------------------------------------------------------------------


def run_digests(connection: Connection, run: int) -> dict[str, str]:
    """A digest of what a run wrote into each audited table that it wrote to.

    Args:
        connection: any connection.
        run: number of the run.

    Returns:
        Name of the table -> SHA-256 over its lines of that run, in their order.
    """
    return _digests(connection, run).get(run, {})


def _digests(connection: Connection, run: int | None = None) -> dict[int, dict[str, str]]:
    """Digests of all runs, or of one."""
    digests: dict[int, dict[str, str]] = {}
    for table in AUDITED:
        mark = _run_column(table)
        columns = [column for column in table.columns if column.name not in {"line", "to_run"}]
        query = select(mark, *columns).order_by(mark, *table.primary_key.columns)
        if run is not None:
            query = query.where(mark == run)
        rows = connection.execute(query.execution_options(yield_per=1000))
        for number, lines in groupby(rows, key=lambda row: row[0]):
            digests.setdefault(number, {})[table.name] = _digest(row[1:] for row in lines)
    return digests


def _run_column(table: Table) -> Column[int]:
    return table.c.run if "run" in table.columns else table.c.from_run


def _digest(rows: Iterator[tuple[object, ...]]) -> str:
    digest = hashlib.sha256()
    for row in rows:
        line = _UNIT.join(["" if value is None else str(value) for value in row])
        digest.update(f"{line}{_UNIT}{_RECORD}".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


# -- verify ---------------------------------------------------------------------------------------


def verify(connection: Connection, known_head: str = "") -> list[Problem]:
    """Everything that is wrong with a register.

    Args:
        connection: a connection of one transaction, so that one state is looked at.
        known_head: hash of the log's last line as an earlier manifest gives it.

    Returns:
        Problems, empty if the register is in order.
    """
    problems = [
        _problem("The database itself is damaged: {kind}.", kind=kind)
        for kind in integrity_problems(connection)
    ]
    broken = audit.broken_link(connection, known_head)
    if broken:
        problems.append(_problem("The log is broken at its {place}.", place=broken))
    return [
        *problems,
        *_against_log(connection),
        *_identities(connection),
        *_rows(connection),
        *_references(connection),
    ]


def _against_log(connection: Connection) -> Iterator[Problem]:
    """What runs wrote, against the digests of it in the log."""
    found = _digests(connection)
    lines = {
        line.run: json.loads(line.detail)
        for line in connection.execute(select(t.audit_log).order_by(t.audit_log.c.number))
    }
    undone = {name for line in lines.values() for name in line.get("undone", ())}
    for run in connection.execute(select(t.runs).order_by(t.runs.c.run)):
        line = lines.pop(run.run, None)
        if line is None:
            yield _problem("Run {run} is not in the log.", run=run_name(run.run))
            continue
        wrote, kept = line.get("wrote", {}), found.pop(run.run, {})
        for table in sorted(wrote.keys() | kept.keys()):
            if wrote.get(table) != kept.get(table):
                yield _problem(
                    "What run {run} wrote to the table {table} was changed afterwards.",
                    run=run_name(run.run),
                    table=table,
                )
        if line.get("run") != fingerprint([run.verb, run.arguments, run.manifest]):
            yield _problem("What is kept of run {run} was changed.", run=run_name(run.run))
        if (run.undone_by is not None) != (run_name(run.run) in undone):
            yield _problem(
                "Run {run} says wrongly whether it was taken back.", run=run_name(run.run)
            )
    for number in sorted(lines.keys() | found.keys()):
        yield _problem("Run {run} is missing from the list of runs.", run=run_name(number))


def _identities(connection: Connection) -> Iterator[Problem]:
    """Every id in use is issued and active, every redirect leads to one that is."""
    i = t.identities
    rows = connection.execute(select(i.c.kind, i.c.number, i.c.state, i.c.target).where(holds(i)))
    active: dict[str, set[int]] = {}
    redirects: list[tuple[str, int]] = []
    for kind, number, state, target in rows:
        if state == ACTIVE:
            active.setdefault(kind, set()).add(number)
        elif state == JOINED:
            redirects.append((kind, target))
    lost = sum(target not in active.get(kind, ()) for kind, target in redirects)
    if lost:
        yield _problem("{count} id(s) redirect to an id that is not in use.", count=lost)
    for kind, table, column in (
        ("P", t.memberships, "person"),
        ("V", t.event_entries, "event"),
        ("E", t.entries, "entry"),
    ):
        used = set(connection.execute(select(table.c[column]).where(holds(table))).scalars())
        if used != active.get(kind, set()):
            yield _problem(
                "Ids in use and ids issued differ in the table {table}.", table=table.name
            )


def _rows(connection: Connection) -> Iterator[Problem]:
    """Every accepted row is one version of one entry; every mention belongs to one person."""
    o = t.occurrences
    accepted = select(o.c.occurrence).where(holds(o), o.c.outcome == "")
    mentions = select(t.mentions.c.mention).where(holds(t.mentions))
    entries = select(t.entries.c.entry).where(holds(t.entries))
    for expected, table, column in (
        (accepted, t.entry_occurrences, "occurrence"),
        (mentions, t.memberships, "mention"),
        (entries, t.event_entries, "entry"),
    ):
        wanted = sorted(connection.execute(expected).scalars())
        found = sorted(connection.execute(select(table.c[column]).where(holds(table))).scalars())
        if wanted != found:
            yield _problem("The table {table} lacks lines, or has some twice.", table=table.name)
    hashes = t.raw_rows.c.raw_hash
    lines, distinct = connection.execute(
        select(func.count(hashes), func.count(hashes.distinct()))
    ).one()
    if lines != distinct:
        yield _problem("Raw rows are kept twice.")


def _references(connection: Connection) -> Iterator[Problem]:
    """Derived tables have no foreign keys (decision 0060): what those would say."""
    mention, entry = t.mentions.c.mention, t.entries.c.entry
    for table, column, named in (
        (t.mentions, "entry", entry),
        (t.links, "left", mention),
        (t.links, "right", mention),
        (t.link_evidence, "left", mention),
        (t.link_evidence, "right", mention),
        (t.golden_values, "mention", mention),
        (t.golden_values, "person", t.memberships.c.person),
        (t.entry_versions, "content", t.contents.c.content),
        (t.content_roles, "content", t.contents.c.content),
    ):
        is_current = holds(named.table) if "to_run" in named.table.c else true()
        there = set(connection.execute(select(named).where(is_current)).scalars())
        used = select(table.c[column]).where(holds(table), table.c[column].is_not(None)).distinct()
        lost = set(connection.execute(used).scalars()) - there
        if lost:
            yield _problem(
                "The table {table} names {count} line(s) that do not exist ({column}).",
                table=table.name,
                count=len(lost),
                column=column,
            )
