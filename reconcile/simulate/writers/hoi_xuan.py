"""Old Hội Xuân: books kept by hand in Excel 97–2003, text in VNI-Windows up to 2009."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from reconcile.simulate.notation import fill_empty
from reconcile.simulate.people import Day
from reconcile.simulate.writers import Copy, Expected, Position, missing_package
from reconcile.simulate.writers.hoi_xuan_columns import COLUMNS, Column
from reconcile.text.legacy import encode_vni

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

    from reconcile.simulate.content import Fields
    from reconcile.simulate.notation import Cell, Cells
    from reconcile.simulate.registration import Act
    from reconcile.simulate.writers import Style

LAST_VNI_YEAR: Final = 2009
_FILES: Final = {
    "KS": "So khai sinh.xls",
    "KH": "So ket hon.xls",
    "KT": "So khai tu.xls",
    "CMC": "So nhan cha me con.xls",
    "HN": "So xac nhan hon nhan.xls",
}
_TITLES: Final = {
    "KS": "SỔ ĐĂNG KÝ KHAI SINH",
    "KH": "SỔ ĐĂNG KÝ KẾT HÔN",
    "KT": "SỔ ĐĂNG KÝ KHAI TỬ",
    "CMC": "SỔ ĐĂNG KÝ NHẬN CHA, MẸ, CON",
    "HN": "SỔ CẤP GIẤY XÁC NHẬN TÌNH TRẠNG HÔN NHÂN",
}
_WORDS: Final = {
    "sex": {"M": "Nam", "F": "Nữ"},
    "registration_kind": {"on_time": "ĐH", "late": "QH", "again": "ĐKL"},
    "recognition_kind": {"father_child": "Cha nhận con", "mother_child": "Mẹ nhận con"},
}
_DITTO: Final = ("residence", "ethnic_group", "nationality", "home_place", "birth_place")
_DITTO_MARKS: Final = ("nt", "nt", "nt", "-nt-", "nt.", '"', "//")
_DATA_ROW: Final = 5
_PAGE: Final = 25
_LABEL_VARIANTS: Final = {
    "Họ và tên": "Họ tên",
    "Nơi thường trú": "Nơi cư trú",
    "STT": "TT",
    "Giới tính": "Nam/Nữ",
}


def cells(fields: Fields, act: Act, rng: Random, style: Style) -> Cells:
    """The fields in the book's own words, a child's date of birth in three columns."""
    written: Cells = {}
    for field, value in fields.items():
        role, _, attribute = field.partition(".")
        if field == "child.birth_date" and act.register_type == "KS":
            written.update(_three_columns(value))
        elif isinstance(value, Day):
            written[field] = _date(attribute, value, act, fields, rng, style)
        elif attribute in _WORDS:
            written[field] = _WORDS[attribute].get(value, "")
        else:
            written[field] = value
    notation = style.notation
    written["entry.number"] = str(act.number)
    if notation.odd("number_with_year", rng):
        written["entry.number"] = f"{act.number}/{act.year}"
    elif rng.random() < 0.5:
        written["entry.number"] = act.number
    written["entry.book"] = (
        rng.choice((f"{act.book:02d}", f"{act.book:02d}/{act.year}", "")) if act.year > 1990 else ""
    )
    for role in ("requester", "deceased", "husband", "wife"):
        number = written.get(f"{role}.identity_number")
        if isinstance(number, str) and number.isdigit() and notation.odd("number_cells", rng):
            written[f"{role}.identity_number"] = int(number)
    fill_empty(written, rng, notation)
    return written


def _three_columns(value: object) -> Cells:
    if not isinstance(value, Day):
        return {"child.birth_year": str(value)}
    columns: Cells = {"child.birth_year": value.year}
    if value.month:
        columns["child.birth_month"] = value.month
    if value.day:
        columns["child.birth_day"] = value.day
    return columns


def _date(attribute: str, value: Day, act: Act, fields: Fields, rng: Random, style: Style) -> Cell:
    if attribute == "birth_date":
        text = style.notation.birth(value, act.year, rng)
        return int(text) if text.isdigit() and rng.random() < 0.5 else text
    if attribute == "death_date":
        return style.notation.death(value, str(fields.get("deceased.death_time", "")), rng)
    return f"{value.day:02d}/{value.month:02d}/{value.year}"


def foreign(written: Cells, rng: Random, style: Style) -> frozenset[str]:
    """Fields that are typed in the other encoding than the sheet's."""
    texts = [field for field, value in written.items() if isinstance(value, str) and value]
    return frozenset(field for field in texts if style.notation.odd("other_encoding", rng))


def ditto(written: Cells, rng: Random, style: Style) -> frozenset[str]:
    """Fields that become a ditto mark where the cell above says the same."""
    if not style.notation.odd("ditto", rng):
        return frozenset()
    return frozenset(field for field in written if field.partition(".")[2] in _DITTO)


