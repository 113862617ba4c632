"""The one module that knows SQLite from PostgreSQL: opening, locking, writing in bulk, copying.

Everything else in the register is SQLAlchemy expressions that both databases understand.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    URL,
    Table,
    bindparam,
    create_engine,
    event,
    insert,
    literal_column,
    make_url,
    text,
)
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from reconcile.errors import RegisterError, UsageError
from reconcile.register.faults import register_error, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection, Engine

APPLICATION_ID: Final = 0x52454349  # "RECI": tells our files from other SQLite files
WAIT_SECONDS: Final = 10
_CHUNK: Final = 20_000
_UNWRITABLE: Final = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY")
_HEADER: Final = b"SQLite format 3\x00"
_LOCK: Final = 0x5245434F4E43  # key of PostgreSQL's advisory lock: one writing run at a time


def locate(location: str | Path) -> URL:
    """The SQLAlchemy URL of a register that was named by a path or by a URL.

    Raises:
        UsageError: the URL is wrong, or names a database that is not supported.
    """
    if isinstance(location, Path) or "://" not in location:
        return URL.create("sqlite+pysqlite", database=str(location))
    try:
        url = make_url(location)
    except ArgumentError as error:
        raise UsageError("The register's address is not a valid URL.") from error
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise UsageError(
            "Registers are kept in SQLite or PostgreSQL, not in {backend}.",
            backend=url.get_backend_name(),
        )
    return url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url


def is_file(url: URL) -> bool:
    """Is the register a file of its own?"""
    return url.get_backend_name() == "sqlite" and url.database not in {None, "", ":memory:"}


def prepare_file(url: URL, *, create: bool) -> None:
    """Make sure that a register's file can be opened; a new one is its owner's alone to read.

    Raises:
        RegisterError: it does not exist, is a folder, is no register, or cannot be made.
    """
    if not is_file(url):
        return
    path = Path(str(url.database))
    if path.is_dir():
        raise RegisterError(
            "{register} is a folder; name a file for the register.", register=path.name
        )
    if path.exists() and path.stat().st_size:
        with path.open("rb") as stream:
            if stream.read(len(_HEADER)) != _HEADER:
                raise RegisterError(
                    "{register} is not a register; nothing was changed in it. "
                    "Name another file with --register.",
                    register=path.name,
                )
        return
    if not create:
        raise RegisterError(
            "There is no register {register}; merge a delivery first.", register=path.name
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        path.chmod(0o600)
    except OSError as error:
        raise RegisterError(
            "The register {register} cannot be made ({reason}).",
            register=path.name,
            reason=error.strerror,
        ) from error


def connect(url: URL) -> Engine:
    """An engine whose transactions begin where we say, and writing ones with a lock.

    Raises:
        RegisterError: the database's driver is not installed.
    """
    try:
        if url.get_backend_name() == "sqlite":
            engine = create_engine(url, connect_args={"timeout": WAIT_SECONDS})
            event.listen(engine, "connect", _configure_sqlite)
        else:
            engine = create_engine(url)
    except (NoSuchModuleError, ImportError) as error:
        raise RegisterError(
            "The driver for {register} is not installed; install reconcile[postgresql].",
            register=shown(url),
        ) from error
    event.listen(engine, "begin", _begin)
    return engine


def _configure_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin in _begin, not behind our back
    for pragma in (
        "journal_mode = WAL",  # readers and backups go on while a run writes
        "synchronous = FULL",
        "foreign_keys = ON",
        "cache_size = -65536",
        "temp_store = MEMORY",
        "trusted_schema = OFF",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writes = bool(connection.get_execution_options().get("writes"))
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
        return
    if not writes:
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        return
    connection.execute(text(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def mark_file(connection: Connection) -> None:
    """Write our application id into a new SQLite file."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")


def is_ours(connection: Connection) -> bool:
    """Does the file say that it is a register? Servers have no such mark; True there."""
    if connection.dialect.name != "sqlite":
        return True
    return bool(connection.exec_driver_sql("PRAGMA application_id").scalar() == APPLICATION_ID)


def bulk_insert(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    same: Mapping[str, int] | None = None,
) -> int:
    """Write many lines as fast as the database takes them.

    Args:
        connection: a connection in a writing transaction.
        table: the table.
        columns: names of the columns that each row gives, in its order.
        rows: tuples; consumed in chunks, so that a generator is never held whole.
        same: columns that have one number in every line, which need not stand in the tuples.

    Returns:
        How many were written.
    """
    source = iter(rows)
    constants = same or {}
    if connection.dialect.name == "postgresql":
        ends = tuple(constants.values())
        whole = ((*row, *ends) for row in source) if ends else source
        return _copy(connection, table, [*columns, *constants], whole)
    written = 0
    values: dict[str, Any] = {name: bindparam(name) for name in columns}
    fixed: dict[str, Any] = {
        name: literal_column(str(number)) for name, number in constants.items()
    }
    statement = insert(table).values(values | fixed).compile(dialect=connection.dialect)
    order = [list(columns).index(name) for name in statement.positiontup or ()]
    straight = order == list(range(len(columns)))
    while chunk := list(islice(source, _CHUNK)):
        tuples = chunk if straight else [tuple(row[place] for place in order) for row in chunk]
        connection.exec_driver_sql(str(statement), tuples)
        written += len(chunk)
    return written


def _copy(
    connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> int:
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(name) for name in columns)
    driver: Any = connection.connection.driver_connection
    written = 0
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {quote(table.name)} ({names}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)
            written += 1
    return written


def integrity_problems(connection: Connection) -> list[str]:
    """What the database itself says is wrong with its file, empty if nothing."""
    if connection.dialect.name != "sqlite":
        return []
    rows = connection.exec_driver_sql("PRAGMA integrity_check(20)").scalars().all()
    problems = [str(row) for row in rows if row != "ok"]
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    return problems + [f"foreign key of {table}" for table, *_ in orphans]


def copy_file(url: URL, target: Path) -> None:
    """Write a consistent copy of a SQLite register while others go on working.

    Args:
        url: the register.
        target: the copy; what is in it is overwritten.

    Raises:
        OSError: the target cannot be written; its ``strerror`` is SQLite's word for it.
        RegisterError: the register is damaged.
    """
    source = sqlite3.connect(Path(str(url.database)).absolute().as_uri() + "?mode=ro", uri=True)
    copy = sqlite3.connect(target)
    try:
        source.backup(copy)  # in one step, that is within one reading transaction
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
    except sqlite3.Error as error:
        kind = getattr(error, "sqlite_errorname", "")
        if kind.startswith(_UNWRITABLE):
            raise OSError(errno.EIO, kind, str(target)) from error
        raise register_error(error, url) from error
    finally:
        copy.close()
        source.close()


def count_on(connection: Connection, tables: Iterable[Table]) -> None:
    """After lines were copied with their numbers: have a server go on counting behind them."""
    if connection.dialect.name != "postgresql":
        return
    quote = connection.dialect.identifier_preparer.quote
    for table in tables:
        connection.execute(
            text(
                "SELECT setval(pg_get_serial_sequence(:name, 'line'), max(line)) "  # noqa: S608 - our own tables
                f"FROM {quote(table.name)} HAVING max(line) IS NOT NULL"
            ),
            {"name": quote(table.name)},
        )
