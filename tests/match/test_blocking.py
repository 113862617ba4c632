from collections import defaultdict
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.errors import ModelError
from reconcile.match.blocking import across, candidates, within
from reconcile.match.matching import prepare
from reconcile.match.model import BlockingRule, Model

KEYS = st.lists(st.integers(0, 6), max_size=25)


def sets(pairs):
    return sorted((min(a, b), max(a, b)) for a, b in zip(*pairs, strict=True))


@given(KEYS)
def test_within_gives_every_pair_of_a_block_once(keys):
    blocks = defaultdict(list)
    for row, key in enumerate(keys):
        blocks[key].append(row)
    wanted = sorted(pair for rows in blocks.values() for pair in combinations(rows, 2))
    rows = np.arange(len(keys), dtype=np.int64)
    assert sets(within(rows, np.array(keys, dtype=np.int64))) == wanted


@given(KEYS, KEYS)
def test_across_gives_every_pair_of_two_sides(left, right):
    wanted = sorted((i, j) for i, a in enumerate(left) for j, b in enumerate(right) if a == b)
    found = across(
        np.arange(len(left)),
        np.array(left, dtype=np.int64),
        np.arange(len(right)),
        np.array(right, dtype=np.int64),
    )
    assert sorted(zip(*found, strict=True)) == wanted


def with_rules(model, *rules):
    blocking = tuple(BlockingRule(**rule) for rule in rules)
    return Model(model.file.model_copy(update={"blocking": blocking}), model.frequencies)


@pytest.fixture(scope="module")
def encoded(town, model):
    return prepare(town.mentions, town.entries, town.kin, model)[0]


def test_candidates_are_sorted_and_distinct(encoded, model):
    found = candidates(encoded, model)
    codes = found.left * len(encoded) + found.right
    assert (np.diff(codes) > 0).all()
    assert (found.rules > 0).all()


def test_the_bit_mask_names_the_rules(encoded, model):
    rules = model.file.blocking[:4]
    found = candidates(encoded, model)
    for bit, rule in enumerate(rules):
        alone = candidates(encoded, with_rules(model, rule.model_dump()))
        of_rule = (found.rules >> bit) & 1 == 1
        assert of_rule.sum() == len(alone)


def test_common_names_need_a_finer_key(encoded, model):
    coarse = {"id": "x", "parts": ("name",)}
    everything = candidates(encoded, with_rules(model, coarse))
    rare = candidates(encoded, with_rules(model, coarse | {"at_most": 3.0}))
    finer = candidates(
        encoded, with_rules(model, coarse | {"at_most": 3.0, "finer": (("hamlet",),)})
    )
    assert len(rare) < len(finer) < len(everything)


def test_years_one_apart_meet(encoded, model):
    rule = {"id": "x", "parts": ("name",), "join": "near_year"}
    found = candidates(encoded, with_rules(model, rule))
    dates = encoded.dates
    gap = np.abs(dates.first[found.left] - dates.first[found.right])
    assert len(found)
    assert (gap < 3 * 366).all()


def test_an_unknown_part_is_an_error_of_the_model(encoded, model):
    with pytest.raises(ModelError, match="blocking part shoe_size is unknown"):
        candidates(encoded, with_rules(model, {"id": "x", "parts": ("shoe_size",)}))


def test_no_rules_no_candidates(encoded, model):
    assert len(candidates(encoded, with_rules(model))) == 0
