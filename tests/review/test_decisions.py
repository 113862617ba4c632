"""Decisions read back out of workbooks."""

from __future__ import annotations

import csv
import dataclasses
import json
from datetime import date

import openpyxl
import pytest

from reconcile.review.columns import Column
from reconcile.review.verdicts import Known
from tests.review.casebooks import casebook, line
from tests.review.desk import Desk, read_back


def reasons(decisions):
    return [note.template for note in decisions.refused]


def known_from(decision):
    return Known.from_stored(decision.stored())


def test_untouched_workbook_yields_nothing(desk):
    found = desk.hand_back()
    assert not found.accepted
    assert not found.refused
    assert not found.remarks
    assert found.untouched == 17


def test_a_decision_carries_all_that_the_register_keeps(desk):
    desk.fill(
        "C-0001", "cùng một người", reason="trùng giấy chứng sinh", paper="có", date="20/11/2026"
    )
    (found,) = desk.hand_back().accepted
    assert (found.verdict, found.kind, found.officer) == ("same", "same_person", "Lê Thị Mai")
    assert found.mentions == ("C-0001/m0", "C-0001/m1")
    assert found.entries == ("C-0001/e0", "C-0001/e1")
    assert (found.decided, found.paper, found.seen) == ("2026-11-20", "yes", "hash-C-0001")
    assert (found.reason, found.workbook) == ("trùng giấy chứng sinh", "conflicts-R0012.xlsx")
    assert len(found.workbook_hash) == 64
    assert found.stored()["decision"] == "same"
    assert found.stored()["source_row"] == 4


def test_a_side_becomes_a_value_or_a_source_key(desk):
    desk.fill("C-0006", "cùng một việc, giữ mục D")
    desk.fill("C-0008", "c")
    desk.fill("C-0010", "thuộc người B")
    desk.fill("C-0012", "bo qua")
    desk.fill("C-0014", "có lẽ")
    found = desk.hand_back()
    assert [(d.conflict, d.verdict, d.side, d.value) for d in found.accepted] == [
        ("C-0006", "same", "D", "C-0006/m3"),
        ("C-0008", "side", "C", "Huỳnh Thị Lan"),
        ("C-0010", "owner", "B", "C-0010/m1"),
        ("C-0012", "ignore", "", ""),
    ]
    assert "not one of this question's choices" in reasons(found)[0]


def test_one_event_without_a_side_is_taken_with_a_remark(desk):
    desk.fill("C-0005", "cùng một việc")
    found = desk.hand_back()
    assert [(d.verdict, d.value) for d in found.accepted] == [("same", "")]
    assert len(found.remarks) == 1


def test_side_in_the_value_column_is_the_same_as_in_the_decision(desk):
    desk.fill("C-0005", "cùng một việc", value="B")
    desk.fill("C-0007", "A", value="12/03/1980")
    found = desk.hand_back()
    assert [d.value for d in found.accepted] == ["C-0005/m1", "1980-03-12"]
    assert not found.remarks


def test_other_value_is_checked_and_standardised(desk):
    desk.fill("C-0007", "giá trị khác", value="15.03.1980")
    desk.fill("C-0008", "giá trị khác", value="  Huỳnh  Thị Lân ")
    desk.fill("C-0017", "chưa rõ")
    found = desk.hand_back()
    assert [d.value for d in found.accepted] == ["1980-03-15", "Huỳnh Thị Lân", ""]


HALF_FILLED = [
    ({"value": "A"}, "decision is missing"),
    ({"reason": "xem lại"}, "decision is missing"),
    ({"decision": "giá trị khác"}, "value is missing"),
    ({"decision": "giá trị khác", "value": "không biết"}, "does not fit"),
    ({"decision": "giá trị khác", "value": "31/02/1980"}, "does not fit"),
    ({"decision": "A", "value": "B"}, "names one side"),
    ({"decision": "A", "value": "01/01/1999"}, "do not fit together"),
    ({"decision": "A", "officer": ""}, "officer's name is missing"),
    ({"decision": "A", "date": "hôm qua"}, "date is not understood"),
    ({"decision": "A", "date": "25/11/2026"}, "in the future"),
]


def test_half_filled_rows_are_refused_with_a_reason(tmp_path):
    book = casebook(
        [
            line(f"C-{number:04}", "fact", field="birth", values='["1980-03-12", "1980-12-03"]')
            for number in range(len(HALF_FILLED))
        ]
    )
    desk = Desk(tmp_path / "c.xlsx", book)
    for number, (cells, _) in enumerate(HALF_FILLED):
        desk.fill(f"C-{number:04}", **cells)
    found = desk.hand_back()
    assert not found.accepted
    assert len(found.refused) == len(HALF_FILLED)
    for (_, reason), note in zip(HALF_FILLED, found.refused, strict=True):
        assert reason in note.template
        assert note.sheet == "Thông tin khác nhau"


