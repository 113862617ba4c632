"""What re-estimating a model needs to know of pairs: who could be at which level, and how likely.

The same pair is seen from two sides. As a candidate it is one person with its match probability:
from these come the m of the levels. As one of many pairs drawn blindly it is almost surely two
people: from these come the u. In both, people count and not mentions: a person of many mentions
speaks no louder than one of two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from reconcile.match.encoding import BOUND, DAY, MONTH
from reconcile.match.model import KINDS, MISSING, SLOTS
from reconcile.match.score import (
    Levels,
    known_at_first,
    levels_of,
    own_weights,
    priors,
    relative_weights,
)
from reconcile.model import fingerprint

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reconcile.match.encoding import Encoded
    from reconcile.match.matching import Matched
    from reconcile.match.model import BlockingRule, Comparison, Model
    from reconcile.match.score import Known

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

FITTED: Final = frozenset(("name", "date", "category", "identity", "place", "text"))
"""Kinds whose levels are estimated; the others rest on logic, law and the way books are kept."""

_BLIND: Final = 1_000_000  # pairs that are drawn blindly, at most
_TURNS: Final = 60  # how many of them each mention is in on one side, at most
_SALT: Final = "refit"
# What a blocking part looks at -> the kind of comparison that it would flatter.
_OWN_PARTS: Final = {
    **dict.fromkeys(
        ("name", "words", "rest", "sound", "other_name", "family", "given", "given_sound"), "name"
    ),
    **dict.fromkeys(("year", "day", "month_day"), "date"),
    **dict.fromkeys(("hamlet", "office"), "place"),
}


@dataclass(frozen=True)
class Seen:
    """Pairs with their levels.

    Attributes:
        levels: the level of every pair in every comparison.
        weight: how much each pair counts.
        possible: comparison id -> share of each pair (line) that could have been at each level
            (column), by the precision of its dates, whether hamlets are written, and so on.
    """

    levels: Levels
    weight: Floats
    possible: dict[str, Floats]


@dataclass(frozen=True)
class Candidates:
    """Candidate pairs, scored.

    Attributes:
        seen: their levels.
        by_rival: log2 odds of each pair against each rival, as the model had them.
        usable: comparison id -> pairs that a blocking rule found without looking at it.
    """

    seen: Seen
    by_rival: Floats
    usable: dict[str, NDArray[np.bool_]]


def candidates(matched: Matched, model: Model) -> Candidates:
    """The candidate pairs of a run, but those that the structure of an entry joins."""
    pairs = matched.pairs[~matched.pairs["certain"]]
    left, right = (pairs[side].to_numpy(dtype=np.int64) for side in ("left", "right"))
    encoded, known = matched.encoded, matched.known
    levels = levels_of(encoded, left, right, model, known)
    by_rival = priors(model) + own_weights(encoded, levels, model)
    for evidence in model.file.relatives:
        by_rival += relative_weights(encoded, evidence, left, right, model, known)
    probability = pairs["probability"].to_numpy(dtype=np.float64)
    seen = Seen(
        levels,
        _one_voice(len(encoded), left, right, probability),
        _possible(encoded, levels, model, known),
    )
    rules = pairs["rules"].to_numpy(dtype=np.int64)
    usable = {
        comparison.id: (rules & _blind_rules(comparison, model)) != 0
        for comparison in model.file.comparisons
        if comparison.kind in FITTED
    }
    return Candidates(seen, by_rival, usable)


def _one_voice(size: int, left: Ints, right: Ints, probability: Floats) -> Floats:
    """How much each pair counts, so that each mention counts for about one pair in all."""
    expected = np.bincount(left, probability, size) + np.bincount(right, probability, size)
    shares = 1 / np.maximum(expected, 1)
    weight: Floats = (shares[left] + shares[right]) / 2
    return weight


def _blind_rules(comparison: Comparison, model: Model) -> int:
    """Bits of the blocking rules that do not look at what is compared.

    A rule that asks for the same name finds no pair whose names differ: from its pairs, nothing
    can be learnt about how often names differ.
    """
    bits = 0
    for number, rule in enumerate(model.file.blocking):
        if not any(_looks_at(part, comparison) for part in _parts(rule)):
            bits |= 1 << number
    return bits


def _parts(rule: BlockingRule) -> list[str]:
    near = ["year"] if rule.join == "near_year" else []
    return [*rule.parts, *near, *(part for more in rule.finer for part in more)]


def _looks_at(part: str, comparison: Comparison) -> bool:
    if part.partition(".")[0] in SLOTS:
        return False
    column = part.removeprefix("column:")
    return _OWN_PARTS.get(part) == comparison.kind or column in comparison.columns.values()


def drawn_blindly(matched: Matched, model: Model) -> Seen:
    """Pairs drawn blindly: by a keyed hash of their keys, so that no order of arrival counts (P4).

    Two mentions of one person among them count only as far as they may be two people after all.
    """
    encoded = matched.encoded
    left, right = _draw(encoded)
    same = _probabilities(matched, left, right)
    groups = matched.known.groups
    sizes = np.bincount(groups)[groups]
    weight = (1 - same) / (sizes[left] * sizes[right])
    alone = known_at_first(encoded)
    levels = levels_of(encoded, left, right, model, alone)
    return Seen(levels, weight, _possible(encoded, levels, model, alone))


def _draw(encoded: Encoded) -> tuple[Ints, Ints]:
    heads = np.flatnonzero(encoded.head == np.arange(len(encoded)))
    keys = encoded.mentions["mention_key"].to_numpy(dtype=object)[heads]
    order = heads[np.argsort([fingerprint((_SALT, key), 8) for key in keys], kind="stable")]
    turns = min(len(order) // 2, _TURNS, _BLIND // max(len(order), 1))
    left = np.tile(order, turns)
    right = np.concatenate([np.roll(order, turn) for turn in range(1, turns + 1)] or [order[:0]])
    apart = encoded.entry[left] != encoded.entry[right]
    left, right = left[apart], right[apart]
    return np.minimum(left, right), np.maximum(left, right)


def _probabilities(matched: Matched, left: Ints, right: Ints) -> Floats:
    """Match probability of pairs, 0 where they were never candidates."""
    size, pairs = len(matched.encoded), matched.pairs
    known = pairs["left"].to_numpy(dtype=np.int64) * size + pairs["right"].to_numpy(dtype=np.int64)
    found = pd.Series(pairs["probability"].to_numpy(dtype=np.float64), index=known)
    values: Floats = found.reindex(left * size + right).fillna(0.0).to_numpy(dtype=np.float64)
    one_group = matched.known.groups[left] == matched.known.groups[right]
    return np.where(one_group, 1.0, values)


# -- who could be at which level ----------------------------------------------------------------


def _possible(encoded: Encoded, levels: Levels, model: Model, known: Known) -> dict[str, Floats]:
    found = {}
    for comparison in model.file.comparisons:
        if comparison.kind not in FITTED:
            continue
        one = known.speaker(comparison.id, levels.left, levels.right)
        other = known.speaker(comparison.id, levels.right, levels.left)
        shares = _SHARES.get(comparison.kind, _every)(encoded, comparison, one, other)
        shares[levels.by_comparison[comparison.id] == 0] = 0.0
        found[comparison.id] = shares
    return found


def _every(encoded: Encoded, comparison: Comparison, one: Ints, other: Ints) -> Floats:
    """Every level is open to every pair."""
    del encoded, other
    return np.ones((len(one), len(KINDS[comparison.kind])))


def _open(kind: str, count: int, open_to: dict[str, NDArray[np.bool_]]) -> Floats:
    shares = np.ones((count, len(KINDS[kind])))
    for level, pairs in open_to.items():
        shares[:, KINDS[kind].index(level)] = pairs
    return shares


def _names(encoded: Encoded, comparison: Comparison, one: Ints, other: Ints) -> Floats:
    """A name without marks beside one with marks cannot be written alike, only alike without."""
    columns = [comparison.columns[part] for part in ("key", "plain")]
    key, plain = (encoded.mentions[column].to_numpy(dtype=object) for column in columns)
    bare = key == plain
    mixed = (bare[one] != bare[other]).astype(bool)
    return _open(
        "name",
        len(one),
        {"exact": ~mixed, "unmarked": mixed, "sound": ~mixed, "marks": ~mixed},
    )


def _dates(encoded: Encoded, comparison: Comparison, one: Ints, other: Ints) -> Floats:
    """By the coarser of the two dates."""
    del comparison
    worse = np.minimum(encoded.dates.precision[one], encoded.dates.precision[other])
    day, month, bound = worse == DAY, worse == MONTH, worse == BOUND
    year = ~day & ~month & ~bound
    of_level = {"day": day, "month": month, "year": month | year, "age": bound}
    open_to = {level: of_level[level.partition("_")[0]] for level in KINDS["date"]}
    return _open("date", len(one), open_to | {"year_overlap": year})


def _categories(encoded: Encoded, comparison: Comparison, one: Ints, other: Ints) -> Floats:
    """A value is common or rare seen from either side, half of the pair each."""
    coded = encoded.coded(comparison.columns["value"])
    is_common = np.isin(coded.texts.astype(str), comparison.common)
    common = np.where(coded.codes == MISSING, 0.0, is_common[coded.codes].astype(np.float64))
    share = (common[one] + common[other]) / 2
    shares = np.ones((len(one), len(KINDS["category"])))
    shares[:, KINDS["category"].index("equal_common")] = share
    shares[:, KINDS["category"].index("equal_rare")] = 1 - share
    return shares


def _places(encoded: Encoded, comparison: Comparison, one: Ints, other: Ints) -> Floats:
    """Where one hamlet is not written, the communes are compared."""
    hamlet = encoded.mentions[comparison.columns["hamlet"]].to_numpy(dtype=object) != ""
    both = (hamlet[one] & hamlet[other]).astype(bool)
    return _open(
        "place",
        len(one),
        {"hamlet_equal": both, "hamlet_differs": both, "unit_equal": ~both},
    )


_SHARES: Final = {"name": _names, "date": _dates, "category": _categories, "place": _places}
