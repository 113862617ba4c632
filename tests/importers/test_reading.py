import datetime
import json
import shutil
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.config import load_register_types
from reconcile.errors import AccountingError, ExportError
from reconcile.importers import account
from reconcile.text.legacy import encode
from tests.importers.exports import (
    CSV_HN,
    KS_CODES,
    KS_LABELS,
    MAPPINGS,
    TYPES,
    dbf,
    hn_line,
    ks_row,
    put,
    read,
    xls,
    xlsx,
)


@pytest.fixture
def delivery(tmp_path):
    return tmp_path / "2025-07-01"


def fields(result):
    return [json.loads(text) for text in result.rows["fields"]]


def cells(result):
    return [json.loads(text) for text in result.rows["cells"]]


def codes(result):
    found = result.findings[
        ~result.findings["code"].isin(["column_missing", "table_not_delivered"])
    ]
    return sorted(found["code"])


def outcomes(result):
    return list(zip(result.rows["row"], result.rows["outcome"], result.rows["reason"], strict=True))


def hiep_duc(delivery, rows, header=KS_CODES, name="KS.2007.01.xlsx", labels=KS_LABELS):
    xlsx(delivery / "hiep_duc" / name, {"KS": [labels, header, *rows]})
    return read(delivery)


# -- Hiệp Đức: codes below labels ---------------------------------------------------------------


def test_a_book_of_the_ministrys_template(delivery):
    result = hiep_duc(delivery, [ks_row(24, ghiChu="Đã cải chính"), [""], ks_row(25, "LÊ THỊ HOA")])
    assert list(result.rows["row"]) == [3, 5]
    assert set(result.rows["sheet"]) == {"KS"}
    assert set(result.rows["family"]) == {"workbooks"}
    first = fields(result)[0]
    assert first["entry.number"] == "24"
    assert first["entry.book"] == "01/2007"
    assert first["entry.registration_kind"] == "on_time"
    assert first["child.sex"] == "M"
    assert first["mother.name"] == "Trần Thị Bé"
    assert first["entry.notes"] == "Đã cải chính"
    assert "father.name" not in first
    assert cells(result)[0]["nksGioiTinh"] == "1"
    (file,) = result.files.to_dict("records")
    assert (file["status"], file["table"], file["register_types"]) == ("read", "ks", "KS")
    assert json.loads(file["evidence"])["sheets"][0]["header_row"] == 2
    assert codes(result) == []


def test_header_variants(delivery):
    header = ["SO ", "quyenso", "noiDangKyUBND", "NKSHOTEN", "nks HoTen", "ngayDangKy", "tamTru",
              "nksGioiTnh", "", "ghiChu", "ghiChu"]  # fmt: skip
    row = [
        "24",
        "01",
        "xã Hiệp Đức",
        "Nguyễn Văn An",
        "khác",
        "05.03.2007",
        "x",
        "2",
        "lạ",
        "a",
        "b",
    ]
    result = hiep_duc(delivery, [row], header)
    (only,) = fields(result)
    assert only["entry.registration_place"] == "xã Hiệp Đức"
    assert only["child.name"] == "Nguyễn Văn An"
    assert only["child.sex"] == "F"
    assert only["entry.notes"] == "a"
    assert list(cells(result)[0]) == [
        "SO", "quyenso", "noiDangKyUBND", "NKSHOTEN", "nks HoTen", "ngayDangKy", "tamTru",
        "nksGioiTnh", "[I]", "ghiChu", "ghiChu (2)",
    ]  # fmt: skip
    assert codes(result) == [
        "column_duplicate", "column_duplicate", "column_unknown", "header_guessed",
    ]  # fmt: skip
    missing = result.findings[result.findings["code"] == "column_missing"]
    assert "entry.page" in set(missing["field"])


def test_a_column_of_another_register_type_is_no_typing_error(delivery):
    header = ["nktHoTen" if code == "nksHoTen" else code for code in KS_CODES]
    with pytest.raises(ExportError) as caught:
        hiep_duc(delivery, [ks_row()], header)
    assert "nksHoTen" in str(caught.value.faults[0])


