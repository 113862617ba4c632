"""What files that no mapping claims seem to hold: register type, header, columns, encodings."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from reconcile.importers.cells import is_blank, plain_text
from reconcile.importers.encoding import decode_column, judge
from reconcile.importers.header import SEARCH_ROWS, Candidate, grouped, row_labels
from reconcile.importers.labels import label_key
from reconcile.importers.readers import UnreadableError, open_file
from reconcile.mapping.vocabulary import Certainty, Meaning
from reconcile.text.folding import tidy
from reconcile.text.legacy import ENCODINGS, UNICODE, decode, telling_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from reconcile.config import RegisterType
    from reconcile.importers.readers import Cell, Container, RawSheet
    from reconcile.importers.schema import Limits
    from reconcile.mapping.looks import Look, Looks
    from reconcile.mapping.vocabulary import Vocabulary

_LEAST_COLUMNS: Final = 3
_MOST_ROWS: Final = 20_000  # rows of one sheet that are looked at
_DELIMITER: Final = ";"
_CODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


@dataclass(frozen=True)
class ProposedColumn:
    """One column of files that no mapping claims.

    Attributes:
        label: header as a mapping writes it, ``group / column`` below a group.
        meaning: what it seems to be.
        look: what its values look like.
        same_as: header of an earlier column with the same field, which has it then.
    """

    label: str
    meaning: Meaning
    look: Look
    same_as: str = ""

    @property
    def is_doubtful(self) -> bool:
        """Whether the values look like something else than the header says."""
        return bool(self.meaning.field) and self.look.contradicts(self.meaning.field)


@dataclass(frozen=True)
class ProposedTable:
    """Files of one kind.

    Attributes:
        register_type: code of the register type.
        header: ``single``, ``codes``, ``two_row`` or ``fields``.
        reader: xlsx, xls, ods, csv or dbf.
        files: names of the files.
        sheets: names of the sheets that hold years, empty where none does.
        columns: columns in the order of the first file.
        encodings: encodings of the text, the usual one first.
        rows: rows below the headers.
    """

    register_type: str
    header: str
    reader: str
    files: tuple[str, ...]
    sheets: tuple[str, ...]
    columns: tuple[ProposedColumn, ...]
    encodings: tuple[str, ...]
    rows: int

    @property
    def fields(self) -> set[str]:
        """Fields that have a column."""
        return {column.meaning.field for column in self.columns if not column.same_as} - {""}


class LeftOut(NamedTuple):
    """A file or sheet that nothing could be made of.

    Attributes:
        file: its name.
        sheet: name of the sheet, empty where the file is meant.
        template: English sentence that says why.
        values: what fills its placeholders.
    """

    file: str
    sheet: str
    template: str
    values: Mapping[str, object]


@dataclass(frozen=True)
class Proposal:
    """What some files seem to hold.

    Attributes:
        tables: kinds of files.
        left_out: what nothing could be made of.
    """

    tables: tuple[ProposedTable, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True)
class Knowing:
    """What files are looked at with.

    Attributes:
        vocabulary: what headers mean.
        looks: what values look like.
        register_types: register types by code.
        limits: sizes beyond which a file is not read.
    """

    vocabulary: Vocabulary
    looks: Looks
    register_types: Mapping[str, RegisterType]
    limits: Limits


@dataclass
class _Sheet:
    """One sheet, understood."""

    file: str
    name: str
    reader: str
    register_type: str
    header: str
    encoding: str
    rows: int
    columns: dict[str, tuple[Meaning, list[str]]] = field(default_factory=dict)


def propose(files: Sequence[Path], knowing: Knowing) -> Proposal:
    """Look at files and say what they seem to hold.

    Args:
        files: files of one commune.
        knowing: what they are looked at with.
    """
    sheets: list[_Sheet] = []
    left_out: list[LeftOut] = []
    for path in files:
        try:
            container = open_file(path.read_bytes(), path.name, _DELIMITER, knowing.limits)
        except UnreadableError as fault:
            left_out.append(LeftOut(path.name, fault.sheet, fault.template, fault.params))
            continue
        for sheet in container.sheets:
            found = _understood(sheet, path.name, container, knowing)
            if isinstance(found, LeftOut):
                left_out.append(found)
            elif found:
                sheets.append(found)
    kinds = sorted(sheets, key=_kind)
    tables = [_table(list(group), knowing.looks) for _, group in groupby(kinds, key=_kind)]
    return Proposal(tuple(tables), tuple(left_out))


def _kind(sheet: _Sheet) -> tuple[str, str, str]:
    """Sheets of one kind have one table."""
    return sheet.register_type, sheet.reader, sheet.header


# -- one sheet ------------------------------------------------------------------------------------


def _understood(
    sheet: RawSheet, file: str, container: Container, knowing: Knowing
) -> _Sheet | LeftOut | None:
    """A sheet's header and columns; None where it is empty."""
    if not sheet.rows or all(all(map(is_blank, row)) for row in sheet.rows):
        return None
    told = judge(telling_words(_texts(sheet.rows)), ENCODINGS)
    encoding = told.encoding if told.confidence > 0 else UNICODE
    best = _best_header(sheet, file, encoding, knowing)
    if best is None:
        return LeftOut(file, sheet.name, "No header was recognised in it.", {})
    code, header, candidate, meanings = best
    data = [
        row
        for row in sheet.rows[candidate.top + candidate.height :][:_MOST_ROWS]
        if not all(map(is_blank, row))
    ]
    found = _Sheet(file, sheet.name, container.reader, code, header, encoding, len(data))
    for index, parts in sorted(candidate.parts.items()):
        label = " / ".join(tidy(decode(part, encoding)) for part in parts)
        if label not in found.columns:
            cells = [row[index] if index < len(row) else None for row in data]
            found.columns[label] = (meanings.get(index, Meaning()), _decoded(cells, encoding))
    return found


