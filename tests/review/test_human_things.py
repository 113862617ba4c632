"""Random human things done to a workbook: a decision is applied, refused or absent, never wrong.

A sheet is a list of rows here, and every row remembers what nobody can see in a file: which
question its white cells show, which question its hidden cells name, and what was typed into it.
"""

from __future__ import annotations

import csv
import io
import random
from dataclasses import dataclass, field, replace

import openpyxl
import pytest

from reconcile.review.columns import HIDDEN, SEALED, Column
from reconcile.review.workbook import write
from tests.review.casebooks import casebook
from tests.review.desk import Desk, read_back

BOOK = casebook()
# What officers write under a question, and what it means there: verdict and value, or nothing.
PERSON = [
    ("cùng một người", None, ("same", "")),
    ("cung nguoi", None, ("same", "")),
    ("HAI NGƯỜI KHÁC NHAU", None, ("different", "")),
    ("khac", None, ("different", "")),
    ("chưa rõ", None, ("unsure", "")),
    ("không cùng người", None, ("different", "")),
    ("để hỏi lại", None, None),
    (None, "A", None),
]
ANSWERS = {
    "C-0001": PERSON,
    "C-0002": PERSON,
    "C-0003": PERSON,
    "C-0004": PERSON,
    "C-0005": [
        ("cùng một việc, giữ mục A", None, ("same", "C-0005/m0")),
        ("cung viec giu B", None, ("same", "C-0005/m1")),
        ("cùng một việc", "b", ("same", "C-0005/m1")),
        ("cùng một việc", None, ("same", "")),
        ("hai việc", None, ("different", "")),
        ("cùng một việc, giữ mục C", None, None),
        ("cùng một việc, giữ mục A", "B", None),
    ],
    "C-0007": [
        ("A", None, ("side", "1980-03-12")),
        ("bên b", None, ("side", "1980-12-03")),
        ("giá trị khác", "15.3.1980", ("other", "1980-03-15")),
        ("giá trị khác", 1980, ("other", "1980")),
        ("giá trị khác", None, None),
        ("giá trị khác", "31/02/1980", None),
        ("C", None, None),
        (None, "15/03/1980", None),
    ],
    "C-0008": [
        ("c", None, ("side", "Huỳnh Thị Lan")),
        ("B", "Hoàng Thị Lan", ("side", "Hoàng Thị Lan")),
        ("B", "Huỳnh Thị Lan", None),
        ("khác", "Huỳnh Thị Lân", ("other", "Huỳnh Thị Lân")),
    ],
    "C-0010": [
        ("thuộc người B", None, ("owner", "C-0010/m1")),
        ("cả 2", None, ("both", "")),
        ("thuoc nguoi a", None, ("owner", "C-0010/m0")),
        ("thuộc người C", None, None),
    ],
    "C-0011": [
        ("dung so", None, ("as_in_book", "")),
        ("nhập sai", "12/3/1981", ("data_error", "1981-03-12")),
        ("sổ sai", None, ("book_wrong", "")),
        ("nhập sai", "mười hai", None),
    ],
    "C-0012": [("bỏ qua", None, ("ignore", "")), ("đã sửa", None, ("fixed_at_source", ""))],
}


@dataclass(frozen=True)
class Row:
    """A row of a sheet and its history."""

    cells: dict
    shows: str  # question in the white cells, empty where they were changed by hand
    names: str  # question in the hidden cells, empty where they are spoilt
    typed: tuple | None = None  # decision, value, meaning
    for_question: str = ""  # question for which it was typed
    officer: str = "Lê Thị Mai"

    @property
    def meaning(self):
        """What the row decides if all is well, else None."""
        whole = self.names and self.shows in ("", self.names) and self.for_question == self.names
        return self.typed[2] if self.typed and whole else None