def test_name_and_date_alone_are_no_answer(desk):
    for conflict in ("C-0001", "C-0002", "C-0007"):
        desk.fill(conflict, officer="Lê Thị Mai", paper="có", date=date(2026, 11, 24))
    found = desk.hand_back()
    assert found.untouched == 17
    assert not found.refused


def test_officer_option_fills_only_empty_cells(desk):
    desk.fill("C-0001", "cùng một người", officer=None)
    desk.fill("C-0002", "chưa rõ", officer="Trần Văn Sáu")
    found = desk.hand_back(officer="Lê Thị Mai")
    assert [d.officer for d in found.accepted] == ["Lê Thị Mai", "Trần Văn Sáu"]


@pytest.mark.parametrize("typed", ["20.11.26", date(2026, 11, 20), 46346])
def test_dates_as_text_date_or_number(desk, typed):
    desk.fill("C-0001", "khác", date=typed)
    (found,) = desk.hand_back().accepted
    assert found.decided == "2026-11-20"


def test_missing_date_is_today(desk):
    desk.fill("C-0001", "khác")
    assert desk.hand_back().accepted[0].decided == "2026-11-24"


def test_same_workbook_twice_changes_nothing(desk):
    desk.fill("C-0001", "cùng một người")
    desk.fill("C-0007", "B")
    first = desk.hand_back()
    known = [known_from(decision) for decision in first.accepted]
    again = desk.hand_back(known=known)
    assert not again.accepted
    assert again.repeated == 2


def test_one_of_two_answers_given_again_by_who_knows_of_both_is_taken(desk):
    desk.fill("C-0001", "cùng một người")
    (said,) = desk.hand_back().accepted
    before = dataclasses.replace(known_from(said), seen="what-was-seen-then")
    again = desk.hand_back(known=[before])
    assert [d.conflict for d in again.accepted] == ["C-0001"]
    assert again.repeated == 0


def test_changed_mind_is_a_new_judgement(desk):
    desk.fill("C-0001", "cùng một người")
    known = [known_from(decision) for decision in desk.hand_back().accepted]
    desk.fill("C-0001", "hai người khác nhau")
    found = desk.hand_back(known=known)
    assert [d.verdict for d in found.accepted] == ["different"]


def test_two_officers_who_disagree_are_both_taken_over(desk, tmp_path):
    desk.fill("C-0001", "cùng một người", date="21/11/2026")
    desk.fill("C-0002", "cùng một người", date="21/11/2026")
    desk.fill("C-0007", "A")
    other = desk.save(tmp_path / "bản của Sáu.xlsx")
    desk.fill("C-0001", "hai người khác nhau", officer="Trần Văn Sáu", date="20/11/2026")
    desk.fill("C-0002", "chưa rõ", officer="Trần Văn Sáu", date="21/11/2026")
    found = desk.hand_back(other)
    assert not found.refused
    assert [(d.conflict, d.verdict, d.officer) for d in found.accepted] == [
        ("C-0001", "different", "Trần Văn Sáu"),
        ("C-0001", "same", "Lê Thị Mai"),
        ("C-0002", "unsure", "Trần Văn Sáu"),  # of one day, before who is sure
        ("C-0002", "same", "Lê Thị Mai"),
        ("C-0007", "side", "Lê Thị Mai"),
    ]
    assert read_back([other, desk.path], desk.book).accepted == found.accepted


def test_an_officer_who_contradicts_himself_is_refused(desk, tmp_path):
    desk.fill("C-0001", "cùng một người")
    other = desk.save(tmp_path / "bản hai.xlsx")
    desk.fill("C-0001", "hai người khác nhau", officer="le thi mai")
    found = desk.hand_back(other)
    assert not found.accepted
    assert len(found.refused) == 2
    assert "differently" in found.refused[0].template


def test_another_officer_may_confirm(desk):
    desk.fill("C-0007", "A")
    known = [known_from(decision) for decision in desk.hand_back().accepted]
    desk.fill("C-0007", "A", officer="Trần Văn Sáu")
    found = desk.hand_back(known=known)
    assert [(d.officer, d.code) for d in found.accepted] == [("Trần Văn Sáu", "side:A")]
    assert found.repeated == 0


