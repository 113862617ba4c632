"""What an earlier run of matching knew, in tables that can be kept, and what of it still holds.

Two mentions that both say what they said are candidates if they were, and where also all that their
pair reads is what it was (:mod:`reconcile.match.traces`), their weight is what it was. So only the
other pairs are scored; the result is that of a full run, bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from reconcile.match.blocking import Candidates
from reconcile.match.model import MISSING

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
_COMPARED: Final[tuple[tuple[str, str, type], ...]] = (
    ("related", "weight_related", np.float64),
    ("certain", "certain", np.bool_),
    ("rules", "rules", np.int64),
)
_COLUMNS: Final = ["left", "right", "rules", "related", "certain"]


@dataclass(frozen=True)
class Before:
    """What a run of matching knew. Positions are those of its own mentions.

    Attributes:
        key: fingerprint of the key of each mention, in the order of the keys.
        said: fingerprint of what each mention said.
        views: per round after the first, fingerprint of all that pairs read of each mention.
        pairs: left, right, rules, related, certain as PAIRS have them, sorted.
        weights: per round, the weights of these pairs.
    """

    key: Prints
    said: Prints
    views: tuple[Prints, ...]
    pairs: pd.DataFrame
    weights: tuple[Floats, ...]

    def tables(self) -> dict[str, pd.DataFrame]:
        """The same as plain tables of numbers, by name."""
        seen = {f"view_{number}": view for number, view in enumerate(self.views)}
        mentions = {"key": self.key, "said": self.said, **seen}
        weights = {f"weight_{number}": weight for number, weight in enumerate(self.weights)}
        return {
            _MENTIONS: pd.DataFrame(
                {name: value.view(np.int64) for name, value in mentions.items()}
            ),
            _PAIRS: self.pairs.assign(**weights),
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
        weights = [name for name in pairs if name not in _COLUMNS]
        return cls(
            key=prints.pop("key"),
            said=prints.pop("said"),
            views=tuple(prints.values()),
            pairs=pairs[_COLUMNS],
            weights=tuple(pairs[name].to_numpy(dtype=np.float64) for name in weights),
        )

    @property
    def sides(self) -> tuple[Ints, Ints]:
        """Positions of the left and of the right side of the pairs."""
        left, right = (self.pairs[side].to_numpy(dtype=np.int64) for side in ("left", "right"))
        return left, right


@dataclass(frozen=True)
class Standing:
    """What of an earlier run still holds for the mentions of this one.

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

    def pairs(self) -> tuple[Ints, Candidates]:
        """Places of the scored pairs of the earlier run that are candidates still, and these."""
        if self.before is None:
            nothing = np.empty(0, dtype=np.int64)
            return nothing, Candidates(nothing, nothing, nothing)
        left, right = (self.moved[side] for side in self.before.sides)
        keeps = ~np.append(self.touched, True)  # one that is gone comes last
        scored = ~self.before.pairs["certain"].to_numpy(dtype=bool)
        at = np.flatnonzero(keeps[left] & keeps[right] & scored)
        rules = self.before.pairs["rules"].to_numpy(dtype=np.int64)
        return at, Candidates(left[at], right[at], rules[at])

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
        touched: mentions that are new or say something else; all, where nothing is known.
        pairs: per line of PAIRS, whether it is new or says something else than it did.
        gone: positions of both sides of pairs that are no more, where both mentions still are.
    """

    was: Ints
    touched: Flags
    pairs: Flags
    gone: tuple[Ints, Ints]


def differing(stands: Standing, pairs: pd.DataFrame) -> Change:
    """How pairs differ from those of the earlier run.

    Args:
        stands: what still holds of it.
        pairs: PAIRS of this run.
    """
    before, size = stands.before, max(len(stands.was), 1)
    nobody = np.empty(0, dtype=np.int64)
    changed = np.ones(len(pairs), dtype=bool)
    if before is None:
        return Change(stands.was, stands.touched, changed, (nobody, nobody))
    left, right = (stands.moved[side] for side in before.sides)
    there = np.flatnonzero((left != MISSING) & (right != MISSING))
    once = left[there] * size + right[there]
    now = pairs["left"].to_numpy(dtype=np.int64) * size + pairs["right"].to_numpy(dtype=np.int64)
    at = np.searchsorted(once, now)
    found = np.flatnonzero(np.append(once, MISSING)[at] == now)
    then = there[at[found]]
    said = before.pairs
    same = before.weights[-1][then] == pairs["weight"].to_numpy(dtype=np.float64)[found]
    for column, name, kind in _COMPARED:
        same &= said[column].to_numpy()[then] == pairs[name].to_numpy(dtype=kind)[found]
    changed[found] = ~same
    lost = np.ones(len(once), dtype=bool)
    lost[at[found]] = False
    gone = there[lost]
    return Change(stands.was, stands.touched, changed, (left[gone], right[gone]))
