"""Conflicts with law and logic over persons and families; periods and limits are data.

A rule speaks only where the dates make it certain. It never rejects an entry: the paper book may
say just that, and an officer decides (P3).
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import numpy as np
import pandas as pd

from reconcile.config import Strict, read_mapping
from reconcile.model import ConflictKind
from reconcile.resolve.drafts import Draft, Sources
from reconcile.resolve.intervals import ALWAYS, NEVER, YEAR, first_days, last_days
from reconcile.resolve.notes import marriage_ended

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy.typing as npt

    Days = npt.NDArray[np.int64]

_LONG_YEAR: Final = 366


class Age(Strict):
    """An age: whole years and days after the birthday."""

    years: int
    days: int = 0


class MarriageAge(Strict):
    """The least age of marriage in one period.

    Attributes:
        since: first day of the period.
        until: last day of it.
        husband: least age of a man.
        wife: least age of a woman.
        severity: severity of the conflict.
        legal: id of the legal basis.
    """

    since: date
    until: date
    husband: Age
    wife: Age
    severity: Literal["info", "warning", "error", "critical"]
    legal: str


class LawLimits(Strict):
    """Days and years beyond which something is against law or logic; see ``law.toml``."""

    married_without_registration: date
    posthumous_days: int
    youngest_parent_years: int
    oldest_mother_years: int
    siblings_days: int
    twins_days: int


class SeriesLimits(Strict):
    """When a series of numbers is asked about; see ``law.toml``."""

    least_entries: int
    largest_jump: int
    shown_ranges: int


class LawRules(Strict):
    """All of ``law.toml``."""

    marriage_age: tuple[MarriageAge, ...]
    limits: LawLimits
    series: SeriesLimits


def load_law(mappings: Path) -> LawRules:
    """Read ``law.toml``.

    Raises:
        MappingError: it is missing or does not fit.
    """
    return read_mapping(mappings / "law.toml", LawRules)


class _Lives(NamedTuple):
    """Certain days of every person, by cluster number, and the mentions that say so."""

    born_from: Days
    born_to: Days
    born_by: Days
    dead_from: Days
    dead_to: Days
    dead_by: Days


def breaches(sources: Sources, rules: LawRules) -> Iterator[Draft]:
    """Everything in persons and families that law or logic forbids.

    One matter is one question, in however many entries it stands. Where an open question about
    persons can settle it, that one comes first.

    Args:
        sources: persons, events and golden values.
        rules: periods and limits.
    """
    lives = _lives(sources)
    yield from _registered_before_event(sources)
    yield from _own_life(sources, lives)
    yield from _children(sources, lives, rules.limits)
    yield from _siblings(sources, rules.limits)
    yield from _marriage_ages(sources, lives, rules)
    yield from _two_marriages(sources, lives, rules.limits)
    yield from _near_kin(sources)


def _lives(sources: Sources) -> _Lives:
    """Birth and death of every person, as survivorship chose them."""
    count = int(sources.person.max()) + 1 if len(sources.person) else 0
    columns: list[Days] = []
    golden = sources.golden
    for field in ("birth", "death"):
        lines = golden[golden["field"].eq(field)]
        cluster = lines["cluster"].to_numpy(dtype="int64")
        mention = lines["mention"].to_numpy(dtype="int64")
        first, last = np.full(count, NEVER), np.full(count, ALWAYS)
        by = np.full(count, -1)
        first[cluster] = first_days(sources.mentions[f"{field}_from"])[mention]
        last[cluster] = last_days(sources.mentions[f"{field}_to"])[mention]
        by[cluster] = mention
        columns += [first, last, by]
    return _Lives(*columns)


def _draft(
    sources: Sources,
    rule: str,
    mentions: list[int],
    severity: str = "error",
    legal: str = "book_prevails",
    **params: object,
) -> Draft:
    """A breach on mentions, side A first."""
    keys = tuple(sources.mention_keys[place] for place in mentions)
    return Draft(
        kind=ConflictKind.LAW,
        severity=severity,
        sentence=f"law_{rule}",
        topic=rule,
        keys=keys,
        facts=tuple(_dated(sources, place) for place in mentions),
        entries=tuple(sources.entry_keys[sources.entry_of[place]] for place in mentions),
        mentions=keys,
        params=params,
        legal=legal,
    )


def _dated(sources: Sources, mention: int) -> str:
    """What a mention says and when: person, event, registration."""
    return f"{sources.says(mention)}\x1f{sources.when(mention)}"


def _registered_before_event(sources: Sources) -> Iterator[Draft]:
    entries = sources.entries
    early = last_days(entries["registered_to"]) < first_days(entries["event_from"])
    for place in np.flatnonzero(early).tolist():
        key = sources.entry_keys[place]
        yield Draft(
            kind=ConflictKind.LAW,
            severity="error",
            sentence="law_registered_before_event",
            topic="registered_before_event",
            keys=(key,),
            facts=(sources.tells(place),),
            entries=(key,),
            legal="book_prevails",
        )


def _own_life(sources: Sources, lives: _Lives) -> Iterator[Draft]:
    """Death before birth, acts after death."""
    for number in np.flatnonzero(lives.dead_to < lives.born_from).tolist():
        places = [int(lives.born_by[number]), int(lives.dead_by[number])]
        yield _draft(sources, "death_before_birth", sorted(set(places)))
    mentions = sources.mentions
    alive = np.where(
        mentions["acts"].to_numpy(dtype=bool), first_days(mentions["registered_from"]), NEVER
    )
    late = np.flatnonzero(alive > lives.dead_to[sources.person])
    acts = pd.DataFrame({"place": late, "person": sources.person[late]})
    acts["event"] = sources.events.event.to_numpy()[mentions["entry"].to_numpy(dtype="int64")[late]]
    for place in acts.drop_duplicates(["person", "event"])["place"].tolist():
        death = int(lives.dead_by[sources.person[place]])
        yield _draft(sources, "act_after_death", [death, place])


# -- parents and children -----------------------------------------------------------------------


def _families(sources: Sources, lives: _Lives) -> pd.DataFrame:
    """One line per child and parent in one entry: days of the birth and of the parent's life."""
    kin = sources.kin
    lines = kin[kin["relation"].isin(["father", "mother"])]
    child = lines["mention"].to_numpy(dtype="int64")
    parent = lines["relative"].to_numpy(dtype="int64")
    person = sources.person[parent]
    frame = pd.DataFrame(
        {
            "child": child,
            "parent": parent,
            "mother": lines["relation"].eq("mother").to_numpy(dtype=bool),
            "born_from": first_days(sources.mentions["birth_from"])[child],
            "born_to": last_days(sources.mentions["birth_to"])[child],
            "child_person": sources.person[child],
            "person": person,
            "parent_from": lives.born_from[person],
            "parent_to": lives.born_to[person],
            "dead_to": lives.dead_to[person],
        }
    )
    return frame[frame["born_from"].gt(NEVER)]


