"""Which row is which entry, in which version: the identity of entries over all deliveries.

The answer is a function of *the set* of deliveries, each with its date (P4): deliveries are gone
through in date order whatever the order in which they arrived, and within one delivery contents
are taken in the order of their hashes, so that neither file order nor row order counts.

Within one commune and register type a content of a delivery finds its entry (design, section 8):

0. it is what an entry says already;
1. its own key belongs to an entry;
2. body, year and number belong to an entry whose principal persons are compatible; several such
   entries are told apart by content, and the book counts only where both sides have one;
3. exactly one entry differs from it in nothing but number, book and page;
4. otherwise it is an entry of its own.

No entry takes two different contents of one delivery: the same number twice in one delivery is two
entries and a question. Rows equal in content are one entry, *repeated*.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pandas as pd

from reconcile.model import LIVE_ENTRIES, OCCURRENCES, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reconcile.config import RegisterType

_SIMILAR_WORDS: Final = 0.6  # An and Anh are, An and Bình are not
_FINGERPRINT_DIGITS: Final = 8


@dataclass(frozen=True)
class Identified:
    """What :func:`identify` found.

    Attributes:
        occurrences: OCCURRENCES, one line per accepted row.
        entries: LIVE_ENTRIES, sorted by ``entry_key``.
        aliases: ``alias``, ``entry_key``: every own key, number and content that an entry ever
            had, as ``own:…``, ``number:…`` and ``content:…``; judgements find their anchors by it.
        gone: ``entry_key``, ``delivery`` (the full one that lacks it), ``file``, ``sheet``, ``row``
            (where it was last seen), ``whole`` (the whole sheet or file is missing).
    """

    occurrences: pd.DataFrame
    entries: pd.DataFrame
    aliases: pd.DataFrame
    gone: pd.DataFrame


class _Person(NamedTuple):
    name: str
    plain: str
    sound: str
    born: tuple[int, int] | None


@dataclass(frozen=True)
class _Content:
    """What identity needs to know of one content."""

    content_hash: str
    series: tuple[str, int, int, str] | None  # body, year, number, suffix
    book: str
    registered: tuple[int, int] | None
    principals: dict[str, _Person]
    others: dict[str, _Person]
    label: str

    @cached_property
    def apart_from_number(self) -> tuple[object, ...]:
        """Everything that a renumbering leaves as it was; empty without a principal."""
        if not any(person.name for person in self.principals.values()):
            return ()
        return (self.registered, *sorted((self.principals | self.others).items()))


@dataclass
class _Entry:
    """One entry while deliveries are gone through."""

    key: str
    versions: list[str] = field(default_factory=list)
    own_keys: set[str] = field(default_factory=set)
    last_seen: dict[str, int] = field(default_factory=dict)  # family -> delivery number
    last_place: dict[str, tuple[str, str, int]] = field(default_factory=dict)

    @property
    def content(self) -> str:
        return self.versions[-1]


# -- compatibility ------------------------------------------------------------------------------


def names_alike(left: _Person, right: _Person) -> bool:
    """Could the two names be one name, written twice?

    They could if they sound the same, have the same words in another order, or if both given name
    and family name are nearly the same; the middle name comes and goes.
    """
    if left.plain == right.plain or (left.sound and left.sound == right.sound):
        return True
    ours, theirs = left.plain.split(), right.plain.split()
    if not ours or not theirs:
        return False
    if sorted(ours) == sorted(theirs):
        return True
    return all(
        SequenceMatcher(None, ours[place], theirs[place], autojunk=False).ratio() >= _SIMILAR_WORDS
        for place in (0, -1)
    )


def compatible(left: _Content, right: _Content) -> bool:
    """Can two contents with one number be one entry, corrected in between?

    They can where every principal person's name is alike; or where a name was changed, but that
    person's birth and at least one other person of the entry stayed as they were.
    """
    roles = left.principals.keys() & right.principals.keys()
    if not roles:
        return not left.principals or not right.principals
    unlike = [
        role for role in roles if not names_alike(left.principals[role], right.principals[role])
    ]
    if not unlike:
        return True
    kept = [
        role
        for role in left.others.keys() & right.others.keys()
        if names_alike(left.others[role], right.others[role])
    ]
    kept += [role for role in roles if role not in unlike]
    return bool(kept) and all(
        left.principals[role].born is not None
        and left.principals[role].born == right.principals[role].born
        for role in unlike
    )


def _likeness(left: _Content, right: _Content) -> int:
    """How many values two contents share; only to tell entries of one number apart."""
    ours, theirs = left.principals | left.others, right.principals | right.others
    shared = sum(
        (ours[role].name == theirs[role].name) + (ours[role].born == theirs[role].born)
        for role in ours.keys() & theirs.keys()
    )
    return shared + (left.registered == right.registered) + (left.book == right.book)


# -- one commune and register type --------------------------------------------------------------


class _Scope:
    """All entries of one commune and register type, built up delivery by delivery."""

    def __init__(self, name: str, contents: dict[str, _Content]) -> None:
        self._name = name
        self._contents = contents
        self.entries: list[_Entry] = []
        self._by_content: dict[str, int] = {}
        self._by_own_key: dict[str, int] = {}
        self._by_series: dict[tuple[str, int, int, str], list[int]] = defaultdict(list)
        self._keys: dict[str, int] = defaultdict(int)

    def deliver(self, arrived: dict[str, list[str]]) -> dict[str, tuple[int, Outcome]]:
        """Take in one delivery.

        Args:
            arrived: content hash -> own keys of the rows that have it.

        Returns:
            Content hash -> number of its entry, and what the delivery made of the entry.
        """
        placed: dict[str, tuple[int, Outcome]] = {}
        claimed: set[int] = set()
        for search in (self._unchanged, self._owned, self._same_number, self._renumbered):
            waiting = {key: arrived[key] for key in sorted(arrived) if key not in placed}
            for content_hash, entry in search(waiting, claimed):
                placed[content_hash] = (entry, self._put(entry, content_hash))
                claimed.add(entry)
        for content_hash in sorted(arrived):
            if content_hash not in placed:
                placed[content_hash] = (self._new(content_hash), Outcome.NEW)
        for content_hash, own_keys in arrived.items():
            entry = placed[content_hash][0]
            for own_key in filter(None, own_keys):
                self.entries[entry].own_keys.add(own_key)
                self._by_own_key.setdefault(own_key, entry)
        return placed

    # Each search yields pairs of content and entry; ``claimed`` grows while it is read.

    def _unchanged(
        self, waiting: dict[str, list[str]], claimed: set[int]
    ) -> Iterator[tuple[str, int]]:
        """Contents that are what an entry says already."""
        for content_hash in waiting:
            known = self._by_content.get(content_hash)
            if (
                known is not None
                and known not in claimed
                and self.entries[known].content == content_hash
            ):
                yield content_hash, known

    def _owned(self, waiting: dict[str, list[str]], claimed: set[int]) -> Iterator[tuple[str, int]]:
        """Contents whose own key belongs to an entry."""
        for content_hash, own_keys in waiting.items():
            for own_key in sorted(filter(None, own_keys)):
                entry = self._by_own_key.get(own_key)
                if entry is not None and entry not in claimed:
                    yield content_hash, entry
                    break

    def _same_number(
        self, waiting: dict[str, list[str]], claimed: set[int]
    ) -> Iterator[tuple[str, int]]:
        """Pairs of content and entry with one number, likest first, each used once."""
        candidates = []
        for content_hash in waiting:
            content = self._contents[content_hash]
            if content.series is None:
                continue
            for entry in self._by_series.get(content.series, ()):
                before = self._contents[self.entries[entry].content]
                books_differ = content.book and before.book and content.book != before.book
                if entry in claimed or books_differ or not compatible(before, content):
                    continue
                candidates.append((-_likeness(before, content), content_hash, entry))
        taken: set[str] = set()
        for _, content_hash, entry in sorted(
            candidates, key=lambda item: (item[0], item[1], self.entries[item[2]].key)
        ):
            if content_hash not in taken and entry not in claimed:
                taken.add(content_hash)
                yield content_hash, entry

    def _renumbered(
        self, waiting: dict[str, list[str]], claimed: set[int]
    ) -> Iterator[tuple[str, int]]:
        """Contents that differ from exactly one free entry in number, book and page alone."""
        if not waiting or len(claimed) == len(self.entries):
            return
        free: dict[tuple[object, ...], list[int]] = defaultdict(list)
        for number, entry in enumerate(self.entries):
            if number not in claimed:
                free[self._contents[entry.content].apart_from_number].append(number)
        by_rest: dict[tuple[object, ...], list[str]] = defaultdict(list)
        for content_hash in waiting:
            by_rest[self._contents[content_hash].apart_from_number].append(content_hash)
        for rest, contents in by_rest.items():
            entries = free.get(rest, [])
            if rest and len(contents) == 1 and len(entries) == 1:
                yield contents[0], entries[0]

    def _new(self, content_hash: str) -> int:
        content = self._contents[content_hash]
        key = f"{self._name}/{content.label}~{content_hash[:_FINGERPRINT_DIGITS]}"
        self._keys[key] += 1
        if self._keys[key] > 1:
            key = f"{key}.{self._keys[key]}"
        self.entries.append(_Entry(key))
        self._put(len(self.entries) - 1, content_hash)
        return len(self.entries) - 1

    def _put(self, number: int, content_hash: str) -> Outcome:
        entry = self.entries[number]
        if entry.versions and entry.content == content_hash:
            return Outcome.UNCHANGED
        outcome = Outcome.CHANGED if entry.versions else Outcome.NEW
        entry.versions.append(content_hash)
        content = self._contents[content_hash]
        self._by_content[content_hash] = number
        if content.series is not None and number not in self._by_series[content.series]:
            self._by_series[content.series].append(number)
        return outcome


# -- all scopes ---------------------------------------------------------------------------------


def identify(
    rows: pd.DataFrame,
    delivered: pd.DataFrame,
    entries: pd.DataFrame,
    mentions: pd.DataFrame,
    register_types: dict[str, RegisterType],
) -> Identified:
    """Say of every accepted row which entry it is, and what every entry says now.

    Args:
        rows: accepted rows of all deliveries: the position columns of ROWS, ``family``,
            ``register_type``, ``content_hash``, ``own_key``, ``date`` (ISO) and ``sequence`` of the
            delivery.
        delivered: the scopes that a full export covered: ``delivery``, ``commune``, ``date``,
            ``sequence``, ``kind``, ``family``, ``register_type``. A family of which no file came,
            or of which a file could not be read, is not delivered and stands here with no line.
        entries: ENTRIES of all contents.
        mentions: MENTIONS of all contents.
        register_types: register types by code.

    Returns:
        Occurrences, live entries, aliases and what is gone; see :class:`Identified`.
    """
    contents = _contents(entries, mentions, register_types)
    turns = _turns(rows, delivered)
    ordered = rows.assign(
        turn=[
            turns[key] for key in zip(rows["commune"], rows["date"], rows["sequence"], strict=True)
        ]
    ).sort_values(
        ["commune", "register_type", "turn", "content_hash", "delivery", "file", "sheet", "row"],
        kind="stable",
        ignore_index=True,
    )
    lines = _Lines(ordered)
    scopes: dict[tuple[str, str], _Scope] = {}
    for name, numbers in groupby(
        range(len(ordered)), key=lambda n: (lines.commune[n], lines.register_type[n])
    ):
        scope = scopes[name] = _Scope("/".join(name), contents)
        for _, turn in groupby(numbers, key=lambda n: lines.turn[n]):
            _deliver(scope, lines, list(turn))
    live = _live(entries, scopes)
    gone = _gone(scopes, delivered, turns, _places(ordered))
    live["gone"] = live["entry_key"].isin(gone["entry_key"])
    return Identified(
        occurrences=_occurrences(ordered, lines, live),
        entries=LIVE_ENTRIES.check(live),
        aliases=_aliases(scopes, contents),
        gone=gone,
    )


class _Lines:
    """Columns of the ordered rows as lists, and what identity says of each row."""

    def __init__(self, ordered: pd.DataFrame) -> None:
        self.commune: list[str] = ordered["commune"].tolist()
        self.register_type: list[str] = ordered["register_type"].tolist()
        self.turn: list[int] = ordered["turn"].tolist()
        self.content_hash: list[str] = ordered["content_hash"].tolist()
        self.own_key: list[str] = ordered["own_key"].tolist()
        self.family: list[str] = ordered["family"].tolist()
        self.place = list(
            zip(
                ordered["file"].tolist(),
                ordered["sheet"].tolist(),
                ordered["row"].tolist(),
                strict=True,
            )
        )
        self.outcome = [""] * len(ordered)
        self.entry_key = [""] * len(ordered)
        self.version = [0] * len(ordered)


def _deliver(scope: _Scope, lines: _Lines, numbers: list[int]) -> None:
    """Hand one scope one delivery and write down what became of each row."""
    arrived: dict[str, list[str]] = defaultdict(list)
    for number in numbers:
        arrived[lines.content_hash[number]].append(lines.own_key[number])
    placed = scope.deliver(arrived)
    told: set[str] = set()
    for number in numbers:
        content_hash = lines.content_hash[number]
        where, outcome = placed[content_hash]
        entry = scope.entries[where]
        entry.last_seen[lines.family[number]] = lines.turn[number]
        entry.last_place[lines.family[number]] = lines.place[number]
        lines.outcome[number] = Outcome.REPEATED if content_hash in told else outcome
        told.add(content_hash)
        lines.entry_key[number] = entry.key
        lines.version[number] = len(entry.versions)


def _contents(
    entries: pd.DataFrame, mentions: pd.DataFrame, register_types: dict[str, RegisterType]
) -> dict[str, _Content]:
    people: dict[str, dict[str, _Person]] = defaultdict(dict)
    columns = ["content_hash", "role", "name_key", "name_plain", "name_sound"]
    for (content_hash, role, name, plain, sound), born in zip(
        _tuples(mentions, columns),
        _intervals(mentions, "birth"),
        strict=True,
    ):
        people[content_hash][role] = _Person(name, plain, sound, born)
    principals = {code: set(kind.principals) for code, kind in register_types.items()}
    contents = {}
    columns = ["content_hash", "register_type", "body", "year", "number", "number_suffix", "book"]
    for (content_hash, kind, body, year, number, suffix, book), registered in zip(
        _tuples(entries, columns),
        _intervals(entries, "registered"),
        strict=True,
    ):
        numbered = not pd.isna(number)
        year_text = "-" if pd.isna(year) else str(year)
        mine = people.get(content_hash, {})
        contents[content_hash] = _Content(
            content_hash=content_hash,
            series=(body, -1 if pd.isna(year) else int(year), int(number), suffix)
            if numbered
            else None,
            book=book,
            registered=registered,
            principals={r: p for r, p in mine.items() if r in principals[kind]},
            others={r: p for r, p in mine.items() if r not in principals[kind]},
            label=f"{year_text}/{number}{suffix}" if numbered else f"{year_text}/-",
        )
    return contents


def _tuples(frame: pd.DataFrame, columns: list[str]) -> Iterator[tuple[Any, ...]]:
    """Lines of a frame; much faster over lists than over Arrow columns."""
    return zip(*(frame[name].tolist() for name in columns), strict=True)


def _intervals(frame: pd.DataFrame, name: str) -> list[tuple[int, int] | None]:
    return [
        None if pd.isna(first) else (int(first), int(last))
        for first, last in zip(
            frame[f"{name}_from"].tolist(), frame[f"{name}_to"].tolist(), strict=True
        )
    ]


def _turns(rows: pd.DataFrame, delivered: pd.DataFrame) -> dict[tuple[str, str, int], int]:
    """Number every delivery of every commune in date order: folders of one date are one."""
    columns = ["commune", "date", "sequence"]
    keys = pd.concat([rows[columns], delivered[columns]]).drop_duplicates().sort_values(columns)
    return {key: turn for turn, key in enumerate(keys.itertuples(index=False, name=None))}


def _live(entries: pd.DataFrame, scopes: dict[tuple[str, str], _Scope]) -> pd.DataFrame:
    current = {entry.content: entry.key for scope in scopes.values() for entry in scope.entries}
    pairs = [(entry.content, entry.key) for scope in scopes.values() for entry in scope.entries]
    if len(current) != len(pairs):
        # Two entries that say the same now; each keeps a line of its own.
        live = pd.DataFrame(pairs, columns=["content_hash", "entry_key"]).astype("str")
        frame = entries.merge(live, on="content_hash", how="inner")
    else:
        frame = entries[entries["content_hash"].isin(list(current))].copy()
        frame["entry_key"] = frame["content_hash"].map(current).astype("str")
    return frame.assign(gone=False).sort_values("entry_key", ignore_index=True)[LIVE_ENTRIES.names]


def _occurrences(ordered: pd.DataFrame, lines: _Lines, live: pd.DataFrame) -> pd.DataFrame:
    now = dict(zip(live["entry_key"], live["content_hash"], strict=True))
    frame = ordered.assign(
        outcome=pd.Series(lines.outcome, dtype="str"),
        entry_key=pd.Series(lines.entry_key, dtype="str"),
        version=pd.Series(lines.version, dtype="Int32"),
        current=[
            now[key] == content
            for key, content in zip(lines.entry_key, lines.content_hash, strict=True)
        ],
    ).sort_values(list(OCCURRENCES.key), ignore_index=True)[OCCURRENCES.names]
    if frame.empty:
        return OCCURRENCES.empty()
    return OCCURRENCES.check(frame)


def _aliases(scopes: dict[tuple[str, str], _Scope], contents: dict[str, _Content]) -> pd.DataFrame:
    lines: set[tuple[str, str]] = set()
    for (commune, register_type), scope in scopes.items():
        prefix = f"{commune}/{register_type}"
        for entry in scope.entries:
            lines.update((f"own:{prefix}/{own_key}", entry.key) for own_key in entry.own_keys)
            for content_hash in entry.versions:
                lines.add((f"content:{content_hash}", entry.key))
                series = contents[content_hash].series
                if series is not None:
                    body, year, number, suffix = series
                    lines.add((f"number:{prefix}/{body}/{year}/{number}{suffix}", entry.key))
    return pd.DataFrame(sorted(lines), columns=["alias", "entry_key"]).astype("str")


# -- rows gone ----------------------------------------------------------------------------------


def _places(ordered: pd.DataFrame) -> set[tuple[str, int, str, str]]:
    """Every sheet that a commune's delivery had: commune, turn, file, sheet."""
    columns = ["commune", "turn", "file", "sheet"]
    return set(ordered[columns].drop_duplicates().itertuples(index=False, name=None))


