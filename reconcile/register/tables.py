"""The tables of the register: SQLAlchemy metadata and nothing else.

Five sorts of tables, told apart by what may happen to their lines:

* *log* (``meta``, ``runs``, ``audit_log``, ``id_sequence``): what was done, never taken back;
* *content* (``raw_rows``, ``contents``, ``mention_ids``): written once, by hash or by identity, and
  never changed: P1 rests on them;
* *delivered* (``deliveries``, ``files``, ``occurrences``): which row came where in which delivery;
* *memory* (``kept_readings``, ``kept_state``): what was worked out of single contents, and where
  matching and resolving stood; both can be worked out again at any time and are let go when code
  or mapping files change (:mod:`reconcile.register.kept`);
* *derived* (all others): a function of what was delivered and of the judgements.

Delivered and derived tables are *run-versioned*: a line holds from the run ``from_run`` until
before the run ``to_run``, NULL meaning still. A run writes only the difference (see
:mod:`reconcile.register.versioned`), so history is kept and a run can be taken back exactly. A line
whose ``from_run`` equals its ``to_run`` belongs to a run that was undone and never holds.

Persons, entries and events are numbered; the short ids with check digit that people see are made
from the numbers at the border (:mod:`reconcile.register.ids`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from reconcile import model

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.types import TypeEngine

REVISION: Final = "0003"
"""Schema revision that these tables have; the newest file of ``migrations/versions``."""

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)

_TYPES: Final[dict[model.DType, type[TypeEngine[Any]]]] = {
    "str": Text,
    "Int32": Integer,
    "Int64": BigInteger,
    "float64": Float,
    "bool": Boolean,
}


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _int(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, Integer, nullable=nullable)


def _contract(table: model.Table, leave_out: Iterable[str] = ()) -> list[Column[Any]]:
    """Columns for those of a contract between stages, in its order."""
    dropped = set(leave_out)
    return [
        Column(
            column.name,
            Float(53) if column.dtype == "float64" else _TYPES[column.dtype](),
            nullable=column.dtype not in {"str", "bool"},
        )
        for column in table.columns
        if column.name not in dropped
    ]


def _versioned(name: str, *columns: Column[Any]) -> Table:
    """A run-versioned table: a line number, its columns, and the runs between which it holds."""
    return Table(
        name,
        metadata,
        Column("line", Integer, primary_key=True),
        *columns,
        _int("from_run"),
        _int("to_run", nullable=True),
    )


# -- log ----------------------------------------------------------------------------------------

meta: Final = Table(
    "meta", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False)
)

alembic_version: Final = Table(
    "alembic_version", metadata, Column("version_num", Text, primary_key=True)
)

runs: Final = Table(
    "runs",
    metadata,
    Column("run", Integer, primary_key=True, autoincrement=False),
    _text("verb"),
    _text("arguments"),
    _text("manifest"),
    _text("started"),
    _text("finished"),
    _int("undone_by", nullable=True),
)

audit_log: Final = Table(
    "audit_log",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    _int("run"),
    _text("at"),
    _text("action"),
    _text("detail"),
    _text("previous"),
    _text("hash"),
)

id_sequence: Final = Table(
    "id_sequence", metadata, Column("kind", Text, primary_key=True), _int("issued")
)

# -- content ------------------------------------------------------------------------------------

raw_rows: Final = Table(
    "raw_rows",
    metadata,
    Column("raw_row", Integer, primary_key=True, autoincrement=False),
    _text("raw_hash"),
    _text("cells"),
    _int("run"),
    UniqueConstraint("raw_hash"),
)

contents: Final = Table(
    "contents",
    metadata,
    Column("content", Integer, primary_key=True, autoincrement=False),
    _text("content_hash"),
    _text("commune"),
    _text("register_type"),
    _text("fields"),
    _int("run"),
    UniqueConstraint("content_hash", "commune"),
)

mention_ids: Final = Table(
    "mention_ids",
    metadata,
    Column("mention", Integer, primary_key=True, autoincrement=False),
    _int("entry"),
    _text("role"),
    UniqueConstraint("entry", "role"),
)

# -- memory -------------------------------------------------------------------------------------


def _memory(name: str) -> Table:
    """A table of Arrow tables that were worked out and can be worked out again."""
    return Table(
        name,
        metadata,
        Column("part", Integer, primary_key=True, autoincrement=False),
        Column("name", Text, primary_key=True),
        _text("signature"),
        Column("content", LargeBinary, nullable=False),
        _int("run"),
    )


kept: Final = _memory("kept_readings")
kept_state: Final = _memory("kept_state")

MEMORY: Final = (kept, kept_state)
"""Tables that may be let go at any time."""

# -- delivered ----------------------------------------------------------------------------------

deliveries: Final = _versioned(
    "deliveries",
    _int("delivery"),
    _text("name"),
    *_contract(model.DELIVERIES, ("delivery",)),
)

files: Final = _versioned(
    "files",
    _int("file"),
    _int("delivery"),
    _text("name"),
    *_contract(model.FILES, ("delivery", "commune", "file")),
)

occurrences: Final = _versioned(
    "occurrences",
    _int("occurrence"),
    _int("file"),
    _text("sheet"),
    _int("row"),
    Column("raw_row", Integer, ForeignKey("raw_rows.raw_row"), nullable=False),
    Column("content", Integer, ForeignKey("contents.content"), nullable=True),
    _text("own_key"),
    _text("register_type"),
    _text("family"),
    _text("outcome"),
    _text("reason"),
)

# -- derived ------------------------------------------------------------------------------------

identities: Final = _versioned(
    "identities",
    _text("kind"),
    _int("number"),
    _text("anchor"),
    _text("state"),
    _int("target", nullable=True),
)

entry_occurrences: Final = _versioned(
    "entry_occurrences",
    _int("occurrence"),
    _int("entry"),
    _int("version"),
    _text("outcome"),
    Column("current", Boolean, nullable=False),
)

entry_versions: Final = _versioned(
    "entry_versions",
    _int("entry"),
    _int("version"),
    _int("content"),
    Column("current", Boolean, nullable=False),
)

content_roles: Final = _versioned("content_roles", _int("content"), _text("roles"))

entries: Final = _versioned("entries", _int("entry"), *_contract(model.LIVE_ENTRIES))

MENTION_SHARED: Final = (
    "content_hash",
    "commune",
    "register_type",
    "event_from",
    "event_to",
    "registered_from",
    "registered_to",
    "entry_key",
)
"""What a mention has from its entry: kept with the entry alone."""

mentions: Final = _versioned(
    "mentions",
    _int("mention"),
    _int("entry"),
    *_contract(model.LIVE_MENTIONS, (*MENTION_SHARED, "entry")),
)

memberships: Final = _versioned("memberships", _int("mention"), _int("person"))

event_entries: Final = _versioned("event_entries", _int("entry"), _int("event"))

links: Final = _versioned(
    "links",
    _int("left"),
    _int("right"),
    Column("rules", BigInteger, nullable=True),
    Column("weight", Float(53), nullable=True),
    Column("probability", Float(53), nullable=True),
    _text("status"),
    _text("reason"),
    _text("rule"),
)

link_evidence: Final = _versioned(
    "link_evidence",
    _int("left"),
    _int("right"),
    _text("comparison"),
    _text("level"),
    Column("weight", Float(53), nullable=True),
)

golden_values: Final = _versioned(
    "golden_values",
    _int("person"),
    _text("field"),
    _text("value"),
    _int("mention", nullable=True),
    _text("rule"),
    _int("agreeing", nullable=True),
    _int("disagreeing", nullable=True),
)

import_findings: Final = _versioned("import_findings", *_contract(model.FINDINGS))

findings: Final = _versioned("findings", *_contract(model.FINDINGS))

conflicts: Final = _versioned("conflicts", *_contract(model.CONFLICTS))

judgements: Final = _versioned(
    "judgements",
    _int("judgement"),
    _text("conflict"),
    _text("kind"),
    _text("decision"),
    _text("mentions"),
    _text("entries"),
    _text("members"),
    _text("field"),
    _text("value"),
    _text("reason"),
    _text("officer"),
    _text("decided"),
    _text("book_checked"),
    _text("seen"),
    _text("source"),
    _text("source_hash"),
    _int("source_row"),
)

VERSIONED: Final[tuple[Table, ...]] = tuple(
    table for table in metadata.tables.values() if "to_run" in table.columns
)
"""All run-versioned tables."""

for _table, _columns in (
    (raw_rows, ("run",)),
    (contents, ("run",)),
    (occurrences, ("from_run",)),
    (occurrences, ("file",)),
    (identities, ("kind", "number")),
    (entry_occurrences, ("entry",)),
    (entry_versions, ("entry",)),
    (content_roles, ("content",)),
    (entries, ("entry",)),
    (mentions, ("mention",)),
    (memberships, ("person",)),
    (memberships, ("mention",)),
    (event_entries, ("event",)),
    (event_entries, ("entry",)),
    (links, ("left",)),
    (links, ("right",)),
    (link_evidence, ("left",)),
    (golden_values, ("person",)),
    (conflicts, ("conflict",)),
    (judgements, ("judgement",)),
):
    Index(None, *(_table.c[name] for name in _columns))

# What the counter asks for (:mod:`reconcile.register.lookup`), of lines that hold alone.
_SOUGHT: Final = (
    (mentions.c.name_plain, ""),
    (mentions.c.cmnd, "cmnd <> ''"),
    (mentions.c.cccd, "cccd <> ''"),
    (entries.c.entry_key, ""),
    (occurrences.c.occurrence, ""),
)
for _column, _filled in _SOUGHT:
    _held = text(" AND ".join(filter(None, ("to_run IS NULL", _filled))))
    Index(
        f"ix_{_column.table.name}_{_column.name}_now",
        _column,
        sqlite_where=_held,
        postgresql_where=_held,
    )
