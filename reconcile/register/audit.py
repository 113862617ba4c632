"""The log of everything that was done to the register: append-only, each line chained to the last.

A line's hash covers its number, run, time, action and detail and the hash of the line before, so
that no line can be changed, dropped or slipped in without breaking the chain from there on. Details
hold counts and digests of what a run wrote, never personal data (P9).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, insert, select

from reconcile.model import fingerprint
from reconcile.register.tables import audit_log

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

GENESIS: Final = "0" * 64
"""What the first line has in place of the hash before it."""


def canonical(detail: Mapping[str, object]) -> str:
    """JSON in one form only, so that equal things have equal hashes."""
    return json.dumps(detail, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def chain_hash(parts: tuple[int, int, str, str, str], previous: str) -> str:
    """Hash of one line of the log.

    Args:
        parts: its number, run, time, action and detail.
        previous: hash of the line before, :data:`GENESIS` for the first.
    """
    return fingerprint((*map(str, parts), previous), size=32)


def append(
    connection: Connection, run: int, at: str, action: str, detail: Mapping[str, object]
) -> str:
    """Add one line to the log.

    Args:
        connection: a connection in a writing transaction.
        run: number of the run that acts.
        at: ISO time.
        action: what was done: ``import``, ``save``, ``judge``, ``undo``, …
        detail: counts and digests.

    Returns:
        The line's hash, the head of the chain.
    """
    number, previous = head(connection)
    parts = (number + 1, run, at, action, canonical(detail))
    digest = chain_hash(parts, previous)
    names = ("number", "run", "at", "action", "detail")
    line = dict(zip(names, parts, strict=True))
    connection.execute(insert(audit_log).values(**line, previous=previous, hash=digest))
    return digest


def head(connection: Connection) -> tuple[int, str]:
    """Number and hash of the last line; 0 and :data:`GENESIS` where there is none."""
    last = select(func.max(audit_log.c.number)).scalar_subquery()
    row = connection.execute(
        select(audit_log.c.number, audit_log.c.hash).where(audit_log.c.number == last)
    ).one_or_none()
    return (row.number, row.hash) if row else (0, GENESIS)


def broken_link(connection: Connection, known_head: str = "") -> str:
    """Where the chain is broken, empty if it is whole.

    Args:
        connection: any connection.
        known_head: hash that an earlier run's manifest gives as the head; it must be in the chain,
            so that a log cut off at its end is noticed too.
    """
    expected, previous, seen = 1, GENESIS, {GENESIS}
    for line in connection.execute(select(audit_log).order_by(audit_log.c.number)):
        parts = (line.number, line.run, line.at, line.action, line.detail)
        digest = chain_hash(parts, previous)
        if line.number != expected or line.previous != previous or line.hash != digest:
            return f"line {expected}"
        expected, previous = expected + 1, digest
        seen.add(digest)
    if known_head and known_head not in seen:
        return f"end (after line {expected - 1})"
    return ""
