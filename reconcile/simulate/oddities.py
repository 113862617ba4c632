"""What is odd about exported files, found again in the files themselves.

The catalogue says for each oddity of the formats how it looks in a cell, a header or a file name.
It is used to list in the README of ``sample_exports/`` where each of them stands, and to test that
none is missing there.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from reconcile.simulate.writers.hoi_xuan import LAST_VNI_YEAR
from reconcile.text.legacy import decode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Raw = str | int | float | bool | dt.date | dt.time | dt.timedelta | None
# Letters of VNI text that Vietnamese in Unicode never has.
_VNI_ONLY: Final = re.compile("[øûïåäëüñöæ]", re.IGNORECASE)
_UNICODE_ONLY: Final = re.compile("[\u0102-\u01b0\u1ea0-\u1ef9]")


class Seen(NamedTuple):
    """One cell as it stands in a file.

    Attributes:
        commune: id of the commune.
        file: name within the commune's folder.
        sheet: name of the sheet, empty for csv and dbf.
        row: the number that a person sees.
        raw: the cell as read.
        text: the cell as text, its encoding undone.
        vni: stands in a sheet typed in VNI.
    """

    commune: str
    file: str
    sheet: str
    row: int
    raw: Raw
    text: str
    vni: bool


class Oddity(NamedTuple):
    """One oddity: what it is, and how to see it."""

    text: str
    holds: Callable[[Seen], bool]


def _like(text: str, pattern: str, commune: str = "") -> Oddity:
    compiled = re.compile(pattern)

    def holds(seen: Seen) -> bool:
        return commune in ("", seen.commune) and compiled.search(seen.text) is not None

    return Oddity(text, holds)


def _file(text: str, pattern: str) -> Oddity:
    compiled = re.compile(pattern)
    return Oddity(text, lambda seen: seen.row == 1 and compiled.search(seen.file) is not None)


def _header(text: str, pattern: str, commune: str, rows: tuple[int, ...]) -> Oddity:
    compiled = re.compile(pattern)
    return Oddity(
        text,
        lambda seen: (
            seen.commune == commune and seen.row in rows and compiled.search(seen.text) is not None
        ),
    )


def _number_of(digits: int) -> Callable[[Seen], bool]:
    def holds(seen: Seen) -> bool:
        return isinstance(seen.raw, float) and len(f"{seen.raw:.0f}") == digits

    return holds


CATALOGUE: Final = (
    _like("number `24`", r"^\d{1,3}$"),
    _like("number with its year `24/2010`", r"^\d{1,3}/(19|20)\d\d$"),
    _like("book `01/2007`", r"^0\d/(19|20)\d\d$"),
    _like("book `01-2007`", r"^0\d-(19|20)\d\d$"),
    _like("book `01-TP/HT-2015-KS`", r"^0\d-TP/HT-\d{4}-[A-Z]+$"),
    _like("date `dd.mm.yyyy`", r"^\d\d\.\d\d\.\d{4}$"),
    _like("date `dd/mm/yyyy`", r"^\d\d/\d\d/\d{4}$"),
    _like("date `dd-mm-yyyy`", r"^\d\d-\d\d-\d{4}$"),
    _like("month only `mm.yyyy`", r"^\d\d\.(19|20)\d\d$", "hiep_duc"),
    _like("year only", r"^(19|20)\d\d$"),
    _like("unknown day `00.00.1950`", r"^00[./]00[./]\d{4}$"),
    _like("1 January for an unknown day", r"^01[./]01[./]\d{4}$"),
    _like("ISO date in the csv", r"^\d{4}-\d\d-\d\d$", "tan_phong"),
    _like("two-digit year", r"^\d\d[./-]\d\d[./-]\d\d$"),
    _like("age for a date `32 tuổi`", r"^\d+ tuổi$"),
    _like("hour in a date `0h20' ngày 25/9/2000`", r"^\d+h\d+' ngày"),
    _like("hour behind the date in a dBase field", r"^\d\d-\d\d-\d{4} \d\d:\d\d$"),
    _like("lunar date in words", "âm lịch"),
    Oddity("real Excel date cell", lambda seen: isinstance(seen.raw, dt.date)),
    Oddity("12-digit number as an Excel number, its 0 lost", _number_of(11)),
    Oddity("9-digit number as an Excel number", _number_of(9)),
    _like("no value: `-` or `--`", "^--?$"),
    _like("no value: `.`", r"^\.$"),
    _like("no value: `Không`", "^Không$"),
    _like("no value: `không rõ`", "^không rõ$"),
    _like("no value: `Không có thông tin`", "^Không có thông tin$"),
    _like("no value: `KXĐ`", "^KXĐ$"),
    _like("no value: `Null`", "^Null$"),
    _like("same as above: `nt`", "^nt$", "hoi_xuan"),
    _like("same as above: `-nt-`", "^-nt-$", "hoi_xuan"),
    _like("same as above: `nt.`", r"^nt\.$", "hoi_xuan"),
    _like('same as above: `"`', '^"$', "hoi_xuan"),
    _like("same as above: `//`", "^//$", "hoi_xuan"),
    _file(
        "file name of more than 7 parts, multi-year book",
        r"^[A-Z]+\.19\d\d\.\d\d\..*\.\d\d\.01\.xlsx$",
    ),
    _file("book digitised a second time", r"\.2\.xlsx$"),
    _header("column code in other letter case `So`", "^[A-Z][a-z]+[A-Z]", "hiep_duc", (2,)),
    _header("column code with a trailing blank", r"\S $", "hiep_duc", (2,)),
    _header("`noiDangKyUBND` for `noiDangKy`", "^noiDangKyUBND *$", "hiep_duc", (2,)),
    _header("`nxnLoaiMucDiSuDung`", "^nxnLoaiMucDiSuDung *$", "hiep_duc", (2,)),
    _header("unknown column", "^maHoSoScan *$", "hiep_duc", (2,)),
    _header("personal number in newer files", "^nksSoDinhDanhCaNhan *$", "hiep_duc", (2,)),
    _like("trailing total row", "^Tổng cộng", "hiep_duc"),
    _like("names in capitals", "^(NGUYỄN|TRẦN|LÊ|PHẠM) (VĂN|THỊ) ", "hiep_duc"),
    _like("footer `Cộng: … trường hợp`", "^Cộng: ", "hoi_xuan"),
    _header("header label other than usual", "^(Họ tên|TT|Nơi cư trú)", "hoi_xuan", (4, 5)),
    _header("header in capitals", "^HỌ (VÀ )?TÊN", "hoi_xuan", (4, 5)),
    Oddity("text in VNI", lambda seen: seen.vni and _VNI_ONLY.search(str(seen.raw)) is not None),
    Oddity(
        "cell in Unicode among VNI",
        lambda seen: seen.vni and _UNICODE_ONLY.search(str(seen.raw)) is not None,
    ),
    Oddity(
        "cell in VNI among Unicode",
        lambda seen: (
            seen.commune == "hoi_xuan"
            and not seen.vni
            and _VNI_ONLY.search(str(seen.raw)) is not None
        ),
    ),
    Oddity("sheet `Nam 2005`", lambda seen: seen.row == 1 and seen.sheet.startswith("Nam ")),
    Oddity("no-break space", lambda seen: "\u00a0" in seen.text),
    Oddity("zero-width space", lambda seen: "\u200b" in seen.text),
    Oddity("Icelandic Ð or ð", lambda seen: "Ð" in seen.text or "ð" in seen.text),
    Oddity("two blanks in a row", lambda seen: "  " in seen.text.strip()),
    _like("shortened `Ng.`", "^Ng[.~\u0303]? "),
    _like("another name in brackets", r"\((tên khác|tức)"),
    _like("abbreviated place", ", (CL|TG|HĐ|HX|TP)(,|$)"),
    _like("old name of a place", "Hội Sơn|Xuân Sơn|Mỹ Tho", "hoi_xuan"),
    _like("note of a divorce", "ly hôn theo QĐ"),
    _like("note of a correction", "^Cải chính"),
    _like("note of a re-registration", "^Đăng ký lại, số cũ"),
    _like("line break in a csv cell", "\n", "tan_phong"),
)


def find(delivery: Path) -> dict[str, list[Seen]]:
    """Every place of every oddity of the catalogue.

    Args:
        delivery: a delivery's folder.

    Returns:
        Cells by the oddity's text, in file order; empty lists where an oddity does not occur.
    """
    found: dict[str, list[Seen]] = {oddity.text: [] for oddity in CATALOGUE}
    for seen in _cells(delivery):
        for oddity in CATALOGUE:
            if oddity.holds(seen):
                found[oddity.text].append(seen)
    return found


def _cells(delivery: Path) -> Iterator[Seen]:
    readers = {".xlsx": _workbook, ".xls": _workbook, ".csv": _csv, ".dbf": _dbf}
    for path in sorted(delivery.glob("*/*")):
        reader = readers.get(path.suffix.lower())
        if reader is not None and not path.name.startswith("~$"):
            yield from reader(path)


def _workbook(path: Path) -> Iterator[Seen]:
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_path(path)
    for name in book.sheet_names:
        vni = path.suffix == ".xls" and int(name[-4:]) <= LAST_VNI_YEAR
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for row, cells in enumerate(rows, start=1):
            for raw in cells:
                if raw != "":
                    text = f"{raw:.0f}" if isinstance(raw, float) else str(raw)
                    mixed = not vni or _UNICODE_ONLY.search(text)
                    text = text if mixed else decode(text, "vni")
                    yield Seen(path.parent.name, path.name, name, row, raw, text, vni)


def _csv(path: Path) -> Iterator[Seen]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream, delimiter=";")
        row = 1
        for values in reader:
            for value in values:
                if value:
                    text = decode(value, "unicode")
                    yield Seen(path.parent.name, path.name, "", row, value, text, vni=False)
            row = reader.line_num + 1


def _dbf(path: Path) -> Iterator[Seen]:
    content = path.read_bytes()
    header, size = (int.from_bytes(content[at : at + 2], "little") for at in (8, 10))
    widths = [content[at + 16] for at in range(32, header - 1, 32)]
    for row in range(1, int.from_bytes(content[4:8], "little") + 1):
        at = header + (row - 1) * size + 1
        for width in widths:
            raw = content[at : at + width].decode("latin-1").strip(" ")
            at += width
            if raw:
                yield Seen(
                    path.parent.name, path.name, "", row, raw, decode(raw, "tcvn3"), vni=False
                )
