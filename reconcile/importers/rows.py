"""One sheet -> lines of :data:`reconcile.model.ROWS`.

Order matters: decode before anything is stripped, tell entries from the sheet's furniture before
ditto marks are filled in (a repeated header is no "cell above"), translate codes last.

The texts of lines are put together from parts that are made once per different cell of a column.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from itertools import repeat
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Final

from reconcile.importers.cells import UNSEEN, is_blank, plain_text, raw_json
from reconcile.importers.columns import (
    SheetWork,
    converted,
    fill_dittos,
    read_columns,
    translate_codes,
)
from reconcile.importers.labels import label_key
from reconcile.importers.outcomes import FOOTER, NO_PRINCIPAL_NAME, classify, has_name
from reconcile.model import Outcome, fingerprint
from reconcile.text.folding import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from reconcile.importers.findings import Collector, Place
    from reconcile.importers.header import Column, Header
    from reconcile.importers.mapping import Mappings, TablePlan
    from reconcile.importers.readers import Cell, RawSheet

Line = dict[str, object]

_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_NOT_CONTENT: Final = frozenset({"entry.ordinal", "entry.own_key"})
_SHEET_YEAR: Final = "entry.sheet_year"
_FOOTER_OUTCOME: Final = Outcome.FOOTER.value
_ENCODE: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass
class SheetImport:
    """What became of one sheet.

    Attributes:
        lines: its rows.
        encodings: encoding of the sheet and of the columns that differ from it.
    """

    lines: list[Line]
    encodings: dict[str, object] = field(default_factory=dict)


def import_sheet(
    sheet: RawSheet,
    header: Header,
    plan: TablePlan,
    context: tuple[Mappings, Place, Collector],
    year: str,
) -> SheetImport:
    """Turn the rows of one sheet into lines of ROWS.

    Args:
        sheet: the raw sheet.
        header: its header.
        plan: mapping of the table.
        context: all mappings, the sheet's position, and where findings go.
        year: year that the name of sheet or file says, empty where it says none.
    """
    mappings, place, findings = context
    work = SheetWork(sheet, header, plan, mappings, place, findings, year)
    work.kept = [
        index
        for index in range(header.first_data, len(sheet.rows))
        if not all(map(is_blank, sheet.rows[index]))
    ]
    encodings = read_columns(work)
    outcomes = _outcomes(work)
    furniture = [outcome == _FOOTER_OUTCOME for outcome, _ in outcomes]
    fill_dittos(work, furniture)
    _refuse_nameless(work, outcomes)
    translate_codes(work, furniture)
    lines = _lines(work, outcomes)
    _note_findings(work, lines)
    return SheetImport(lines, encodings)


# -- outcomes -----------------------------------------------------------------------------------


def _outcomes(work: SheetWork) -> list[tuple[str, str]]:
    """Outcome and reason of every kept row."""
    outcomes = classify(work.texts, len(work.kept), work.plan, work.header, work.mappings.no_value)
    too_long = _too_long(work)
    for position, index in enumerate(work.kept):
        if index in work.sheet.deleted:
            outcomes[position] = (Outcome.DELETED.value, "")
        elif index in work.sheet.refused:
            outcomes[position] = _of_broken_line(work, index)
        elif position in too_long:
            outcomes[position] = (Outcome.REFUSED.value, "cell_too_long")
    return outcomes


def _of_broken_line(work: SheetWork, index: int) -> tuple[str, str]:
    """A line that is no record: a total below the table, or refused."""
    line = plain(plain_text(work.sheet.rows[index][0]))
    if work.plan.footers is not None and work.plan.footers.search(line):
        return Outcome.FOOTER.value, FOOTER
    return Outcome.REFUSED.value, work.sheet.refused[index]


def _too_long(work: SheetWork) -> set[int]:
    """Positions of rows that have a cell longer than is allowed."""
    allowed = work.mappings.importing.limits.cell_characters
    return {
        position
        for texts in work.texts.values()
        if max(map(len, texts), default=0) > allowed
        for position, text in enumerate(texts)
        if len(text) > allowed
    }


def _refuse_nameless(work: SheetWork, outcomes: list[tuple[str, str]]) -> None:
    """Refuse rows whose principals' names were ditto marks without a name above."""
    mapped = work.header.mapped
    names = [
        work.texts[mapped[name].index]
        for fields in work.plan.principal_names
        for name in fields
        if name in mapped
    ]
    for position in {row for code, row, _ in work.noted if code == "ditto_without_above"}:
        if outcomes[position] == ("", "") and not any(
            has_name(texts[position], work.mappings.no_value) for texts in names
        ):
            outcomes[position] = (Outcome.REFUSED.value, NO_PRINCIPAL_NAME)


# -- lines --------------------------------------------------------------------------------------


