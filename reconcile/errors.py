"""The exception tree of the toolkit.

Exceptions are for broken runs; what is wrong with a single row or value is a *finding* (data), see
:mod:`reconcile.model`. Anything raised that is not in this tree is a bug and shows its traceback.

    ReconcileError                 base, never raised itself
    ├── UsageError          (2)    a command or option makes no sense here
    ├── MappingError        (2)    a file under mappings/ is wrong
    ├── ModelError          (2)    the matching model file is wrong
    ├── ExportError         (3)    delivered files that cannot be read; carries all of them
    │   └── WorkbookError   (3)    the same of workbooks that came back
    ├── TableError          (3)    a table to be linked cannot be read or lacks a column
    ├── ShrinkageError      (3)    too much is gone from a full export
    ├── ContractError       (1)    a table between two stages breaks its contract (a bug)
    ├── AccountingError     (1)    rows in ≠ rows out (a bug)
    ├── RegisterError       (4)    the register cannot be used
    │   └── RegisterBusyError (4)  another run is writing to it
    └── DecisionError       (5)    some decisions of an officer were refused

The number is the exit code of the command line.

Texts name a kind of fault and a position, never the content of a cell (P9). They are written in
English with ``{placeholders}``; :func:`reconcile.text.language.translate` gives the Vietnamese.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Problem(str):
    """A sentence that fills a placeholder of another one, and is translated with it.

    It is its English text, so that it can be used as any other value of a message.

    Attributes:
        template: English sentence with ``{placeholders}``.
        values: what fills them; may be problems themselves.
    """

    __slots__ = ("template", "values")

    template: str
    values: dict[str, object]

    def __new__(cls, template: str, **values: object) -> Problem:
        """Make the English text of it."""
        problem = super().__new__(cls, template.format(**values))
        problem.template, problem.values = template, values
        return problem


class Problems(str):
    """Several problems, one behind the other.

    Attributes:
        parts: the problems; plain texts among them are not translated.
    """

    __slots__ = ("parts",)

    parts: tuple[str, ...]

    def __new__(cls, parts: Iterable[str]) -> Problems:
        """Make the English text of them."""
        parts = tuple(parts)
        problems = super().__new__(cls, "; ".join(parts))
        problems.parts = parts
        return problems


class Word(str):
    """A word that fills a placeholder and that mapping files give in both languages.

    It is its English text.

    Attributes:
        vi: the word in Vietnamese.
    """

    __slots__ = ("vi",)

    vi: str

    def __new__(cls, en: str, vi: str) -> Word:
        """Make the English text of it."""
        word = super().__new__(cls, en)
        word.vi = vi
        return word


class ReconcileError(Exception):
    """Base of all errors that a user can do something about.

    Args:
        template: English sentence with ``{placeholders}``; the key of the message catalogue.
        **values: what fills the placeholders. Never text from a cell.
    """

    exit_code = 1

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(template, values)
        self.template = template
        self.values = values

    def __str__(self) -> str:
        return self.template.format(**self.values)


class UsageError(ReconcileError):
    """A command or an option makes no sense here."""

    exit_code = 2


class MappingError(ReconcileError):
    """A file under ``mappings/`` is missing, unreadable or inconsistent."""

    exit_code = 2


class ModelError(ReconcileError):
    """The matching model file is missing, unreadable or inconsistent."""

    exit_code = 2


@dataclass(frozen=True, order=True)
class FileFault:
    """One delivered file that cannot be used.

    Attributes:
        delivery: name of the delivery's folder.
        file: path within the delivery, with ``/``.
        sheet: name of the sheet, empty where the fault is the whole file's.
        row: number that a person sees, 0 where the fault is not a row's.
        template: what is wrong and what to do: English sentence with ``{placeholders}``.
        values: sorted pairs that fill the placeholders.
    """

    delivery: str
    file: str
    sheet: str
    row: int
    template: str
    values: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return self.template.format(**dict(self.values))


class ExportError(ReconcileError):
    """Delivered files cannot be read; all of them are reported at once.

    Attributes:
        faults: one :class:`FileFault` for each of them, sorted.
    """

    exit_code = 3

    message = "{count} delivered file(s) cannot be used; nothing was written to the register."

    def __init__(self, faults: list[FileFault]) -> None:
        super().__init__(self.message, count=len(faults))
        self.faults = tuple(sorted(faults))


class WorkbookError(ExportError):
    """Workbooks that officers handed back cannot be read; no decision was applied."""

    message = "{count} workbook(s) cannot be read; no decision of any of them was applied."


class JudgementsError(ExportError):
    """Judgements that were carried over cannot be taken; none of the file's was applied."""

    message = "{count} line(s) of judgements cannot be taken over; no judgement was applied."


class TableError(ReconcileError):
    """A table that is to be linked cannot be read, or lacks what its model compares."""

    exit_code = 3


class ShrinkageError(ReconcileError):
    """More of a full export is gone than the office allows; nothing was written."""

    exit_code = 3


class ContractError(ReconcileError):
    """A table handed from one stage to the next breaks its contract. This is a bug."""

    exit_code = 1


class AccountingError(ReconcileError):
    """The rows of a run do not add up (P2). This is a bug."""

    exit_code = 1


class RegisterError(ReconcileError):
    """The register cannot be opened, is of another version, or is damaged."""

    exit_code = 4


class RegisterBusyError(RegisterError):
    """Another run is writing to the register."""


class DecisionError(ReconcileError):
    """Some decisions of a workbook were refused; the rest was applied."""

    exit_code = 5
