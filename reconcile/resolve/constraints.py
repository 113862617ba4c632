"""Hard knowledge: what cannot be true of one human, over whole clusters of mentions.

:class:`Constraints` is asked before every join whether anything stands against it. It says so only
where it is certain (P6): a year-only date of birth contradicts nothing within that year.

What is looked at is always something of one cluster against something of the other. A cluster that
contradicts itself, because a file has a slip in it or because an officer joined it, is not for that
reason kept from everything else.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from reconcile.config import Strict, read_mapping
from reconcile.resolve.intervals import (
    ALWAYS,
    NEVER,
    YEAR,
    first_days,
    is_slip,
    last_days,
    packed,
)
from reconcile.resolve.second_look import SecondLook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    import numpy.typing as npt

    Days = npt.NDArray[np.int64]

UNSUPPORTED: Final = "unsupported"
UNSURE: Final = "unsure"
JUDGED: Final = "judgement"
# Rules about ages: what they forbid can also come of a slip in one year of birth.
AGES: Final = frozenset(("act_before_birth", "parent_age", "births_apart"))


class Limits(Strict):
    """Years and days beyond which something is impossible; meanings in ``hard_rules.toml``."""

    youngest_parent_years: int
    oldest_mother_years: int
    youngest_actor_years: int
    posthumous_days: int
    birth_apart_years: int


class Thresholds(Strict):
    """How clusters are scored; meanings in ``hard_rules.toml``."""

    marginal_risk: float
    question_probability: float
    question_gain: float
    question_least: float
    against_bits: float
    prior_bits: float
    bridge_bits: float
    age_bits: float
    large_cluster: int
    rounds: int


class Rule(Strict):
    """One hard rule in words.

    Attributes:
        id: what questions name it by.
        vi: why two mentions cannot be one person, in Vietnamese, to follow "but:".
        en: the same in English.
    """

    id: str
    vi: str
    en: str


class HardRules(Strict):
    """All of ``hard_rules.toml``."""

    limits: Limits
    thresholds: Thresholds
    second_look: SecondLook
    rule: tuple[Rule, ...]

    def words(self, rule: str) -> Rule:
        """The rule of that id; ``KeyError`` if there is none."""
        for found in self.rule:
            if found.id == rule:
                return found
        raise KeyError(rule)


def load_hard_rules(mappings: Path) -> HardRules:
    """Read ``hard_rules.toml``.

    Raises:
        MappingError: it is missing or does not fit.
    """
    return read_mapping(mappings / "hard_rules.toml", HardRules)


class Apart(NamedTuple):
    """A judgement that keeps two mentions, and thus their clusters, apart.

    Attributes:
        left: position of a mention.
        right: position of the other.
        rule: ``judgement`` where they are different, ``unsure`` where the officer was unsure.
    """

    left: int
    right: int
    rule: str


class _Bounds(NamedTuple):
    """Certain days of each mention, in the order in which a join updates them."""

    born_from: array[int]  # latest first possible day of birth
    born_to: array[int]  # earliest last possible day of birth
    dead_by: array[int]  # earliest last possible day of death
    alive_on: array[int]  # latest day on which the person must have lived
    acted_by: array[int]  # earliest day by which the person must have been old enough to act
    parent_by: array[int]  # the same for being a parent
    mother_after: array[int]  # latest day before which a mother cannot have been born


_LATEST: Final = frozenset(("born_from", "alive_on", "mother_after"))  # a join keeps the latest day
_KEPT: Final = tuple((name, name in _LATEST) for name in _Bounds._fields)
# What cannot be: the first later than the second; a slip of some years in dates of birth can.
_OPPOSED: Final = (
    ("alive_on", "dead_by"),
    ("born_from", "acted_by"),
    ("born_from", "parent_by"),
    ("mother_after", "born_to"),
    ("born_from", "born_to"),
)


class _Kin:
    """Relatives of every mention.

    Args:
        of: position of a mention per line.
        relative: position of its relative.
        count: number of mentions.
    """

    def __init__(self, of: Days, relative: Days, count: int) -> None:
        order = np.argsort(of, kind="stable")
        self._relative = packed(relative[order])
        self._start = packed(np.searchsorted(of[order], np.arange(count + 1)))

    def roots(self, members: Sequence[int], root: Callable[[int], int]) -> set[int]:
        """Clusters of the relatives of a cluster's members."""
        start, found = self._start, set()
        for member in members:
            for place in range(start[member], start[member + 1]):
                found.add(root(self._relative[place]))
        return found


