"""What full exports lack of what the full exports before them had: a cut-off file shows so."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_Turn = tuple[str, int]  # date and sequence: folders of one date and sequence are one delivery
_WHEN = ["date", "sequence"]
COLUMNS = ["commune", "register_type", "before", "delivery", "entry_keys", "total"]


class _Step(NamedTuple):
    """Two full exports of one scope, one directly after the other by date."""

    commune: str
    register_type: str
    family: str
    before: _Turn
    after: _Turn


def shrunk(
    occurrences: pd.DataFrame,
    delivered: pd.DataFrame,
    fresh: Collection[tuple[str, str]],
    known_gone: Collection[str] = (),
) -> pd.DataFrame:
    """What full exports lack of what the full exports before them had.

    Each full export is measured against the preceding one by date of the same commune, register
    type and file family, wherever one of the two is of this run: an export that comes late is
    measured on both sides. What deltas brought in between does not count.

    Args:
        occurrences: OCCURRENCES of everything delivered.
        delivered: the scopes that exports covered, see :func:`reconcile.resolve.entries.identify`.
        fresh: delivery and commune of what this run brings.
        known_gone: entry keys that were gone before this run; an export that the register had
            already is not measured by them again.

    Returns:
        ``commune``, ``register_type``, ``before`` and ``delivery`` (names of the two exports),
        ``entry_keys`` (a tuple: those that the later one lacks) and ``total`` (how many the earlier
        one had), for every two exports of which the later lacks something.
    """
    full = delivered[delivered["kind"] == "full"]
    steps = list(_steps(full, set(fresh)))
    had = _entries(occurrences, delivered, {(step.commune, step.register_type) for step in steps})
    names = _names(full)
    told: dict[tuple[str, str, _Turn, _Turn], tuple[set[str], set[str]]] = {}
    for commune, kind, family, before, after in steps:
        earlier = had[commune, kind, before].get(family, set())
        lacking = earlier.difference(*had[commune, kind, after].values())
        if not names[commune, after] & {name for name, _ in fresh}:
            lacking -= set(known_gone)
        gone, total = told.setdefault((commune, kind, before, after), (set(), set()))
        gone |= lacking
        total |= earlier
    lines = [
        (
            *key[:2],
            *(_said(names[key[0], turn]) for turn in key[2:]),
            tuple(sorted(gone)),
            len(all_),
        )
        for key, (gone, all_) in sorted(told.items())
        if gone
    ]
    return pd.DataFrame(lines, columns=COLUMNS)


def _said(folders: set[str]) -> str:
    return " + ".join(sorted(folders))


def _steps(full: pd.DataFrame, fresh: set[tuple[str, str]]) -> Iterator[_Step]:
    """Full exports next to each other by date, at least one of them of this run."""
    turns: dict[tuple[str, str, str], dict[_Turn, bool]] = defaultdict(dict)
    for name, *scope, date, sequence in _lines(
        full, ["delivery", "commune", "register_type", "family", *_WHEN]
    ):
        seen = turns[scope[0], scope[1], scope[2]]
        turn = (date, int(sequence))
        seen[turn] = seen.get(turn, False) or (name, scope[0]) in fresh
    for key in sorted(turns):
        for before, after in pairwise(sorted(turns[key])):
            if turns[key][before] or turns[key][after]:
                yield _Step(*key, before, after)


def _entries(
    occurrences: pd.DataFrame, delivered: pd.DataFrame, scopes: set[tuple[str, str]]
) -> dict[tuple[str, str, _Turn], dict[str, set[str]]]:
    """Entries by commune, register type and delivery, then by family, of these scopes alone."""
    turns = {
        (name, commune): (date, int(sequence))
        for name, commune, date, sequence in _lines(delivered, ["delivery", "commune", *_WHEN])
    }
    found: dict[tuple[str, str, _Turn], dict[str, set[str]]] = defaultdict(dict)
    columns = ["delivery", "commune", "register_type", "family", "entry_key"]
    for name, commune, kind, family, entry_key in _lines(occurrences, columns):
        if (commune, kind) in scopes and (name, commune) in turns:
            here = found[commune, kind, turns[name, commune]]
            here.setdefault(family, set()).add(entry_key)
    return found


def _names(full: pd.DataFrame) -> dict[tuple[str, _Turn], set[str]]:
    """Folders by commune and delivery."""
    found: dict[tuple[str, _Turn], set[str]] = defaultdict(set)
    for name, commune, date, sequence in _lines(full, ["delivery", "commune", *_WHEN]):
        found[commune, (date, int(sequence))].add(name)
    return found


def _lines(frame: pd.DataFrame, columns: list[str]) -> Iterator[tuple[Any, ...]]:
    return zip(*(frame[name].tolist() for name in columns), strict=True)


def not_delivered(
    occurrences: pd.DataFrame,
    files: pd.DataFrame,
    deliveries: pd.DataFrame,
    fresh: Collection[tuple[str, str]],
) -> pd.DataFrame:
    """What full exports of this run lack whole, though earlier ones had it: a book, a commune.

    Nothing of it is gone: it was not delivered, and what was known of it stays. A book of which a
    file could not be read is told elsewhere. A commune is missed where the delivery before that
    had it was one with a commune that this one has: they are handed over together.

    Args:
        occurrences: OCCURRENCES of everything delivered.
        files: FILES of everything delivered.
        deliveries: DELIVERIES.
        fresh: delivery and commune of what this run brings.

    Returns:
        ``delivery``, ``commune``, ``register_type``, ``family`` (both empty where the commune is
        missed whole) and ``entries`` (how many entries earlier deliveries brought in such files).
    """
    turns = {
        (name, commune): (date, int(sequence))
        for name, commune, date, sequence in _lines(deliveries, ["delivery", "commune", *_WHEN])
    }
    full: set[tuple[str, str]] = set(
        _lines(deliveries[deliveries["kind"].eq("full")], ["delivery", "commune"])
    )
    lines = _missed_communes(occurrences, turns, full, set(fresh))
    for part in sorted(full & set(fresh)):
        commune = part[1]
        now = {key for key, turn in turns.items() if key[1] == commune and turn == turns[part]}
        past = {key for key, turn in turns.items() if key[1] == commune and turn < turns[part]}
        here = _books(files, now)
        known: dict[tuple[str, str], set[str]] = defaultdict(set)
        columns = ["delivery", "commune", "register_type", "family", "entry_key"]
        mine = occurrences[occurrences["commune"].eq(commune)]
        for name, _, kind, family, entry_key in _lines(mine, columns):
            if (name, commune) in past and (kind, family) not in here and ("", "") not in here:
                known[kind, family].add(entry_key)
        lines += [(*part, *book, len(entries)) for book, entries in sorted(known.items())]
    return pd.DataFrame(
        lines, columns=["delivery", "commune", "register_type", "family", "entries"]
    )


def _missed_communes(
    occurrences: pd.DataFrame,
    turns: dict[tuple[str, str], _Turn],
    full: set[tuple[str, str]],
    fresh: set[tuple[str, str]],
) -> list[tuple[str, str, str, str, int]]:
    """Communes that full exports of this run lack, as lines of :func:`not_delivered`."""
    together: dict[_Turn, dict[str, set[str]]] = defaultdict(dict)
    for name, commune in full:
        together[turns[name, commune]].setdefault(commune, set()).add(name)
    lines = []
    for turn in sorted({turns[part] for part in full & fresh}):
        here = together[turn]
        partial = {commune for (_, commune), when in turns.items() if when == turn}
        for commune in sorted({commune for _, commune in full} - partial):
            before = [when for when in together if when < turn and commune in together[when]]
            if not before or not together[max(before)].keys() & here.keys():
                continue
            past = {part for part, when in turns.items() if part[1] == commune and when < turn}
            known = {
                entry_key
                for *part, entry_key in _lines(occurrences, ["delivery", "commune", "entry_key"])
                if tuple(part) in past
            }
            folders = {name for names in here.values() for name in names}
            lines.append((_said(folders), commune, "", "", len(known)))
    return lines


def _books(files: pd.DataFrame, parts: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Register type and family of all files of some deliveries; both empty for an unknown file."""
    mine = pd.MultiIndex.from_frame(files[["delivery", "commune"]]).isin(list(parts))
    here = files[mine & files["status"].ne("litter")]
    return {
        (kind, family)
        for kinds, family in zip(here["register_types"], here["family"], strict=True)
        for kind in kinds.split() or [""]
    }
