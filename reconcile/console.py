"""What a person at a terminal sees: progress, results, errors, in one language.

Plain text that any old console can show, columns under each other. Text that may come from files is
freed of control characters, so that nothing in it can command the terminal.
"""

from __future__ import annotations

import json
import sys
import textwrap
import unicodedata
from typing import TYPE_CHECKING, Final, TextIO

from reconcile.errors import ExportError
from reconcile.model import Severity
from reconcile.text.language import translate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from reconcile.errors import FileFault, ReconcileError
    from reconcile.errors import Problem as Sentence
    from reconcile.register import Changes
    from reconcile.register.integrity import Problem
    from reconcile.requests import Checked, Merged, Reviewed, Told
    from reconcile.review.verdicts import Note
    from reconcile.text.findings import FindingRule

_PLACE: Final = ("delivery", "commune", "file")
_WIDTH: Final = 100  # letters in a line of prose
_FEW_FILES: Final = 20  # more files than this are told commune by commune
_REASONS: Final = (
    "No such file or directory",
    "Permission denied",
    "Not a directory",
    "Is a directory",
    "File exists",
    "No space left on device",
    "Read-only file system",
    "Invalid argument",
    "File name too long",
)


def harmless(text: str) -> str:
    """The text with each control character but line ends shown as ``?``."""
    return "".join(
        "?" if unicodedata.category(letter) == "Cc" and letter != "\n" else letter
        for letter in text
    )