class OfEachOther(NamedTuple):
    """What entries say of each other.

    Attributes:
        support: weights of scored pairs whose two mentions both pass through the same passage
            (birth or death): such entries are one event only if they themselves say so.
        link: weight from which they do.
        repeated: for each mention a number that the same role has in all entries that repeat each
            other (:mod:`.repeats`), -1 for all others. What such entries state differently was
            mistyped.
    """

    support: dict[tuple[int, int], float]
    link: float
    repeated: Days


class Constraints:
    """Asks of two clusters whether they can be one human.

    Args:
        mentions: LIVE_MENTIONS.
        kin: KIN.
        limits: what is impossible.
        apart: judgements that keep mentions apart.
        said: what entries say of each other.
    """

    def __init__(
        self,
        mentions: pd.DataFrame,
        kin: pd.DataFrame,
        limits: Limits,
        apart: Iterable[Apart] = (),
        said: OfEachOther | None = None,
    ) -> None:
        self._born_apart = limits.birth_apart_years * YEAR
        said = said or OfEachOther({}, 0.0, np.full(len(mentions), -1))
        self._support, self._link = said.support, said.link
        self._entry = packed(mentions["entry"].to_numpy(dtype="int64"))
        self._distinct = bytes(mentions["distinct"].to_numpy(dtype=bool))
        self._words = sorted({"", *mentions["passage"].unique()})  # so that 0 is no passage
        self._passage = bytes(pd.Categorical(mentions["passage"], self._words).codes.view("uint8"))
        numbered = np.flatnonzero(mentions["cccd"].ne("").to_numpy(dtype=bool))
        numbers = mentions["cccd"].iloc[numbered].tolist()
        self._cccd: dict[int, str] = dict(zip(numbered.tolist(), numbers, strict=True))
        self._event_from = packed(first_days(mentions["event_from"]))
        self._event_to = packed(last_days(mentions["event_to"]))
        sex = mentions["sex"].map({"M": 1, "F": 2})
        self._sex = bytearray(sex.fillna(0).to_numpy(dtype="uint8"))
        margins = {("born_from", "born_to"): self._born_apart}
        self._days = days = _bounds(mentions, kin, limits)
        self._opposed = [
            (pair, getattr(days, pair[0]), getattr(days, pair[1]), margins.get(pair, 0.0))
            for pair in _OPPOSED
        ]
        self._apart: dict[int, list[tuple[int, str]]] = defaultdict(list)
        for pair in apart:
            self._apart[pair.left].append((pair.right, pair.rule))
            self._apart[pair.right].append((pair.left, pair.rule))
        child, parent = parents(kin)
        self._parents = _Kin(child, parent, len(mentions))
        self._children = _Kin(parent, child, len(mentions))
        at = np.flatnonzero(said.repeated >= 0)
        codes = said.repeated[at].tolist()
        self._repeated: dict[int, set[int]] = {
            mention: {code} for mention, code in zip(at.tolist(), codes, strict=True)
        }

    def join(self, kept: int, taken: int) -> None:
        """Carry the certain days and the sex of one cluster over to the other.

        Where the two contradict each other, because an officer or the structure of an entry says
        that they are one, something is written wrong on one of the sides and nobody knows on which.
        So of what contradicts, only what holds by both sides is kept against others; else an answer
        would undo links of either side that have nothing to do with it.

        Args:
            kept: root of the cluster that stays.
            taken: root of the cluster that is added to it.
        """
        if taken in self._repeated:
            self._repeated.setdefault(kept, set()).update(self._repeated[taken])
        one, other = self._sex[kept], self._sex[taken]
        self._sex[kept] = 0 if one and other and one != other else one | other
        doubtful = self._contradicting(kept, taken)
        for (name, latest), days in zip(_KEPT, self._days, strict=True):
            mine, yours = days[kept], days[taken]
            if (yours > mine) == (latest != (name in doubtful)):
                days[kept] = yours

    def _contradicting(self, one: int, other: int) -> set[str]:
        """Names of the certain days that contradict each other between two clusters."""
        found: set[str] = set()
        for pair, latest, earliest, margin in self._opposed:
            if latest[one] - earliest[other] > margin or latest[other] - earliest[one] > margin:
                found |= set(pair)
        return found

    def against(
        self,
        left: Sequence[int],
        right: Sequence[int],
        root: Callable[[int], int],
        *,
        ages: bool = True,
    ) -> str:
        """What stands against two clusters being one human.

        Args:
            left: members of one cluster.
            right: members of the other.
            root: gives the root of a mention's cluster.
            ages: False where all else is so sure that an impossible age is a slip in a year.

        Returns:
            Id of the gravest rule, ``judgement`` before all others; ``unsupported`` where nothing
            is impossible but entries of one passage do not themselves say that they are one;
            empty where nothing stands against it.
        """
        small, large = (left, right) if len(left) <= len(right) else (right, left)
        one, other = root(small[0]), root(large[0])
        repeated = self._is_repeated(one, other)
        return (
            self._judged(small, other, root)
            or ("" if repeated else self._days_against(one, other, ages=ages))
            or self._roles_against(small, large)
            or self._kin_against(small, large, root)
            or self._passages_against(small, large, dates=not repeated)
        )

    def against_structure(
        self, left: Sequence[int], right: Sequence[int], root: Callable[[int], int]
    ) -> str:
        """What stands against a join that the structure of an entry makes certain.

        Whoever signs as the mother and bears her name is the mother, whatever year of birth was
        typed: then the date is wrong, not the person. So dates, sex and passages say nothing here.
        """
        small, large = (left, right) if len(left) <= len(right) else (right, left)
        return (
            self._judged(small, root(large[0]), root)
            or self._roles_against(small, large)
            or self._kin_against(small, large, root)
        )

    def rivals(self, left: Sequence[int], right: Sequence[int], root: Callable[[int], int]) -> bool:
        """Whether two clusters that fit the same third one cannot both be right.

        Two entries of one passage that might be one event are no rivals.
        """
        rule = self.against(left, right, root)
        if rule == UNSUPPORTED:
            return not self._may_be_one_event(left, right)
        return bool(rule)

    def entries(self, members: Sequence[int]) -> int:
        """In how many entries mentions stand; whoever also signs in one counts once."""
        return len({self._entry[member] for member in members})

    def is_passage(self, one: int, other: int) -> bool:
        """Whether two mentions pass through the same passage, so that one event is in question."""
        return self._passage[one] != 0 and self._passage[one] == self._passage[other]

    def _is_repeated(self, one: int, other: int) -> bool:
        """Whether both clusters stand in one role of two entries that repeat each other."""
        if one not in self._repeated or other not in self._repeated:
            return False
        return not self._repeated[one].isdisjoint(self._repeated[other])

    # -- one rule each ------------------------------------------------------------------------

    def _judged(self, small: Sequence[int], other: int, root: Callable[[int], int]) -> str:
        if not self._apart:
            return ""
        rules = {
            rule
            for member in small
            for enemy, rule in self._apart.get(member, ())
            if root(enemy) == other
        }
        return JUDGED if JUDGED in rules else (UNSURE if rules else "")

    def _days_against(self, one: int, other: int, *, ages: bool) -> str:
        if self._sex[one] | self._sex[other] == 3 and self._sex[one] and self._sex[other]:
            return "sex"
        born_from, born_to, dead_by, alive_on, acted_by, parent_by, mother_after = self._days
        for this, that in ((one, other), (other, one)):
            if dead_by[this] < alive_on[that]:
                return "act_after_death"
            if not ages:
                continue
            born = born_from[this]
            if born > acted_by[that]:
                return "act_before_birth"
            if born > parent_by[that] or born_to[this] < mother_after[that]:
                return "parent_age"
            if born - born_to[that] > self._born_apart:
                return "births_apart"
        return ""

    def _roles_against(self, small: Sequence[int], large: Sequence[int]) -> str:
        entry, distinct = self._entry, self._distinct
        taken = [entry[member] for member in small if distinct[member]]
        if taken:
            for member in large:
                if entry[member] in taken and distinct[member]:
                    return "two_roles"
        ours = {self._cccd[member] for member in small if member in self._cccd}
        if ours:
            theirs = {self._cccd[member] for member in large if member in self._cccd}
            if theirs and not any(_one_slip(mine, yours) for mine in ours for yours in theirs):
                return "cccd"
        return ""

    def _kin_against(
        self, small: Sequence[int], large: Sequence[int], root: Callable[[int], int]
    ) -> str:
        parents = self._parents.roots(small, root)
        children = self._children.roots(small, root)
        if not parents and not children:
            return ""
        own = {root(small[0]), root(large[0])}
        if (parents | children) & own:
            return "own_ancestor"
        if parents and parents & self._children.roots(large, root):
            return "own_ancestor"
        if children and children & self._parents.roots(large, root):
            return "own_ancestor"
        return ""

    def _passages_against(
        self, small: Sequence[int], large: Sequence[int], *, dates: bool = True
    ) -> str:
        pairs = self._passages(small, large)
        for one, other in pairs:
            if dates and self._dates_apart(one, other):
                return f"two_{self._words[self._passage[one]]}s"
        if not pairs:
            return ""
        support = [self._supported(*pair) for pair in pairs]
        return "" if max(support) >= self._link and min(support) > 0 else UNSUPPORTED

    def _passages(self, small: Sequence[int], large: Sequence[int]) -> list[tuple[int, int]]:
        passage = self._passage
        ours = [member for member in small if passage[member]]
        if not ours:
            return []
        theirs = [member for member in large if passage[member]]
        return [(one, other) for one in ours for other in theirs if passage[one] == passage[other]]

    def _dates_apart(self, one: int, other: int) -> bool:
        first, last = self._event_from, self._event_to
        if last[one] >= first[other] and last[other] >= first[one]:
            return False
        days = first[one] == last[one] and first[other] == last[other]
        return not (days and is_slip(first[one], first[other]))

    def _may_be_one_event(self, left: Sequence[int], right: Sequence[int]) -> bool:
        return all(self._supported(*pair) > 0 for pair in self._passages(left, right))

    def _supported(self, one: int, other: int) -> float:
        return self._support.get((min(one, other), max(one, other)), NEVER)