@dataclass
class Sheet:
    """A sheet: rows above the header, columns in their order, rows below."""

    name: str
    columns: list
    headers: dict
    rows: list
    above: int = 1
    headless: bool = False
    lacking: set = field(default_factory=set)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """The sheets of a workbook as it leaves the tool."""
    path = tmp_path_factory.mktemp("fresh") / "conflicts.xlsx"
    write(path, BOOK, "vi")
    excel = openpyxl.load_workbook(path)
    sheets = []
    for sheet in excel.worksheets:
        positions = Desk.columns(sheet)
        if not positions:
            continue
        columns = list(positions)
        headers = {column: sheet.cell(2, positions[column] + 1).value for column in columns}
        rows = []
        for line in sheet.iter_rows(min_row=3, values_only=True):
            cells = {column: line[positions[column]] for column in columns}
            conflict = cells[Column.CONFLICT]
            rows.append(Row(cells, conflict, conflict))
        sheets.append(Sheet(sheet.title, columns, headers, rows))
    return sheets


# -- what people do -----------------------------------------------------------------------------


def answered(row, answer, officer):
    decision, value, _ = answer
    cells = {
        **row.cells,
        Column.DECISION: decision,
        Column.VALUE: value,
        Column.OFFICER: officer,
        Column.DATE: "20/11/2026",
    }
    return replace(row, cells=cells, typed=answer, for_question=row.names, officer=officer)


def sort_whole(chance, sheet):
    sheet.rows = chance.sample(sheet.rows, len(sheet.rows))


def move_columns(chance, sheet):
    sheet.columns = chance.sample(sheet.columns, len(sheet.columns))


def delete_rows(chance, sheet):
    keep = chance.randint(0, len(sheet.rows))
    sheet.rows = sheet.rows[:keep]


def rename(chance, sheet):
    sheet.name = chance.choice(["xong", "Sheet1", "của Mai", "Luật"])


def insert_rows_above(chance, sheet):
    sheet.above = chance.randint(0, 6)


def lose_header(_, sheet):
    sheet.headless = True


def rename_header(chance, sheet):
    column = chance.choice([c for c in sheet.columns if c is not Column.DECISION])
    sheet.headers[column] = "Ghi chú"
    sheet.lacking.add(column)


def sort_some_columns(chance, sheet):
    """The white cells and the hidden ones go different ways; the yellow ones stay with one."""
    order = chance.sample(range(len(sheet.rows)), len(sheet.rows))
    with_white = chance.random() < 0.5
    torn = []
    for row, place in zip(sheet.rows, order, strict=True):
        other = sheet.rows[place]
        white = {column: row.cells[column] for column in row.cells if column in SEALED}
        hidden = {column: other.cells[column] for column in row.cells if column in HIDDEN}
        yellow = row if with_white else other
        torn.append(
            Row(
                {**yellow.cells, **white, **hidden},
                row.shows,
                other.names,
                yellow.typed,
                yellow.for_question,
                yellow.officer,
            )
        )
    sheet.rows = torn


def paste_row(chance, sheet):
    """A whole row, hidden cells and all, over another one."""
    if sheet.rows:
        row = chance.choice(sheet.rows)
        sheet.rows[chance.randint(0, len(sheet.rows) - 1)] = row


def change_white(chance, sheet):
    if sheet.rows:
        place = chance.randint(0, len(sheet.rows) - 1)
        row = sheet.rows[place]
        cells = {**row.cells, Column.SIDE_A: "A · tôi sửa ở đây"}
        sheet.rows[place] = replace(row, cells=cells, shows="")


def spoil_hidden(chance, sheet):
    if sheet.rows:
        place = chance.randint(0, len(sheet.rows) - 1)
        row = sheet.rows[place]
        column = chance.choice([Column.CONFLICT, Column.EVIDENCE, Column.REGISTER])
        cells = {**row.cells, column: chance.choice(["C-9Z9Z", "X", "-"])}
        names = row.names if column in sheet.lacking else ""  # nobody reads it there
        sheet.rows[place] = replace(row, cells=cells, names=names)


def write_otherwise(chance, sheet):
    """Capitals, blanks, a full stop."""
    way = chance.choice([str.upper, lambda text: f"  {text}\xa0", lambda text: f"{text}."])
    sheet.rows = [
        replace(row, cells={**row.cells, Column.DECISION: way(row.cells[Column.DECISION])})
        if row.cells[Column.DECISION]
        else row
        for row in sheet.rows
    ]


