import contextlib
import datetime
import io
import struct
import zipfile

import pytest
import xlwt
from hypothesis import given
from hypothesis import strategies as st
from xlwt.CompoundDoc import XlsDoc

from reconcile.importers.readers import UnreadableError, open_file
from reconcile.importers.schema import Limits
from tests.importers.exports import dbf, xls, xlsx

LIMITS = Limits()
FIELDS = [("MA_SO", "C", 8), ("SO", "N", 5), ("NGAY_DK", "D", 8), ("PHAI", "L", 1)]


def opened(content, name="a.csv", delimiter=";", limits=LIMITS):
    return open_file(content, name, delimiter, limits)


def refused(content, name, limits=LIMITS):
    with pytest.raises(UnreadableError) as caught:
        opened(content, name, limits=limits)
    return str(caught.value)


# -- dBase --------------------------------------------------------------------------------------


def test_dbase_values_and_deleted_records():
    content = dbf(
        FIELDS,
        [
            ("A1", "7", "20070305", "T"),
            ("A2", "", "        ", "?"),
            ("A\xd43", "*****", "2007", "n"),
        ],
        deleted={1},
    )
    (sheet,) = opened(content, "KHAISINH.DBF").sheets
    assert sheet.labels == ["MA_SO", "SO", "NGAY_DK", "PHAI"]
    assert sheet.rows == [
        ["A1", 7, datetime.date(2007, 3, 5), True],
        ["A2", "", "", None],
        ["A\xd43", "*****", "2007", False],
    ]
    assert sheet.numbers == [1, 2, 3]
    assert sheet.deleted == {1}
    assert sheet.binary


@pytest.mark.parametrize("promised", [2, 4, 400_000_000])
def test_a_dbase_header_that_lies_is_noticed(promised):
    content = dbf(FIELDS, [("A1", "7", "20070305", "T")] * 3, promised=promised)
    assert "dBase header promises" in refused(content, "a.dbf")


def test_a_dbase_table_may_lack_its_end_mark_or_have_padding():
    content = dbf(FIELDS, [("A1", "7", "20070305", "T")])
    assert len(opened(content[:-1], "a.dbf").sheets[0].rows) == 1
    assert len(opened(content + b"\0" * 511, "a.dbf").sheets[0].rows) == 1


def test_a_dbase_table_cut_off_or_with_a_broken_header_is_refused():
    content = dbf(FIELDS, [("A1", "7", "20070305", "T")] * 9)
    assert "cut off" in refused(content[:-40], "a.dbf")
    assert "not a dBase table" in refused(content[:40], "a.dbf")


# -- csv ----------------------------------------------------------------------------------------


def rows_of(text, **options):
    (sheet,) = opened(
        text if isinstance(text, bytes) else text.encode("utf-8-sig"), **options
    ).sheets
    return sheet


def test_csv_rows_are_numbered_by_the_line_on_which_they_start():
    sheet = rows_of('a;b;c\r\n1;"x\r\ny";3\r\n\r\n4;"5 ""q""";6')
    assert list(zip(sheet.numbers, map(list, sheet.rows), strict=True)) == [
        (1, ["a", "b", "c"]),
        (2, ["1", "x\r\ny", "3"]),
        (4, [""]),
        (5, ["4", '5 "q"', "6"]),
    ]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_csv_delimiter_is_recognised(delimiter):
    text = delimiter.join(("so", "ho_ten", "ghi_chu")) + "\n" + delimiter.join("abc")
    sheet = rows_of(text)
    assert sheet.rows[1] == ["a", "b", "c"]
    assert sheet.evidence["delimiter"] == delimiter


def test_the_separator_line_of_excel_is_no_row():
    sheet = rows_of("sep=;\na;b;c\n1;2;3\n")
    assert sheet.numbers == [2, 3]


def test_a_csv_row_with_wrong_field_count_costs_only_itself():
    sheet = rows_of("a;b;c;d\n1;2;3;4\n1;2;3;4;5\n1\n1;2;3;4;;;\n1;2\n")
    assert sheet.refused == {2: "wrong_field_count", 3: "wrong_field_count"}
    assert sheet.rows[2] == ["1;2;3;4;5"]
    assert sheet.rows[4] == ["1", "2", "3", "4"]
    assert sheet.rows[5] == ["1", "2"]  # trailing delimiters left out by a spreadsheet


KEYED = "ma;so;ten;ngay;noi;ghi_chu\nKS-01;1;An;2020;a;b\n"


def test_cells_left_out_at_a_line_s_end_are_empty():
    sheet = rows_of(KEYED + "KS-02;2;Bình\nKS-03;3;Chi;2020;a;b\n")
    assert sheet.rows[2] == ["KS-02", "2", "Bình"]
    assert sheet.repaired == {2: "cells_left_out"}
    assert sheet.refused == {}


