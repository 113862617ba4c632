"""What judgements that bind say of two mentions: the same person, or different ones."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

from reconcile.model import ConflictKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PERSONS: Final = frozenset(
    (
        ConflictKind.SAME_PERSON.value,
        ConflictKind.CONTRADICTION.value,
        ConflictKind.QUALITY_CONTROL.value,
    )
)
"""Kinds whose judgements speak of two persons."""

_BINDING: Final = frozenset(verdict.value for verdict in Verdict)


class Step(NamedTuple):
    """What one judgement says of two mentions.

    Attributes:
        judgement: its id.
        left: position of one mention, -1 where a judgement speaks of entries alone.
        right: position of the other.
        verdict: ``same``, ``different`` or ``unsure``.
        officer: who decided.
        decided: ISO date of the decision.
    """

    judgement: str
    left: int
    right: int
    verdict: str
    officer: str
    decided: str


def steps(judgements: pd.DataFrame, mentions: pd.DataFrame) -> Iterator[Step]:
    """Every two mentions of which a judgement says something, in the order of the judgements.

    *Same event* makes the principal persons of the entries the same, role by role; *different
    events* parts those who pass through a passage only once.

    Args:
        judgements: JUDGEMENTS, effective ones.
        mentions: LIVE_MENTIONS.
    """
    events = _EventPairs(mentions)
    for line in judgements[judgements["verdict"].isin(_BINDING)].to_dict("records"):
        for left, right in _pairs(line, events):
            yield Step(
                str(line["judgement"]),
                left,
                right,
                str(line["verdict"]),
                str(line["officer"]),
                str(line["decided"])[:10],
            )


def _pairs(line: Mapping[Any, Any], events: _EventPairs) -> list[tuple[int, int]]:
    if line["kind"] == ConflictKind.SAME_EVENT.value:
        return events.pairs(json.loads(line["entries"]), str(line["verdict"]))
    if line["kind"] in PERSONS and not (pd.isna(line["left"]) or pd.isna(line["right"])):
        return [(int(line["left"]), int(line["right"]))]
    return []


class _EventPairs:
    """The persons whom a judgement on entries speaks of.

    Args:
        mentions: LIVE_MENTIONS.
    """

    def __init__(self, mentions: pd.DataFrame) -> None:
        self._mentions = mentions
        self._roles: dict[str, dict[str, tuple[int, bool]]] | None = None

    def pairs(self, keys: Sequence[str], verdict: str) -> list[tuple[int, int]]:
        """Principal mentions of the first entry with those of each other one, role by role."""
        if self._roles is None:
            self._roles = self._principals()
        told = [self._roles.get(key, {}) for key in keys]
        if len(told) < 2 or not all(told):
            return []
        found = []
        for role, (first, passes) in told[0].items():
            if passes or verdict == Verdict.SAME.value:
                found += [(first, other[role][0]) for other in told[1:] if role in other]
        return found

    def _principals(self) -> dict[str, dict[str, tuple[int, bool]]]:
        """Entry key -> role -> position of the principal mention, and is it a passage."""
        found: dict[str, dict[str, tuple[int, bool]]] = {}
        chosen = np.flatnonzero(self._mentions["principal"].to_numpy(dtype=bool))
        lines = self._mentions.iloc[chosen]
        for place, key, passage in zip(
            chosen.tolist(), lines["mention_key"], lines["passage"], strict=True
        ):
            entry, _, role = str(key).rpartition("/")
            found.setdefault(entry, {})[role] = (place, passage != "")
        return found
