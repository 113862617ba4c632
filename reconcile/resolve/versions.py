"""The entries of one commune and register type and their versions, delivery by delivery."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from reconcile.model import Outcome
from reconcile.resolve.fits import chosen, fit, numbered_fits, owned_fits, renumbered_fits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconcile.resolve.contents import Content
    from reconcile.resolve.fits import Fit

_FINGERPRINT_DIGITS: Final = 8
_UNNUMBERED: Final = ("", -1, -1, "")


@dataclass
class Entry:
    """One entry while deliveries are gone through.

    Attributes:
        key: its ``entry_key``.
        versions: hashes of what it said, one after the other.
        own_keys: keys that the registers' own software gave it.
        last_seen: family of files -> number of the delivery that had it last.
        last_place: family of files -> file, sheet and row where it stood then.
    """

    key: str
    versions: list[str] = field(default_factory=list)
    own_keys: set[str] = field(default_factory=set)
    last_seen: dict[str, int] = field(default_factory=dict)
    last_place: dict[str, tuple[str, str, int]] = field(default_factory=dict)

    @property
    def content(self) -> str:
        """What it says now."""
        return self.versions[-1]


class Scope:
    """All entries of one commune and register type, built up delivery by delivery.

    Args:
        name: commune and register type, as the keys of entries begin.
        contents: contents by hash.
        once: the register type's event happens once.
    """

    def __init__(self, name: str, contents: dict[str, Content], *, once: bool) -> None:
        self._name = name
        self._contents = contents
        self._once = once
        self.entries: list[Entry] = []
        self._by_content: dict[str, int] = {}
        self._by_own_key: dict[str, int] = {}
        self._by_series: dict[tuple[str, int, int, str], list[int]] = defaultdict(list)
        self._keys: dict[str, int] = defaultdict(int)

    def deliver(
        self, arrived: dict[str, list[str]], full: frozenset[str]
    ) -> dict[str, tuple[int, Outcome]]:
        """Take in one delivery.

        Args:
            arrived: content hash -> own keys of the rows that have it.
            full: families of files of which the delivery brings everything.

        Returns:
            Content hash -> number of its entry, and what the delivery made of the entry.
        """
        placed: dict[str, tuple[int, Outcome]] = {}
        claimed: set[int] = set()
        for content_hash, entry in self._unchanged(sorted(arrived)):
            placed[content_hash] = (entry, Outcome.UNCHANGED)
            claimed.add(entry)
        waiting = {key: arrived[key] for key in sorted(arrived) if key not in placed}
        fits = self._fits(waiting, claimed, full) if self.entries else []
        for content_hash, entry in chosen(fits, self._order, claimed):
            placed[content_hash] = (entry, self._put(entry, content_hash))
            claimed.add(entry)
        for content_hash in waiting:
            if content_hash not in placed:
                placed[content_hash] = (self._new(content_hash), Outcome.NEW)
        for content_hash in sorted(arrived):
            entry = placed[content_hash][0]
            for own_key in filter(None, arrived[content_hash]):
                self.entries[entry].own_keys.add(own_key)
                self._by_own_key[own_key] = entry  # a program set up anew gives keys out again
        return placed

    def _unchanged(self, arrived: list[str]) -> Iterator[tuple[str, int]]:
        """Contents that are what an entry says already."""
        for content_hash in arrived:
            known = self._by_content.get(content_hash)
            if known is not None and self.entries[known].content == content_hash:
                yield content_hash, known

    def _fits(
        self, waiting: dict[str, list[str]], claimed: set[int], full: frozenset[str]
    ) -> list[Fit]:
        """Every entry that is free and that a content may be."""
        possible: dict[tuple[str, int], Fit] = {}
        traced = self._traced(waiting, claimed)
        for content_hash, own_keys in waiting.items():
            now = self._contents[content_hash]
            owned = {self._by_own_key[key] for key in own_keys if key in self._by_own_key}
            numbered = set(self._by_series.get(now.series or _UNNUMBERED, ()))
            for entry in sorted((owned | numbered | traced[content_hash]) - claimed):
                one = self._fit(now, set(own_keys), entry, full)
                if one is not None:
                    possible[content_hash, entry] = one
        return list(possible.values())

    def _fit(
        self, now: Content, own_keys: set[str], entry: int, full: frozenset[str]
    ) -> Fit | None:
        """How a content fits an entry; None if it cannot be it."""
        known = self.entries[entry]
        before = self._contents[known.content]
        own = any(self._by_own_key.get(key) == entry for key in own_keys)
        own = own and owned_fits(before, now)
        # A number that an entry gave up counts only where the entry has none now.
        held = before.series is None or before.series == now.series
        numbered = held and entry in self._by_series.get(now.series or _UNNUMBERED, ())
        numbered = numbered and numbered_fits(before, now)
        vanished = known.last_seen.keys() <= full
        if not own and not numbered:
            other = bool(own_keys and known.own_keys)
            if (other and not vanished) or not renumbered_fits(
                before, now, vanished=vanished, once=self._once
            ):
                return None
        return fit(before, now, entry, own=own, same_number=numbered, vanished=vanished)

    def _traced(self, waiting: dict[str, list[str]], claimed: set[int]) -> dict[str, set[int]]:
        """Free entries that share two facts with a content: the number may have been corrected."""
        wanted: dict[tuple[object, ...], list[str]] = defaultdict(list)
        for content_hash in waiting:
            for trace in self._contents[content_hash].traces():
                wanted[trace].append(content_hash)
        found: dict[str, set[int]] = {content_hash: set() for content_hash in waiting}
        for entry, known in enumerate(self.entries):
            if entry not in claimed and wanted:
                for trace in self._contents[known.content].traces():
                    for content_hash in wanted.get(trace, ()):
                        found[content_hash].add(entry)
        return found

    def _order(self, one: Fit) -> tuple[object, ...]:
        """Numbers first, so that books keep their order; then hashes and keys."""
        entry = self.entries[one.entry]
        series = [
            self._contents[content_hash].series or _UNNUMBERED
            for content_hash in (one.content_hash, entry.content)
        ]
        return series[0], one.content_hash, series[1], entry.key

    def _new(self, content_hash: str) -> int:
        content = self._contents[content_hash]
        key = f"{self._name}/{content.label}~{content_hash[:_FINGERPRINT_DIGITS]}"
        self._keys[key] += 1
        if self._keys[key] > 1:
            key = f"{key}.{self._keys[key]}"
        self.entries.append(Entry(key))
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
