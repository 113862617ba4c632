"""What deliveries changed in one entry, version after version, as text for a terminal."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from reconcile.report.chapters import Chapter
from reconcile.report.masking import masked

if TYPE_CHECKING:
    import pandas as pd

    from reconcile.report.dossier import Words

_UNKNOWN: Final = "–"
_NAMES: Final = frozenset(("name", "name_leading", "name_given"))
_DATES: Final = frozenset(("birth_date", "birth_year", "death_date", "registration_date"))
# Attributes of the entry itself that tell nothing of a person.
_OPEN: Final = frozenset(("number", "book", "page", "sheet_year", "registration_kind"))
_YEAR: Final = re.compile(r"(?<!\d)(?:18|19|20)\d\d(?!\d)")


def versions(told: pd.DataFrame, words: Words) -> Chapter | None:
    """Each version of an entry: which row brought it, and in which fields it differs.

    Args:
        told: what ``Register.versions`` gives.
        words: language, masking.
    """
    if told.empty:
        return None
    parts: list[str] = []
    before: dict[str, str] | None = None
    for line in told.to_dict("records"):
        place = "/".join(filter(None, (line["delivery"], line["commune"], line["file"])))
        sheet = f" / {line['sheet']}" if line["sheet"] else ""
        parts.append(
            words.say(
                "  {version}: {date}, {place}, row {row}",
                version=line["version"],
                date=line["date"],
                place=f"{place}{sheet}",
                row=line["row"],
            )
        )
        now: dict[str, str] = json.loads(str(line["fields"]))
        if before is not None:
            parts += _differences(before, now, words)
        before = now
    title = words.say("Versions of the entry, by the dates of deliveries")
    return Chapter(title, tuple(parts))


def _differences(before: dict[str, str], now: dict[str, str], words: Words) -> list[str]:
    changed = [
        field for field in sorted(before.keys() | now.keys()) if before.get(field) != now.get(field)
    ]
    lines = []
    for field in changed:
        old, new = (
            shown(field, said.get(field, ""), unmasked=words.unmasked) or _UNKNOWN
            for said in (before, now)
        )
        lines.append(f"       {field}: {old} → {new}")
    return lines


def shown(field: str, value: str, *, unmasked: bool) -> str:
    """A value as it may be shown: registration numbers are no secret, persons are masked (P9).

    Args:
        field: ``entry.x`` or ``role.x``.
        value: what a delivery said.
        unmasked: show it in full after all.
    """
    owner, _, attribute = field.partition(".")
    if unmasked or (owner == "entry" and attribute in _OPEN):
        return masked(attribute, value, unmasked=True)
    if attribute in _DATES:
        year = _YEAR.search(value)
        return year[0] if year else masked("", value)
    return masked("name" if attribute in _NAMES else "", value)
