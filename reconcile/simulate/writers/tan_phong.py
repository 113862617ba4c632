"""Old Tân Phong: dBase III tables in TCVN3 up to 2015, then CSV in decomposed Unicode."""

from __future__ import annotations

import csv
import datetime as dt
import io
import unicodedata
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from reconcile.simulate.people import Day
from reconcile.simulate.writers import Copy, Expected, Position
from reconcile.simulate.writers.dbase import Field, write_table
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


def _dbf(text: str) -> list[tuple[Field, str]]:
    fields = []
    for line in text.split(";"):
        name, kind, width, field = line.split()
        fields.append((Field(name, kind, int(width)), field))
    return fields


# Name, type, width and the field that it holds.
DBF: Final = {
    "KS": _dbf(
        "MA_SO C 8 entry.own_key;SO N 5 entry.number;QUYEN C 8 entry.book;NGAY_DK D 8 entry.registration_date;"
        "LOAI_DK C 1 entry.registration_kind;HO_NKS C 30 child.name_leading;TEN_NKS C 12 child.name_given;"
        "PHAI L 1 child.sex;NGAY_SINH C 10 child.birth_date;NOI_SINH C 60 child.birth_place;"
        "QUE_QUAN C 60 child.home_place;DAN_TOC C 12 child.ethnic_group;QUOC_TICH C 12 child.nationality;"
        "HO_CHA C 30 father.name_leading;TEN_CHA C 12 father.name_given;NSINH_CHA N 4 father.birth_date;"
        "DTOC_CHA C 12 father.ethnic_group;HO_ME C 30 mother.name_leading;TEN_ME C 12 mother.name_given;"
        "NSINH_ME N 4 mother.birth_date;DTOC_ME C 12 mother.ethnic_group;NOI_O_CHA C 60 father.residence;"
        "NOI_O_ME C 60 mother.residence;NGUOI_KHAI C 40 requester.name;QUAN_HE C 12 requester.relation;"
        "CMND_KHAI C 12 requester.identity_number;NGUOI_KY C 30 entry.signer;GHI_CHU C 80 entry.notes"
    ),
    "KH": _dbf(
        "MA_SO C 8 entry.own_key;SO N 5 entry.number;QUYEN C 8 entry.book;NGAY_DK D 8 entry.registration_date;"
        "HO_CHONG C 30 husband.name_leading;TEN_CHONG C 12 husband.name_given;NSINH_CH C 10 husband.birth_date;"
        "DTOC_CH C 12 husband.ethnic_group;NOI_O_CH C 60 husband.residence;CMND_CH C 12 husband.identity_number;"
        "HO_VO C 30 wife.name_leading;TEN_VO C 12 wife.name_given;NSINH_VO C 10 wife.birth_date;"
        "DTOC_VO C 12 wife.ethnic_group;NOI_O_VO C 60 wife.residence;CMND_VO C 12 wife.identity_number;"
        "LAN_THU N 1 entry.marriage_ordinal;NGUOI_KY C 30 entry.signer;GHI_CHU C 80 entry.notes"
    ),
    "KT": _dbf(
        "MA_SO C 8 entry.own_key;SO N 5 entry.number;QUYEN C 8 entry.book;NGAY_DK D 8 entry.registration_date;"
        "LOAI_DK C 1 entry.registration_kind;HO_NKT C 30 deceased.name_leading;TEN_NKT C 12 deceased.name_given;"
        "PHAI L 1 deceased.sex;NGAY_SINH C 10 deceased.birth_date;DAN_TOC C 12 deceased.ethnic_group;"
        "QUOC_TICH C 12 deceased.nationality;NOI_O C 60 deceased.residence;CMND C 12 deceased.identity_number;"
        "NGAY_CHET C 16 deceased.death_date;NOI_CHET C 60 deceased.death_place;NGUYEN_NH C 40 deceased.death_cause;"
        "NGUOI_KHAI C 40 requester.name;QUAN_HE C 12 requester.relation;NGUOI_KY C 30 entry.signer;"
        "GHI_CHU C 80 entry.notes"
    ),
}


