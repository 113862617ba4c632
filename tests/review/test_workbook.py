"""The workbook that officers get: what it says, and that nothing in it can do harm."""

from __future__ import annotations

import io
import re
import shutil
import stat
import subprocess
import zipfile

import openpyxl
import pytest
import xlsxwriter
from openpyxl.cell.rich_text import CellRichText, TextBlock

from reconcile.errors import MappingError, UsageError
from reconcile.review.cards import question
from reconcile.review.casebook import Answered, cases
from reconcile.review.columns import FILLED_IN, HIDDEN, Column
from reconcile.review.workbook import QuestionSheet, write
from tests.review.casebooks import casebook, line, record
from tests.review.desk import Desk, read_back


def test_one_sheet_for_each_group_that_has_questions(desk):
    assert [sheet.title for sheet in desk.excel.worksheets] == [
        "Hướng dẫn",
        "Cùng một người",
        "Cùng một việc",
        "Thông tin khác nhau",
        "Số và sổ",
        "Luật và logic",
        "Dòng bị từ chối, kiểm tra",
        "_lists",
    ]
    assert desk.excel["_lists"].sheet_state == "hidden"


def test_guide_explains_in_ten_lines_and_links_to_every_sheet(desk):
    guide = desk.excel.worksheets[0]
    texts = [cell.value for row in guide.iter_rows() for cell in row if cell.value is not None]
    assert list(range(1, 11)) == [n for n in texts if isinstance(n, int)][:10]
    links = {cell.hyperlink.location for row in guide for cell in row if cell.hyperlink}
    assert links == {f"'{sheet.title}'!A1" for sheet in desk.excel.worksheets[1:-1]}
    assert not any(re.search(r"\bthe\b", str(text)) for text in texts)


def test_gravest_first_and_only_what_is_open(desk):
    sheet = desk.excel["Cùng một người"]
    place = desk.columns(sheet)[Column.CONFLICT]
    found = [row[place].value for row in sheet.iter_rows(min_row=3)]
    assert found == ["C-0004", "C-0001", "C-0002", "C-0003", "C-0014"]


def test_lists_offer_the_decisions_of_the_kind(desk):
    sheet, row = desk.sheet_of("C-0001")
    place = desk.columns(sheet)[Column.DECISION]
    letter = openpyxl.utils.get_column_letter(place + 1)
    offered = {
        str(rule.sqref): rule.formula1
        for rule in sheet.data_validations.dataValidation
        if rule.type == "list"
    }
    assert offered[f"{letter}3:{letter}7"] == '"cùng một người,hai người khác nhau,chưa rõ"'
    assert row == 4
    lists = desk.excel["_lists"]
    columns = [[cell.value for cell in column if cell.value] for column in lists.iter_cols()]
    assert [
        "cùng một việc, giữ mục A",
        "cùng một việc, giữ mục B",
        "hai việc khác nhau",
        "chưa rõ",
    ] in columns


def test_inline_lists_stay_below_excels_limit(desk):
    for sheet in desk.excel.worksheets:
        for rule in sheet.data_validations.dataValidation:
            assert len(rule.formula1) <= 257  # 255 and the quotes


def test_only_fill_in_cells_are_open_and_keys_are_hidden(desk):
    sheet = desk.excel["Cùng một người"]
    columns = desk.columns(sheet)
    assert sheet.protection.sheet
    assert not sheet.protection.password
    ranges = [
        range(each.min, each.max + 1) for each in sheet.column_dimensions.values() if each.hidden
    ]
    hidden = {position for each in ranges for position in each}
    for column, position in columns.items():
        cell = sheet.cell(3, position + 1)
        assert cell.protection.locked is (column not in FILLED_IN)
        assert (position + 1 in hidden) is (column in HIDDEN)
    assert sheet.freeze_panes == "B3"
    assert sheet.auto_filter.ref.startswith("A2:")


def test_text_from_files_is_never_a_formula_or_a_link(desk):
    for sheet in desk.excel.worksheets[1:]:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", cell.coordinate
                assert not cell.hyperlink or cell.coordinate == "A1"


def test_every_part_is_valid_xml(desk):
    from xml.etree import ElementTree

    with zipfile.ZipFile(desk.path) as archive:
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                ElementTree.fromstring(archive.read(name))  # noqa: S314 -- as above


