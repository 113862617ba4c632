"""A small town for tests: entries with their roles, as live tables in key order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from reconcile.config import load_register_types, relation_of
from reconcile.model import KIN, LIVE_ENTRIES, LIVE_MENTIONS, PAIRS, fingerprint

MAPPINGS = Path(__file__).resolve().parents[2] / "mappings"
TYPES = load_register_types(MAPPINGS)
YEAR_DAYS = (1, 1), (12, 31)


def interval(text: str) -> tuple[int, int, str]:
    """First day, last day and precision of ``1985``, ``1985-03`` or ``1985-03-04``."""
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 1:
        return date(parts[0], 1, 1).toordinal(), date(parts[0], 12, 31).toordinal(), "year"
    if len(parts) == 2:
        first = date(parts[0], parts[1], 1).toordinal()
        following = date(parts[0] + parts[1] // 12, parts[1] % 12 + 1, 1).toordinal()
        return first, following - 1, "month"
    day = date(*parts).toordinal()
    return day, day, "day"


def person(name: str, born: str = "", **differences: Any) -> dict[str, Any]:
    """What one role of an entry says; ``died`` and any column of MENTIONS may follow."""
    line: dict[str, Any] = {"name": name, "name_key": name.lower(), "name_plain": name.lower()}
    words = name.lower().split()
    line |= {"name_sound": name.lower(), "family": words[0], "given": words[-1]}
    line |= _dated("birth", born) | _dated("death", differences.pop("died", ""))
    return line | differences


def _dated(prefix: str, text: str) -> dict[str, Any]:
    if not text:
        return {}
    first, last, precision = interval(text)
    return {f"{prefix}_from": first, f"{prefix}_to": last, f"{prefix}_precision": precision}


@dataclass
class Town:
    """Entries of a town, added one by one."""

    entries: list[dict[str, Any]] = field(default_factory=list)
    mentions: list[dict[str, Any]] = field(default_factory=list)

    def add(self, register_type: str, number: int, day: str, **roles: Any) -> str:
        """Add an entry; keywords that are roles are persons, others are columns of ENTRIES.

        Returns:
            Its key.
        """
        kind = TYPES[register_type]
        names = {role.name for role in kind.roles}
        people = {role: roles.pop(role) for role in list(roles) if role in names}
        commune = roles.pop("commune", "hoi_xuan")
        happened = roles.pop("happened", "")
        first, last, precision = interval(day)
        content = fingerprint([register_type, str(number), day, repr(people), repr(roles), commune])
        year = date.fromordinal(first).year
        key = f"{commune}/{register_type}/{year}/{number}~{content[:8]}"
        origin = {"content_hash": content, "commune": commune, "register_type": register_type}
        event = _dated("event", happened or _event(register_type, people) or day)
        entry = origin | {
            "body": f"{commune}@1976",
            "year": year,
            "number": number,
            "registered_from": first,
            "registered_to": last,
            "registered_precision": precision,
            "gone": False,
            **event,
            "entry_key": key,
        }
        self.entries.append(entry | roles)
        for role in kind.roles:
            if role.name in people:
                self.mentions.append(
                    {
                        **origin,
                        "role": role.name,
                        "sex": role.sex,
                        "principal": role.principal,
                        "acts": role.acts,
                        "distinct": role.distinct,
                        "passage": role.passage,
                        "event_from": event["event_from"],
                        "event_to": event["event_to"],
                        "registered_from": first,
                        "registered_to": last,
                        "entry_key": key,
                        "mention_key": f"{key}/{role.name}",
                        **people[role.name],
                    }
                )
        return key

    def live(self) -> Live:
        """The live tables, in key order."""
        entries = sorted(self.entries, key=lambda line: str(line["entry_key"]))
        place = {line["entry_key"]: number for number, line in enumerate(entries)}
        mentions = sorted(self.mentions, key=lambda line: str(line["mention_key"]))
        for line in mentions:
            line["entry"] = place[line["entry_key"]]
        live_mentions = LIVE_MENTIONS.build(mentions)
        return Live(LIVE_ENTRIES.build(entries), live_mentions, _kin(live_mentions))


@dataclass
class Live:
    """Live tables of a town."""

    entries: pd.DataFrame
    mentions: pd.DataFrame
    kin: pd.DataFrame

    def at(self, key: str, role: str) -> int:
        """Position of a mention."""
        return int(self.mentions.index[self.mentions["mention_key"].eq(f"{key}/{role}")][0])

    def entry_at(self, key: str) -> int:
        """Position of an entry."""
        return int(self.entries.index[self.entries["entry_key"].eq(key)][0])


def _event(register_type: str, people: dict[str, dict[str, Any]]) -> str:
    fields = {"KS": ("child", "birth"), "KT": ("deceased", "death")}
    if register_type not in fields:
        return ""
    role, kind = fields[register_type]
    line = people.get(role, {})
    if f"{kind}_from" not in line:
        return ""
    first = date.fromordinal(line[f"{kind}_from"])
    return {"day": first.isoformat(), "month": first.isoformat()[:7]}.get(
        line[f"{kind}_precision"], str(first.year)
    )


def _kin(mentions: pd.DataFrame) -> pd.DataFrame:
    lines = []
    for _, group in mentions.groupby("entry"):
        places = {role: int(place) for place, role in zip(group.index, group["role"], strict=True)}
        for rule in TYPES[group["register_type"].iloc[0]].kin:
            if rule.of in places and rule.relative in places:
                relative = places[rule.relative]
                relation = relation_of(rule, mentions["sex"].iloc[relative])
                if relation is not None:
                    lines.append(
                        {
                            "mention": places[rule.of],
                            "relative": relative,
                            "relation": relation.value,
                        }
                    )
    return KIN.build(lines)


def pairs(*scored: tuple[int, int, float] | tuple[int, int, float, bool]) -> pd.DataFrame:
    """PAIRS of (left, right, weight) or (left, right, weight, certain)."""
    lines = []
    for left, right, weight, *certain in scored:
        lines.append(
            {
                "left": min(left, right),
                "right": max(left, right),
                "rules": 1,
                "weight": weight,
                "probability": 1 / (1 + 2.0**-weight),
                "weight_related": weight + 5.0,
                "certain": bool(certain and certain[0]),
            }
        )
    return PAIRS.build(lines)
