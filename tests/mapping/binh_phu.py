"""A fourth, invented commune whose files differ from those of all three, with invented people.

Births in an OpenDocument workbook with a sheet per year, marriages in a csv of an unknown program,
deaths in Excel under two header rows of other words, certificates in another csv.
"""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path

import xlsxwriter

from tests.importers.exports import ods, put

FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Võ", "Đặng", "Bùi")
MIDDLES = {"M": ("Văn", "Hữu", "Minh"), "F": ("Thị", "Ngọc", "Kim")}
GIVEN = {"M": ("An", "Bình", "Dũng", "Hùng", "Tâm"), "F": ("Hoa", "Lan", "Mai", "Sáu", "Thúy")}
HAMLETS = ("ấp Bình Đức", "ấp Bình Hưng", "ấp Bình Long")
NAME = "Bình Phú"

BIRTHS = (
    "TT", "Số KS", "Ngày vào sổ", "Họ tên trẻ", "Phái", "Sinh ngày", "Chỗ sinh", "Quê", "Dân tộc",
    "Họ tên mẹ", "Năm sinh mẹ", "Hộ khẩu mẹ", "Họ tên cha", "Năm sinh cha", "Hộ khẩu cha",
    "Người khai", "Là gì", "Chú thích", "Mã vạch",
)  # fmt: skip
MARRIAGES = (
    "ID", "SO_GIAY", "QUYEN", "NGAY_CAP", "HOTEN_CHONG", "NGAYSINH_CHONG", "DANTOC_CHONG",
    "CMT_CHONG", "DIACHI_CHONG", "HOTEN_VO", "NGAYSINH_VO", "DANTOC_VO", "CMT_VO", "DIACHI_VO",
    "LAN_THU", "NGUOI_KY", "GHI_CHU",
)  # fmt: skip
CERTIFICATES = (
    "so_dang_ky", "ngay_cap", "ho_ten_nguoi_duoc_cap", "nam_sinh", "gioi", "dan_toc", "noi_o",
    "so_cccd", "tinh_trang_hon_nhan", "ly_do", "nguoi_ky",
)  # fmt: skip
DEATHS = (
    ("Số", ()),
    ("Ngày ghi sổ", ()),
    ("Người quá cố", ("Họ tên", "Ngày sinh", "Giới", "Dân tộc", "Nơi ở")),
    ("Việc tử", ("Chết ngày", "Chết tại", "Lý do chết")),
    ("Người báo tử", ("Họ tên", "Quan hệ")),
    ("Ghi chú", ()),
)


def _person(rng, sex):
    return " ".join((rng.choice(FAMILIES), rng.choice(MIDDLES[sex]), rng.choice(GIVEN[sex])))


def _day(rng, year):
    return f"{rng.randint(1, 28):02}/{rng.randint(1, 12):02}/{year}"


def _paper(rng):
    return f"31{rng.randrange(10**7):07}"


def births(rng, year, count=20):
    """Rows of one sheet of births: a title, the header, the entries."""
    rows = [[f"SỔ KHAI SINH NĂM {year}"], [], list(BIRTHS)]
    for number in range(1, count + 1):
        sex = rng.choice("MF")
        home = f"{rng.choice(HAMLETS)}, xã {NAME}"
        rows.append(
            [
                *(number, number, _day(rng, year), _person(rng, sex), {"M": "T", "F": "G"}[sex]),
                *(_day(rng, year), "Trạm y tế xã", "Cai Lậy, Tiền Giang", "Kinh"),
                *(_person(rng, "F"), rng.randint(1960, 1985), home),
                *(_person(rng, "M"), rng.randint(1955, 1985), home),
                *(_person(rng, "F"), rng.choice(("mẹ", "cha", "bà nội")), ""),
                f"BP-{year}-{number}",
            ]
        )
    return rows


def marriages(rng, count=30):
    """Lines of the csv of marriages."""
    for number in range(1, count + 1):
        home = f"{rng.choice(HAMLETS)}, xã {NAME}"
        yield [
            *(f"KH{number:06}", f"{number}/2005", "01/2005", _day(rng, 2005)),
            *(_person(rng, "M"), _day(rng, 1975), "Kinh", _paper(rng), home),
            *(_person(rng, "F"), _day(rng, 1980), "Kinh", _paper(rng), home),
            *("1", "Lê Văn Tư", ""),
        ]


def certificates(rng, count=25):
    """Lines of the csv of certificates of marital status."""
    for number in range(1, count + 1):
        sex = rng.choice("MF")
        yield [
            *(f"{number}/2021", f"2021-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"),
            *(_person(rng, sex), str(rng.randint(1980, 2000)), {"M": "Nam", "F": "Nữ"}[sex]),
            *("Kinh", f"{rng.choice(HAMLETS)}, xã {NAME}", f"082{rng.randrange(10**9):09}"),
            *("Chưa đăng ký kết hôn với ai", "kết hôn", "Lê Văn Tư"),
        ]


def deaths(path, rng, count=25):
    """The workbook of deaths, groups merged over their columns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Sổ")
        sheet.write(0, 0, "SỔ KHAI TỬ")
        place = 0
        for group, labels in DEATHS:
            if len(labels) > 1:
                sheet.merge_range(2, place, 2, place + len(labels) - 1, group)
            else:
                sheet.write(2, place, group)
            for label in labels:
                sheet.write(3, place, label)
                place += 1
            place += not labels
        for number in range(1, count + 1):
            sex = rng.choice("MF")
            line = [f"{number}/2008", _day(rng, 2008), _person(rng, sex), str(1930 + number)]
            line += [{"M": "Nam", "F": "Nữ"}[sex], "Kinh", f"{rng.choice(HAMLETS)}, xã {NAME}"]
            line += [_day(rng, 2008), "tại nhà", "già yếu", _person(rng, "M"), "con", ""]
            for column, cell in enumerate(line):
                sheet.write(3 + number, column, cell)


def write(folder: Path, seed: int = 4) -> Path:
    """Write all files into a folder of the commune."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    ods(folder / "Sổ khai sinh.ods", {str(year): births(rng, year) for year in (2003, 2004)})
    put(folder / "ket hon 2005.csv", _csv([MARRIAGES, *marriages(rng)], ","))
    deaths(folder / "Khai tử 2006-2010.xlsx", rng)
    put(folder / "xnhn.csv", _csv([CERTIFICATES, *certificates(rng)], ";"))
    return folder


def _csv(lines, delimiter):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(lines)
    return text.getvalue()
