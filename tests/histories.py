"""Random histories of a register: populations, splits, orders of arrival, judgements in between.

Deliveries of a simulated population are read once. :func:`parts_of` makes other deliveries of their
rows: split, thinned out, overlapping, delivered again under another day, in several folders of one
day, file by file. :func:`live` lets them arrive in an order of its own with officers deciding in
between, :func:`at_once` merges everything and then reads the same judgements, and
:func:`differences` says what is not equal. All chance comes from one seed.
"""

from __future__ import annotations

import json
import random
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd

from reconcile import config, export, pipeline
from reconcile.config import load_register_types, mappings_folder
from reconcile.importers import Imported, ImportOptions, read_deliveries
from reconcile.model import fingerprint
from reconcile.register import open_register
from reconcile.resolve import conflicts
from reconcile.simulate import SimulationOptions, simulate
from reconcile.stages import Knowledge, load_knowledge, work_out
from reconcile.validate import validation

PROFILES = ("clean", "typical", "poor")
# Rates of simulation.toml -> other values: many twins and repeated entries, or as shipped.
WORLDS: tuple[dict[str, str], ...] = (
    {},
    {"twins": "0.15", "number_twice": "0.05", "number_gap": "0.05"},
    {"double_digitised": "0.10", "two_communes": "0.05", "repeated_row": "0.03"},
    {"registered_again": "0.10", "old_book_survives": "1.0", "father_son_name": "0.05"},
    {"divorced": "0.3", "paper_birth_differs": "{ 1900 = 0.3 }"},
)
OFFICERS = ("Officer One", "Officer Two", "Officer Three")
TYPED = {
    "birth": "1961-05-04",
    "death": "2001-05-04",
    "sex": "F",
    "name": "Phùng Thị Sáu",
    "ethnic_group": "Khơ-me",
    "nationality": "Việt Nam",
    "event": "1999-01-02",
}
# What a corrected cell says, by attribute; others stay as they are.
MENDED = {
    "name": "Đặng Thị Bảy",
    "name_given": "Bảy",
    "birth_date": "1958",
    "birth_year": "1958",
    "sex": "M",
    "residence": "ấp Tân Thái, xã Tân Phong",
    "registration_date": "2004-03-02",
    "identity_number": "312645120",
    "death_date": "2001-11-30",
}
SAMPLED = 0.1  # share of automatic links put to officers: in small populations still some
_PLACE = ["delivery", "commune", "file", "sheet", "row", "role"]
_ROW = _PLACE[:5]
_FILE = _PLACE[:3]


@dataclass(frozen=True)
class Limits:
    """How large histories are.

    Attributes:
        entries: fewest and most entries of a population.
        deliveries: most deliveries that the simulator writes.
        merges: most merges of one history.
        questions: most questions that officers answer between two merges.
        pairs: most pairs of mentions on which they decide without having been asked.
    """

    entries: tuple[int, int] = (60, 200)
    deliveries: int = 3
    merges: int = 5
    questions: int = 12
    pairs: int = 4


@contextmanager
def sampled(share: float = SAMPLED) -> Iterator[None]:
    """A share of automatic links is put to officers, as an office may set it."""

    def load(folder: Path) -> config.Office:
        return config.load_office(folder).model_copy(update={"quality_control_share": share})

    with mock.patch.object(conflicts, "load_office", load):
        yield


@contextmanager
def quick_merges() -> Iterator[None]:
    """Outputs, and expectations on single contents, take long and depend on nothing else."""
    with (
        sampled(),
        mock.patch.object(pipeline, "write_outputs", return_value={}),
        mock.patch.object(validation, "load_suites", return_value={}),
    ):
        yield


# -- what is delivered --------------------------------------------------------------------------


def grow(folder: Path, rng: random.Random, limits: Limits) -> Imported:
    """Simulate a population whose rates are random and read all of its deliveries."""
    mappings = folder / "mappings"
    shutil.copytree(mappings_folder(), mappings)
    settings = mappings / "simulation.toml"
    text = settings.read_text(encoding="utf-8")
    for name, value in rng.choice(WORLDS).items():
        text, made = re.subn(rf"(?m)^{name} = .*$", f"{name} = {value}", text, count=1)
        assert made, name
    settings.write_text(text, encoding="utf-8")
    options = SimulationOptions(
        deliveries=rng.randint(1, limits.deliveries),
        profile=rng.choice(PROFILES),
        mappings=mappings,
    )
    simulate(folder / "simulated", rng.randint(*limits.entries), rng.randrange(10**6), options)
    return read_deliveries(
        sorted(path for path in (folder / "simulated").iterdir() if path.name != "truth"),
        mappings,
        load_register_types(mappings),
        ImportOptions(kind=None, date=None, today=date(2026, 1, 1)),
    )