def test_the_header_is_found_by_content_and_not_by_its_place(delivery):
    xlsx(
        delivery / "hiep_duc" / "KS.2007.01.xlsx",
        {"Trang 1": [["UBND XÃ HIỆP ĐỨC"], [], KS_LABELS, ["", *KS_CODES], ["", *ks_row()]]},
    )
    result = read(delivery)
    assert list(result.rows["row"]) == [5]
    assert fields(result)[0]["entry.number"] == "1"


def test_cells_that_excel_changed(delivery):
    row = ks_row(
        24,
        so=datetime.date(2010, 5, 1),
        quyenSo=datetime.date(2007, 1, 1),
        ngayDangKy=datetime.date(2007, 3, 5),
        nksNgaySinh=datetime.datetime(2007, 2, 1, 0, 20),  # noqa: DTZ001 - Excel has no zones
        nksGioiTinh=2,
        loaiDangKy=4,
        meSoGiayToTuyThan=82090000123,
    )
    result = hiep_duc(delivery, [row])
    (only,) = fields(result)
    assert only["entry.number"] == "5/2010"
    assert only["entry.book"] == "01/2007"
    assert only["entry.registration_date"] == "2007-03-05"
    assert only["child.birth_date"] == "2007-02-01T00:20"
    assert only["child.sex"] == "F"
    assert only["entry.registration_kind"] == "late"
    assert only["mother.identity_number"] == "82090000123"
    raw = cells(result)[0]
    assert raw["so"] == {"date": "2010-05-01"}
    assert raw["meSoGiayToTuyThan"] == 82090000123
    assert codes(result) == [
        "date_cell_in_number_column", "date_cell_in_number_column", "number_cell_in_text_column",
    ]  # fmt: skip


def test_code_words(delivery):
    sexes = ["1", "2.0", "02", "Nữ", "NAM", "2 - Nữ", "0", "9", "không rõ", ""]
    result = hiep_duc(delivery, [ks_row(i, nksGioiTinh=sex) for i, sex in enumerate(sexes, 1)])
    assert [row.get("child.sex") for row in fields(result)] == [
        "M", "F", "F", "F", "M", "F", None, "9", "không rõ", None,
    ]  # fmt: skip
    (finding,) = result.findings[result.findings["code"] == "code_unknown"].to_dict("records")
    assert (finding["row"], finding["field"]) == (10, "child.sex")
    assert json.loads(finding["params"]) == {"count": 1}


# -- outcomes -----------------------------------------------------------------------------------


def test_furniture_of_a_sheet_is_no_entry_and_nothing_is_lost(delivery):
    blank = dict.fromkeys(KS_CODES, "")
    tail = [
        ks_row(**blank | {"STT": "Tổng cộng", "so": "3"}),
        ks_row(**blank | {"nksHoTen": "Cộng: 3 trường hợp"}),
        ks_row(**blank | {"ghiChu": "Hiệp Đức, ngày 31 tháng 12 năm 2007"}),
        ks_row(**blank | {"ghiChu": "NGƯỜI LẬP"}),
        ks_row(**blank | {"nksHoTen": "Nguyễn Thị Người Ký"}),
        ks_row(**blank | {"STT": 9}),
    ]
    rows = [
        [f"({number})" for number in range(1, len(KS_CODES) + 1)],
        ks_row(1),
        KS_LABELS,
        KS_CODES,
        ks_row(**blank | {"STT": "Tháng 2"}),
        ks_row(2, "Cộng Văn Tổng", ghiChu="Cộng"),
        ks_row(3, "", ghiChu="Bỏ trống"),
        ks_row(4, "không rõ"),
        ks_row(5, "01.02.2007"),
        ks_row(6, so=""),
        ks_row(7, so="", ngayDangKy=""),
        ks_row(**blank | {"nksHoTen": "Lê Văn Lẻ"}),
        ks_row(8),
        *tail,
    ]
    result = hiep_duc(delivery, rows)
    assert outcomes(result) == [
        (3, "footer", "column_numbers"),
        (4, "", ""),
        (5, "footer", "header_repeated"),
        (6, "footer", "header_repeated"),
        (7, "footer", "footer"),
        (8, "", ""),
        (9, "refused", "no_principal_name"),
        (10, "refused", "no_principal_name"),
        (11, "refused", "row_unreadable"),
        (12, "", ""),
        (13, "", ""),
        (14, "refused", "no_number_no_date"),
        (15, "", ""),
        *[(16 + index, "footer", "footer") for index in range(5)],
        (21, "footer", "ordinal_only"),
    ]
    assert codes(result).count("number_missing") == 2
    (line,) = account(result.rows).to_dict("records")
    assert (line["read"], line["accepted"], line["refused"]) == (19, 5, 4)
    assert (line["deleted"], line["footer"]) == (0, 10)


