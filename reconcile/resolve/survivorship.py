"""Golden records: which value of a person wins, by which rule, and where it comes from.

The rules are data (``survivorship.toml``): criteria in order of preference for each field. The
value that comes first by them wins, and the criterion on which it beat its nearest rival *of
another value* is recorded. An officer's judgement outranks every criterion. Golden values are
derived and never written back: what the entries say stays as it is (P1).
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import numpy as np
import pandas as pd

from reconcile.config import Strict, read_mapping
from reconcile.model import GOLDEN, ConflictKind, Precision
from reconcile.resolve.intervals import ALWAYS, NEVER, written
from reconcile.resolve.notes import CANCELLED, speak_of
from reconcile.resolve.renewal import Chosen, Known, People, renewed

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from reconcile.resolve.clusters import Clusters

Criterion = Literal[
    "standing",
    "birth_entry",
    "death_entry",
    "principal",
    "frequent",
    "consistent",
    "precise",
    "written",
    "latest",
    "earliest",
]
UNANIMOUS: Final = "unanimous"
BY_KEY: Final = "key"
_DECIDING: Final = (ConflictKind.FACT.value, ConflictKind.IDENTITY_SEVERAL.value)
_AGES_LAST: Final = 10**6


class FieldRule(Strict):
    """How the winner of one field is chosen.

    Attributes:
        name: the golden field.
        column: column of MENTIONS, or prefix of the two date columns.
        kind: text or date.
        same: column by which two values count as the same; the value itself where empty.
        prefer: criteria in order.
    """

    name: str
    column: str
    kind: Literal["text", "date"]
    same: str = ""
    prefer: tuple[Criterion, ...]


class RelativeRule(Strict):
    """How the relative is chosen whose name a golden record shows.

    Attributes:
        name: the golden field.
        relation: a relation of KIN.
        prefer: criteria in order; they speak of the entry that names the relative.
    """

    name: str
    relation: Literal["father", "mother", "partner"]
    prefer: tuple[Criterion, ...]


class SurvivorshipRules(Strict):
    """All of ``survivorship.toml``."""

    field: tuple[FieldRule, ...]
    relative: tuple[RelativeRule, ...] = ()


def load_rules(mappings: Path) -> SurvivorshipRules:
    """Read ``survivorship.toml``.

    Raises:
        MappingError: it is missing or does not fit.
    """
    return read_mapping(mappings / "survivorship.toml", SurvivorshipRules)


class Survived(NamedTuple):
    """The winning values of all persons, and what the next run needs of them."""

    golden: pd.DataFrame
    chosen: Chosen


def survive(  # noqa: PLR0913, PLR0917  the tables that it takes are its contract
    mentions: pd.DataFrame,
    entries: pd.DataFrame,
    kin: pd.DataFrame,
    clusters: Clusters,
    judgements: pd.DataFrame,
    rules: SurvivorshipRules,
    known: Known | None = None,
) -> Survived:
    """The winning values of all persons.

    Args:
        mentions: LIVE_MENTIONS.
        entries: LIVE_ENTRIES.
        kin: KIN.
        clusters: persons.
        judgements: JUDGEMENTS, effective ones.
        rules: survivorship rules.
        known: what an earlier run under the same rules chose; the answer is the same without.

    Returns:
        GOLDEN, by cluster and field. A person has no line for a field that no source fills.
    """
    standing = _standing(entries, judgements)[mentions["entry"].to_numpy(dtype="int64")]
    person = np.asarray(clusters.person.to_numpy(dtype="int64"), dtype=np.int64)
    people = People(mentions, kin, person, standing)
    lines = renewed(people, partial(_choose, rules=rules), known)
    frame = _obey(lines, person, judgements, rules)
    frame = frame.sort_values(["cluster", "field"], ignore_index=True)
    return Survived(
        GOLDEN.build({name: frame[name] for name in GOLDEN.names}), Chosen.of(lines, people)
    )


def _choose(people: People, rules: SurvivorshipRules) -> pd.DataFrame:
    """The winning values as the criteria choose them."""
    sources = _Sources(people)
    parts = [sources.winners(rule) for rule in rules.field]
    names = _names(parts, rules, people.person)
    parts += [_relatives(rule, sources, people.kin, names) for rule in rules.relative]
    if not parts:
        return pd.DataFrame(columns=GOLDEN.names)
    frame: pd.DataFrame = pd.concat(parts, ignore_index=True)[GOLDEN.names]
    return frame.astype({"value": "str", "rule": "str", "field": "str"})


class _Sources:
    """What the mentions of every person say, and how good a source each is."""

    def __init__(self, people: People) -> None:
        self.mentions = mentions = people.mentions
        self.person = people.person
        passage = mentions["passage"]
        registered = mentions["registered_from"].to_numpy(dtype="int64", na_value=NEVER)
        self._fixed: dict[str, npt.NDArray[np.int64]] = {
            "standing": people.rank,
            "birth_entry": passage.eq("birth").to_numpy().astype(np.int64),
            "death_entry": passage.eq("death").to_numpy().astype(np.int64),
            "principal": mentions["principal"].to_numpy().astype(np.int64),
            "written": _written(mentions),
            "latest": registered,
            "earliest": np.where(registered == NEVER, NEVER, -registered),
        }

    def winners(self, rule: FieldRule) -> pd.DataFrame:
        """Lines of GOLDEN for one field."""
        if rule.kind == "date":
            return self._dates(rule)
        value = self.mentions[rule.column]
        places = np.flatnonzero(value.ne("").to_numpy(dtype=bool))
        same = self.mentions[rule.same or rule.column]
        lines = pd.DataFrame({"cluster": self.person[places], "mention": places})
        lines["value"] = value.to_numpy(dtype=object)[places]
        lines["same"] = pd.factorize(same.to_numpy(dtype=object)[places])[0]
        lines = self.chosen(lines, places, rule.prefer)
        return lines.assign(field=rule.name)

    def _dates(self, rule: FieldRule) -> pd.DataFrame:
        first, last = (
            self.mentions[f"{rule.column}_{end}"].to_numpy(dtype="int64", na_value=none)
            for end, none in (("from", NEVER), ("to", ALWAYS))
        )
        places = np.flatnonzero((first > NEVER) & (last < ALWAYS))
        lines = pd.DataFrame({"cluster": self.person[places], "mention": places})
        lines["first"], lines["last"] = first[places], last[places]
        spans = pd.MultiIndex.from_arrays([lines["first"], lines["last"]])
        codes, distinct = pd.factorize(spans)
        texts = np.array([written(int(one), int(other)) for one, other in distinct], dtype=object)
        lines["value"], lines["same"] = texts[codes] if len(texts) else "", codes
        age = self.mentions[f"{rule.column}_precision"].eq(Precision.AGE.value).to_numpy()
        width = lines["last"] - lines["first"] + np.where(age[places], _AGES_LAST, 0)
        lines["precise"] = -width
        lines["consistent"] = _agreeing(lines)
        found = self.chosen(lines, places, rule.prefer)
        agreeing = lines.set_index("mention")["consistent"].reindex(found["mention"]).to_numpy()
        total = found["agreeing"].to_numpy() + found["disagreeing"].to_numpy()
        return found.assign(field=rule.name, agreeing=agreeing, disagreeing=total - agreeing)

    def chosen(
        self, lines: pd.DataFrame, places: npt.NDArray[np.int64], prefer: tuple[Criterion, ...]
    ) -> pd.DataFrame:
        """The best line of every cluster.

        Args:
            lines: ``cluster``, ``mention``, ``value``, ``same`` and criteria of their own.
            places: position of the mention whose standing as a source counts, for every line.
            prefer: criteria in order.
        """
        counts = lines.groupby(["cluster", "same"], sort=False)["mention"].transform("size")
        lines = lines.assign(frequent=counts.astype("int64"))
        for name in prefer:
            if name in self._fixed:
                lines[name] = self._fixed[name][places]
        order = np.lexsort(
            (
                lines["mention"].to_numpy(),
                *(-lines[name].to_numpy(dtype="int64") for name in reversed(prefer)),
                lines["cluster"].to_numpy(),
            )
        )
        lines = lines.iloc[order].reset_index(drop=True)
        best = lines.drop_duplicates("cluster", ignore_index=True)
        total = lines.groupby("cluster")["mention"].size().to_numpy()
        return pd.DataFrame(
            {
                "cluster": best["cluster"],
                "value": best["value"],
                "mention": best["mention"],
                "rule": _deciding(lines, best, prefer),
                "agreeing": best["frequent"].to_numpy(),
                "disagreeing": total - best["frequent"].to_numpy(),
            }
        )


def _standing(entries: pd.DataFrame, judgements: pd.DataFrame) -> npt.NDArray[np.int64]:
    """How well an entry stands: chosen by an officer, as delivered, set aside or no more there.

    An entry stands back if it is gone from a full export, if its notes say that it was cancelled,
    or if an officer let another entry of the same event stand.
    """
    back = entries["gone"].to_numpy(dtype=bool) | speak_of(entries, CANCELLED)
    rank = np.where(back, -1, 0).astype(np.int64)
    places = {key: place for place, key in enumerate(entries["entry_key"])}
    events = judgements[
        judgements["kind"].eq(ConflictKind.SAME_EVENT.value) & judgements["value"].ne("")
    ]
    for line in events.sort_values("decided", kind="stable").to_dict("records"):
        for key in json.loads(line["entries"]):
            if key in places:
                rank[places[key]] = 1 if key == line["value"] else -1
    return rank


def _written(mentions: pd.DataFrame) -> npt.NDArray[np.int64]:
    """How fully a name is written: with marks before without, more words before fewer."""
    marked = mentions["name_key"].ne(mentions["name_plain"]).to_numpy(dtype="int64")
    words = mentions["name"].str.count(" ").to_numpy(dtype="int64")
    return np.asarray(marked * 100 + words, dtype=np.int64)


def _agreeing(lines: pd.DataFrame) -> npt.NDArray[np.int64]:
    """How many mentions of the same person have a date that can be the same, itself included."""
    dates = lines[["cluster", "first", "last"]].reset_index(names="line")
    both = dates.merge(dates, on="cluster", suffixes=("", "_other"))
    overlap = both["first"].le(both["last_other"]) & both["first_other"].le(both["last"])
    counts = overlap.groupby(both["line"]).sum()
    return np.asarray(counts.reindex(lines.index, fill_value=0).to_numpy(dtype="int64"))


def _deciding(
    lines: pd.DataFrame, best: pd.DataFrame, prefer: tuple[Criterion, ...]
) -> npt.NDArray[np.object_]:
    """The criterion on which each winner beat the next best line of another value."""
    won = best.set_index("cluster")
    other = lines[lines["same"].to_numpy() != won["same"].reindex(lines["cluster"]).to_numpy()]
    second = other.drop_duplicates("cluster").set_index("cluster")
    rule = pd.Series(UNANIMOUS, index=won.index, dtype=object)
    rule[second.index] = BY_KEY
    for name in reversed(prefer):
        differ = second[name].to_numpy() != won[name].reindex(second.index).to_numpy()
        rule[second.index[differ]] = name
    return np.asarray(rule.to_numpy(dtype=object))


def _names(
    parts: list[pd.DataFrame], rules: SurvivorshipRules, person: npt.NDArray[np.int64]
) -> npt.NDArray[np.object_]:
    """The golden name of the person of every mention."""
    for part, rule in zip(parts, rules.field, strict=True):
        if rule.name == "name":
            names = part.set_index("cluster")["value"]
            return np.asarray(names.reindex(person).fillna("").to_numpy(dtype=object))
    return np.full(len(person), "", dtype=object)


def _relatives(
    rule: RelativeRule,
    sources: _Sources,
    kin: pd.DataFrame,
    names: npt.NDArray[np.object_],
) -> pd.DataFrame:
    """Lines of GOLDEN that name a relative; their mention is the relative's."""
    lines = kin[kin["relation"].eq(rule.relation)]
    places = lines["mention"].to_numpy(dtype="int64")
    relatives = lines["relative"].to_numpy(dtype="int64")
    frame = pd.DataFrame({"cluster": sources.person[places], "mention": relatives})
    frame["value"], frame["same"] = names[relatives], sources.person[relatives]
    named = frame["value"].ne("").to_numpy(dtype=bool)
    found = sources.chosen(frame[named].reset_index(drop=True), places[named], rule.prefer)
    return found.assign(field=rule.name)