def _one_slip(one: str, other: str) -> bool:
    """Whether two numbers are equal, or one digit or one swap of neighbours apart."""
    if len(one) != len(other):
        return False
    differ = [place for place in range(len(one)) if one[place] != other[place]]
    if len(differ) <= 1:
        return True
    first, last = differ[0], differ[-1]
    swapped = one[first] == other[last] and one[last] == other[first]
    return len(differ) == 2 and last - first == 1 and swapped


def parents(kin: pd.DataFrame) -> tuple[Days, Days]:
    """Positions of child and parent in every line of KIN that says who is a parent."""
    lines = kin[kin["relation"].isin(["father", "mother"])]
    return lines["mention"].to_numpy(dtype="int64"), lines["relative"].to_numpy(dtype="int64")


def _bounds(mentions: pd.DataFrame, kin: pd.DataFrame, limits: Limits) -> _Bounds:
    """Certain days of every mention by itself."""
    count = len(mentions)
    acts = mentions["acts"].to_numpy(dtype=bool)
    dies = mentions["passage"].eq("death").to_numpy(dtype=bool)
    born_from, born_to = first_days(mentions["birth_from"]), last_days(mentions["birth_to"])
    dead_by = np.where(dies, last_days(mentions["death_to"]), ALWAYS)
    alive_on = np.where(acts, first_days(mentions["registered_from"]), NEVER)
    grown = round(limits.youngest_actor_years * YEAR)
    acted_by = np.where(acts, last_days(mentions["registered_to"]) - grown, ALWAYS)
    parent_by, mother_after = np.full(count, ALWAYS), np.full(count, NEVER)
    lines = kin[kin["relation"].isin(["father", "mother"])]
    child = lines["mention"].to_numpy(dtype="int64")
    parent = lines["relative"].to_numpy(dtype="int64")
    mother = lines["relation"].eq("mother").to_numpy(dtype=bool)
    youngest = round(limits.youngest_parent_years * YEAR)
    np.minimum.at(parent_by, parent, born_to[child] - youngest)
    oldest = round((limits.oldest_mother_years + 1) * YEAR)
    np.maximum.at(mother_after, parent[mother], born_from[child[mother]] - oldest)
    grace = np.where(mother, 0, limits.posthumous_days)
    np.maximum.at(alive_on, parent, born_from[child] - grace)
    columns = (born_from, born_to, dead_by, alive_on, acted_by, parent_by, mother_after)
    return _Bounds(*map(packed, columns))
