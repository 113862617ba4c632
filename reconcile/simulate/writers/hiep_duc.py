"""Old Hiệp Đức and the new commune: the Ministry's template, one xlsx workbook per book."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from reconcile.simulate.notation import fill_empty
from reconcile.simulate.people import Day
from reconcile.simulate.writers import Copy, Expected, Position

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

    from reconcile.simulate.content import Fields
    from reconcile.simulate.notation import Cell, Cells
    from reconcile.simulate.registration import Act
    from reconcile.simulate.writers import Style

_SEX: Final = {"M": "1", "F": "2", "": ""}
_KIND: Final = {
    "KS": {"on_time": "1", "again": "2", "late": "4", "": "0"},
    "KT": {"on_time": "1", "again": "2", "late": "4", "": "0"},
    "KH": {"first": "1", "again": "2", "": ""},
    "CMC": {"first": "1", "": "0"},
    "HN": {"": ""},
}
_CODES: Final = {
    "residence_kind": {"none": "0", "permanent": "1", "temporary": "2"},
    "paper_kind": {"cmnd": "1", "cccd": "4"},
    "birth_kind": {"both": "1", "no_father": "3"},
    "recognition_kind": {"father_child": "1", "mother_child": "2"},
    "marriage_status": {"divorced": "1", "none": "4"},
}
_LABELS: Final = {
    "entry": "",
    "child": " người được khai sinh",
    "mother": " mẹ",
    "father": " cha",
    "requester": " người yêu cầu",
    "husband": " chồng",
    "wife": " vợ",
    "deceased": " người chết",
    "parent": " cha mẹ",
    "subject": " người được xác nhận",
    "extra": "",
}
_ATTRIBUTE_LABELS: Final = {
    "ordinal": "STT",
    "number": "Số",
    "book": "Quyển số",
    "page": "Trang số",
    "registration_date": "Ngày đăng ký",
    "registration_kind": "Loại đăng ký",
    "registration_place": "Nơi đăng ký",
    "signer": "Người ký",
    "signer_title": "Chức vụ người ký",
    "performer": "Người thực hiện",
    "notes": "Ghi chú",
    "name": "Họ tên",
    "sex": "Giới tính",
    "birth_date": "Ngày sinh",
    "birth_date_words": "Ngày sinh bằng chữ",
    "birth_place": "Nơi sinh",
    "home_place": "Quê quán",
    "ethnic_group": "Dân tộc",
    "nationality": "Quốc tịch",
    "residence": "Nơi cư trú",
    "residence_kind": "Loại cư trú",
    "identity_number": "Số giấy tờ tùy thân",
    "paper_kind": "Loại giấy tờ tùy thân",
    "relation": "Quan hệ",
    "death_date": "Ngày chết",
    "death_place": "Nơi chết",
    "death_cause": "Nguyên nhân chết",
    "personal_number": "Số định danh cá nhân",
}
_ALIASES: Final = {
    "noiDangKy": "noiDangKyUBND",
    "nxnLoaiMucDichSuDung": "nxnLoaiMucDiSuDung",
    "nxnMucDichSuDung": "nxnMucDiSuDung",
}
# Columns whose absence costs little; real files lack them now and then.
_LACKING: Final = (
    "trangSo",
    "nguoiThucHien",
    "nksQuocTichKhac",
    "nksMatTich",
    "nycGiayToKhac",
    "chucVuNguoiKy",
)
_NUMBER_ATTRIBUTES: Final = ("identity_number", "personal_number", "number", "page")
_OPTIONAL: Final = (
    "residence",
    "home_place",
    "identity_number",
    "birth_place",
    "notes",
    "relation",
)
_FIRST_SERIAL: Final = dt.date(1900, 3, 1)


def cells(fields: Fields, act: Act, rng: Random, style: Style) -> Cells:
    """The fields in the Ministry's codes, dates ``dd.mm.yyyy``."""
    written: Cells = {}
    for field, value in fields.items():
        attribute = field.partition(".")[2]
        if isinstance(value, Day):
            written[field] = _date(attribute, value, act, fields, rng, style)
        elif attribute == "sex":
            written[field] = _SEX[value]
        elif attribute in _CODES:
            written[field] = _CODES[attribute].get(value, "")
        else:
            written[field] = value
    written["entry.registration_kind"] = _KIND[act.register_type].get(
        str(fields["entry.registration_kind"]), "1"
    )
    habits = style.habits(f"{act.register_type}.{act.year}.{act.book}")
    with_year = habits.random() < 0.45
    written["entry.number"] = f"{act.number:02d}" + (f"/{act.year}" if with_year else "")
    written["entry.book"] = _book(act, habits)
    if style.notation.odd("capital_book", habits):
        written.update(
            {field: str(text).upper() for field, text in written.items() if field.endswith(".name")}
        )
    for role in _roles_without_paper(fields):
        written[f"{role}.paper_kind"] = "0"
    if habits.random() < 0.4:
        fill_empty(written, rng, style.notation)
    return written


def _date(attribute: str, value: Day, act: Act, fields: Fields, rng: Random, style: Style) -> str:
    if attribute == "birth_date":
        return style.notation.birth(value, act.year, rng)
    if attribute == "death_date":
        return style.notation.death(value, str(fields.get("deceased.death_time", "")), rng)
    if attribute == "registration_date":
        return f"{value.day:02d}.{value.month:02d}.{value.year}"
    return style.notation.day(value, rng)


def _book(act: Act, habits: Random) -> str:
    style = habits.randrange(6 if act.year >= 1998 else 3)
    if style == 5:
        return f"{act.book:02d}-TP/HT-{act.year}-{act.register_type}"
    return (
        f"{act.book:02d}/{act.year}",
        f"{act.book:02d}",
        "",
        f"{act.book:02d}-{act.year}",
        f"{act.book:02d}/{act.year}",
    )[style]


