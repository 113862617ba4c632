"""Stated probabilities: monotone, by standing, one per two persons, chains inside a person."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.config import mappings_folder
from reconcile.match import calibrate, load_model
from reconcile.match.calibration import Calibration
from reconcile.match.chains import chains_of
from reconcile.match.score import probabilities
from reconcile.model import PAIRS

SHIPPED = load_model(mappings_folder()).file.calibration
BITS = st.floats(-40, 60, allow_nan=False)


def pairs(*lines):
    frame = pd.DataFrame(lines, columns=["left", "right", "weight"])
    certain = frame["weight"].eq(30.0)
    return PAIRS.build(
        {
            **{name: frame[name] for name in ("left", "right", "weight")},
            "rules": np.ones(len(frame), dtype=np.int64),
            "probability": probabilities(frame["weight"].to_numpy(dtype=np.float64)),
            "weight_related": frame["weight"],
            "certain": certain,
        }
    )


def joined(*lines):
    frame = pd.DataFrame(lines, columns=["left", "right", "weight", "how"])
    return frame.astype({"left": "Int32", "right": "Int32", "weight": "float64", "how": "str"})


def persons(*numbers):
    return np.array(numbers, dtype=np.int64)


def stated(found, left, right):
    return float(found.stated(np.array([left]), np.array([right]))[0])


def one(weight, rival=-1000.0, between=1, others=0.0, *, held=False):
    arrays = (np.array([value]) for value in (weight, rival, others, between))
    return float(SHIPPED.probability(*arrays, joined=held)[0])


@given(BITS, BITS, BITS, st.integers(1, 400))
def test_probability_never_falls_where_the_weight_rises(low, high, rival, between):
    low, high = min(low, high), max(low, high)
    assert one(low, rival, between) <= one(high, rival, between)


@given(BITS, BITS, BITS)
def test_probability_never_rises_with_a_better_rival(weight, near, far):
    assert one(weight, max(near, far)) <= one(weight, min(near, far))


def test_a_pair_without_rival_is_surer_than_one_with_a_near_rival():
    assert one(2.0) > 0.93
    assert one(2.0, rival=2.0, others=0.5) < 0.92


def test_the_best_of_many_pairs_is_less_sure_than_a_single_pair_of_that_weight():
    assert one(0.0, between=100) < one(0.0, between=4) < one(0.0)


def test_many_other_candidates_make_a_pair_less_sure():
    assert one(0.0, others=20.0) < one(0.0, others=2.0) < one(0.0)


def test_what_the_tool_did_not_join_is_never_as_good_as_certain():
    assert one(60.0) == SHIPPED.apart_limit
    assert one(60.0, held=True) > 0.999


def test_a_model_without_calibration_states_its_posterior_odds():
    lines = pairs((0, 1, 3.0), (0, 2, 2.5), (1, 3, -4.0))
    found = calibrate(lines, persons(0, 1, 2, 3), joined(), Calibration())
    assert np.allclose(found.pairs["probability"], lines["probability"], atol=1e-6)


def test_all_pairs_between_two_persons_have_the_probability_that_these_are_one():
    chain = joined((0, 1, 20.0, "score"), (2, 3, 20.0, "score"))
    lines = pairs((0, 1, 20.0), (0, 2, 4.0), (1, 3, -9.0), (2, 3, 20.0))
    found = calibrate(lines, persons(0, 0, 1, 1), chain, SHIPPED)
    assert stated(found, 0, 2) == stated(found, 1, 3) == pytest.approx(one(4.0, between=4))


def test_a_person_is_no_rival_of_itself():
    """Mention 0 fits 1 best, with which it is one person: that says nothing against 2."""
    chain = joined((0, 1, 20.0, "score"))
    lines = pairs((0, 1, 20.0), (0, 2, 4.0))
    found = calibrate(lines, persons(0, 0, 1), chain, SHIPPED)
    assert stated(found, 0, 2) == pytest.approx(one(4.0, between=2))


def test_two_candidates_of_one_person_are_rivals():
    lines = pairs((0, 1, 4.0), (0, 2, 3.0))
    found = calibrate(lines, persons(0, 1, 2), joined(), SHIPPED)
    assert stated(found, 0, 1) == pytest.approx(one(4.0, rival=3.0, others=0.5))
    assert stated(found, 0, 2) == pytest.approx(one(3.0, rival=4.0, others=0.5))


def test_a_candidate_that_an_officer_ruled_out_is_no_rival():
    lines = pairs((0, 1, 4.0), (0, 2, 3.0))
    found = calibrate(lines, persons(0, 1, 2), joined(), SHIPPED, [(0, 2)])
    assert stated(found, 0, 1) == pytest.approx(one(4.0))
    assert stated(found, 0, 2) == 0.0


def test_inside_a_person_every_join_on_the_way_must_be_right():
    chain = joined((0, 1, 8.0, "score"), (1, 2, 6.0, "score"), (2, 3, 30.0, "certain"))
    lines = pairs((0, 1, 8.0), (0, 2, -3.0), (0, 3, 1.0), (1, 2, 6.0), (2, 3, 30.0))
    found = calibrate(lines, persons(0, 0, 0, 0), chain, SHIPPED)
    first, second = one(8.0, between=3, held=True), one(6.0, between=4, held=True)
    assert stated(found, 0, 1) == pytest.approx(first, abs=1e-6)
    assert stated(found, 0, 2) == pytest.approx(first * second, abs=1e-6)
    assert stated(found, 0, 3) == pytest.approx(first * second * SHIPPED.structure, abs=2e-6)
    assert found.joins["between"].tolist() == [3, 4, 3]


def test_what_an_officer_joined_is_certain():
    chain = joined((0, 1, np.inf, "judgement"))
    found = calibrate(pairs((0, 1, -2.0)), persons(0, 0), chain, SHIPPED)
    assert stated(found, 0, 1) == 1.0


def test_a_pair_that_was_never_scored_has_no_probability():
    found = calibrate(pairs((0, 1, 2.0)), persons(0, 1, 2), joined(), SHIPPED)
    assert np.isnan(stated(found, 1, 2))
    nothing = calibrate(PAIRS.empty(), persons(0, 1), joined(), SHIPPED)
    assert np.isnan(stated(nothing, 0, 1))


def test_what_happens_elsewhere_changes_nothing():
    here = pairs((0, 1, 4.0), (0, 2, 3.0))
    both = pairs((0, 1, 4.0), (0, 2, 3.0), (3, 4, 7.0), (3, 5, 6.5))
    alone = calibrate(here, persons(0, 1, 2, 3, 4, 5), joined(), SHIPPED)
    beside = calibrate(both, persons(0, 1, 2, 3, 4, 5), joined(), SHIPPED)
    assert stated(alone, 0, 1) == stated(beside, 0, 1)


@given(st.data())
def test_pairs_that_hang_on_a_join_are_those_on_its_two_sides(data):
    count = data.draw(st.integers(2, 12))
    left = [data.draw(st.integers(0, at - 1)) for at in range(1, count)]
    order = data.draw(st.permutations(range(count)))
    number = np.array(order, dtype=np.int64)
    one_side, other = number[left], number[np.arange(1, count)]
    chains = chains_of(count, one_side, other)
    for at in range(count - 1):
        kept = np.arange(count - 1) != at
        parts = chains_of(count, one_side[kept], other[kept]).component
        here = int((parts == parts[one_side[at]]).sum())
        assert chains.between[at] == here * (count - here)


def test_costs_add_up_along_the_way_whichever_end_is_the_root():
    left, right = np.array([4, 2, 2, 0]), np.array([2, 1, 0, 3])
    chains = chains_of(6, left, right)
    cost = np.array([1.0, 10.0, 100.0, 1000.0])
    ends = np.array([4, 4, 1, 3]), np.array([1, 3, 3, 3])
    assert chains.along(cost, *ends).tolist() == [11.0, 1101.0, 1110.0, 0.0]
