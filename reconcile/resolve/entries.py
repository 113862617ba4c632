"""Which row is which entry, in which version: the identity of entries over all deliveries.

The answer is a function of *the set* of deliveries, each with its date (P4): deliveries are gone
through in date order whatever the order in which they arrived, and within one delivery contents
are taken in the order of their hashes, so that neither file order nor row order counts.

Within one commune and register type a content of a delivery finds its entry (design, section 8).
What an entry says already is that entry. Any other content may be

- the entry that its own key belongs to, unless nothing else speaks for that (keys are given out
  again where a program is set up anew);
- an entry of the same body, year and number whose principal persons are compatible; the book counts
  only where both sides have one;
- an entry from which it differs in nothing but number, book and page, or in one fact besides;

and is the one with which it shares most, own key and number counting as facts
(:mod:`reconcile.resolve.fits`). If there is none, it is an entry of its own.

No entry takes two different contents of one delivery: the same number twice in one delivery is two
entries and a question. Rows equal in content are one entry, *repeated*.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import pandas as pd

from reconcile.model import LIVE_ENTRIES, OCCURRENCES, Outcome
from reconcile.resolve.contents import read_contents
from reconcile.resolve.retractions import places_of, retractions
from reconcile.resolve.versions import Scope

if TYPE_CHECKING:
    from reconcile.config import RegisterType
    from reconcile.resolve.contents import Content


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
    contents = read_contents(entries, mentions, register_types)
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
    full = _full(delivered, turns)
    scopes: dict[tuple[str, str], Scope] = {}
    for name, numbers in groupby(
        range(len(ordered)), key=lambda n: (lines.commune[n], lines.register_type[n])
    ):
        once = register_types[name[1]].event_once
        scope = scopes[name] = Scope("/".join(name), contents, once=once)
        for turn, here in groupby(numbers, key=lambda n: lines.turn[n]):
            _deliver(scope, lines, list(here), full.get((*name, turn), frozenset()))
    live = _live(entries, scopes)
    gone = retractions(scopes, delivered, turns, places_of(ordered))
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


def _full(
    delivered: pd.DataFrame, turns: dict[tuple[str, str, int], int]
) -> dict[tuple[str, str, int], frozenset[str]]:
    """Commune, register type and delivery -> families of files of which it brought everything."""
    found: dict[tuple[str, str, int], set[str]] = defaultdict(set)
    columns = ["commune", "register_type", "date", "sequence", "family"]
    for commune, kind, date, sequence, family in zip(
        *(delivered.loc[delivered["kind"] == "full", name].tolist() for name in columns),
        strict=True,
    ):
        found[commune, kind, turns[commune, date, sequence]].add(family)
    return {scope: frozenset(families) for scope, families in found.items()}


def _deliver(scope: Scope, lines: _Lines, numbers: list[int], full: frozenset[str]) -> None:
    """Hand one scope one delivery and write down what became of each row."""
    arrived: dict[str, list[str]] = defaultdict(list)
    for number in numbers:
        arrived[lines.content_hash[number]].append(lines.own_key[number])
    placed = scope.deliver(arrived, full)
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


def _turns(rows: pd.DataFrame, delivered: pd.DataFrame) -> dict[tuple[str, str, int], int]:
    """Number every delivery of every commune in date order: folders of one date are one."""
    columns = ["commune", "date", "sequence"]
    keys = pd.concat([rows[columns], delivered[columns]]).drop_duplicates().sort_values(columns)
    return {key: turn for turn, key in enumerate(keys.itertuples(index=False, name=None))}


def _live(entries: pd.DataFrame, scopes: dict[tuple[str, str], Scope]) -> pd.DataFrame:
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


def _aliases(scopes: dict[tuple[str, str], Scope], contents: dict[str, Content]) -> pd.DataFrame:
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
