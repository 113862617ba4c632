"""Plain tables out of the register: mentions, persons, judgements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconcile.export.frames import write_frame

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.export.frames import Format
    from reconcile.register import Register


def export_mentions(register: Register, target: Path | None, form: Format = "csv") -> None:
    """Write which row and role is which entry, event and person (design, section 8).

    One line for every accepted row of every delivery, unchanged and repeated ones included, and
    each role whose name has a value. The csv is UTF-8 without byte order mark, comma-separated and
    sorted; its texts are exactly what the files and folders are called, for programs to join on.

    Args:
        register: the register.
        target: the file; None is standard output.
        form: csv, parquet or xlsx.
    """
    write_frame(register.mentions_export(), target, form, for_people=False)