def write(folder: Path, copies: list[Copy], style: Style) -> list[Position]:
    """Write one workbook per register type, one sheet per year."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        import xlwt
    except ImportError as error:
        raise missing_package("xlwt") from error
    by_type: dict[str, dict[int, list[Copy]]] = defaultdict(lambda: defaultdict(list))
    for copy in copies:
        by_type[copy.register_type][copy.year].append(copy)
    positions: list[Position] = []
    for register_type in sorted(by_type):
        book = xlwt.Workbook(encoding="utf-8")
        name = _FILES[register_type]
        for year in sorted(by_type[register_type]):
            sheet = _Sheet(book, name, register_type, year, style)
            positions += sheet.fill(by_type[register_type][year])
        book.save(str(folder / name))
    return positions


@lru_cache(maxsize=1 << 16)
def _vni(text: str) -> str:
    return encode_vni(text)


class _Sheet:
    """One year of one book."""

    def __init__(self, book: Any, file: str, register_type: str, year: int, style: Style) -> None:  # noqa: ANN401 - xlwt has no types
        self._habits = style.habits(f"{file}|{year}")
        self._file = file
        self._type = register_type
        self._year = year
        self._style = style
        self._vni = year <= LAST_VNI_YEAR
        self._name = str(year) if self._habits.random() < 0.7 else f"Nam {year}"
        self._sheet = book.add_sheet(self._name, cell_overwrite_ok=False)
        self._columns = self._header(COLUMNS[register_type])
        self._format = _font("VNI-Times" if self._vni else "Times New Roman")

    def fill(self, copies: list[Copy]) -> list[Position]:
        """Write title, header, rows and footer; say where each row stands."""
        for row, text in enumerate(("UBND XÃ HỘI XUÂN", _TITLES[self._type], f"Năm {self._year}")):
            self._put(row, 0, text)
        self._head(3)
        positions: list[Position] = []
        above: Cells = {}
        row = _DATA_ROW
        page = _PAGE if self._style.notation.odd("repeated_header", self._habits) else 0
        for ordinal, copy in enumerate(copies, start=1):
            if page and ordinal % page == 0:
                self._head(row)
                positions += [self._position(row + line, Expected.FOOTER, None) for line in (0, 1)]
                row += 2
            self._row(row, ordinal, copy, above)
            above = copy.cells
            positions.append(self._position(row, copy.expected, copy))
            row += 1
        if self._style.notation.odd("blank_row", self._habits):
            row += 1
        for text, column in self._footer(len(copies)):
            self._put(row, column, text)
            positions.append(self._position(row, Expected.FOOTER, None))
            row += 1
        return positions

    def _position(self, row: int, expected: Expected, copy: Copy | None) -> Position:
        return Position(self._file, self._name, row + 1, self._type, expected, copy)

    def _put(self, row: int, column: int, value: Cell, *, other: bool = False) -> None:
        if isinstance(value, str) and self._vni != other:
            value = _vni(value)
        self._sheet.write(row, column, value, self._format)

    def _text(self, text: str) -> str:
        return _vni(text) if self._vni else text

    def _header(self, columns: tuple[Column, ...]) -> tuple[Column, ...]:
        """The columns with this sheet's labels."""
        habits, odd = self._habits, self._style.notation.odd
        if odd("no_ordinal", habits):
            columns = columns[1:]
        if odd("header_alias", habits):
            columns = tuple(
                column._replace(label=_LABEL_VARIANTS.get(column.label, column.label))
                for column in columns
            )
        if odd("header_case", habits):
            columns = tuple(column._replace(label=column.label.upper()) for column in columns)
        if odd("header_blank", habits):
            columns = tuple(column._replace(label=f"{column.label} ") for column in columns)
        return columns

    def _head(self, top: int) -> None:
        first = 0
        while first < len(self._columns):
            group, label, _ = self._columns[first]
            last = first
            while group and last + 1 < len(self._columns) and self._columns[last + 1][0] == group:
                last += 1
            if group:
                self._sheet.write_merge(top, top, first, last, self._text(group), self._format)
                for column in range(first, last + 1):
                    self._put(top + 1, column, self._columns[column][1])
            else:
                self._sheet.write_merge(top, top + 1, first, first, self._text(label), self._format)
            first = last + 1

    def _row(self, row: int, ordinal: int, copy: Copy, above: Cells) -> None:
        for column, (_, _, field) in enumerate(self._columns):
            value: Cell = ordinal if field == "entry.ordinal" else copy.cells.get(field, "")
            if value == "":
                continue
            if field in copy.ditto and above.get(field) == value:
                value = _DITTO_MARKS[(copy.entry + column) % len(_DITTO_MARKS)]
            self._put(row, column, value, other=field in copy.foreign)

    def _footer(self, count: int) -> list[tuple[str, int]]:
        place = len(self._columns) // 2
        lines = [
            (f"Cộng: {count} trường hợp", 1),
            (f"Hội Xuân, ngày 31 tháng 12 năm {self._year}", place),
        ]
        if self._habits.random() < 0.6:
            lines += [("NGƯỜI LẬP BIỂU", place)]
        return [*lines, ("TM. ỦY BAN NHÂN DÂN", place), ("CHỦ TỊCH", place)]


def _font(name: str) -> Any:  # noqa: ANN401 - xlwt has no types
    import xlwt

    return xlwt.easyxf(f"font: name {name}, height 240")