class Console:
    """Prints results and errors.

    Attributes:
        language: ``vi`` or ``en``.
    """

    def __init__(self, language: str) -> None:
        self.language = language

    def words(self, template: str, **values: object) -> str:
        """A message in the language."""
        return translate(template, self.language, **values)

    def say(self, text: str, stream: TextIO | None = None) -> None:
        """Print a line to standard output, or to the stream."""
        (stream or sys.stdout).write(harmless(text) + "\n")

    def table(
        self,
        headers: Sequence[str] | None,
        lines: Iterable[Sequence[object]],
        words: int | None = None,
    ) -> None:
        """Print columns under each other, numbers to the right; headers are translated.

        Args:
            headers: heads of the columns.
            lines: what stands in them.
            words: how many leading columns are words; where None, those that are not all digits.
        """
        cells = [list(map(str, line)) for line in lines]
        numeric = [
            all(text.isdecimal() for text in column) if words is None else place >= words
            for place, column in enumerate(zip(*cells, strict=True))
        ]
        if headers is not None:
            cells.insert(0, [self.words(header) for header in headers])
            numeric = numeric or [False] * len(headers)
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        for line in cells:
            padded = [
                text.rjust(width) if right else text.ljust(width)
                for text, width, right in zip(line, widths, numeric, strict=True)
            ]
            self.say("  " + "  ".join(padded).rstrip())

    # -- errors -----------------------------------------------------------------------------------

    def error(self, error: ReconcileError) -> None:
        """Print what is wrong and, where files cannot be read, each of them."""
        values = self._reasons(error.values)
        self.say(self.words("Error: ") + self.words(error.template, **values), sys.stderr)
        if isinstance(error, ExportError):
            self._faults(error.faults)

    def _faults(self, faults: Iterable[FileFault]) -> None:
        for fault in faults:
            place = self._place([fault.delivery, fault.file, fault.sheet], fault.row)
            values = self._reasons(dict(fault.values))
            self.say(f"  {place}: {self.words(fault.template, **values)}", sys.stderr)

    def _reasons(self, values: Mapping[str, object]) -> dict[str, object]:
        """Values of a message, with what the system says of files in the language."""
        return {
            name: self.words(str(value)) if value in _REASONS else value
            for name, value in values.items()
        }

    def _left_out(self, faults: Sequence[FileFault]) -> None:
        if faults:
            self.say(self.words("Left out, because they cannot be read:"), sys.stderr)
            self._faults(faults)

    def _place(self, parts: Sequence[str], row: int) -> str:
        return " / ".join(filter(None, parts)) + (self.words(", row {row}", row=row) if row else "")

    def problems(self, problems: Iterable[Problem]) -> None:
        """Print what is wrong with a register."""
        for problem in problems:
            self.say(self.words(problem.template, **dict(problem.values)), sys.stderr)

    # -- results ----------------------------------------------------------------------------------

    def merged(self, merged: Merged) -> None:
        """Print what a merge did."""
        if merged.run:
            self.say(self.words("Run {run}", run=merged.run))
        else:
            self.say(self.words("Dry run: nothing was written."))
        self._dates(merged.deliveries)
        self._accounting(merged.accounting)
        self._left_out(merged.unreadable)
        self.attention(merged.attention)
        sums = {"entries": merged.entries, "persons": merged.persons}
        self.say(self.words("The register has {entries} entries and {persons} persons.", **sums))
        self._changes(merged.changes)
        if merged.run and any(vars(merged.changes).values()):
            self.say(self.words("What they are: reconcile changes {run}", run=merged.run))
        self._counts("Findings:", merged.findings)
        self._counts("Questions to officers:", merged.questions)
        self._outputs(merged.outputs)

    def checked(self, checked: Checked, rules: Mapping[str, FindingRule]) -> None:
        """Print what a check found: where rows went, and each kind of finding."""
        self._accounting(checked.accounting)
        self._left_out(checked.unreadable)
        self._findings(checked.findings, rules)

    def reviewed(self, reviewed: Reviewed) -> None:
        """Print what became of decisions."""
        sums = {
            "applied": reviewed.applied,
            "repeated": reviewed.repeated,
            "untouched": reviewed.untouched,
        }
        self.say(
            self.words(
                "{applied} decisions applied, {repeated} known before, {untouched} unanswered.",
                **sums,
            )
        )
        if reviewed.awaiting:
            self.say(
                self.words(
                    "{count} decisions have no effect until a second officer takes the same one; "
                    "their questions are asked again.",
                    count=reviewed.awaiting,
                )
            )
        self._notes("Please note:", reviewed.remarks)
        if reviewed.changes is not None:
            self._changes(reviewed.changes)
        self._outputs(reviewed.outputs)

    def refused(self, reviewed: Reviewed) -> None:
        """Print the rows of a review that could not be applied."""
        self._notes("Rows that could not be applied:", reviewed.refused)

    def found(self, found: pd.DataFrame) -> None:
        """Print the persons that were found, and by what where it is not the name as typed."""
        columns = ["person_id", "name", "birth", "sex", "father", "mother", "mentions"]
        lines = found[columns].to_numpy().tolist()
        if set(found["found_by"]) <= {"name", "id"}:
            self.table(columns, lines)
            return
        lines = [
            [*line, self.words(how)] for line, how in zip(lines, found["found_by"], strict=True)
        ]
        self.table([*columns, "found_by"], lines)

    def told(self, told: Told) -> None:
        """Print an answer chapter by chapter: all of it but the pictures."""
        self.say(told.title)
        for chapter in told.chapters:
            if not (chapter.text or chapter.lines):
                continue
            self.say(f"\n{chapter.title}" if chapter.title else "")
            for paragraph in chapter.text:
                self.say(textwrap.fill(paragraph, _WIDTH, break_long_words=False))
            if chapter.lines:
                self.table(chapter.headers, chapter.lines, chapter.words)

    def _counts(self, title: str, counts: Mapping[str, int]) -> None:
        if any(counts.values()):
            self.say(self.words(title))
            self.table(None, [(count, self._name(key)) for key, count in counts.items() if count])

    def _name(self, key: str) -> str:
        """What a person calls a kind of change, conflict or finding."""
        return self.words(key).replace("_", " ")

    def _changes(self, changes: Changes) -> None:
        if not any(vars(changes).values()):
            self.say(self.words("Nothing changed: the register held all of this already."))
        self._counts("What changed:", vars(changes))

    def _dates(self, deliveries: pd.DataFrame | None) -> None:
        """When each delivery was handed over and what says so; loud where nothing does."""
        if deliveries is None:
            return
        names = ["delivery", "date", "date_source", "kind"]
        told = deliveries.groupby(names, sort=True)["commune"].agg(" ".join).reset_index()
        for line in told.to_dict("records"):
            said = {
                "delivery": line["delivery"],
                "date": line["date"],
                "kind": self.words(line["kind"]),
                "source": self.words(f"date from {line['date_source']}"),
            }
            self.say(self.words("Delivery {delivery}: {date} ({source}), {kind}", **said))
        undated = told[told["date_source"].eq("today")].drop_duplicates("delivery")
        for line in undated.to_dict("records"):
            self.say(
                self.words(
                    "ATTENTION: nothing says when {delivery} was handed over, so today, {date}, "
                    "was taken. The order of deliveries depends on it. If it is wrong, take this "
                    "run back (undo), name the day with --date or in delivery.toml and merge "
                    "again.",
                    delivery=line["delivery"],
                    date=line["date"],
                ),
                sys.stderr,
            )

    def attention(self, sentences: Iterable[Sentence]) -> None:
        """Print what one should look at, apart from the results."""
        for sentence in sentences:
            self.say(self.words("ATTENTION: {sentence}", sentence=sentence), sys.stderr)

    def _accounting(self, accounting: pd.DataFrame) -> None:
        """What became of the rows of each file, and the sums (P2)."""
        counts = [name for name in accounting.columns if name not in _PLACE]
        if len(accounting) <= _FEW_FILES:
            place, told, title = list(_PLACE), accounting, "Rows by file:"
        else:
            place, title = list(_PLACE[:2]), "Rows by commune:"
            told = accounting.groupby(place, sort=True)[counts].sum().reset_index()
            told.insert(2, "files", accounting.groupby(place, sort=True).size().to_numpy())
            counts = ["files", *counts]
        sums = [int(told[name].sum()) for name in counts]
        lines = [[*line] for line in told[[*place, *counts]].itertuples(index=False)]
        self.say(self.words(title))
        self.table(
            [*place, *counts], [*lines, [self.words("all"), *[""] * (len(place) - 1), *sums]]
        )
        refused = accounting[accounting["refused"] > 0]
        if len(accounting) > _FEW_FILES and len(refused):
            columns = [*_PLACE, "read", "refused"]
            self.say(self.words("Files with refused rows:"))
            self.table(columns, refused[columns].itertuples(index=False))

    def _outputs(self, outputs: Mapping[str, Path]) -> None:
        for name, path in outputs.items():
            what, _, of = name.partition(": ")
            self.say(f"{self.words(what)}{f' ({of})' if of else ''}: {path}")

    def _notes(self, title: str, notes: Iterable[Note]) -> None:
        lines = [
            f"  {self._place([note.workbook, note.sheet], note.row)}: {note.say(self.language)}"
            for note in notes
        ]
        if lines:
            self.say("\n".join([self.words(title), *lines]))

    def _findings(self, findings: pd.DataFrame, rules: Mapping[str, FindingRule]) -> None:
        """Each kind of finding, worst first, with its number and the place of the first."""
        severities = list(Severity)
        kinds = []
        for code, found in findings.groupby("code", sort=True):
            first = found.iloc[0]
            alike = bool(found["params"].eq(first["params"]).all())
            values = json.loads(first["params"]) if alike else {}
            worst = max(map(severities.index, found["severity"]))
            sentence = rules[str(code)].sentence(values, self.language)
            file = "/".join(filter(None, (first[name] for name in _PLACE)))
            place = self._place([file, first["sheet"]], int(first["row"]))
            kinds.append((-worst, -len(found), sentence, place))
        self.say(self.words("Findings:"))
        self.table(
            ["severity", "count", "what", "first at"],
            [
                (self.words(severities[-worst]), -count, sentence, place)
                for worst, count, sentence, place in sorted(kinds)
            ],
        )
