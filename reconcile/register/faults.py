"""What goes wrong in a database, said so that an officer can do something about it.

Messages hold the kind of fault and the register's name, never a value or a password (P9).
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import DBAPIError

from reconcile.errors import RegisterBusyError, RegisterError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL

_UNREACHABLE: Final = "unreachable"
_BUSY: Final = (
    "Another run is writing to the register {register}; wait until it has ended and try again."
)
_DAMAGED: Final = "The register {register} is damaged ({kind}); restore a backup."
_FULL: Final = "The disk of the register {register} is full; nothing was changed."
_TEMPLATES: Final = {
    "SQLITE_BUSY": _BUSY,
    "SQLITE_LOCKED": _BUSY,
    "55P03": _BUSY,  # lock not available
    "40001": _BUSY,  # serialization failure
    "40P01": _BUSY,  # deadlock
    "SQLITE_CORRUPT": _DAMAGED,
    "SQLITE_NOTADB": _DAMAGED,
    "SQLITE_FULL": _FULL,
    "53100": _FULL,
    "42501": (
        "The server does not allow this user to work in the register {register}; its owner has "
        "to grant it."
    ),
    _UNREACHABLE: (
        "The register {register} cannot be reached. Is the server running, does the database "
        "exist, and are user name and password right?"
    ),
}
"""SQLite's name of an error without its extension, or SQLSTATE -> what is said of it."""


def shown(url: URL) -> str:
    """What messages call a register: the file's name, or host and database without password."""
    if url.get_backend_name() == "sqlite":
        return Path(url.database or "").name
    return f"{url.host or ''}/{url.database or ''}"


@contextmanager
def explained(url: URL) -> Iterator[None]:
    """Turn errors of the database driver into errors of the register, without any data in them."""
    try:
        yield
    except DBAPIError as error:
        raise register_error(error.orig, url) from error


def register_error(cause: BaseException | None, url: URL) -> RegisterError:
    """The error of the register that an error of the database driver means."""
    kind = _kind(cause)
    family = "_".join(kind.split("_")[:2])  # SQLITE_BUSY_SNAPSHOT is SQLITE_BUSY
    template = _TEMPLATES.get(family, "The register {register} cannot be used ({kind}).")
    if template is _BUSY:
        return RegisterBusyError(template, register=shown(url))
    return RegisterError(template, register=shown(url), kind=kind)


def _kind(cause: BaseException | None) -> str:
    if isinstance(cause, sqlite3.Error):
        return str(getattr(cause, "sqlite_errorname", ""))
    state = getattr(cause, "sqlstate", None)
    if state is None and type(cause).__name__ == "OperationalError":
        return _UNREACHABLE
    return str(state or type(cause).__name__)