def test_differing_letters_are_red_inside_the_cell(desk):
    rich = openpyxl.load_workbook(desk.path, rich_text=True)
    sheet, row = desk.sheet_of("C-0001")
    cell = rich[sheet.title].cell(row, desk.columns(sheet)[Column.SIDE_B] + 1).value
    assert isinstance(cell, CellRichText)
    red = [
        block.text
        for block in cell
        if isinstance(block, TextBlock) and block.font.color.rgb == "FFC00000"
    ]
    assert red[0] == "ể"
    assert "1980" not in "".join(red)  # a year alone does not differ from a day in it


def test_sides_stand_line_by_line_and_say_where_the_paper_is(desk):
    a = desk.cell("C-0001", Column.SIDE_A).value.split("\n")
    b = desk.cell("C-0001", Column.SIDE_B).value.split("\n")
    labels = [[text.split(":")[0] for text in side] for side in (a, b)]
    assert labels[0][1:5] == labels[1][1:5] == ["Sổ", "Họ tên", "Giới tính", "Ngày sinh"]
    assert "Cha" not in labels[1]  # nothing is shown where a side says nothing
    assert b[1] == "Sổ: Tân Phong · quyển 01 · số 24/2005 · trang 12 · đăng ký 15/03/2005"
    assert b[-1] == "Tệp: hoi_xuan/So khai sinh.xls · Nam 2005 · dòng 30"


def test_without_evidence_it_is_said_what_is_equal_and_what_is_not(desk):
    assert desk.cell("C-0009", Column.REASONS).value == (
        "Giống nhau: Họ tên, Giới tính, Ngày sinh, Cha, Mẹ, Nơi cư trú"
    )
    assert desk.cell("C-0018", Column.REASONS).value in (None, "")


def test_what_no_side_says_is_not_called_equal(tmp_path):
    records = {f"C-1/m{side}": record(facts={"Ghi chú": " "}) for side in range(2)}
    write(tmp_path / "c.xlsx", casebook([line("C-1", "number_twice")], records), "vi")
    sheet = openpyxl.load_workbook(tmp_path / "c.xlsx")["Số và sổ"]
    assert not any("Ghi chú" in str(cell.value) for cell in sheet[3])


def test_a_proposed_side_shows_its_value(desk):
    assert desk.cell("C-0007", Column.PROPOSAL).value == "A = 12/03/1980"


def test_reasons_and_proposal(desk):
    assert desk.cell("C-0001", Column.REASONS).value.split("\n") == [
        "+ Họ tên chỉ khác dấu hỏi/ngã",
        "+ Cùng năm sinh",
        "+ Cùng giới tính",
        "− Khác xã cư trú",
    ]
    assert desk.cell("C-0001", Column.PROPOSAL).value == "cùng một người (93 %)"
    assert desk.cell("C-0002", Column.PROPOSAL).value == "cùng một người (99.9 %)"
    assert desk.cell("C-0005", Column.PROPOSAL).value == "cùng một việc, giữ mục A (97 %)"


def test_more_sides_than_two_have_a_column_of_their_own(desk):
    more = desk.cell("C-0006", Column.SIDES_MORE).value
    assert more.startswith("C · ")
    assert "\n\nD · " in more


def test_refused_row_says_where_it_stands(desk):
    assert "tanphong_ks.csv · dòng 77" in desk.cell("C-0012", Column.SIDE_A).value


def test_an_existing_workbook_is_never_overwritten(desk):
    with pytest.raises(UsageError):
        write(desk.path, desk.book, "vi")


def test_only_the_owner_may_read_it(desk):
    assert stat.S_IMODE(desk.path.stat().st_mode) == 0o600


def test_limit_takes_the_most_valuable(tmp_path):
    desk = Desk.__new__(Desk)
    path = tmp_path / "first.xlsx"
    assert write(path, casebook(), "vi", limit=2) == 2
    desk.excel = openpyxl.load_workbook(path)
    assert desk.sheet_of("C-0004")
    with pytest.raises(AssertionError):
        desk.sheet_of("C-0002")


def test_no_questions_at_all(tmp_path):
    path = tmp_path / "none.xlsx"
    assert write(path, casebook([]), "vi") == 0
    assert openpyxl.load_workbook(path).sheetnames == ["Hướng dẫn"]


def test_unknown_sentence_is_a_mapping_error(tmp_path):
    with pytest.raises(MappingError):
        write(tmp_path / "x.xlsx", casebook([line("C-1", sentence="unheard_of")]), "vi")
    assert not list(tmp_path.iterdir())


