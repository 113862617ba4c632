"""Anchors of judgements: how an entry or a mention is written down to be found again (P5)."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

Stored = dict[str, Any]

_ANCHORED: Final = (
    "commune",
    "register_type",
    "own_key",
    "body",
    "year",
    "number",
    "number_suffix",
    "content_hash",
)


def anchor(key: str, entries: pd.DataFrame) -> Stored:
    """What to store so that an entry or a mention is found again.

    Args:
        key: an ``entry_key``, or a ``mention_key``, which is the entry's key and the role.
        entries: LIVE_ENTRIES, indexed by ``entry_key`` or not.

    Raises:
        KeyError: there is no such entry.
    """
    entry_key, role = _split(key)
    table = entries if entries.index.name == "entry_key" else entries.set_index("entry_key")
    line = table.loc[entry_key]
    return {
        "entry_key": entry_key,
        "role": role,
        "commune": str(line["commune"]),
        "register_type": str(line["register_type"]),
        "own_key": str(line["own_key"]),
        "body": str(line["body"]),
        "year": _whole(line["year"]),
        "number": _whole(line["number"]),
        "number_suffix": str(line["number_suffix"]),
        "content_hash": str(line["content_hash"]),
    }


def key_of(stored: Stored) -> str:
    """The key that an anchor's entry or mention had when it was written down."""
    key, role = str(stored.get("entry_key", "")), str(stored.get("role", ""))
    return f"{key}/{role}" if role else key


def _whole(value: Any) -> int | None:  # noqa: ANN401  a cell of a nullable integer column
    return None if pd.isna(value) else int(value)


def _split(key: str) -> tuple[str, str]:
    """Entry key and role of a key; the role is empty for an entry's."""
    head, mark, tail = key.rpartition("~")
    digits, _, role = tail.partition("/")
    return f"{head}{mark}{digits}", role


class Finder:
    """Finds the entries that anchors speak of among the current ones.

    Args:
        entries: LIVE_ENTRIES.
        aliases: ``alias``, ``entry_key`` of :class:`~reconcile.resolve.entries.Identified`; keys
            under which an entry was known before.
    """

    def __init__(self, entries: pd.DataFrame, aliases: pd.DataFrame | None = None) -> None:
        self._keys = frozenset(entries["entry_key"])
        self._entries = entries
        self._aliases: dict[str, str] = {}
        if aliases is not None:
            known = aliases.drop_duplicates("alias", keep=False)
            self._aliases = dict(zip(known["alias"], known["entry_key"], strict=True))

    @cached_property
    def _by_content(self) -> tuple[dict[tuple[object, ...], str | None], ...]:
        """Entries by what they say; made only where a key does not tell."""
        ways: tuple[dict[tuple[object, ...], str | None], ...] = ({}, {}, {})
        columns = ["entry_key", *_ANCHORED]
        for line in self._entries[columns].astype("object").to_dict("records"):
            for way, found in zip(ways, _ways(line), strict=True):
                if found:
                    way[found] = None if found in way else str(line["entry_key"])
        return ways

    def entry(self, stored: Stored) -> str:
        """Key of the entry that an anchor speaks of now, empty if it is not found.

        The entry's key first, then what the entry said when it was judged, which it goes on having
        said whatever it says now; then its own key, its number, its content. Each only where
        exactly one entry fits: numbers move when a book is renumbered.
        """
        key = str(stored.get("entry_key", ""))
        if key in self._keys:
            return key
        found: str | None = self._aliases.get(f"content:{stored.get('content_hash', '')}")
        if found in self._keys:
            return str(found)
        for way, wanted in zip(self._by_content, _ways(stored), strict=True):
            found = way.get(wanted) if wanted else None
            if found:
                return found
        return ""

    def mention(self, stored: Stored) -> str:
        """Key of the mention that an anchor speaks of now, empty if its entry is not found."""
        entry = self.entry(stored)
        return f"{entry}/{stored.get('role', '')}" if entry else ""


def _ways(line: Mapping[Any, Any]) -> tuple[tuple[object, ...], ...]:
    """Own key, number and content of a line, each empty where the line has none."""
    scope = (line.get("commune"), line.get("register_type"))
    own, content = line.get("own_key"), line.get("content_hash")
    number = line.get("number")
    numbered = number is not None and not pd.isna(number) and line.get("body")
    return (
        (*scope, own) if own else (),
        (*scope, line["body"], line["year"], number, line.get("number_suffix", ""))
        if numbered
        else (),
        (*scope, content) if content else (),
    )
