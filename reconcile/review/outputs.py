"""Writing outputs: never over an existing file, and readable by their owner alone."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from reconcile.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def write_new(path: Path, content: bytes) -> None:
    """Write a file that must not exist yet, readable and writable by its owner alone.

    Args:
        path: the file.
        content: its bytes.

    Raises:
        UsageError: the file exists, or its folder cannot be written to.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags, 0o600)
    except FileExistsError as error:
        raise UsageError(
            "{file} exists already and is not overwritten; move it away or choose another name.",
            file=path.name,
        ) from error
    except OSError as error:
        raise UsageError(
            "{file} cannot be written ({reason}).", file=path.name, reason=error.strerror
        ) from error
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