def test_a_cell_broken_in_two_lines_is_joined():
    sheet = rows_of(KEYED + "KS-02;2;Trần\nBình;2020;ấp Hội Lễ;cũ\nKS-03;3;Chi;2020;a;b\n")
    assert sheet.rows[2:] == [
        ["KS-02", "2", "Trần\nBình", "2020", "ấp Hội Lễ", "cũ"],
        [],
        ["KS-03", "3", "Chi", "2020", "a", "b"],
    ]
    assert sheet.repaired == {2: "line_joined"}
    assert sheet.refused == {}
    assert sheet.numbers == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "lines",
    [
        "Lễ;2;Bình\nKS-03;3;Chi;2020;a;b\n",  # does not begin as rows do
        "KS-02;2;Bình\nLễ;cũ;mới\nKS-03;3;Chi;2020;a;b\n",  # joined it does not fit
        "KS-03;3;Chi;2020;a;b\nKS-02;2;Bì",  # the file was cut off
        "KS-02;2\nKS-03;3;Chi;2020;a;b\n",  # nearly nothing is left
        "KS-02;2;Bình;2020;a\nTổng;2\n",  # a total below a row without its last cell
    ],
)
def test_other_short_lines_stay_refused(lines):
    sheet = rows_of(KEYED + lines)
    assert set(sheet.refused.values()) == {"wrong_field_count"}
    assert sheet.repaired == {}


def test_a_forgotten_quotation_mark_costs_at_most_its_row():
    sheet = rows_of('a;b;c\n1;"open;3\n4;5;6\n7;"8;x;y\n9;10;11\n')
    assert sheet.repaired == {1: "quotes_repaired"}
    assert sheet.rows[1] == ["1", '"open', "3"]
    assert sheet.refused == {3: "wrong_field_count"}
    assert sheet.rows[2] == ["4", "5", "6"]
    assert sheet.rows[4] == ["9", "10", "11"]
    assert sheet.numbers == [1, 2, 3, 4, 5]


def test_a_ditto_mark_typed_without_escaping_is_read():
    sheet = rows_of('a;b;c\n1;Kinh;3\n2;";4\n3;";5\n')
    assert [row[1] for row in sheet.rows[1:]] == ["Kinh", '"', '"']


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_unicode_of_a_csv_is_recognised(encoding):
    text = "số;họ tên;ghi chú\n" + "1;Nguyễn Văn Ân;không\n" * 80
    assert rows_of(text.encode(encoding)).rows[1][1] == "Nguyễn Văn Ân"


def test_a_csv_in_one_byte_encoding_keeps_its_bytes():
    sheet = rows_of(b"so;ten;ghi\n1;Nguy\xd4n;x\n")
    assert sheet.binary
    assert sheet.rows[1][1] == "Nguy\xd4n"


@given(
    st.lists(st.lists(st.text(st.sampled_from('ab;"\n đ')), min_size=3, max_size=3), max_size=8),
    st.lists(st.integers(0, 200), max_size=3),
)
def test_no_line_of_a_damaged_csv_is_lost(records, damage):
    """Every physical line belongs to exactly one row, whatever quotation marks are missing."""
    buffer = io.StringIO()
    buffer.write("x;y;z\n")
    for record in records:
        quoted = ('"' + part.replace('"', '""') + '"' for part in record)
        buffer.write(";".join(quoted) + "\n")
    text = buffer.getvalue()
    for place in damage:
        if place < len(text) and text[place] == '"':
            text = text[:place] + text[place + 1 :]
    sheet = rows_of(text.encode())
    lines = io.StringIO(text, newline="").readlines()
    assert sheet.numbers[0] == 1
    assert sheet.numbers == sorted(set(sheet.numbers))
    starts = [*sheet.numbers[1:], len(lines) + 1]
    for number, following, row in zip(sheet.numbers, starts, sheet.rows, strict=True):
        spanned = "".join(lines[number - 1 : following - 1])
        letters = sorted(letter for letter in spanned if letter.isalpha())
        assert sorted(c for cell in row for c in str(cell) if c.isalpha()) == letters


# -- workbooks ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("write", "name"), [(xlsx, "a.xlsx"), (xls, "a.xls")])
def test_workbook_rows_are_numbered_as_excel_shows_them(tmp_path, write, name):
    path = write(tmp_path / name, {"A": [[], [], ["", "", "x"], [], ["", "", 5]], "B": []})
    first, second = opened(path.read_bytes(), name).sheets
    assert (first.name, first.first_column, len(first.rows)) == ("A", 2, 5)
    assert first.rows[2] == ["x"]
    assert first.numbers[4] == 5
    assert second.rows == []


