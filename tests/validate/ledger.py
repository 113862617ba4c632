"""A small ledger for tests of validation: entries with roles, and where they stand."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from reconcile.model import ENTRIES, MENTIONS
from tests.factories import day, make_entry, make_mention

CONTENTS = ["content_hash", "commune", "register_type", "own_key", "fields"]
POSITIONS = ["content_hash", "delivery", "commune", "file", "sheet", "row"]


class Ledger:
    """Contents, entries, mentions and positions, one call per entry."""

    def __init__(self) -> None:
        self.contents: list[dict[str, Any]] = []
        self.entries: list[dict[str, Any]] = []
        self.mentions: list[dict[str, Any]] = []
        self.positions: list[dict[str, Any]] = []

    def add(
        self,
        register_type: str = "KS",
        roles: dict[str, dict[str, Any]] | None = None,
        fields: dict[str, str] | None = None,
        **entry: Any,
    ) -> str:
        """Add an entry; numbers count up in one year unless given. Returns its content hash."""
        place = len(self.contents)
        content_hash = f"{place:032x}"
        number = entry.pop("number", place + 1)
        line = {"register_type": register_type, "number": number, **entry}
        self.entries.append(make_entry(content_hash, **line))
        for role, about in (roles or {}).items():
            more = {"name": "Nguyen Van An", "register_type": register_type, **about}
            self.mentions.append(make_mention(content_hash, role, more.pop("name"), **more))
        self.contents.append(
            {
                "content_hash": content_hash,
                "commune": "hoi_xuan",
                "register_type": register_type,
                "own_key": "",
                "fields": json.dumps(fields or {}),
            }
        )
        self.positions.append(
            {
                "content_hash": content_hash,
                "delivery": "2025-07-01",
                "commune": "hoi_xuan",
                "file": "So.xls",
                "sheet": "2010",
                "row": place + 6,
            }
        )
        return content_hash

    def tables(self) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """Contents, ENTRIES, MENTIONS and positions."""
        return (
            pd.DataFrame(self.contents, columns=CONTENTS).astype("str"),
            ENTRIES.build(self.entries),
            MENTIONS.build(self.mentions),
            pd.DataFrame(self.positions, columns=POSITIONS).astype("str").astype({"row": "Int32"}),
        )


def interval(name: str, first: str, last: str, precision: str) -> dict[str, Any]:
    """Columns of a date that is known as an interval."""
    return {
        f"{name}_from": day(first),
        f"{name}_to": day(last),
        f"{name}_precision": precision,
    }


def exact(name: str, iso: str) -> dict[str, Any]:
    """Columns of a date that is known to the day."""
    return interval(name, iso, iso, "day")


def year(name: str, number: int) -> dict[str, Any]:
    """Columns of a date of which the year is known."""
    return interval(name, f"{number}-01-01", f"{number}-12-31", "year")
