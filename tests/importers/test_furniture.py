"""Rows that are no entries, and what may not be said about them."""

import json

import pytest

from reconcile.text.legacy import encode
from tests.importers.exports import (
    CSV_HN,
    KS_CODES,
    KS_LABELS,
    hn_line,
    ks_row,
    ods,
    put,
    read,
    xls,
    xlsx,
)

GROUPS = ["STT", "Số", "Quyển số", "Ngày đăng ký", "Loại đăng ký", "Người được khai sinh", "", "",
          "", "", "", "Người mẹ", "", "Người cha", "", "Người ký", "Ghi chú"]  # fmt: skip
COLUMNS = ["", "", "", "", "", "Họ và tên", "Ngày", "Tháng", "Năm", "Giới tính", "Dân tộc",
           "Họ và tên", "Năm sinh", "Họ và tên", "Năm sinh", "", ""]  # fmt: skip
BLANK = dict.fromkeys(KS_CODES, "")


@pytest.fixture
def delivery(tmp_path):
    return tmp_path / "2025-07-01"


def outcomes(result):
    return list(zip(result.rows["row"], result.rows["outcome"], result.rows["reason"], strict=True))


def codes(result):
    found = result.findings[
        ~result.findings["code"].isin(["column_missing", "table_not_delivered"])
    ]
    return sorted(found["code"])


def birth(number, **cells):
    row = {"STT": str(number), "Số": str(number), "ngay": "05/03/2004", "loai": "ĐH",
           "ten": "Nguyễn Văn Ân", "d": "1", "m": "3", "y": "2004", "sex": "Nam", "dt": "Kinh",
           "me": "Trần Thị Bé", "nsme": "1980", "cha": "Võ Văn Út", "nscha": "1979"}  # fmt: skip
    row |= cells
    return [row["STT"], row["Số"], "", *list(row.values())[2:], "Lê Văn Đặng", ""]


@pytest.mark.parametrize("encoding", ["vni", "unicode", "tcvn3"])
def test_a_two_row_header_repeated_on_every_page_is_known_in_any_encoding(delivery, encoding):
    rows = [
        ["UBND XÃ HỘI XUÂN"], ["SỔ ĐĂNG KÝ KHAI SINH"], ["Năm 2004"], GROUPS, COLUMNS,
        birth(1), birth(2), GROUPS, COLUMNS, birth(3, dt="nt"), GROUPS, COLUMNS, birth(4),
    ]  # fmt: skip
    coded = [[encode(cell, encoding) for cell in row] for row in rows]
    xls(delivery / "hoi_xuan" / "So khai sinh.xls", {"2004": coded})
    result = read(delivery)
    assert [outcome for _, outcome, _ in outcomes(result)] == (
        ["", "", "footer", "footer", "", "footer", "footer", ""]
    )
    entries = [json.loads(text) for text in result.rows["fields"][result.rows["outcome"] == ""]]
    assert {entry["child.name"] for entry in entries} == {"Nguyễn Văn Ân"}
    assert [entry["child.ethnic_group"] for entry in entries] == ["Kinh"] * 4
    assert [entry["child.sex"] for entry in entries] == ["M"] * 4
    assert codes(result) == ["header_repeated"] * 4


def test_codes_are_not_looked_for_in_signatures_and_repeated_headers(delivery):
    rows = [
        ks_row(1), KS_CODES, ks_row(2),
        ks_row(**BLANK | {"nksGioiTinh": "TM. UBND XÃ", "loaiDangKy": "TM. UBND XÃ"}),
        ks_row(**BLANK | {"nksGioiTinh": "Phó Chủ tịch"}),
        ks_row(**BLANK | {"nksGioiTinh": "Trần Văn Ký"}),
    ]  # fmt: skip
    xlsx(delivery / "hiep_duc" / "KS.2007.01.xlsx", {"KS": [KS_LABELS, KS_CODES, *rows]})
    assert codes(read(delivery)) == ["header_repeated"]


def test_codes_in_both_rows_of_a_header_are_one_header(delivery):
    rows = [KS_CODES, KS_CODES, ks_row(1), ks_row(2)]
    xlsx(delivery / "hiep_duc" / "KS.2007.01.xlsx", {"KS": rows})
    result = read(delivery)
    assert outcomes(result) == [(3, "", ""), (4, "", "")]
    assert codes(result) == []


def test_a_number_that_was_left_blank_is_refused_and_no_footer(delivery):
    left = {"ngay_cap": "2020-05-06", "ghi_chu": "Bỏ trống"}
    for code in ("gioi_tinh", "ngay_sinh", "ma_ho_so", "quyen"):
        left[code] = ""
    lines = [
        CSV_HN,
        hn_line(1),
        hn_line(2, "", **left),
        hn_line(3),
        "Cộng: 3 trường hợp",
        hn_line(4, "", **left),
        hn_line(5, "", **left | {"ghi_chu": "Cộng: bỏ trống"}),
        ";;;;;;Hiệp Đức, ngày 31 tháng 12 năm 2020",
    ]
    put(delivery / "tan_phong" / "tanphong_hn.csv", "\n".join(lines))
    assert outcomes(read(delivery)) == [
        (2, "", ""),
        (3, "refused", "no_principal_name"),
        (4, "", ""),
        (5, "footer", "footer"),
        (6, "refused", "no_principal_name"),
        (7, "refused", "no_principal_name"),
        (8, "footer", "footer"),
    ]