def _gone(
    scopes: dict[tuple[str, str], _Scope],
    delivered: pd.DataFrame,
    turns: dict[tuple[str, str, int], int],
    places: set[tuple[str, int, str, str]],
) -> pd.DataFrame:
    """Entries that the latest full export of every family that ever had them lacks."""
    latest = _latest_full(delivered, turns)
    lines = []
    for (commune, register_type), scope in sorted(scopes.items()):
        for entry in scope.entries:
            missing = [
                (family, latest.get((commune, family, register_type)))
                for family in sorted(entry.last_seen)
            ]
            absent = [
                (family, full)
                for family, full in missing
                if full is not None and full[0] > entry.last_seen[family]
            ]
            if len(absent) < len(missing):
                continue
            family, (turn, delivery) = max(
                ((family, full) for family, full in absent), key=lambda item: item[1]
            )
            file, sheet, row = entry.last_place[family]
            whole = (commune, turn, file, sheet) not in places
            lines.append((entry.key, delivery, file, sheet, row, whole))
    frame = pd.DataFrame(lines, columns=["entry_key", "delivery", "file", "sheet", "row", "whole"])
    return frame.astype(
        {"entry_key": "str", "delivery": "str", "file": "str", "sheet": "str", "row": "Int32"}
        | {"whole": "bool"}
    )


def _latest_full(
    delivered: pd.DataFrame, turns: dict[tuple[str, str, int], int]
) -> dict[tuple[str, str, str], tuple[int, str]]:
    """Latest full export per commune, family and register type: its turn and its folder."""
    latest: dict[tuple[str, str, str], tuple[int, str]] = {}
    columns = ["commune", "date", "sequence", "family", "register_type", "delivery", "kind"]
    lines: Iterable[Sequence[str]] = delivered[columns].itertuples(index=False, name=None)
    for commune, date, sequence, family, register_type, delivery, kind in lines:
        if kind != "full":
            continue
        scope = (commune, family, register_type)
        turn = (turns[commune, date, int(sequence)], delivery)
        latest[scope] = max(latest.get(scope, turn), turn)
    return latest