def test_accounting_refuses_what_it_does_not_know(delivery):
    rows = hiep_duc(delivery, [ks_row()]).rows
    rows["outcome"] = "vanished"
    with pytest.raises(AccountingError):
        account(rows)


def test_dittos_take_the_cell_above_but_not_a_repeated_header(delivery):
    rows = [
        ks_row(1, "nt", nksDanToc="-nt-"),
        ks_row(2, nksDanToc="Kinh", chaHoTen="Võ Văn Ba"),
        KS_CODES,
        ks_row(3, "//", nksDanToc="nt.", chaHoTen='"'),
        ks_row(4, "Lê Thị Tư", nksDanToc="nt", chaHoTen="nt"),
        ks_row(5, "Lê Thị Năm", so="nt"),
    ]
    result = hiep_duc(delivery, rows)
    read_fields = fields(result)
    assert outcomes(result)[0] == (3, "refused", "no_principal_name")
    assert read_fields[3]["child.name"] == "Nguyễn Văn An"
    assert [row.get("child.ethnic_group") for row in read_fields[3:5]] == ["Kinh", "Kinh"]
    assert [row.get("father.name") for row in read_fields[3:5]] == ["Võ Văn Ba"] * 2
    assert read_fields[5]["entry.number"] == "nt"  # a number is never the one above
    assert codes(result).count("ditto_without_above") == 2


# -- hashes -------------------------------------------------------------------------------------


def test_equal_content_has_one_hash_whatever_its_number_in_the_list_and_its_columns(delivery):
    one = hiep_duc(delivery, [ks_row(24)])
    other = delivery.parent / "2025-08-01"
    order = list(reversed(range(len(KS_CODES))))
    row = ks_row(24, STT=77)
    two = hiep_duc(
        other, [[row[i] for i in order]], [KS_CODES[i].upper() for i in order], labels=[]
    )
    assert list(one.rows["content_hash"]) == list(two.rows["content_hash"])
    assert list(one.rows["raw_hash"]) != list(two.rows["raw_hash"])


@settings(max_examples=25)
@given(st.sampled_from(sorted(set(KS_CODES) - {"STT"})), st.text("abcđé 1", min_size=1, max_size=5))
def test_another_cell_makes_another_content(tmp_path_factory, code, text):
    folder = tmp_path_factory.mktemp("x") / "2025-07-01"
    rows = [ks_row(24), ks_row(24) if not text.strip() else ks_row(24, **{code: f"ă{text}z"})]
    result = hiep_duc(folder, rows)
    assert (result.rows["content_hash"].nunique() == 1) is (not text.strip())


def test_cells_of_unknown_columns_count_as_content(delivery):
    rows = [[*ks_row(1), "a"], [*ks_row(1), "b"], [*ks_row(1), "a"]]
    hashes = list(hiep_duc(delivery, rows, [*KS_CODES, "maHoSoScan"]).rows["content_hash"])
    assert hashes[0] == hashes[2] != hashes[1]


def test_a_sheets_year_counts_only_where_the_row_says_none(delivery):
    rows = [ks_row(1), ks_row(2, ngayDangKy="05.03"), ks_row(3, ngayDangKy="", so="3/2006")]
    years = [row.get("entry.sheet_year") for row in fields(hiep_duc(delivery, rows))]
    assert years == [None, "2007", None]


# -- Hội Xuân: two-row header, VNI --------------------------------------------------------------

GROUPS = ["STT", "Số", "Quyển số", "Ngày đăng ký", "Loại đăng ký", "Người được khai sinh", "", "",
          "", "", "", "", "", "", "Người mẹ", "", "", "", "", "Người cha", "", "", "", "",
          "Người đi khai", "", "", "Người ký", "Ghi chú"]  # fmt: skip
