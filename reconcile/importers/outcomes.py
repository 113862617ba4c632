"""What kind of row a row is: an entry, the furniture of a sheet, or something that was refused.

Conservative on both sides: a row with a principal's name, a number and a date is an entry whatever
else stands in it, and only rows that nothing can be made of are refused.
"""

from __future__ import annotations

import re
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

_SPARSE: Final = 4  # a total or a signature has no more filled cells than this
_REPEATED_SHARE: Final = 0.6
_NUMBER: Final = re.compile(r"\W*\d")
_PARTS_OF_DATE: Final = re.compile(r"[\d\W]*\d[\d\W]*")


@dataclass(frozen=True)
class _Facts:
    """What tells an entry: ``name`` is "name", "none" or "garbled"."""

    name: str
    number: bool
    date: bool
    registered: bool  # a number and a date that nobody writes below a table

    @property
    def entry_like(self) -> bool:
        return self.name == "name" and (self.number or self.date)

    @property
    def whole(self) -> bool:
        return self.name == "name" and self.number and self.date


def classify(
    texts: Mapping[int, Sequence[str]],
    count: int,
    plan: TablePlan,
    header: Header,
    no_value: frozenset[str],
) -> list[tuple[str, str]]:
    """Outcome and reason of every row of a sheet; both empty where it is an entry.

    Args:
        texts: by column the text of every non-blank row below the header, in order, before ditto
            marks are filled in.
        count: how many rows there are.
        plan: mapping of the table.
        header: header of the sheet, to know it when it is repeated.
        no_value: keys of the words for "no value".
    """
    facts = _facts(texts, count, plan, header, no_value)
    last_entry = max((index for index, fact in enumerate(facts) if fact.entry_like), default=-1)
    ordinal = header.mapped.get("entry.ordinal")
    ended = False
    outcomes: list[tuple[str, str]] = []
    for index, fact in enumerate(facts):
        if fact.whole:
            outcomes.append(("", ""))
            continue
        row = {column: said[index] for column, said in texts.items() if said[index]}
        numbered = row.get(ordinal.index, "") if ordinal else ""
        furniture = _furniture(row, numbered, fact, plan, header)
        ended = ended or (index > last_entry and furniture == FOOTER)
        if furniture or (ended and not fact.registered):
            outcomes.append((Outcome.FOOTER.value, furniture or FOOTER))
            continue
        reason = _refusal(len(row) - bool(numbered), fact)
        outcomes.append((Outcome.REFUSED.value, reason) if reason else ("", ""))
    return outcomes


def has_name(text: str, no_value: frozenset[str]) -> bool:
    """Is a text a name, i.e. has it letters and is no word for "no value"."""
    return any(letter.isalpha() for letter in text) and label_key(text) not in no_value


def _facts(
    texts: Mapping[int, Sequence[str]],
    count: int,
    plan: TablePlan,
    header: Header,
    no_value: frozenset[str],
) -> list[_Facts]:
    """Facts of every row, told once per different text of a column."""
    nothing = ("",) * count

    def column(name: str) -> Sequence[str]:
        found = header.mapped.get(name)
        return texts[found.index] if found else nothing

    names = ["none"] * count
    for name in dict.fromkeys(sum(plan.principal_names, ())):
        told = {text: _name_fact(text, no_value) for text in set(column(name))}
        for index, text in enumerate(column(name)):
            if told[text] == "name" or names[index] == "none":
                names[index] = told[text]
    numbers, dates = column("entry.number"), column("entry.registration_date")
    numbered = {text for text in set(numbers) if any(map(str.isdigit, text))}
    dated = {text for text in set(dates) if any(map(str.isalnum, text))}
    return [
        _Facts(
            name,
            number in numbered,
            date in dated,
            bool(_NUMBER.match(number) and _PARTS_OF_DATE.fullmatch(date)),
        )
        for name, number, date in zip(names, numbers, dates, strict=True)
    ]


def _name_fact(text: str, no_value: frozenset[str]) -> str:
    if has_name(text, no_value):
        return "name"
    return "garbled" if label_key(text) and label_key(text) not in no_value else "none"


def _furniture(
    row: Mapping[int, str], numbered: str, fact: _Facts, plan: TablePlan, header: Header
) -> str:
    """Which kind of furniture of a sheet a row is; empty where it is none."""
    texts = [*row.values()]
    if len(texts) == 1 and numbered.rstrip(".").isdigit():
        return ORDINAL_ONLY
    if _repeats_header(row, header):
        return HEADER_REPEATED
    if fact.name != "name" and _counts_columns(texts):
        return COLUMN_NUMBERS
    if (
        plan.footers is None
        or fact.registered
        or (fact.entry_like and (fact.date or len(texts) > _SPARSE))
    ):
        return ""
    looked_at = _telling(row, fact, plan, header)
    return FOOTER if any(plan.footers.search(plain(text)) for text in looked_at) else ""


def _telling(
    row: Mapping[int, str], fact: _Facts, plan: TablePlan, header: Header
) -> Sequence[str]:
    """The texts of a row that may say that it is a total or a signature.

    Where a name stands beside a number only these two may: a date in words in another column,
    ``ngày 25 tháng 9 năm 2000``, makes no footer of a person.
    """
    texts = [*row.values()]
    if fact.entry_like:
        naming = sum(plan.principal_names, ())
        columns = [
            header.mapped[name].index
            for name in ("entry.ordinal", "entry.number", *naming)
            if name in header.mapped
        ]
        names = {header.mapped[name].index for name in naming if name in header.mapped}
        return [
            row[column]
            for column in columns
            if column in row and not (column in names and _may_be_person(row, column, plan))
        ]
    return texts if len(texts) <= _SPARSE else texts[:1] if fact.name != "name" else []


def _may_be_person(row: Mapping[int, str], column: int, plan: TablePlan) -> bool:
    """Can a name of one or two words beside a number be a person's: Tư Pháp, or Cộng.

    The words of a total are one where all other cells are figures.
    """
    text = plain(row[column])
    if len(text.split()) > 2 or not text.replace(" ", "").isalpha():
        return False
    others = "".join(said for other, said in row.items() if other != column)
    is_total = plan.totals is not None and plan.totals.search(text)
    return not is_total or any(map(str.isalpha, others))


def _repeats_header(row: Mapping[int, str], header: Header) -> bool:
    """Are most of a row's texts the labels of one of the header's rows, in any encoding."""
    return any(
        sum(label_key(text) in labels.get(index, ()) for index, text in row.items())
        >= max(3, _REPEATED_SHARE * len(row))
        for labels in header.labels
    )


def _counts_columns(texts: Sequence[str]) -> bool:
    """Is a row the numbers of the columns, ``(1) (2) (3)``, as printed below a form's header."""
    bare = [text.strip("()[] .") for text in texts]
    if len(bare) < 4 or not all(text.isdigit() and len(text) < 4 for text in bare):
        return False
    numbers = [int(text) for text in bare]
    return numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _refusal(filled: int, fact: _Facts) -> str:
    """Why a row that is no furniture cannot be an entry; empty where it can.

    Args:
        filled: how many cells it has beside its number in the list.
        fact: what else is known of it.
    """
    if fact.name == "garbled":
        return ROW_UNREADABLE
    if fact.name == "none":
        return NO_PRINCIPAL_NAME
    return NO_NUMBER_NO_DATE if not fact.entry_like and filled <= 2 else ""
