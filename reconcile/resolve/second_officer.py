"""Which judgements an office wants from two officers (``second_officer`` in ``office.toml``)."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from reconcile.config import Matter
from reconcile.model import ConflictKind, Verdict
from reconcile.resolve.constraints import UNSUPPORTED, Constraints

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    import pandas as pd

    from reconcile.config import RegisterType
    from reconcile.resolve.anchors import Stored
    from reconcile.resolve.constraints import Limits

_IDENTITY: Final = frozenset(
    (ConflictKind.IDENTITY_SHARED.value, ConflictKind.IDENTITY_SEVERAL.value)
)
_NUMBERS: Final = frozenset(("cccd", "cmnd", "personal_number", "identity_number"))
_MOST: Final = 40  # mentions of a person that are held against those of the other


class SecondOfficer:
    """Says of a judgement whether it needs a second officer.

    Args:
        wanted: kinds of conflicts and matters, as ``office.toml`` has them.
        register_types: register types by code.
        mentions: LIVE_MENTIONS.
        kin: KIN.
        limits: what is impossible.
    """

    def __init__(
        self,
        wanted: Collection[str],
        register_types: Mapping[str, RegisterType],
        mentions: pd.DataFrame,
        kin: pd.DataFrame,
        limits: Limits,
    ) -> None:
        self._wanted = frozenset(wanted)
        self._register_types = register_types
        self._mentions = mentions
        self._kin = kin
        self._limits = limits

    def is_needed(self, stored: Stored, verdict: str, positions: Mapping[str, int]) -> bool:
        """Whether a judgement binds only once a second officer has said the same.

        Args:
            stored: the judgement, as the register keeps it.
            verdict: what it says: ``same``, ``different``, ``unsure``, or another code.
            positions: mention key -> position in LIVE_MENTIONS.
        """
        if not self._wanted or verdict == Verdict.UNSURE.value:
            return False
        return (
            str(stored["kind"]) in self._wanted
            or not self._wanted.isdisjoint(self._matters(stored))
            or (
                Matter.HARD_RULE.value in self._wanted
                and verdict == Verdict.SAME.value
                and self._breaks_a_rule(stored, positions)
            )
        )

    def _matters(self, stored: Stored) -> Iterator[str]:
        """What a judgement touches: a death, a marriage, an identity number."""
        field = str(stored.get("field", ""))
        for matter in (Matter.DEATH.value, Matter.MARRIAGE.value):
            if field.startswith(matter):
                yield matter
        if str(stored["kind"]) in _IDENTITY or field in _NUMBERS:
            yield Matter.IDENTITY_NUMBER.value
        for one in (*stored.get("mentions", ()), *stored.get("entries", ())):
            kind = self._register_types.get(str(one.get("register_type", "")))
            if kind is not None and self._is_about(kind, str(one.get("role", "")), stored):
                yield kind.event

    @staticmethod
    def _is_about(kind: RegisterType, role: str, stored: Stored) -> bool:
        """Whether a side is the event itself: whom the entry is about, or the whole entry.

        Where mentions are judged, the entries only say where these stand.
        """
        if role:
            return any(each.name == role and each.principal for each in kind.roles)
        return not stored.get("mentions")

    @cached_property
    def _constraints(self) -> Constraints:
        return Constraints(self._mentions, self._kin, self._limits)

    def _breaks_a_rule(self, stored: Stored, positions: Mapping[str, int]) -> bool:
        """Whether any mention of one person cannot be the other's, as they were when judged."""
        sides = [_places(one, positions) for one in _persons(stored)]
        if len(sides) != 2:
            return False
        return any(
            self._constraints.against([left], [right], int) not in ("", UNSUPPORTED)
            for left in sides[0]
            for right in sides[1]
            if left != right
        )


def _persons(stored: Stored) -> list[Sequence[str]]:
    """Mention keys of both persons, those first that were judged."""
    judged = [f"{one['entry_key']}/{one['role']}" for one in stored.get("mentions", ())][:2]
    members = [*(stored.get("members") or ()), [], []]
    return [[key, *members[place]][:_MOST] for place, key in enumerate(judged)]


def _places(keys: Sequence[str], positions: Mapping[str, int]) -> list[int]:
    return sorted({positions[key] for key in keys if key in positions})
