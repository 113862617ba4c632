from functools import cache
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.config import mappings_folder
from reconcile.match import Before, load_model, match_all
from reconcile.match.before import _parted, _whole
from reconcile.match.scoring import Scoring
from reconcile.model import KIN, LIVE_ENTRIES, LIVE_MENTIONS
from tests.match.deltas import Books, books, corrected, part_of
from tests.match.families import grow

NUMBERS = {"left": "int64", "right": "int64", "rules": "int64", "certain": bool}


def dice(seed):
    return Random(seed)  # noqa: S311 - invented corrections, no secrets


@cache
def model_of_the_office():
    return load_model(mappings_folder())


@cache
def town_of(seed):
    town = grow(seed, couples=30, mistakes=3.0)
    return books(town.mentions, town.entries)


def kept(matched):
    """What the next run can start from, through the tables in which it is kept."""
    return Before.from_tables(matched.before.tables())


def is_the_same(one, other):
    pd.testing.assert_frame_equal(one.pairs, other.pairs, check_exact=True)
    assert (one.encoded.head == other.encoded.head).all()
    assert (one.known.groups == other.known.groups).all()
    for mine, theirs in (
        (one.known.own, other.known.own),
        (one.known.lent, other.known.lent),
        (one.known.speakers, other.known.speakers),
    ):
        assert mine.keys() == theirs.keys()
        assert all((mine[name] == theirs[name]).all() for name in mine)
    for mine, theirs in zip(
        one.before.tables().values(), other.before.tables().values(), strict=True
    ):
        pd.testing.assert_frame_equal(mine, theirs, check_exact=True)


def differences(before, after, keys_before, keys_after):
    """Keys of pairs that are new or otherwise, and of pairs that are gone, by plain comparison.

    Of a pair one side of which is gone as well, the other side twice.
    """
    lines = []
    for pairs, keys in ((before, keys_before), (after, keys_after)):
        named = pairs.astype(NUMBERS).drop(columns="probability")
        sides = [keys.to_numpy(dtype=object)[named[side]] for side in ("left", "right")]
        says = named.drop(columns=["left", "right"]).itertuples(index=False, name=None)
        lines.append(dict(zip(zip(*sides, strict=True), says, strict=True)))
    once, now = lines
    still = set(keys_before) & set(keys_after)
    left = [[key for key in pair if key in still] for pair in once if pair not in now]
    return (
        {pair for pair, says in now.items() if once.get(pair) != says},
        {(keys[0], keys[-1]) for keys in left if keys},
    )


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 3), st.integers(0, 10**6), st.sampled_from((0.01, 0.05, 0.3)))
def test_deltas_one_after_the_other_give_what_a_full_run_gives(seed, chance, share):
    whole, random, model = town_of(seed), dice(chance), model_of_the_office()
    now = part_of(whole, random, 0.8)
    matched = match_all(*now.tables, model)
    for _ in range(2):
        later = corrected(whole, now, random, share)
        found = match_all(*later.tables, model, before=kept(matched))
        is_the_same(found, match_all(*later.tables, model))
        changed, gone = differences(
            matched.pairs, found.pairs, now.mentions["mention_key"], later.mentions["mention_key"]
        )
        keys = later.mentions["mention_key"].to_numpy(dtype=object)
        lines = found.pairs[found.change.pairs]
        assert changed == {
            (keys[left], keys[right])
            for left, right in lines[["left", "right"]].itertuples(index=False)
        }
        assert gone == set(zip(*(keys[side] for side in found.change.gone), strict=True))
        now, matched = later, found


def touched_keys(found, later):
    return set(later.mentions["mention_key"][found.change.touched])


def test_only_mentions_of_entries_that_say_something_else_are_touched(model):
    whole = town_of(1)
    mentions = whole.mentions.copy()
    entry = mentions.loc[10, "entry_key"]
    mentions.loc[10, "cccd"] = "082190000123"
    later = books(mentions, whole.entries)
    found = match_all(*later.tables, model, before=match_all(*whole.tables, model).before)
    assert touched_keys(found, later) == set(
        later.mentions.loc[later.mentions["entry_key"] == entry, "mention_key"]
    )


