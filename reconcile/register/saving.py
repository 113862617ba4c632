"""Writing what a run worked out: only the difference to what the register holds already."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd
from sqlalchemy import select

from reconcile import model
from reconcile.cycles import no_search_for_cycles
from reconcile.errors import AccountingError
from reconcile.register import tables as t
from reconcile.register.changes import Before
from reconcile.register.delivered import read_occurrences
from reconcile.register.dialect import bulk_insert
from reconcile.register.frames import query_frame
from reconcile.register.identities import Members, issue
from reconcile.register.ids import format_ids
from reconcile.register.resolved import Resolved, Saved
from reconcile.register.versioned import (
    frame_rows,
    holds,
    replace,
    value_columns,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sqlalchemy import Connection, Table

_PLACE: Final = ["delivery", "commune", "file", "sheet", "row"]
SIGNATURE: Final = "readings"
"""Key of a run's manifest: by what the standard values that it saved were worked out."""
_FEW: Final = 5000  # lines that are looked at one by one, of those that a table has
LINK: Final = "link"
QUESTION: Final = "question"
APART: Final = "apart"


def save(connection: Connection, run: int, resolved: Resolved) -> Saved:
    """Write the derived tables of a run.

    Args:
        connection: a connection in a writing transaction.
        run: number of the run.
        resolved: what the stages worked out.

    Raises:
        ContractError: a table breaks its contract (a bug).
        AccountingError: an accepted row belongs to no entry, or to two (a bug).
    """
    _check(resolved)
    with no_search_for_cycles():
        return _save(connection, run, resolved)


def _save(connection: Connection, run: int, resolved: Resolved) -> Saved:
    before = Before.read(connection)
    is_relied_upon = _is_relied_upon(connection, resolved)
    rows = _rows(connection, resolved)
    entry_of = _save_rows(connection, run, resolved, rows)
    _save_roles(connection, run, resolved, (rows, is_relied_upon))
    touched = before.touched(resolved, entry_of) if is_relied_upon else None
    _save_entries(connection, run, resolved, (entry_of, touched))
    mention_of = _save_mentions(connection, run, resolved, (entry_of, touched))
    person_of = _save_groups(
        connection,
        run,
        _Groups("P", t.memberships, mention_of, resolved.persons.tolist(), before.persons),
    )
    event_of = _save_groups(
        connection,
        run,
        _Groups("V", t.event_entries, entry_of, resolved.events.tolist(), before.events),
    )
    _save_links(connection, run, resolved, mention_of)
    _save_golden(connection, run, resolved, (mention_of, person_of))
    for table, frame in ((t.findings, resolved.findings), (t.conflicts, resolved.conflicts)):
        replace(connection, table, frame_rows(frame, value_columns(table)), run)
    keys = resolved.entries["entry_key"].tolist()
    return Saved(
        changes=before.changes(resolved, entry_of, (mention_of, person_of)),
        entry_ids=dict(zip(keys, format_ids("E", entry_of.tolist()), strict=True)),
        event_ids=dict(zip(keys, format_ids("V", event_of.tolist()), strict=True)),
        person_ids=format_ids("P", person_of.tolist()),
    )


def _check(resolved: Resolved) -> None:
    for table, frame in (
        (model.OCCURRENCES, resolved.occurrences),
        (model.LIVE_ENTRIES, resolved.entries),
        (model.LIVE_MENTIONS, resolved.mentions),
        (model.PAIRS, resolved.pairs),
        (model.QUESTIONS, resolved.questions),
        (model.GOLDEN, resolved.golden),
        (model.FINDINGS, resolved.findings),
        (model.CONFLICTS, resolved.conflicts),
        (model.EVIDENCE, resolved.evidence),
    ):
        table.check(frame)
    for values, keys in (
        (resolved.persons, resolved.mentions["mention_key"]),
        (resolved.events, resolved.entries["entry_key"]),
    ):
        if len(values) != len(keys) or not keys.is_monotonic_increasing:
            raise AccountingError("Mentions or entries are not sorted, or have lost their group.")


# -- entries --------------------------------------------------------------------------------------


