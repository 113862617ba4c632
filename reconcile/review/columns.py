"""The columns of the conflict workbook: their order, headers, widths, and how they are recognised.

Officers move, hide and widen columns, and other programs rename sheets; so a column is known by its
header, in either language, with or without marks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from pydantic import Field

from reconcile.config import Strict, read_mapping
from reconcile.text.folding import plain
from reconcile.text.language import LANGUAGES, translate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


class Column(StrEnum):
    """A column of the workbook."""

    ORDINAL = "ordinal"
    SEVERITY = "severity"
    KIND = "kind"
    QUESTION = "question"
    SIDE_A = "side_a"
    SIDE_B = "side_b"
    SIDES_MORE = "sides_more"
    REASONS = "reasons"
    PROPOSAL = "proposal"
    DECISION = "decision"
    VALUE = "value"
    REASON = "reason"
    PAPER = "paper"
    OFFICER = "officer"
    DATE = "date"
    CONFLICT = "conflict"
    EVIDENCE = "evidence"
    SEAL = "seal"
    REGISTER = "register"


@dataclass(frozen=True)
class Layout:
    """How one column looks.

    Attributes:
        header: English header; the key of the message catalogue.
        width: width in characters.
    """

    header: str
    width: float


LAYOUT: Final[dict[Column, Layout]] = {
    Column.ORDINAL: Layout("No.", 5),
    Column.SEVERITY: Layout("Severity", 10.5),
    Column.KIND: Layout("Kind", 12),
    Column.QUESTION: Layout("Question and legal basis", 30),
    Column.SIDE_A: Layout("Side A", 36),
    Column.SIDE_B: Layout("Side B", 36),
    Column.SIDES_MORE: Layout("Further sides", 36),
    Column.REASONS: Layout("Why", 25),
    Column.PROPOSAL: Layout("Proposal", 13),
    Column.DECISION: Layout("Decision", 18),
    Column.VALUE: Layout("Value", 14),
    Column.REASON: Layout("Reason", 17),
    Column.PAPER: Layout("Paper book checked", 9),
    Column.OFFICER: Layout("Officer", 12),
    Column.DATE: Layout("Date", 11),
    Column.CONFLICT: Layout("Conflict id", 4),
    Column.EVIDENCE: Layout("Evidence hash", 4),
    Column.SEAL: Layout("Row seal", 4),
    Column.REGISTER: Layout("Register id", 4),
}
FILLED_IN: Final = (
    Column.DECISION,
    Column.VALUE,
    Column.REASON,
    Column.PAPER,
    Column.OFFICER,
    Column.DATE,
)
HIDDEN: Final = (Column.CONFLICT, Column.EVIDENCE, Column.SEAL, Column.REGISTER)
# Columns whose text the tool wrote and the seal of a row covers, part by part in this order.
SEALED: Final = (Column.QUESTION, Column.SIDE_A, Column.SIDE_B, Column.SIDES_MORE)


# The hidden sheet with the lists that do not fit into a validation.
LISTS: Final = "_lists"


class Synonym(Strict):
    """Other words for a decision.

    Attributes:
        decision: code of the decision.
        kind: kinds of conflict that they hold for; all that have the decision where empty.
        words: the words.
    """

    decision: str
    kind: tuple[str, ...] = ()
    words: tuple[str, ...]


class PaperWords(Strict):
    """Words for yes and no in *Đã đối chiếu sổ*."""

    yes: tuple[str, ...]
    no: tuple[str, ...]


class ReviewWords(Strict):
    """``mappings/review.toml``: how what officers write is recognised.

    Attributes:
        columns: column -> further headers that mean it.
        paper: words for yes and no.
        synonym: further words for decisions.
    """

    columns: dict[Column, tuple[str, ...]] = Field(default={})
    paper: PaperWords
    synonym: tuple[Synonym, ...] = Field(default=())


def load_review_words(mappings: Path) -> ReviewWords:
    """Read ``review.toml``.

    Args:
        mappings: the mappings folder.

    Raises:
        MappingError: the file is missing or does not fit.
    """
    return read_mapping(mappings / "review.toml", ReviewWords)


def header(column: Column, language: str) -> str:
    """The header that the tool writes over a column."""
    return translate(LAYOUT[column].header, language)


def reduced(text: str) -> str:
    """A text as it is compared: small letters, no marks, no punctuation, single blanks.

    >>> reduced(" Quyết-định: ")
    'quyet dinh'
    """
    return re.sub(r"[\W_]+", " ", plain(text)).strip() or text.strip()


def recognise(headers: Iterable[str], words: ReviewWords) -> dict[Column, int]:
    """Find the columns behind a row of headers.

    Args:
        headers: texts of one row.
        words: further headers.

    Returns:
        Column -> position; the first of two with the same header counts.
    """
    known = _known_headers(words)
    found: dict[Column, int] = {}
    for position, text in enumerate(headers):
        column = known.get(reduced(text)) if text else None
        if column is not None:
            found.setdefault(column, position)
    return found


def repeated(headers: Iterable[str], words: ReviewWords) -> dict[Column, list[int]]:
    """Further positions of columns that stand behind a row of headers more than once.

    Args:
        headers: texts of one row.
        words: further headers.
    """
    known = _known_headers(words)
    found: dict[Column, list[int]] = {}
    for position, text in enumerate(headers):
        column = known.get(reduced(text)) if text else None
        if column is not None:
            found.setdefault(column, []).append(position)
    return {column: places[1:] for column, places in found.items() if len(places) > 1}


def _known_headers(words: ReviewWords) -> Mapping[str, Column]:
    known: dict[str, Column] = {}
    for column in Column:
        ours = [header(column, language) for language in LANGUAGES]
        for text in (*ours, *words.columns.get(column, ()), column.value):
            known.setdefault(reduced(text), column)
    return known