def _texts(rows: Iterable[Sequence[Cell]]) -> list[str]:
    return [cell for row in rows for cell in row if isinstance(cell, str) and not cell.isascii()]


def _decoded(cells: Sequence[Cell], encoding: str) -> list[str]:
    """Texts of a column, its cells decoded as the importer does it."""
    foreign = Counter(cell for cell in cells if isinstance(cell, str) and not cell.isascii())
    column = decode_column(foreign, telling_words(foreign), ENCODINGS, encoding)
    return [
        column.decoded.get(cell, cell).strip() if isinstance(cell, str) else plain_text(cell)
        for cell in cells
    ]


_Best = tuple[str, str, Candidate, dict[int, Meaning]]


def _best_header(sheet: RawSheet, file: str, encoding: str, knowing: Knowing) -> _Best | None:
    """Register type, kind of header, where it stands and what its columns mean."""
    best: _Best | None = None
    most = _LEAST_COLUMNS * Certainty.LIKELY - 1
    for header, candidate in _candidates(sheet):
        titles = [decode(text, encoding) for text in _texts_above(sheet, candidate.top)]
        for code in _possible_types((file, sheet.name, *titles), knowing):
            meanings = _meanings(candidate, encoding, knowing.register_types[code], knowing)
            score = _score(meanings.values())
            if best and header == "single" and _are_codes(best[2], candidate):
                if 2 * score >= most:  # what stands in the second row of the two names the columns
                    best, most = (code, "codes", candidate, meanings), max(score, most)
            elif score > most or (score == most and best and header == "single" != best[1]):
                best, most = (code, header, candidate, meanings), score
    return best


def _score(meanings: Iterable[Meaning]) -> int:
    """How sure a header is: each field counts once."""
    surest: dict[str, int] = {}
    for meaning in meanings:
        surest[meaning.field] = max(surest.get(meaning.field, 0), meaning.certainty)
    return sum(surest.values())


def _are_codes(labels: Candidate, candidate: Candidate) -> bool:
    """Whether a row holds codes of the columns whose labels stand above it."""
    texts = [part for parts in candidate.parts.values() for part in parts]
    is_below = candidate.top == labels.top + 1 and labels.height == 1
    return (
        is_below
        and len(texts) >= _LEAST_COLUMNS
        and all(text.isascii() and _CODE.fullmatch(text) for text in texts)
    )


