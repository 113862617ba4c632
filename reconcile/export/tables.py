"""Plain tables out of the register: mentions, persons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconcile.export.frames import write_frame
from reconcile.export.persons import named_persons

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.export.frames import Format
    from reconcile.register import Register
    from reconcile.standardise.unit_names import UnitNames


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


def export_persons(
    register: Register,
    target: Path | None,
    units: UnitNames,
    language: str,
    form: Format = "csv",
) -> None:
    """Write one line per person: id, number of mentions, golden values.

    Dates and sex are in standard form, for programs; places are in words, for people.

    Args:
        register: the register.
        target: the file; None is standard output.
        units: names of administrative units.
        language: of places, ``vi`` or ``en``.
        form: csv, parquet or xlsx.
    """
    write_frame(named_persons(register, register.entry_sources(), units, language), target, form)
