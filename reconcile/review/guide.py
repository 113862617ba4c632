"""The guide sheet: what to do, how much of it there is, and where."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

import xlsxwriter

from reconcile.model import Severity
from reconcile.review.casebook import severity_words
from reconcile.review.styles import ACCENT, DIFFERENCE, FILL_IN, LINE, QUIET, SEVERITY_COLOURS
from reconcile.text.language import translate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsxwriter.worksheet import Worksheet

    from reconcile.review.casebook import Casebook
    from reconcile.review.styles import Styles

TITLE: Final = "Questions for the civil-status officers"
# The ten lines. Each is a key of the message catalogue.
STEPS: Final = (
    "Start with the first sheet in the table below; in every sheet the most urgent is on top, then "
    "what helps most. You may stop anywhere.",
    "One row is one question. Read the question, compare side A with side B; what differs is red.",
    "Look up the paper book if you can: commune, book, number and page stand in each side. "
    "The paper book is what counts.",
    "Choose your decision from the list in the column Decision. You may also type it, with or "
    "without marks.",
    "Write the column Value only where you chose “another value” or corrected an error: the right "
    "value as it stands in the book.",
    "Write your name and the date. Whoever fills in one row only may leave the others empty: "
    "empty rows are simply asked again.",
    "If you are not sure, choose “unsure”. Nothing is then joined or changed.",
    "You may filter, hide and widen columns and save halfway. To sort, first lift the protection "
    "(Review › Unprotect Sheet; there is no password).",
    "Do not change the white cells: changes there are reported and not obeyed.",
    "When done, save the file and hand it back. Every decision that could not be used is listed "
    "with its reason.",
)


_HEADS: Final = ("No.", "Sheet", "Questions", "Answered", "Left", "Minutes of work")


class GuideSheet(NamedTuple):
    """A sheet with questions, as the guide lists it.

    Attributes:
        name: name of the sheet.
        questions: how many questions it has.
        decision: position of its column *Quyết định*, counted from 0.
        first: first row with a question, counted from 0.
        last: last one.
        minutes: what answering all of them is expected to take.
    """

    name: str
    questions: int
    decision: int
    first: int
    last: int
    minutes: float


def write_guide(
    sheet: Worksheet,
    styles: Styles,
    book: Casebook,
    described: Sequence[GuideSheet],
    language: str,
) -> None:
    """Write the guide sheet.

    Args:
        sheet: the empty sheet.
        styles: formats of the workbook.
        book: what is asked.
        described: the sheets with questions, in order.
        language: ``vi`` or ``en``.
    """
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 5)
    sheet.set_column(1, 1, 40)
    sheet.set_column(2, 5, 18)
    row = _title(sheet, styles, book, language)
    row = _steps(sheet, styles, row, language)
    row = _table(sheet, styles, described, row, language)
    _legend(sheet, styles, row, language)
    sheet.protect("", {"format_columns": True, "format_rows": True})
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 1)


def _title(sheet: Worksheet, styles: Styles, book: Casebook, language: str) -> int:
    sheet.set_row(0, 30)
    big = styles.guide(bold=True, font_size=18, font_color=ACCENT)
    big.set_text_wrap(False)
    quiet = styles.guide(font_color=QUIET)
    quiet.set_text_wrap(False)
    sheet.write_string(0, 0, translate(TITLE, language), big)
    sheet.write_string(
        1,
        0,
        f"{book.office} · {book.run} · {book.made:%d/%m/%Y}",
        quiet,
    )
    sheet.write_string(
        2,
        0,
        translate("Contains personal data: keep it inside the office.", language),
        quiet,
    )
    return 4


def _steps(sheet: Worksheet, styles: Styles, row: int, language: str) -> int:
    sheet.set_row(row, 22)
    sheet.write_string(row, 0, translate("What to do", language), _subtitle(styles))
    number = styles.guide(bold=True, font_color=ACCENT, align="center", font_size=11)
    text = styles.guide(font_size=11)
    for position, step in enumerate(STEPS, start=1):
        line = row + position
        said = translate(step, language)
        sheet.write_number(line, 0, position, number)
        sheet.merge_range(line, 1, line, 5, "", text)
        sheet.write_string(line, 1, said, text)
        sheet.set_row(line, 32 if len(said) > 115 else 17)
    return row + len(STEPS) + 2


def _table(
    sheet: Worksheet, styles: Styles, described: Sequence[GuideSheet], row: int, language: str
) -> int:
    sheet.set_row(row, 22)
    sheet.write_string(row, 0, translate("Where", language), _subtitle(styles))
    row += 1
    for position, title in enumerate(_HEADS):
        sheet.write_string(row, position, translate(title, language), styles.head)
    border = {"border": 1, "border_color": LINE, "font_size": 11}
    plain = styles.guide(**border, align="center")
    link = styles.guide(**border, font_color=ACCENT, underline=1)
    total = styles.guide(**border, bold=True, align="center")
    first = row + 1
    name = xlsxwriter.utility.xl_col_to_name
    for number, each in enumerate(described, start=1):
        row += 1
        sheet.write_number(row, 0, number, plain)
        sheet.write_url(row, 1, f"internal:'{each.name}'!A1", link, each.name)
        sheet.write_number(row, 2, each.questions, plain)
        column = name(each.decision)
        filled = f"'{each.name}'!${column}${each.first + 1}:${column}${each.last + 1}"
        sheet.write_formula(row, 3, f'=COUNTIF({filled},"?*")', plain, 0)
        sheet.write_formula(row, 4, f"=C{row + 1}-D{row + 1}", plain, each.questions)
        sheet.write_number(row, 5, math.ceil(each.minutes), plain)
    asked = sum(each.questions for each in described)
    row += 1
    sheet.write_string(row, 1, translate("Total", language), total)
    minutes = sum(math.ceil(each.minutes) for each in described)
    for position, value in ((2, asked), (3, 0), (4, asked), (5, minutes)):
        letter = name(position)
        formula = f"=SUM({letter}{first + 1}:{letter}{row})" if described else "=0"
        sheet.write_formula(row, position, formula, total, value)
    return row + 2


def _legend(sheet: Worksheet, styles: Styles, row: int, language: str) -> None:
    sheet.set_row(row, 22)
    sheet.write_string(row, 0, translate("Colours", language), _subtitle(styles))
    meanings = {
        Severity.CRITICAL: "Wrong papers may be issued; answer first.",
        Severity.ERROR: "The register holds something that cannot be right.",
        Severity.WARNING: "Something to look at.",
        Severity.INFO: "Nothing is wrong; an answer helps.",
    }
    text = styles.guide(font_size=11)
    text.set_text_wrap(False)
    for severity, meaning in meanings.items():
        row += 1
        fill, ink = SEVERITY_COLOURS[severity.value]
        chip = styles.guide(bg_color=fill, font_color=ink, bold=True, align="center")
        sheet.merge_range(row, 0, row, 1, "", chip)
        sheet.write_string(row, 0, severity_words(severity.value, language), chip)
        sheet.write_string(row, 2, translate(meaning, language), text)
    row += 1
    sheet.merge_range(row, 0, row, 1, "", styles.guide(bg_color=FILL_IN))
    sheet.write_string(row, 2, translate("Cells that you fill in.", language), text)
    row += 1
    differs = styles.guide(bold=True, font_color=DIFFERENCE, align="center")
    sheet.merge_range(row, 0, row, 1, "", differs)
    sheet.write_string(row, 0, "Nguyễn / Nguyển", differs)
    sheet.write_string(row, 2, translate("Here the sides differ.", language), text)


def _subtitle(styles: Styles) -> object:
    subtitle = styles.guide(bold=True, font_size=13, font_color=ACCENT)
    subtitle.set_text_wrap(False)
    return subtitle