PERSON = ["Họ và tên", "Năm sinh", "Dân tộc", "Quốc tịch", "Nơi thường trú"]
UNDER = ["", "", "", "", "", "Họ và tên", "Ngày", "Tháng", "Năm", "Giới tính", "Dân tộc",
         "Quốc tịch", "Nơi sinh", "Quê quán", *PERSON, *PERSON, "Họ và tên", "Quan hệ", "Số CMND",
         "", ""]  # fmt: skip
MERGES = [(3, 3, 5, 13), (3, 3, 14, 18), (3, 3, 19, 23), (3, 3, 24, 26)]


def birth(number, name="Nguyễn Văn Ân", **cells):
    row = [number, number, "01/2004", "05/03/2004", "ĐH", name, 1, 2, 2004, "Nam", "Kinh",
           "Việt Nam", "Trạm y tế", "Hội Xuân", "Trần Thị Thẳng", 1980, "Kinh", "Việt Nam",
           "ấp Xuân Điền", "Nguyễn Văn Hưởng", 1978, "nt", "nt", "nt", "Trần Thị Thẳng", "Mẹ",
           "311234567", "Lê Văn Ký", ""]  # fmt: skip
    for column, text in cells.items():
        row[int(column[1:])] = text
    return row


def hoi_xuan(delivery, rows, encoding="vni", sheet="2004", name="So khai sinh.xls"):
    typed = [
        [encode(cell, encoding) if isinstance(cell, str) else cell for cell in row]
        for row in [
            ["UBND XÃ HỘI XUÂN"],
            ["SỔ ĐĂNG KÝ KHAI SINH"],
            ["Năm 2004"],
            GROUPS,
            UNDER,
            *rows,
        ]
    ]
    merges = [(*merge, typed[3][merge[2]]) for merge in MERGES]
    for _, _, left, right, _ in merges:
        typed[3][left : right + 1] = [""] * (right + 1 - left)
    xls(delivery / "hoi_xuan" / name, {sheet: typed}, merges)
    return read(delivery)


@pytest.mark.parametrize("encoding", ["vni", "unicode"])
def test_a_book_kept_by_hand(delivery, encoding):
    result = hoi_xuan(delivery, [birth(1), birth(2, "Đặng Thị Lượm")], encoding)
    first, second = fields(result)
    assert first["child.name"] == "Nguyễn Văn Ân"
    assert first["mother.name"] == "Trần Thị Thẳng"
    assert (first["child.birth_day"], first["child.birth_year"]) == ("1", "2004")
    assert first["entry.registration_kind"] == "on_time"
    assert first["child.sex"] == "M"
    assert second["child.name"] == "Đặng Thị Lượm"
    assert second["requester.relation"] == "Mẹ"
    assert list(result.rows["row"]) == [6, 7]
    assert "Người mẹ / Họ và tên" in cells(result)[0]
    evidence = json.loads(result.files.iloc[0]["evidence"])["sheets"][0]
    assert evidence["text"]["encoding"] == encoding
    assert not set(codes(result)) & {"column_unknown", "encoding_doubtful", "code_unknown"}


def test_a_converted_cell_keeps_its_raw_form(delivery):
    result = hoi_xuan(delivery, [birth(1)])
    assert cells(result)[0]["Người được khai sinh / Họ và tên"] == "Nguyeãn Vaên AÂn"


@pytest.mark.parametrize(("most", "one"), [("vni", "unicode"), ("unicode", "vni")])
def test_a_few_cells_in_the_other_encoding(delivery, most, one):
    names = ["Đặng Thị Lượm", "Nguyễn Văn Hưởng", "Trần Thị Thẳng", "Huỳnh Quốc Đạt"] * 4
    rows = [birth(i, name) for i, name in enumerate(names, 1)]
    rows[5][5] = encode("Phạm Thị Tuyết Ngân", one)
    if most == "vni":
        rows[5][5] = "Phạm Thị Tuyết Ngân"
        typed = [[encode(c, "vni") if isinstance(c, str) and c != rows[5][5] else c for c in r]
                 for r in rows]  # fmt: skip
        result = hoi_xuan(delivery, typed, "unicode")
    else:
        result = hoi_xuan(delivery, rows, "unicode")
    assert [row["child.name"] for row in fields(result)][4:7] == [
        "Đặng Thị Lượm", "Phạm Thị Tuyết Ngân", "Trần Thị Thẳng",
    ]  # fmt: skip
    assert "encoding_of_cell" in codes(result)


