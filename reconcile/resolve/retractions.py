"""Entries that are no longer delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconcile.resolve.versions import Scope


def places_of(ordered: pd.DataFrame) -> set[tuple[str, int, str, str]]:
    """Every sheet that a commune's delivery had: commune, turn, file, sheet."""
    columns = ["commune", "turn", "file", "sheet"]
    return set(ordered[columns].drop_duplicates().itertuples(index=False, name=None))


def retractions(
    scopes: dict[tuple[str, str], Scope],
    delivered: pd.DataFrame,
    turns: dict[tuple[str, str, int], int],
    places: set[tuple[str, int, str, str]],
) -> pd.DataFrame:
    """Entries that the latest full export of every family that ever had them lacks.

    Args:
        scopes: entries by commune and register type.
        delivered: the scopes that exports covered, see :func:`reconcile.resolve.entries.identify`.
        turns: commune, date and sequence -> number of the delivery.
        places: what :func:`places_of` found.

    Returns:
        ``gone`` of :class:`reconcile.resolve.entries.Identified`.
    """
    latest = _latest_full(delivered, turns)
    lines = []
    for (commune, register_type), scope in sorted(scopes.items()):
        for entry in scope.entries:
            missing = [
                (family, latest.get((commune, family, register_type)))
                for family in sorted(entry.last_seen)
            ]
            absent = [
                (family, full)
                for family, full in missing
                if full is not None and full[0] > entry.last_seen[family]
            ]
            if len(absent) < len(missing):
                continue
            family, (turn, delivery) = max(
                ((family, full) for family, full in absent), key=lambda item: item[1]
            )
            file, sheet, row = entry.last_place[family]
            whole = (commune, turn, file, sheet) not in places
            lines.append((entry.key, delivery, file, sheet, row, whole))
    frame = pd.DataFrame(lines, columns=["entry_key", "delivery", "file", "sheet", "row", "whole"])
    return frame.astype(
        {"entry_key": "str", "delivery": "str", "file": "str", "sheet": "str", "row": "Int32"}
        | {"whole": "bool"}
    )


def _latest_full(
    delivered: pd.DataFrame, turns: dict[tuple[str, str, int], int]
) -> dict[tuple[str, str, str], tuple[int, str]]:
    """Latest full export per commune, family and register type: its turn and its folder."""
    latest: dict[tuple[str, str, str], tuple[int, str]] = {}
    columns = ["commune", "date", "sequence", "family", "register_type", "delivery", "kind"]
    lines: Iterable[Sequence[str]] = delivered[columns].itertuples(index=False, name=None)
    for commune, date, sequence, family, register_type, delivery, kind in lines:
        if kind != "full":
            continue
        scope = (commune, family, register_type)
        turn = (turns[commune, date, int(sequence)], delivery)
        latest[scope] = max(latest.get(scope, turn), turn)
    return latest
