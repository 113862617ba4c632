"""What comes back from officers, as data: decisions, refusals, remarks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconcile.model import ConflictState
from reconcile.text.language import translate

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping
    from datetime import date

    from reconcile.review.casebook import Casebook
    from reconcile.review.columns import ReviewWords


@dataclass(frozen=True)
class Decision:
    """One decision that can be applied.

    Attributes:
        conflict: id of the conflict that it answers.
        kind: kind of the conflict.
        verdict: code of the decision, as ``conflicts.toml`` has it.
        side: letter of the side that it names, empty where it names none.
        value: the value chosen or typed in standard form; for a decision that names a side without
            a value, the source key of that side (the entry that stands, the owner of a number).
        field: field decided on, empty where none.
        entries: entry keys of the sides.
        mentions: mention keys of the sides.
        reason: the officer's words.
        officer: who decided.
        decided: ISO date of the decision.
        paper: ``yes``, ``no`` or empty: whether the paper book was checked.
        seen: evidence hash of the conflict that the officer saw.
        workbook: name of the file.
        workbook_hash: SHA-256 of the file.
        sheet: name of the sheet, empty for a csv.
        row: number that a person sees.
    """

    conflict: str
    kind: str
    verdict: str
    side: str
    value: str
    field: str
    entries: tuple[str, ...]
    mentions: tuple[str, ...]
    reason: str
    officer: str
    decided: str
    paper: str
    seen: str
    workbook: str
    workbook_hash: str
    sheet: str
    row: int

    @property
    def code(self) -> str:
        """The verdict with its side as it is stored: ``same:A``."""
        return f"{self.verdict}:{self.side}" if self.side else self.verdict

    def stored(self) -> dict[str, object]:
        """The decision as the register keeps it; see ``Register.add_judgements``."""
        return {
            "conflict": self.conflict,
            "kind": self.kind,
            "decision": self.code,
            "field": self.field,
            "value": self.value,
            "mentions": list(self.mentions),
            "entries": list(self.entries),
            "reason": self.reason,
            "officer": self.officer,
            "decided": self.decided,
            "book_checked": self.paper,
            "seen": self.seen,
            "source": self.workbook,
            "source_hash": self.workbook_hash,
            "source_row": self.row,
        }


@dataclass(frozen=True, order=True)
class Note:
    """Why a row was refused, or what was noticed about a row. Never the content of a cell (P9).

    Attributes:
        workbook: name of the file.
        sheet: name of the sheet, empty where the file is meant or it is a csv.
        row: number that a person sees, 0 where the file is meant.
        template: English sentence with ``{placeholders}``.
        values: sorted pairs that fill them.
    """

    workbook: str
    sheet: str
    row: int
    template: str
    values: tuple[tuple[str, str], ...] = ()

    def say(self, language: str) -> str:
        """The sentence in a language."""
        return translate(self.template, language, **dict(self.values))


@dataclass(frozen=True)
class Known:
    """A judgement that the register has already, superseded ones included.

    Attributes:
        conflict: conflict that it answered.
        code: what was decided, with its side: ``same:A``.
        value: value that was decided.
        officer: who decided.
        decided: ISO date of the decision; a time behind it does not count.
        workbook_hash: SHA-256 of the workbook that it came from.
        kind: kind of the conflict.
        field: field decided on.
        mentions: mention keys of the sides when it was decided.
        entries: entry keys of the sides when it was decided.
        seen: evidence hash of the conflict that the officer saw.
    """

    conflict: str
    code: str
    value: str
    officer: str
    decided: str
    workbook_hash: str
    kind: str = ""
    field: str = ""
    mentions: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    seen: str = ""

    @classmethod
    def from_stored(cls, stored: Mapping[str, object]) -> Known:
        """A judgement as ``Register.judgements`` gives it."""
        return cls(
            conflict=str(stored["conflict"]),
            code=str(stored["decision"]),
            value=str(stored["value"]),
            officer=str(stored["officer"]),
            decided=str(stored["decided"]),
            workbook_hash=str(stored["source_hash"]),
            kind=str(stored["kind"]),
            field=str(stored["field"]),
            mentions=_keys(stored["mentions"]),
            entries=_keys(stored["entries"]),
            seen=str(stored["seen"]),
        )

    def line(self) -> dict[Hashable, object]:
        """The conflict as it was when it was decided, where the register asks it no more."""
        return {
            "conflict": self.conflict,
            "kind": self.kind,
            "field": self.field,
            "mentions": json.dumps(self.mentions),
            "entries": json.dumps(self.entries),
            "values": "[]",
            "evidence": self.seen,
            "state": ConflictState.DECIDED.value,
        }


def _keys(anchors: object) -> tuple[str, ...]:
    """Source keys out of stored anchors, or the keys themselves."""
    found = []
    for anchor in anchors if isinstance(anchors, (list, tuple)) else ():
        if isinstance(anchor, dict):
            role = anchor.get("role", "")
            found.append(f"{anchor['entry_key']}/{role}" if role else str(anchor["entry_key"]))
        else:
            found.append(str(anchor))
    return tuple(found)


@dataclass(frozen=True)
class Decisions:
    """What came back.

    Attributes:
        accepted: decisions to apply, one at most for each conflict and officer, in the order in
            which they are to be kept.
        refused: rows that cannot be applied, each with its reason.
        remarks: what was noticed about rows that were applied nevertheless.
        untouched: how many rows nobody answered.
        repeated: how many decisions the register has already.
    """

    accepted: tuple[Decision, ...] = ()
    refused: tuple[Note, ...] = ()
    remarks: tuple[Note, ...] = ()
    untouched: int = 0
    repeated: int = 0


@dataclass(frozen=True)
class Office:
    """What is the same for every row that is read.

    Attributes:
        book: the conflicts that the register knows; records and reasons are not needed.
        words: how words are recognised.
        today: day on which it is read.
        officer: name that fills empty cells of *Cán bộ*.
    """

    book: Casebook
    words: ReviewWords
    today: date
    officer: str = ""


class RefusedError(Exception):
    """A row cannot be applied; carries the sentence that says why."""

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(template)
        self.template = template
        self.values = tuple(sorted((name, str(value)) for name, value in values.items()))