def test_the_same_answer_to_changed_records_is_a_new_one(desk):
    """Or a question that is asked again would never be answered by saying the same again."""
    desk.fill("C-0001", "cùng một người")
    (first,) = desk.hand_back().accepted
    changed = casebook([line("C-0001", evidence="hash-changed", state="stale")])
    anew = Desk(desk.path.with_name("anew.xlsx"), changed)
    anew.fill("C-0001", "cùng một người")
    found = anew.hand_back(known=[known_from(first)])
    assert [(d.verdict, d.seen) for d in found.accepted] == [("same", "hash-changed")]


def test_unknown_foreign_and_stale_rows_are_refused(desk):
    desk.fill("C-0001", "khác")
    desk.fill("C-0002", "khác")
    desk.fill("C-0003", "khác")
    desk.cell("C-0001", Column.CONFLICT).value = "C-9999"
    desk.cell("C-0002", Column.REGISTER).value = "R-OTHER R0001"
    desk.cell("C-0003", Column.EVIDENCE).value = "hash-old"
    found = desk.hand_back()
    assert not found.accepted
    assert sorted(text[:30] for text in reasons(found)) == sorted(
        text[:30]
        for text in (
            "This question is not known to the register, or is settled.",
            "This workbook belongs to another register.",
            "The records have changed since this workbook was made;",
        )
    )


def test_question_settled_meanwhile(desk):
    desk.fill("C-0001", "khác")
    desk.save()
    closed = casebook([line("C-0001", state="closed")])
    assert "settled itself" in reasons(read_back([desk.path], closed))[0]
    gone = casebook([line("C-0002")])
    assert "not known" in reasons(read_back([desk.path], gone))[0]


def test_same_workbook_when_its_questions_are_gone(desk):
    """What was decided is not asked any more; the workbook read again still changes nothing."""
    desk.fill("C-0001", "cùng một người")
    desk.fill("C-0007", "B")
    desk.fill("C-0010", "thuộc người A")
    known = [known_from(decision) for decision in desk.hand_back().accepted]
    for after in (casebook([]), casebook([line("C-0001", evidence="other", state="decided")])):
        again = read_back([desk.path], after, known=known)
        assert again.repeated == 3
        assert not again.accepted
        assert not again.refused


def test_mind_changed_on_a_question_that_is_gone(desk):
    desk.fill("C-0001", "cùng một người")
    desk.fill("C-0007", "B")
    known = [known_from(decision) for decision in desk.hand_back().accepted]
    desk.fill("C-0001", "hai người khác nhau")
    desk.fill("C-0007", "A")
    desk.save()
    found = read_back([desk.path], casebook([]), known=known)
    assert [(d.conflict, d.code, d.mentions) for d in found.accepted] == [
        ("C-0001", "different", ("C-0001/m0", "C-0001/m1"))
    ]
    assert "is settled" in reasons(found)[0]


def test_changed_white_cells_are_noticed_and_not_obeyed(desk):
    desk.fill("C-0007", "A")
    desk.cell("C-0007", Column.SIDE_A).value = "A · Ngày sinh: 01/01/2000"
    found = desk.hand_back()
    assert [d.value for d in found.accepted] == ["1980-03-12"]
    assert "White cells" in found.remarks[0].template


def test_rows_torn_apart_by_sorting_are_refused(desk):
    first, second = "C-0001", "C-0003"
    for column in (Column.CONFLICT, Column.EVIDENCE, Column.SEAL):
        a, b = desk.cell(first, column), desk.cell(second, column)
        a.value, b.value = b.value, a.value
        if column == Column.CONFLICT:
            first, second = second, first
    desk.fill("C-0001", "khác")
    found = desk.hand_back()
    assert not found.accepted
    assert "only some columns" in reasons(found)[0]


def test_sheets_and_columns_may_be_moved_renamed_hidden_and_sorted(desk):
    desk.fill("C-0001", "cùng một người")
    desk.fill("C-0007", "B")
    for sheet in desk.excel.worksheets:
        columns = desk.columns(sheet)
        if not columns:
            continue
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
        head, body = rows[0], sorted(rows[1:], key=lambda row: str(row[3]), reverse=True)
        sheet.delete_rows(1, sheet.max_row)
        for row in [[None], ["ghi chú riêng"], head, *body]:
            sheet.append([None, *reversed(row)])
        sheet.title = f"xong {sheet.title}"[:31]
        sheet.sheet_state = "hidden" if "Số" in sheet.title else "visible"
    desk.excel.move_sheet(desk.excel.worksheets[1], 3)
    found = desk.hand_back()
    assert [(d.conflict, d.verdict) for d in found.accepted] == [
        ("C-0001", "same"),
        ("C-0007", "side"),
    ]
    assert not found.refused


