"""The figures of a report, worked out from what the register holds. Nothing personal is in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
import pandas as pd

from reconcile.model import ConflictState, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from reconcile.config import CommuneName, RegisterType
    from reconcile.errors import Problem
    from reconcile.match import Estimate
    from reconcile.register import Readable
    from reconcile.resolve.wording import Wording
    from reconcile.text.findings import FindingRule

_OPEN: Final = (ConflictState.OPEN.value, ConflictState.STALE.value)
_FAR_OFF: Final = 100  # a jump over more numbers than this, and than the series has, is a slip
_BIN: Final = 2.0  # bits of match weight in one bar of the picture
_FEW_BITS, _MANY_BITS = -10.0, 40.0  # match weights beyond are shown in the outermost bars


class Worded(Protocol):
    """Anything that has words in both languages."""

    @property
    def vi(self) -> str:
        """In Vietnamese."""

    @property
    def en(self) -> str:
        """In English."""


@dataclass(frozen=True)
class Source:
    """What a summary is made from.

    Attributes:
        register: the register, after the run.
        register_types: register types by code.
        communes: communes by id.
        wording: words of conflicts.
        rules: words of findings by code.
        office: name of the office.
        run: number of the run: ``R0012``.
        made: when the report is made.
        unasked: doubts about persons that the run does not ask about.
        estimate: what the run believes of its own errors; None where no run worked it out.
        changes: what the run changed, by what it is, as ``Changes`` of the register.
        attention: what one should look at after the run, each a sentence, as in ``Merged``.
        history: runs, oldest first: name, and how many questions of each kind were open after it.
        thresholds: match weights from which something happens: what, in words, and the weight.
    """

    register: Readable
    register_types: Mapping[str, RegisterType]
    communes: Mapping[str, CommuneName]
    wording: Wording
    rules: Mapping[str, FindingRule]
    office: str
    run: str
    made: datetime
    unasked: int = 0
    estimate: Estimate | None = None
    changes: Mapping[str, int] = field(default_factory=dict)
    attention: tuple[Problem, ...] = ()
    history: Sequence[tuple[str, Mapping[str, int]]] = ()
    thresholds: Sequence[tuple[str, float]] = ()


@dataclass(frozen=True)
class Summary:
    """The figures of one report.

    Attributes:
        office: name of the office.
        run: number of the run.
        made: when it was made.
        communes: commune id -> name.
        register_types: code -> words.
        kinds: conflict kind -> words, in the order of the workbook.
        rules: code of a finding -> its rule.
        rows: ``delivery``, ``commune``, ``file``, ``read`` and one column per outcome (P2).
        entries: ``commune``, ``register_type``, ``entries``.
        persons: ``communes`` (ids joined with a blank) and ``persons`` who stand in just these.
        events: ``entries`` (how many record one event) and ``events``.
        recorded: ``communes`` (ids joined with a blank) and ``events`` that stand in just the books
            of these.
        conflicts: ``kind``, ``severity``, ``count`` of the open ones, and the ``minutes`` that they
            are expected to take.
        findings: ``code``, ``commune``, ``count``.
        books: ``commune``, ``register_type``, ``year``, ``last`` (highest number), ``present``.
        weights: ``low`` (match weight in bits from which the bar goes), ``link``, ``question``:
            how many pairs.
        history: runs, oldest first: name, and how many questions of each kind were open after it.
        quality: ``commune``, ``register_type``, ``year``, ``entries`` and how many of them are
            ``flawed``: something is to be looked at in what they say.
        thresholds: match weights from which something happens: what, in words, and the weight.
        unreadable: ``delivery``, ``commune``, ``file`` of files that were left out.
        unasked: doubts about persons that are not asked about.
        estimate: what the run believes of its own errors; None where no run worked it out.
        changes: what the run changed, by what it is.
        attention: what one should look at after the run, each a sentence.
    """

    office: str
    run: str
    made: datetime
    communes: Mapping[str, str]
    register_types: Mapping[str, Worded]
    kinds: Mapping[str, Worded]
    rules: Mapping[str, FindingRule]
    rows: pd.DataFrame
    entries: pd.DataFrame
    persons: pd.DataFrame
    events: pd.DataFrame
    recorded: pd.DataFrame
    conflicts: pd.DataFrame
    findings: pd.DataFrame
    quality: pd.DataFrame
    books: pd.DataFrame
    weights: pd.DataFrame
    history: Sequence[tuple[str, Mapping[str, int]]] = ()
    thresholds: Sequence[tuple[str, float]] = ()
    unreadable: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame({"delivery": [], "commune": [], "file": []})
    )
    unasked: int = 0
    estimate: Estimate | None = None
    changes: Mapping[str, int] = field(default_factory=dict)
    attention: tuple[Problem, ...] = ()


def summarise(source: Source) -> Summary:
    """Work out the figures of a report from the current state of the register.

    Args:
        source: the register and the words.
    """
    register = source.register
    entries = register.entries()
    findings = register.findings()
    files = register.files()
    unreadable = files[files["status"] == "unreadable"]
    return Summary(
        office=source.office,
        run=source.run,
        made=source.made,
        communes={code: commune.name for code, commune in source.communes.items()},
        register_types=source.register_types,
        kinds={kind.code.value: kind for kind in source.wording.kind},
        rules=source.rules,
        rows=register.accounts(),
        entries=_counted(entries, ["commune", "register_type"], "entries"),
        persons=_overlap(register.owners(), "person_id", "persons"),
        events=_events(entries),
        recorded=_overlap(entries, "event_id", "events"),
        conflicts=_conflicts(register.conflicts(), source.wording),
        findings=_counted(findings, ["code", "commune"], "count"),
        quality=_quality(entries, findings),
        books=_books(entries),
        weights=_weights(register.link_weights()),
        unreadable=unreadable[["delivery", "commune", "file"]].reset_index(drop=True),
        unasked=source.unasked,
        estimate=source.estimate,
        changes=source.changes,
        attention=source.attention,
        history=source.history,
        thresholds=source.thresholds,
    )


def _counted(frame: pd.DataFrame, by: list[str], name: str) -> pd.DataFrame:
    return frame.groupby(by, sort=True).size().rename(name).reset_index()


def _overlap(frame: pd.DataFrame, group: str, counted: str) -> pd.DataFrame:
    """How many persons, or events, stand in the books of which communes."""
    met = frame[[group, "commune"]].drop_duplicates()
    names = sorted(met["commune"].unique())
    bit = met["commune"].map({name: 1 << place for place, name in enumerate(names)})
    masks = bit.groupby(met[group].to_numpy()).sum()
    counts = masks.value_counts().sort_index()
    return pd.DataFrame(
        {
            "communes": [
                " ".join(name for place, name in enumerate(names) if int(mask) >> place & 1)
                for mask in counts.index
            ],
            counted: counts.to_numpy(),
        }
    )


def _quality(entries: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """Of each commune, register type and year: entries, and those in which something is wrong."""
    book = ["commune", "register_type", "year"]
    told = entries[[*book, "content_hash"]].dropna(subset="year")
    grave = findings[findings["severity"].ne(Severity.INFO.value)]
    flawed = pd.MultiIndex.from_frame(grave[["content_hash", "commune"]].drop_duplicates())
    mine = pd.MultiIndex.from_frame(told[["content_hash", "commune"]])
    told = told.assign(flawed=mine.isin(flawed))
    found = told.groupby(book, sort=True)["flawed"].agg(entries="size", flawed="sum")
    return found.reset_index().astype({"year": "int64", "entries": "int64", "flawed": "int64"})


def _events(entries: pd.DataFrame) -> pd.DataFrame:
    sizes = entries.groupby("event_id").size().value_counts().sort_index()
    return pd.DataFrame({"entries": sizes.index.to_numpy(), "events": sizes.to_numpy()})


def _conflicts(conflicts: pd.DataFrame, wording: Wording) -> pd.DataFrame:
    """How many wait for an officer, and for how long they will keep one."""
    waiting = conflicts[conflicts["state"].isin(_OPEN)]
    counted = _counted(waiting, ["kind", "severity"], "count")
    each = {code: kind.minutes for code, kind in wording.kinds.items()}
    return counted.assign(minutes=counted["kind"].map(each).astype("float64") * counted["count"])


def _books(entries: pd.DataFrame) -> pd.DataFrame:
    """Numbers of each series of one commune, register type and year: how many, and up to which."""
    series = ["commune", "register_type", "year"]
    numbered = entries.dropna(subset=["number", "year"])[[*series, "number"]].drop_duplicates()
    numbered = numbered.sort_values([*series, "number"], ignore_index=True)
    by = numbered.groupby(series, sort=False)["number"]
    jump = by.diff().fillna(1)
    allowed = np.maximum(by.transform("size"), _FAR_OFF)
    slipped = (jump > allowed).groupby([numbered[name] for name in series], sort=False).cummax()
    kept = numbered[~slipped.to_numpy(dtype=bool)]
    found = kept.groupby(series, sort=True)["number"].agg(last="max", present="size")
    return found.reset_index().astype({"year": "int64", "last": "int64", "present": "int64"})


def _weights(links: pd.DataFrame) -> pd.DataFrame:
    """Pairs by match weight, links and questions apart."""
    edges = np.arange(_FEW_BITS, _MANY_BITS + _BIN, _BIN)
    weights = links["weight"].clip(_FEW_BITS, _MANY_BITS - _BIN / 2)
    counts = {
        status: np.histogram(weights[links["status"] == status], edges)[0]
        for status in ("link", "question")
    }
    return pd.DataFrame({"low": edges[:-1], **counts})
