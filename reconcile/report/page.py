"""``report.html``: the figures of a run as one page that needs nothing but a browser.

No script, no font, no picture from anywhere else; it works offline, on an old PC and on paper. It
holds counts, ids and file names only: nothing in it tells who anybody is (P9).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from reconcile.match.evaluate import wilson
from reconcile.model import Outcome, Severity
from reconcile.report import pictures
from reconcile.report.templating import page_templates
from reconcile.text.language import translate

if TYPE_CHECKING:
    import pandas as pd

    from reconcile.match.estimate import Figure, Sample
    from reconcile.report.summary import Summary, Worded

_WORST: Final = 20  # findings in the heat map
_FILES: Final = 200  # files in the table of files
_RUNS: Final = 10  # runs in the table of questions over time
_YEARS: Final = 80  # years in a picture of the books
_BAR_HEIGHT: Final = 120.0
_OUTCOMES: Final = {
    Outcome.NEW.value: "new",
    Outcome.CHANGED.value: "changed",
    Outcome.UNCHANGED.value: "unchanged",
    Outcome.REPEATED.value: "repeated",
    Outcome.REFUSED.value: "refused",
    Outcome.DELETED.value: "deleted in the source",
    Outcome.FOOTER.value: "footer",
}
_SEVERITIES: Final = {
    Severity.CRITICAL.value: "urgent",
    Severity.ERROR.value: "important",
    Severity.WARNING.value: "to check",
    Severity.INFO.value: "for information",
}
_ACTS: Final = {
    "book": "look into the book",
    "data": "correct at the source",
    "mapping": "correct the mapping file",
    "none": "nothing",
}


def render(summary: Summary, language: str) -> str:
    """The page as text.

    Args:
        summary: the figures.
        language: ``vi`` or ``en``.
    """
    environment = page_templates()
    page = _Page(summary, language)
    environment.globals["t"] = page.say
    environment.filters["n"] = page.number
    return environment.get_template("report.html.j2").render(
        language=language,
        summary=summary,
        tiles=page.tiles(),
        steps=page.steps(),
        changes=page.changes(),
        flow=page.flow(),
        rows=page.rows(),
        files=summary.rows.head(_FILES).to_dict("records"),
        outcomes=_OUTCOMES,
        entries=page.entries(),
        overlap=page.overlap(summary.persons, "persons"),
        recorded=page.overlap(summary.recorded, "events"),
        events=summary.events.to_dict("records"),
        questions=page.questions(),
        history=page.history(),
        severities=_SEVERITIES,
        findings=page.findings(),
        quality=page.quality(),
        books=page.books(),
        weights=page.weights(),
        marks=page.marks(),
        doubts=page.doubts(),
        bar_height=_BAR_HEIGHT,
        pictures=pictures,
    )


class _Page:
    """Figures in the shape in which the template shows them.

    Args:
        summary: the figures.
        language: ``vi`` or ``en``.
    """

    def __init__(self, summary: Summary, language: str) -> None:
        self._summary = summary
        self._language = language

    def say(self, template: str, **values: object) -> str:
        """A message in the page's language."""
        return translate(template, self._language, **values)

    def number(self, value: float) -> str:
        """A number as people of the language write it: 12.345 in Vietnamese."""
        text = f"{int(value):,}"
        return text.replace(",", ".") if self._language == "vi" else text

    def _words(self, words: Worded | None, code: str) -> str:
        if words is None:
            return code
        return words.en if self._language == "en" else words.vi

    def _commune(self, code: str) -> str:
        return self._summary.communes.get(code, code)

    def tiles(self) -> list[tuple[str, str]]:
        """The figures at the top: number and what it counts."""
        summary = self._summary
        questions = _total(summary.conflicts, "count")
        several = summary.events[summary.events["entries"] > 1]
        return [
            (self.number(_total(summary.rows, "read")), self.say("rows read")),
            (self.number(_total(summary.entries, "entries")), self.say("entries in the register")),
            (self.number(_total(summary.persons, "persons")), self.say("persons")),
            (
                self.number(_total(several, "events")),
                self.say("events recorded more than once"),
            ),
            (self.number(questions), self.say("open questions")),
            (
                self.number(-(-_total(summary.conflicts, "minutes") // 60)),
                self.say("hours of work with the paper books, estimated"),
            ),
        ]

    def steps(self) -> list[str]:
        """What to do next, most important first."""
        summary = self._summary
        found: list[str] = []
        if len(summary.unreadable):
            found.append(
                self.say(
                    "Ask for the {count} file(s) that could not be read; their scope counts as not "
                    "delivered.",
                    count=len(summary.unreadable),
                )
            )
        found += [
            self.say("ATTENTION: {sentence}", sentence=sentence) for sentence in summary.attention
        ]
        refused = _total(summary.rows, Outcome.REFUSED.value)
        if refused:
            found.append(
                self.say(
                    "{count} row(s) were refused: correct them at the source and deliver again, or "
                    "decide in the workbook.",
                    count=self.number(refused),
                )
            )
        urgent = summary.conflicts[summary.conflicts["severity"].eq(Severity.CRITICAL.value)]
        questions = _total(summary.conflicts, "count")
        if questions:
            found.append(
                self.say(
                    "Open the workbook conflicts-{run}.xlsx: {count} questions, {urgent} of them "
                    "urgent. Hand it back with: reconcile review conflicts-{run}.xlsx",
                    run=summary.run,
                    count=self.number(questions),
                    urgent=self.number(_total(urgent, "count")),
                )
            )
        missing = self._missing_numbers()
        if missing:
            found.append(
                self.say(
                    "{count} numbers are missing in the books; see which books below.",
                    count=self.number(missing),
                )
            )
        return found or [self.say("Nothing: no question is open and every row was taken in.")]

    def changes(self) -> list[tuple[str, int]]:
        """What the run changed in the register: words and how many; only what changed."""
        return [
            (self.say(name).replace("_", " "), count)
            for name, count in self._summary.changes.items()
            if count
        ]

    def _missing_numbers(self) -> int:
        books = self._summary.books
        return int((books["last"] - books["present"]).clip(lower=0).sum())

    def flow(self) -> pictures.Flow:
        """Where every row went: communes on the left, outcomes on the right."""
        by_commune = self._by_commune()
        counts = {
            (self._commune(commune), self.say(words)): int(line[outcome])
            for commune, line in by_commune.items()
            for outcome, words in _OUTCOMES.items()
        }
        left = [self._commune(commune) for commune in by_commune]
        return pictures.flow(counts, left, [self.say(words) for words in _OUTCOMES.values()])

    def rows(self) -> list[dict[str, Any]]:
        """Rows by outcome, one line per commune and one for all."""
        lines: list[dict[str, Any]] = [
            {"name": self._commune(commune), **line} for commune, line in self._by_commune().items()
        ]
        if len(lines) > 1:
            sums = {name: sum(line[name] for line in lines) for name in ("read", *_OUTCOMES)}
            lines.append({"name": self.say("Total"), **sums})
        return lines

    def _by_commune(self) -> dict[str, dict[str, int]]:
        columns = ["read", *_OUTCOMES]
        grouped = self._summary.rows.groupby("commune", sort=True)[columns].sum()
        return {
            str(commune): {name: int(line[name]) for name in columns}
            for commune, line in grouped.to_dict("index").items()
        }

    def entries(self) -> dict[str, Any]:
        """Entries by commune and register type."""
        table = _crossed(self._summary.entries, "commune", "register_type", "entries")
        totals = table.sum().sort_values(ascending=False, kind="stable")
        types = [str(code) for code in totals.index.tolist()]
        lines = [
            (self._commune(str(commune)), [_at(table, commune, code) for code in types])
            for commune in table.index.tolist()
        ]
        if len(lines) > 1:
            lines.append((self.say("Total"), [int(totals[code]) for code in types]))
        return {
            "types": [self._words(self._summary.register_types.get(code), code) for code in types],
            "lines": lines,
        }

    def overlap(self, found: pd.DataFrame, counted: str) -> list[tuple[str, int, float]]:
        """In which communes' books persons or events stand: words, how many, share of the most."""
        lines = [
            (str(line["communes"]).split(), int(line[counted])) for line in found.to_dict("records")
        ]
        most = max((count for _, count in lines), default=1)
        return [
            (" + ".join(self._commune(code) for code in communes), count, count / most)
            for communes, count in sorted(lines, key=lambda line: (len(line[0]), line[0]))
        ]

    def questions(self) -> list[tuple[str, list[int], int]]:
        """Open questions by kind: words, counts by severity, total."""
        table = _crossed(self._summary.conflicts, "kind", "severity", "count")
        lines = []
        for kind, words in self._summary.kinds.items():
            if kind in table.index:
                counts = [_at(table, kind, each) for each in _SEVERITIES]
                lines.append((self._words(words, kind), counts, sum(counts)))
        return lines

    def history(self) -> dict[str, Any]:
        """Open questions after each of the last runs; empty where there was only one."""
        runs = self._summary.history[-_RUNS:]
        if len(runs) < 2:
            return {}
        kinds = {
            kind: words
            for kind, words in self._summary.kinds.items()
            if any(counts.get(kind) for _, counts in runs)
        }
        totals = [sum(counts.values()) for _, counts in runs]
        most = max(totals) or 1
        return {
            "runs": [name for name, _ in runs],
            "bars": [(total, total / most) for total in totals],
            "lines": [
                (self._words(words, kind), [counts.get(kind, 0) for _, counts in runs])
                for kind, words in kinds.items()
            ],
        }

    def findings(self) -> dict[str, Any]:
        """The most frequent findings as a heat map: per thousand entries of each commune."""
        table = _crossed(self._summary.findings, "code", "commune", "count")
        entries = self._summary.entries.groupby("commune")["entries"].sum()
        communes = sorted(entries.index)
        worst = table.sum(axis=1).sort_values(ascending=False, kind="stable").head(_WORST)
        lines = []
        for code in worst.index.tolist():
            counts = [_at(table, code, c) for c in communes]
            shares = [
                count / int(entries[commune])
                for count, commune in zip(counts, communes, strict=True)
            ]
            rule = self._summary.rules.get(str(code))
            sentence = rule.sentence({}, self._language) if rule else str(code)
            sentence = re.sub(r"…\.+", "…", sentence)
            act = self.say(_ACTS[rule.act]) if rule else ""
            lines.append((sentence, act, list(zip(counts, shares, strict=True))))
        return {"communes": [self._commune(c) for c in communes], "lines": lines}

    def quality(self) -> dict[str, Any]:
        """Entries with something wrong: one line per commune and register type, a cell per year."""
        return self._by_year(self._summary.quality, "flawed", "entries")

    def books(self) -> dict[str, Any]:
        """Completeness of the books: one line per commune and register type, one cell per year."""
        return self._by_year(self._summary.books, "present", "last")

    def _by_year(self, found: pd.DataFrame, part: str, whole: str) -> dict[str, Any]:
        """Two counts of each commune, register type and year."""
        if found.empty:
            return {"years": [], "lines": []}
        years = list(range(int(found["year"].min()), int(found["year"].max()) + 1))[-_YEARS:]
        lines = []
        for (commune, code), cells in found.groupby(["commune", "register_type"], sort=True):
            counts = {
                int(line["year"]): (int(line[part]), int(line[whole]))
                for line in cells.to_dict("records")
            }
            words = self._words(self._summary.register_types.get(str(code)), str(code))
            lines.append((f"{self._commune(str(commune))} · {words}", counts))
        return {"years": years, "lines": lines}

    def doubts(self) -> list[str]:
        """How many links are false and how many are missing, as far as the run can tell."""
        found = self._summary.estimate
        if found is None:
            return []
        said = [
            self.say(
                "Of {links} pairs of mentions that are held to be one person, about {expected} "
                "are probably two people (in 95 of 100 cases between {low} and {high}).",
                links=self.number(found.links),
                **self._figure(found.false_links),
            ),
            self.say(
                "About {expected} pairs of mentions of one person are probably still apart (in "
                "95 of 100 cases between {low} and {high}); right answers to the open questions "
                "bring about {asked} of them together.",
                asked=self._about(found.asked),
                **self._figure(found.misses),
            ),
        ]
        if found.sample.checked:
            said.append(
                self.say(
                    "Officers checked {checked} links by lot and found {wrong} wrong: measured, "
                    "{right} % are right (in 95 of 100 cases between {low} and {high} %). The "
                    "estimate reckons with that.",
                    checked=self.number(found.sample.checked),
                    wrong=self.number(found.sample.wrong),
                    **self._measured(found.sample),
                )
            )
        return said

    def _measured(self, sample: Sample) -> dict[str, str]:
        """Per cent of the links checked by lot that are right, with Wilson's interval."""
        share = 1 - sample.wrong / sample.checked
        within = wilson(share, sample.checked)
        measured = {"right": share, "low": within.low, "high": within.high}
        return {name: self._decimal(value * 100) for name, value in measured.items()}

    def _decimal(self, value: float) -> str:
        """A number with one decimal place, a comma before it in Vietnamese."""
        said = f"{value:.1f}"
        return said if self._language == "en" else said.replace(".", ",")

    def _figure(self, figure: Figure) -> dict[str, str]:
        return {
            "expected": self._about(figure.expected),
            "low": self.number(figure.low),
            "high": self.number(figure.high),
        }

    def _about(self, value: float) -> str:
        """A number that is an estimate: no more digits than it can bear."""
        if 0 < value < 1:
            return "< 1"
        digits = len(str(round(value))) - 2
        return self.number(round(value, -digits) if digits > 0 else round(value))

    def weights(self) -> list[pictures.Bar]:
        """Pairs by match weight: questions below, links on top."""
        lines = self._summary.weights
        return pictures.bars(
            list(
                zip(
                    lines["low"].tolist(),
                    lines["question"].tolist(),
                    lines["link"].tolist(),
                    strict=True,
                )
            ),
            _BAR_HEIGHT,
        )

    def marks(self) -> list[tuple[str, float]]:
        """Thresholds among the bars of the weights: words, and how many bars are before it."""
        lows = self._summary.weights["low"].tolist()
        if len(lows) < 2:
            return []
        step = lows[1] - lows[0]
        return [
            (self.say(words), min(max((weight - lows[0]) / step, 0.0), float(len(lows))))
            for words, weight in self._summary.thresholds
        ]


def _total(frame: pd.DataFrame, column: str) -> int:
    return int(frame[column].sum()) if len(frame) else 0


def _at(table: pd.DataFrame, row: object, column: object) -> int:
    """One count of a crossed table, 0 where it has no such column."""
    return int(table[column].to_dict()[row]) if column in table.columns else 0


def _crossed(frame: pd.DataFrame, index: str, columns: str, values: str) -> pd.DataFrame:
    return frame.pivot_table(
        index=index, columns=columns, values=values, aggfunc="sum", fill_value=0
    )