def test_sheets_that_are_no_year_are_skipped_and_a_year_without_header_is_a_fault(delivery):
    book = {
        "Hướng dẫn": [["Cách nhập sổ"]],
        "2004": [GROUPS, UNDER, birth(1, c21="Kinh", c22="Việt Nam", c23="ấp Xuân Điền")],
        "Trống": [],
        "2006": [["UBND XÃ HỘI XUÂN"], ["Năm 2006"]],
    }
    path = delivery / "hoi_xuan" / "So khai sinh.xls"
    xls(path, book)
    result = read(delivery)
    assert codes(result) == ["sheet_skipped", "sheet_skipped"]
    states = [sheet["state"] for sheet in json.loads(result.files.iloc[0]["evidence"])["sheets"]]
    assert states == ["skipped", "read", "empty", "skipped"]
    xls(path, book | {"Nam 2005": [["Không có tiêu đề"], birth(1)]})
    with pytest.raises(ExportError) as caught:
        read(delivery)
    assert [fault.sheet for fault in caught.value.faults] == ["Nam 2005"]


# -- Tân Phong: dBase and csv -------------------------------------------------------------------


def test_a_dbase_table(delivery):
    columns = [("MA_SO", "C", 8), ("SO", "N", 5), ("QUYEN", "C", 8), ("NGAY_DK", "D", 8),
               ("LOAI_DK", "C", 1), ("HO_NKS", "C", 30), ("TEN_NKS", "C", 12), ("PHAI", "L", 1),
               ("NOI_SINH", "C", 60)]  # fmt: skip
    record = [
        "00000001",
        "7",
        "01/2007",
        "20070305",
        "2",
        "Trần Thị Thúy",
        "Phượng",
        "T",
        "ấp Tân Lộc",
    ]
    typed = [encode(cell, "tcvn3") for cell in record]
    assert "\u00ad" in typed[6]  # TCVN3's ư is a soft hyphen
    put(delivery / "tan_phong" / "KHAISINH.DBF", dbf(columns, [typed] * 3, deleted={1}))
    result = read(delivery)
    assert outcomes(result) == [(1, "", ""), (2, "deleted", ""), (3, "", "")]
    first = fields(result)[0]
    assert first["child.name_leading"] == "Trần Thị Thúy"
    assert first["child.name_given"] == "Phượng"
    assert first["child.sex"] == "F"
    assert first["entry.registration_kind"] == "late"
    assert first["entry.registration_date"] == "2007-03-05"
    assert list(result.rows["own_key"]) == ["00000001"] * 3
    assert cells(result)[0]["PHAI"] is True
    assert set(result.rows["sheet"]) == {""}
    assert result.rows["content_hash"].nunique() == 1


def test_a_decomposed_csv(delivery):
    text = (
        f"{CSV_HN}\n{hn_line(1, 'NGUYỄN THỊ ƯỚC')}\n{hn_line(2)};thừa\n{hn_line(3)}\nTổng cộng: 3\n"
    )
    put(delivery / "tan_phong" / "tanphong_hn.csv", unicodedata.normalize("NFD", text))
    result = read(delivery)
    assert outcomes(result) == [
        (2, "", ""),
        (3, "refused", "wrong_field_count"),
        (4, "", ""),
        (5, "footer", "footer"),
    ]
    first = fields(result)[0]
    assert first["subject.name"] == "NGUYỄN THỊ ƯỚC"
    assert first["entry.own_key"] == "HN0001"
    assert cells(result)[0]["ho_ten"] == unicodedata.normalize("NFD", "NGUYỄN THỊ ƯỚC")
    assert fields(result)[1] == {}
    assert unicodedata.normalize("NFD", "thừa") in cells(result)[1][""]


