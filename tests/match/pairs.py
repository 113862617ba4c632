"""Two entries out of one line of ``cases/pairs.csv``."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from reconcile.model import KIN, LIVE_ENTRIES, LIVE_MENTIONS
from reconcile.text.folding import key, plain
from reconcile.text.sound import southern_sound_key

TYPES = {
    "child": "KS",
    "mother": "KS",
    "father": "KS",
    "husband": "KH",
    "wife": "KH",
    "deceased": "KT",
    "requester": "KT",
    "subject": "HN",
}
PARTNERS = {"mother": "father", "father": "mother", "husband": "wife", "wife": "husband"}


def interval(born: str) -> dict[str, Any]:
    """Columns of a date of birth written ``1980-04-04``, ``1980`` or nothing."""
    if not born:
        return {}
    if len(born) == 4:
        first, last, precision = date(int(born), 1, 1), date(int(born), 12, 31), "year"
    else:
        first = last = date.fromisoformat(born)
        precision = "day"
    return {
        "birth_from": first.toordinal(),
        "birth_to": last.toordinal(),
        "birth_precision": precision,
    }


def mention(
    entry: dict[str, Any], role: str, name: str, born: str = "", **more: Any
) -> dict[str, Any]:
    """One line of LIVE_MENTIONS."""
    words = key(name).split()
    sex = {"mother": "F", "father": "M", "husband": "M", "wife": "F"}.get(role, "")
    event = {column: entry[column] for column in ("event_from", "event_to")}
    line = {
        **{
            column: entry[column]
            for column in ("content_hash", "commune", "register_type", "entry_key")
        },
        **event,
        "registered_from": entry["registered_from"],
        "registered_to": entry["registered_to"],
        "mention_key": f"{entry['entry_key']}/{role}",
        "role": role,
        "name": name,
        "name_key": key(name),
        "name_plain": plain(name),
        "name_sound": southern_sound_key(name),
        "family": words[0],
        "middle": " ".join(words[1:-1]),
        "given": words[-1],
        "sex": sex,
        "ethnic_group": "Kinh",
        "distinct": role != "requester" or entry["register_type"] == "KT",
        "principal": role in {"child", "husband", "wife", "deceased", "subject"},
        "acts": role in {"husband", "wife", "requester", "subject"},
        "passage": {"child": "birth", "deceased": "death"}.get(role, ""),
        **interval(born),
    }
    if role == "deceased":
        line |= {
            "death_from": event["event_from"],
            "death_to": event["event_to"],
            "death_precision": "day",
        }
    return line | more


def entry(number: int, register_type: str, year: int, **more: Any) -> dict[str, Any]:
    """One line of LIVE_ENTRIES."""
    on = date(year, 6, 15).toordinal()
    return {
        "content_hash": f"{number:08d}",
        "commune": "hoi_xuan",
        "register_type": register_type,
        "body": "28507@1976",
        "year": year,
        "number": number,
        "registered_from": on,
        "registered_to": on,
        "event_from": on,
        "event_to": on,
        "entry_key": f"hoi_xuan/{register_type}/{year}/{number}~{number:08d}",
    } | more


def live(
    entries: list[dict[str, Any]], mentions: list[dict[str, Any]]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """LIVE_ENTRIES and LIVE_MENTIONS of these lines, in key order."""
    entries = sorted(entries, key=lambda line: line["entry_key"])
    position = {line["entry_key"]: at for at, line in enumerate(entries)}
    lines = [line | {"entry": position[line["entry_key"]]} for line in mentions]
    lines.sort(key=lambda line: line["mention_key"])
    return LIVE_ENTRIES.build(entries), LIVE_MENTIONS.build(lines)


def tables(
    case: dict[str, str],
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, tuple[int, int]]:
    """LIVE_MENTIONS, LIVE_ENTRIES and KIN of a case, and the positions of its two mentions."""
    entries, mentions, kin, keys = [], [], [], []
    for number, side in enumerate("ab", start=1):
        told = {name[2:]: value for name, value in case.items() if name.startswith(f"{side}_")}
        role = told["role"]
        one = entry(number, TYPES[role], int(told["year"]))
        more = {"cmnd": told["cmnd"], "cccd": told["cccd"], "residence_hamlet": told["hamlet"]}
        more["name_other"] = told["other"]
        if told["sex"]:
            more["sex"] = told["sex"]
        own = mention(one, role, told["name"], told["born"], **more)
        entries.append(one)
        mentions.append(own)
        keys.append(own["mention_key"])
        for relation in ("father", "mother", "partner", "child"):
            if told[relation]:
                name, _, born = told[relation].partition(":")
                other = PARTNERS[role] if relation == "partner" else relation
                relative = mention(one, other, name, born)
                mentions.append(relative)
                back = {"partner": "partner", "child": role}.get(relation, "child")
                kin.append((own["mention_key"], relative["mention_key"], relation))
                kin.append((relative["mention_key"], own["mention_key"], back))
    live_entries, live_mentions = live(entries, mentions)
    at = {name: position for position, name in enumerate(live_mentions["mention_key"])}
    lines = [{"mention": at[a], "relative": at[b], "relation": word} for a, b, word in kin]
    sides = tuple(sorted(at[name] for name in keys))
    return (
        live_mentions,
        live_entries,
        KIN.build(lines) if lines else KIN.empty(),
        (sides[0], sides[1]),
    )
