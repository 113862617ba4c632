"""Frames for tests: sensible defaults, one keyword for each difference."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd

from reconcile.model import ENTRIES, MENTIONS


def day(text: str) -> int:
    """Proleptic ordinal of an ISO date."""
    return date.fromisoformat(text).toordinal()


def make_entry(content_hash: str, **differences: Any) -> dict[str, Any]:
    """One line of ENTRIES: birth 24/2010 of Hội Xuân unless said otherwise."""
    registered = differences.pop("registered", "2010-03-05")
    line: dict[str, Any] = {
        "content_hash": content_hash,
        "commune": "hoi_xuan",
        "register_type": "KS",
        "body": "28507@1979",
        "year": 2010,
        "number": 24,
        "registered_from": day(registered),
        "registered_to": day(registered),
        "registered_precision": "day",
    }
    return line | differences


def make_mention(content_hash: str, role: str, name: str, **differences: Any) -> dict[str, Any]:
    """One line of MENTIONS whose name forms are made from ``name`` (unmarked names in tests)."""
    plain = name.lower()
    words = plain.split()
    born = differences.pop("born", None)
    line: dict[str, Any] = {
        "content_hash": content_hash,
        "commune": "hoi_xuan",
        "register_type": "KS",
        "role": role,
        "name": name,
        "name_key": plain,
        "name_plain": plain,
        "name_sound": plain,
        "family": words[0] if words else "",
        "middle": " ".join(words[1:-1]),
        "given": words[-1] if words else "",
        "principal": role in {"child", "husband", "wife", "deceased", "subject"},
        "distinct": role != "requester",
    }
    if born is not None:
        line |= {
            "birth_from": day(born),
            "birth_to": day(born),
            "birth_precision": "day",
        }
    return line | differences


def entries_frame(lines: list[dict[str, Any]]) -> pd.DataFrame:
    """ENTRIES of these lines."""
    return ENTRIES.build(lines)


def mentions_frame(lines: list[dict[str, Any]]) -> pd.DataFrame:
    """MENTIONS of these lines."""
    return MENTIONS.build(lines)


def decided(asked: pd.DataFrame, verdict: Callable[[Any], str]) -> list[dict[str, Any]]:
    """Stored judgements that answer conflicts on one day, as `review` would hand them in.

    Args:
        asked: CONFLICTS.
        verdict: the decision for a line of them.
    """
    return [
        {
            "conflict": line.conflict,
            "kind": line.kind,
            "decision": verdict(line),
            "mentions": json.loads(line.mentions),
            "entries": json.loads(line.entries),
            "officer": "An officer",
            "decided": "2025-07-20",
            "seen": line.evidence,
        }
        for line in asked.itertuples()
    ]