def test_content_decides_and_not_the_name(tmp_path):
    content = xlsx(tmp_path / "a.xlsx", {"A": [["x"]]}).read_bytes()
    assert opened(content, "a.xls").reader == "xlsx"
    assert opened(content, "a.csv").reader == "xlsx"
    assert opened(b"a;b;c\n1;2;3", "a.xls").reader == "csv"


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.csv", "a.dbf"])
@pytest.mark.parametrize("content", [b"", b"\r\n  \n", b"\0" * 512])
def test_empty_files_are_refused(name, content):
    assert "empty" in refused(content, name)


def test_broken_workbooks_are_refused(tmp_path):
    new = xlsx(tmp_path / "a.xlsx", {"A": [["x"] * 9] * 99}).read_bytes()
    old = xls(tmp_path / "a.xls", {"A": [["x"] * 9] * 99}).read_bytes()
    for size in (10, len(new) // 2, len(new) - 30):
        assert "damaged" in refused(new[:size], "a.xlsx")
    for size in (600, len(old) // 2):
        assert "damaged" in refused(old[:size], "a.xls")
    assert "damaged" in refused(bytes(range(256)) * 9, "a.xls")


def test_protected_workbooks_are_refused_with_the_remedy():
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
    assert "password" in refused(ole + "EncryptedPackage".encode("utf-16-le"), "a.xlsx")
    book = xlwt.Workbook()
    book.add_sheet("2004").write(0, 0, "x")
    data = book.get_biff_data()
    start = 4 + int.from_bytes(data[2:4], "little")
    file_password = struct.pack("<HHHHH", 0x2F, 6, 0, 1, 2)
    out = io.BytesIO()
    XlsDoc().save(out, data[:start] + file_password + data[start:])
    assert "password" in refused(out.getvalue(), "a.xls")


def test_web_pages_and_other_archives_under_a_workbooks_name_are_refused():
    assert "html" in refused(b"<html><table><tr><td>x", "a.xls").format(found="html", expected="")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("KS.2007.01.xlsx", b"x")
    assert "zip archive" in refused(buffer.getvalue(), "a.xlsx")


def test_zip_bombs_and_far_corners_are_refused_before_they_are_unpacked(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * (70 << 20))
    assert "unpacks to" in refused(buffer.getvalue(), "a.xlsx")

    corner = [["x"]] + [[]] * 60_000 + [[""] * 999 + ["y"]]
    path = xlsx(tmp_path / "corner.xlsx", {"A": corner})
    assert "spans" in refused(path.read_bytes(), "a.xlsx")
    wide = xlsx(tmp_path / "wide.xlsx", {"A": [[""] * 1200 + ["y"]]})
    assert "spans" in refused(wide.read_bytes(), "a.xlsx")


@given(
    st.binary(max_size=300),
    st.sampled_from(["a.xlsx", "a.xls", "a.csv", "a.dbf"]),
    st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x03\x73\x0c\x1f"]),
)
def test_no_bytes_do_more_than_be_refused(content, name, start):
    with contextlib.suppress(UnreadableError):
        assert opened(start + content, name).sheets


def _damaged(content, draws):
    damaged = bytearray(content)
    for place, byte, kind in draws:
        index = place % len(damaged)
        if kind == "change":
            damaged[index] = byte
        elif kind == "cut":
            del damaged[index : index + byte // 8]
        else:
            damaged[index:index] = bytes([byte])
    return bytes(damaged)


@pytest.fixture(scope="module")
def real_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("real")
    rows = [["so", "ho ten", number] for number in range(60)]
    return {
        "a.xlsx": xlsx(folder / "a.xlsx", {"A": rows}).read_bytes(),
        "a.xls": xls(folder / "a.xls", {"A": rows}).read_bytes(),
        "a.dbf": dbf(FIELDS, [("A1", "7", "20070305", "T")] * 30),
    }


@given(
    st.sampled_from(["a.xlsx", "a.xls", "a.dbf"]),
    st.lists(
        st.tuples(
            st.integers(0, 1 << 20), st.integers(0, 255), st.sampled_from(["change", "cut", "add"])
        ),
        min_size=1,
        max_size=8,
    ),
)
def test_no_damage_to_a_real_file_does_more_than_refuse_it(real_files, name, draws):
    with contextlib.suppress(UnreadableError):
        assert opened(_damaged(real_files[name], draws), name).sheets


def test_a_damaged_part_of_a_workbook_is_named_as_damage(real_files):
    content = real_files["a.xlsx"]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        start = archive.getinfo("xl/worksheets/sheet1.xml").header_offset
    for place in range(start + 60, start + 200, 7):
        assert "damaged" in refused(_damaged(content, [(place, 255, "change")]), "a.xlsx")