def _obey(
    frame: pd.DataFrame,
    person: npt.NDArray[np.int64],
    judgements: pd.DataFrame,
    rules: SurvivorshipRules,
) -> pd.DataFrame:
    """Put the values that officers chose in place of those that the criteria chose."""
    chosen = judgements[
        judgements["kind"].isin(_DECIDING)
        & judgements["value"].ne("")
        & judgements["left"].notna()
        & judgements["field"].isin([rule.name for rule in rules.field])
    ]
    if chosen.empty:
        return frame
    lines = pd.DataFrame(
        {
            "cluster": person[chosen["left"].to_numpy(dtype="int64")],
            "field": chosen["field"].to_numpy(),
            "value": chosen["value"].to_numpy(),
            "mention": chosen["left"].to_numpy(dtype="int64"),
            "rule": chosen["judgement"].to_numpy(),
            "decided": chosen["decided"].to_numpy(),
        }
    ).sort_values("decided", kind="stable")  # on one day, the one that was read last
    lines = lines.drop_duplicates(["cluster", "field"], keep="last").drop(columns="decided")
    said = frame.rename(columns={"value": "said", "mention": "source"})
    lines = lines.merge(
        said[["cluster", "field", "said", "source", "agreeing", "disagreeing"]],
        on=["cluster", "field"],
        how="left",
    )
    agreed = lines["said"].eq(lines["value"])
    lines["mention"] = lines["mention"].where(~agreed, lines["source"]).astype("int64")
    for name in ("agreeing", "disagreeing"):
        lines[name] = lines[name].where(agreed, 0).astype("int64")
    return pd.concat([_without(frame, lines), lines[frame.columns]], ignore_index=True)


def _without(frame: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """The lines of a frame whose cluster and field have no line in another."""
    taken = pd.MultiIndex.from_frame(lines[["cluster", "field"]])
    return frame[~pd.MultiIndex.from_frame(frame[["cluster", "field"]]).isin(taken)]