def _lines(work: SheetWork, outcomes: list[tuple[str, str]]) -> list[Line]:
    place = work.place
    origin = (place.commune, place.register_type)
    fixed = {
        "delivery": place.delivery,
        "commune": place.commune,
        "file": place.file,
        "sheet": place.sheet,
        "family": work.plan.table.family,
        "register_type": place.register_type,
    }
    values = _field_values(work)
    texts = zip(
        outcomes, _raw_cells(work), _fields(work, values), _contents(work, values), strict=True
    )
    own_keys = values.get("entry.own_key", ())
    lines: list[Line] = []
    for position, ((outcome, reason), cells, fields, content) in enumerate(texts):
        index = work.kept[position]
        broken = index in work.sheet.refused
        raw = _ENCODE({"": raw_json(work.sheet.rows[index][0])}) if broken else cells
        told = not broken and outcome != _FOOTER_OUTCOME and fields != "{}"
        lines.append({
            **fixed,
            "row": work.sheet.numbers[index],
            "outcome": outcome,
            "reason": reason,
            "cells": raw,
            "raw_hash": fingerprint((*origin, raw)),
            "fields": fields if told else "{}",
            "own_key": own_keys[position].replace("\0", "") if told and own_keys else "",
            "content_hash": fingerprint((*origin, content)) if told else "",
        })  # fmt: skip
    return lines


def _objects(columns: list[list[str]], rows: int) -> Iterator[str]:
    """One JSON object per row out of the parts that the columns give to it."""
    if not columns:
        return repeat("{}", rows)
    return (f"{{{','.join(filter(None, parts))}}}" for parts in zip(*columns, strict=True))


def _parts(texts: Sequence[str], head: str, encode: Callable[[str], str]) -> list[str]:
    """``head`` and the encoded text of each row, empty where the row has none."""
    known = {text: f"{head}{encode(text)}" if text else "" for text in set(texts)}
    return list(map(known.__getitem__, texts))


def _raw_cells(work: SheetWork) -> Iterator[str]:
    """Header -> raw cell of every filled cell, in file order, as JSON."""
    columns = [_raw_parts(work, column) for column in work.header.columns]
    return _objects([parts for parts in columns if any(parts)], len(work.kept))


def _raw_parts(work: SheetWork, column: Column) -> list[str]:
    head = f"{encode_basestring(column.label)}:"

    def part(cell: Cell) -> str:
        if isinstance(cell, str):
            return head + encode_basestring(cell) if cell.strip(UNSEEN) else ""
        return "" if cell is None else head + _ENCODE(raw_json(cell))

    return converted(work.cells[column.index], part)


def _fields(work: SheetWork, values: dict[str, Sequence[str]]) -> Iterator[str]:
    """Field -> text of every row, as JSON."""
    parts = [
        _parts(texts, f"{encode_basestring(name)}:", encode_basestring)
        for name, texts in values.items()
    ]
    return _objects(parts, len(work.kept))


def _field_values(work: SheetWork) -> dict[str, Sequence[str]]:
    """Field -> its text in every row; fields that no row has are left out."""
    values: dict[str, Sequence[str]] = {
        column.field: texts for column, texts in work.filled() if column.field
    }
    rows = len(work.kept)
    for name, default in work.plan.table.defaults.items():
        values[name] = [text or default for text in values.get(name, [""] * rows)]
    if work.year:
        # Only where the row itself says no year: the same row in two sheets is one entry.
        said = [False] * rows
        for name in ("entry.number", "entry.registration_date"):
            dated = {text for text in set(values.get(name, ())) if _YEAR.search(text)}
            if dated:
                said = [
                    known or text in dated for known, text in zip(said, values[name], strict=True)
                ]
        values[_SHEET_YEAR] = ["" if known else work.year for known in said]
    return values


def _contents(work: SheetWork, values: dict[str, Sequence[str]]) -> Iterator[str]:
    """What each row says, whatever the order of its columns and its place in the list."""
    columns = [
        _parts(values[name], f"{name}=", _measured)
        for name in sorted(values)
        if name not in _NOT_CONTENT
    ]
    further: dict[str, list[list[str]]] = {}
    for column, texts in work.filled():
        if not column.field:
            further.setdefault(label_key(column.label) or column.label, []).append(texts)
    for name, alike in sorted(further.items()):
        # Columns with one label count as a set: which of them stands first says nothing.
        ordered = zip(*map(sorted, zip(*alike, strict=True)), strict=True) if alike[1:] else alike
        columns += [_parts(texts, f"{name}=", _measured) for texts in ordered]
    if not columns:
        return repeat("", len(work.kept))
    return ("".join(parts) for parts in zip(*columns, strict=True))


def _measured(text: str) -> str:
    return f"{len(text)}:{text}"


# -- findings of single rows --------------------------------------------------------------------


def _note_findings(work: SheetWork, lines: list[Line]) -> None:
    """Add the findings of single rows, with the content that they speak of."""
    for code, position, column in work.noted:
        about = (column.field, column.label) if column else ("", "")
        _add(work, code, lines[position], about)
    for index, code in sorted(work.sheet.repaired.items()):
        if index in work.kept:
            _add(work, code, lines[work.kept.index(index)], ("", ""))
    numbered = "entry.number" in work.header.mapped
    for line in lines:
        outcome, reason = line["outcome"], line["reason"]
        if outcome == Outcome.REFUSED.value or reason == "header_repeated":
            _add(work, str(reason), line, ("", ""))
        elif not outcome and numbered and '"entry.number":' not in str(line["fields"]):
            _add(work, "number_missing", line, ("entry.number", ""))


def _add(work: SheetWork, code: str, line: Line, about: tuple[str, str]) -> None:
    row = int(str(line["row"]))
    work.findings.add(code, work.place.at(row), about=about, content_hash=str(line["content_hash"]))
