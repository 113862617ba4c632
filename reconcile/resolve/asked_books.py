"""Conflicts about books and rows: gaps and order of numbers, refused rows, entries gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from reconcile.model import ConflictKind
from reconcile.resolve.drafts import Draft, Sources, ranges, type_words
from reconcile.resolve.intervals import ALWAYS, NEVER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy.typing as npt

    from reconcile.config import RegisterType
    from reconcile.resolve.law import SeriesLimits
    from reconcile.text.findings import FindingRule

    Ints = npt.NDArray[np.int64]

_SERIES = ["register_type", "body", "year"]
_PLACE = ["commune", "file", "sheet", "row"]


class _Series(NamedTuple):
    """One series of numbers, its entries in the order of their numbers.

    Attributes:
        key: register type, body and year.
        numbers: number of each entry.
        places: position of each entry.
        first: first day on which each can have been registered.
        last: last such day.
        gone: numbers that are no longer delivered.
        params: words for the series.
    """

    key: str
    numbers: Ints
    places: Ints
    first: Ints
    last: Ints
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
    columns = [lines[name].to_numpy(dtype="int64") for name in ("number", "place", "first", "last")]
    starts = np.flatnonzero(~lines.duplicated(_SERIES).to_numpy())
    names = lines[_SERIES].iloc[starts].itertuples(index=False, name=None)
    ends = np.append(starts[1:], len(lines))[: len(starts)]
    for line, start, end in zip(names, starts, ends, strict=True):
        if end - start < limits.least_entries:
            continue
        code, body, year = (str(part) for part in line)
        params = {"year": int(year), **type_words(register_types[code])}
        numbers, places, first, last = (column[start:end] for column in columns)
        one = _Series(
            key=f"{code}/{body}/{year}",
            numbers=numbers,
            places=places,
            first=first,
            last=last,
            gone=gone.get(line, frozenset()),
            params=params,
        )
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
    present = [number for number in np.unique(one.numbers).tolist() if number > 0]
    last = 0
    for number in present:
        if number - last > max(limits.largest_jump, len(present)):
            break
        last = number
    missing = sorted(set(range(1, last + 1)) - set(present) - one.gone)
    if not missing:
        return
    at = int(np.searchsorted(one.numbers, missing[0]))
    neighbours = one.places[max(at - 1, 0) : at + 1].tolist()
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
    early = (one.last[1:] < one.first[:-1]) & (one.numbers[1:] > one.numbers[:-1])
    if not early.any():
        return
    numbers = one.numbers[1:][early].tolist()
    first = int(early.argmax())
    places = one.places[first : first + 2].tolist()
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
