"""Copies with refused rows in red, and the csv of conflicts."""

from __future__ import annotations

import csv
import io

import openpyxl

from reconcile.review.columns import Column
from reconcile.review.conflicts_csv import conflicts_csv
from reconcile.review.refusals import write_refused
from tests.review.casebooks import casebook, line, record
from tests.review.desk import WORDS, read_back


def test_refused_rows_are_red_and_say_why(desk):
    desk.fill("C-0001", "có lẽ")
    desk.fill("C-0002", "chưa rõ")
    found = desk.hand_back()
    copy = write_refused(desk.path, found.refused, WORDS, "vi")
    assert copy.name == "conflicts-R0012.refused.xlsx"
    sheet, row = desk.sheet_of("C-0001")
    marked = openpyxl.load_workbook(copy)[sheet.title]
    place = desk.columns(sheet)[Column.DECISION] + 1
    assert marked.cell(row, place).fill.fgColor.rgb == "FFFF9999"
    assert marked.cell(row, place).value == "có lẽ"
    assert marked.cell(row + 1, place).fill.fgColor.rgb != "FFFF9999"
    reasons = [cell.value for cell in marked[row] if cell.value]
    assert reasons[-1].startswith("Quyết định không thuộc các lựa chọn")


def test_the_copy_can_be_corrected_and_handed_back(desk):
    desk.fill("C-0001", "có lẽ")
    found = desk.hand_back()
    copy = write_refused(desk.path, found.refused, WORDS, "vi")
    excel = openpyxl.load_workbook(copy)
    sheet, row = desk.sheet_of("C-0001")
    excel[sheet.title].cell(row, desk.columns(sheet)[Column.DECISION] + 1).value = "khác"
    excel.save(copy)
    again = read_back([copy], desk.book)
    assert [d.verdict for d in again.accepted] == ["different"]
    assert not again.refused
    assert not again.remarks


def test_no_copy_without_refusals_and_never_over_another(desk):
    assert write_refused(desk.path, (), WORDS, "vi") is None
    desk.fill("C-0001", "có lẽ")
    refused = desk.hand_back().refused
    assert write_refused(desk.path, refused, WORDS, "vi") != write_refused(
        desk.path, refused, WORDS, "vi"
    )


def test_csv_has_the_columns_the_keys_and_can_be_read_back(tmp_path):
    records = {"C-1/m0": record("=1+1")}
    book = casebook([line("C-1"), line("C-2", state="closed")], records)
    rows = list(csv.reader(io.StringIO(conflicts_csv(book, "vi"))))
    assert len(rows) == 2
    head = rows[0]
    keys = ["kind", "field", "entries", "mentions", "state"]
    assert head[-7:] == [*keys, "gain", "minutes"]
    assert rows[1][-2:] == ["1.000", "2"]
    assert rows[1][head.index("mentions")] == "C-1/m0 C-1/m1"
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in rows[1])
    rows[1][head.index("Quyết định")] = "khác"
    rows[1][head.index("Cán bộ")] = "Lê Thị Mai"
    path = tmp_path / "conflicts.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows(rows)
    found = read_back([path], book)
    assert [(d.conflict, d.verdict) for d in found.accepted] == [("C-1", "different")]
    assert not found.remarks


def test_csv_with_refusals_gets_a_red_workbook(tmp_path):
    book = casebook([line("C-1")])
    text = conflicts_csv(book, "en").replace("\r\n", "\n")
    rows = list(csv.reader(io.StringIO(text)))
    rows[1][rows[0].index("Decision")] = "perhaps"
    path = tmp_path / "c.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)
    found = read_back([path], book)
    copy = write_refused(path, found.refused, WORDS, "en")
    cells = [cell.value for row in openpyxl.load_workbook(copy).active for cell in row]
    assert "perhaps" in cells
    assert any("choose from the list" in str(cell) for cell in cells)
