"""The conflicts as csv: the columns of the workbook and the source keys, for ``review`` to read."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING, Final

from reconcile.review.cards import shown
from reconcile.review.casebook import Case, Casebook, cases
from reconcile.review.columns import FILLED_IN, Column, header

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# What a spreadsheet would take for a formula at the beginning of a cell.
_FORMULA: Final = re.compile(r"[=+\-@\t\r]")
_KEYS: Final = ("kind", "field", "entries", "mentions", "state", "gain", "minutes")


def conflicts_csv(book: Casebook, language: str, limit: int | None = None) -> str:
    """All open conflicts, one line each.

    Args:
        book: what is asked.
        language: ``vi`` or ``en``.
        limit: only so many, the most valuable ones.

    Returns:
        Comma-separated text with a header; fill-in columns are empty. A text that a spreadsheet
        would take for a formula has an apostrophe before it. Keys of several sides are joined with
        a blank. Written to a file, it wants UTF-8 with a byte order mark, or Excel spoils it.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([*(header(column, language) for column in Column), *_KEYS])
    lines = {str(line["conflict"]): line for line in book.conflicts.to_dict("records")}
    for ordinal, case in enumerate(cases(book, language, limit), start=1):
        texts = shown(case, ordinal, language)
        texts[Column.REGISTER] = f"{book.register} {book.run}"
        cells = ["" if each in FILLED_IN else texts.get(each, "") for each in Column]
        writer.writerow([_guarded(cell) for cell in (*cells, *_keys(case, lines[case.conflict]))])
    return stream.getvalue()


def _keys(case: Case, line: Mapping[object, object]) -> Sequence[str]:
    entries = " ".join(json.loads(str(line["entries"]) or "[]"))
    mentions = " ".join(json.loads(str(line["mentions"]) or "[]"))
    effect = (f"{case.gain:.3f}", f"{case.minutes:g}")
    return (case.kind.code.value, case.field, entries, mentions, str(line["state"]), *effect)


def _guarded(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text
