"""Writing what a run worked out: only the difference to what the register holds already."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

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
from reconcile.register.identities import Members, issue
from reconcile.register.ids import format_ids
from reconcile.register.resolved import Resolved, Saved
from reconcile.register.versioned import (
    Row,
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
_FEW: Final = 1000  # entries whose mentions are looked at one by one
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
    said = _said(connection)
    entry_of = _save_entries(connection, run, resolved)
    touched = _touched(said, resolved, entry_of) if _is_relied_upon(connection, resolved) else None
    mention_of = _save_mentions(connection, run, resolved, (entry_of, touched))
    person_of = _save_persons(connection, run, resolved, mention_of)
    event_of = _save_events(connection, run, resolved, entry_of)
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


def _save_entries(connection: Connection, run: int, resolved: Resolved) -> NDArray[np.int64]:
    """Entries, their versions and which row is which; the entry number of each line."""
    stored = read_occurrences(connection)
    accepted = stored[stored["outcome"] == ""]
    # The resolver's own column of that name stays out of the way.
    found = resolved.occurrences[[*_PLACE, "outcome", "entry_key", "version", "current"]]
    rows = accepted.drop(columns="outcome").merge(
        found, on=_PLACE, how="outer", validate="one_to_one", indicator=True
    )
    if not (rows["_merge"] == "both").all():
        raise AccountingError("Some accepted rows belong to no entry, or some entries to no row.")
    keys = pd.Index(resolved.entries["entry_key"])
    groups = keys.get_indexer(pd.Index(rows["entry_key"]))
    if (groups < 0).any() or len(np.unique(groups)) != len(keys):
        raise AccountingError("Some entries have no row, or some rows have an unknown entry.")
    numbers = issue(
        connection,
        run,
        Members("E", [str(number) for number in rows["occurrence"]], groups.tolist()),
        lambda vanished: _last_rows(connection, vanished),
    )
    entry_of = np.zeros(len(keys), dtype=np.int64)
    entry_of[groups] = numbers
    _save_rows(connection, run, rows, numbers)
    _save_contents(connection, run, resolved, rows)
    replace(
        connection,
        t.entries,
        _numbered(entry_of, resolved.entries, value_columns(t.entries)[1:]),
        run,
    )
    return entry_of


def _numbered(numbers: NDArray[np.int64], frame: pd.DataFrame, names: list[str]) -> list[Row]:
    return [
        (number, *row)
        for number, row in zip(numbers.tolist(), frame_rows(frame, names), strict=True)
    ]


def _last_rows(connection: Connection, entries: set[int]) -> dict[int, list[str]]:
    """Occurrences that were rows of entries before this run."""
    table = t.entry_occurrences
    rows: dict[int, list[str]] = {}
    query = select(table.c.entry, table.c.occurrence).where(holds(table))
    for entry, occurrence in connection.execute(query):
        if entry in entries:
            rows.setdefault(entry, []).append(str(occurrence))
    return rows


def _save_rows(
    connection: Connection, run: int, rows: pd.DataFrame, numbers: NDArray[np.int64]
) -> None:
    lines = rows[["occurrence", "version", "outcome", "current"]].assign(entry=numbers)
    lines = lines.sort_values("occurrence")
    names = value_columns(t.entry_occurrences)
    replace(connection, t.entry_occurrences, frame_rows(lines, names), run)
    versions = (
        rows.assign(entry=numbers)[["entry", "version", "content_hash", "commune", "current"]]
        .drop_duplicates()
        .sort_values(["entry", "version"])
    )
    content_of = _content_numbers(connection)
    contents = [
        content_of[key] for key in zip(versions["content_hash"], versions["commune"], strict=True)
    ]
    lines = versions.assign(content=contents)
    names = value_columns(t.entry_versions)
    replace(connection, t.entry_versions, frame_rows(lines, names), run)


def _content_numbers(connection: Connection) -> dict[tuple[str, str], int]:
    c = t.contents.c
    query = select(c.content_hash, c.commune, c.content)
    return {(row[0], row[1]): row[2] for row in connection.execute(query)}


def _save_contents(
    connection: Connection, run: int, resolved: Resolved, rows: pd.DataFrame
) -> None:
    roles: dict[str, list[str]] = {}
    named = resolved.content_mentions[["content_hash", "role"]].drop_duplicates()
    for content_hash, role in frame_rows(named, ["content_hash", "role"]):
        roles.setdefault(str(content_hash), []).append(str(role))
    content_of = _content_numbers(connection)
    distinct = rows[["content_hash", "commune"]].drop_duplicates()
    lines = sorted(
        (content_of[content_hash, commune], " ".join(sorted(roles.get(content_hash, ()))))
        for content_hash, commune in zip(distinct["content_hash"], distinct["commune"], strict=True)
    )
    replace(connection, t.content_roles, lines, run)


# -- mentions, persons, events --------------------------------------------------------------------


def _said(connection: Connection) -> dict[int, tuple[str, str]]:
    """What each entry said before this run: the hash of its content, and its key."""
    e = t.entries.c
    query = select(e.entry, e.content_hash, e.entry_key).where(holds(t.entries))
    return {row[0]: (row[1], row[2]) for row in connection.execute(query)}


def _touched(
    said: dict[int, tuple[str, str]], resolved: Resolved, entry_of: NDArray[np.int64]
) -> set[int]:
    """Numbers of the entries that are new, are no more, or say something else than before."""
    says = frame_rows(resolved.entries, ["content_hash", "entry_key"])
    now = dict(zip(entry_of.tolist(), says, strict=True))
    changed = {entry for entry, content in now.items() if said.get(entry) != content}
    return changed | (said.keys() - now.keys())


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
    table = t.mention_ids
    known: dict[tuple[int, str], int] = {
        (row.entry, row.role): row.mention for row in connection.execute(select(table))
    }
    fresh = max(known.values(), default=0) + 1
    owners = entry_of[resolved.mentions["entry"].to_numpy(dtype=np.int64)]
    lines: list[Row] = []
    numbers = []
    for key in zip(owners.tolist(), resolved.mentions["role"].tolist(), strict=True):
        number = known.get(key)
        if number is None:
            number = known[key] = fresh
            lines.append((fresh, *key))
            fresh += 1
        numbers.append(number)
    bulk_insert(connection, table, ["mention", "entry", "role"], lines)
    mention_of = np.array(numbers, dtype=np.int64)
    within = None
    said = resolved.mentions.assign(mention=mention_of, entry=owners)
    if touched is not None and len(touched) <= _FEW:
        within = t.mentions.c.entry.in_(sorted(touched))
        said = said[np.isin(owners, list(touched))]
    replace(connection, t.mentions, frame_rows(said, value_columns(t.mentions)), run, within)
    return mention_of


def _save_persons(
    connection: Connection, run: int, resolved: Resolved, mention_of: NDArray[np.int64]
) -> NDArray[np.int64]:
    members = Members("P", [str(number) for number in mention_of], resolved.persons.tolist())
    return _save_groups(connection, run, members, (mention_of, t.memberships))


def _save_events(
    connection: Connection, run: int, resolved: Resolved, entry_of: NDArray[np.int64]
) -> NDArray[np.int64]:
    members = Members("V", [str(number) for number in entry_of], resolved.events.tolist())
    return _save_groups(connection, run, members, (entry_of, t.event_entries))


def _save_groups(
    connection: Connection,
    run: int,
    members: Members,
    kept_in: tuple[NDArray[np.int64], Table],
) -> NDArray[np.int64]:
    numbers, table = kept_in

    def last_members(vanished: set[int]) -> dict[int, list[str]]:
        return _last_members(connection, members.kind, table, vanished)

    groups = issue(connection, run, members, last_members)
    lines = zip(numbers.tolist(), groups.tolist(), strict=True)
    replace(connection, table, sorted(lines), run)
    return groups


def _last_members(
    connection: Connection, kind: str, table: Table, vanished: set[int]
) -> dict[int, list[str]]:
    """Members before this run of the groups that ids stood for, redirects followed."""
    i = t.identities.c
    query = select(i.number, i.target).where(
        holds(t.identities), i.kind == kind, i.target.is_not(None)
    )
    target = {row.number: row.target for row in connection.execute(query)}
    member, group = (table.c[name] for name in value_columns(table))
    members: dict[int, list[str]] = {}
    for number, owner in connection.execute(select(member, group).where(holds(table))):
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
    known = pd.Series(person_of, index=clusters)
    known = known[~known.index.duplicated()]
    golden = resolved.golden
    lines = golden[["field", "value", "rule", "agreeing", "disagreeing"]].assign(
        person=known.reindex(golden["cluster"]).to_numpy(),
        mention=_at(mention_of, golden["mention"]),
    )
    if lines["person"].isna().any():
        raise AccountingError("A golden value belongs to no person.")
    lines["person"] = lines["person"].astype("int64")
    lines = lines.sort_values(["person", "field"])
    replace(connection, t.golden_values, frame_rows(lines, value_columns(t.golden_values)), run)


def _at(numbers: NDArray[np.int64], positions: pd.Series[int]) -> pd.Series[int]:
    """Numbers at nullable positions."""
    found = pd.Series(pd.NA, index=positions.index, dtype="Int64")
    present = positions.notna().to_numpy()
    found[present] = numbers[positions[present].to_numpy(dtype=np.int64)]
    return found
