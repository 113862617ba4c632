"""Judgements: kept for ever in the order in which they were read, keyed by source identity (P5).

A judgement is never changed. Which one binds is worked out each time, by the date of the decision
and then by reading (:mod:`reconcile.resolve.judgements`); ``superseded_by`` is said of it only when
it is read back.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from reconcile.register import tables as t
from reconcile.register.dialect import bulk_insert
from reconcile.register.frames import current_frame
from reconcile.register.identities import next_numbers
from reconcile.register.ids import format_id, run_name
from reconcile.register.versioned import holds, value_columns
from reconcile.resolve.anchors import anchor, key_of
from reconcile.resolve.judgements import subject

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd
    from sqlalchemy import Connection

_SAME: Final = ("conflict", "kind", "decision", "field", "value", "officer", "decided", "seen")
"""Two judgements that agree in all of these, and in what they speak of, are one."""

_TEXTS: Final = (*_SAME, "reason", "book_checked", "source", "source_hash")
_JSON: Final = ("mentions", "entries", "members")


def add_judgements(
    connection: Connection, run: int, decisions: Sequence[Mapping[str, object]]
) -> list[str]:
    """Keep decisions of officers; the same workbook read twice adds nothing.

    Args:
        connection: a connection in a writing transaction.
        run: number of the run.
        decisions: mappings with ``conflict``, ``kind``, ``decision`` (code of conflicts.toml,
            ``side:B`` for a side), ``field``, ``value``, ``mentions`` and ``entries`` (keys, side A
            first; or anchors as an export of judgements has them), ``members`` (persons' mention
            keys, for staleness), ``reason``, ``officer``, ``decided`` (ISO), ``book_checked``,
            ``seen`` (evidence hash), ``source`` (workbook), ``source_hash`` and ``source_row``.
            All but the first three may be missing.

    Returns:
        ``J-…`` for each; empty for those that the register has already.
    """
    known = {_identity(judgement) for judgement in read_judgements(connection)}
    anchors = _Anchors(connection)
    fresh: list[dict[str, object]] = []
    is_new: list[bool] = []
    for decision in decisions:
        line: dict[str, object] = {name: str(decision.get(name) or "") for name in _TEXTS}
        line["mentions"] = anchors.of(decision.get("mentions"))
        line["entries"] = anchors.of(decision.get("entries"))
        line["members"] = decision.get("members") or anchors.members(line["mentions"])
        line["source_row"] = int(str(decision.get("source_row") or 0))
        is_new.append(_identity(line) not in known)
        if is_new[-1]:
            known.add(_identity(line))
            fresh.append(line)
    numbers = iter(next_numbers(connection, "J", len(fresh)))
    issued = [next(numbers) if new else 0 for new in is_new]
    names = value_columns(t.judgements)
    rows = []
    for number, line in zip([one for one in issued if one], fresh, strict=True):
        stored = line | {name: _dump(line[name]) for name in _JSON} | {"judgement": number}
        rows.append((*(stored[name] for name in names), run))
    bulk_insert(connection, t.judgements, [*names, "from_run"], rows)
    return [format_id("J", number) if number else "" for number in issued]


def read_judgements(connection: Connection) -> list[dict[str, object]]:
    """All judgements that were not taken back, in the order of reading.

    Returns:
        The keys of :func:`add_judgements`, and ``judgement`` (``J-…``), ``reading`` (its number in
        the order of reading), ``run`` and ``superseded_by`` (the next one on the same subject by
        date, then reading; empty where there is none). ``mentions`` and ``entries`` are lists of
        anchors.
    """
    table = t.judgements
    query = select(table).where(holds(table)).order_by(table.c.judgement)
    judgements: list[dict[str, object]] = []
    for row in connection.execute(query):
        line: dict[str, object] = {name: getattr(row, name) for name in (*_TEXTS, "source_row")}
        line |= {name: json.loads(getattr(row, name)) for name in _JSON}
        line["judgement"] = format_id("J", row.judgement)
        line["reading"] = row.judgement
        line["run"] = run_name(row.from_run)
        line["superseded_by"] = ""
        judgements.append(line)
    _say_superseded(judgements)
    return judgements


def _say_superseded(judgements: list[dict[str, object]]) -> None:
    latest: dict[object, dict[str, object]] = {}
    for line in sorted(judgements, key=_turn):
        spoken_of = (_keys(line[name]) for name in ("mentions", "entries"))
        about = subject(line, *spoken_of)
        before = latest.get(about)
        if before is not None:
            before["superseded_by"] = line["judgement"]
        latest[about] = line


def _turn(line: Mapping[str, object]) -> tuple[str, int]:
    """The order in which judgements bind: date decided, then reading."""
    return str(line["decided"]), int(str(line["reading"]))


def _keys(stored: object) -> list[str]:
    return [key_of(one) for one in _list(stored) if isinstance(one, dict)]


def _identity(line: Mapping[str, object]) -> tuple[str, ...]:
    spoken_of = [
        _dump([_source(one) for one in _list(line[name])]) for name in ("mentions", "entries")
    ]
    return (*(str(line[name]) for name in _SAME), *spoken_of)


def _source(stored: object) -> object:
    if isinstance(stored, dict):
        return [stored.get("entry_key", ""), stored.get("role", "")]
    return stored


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []


class _Anchors:
    """Turns keys into anchors by what their entries say now."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._entries: pd.DataFrame | None = None

    def of(self, keys: object) -> list[dict[str, object]]:
        return [
            dict(one) if isinstance(one, dict) else self._anchor(str(one)) for one in _list(keys)
        ]

    def _anchor(self, key: str) -> dict[str, object]:
        if self._entries is None:
            self._entries = current_frame(self._connection, t.entries).set_index("entry_key")
        try:
            return anchor(key, self._entries)
        except KeyError:
            entry_key, _, role = key.rpartition("/")
            return {"entry_key": entry_key, "role": role}

    def members(self, stored: object) -> list[list[str]]:
        """Mention keys of the persons that the anchors belong to now, side by side."""
        keys = [
            f"{one['entry_key']}/{one['role']}" for one in _list(stored) if isinstance(one, dict)
        ]
        return [sorted(_members(self._connection, key)) for key in keys]


def _members(connection: Connection, mention_key: str) -> Iterable[str]:
    m, one, other = t.mentions, t.memberships, t.memberships.alias()
    mine = (
        select(one.c.person)
        .join(m, m.c.mention == one.c.mention)
        .where(holds(m), holds(one), m.c.mention_key == mention_key)
    )
    return connection.execute(
        select(m.c.mention_key)
        .join(other, other.c.mention == m.c.mention)
        .where(holds(m), other.c.to_run.is_(None), other.c.person.in_(mine))
    ).scalars()