def parts_of(imported: Imported, rng: random.Random) -> list[Imported]:
    """Make deliveries of what was read, and cut them into what arrives at once."""
    parts: list[Imported] = []
    for name, commune in imported.deliveries[["delivery", "commune"]].itertuples(index=False):
        whole = _chosen(imported, delivery=name, commune=commune)
        for number, delivered in enumerate(_redelivered(whole, rng)):
            named = _renamed(delivered, f"{name}-{number}")
            parts += _by_files(named, rng)
    return parts


def _redelivered(whole: Imported, rng: random.Random) -> list[Imported]:
    """One delivery in another way: with other rows, days, kinds and folders."""
    day = date.fromisoformat(whole.deliveries["date"].iloc[0])
    later = [day + timedelta(days=rng.randint(0, 70)) for _ in range(3)]
    how = rng.choice(("whole", "halves", "folders", "thinned", "again", "twice", "mended"))
    if how == "halves":  # the second overlaps the first
        second = _dated(_thinned(whole, rng, 0.8), later[1], rng.choice(("delta", "full")))
        return [_dated(_thinned(whole, rng, rng.random()), later[0], "delta"), second]
    if how == "folders":  # one delivery in two folders
        mine = [rng.random() < 0.5 for _ in range(len(whole.rows))]
        return [_of_rows(whole, mine), _of_rows(whole, [not one for one in mine])]
    if how == "thinned":
        return [_thinned(whole, rng, 0.95)]
    another = {
        "again": lambda: _dated(_thinned(whole, rng, 0.3), later[2], "delta"),
        "twice": lambda: _dated(_thinned(whole, rng, 0.97), later[0], "full"),
        "mended": lambda: _dated(_mended(whole, rng), later[0], rng.choice(("full", "delta"))),
    }.get(how)
    return [whole, another()] if another else [whole]


def _chosen(imported: Imported, **where: str) -> Imported:
    """The lines of all tables that have some values."""

    def of(frame: pd.DataFrame) -> pd.DataFrame:
        for name, value in where.items():
            frame = frame[frame[name] == value]
        return frame.reset_index(drop=True)

    return Imported(*map(of, _tables(imported)))


def _tables(imported: Imported) -> tuple[pd.DataFrame, ...]:
    return imported.deliveries, imported.files, imported.rows, imported.findings


def _thinned(whole: Imported, rng: random.Random, share: float) -> Imported:
    return _of_rows(whole, [rng.random() < share for _ in range(len(whole.rows))])


def _of_rows(whole: Imported, kept: Sequence[bool]) -> Imported:
    """The same files with fewer rows; what was found about the other rows goes with them."""
    rows = whole.rows[np.array(kept, dtype=bool)].reset_index(drop=True)
    held = set(rows[_ROW].itertuples(index=False, name=None))
    here = [
        line[-1] in {0, None} or pd.isna(line[-1]) or line in held
        for line in whole.findings[_ROW].itertuples(index=False, name=None)
    ]
    findings = whole.findings[np.array(here, dtype=bool)]  # a mask also where there is none
    seal = fingerprint([str(one) for one in kept], 4)
    files = whole.files.assign(sha256=whole.files["sha256"].str.slice(8) + seal)
    return replace(whole, files=files, rows=rows, findings=findings.reset_index(drop=True))


def _mended(whole: Imported, rng: random.Random) -> Imported:
    """The same rows with cells corrected, and at times with all numbers of a file moved by one."""
    moved = {file for file in sorted(whole.rows["file"].unique()) if rng.random() < 0.3}
    return _rewritten(whole, moved, lambda: rng.random() < 0.25, rng)


def renumbered(whole: Imported, day: str) -> Imported:
    """Everything delivered again in full, all numbers moved by one and a few cells corrected."""
    rng = random.Random(day)  # noqa: S311 - no secret
    files = set(whole.rows["file"])
    mended = _rewritten(whole, files, lambda: rng.random() < 0.1, rng)
    return _renamed(_dated(mended, date.fromisoformat(day), "full"), day)


