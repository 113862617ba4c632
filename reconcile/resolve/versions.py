"""The entries of one commune and register type and their versions, delivery by delivery."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from reconcile.model import Outcome
from reconcile.resolve.contents import compatible, likeness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconcile.resolve.contents import Content

_FINGERPRINT_DIGITS: Final = 8


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
    """All entries of one commune and register type, built up delivery by delivery."""

    def __init__(self, name: str, contents: dict[str, Content]) -> None:
        self._name = name
        self._contents = contents
        self.entries: list[Entry] = []
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
                candidates.append((-likeness(before, content), content_hash, entry))
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
