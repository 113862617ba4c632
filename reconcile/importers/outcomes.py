"""What kind of row a row is: an entry, the furniture of a sheet, or something that was refused.

Conservative on both sides: a row with a principal's name, a number and a date is an entry whatever
else stands in it, and only rows that nothing can be made of are refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reconcile.importers.labels import label_key
from reconcile.model import Outcome
from reconcile.text.folding import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconcile.importers.header import Header
    from reconcile.importers.mapping import TablePlan

# Reasons, codes of findings at once.
NO_PRINCIPAL_NAME: Final = "no_principal_name"
NO_NUMBER_NO_DATE: Final = "no_number_no_date"
ROW_UNREADABLE: Final = "row_unreadable"
HEADER_REPEATED: Final = "header_repeated"
COLUMN_NUMBERS: Final = "column_numbers"
ORDINAL_ONLY: Final = "ordinal_only"
FOOTER: Final = "footer"

TELLING_FIELDS: Final = ("entry.number", "entry.registration_date", "entry.ordinal")

_SPARSE: Final = 4  # a total or a signature has no more filled cells than this
_REPEATED_SHARE: Final = 0.6


@dataclass(frozen=True)
class RowText:
    """The texts of one row before ditto marks are filled in.

    Attributes:
        by_column: text of every filled cell by column index, in file order.
        by_field: text by field, of principals' names and :data:`TELLING_FIELDS` at least.
    """

    by_column: Mapping[int, str]
    by_field: Mapping[str, str]


@dataclass(frozen=True)
class _Facts:
    name: str  # "name", "none" or "garbled"
    number: bool
    date: bool

    @property
    def entry_like(self) -> bool:
        return self.name == "name" and (self.number or self.date)

    @property
    def whole(self) -> bool:
        return self.name == "name" and self.number and self.date


def classify(
    rows: Sequence[RowText], plan: TablePlan, header: Header, no_value: frozenset[str]
) -> list[tuple[str, str]]:
    """Outcome and reason of every row of a sheet; both empty where it is an entry.

    Args:
        rows: non-blank rows below the header, in order.
        plan: mapping of the table.
        header: header of the sheet, to know it when it is repeated.
        no_value: keys of the words for "no value".
    """
    facts = [_facts(row, plan, no_value) for row in rows]
    last_entry = max((index for index, fact in enumerate(facts) if fact.entry_like), default=-1)
    ended = False
    outcomes: list[tuple[str, str]] = []
    for index, (row, fact) in enumerate(zip(rows, facts, strict=True)):
        furniture = _furniture(row, fact, plan, header)
        ended = ended or (index > last_entry and furniture == FOOTER)
        if furniture or ended:
            outcomes.append((Outcome.FOOTER.value, furniture or FOOTER))
            continue
        reason = _refusal(row, fact)
        outcomes.append((Outcome.REFUSED.value, reason) if reason else ("", ""))
    return outcomes


def has_name(text: str, no_value: frozenset[str]) -> bool:
    """Is a text a name, i.e. has it letters and is no word for "no value"."""
    return any(letter.isalpha() for letter in text) and label_key(text) not in no_value


def _facts(row: RowText, plan: TablePlan, no_value: frozenset[str]) -> _Facts:
    name = "none"
    for fields in plan.principal_names:
        for field in fields:
            text = row.by_field.get(field, "")
            if has_name(text, no_value):
                name = "name"
            elif name == "none" and label_key(text) and label_key(text) not in no_value:
                name = "garbled"
    number = row.by_field.get("entry.number", "")
    date = row.by_field.get("entry.registration_date", "")
    return _Facts(name, any(map(str.isdigit, number)), any(map(str.isalnum, date)))


def _furniture(row: RowText, fact: _Facts, plan: TablePlan, header: Header) -> str:
    """Which kind of furniture of a sheet a row is; empty where it is none."""
    if fact.whole:
        return ""
    texts = [*row.by_column.values()]
    if len(texts) == 1 and row.by_field.get("entry.ordinal", "").rstrip(".").isdigit():
        return ORDINAL_ONLY
    if _repeats_header(row, header):
        return HEADER_REPEATED
    if fact.name != "name" and _counts_columns(texts):
        return COLUMN_NUMBERS
    if plan.footers is None or (fact.entry_like and (fact.date or len(texts) > _SPARSE)):
        return ""
    looked_at = texts if len(texts) <= _SPARSE else texts[:1] if fact.name != "name" else []
    return FOOTER if any(plan.footers.search(plain(text)) for text in looked_at) else ""


def _repeats_header(row: RowText, header: Header) -> bool:
    return any(
        sum(labels.get(index) == label_key(text) for index, text in row.by_column.items())
        >= max(3, _REPEATED_SHARE * len(row.by_column))
        for labels in header.labels
    )


def _counts_columns(texts: Sequence[str]) -> bool:
    """Is a row the numbers of the columns, ``(1) (2) (3)``, as printed below a form's header."""
    bare = [text.strip("()[] .") for text in texts]
    if len(bare) < 4 or not all(text.isdigit() and len(text) < 4 for text in bare):
        return False
    numbers = [int(text) for text in bare]
    return numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _refusal(row: RowText, fact: _Facts) -> str:
    """Why a row that is no furniture cannot be an entry; empty where it can."""
    if fact.name == "garbled":
        return ROW_UNREADABLE
    if fact.name == "none":
        return NO_PRINCIPAL_NAME
    filled = len(row.by_column) - ("entry.ordinal" in row.by_field)
    return NO_NUMBER_NO_DATE if not fact.entry_like and filled <= 2 else ""
