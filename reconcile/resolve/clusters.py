"""Pairs and judgements to persons: clusters are scored, not pairs.

In this order, each step only where no hard rule stands against it (:mod:`.constraints`):

1. what officers judged to be the same person (only a judgement *different* outranks it);
2. pairs that the structure of an entry makes certain;
3. all other pairs from the link threshold up, best first. Two clusters are joined if the best pair
   between them holds after everything that speaks against it is taken off: other pairs between the
   same two clusters that disagree (*opposition*), and other clusters that fit nearly as well and
   cannot be the same person as well (*rivals*). Two groups that hang together by a single pair
   need more, and very large clusters are never grown without asking;
4. two clusters that fit well enough once it is seen who else fits (:mod:`.second_look`).

What reaches the threshold and is not joined becomes a question with its reason, as does the best
pair between two clusters that is likely enough, or whose answer is expected to bring enough.

Everything is a function of the tables: ties are broken by position, which is the order of the
mention keys, so neither the order of pairs nor the arrival of entries counts (P4).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from reconcile.resolve.adjacency import positions
from reconcile.resolve.constraints import HardRules, load_hard_rules
from reconcile.resolve.deciding import Problem, decide, decide_part
from reconcile.resolve.history import Memory, doubts_of
from reconcile.resolve.judgements import same_and_apart
from reconcile.resolve.questions import ask
from reconcile.resolve.reach import Change, changed_at_first, joined_otherwise, reach
from reconcile.resolve.repeats import alike_in_principals, repeats
from reconcile.resolve.second_look import SecondLook

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy.typing as npt

    from reconcile.config import RegisterType

    Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Bounds:
    """When the tool links by itself and when it asks. None of it depends on what is loaded (P4).

    Attributes:
        link: match weight (log2 odds) from which a pair may be linked.
        bridge: the same for a pair that joins two groups.
        aged: the same for a pair whose ages do not fit, so that a year must have been mistyped.
        question: match weight from which an officer can be asked.
        rules: hard rules and how clusters are scored.
    """

    link: float
    bridge: float
    aged: float
    question: float
    rules: HardRules

    @property
    def rival(self) -> float:
        """Match weight from which a pair can stand in another one's way."""
        return min(0.0, self.look.alone(self.link) - self.look.most_lead)

    @property
    def look(self) -> SecondLook:
        """How two clusters are judged once it is seen who else fits."""
        return self.rules.second_look


def load_bounds(mappings: Path, false_link_bound: float) -> Bounds:
    """Thresholds for a bound on false links.

    The bound is on the *share* of false links among automatic ones. Most of these are far surer
    than the last one that is let in, so that one may carry ``marginal_risk`` times the bound; the
    factor is fixed, so that the threshold does not depend on what is loaded (P4).

    Args:
        mappings: the mappings folder.
        false_link_bound: highest share of false links, ``Office.false_link_bound``.

    Raises:
        MappingError: ``hard_rules.toml`` does not fit.
    """
    rules = load_hard_rules(mappings)
    ask = rules.thresholds.question_least
    risk = min(false_link_bound * rules.thresholds.marginal_risk, 0.5)
    link = math.log2((1 - risk) / risk)
    return Bounds(
        link=link,
        bridge=link + rules.thresholds.bridge_bits,
        aged=link + rules.thresholds.age_bits,
        question=math.log2(ask / (1 - ask)),
        rules=rules,
    )


@dataclass(frozen=True)
class Clusters:
    """Persons.

    Attributes:
        person: cluster number of each mention position, numbered by their least mention.
        questions: QUESTIONS, with ``best_left`` and ``best_right``, the pair that speaks most for
            it.
        joined: ``left``, ``right``, ``weight``, ``how`` (judgement, certain, score): the chain of
            pairs that made the clusters, one fewer than a cluster has mentions.
        memory: what the next run needs to decide only what has changed.
        unasked: pairs of clusters that may be one person and are not asked about, since that is
            unlikely and an answer would bring little.
    """

    person: pd.Series[int]
    questions: pd.DataFrame
    joined: pd.DataFrame
    memory: Memory = field(default_factory=Memory.empty)
    unasked: int = 0


class Known(NamedTuple):
    """What an earlier run knew, and what has changed since.

    Attributes:
        memory: what it knew of its persons.
        change: what matching sees otherwise.
    """

    memory: Memory
    change: Change


