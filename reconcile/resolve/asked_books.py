"""Conflicts about books and rows: gaps and order of numbers, refused rows, entries gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from reconcile.model import ConflictKind
from reconcile.resolve.drafts import Draft, Sources, ranges, type_words
from reconcile.resolve.intervals import ALWAYS, NEVER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconcile.config import RegisterType
    from reconcile.resolve.law import SeriesLimits
    from reconcile.text.findings import FindingRule

_SERIES = ["register_type", "body", "year"]
_PLACE = ["commune", "file", "sheet", "row"]


class _Series(NamedTuple):
    """One series of numbers: its key, its entries by number, numbers gone, words for it."""

    key: str
    entries: pd.DataFrame
    gone: frozenset[int]
    params: dict[str, Any]


def series(
    sources: Sources, limits: SeriesLimits, register_types: Mapping[str, RegisterType]
) -> Iterator[Draft]:
    """One question per series of numbers with gaps, one per series out of order.

    Numbers run from 1 to the end of the year in each body and register type (Circular
    04/2020/TT-BTP, article 29), so a missing number is a missing entry. The number of an entry
    that is no longer delivered is no gap: ``gone_entry`` asks about it.
    """
    entries = sources.entries
    gone = _gone_numbers(sources)
    known = entries["number"].notna() & entries["year"].notna() & entries["body"].ne("")
    lines = entries.loc[known & ~entries["gone"], [*_SERIES, "number"]]
    lines["first"] = entries.loc[lines.index, "registered_from"].fillna(NEVER).astype("int64")
    lines["last"] = entries.loc[lines.index, "registered_to"].fillna(ALWAYS).astype("int64")
    lines["place"] = lines.index
    lines["number"] = lines["number"].astype("int64")
    lines = lines.sort_values([*_SERIES, "number", "place"])
    for line, group in lines.groupby(_SERIES, sort=True):
        if len(group) < limits.least_entries:
            continue
        code, body, year = (str(part) for part in line)
        key = f"{code}/{body}/{year}"
        params = {"year": int(year), **type_words(register_types[code])}
        one = _Series(key, group, gone.get(line, frozenset()), params)
        yield from _gaps(sources, one, limits)
        yield from _order(sources, one, limits)


def _gone_numbers(sources: Sources) -> dict[object, frozenset[int]]:
    """Numbers of entries that :func:`gone_entries` asks about, by series."""
    entries = sources.entries
    asked = entries["entry_key"].isin(sources.gone["entry_key"]) & entries["number"].notna()
    lines = entries.loc[asked, [*_SERIES, "number"]]
    return {
        line: frozenset(group["number"].astype("int64").tolist())
        for line, group in lines.groupby(_SERIES, sort=True)
    }


def _gaps(sources: Sources, one: _Series, limits: SeriesLimits) -> Iterator[Draft]:
    group = one.entries
    present = [number for number in group["number"].unique().tolist() if number > 0]
    last = 0
    for number in present:
        if number - last > max(limits.largest_jump, len(present)):
            break
        last = number
    missing = sorted(set(range(1, last + 1)) - set(present) - one.gone)
    if not missing:
        return
    before = group[group["number"].lt(missing[0])].tail(1)
    after = group[group["number"].gt(missing[0])].head(1)
    neighbours = [int(place) for place in (*before["place"], *after["place"])]
    yield Draft(
        kind=ConflictKind.SERIES,
        severity="warning" if len(missing) < len(present) else "info",
        sentence="series_gaps",
        keys=(one.key,),
        facts=(ranges(missing, len(missing)),),
        topic="gaps",
        entries=tuple(sources.entry_keys[place] for place in neighbours),
        params=one.params
        | {
            "missing": len(missing),
            "last": last,
            "ranges": ranges(missing, limits.shown_ranges),
        },
        legal="numbering",
    )


def _order(sources: Sources, one: _Series, limits: SeriesLimits) -> Iterator[Draft]:
    group = one.entries
    early = group["last"].lt(group["first"].shift(fill_value=NEVER))
    early &= group["number"].gt(group["number"].shift(fill_value=0))
    if not early.any():
        return
    numbers = group.loc[early, "number"].tolist()
    first = int(early.to_numpy().argmax())
    places = [int(place) for place in group["place"].iloc[first - 1 : first + 1]]
    yield Draft(
        kind=ConflictKind.SERIES,
        severity="info",
        sentence="series_order",
        keys=(one.key,),
        facts=(ranges(numbers, len(numbers)),),
        topic="order",
        entries=tuple(sources.entry_keys[place] for place in places),
        params=one.params | {"count": len(numbers), "ranges": ranges(numbers, limits.shown_ranges)},
        legal="numbering",
    )


def refused_rows(sources: Sources, findings: Mapping[str, FindingRule]) -> Iterator[Draft]:
    """One question for every row that was refused; the same row of a later delivery is the same.

    Args:
        sources: refused rows.
        findings: words of the reasons.
    """
    lines = sources.refused
    order = [name for name in ("date", "sequence", "delivery") if name in lines.columns]
    latest = lines.sort_values([*order, *_PLACE]).drop_duplicates(_PLACE, keep="last")
    for line in latest.sort_values(_PLACE).to_dict("records"):
        reason = str(line["reason"])
        words = findings.get(reason)
        yield Draft(
            kind=ConflictKind.REFUSED,
            severity="error",
            sentence="refused",
            keys=tuple(str(line[name]) for name in _PLACE),
            facts=(reason, str(line.get("content_hash", "")), str(line.get("raw_hash", ""))),
            params={
                "reason_vi": words.sentence({}, "vi") if words else reason,
                "reason_en": words.sentence({}, "en") if words else reason,
            },
            positions=_position(line),
        )


def _position(line: Mapping[Any, Any]) -> dict[str, object]:
    found: dict[str, object] = {
        name: str(line[name]) for name in ("delivery", "commune", "file", "sheet")
    }
    return found | {"row": int(line["row"])}


def gone_entries(sources: Sources) -> Iterator[Draft]:
    """Entries that a full export lacks: one question each, and one for a whole sheet or file."""
    gone = sources.gone
    if gone.empty:
        return
    commune = dict(zip(sources.entry_keys, sources.entries["commune"], strict=True))
    content = dict(zip(sources.entry_keys, sources.entries["content_hash"], strict=True))
    lines = gone.assign(commune=gone["entry_key"].map(commune)).sort_values("entry_key")
    for line in lines[~lines["whole"]].to_dict("records"):
        key = str(line["entry_key"])
        yield Draft(
            kind=ConflictKind.GONE,
            severity="warning",
            sentence="gone_entry",
            keys=(key,),
            facts=(content[key],),
            entries=(key,),
            legal="digitised_data",
            positions=_position(line),
        )
    for _, group in lines[lines["whole"]].groupby(["commune", "file", "sheet"], sort=True):
        keys = tuple(group["entry_key"])
        first = group.iloc[0].to_dict()
        yield Draft(
            kind=ConflictKind.GONE,
            severity="error",
            sentence="gone_book",
            keys=tuple(str(first[name]) for name in ("commune", "file", "sheet")),
            facts=keys,
            topic="whole",
            params={"count": len(keys)},
            legal="digitised_data",
            positions=_position(first | {"row": 0}),
        )