def test_names_in_a_dbase_table_keep_the_capitals_that_tcvn3_lacks(delivery):
    columns = [("SO", "N", 5), ("NGAY_DK", "D", 8), ("HO_NKS", "C", 30), ("TEN_NKS", "C", 12),
               ("NGUOI_KHAI", "C", 40), ("NOI_SINH", "C", 60)]  # fmt: skip
    record = ["7", "20070305", "Âu Thị", "Út", "Lê Thị Ửng", "ấp Hội Lễ, xã Hội Xuân"]
    typed = [encode(cell, "tcvn3") for cell in record]
    put(delivery / "tan_phong" / "KHAISINH.DBF", dbf(columns, [typed] * 9))
    first = fields(read(delivery))[0]
    assert (first["child.name_leading"], first["child.name_given"]) == ("Âu Thị", "Út")
    assert first["requester.name"] == "Lê Thị Ửng"
    assert first["child.birth_place"] == "ấp Hội Lễ, xã Hội Xuân"


@pytest.mark.parametrize("encoding", ["tcvn3", "vni", "cp1258", "utf8_as_cp1252"])
def test_a_csv_in_any_encoding(delivery, encoding):
    names = ["Nguyễn Thị Ước", "Trần Văn Thẳng", "Đặng Thị Lượm", "Huỳnh Quốc Đạt"] * 3
    text = "\n".join([CSV_HN, *(hn_line(i, name) for i, name in enumerate(names, 1))])
    content = encode(text, encoding).encode("utf-8" if encoding == "vni" else "latin-1")
    put(delivery / "tan_phong" / "tanphong_hn.csv", content)
    assert [row["subject.name"] for row in fields(read(delivery))] == names


# -- faults -------------------------------------------------------------------------------------


