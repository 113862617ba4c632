"""What officers decided, found again among the current mentions.

A judgement outlives every re-import (P5), so it names its *anchors* by what does not change: the
content, the row's own key, body, year and number, and the role. :func:`anchor` writes one down,
:func:`effective` finds them again and drops what was superseded.

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
from dataclasses import dataclass
from dataclasses import field as made_by
from typing import TYPE_CHECKING, Final, NamedTuple

import pandas as pd

from reconcile.model import JUDGEMENTS, ConflictKind, Verdict
from reconcile.resolve.agreement import Word, of_two, officer_key, saw_the_same
from reconcile.resolve.anchors import Finder, Stored, anchor, key_of
from reconcile.resolve.constraints import JUDGED, UNSURE, Apart
from reconcile.resolve.contradictions import Contradiction, Dispute, Said, chains
from reconcile.resolve.judged_pairs import PERSONS, Step, steps

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from reconcile.config import RegisterType
    from reconcile.resolve.second_officer import SecondOfficer
    from reconcile.resolve.wording import Wording

__all__ = ["Effective", "anchor", "effective", "same_and_apart", "subject"]

_EVENTS: Final = frozenset((ConflictKind.SAME_EVENT.value, ConflictKind.CONTRADICTION.value))
_OPPOSITE: Final = {Verdict.SAME.value, Verdict.DIFFERENT.value}


@dataclass(frozen=True)
class Effective:
    """Judgements that bind now.

    Attributes:
        judgements: JUDGEMENTS, in the order in which they were decided and then read.
        contradictions: officers' judgements on one question that disagree, and chains of *same*
            around a *different*.
        lost: ids of judgements whose anchors are not found any more; they are kept and come to
            life again when the anchors do.
        disputes: id of a question -> the answers of two officers who chose different values, or
            different entries that stand.
        renamed: id of a judgement -> keys under which its sources are known now -> keys under
            which they were known when it was made, where a late delivery has changed them.
        asked_again: ids of judgements that bind by two officers though one has said otherwise
            since, so that their question stands open; see :mod:`.agreement`.
        awaiting: ids of judgements that bind only once a second officer has said the same.
    """

    judgements: pd.DataFrame
    contradictions: tuple[Contradiction, ...]
    lost: tuple[str, ...]
    disputes: Mapping[str, Dispute] = made_by(default_factory=dict)
    renamed: Mapping[str, Mapping[str, str]] = made_by(default_factory=dict)
    asked_again: frozenset[str] = frozenset()
    awaiting: tuple[str, ...] = ()


# -- which judgements bind ----------------------------------------------------------------------


def subject(stored: Stored, mentions: Sequence[str], entries: Sequence[str]) -> tuple[object, ...]:
    """What a judgement speaks of; a later one on the same supersedes it.

    Two persons are one subject, whatever question was asked about them, and so are the entries of
    one event. All other judgements answer one conflict.

    Args:
        stored: the judgement.
        mentions: keys of its mentions, side A first.
        entries: keys of its entries.
    """
    kind = str(stored["kind"])
    if kind in PERSONS and mentions:
        return ("person", *sorted(mentions[:2]))
    if kind in _EVENTS and entries:
        return ("event", *sorted(entries))
    conflict = str(stored.get("conflict", ""))
    sources = () if conflict else tuple(sorted(mentions or entries))
    return (kind, conflict, str(stored.get("field", "")), *sources)


class _Found(NamedTuple):
    """A stored judgement with its anchors found."""

    stored: Stored
    mentions: tuple[str, ...]
    entries: tuple[str, ...]
    verdict: str

    @property
    def id(self) -> str:
        return str(self.stored["judgement"])

    @property
    def subject(self) -> tuple[object, ...]:
        return subject(self.stored, self.mentions, self.entries)

    @property
    def of_event(self) -> bool:
        """Whether it says if entries are one event."""
        return str(self.stored["kind"]) in _EVENTS and not self.mentions

    @property
    def settles(self) -> bool:
        """Whether it answers judgements that contradict each other."""
        return str(self.stored["kind"]) == ConflictKind.CONTRADICTION.value

    @property
    def word(self) -> Word:
        """What its officer said; a value of a fact is one whether chosen or typed."""
        stored, value = self.stored, _value(self)
        is_value = stored["kind"] == ConflictKind.FACT.value and value != ""
        verdict = "value" if is_value else self.verdict.partition(":")[0]
        return Word(str(stored["officer"]), verdict, value, str(stored.get("seen", "")))

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
    second: SecondOfficer | None = None,
) -> Effective:
    """Find the judgements that bind among the current entries.

    Args:
        stored: all judgements of the register, in any order; see the module's docstring.
        mentions: LIVE_MENTIONS.
        entries: LIVE_ENTRIES.
        wording: conflicts.toml, for what a decision's code binds.
        aliases: earlier keys of entries.
        second: which judgements need a second officer; none does where it is None.
    """
    finder = Finder(entries, aliases)
    positions = {key: place for place, key in enumerate(mentions["mention_key"])}
    told: dict[tuple[object, ...], list[_Found]] = {}
    lost: list[str] = []
    found = [_find(line, finder, wording, positions) for line in stored]
    for judged in sorted(found, key=lambda one: one.turn):
        if _is_lost(judged):
            lost.append(judged.id)
        else:
            told.setdefault(judged.subject, []).append(judged)
    agreed = _Agreed.of(told.values(), second, positions)
    binding = sorted(agreed.binding, key=lambda one: one.turn)
    frame = JUDGEMENTS.build([_line(one, positions) for one in binding])
    return Effective(
        frame,
        (*_between_officers(agreed.disputes, positions), *chains(steps(frame, mentions))),
        tuple(sorted(lost)),
        agreed.disputed,
        {one.id: names for one in binding if (names := _renamed(one))},
        frozenset(agreed.asked_again),
        tuple(sorted(agreed.awaiting)),
    )


@dataclass
class _Agreed:
    """What officers' judgements on all matters come to.

    Attributes:
        binding: judgements that bind.
        disputes: judgements that bind, behind those of other officers who say the opposite.
        disputed: id of a question -> two officers' different answers.
        asked_again: ids of judgements that bind by two officers and whose question stands open.
        awaiting: ids of judgements that a second officer must confirm.
    """

    binding: list[_Found] = made_by(default_factory=list)
    disputes: list[tuple[_Found, _Found]] = made_by(default_factory=list)
    disputed: dict[str, Dispute] = made_by(default_factory=dict)
    asked_again: set[str] = made_by(default_factory=set)
    awaiting: set[str] = made_by(default_factory=set)

    @classmethod
    def of(
        cls,
        matters: Iterable[Sequence[_Found]],
        second: SecondOfficer | None,
        positions: Mapping[str, int],
    ) -> _Agreed:
        """Take the judgements on each matter together, in the order in which they count."""
        agreed = cls()
        for lines in matters:
            if second and any(
                second.is_needed(one.stored, one.verdict, positions) for one in lines
            ):
                agreed._by_two(lines)
            else:
                agreed._by_latest(lines)
        return agreed

    def _by_two(self, lines: Sequence[_Found]) -> None:
        binding, is_open = of_two([one.word for one in lines])
        if binding < 0:
            self.awaiting.update(one.id for one in lines)
            return
        self.binding.append(lines[binding])
        if is_open:
            self.asked_again.add(lines[binding].id)

    def _by_latest(self, lines: Sequence[_Found]) -> None:
        self.binding.append(lines[-1])
        self.disputes += _disputes(lines)
        self.disputed.update(_disputed(lines))


def _find(stored: Stored, finder: Finder, wording: Wording, positions: Mapping[str, int]) -> _Found:
    kind = wording.kinds.get(str(stored["kind"]))
    code = str(stored["decision"])
    mentions = [finder.mention(one) for one in stored.get("mentions", ())]
    return _Found(
        stored,
        tuple(key if key in positions else "" for key in mentions),
        tuple(finder.entry(one) for one in stored.get("entries", ())),
        (kind.binds(code) if kind else "") or code,
    )


def _is_lost(found: _Found) -> bool:
    """Whether an anchor that the judgement needs is gone."""
    anchors = found.mentions or found.entries
    if str(found.stored["kind"]) in PERSONS:
        return len(anchors) < 2 or not all(anchors[:2])
    return bool(anchors) and not any(anchors)


def _renamed(found: _Found) -> dict[str, str]:
    """Keys that its sources have now -> keys that they had, where the two differ."""
    stored = (*found.stored.get("mentions", ()), *found.stored.get("entries", ()))
    return {
        now: before
        for now, before in zip((*found.mentions, *found.entries), map(key_of, stored), strict=True)
        if now and now != before
    }


def _disputes(lines: Sequence[_Found]) -> Iterator[tuple[_Found, _Found]]:
    """The binding judgement and the earliest last word of another officer that says the opposite.

    A judgement that settles a contradiction ends what was said before it. Who decides anew because
    the sources have changed contradicts nobody: the other saw something else.
    """
    last_words: dict[str, _Found] = {}
    for judged in lines:
        if judged.settles:
            last_words.clear()
        officer = officer_key(str(judged.stored["officer"]))
        last_words.pop(officer, None)
        last_words[officer] = judged
    binding = lines[-1]
    for before in last_words.values():
        if {before.verdict, binding.verdict} == _OPPOSITE and saw_the_same(
            before.word.seen, binding.word.seen
        ):
            yield before, binding
            return


def _disputed(lines: Sequence[_Found]) -> Iterator[tuple[str, Dispute]]:
    """The question that two officers answered differently, and how; none where one knew.

    Whoever answers the question when it is asked again sees both answers, and what was said before
    holds no more. Whether mentions or entries are one is another matter, see :func:`_disputes`.
    """
    if lines[-1].subject[0] == "person":
        return
    last_words: dict[str, _Found] = {}
    for judged in lines:
        known = _dispute(list(last_words.values()))
        if judged.settles or (known and known.seal == _further(judged)):
            last_words.clear()
        officer = officer_key(str(judged.stored["officer"]))
        last_words.pop(officer, None)
        last_words[officer] = judged
    found = _dispute(list(last_words.values()))
    question = str(lines[-1].stored.get("conflict", ""))
    if found and question:
        yield question, found


def _dispute(last_words: Sequence[_Found]) -> Dispute | None:
    """The last of some answers and the first that differs from it on the same facts."""
    if not last_words or last_words[-1].verdict == Verdict.UNSURE.value:
        return None
    after = last_words[-1]
    for before in last_words[:-1]:
        is_comparable = before.verdict == after.verdict or not after.of_event
        if (
            before.verdict != Verdict.UNSURE.value
            and is_comparable
            and saw_the_same(before.word.seen, after.word.seen)
            and _said(before).differs(_said(after))
        ):
            return Dispute(_said(before), _said(after))
    return None


def _said(found: _Found) -> Said:
    stored = found.stored
    day = str(stored["decided"])[:10]
    return Said(str(stored["officer"]), day, str(stored["decision"]), _value(found))


def _further(found: _Found) -> str:
    """What an officer saw of further evidence."""
    return str(found.stored.get("seen", "")).partition(".")[2]


def _line(found: _Found, positions: Mapping[str, int]) -> Stored:
    stored = found.stored
    places = [positions.get(key, pd.NA) for key in (*found.mentions[:2], "", "")]
    return {
        "judgement": str(stored["judgement"]),
        "kind": ConflictKind.SAME_EVENT.value if found.of_event else str(stored["kind"]),
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
    disputes: Iterable[tuple[_Found, _Found]], positions: Mapping[str, int]
) -> list[Contradiction]:
    """Contradictions of two officers, in the order of what they speak of."""
    found = []
    for before, after in disputes:
        left, right = sorted(positions[key] for key in after.mentions[:2]) or (-1, -1)
        steps = tuple(
            Step(
                one.id,
                left,
                right,
                one.verdict,
                str(one.stored["officer"]),
                str(one.stored["decided"])[:10],
            )
            for one in (before, after)
        )
        entries = after.entries if after.of_event else ()
        found.append(Contradiction(left, right, steps, officers=True, entries=entries))
    return sorted(found, key=lambda one: (one.left, one.right, one.entries))


# -- what judgements mean for clusters ----------------------------------------------------------


def same_and_apart(
    judgements: pd.DataFrame,
    mentions: pd.DataFrame,
    entries: pd.DataFrame,
    register_types: Mapping[str, RegisterType],
) -> tuple[list[tuple[int, int]], list[Apart]]:
    """What effective judgements impose on persons; see :func:`.judged_pairs.steps`.

    Args:
        judgements: JUDGEMENTS, effective ones.
        mentions: LIVE_MENTIONS.
        entries: LIVE_ENTRIES; not looked at, mentions say enough.
        register_types: not looked at either.

    Returns:
        Pairs that are the same, in the order in which they were decided; and pairs kept apart.
    """
    del entries, register_types
    same: list[tuple[int, int]] = []
    apart: list[Apart] = []
    ordered = judgements.sort_values(["decided", "left", "right", "entries"], kind="stable")
    for step in steps(ordered, mentions):
        if step.verdict == Verdict.SAME.value:
            same.append((step.left, step.right))
        else:
            rule = JUDGED if step.verdict == Verdict.DIFFERENT.value else UNSURE
            left, right = sorted((step.left, step.right))
            apart.append(Apart(left, right, rule))
    return same, apart
