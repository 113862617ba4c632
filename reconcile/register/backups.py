"""A copy of the register that is consistent and was looked at before it counts as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconcile.errors import RegisterError, UsageError
from reconcile.register import dialect
from reconcile.register.integrity import verify

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import URL


def backup(url: URL, target: Path) -> None:
    """Copy a register to a new file and verify the copy.

    Args:
        url: the register.
        target: the copy; it is its owner's alone to read, and is a register like any other: to
            restore it, name it with ``--register`` or put it in the register's place.

    Raises:
        UsageError: the target exists, or the register is on a server.
        RegisterError: the copy is damaged; it is removed.
    """
    part = target.with_name(f".{target.name}.part")
    if target.exists():
        raise UsageError(
            "{file} exists already and is not overwritten; move it away or choose another name.",
            file=target.name,
        )
    part.unlink(missing_ok=True)
    try:
        dialect.copy_database(url, part)
        _check(part)
        part.rename(target)
    except OSError as error:
        raise UsageError(
            "{file} cannot be written ({reason}).", file=target.name, reason=error.strerror
        ) from error
    finally:
        for leftover in (part, *(part.with_name(part.name + end) for end in ("-wal", "-shm"))):
            leftover.unlink(missing_ok=True)


def _check(copy: Path) -> None:
    engine = dialect.connect(dialect.locate(copy))
    try:
        with engine.connect() as connection:
            problems = verify(connection)
    finally:
        engine.dispose()
    if problems:
        raise RegisterError(
            "The backup is not in order and was removed: {problem}", problem=str(problems[0])
        )
