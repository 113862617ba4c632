"""The conflict workbook: one row per question, everything about it side by side in that row.

One row per question, with the records as cells of several lines, is what makes the workbook safe to
sort and filter (``docs/decisions/0070``). Text from exports is always written as text: nothing that
stands in a file of a commune can become a formula or a link.
"""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

import xlsxwriter
from xlsxwriter.worksheet import CellBlankTuple, CellRichStringTuple, CellStringTuple, Worksheet
from xlsxwriter.xmlwriter import XMLwriter

from reconcile.errors import UsageError
from reconcile.files import write_new
from reconcile.review.cards import cards, shown
from reconcile.review.casebook import Case, Casebook, cases, say
from reconcile.review.columns import FILLED_IN, HIDDEN, LAYOUT, LISTS, Column, header
from reconcile.review.guide import GuideSheet, write_guide
from reconcile.review.styles import Styles
from reconcile.text.language import translate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from xlsxwriter.format import Format

    from reconcile.review.cards import Card

HEADER_ROW: Final = 1  # counted from 0; above it stands the hint
_SHEET_ROWS: Final = 1_048_576
_INLINE: Final = 255  # letters that Excel allows in a list written inside a validation
_CELL: Final = 32_000  # letters; Excel's limit is 32,767
_LINE_HEIGHT: Final = 13.5
_TALLEST: Final = 409.0
_SPACE: Final = ' xml:space="preserve"'
_STRETCHED: Final = frozenset((Column.QUESTION, Column.SIDE_A, Column.SIDE_B, Column.SIDES_MORE))
# The sides of which each column holds the cards.
_CARDS: Final = {
    Column.SIDE_A: slice(0, 1),
    Column.SIDE_B: slice(1, 2),
    Column.SIDES_MORE: slice(2, None),
}
_SCREEN: Final = 1320  # pixels that a screen 1366 wide leaves for cells

Fragments = list[tuple["Format", str]]