def scored_from_now_on(monkeypatch):
    """How many pairs are scored at once, each time that some are."""
    score, counts = Scoring.score, []

    def counted(self, work, known, number):
        counts.append(score(self, work, known, number))
        return counts[-1]

    monkeypatch.setattr(Scoring, "score", counted)
    return counts


def test_nothing_is_scored_again_where_nothing_changed(model, monkeypatch):
    whole = town_of(2)
    first = match_all(*whole.tables, model)
    scored = scored_from_now_on(monkeypatch)
    again = match_all(*whole.tables, model, before=kept(first))
    assert not scored
    assert not again.change.touched.any()
    assert not again.change.pairs.any()
    assert not len(again.change.gone[0])
    is_the_same(again, first)


def test_few_pairs_are_scored_again_where_little_changed(model, monkeypatch):
    whole = town_of(2)
    first = match_all(*whole.tables, model)
    scored = scored_from_now_on(monkeypatch)
    mentions = whole.mentions.copy()
    mentions.loc[10, "cccd"] = "082190000123"
    later = books(mentions, whole.entries)
    match_all(*later.tables, model, before=kept(first))
    assert 0 < sum(scored) < 0.2 * len(first.pairs)


def test_without_anything_known_all_is_touched(model):
    whole = town_of(3)
    found = match_all(*whole.tables, model)
    assert found.change.touched.all()
    assert found.change.pairs.all()
    assert (found.change.was == -1).all()
    assert not len(found.change.gone[0])


def test_positions_of_the_earlier_run_are_told(model):
    whole, random = town_of(3), dice(5)
    now = part_of(whole, random, 0.8)
    later = corrected(whole, now, random, 0.1)
    change = match_all(*later.tables, model, before=match_all(*now.tables, model).before).change
    there = np.flatnonzero(change.was >= 0)
    once = now.mentions["mention_key"].to_numpy(dtype=object)[change.was[there]]
    assert (later.mentions["mention_key"].to_numpy(dtype=object)[there] == once).all()
    new = later.mentions["mention_key"][change.was < 0]
    assert not new.isin(now.mentions["mention_key"]).any()


@pytest.mark.parametrize("empty_first", [True, False])
def test_a_register_may_be_empty_before_or_afterwards(model, empty_first):
    nothing = Books(LIVE_MENTIONS.empty(), LIVE_ENTRIES.empty(), KIN.empty())
    now, later = (nothing, town_of(1)) if empty_first else (town_of(1), nothing)
    found = match_all(*later.tables, model, before=kept(match_all(*now.tables, model)))
    is_the_same(found, match_all(*later.tables, model))


def test_what_was_known_with_other_rounds_is_not_used(model):
    whole = town_of(1)
    matched = match_all(*whole.tables, model)
    tables = matched.before.tables()
    tables["matching_pairs"] = tables["matching_pairs"].drop(columns="weight_0")
    found = match_all(*whole.tables, model, before=Before.from_tables(tables))
    assert found.change.touched.all()
    is_the_same(found, matched)


def test_mentions_in_another_order_are_not_taken_for_known(model):
    whole = town_of(1)
    matched = match_all(*whole.tables, model)
    tables = matched.before.tables()
    turned = tables["matching_mentions"].iloc[::-1].reset_index(drop=True)
    found = match_all(
        *whole.tables, model, before=Before.from_tables(tables | {"matching_mentions": turned})
    )
    assert found.change.touched.all()
    is_the_same(found, matched)


WEIGHTS = st.floats(-2000, 2000).map(lambda weight: float(np.round(weight, 6)))


@given(
    st.lists(WEIGHTS), st.lists(st.sampled_from((1e-9, 1 / 3, 2147.5, 1e300, np.inf)), max_size=1)
)
def test_weights_are_kept_bit_for_bit_and_rounded_ones_in_half_the_space(rounded, others):
    weights = np.array(rounded + others)
    kept = _whole(weights)
    assert kept.dtype == (np.float64 if others else np.int32)
    assert (_parted(pd.Series(kept)) == weights).all()


def test_tables_of_others_hold_nothing_of_matching():
    assert Before.from_tables({"chains": pd.DataFrame()}) is None
