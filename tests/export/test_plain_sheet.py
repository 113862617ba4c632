import io

import pytest
import xlsxwriter
from openpyxl import load_workbook

from reconcile.export import plain_sheet
from reconcile.export.frames import Sheets


def written(rows):
    stream = io.BytesIO()
    with Sheets(stream) as sheets:
        assert sheets.add("Tờ", ["a", "b", "c"], rows) == len(rows)
        sheets.add("Trống", ["a"], [])
    stream.seek(0)
    book = load_workbook(stream)
    assert book["Tờ"].auto_filter.ref == f"A1:C{len(rows) + 1}"
    return [[cell.value for cell in row] for row in book["Tờ"].iter_rows(min_row=2)]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "http://a.vn", "0012", "<b>&amp;\"'", " hai  dấu cách ", "dòng\nmới", "𠀀", "Ề"],
)
def test_text_comes_back_letter_for_letter(text):
    assert written([[text, "", text]]) == [[text, None, text]]


def test_characters_that_xml_cannot_hold_do_no_harm():
    ((control, looks, lone),) = written([["a\x00b", "_x0041_", "a\ud800b"]])
    assert control in {"a\x00b", "a_x0000_b"}
    assert looks in {"_x0041_", "_x005F_x0041_"}  # openpyxl leaves escapes as they are
    assert lone == "a\N{REPLACEMENT CHARACTER}b"


def test_numbers_stay_numbers_and_long_text_is_cut():
    assert written([[1, 2.5, "x" * 40_000]]) == [[1, 2.5, "x" * plain_sheet.MAX_CELL]]


def test_values_are_worded_anew_once_too_many_are_remembered(monkeypatch):
    monkeypatch.setattr(plain_sheet, "_REMEMBERED", 2)
    rows = [[str(number), "", str(number % 3)] for number in range(20)]
    assert [row[0] for row in written(rows)] == [str(number) for number in range(20)]


def test_cells_and_styles_are_those_that_the_public_calls_of_xlsxwriter_write():
    rows = [["Nguyễn Thị Lê", 3, " x\ny "], ["", 2.5, "<&>"], ["=1", "", "0012"]]
    ours, theirs = io.BytesIO(), io.BytesIO()
    with Sheets(ours) as sheets:
        sheets.add("Tờ", ["a", "b", "c"], rows)
    with xlsxwriter.Workbook(theirs, {"strings_to_formulas": False}) as book:
        sheet, style = book.add_worksheet("Tờ"), book.add_format({"num_format": "@"})
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                if value != "":
                    sheet.write(number, column, value, style)
    seen, wanted = (load_workbook(stream)["Tờ"] for stream in (ours, theirs))
    assert seen.max_row == wanted.max_row == 4
    for row, expected in zip(seen["A2:C4"], wanted["A2:C4"], strict=True):
        for cell, public in zip(row, expected, strict=True):
            assert (cell.value, cell.data_type) == (public.value, public.data_type)
            assert public.value is None or cell.number_format == public.number_format
