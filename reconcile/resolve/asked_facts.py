"""Conflicts about facts of one person: sources that disagree, identity numbers, officers."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from reconcile.model import ConflictKind
from reconcile.resolve.drafts import SIDES, Draft, Sources
from reconcile.resolve.intervals import YEAR, written
from reconcile.text.language import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from reconcile.resolve.contradictions import Dispute, Said
    from reconcile.resolve.wording import Fact, Wording

_COLUMNS = {
    "name": "name_key",
    "sex": "sex",
    "ethnic_group": "ethnic_group",
    "nationality": "nationality",
}
_DATED = ("birth", "death")


class _Said(NamedTuple):
    """What one mention says of one field."""

    place: int
    value: str
    sound: str
    first: int
    last: int


def disagreements(sources: Sources, fact: Fact) -> Iterator[Draft]:
    """Persons whose sources disagree on one field.

    A missing value disagrees with nothing, and neither does a date that can be the same as a more
    exact one (P6).

    Args:
        sources: persons and their golden values.
        fact: the field, how values are compared, and in which entries they count.
    """
    lines = _disagreeing(_said(sources, fact), fact)
    lines = lines.sort_values(["cluster", "place"])
    columns = (lines[name].tolist() for name in ("cluster", *_Said._fields))
    for number, group in groupby(zip(*columns, strict=True), key=itemgetter(0)):
        said = [_Said(*line[1:]) for line in group]
        sides = _dates(said) if fact.compare == "interval" else _words(said)
        if len(sides) > 1:
            yield _draft(sources, fact, int(number), sides[: len(SIDES)])


def _said(sources: Sources, fact: Fact) -> pd.DataFrame:
    """What mentions say: ``cluster``, ``place``, ``value``, and ``first`` and ``last`` of dates."""
    mentions = sources.mentions
    counted = np.ones(len(mentions), dtype=bool)
    if fact.asked == "principal":
        counted = mentions["principal"].to_numpy(dtype=bool) | _is_far_apart(sources, fact)
    if fact.compare == "interval":
        first, last = mentions[f"{fact.field}_from"], mentions[f"{fact.field}_to"]
        chosen = counted & first.notna().to_numpy() & last.notna().to_numpy()
        lines = pd.DataFrame(
            {"first": first[chosen].astype("int64"), "last": last[chosen].astype("int64")}
        )
        lines["value"] = ""
        lines["sound"] = ""
    else:
        value = mentions[_COLUMNS[fact.field]]
        chosen = counted & value.ne("").to_numpy()
        lines = pd.DataFrame({"value": value[chosen].astype("object")})
        sound = mentions["name_sound"] if fact.compare == "name" else value
        lines["sound"] = sound[chosen].astype("object")
        lines["first"] = lines["last"] = 0
    lines["place"] = np.flatnonzero(chosen)
    lines["cluster"] = sources.person[chosen]
    return lines


def _is_far_apart(sources: Sources, fact: Fact) -> npt.NDArray[np.bool_]:
    """Per mention whether two dates of its person are further apart than the fact allows."""
    if fact.far_years is None:
        return np.zeros(len(sources.mentions), dtype=bool)
    days = sources.mentions[[f"{fact.field}_from", f"{fact.field}_to"]].astype("float64")
    persons = days.groupby(sources.person)
    latest = persons[f"{fact.field}_from"].transform("max")
    gap = latest - persons[f"{fact.field}_to"].transform("min")
    return gap.gt(fact.far_years * YEAR).to_numpy(dtype=bool)


def _disagreeing(lines: pd.DataFrame, fact: Fact) -> pd.DataFrame:
    """The lines of persons who have two values that cannot both be true."""
    if fact.compare == "interval":
        grouped = lines.groupby("cluster")
        apart = grouped["first"].transform("max") > grouped["last"].transform("min")
    else:
        apart = lines.groupby("cluster")["sound"].transform("nunique") > 1
    return lines[apart.to_numpy(dtype=bool)]


def _dates(said: list[_Said]) -> list[int]:
    """The most exact mention of each date that disagrees with the others."""
    kept: list[_Said] = []
    for line in sorted(said, key=lambda line: (line.last - line.first, line.place)):
        if all(line.last < other.first or other.last < line.first for other in kept):
            kept.append(line)
    return sorted(line.place for line in kept)


def _words(said: list[_Said]) -> list[int]:
    """For each value that sounds unlike the others, the first mention of its commonest spelling."""
    places: dict[str, dict[str, list[int]]] = {}
    for line in said:
        places.setdefault(line.sound, {}).setdefault(line.value, []).append(line.place)
    return sorted(
        min(min(found) for found in values.values() if len(found) == most)
        for values in places.values()
        for most in [max(len(found) for found in values.values())]
    )


def _draft(sources: Sources, fact: Fact, number: int, sides: list[int]) -> Draft:
    values = tuple(_value(sources, fact, place) for place in sides)
    keys = tuple(sources.mention_keys[place] for place in sides)
    return Draft(
        kind=ConflictKind.FACT,
        severity=fact.severity,
        sentence=fact.sentence,
        field=fact.field,
        keys=keys,
        facts=values,
        entries=tuple(sources.entry_keys[sources.entry_of[place]] for place in sides),
        mentions=keys,
        values=values,
        proposal=_proposal(sources, fact, number, values),
        legal=fact.legal,
    )


def _value(sources: Sources, fact: Fact, place: int) -> str:
    if fact.field in _DATED:
        ends = (sources.value(f"{fact.field}_{end}", place) for end in ("from", "to"))
        return written(*map(int, ends))
    return str(sources.value("name" if fact.field == "name" else _COLUMNS[fact.field], place))


def _proposal(sources: Sources, fact: Fact, number: int, values: tuple[str, ...]) -> str:
    """The side that survivorship chose; none where the choice fell to the order of keys."""
    chosen = sources.golden_values.get((number, fact.field))
    if chosen is None or chosen[1] == "key" or chosen[0] not in values:
        return ""
    return f"side:{SIDES[values.index(chosen[0])]}"


def disputed(draft: Draft, dispute: Dispute, wording: Wording) -> Draft:
    """A question that two officers answered differently, to be asked again.

    Args:
        draft: the question.
        dispute: the two answers; both are told with the officers and days, and the question's
            evidence says so, so that whoever answers now is known to have seen them.
        wording: words of decisions.
    """
    told = {
        f"disputed_{language}": "; ".join(
            f"{_in_words(said, draft, wording, language)} ({said.officer}, {said.decided})"
            for said in dispute
        )
        for language in LANGUAGES
    }
    return replace(
        draft,
        severity="critical" if draft.severity == "critical" else "error",
        seal=dispute.seal,
        params={**draft.params, **told},
    )


def _in_words(said: Said, draft: Draft, wording: Wording, language: str) -> str:
    """A decision as the drop-down list has it, a side by its letter of now."""
    code, _, side = said.decision.partition(":")
    sides = draft.values or draft.mentions or draft.entries  # noqa: PD011 - no frame's
    if said.value in sides:
        side = SIDES[sides.index(said.value)]
    for decision in wording.kinds[draft.kind.value].decision:
        if decision.code == code:
            words = decision.vi if language == "vi" else decision.en
            return words.replace("{side}", side)
    return code


def shared_identities(sources: Sources, kind: str, severity: str) -> Iterator[Draft]:
    """One identity number on several persons.

    Where an officer is asked already whether these persons are one, the answer to that comes first.

    Args:
        sources: persons.
        kind: ``cccd``, never given to two people, or ``cmnd``, which is known to collide.
        severity: severity of the conflict.
    """
    number = sources.mentions[kind]
    places = np.flatnonzero(number.ne("").to_numpy())
    lines = pd.DataFrame({"place": places, "cluster": sources.person[places]})
    lines["number"] = number.to_numpy(dtype=object)[places]
    lines["lesser"] = ~sources.mentions["principal"].to_numpy(dtype=bool)[places]
    lines = lines.sort_values(["number", "cluster", "lesser", "place"])
    lines = lines.drop_duplicates(["number", "cluster"])
    lines = lines[lines["number"].duplicated(keep=False)]
    for found, group in lines.groupby("number", sort=True):
        sides = sorted(group["place"].tolist())
        if _all_asked(sources, [int(sources.person[place]) for place in sides]):
            continue
        keys = tuple(sources.mention_keys[place] for place in sides)
        yield Draft(
            kind=ConflictKind.IDENTITY_SHARED,
            severity=severity,
            sentence=f"identity_shared_{kind}",
            field=kind,
            keys=keys,
            facts=tuple(sources.says(place) for place in sides),
            entries=tuple(sources.entry_keys[sources.entry_of[place]] for place in sides),
            mentions=keys,
            values=tuple(str(found) for _ in sides),
            params={"count": len(sides)},
            legal="personal_number" if kind == "cccd" else "digitised_data",
        )


def _all_asked(sources: Sources, persons: list[int]) -> bool:
    """Whether these persons hang together by questions that are asked anyway."""
    reached, waiting = {persons[0]}, [persons[0]]
    while waiting:
        here = waiting.pop()
        for other in persons:
            if other not in reached and frozenset((here, other)) in sources.asked_persons:
                reached.add(other)
                waiting.append(other)
    return len(reached) == len(set(persons))


def several_identities(sources: Sources) -> Iterator[Draft]:
    """One person with several 12-digit numbers; several CMND are lawful and not asked."""
    number = sources.mentions["cccd"]
    places = np.flatnonzero(number.ne("").to_numpy())
    lines = pd.DataFrame({"place": places, "cluster": sources.person[places]})
    lines["number"] = number.to_numpy(dtype=object)[places]
    lines = lines.drop_duplicates(["cluster", "number"])
    lines = lines[lines["cluster"].duplicated(keep=False)]
    for cluster, group in lines.groupby("cluster", sort=True):
        sides = sorted(group["place"].tolist())
        values = tuple(str(number.iloc[place]) for place in sides)
        keys = tuple(sources.mention_keys[place] for place in sides)
        chosen = sources.golden_values.get((int(str(cluster)), "cccd"), ("", "key"))
        proposed = chosen[0] in values and chosen[1] != "key"
        yield Draft(
            kind=ConflictKind.IDENTITY_SEVERAL,
            severity="error",
            sentence="identity_several_cccd",
            field="cccd",
            keys=keys,
            facts=values,
            entries=tuple(sources.entry_keys[sources.entry_of[place]] for place in sides),
            mentions=keys,
            values=values,
            params={"count": len(sides)},
            proposal=f"owner:{SIDES[values.index(chosen[0])]}" if proposed else "",
            legal="personal_number",
        )
