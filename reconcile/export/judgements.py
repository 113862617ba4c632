"""Judgements as plain text, to be kept under version control and carried to another register.

One line for each judgement, superseded ones too, in the order in which they bind: by the day of
the decision, then as they were read. So of two lines on one matter the lower one holds, and a new
decision is a new line. Nothing in a line depends on the register that wrote it: sources are named
by commune, own key, body, year, number, content and role.
"""

from __future__ import annotations

import csv
import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Final

import pandas as pd

from reconcile.errors import FileFault, JudgementsError, UsageError
from reconcile.export.frames import write_frame

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from reconcile.export.frames import Format
    from reconcile.register import Register
    from reconcile.resolve.wording import Wording

JUDGEMENT_COLUMNS: Final = (
    "decided",
    "officer",
    "kind",
    "decision",
    "field",
    "value",
    "reason",
    "book_checked",
    "mentions",
    "entries",
    "conflict",
    "seen",
    "source",
    "source_hash",
    "source_row",
)
"""Columns of ``export judgements``; mentions and entries are JSON."""

_LISTS: Final = ("mentions", "entries")
_ESCAPES: Final = {"\\": "\\\\", "\n": "\\n", "\r": "\\r"}
_UNKNOWN_DECISION: Final = "Its kind or its decision is not one that the toolkit knows."
_UNSIGNED: Final = "The officer or the day of the decision is missing, or the day is no date."
_NO_ANCHORS: Final = "It does not say how its entry is found again."
_UNKNOWN_SOURCE: Final = (
    "No delivery of this register holds what it speaks of. Merge that delivery first, or import "
    "with --keep-unknown: then it binds as soon as the delivery is merged."
)


def export_judgements(register: Register, target: Path | None, form: Format = "csv") -> None:
    """Write all judgements, superseded ones too, in the order in which they bind.

    Texts are word for word, but that line breaks are written as a backslash and a letter, so that
    each judgement is one line.

    Args:
        register: the register.
        target: the file; None is standard output.
        form: csv, parquet or xlsx.
    """
    ordered = sorted(
        register.judgements(), key=lambda one: (str(one["decided"]), int(str(one["reading"])))
    )
    lines = [{name: _plain(judgement[name]) for name in JUDGEMENT_COLUMNS} for judgement in ordered]
    frame = pd.DataFrame(lines, columns=list(JUDGEMENT_COLUMNS)).astype("str")
    write_frame(frame, target, form, for_people=False)


def _plain(value: object) -> str:
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return re.sub(r"[\\\n\r]", lambda found: _ESCAPES[found.group()], str(value))


def _word_for_word(text: str) -> str:
    """Take back what :func:`_plain` did to a text."""
    letters = {escape: letter for letter, escape in _ESCAPES.items()}
    return re.sub(r"\\[\\nr]", lambda found: letters[found.group()], text)


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
        decision: dict[str, object] = {
            name: _word_for_word(line[name]) for name in JUDGEMENT_COLUMNS if name not in _LISTS
        }
        decision |= {name: json.loads(line[name]) for name in _LISTS}
        decision["source_row"] = int(line["source_row"] or 0)
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(
            "{file}, record {number}: this is no export of judgements.", file=file, number=number
        ) from error
    return decision


def refuse_unknown_words(
    carried: Sequence[Mapping[str, object]], file: str, wording: Wording
) -> None:
    """Stop where a line was damaged or made by hand and cannot be a judgement.

    Args:
        carried: what :func:`read_judgements` read.
        file: name of the file.
        wording: conflicts.toml.

    Raises:
        JudgementsError: carries a fault for every such line.
    """
    faults = [
        FileFault("", file, "", number, fault)
        for number, line in enumerate(carried, start=2)
        if (fault := _fault(line, wording))
    ]
    if faults:
        raise JudgementsError(faults)


def _fault(line: Mapping[str, object], wording: Wording) -> str:
    kind = wording.kinds.get(str(line["kind"]))
    code = str(line["decision"]).partition(":")[0]
    if kind is None or code not in {choice.code for choice in kind.decision}:
        return _UNKNOWN_DECISION
    if not str(line["officer"]).strip() or not _is_day(str(line["decided"])):
        return _UNSIGNED
    anchors = [line[name] for name in _LISTS]
    return "" if all(map(_are_anchors, anchors)) else _NO_ANCHORS


def _is_day(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _are_anchors(stored: object) -> bool:
    return isinstance(stored, list) and all(
        isinstance(one, dict) and one.get("entry_key") for one in stored
    )


def refuse_unknown_sources(issued: Sequence[str], lost: Iterable[str], file: str) -> None:
    """Stop where the register knows nothing of what new lines speak of.

    Args:
        issued: id of the judgement of each line, empty where the register had it already.
        lost: ids of judgements whose sources are not found.
        file: name of the file.

    Raises:
        JudgementsError: carries a fault for every such line.
    """
    unknown = set(lost)
    faults = [
        FileFault("", file, "", number, _UNKNOWN_SOURCE)
        for number, identifier in enumerate(issued, start=2)
        if identifier in unknown
    ]
    if faults:
        raise JudgementsError(faults)
