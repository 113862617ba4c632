"""One sheet -> lines of :data:`reconcile.model.ROWS`, column by column.

Order matters: decode before anything is stripped, tell entries from the sheet's furniture before
ditto marks are filled in (a repeated header is no "cell above"), translate codes last.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from reconcile.importers.cells import UNSEEN, field_text, is_blank, kind_of, plain_text, raw_json
from reconcile.importers.encoding import ColumnText, decode_column, judge
from reconcile.importers.labels import ditto_key, label_key
from reconcile.importers.outcomes import (
    FOOTER,
    NO_PRINCIPAL_NAME,
    TELLING_FIELDS,
    RowText,
    classify,
    has_name,
)
from reconcile.model import Outcome, fingerprint
from reconcile.text.folding import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconcile.importers.findings import Collector, Place
    from reconcile.importers.header import Column, Header
    from reconcile.importers.mapping import Mappings, TablePlan
    from reconcile.importers.readers import Cell, RawSheet

Line = dict[str, object]

_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_LEADING_CODE: Final = re.compile(r"\s*(\d+)(?:\.0+)?\s*(?:[-–.:)]|$)")
_NOT_CONTENT: Final = frozenset({"entry.ordinal", "entry.own_key"})
_LONGEST_DITTO: Final = 16
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


@dataclass
class _Work:
    """A sheet while it is being read."""

    sheet: RawSheet
    header: Header
    plan: TablePlan
    mappings: Mappings
    place: Place
    findings: Collector
    year: str
    kept: list[int] = field(default_factory=list)  # indices of the non-blank rows in the sheet
    texts: dict[int, list[str]] = field(default_factory=dict)  # column -> text of each kept row
    # code, row in kept, column: findings of single rows, added when content hashes are known
    noted: list[tuple[str, int, Column | None]] = field(default_factory=list)

    def row_number(self, position: int) -> int:
        """The number that a person sees of a kept row."""
        return self.sheet.numbers[self.kept[position]]


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
    work = _Work(sheet, header, plan, mappings, place, findings, year)
    work.kept = [
        index
        for index in range(header.first_data, len(sheet.rows))
        if not all(map(is_blank, sheet.rows[index]))
    ]
    encodings = _read_columns(work)
    outcomes = _outcomes(work)
    _fill_dittos(work, outcomes)
    _translate_codes(work)
    lines = _lines(work, outcomes)
    _note_findings(work, lines)
    return SheetImport(lines, encodings)


# -- columns ------------------------------------------------------------------------------------


def _read_columns(work: _Work) -> dict[str, object]:
    """Decode every column into ``work.texts``; what was found out about encodings."""
    rows = [work.sheet.rows[index] for index in work.kept]
    candidates = work.plan.table.encodings
    cells = {
        column.index: [row[column.index] if column.index < len(row) else None for row in rows]
        for column in work.header.columns
    }
    foreign = {index: _beyond_ascii(column) for index, column in cells.items()}
    whole = judge([text for texts in foreign.values() for text in texts], candidates)
    evidence: dict[str, object] = {
        "encoding": whole.encoding, "confidence": whole.confidence, **whole.evidence
    }  # fmt: skip
    differing: dict[str, str] = {}
    for column in work.header.columns:
        text = decode_column(foreign[column.index], candidates, whole.encoding)
        if foreign[column.index] and text.encoding != whole.encoding:
            differing[column.label] = text.encoding
        work.texts[column.index] = _column_texts(work, column, cells[column.index], text)
        _note_encoding(work, column, cells[column.index], text)
    if differing:
        evidence["columns"] = differing
    return evidence


def _beyond_ascii(cells: Sequence[Cell]) -> list[str]:
    return [cell for cell in cells if isinstance(cell, str) and not cell.isascii()]


def _column_texts(
    work: _Work, column: Column, cells: Sequence[Cell], text: ColumnText
) -> list[str]:
    texts: list[str] = []
    counts: Counter[str] = Counter()
    first: dict[str, int] = {}
    for position, cell in enumerate(cells):
        if cell is None:
            texts.append("")
        elif isinstance(cell, str):
            texts.append(text.decoded.get(cell, cell).strip(UNSEEN))
        elif column.field:
            value, code = field_text(cell, column.field)
            texts.append(value)
            if code:
                counts[code] += 1
                first.setdefault(code, position)
        else:
            texts.append(plain_text(cell))
    for code, count in counts.items():
        _aggregate(work, code, column, first[code], count)
    return texts


def _note_encoding(work: _Work, column: Column, cells: Sequence[Cell], text: ColumnText) -> None:
    for code, raws in (("encoding_of_cell", text.other), ("encoding_doubtful", text.doubtful)):
        if raws:
            hits = [position for position, cell in enumerate(cells) if cell in raws]
            _aggregate(work, code, column, hits[0], len(hits))


def _aggregate(work: _Work, code: str, column: Column, position: int, count: int) -> None:
    """One finding for a whole column, at its first row."""
    work.findings.add(
        code,
        work.place.at(work.row_number(position)),
        about=(column.field, column.label),
        count=count,
    )


# -- rows ---------------------------------------------------------------------------------------


def _outcomes(work: _Work) -> list[tuple[str, str]]:
    """Outcome and reason of every kept row."""
    telling = {*work.plan.required, *sum(work.plan.principal_names, ()), *TELLING_FIELDS}
    by_field = [
        (column.field, work.texts[column.index])
        for column in work.header.columns
        if column.field in telling
    ]
    by_column = [(column.index, work.texts[column.index]) for column in work.header.columns]
    rows = [
        RowText(
            {index: texts[position] for index, texts in by_column if texts[position]},
            {name: texts[position] for name, texts in by_field if texts[position]},
        )
        for position in range(len(work.kept))
    ]
    outcomes = classify(rows, work.plan, work.header, work.mappings.no_value)
    too_long = _too_long(work)
    for position, index in enumerate(work.kept):
        if index in work.sheet.deleted:
            outcomes[position] = (Outcome.DELETED.value, "")
        elif index in work.sheet.refused:
            outcomes[position] = _of_broken_line(work, index)
        elif index in too_long:
            outcomes[position] = (Outcome.REFUSED.value, "cell_too_long")
    return outcomes


def _of_broken_line(work: _Work, index: int) -> tuple[str, str]:
    """A line that is no record: a total below the table, or refused."""
    line = plain(plain_text(work.sheet.rows[index][0]))
    if work.plan.footers is not None and work.plan.footers.search(line):
        return Outcome.FOOTER.value, FOOTER
    return Outcome.REFUSED.value, work.sheet.refused[index]


def _too_long(work: _Work) -> set[int]:
    """Indices of rows that have a cell longer than is allowed."""
    allowed = work.mappings.importing.limits.cell_characters
    return {
        work.kept[position]
        for texts in work.texts.values()
        if max(map(len, texts), default=0) > allowed
        for position, text in enumerate(texts)
        if len(text) > allowed
    }


def _fill_dittos(work: _Work, outcomes: list[tuple[str, str]]) -> None:
    """Put the text above in place of a ditto mark; furniture of the sheet is no "above"."""
    literal = work.plan.table.no_ditto
    marks = work.mappings.ditto
    furniture = [outcome == _FOOTER_OUTCOME for outcome, _ in outcomes]
    for column in work.header.columns:
        if not column.field or column.field in literal:
            continue
        texts = work.texts[column.index]
        short = (text for text in set(texts) if len(text) <= _LONGEST_DITTO)
        marked = {text for text in short if ditto_key(text) in marks}
        above = ""
        for position, text in enumerate(texts if marked else ()):
            if furniture[position]:
                continue
            if text in marked:
                texts[position] = above
                if not above:
                    work.noted.append(("ditto_without_above", position, column))
            else:
                above = text
    _refuse_nameless(work, outcomes)


def _refuse_nameless(work: _Work, outcomes: list[tuple[str, str]]) -> None:
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


def _translate_codes(work: _Work) -> None:
    """Translate codes and code words into standard code words; unknown ones stay and are noted."""
    for column in work.header.columns:
        words = work.plan.codes.get(column.field)
        if words is None:
            continue
        texts = work.texts[column.index]
        known = {text: _code_word(text, words) for text in set(texts) if text}
        coded = kind_of(column.field) in ("code", "sex")
        unknown: dict[str, list[int]] = {}
        for position, text in enumerate(texts):
            word = known.get(text)
            if word is not None:
                texts[position] = word
            elif coded and text and label_key(text) not in {"", *work.mappings.no_value}:
                unknown.setdefault(text, []).append(position)
        for positions in unknown.values():
            _aggregate(work, "code_unknown", column, positions[0], len(positions))


def _code_word(text: str, words: dict[str, str]) -> str | None:
    """The standard word of ``Nữ``, ``2``, ``2.0``, ``02`` or ``2 - Nữ``; None where unknown."""
    word = words.get(label_key(text))
    if word is None and (leading := _LEADING_CODE.match(text)):
        digits = leading[1]
        word = words.get(digits, words.get(digits.lstrip("0") or "0"))
    return word


# -- lines --------------------------------------------------------------------------------------


def _lines(work: _Work, outcomes: list[tuple[str, str]]) -> list[Line]:
    place, plan = work.place, work.plan
    mapped = [column for column in work.header.columns if column.field]
    unmapped = [(column, label_key(column.label) or column.label)
                for column in work.header.columns if not column.field]  # fmt: skip
    origin = (place.commune, place.register_type)
    lines: list[Line] = []
    for position, index in enumerate(work.kept):
        outcome, reason = outcomes[position]
        broken = index in work.sheet.refused
        row = work.sheet.rows[index]
        cells = {"": raw_json(row[0])} if broken else _raw_cells(work, row)
        fields = {} if broken or outcome == _FOOTER_OUTCOME else _fields(work, mapped, position)
        further = [
            (key, text) for column, key in unmapped if (text := work.texts[column.index][position])
        ]
        raw = _ENCODE(cells)
        lines.append(
            {
                "delivery": place.delivery,
                "commune": place.commune,
                "file": place.file,
                "sheet": place.sheet,
                "row": work.sheet.numbers[index],
                "family": plan.table.family,
                "register_type": place.register_type,
                "outcome": outcome,
                "reason": reason,
                "cells": raw,
                "raw_hash": fingerprint((*origin, raw)),
                "fields": _ENCODE(fields),
                "own_key": fields.get("entry.own_key", "").replace("\0", ""),
                "content_hash": _content_hash(origin, fields, further) if fields else "",
            }
        )
    return lines


def _content_hash(
    origin: tuple[str, str], fields: dict[str, str], further: list[tuple[str, str]]
) -> str:
    """Hash of what a row says, whatever the order of its columns and its place in the list."""
    parts = [
        f"{name}={len(text)}:{text}"
        for values in (fields.items(), further)
        for name, text in sorted(values)
        if name not in _NOT_CONTENT
    ]
    return fingerprint((*origin, "".join(parts)))


def _raw_cells(work: _Work, row: Sequence[Cell]) -> dict[str, object]:
    """Header -> raw cell of every filled cell, in file order."""
    cells: dict[str, object] = {}
    for column, cell in zip(work.header.columns, row, strict=False):
        if isinstance(cell, str):
            if cell and cell.strip(UNSEEN):
                cells[column.label] = cell
        elif cell is not None:
            cells[column.label] = raw_json(cell)
    return cells


def _fields(work: _Work, mapped: Sequence[Column], position: int) -> dict[str, str]:
    fields = {
        column.field: text for column in mapped if (text := work.texts[column.index][position])
    }
    for name, text in work.plan.table.defaults.items():
        fields.setdefault(name, text)
    if work.year and not (
        _YEAR.search(fields.get("entry.number", ""))
        or _YEAR.search(fields.get("entry.registration_date", ""))
    ):
        # Only where the row itself says no year: the same row in two sheets is one entry.
        fields["entry.sheet_year"] = work.year
    return fields


def _note_findings(work: _Work, lines: list[Line]) -> None:
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


def _add(work: _Work, code: str, line: Line, about: tuple[str, str]) -> None:
    row = int(str(line["row"]))
    work.findings.add(code, work.place.at(row), about=about, content_hash=str(line["content_hash"]))