def test_copied_sheet_counts_once(desk):
    desk.fill("C-0001", "cùng một người")
    sheet, _ = desk.sheet_of("C-0001")
    desk.excel.copy_worksheet(sheet)
    found = desk.hand_back()
    assert len(found.accepted) == 1
    assert not found.refused


def test_lost_ids_are_refused_row_by_row(desk):
    desk.fill("C-0001", "cùng một người")
    sheet, _ = desk.sheet_of("C-0001")
    for column in (Column.REGISTER, Column.SEAL, Column.EVIDENCE, Column.CONFLICT):
        sheet.delete_cols(desk.columns(sheet)[column] + 1)
    found = desk.hand_back()
    assert not found.accepted
    assert "hidden id" in reasons(found)[0]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"<html>", b"\x00" * 100])
def test_broken_files_do_not_stop_the_others(desk, tmp_path, content):
    broken = tmp_path / "hỏng.xlsx"
    broken.write_bytes(content)
    desk.fill("C-0001", "khác")
    found = desk.hand_back(broken, tmp_path / "missing.xlsx")
    assert len(found.accepted) == 1
    assert len(found.refused) == 2


def test_a_workbook_without_questions_is_said_to_be_one(tmp_path, desk):
    other = tmp_path / "khác.xlsx"
    workbook = openpyxl.Workbook()
    workbook.active.append(["Họ tên", "Ngày sinh"])
    workbook.save(other)
    assert "No sheet" in reasons(read_back([other], desk.book))[0]


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8-sig", ","), ("utf-8", ";"), ("utf-16", "\t")],
)
def test_csv_of_one_sheet(desk, tmp_path, encoding, delimiter):
    desk.fill("C-0001", "cùng một người", date="20/11/2026")
    sheet, _ = desk.sheet_of("C-0001")
    path = tmp_path / "sheet.csv"
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream, delimiter=delimiter)
        for row in sheet.iter_rows(values_only=True):
            writer.writerow(["" if cell is None else cell for cell in row])
    found = read_back([path], desk.book)
    assert [(d.conflict, d.verdict, d.decided) for d in found.accepted] == [
        ("C-0001", "same", "2026-11-20")
    ]
    assert not found.remarks


def test_english_workbook(tmp_path):
    desk = Desk(tmp_path / "c.xlsx", casebook(), "en")
    desk.fill("C-0001", "two different people")
    desk.fill("C-0005", "same event, entry B stands")
    found = desk.hand_back()
    assert [(d.verdict, d.value) for d in found.accepted] == [
        ("different", ""),
        ("same", "C-0005/m1"),
    ]


def test_refusals_hold_no_content(desk):
    desk.fill("C-0001", "bí mật 082080001234", officer="Nguyễn Thị Kín")
    (refused,) = desk.hand_back().refused
    for text in (refused.say("vi"), refused.say("en")):
        assert "082080001234" not in text
        assert "Kín" not in text


def turned(book, conflict):
    """The casebook after a run in which the sides of one question stand the other way round."""
    frame = book.conflicts.copy()
    for column in ("mentions", "entries", "values"):
        frame[column] = [
            json.dumps(json.loads(text)[::-1]) if name == conflict else text
            for name, text in zip(frame["conflict"], frame[column], strict=True)
        ]
    return dataclasses.replace(book, conflicts=frame)


@pytest.mark.parametrize(
    ("conflict", "decision", "value"),
    [("C-0005", "cùng một việc, giữ mục A", None), ("C-0007", "B", None), ("C-0010", None, "A")],
)
def test_a_letter_never_names_another_side_than_it_did(desk, conflict, decision, value):
    desk.fill(conflict, decision or "thuộc người A", value=value)
    desk.save()
    found = read_back([desk.path], turned(desk.book, conflict))
    assert not found.accepted
    assert "have changed since" in reasons(found)[0]


def test_an_answer_without_a_letter_holds_in_any_order(desk):
    desk.fill("C-0001", "cùng một người")
    desk.fill("C-0005", "hai việc khác nhau")
    desk.save()
    book = turned(turned(desk.book, "C-0001"), "C-0005")
    assert [d.verdict for d in read_back([desk.path], book).accepted] == ["same", "different"]


@pytest.mark.parametrize(
    ("conflict", "decision"), [("C-0005", "cùng một việc, giữ mục A"), ("C-0007", "B")]
)
def test_the_same_workbook_again_changes_nothing_in_any_order(desk, conflict, decision):
    desk.fill(conflict, decision)
    (first,) = desk.hand_back().accepted
    found = read_back([desk.path], turned(desk.book, conflict), [known_from(first)])
    assert not found.accepted
    assert not found.refused
    assert found.repeated == 1


