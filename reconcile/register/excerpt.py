"""The part of a register that one person or one conflict concerns, read without the rest.

What a report reads is read here for a few entries only, so that an answer about one of a million
takes no longer than about one of a hundred.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd
from sqlalchemy import select

from reconcile import model
from reconcile.errors import UsageError
from reconcile.register import reading
from reconcile.register import tables as t
from reconcile.register.delivered import read_refused, read_versions
from reconcile.register.frames import current_frame
from reconcile.register.ids import format_ids, run_name
from reconcile.register.snapshot import Snapshot
from reconcile.register.versioned import holds

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

    from reconcile.register.snapshot import Readable

_FORM: Final = re.compile(r"C[0-9A-Z]{8,}")
_KEYS: Final = re.compile(r'"([^"]+)"')


@dataclass(frozen=True)
class Asked:
    """One conflict as it stands, or as it last stood.

    Attributes:
        conflict: one line of CONFLICTS.
        since: run that first asked it.
        until: run from which it is asked no more; empty where it stands.
    """

    conflict: pd.DataFrame
    since: str
    until: str


def conflict_id(text: str) -> str:
    """The id of a conflict as it is written; empty where the text is none."""
    bare = re.sub(r"[\s\-‐-–]", "", text).upper()
    return f"C-{bare[1:]}" if _FORM.fullmatch(bare) else ""


def is_meant_as_conflict(text: str) -> bool:
    """Whether somebody who typed this meant the id of a conflict."""
    return re.match(r"\s*[Cc]\s*[-‐-–]", text) is not None and bool(conflict_id(text))


def conflict(connection: Connection, text: str) -> Asked:
    """One conflict by its id, whether it is still asked or not.

    Raises:
        UsageError: no conflict ever had that id.
    """
    c = t.conflicts
    wanted = conflict_id(text)
    query = select(c.c.line, c.c.from_run, c.c.to_run).where(c.c.conflict == wanted)
    lines = connection.execute(query.order_by(c.c.line)).all()
    lines = [line for line in lines if line.to_run is None or line.to_run > line.from_run]
    if not lines:
        raise UsageError("There is no conflict {id}.", id=wanted or text)
    last = max(lines, key=lambda line: (line.to_run is None, line.from_run))
    columns = [c.c[name] for name in model.CONFLICTS.names]
    row = connection.execute(select(*columns).where(c.c.line == last.line))
    frame = model.CONFLICTS.build([dict(row.mappings().one())])
    until = "" if last.to_run is None else run_name(last.to_run)
    return Asked(frame, run_name(min(line.from_run for line in lines)), until)


def persons_of_conflict(connection: Connection, text: str) -> tuple[str, ...]:
    """Ids of the persons of whom a conflict speaks, the oldest first."""
    line = conflict(connection, text).conflict.iloc[0]
    keys = _KEYS.findall(line["mentions"]) or _KEYS.findall(line["entries"])
    p = t.memberships
    mentions = list(mention_numbers(connection, keys))
    query = select(p.c.person).where(holds(p), p.c.mention.in_(mentions)).distinct()
    return tuple(format_ids("P", sorted(connection.execute(query).scalars())))


def mention_numbers(connection: Connection, keys: Collection[str]) -> dict[int, str]:
    """Number of each mention -> its key; an entry's key stands for all of its mentions."""
    e, i = t.entries, t.mention_ids
    wanted = set(keys)
    entries = {key.rpartition("/")[0] for key in wanted} | wanted
    known = select(e.c.entry, e.c.entry_key).where(holds(e), e.c.entry_key.in_(sorted(entries)))
    key_of = {line.entry: line.entry_key for line in connection.execute(known)}
    query = select(i.c.mention, i.c.entry, i.c.role).where(i.c.entry.in_(list(key_of)))
    found = {}
    for number, entry, role in connection.execute(query):
        if key_of[entry] in wanted or f"{key_of[entry]}/{role}" in wanted:
            found[number] = f"{key_of[entry]}/{role}"
    return found


class Excerpt(Snapshot):
    """A few entries of a register; what is not overridden here is that of the whole register.

    Args:
        register: the register.
        connection: any connection; used as long as the excerpt is.
        entry_keys: keys of the entries.
        conflicts: lines of CONFLICTS that it is about; none where it is about persons.
    """

    def __init__(
        self,
        register: Readable,
        connection: Connection,
        entry_keys: Collection[str],
        conflicts: pd.DataFrame | None = None,
    ) -> None:
        super().__init__(register)
        self._connection = connection
        self._keys = sorted(set(entry_keys))
        self._about = conflicts

    def entries(self) -> pd.DataFrame:
        """LIVE_ENTRIES with ids beside."""
        return reading.live_entries(self._connection, t.entries.c.entry_key.in_(self._keys))

    def mentions(self) -> pd.DataFrame:
        """LIVE_MENTIONS with ids beside; ``entry`` is the position in :meth:`entries`."""
        numbers = list(mention_numbers(self._connection, self._keys))
        return reading.live_mentions(self._connection, t.mentions.c.mention.in_(numbers))

    def owners(self) -> pd.DataFrame:
        """Whose every mention is, with its place and dates; see :func:`reading.owners`."""
        mentions = self.mentions()
        return mentions[[*reading.OWNER_COLUMNS, "commune", "person_id"]]

    def entry_sources(self) -> pd.DataFrame:
        """What every entry says now, and the last row that said so."""
        e = t.entries
        known = select(e.c.entry, e.c.entry_key).where(holds(e), e.c.entry_key.in_(self._keys))
        found = []
        for number, key in self._connection.execute(known):
            said = read_versions(self._connection, number).tail(1)
            found.append(said.assign(entry_key=key))
        names = ["entry_key", "fields", "delivery", "commune", "file", "sheet", "row"]
        return pd.concat(found, ignore_index=True)[names] if found else pd.DataFrame(columns=names)

    def conflicts(self) -> pd.DataFrame:
        """The conflicts that the excerpt is about."""
        return model.CONFLICTS.empty() if self._about is None else self._about

    def evidence(self) -> pd.DataFrame:
        """Evidence of the pairs among these entries that officers are asked about."""
        key_of = mention_numbers(self._connection, self._keys)
        v, numbers = t.link_evidence, list(key_of)
        frame = current_frame(self._connection, v, v.c.left.in_(numbers) & v.c.right.in_(numbers))
        return frame.assign(
            **{side: frame[side].map(key_of).astype("str") for side in ("left", "right")}
        )

    def links(self) -> pd.DataFrame:
        """Kept pairs of these mentions, among themselves and with others, as ``Register.links``."""
        k, numbers = t.links, list(mention_numbers(self._connection, self._keys))
        return reading.links(self._connection, k.c.left.in_(numbers) | k.c.right.in_(numbers))

    def refused_rows(self) -> pd.DataFrame:
        """Cells of refused rows."""
        return read_refused(self._connection)


def conflicts_about(connection: Connection, mention_keys: Collection[str]) -> pd.DataFrame:
    """Conflicts that wait for an officer and name one of some mentions, or its entry as a whole."""
    frame = reading.conflicts(connection)
    waiting = frame[frame["state"].isin([model.ConflictState.OPEN, model.ConflictState.STALE])]
    mine = set(mention_keys)
    entries = {key.rpartition("/")[0] for key in mine}
    named = [
        not mine.isdisjoint(_KEYS.findall(mentions))
        or (mentions == "[]" and not entries.isdisjoint(_KEYS.findall(about)))
        for mentions, about in zip(waiting["mentions"], waiting["entries"], strict=True)
    ]
    return waiting[named].reset_index(drop=True)
