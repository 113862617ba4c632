"""Writing output files: whole or not at all, never over another file, for their owner alone."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from reconcile.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def new_file(target: Path | None) -> Iterator[BinaryIO]:
    """A stream for one output file, which appears under its name only when it is complete.

    Args:
        target: the file; None is standard output.

    Raises:
        UsageError: the file exists already, or its folder cannot be written to.
    """
    if target is None:
        stream = sys.stdout.buffer
        yield stream
        stream.flush()
        return
    if target.exists():
        raise _exists(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".part")
    except OSError as error:
        raise UsageError(
            "{file} cannot be written ({reason}).", file=target.name, reason=error.strerror
        ) from error
    part = Path(name)  # mkstemp makes it readable by its owner alone
    try:
        with os.fdopen(descriptor, "wb") as opened:
            yield cast("BinaryIO", opened)
        _publish(part, target)
    finally:
        part.unlink(missing_ok=True)


def write_new(target: Path, content: bytes) -> None:
    """Write one output file whose content is at hand; see :func:`new_file`.

    Args:
        target: the file.
        content: its bytes.

    Raises:
        UsageError: the file exists already, or its folder cannot be written to.
    """
    with new_file(target) as stream:
        stream.write(content)


def _publish(part: Path, target: Path) -> None:
    """Give a complete file its name unless another file took it in the meantime."""
    try:
        os.link(part, target)
    except FileExistsError as error:
        raise _exists(target) from error
    except OSError:  # a file system without hard links: FAT, some network drives
        if target.exists():
            raise _exists(target) from None
        part.rename(target)


def _exists(target: Path) -> UsageError:
    return UsageError(
        "{file} exists already and is not overwritten; move it away or choose another name.",
        file=target.name,
    )
