"""``register.xlsx`` written by a second Python, while the first writes the other outputs.

A large register takes as long to write as all other outputs together, and office PCs have two cores
at least. The second Python opens the register by its path and reads only. Nothing depends on it:
where it cannot be started, or fails, the caller writes the file itself.

It is started as a command and not with ``multiprocessing``, which on Windows would run the program
that called us once more.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reconcile import config
from reconcile.export import books
from reconcile.register import open_register

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATIENCE: Final = 600  # seconds until a second Python that hangs is given up
# What it does comes through its standard input: paths have Vietnamese letters.
_PROGRAM: Final = (
    "import json, sys; job = json.loads(sys.stdin.buffer.read()); sys.path[:] = job.pop('path'); "
    "from reconcile.export.beside import write; write(**job)"
)


class Helper:
    """A second Python at work, or none.

    Args:
        process: the process; None where none could be started.
    """

    def __init__(self, process: subprocess.Popen[bytes] | None) -> None:
        self._process = process

    def has_written(self) -> bool:
        """Wait until it has ended, and say whether the file is there."""
        if self._process is None:
            return False
        try:
            return self._process.wait(_PATIENCE) == 0
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return False


@contextmanager
def begun(register: Path | None, target: Path, mappings: Path, language: str) -> Iterator[Helper]:
    """Start writing ``register.xlsx``; when the block ends, the second Python has ended too.

    Args:
        register: the register's file; None where it is on a server, and nothing is started.
        target: the file to write.
        mappings: the mappings folder.
        language: ``vi`` or ``en``.
    """
    helper = Helper(_started(register, target, mappings, language))
    try:
        yield helper
    finally:
        helper.has_written()


def _started(
    register: Path | None, target: Path, mappings: Path, language: str
) -> subprocess.Popen[bytes] | None:
    # a program frozen into one file is no Python that could be given another program
    if register is None or not sys.executable or getattr(sys, "frozen", False):
        return None
    if (os.cpu_count() or 1) < 2:
        return None
    job = {
        "path": [str(Path(entry).absolute()) for entry in sys.path],
        "register": str(register.absolute()),
        "target": str(target.absolute()),
        "mappings": str(mappings.absolute()),
        "language": language,
    }
    try:
        process = subprocess.Popen(  # noqa: S603 - this Python, and a program of ours
            [sys.executable, "-c", _PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError:
        return None
    if process.stdin is not None:
        try:
            process.stdin.write(json.dumps(job).encode())
            process.stdin.close()
        except OSError:  # it ended at once; its exit code says so
            pass
    return process


def write(register: str, target: str, mappings: str, language: str) -> None:
    """Write ``register.xlsx``; runs in the second Python.

    Args:
        register: path of the register's file.
        target: the file to write.
        mappings: the mappings folder.
        language: ``vi`` or ``en``.
    """
    folder = Path(mappings)
    knowledge = books.load(
        config.load_register_types(folder), config.load_commune_names(folder), folder
    )
    with open_register(register, create=False) as opened:
        books.export_register(opened, Path(target), knowledge, language)
