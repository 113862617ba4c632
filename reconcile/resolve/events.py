"""Which entries record one event: what happened once may stand in several entries.

Entries of a register type whose event happens once (``event_once``) record the same event if their
principal persons are the same: a birth or a death by the person who passes through it, a marriage
by both spouses, a recognition by parent and child. A certificate is issued as often as asked, so
each is its own event; only one line of one book, typed twice, is one certificate.

A couple that married, divorced and married again has two marriages. An officer is asked
(``remarriage``) where a note or the status of the earlier entry speaks of the end of the marriage
and the later entry is not a registration *again*, and where two entries years apart both say that
they are no registration again. All else is one marriage.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from reconcile.model import QUESTIONS, ConflictKind, Verdict
from reconcile.resolve.intervals import ALWAYS, NEVER, YEAR, is_slip
from reconcile.resolve.notes import AGAIN, marriage_ended, speak_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconcile.config import RegisterType
    from reconcile.resolve.clusters import Clusters

_SAME_OCCASION_DAYS: Final = 62  # two registrations of one wedding, a late one included
_WEDDING: Final = "KH"
_FIRST: Final = frozenset(("first", "on_time"))
_BOOK_LINE: Final = ("body", "year", "number", "number_suffix", "registered_from")


@dataclass(frozen=True)
class Events:
    """Events.

    Attributes:
        event: event number of each position in LIVE_ENTRIES, numbered by their least entry.
        questions: QUESTIONS with the rule ``remarriage``; their mentions are those of the first
            principal role of the two entries.
    """

    event: pd.Series[int]
    questions: pd.DataFrame


def group(  # noqa: PLR0913, PLR0917  the tables that it takes are its contract
    mentions: pd.DataFrame,
    entries: pd.DataFrame,
    kin: pd.DataFrame,
    clusters: Clusters,
    pairs: pd.DataFrame,
    judgements: pd.DataFrame,
    register_types: Mapping[str, RegisterType],
) -> Events:
    """Group entries into events.

    Args:
        mentions: LIVE_MENTIONS.
        entries: LIVE_ENTRIES.
        kin: KIN; not looked at, persons say enough.
        clusters: persons.
        pairs: PAIRS, for the probability that a question carries.
        judgements: JUDGEMENTS, effective ones.
        register_types: register types by code.

    Returns:
        Events, and what an officer must be asked about them.
    """
    del kin
    principals = _principals(mentions, entries, clusters.person, register_types)
    by_persons: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for place, persons in principals.items():
        by_persons[persons].append(place)
    grouping = _Grouping(entries, _verdicts(judgements, entries))
    for places in by_persons.values():
        grouping.settle(places)
    return Events(grouping.events(), _questions(grouping.doubts, mentions, pairs, register_types))


def _principals(
    mentions: pd.DataFrame,
    entries: pd.DataFrame,
    person: pd.Series[int],
    register_types: Mapping[str, RegisterType],
) -> dict[int, tuple[object, ...]]:
    """Register type and principal persons of every entry all of whose principals are named.

    Where an event can happen often, the line of the book is part of it.
    """
    chosen = mentions["principal"].to_numpy(dtype=bool)
    lines = mentions.loc[chosen, ["entry", "register_type", "role"]]
    lines = lines.assign(person=person.to_numpy(dtype="int64")[chosen])
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for place, role, number in zip(
        lines["entry"].tolist(), lines["role"].tolist(), lines["person"].tolist(), strict=True
    ):
        found[int(place)][role] = int(number)
    types = entries["register_type"].tolist()
    book_lines = _book_lines(entries)
    whole: dict[int, tuple[object, ...]] = {}
    for place in sorted(found):
        register_type = register_types[types[place]]
        if not set(register_type.principals) <= set(found[place]):
            continue
        persons = (found[place][role] for role in register_type.principals)
        if register_type.event_once:
            whole[place] = (register_type.code, *persons)
        elif place in book_lines:
            whole[place] = (register_type.code, *persons, *book_lines[place])
    return whole


def _book_lines(entries: pd.DataFrame) -> dict[int, tuple[object, ...]]:
    """The line of a book that each entry with a number is, and its day."""
    numbered = entries["number"].notna() & entries["year"].notna() & entries["body"].ne("")
    lines = entries.loc[numbered, [*_BOOK_LINE]]
    lines["registered_from"] = lines["registered_from"].fillna(NEVER)
    columns = (lines[name].tolist() for name in _BOOK_LINE)
    return dict(zip(lines.index.tolist(), zip(*columns, strict=True), strict=True))


def _verdicts(judgements: pd.DataFrame, entries: pd.DataFrame) -> dict[tuple[int, int], str]:
    """What officers decided about two entries, by their positions."""
    places = {key: place for place, key in enumerate(entries["entry_key"])}
    found: dict[tuple[int, int], str] = {}
    about = judgements[judgements["kind"].eq(ConflictKind.SAME_EVENT.value)]
    for line in about.sort_values("decided", kind="stable").to_dict("records"):
        keys = [places[key] for key in json.loads(line["entries"]) if key in places]
        for one in keys:
            for other in keys:
                if one < other:
                    found[one, other] = line["verdict"]
    return found


class _Grouping:
    """Events while entries of the same persons are gone through."""

    def __init__(self, entries: pd.DataFrame, verdicts: dict[tuple[int, int], str]) -> None:
        self._event = list(range(len(entries)))
        self._verdicts = verdicts
        self._wedding: list[bool] = entries["register_type"].eq(_WEDDING).tolist()
        self._kind: list[str] = entries["registration_kind"].tolist()
        self._ended: list[bool] = marriage_ended(entries).tolist()
        self._again: list[bool] = speak_of(entries, AGAIN).tolist()
        self._first: list[int] = entries["event_from"].fillna(NEVER).astype("int64").tolist()
        self._last: list[int] = entries["event_to"].fillna(ALWAYS).astype("int64").tolist()
        self._registered: list[int] = (
            entries["registered_from"].fillna(NEVER).astype("int64").tolist()
        )
        self.doubts: list[tuple[int, int]] = []

    def settle(self, places: list[int]) -> None:
        """Make events of the entries of the same persons: each joins the first that it may."""
        ordered = sorted(places, key=lambda place: (self._registered[place], place))
        events: list[list[int]] = []
        for place in ordered:
            home = next((event for event in events if self._fits(place, event)), None)
            if home is None:
                events.append([place])
            else:
                home.append(place)
        for event in events:
            least = min(event)
            for place in event:
                self._event[place] = least
        self._ask(events)

    def _fits(self, place: int, event: list[int]) -> bool:
        verdicts = {self._verdict(place, other) for other in event}
        if verdicts & {Verdict.DIFFERENT.value, Verdict.UNSURE.value}:
            return False
        if Verdict.SAME.value in verdicts:
            return True
        return not any(self._is_remarriage(other, place) for other in event)

    def _verdict(self, one: int, other: int) -> str:
        return self._verdicts.get((min(one, other), max(one, other)), "")

    def _is_remarriage(self, earlier: int, later: int) -> bool:
        """Whether the later entry can record a second marriage of the couple."""
        if not (self._ended[earlier] or self._both_first(earlier, later)):
            return False
        if self._kind[later] == "again" or self._again[later]:
            return False
        first, last = self._first[later], self._last[earlier]
        if NEVER in (first, self._first[earlier]) or first - last <= _SAME_OCCASION_DAYS:
            return False
        days = self._first[earlier] == last and first == self._last[later]
        return not (days and is_slip(last, first))

    def _both_first(self, earlier: int, later: int) -> bool:
        """Whether two weddings years apart both say that they are no registration again."""
        apart = self._first[later] - self._last[earlier] > YEAR
        kinds = {self._kind[earlier], self._kind[later]}
        return self._wedding[later] and apart and kinds <= _FIRST

    def _ask(self, events: list[list[int]]) -> None:
        """Two events of the same persons that no officer told apart are a question."""
        for earlier, later in pairwise(events):
            verdicts = {self._verdict(one, other) for one in earlier for other in later}
            if not verdicts & {Verdict.DIFFERENT.value}:
                self.doubts.append((min(earlier), min(later)))

    def events(self) -> pd.Series[int]:
        """Event numbers, counted in the order of their least entry."""
        return pd.Series(pd.factorize(pd.Series(self._event, dtype="int64"))[0], dtype="Int32")


def _questions(
    doubts: Iterable[tuple[int, int]],
    mentions: pd.DataFrame,
    pairs: pd.DataFrame,
    register_types: Mapping[str, RegisterType],
) -> pd.DataFrame:
    wanted = sorted(doubts)
    if not wanted:
        return QUESTIONS.empty()
    first = _first_principals(
        mentions, {place for pair in wanted for place in pair}, register_types
    )
    sides = {tuple(sorted((first[one], first[other]))) for one, other in wanted}
    scored = pairs.set_index(["left", "right"])["probability"]
    lines: list[dict[str, Any]] = [
        {
            "left": left,
            "right": right,
            "reason": "hard_rule",
            "rule": "remarriage",
            "probability": scored.get((left, right), float("nan")),
        }
        for left, right in sorted(sides)
    ]
    return QUESTIONS.build(lines)


def _first_principals(
    mentions: pd.DataFrame, places: set[int], register_types: Mapping[str, RegisterType]
) -> dict[int, int]:
    """Position of the mention in the first principal role of each entry."""
    lines = mentions[mentions["entry"].isin(places) & mentions["principal"]]
    return {
        int(place): int(position)
        for position, place, code, role in zip(
            lines.index, lines["entry"], lines["register_type"], lines["role"], strict=True
        )
        if role == register_types[code].principals[0]
    }
