"""What officers decided, found again among the current mentions.

A judgement outlives every re-import (P5), so it names its *anchors* by what does not change: the
key of the entry, the row's own key, body, year and number, the content, and the role.
:func:`anchor` writes one down, :func:`effective` finds them again and drops what was superseded.

A stored judgement is a mapping::

    judgement   its id                    kind      conflict kind
    conflict    conflict id it answered   decision  code of conflicts.toml, "side:B" for a side
    field       field, or ""              value     chosen or typed value, or ""
    mentions    anchors, side A first     entries   anchors, side A first
    officer     who                       decided   ISO date and time
    reading     order in which it was read; the higher is the later
    seen        evidence hash of the conflict
"""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import pandas as pd

from reconcile.model import JUDGEMENTS, ConflictKind, Verdict
from reconcile.resolve.anchors import Finder, Stored, anchor
from reconcile.resolve.constraints import JUDGED, UNSURE, Apart

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reconcile.config import RegisterType
    from reconcile.resolve.wording import Wording

__all__ = ["Contradiction", "Effective", "anchor", "effective", "same_and_apart"]

_PERSONS: Final = frozenset(
    (
        ConflictKind.SAME_PERSON.value,
        ConflictKind.CONTRADICTION.value,
        ConflictKind.QUALITY_CONTROL.value,
    )
)
_BINDING: Final = frozenset(verdict.value for verdict in Verdict)


@dataclass(frozen=True)
class Contradiction:
    """Judgements that cannot all be true.

    Attributes:
        left: position of one mention.
        right: position of the other.
        apart: id of the judgement that they are two people.
        chain: ids of the judgements that join them, the shortest chain, in its order.
        earlier: ISO date of the first of two officers' judgements; empty for a chain.
        later: ISO date of the second.
    """

    left: int
    right: int
    apart: str
    chain: tuple[str, ...]
    earlier: str = ""
    later: str = ""


@dataclass(frozen=True)
class Effective:
    """Judgements that bind now.

    Attributes:
        judgements: JUDGEMENTS.
        contradictions: officers' judgements on one pair that disagree, and chains of *same*
            around a *different*.
        lost: ids of judgements none of whose anchors is found any more; they are kept and come to
            life again when an anchor does.
    """

    judgements: pd.DataFrame
    contradictions: tuple[Contradiction, ...]
    lost: tuple[str, ...]


# -- which judgements bind ----------------------------------------------------------------------


class _Found(NamedTuple):
    """A stored judgement with its anchors found."""

    stored: Stored
    mentions: tuple[str, ...]
    entries: tuple[str, ...]
    verdict: str

    @property
    def subject(self) -> tuple[object, ...]:
        """What it speaks of; a later judgement on the same supersedes it."""
        kind = str(self.stored["kind"])
        if kind in _PERSONS:
            return ("person", *sorted(self.mentions))
        if self.mentions or self.entries:
            sources = sorted(self.entries or self.mentions)
            return (kind, str(self.stored.get("field", "")), *sources)
        return (kind, str(self.stored["conflict"]))

    @property
    def turn(self) -> tuple[str, int, str]:
        """Order: date decided, then reading."""
        return (
            str(self.stored["decided"]),
            int(self.stored.get("reading", 0)),
            str(self.stored["judgement"]),
        )


def effective(
    stored: Sequence[Stored],
    mentions: pd.DataFrame,
    entries: pd.DataFrame,
    wording: Wording,
    aliases: pd.DataFrame | None = None,
) -> Effective:
    """Find the judgements that bind among the current entries.

    Args:
        stored: all judgements of the register, in any order; see the module's docstring.
        mentions: LIVE_MENTIONS.
        entries: LIVE_ENTRIES.
        wording: conflicts.toml, for what a decision's code binds.
        aliases: earlier keys of entries.
    """
    finder = Finder(entries, aliases)
    positions = {key: place for place, key in enumerate(mentions["mention_key"])}
    latest: dict[tuple[object, ...], _Found] = {}
    disputes: list[tuple[_Found, _Found]] = []
    lost: list[str] = []
    for judged in sorted((_find(line, finder, wording) for line in stored), key=lambda f: f.turn):
        if _is_lost(judged):
            lost.append(str(judged.stored["judgement"]))
            continue
        before = latest.get(judged.subject)
        if before is not None and _dispute(before, judged):
            disputes.append((before, judged))
        latest[judged.subject] = judged
    binding = sorted(latest.values(), key=lambda found: found.turn)
    frame = JUDGEMENTS.build([_line(found, positions) for found in binding])
    return Effective(
        frame,
        (*_between_officers(disputes, latest, positions), *_chains(frame)),
        tuple(sorted(lost)),
    )


