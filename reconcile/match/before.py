"""What an earlier run of matching knew, in tables that can be kept, and what of it still holds.

Two mentions that both say what they said are candidates if they were, and where also all that their
pair reads is what it was (:mod:`reconcile.match.traces`), their weight is what it was. So only the
other pairs are scored; the result is that of a full run, bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from reconcile.match.blocking import Candidates
from reconcile.match.model import MISSING
from reconcile.match.score import DIGITS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from reconcile.match.traces import Traces

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Prints = NDArray[np.uint64]

_MENTIONS: Final = "matching_mentions"
_PAIRS: Final = "matching_pairs"
_COLUMNS: Final[dict[str, Any]] = {
    "left": np.int32,
    "right": np.int32,
    "rules": np.int64,
    "certain": np.bool_,
}
_RELATED: Final = "related"
_UNITS: Final = 10.0**DIGITS  # in which weights are whole numbers


@dataclass(frozen=True)
class Before:
    """What a run of matching knew. Positions are those of its own mentions.

    Attributes:
        key: fingerprint of the key of each mention, in the order of the keys.
        said: fingerprint of what each mention said.
        views: per round after the first, fingerprint of all that pairs read of each mention.
        left: one side of each pair of PAIRS, the lesser.
        right: the other side.
        rules: as PAIRS have them.
        certain: as PAIRS have them.
        related: ``weight_related`` of PAIRS.
        weights: per round, the weights of these pairs.
    """

    key: Prints
    said: Prints
    views: tuple[Prints, ...]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    rules: Ints
    certain: Flags
    related: Floats
    weights: tuple[Floats, ...]

    def tables(self) -> dict[str, pd.DataFrame]:
        """The same as plain tables of numbers, by name."""
        seen = {f"view_{number}": view for number, view in enumerate(self.views)}
        mentions = {"key": self.key, "said": self.said, **seen}
        weights = {f"weight_{number}": weight for number, weight in enumerate(self.weights)}
        pairs = {name: getattr(self, name) for name in _COLUMNS} | {
            name: _whole(weight) for name, weight in (weights | {_RELATED: self.related}).items()
        }
        return {
            _MENTIONS: pd.DataFrame(
                {name: value.view(np.int64) for name, value in mentions.items()}
            ),
            _PAIRS: pd.DataFrame(pairs),
        }

    @classmethod
    def from_tables(cls, tables: Mapping[str, pd.DataFrame]) -> Before | None:
        """What was kept; None where these tables hold nothing of matching.

        Args:
            tables: what :meth:`tables` gave, among others.
        """
        if _MENTIONS not in tables or _PAIRS not in tables:
            return None
        mentions, pairs = tables[_MENTIONS], tables[_PAIRS]
        prints = {
            name: mentions[name].to_numpy(dtype=np.int64).view(np.uint64) for name in mentions
        }
        weights = {name: _parted(pairs[name]) for name in pairs if name not in _COLUMNS}
        return cls(
            key=prints.pop("key"),
            said=prints.pop("said"),
            views=tuple(prints.values()),
            **{name: pairs[name].to_numpy(dtype=kind) for name, kind in _COLUMNS.items()},
            related=weights.pop(_RELATED),
            weights=tuple(weights.values()),
        )


def _whole(weights: Floats) -> NDArray[np.int32] | Floats:
    """Rounded weights as whole numbers, half as long; as they are where that is not exact."""
    units = np.rint(weights * _UNITS)
    if not np.abs(units).max(initial=0.0) < np.iinfo(np.int32).max:
        return weights
    whole = units.astype(np.int32)
    return whole if np.array_equal(whole / _UNITS, weights) else weights


def _parted(kept: pd.Series[Any]) -> Floats:
    """Weights as they were before :func:`_whole`: by the division that rounded them."""
    values: NDArray[Any] = kept.to_numpy()
    return values / _UNITS if values.dtype.kind == "i" else values


@dataclass(frozen=True)
class Standing:
    """What of an earlier run still holds for the mentions of this one.

    A pair stands if both mentions say what they said: then it is a candidate, or joined by the
    structure of its entry, as it was.

    Attributes:
        was: position of each mention in the earlier run, ``MISSING`` where it is new.
        touched: mentions that are new or say something else; all, where nothing is known.
        moved: position here of each mention of the earlier run, ``MISSING`` where it is gone.
        before: the earlier run; None where nothing of it holds.
    """

    was: Ints
    touched: Flags
    moved: Ints
    before: Before | None

    def pairs(self, before: Before) -> tuple[Flags, Candidates]:
        """Which pairs of the earlier run stand, and these.

        Args:
            before: the earlier run.
        """
        left, right = (self.moved[side] for side in (before.left, before.right))
        keeps = ~np.append(self.touched, True)  # one that is gone comes last
        stand = keeps[left] & keeps[right]
        return stand, Candidates(left[stand], right[stand], before.rules[stand])

    def differ(self, number: int, view: Prints) -> Flags:
        """Mentions of which pairs read something else in a round after the first.

        Args:
            number: of the round, 1 for the second.
            view: what pairs read of each mention now.
        """
        if self.before is None:
            return self.touched
        seen = self.before.views[number - 1]
        there = self.was != MISSING
        differs = np.ones(len(view), dtype=bool)
        differs[there] = seen[self.was[there]] != view[there]
        return differs


def standing(before: Before | None, traces: Traces, rounds: int) -> Standing:
    """Find the mentions of an earlier run again.

    Args:
        before: the earlier run, under the same code, model and mapping files; None without one.
        traces: the mentions of this run, in the order of their keys.
        rounds: how many rounds are scored.
    """
    size = len(traces.key)
    nothing = Standing(
        np.full(size, MISSING, dtype=np.int64),
        np.ones(size, dtype=bool),
        np.full(0 if before is None else len(before.key), MISSING, dtype=np.int64),
        None,
    )
    if before is None or len(before.weights) != rounds:
        return nothing
    index = pd.Index(before.key)
    if not index.is_unique or not pd.Index(traces.key).is_unique:
        return nothing
    was = index.get_indexer(pd.Index(traces.key)).astype(np.int64)
    at = np.flatnonzero(was != MISSING)
    if np.any(np.diff(was[at]) <= 0):  # ties are broken by order: it must be the same
        return nothing
    touched = np.ones(size, dtype=bool)
    touched[at] = before.said[was[at]] != traces.said[at]
    moved = np.full(len(before.key), MISSING, dtype=np.int64)
    moved[was[at]] = at
    return Standing(was, touched, moved, before)


@dataclass(frozen=True)
class Change:
    """How the pairs differ from those of an earlier run.

    Attributes:
        was: position of each mention in the earlier run, ``MISSING`` where it is new.
        moved: position here of each mention of the earlier run, ``MISSING`` where it is gone.
        touched: mentions that are new or say something else; all, where nothing is known.
        pairs: per line of PAIRS, whether it is new or says something else than it did.
        gone: positions of both sides of pairs that are no more; where one of the mentions is gone
            as well, the other one twice.
    """

    was: Ints
    moved: Ints
    touched: Flags
    pairs: Flags
    gone: tuple[Ints, Ints]


def differing(stands: Standing, now: Before) -> Change:
    """How pairs differ from those of the earlier run.

    Args:
        stands: what still holds of it.
        now: what this run knew.
    """
    before = stands.before
    changed, nobody = np.ones(len(now.left), dtype=bool), np.empty(0, dtype=np.int64)
    if before is None:
        return Change(stands.was, stands.moved, stands.touched, changed, (nobody, nobody))
    size = max(len(stands.was), 1)
    left, right = (stands.moved[side] for side in (before.left, before.right))
    there = np.flatnonzero((left != MISSING) & (right != MISSING))
    once = left[there] * size + right[there]
    at = np.searchsorted(once, now.left.astype(np.int64) * size + now.right)
    found = np.flatnonzero(
        np.append(once, MISSING)[at] == now.left.astype(np.int64) * size + now.right
    )
    then = there[at[found]]
    same = np.logical_and.reduce(
        [
            one[then] == other[found]
            for one, other in (
                (before.weights[-1], now.weights[-1]),
                (before.related, now.related),
                (before.certain, now.certain),
                (before.rules, now.rules),
            )
        ]
    )
    changed[found] = ~same
    lost = np.ones(len(once), dtype=bool)
    lost[at[found]] = False
    gone = there[lost]
    alone = np.maximum(left, right)[(left == MISSING) != (right == MISSING)]
    sides = np.r_[left[gone], alone], np.r_[right[gone], alone]
    return Change(stands.was, stands.moved, stands.touched, changed, sides)
