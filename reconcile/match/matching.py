"""The stage itself: mentions in, scored pairs out."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from reconcile.match.blocking import Candidates, candidates
from reconcile.match.encoding import Encoded, encode
from reconcile.match.kinship import lend_residence, relatives
from reconcile.match.model import RANDOM
from reconcile.match.score import (
    Known,
    Levels,
    combine,
    known_at_first,
    known_from,
    levels_again,
    levels_of,
    own_scores,
    probabilities,
    relative_weights,
)
from reconcile.match.structure import join_signers
from reconcile.model import KIN, LIVE_ENTRIES, LIVE_MENTIONS, PAIRS

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from reconcile.config import RegisterType
    from reconcile.match.model import Model

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

_AT_ONCE: Final = 250_000  # pairs scored at once by one thread; bounds memory, changes nothing
_MOST_THREADS: Final = 4  # each holds one part in memory
_DIGITS: Final = 6  # of a weight; finer differences are noise of the processor


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
    """

    pairs: pd.DataFrame
    encoded: Encoded
    known: Known


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
) -> Matched:
    """The same as :func:`match`, keeping what :func:`reconcile.match.explain` needs.

    Args:
        mentions: LIVE_MENTIONS.
        entries: LIVE_ENTRIES.
        kin: KIN.
        model: the matching model.
        progress: told the step, how many pairs are done and how many there are.
    """
    encoded, joins = prepare(mentions, entries, kin, model)
    found = candidates(encoded, model)
    weights, related, known = _rounds(encoded, found, model, progress)
    return Matched(_pairs(found, (weights, related), joins, model), encoded, known)


def _pairs(
    found: Candidates, weights: tuple[Floats, Floats], joins: pd.DataFrame, model: Model
) -> pd.DataFrame:
    """PAIRS of scored candidates and structural joins."""
    signer, head = (joins[side].to_numpy(dtype=np.int64) for side in ("signer", "head"))
    left = np.r_[found.left, np.minimum(signer, head)].astype(np.int32)
    right = np.r_[found.right, np.maximum(signer, head)].astype(np.int32)
    order = np.lexsort((right, left))
    structural = np.full(len(signer), model.file.thresholds.certain)
    weight, related = (np.r_[scored, structural][order] for scored in weights)
    return PAIRS.build(
        {
            "left": left[order],
            "right": right[order],
            "rules": np.r_[found.rules, np.zeros(len(signer), dtype=np.int64)][order],
            "weight": weight,
            "probability": probabilities(weight),
            "weight_related": related,
            "certain": order >= len(found),
        }
    )


def _rounds(
    encoded: Encoded,
    found: Candidates,
    model: Model,
    progress: Callable[[str, int, int], None] | None,
) -> tuple[Floats, Floats, Known]:
    """Score in a small fixed number of rounds; each lets surer relatives speak for the pairs.

    Returns:
        Weights against all rivals, against all but the random one, and what was known.
    """
    parts = [slice(at, at + _AT_ONCE) for at in range(0, len(found), _AT_ONCE)]
    weights = np.zeros(len(found), dtype=np.float64)
    related = np.zeros(len(found), dtype=np.float64)
    others = [column for column, rival in enumerate(model.rivals) if rival != RANDOM]
    known = known_at_first(encoded)

    def compared(part: slice) -> Levels:
        return levels_of(encoded, found.left[part], found.right[part], model, known)

    def scored(part: slice, alone: Levels) -> None:
        levels = levels_again(encoded, alone, model, known)
        total = own_scores(encoded, levels, model)
        for evidence in model.file.relatives:
            total += relative_weights(encoded, evidence, levels.left, levels.right, model, known)
        weights[part] = combine(total).round(_DIGITS)
        related[part] = combine(total[:, others]).round(_DIGITS)

    with ThreadPoolExecutor(_workers()) as threads:
        first = list(threads.map(compared, parts))
        for number in range(model.file.rounds):
            if number:
                known = known_from(encoded, _groups(encoded, found, weights, model), model)
            for part, _ in zip(parts, threads.map(scored, parts, first), strict=True):
                if progress is not None:
                    progress("match", min(part.stop, len(found)), len(found))
    return weights, related, known


def _workers() -> int:
    """Threads that score: numpy works outside the interpreter's lock most of the time."""
    return min(os.cpu_count() or 1, _MOST_THREADS)


def _groups(encoded: Encoded, found: Candidates, weights: Floats, model: Model) -> Ints:
    return sure_groups(len(encoded), found.left, found.right, weights, model)


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
