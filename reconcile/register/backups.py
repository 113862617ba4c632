"""Copies of the register that are consistent and were looked at before they count as one.

A backup is a SQLite file, whichever database the register is kept in, and is a register like any
other. Restoring is the way back: into a file or into a server (decision 0068).
"""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from reconcile.errors import RegisterError, UsageError
from reconcile.register import dialect, faults
from reconcile.register.copying import copy_tables
from reconcile.register.integrity import verify
from reconcile.register.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from sqlalchemy import URL, Connection


def backup(url: URL, target: Path) -> None:
    """Copy a register to a new file and verify the copy.

    Args:
        url: the register, a file or on a server.
        target: the copy; it is its owner's alone to read, and is a register like any other.

    Raises:
        UsageError: the target exists or cannot be written.
        RegisterError: the copy is damaged; it is removed.
    """
    with _new_file(target) as part:
        if dialect.is_file(url):
            dialect.copy_file(url, part)
        else:
            with (
                _transaction(url, writes=False) as source,
                _transaction(dialect.locate(part), writes=True) as copy,
            ):
                copy_tables(source, copy, target.name)
        _check(dialect.locate(part))


def restore(source: Path, url: URL, clock: Callable[[], datetime]) -> None:
    """Make a register out of a backup, which stays as it is.

    Args:
        source: the backup.
        url: the register to be made: a file that does not exist, or an empty database on a server.
        clock: gives the time, should tables have to be brought to the present schema.

    Raises:
        UsageError: the file exists or cannot be written.
        RegisterError: the backup is no register or is damaged, or the database is not empty.
    """
    origin = dialect.locate(source)
    dialect.prepare_file(origin, create=False)
    if dialect.is_file(url):
        with _new_file(Path(str(url.database))) as part:
            _copy_as_is(origin, part, clock)
        return
    with tempfile.TemporaryDirectory() as folder:
        part = Path(folder) / source.name
        _copy_as_is(origin, part, clock)
        with (
            _transaction(dialect.locate(part), writes=False) as copy,
            _transaction(url, writes=True) as target,
        ):
            copy_tables(copy, target, faults.shown(url))
            _refuse_problems(target)


def _copy_as_is(origin: URL, part: Path, clock: Callable[[], datetime]) -> None:
    """Copy a backup, bring the copy to the present schema, and verify it."""
    dialect.copy_file(origin, part)
    url = dialect.locate(part)
    with Session(url, dialect.connect(url), clock) as session:
        session.prepare(create=False)
    _check(url)


@contextmanager
def _new_file(target: Path) -> Iterator[Path]:
    """A file beside the target, which gets the target's name once it is whole, else is removed."""
    _refuse_existing(target)
    try:
        handle, name = tempfile.mkstemp(".part", f".{target.name}.", target.absolute().parent)
        os.close(handle)
        part = Path(name)
        try:
            yield part
            _name(part, target)
        finally:
            for leftover in (part, *(part.with_name(part.name + end) for end in ("-wal", "-shm"))):
                leftover.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(
            "{file} cannot be written ({reason}).", file=target.name, reason=error.strerror
        ) from error


def _refuse_existing(target: Path) -> None:
    if target.exists():
        raise UsageError(
            "{file} exists already and is not overwritten; move it away or choose another name.",
            file=target.name,
        )


def _name(part: Path, target: Path) -> None:
    """Give a whole file its name; a file that came to have it meanwhile is not overwritten."""
    with part.open("rb+") as stream:
        os.fsync(stream.fileno())
    _refuse_existing(target)
    part.rename(target)


def _check(url: URL) -> None:
    with _transaction(url, writes=False) as connection:
        _refuse_problems(connection)


def _refuse_problems(connection: Connection) -> None:
    problems = verify(connection)
    if problems:
        raise RegisterError(
            "The copy is not in order and was removed: {problem}", problem=str(problems[0])
        )


@contextmanager
def _transaction(url: URL, *, writes: bool) -> Iterator[Connection]:
    engine = dialect.connect(url)
    try:
        with faults.explained(url), engine.connect() as plain:
            connection = plain.execution_options(writes=writes)
            with connection.begin():
                yield connection
    finally:
        engine.dispose()