def _rewritten(
    whole: Imported, moved: set[str], is_mended: Callable[[], bool], rng: random.Random
) -> Imported:
    rows = whole.rows.copy()
    lines = rows.to_dict("records")
    for line in lines:
        fields = json.loads(line["fields"])
        if line["outcome"] or not fields:
            continue
        if is_mended():
            name = rng.choice(sorted(fields))
            fields[name] = MENDED.get(name.partition(".")[2], fields[name])
        number = re.match(r"\d+", fields.get("entry.number", ""))
        if line["file"] in moved and number:
            rest = fields["entry.number"][number.end() :]
            fields["entry.number"] = f"{int(number.group()) + 1}{rest}"
        text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
        if text != line["fields"]:
            seal = fingerprint([text])
            line["fields"], line["content_hash"], line["raw_hash"] = text, seal, seal[::-1]
    rows = pd.DataFrame(lines, columns=rows.columns).astype(dict(rows.dtypes))
    files = whole.files.assign(sha256=whole.files["sha256"].str.slice(8) + "mended00")
    return replace(whole, files=files, rows=rows)


def _dated(whole: Imported, day: date, kind: str) -> Imported:
    deliveries = whole.deliveries.assign(date=day.isoformat(), kind=kind)
    return replace(whole, deliveries=deliveries)


def _renamed(whole: Imported, name: str) -> Imported:
    return Imported(
        *(frame.assign(delivery=name).astype({"delivery": "str"}) for frame in _tables(whole))
    )


def _by_files(whole: Imported, rng: random.Random) -> list[Imported]:
    """A delivery in one piece, or its files in two."""
    names = whole.files["file"].tolist()
    later = {name for name in names if rng.random() < 0.5}
    if rng.random() < 0.6 or not later or len(later) == len(names):
        return [whole]
    return [_with_files(whole, later), _with_files(whole, set(names) - later)]


def _with_files(whole: Imported, names: set[str]) -> Imported:
    def of(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame["file"].isin(names)].reset_index(drop=True)

    return Imported(whole.deliveries, of(whole.files), of(whole.rows), of(whole.findings))


def together(parts: Sequence[Imported]) -> Imported:
    """Several parts as one reading of several folders."""
    deliveries, files, rows, findings = (
        pd.concat(tables, ignore_index=True) for tables in zip(*map(_tables, parts), strict=True)
    )
    return Imported(
        deliveries.drop_duplicates(["delivery", "commune"], ignore_index=True),
        files,
        rows.sort_values(_ROW, ignore_index=True),
        findings,
    )


# -- what officers decide -----------------------------------------------------------------------


def decisions(
    questions: pd.DataFrame,
    mentions: pd.DataFrame,
    knowledge: Knowledge,
    rng: random.Random,
    limits: Limits,
) -> list[dict[str, Any]]:
    """Answers to some questions, decided ones too, and to some that nobody asked."""
    lines = questions.to_dict("records")
    asked = rng.sample(lines, min(len(lines), rng.randint(0, limits.questions)))
    found = [_answered(line, knowledge, rng) for line in asked]
    for _ in range(rng.randint(0, limits.pairs)):
        one = rng.choice(mentions["mention_key"].tolist())
        person = mentions.set_index("mention_key")["person_id"]
        near = person.index[person == person[one]].drop(one)
        far = rng.choice(mentions["mention_key"].tolist())
        other = rng.choice(list(near)) if len(near) and rng.random() < 0.6 else far
        if one != other:
            found.append(
                _signed(rng)
                | {"kind": "same_person", "mentions": [one, other]}
                | {"decision": rng.choice(("same", "different", "unsure"))}
            )
    return found


def _answered(line: dict[Any, Any], knowledge: Knowledge, rng: random.Random) -> dict[str, Any]:
    kind = knowledge.wording.kinds[line["kind"]]
    choice = rng.choice(kind.decision)
    values, mentions, entries = (
        json.loads(line[name]) for name in ("values", "mentions", "entries")
    )
    said = _signed(rng) | {
        "conflict": line["conflict"],
        "kind": line["kind"],
        "field": line["field"],
        "mentions": mentions,
        "entries": entries,
        "seen": line["evidence"],
        "decision": choice.code,
    }
    if choice.value == "side":
        sides = values or mentions or entries
        side = rng.randrange(len(sides))
        said |= {
            "decision": f"{choice.code}:{'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[side]}",
            "value": sides[side],
        }
    elif choice.value == "required":
        said["value"] = TYPED[line["field"]]
    return said


def _signed(rng: random.Random) -> dict[str, Any]:
    """Few days, so that several decisions share one and some are read after later ones."""
    return {
        "officer": rng.choice(OFFICERS),
        "decided": f"2025-11-{rng.randint(1, 4):02}",
        "reason": rng.choice(("", "Sổ ghi rõ, trang 3", 'chữ "Sáu"\nmờ')),
        "book_checked": rng.choice(("yes", "no", "")),
        "source": "conflicts.xlsx",
    }


