from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.match.evaluate import (
    Accuracy,
    b_cubed,
    blocking_quality,
    by_case,
    pairwise_accuracy,
    reliability,
    wilson,
)

PARTITIONS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=14)


def columns(lines):
    return np.array([a for a, _ in lines], dtype=np.int64), np.array(
        [b for _, b in lines], dtype=np.int64
    )


@settings(max_examples=40)
@given(PARTITIONS)
def test_pairwise_accuracy_counts_pairs(lines):
    labels, truth = columns(lines)
    every = list(combinations(range(len(lines)), 2))
    linked = {pair for pair in every if labels[pair[0]] == labels[pair[1]]}
    wanted = {pair for pair in every if truth[pair[0]] == truth[pair[1]]}
    found = pairwise_accuracy(labels, truth)
    assert found.precision == pytest.approx(len(linked & wanted) / len(linked) if linked else 1)
    assert found.recall == pytest.approx(len(linked & wanted) / len(wanted) if wanted else 1)


@settings(max_examples=40)
@given(PARTITIONS)
def test_b_cubed_counts_mentions(lines):
    labels, truth = columns(lines)
    count = len(lines)
    precision = [
        np.mean([truth[j] == truth[i] for j in range(count) if labels[j] == labels[i]])
        for i in range(count)
    ]
    found = b_cubed(labels, truth)
    assert found.precision == pytest.approx(np.mean(precision) if count else 1)
    assert b_cubed(truth, labels).recall == pytest.approx(found.precision)


def test_f1_of_nothing_right_is_zero():
    assert pairwise_accuracy(np.array([1, 1, 2]), np.array([1, 2, 2])).f1 == 0


def test_chains_count_for_blocking():
    truth = np.array([1, 1, 1, 2])
    found = blocking_quality(np.array([0, 1]), np.array([1, 2]), truth)
    assert found.completeness == pytest.approx(2 / 3)
    assert found.chained == 1
    assert found.reduction == pytest.approx(1 - 2 / 6)
    assert found.per_mention == 0.5


def test_accuracy_by_hard_case():
    labels, truth = np.array([1, 1, 2, 2]), np.array([1, 2, 3, 3])
    found = by_case(labels, truth, ["twin", "twin", "", "moved"])
    assert list(found) == ["moved", "twin"]
    assert found["twin"].precision == 0
    assert found["moved"].precision == 1
    assert found["moved"].recall == 1


def test_reliability_by_class_of_probability():
    table = reliability(
        np.array([0.1, 0.2, 0.95, 1.0]), np.array([False, True, True, True]), np.array([0, 0.5, 1])
    )
    assert list(table["pairs"]) == [2, 2]
    assert list(table["found"]) == [0.5, 1.0]
    assert table["expected"].iloc[0] == pytest.approx(0.15)


def test_wilson_holds_the_share_and_narrows():
    few, many = wilson(0.9, 10), wilson(0.9, 1000)
    assert few.low < many.low < 0.9 < many.high < few.high
    assert few.low == pytest.approx(0.5958, abs=1e-4)  # Wilson 1927, by hand
    assert wilson(1.0, 50).high == 1.0
    assert wilson(0.0, 50).low == 0.0
    assert wilson(0.5, 0) == (0.0, 1.0)


@given(st.integers(1, 50), st.integers(0, 50), st.integers(0, 50))
def test_intervals_of_accuracy_hold_their_figures(right, wrong, missed):
    found = Accuracy(
        right / (right + wrong), right / (right + missed), right, right + wrong, right + missed
    )
    for share, interval in (
        (found.precision, found.precision_interval),
        (found.recall, found.recall_interval),
        (found.f1, found.f1_interval),
    ):
        assert interval.low - 1e-9 <= share <= interval.high + 1e-9
