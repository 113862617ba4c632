"""Plain tables out of the register: mentions, persons, judgements."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Final

import pandas as pd

from reconcile.errors import UsageError
from reconcile.export.frames import write_frame
from reconcile.export.persons import named_persons

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from reconcile.export.frames import Format
    from reconcile.register import Register
    from reconcile.standardise.unit_names import UnitNames

JUDGEMENT_COLUMNS: Final = (
    "judgement",
    "conflict",
    "kind",
    "decision",
    "field",
    "value",
    "mentions",
    "entries",
    "members",
    "reason",
    "officer",
    "decided",
    "book_checked",
    "seen",
    "source",
    "source_hash",
    "source_row",
    "run",
    "superseded_by",
)
"""Columns of ``export judgements``; mentions, entries and members are JSON."""

_LISTS: Final = ("mentions", "entries", "members")


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


def export_judgements(register: Register, target: Path | None, form: Format = "csv") -> None:
    """Write all judgements, superseded ones too, in the order in which they were read.

    What is written can be kept under version control and carried to another register; texts are
    word for word, so that nothing changes on the way.

    Args:
        register: the register.
        target: the file; None is standard output.
        form: csv, parquet or xlsx.
    """
    lines = [
        {name: _plain(judgement[name]) for name in JUDGEMENT_COLUMNS}
        for judgement in register.judgements()
    ]
    frame = pd.DataFrame(lines, columns=list(JUDGEMENT_COLUMNS)).astype("str")
    write_frame(frame, target, form, for_people=False)


def _plain(value: object) -> str:
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return str(value)


def read_judgements(path: Path) -> list[dict[str, object]]:
    """Read judgements that :func:`export_judgements` wrote as csv, for ``judgements import``.

    Args:
        path: the csv file.

    Returns:
        Decisions for :meth:`Register.add_judgements`, in the order of the file.

    Raises:
        UsageError: the file cannot be read, or is no export of judgements.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            lines = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(
            "{file} cannot be read as a csv file ({kind}).",
            file=path.name,
            kind=type(error).__name__,
        ) from error
    return [_decision(line, path.name, number) for number, line in enumerate(lines, start=2)]


def _decision(line: Mapping[str, str], file: str, number: int) -> dict[str, object]:
    try:
        decision: dict[str, object] = {name: line[name] for name in JUDGEMENT_COLUMNS}
        decision |= {name: json.loads(line[name]) for name in _LISTS}
        decision["source_row"] = int(line["source_row"])
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(
            "{file}, record {number}: this is no export of judgements.", file=file, number=number
        ) from error
    return decision