# -- histories ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """One history.

    Attributes:
        register: path of the register that lived through it.
        judgements: path of the judgements that were made in it.
        parts: all that was delivered.
        steps: what happened, for people.
    """

    register: Path
    judgements: Path
    parts: list[Imported]
    steps: tuple[str, ...]


def live(folder: Path, parts: list[Imported], rng: random.Random, limits: Limits) -> Told:
    """Let parts arrive in a random order and in random merges, with judgements in between."""
    register = folder / "lived.db"
    waiting = rng.sample(parts, len(parts))
    knowledge = load_knowledge()
    steps: list[str] = []
    merges = rng.randint(2, limits.merges)
    size = max(1, -(-len(waiting) // merges))
    while waiting:
        now, waiting = waiting[:size], waiting[size:]
        merge(register, now)
        steps.append("merge " + ", ".join(sorted(set(together(now).deliveries["delivery"]))))
        if rng.random() < 0.8:
            steps.append(f"judge {judge(register, knowledge, rng, limits)}")
    judgements = folder / "judgements.csv"
    with open_register(str(register), create=False) as opened:
        export.export_judgements(opened, judgements, "csv")
    return Told(register, judgements, parts, tuple(steps))


def merge(register: Path, parts: Sequence[Imported]) -> None:
    """One merge of some parts, through the pipeline."""
    request = pipeline.MergeRequest(
        deliveries=(register.parent,), register=str(register), out=register.parent / "output"
    )
    with (
        mock.patch.object(pipeline.importers, "read_deliveries", return_value=together(parts)),
        mock.patch.object(pipeline, "_refuse_shrinkage"),
    ):
        pipeline.merge(request)


def judge(register: Path, knowledge: Knowledge, rng: random.Random, limits: Limits) -> int:
    """Officers decide on some of what the register asks."""
    with open_register(str(register), create=False) as opened:
        mentions = opened.mentions()
        found = decisions(opened.conflicts(), mentions, knowledge, rng, limits)
        if found:
            with opened.run("review", {}, {}) as run:
                opened.add_judgements(run, found)
                opened.save(run, work_out(opened, knowledge).resolved)
    return len(found)


def at_once(folder: Path, told: Told) -> Path:
    """One merge of everything, and then the judgements of a history."""
    register = folder / "at_once.db"
    merge(register, told.parts)
    pipeline.import_judgements(str(register), told.judgements)
    return register


# -- what must be equal -------------------------------------------------------------------------


def held(register: Path) -> dict[str, frozenset[Any]]:
    """All that must not depend on history, without issued ids."""
    with open_register(str(register), create=False) as opened:
        mentions, golden = opened.mentions_export(), opened.golden()
        members, asked = opened.mentions(), opened.conflicts()
        entries, findings = opened.entries(), opened.findings()
        rows, accounts, judged = opened.occurrences(), opened.accounts(), opened.judgements()
        problems = opened.verify()
    first = members.groupby("person_id")["mention_key"].min()
    golden = golden.assign(person=golden["person_id"].map(first)).drop(columns="person_id")
    names = {
        str(one["judgement"]): f"judgement {place}"
        for place, one in enumerate(sorted(judged, key=_turn))
    }
    golden["rule"] = golden["rule"].map(lambda rule: names.get(rule, rule))
    return {
        "problems": frozenset(map(str, problems)),
        "rows": _lines(rows.drop(columns=["occurrence", "content"])),
        "accounts": _lines(accounts),
        "entries": _lines(entries.drop(columns=["entry_id", "event_id"])),
        "entries of rows": partition(mentions, "entry_id"),
        "events": partition(mentions, "event_id"),
        "persons": partition(mentions, "person_id"),
        "members": frozenset(members.groupby("person_id")["mention_key"].agg(frozenset)),
        "golden": _lines(golden),
        "findings": _lines(findings),
        "conflicts": _lines(asked),
    }


def _turn(judgement: dict[str, object]) -> tuple[str, int]:
    return str(judgement["decided"]), int(str(judgement["reading"]))


def _lines(frame: pd.DataFrame) -> frozenset[Any]:
    columns = sorted(frame.columns)
    return frozenset(frame[columns].astype("str").itertuples(index=False, name=None))


def partition(mentions: pd.DataFrame, by: str) -> frozenset[Any]:
    """Groups of positions that share an id."""
    groups = mentions.groupby(by, sort=False)[_PLACE].apply(
        lambda lines: frozenset(lines.itertuples(index=False, name=None))
    )
    return frozenset(groups)


def differences(
    one: dict[str, frozenset[Any]], other: dict[str, frozenset[Any]]
) -> dict[str, tuple[list[Any], list[Any]]]:
    """What either side alone holds, by table, sorted."""
    return {
        name: (sorted(one[name] - other[name], key=str), sorted(other[name] - one[name], key=str))
        for name in one
        if one[name] != other[name]
    }