def _rows(connection: Connection, resolved: Resolved) -> pd.DataFrame:
    """Accepted rows with the register's numbers of them, and the entry that each one is.

    Returns:
        :data:`_PLACE`, ``outcome``, ``entry_key``, ``version``, ``current``, ``occurrence``,
        ``content``, ``content_hash``; and ``group``, the position of the row's entry among all.
    """
    stored = read_occurrences(connection) if resolved.rows is None else resolved.rows
    accepted = stored[stored["outcome"] == ""].reset_index(drop=True)
    found = resolved.occurrences[[*_PLACE, "outcome", "entry_key", "version", "current"]]
    if not _at_same_places(accepted, found):
        found = found.sort_values(_PLACE, ignore_index=True)
        if not _at_same_places(accepted, found):
            raise AccountingError(
                "Some accepted rows belong to no entry, or some entries to no row."
            )
    keys = pd.Index(resolved.entries["entry_key"])
    groups = keys.get_indexer(pd.Index(found["entry_key"]))
    if (groups < 0).any() or len(np.unique(groups)) != len(keys):
        raise AccountingError("Some entries have no row, or some rows have an unknown entry.")
    return found.assign(
        occurrence=accepted["occurrence"].to_numpy(dtype=np.int64),
        content=accepted["content"].to_numpy(dtype=np.int64),
        content_hash=accepted["content_hash"].array,
        group=groups,
    )


def _at_same_places(accepted: pd.DataFrame, found: pd.DataFrame) -> bool:
    return len(accepted) == len(found) and all(
        bool((accepted[name].array == found[name].array).all()) for name in _PLACE
    )


def _save_rows(
    connection: Connection, run: int, resolved: Resolved, rows: pd.DataFrame
) -> NDArray[np.int64]:
    """Which row is which entry, and the entries' versions; the number of each entry."""
    groups = rows["group"].to_numpy(dtype=np.int64)
    numbers = issue(
        connection,
        run,
        Members("E", [str(number) for number in rows["occurrence"].tolist()], groups.tolist()),
        lambda vanished: _last_rows(connection, vanished),
    )
    entry_of = np.zeros(len(resolved.entries), dtype=np.int64)
    entry_of[groups] = numbers
    rows = rows.assign(entry=numbers)
    lines = rows.sort_values("occurrence")
    names = value_columns(t.entry_occurrences)
    replace(connection, t.entry_occurrences, frame_rows(lines, names), run)
    names = value_columns(t.entry_versions)
    versions = rows[names].drop_duplicates().sort_values(["entry", "version"])
    replace(connection, t.entry_versions, frame_rows(versions, names), run)
    return entry_of


def _last_rows(connection: Connection, entries: set[int]) -> dict[int, list[str]]:
    """Occurrences that were rows of entries before this run."""
    table = t.entry_occurrences
    rows: dict[int, list[str]] = {}
    query = select(table.c.entry, table.c.occurrence).where(holds(table))
    for entry, occurrence in connection.execute(query):
        if entry in entries:
            rows.setdefault(entry, []).append(str(occurrence))
    return rows


def _save_roles(
    connection: Connection,
    run: int,
    resolved: Resolved,
    delivered: tuple[pd.DataFrame, bool],
) -> None:
    """The named roles of each content; those of known contents are as before if so read."""
    rows, is_relied_upon = delivered
    distinct = dict(zip(rows["content"].tolist(), rows["content_hash"].tolist(), strict=True))
    c = t.content_roles.c
    within = None
    if is_relied_upon:
        query = select(c.content).where(holds(t.content_roles))
        other = distinct.keys() ^ set(connection.execute(query).scalars())
        if len(other) <= _FEW:
            within = c.content.in_(sorted(other))
            distinct = {number: said for number, said in distinct.items() if number in other}
    named = resolved.content_mentions[["content_hash", "role"]]
    named = named[named["content_hash"].isin(set(distinct.values()))].drop_duplicates()
    roles: dict[str, list[str]] = {}
    for content_hash, role in frame_rows(named, ["content_hash", "role"]):
        roles.setdefault(str(content_hash), []).append(str(role))
    lines = sorted(
        (number, " ".join(sorted(roles.get(said, ())))) for number, said in distinct.items()
    )
    replace(connection, t.content_roles, lines, run, within)


