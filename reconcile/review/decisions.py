"""Decisions out of workbooks that officers hand back.

Every row ends in exactly one of four ways: untouched, accepted, already known, or refused with a
reason. What a person may do to a spreadsheet (sort, filter, hide, move, rename, copy, type words
instead of choosing them) never loses a decision and never invents one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from reconcile.model import Verdict
from reconcile.resolve.agreement import officer_key
from reconcile.resolve.drafts import ranges
from reconcile.review.answers import cell_text
from reconcile.review.casebook import anchors
from reconcile.review.columns import FILLED_IN, Column
from reconcile.review.reading import Returned, SheetRow, read_returned
from reconcile.review.rows import RowReader
from reconcile.review.verdicts import Decision, Decisions, Known, Note, Office, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

# Cells that say that a person answered. Name, date and "paper checked" alone do not: people fill
# those down a whole column before they begin.
_ROWS_NAMED: Final = 10  # ranges of rows that a remark names
_ANSWER: Final = (Column.DECISION, Column.VALUE, Column.REASON)


def read(paths: Sequence[Path], office: Office, known: Iterable[Known] = ()) -> Decisions:
    """Read decisions out of workbooks or csv files.

    Args:
        paths: files that officers handed back; several are one batch.
        office: conflicts, words, today and the officer's name.
        known: judgements that the register has, so that a workbook read twice changes nothing.

    Returns:
        Decisions to apply, and the reason for each row that was refused.
    """
    batch = _Batch(office, known)
    for path in paths:
        batch.take(read_returned(path, office.words))
    return batch.decisions()


@dataclass
class _Batch:
    """Rows of one reading, as they are sorted out."""

    office: Office
    known: Iterable[Known]
    accepted: list[Decision] = field(default_factory=list)
    refused: list[Note] = field(default_factory=list)
    remarks: list[Note] = field(default_factory=list)
    untouched: int = 0

    def __post_init__(self) -> None:
        lines = self.office.book.conflicts.to_dict("records")
        self._lines = {str(line["conflict"]): line for line in lines}
        self._told: dict[str, list[Known]] = {}
        for one in self.known:
            self._told.setdefault(one.conflict, []).append(one)
        self._judged = {
            (conflict, one.seen): one.line()
            for conflict, told in self._told.items()
            for one in told
        }

    def take(self, returned: Returned) -> None:
        """Sort out the rows of one file."""
        name = returned.path.name
        if not returned.readable:
            self.refused.append(
                Note(name, "", 0, "The file cannot be read: missing, open elsewhere, or damaged.")
            )
        elif not returned.columns and not returned.is_beside:
            self.refused.append(
                Note(name, "", 0, "No sheet with a column “Decision” was found in this file.")
            )
        self.refused += [
            Note(
                name,
                sheet,
                0,
                "The row with the headers is gone from this sheet, so its answers cannot be read; "
                "put it back as in a fresh workbook.",
            )
            for sheet in returned.headless
        ]
        reader = RowReader(returned, self.office, self._lines, self._judged)
        changed: dict[str, list[int]] = {}
        answered: set[str] = set()
        for row in returned.rows:
            if not _is_answered(row):
                self.untouched += 1
                if reader.is_changed(row):
                    changed.setdefault(row.sheet, []).append(row.row)
                continue
            answered.add(row.sheet)
            try:
                self.accepted.append(reader.decision(row))
            except RefusedError as refusal:
                self.refused.append(
                    Note(name, row.sheet, row.row, refusal.template, refusal.values)
                )
        self.remarks += [*reader.remarks, *_on_sheets(returned, changed, answered)]

    def decisions(self) -> Decisions:
        """One decision for each conflict and officer; who contradicts himself is refused.

        Two officers who differ are both taken over: what comes of it is the register's matter.
        """
        grouped: dict[tuple[str, str], list[Decision]] = {}
        for decision in self.accepted:
            grouped.setdefault((decision.conflict, officer_key(decision.officer)), []).append(
                decision
            )
        agreed: list[Decision] = []
        refused = list(self.refused)
        for officer in sorted(grouped):
            rows = sorted(grouped[officer], key=lambda d: (d.decided, d.workbook, d.row))
            if len({(row.code, row.value) for row in rows}) > 1:
                refused += [_contradicted(row, rows) for row in rows]
            else:
                agreed.append(rows[0])
        fresh = [decision for decision in agreed if not self._is_known(decision)]
        late = [decision for decision in fresh if self._is_late(decision)]
        refused += [_settled(decision) for decision in late]
        taken = [decision for decision in fresh if decision not in late]
        return Decisions(
            accepted=tuple(sorted(taken, key=self._turn)),
            refused=tuple(sorted(set(refused))),
            remarks=tuple(sorted(set(self.remarks))),
            untouched=self.untouched,
            repeated=len(agreed) - len(fresh),
        )

    def _turn(self, decision: Decision) -> tuple[str, str, bool, str]:
        """The order in which decisions are kept: of one day, who is sure after who is not."""
        kind = self.office.book.wording.kinds[decision.kind]
        is_firm = kind.binds(decision.verdict) != Verdict.UNSURE
        return decision.conflict, decision.decided, is_firm, officer_key(decision.officer)

    def _is_known(self, decision: Decision) -> bool:
        """Whether the register has the very decision: the same file's, or this officer's own.

        What another officer says, or the same one of changed records, is a judgement of its own.
        """
        officer = officer_key(decision.officer)
        told = self._told.get(decision.conflict, [])
        own = [one for one in told if officer_key(one.officer) == officer]
        last = max(reversed(own), key=lambda one: one.decided[:10], default=None)
        return any(
            one.workbook_hash == decision.workbook_hash
            or one is last
            or (one in own and one.decided[:10] == decision.decided)
            for one in told
            if one.code == decision.code
            and (not one.seen or one.seen == decision.seen)
            and (one.value == decision.value or (decision.side and self._is_past(decision)))
        )

    def _is_past(self, decision: Decision) -> bool:
        """Whether the question is not asked any more as it was when the workbook was made."""
        line = self._lines.get(decision.conflict)
        if line is None or line["evidence"] != decision.seen:
            return True
        return bool(decision.side) and anchors(line) != (decision.mentions or decision.entries)

    def _is_late(self, decision: Decision) -> bool:
        """Whether it changes the answer to a past question, and does not bind by itself.

        That two mentions are one or two can be said at any time; which value or which side is
        right only of the question as it stands.
        """
        kind = self.office.book.wording.kinds[decision.kind]
        return self._is_past(decision) and not kind.binds(decision.verdict)


def _is_answered(row: SheetRow) -> bool:
    """Whether a row was answered, or its answer is lost in merged cells."""
    return Column.DECISION in row.merged or any(
        cell_text(row.cells.get(column)) for column in _ANSWER
    )


def _on_sheets(
    returned: Returned, changed: Mapping[str, Sequence[int]], answered: Iterable[str]
) -> list[Note]:
    """What was noticed about a file and its sheets as a whole.

    Args:
        returned: the file.
        changed: sheet -> rows that nobody answered and whose white cells were changed.
        answered: sheets with answers.
    """
    name = returned.path.name
    found = [
        Note(
            name,
            sheet,
            0,
            "White cells were changed in rows without a decision ({rows}); the changes were not "
            "taken over. Write a decision, and the right value into the column “Value”.",
            (("rows", ranges(rows, _ROWS_NAMED)),),
        )
        for sheet, rows in changed.items()
    ]
    found += [
        Note(
            name,
            sheet,
            0,
            "A column to fill in is missing from this sheet; what stands in it could not be read.",
        )
        for sheet in answered
        if any(column not in returned.columns[sheet] for column in FILLED_IN)
    ]
    if returned.comments:
        found.append(
            Note(name, "", 0, "Comments on cells are not read; write into the yellow columns.")
        )
    return found


def _settled(row: Decision) -> Note:
    return Note(
        row.workbook,
        row.sheet,
        row.row,
        "This question has been answered before and is settled; the other answer was not taken "
        "over.",
    )


def _contradicted(row: Decision, rows: Sequence[Decision]) -> Note:
    others = sorted(
        {f"{other.workbook} · {other.sheet} · {other.row}" for other in rows if other is not row}
    )
    return Note(
        row.workbook,
        row.sheet,
        row.row,
        "Another row of the same officer answers this question differently ({others}); neither was "
        "taken over.",
        (("others", "; ".join(others)),),
    )