THINGS = [
    sort_whole,
    move_columns,
    delete_rows,
    rename,
    insert_rows_above,
    lose_header,
    rename_header,
    sort_some_columns,
    paste_row,
    change_white,
    spoil_hidden,
    write_otherwise,
]


# -- saving -------------------------------------------------------------------------------------


def lines(sheet):
    """The rows of a sheet as they stand in the file; row 1 first."""
    yield from [[""]] * sheet.above
    if not sheet.headless:
        yield [sheet.headers[column] for column in sheet.columns]
    for row in sheet.rows:
        yield [row.cells[column] for column in sheet.columns]


def first_row(sheet):
    return sheet.above + (0 if sheet.headless else 1) + 1


def as_xlsx(sheets, folder, stem):
    excel = openpyxl.Workbook()
    excel.active.append(["Hướng dẫn"])
    for sheet in sheets:
        made = excel.create_sheet(sheet.name)
        sheet.name = made.title  # a second sheet of one name gets a number
        for line in lines(sheet):
            made.append(line)
    path = folder / f"{stem}.xlsx"
    excel.save(path)
    return {path: sheets}


def as_csv(sheets, folder, stem, delimiter, encoding):
    saved = {}
    for number, sheet in enumerate(sheets):
        sheet.name = ""
        stream = io.StringIO()
        csv.writer(stream, delimiter=delimiter).writerows(lines(sheet))
        path = folder / f"{stem}-{number}.csv"
        path.write_bytes(stream.getvalue().encode(encoding))
        saved[path] = [sheet]
    return saved


FORMATS = {
    "xlsx": as_xlsx,
    "csv": lambda *where: as_csv(*where, ",", "utf-8-sig"),
    "csv of Excel": lambda *where: as_csv(*where, ";", "utf-8-sig"),
    "text of Excel": lambda *where: as_csv(*where, "\t", "utf-16"),
}


def copy_of(fresh, chance):
    """One officer's copy: some rows answered, then things done to its sheets."""
    officer = chance.choice(["Lê Thị Mai", "Trần Văn Sáu"])
    sheets = []
    for sheet in fresh:
        rows = []
        for row in sheet.rows:
            offered = ANSWERS.get(row.names)
            chosen = chance.choice(offered) if offered and chance.random() < 0.6 else None
            rows.append(answered(row, chosen, officer) if chosen else row)
        mine = replace(
            sheet,
            rows=rows,
            columns=list(sheet.columns),
            headers=dict(sheet.headers),
            lacking=set(),
        )
        for _ in range(chance.choice((0, 1, 1, 2, 3))):
            chance.choice(THINGS)(chance, mine)
        sheets.append(mine)
    return sheets


# -- the promise --------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(40))
def test_every_decision_is_applied_refused_or_absent(fresh, tmp_path, seed):
    chance = random.Random(seed)  # noqa: S311 - no secret
    saved = {}
    for number in range(chance.choice((1, 2))):
        save = FORMATS[chance.choice(list(FORMATS))]
        saved |= save(copy_of(fresh, chance), tmp_path, f"copy{number}")
    found = read_back(list(saved), BOOK)
    rows = {
        (path.name, sheet.name, first_row(sheet) + place): (sheet, row)
        for path, sheets in saved.items()
        for sheet in sheets
        for place, row in enumerate(sheet.rows)
    }
    said = {(row.names, row.officer, row.meaning) for _, row in rows.values() if row.meaning}
    for decision in found.accepted:
        meaning = (decision.verdict, decision.value)
        assert (decision.conflict, decision.officer, meaning) in said
    decided = {(d.conflict, d.verdict, d.value) for d in found.accepted}
    noted = {(note.workbook, note.sheet, note.row) for note in found.refused}
    for (workbook, name, number), (sheet, row) in rows.items():
        if row.typed is None:
            continue
        noticed = (workbook, name, number) in noted or (workbook, name, 0) in noted
        if row.meaning and not sheet.headless and not sheet.lacking:
            assert noticed or (row.names, *row.meaning) in decided
        else:
            assert noticed or (workbook, "", 0) in noted or sheet.lacking