def _candidates(sheet: RawSheet) -> Iterable[tuple[str, Candidate]]:
    """Where a header may stand, and of which kind it is there."""
    if sheet.labels is not None:
        parts: dict[int, tuple[str, ...]] = {
            index: (label,) for index, label in enumerate(sheet.labels)
        }
        yield "fields", Candidate(-1, 1, parts)
        return
    for top in range(min(SEARCH_ROWS, len(sheet.rows))):
        labels = row_labels(sheet.rows[top])
        yield "single", Candidate(top, 1, {index: (label,) for index, label in labels.items()})
        if top + 1 < len(sheet.rows):
            two_row = grouped(sheet, top, labels, row_labels(sheet.rows[top + 1]))
            if any(len(parts) > 1 for parts in two_row.parts.values()):
                yield "two_row", two_row


def _texts_above(sheet: RawSheet, top: int) -> list[str]:
    """Titles: texts of rows above a header that hold little else."""
    rows = sheet.rows[: max(top, 0)]
    return [
        cell
        for row in rows
        for cell in row
        if isinstance(cell, str) and cell.strip() and sum(not is_blank(one) for one in row) <= 2
    ]


def _possible_types(names: Sequence[str], knowing: Knowing) -> list[str]:
    """The register type that names say; all of them where they are silent."""
    named = knowing.vocabulary.register_type_of(*names)
    return [named] if named in knowing.register_types else sorted(knowing.register_types)


def _meanings(
    candidate: Candidate, encoding: str, register_type: RegisterType, knowing: Knowing
) -> dict[int, Meaning]:
    """What each column of a header means; columns that nobody knows are left out."""
    found: dict[int, Meaning] = {}
    for index, parts in candidate.parts.items():
        for form in dict.fromkeys((encoding, UNICODE)):
            texts = [decode(part, form) for part in parts]
            meaning = knowing.vocabulary.meaning(texts, register_type)
            if meaning.field:
                found[index] = meaning
                break
    return found


# -- files of one kind ----------------------------------------------------------------------------


def _table(sheets: list[_Sheet], looks: Looks) -> ProposedTable:
    values: dict[str, list[str]] = {}
    meanings: dict[str, Meaning] = {}
    labels: dict[str, str] = {}
    for sheet in sheets:
        for label, (meaning, texts) in sheet.columns.items():
            written = labels.setdefault(label_key(label) or label, label)
            values.setdefault(written, []).extend(texts)
            meanings[written] = max(
                meanings.get(written, meaning), meaning, key=lambda one: one.certainty
            )
    together = [{labels[label_key(label) or label] for label in one.columns} for one in sheets]
    owners = _owners(meanings, together)
    encodings = Counter(sheet.encoding for sheet in sheets)
    return ProposedTable(
        register_type=sheets[0].register_type,
        header=sheets[0].header,
        reader=sheets[0].reader,
        files=tuple(dict.fromkeys(sheet.file for sheet in sheets)),
        sheets=tuple(sheet.name for sheet in sheets if _YEAR.search(sheet.name)),
        columns=tuple(
            ProposedColumn(
                label,
                meaning,
                looks.of(values[label]),
                owners.get(label, ""),
            )
            for label, meaning in meanings.items()
        ),
        encodings=tuple(dict.fromkeys((*dict(encodings.most_common()), UNICODE))),
        rows=sum(sheet.rows for sheet in sheets),
    )


def _owners(meanings: Mapping[str, Meaning], together: Sequence[set[str]]) -> dict[str, str]:
    """Headers of a field that another header of the same sheet has already -> that header.

    The surest has it, of equally sure ones the first. Spellings of other sheets are no rivals.

    Args:
        meanings: what headers mean.
        together: headers of each sheet.
    """
    owned: dict[str, list[str]] = {}
    rivals: dict[str, str] = {}
    for label, meaning in sorted(meanings.items(), key=lambda item: -item[1].certainty):
        if not meaning.field:
            continue
        for owner in owned.get(meaning.field, ()):
            if any({label, owner} <= labels for labels in together):
                rivals.setdefault(label, owner)
        if label not in rivals:
            owned.setdefault(meaning.field, []).append(label)
    return rivals
