"""The stage itself: mentions in, scored pairs out."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from reconcile.match.before import Before, Change, differing, standing
from reconcile.match.encoding import Encoded, encode
from reconcile.match.kinship import lend_residence, relatives
from reconcile.match.score import Known, Levels, known_at_first, known_from, probabilities
from reconcile.match.scoring import Scoring
from reconcile.match.structure import join_signers
from reconcile.match.traces import Traces, traces_of, views
from reconcile.model import KIN, LIVE_ENTRIES, LIVE_MENTIONS, PAIRS

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from reconcile.config import RegisterType
    from reconcile.match.model import Model
    from reconcile.match.scoring import Places

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Prints = NDArray[np.uint64]

_AT_ONCE: Final = 250_000  # pairs scored at once by one thread; bounds memory, changes nothing
_MOST_THREADS: Final = 4  # each holds one part in memory


def prepare(
    mentions: pd.DataFrame, entries: pd.DataFrame, kin: pd.DataFrame, model: Model
) -> tuple[Encoded, pd.DataFrame]:
    """Encode mentions, join those who sign to the role that they are, and find relatives.

    Args:
        mentions: LIVE_MENTIONS.
        entries: LIVE_ENTRIES.
        kin: KIN.
        model: the matching model.

    Returns:
        The mentions in integers, and the structural joins (columns signer, head).
    """
    LIVE_MENTIONS.check(mentions)
    LIVE_ENTRIES.check(entries)
    KIN.check(kin)
    encoded = encode(mentions, entries, model)
    joins = join_signers(encoded, model)
    encoded.relatives = relatives(encoded, kin, model)
    lend_residence(encoded, model)
    return encoded, joins


@dataclass(frozen=True)
class Matched:
    """What matching found, and what it knew in its last round.

    Attributes:
        pairs: PAIRS.
        encoded: the mentions in integers.
        known: who is whose relative, and which mentions were held to be one person.
        before: what the next run can start from.
        change: how the pairs differ from those of the run that this one started from.
    """

    pairs: pd.DataFrame
    encoded: Encoded
    known: Known
    before: Before
    change: Change


def match(
    mentions: pd.DataFrame,
    entries: pd.DataFrame,
    kin: pd.DataFrame,
    model: Model,
    register_types: dict[str, RegisterType] | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> pd.DataFrame:
    """Score every candidate pair of mentions.

    Args:
        mentions: LIVE_MENTIONS.
        entries: LIVE_ENTRIES.
        kin: KIN.
        model: the matching model.
        register_types: register types by code; their roles are already in ``mentions``.
        progress: told the step, how many pairs are done and how many there are.

    Returns:
        PAIRS, sorted by left and right. ``weight`` is the log2 posterior odds that the two mentions
        are one person. ``certain`` pairs are joined by the structure of an entry; a mention that is
        so joined appears in no other pair, its partner speaks for it.
    """
    del register_types
    return match_all(mentions, entries, kin, model, progress).pairs


def match_all(
    mentions: pd.DataFrame,
    entries: pd.DataFrame,
    kin: pd.DataFrame,
    model: Model,
    progress: Callable[[str, int, int], None] | None = None,
    before: Before | None = None,
) -> Matched:
    """The same as :func:`match`, keeping what explaining and the next run need.

    Args:
        mentions: LIVE_MENTIONS.
        entries: LIVE_ENTRIES.
        kin: KIN.
        model: the matching model.
        progress: told the step, how many pairs are done and how many there are.
        before: what an earlier run knew under the same code, model and mapping files. Only pairs
            that read something else than they did are scored; the result is the same without.
    """
    encoded, joins = prepare(mentions, entries, kin, model)
    traces = traces_of(mentions, entries, kin)
    stands = standing(before, traces, model.file.rounds)
    scoring = Scoring.start(encoded, joins, stands, model)
    known, seen = _rounds(scoring, traces, progress)
    found = scoring.found
    now = Before(
        traces.key,
        traces.said,
        tuple(seen),
        left=found.left.astype(np.int32),
        right=found.right.astype(np.int32),
        rules=found.rules,
        certain=scoring.certain,
        related=scoring.related,
        weights=scoring.weights,
    )
    return Matched(_pairs(now), encoded, known, now, differing(stands, now))


def _pairs(now: Before) -> pd.DataFrame:
    """PAIRS of scored candidates and structural joins."""
    return PAIRS.build(
        {
            "left": now.left,
            "right": now.right,
            "rules": now.rules,
            "weight": now.weights[-1],
            "probability": probabilities(now.weights[-1]),
            "weight_related": now.related,
            "certain": now.certain,
        }
    )


def _rounds(
    scoring: Scoring, traces: Traces, progress: Callable[[str, int, int], None] | None
) -> tuple[Known, list[Prints]]:
    """Score in a small fixed number of rounds; each lets surer relatives speak for the pairs.

    Returns:
        What was known in the last round, and per round after the first what pairs read.
    """
    encoded, model, found = scoring.encoded, scoring.model, scoring.found
    known, seen, again = known_at_first(encoded), [], np.empty(0, dtype=np.int64)
    with ThreadPoolExecutor(_workers()) as threads:
        fresh = np.flatnonzero(scoring.fresh)
        parts = _parts(fresh)
        first = list(threads.map(partial(scoring.compared, known=known), parts))
        for number in range(model.file.rounds):
            work: list[tuple[Places, Levels | None]] = list(zip(parts, first, strict=True))
            if number:
                known = known_from(encoded, scoring.groups(number - 1), model)
                seen.append(views(traces, known, model))
                again = scoring.reopened(number, seen[-1])
                work += [(part, None) for part in _parts(again)]
            score = partial(scoring.score, known=known, number=number)
            done = len(found) - len(fresh) - len(again)
            for scored in threads.map(score, work):
                done += scored
                if progress is not None:
                    progress("match", done, len(found))
    return known, seen


def _parts(at: Ints) -> list[Places]:
    """Places cut into parts; such as lie together are a slice, which copies nothing."""
    parts = [at[start : start + _AT_ONCE] for start in range(0, len(at), _AT_ONCE)]
    return [
        slice(part[0], part[-1] + 1) if part[-1] - part[0] == len(part) - 1 else part
        for part in parts
    ]


def _workers() -> int:
    """Threads that score: numpy works outside the interpreter's lock most of the time."""
    return min(os.cpu_count() or 1, _MOST_THREADS)
