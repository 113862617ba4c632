"""Old Hội Xuân: books kept by hand in Excel 97–2003, text in VNI-Windows up to 2009."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from reconcile.simulate.people import Day
from reconcile.simulate.writers import Copy, Expected, Position, missing_package
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
    "KS": "So khai sinh.xls", "KH": "So ket hon.xls", "KT": "So khai tu.xls", "CMC": "So nhan cha me con.xls",
    "HN": "So xac nhan hon nhan.xls",
}  # fmt: skip
_TITLES: Final = {
    "KS": "SỔ ĐĂNG KÝ KHAI SINH", "KH": "SỔ ĐĂNG KÝ KẾT HÔN", "KT": "SỔ ĐĂNG KÝ KHAI TỬ",
    "CMC": "SỔ ĐĂNG KÝ NHẬN CHA, MẸ, CON", "HN": "SỔ CẤP GIẤY XÁC NHẬN TÌNH TRẠNG HÔN NHÂN",
}  # fmt: skip
_NAME: Final = ("Họ và tên", "name")
_ORIGIN: Final = (("Dân tộc", "ethnic_group"), ("Quốc tịch", "nationality"))
_HOME: Final = ("Nơi thường trú", "residence")
_CARD: Final = ("Số CMND", "identity_number")
_BORN: Final = ("Ngày sinh", "birth_date")
_PARENT: Final = (_NAME, ("Năm sinh", "birth_date"), *_ORIGIN, _HOME)
_PARTY: Final = (_NAME, _BORN, *_ORIGIN, _HOME, _CARD)
_REPORTER: Final = (_NAME, ("Quan hệ", "relation"), _CARD)
_END: Final = (("", "Người ký", "entry.signer"), ("", "Ghi chú", "entry.notes"))
_START: Final = (
    ("", "STT", "entry.ordinal"),
    ("", "Số", "entry.number"),
    ("", "Quyển số", "entry.book"),
)
_DAY: Final = ("", "Ngày đăng ký", "entry.registration_date")
_KIND: Final = ("", "Loại đăng ký", "entry.registration_kind")


def _group(
    label: str, role: str, columns: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str, str], ...]:
    return tuple((label, text, f"{role}.{attribute}") for text, attribute in columns)


# Group, column, field; the group is merged over its columns.
COLUMNS: Final[dict[str, tuple[tuple[str, str, str], ...]]] = {
    "KS": (
        *_START, _DAY, _KIND,
        *_group("Người được khai sinh", "child", (
            _NAME, ("Ngày", "birth_day"), ("Tháng", "birth_month"), ("Năm", "birth_year"), ("Giới tính", "sex"),
            *_ORIGIN, ("Nơi sinh", "birth_place"), ("Quê quán", "home_place"),
        )),
        *_group("Người mẹ", "mother", _PARENT), *_group("Người cha", "father", _PARENT),
        *_group("Người đi khai", "requester", _REPORTER), *_END,
    ),
    "KH": (
        *_START, _DAY, *_group("Bên nam", "husband", _PARTY), *_group("Bên nữ", "wife", _PARTY),
        ("", "Kết hôn lần thứ", "entry.marriage_ordinal"), *_END,
    ),
    "KT": (
        *_START, _DAY, _KIND,
        *_group("Người chết", "deceased", (_NAME, _BORN, ("Giới tính", "sex"), *_ORIGIN, _HOME, _CARD)),
        *_group("Sự việc chết", "deceased", (
            ("Ngày chết", "death_date"), ("Giờ chết", "death_time"), ("Nơi chết", "death_place"),
            ("Nguyên nhân", "death_cause"),
        )),
        ("Giấy báo tử", "Số", "entry.death_notice_number"), ("Giấy báo tử", "Ngày cấp", "entry.death_notice_date"),
        ("Giấy báo tử", "Nơi cấp", "entry.death_notice_place"),
        *_group("Người đi khai", "requester", _REPORTER), *_END,
    ),
    "CMC": (
        *_START, ("", "Quyết định số", "entry.decision_number"), _DAY, ("", "Loại", "entry.recognition_kind"),
        *_group("Người nhận (cha/mẹ)", "parent", _PARTY), *_group("Người con", "child", _PARTY),
        *_group("Người yêu cầu", "requester", (_NAME, ("Quan hệ", "relation"))), *_END,
    ),
    "HN": (
        *_START, ("", "Ngày cấp", "entry.registration_date"),
        *_group("Người được xác nhận", "subject", (_NAME, _BORN, ("Giới tính", "sex"), *_ORIGIN, _HOME, _CARD)),
        ("", "Tình trạng hôn nhân", "subject.marital_status"), ("", "Mục đích", "subject.purpose"), *_END,
    ),
}  # fmt: skip
_WORDS: Final = {
    "sex": {"M": "Nam", "F": "Nữ"},
    "registration_kind": {"on_time": "ĐH", "late": "QH", "again": "ĐKL"},
    "recognition_kind": {"father_child": "Cha nhận con", "mother_child": "Mẹ nhận con"},
}
_DITTO: Final = ("residence", "ethnic_group", "nationality", "home_place", "birth_place")
_DITTO_MARKS: Final = ("nt", "nt", "nt", "-nt-", "nt.", '"', "//")
_DATA_ROW: Final = 5


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
        self._columns = COLUMNS[register_type]
        self._format = _font("VNI-Times" if self._vni else "Times New Roman")

    def fill(self, copies: list[Copy]) -> list[Position]:
        """Write title, header, rows and footer; say where each row stands."""
        self._head()
        positions: list[Position] = []
        above: Cells = {}
        for ordinal, copy in enumerate(copies, start=1):
            row = _DATA_ROW + ordinal - 1
            self._row(row, ordinal, copy, above)
            above = copy.cells
            positions.append(self._position(row, copy.expected, copy))
        row = _DATA_ROW + len(copies)
        for text, column in self._footer(len(copies)):
            self._put(row, column, text)
            positions.append(self._position(row, Expected.FOOTER, None))
            row += 1
        return positions

    def _position(self, row: int, expected: Expected, copy: Copy | None) -> Position:
        return Position(self._file, self._name, row + 1, self._type, expected, copy)

    def _put(self, row: int, column: int, value: Cell, *, other: bool = False) -> None:
        if isinstance(value, str) and self._vni != other:
            value = encode_vni(value)
        self._sheet.write(row, column, value, self._format)

    def _text(self, text: str) -> str:
        return encode_vni(text) if self._vni else text

    def _head(self) -> None:
        for row, text in enumerate(("UBND XÃ HỘI XUÂN", _TITLES[self._type], f"Năm {self._year}")):
            self._put(row, 0, text)
        first = 0
        while first < len(self._columns):
            group, label, _ = self._columns[first]
            last = first
            while group and last + 1 < len(self._columns) and self._columns[last + 1][0] == group:
                last += 1
            if group:
                self._sheet.write_merge(3, 3, first, last, self._text(group), self._format)
                for column in range(first, last + 1):
                    self._put(4, column, self._columns[column][1])
            else:
                self._sheet.write_merge(3, 4, first, first, self._text(label), self._format)
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