def _csv(start: str, *parts: tuple[str, str, str]) -> list[tuple[str, str]]:
    """Columns of a csv: entry columns ``name=attribute``, then ``prefix, role, columns``."""
    columns = [_pair("", "entry", text) for text in start.split()]
    for prefix, role, texts in parts:
        columns += [_pair(prefix, role, text) for text in texts.split()]
    return columns


def _pair(prefix: str, role: str, text: str) -> tuple[str, str]:
    column, attribute = text.split("=")
    return (prefix + column, f"{role}.{attribute}")


_HEAD: Final = "ma_ho_so=own_key so=number quyen=book ngay_dang_ky=registration_date loai_dang_ky=registration_kind"
_PARTY: Final = "ho_ten=name ngay_sinh=birth_date dan_toc=ethnic_group quoc_tich=nationality noi_cu_tru=residence so_giay_to=identity_number"
_TAIL: Final = ("", "entry", "nguoi_ky=signer ghi_chu=notes")
CSV: Final = {
    "KS": _csv(
        _HEAD,
        ("", "child", "ho_ten=name so_dinh_danh=personal_number gioi_tinh=sex ngay_sinh=birth_date noi_sinh=birth_place"
         " que_quan=home_place dan_toc=ethnic_group quoc_tich=nationality"),
        ("me_", "mother", _PARTY), ("cha_", "father", _PARTY),
        ("", "requester", "nguoi_yeu_cau=name quan_he=relation nyc_so_giay_to=identity_number"), _TAIL,
    ),
    "KH": _csv(
        _HEAD, ("chong_", "husband", _PARTY), ("vo_", "wife", _PARTY),
        ("", "entry", "tinh_trang=marriage_status"), _TAIL,
    ),
    "KT": _csv(
        _HEAD,
        ("", "deceased", "ho_ten=name so_dinh_danh=identity_number gioi_tinh=sex ngay_sinh=birth_date dan_toc=ethnic_group"
         " quoc_tich=nationality noi_cu_tru=residence ngay_chet=death_date gio_chet=death_time noi_chet=death_place"
         " nguyen_nhan=death_cause"),
        ("", "entry", "so_giay_bao_tu=death_notice_number"),
        ("", "requester", "nguoi_yeu_cau=name quan_he=relation"), _TAIL,
    ),
    "CMC": _csv(
        "ma_ho_so=own_key so=number quyen=book quyet_dinh_so=decision_number ngay_dang_ky=registration_date"
        " loai_xac_nhan=recognition_kind",
        ("cm_", "parent", "ho_ten=name ngay_sinh=birth_date dan_toc=ethnic_group noi_cu_tru=residence so_giay_to=identity_number"),
        ("con_", "child", "ho_ten=name ngay_sinh=birth_date gioi_tinh=sex dan_toc=ethnic_group noi_cu_tru=residence"
         " so_giay_to=identity_number"),
        ("", "requester", "nguoi_yeu_cau=name quan_he=relation"), _TAIL,
    ),
    "HN": _csv(
        "ma_ho_so=own_key so=number quyen=book ngay_cap=registration_date",
        ("", "subject", "ho_ten=name gioi_tinh=sex ngay_sinh=birth_date dan_toc=ethnic_group quoc_tich=nationality"
         " noi_cu_tru=residence so_giay_to=identity_number tinh_trang_hon_nhan=marital_status muc_dich=purpose"),
        _TAIL,
    ),
}  # fmt: skip
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
    if "deceased.identity_number" not in written and rng.random() < 0.3:
        written["deceased.death_time"] = ""
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
        positions += (_write_csv if later else _write_dbf)(folder, register_type, rows)
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
    return encode_tcvn3(value) if isinstance(value, str) else value


def _write_csv(folder: Path, register_type: str, copies: list[Copy]) -> list[Position]:
    name = f"tanphong_{register_type.lower()}.csv"
    columns = CSV[register_type]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([header for header, _ in columns])
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
