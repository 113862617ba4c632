"""The stage itself: mentions in, scored pairs out."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from reconcile.match.before import Before, Change, differing, standing
from reconcile.match.blocking import Candidates, together
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
    scoring = Scoring.start(encoded, stands, model)
    known, seen = _rounds(scoring, traces, progress)
    pairs, weights = _pairs(scoring, joins)
    kept = Before(traces.key, traces.said, tuple(seen), _plain(pairs), weights)
    return Matched(pairs, encoded, known, kept, differing(stands, pairs))


def _pairs(scoring: Scoring, joins: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Floats, ...]]:
    """PAIRS of scored candidates and structural joins, and their weights in each round."""
    sides = np.sort(joins[["signer", "head"]].to_numpy(dtype=np.int64), axis=1)
    left, right = sides[np.lexsort((sides[:, 1], sides[:, 0]))].T
    structural = Candidates(left, right, np.zeros(len(joins), dtype=np.int64))
    found, order = together(scoring.found, structural, len(scoring.encoded))
    certain = np.full(len(joins), scoring.model.file.thresholds.certain)
    weights = tuple(np.r_[weight, certain][order] for weight in scoring.weights)
    pairs = PAIRS.build(
        {
            "left": found.left.astype(np.int32),
            "right": found.right.astype(np.int32),
            "rules": found.rules,
            "weight": weights[-1],
            "probability": probabilities(weights[-1]),
            "weight_related": np.r_[scoring.related, certain][order],
            "certain": order >= len(scoring.found),
        }
    )
    return pairs, weights


def _plain(pairs: pd.DataFrame) -> pd.DataFrame:
    """What of PAIRS the next run starts from."""
    kinds = {"left": np.int32, "right": np.int32, "rules": np.int64, "certain": np.bool_}
    plain = {name: pairs[name].to_numpy(dtype=kind) for name, kind in kinds.items()}
    return pd.DataFrame({**plain, "related": pairs["weight_related"].to_numpy(dtype=np.float64)})


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
                groups = sure_groups(
                    len(encoded), found.left, found.right, scoring.weights[number - 1], model
                )
                known = known_from(encoded, groups, model)
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


def sure_groups(size: int, left: Ints, right: Ints, weights: Floats, model: Model) -> Ints:
    """Group of each mention when only the surest pairs are joined.

    Args:
        size: number of mentions.
        left: positions of one side of the scored pairs.
        right: positions of the other side.
        weights: weights of the pairs so far.
        model: the matching model, for the probability that is sure enough.
    """
    sure = probabilities(weights) >= model.file.thresholds.group
    graph = coo_array(
        (np.ones(int(sure.sum()), dtype=np.int8), (left[sure], right[sure])), shape=(size, size)
    )
    return connected_components(graph, directed=False)[1].astype(np.int64)
