"""Old Tân Phong: dBase III tables in TCVN3 up to 2015, then CSV in decomposed Unicode."""

from __future__ import annotations

import csv
import datetime as dt
import io
import unicodedata
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from reconcile.simulate.notation import fill_empty
from reconcile.simulate.people import Day
from reconcile.simulate.writers import Copy, Expected, Position
from reconcile.simulate.writers.dbase import write_table
from reconcile.simulate.writers.tan_phong_columns import CSV, DBF
from reconcile.text.legacy import encode_tcvn3

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

    from reconcile.simulate.content import Fields
    from reconcile.simulate.notation import Cell, Cells
    from reconcile.simulate.registration import Act
    from reconcile.simulate.writers import Style

LAST_DBF_YEAR: Final = 2015
_DBF_FILES: Final = {"KS": "KHAISINH.DBF", "KH": "KETHON.DBF", "KT": "KHAITU.DBF"}


_DBF_KIND: Final = {"on_time": "1", "late": "2", "again": "3"}
_CSV_WORDS: Final = {
    "sex": {"M": "Nam", "F": "Nữ"},
    "registration_kind": {
        "on_time": "đúng hạn",
        "late": "quá hạn",
        "again": "đăng ký lại",
        "first": "đúng hạn",
    },
    "recognition_kind": {"father_child": "cha nhận con", "mother_child": "mẹ nhận con"},
    "marriage_status": {"divorced": "đã ly hôn", "none": ""},
}


def cells(fields: Fields, act: Act, rng: Random, style: Style) -> Cells:
    """The fields as the program of the entry's year keeps them."""
    if act.year <= LAST_DBF_YEAR:
        return _dbf_cells(fields, act, rng, style)
    written: Cells = {}
    for field, value in fields.items():
        attribute = field.partition(".")[2]
        if isinstance(value, Day):
            written[field] = style.notation.day(value, rng)
        elif attribute in _CSV_WORDS:
            written[field] = _CSV_WORDS[attribute].get(value, "")
        elif attribute == "name":
            written[field] = value.upper()
        else:
            written[field] = value
    fill_empty(written, rng, style.notation)
    notes = str(written.get("entry.notes", ""))
    if notes and style.notation.odd("line_break", rng):
        written["entry.notes"] = notes.replace(" theo ", "\ntheo ")
    with_year = style.notation.odd("number_with_year", rng)
    written["entry.number"] = f"{act.number}/{act.year}" if with_year else str(act.number)
    written["entry.book"] = f"{act.book:02d}/{act.year}"
    return written


def _dbf_cells(fields: Fields, act: Act, rng: Random, style: Style) -> Cells:
    written: Cells = {}
    for field, value in fields.items():
        role, _, attribute = field.partition(".")
        if attribute == "name" and role != "requester":
            leading, _, given = str(value).rstrip().rpartition(" ")
            written[f"{role}.name_leading"], written[f"{role}.name_given"] = leading, given
        elif isinstance(value, Day):
            written[field] = _dbf_day(field, value, act, rng, style)
        elif attribute == "sex":
            written[field] = {"F": "T", "M": "F"}.get(value, "?")
        elif attribute == "registration_kind":
            written[field] = _DBF_KIND.get(value, "")
        else:
            written[field] = value
    time = str(written.get("deceased.death_time", ""))
    if time and rng.random() < 0.4 and len(str(written["deceased.death_date"])) == 10:
        written["deceased.death_date"] = f"{written['deceased.death_date']} {time}"
    written["entry.number"] = act.number
    written["entry.book"] = (
        f"{act.book:02d}/{act.year}" if rng.random() < 0.7 else f"{act.book:02d}"
    )
    return written


def _dbf_day(field: str, value: Day, act: Act, rng: Random, style: Style) -> Cell:
    if field == "entry.registration_date":
        return dt.date(value.year, value.month, value.day)
    if field in ("father.birth_date", "mother.birth_date"):
        return value.year
    if field.endswith("birth_date") and not value.day and style.notation.odd("age_for_date", rng):
        return f"{act.year - value.year} tuổi"
    return "-".join(f"{part:02d}" for part in reversed(value) if part)


def write(folder: Path, copies: list[Copy], style: Style) -> list[Position]:
    """Write the dBase tables and the csv files."""
    folder.mkdir(parents=True, exist_ok=True)
    tables: dict[tuple[bool, str], list[Copy]] = defaultdict(list)
    for copy in copies:
        tables[(copy.year > LAST_DBF_YEAR, copy.register_type)].append(copy)
    positions: list[Position] = []
    for later, register_type in sorted(tables):
        rows = tables[(later, register_type)]
        positions += (
            _write_csv(folder, register_type, rows, style)
            if later
            else _write_dbf(folder, register_type, rows)
        )
    return positions


def _write_dbf(folder: Path, register_type: str, copies: list[Copy]) -> list[Position]:
    name = _DBF_FILES[register_type]
    columns = DBF[register_type]
    records = [
        (
            copy.expected is Expected.DELETED,
            [_encoded(copy, field) for _, field in columns],
        )
        for copy in copies
    ]
    write_table(folder / name, [field for field, _ in columns], records)
    return [
        Position(name, "", row, register_type, copy.expected, copy)
        for row, copy in enumerate(copies, start=1)
    ]


def _encoded(copy: Copy, field: str) -> Cell:
    value = copy.key if field == "entry.own_key" else copy.cells.get(field, "")
    return _tcvn3(value) if isinstance(value, str) else value


@lru_cache(maxsize=1 << 16)
def _tcvn3(text: str) -> str:
    return encode_tcvn3(text)


def _headers(columns: list[tuple[str, str]], habits: Random, style: Style) -> list[str]:
    headers = [header for header, _ in columns]
    if style.notation.odd("header_case", habits):
        headers = [header.capitalize() for header in headers]
    if style.notation.odd("header_blank", habits):
        headers = [f"{header} " if habits.random() < 0.2 else header for header in headers]
    return headers


def _write_csv(
    folder: Path, register_type: str, copies: list[Copy], style: Style
) -> list[Position]:
    name = f"tanphong_{register_type.lower()}.csv"
    columns = CSV[register_type]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(_headers(columns, style.habits(name), style))
    positions: list[Position] = []
    line = 2
    for copy in copies:
        values = [
            copy.key if field == "entry.own_key" else str(copy.cells.get(field, ""))
            for _, field in columns
        ]
        if copy.expected is Expected.REFUSED and copy.cells.get("extra.cut"):
            values = values[: len(values) // 2]
        writer.writerow(values)
        positions.append(Position(name, "", line, register_type, copy.expected, copy))
        line += 1 + sum(value.count("\n") for value in values)
    decomposed = unicodedata.normalize("NFD", text.getvalue())
    (folder / name).write_bytes(decomposed.encode("utf-8-sig"))
    return positions
