"""Refit the matching model to a register, and say first what it would change (P4).

A refit is an explicit act. It estimates, matches and clusters anew by the new figures, and reports
which figures move, which persons would be joined or split, and how safe the links are before and
after. Only when told so it writes a new version of the model file, beside nothing else: the
register is not touched, and the next merge goes by the old model until the office puts the new file
in its place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from reconcile import match
from reconcile.errors import UsageError
from reconcile.files import write_new
from reconcile.match import model_writing, refit
from reconcile.match.evaluate import components
from reconcile.match.score import probabilities
from reconcile.model import fingerprint
from reconcile.modelling import load_with, tell
from reconcile.outputs import now
from reconcile.register import open_register
from reconcile.report import refits
from reconcile.report.chapters import Figures
from reconcile.report.masking import masked
from reconcile.report.refits import Change, Held, Report, Safety
from reconcile.resolve import clusters, judgements
from reconcile.resolve.constraints import JUDGED
from reconcile.resolve.judgements import same_and_apart
from reconcile.stages import second_officer, silent, stand, state

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from reconcile.match import Matched, Model
    from reconcile.register import Register
    from reconcile.requests import RefitRequest, Told
    from reconcile.resolve.clusters import Clusters
    from reconcile.stages import Knowledge, Standing

    Progress = Callable[[str, int, int], None]
    Ints = NDArray[np.int64]

_SALT: Final = "hold-out"
_HELD_OUT: Final = 4  # one judgement in so many is kept back to test on
_WORSE: Final = 1.1  # so much more of what is wrong is let pass as chance
_FEW: Final = 3  # contradictions more than before that say nothing


@dataclass(frozen=True)
class Result:
    """What one model makes of the register."""

    model: Model
    matched: Matched
    found: Clusters

    @property
    def person(self) -> Ints:
        """Cluster of every mention."""
        return np.asarray(self.found.person, dtype=np.int64)


@dataclass(frozen=True)
class Decided:
    """Pairs of mentions that officers decided about.

    Attributes:
        left: positions of one side, the lesser.
        right: positions of the other.
        same: did they say one person.
        held: kept back to test on.
    """

    left: Ints
    right: Ints
    same: NDArray[np.bool_]
    held: NDArray[np.bool_]


@dataclass(frozen=True)
class _Register:
    """What is read of the register."""

    standing: Standing
    judged: pd.DataFrame
    owners: pd.DataFrame
    persons: pd.DataFrame


def tell_refit(request: RefitRequest, progress: Progress = silent) -> Told:
    """Estimate the model anew from a register, report, and write it where that was asked.

    Returns:
        The report; ``refused`` says why nothing was written though it was asked.

    Raises:
        RegisterError: the register cannot be used.
        UsageError: the register holds nothing; the model file exists already, or cannot be
            written.
    """
    knowledge = load_with(request.mappings, request.model)
    report = _report(request, knowledge, progress)
    figures = Figures(request.language)
    title = figures.say("Refitting the matching model")
    found = refits.chapters(figures, report, whole=request.out is not None)
    told = tell(title, found, request)
    return replace(told, refused=report.refused if request.write else ())


def _report(request: RefitRequest, knowledge: Knowledge, progress: Progress) -> Report:
    with open_register(request.register, create=False) as register:
        source = _read(register, knowledge, progress)
        if source.standing.mentions.empty:
            raise UsageError(
                "The register {register} holds no entries to learn from.", register=register.name
            )
    before = _result(source, knowledge, knowledge.model, progress)
    decided = _decided(source, knowledge)
    fitted = refit.refit(before.matched, knowledge.model, _labels(decided, before.matched))
    version = model_writing.next_version(knowledge.model.version)
    file = fitted.model.file.model_copy(update={"version": version})
    after = _result(source, knowledge, replace(fitted.model, file=file), progress)
    safety = (
        _safety(before, source, knowledge, decided),
        _safety(after, source, knowledge, decided),
    )
    refused = tuple(unsafe(*safety))
    target = request.target or Path(f"matching-{version}.toml")
    is_written = request.write and not refused
    if is_written:
        _write(request, knowledge, fitted, (version, target))
    return Report(
        before=knowledge.model,
        after=after.model,
        fitted=fitted,
        safety=safety,
        changes=tuple(changes(source, before, after)),
        held=_held(decided, before, after),
        target=target if is_written else None,
        refused=refused,
    )


def _read(register: Register, knowledge: Knowledge, progress: Progress) -> _Register:
    standing = stand(register, knowledge, progress)
    effective = judgements.effective(
        register.judgements(),
        standing.mentions,
        standing.identified.entries,
        knowledge.wording,
        standing.identified.aliases,
        second_officer(knowledge, standing.mentions, standing.kin),
    )
    return _Register(standing, effective.judgements, register.owners(), register.persons())


def _result(source: _Register, knowledge: Knowledge, model: Model, progress: Progress) -> Result:
    standing = source.standing
    mentions, entries, kin = standing.mentions, standing.identified.entries, standing.kin
    progress("match", 0, 1)
    matched = match.match_all(mentions, entries, kin, model, progress)
    progress("resolve", 0, 1)
    found = clusters.cluster(
        mentions,
        entries,
        kin,
        matched.pairs,
        source.judged,
        knowledge.bounds,
        knowledge.register_types,
    )
    return Result(model, matched, found)


def _write(
    request: RefitRequest, knowledge: Knowledge, fitted: refit.Refitted, new: tuple[str, Path]
) -> None:
    version, target = new
    old = request.model or knowledge.folder / match.MODEL_FILE
    moved = [figure for figure in fitted.figures if figure.after != figure.before]
    text = model_writing.with_figures(old.read_text(encoding="utf-8"), moved, version, now().date())
    write_new(target, text.encode())


# -- judgements ---------------------------------------------------------------------------------


def _decided(source: _Register, knowledge: Knowledge) -> Decided:
    """What officers decided about two mentions; one in four is kept back, by a hash of its keys."""
    standing = source.standing
    same, apart = same_and_apart(
        source.judged, standing.mentions, standing.identified.entries, knowledge.register_types
    )
    verdicts = {(min(pair), max(pair)): True for pair in same}
    verdicts |= {
        (min(one.left, one.right), max(one.left, one.right)): False
        for one in apart
        if one.rule == JUDGED
    }
    pairs = sorted(verdicts)
    keys = standing.mentions["mention_key"].tolist()
    held = [
        int(fingerprint((_SALT, keys[left], keys[right]), 4), 16) % _HELD_OUT == 0
        for left, right in pairs
    ]
    return Decided(
        np.array([left for left, _ in pairs], dtype=np.int64),
        np.array([right for _, right in pairs], dtype=np.int64),
        np.array([verdicts[pair] for pair in pairs], dtype=bool),
        np.array(held, dtype=bool),
    )


def _labels(decided: Decided, matched: Matched) -> refit.Labels:
    """The judgements that may be learnt from, as places among the scored pairs."""
    scored = matched.pairs[~matched.pairs["certain"]].reset_index(drop=True)
    place = _places(decided, matched, scored)
    learnt = (place >= 0) & ~decided.held
    return refit.Labels(place[learnt], decided.same[learnt])


def _places(decided: Decided, matched: Matched, pairs: pd.DataFrame) -> Ints:
    """Place of each judged pair among pairs, -1 where it is not there."""
    head = matched.encoded.head
    one, other = head[decided.left], head[decided.right]
    size = len(matched.encoded)
    known = pairs["left"].to_numpy(dtype=np.int64) * size + pairs["right"].to_numpy(dtype=np.int64)
    wanted = np.minimum(one, other) * size + np.maximum(one, other)
    return np.asarray(pd.Index(known).get_indexer(pd.Index(wanted)), dtype=np.int64)


def _stated(decided: Decided, result: Result) -> NDArray[np.float64]:
    """Match weight of the judged pairs, not a number where they were never compared."""
    place = _places(decided, result.matched, result.matched.pairs)
    weights = np.append(result.matched.pairs["weight"].to_numpy(dtype=np.float64), np.nan)
    return weights[place]


def _held(decided: Decided, before: Result, after: Result) -> Held:
    """How well each model foresees the judgements that were kept back."""
    here = decided.held & ~np.isnan(_stated(decided, before))
    same = decided.same[here]
    right, squares = [], []
    for result in (before, after):
        stated = probabilities(np.nan_to_num(_stated(decided, result)[here]))
        right.append(int(((stated >= 0.5) == same).sum()))
        squares.append(float(((stated - same) ** 2).mean()) if len(same) else 0.0)
    return Held(
        learnt=int((~decided.held).sum()),
        tested=int(here.sum()),
        right=(right[0], right[1]),
        error=(squares[0], squares[1]),
    )


# -- safety -------------------------------------------------------------------------------------


def _safety(result: Result, source: _Register, knowledge: Knowledge, decided: Decided) -> Safety:
    """How safe the links of a model are, as far as that can be told without a truth."""
    asked = result.found.questions
    calibrated, _ = state(
        result.matched.pairs, result.found, source.standing, source.judged, knowledge
    )
    joins = calibrated.joins
    stated = joins.loc[joins["how"] == "score", "probability"]
    sure = asked["probability"] >= float(probabilities(np.array([knowledge.bounds.link]))[0])
    parted = decided.held & ~decided.same
    weights = _stated(decided, result)[parted]
    return Safety(
        links=len(stated),
        expected=float((1 - stated).sum()),
        contradicted=int((sure & asked["reason"].eq("hard_rule")).sum()),
        refuted=int((np.nan_to_num(weights, nan=-np.inf) >= knowledge.bounds.link).sum()),
        persons=len(set(result.person.tolist())),
        questions=len(asked),
    )


def unsafe(before: Safety, after: Safety) -> list[str]:
    """Why a refitted model must not be written; empty where nothing speaks against it."""
    reasons = []
    if after.expected * before.links > before.expected * after.links * _WORSE:
        reasons.append("More of its links would be wrong, by its own probabilities.")
    more = after.contradicted - before.contradicted
    if more > _FEW and after.contradicted > before.contradicted * _WORSE:
        reasons.append("More of what it would link stands against a hard rule.")
    if after.refuted > before.refuted:
        reasons.append("It would link what officers have decided to be two persons.")
    return reasons


# -- person by person ---------------------------------------------------------------------------


def changes(source: _Register, before: Result, after: Result) -> list[Change]:
    """Persons that would be joined or split, in the order of their ids.

    Persons are called by their ids in the register; who they are is masked (P9).
    """
    old, new = before.person, after.person
    group = _groups(old, new)
    parts = pd.DataFrame({"group": group, "old": old, "new": new}).drop_duplicates()
    changed = parts[parts["group"].duplicated(keep=False)]
    size = np.bincount(group)
    deciding = _deciding(group, before, after)
    people = _People(source, old)
    found = [
        Change(
            persons=people.ids(lines["old"]),
            who=people.masked(lines["old"]),
            becomes=int(lines["new"].nunique()),
            mentions=int(size[number]),
            weights=deciding.get(number, (float("nan"), float("nan"))),
        )
        for number, lines in ((int(str(key)), part) for key, part in changed.groupby("group"))
    ]
    return sorted(found, key=lambda change: change.persons)


def _groups(old: Ints, new: Ints) -> Ints:
    """Number of the smallest set of persons, of before and after, that share all their mentions."""
    count = int(old.max(initial=-1)) + 1
    both = components(count + int(new.max(initial=-1)) + 1, old, new + count)
    return both[old]


def _deciding(group: Ints, before: Result, after: Result) -> dict[int, tuple[float, float]]:
    """Per group the pair that makes the difference: its weight before and after.

    It is the weakest link that only one of the two models makes between persons of the other.
    """
    made = pd.concat([_made(before, after.person), _made(after, before.person)], ignore_index=True)
    made["group"] = group[made["left"].to_numpy(dtype=np.int64)]
    weakest = made.sort_values(["group", "weight", "left", "right"]).drop_duplicates("group")
    columns = [_weights(result, weakest) for result in (before, after)]
    return {
        int(number): (float(one), float(other))
        for number, one, other in zip(weakest["group"], *columns, strict=True)
    }


def _made(result: Result, other: Ints) -> pd.DataFrame:
    """Links of one model between mentions that are two persons by the other."""
    joined = result.found.joined
    left, right = (joined[side].to_numpy(dtype=np.int64) for side in ("left", "right"))
    made: pd.DataFrame = joined.loc[other[left] != other[right], ["left", "right", "weight"]]
    return made


def _weights(result: Result, pairs: pd.DataFrame) -> NDArray[np.float64]:
    """Weights of pairs by one model, not a number where it does not compare them."""
    scored = result.matched.pairs
    known = pd.Series(
        scored["weight"].to_numpy(dtype=np.float64),
        index=pd.MultiIndex.from_frame(scored[["left", "right"]].astype("int64")),
    )
    wanted = pd.MultiIndex.from_frame(pairs[["left", "right"]].astype("int64"))
    return known.reindex(wanted).to_numpy(dtype=np.float64)


class _People:
    """Who the persons of before are: their ids in the register, and what may be shown of them.

    Args:
        source: what was read of the register.
        person: person of before of every mention.
    """

    def __init__(self, source: _Register, person: Ints) -> None:
        owner = source.owners.set_index("mention_key")["person_id"]
        ids = owner.reindex(source.standing.mentions["mention_key"]).fillna("").to_numpy()
        first = pd.DataFrame({"person": person, "id": ids})
        first = first[first["id"] != ""].drop_duplicates("person")
        self._ids = dict(zip(first["person"].tolist(), first["id"].tolist(), strict=True))
        self._persons = source.persons.set_index("person_id")

    def ids(self, persons: pd.Series[int]) -> tuple[str, ...]:
        """Their ids, each once."""
        return tuple(sorted({self._ids.get(number, "?") for number in persons.tolist()}))

    def masked(self, persons: pd.Series[int]) -> tuple[str, ...]:
        """Initials and year of birth of each."""
        return tuple(self._masked(one) for one in self.ids(persons))

    def _masked(self, identifier: str) -> str:
        if identifier not in self._persons.index:
            return ""
        values = self._persons.loc[identifier]
        shown = (masked(field, str(values.get(field, ""))) for field in ("name", "birth"))
        return " ".join(filter(None, shown))