def test_an_error_cell_is_refused_and_not_passed_over(desk):
    desk.fill("C-0002", "cùng một người")
    cell = desk.cell("C-0001", Column.DECISION)
    cell.value = "#NAME?"
    cell.data_type = "e"
    found = desk.hand_back()
    assert [d.conflict for d in found.accepted] == ["C-0002"]
    assert "not one of" in reasons(found)[0]


def test_a_sheet_without_its_header_is_said_to_be_one(desk):
    desk.fill("C-0001", "cùng một người")
    desk.fill("C-0007", "B")
    sheet, _ = desk.sheet_of("C-0001")
    sheet.delete_rows(2)
    found = desk.hand_back()
    assert [d.conflict for d in found.accepted] == ["C-0007"]
    assert [(note.sheet, note.row) for note in found.refused] == [(sheet.title, 0)]
    assert "headers is gone" in reasons(found)[0]


def test_merged_decisions_are_refused_where_they_cover_a_row(desk):
    desk.fill("C-0001", "cùng một người")
    sheet, row = desk.sheet_of("C-0001")
    column = desk.columns(sheet)[Column.DECISION] + 1
    sheet.merge_cells(start_row=row, end_row=row + 1, start_column=column, end_column=column)
    found = desk.hand_back()
    assert [d.conflict for d in found.accepted] == ["C-0001"]
    assert [note.row for note in found.refused] == [row + 1]
    assert "merged" in reasons(found)[0]


@pytest.mark.parametrize("second", ["hai người khác nhau", "CÙNG MỘT NGƯỜI", None])
def test_two_columns_of_one_header(desk, second):
    desk.fill("C-0001", "cùng một người")
    sheet, row = desk.sheet_of("C-0001")
    free = sheet.max_column + 1
    sheet.cell(2, free).value = "Quyết định"
    sheet.cell(row, free).value = second
    found = desk.hand_back()
    assert bool(found.accepted) is (second != "hai người khác nhau")
    assert bool(found.refused) is not bool(found.accepted)


@pytest.mark.parametrize("name", ['"', "nt", "như trên", "-//-", "…"])
def test_a_ditto_is_no_name(desk, name):
    desk.fill("C-0001", "cùng một người", officer=name)
    found = desk.hand_back()
    assert not found.accepted
    assert "not written out" in reasons(found)[0]


def test_white_cells_changed_without_a_decision_are_noticed(desk):
    desk.cell("C-0001", Column.SIDE_A).value = "A · Ngày sinh: 01/01/2000"
    desk.cell("C-0003", Column.SIDE_B).value = "?"
    found = desk.hand_back()
    assert not found.accepted
    assert not found.refused
    _, one = desk.sheet_of("C-0001")
    _, other = desk.sheet_of("C-0003")
    rows = [one, other]
    said = f"{one}–{other}" if abs(one - other) == 1 else ", ".join(map(str, sorted(rows)))
    assert [dict(note.values)["rows"] for note in found.remarks] == [said]


def test_a_renamed_value_column_loses_no_value(desk):
    desk.fill("C-0011", "nhập sai", value="12/3/1981")
    desk.cell("C-0011", Column.VALUE)
    sheet, _ = desk.sheet_of("C-0011")
    sheet.cell(2, desk.columns(sheet)[Column.VALUE] + 1).value = "Ngày đúng"
    found = desk.hand_back()
    assert not found.accepted
    assert "another header" in reasons(found)[0]
    assert "column to fill in is missing" in found.remarks[0].template


def test_comments_are_noticed(desk):
    desk.fill("C-0001", "khác")
    desk.cell("C-0001", Column.REASON).comment = openpyxl.comments.Comment("xem sổ", "Mai")
    found = desk.hand_back()
    assert len(found.accepted) == 1
    assert ["Comments" in note.template for note in found.remarks] == [True]


def test_sorting_under_protection_is_not_offered(desk):
    """It would move the yellow cells alone, and with them every decision to another question."""
    protected = [sheet for sheet in desk.excel.worksheets if desk.columns(sheet)]
    assert protected
    assert all(sheet.protection.sheet and sheet.protection.sort for sheet in protected)


def test_guide_and_lists_saved_as_csv_too_are_passed_over(desk, tmp_path):
    desk.fill("C-0001", "khác")
    paths = []
    for sheet in desk.excel.worksheets:
        path = tmp_path / f"conflicts-{sheet.title}.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(sheet.iter_rows(values_only=True))
        paths.append(path)
    found = read_back(paths, desk.book)
    assert [d.conflict for d in found.accepted] == ["C-0001"]
    assert not found.refused