def _find(stored: Stored, finder: Finder, wording: Wording) -> _Found:
    kind = wording.kinds.get(str(stored["kind"]))
    code = str(stored["decision"])
    return _Found(
        stored,
        tuple(finder.mention(one) for one in stored.get("mentions", ())),
        tuple(finder.entry(one) for one in stored.get("entries", ())),
        (kind.binds(code) if kind else "") or code,
    )


def _is_lost(found: _Found) -> bool:
    """Whether an anchor that the judgement needs is gone."""
    anchors = found.mentions or found.entries
    if str(found.stored["kind"]) in _PERSONS:
        return len(anchors) < 2 or not all(anchors[:2])
    return bool(anchors) and not any(anchors)


def _dispute(before: _Found, after: _Found) -> bool:
    """Whether two officers say opposite things of one pair, the later not to settle a dispute."""
    opposite = {before.verdict, after.verdict} == {Verdict.SAME.value, Verdict.DIFFERENT.value}
    officers = before.stored["officer"] != after.stored["officer"]
    settled = after.stored["kind"] == ConflictKind.CONTRADICTION.value
    return opposite and officers and not settled


def _line(found: _Found, positions: Mapping[str, int]) -> Stored:
    stored = found.stored
    places = [positions.get(key, pd.NA) for key in (*found.mentions[:2], "", "")]
    return {
        "judgement": str(stored["judgement"]),
        "kind": str(stored["kind"]),
        "conflict": str(stored.get("conflict", "")),
        "verdict": found.verdict,
        "left": places[0],
        "right": places[1],
        "entries": json.dumps([key for key in found.entries if key]),
        "field": str(stored.get("field", "")),
        "value": _value(found),
        "officer": str(stored["officer"]),
        "decided": str(stored["decided"]),
        "seen": str(stored.get("seen", "")),
    }


def _value(found: _Found) -> str:
    """The value chosen; for *same event*, the key of the entry that stands."""
    stored = found.stored
    if stored["kind"] != ConflictKind.SAME_EVENT.value:
        return str(stored.get("value", ""))
    side = str(stored["decision"]).partition(":")[2] or str(stored.get("value", ""))
    place = ord(side) - ord("A") if len(side) == 1 else -1
    return found.entries[place] if 0 <= place < len(found.entries) else ""


def _between_officers(
    disputes: Iterable[tuple[_Found, _Found]],
    latest: Mapping[tuple[object, ...], _Found],
    positions: Mapping[str, int],
) -> list[Contradiction]:
    """Disputes whose later judgement is still the one that binds."""
    found = []
    for before, after in disputes:
        places = [positions.get(key, -1) for key in after.mentions[:2]]
        if latest[after.subject] is not after or len(places) < 2 or min(places) < 0:
            continue
        ids = [str(one.stored["judgement"]) for one in (before, after)]
        apart = ids[0] if before.verdict == Verdict.DIFFERENT.value else ids[1]
        chain = tuple(one for one in ids if one != apart)
        days = [str(one.stored["decided"])[:10] for one in (before, after)]
        found.append(Contradiction(min(places), max(places), apart, chain, *days))
    return found


# -- what judgements mean for clusters ----------------------------------------------------------