def _children(sources: Sources, lives: _Lives, limits: LawLimits) -> Iterator[Draft]:
    """Ages of parents, children born after a parent's death."""
    lines = _families(sources, lives)
    youngest = round((limits.youngest_parent_years + 1) * YEAR)
    young = lines[lines["born_to"].sub(lines["parent_from"]).lt(youngest)]
    for child, parent in _both(young[young["parent_from"].gt(NEVER)]):
        yield _draft(
            sources,
            "parent_young",
            [parent, child],
            "warning",
            years=limits.youngest_parent_years,
        )
    oldest = round((limits.oldest_mother_years + 1) * YEAR)
    old = lines[lines["mother"] & lines["born_from"].sub(lines["parent_to"]).gt(oldest)]
    for child, parent in _both(old):
        yield _draft(
            sources, "mother_old", [parent, child], "warning", years=limits.oldest_mother_years
        )
    for mother, days in ((True, 0), (False, limits.posthumous_days)):
        late = lines[lines["mother"].eq(mother) & lines["born_from"].sub(lines["dead_to"]).gt(days)]
        rule = "child_after_mothers_death" if mother else "child_after_fathers_death"
        legal = "book_prevails" if mother else "presumption_300_days"
        for child, parent in _both(late):
            death = int(lives.dead_by[sources.person[parent]])
            yield _draft(sources, rule, [death, child], "error", legal, days=days)


def _both(lines: pd.DataFrame) -> list[tuple[int, int]]:
    """Child and parent of some lines, each two people once."""
    once = lines.sort_values(["child", "parent"]).drop_duplicates(["child_person", "person"])
    return list(zip(once["child"].tolist(), once["parent"].tolist(), strict=True))


def _siblings(sources: Sources, limits: LawLimits) -> Iterator[Draft]:
    """Children of one mother born too close together to be two births, and not twins."""
    kin = sources.kin
    lines = kin[kin["relation"].eq("mother")]
    child = lines["mention"].to_numpy(dtype="int64")
    mentions = sources.mentions
    frame = pd.DataFrame(
        {
            "mother": sources.person[lines["relative"].to_numpy(dtype="int64")],
            "child": child,
            "person": sources.person[child],
            "day": first_days(mentions["birth_from"])[child],
            "last": last_days(mentions["birth_to"])[child],
            "passage": mentions["passage"].eq("birth").to_numpy(dtype=bool)[child],
        }
    )
    frame = frame[frame["passage"] & frame["day"].eq(frame["last"])]
    frame = frame.sort_values(["mother", "day", "child"]).drop_duplicates(["mother", "person"])
    days = frame["day"].diff().where(frame["mother"].eq(frame["mother"].shift()))
    close = days.gt(limits.twins_days) & days.lt(limits.siblings_days)
    for place in np.flatnonzero(close.to_numpy(dtype=bool)).tolist():
        before, after = frame.iloc[place - 1], frame.iloc[place]
        if sources.may_be_one(int(before["person"]), int(after["person"])):
            continue
        sides = [int(before["child"]), int(after["child"])]
        gap = int(after["day"] - before["day"])
        yield _draft(sources, "siblings_close", sides, "warning", days=gap)


