"""Is the register what its log says, and does it add up?"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select, true

from reconcile.model import fingerprint
from reconcile.register import audit, digests
from reconcile.register import tables as t
from reconcile.register.dialect import integrity_problems
from reconcile.register.identities import ACTIVE, GONE, JOINED, Identity, read_identities
from reconcile.register.ids import run_name
from reconcile.register.versioned import holds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection

_ENDABLE: Final = {table.name for table in digests.AUDITED if "to_run" in table.c}


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
        *_numbers(connection),
        *_rows(connection),
        *_references(connection),
    ]


def _against_log(connection: Connection) -> Iterator[Problem]:
    """What runs wrote and ended, against the digests of it in the log."""
    wrote, ended = digests.written(connection), digests.ended(connection)
    lines = {
        line.run: (line.at, _detail(line.detail))
        for line in connection.execute(select(t.audit_log).order_by(t.audit_log.c.number))
    }
    undone_by = {
        name: number for number, (_, line) in lines.items() for name in line.get("undone", ())
    }
    for run in connection.execute(select(t.runs).order_by(t.runs.c.run)):
        logged = lines.pop(run.run, None)
        found = wrote.pop(run.run, {}), ended.pop(run.run, {})
        name = run_name(run.run)
        if logged is None:
            yield _problem("Run {run} is not in the log.", run=name)
            continue
        at, line = logged
        yield from _digests_differ(line, found, name, is_undone=name in undone_by)
        times = (line.get("started", run.started), at)
        kept = fingerprint([run.verb, run.arguments, run.manifest])
        if line.get("run") != kept or times != (run.started, run.finished):
            yield _problem("What is kept of run {run} was changed.", run=name)
        if run.undone_by != undone_by.get(name):
            yield _problem("Run {run} says wrongly whether it was taken back.", run=name)
    for number in sorted(lines.keys() | wrote.keys() | ended.keys()):
        yield _problem("Run {run} is missing from the list of runs.", run=run_name(number))


def _detail(text: str) -> dict[str, Any]:
    """Detail of a line of the log; empty where it was changed into something unreadable."""
    try:
        detail = json.loads(text)
    except ValueError:
        return {}
    return detail if isinstance(detail, dict) else {}


def _digests_differ(
    line: dict[str, Any],
    found: tuple[dict[str, str], dict[str, str]],
    name: str,
    *,
    is_undone: bool,
) -> Iterator[Problem]:
    """Compare one run's digests with those in its line of the log.

    Args:
        line: detail of its line.
        found: digests of what it wrote and of what it ended, as the tables have it now.
        name: of the run.
        is_undone: whether it was taken back; then what it wrote holds no longer, and what it ended
            holds again.
    """
    knows_ended = "ended" in line
    wrote = line.get("wrote", {})
    changed = _differing(wrote, found[0], () if knows_ended else digests.FIRST_AUDITED)
    for table in changed:
        yield _problem(
            "What run {run} wrote to the table {table} was changed afterwards.",
            run=name,
            table=table,
        )
    if not knows_ended:
        return
    expected = {one: wrote[one] for one in wrote if one in _ENDABLE} if is_undone else line["ended"]
    for table in _differing(expected, found[1]):
        if table not in changed:
            yield _problem(
                "Lines of the table {table} were made void or valid again behind the back of run "
                "{run}.",
                run=name,
                table=table,
            )


def _differing(
    expected: dict[str, str], found: dict[str, str], among: Iterable[str] = ()
) -> list[str]:
    """Tables of which the digests differ; only ``among`` these, where any are named."""
    names = sorted(expected.keys() | found.keys())
    chosen = [name for name in names if name in among] if among else names
    return [name for name in chosen if expected.get(name) != found.get(name)]


_GROUPS: Final = (
    ("P", t.memberships, "mention", "person"),
    ("V", t.event_entries, "entry", "event"),
    ("E", t.entry_occurrences, "occurrence", "entry"),
)
"""Kind of id, table that says which group each member is in, and its columns of both."""


def _identities(connection: Connection) -> Iterator[Problem]:
    """Ids are given by the rule (decision 0061), every redirect leads to one in use."""
    for kind, table, member, group in _GROUPS:
        known = read_identities(connection, kind)
        lines = connection.execute(select(table.c[member], table.c[group]).where(holds(table)))
        group_of = {str(one): number for one, number in lines}
        active = {line.number for line in known if line.state == ACTIVE}
        if active != set(group_of.values()):
            yield _problem(
                "Ids in use and ids issued differ in the table {table}.", table=table.name
            )
        lost = sum(line.state == JOINED and line.target not in active for line in known)
        if lost:
            yield _problem("{count} id(s) redirect to an id that is not in use.", count=lost)
        stray = sum(not _follows_rule(line, group_of.get(line.anchor)) for line in known)
        if stray:
            yield _problem(
                "{count} id(s) of the kind {kind} stand where they do not belong.",
                count=stray,
                kind=kind,
            )


def _follows_rule(line: Identity, group: int | None) -> bool:
    """Does an id stand for the group that its anchor is in, by an older id where there is one?"""
    if line.state == ACTIVE:
        return group == line.number
    if line.state == JOINED:
        return group is not None and group == line.target and group < line.number
    return line.state == GONE and group is None


def _numbers(connection: Connection) -> Iterator[Problem]:
    """No number can be given twice, and what was numbered keeps its number."""
    i, j, ids = t.identities.c, t.judgements.c, t.mention_ids.c
    given = select(i.kind, func.max(i.number)).group_by(i.kind)
    greatest = {line[0]: line[1] for line in connection.execute(given)}
    greatest["J"] = connection.execute(select(func.max(j.judgement))).scalar()
    sequence = select(t.id_sequence.c.kind, t.id_sequence.c.issued)
    issued = {line[0]: line[1] for line in connection.execute(sequence)}
    for kind, number in sorted(greatest.items()):
        if (number or 0) > issued.get(kind, 0):
            yield _problem("The count of ids issued was set back (kind {kind}).", kind=kind)
    m = t.mentions
    astray = (
        select(func.count())
        .select_from(m.outerjoin(t.mention_ids, ids.mention == m.c.mention))
        .where(holds(m), ids.entry.is_distinct_from(m.c.entry))
    )
    count = connection.execute(astray).scalar()
    if count:
        yield _problem("{count} mention(s) have the number of another.", count=count)


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
