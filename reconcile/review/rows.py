"""One row of a returned workbook: which question it answers, and whether the answer can be used."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from reconcile.model import ConflictState
from reconcile.review.answers import Answer, Vocabulary, cell_text, full_date, side_of, yes_or_no
from reconcile.review.cards import SEAL_DIGITS, order_of, seal
from reconcile.review.casebook import SIDES, anchors
from reconcile.review.columns import FILLED_IN, SEALED, Column, reduced
from reconcile.review.values import checked_value
from reconcile.review.verdicts import Decision, Note, Office, RefusedError

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence
    from datetime import date

    from reconcile.resolve.wording import Kind
    from reconcile.review.reading import Returned, SheetRow

_BLANK: Final = seal({})[:SEAL_DIGITS]
_DITTO: Final = frozenset(("nt", "nhu tren", "tren", "ditto"))
_CHANGED: Final = (
    "The records have changed since this workbook was made; "
    "the question stands anew in the latest workbook."
)


class RowReader:
    """Turns rows of one returned file into decisions.

    Args:
        returned: the file.
        office: conflicts, words, today and the officer's name.
        lines: lines of CONFLICTS by conflict id.
        judged: conflict id and evidence seen -> the conflict as it was when it was judged.

    Attributes:
        remarks: what was noticed about rows that could be used nevertheless.
    """

    def __init__(
        self,
        returned: Returned,
        office: Office,
        lines: Mapping[str, Mapping[Hashable, object]],
        judged: Mapping[tuple[str, str], Mapping[Hashable, object]],
    ) -> None:
        self.remarks: list[Note] = []
        self.office = office
        self._returned = returned
        self._lines = lines
        self._judged = judged
        self._kinds = office.book.wording.kinds
        seals = [stored for row in returned.rows if (stored := _stored_seal(row))]
        self._seals = {column: {stored[column] for stored in seals} for column in SEALED}

    def decision(self, row: SheetRow) -> Decision:
        """The decision of one row.

        Raises:
            RefusedError: it cannot be used; says why.
        """
        self._check_cells(row)
        line = self._conflict(row)
        self._check_seal(row)
        kind = self._kinds[str(line["kind"])]
        sides = max(len(anchors(line)), len(_values(line)))
        answer = self._answer(row, kind, sides)
        decision = Decision(
            conflict=str(line["conflict"]),
            kind=kind.code.value,
            verdict=answer.decision.code,
            side="",
            value="",
            field=str(line["field"]),
            entries=tuple(json.loads(str(line["entries"]) or "[]")),
            mentions=tuple(json.loads(str(line["mentions"]) or "[]")),
            reason=cell_text(row.cells.get(Column.REASON)),
            officer=self._officer(row),
            decided=self._date(row).isoformat(),
            paper=self._paper(row),
            seen=str(line["evidence"]),
            workbook=self._returned.path.name,
            workbook_hash=self._returned.sha256,
            sheet=row.sheet,
            row=row.row,
        )
        return self._with_value(decision, answer, line, row)

    def _check_cells(self, row: SheetRow) -> None:
        """Refuse a row whose cells do not say one thing."""
        if row.twice.intersection((*FILLED_IN, Column.CONFLICT, Column.EVIDENCE)):
            raise RefusedError(
                "Two columns of this sheet have the same header and say different things in this "
                "row."
            )
        if row.merged.intersection(FILLED_IN):
            raise RefusedError(
                "Cells of this row are merged with cells above; write the decision into each row."
            )

    def _officer(self, row: SheetRow) -> str:
        """Who decided; a ditto says nothing once rows are sorted."""
        name = cell_text(row.cells.get(Column.OFFICER))
        if name and (reduced(name) in _DITTO or not any(letter.isalpha() for letter in name)):
            raise RefusedError("The officer's name is not written out.")
        name = name or self.office.officer.strip()
        if not name:
            raise RefusedError("The officer's name is missing.")
        return name

    def _conflict(self, row: SheetRow) -> Mapping[Hashable, object]:
        """The conflict that a row answers, where it may still be answered so."""
        conflict = cell_text(row.cells.get(Column.CONFLICT))
        if not conflict:
            raise RefusedError("The hidden id of this row is gone; use a fresh workbook.")
        register = cell_text(row.cells.get(Column.REGISTER)).split(" ")[0]
        if register and register != self.office.book.register:
            raise RefusedError("This workbook belongs to another register.")
        seen, order = _seen(row)
        if not seen:
            raise RefusedError("The hidden id of this row is gone; use a fresh workbook.")
        line = self._lines.get(conflict)
        fits = line is not None and line["evidence"] == seen
        if line is not None and fits and line["state"] != ConflictState.CLOSED:
            judged = self._judged.get((conflict, seen))
            moved = order not in ("", order_of(anchors(line)))
            return judged if moved and judged and order == order_of(anchors(judged)) else line
        if (conflict, seen) in self._judged:
            return self._judged[conflict, seen]
        if line is None:
            raise RefusedError("This question is not known to the register, or is settled.")
        if fits:
            raise RefusedError("This question has settled itself since; it needs no answer.")
        raise RefusedError(_CHANGED)

    def _check_seal(self, row: SheetRow) -> None:
        """Notice cells that were changed, and refuse rows that were torn apart by sorting."""
        if row.cells.keys().isdisjoint(SEALED):
            return
        stored = _stored_seal(row)
        if stored is None:
            raise RefusedError("The hidden id of this row is gone; use a fresh workbook.")
        changed = self._changed(row, stored)
        told = [column for column, part in stored.items() if part != _BLANK and column in row.cells]
        sides = [column for column in told if column != Column.QUESTION] or told
        if any(part in self._seals[column] for column, part in changed.items()) or (
            sides and changed.keys() >= set(sides)
        ):
            raise RefusedError(
                "The cells of this row belong to another question: only some columns were sorted."
            )
        if changed:
            self._remark(
                row, "White cells of this row were changed; the change was not taken over."
            )

    def is_changed(self, row: SheetRow) -> bool:
        """Whether white cells of a row were changed."""
        stored = _stored_seal(row)
        return stored is not None and bool(self._changed(row, stored))

    def _changed(self, row: SheetRow, stored: Mapping[Column, str]) -> dict[Column, str]:
        """White columns that are not what they were, and the hash of what they are now."""
        shown = _parts(seal({column: _as_shown(row.cells.get(column)) for column in SEALED}))
        return {
            column: part
            for column, part in shown.items()
            if column in row.cells and part != stored[column]
        }

    def _answer(self, row: SheetRow, kind: Kind, sides: int) -> Answer:
        text = cell_text(row.cells.get(Column.DECISION))
        if not text:
            raise RefusedError("The decision is missing; only a value or a reason is filled in.")
        answer = Vocabulary(kind, self.office.words, sides).understand(text)
        if answer is None:
            raise RefusedError(
                "The decision is not one of this question's choices; choose from the list."
            )
        return answer

    def _date(self, row: SheetRow) -> date:
        cell = row.cells.get(Column.DATE)
        if not cell_text(cell):
            return self.office.today
        found = full_date(cell, self.office.today)
        if found is None:
            raise RefusedError("The date is not understood; write it as dd/mm/yyyy.")
        if found > self.office.today:
            raise RefusedError("The date lies in the future.")
        return found

    def _paper(self, row: SheetRow) -> str:
        text = cell_text(row.cells.get(Column.PAPER))
        if not text:
            return ""
        checked = yes_or_no(text, self.office.words)
        if checked is None:
            self._remark(row, "“Paper book checked” is neither yes nor no; it was left open.")
            return ""
        return "yes" if checked else "no"

    def _remark(self, row: SheetRow, template: str) -> None:
        self.remarks.append(Note(self._returned.path.name, row.sheet, row.row, template))

    # -- value ------------------------------------------------------------------------------

    def _with_value(
        self,
        decision: Decision,
        answer: Answer,
        line: Mapping[Hashable, object],
        row: SheetRow,
    ) -> Decision:
        """The decision with its side and its value, checked against each other."""
        cell = row.cells.get(Column.VALUE)
        wants = answer.decision.value
        if (
            wants != "none"
            and Column.VALUE not in row.cells
            and row.sheet in self._returned.renamed
        ):
            raise RefusedError("The column “Value” of this sheet has another header; put it back.")
        if wants == "side":
            return self._with_side(decision, answer, line, row)
        if wants == "required" and not cell_text(cell):
            raise RefusedError("The value is missing; write it as it stands in the book.")
        if wants == "none":
            if cell_text(cell):
                self._remark(row, "This decision takes no value; the value was not used.")
            return decision
        if not cell_text(cell):
            return decision
        value = checked_value(decision.field, cell, self.office.today)
        if value is None:
            raise RefusedError("The value does not fit this field; write it as it is in the book.")
        return replace(decision, value=value)

    def _with_side(
        self,
        decision: Decision,
        answer: Answer,
        line: Mapping[Hashable, object],
        row: SheetRow,
    ) -> Decision:
        values, keys = _values(line), anchors(line)
        text = cell_text(row.cells.get(Column.VALUE))
        side = side_of(text, max(len(values), len(keys))) if text else -1
        if text and side < 0 and not self._says_value(row, answer, values, decision.field):
            raise RefusedError(
                "Decision and value do not fit together; choose “another value” or clear the value."
            )
        if side >= 0 and answer.side >= 0 and side != answer.side:
            raise RefusedError("The decision names one side and the value another one.")
        side = max(side, answer.side)
        if side < 0:
            return self._without_side(decision, answer, row)
        _, order = _seen(row)
        if order not in ("", order_of(keys)):
            raise RefusedError(_CHANGED)  # the letter named another side when it was written
        value = values[side] if side < len(values) else keys[side]
        return replace(decision, side=SIDES[side], value=value)

    def _without_side(self, decision: Decision, answer: Answer, row: SheetRow) -> Decision:
        """Two entries may be known to be one event before it is known which of them stands."""
        if not answer.decision.binds:
            raise RefusedError("The decision does not say which side: A, B, …")
        self._remark(row, "Taken over; which entry stands was not said and stays open.")
        return decision

    def _says_value(self, row: SheetRow, answer: Answer, values: Sequence[str], name: str) -> bool:
        """Whether the value cell repeats the value of the side that was chosen."""
        if not 0 <= answer.side < len(values):
            return False
        typed = checked_value(name, row.cells.get(Column.VALUE), self.office.today)
        return typed is not None and typed.casefold() == values[answer.side].casefold()


def _values(line: Mapping[Hashable, object]) -> tuple[str, ...]:
    return tuple(str(value) for value in json.loads(str(line["values"]) or "[]"))


def _seen(row: SheetRow) -> tuple[str, str]:
    """Hash of the evidence that the officer saw, and of the order in which the sides stood.

    The first can have two parts with a dot between them (``Draft.evidence``).
    """
    text = cell_text(row.cells.get(Column.EVIDENCE)).removeprefix("h")
    seen, dot, order = text.rpartition(".")
    return (seen, order) if dot else (text, "")


def _stored_seal(row: SheetRow) -> Mapping[Column, str] | None:
    """What the white cells of a row were, column by column; None where that is gone."""
    text = cell_text(row.cells.get(Column.SEAL)).removeprefix("s")
    return _parts(text) if len(text) == SEAL_DIGITS * len(SEALED) else None


def _parts(text: str) -> dict[Column, str]:
    """The parts of a seal by column."""
    starts = range(0, len(text), SEAL_DIGITS)
    return dict(zip(SEALED, (text[start : start + SEAL_DIGITS] for start in starts), strict=True))


def _as_shown(cell: object) -> str:
    """A cell as it stands, for the seal."""
    return cell if isinstance(cell, str) else ""
