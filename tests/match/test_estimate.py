"""What a run believes of its own errors: means, intervals, checked samples."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from reconcile.match.calibration import Calibrated, Calibration
from reconcile.match.estimate import Estimate, Sample, estimate
from reconcile.model import PAIRS

VARIES = Calibration(links_vary=2.0, misses_vary=10.0, unseen=0.1)
NONE = pd.DataFrame({"left": [], "right": []}, dtype="Int32")


def run(risks, between=1, apart=(), gains=1, how="score"):
    """A run of so many joins with a risk each, and so many persons apart with a probability."""
    joins = pd.DataFrame({"probability": 1 - np.asarray(risks, dtype=float)})
    joins = joins.assign(how=how, between=between)
    two = pd.DataFrame({"probability": np.asarray(apart, dtype=float)})
    two = two.assign(between=gains, one=2 * np.arange(len(two)), other=2 * np.arange(len(two)) + 1)
    person = np.arange(max(2 * len(two), 1), dtype=np.int64)
    return Calibrated(PAIRS.empty(), joins, two, person)


def test_expected_numbers_are_sums_of_probabilities():
    found = estimate(run([0.01] * 100, 4, [0.25] * 40, 6), VARIES, NONE)
    assert found.false_joins.expected == pytest.approx(1.0)
    assert found.false_links.expected == pytest.approx(4.0)
    assert found.misses.expected == pytest.approx(40 * 0.25 * 6 * 1.1)


def test_nothing_to_doubt_is_no_doubt():
    found = estimate(run([]), VARIES, NONE)
    assert dataclasses.astuple(found.false_links) == (0.0, 0, 0)
    assert dataclasses.astuple(found.misses) == (0.0, 0, 0)


def test_links_are_all_pairs_of_one_person():
    held = dataclasses.replace(run([]), person=np.array([0, 0, 0, 1, 1, 2]))
    assert estimate(held, VARIES, NONE).links == 4


@pytest.mark.parametrize("shape", [0.8, 2.0, 20.0])
@pytest.mark.parametrize("between", [1, 9])
def test_interval_holds_the_truth_in_95_of_100_populations(shape, between):
    """Populations of which each has its own factor, drawn as the model says it varies."""
    random = np.random.default_rng(3)
    expected, runs = 8.0, 4000
    factor = random.gamma(shape, 1 / shape, runs)
    truth = random.poisson(expected * factor) * between
    calibration = varying(links_vary=shape)
    found = estimate(run([0.01] * 800, between), calibration, NONE).false_links
    covered = ((truth >= found.low) & (truth <= found.high)).mean()
    assert 0.945 <= covered <= 0.99


def varying(**values):
    return VARIES.model_copy(update=values)


def test_errors_of_unequal_size_make_the_interval_wider():
    alike = estimate(run([0.01] * 1000, 5), VARIES, NONE).false_links
    mixed = estimate(run([0.01] * 1000, np.tile([1, 9], 500)), VARIES, NONE).false_links
    assert alike.expected == pytest.approx(mixed.expected)
    assert mixed.high >= alike.high


def test_a_sample_without_faults_lowers_the_estimate_and_narrows_it():
    here = run([0.02] * 2000)
    before = estimate(here, VARIES, NONE).false_links
    after = estimate(here, VARIES, NONE, Sample(checked=400, wrong=0)).false_links
    assert after.expected == pytest.approx(before.expected * 2 / (2 + 400 * 0.02))
    assert after.high < before.high


def test_a_sample_with_many_faults_raises_the_estimate():
    here = run([0.02] * 2000)
    after = estimate(here, VARIES, NONE, Sample(checked=400, wrong=24)).false_links
    assert after.expected == pytest.approx(40 * (2 + 24) / (2 + 8), abs=0.1)
    assert after.low > 40


def test_a_large_sample_says_what_it_found_whatever_was_believed():
    here = run([0.001] * 100_000)
    after = estimate(here, VARIES, NONE, Sample(checked=50_000, wrong=500)).false_joins
    assert after.expected == pytest.approx(100_000 * 0.01, rel=0.05)


def test_sampled_links_are_those_by_score_alone():
    risks = np.array([0.02] * 100 + [0.0] * 900)
    mixed = run(risks, how=np.array(["score"] * 100 + ["certain"] * 900))
    after = estimate(mixed, VARIES, NONE, Sample(checked=100, wrong=0)).false_joins
    assert after.expected == pytest.approx(2.0 * 2 / (2 + 2))


def test_open_questions_bring_together_what_is_asked():
    questions = pd.DataFrame({"left": [0, 4], "right": [1, 5]}, dtype="Int32")
    found = estimate(run([], 1, [0.5, 0.9, 0.25], [2, 3, 4]), VARIES, questions)
    assert found.asked == pytest.approx(0.5 * 2 + 0.25 * 4)


def test_manifest_gives_the_estimate_back():
    found = estimate(run([0.01] * 100, 4, [0.25] * 40, 6), VARIES, NONE, Sample(10, 1))
    stored = json.loads(json.dumps(dataclasses.asdict(found)))
    assert Estimate.from_stored(stored) == found