def cluster(  # noqa: PLR0913, PLR0917  the tables that it takes are its contract
    mentions: pd.DataFrame,
    entries: pd.DataFrame,
    kin: pd.DataFrame,
    pairs: pd.DataFrame,
    judgements: pd.DataFrame,
    bounds: Bounds,
    register_types: Mapping[str, RegisterType],
    known: Known | None = None,
) -> Clusters:
    """Make persons of mentions.

    Args:
        mentions: LIVE_MENTIONS.
        entries: LIVE_ENTRIES.
        kin: KIN.
        pairs: PAIRS.
        judgements: JUDGEMENTS, effective ones.
        bounds: thresholds and hard rules.
        register_types: register types by code.
        known: what an earlier run under the same rules knew; the answer is the same without.

    Returns:
        Clusters, and what an officer must be asked about them.
    """
    pairs = _in_order(pairs)
    problem = Problem(
        mentions,
        kin,
        pairs,
        *same_and_apart(judgements, mentions, entries, register_types),
        _repeated(mentions, entries, pairs, bounds.link),
    )
    joins, doubts = decide(problem, bounds) if known is None else _follow(problem, bounds, known)
    memory = Memory.of(joins, doubts, problem)
    person = _persons(len(mentions), joins)
    questions, unasked = ask(doubts_of(doubts), person.tolist())
    return Clusters(person, questions, _chain(joins), memory, unasked)


def _persons(count: int, joins: pd.DataFrame) -> pd.Series[int]:
    """Cluster numbers, counted in the order of their least mention."""
    left, right = positions(joins)
    graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(count, count))
    found = connected_components(graph, directed=False)[1]
    return pd.Series(pd.factorize(found)[0], dtype="Int32")


def _chain(joins: pd.DataFrame) -> pd.DataFrame:
    """The pairs that made the clusters, in the order of their positions."""
    kinds = {"left": "Int32", "right": "Int32", "weight": "float64", "how": "str"}
    chain = joins[list(kinds)].sort_values(["left", "right"], ignore_index=True)
    return chain.astype(kinds)


def _follow(problem: Problem, bounds: Bounds, known: Known) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Decide anew what a change reaches, and take all else from what was known.

    Returns:
        All joins and all doubts, as :func:`.decide` gives them.
    """
    before = known.memory.moved(known.change.place)
    now = Memory.of(before.joins[:0], before.doubts[:0], problem)
    found = reach(len(problem.mentions), problem.kin, problem.pairs, problem.same, bounds)
    told, decided = changed_at_first(found, known.change, before, now)
    while True:
        scope = found.seen_from(decided)[found.unit]
        kept = _outside(before.joins, decided[found.unit])
        new = decide_part(problem, bounds, scope, decided[found.unit], kept)
        joins = pd.concat([kept, new[0]], ignore_index=True)
        joined = joined_otherwise(found, before.joins, joins)
        more = found.looking_at(told, joined) & ~decided
        if not more.any():
            doubts = _outside(before.doubts, decided[found.unit])
            return joins, pd.concat([doubts, new[1]], ignore_index=True)
        decided |= more


def _outside(frame: pd.DataFrame, decided: Flags) -> pd.DataFrame:
    """Lines of joins or doubts that are not decided anew; those of mentions that are gone are."""
    left, right = positions(frame)
    gone = (left < 0) | (right < 0)
    return frame[~(gone | decided[left] | decided[right])]


def _in_order(pairs: pd.DataFrame) -> pd.DataFrame:
    """The pairs by position; matching gives them so, and sorting millions again takes long."""
    left, right = positions(pairs)
    ascends = (left[1:] > left[:-1]) | ((left[1:] == left[:-1]) & (right[1:] > right[:-1]))
    if ascends.all():
        return pairs
    return pairs.sort_values(["left", "right"], ignore_index=True)


def _repeated(
    mentions: pd.DataFrame, entries: pd.DataFrame, pairs: pd.DataFrame, link: float
) -> npt.NDArray[np.int64]:
    """One number for one role of all entries that repeat each other, -1 for all other mentions."""
    alike = alike_in_principals(mentions, pairs, link)
    group = repeats(entries, alike)[mentions["entry"].to_numpy(dtype="int64")]
    role = pd.factorize(mentions["role"])[0]
    return np.where(group < 0, -1, group * (role.max(initial=0) + 1) + role)