# -- marriages ----------------------------------------------------------------------------------


def _spouses(sources: Sources) -> pd.DataFrame:
    """One line per marriage entry with both spouses named."""
    kin, mentions = sources.kin, sources.mentions
    married = mentions["register_type"].eq("KH").to_numpy(dtype=bool)
    lines = kin[kin["relation"].eq("partner")]
    one = lines["mention"].to_numpy(dtype="int64")
    other = lines["relative"].to_numpy(dtype="int64")
    chosen = married[one]
    frame = pd.DataFrame({"spouse": one[chosen], "partner": other[chosen]})
    entry = mentions["entry"].to_numpy(dtype="int64")[frame["spouse"]]
    frame["entry"] = entry
    frame["event"] = sources.events.event.to_numpy(dtype="int64")[entry]
    frame["first"] = first_days(sources.entries["event_from"])[entry]
    frame["last"] = last_days(sources.entries["event_to"])[entry]
    frame["person"] = sources.person[frame["spouse"]]
    frame["other"] = sources.person[frame["partner"]]
    return frame.sort_values(["person", "first", "entry"], ignore_index=True)


def _marriage_ages(sources: Sources, lives: _Lives, rules: LawRules) -> Iterator[Draft]:
    lines = _spouses(sources).drop_duplicates(["person", "event"], ignore_index=True)
    person, spouse, first, last = (
        lines[name].to_numpy(dtype="int64") for name in ("person", "spouse", "first", "last")
    )
    born = lives.born_from[person]
    role = sources.mentions["role"].to_numpy(dtype=object)[spouse]
    for period in rules.marriage_age:
        within = (first >= period.since.toordinal()) & (last <= period.until.toordinal())
        for name, age in (("husband", period.husband), ("wife", period.wife)):
            can_be_young = last - born < (age.years + 1) * _LONG_YEAR + age.days
            chosen = within & (role == name) & (born > NEVER) & can_be_young
            for place in np.flatnonzero(chosen).tolist():
                if last[place] >= _reaches(int(born[place]), age):
                    continue
                sides = int(spouse[place]), int(lives.born_by[person[place]])
                yield _draft(
                    sources,
                    f"marriage_age_{name}",
                    list(dict.fromkeys(sides)),
                    period.severity,
                    period.legal,
                    years=age.years + (1 if age.days else 0),
                )


def _reaches(born: int, age: Age) -> int:
    """The day on which somebody born on a day reaches an age."""
    day = date.fromordinal(born)
    try:
        birthday = day.replace(year=day.year + age.years)
    except ValueError:  # 29 February
        birthday = date(day.year + age.years, 3, 1)
    return birthday.toordinal() + age.days


def _two_marriages(sources: Sources, lives: _Lives, limits: LawLimits) -> Iterator[Draft]:
    """A later marriage with another partner while nothing says that the earlier one had ended."""
    lines = _spouses(sources).drop_duplicates(["person", "event"], ignore_index=True)
    over = set(sources.events.event[marriage_ended(sources.entries)])
    exempt = limits.married_without_registration.toordinal()
    for person, group in lines[lines["person"].duplicated(keep=False)].groupby("person"):
        rows = group.to_dict("records")
        for earlier, later in pairwise(rows):
            other, new = int(earlier["other"]), int(later["other"])
            if (
                other == new
                or earlier["event"] in over
                or later["first"] < exempt
                or NEVER < lives.dead_from[other] <= later["last"]
                or sources.may_be_one(other, new)
                or lives.dead_to[int(str(person))] < later["first"]
            ):
                continue
            sides = [int(earlier["spouse"]), int(later["spouse"])]
            yield _draft(sources, "two_marriages", sides, "warning", "one_marriage")


def _near_kin(sources: Sources) -> Iterator[Draft]:
    """Husband and wife who have a parent in common."""
    kin = sources.kin
    lines = kin[kin["relation"].isin(["father", "mother"])]
    child = sources.person[lines["mention"].to_numpy(dtype="int64")].tolist()
    parent = sources.person[lines["relative"].to_numpy(dtype="int64")].tolist()
    parents: dict[int, set[int]] = {}
    for one, other in zip(child, parent, strict=True):
        parents.setdefault(one, set()).add(other)
    couples = _spouses(sources).drop_duplicates("event")
    for line in couples.to_dict("records"):
        shared = parents.get(int(line["person"]), set()) & parents.get(int(line["other"]), set())
        if shared:
            sides = sorted((int(line["spouse"]), int(line["partner"])))
            yield _draft(sources, "near_kin", sides, "error", "near_kin")