def _save_entries(
    connection: Connection,
    run: int,
    resolved: Resolved,
    entries: tuple[NDArray[np.int64], set[int] | None],
) -> None:
    """What entries say; only those that are touched are looked at where these are few."""
    entry_of, touched = entries
    said = resolved.entries.assign(entry=entry_of)
    within = None
    if touched is not None and len(touched) <= _FEW:
        within = t.entries.c.entry.in_(sorted(touched))
        said = said[np.isin(entry_of, list(touched))]
    replace(connection, t.entries, frame_rows(said, value_columns(t.entries)), run, within)


# -- mentions, persons, events --------------------------------------------------------------------


def _is_relied_upon(connection: Connection, resolved: Resolved) -> bool:
    """Whether the last run that saved worked standard values out as this one did.

    Then what mentions of an entry say is the same as long as the entry's content is.
    """
    r = t.runs.c
    query = select(r.manifest).where(r.undone_by.is_(None)).order_by(r.run.desc())
    for (manifest,) in connection.execute(query):
        signature = json.loads(manifest).get(SIGNATURE)
        if signature is not None:
            return bool(signature) and signature == resolved.signature
    return False


def _save_mentions(
    connection: Connection,
    run: int,
    resolved: Resolved,
    entries: tuple[NDArray[np.int64], set[int] | None],
) -> NDArray[np.int64]:
    """What mentions say; only those of touched entries are looked at where these are few."""
    entry_of, touched = entries
    owners = entry_of[resolved.mentions["entry"].to_numpy(dtype=np.int64)]
    mention_of = _numbered(connection, owners, resolved.mentions["role"])
    within = None
    said = resolved.mentions.assign(mention=mention_of, entry=owners)
    if touched is not None and len(touched) <= _FEW:
        within = t.mentions.c.entry.in_(sorted(touched))
        said = said[np.isin(owners, list(touched))]
    replace(connection, t.mentions, frame_rows(said, value_columns(t.mentions)), run, within)
    return mention_of


def _numbered(
    connection: Connection, entries: NDArray[np.int64], roles: pd.Series[str]
) -> NDArray[np.int64]:
    """The number of each mention, by its entry and role; new ones are counted on."""
    m = t.mention_ids.c
    known = query_frame(
        connection,
        select(m.mention, m.entry, m.role),
        {"mention": "int64", "entry": "int64", "role": "str"},
    )
    codes, distinct = pd.concat([known["role"], roles], ignore_index=True).factorize()
    keys = np.concatenate([known["entry"].to_numpy(), entries]) * len(distinct) + codes
    place = pd.Index(keys[: len(known)]).get_indexer(pd.Index(keys[len(known) :]))
    numbers: NDArray[np.int64] = np.append(known["mention"].to_numpy(), 0)[place]
    fresh = np.flatnonzero(place < 0)
    first = int(known["mention"].max()) + 1 if len(known) else 1
    numbers[fresh] = np.arange(first, first + len(fresh))
    lines = zip(
        numbers[fresh].tolist(), entries[fresh].tolist(), roles.iloc[fresh].tolist(), strict=True
    )
    bulk_insert(connection, t.mention_ids, ["mention", "entry", "role"], lines)
    return numbers


class _Groups(NamedTuple):
    """Persons or events.

    Attributes:
        kind: prefix of their ids.
        table: which member belongs to which.
        members: number of each member.
        groups: group of each member, by any label.
        before: number of each member -> number of its group, before this run.
    """

    kind: str
    table: Table
    members: NDArray[np.int64]
    groups: list[int]
    before: dict[int, int]