def test_all_faults_come_at_once_and_can_be_skipped(delivery):
    folder = delivery / "hiep_duc"
    whole = xlsx(folder / "KS.2007.01.xlsx", {"KS": [KS_LABELS, KS_CODES, ks_row()]}).read_bytes()
    put(folder / "KS.2008.01.xlsx", b"")
    put(folder / "KS.2009.01.xlsx", whole[: len(whole) // 2])
    put(folder / "KS.2010.01.xlsx", b"<html><body>login</body></html>")
    put(folder / "KS.2011.01.xlsx", b"day khong phai la mot workbook\n" * 20)
    header = [code for code in KS_CODES if code not in ("so", "nksHoTen")]
    xlsx(folder / "KS.2012.01.xlsx", {"KS": [header, header]})
    xlsx(folder / "KS.2013.01.xlsx", {"KS": [], "Sheet2": []})
    put(
        folder / "KS.2014.01.xlsx",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
    )
    put(delivery / "tan_phong" / "KETHON.DBF", dbf([("SO", "N", 5)], [["1"]], promised=9))
    with pytest.raises(ExportError) as caught:
        read(delivery)
    texts = {fault.file.rpartition("/")[2]: str(fault) for fault in caught.value.faults}
    words = {
        "KS.2008.01.xlsx": "empty",
        "KS.2009.01.xlsx": "damaged",
        "KS.2010.01.xlsx": "content is html, not xlsx",
        "KS.2011.01.xlsx": "content is csv, not xlsx",
        "KS.2012.01.xlsx": "Required columns are missing: nksHoTen, so",
        "KS.2013.01.xlsx": "no data",
        "KS.2014.01.xlsx": "password",
        "KETHON.DBF": "cut off",
    }
    assert set(texts) == set(words)
    for file, word in words.items():
        assert word in texts[file]
    result = read(delivery, skip_unreadable=True)
    assert result.unreadable == caught.value.faults
    assert list(result.rows["file"]) == ["KS.2007.01.xlsx"]
    assert (result.files["status"] == "unreadable").sum() == 8


def test_a_file_that_two_mappings_claim_is_a_fault_that_names_both(delivery, tmp_path):
    folder = tmp_path / "mappings"
    shutil.copytree(MAPPINGS, folder)
    text = (folder / "communes" / "hiep_duc.toml").read_text("utf-8")
    (folder / "communes" / "copy.toml").write_text(
        text.replace('id = "hiep_duc"', 'id = "copy"'), "utf-8"
    )
    xlsx(delivery / "hiep_duc" / "KS.2007.01.xlsx", {"KS": [KS_CODES, ks_row()]})
    with pytest.raises(ExportError) as caught:
        read(delivery, mappings=folder)
    assert "copy/ks, hiep_duc/ks" in str(caught.value.faults[0])


def test_nothing_personal_is_in_findings_and_faults(delivery):
    rows = [
        ks_row(1, "Bí Mật"),
        ks_row(2, "", ghiChu="Bí Mật"),
        ks_row(3, "nt", nksGioiTinh="Bí Mật"),
    ]
    result = hiep_duc(delivery, rows)
    assert result.findings.shape[0] > 0
    assert "Bí Mật" not in result.findings.to_csv() + result.files.to_csv()


def test_progress_is_told(delivery):
    xlsx(delivery / "hiep_duc" / "KS.2007.01.xlsx", {"KS": [KS_CODES, ks_row()]})
    told = []
    read(delivery, progress=lambda *step: told.append(step))
    assert told == [("read", 0, 1), ("read", 1, 1)]


# -- a fourth commune, a new register type ------------------------------------------------------

ADOPTION = """
code = "NCN"
vi = "Nuôi con nuôi"
en = "Adoption"
event = "adoption"

[[roles]]
name = "adoptee"
vi = "Con nuôi"
en = "Adoptee"
principal = true

[[roles]]
name = "adopter"
vi = "Người nhận nuôi"
en = "Adopter"
principal = true
acts = true
"""
FOURTH = """
id = "binh_phu"
name = "Bình Phú"
unit = "28480@1976"

[[tables]]
id = "adoptions"
register_type = "NCN"
family = "lists"
files = ["Con nuoi*.xlsx", "Con nuoi*.csv"]
header = "two_row"
encodings = ["tcvn3", "unicode"]
delimiter = "|"
footers = ["^het danh sach"]
no_ditto = ["entry.number"]

[tables.columns]
"Số vào sổ" = "entry.number"
"Ngày vào sổ" = "entry.registration_date"
"Cha mẹ nuôi / Họ tên" = "adopter.name"
"Cha mẹ nuôi / Sinh ngày" = "adopter.birth_date"
"Con nuôi / Họ tên" = "adoptee.name"
"Con nuôi / Phái" = "adoptee.sex"

[tables.codes.sex]
T = "M"
G = "F"

[tables.defaults]
"adoptee.nationality" = "Việt Nam"
"""


FOURTH_UNIT = """
[[unit]]
id = "28480@1976"
code = "28480"
kind = "commune"
prefix = "xã"
name = "Bình Phú"
"""


@pytest.mark.parametrize("name", ["Con nuoi 2001.xlsx", "Con nuoi 2001.csv"])
def test_a_fourth_commune_and_a_new_register_type_need_no_code(delivery, tmp_path, name):
    folder = tmp_path / "mappings"
    shutil.copytree(MAPPINGS, folder)
    (folder / "communes" / "binh_phu.toml").write_text(FOURTH, "utf-8")
    with (folder / "units.toml").open("a", encoding="utf-8") as units:
        units.write(FOURTH_UNIT)
    (folder / "register_types" / "NCN.toml").write_text(ADOPTION, "utf-8")
    rows = [
        ["Cha mẹ nuôi", "", "Con nuôi", "", "Số vào sổ", "Ngày vào sổ"],
        ["Họ tên", "Sinh ngày", "Họ tên", "Phái", "", ""],
        ["Lý Thị Hường", "1960", "Lý Văn Thưởng", "T", "3", "04/05/2001"],
        ["nt", "nt", "Lý Thị Đẹp", "G", "4", "04/05/2001"],
        ["Hết danh sách", "", "", "", "", ""],
    ]
    typed = [[encode(cell, "tcvn3") for cell in row] for row in rows]
    if name.endswith("xlsx"):
        xlsx(delivery / "binh_phu" / name, {"Sheet1": typed})
    else:
        put(delivery / "binh_phu" / name, "\n".join(map("|".join, typed)).encode("latin-1"))
    result = read(delivery, mappings=folder, types=load_register_types(folder))
    assert [outcome for _, outcome, _ in outcomes(result)] == ["", "", "footer"]
    assert fields(result)[1] == {
        "entry.number": "4",
        "entry.registration_date": "04/05/2001",
        "adopter.name": "Lý Thị Hường",
        "adopter.birth_date": "1960",
        "adoptee.name": "Lý Thị Đẹp",
        "adoptee.sex": "F",
        "adoptee.nationality": "Việt Nam",
    }
    assert set(result.rows["register_type"]) == {"NCN"}
    assert TYPES.keys() & {"NCN"} == set()
