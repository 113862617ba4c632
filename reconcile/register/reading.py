"""What the register says now, as frames: for outputs, for the next run, for the counter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd
from sqlalchemy import select

from reconcile import model
from reconcile.model import MENTION_COLUMNS
from reconcile.register import tables as t
from reconcile.register.delivered import read_occurrences
from reconcile.register.frames import current_frame, query_frame
from reconcile.register.ids import format_ids
from reconcile.register.versioned import holds

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import Column, ColumnElement, Connection, Table

_FEW: Final = 1000
_FIRST: Final = ("name", "name_other", "sex", "birth", "death", "cccd", "cmnd")
PEOPLE_COLUMNS: Final = (
    "entry_key",
    "role",
    "name",
    "sex",
    "birth_from",
    "birth_to",
    "birth_precision",
    "cmnd",
    "cccd",
    "ethnic_group",
    "nationality",
)
"""Standard values of a mention that spreadsheets show."""
OWNER_COLUMNS: Final = (
    "mention_key",
    "role",
    "principal",
    "birth_from",
    "birth_to",
    "death_from",
    "death_to",
)
"""What workbook and report need of a mention, of the ninety columns that there are."""


def _among(column: Column[Any], values: pd.Series[Any]) -> ColumnElement[bool] | None:
    """Condition for a few values; None where they are so many that all lines are read at once."""
    distinct = values.dropna().unique().tolist()
    return column.in_(distinct) if len(distinct) <= _FEW else None


def live_entries(connection: Connection, where: ColumnElement[bool] | None = None) -> pd.DataFrame:
    """LIVE_ENTRIES, with ``entry_id`` and ``event_id`` beside."""
    frame = _entries(connection, where)
    return _contract(model.LIVE_ENTRIES, frame, "entry_key", ["entry_id", "event_id"])


def gone(connection: Connection) -> frozenset[str]:
    """Keys of the entries that the latest full export of their scope lacks."""
    e = t.entries
    query = select(e.c.entry_key).where(holds(e), e.c.gone.is_(True))
    return frozenset(connection.execute(query).scalars())


def _entries(connection: Connection, where: ColumnElement[bool] | None) -> pd.DataFrame:
    """What the table of entries holds, with ``entry_id`` and ``event_id`` beside."""
    frame = current_frame(connection, t.entries, where)
    few = _among(t.event_entries.c.entry, frame["entry"])
    event_of = _numbers(current_frame(connection, t.event_entries, few), "entry", "event")
    frame["entry_id"] = format_ids("E", frame["entry"].tolist())
    frame["event_id"] = format_ids("V", event_of.reindex(frame["entry"]).tolist())
    return frame


def live_mentions(connection: Connection, where: ColumnElement[bool] | None = None) -> pd.DataFrame:
    """LIVE_MENTIONS, with ``entry_id``, ``event_id`` and ``person_id`` beside.

    ``entry`` is the position among the entries of these mentions.
    """
    frame = current_frame(connection, t.mentions, where)
    few = _among(t.memberships.c.mention, frame["mention"])
    person_of = _numbers(current_frame(connection, t.memberships, few), "mention", "person")
    frame["person_id"] = format_ids("P", person_of.reindex(frame["mention"]).tolist())
    entries = _entries(connection, _among(t.entries.c.entry, frame["entry"]))
    entries = entries.sort_values("entry_key", ignore_index=True)
    entry = pd.Index(entries["entry"]).get_indexer(pd.Index(frame["entry"]))
    frame["entry"] = entry
    for name in (*t.MENTION_SHARED, "entry_id", "event_id"):
        frame[name] = entries[name].take(entry).to_numpy()
    beside = ["entry_id", "event_id", "person_id"]
    return _contract(model.LIVE_MENTIONS, frame, "mention_key", beside)


def people(connection: Connection, register_type: str) -> pd.DataFrame:
    """What spreadsheets show of the mentions of one register type.

    Args:
        connection: any connection.
        register_type: code of the type.

    Returns:
        :data:`PEOPLE_COLUMNS` and ``person_id``.
    """
    m, e = t.mentions, t.entries
    chosen = e.c.register_type == register_type
    key_of = _numbers(
        current_frame(connection, e, chosen, ["entry", "entry_key"]), "entry", "entry_key"
    )
    mine = m.c.entry.in_(select(e.c.entry).where(holds(e), chosen))
    frame = current_frame(connection, m, mine, ["mention", "entry", *PEOPLE_COLUMNS[1:]])
    frame.insert(1, "entry_key", key_of.reindex(frame.pop("entry")).to_numpy())
    person_of = _numbers(current_frame(connection, t.memberships), "mention", "person")
    owners = person_of.reindex(frame["mention"]).tolist()
    frame["person_id"] = pd.Series(format_ids("P", owners), dtype="str")
    return frame.drop(columns="mention")


def owners(connection: Connection) -> pd.DataFrame:
    """Whose every mention is, with its place and dates, at a fifth of what LIVE_MENTIONS costs.

    Returns:
        :data:`OWNER_COLUMNS`, ``commune`` and ``person_id``.
    """
    frame = current_frame(connection, t.mentions, names=["mention", *OWNER_COLUMNS])
    communes = [key.partition("/")[0] for key in frame["mention_key"].tolist()]
    frame["commune"] = pd.Series(communes, dtype="str")
    person_of = _numbers(current_frame(connection, t.memberships), "mention", "person")
    mine = person_of.reindex(frame["mention"]).tolist()
    frame["person_id"] = pd.Series(format_ids("P", mine), dtype="str")
    return frame.drop(columns="mention")


def _contract(table: model.Table, frame: pd.DataFrame, key: str, beside: list[str]) -> pd.DataFrame:
    ordered = frame.sort_values(key, ignore_index=True)
    dtypes = {column.name: column.dtype for column in table.columns}
    built = ordered[[*table.names, *beside]].astype(dtypes)
    return table.check(built)


def _built(table: model.Table, frame: pd.DataFrame) -> pd.DataFrame:
    return table.check(frame.astype({column.name: column.dtype for column in table.columns}))


def _numbers(frame: pd.DataFrame, key: str, value: str) -> pd.Series[int]:
    return frame.set_index(key)[value]


def persons(connection: Connection) -> pd.DataFrame:
    """One line per person: ``person_id``, ``mentions`` (how many) and each golden field."""
    golden = current_frame(connection, t.golden_values, names=["person", "field", "value"])
    wide = _wide(golden)
    members = current_frame(connection, t.memberships)
    counts = members.groupby("person").size().rename("mentions")
    frame = counts.to_frame().join(wide).sort_index()
    fields = sorted(wide.columns, key=_field_order)
    frame = frame[["mentions", *fields]]
    frame[fields] = frame[fields].fillna("").astype("str")
    frame.insert(0, "person_id", format_ids("P", frame.index.tolist()))
    frame["person_id"] = frame["person_id"].astype("str")
    return frame.reset_index(drop=True)


def _field_order(field: str) -> tuple[int, str]:
    """What people look for first stands first, the rest by name."""
    return (_FIRST.index(field) if field in _FIRST else len(_FIRST), field)


def _wide(golden: pd.DataFrame) -> pd.DataFrame:
    """One line per person, one column per golden field, empty where the person has no value."""
    fields = sorted(golden["field"].unique())
    values = golden.set_index("person")
    columns = {field: values.loc[values["field"] == field, "value"] for field in fields}
    return pd.DataFrame(columns).fillna("")


def golden(connection: Connection, where: ColumnElement[bool] | None = None) -> pd.DataFrame:
    """Golden values with lineage.

    Args:
        connection: any connection.
        where: which lines; all of them where None.

    Returns:
        ``person_id``, ``field``, ``value``, ``mention_key`` (that it comes from), ``rule``,
        ``agreeing``, ``disagreeing``.
    """
    frame = current_frame(connection, t.golden_values, where)
    key_of = _mention_keys(connection, frame["mention"])
    frame["person_id"] = pd.Series(format_ids("P", frame["person"].tolist()), dtype="str")
    frame["mention_key"] = key_of.reindex(frame["mention"]).fillna("").to_numpy()
    names = ["person_id", "field", "value", "mention_key", "rule", "agreeing", "disagreeing"]
    return frame[names].sort_values(["person_id", "field"], ignore_index=True)


def among_fields(fields: Sequence[str]) -> ColumnElement[bool] | None:
    """Condition for golden values of some fields; None where no field is named."""
    return t.golden_values.c.field.in_(fields) if fields else None


def _mention_keys(connection: Connection, mentions: pd.Series[int]) -> pd.Series[str]:
    few = _among(t.mentions.c.mention, mentions)
    frame = current_frame(connection, t.mentions, few, ["mention", "mention_key"])
    return frame.set_index("mention")["mention_key"]


def links(connection: Connection, where: ColumnElement[bool] | None = None) -> pd.DataFrame:
    """Kept pairs: ``left`` and ``right`` (mention keys), weight, probability, status, reason, rule.

    ``status`` is ``link`` (one person), ``question`` (an officer is asked) or ``apart``.
    """
    return _with_keys(connection, t.links, where)


def evidence(connection: Connection) -> pd.DataFrame:
    """Evidence of pairs that officers are asked about, its sides as mention keys."""
    return _with_keys(connection, t.link_evidence)


def _with_keys(
    connection: Connection, table: Table, where: ColumnElement[bool] | None = None
) -> pd.DataFrame:
    frame = current_frame(connection, table, where)
    key_of = _mention_keys(connection, pd.concat([frame["left"], frame["right"]]))
    for side in ("left", "right"):
        frame[side] = key_of.reindex(frame[side]).to_numpy()
    return frame.sort_values(["left", "right"], kind="stable", ignore_index=True)


def findings(connection: Connection) -> pd.DataFrame:
    """FINDINGS of all deliveries and all stages, in a fixed order."""
    parts = [current_frame(connection, table) for table in (t.import_findings, t.findings)]
    frame = pd.concat(parts, ignore_index=True).drop_duplicates()
    ordered = frame.sort_values(model.FINDINGS.names, ignore_index=True)
    return _built(model.FINDINGS, ordered)


def conflicts(connection: Connection) -> pd.DataFrame:
    """CONFLICTS, all of them whatever their state, in the order in which they were worked out."""
    return _built(model.CONFLICTS, current_frame(connection, t.conflicts))


def delivered_rows(connection: Connection) -> pd.DataFrame:
    """Every delivered row and what became of it (P2).

    Returns:
        As :func:`~reconcile.register.delivered.read_occurrences`, with ``outcome`` completed (new,
        changed, unchanged, repeated, refused, deleted or footer) and ``entry_id``, ``event_id``
        (empty where the row was not accepted), ``entry`` (the entry's number), ``version`` and
        ``current``.
    """
    rows = row_outcomes(connection)
    event_of = _numbers(current_frame(connection, t.event_entries), "entry", "event")
    present = rows["entry"].notna()
    entry = rows.loc[present, "entry"]
    for name, kind, numbers in (
        ("entry_id", "E", entry),
        ("event_id", "V", event_of.reindex(entry)),
    ):
        rows[name] = pd.Series("", index=rows.index, dtype="str")
        rows.loc[present, name] = format_ids(kind, numbers.tolist())
    return rows


def row_outcomes(connection: Connection, deliveries: Collection[str] | None = None) -> pd.DataFrame:
    """What became of delivered rows, without ids.

    Args:
        connection: any connection.
        deliveries: names of the deliveries that are meant; all where None.

    Returns:
        As :func:`delivered_rows`, without ``entry_id`` and ``event_id``.
    """
    rows = read_occurrences(connection, deliveries)
    found = current_frame(connection, t.entry_occurrences)
    rows = rows.merge(found, on="occurrence", how="left", suffixes=("", "_found"))
    rows["outcome"] = rows["outcome_found"].where(rows["outcome"] == "", rows["outcome"])
    rows["outcome"] = rows["outcome"].fillna("").astype("str")
    rows["current"] = rows["current"].fillna(value=False).astype("bool")
    return rows.drop(columns="outcome_found")


def mentions_export(connection: Connection) -> pd.DataFrame:
    """One line for every accepted row of every delivery and each role whose name has a value.

    Unchanged and repeated rows are included, with the same ids. ``person_id`` is empty only where
    the role stood in an earlier version of the entry and no longer does.

    Returns:
        :data:`MENTION_COLUMNS`, sorted by position and role.
    """
    rows = delivered_rows(connection)
    rows = rows[rows["entry"].notna()]
    rows = rows.assign(role=_roles(connection, rows["occurrence"]).to_numpy())
    rows = rows.assign(role=rows["role"].str.split(" ")).explode("role")
    rows = rows[rows["role"].notna() & (rows["role"] != "")]
    rows["person_id"] = _persons_of(connection, rows)
    frame = rows[list(MENTION_COLUMNS)].sort_values(list(MENTION_COLUMNS[:7]), ignore_index=True)
    return frame.astype({name: "str" for name in MENTION_COLUMNS if name != "row"})


def _roles(connection: Connection, occurrences: pd.Series[int]) -> pd.Series[str]:
    """Roles of the content of each row, joined with a blank."""
    o, r = t.occurrences, t.content_roles
    query = (
        select(o.c.occurrence, r.c.roles)
        .join(r, r.c.content == o.c.content)
        .where(holds(o), holds(r))
    )
    roles: dict[int, str] = {row[0]: row[1] for row in connection.execute(query)}
    return pd.Series([roles.get(number, "") for number in occurrences.tolist()], dtype="str")


def _persons_of(connection: Connection, rows: pd.DataFrame) -> list[str]:
    m, p = t.mention_ids, t.memberships
    query = (
        select(m.c.entry, m.c.role, p.c.person).join(p, p.c.mention == m.c.mention).where(holds(p))
    )
    numbers = {(entry, role): person for entry, role, person in connection.execute(query)}
    owners = [
        numbers.get((int(entry), role), 0)
        for entry, role in zip(rows["entry"].tolist(), rows["role"].tolist(), strict=True)
    ]
    return [
        text if number else "" for number, text in zip(owners, format_ids("P", owners), strict=True)
    ]


def entry_sources(connection: Connection) -> pd.DataFrame:
    """What every entry says now, word for word, and the last row that said it.

    Returns:
        ``entry_key``, ``fields`` (JSON) and the position of the row: of the latest delivery that
        has it, the first by position there. Sorted by ``entry_key``.
    """
    rows = read_occurrences(connection)
    found = current_frame(connection, t.entry_occurrences)
    rows = rows.merge(found[found["current"]][["occurrence", "entry"]], on="occurrence")
    latest = ["date", "sequence", "delivery"]
    rows = rows.sort_values(
        ["entry", *latest, "file", "sheet", "row"],
        ascending=[True, False, False, False, True, True, True],
        kind="stable",
    ).drop_duplicates("entry")
    key_of = current_frame(connection, t.entries, names=["entry", "entry_key"])
    c = t.contents.c
    said = dict.fromkeys(("content_hash", "commune", "fields"), "str")
    fields = query_frame(connection, select(c.content_hash, c.commune, c.fields), said)
    rows = rows.merge(key_of, on="entry").merge(fields, on=["content_hash", "commune"])
    shown = ["entry_key", "fields", "delivery", "commune", "file", "sheet", "row"]
    return rows[shown].sort_values("entry_key", ignore_index=True)