def _save_groups(connection: Connection, run: int, found: _Groups) -> NDArray[np.int64]:
    """Issue ids of groups, and write who belongs to which where that has changed."""
    numbers = found.members.tolist()

    def last_members(vanished: set[int]) -> dict[int, list[str]]:
        return _last_members(connection, found, vanished)

    members = Members(found.kind, [str(number) for number in numbers], found.groups)
    groups = issue(connection, run, members, last_members)
    now = dict(zip(numbers, groups.tolist(), strict=True))
    other = {member for member, group in now.items() if found.before.get(member) != group}
    other |= found.before.keys() - now.keys()
    within = None
    if len(other) <= _FEW:
        within = found.table.c[value_columns(found.table)[0]].in_(sorted(other))
        now = {member: group for member, group in now.items() if member in other}
    replace(connection, found.table, sorted(now.items()), run, within)
    return groups


def _last_members(
    connection: Connection, found: _Groups, vanished: set[int]
) -> dict[int, list[str]]:
    """Members before this run of the groups that ids stood for, redirects followed."""
    i = t.identities.c
    query = select(i.number, i.target).where(
        holds(t.identities), i.kind == found.kind, i.target.is_not(None)
    )
    target = {row.number: row.target for row in connection.execute(query)}
    members: dict[int, list[str]] = {}
    for number, owner in found.before.items():
        members.setdefault(owner, []).append(str(number))
    return {one: members.get(target.get(one, one), []) for one in vanished}


# -- links, golden values -------------------------------------------------------------------------


def _save_links(
    connection: Connection, run: int, resolved: Resolved, mention_of: NDArray[np.int64]
) -> None:
    asked = resolved.questions[["left", "right", "reason", "rule", "probability"]]
    pairs = resolved.pairs.merge(asked, on=["left", "right"], how="outer", suffixes=("", "_asked"))
    left = pairs["left"].to_numpy(dtype=np.int64)
    right = pairs["right"].to_numpy(dtype=np.int64)
    person = resolved.persons.to_numpy(dtype=np.int64)
    status = pd.Series(APART, index=pairs.index, dtype="str")
    status[person[left] == person[right]] = LINK
    status[pairs["reason"].notna()] = QUESTION
    lines = pd.DataFrame(
        {
            "left": mention_of[left],
            "right": mention_of[right],
            "rules": pairs["rules"],
            "weight": pairs["weight"],
            "probability": pairs["probability"].fillna(pairs["probability_asked"]),
            "status": status,
            "reason": pairs["reason"].fillna(""),
            "rule": pairs["rule"].fillna(""),
        }
    ).sort_values(["left", "right"])
    replace(connection, t.links, frame_rows(lines, value_columns(t.links)), run)
    evidence = resolved.evidence
    names = ["comparison", "level", "weight"]
    rows = [
        (one, other, *row)
        for one, other, row in zip(
            mention_of[evidence["left"].to_numpy(dtype=np.int64)].tolist(),
            mention_of[evidence["right"].to_numpy(dtype=np.int64)].tolist(),
            frame_rows(evidence, names),
            strict=True,
        )
    ]
    replace(connection, t.link_evidence, rows, run)


def _save_golden(
    connection: Connection,
    run: int,
    resolved: Resolved,
    numbers: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> None:
    mention_of, person_of = numbers
    clusters = resolved.persons.to_numpy(dtype=np.int64)
    known = np.zeros(clusters.max(initial=-1) + 2, dtype=np.int64)
    known[clusters] = person_of
    golden = resolved.golden
    persons = known[golden["cluster"].to_numpy(dtype=np.int64)]
    if not persons.all():
        raise AccountingError("A golden value belongs to no person.")
    order = np.lexsort([golden["field"].factorize(sort=True)[0], persons])
    lines = golden[["field", "value", "rule", "agreeing", "disagreeing"]].assign(
        person=persons, mention=_at(mention_of, golden["mention"])
    )
    rows = frame_rows(lines.take(order), value_columns(t.golden_values))
    replace(connection, t.golden_values, rows, run)


def _at(numbers: NDArray[np.int64], positions: pd.Series[int]) -> pd.Series[int]:
    """Numbers at nullable positions."""
    found = pd.Series(pd.NA, index=positions.index, dtype="Int64")
    present = positions.notna().to_numpy()
    found[present] = numbers[positions[present].to_numpy(dtype=np.int64)]
    return found
