"""The columns of one sheet: decoded, ditto marks filled in, codes translated.

All of it is done once per different cell of a column, never once per cell.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING, Final, TypeVar

from reconcile.importers.cells import UNSEEN, field_text, kind_of, plain_text
from reconcile.importers.encoding import ColumnText, decode_column, judge
from reconcile.importers.labels import ditto_key, label_key
from reconcile.text.legacy import TCVN3, restore_initials, telling_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from reconcile.importers.findings import Collector, Place
    from reconcile.importers.header import Column, Header
    from reconcile.importers.mapping import Mappings, TablePlan
    from reconcile.importers.readers import Cell, RawSheet

_LEADING_CODE: Final = re.compile(r"\s*(\d+)(?:\.0+)?\s*(?:[-–.:)]|$)")
_LONGEST_DITTO: Final = 16
_NAMES: Final = frozenset({"name", "name_leading", "name_given", "signer", "performer"})
_Made = TypeVar("_Made")


@dataclass
class SheetWork:
    """A sheet while it is being read.

    Attributes:
        sheet: the raw sheet.
        header: its header.
        plan: mapping of its table.
        mappings: all mappings.
        place: where the sheet is.
        findings: where findings go.
        year: year that the name of sheet or file says.
        kept: indices of the non-blank rows in the sheet.
        cells: column -> raw cell of each kept row.
        texts: column -> text of each kept row.
        noted: code, position among the kept rows and column of findings of single rows, which are
            added when the hashes of contents are known.
    """

    sheet: RawSheet
    header: Header
    plan: TablePlan
    mappings: Mappings
    place: Place
    findings: Collector
    year: str
    kept: list[int] = field(default_factory=list)
    cells: dict[int, Sequence[Cell]] = field(default_factory=dict)
    texts: dict[int, list[str]] = field(default_factory=dict)
    noted: list[tuple[str, int, Column | None]] = field(default_factory=list)

    def row_number(self, position: int) -> int:
        """The number that a person sees of a kept row."""
        return self.sheet.numbers[self.kept[position]]

    def aggregate(self, code: str, column: Column, position: int, count: int) -> None:
        """Add one finding for a whole column, at its first row."""
        self.findings.add(
            code,
            self.place.at(self.row_number(position)),
            about=(column.field, column.label),
            count=count,
        )

    def filled(self) -> Iterator[tuple[Column, list[str]]]:
        """The columns in which some kept row has a text, in file order."""
        for column in self.header.columns:
            texts = self.texts[column.index]
            if any(texts):
                yield column, texts


def converted(cells: Sequence[Cell], convert: Callable[[Cell], _Made]) -> list[_Made]:
    """Convert the cells of a column, equal texts once."""
    different = set(cells)
    known: dict[Cell, _Made] = {
        cell: convert(cell) for cell in different if cell is None or isinstance(cell, str)
    }
    if len(known) == len(different):
        return list(map(known.__getitem__, cells))
    # Numbers and truth values are not looked up: 1, 1.0 and True are equal but differ as texts.
    return [
        known[cell] if cell is None or isinstance(cell, str) else convert(cell) for cell in cells
    ]


# -- texts --------------------------------------------------------------------------------------


def read_columns(work: SheetWork) -> dict[str, object]:
    """Fill ``work.cells`` and ``work.texts``; what was found out about encodings."""
    rows = [work.sheet.rows[index] for index in work.kept]
    by_column: list[Sequence[Cell]] = list(zip_longest(*rows))
    nothing: Sequence[Cell] = (None,) * len(rows)
    candidates = work.plan.table.encodings
    foreign: dict[int, dict[str, int]] = {}
    words: dict[int, Counter[str]] = {}
    total: Counter[str] = Counter()
    for column in work.header.columns:
        index = column.index
        work.cells[index] = by_column[index] if index < len(by_column) else nothing
        foreign[index] = _beyond_ascii(work.cells[index])
        words[index] = telling_words(foreign[index])
        total.update(words[index])
    whole = judge(total, candidates)
    evidence: dict[str, object] = {
        "encoding": whole.encoding, "confidence": whole.confidence, **whole.evidence
    }  # fmt: skip
    differing: dict[str, str] = {}
    for column in work.header.columns:
        index = column.index
        text = decode_column(foreign[index], words[index], candidates, whole.encoding)
        if column.field.partition(".")[2] in _NAMES:
            _restore_initials(text)
        if foreign[index] and text.encoding != whole.encoding:
            differing[column.label] = text.encoding
        work.texts[index] = _column_texts(work, column, text)
        _note_encoding(work, column, text)
    if differing:
        evidence["columns"] = differing
    return evidence


def _beyond_ascii(cells: Sequence[Cell]) -> dict[str, int]:
    """Texts with a character beyond ASCII, with how often they occur."""
    return {
        cell: times
        for cell, times in Counter(cells).items()
        if isinstance(cell, str) and not cell.isascii()
    }


def _column_texts(work: SheetWork, column: Column, text: ColumnText) -> list[str]:
    damaged: Counter[str] = Counter()
    decoded = text.decoded

    def shown(cell: Cell) -> str:
        if cell is None:
            return ""
        if isinstance(cell, str):
            return decoded.get(cell, cell).strip(UNSEEN)
        if not column.field:
            return plain_text(cell)
        value, code = field_text(cell, column.field)
        if code:
            damaged[code] += 1
        return value

    cells = work.cells[column.index]
    texts = converted(cells, shown)
    for code, count in damaged.items():
        first = next(
            position
            for position, cell in enumerate(cells)
            if not isinstance(cell, str | None) and field_text(cell, column.field)[1] == code
        )
        work.aggregate(code, column, first, count)
    return texts


def _restore_initials(text: ColumnText) -> None:
    """Put capitals back that a column of names in TCVN3 could not hold."""
    if text.encoding == TCVN3:
        for raw in text.decoded.keys() - text.other:
            text.decoded[raw] = restore_initials(text.decoded[raw])


def _note_encoding(work: SheetWork, column: Column, text: ColumnText) -> None:
    for code, raws in (("encoding_of_cell", text.other), ("encoding_doubtful", text.doubtful)):
        if raws:
            cells = work.cells[column.index]
            hits = [position for position, cell in enumerate(cells) if cell in raws]
            work.aggregate(code, column, hits[0], len(hits))


# -- ditto marks --------------------------------------------------------------------------------


def fill_dittos(work: SheetWork, furniture: Sequence[bool]) -> None:
    """Put the text above in place of a ditto mark.

    Args:
        work: the sheet; marks without a text above are noted in it.
        furniture: for each kept row whether it is the sheet's furniture, which is no "above".
    """
    literal = work.plan.table.no_ditto
    marks = work.mappings.ditto
    signs = {letter for mark in marks for letter in mark}
    for column in work.header.columns:
        if not column.field or column.field in literal:
            continue
        texts = work.texts[column.index]
        short = (text for text in set(texts) if 0 < len(text) <= _LONGEST_DITTO)
        marked = {text for text in short if _may_ditto(text, signs) and ditto_key(text) in marks}
        above = ""
        for position, text in enumerate(texts if marked else ()):
            if furniture[position]:
                continue
            if text in marked:
                texts[position] = above
                if not above:
                    work.noted.append(("ditto_without_above", position, column))
            else:
                above = text


def _may_ditto(text: str, signs: set[str]) -> bool:
    """Can a text be a ditto mark: most are told by their last letter, without folding them."""
    last = text.rstrip("-–—.()_ ")[-1:].lower()
    return not last or last in signs or not last.isascii()


# -- codes --------------------------------------------------------------------------------------


def translate_codes(work: SheetWork, furniture: Sequence[bool]) -> None:
    """Translate codes and code words into standard code words; unknown ones stay and are noted.

    Args:
        work: the sheet.
        furniture: for each kept row whether it is the sheet's furniture, which holds no codes.
    """
    for column in work.header.columns:
        words = work.plan.codes.get(column.field)
        if words is None:
            continue
        texts = work.texts[column.index]
        known = {text: _code_word(text, words) for text in set(texts) if text}
        coded = kind_of(column.field) in ("code", "sex")
        unknown: dict[str, list[int]] = {}
        for position, text in enumerate(texts):
            word = known.get(text)
            if furniture[position]:
                continue
            if word is not None:
                texts[position] = word
            elif coded and text and label_key(text) not in {"", *work.mappings.no_value}:
                unknown.setdefault(text, []).append(position)
        for positions in unknown.values():
            work.aggregate("code_unknown", column, positions[0], len(positions))


def _code_word(text: str, words: dict[str, str]) -> str | None:
    """The standard word of ``Nữ``, ``2``, ``2.0``, ``02`` or ``2 - Nữ``; None where unknown."""
    word = words.get(label_key(text))
    if word is None and (leading := _LEADING_CODE.match(text)):
        digits = leading[1]
        word = words.get(digits, words.get(digits.lstrip("0") or "0"))
    return word