def _roles_without_paper(fields: Fields) -> list[str]:
    roles = {field.partition(".")[0] for field in fields if field.endswith(".name")}
    return sorted(role for role in roles if f"{role}.identity_number" not in fields)


def write(folder: Path, copies: list[Copy], style: Style) -> list[Position]:
    """Write one workbook per book."""
    folder.mkdir(parents=True, exist_ok=True)
    books: dict[str, list[Copy]] = defaultdict(list)
    for copy in copies:
        books[_file_name(copy, style)].append(copy)
    positions: list[Position] = []
    for name in sorted(books):
        positions += _workbook(folder, name, books[name], style)
    return positions


def _file_name(copy: Copy, style: Style) -> str:
    stem = f"{copy.register_type}.{copy.opened}.{copy.book:02d}"
    if copy.new_body:
        return f"{stem}.xaHiepDuc-DongThap.xlsx"
    if copy.second:
        return f"{stem}.2.xlsx"
    if copy.opened < 1985 and style.notation.odd("long_file_name", style.habits(stem)):
        return f"{stem}.28501.CaiLay.TienGiang.{copy.opened % 100:02d}.01.xlsx"
    return f"{stem}.xlsx"


def _columns(
    register_type: str, opened: int, habits: Random, style: Style
) -> list[tuple[str, str]]:
    """Header text and field of each column of a book."""
    columns = list(style.register_types[register_type].template.items())
    odd = style.notation.odd
    if opened < 2016:
        columns = [column for column in columns if column[0] != "nksSoDinhDanhCaNhan"]
    if odd("no_ordinal", habits):
        columns = [column for column in columns if column[0] != "STT"]
    if odd("column_missing", habits):
        lacking = habits.choice(_LACKING)
        columns = [column for column in columns if column[0] != lacking]
    if odd("column_moved", habits):
        place = habits.randrange(5, len(columns) - 5)
        columns = [
            *columns[:place],
            columns[place + 3],
            *columns[place : place + 3],
            *columns[place + 4 :],
        ]
    if odd("extra_column", habits):
        columns.append(("maHoSoScan", "extra.scan"))
    if odd("header_alias", habits):
        columns = [(_ALIASES.get(code, code), field) for code, field in columns]
    if odd("header_case", habits):
        columns = [(code[:1].upper() + code[1:], field) for code, field in columns]
    if odd("header_blank", habits):
        columns = [
            (f"{code} " if habits.random() < 0.3 else code, field) for code, field in columns
        ]
    return columns


def _label(field: str) -> str:
    owner, _, attribute = field.partition(".")
    return _ATTRIBUTE_LABELS.get(attribute, "Thông tin khác") + _LABELS[owner]


def _workbook(folder: Path, name: str, copies: list[Copy], style: Style) -> list[Position]:
    import xlsxwriter

    habits = style.habits(name)
    register_type = copies[0].register_type
    columns = _columns(register_type, copies[0].opened, habits, style)
    numbers, dates = (
        style.notation.odd("number_cells", habits),
        style.notation.odd("date_cells", habits),
    )
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    book = xlsxwriter.Workbook(str(folder / name), options)
    book.set_properties({"created": dt.datetime(2025, 1, 2, tzinfo=dt.UTC)})
    date_format = book.add_format({"num_format": "dd/mm/yyyy"})
    sheet = book.add_worksheet(register_type)
    for place, (code, field) in enumerate(columns):
        sheet.write_string(0, place, _label(field))
        sheet.write_string(1, place, code)
    positions: list[Position] = []
    for ordinal, copy in enumerate(copies, start=1):
        row = ordinal + 1
        for place, (_, field) in enumerate(columns):
            value = _typed(_cell(copy, field, ordinal), field, numbers, dates)
            if isinstance(value, dt.date):
                sheet.write_datetime(row, place, dt.datetime.combine(value, dt.time()), date_format)
            elif isinstance(value, int | float):
                sheet.write_number(row, place, value)
            elif value:
                sheet.write_string(row, place, value)
        positions.append(Position(name, register_type, row + 1, register_type, copy.expected, copy))
    if style.notation.odd("total_row", habits):
        row = len(copies) + 2
        sheet.write_string(row, 0, f"Tổng cộng: {len(copies)} trường hợp")
        positions.append(
            Position(name, register_type, row + 1, register_type, Expected.FOOTER, None)
        )
    if style.notation.odd("empty_tail", habits):
        blank = book.add_format({"border": 1})
        for row in range(len(copies) + 3, len(copies) + 12):
            sheet.write_blank(row, 0, None, blank)
    book.close()
    return positions


def _cell(copy: Copy, field: str, ordinal: int) -> Cell:
    if field == "entry.ordinal":
        return str(ordinal)
    return copy.cells.get(field, "")


def _typed(value: Cell, field: str, numbers: bool, dates: bool) -> Cell:
    """The cell as Excel keeps it where somebody let Excel decide: numbers and dates."""
    if not isinstance(value, str) or not value:
        return value
    attribute = field.partition(".")[2]
    if numbers and value.isdigit() and (attribute in _NUMBER_ATTRIBUTES or len(value) == 4):
        return int(value)
    if dates and attribute.endswith("_date") and len(value) == 10:
        day, month, year = value[:2], value[3:5], value[6:]
        if day.isdigit() and month.isdigit() and year.isdigit():
            return _real_date(int(year), int(month), int(day)) or value
    return value


def _real_date(year: int, month: int, day: int) -> dt.date | None:
    try:
        date = dt.date(year, month, day)
    except ValueError:
        return None
    return date if date >= _FIRST_SERIAL else None