def test_same_casebook_gives_the_same_bytes(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        write(tmp_path / name, casebook(), "vi")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_very_long_texts_stay_within_a_cell(tmp_path):
    records = {
        f"C-1/m{side}": record(facts={f"Mục {n}": "chữ " * 200 for n in range(200)})
        for side in range(2)
    }
    path = tmp_path / "long.xlsx"
    write(path, casebook([line("C-1")], records), "vi")
    sheet = openpyxl.load_workbook(path)["Cùng một người"]
    assert max(len(str(cell.value or "")) for cell in sheet[3]) <= 32_767


FILTERS = {
    "xlsx": "xlsx",
    "ods": "ods",
    "xlsm": "xlsm:Calc MS Excel 2007 VBA XML",
    # UTF-8, commas, as shown, one file for each sheet
    "csv": "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1",
}


@pytest.mark.libreoffice
@pytest.mark.parametrize("kind", list(FILTERS))
def test_decisions_survive_libreoffice(desk, tmp_path, kind):
    desk.fill("C-0001", "cùng một người", date="20/11/2026", paper="có")
    desk.fill("C-0005", "cùng một việc, giữ mục B")
    desk.fill("C-0007", "giá trị khác", value="15/03/1980")
    desk.save()
    out = tmp_path / "out"
    program = shutil.which("soffice") or shutil.which("libreoffice")
    command = [program, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless"]
    subprocess.run(
        [*command, "--convert-to", FILTERS[kind], "--outdir", out, desk.path],
        check=True,
        capture_output=True,
        timeout=120,
    )
    returned = sorted(out.iterdir())
    found = read_back(returned, desk.book)
    assert [(d.conflict, d.code, d.value, d.paper) for d in found.accepted] == [
        ("C-0001", "same", "", "yes"),
        ("C-0005", "same:B", "C-0005/m1", ""),
        ("C-0007", "other", "1980-03-15", ""),
    ]
    assert not found.refused
    assert not found.remarks
    if kind == "xlsx":
        saved = openpyxl.load_workbook(returned[0])["Cùng một người"]
        assert saved.protection.sheet
        assert len(saved.data_validations.dataValidation) == 2


def test_cells_are_those_that_the_public_calls_of_xlsxwriter_write():
    parts = {}
    for public in (True, False):
        stream = io.BytesIO()
        with xlsxwriter.Workbook(stream) as book:
            sheet = book.add_worksheet("A", None if public else QuestionSheet)
            red, plain, cell = (
                book.add_format({"font_color": c}) for c in ("red", "blue", "green")
            )
            for row in range(3):
                stretches = [(red, f"Nguyễn <{row % 2}> "), (plain, "\nVăn & A"), (red, "n")]
                if public:
                    flat = [each for stretch in stretches for each in stretch]
                    sheet.write_rich_string(row, 1, *flat, cell)
                    sheet.write_string(row, 2, "=1+1 <b>", cell)
                    sheet.write_blank(row, 3, None, cell)
                else:
                    sheet.reach(row, 1, 3)
                    sheet.write_stretches(row, 1, stretches, cell)
                    sheet.write_text(row, 2, "=1+1 <b>", cell)
                    sheet.write_text(row, 3, "", cell)
        with zipfile.ZipFile(stream) as archive:
            names = ("xl/sharedStrings.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml")
            parts[public] = [archive.read(name) for name in names]
    assert parts[True] == parts[False]


def told(*answers):
    return {
        "C-0007": [Answered(officer, day, code, value) for officer, day, code, value in answers]
    }


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        (
            told(("Lê Thị Mai", "2026-11-20", "side:A", "1980-03-12")),
            "Đã trả lời: Lê Thị Mai, 20/11/2026: A (12/03/1980). Cần một cán bộ thứ hai cùng ý.",
        ),
        (
            told(
                ("Lê Thị Mai", "2026-11-20T08:00", "other", "1981"),
                ("Trần Văn Sáu", "2026-11-21", "side:B", "1980-12-03"),
            ),
            "Lê Thị Mai, 20/11/2026: giá trị khác (1981); Trần Văn Sáu, 21/11/2026: B (03/12/1980)",
        ),
    ],
)
def test_a_question_says_who_has_answered_what(answers, says):
    (case,) = [case for case in cases(casebook(answered=answers), "vi") if case.answered]
    assert says in question(case, "vi")