def test_a_book_in_an_opendocument_workbook(delivery):
    rows = [KS_LABELS, KS_CODES, ks_row(1), [], ks_row(2, nksGioiTinh="2")]
    ods(delivery / "hiep_duc" / "KS.2007.01.ods", {"KS": rows})
    result = read(delivery)
    assert outcomes(result) == [(3, "", ""), (5, "", "")]
    (file,) = result.files.to_dict("records")
    assert json.loads(file["evidence"])["reader"] == "ods"
    assert json.loads(result.rows["fields"][1])["child.sex"] == "F"
    assert codes(result) == []


FOOTERS = [
    "Cộng tháng 4: 01", "Cộng quý I: 12", "Cộng năm 2004: 125", "Tổng cộng", "Cộng sổ",
    "Cộng trang này: 10", "Cộng mang sang", "Lũy kế: 45", "Tháng 4: 01", "Người lập biểu",
    "Người vào sổ", "TM. UBND", "KT. CHỦ TỊCH", "Thủ trưởng đơn vị", "Cán bộ TP-HT",
    "Hiệp Đức, ngày … tháng …", "Hiệp Đức, ngày 31/12/2020", "Trong đó: nam 3, nữ 4",
    "Hết", "--- HẾT ---", "Người viết", "Người viết sổ",
]  # fmt: skip


@pytest.mark.parametrize("column", ["STT", "so", "ngayDangKy", "nksHoTen", "chaHoTen", "ghiChu"])
def test_totals_and_signatures_are_footers_in_any_column(delivery, column):
    rows = [ks_row(1), *(ks_row(**BLANK | {column: text}) for text in FOOTERS), ks_row(2)]
    xlsx(delivery / "hiep_duc" / "KS.2007.01.xlsx", {"KS": [KS_LABELS, KS_CODES, *rows]})
    told = [outcome for _, outcome, _ in outcomes(read(delivery))]
    assert told == ["", *["footer"] * len(FOOTERS), ""]


@pytest.mark.parametrize("encoding", ["vni", "tcvn3"])
def test_totals_and_signatures_are_footers_in_legacy_text(delivery, encoding):
    texts = [text for text in FOOTERS if "…" not in text]
    rows = [
        ["UBND XÃ HỘI XUÂN"], ["SỔ ĐĂNG KÝ KHAI SINH"], ["Năm 2004"], GROUPS, COLUMNS, birth(1),
        birth(2), *([""] * 5 + [text] for text in texts), birth(3),
    ]  # fmt: skip
    coded = [[encode(cell, encoding) for cell in row] for row in rows]
    xls(delivery / "hoi_xuan" / "So khai sinh.xls", {"2004": coded})
    told = [outcome for _, outcome, _ in outcomes(read(delivery))]
    assert told == ["", "", *["footer"] * len(texts), ""]


@pytest.mark.parametrize(
    "cells",
    [
        {"nksNgaySinh": "ngày 25 tháng 9 năm 2000"},
        {"ghiChu": "Cộng: bỏ trống"},
        {"ghiChu": "Mỹ Tho, ngày 3/4/2000"},
        {"nksNgaySinh": "2000", "nksHoTen": "Công Tằng Tôn Nữ Năm"},
        {"nksNgaySinh": "2000", "nksHoTen": "Tổng Thị Cộng"},
        {"nksHoTen": "Cộng", "nksGioiTinh": "Nam"},
        {"nksHoTen": "Tổng", "chaHoTen": "Lê Văn Bé"},
        {"nksHoTen": "Tư Pháp"},
        {"nksHoTen": "Hết"},
    ],
)
def test_a_person_with_a_number_and_few_cells_is_no_footer(delivery, cells):
    sparse = ks_row(**BLANK | {"so": "7", "nksHoTen": "Lê Thị Hết"} | cells)
    rows = [ks_row(1), sparse, ks_row(2)]
    xlsx(delivery / "hiep_duc" / "KS.2007.01.xlsx", {"KS": [KS_LABELS, KS_CODES, *rows]})
    assert [outcome for _, outcome, _ in outcomes(read(delivery))] == [""] * 3


@pytest.mark.parametrize("word", ["Cộng", "Tổng", "Tổng cộng", "CỘNG SỔ"])
def test_a_word_of_a_total_beside_figures_is_a_footer(delivery, word):
    total = ks_row(**BLANK | {"so": "125", "nksHoTen": word, "nksNgaySinh": "60"})
    xlsx(delivery / "hiep_duc" / "KS.2007.01.xlsx", {"KS": [KS_LABELS, KS_CODES, ks_row(1), total]})
    assert [outcome for _, outcome, _ in outcomes(read(delivery))] == ["", "footer"]


@pytest.mark.parametrize(
    ("words", "standard"),
    [
        ("ĐK quá hạn", "late"), ("dk qua han", "late"), ("ĐKQH", "late"), ("Đăng ký trễ", "late"),
        ("ĐK đúng hạn", "on_time"), ("DK dung han", "on_time"), ("trong hạn", "on_time"),
        ("Đăng ký lại", "again"), ("ĐKL", "again"), ("dkl", "again"), ("ĐK lại", "again"),
        ("Ghi vào sổ", "foreign"), ("ghi vao so ho tich", "foreign"), ("ĐK mới", "first"),
    ],
)  # fmt: skip
def test_usual_words_for_kinds_of_registration_are_known(delivery, words, standard):
    rows = [KS_LABELS, KS_CODES, ks_row(1, loaiDangKy=words)]
    xlsx(delivery / "hiep_duc" / "KS.2007.01.xlsx", {"KS": rows})
    result = read(delivery)
    assert json.loads(result.rows["fields"][0])["entry.registration_kind"] == standard
    assert codes(result) == []