def same_and_apart(
    judgements: pd.DataFrame,
    mentions: pd.DataFrame,
    entries: pd.DataFrame,
    register_types: Mapping[str, RegisterType],
) -> tuple[list[tuple[int, int]], list[Apart]]:
    """What effective judgements impose on persons.

    *Same event* makes the principal persons of the entries the same, role by role; *different
    events* parts those who pass through a passage only once.

    Returns:
        Pairs that are the same, in the order in which they were decided; and pairs kept apart.
    """
    same: list[tuple[int, int]] = []
    apart: list[Apart] = []
    events = _EventPairs(mentions, entries, register_types)
    columns = judgements[["kind", "verdict", "left", "right", "entries", "decided"]]
    ordered = columns.sort_values(["decided", "left", "right", "entries"], kind="stable")
    for line in ordered.to_dict("records"):
        verdict = line["verdict"]
        if verdict not in _BINDING:
            continue
        if line["kind"] == ConflictKind.SAME_EVENT.value:
            pairs = events.pairs(json.loads(line["entries"]), verdict)
        elif line["kind"] in _PERSONS and not (pd.isna(line["left"]) or pd.isna(line["right"])):
            pairs = [(int(line["left"]), int(line["right"]))]
        else:
            continue
        if verdict == Verdict.SAME.value:
            same += pairs
        else:
            rule = JUDGED if verdict == Verdict.DIFFERENT.value else UNSURE
            apart += [Apart(min(pair), max(pair), rule) for pair in pairs]
    return same, apart


class _EventPairs:
    """The persons whom a judgement on entries speaks of."""

    def __init__(
        self,
        mentions: pd.DataFrame,
        entries: pd.DataFrame,
        register_types: Mapping[str, RegisterType],
    ) -> None:
        self._mentions = mentions
        self._places: dict[str, int] | None = None
        self._types = dict(zip(entries["entry_key"], entries["register_type"], strict=True))
        self._register_types = register_types

    def pairs(self, keys: Sequence[str], verdict: str) -> list[tuple[int, int]]:
        """Principal mentions of the first entry with those of each other one, role by role."""
        if len(keys) < 2 or any(key not in self._types for key in keys):
            return []
        if self._places is None:
            self._places = {key: place for place, key in enumerate(self._mentions["mention_key"])}
        register_type = self._register_types[self._types[keys[0]]]
        roles = [
            role.name
            for role in register_type.roles
            if role.principal and (verdict == Verdict.SAME.value or role.passage)
        ]
        found = []
        for role in roles:
            places = [self._places.get(f"{key}/{role}") for key in keys]
            first = places[0]
            found += [
                (first, place) for place in places[1:] if first is not None and place is not None
            ]
        return found


def _chains(judgements: pd.DataFrame) -> list[Contradiction]:
    """Every judgement *different* around which judgements *same* lead, with the shortest way."""
    lines = judgements[judgements["kind"].isin(_PERSONS) & judgements["left"].notna()]
    lines = lines[lines["right"].notna()]
    ways: dict[int, list[tuple[int, str]]] = {}
    for left, right, judgement in _judged_pairs(lines, Verdict.SAME):
        ways.setdefault(left, []).append((right, judgement))
        ways.setdefault(right, []).append((left, judgement))
    found = []
    for left, right, judgement in _judged_pairs(lines, Verdict.DIFFERENT):
        chain = _shortest(ways, left, right)
        if chain:
            found.append(Contradiction(left, right, judgement, chain))
    return sorted(found, key=lambda one: (one.left, one.right))


def _judged_pairs(lines: pd.DataFrame, verdict: Verdict) -> list[tuple[int, int, str]]:
    chosen = lines[lines["verdict"].eq(verdict.value)]
    return [
        (min(one, other), max(one, other), judgement)
        for one, other, judgement in zip(
            chosen["left"].astype("int64").tolist(),
            chosen["right"].astype("int64").tolist(),
            chosen["judgement"].tolist(),
            strict=True,
        )
    ]


def _shortest(ways: Mapping[int, list[tuple[int, str]]], start: int, goal: int) -> tuple[str, ...]:
    """Judgements along the shortest way, the least positions first; empty if there is none."""
    come: dict[int, tuple[int, str]] = {start: (start, "")}
    waiting = deque([start])
    while waiting and goal not in come:
        here = waiting.popleft()
        for there, judgement in sorted(ways.get(here, ())):
            if there not in come:
                come[there] = (here, judgement)
                waiting.append(there)
    chain: list[str] = []
    while goal in come and goal != start:
        goal, judgement = come[goal]
        chain.append(judgement)
    return tuple(reversed(chain))
