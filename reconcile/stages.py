"""The stages in order: from what was delivered and decided to what the register should hold.

:func:`work_out` is a function of all deliveries, all judgements and the mapping files alone (P4):
whatever the order in which they arrived, the answer is the same. Stages never call each other;
here the table that one returns is handed to the next.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from reconcile import config, match, readings, standardise, validate
from reconcile.model import FINDINGS, LIVE_MENTIONS, PAIRS, ConflictKind, Outcome, Verdict
from reconcile.register import Register, Resolved
from reconcile.resolve import (
    asked_files,
    clusters,
    conflicts,
    entries,
    events,
    judgements,
    renewal,
    survivorship,
    wording,
)
from reconcile.resolve.constraints import JUDGED
from reconcile.resolve.history import Memory
from reconcile.resolve.reach import Change
from reconcile.resolve.renewal import Chosen
from reconcile.resolve.second_officer import SecondOfficer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from reconcile.config import CommuneName, Office, RegisterType
    from reconcile.importers import Imported
    from reconcile.match import Calibrated, Estimate, Model
    from reconcile.readings import Readings
    from reconcile.register import Run
    from reconcile.resolve.clusters import Bounds, Clusters
    from reconcile.resolve.conflicts import ConflictRules
    from reconcile.resolve.entries import Identified
    from reconcile.resolve.survivorship import SurvivorshipRules
    from reconcile.resolve.wording import Wording

    Progress = Callable[[str, int, int], None]


_PLACE: Final = ["delivery", "commune", "file", "sheet", "row"]
_SIDES: Final = ("left", "right")


def silent(stage: str, done: int, total: int) -> None:
    """Show no progress."""
    del stage, done, total


# -- what the mapping files say -----------------------------------------------------------------


@dataclass(frozen=True)
class Knowledge:
    """Everything that the mapping files say (P10)."""

    folder: Path
    register_types: dict[str, RegisterType]
    communes: dict[str, CommuneName]
    office: Office
    model: Model
    bounds: Bounds
    survivorship: SurvivorshipRules
    conflicts: ConflictRules
    wording: Wording


def load_knowledge(override: Path | None = None) -> Knowledge:
    """Read the mapping files.

    Args:
        override: folder given by ``--mappings``.

    Raises:
        MappingError: a file is missing or wrong.
    """
    folder = config.mappings_folder(override)
    office = config.load_office(folder)
    return Knowledge(
        folder=folder,
        register_types=config.load_register_types(folder),
        communes=config.load_commune_names(folder),
        office=office,
        model=match.load_model(folder),
        bounds=clusters.load_bounds(folder, office.false_link_bound),
        survivorship=survivorship.load_rules(folder),
        conflicts=conflicts.load_rules(folder),
        wording=wording.load_wording(folder),
    )


# -- the stages in order ------------------------------------------------------------------------


def second_officer(
    knowledge: Knowledge, mentions: pd.DataFrame, kin: pd.DataFrame
) -> SecondOfficer:
    """Which judgements need a second officer in this office.

    Args:
        knowledge: the mapping files.
        mentions: LIVE_MENTIONS.
        kin: KIN.
    """
    return SecondOfficer(
        knowledge.office.second_officer,
        knowledge.register_types,
        mentions,
        kin,
        knowledge.conflicts.hard.limits,
    )


@dataclass(frozen=True)
class WorkedOut:
    """What the stages worked out.

    Attributes:
        resolved: what the register should hold.
        gone: ``entry_key``, ``delivery`` (the full export that lacks it), ``file``, ``sheet``,
            ``row``, ``whole``: entries that are no longer delivered.
        estimate: how many links are false and how many are missing, as far as the run can tell.
        lost: ids of judgements whose sources no delivery holds; they wait.
        awaiting: ids of judgements that wait for a second officer.
    """

    resolved: Resolved
    gone: pd.DataFrame
    estimate: Estimate
    lost: tuple[str, ...] = ()
    awaiting: tuple[str, ...] = ()


@dataclass(frozen=True)
class Standing:
    """What everything delivered so far says now; nothing is matched yet.

    Attributes:
        read: what each content says, by itself.
        rows: all delivered rows.
        files: FILES.
        deliveries: DELIVERIES.
        identified: which row is which entry in which version.
        mentions: LIVE_MENTIONS.
        kin: KIN.
    """

    read: Readings
    rows: pd.DataFrame
    files: pd.DataFrame
    deliveries: pd.DataFrame
    identified: Identified
    mentions: pd.DataFrame
    kin: pd.DataFrame

    @property
    def standard(self) -> standardise.Standard:
        """The standard form of the contents."""
        return self.read.standard


def stand(
    register: Register,
    knowledge: Knowledge,
    progress: Progress = silent,
    run: Run | None = None,
    *,
    anew: bool = False,
) -> Standing:
    """From all deliveries to the entries and mentions that stand now.

    Args:
        register: holds the delivered rows, and what was read in them before; nothing else of it is
            read.
        knowledge: the mapping files.
        progress: called with a stage, steps done and steps in all.
        run: the run under way, which keeps what is read in new contents.
        anew: use nothing that an earlier run worked out.
    """
    types = knowledge.register_types
    progress("standardise", 0, 1)
    read = readings.read(register, types, knowledge.folder, run, anew=anew)
    standard = read.standard
    rows = register.occurrences()
    files, deliveries = register.files(), register.deliveries()
    progress("identify", 0, 1)
    identified = entries.identify(
        rows[rows["outcome"] == ""],
        delivered_scopes(files, deliveries),
        standard.entries,
        standard.mentions,
        types,
    )
    mentions = _live_mentions(standard.mentions, identified.entries)
    kin = standardise.kin(mentions, identified.entries, types)
    return Standing(read, rows, files, deliveries, identified, mentions, kin)


def work_out(
    register: Register,
    knowledge: Knowledge,
    progress: Progress = silent,
    run: Run | None = None,
    *,
    anew: bool = False,
) -> WorkedOut:
    """From all deliveries and judgements to what the register should hold.

    Args:
        register: holds the delivered rows and the judgements, and what was read in single contents
            and known of mentions and persons before; nothing else of it is read.
        knowledge: the mapping files.
        progress: called with a stage, steps done and steps in all.
        run: the run under way, which keeps what is read in new contents and known in the end.
        anew: use nothing that an earlier run worked out; the answer is the same.

    Returns:
        Entries, persons, events, golden records, findings and conflicts.
    """
    types = knowledge.register_types
    standing = stand(register, knowledge, progress, run, anew=anew)
    live_entries, mentions, kin = standing.identified.entries, standing.mentions, standing.kin

    progress("validate", 0, 1)
    findings = _validated(register, standing, knowledge)

    progress("match", 0, 1)
    signed = readings.resolving_signature(types, knowledge.folder)
    kept = {} if anew else register.recall_state(signed)
    before = match.Before.from_tables(kept)
    matched = match.match_all(mentions, live_entries, kin, knowledge.model, progress, before)
    pairs = matched.pairs

    progress("resolve", 0, 1)
    change = _change(matched)
    memory, chosen = Memory.from_tables(kept), Chosen.from_tables(kept)
    effective = judgements.effective(
        register.judgements(),
        mentions,
        live_entries,
        knowledge.wording,
        standing.identified.aliases,
        second_officer(knowledge, mentions, kin),
    )
    grouped = clusters.cluster(
        mentions,
        live_entries,
        kin,
        pairs,
        effective.judgements,
        knowledge.bounds,
        types,
        clusters.Known(memory, change) if memory and change else None,
    )
    calibrated, grouped = state(pairs, grouped, standing, effective.judgements, knowledge)
    pairs = calibrated.pairs
    happened = events.group(
        mentions, live_entries, kin, grouped, pairs, effective.judgements, types
    )
    survived = survivorship.survive(
        mentions,
        live_entries,
        kin,
        grouped,
        effective.judgements,
        knowledge.survivorship,
        renewal.Known(chosen, change) if chosen and change else None,
    )
    golden = survived.golden
    if run is not None and not anew:
        parts = matched.before, grouped.memory, survived.chosen
        register.keep_state(run, signed, {k: v for part in parts for k, v in part.tables().items()})
    asked = conflicts.find(
        conflicts.Sources(
            mentions=mentions,
            entries=live_entries,
            kin=kin,
            pairs=pairs,
            clusters=grouped,
            events=happened,
            golden=golden,
            effective=effective,
            refused=standing_refusals(standing.rows, standing.files, standing.deliveries),
            gone=standing.identified.gone,
            findings=findings,
            unread=asked_files.still_unread(standing.files, standing.deliveries),
        ),
        knowledge.conflicts,
        knowledge.wording,
        types,
    )
    evidence = match.explain(
        _asked_pairs(grouped.questions),
        mentions,
        live_entries,
        kin,
        knowledge.model,
        types,
        matched=matched,
    )
    resolved = Resolved(
        occurrences=standing.identified.occurrences,
        entries=live_entries,
        mentions=mentions,
        content_mentions=standing.standard.mentions,
        pairs=_kept(pairs, grouped.person, grouped.questions),
        persons=grouped.person,
        events=happened.event,
        questions=grouped.questions,
        golden=golden,
        findings=findings,
        conflicts=asked,
        evidence=evidence,
        unasked=grouped.unasked,
        signature="" if anew else standing.read.signature,
        rows=standing.rows,
    )
    found = match.estimate(
        calibrated,
        knowledge.model.file.calibration,
        grouped.questions,
        _checked(effective.judgements),
    )
    return WorkedOut(resolved, standing.identified.gone, found, effective.lost, effective.awaiting)


def _change(matched: match.Matched) -> Change | None:
    """What matching sees otherwise than an earlier run; None where it started from none."""
    change = matched.change
    if change.touched.all():
        return None
    sides = (matched.pairs[side].to_numpy(dtype=np.int64)[change.pairs] for side in _SIDES)
    left, right = (np.r_[now, gone] for now, gone in zip(sides, change.gone, strict=True))
    return Change(change.moved, change.touched, left, right)


def state(
    pairs: pd.DataFrame,
    grouped: Clusters,
    standing: Standing,
    judged: pd.DataFrame,
    knowledge: Knowledge,
) -> tuple[Calibrated, Clusters]:
    """How sure links and questions are, now that persons are made.

    Args:
        pairs: PAIRS, with the weights of matching.
        grouped: persons and questions.
        standing: what stands before matching.
        judged: JUDGEMENTS, effective ones.
        knowledge: the mapping files.

    Returns:
        The pairs, and the persons whose questions carry the same probabilities.
    """
    _, apart = judgements.same_and_apart(
        judged, standing.mentions, standing.identified.entries, knowledge.register_types
    )
    calibrated = match.calibrate(
        pairs,
        np.asarray(grouped.person, dtype=np.int64),
        grouped.joined,
        knowledge.model.file.calibration,
        [(line.left, line.right) for line in apart if line.rule == JUDGED],
    )
    sides = (
        grouped.questions[side].to_numpy(dtype=np.int64) for side in ("best_left", "best_right")
    )
    sure = calibrated.stated(*sides)
    return calibrated, replace(grouped, questions=grouped.questions.assign(probability=sure))


def _checked(judged: pd.DataFrame) -> match.Sample:
    """Links that officers checked by lot, and how many they found wrong."""
    lines = judged[judged["kind"].eq(ConflictKind.QUALITY_CONTROL.value)]
    right, wrong = (
        int(lines["verdict"].eq(verdict.value).sum())
        for verdict in (Verdict.SAME, Verdict.DIFFERENT)
    )
    return match.Sample(right + wrong, wrong)


def delivered_scopes(files: pd.DataFrame, deliveries: pd.DataFrame) -> pd.DataFrame:
    """The scopes that deliveries cover: a family of which a file could not be read is not one.

    A file that no table claims may be of any family of its commune, and one that stands in no
    commune's folder of any commune: nothing of what it may be is covered.
    """
    scopes = files[files["status"].isin(["read", "unreadable"])].merge(
        deliveries, on=["delivery", "commune"]
    )
    nowhere = asked_files.unclaimed(files)
    lacking = scopes["delivery"].isin(nowhere.loc[nowhere["commune"] == "", "delivery"])
    place = ["delivery", "commune"]
    lacking |= pd.MultiIndex.from_frame(scopes[place]).isin(
        pd.MultiIndex.from_frame(nowhere[place])
    )
    scopes = scopes[~lacking]
    scopes = scopes.assign(register_type=scopes["register_types"].str.split()).explode(
        "register_type", ignore_index=True
    )
    scope = ["delivery", "commune", "date", "sequence", "kind", "family", "register_type"]
    read = scopes.groupby(scope, as_index=False).agg(
        whole=("status", lambda status: bool((status == "read").all()))
    )
    return read.loc[read["whole"].astype(bool), scope].reset_index(drop=True)


def standing_refusals(
    rows: pd.DataFrame, files: pd.DataFrame, deliveries: pd.DataFrame
) -> pd.DataFrame:
    """Refused rows that still stand so: no later full export has the file.

    A row that was mended, or is no longer there, need not be asked about. A delta brings a part of
    a file, so it puts nothing out of date.

    Args:
        rows: all delivered rows with ``outcome``, ``date`` and ``sequence``.
        files: FILES.
        deliveries: DELIVERIES.
    """
    read = files[files["status"] == "read"].merge(deliveries, on=["delivery", "commune"])
    when = ["date", "sequence", "delivery"]
    latest = (
        read[read["kind"] == "full"]
        .sort_values(when)
        .drop_duplicates(["commune", "file"], keep="last")
    )
    refused = rows[rows["outcome"] == Outcome.REFUSED]
    since = refused[["commune", "file"]].merge(
        latest[["commune", "file", *when]], on=["commune", "file"], how="left"
    )
    overtaken = [
        isinstance(late[0], str) and tuple(here) < tuple(late)
        for here, late in zip(
            refused[when].itertuples(index=False), since[when].itertuples(index=False), strict=True
        )
    ]
    return refused[~np.array(overtaken, dtype=bool)]


def _live_mentions(mentions: pd.DataFrame, live_entries: pd.DataFrame) -> pd.DataFrame:
    """Mentions of what entries say now, in key order."""
    current = live_entries[["content_hash", "entry_key"]].assign(
        entry=pd.Series(range(len(live_entries)), dtype="Int32")
    )
    live = mentions.merge(current, on="content_hash", how="inner")
    live["mention_key"] = (live["entry_key"] + "/" + live["role"]).astype("str")
    live = live.sort_values("mention_key", ignore_index=True)[LIVE_MENTIONS.names]
    return LIVE_MENTIONS.check(live)


def _validated(register: Register, standing: Standing, knowledge: Knowledge) -> pd.DataFrame:
    """Findings about what entries say now, each with the position of its latest row."""
    types, folder = knowledge.register_types, knowledge.folder
    standard = standing.standard
    current = pd.Index(standing.identified.entries["content_hash"])
    contents, entries, told, hits = (
        _among(frame, current)
        for frame in (
            standing.read.contents,
            standard.entries,
            standard.findings,
            standing.read.hits,
        )
    )
    mentions = standard.mentions.head(0)
    if validate.weighs_lines(types, folder):
        contents = register.contents(contents["content_hash"].tolist())
        mentions = _among(standard.mentions, current)
    found = [hits, validate.check_together(contents, entries, mentions, types, folder)]
    occurrences = standing.identified.occurrences
    positions = occurrences[occurrences["current"]].drop_duplicates("content_hash", keep="last")
    positions = positions[["content_hash", *_PLACE]].reset_index(drop=True)
    placed = validate.with_positions(pd.concat(found, ignore_index=True), contents, positions)
    return _in_order([_placed(told, positions), placed])


def _among(frame: pd.DataFrame, contents: pd.Index[str]) -> pd.DataFrame:
    """Lines of some contents."""
    return frame[frame["content_hash"].isin(contents)].reset_index(drop=True)


def _placed(findings: pd.DataFrame, positions: pd.DataFrame) -> pd.DataFrame:
    """Findings about contents, with the position where each content stands."""
    return findings.drop(columns=_PLACE).merge(positions, on="content_hash", how="left")


def _in_order(findings: list[pd.DataFrame]) -> pd.DataFrame:
    together = pd.concat([frame[FINDINGS.names] for frame in findings], ignore_index=True)
    return FINDINGS.check(together.sort_values([*_PLACE, "code", "field"], ignore_index=True))


def _asked_pairs(questions: pd.DataFrame) -> pd.DataFrame:
    """The pairs whose evidence an officer sees: the one that speaks most for each question."""
    if questions.empty:
        return questions[["left", "right"]]
    best = questions[["best_left", "best_right"]].set_axis(["left", "right"], axis=1)
    return (
        pd.concat([questions[["left", "right"]], best])
        .astype("Int32")
        .drop_duplicates(ignore_index=True)
    )


def _kept(pairs: pd.DataFrame, person: pd.Series[int], questions: pd.DataFrame) -> pd.DataFrame:
    """Pairs worth keeping: those inside a person, and those that an officer is asked about."""
    label = person.to_numpy()
    inside = (
        label[pairs["left"].to_numpy(dtype="int64")]
        == label[pairs["right"].to_numpy(dtype="int64")]
    )
    asked = pd.MultiIndex.from_frame(_asked_pairs(questions))
    both = pd.MultiIndex.from_frame(pairs[["left", "right"]])
    return PAIRS.check(pairs[inside | both.isin(asked)].reset_index(drop=True))


def check_contents(imported: Imported, knowledge: Knowledge) -> pd.DataFrame:
    """Standardise and validate what was delivered, apart from any register.

    Args:
        imported: what the importers read.
        knowledge: the mapping files.

    Returns:
        FINDINGS of importing, standardising and validating, with their positions.
    """
    accepted = imported.rows[imported.rows["outcome"] == ""]
    distinct = accepted.sort_values(["content_hash", "own_key"]).drop_duplicates("content_hash")
    contents = distinct[["content_hash", "commune", "register_type", "own_key", "fields"]]
    contents = contents.reset_index(drop=True)
    standard = standardise.standardise(contents, knowledge.register_types, knowledge.folder)
    positions = distinct[["content_hash", *_PLACE]].reset_index(drop=True)
    found = _placed(standard.findings, positions)
    checked = validate.validate(
        contents,
        standard.entries,
        standard.mentions,
        positions,
        knowledge.register_types,
        knowledge.folder,
    )
    return _in_order([imported.findings, found, checked])