def write(path: Path, book: Casebook, language: str, *, limit: int | None = None) -> int:
    """Write the workbook of all open conflicts.

    Args:
        path: the new file, ``conflicts-R0012.xlsx``.
        book: what is asked.
        language: ``vi`` or ``en``.
        limit: ask only so many questions, the most valuable ones first.

    Returns:
        How many questions it asks.

    Raises:
        UsageError: the file exists, or one sheet would get more rows than Excel has.
        MappingError: a conflict has a kind or a sentence that ``conflicts.toml`` does not have.
    """
    asked = cases(book, language, limit)
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(
        stream,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    workbook.set_properties(
        {
            "title": translate("Conflicts of run {run}", language, run=book.run),
            "author": book.office,
            "created": book.made,
        }
    )
    workbook.set_size(2400, 1500)
    _Writer(workbook, book, language).write(asked)
    workbook.close()
    write_new(path, stream.getvalue())
    return len(asked)


class QuestionSheet(Worksheet):  # type: ignore[misc] # XlsxWriter has no types
    """A sheet that words the font of each style once, and not again for every stretch of a cell.

    Thousands of questions have a hundred thousand stretches in half a dozen styles; wording each
    font anew, and looking every stretch over a dozen times, took half of the time.
    """

    def __init__(self) -> None:
        super().__init__()
        self._worded: dict[Format, str] = {}

    def reach(self, row: int, first: int, last: int) -> None:
        """Say that a row has cells from one column to another, before they are written."""
        self._check_dimensions(row, first)
        self._check_dimensions(row, last)

    def write_text(self, row: int, position: int, text: str, cell: Format) -> None:
        """Write a text, whatever it looks like; a cell without one is blank.

        Args:
            row: its row, from 0.
            position: its column, from 0.
            text: at most 32,767 letters.
            cell: style of the cell.
        """
        if not text:
            self.table[row][position] = CellBlankTuple(cell)
            return
        index = self.str_table._get_shared_string_index(text)  # noqa: SLF001 - as Worksheet does
        self.table[row][position] = CellStringTuple(index, cell)

    def write_stretches(self, row: int, position: int, stretches: Fragments, cell: Format) -> None:
        """Write a text of several styles into one cell.

        Args:
            row: its row, from 0.
            position: its column, from 0.
            stretches: style and text, two at least and none empty.
            cell: style of the cell as a whole.
        """
        runs = [
            f"<r>{self._font(style)}<t{_SPACE if _is_bordered(text) else ''}>{escape(text)}</t></r>"
            for style, text in stretches
        ]
        index = self.str_table._get_shared_string_index("".join(runs))  # noqa: SLF001 - as Worksheet
        whole = "".join(text for _, text in stretches)
        self.table[row][position] = CellRichStringTuple(index, cell, whole)

    def _font(self, style: Format) -> str:
        if style not in self._worded:
            self.rstring = XMLwriter()
            self.rstring._set_filehandle(io.StringIO())  # noqa: SLF001 - as Worksheet does
            self._write_font(style)
            self._worded[style] = self.rstring.fh.getvalue()
        return self._worded[style]


def _is_bordered(text: str) -> bool:
    """Whether blanks or line ends at its borders would be lost."""
    return text[0].isspace() or text[-1].isspace()


class _Writer:
    """Writes the sheets of one workbook.

    Args:
        workbook: the workbook.
        book: what is asked.
        language: ``vi`` or ``en``.
    """

    def __init__(self, workbook: xlsxwriter.Workbook, book: Casebook, language: str) -> None:
        self._workbook = workbook
        self._book = book
        self._language = language
        self._styles = Styles(workbook)
        self._lists: dict[tuple[str, ...], str] = {}
        self._of_column = {column: self._style(column) for column in Column}

    def write(self, asked: Sequence[Case]) -> None:
        """Write the guide and one sheet for every group of kinds that has questions."""
        guide = self._workbook.add_worksheet(self._say("Guide"))
        described = []
        for sheet in self._book.wording.sheet:
            on_sheet = [case for case in asked if case.kind.sheet == sheet.code]
            if on_sheet:
                described.append(self._sheet(say(sheet, self._language), on_sheet))
        write_guide(guide, self._styles, self._book, described, self._language)
        guide.activate()
        self._write_lists()

    def _say(self, template: str, **values: object) -> str:
        return translate(template, self._language, **values)

    def _sheet(self, name: str, asked: Sequence[Case]) -> GuideSheet:
        first = HEADER_ROW + 1
        if first + len(asked) > _SHEET_ROWS:
            raise UsageError(
                "{count} questions are more than one sheet of a workbook can hold; export the most "
                "valuable ones: reconcile export conflicts --format xlsx --limit 1000",
                count=len(asked),
            )
        sheet = self._workbook.add_worksheet(name, QuestionSheet)
        columns = _columns(asked)
        self._frame(sheet, columns, len(asked))
        for ordinal, case in enumerate(asked, start=1):
            self._row(sheet, columns, first + ordinal - 1, ordinal, case)
        self._validations(sheet, columns, asked)
        self._signals(sheet, columns, len(asked))
        decision = columns.index(Column.DECISION)
        minutes = sum(case.minutes for case in asked)
        return GuideSheet(name, len(asked), decision, first, first + len(asked) - 1, minutes)

    def _frame(self, sheet: Worksheet, columns: Sequence[Column], count: int) -> None:
        """Everything around the rows: header, widths, panes, filter, protection, print."""
        styles = self._styles
        for position, column in enumerate(columns):
            sheet.set_column(
                position, position, LAYOUT[column].width, None, {"hidden": column in HIDDEN}
            )
            style = styles.head_fill_in if column in FILLED_IN else styles.head
            sheet.write_string(HEADER_ROW, position, header(column, self._language), style)
        sheet.set_row(0, 20)
        sheet.set_row(HEADER_ROW, 34)
        guide = self._say("Guide")
        sheet.merge_range(0, 0, 0, 1, "", styles.back)
        sheet.write_url(0, 0, f"internal:'{guide}'!A1", styles.back, f"◄ {guide}")
        sheet.write_string(
            0,
            2,
            self._say("Fill in the yellow columns only. Red letters: where the sides differ."),
            styles.hint,
        )
        sheet.freeze_panes(HEADER_ROW + 1, 1)
        sheet.autofilter(HEADER_ROW, 0, HEADER_ROW + count, len(columns) - 1)
        # no sorting under protection: it would move the yellow cells alone, to other questions
        sheet.protect("", {"autofilter": True, "format_columns": True, "format_rows": True})
        sheet.set_zoom(_zoom(columns))
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.set_margins(0.4, 0.4, 0.5, 0.6)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(HEADER_ROW)
        sheet.set_footer(f"&L{self._book.run}&C&A&R&P/&N")

    def _row(
        self, sheet: QuestionSheet, columns: Sequence[Column], row: int, ordinal: int, case: Case
    ) -> None:
        sides = cards(case, self._language)
        texts = shown(case, ordinal, self._language, sides)
        texts[Column.REGISTER] = f"{self._book.register} {self._book.run}"
        sheet.reach(row, 0, len(columns) - 1)
        lines = 1
        for position, column in enumerate(columns):
            text = texts.get(column, "")
            fragments = self._fragments(column, text, sides) if column in _STRETCHED else ()
            style = self._styles.severity[case.severity] if column == Column.SEVERITY else None
            style = style or self._of_column[column]
            if fragments:
                self._rich(sheet, row, position, fragments)
            else:
                sheet.write_text(row, position, text[:_CELL], style)
            if column not in HIDDEN:
                lines = max(lines, _lines(text, LAYOUT[column].width))
        sheet.set_row(row, min(_TALLEST, lines * _LINE_HEIGHT + 3))

    def _style(self, column: Column) -> Format:
        styles = self._styles
        if column in HIDDEN:
            return styles.hidden
        return {
            Column.ORDINAL: styles.centred,
            Column.PROPOSAL: styles.proposal,
            Column.DATE: styles.fill_in_date,
        }.get(column, styles.fill_in if column in FILLED_IN else styles.cell)

    def _fragments(self, column: Column, text: str, sides: Sequence[Card]) -> Fragments:
        """The stretches of a cell that has letters of several kinds."""
        styles = self._styles
        if column == Column.QUESTION:
            first, *rest = text.split("\n")
            return [(styles.plain, first), *((styles.quiet, f"\n{line}") for line in rest)]
        chosen = _CARDS[column]
        fragments: Fragments = []
        for number, card in enumerate(sides[chosen]):
            fragments += self._card(card, "\n\n" if number else "")
        return fragments

    def _card(self, card: Card, before: str) -> Fragments:
        styles = self._styles
        fragments: Fragments = []
        for line in card:
            if line.label:
                fragments.append((styles.label, f"{before}{line.label}: "))
                before = ""
            for segment in line.segments:
                style = styles.differs if segment.differs else styles.plain
                fragments.append((style if line.label else styles.heading, before + segment.text))
                before = ""
            before = "\n"
        return fragments

    def _rich(self, sheet: QuestionSheet, row: int, position: int, fragments: Fragments) -> None:
        """Write stretches into one cell; XlsxWriter wants two at least, and none empty."""
        merged: Fragments = []
        for style, text in fragments:
            if merged and merged[-1][0] is style:
                merged[-1] = (style, merged[-1][1] + text)
            elif text:
                merged.append((style, text))
        whole = "".join(text for _, text in merged)
        if len(merged) < 2 or len(whole) > _CELL:
            sheet.write_text(row, position, whole[:_CELL], self._styles.cell)
            return
        sheet.write_stretches(row, position, merged, self._styles.cell)

    # -- drop-down lists --------------------------------------------------------------------

    def _validations(
        self, sheet: Worksheet, columns: Sequence[Column], asked: Sequence[Case]
    ) -> None:
        """A list for each stretch of rows that offer the same decisions."""
        decision = columns.index(Column.DECISION)
        paper = columns.index(Column.PAPER)
        first = HEADER_ROW + 1
        start = 0
        for end in range(1, len(asked) + 1):
            words = _words(asked[start])
            if end == len(asked) or _words(asked[end]) != words:
                self._list(sheet, first + start, first + end - 1, decision, words)
                start = end
        yes_no = (self._say("yes"), self._say("no"))
        self._list(sheet, first, first + len(asked) - 1, paper, yes_no)

    def _list(
        self, sheet: Worksheet, first: int, last: int, position: int, words: tuple[str, ...]
    ) -> None:
        inline = ",".join(words)
        fits = len(inline) <= _INLINE and not any("," in word for word in words)
        options: dict[str, Any] = {
            "validate": "list",
            "source": list(words) if fits else f"={self._list_range(words)}",
            # a warning and not a stop: words typed with or without marks are understood too
            "error_type": "warning",
            "error_title": self._say("Not in the list"),
            "error_message": self._say("Please choose from the list if you can."),
        }
        sheet.data_validation(first, position, last, position, options)

    def _list_range(self, words: tuple[str, ...]) -> str:
        if words not in self._lists:
            column = xlsxwriter.utility.xl_col_to_name(len(self._lists))
            self._lists[words] = f"'{LISTS}'!${column}$1:${column}${len(words)}"
        return self._lists[words]

    def _write_lists(self) -> None:
        """The hidden sheet with the lists that do not fit into a validation."""
        if not self._lists:
            return
        sheet = self._workbook.add_worksheet(LISTS)
        for position, words in enumerate(self._lists):
            for row, word in enumerate(words):
                sheet.write_string(row, position, word)
        sheet.hide()

    def _signals(self, sheet: Worksheet, columns: Sequence[Column], count: int) -> None:
        """Fill-in cells turn green once decided, and red where a value waits for a decision."""
        first, last = HEADER_ROW + 1, HEADER_ROW + count
        left, right = columns.index(FILLED_IN[0]), columns.index(FILLED_IN[-1])
        name = xlsxwriter.utility.xl_col_to_name
        decision = f"LEN(${name(columns.index(Column.DECISION))}{first + 1})"
        value = f"LEN(${name(columns.index(Column.VALUE))}{first + 1})"
        half = {"type": "formula", "criteria": f"=AND({decision}=0,{value}>0)"}
        done = {"type": "formula", "criteria": f"={decision}>0"}
        for rule, style in ((half, self._styles.half), (done, self._styles.done)):
            sheet.conditional_format(first, left, last, right, {**rule, "format": style})
        sheet.conditional_format(first, 0, last, 0, {**done, "format": self._styles.done})


def _columns(asked: Sequence[Case]) -> list[Column]:
    """The columns that a sheet needs: *Loại* where kinds share it, more sides where there are."""
    dropped = set()
    if len({case.kind.code for case in asked}) < 2:
        dropped.add(Column.KIND)
    sides = max((len(case.sides) for case in asked), default=0)
    if sides < 3:
        dropped.add(Column.SIDES_MORE)
    return [column for column in Column if column not in dropped]


def _zoom(columns: Sequence[Column]) -> int:
    """The per cent at which a row fits the screen of an old PC without scrolling sideways."""
    wide = sum(LAYOUT[column].width * 7 + 5 for column in columns if column not in HIDDEN)
    return max(60, min(85, int(_SCREEN * 100 / wide)))


def _words(case: Case) -> tuple[str, ...]:
    return tuple(option.words for option in case.options)


def _lines(text: str, width: float) -> int:
    """How many lines a wrapped text takes in a column of that width."""
    return sum(
        1 if len(line) <= width else math.ceil(len(line) / width) for line in text.split("\n")
    )
