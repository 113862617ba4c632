import numpy as np
import pytest

from reconcile.match.matching import prepare
from reconcile.match.model import KINDS
from reconcile.match.score import (
    Levels,
    combine,
    known_at_first,
    known_from,
    level_weights,
    levels_of,
    own_scores,
    own_weights,
    priors,
    relative_weights,
)

ORDERED = {  # better first; levels that belong to one precision are compared with each other only
    "name": ["exact", "sound", "marks", "one_edit", "two_edits", "different"],
    "birth": ["day_equal", "day_component", "day_same_year", "day_off_one", "day_different"],
    "cmnd": ["equal", "near", "different"],
    "cccd": ["equal", "near", "different"],
    "residence": ["hamlet_equal", "unit_equal", "hamlet_differs", "unit_differs"],
    "home": ["equal", "similar", "different"],
    "ethnic_group": ["equal_rare", "equal_common", "different"],
    "sex": ["equal_common", "different"],
}


@pytest.fixture(scope="module")
def encoded(town, model):
    return prepare(town.mentions, town.entries, town.kin, model)[0]


@pytest.mark.parametrize("comparison", ORDERED)
def test_a_better_level_never_lowers_the_weight(comparison, encoded, model):
    chosen = model.comparison(comparison)
    codes = [KINDS[chosen.kind].index(level) + 1 for level in ORDERED[comparison]]
    for mention in (0, len(encoded) // 2, len(encoded) - 1):
        at = np.full(len(codes), mention)
        levels = Levels(at, at, {comparison: np.array(codes, dtype=np.int8)})
        weights = own_weights(encoded, levels, model)
        assert (np.diff(weights[:, 0]) <= 1e-9).all()
        assert (np.diff(combine(priors(model) + weights)) <= 1e-9).all()


@pytest.mark.parametrize(
    "later", [["year_overlap", "year_off_one", "year_off_few", "year_different"]]
)
def test_years_farther_apart_weigh_less(later, model):
    table = level_weights(model.comparison("birth"), model)[:, 0]
    weights = [table[KINDS["date"].index(level) + 1] for level in later]
    assert weights == sorted(weights, reverse=True)


def test_a_missing_value_says_nothing(encoded, model):
    for comparison in model.file.comparisons:
        levels = Levels(np.array([0]), np.array([1]), {comparison.id: np.zeros(1, dtype=np.int8)})
        assert not own_weights(encoded, levels, model).any()


def test_rare_names_weigh_more(encoded, model):
    shares = encoded.names.shares.name
    rare, common = int(np.argmin(shares)), int(np.argmax(shares))
    at = np.array([rare, common])
    weights = own_weights(encoded, Levels(at, at, {"name": np.ones(2, dtype=np.int8)}), model)
    assert weights[0, 0] > weights[1, 0] + 3


def test_the_odds_are_those_against_all_rivals_together():
    by_rival = np.array([[3.0, 3.0], [10.0, 1.0], [-4.0, 20.0]])
    found = np.exp2(combine(by_rival))
    assert np.allclose(1 / found, np.exp2(-by_rival).sum(axis=1))


def test_weights_are_the_same_from_both_sides(encoded, model):
    chance = np.random.default_rng(1)
    left, right = chance.integers(0, len(encoded), (2, 400))
    known = known_at_first(encoded)
    assert np.array_equal(
        own_scores(encoded, levels_of(encoded, left, right, model, known), model),
        own_scores(encoded, levels_of(encoded, right, left, model, known), model),
    )
    for evidence in model.file.relatives:
        assert np.array_equal(
            relative_weights(encoded, evidence, left, right, model, known),
            relative_weights(encoded, evidence, right, left, model, known),
        )


def test_weights_do_not_depend_on_the_company_of_pairs(encoded, model):
    chance = np.random.default_rng(2)
    left, right = chance.integers(0, len(encoded), (2, 300))
    known = known_at_first(encoded)
    whole = own_scores(encoded, levels_of(encoded, left, right, model, known), model)
    part = own_scores(encoded, levels_of(encoded, left[::7], right[::7], model, known), model)
    assert np.array_equal(whole[::7], part)


def test_a_relative_says_no_more_than_its_cap(encoded, model):
    chance = np.random.default_rng(3)
    left, right = chance.integers(0, len(encoded), (2, 3000))
    known = known_from(encoded, np.zeros(len(encoded), dtype=np.int64), model)
    for evidence in model.file.relatives:
        said = relative_weights(encoded, evidence, left, right, model, known)[:, 0]
        assert said.max() <= np.log2(evidence.m / evidence.u) + 1e-9
        assert said.min() >= np.log2((1 - evidence.m) / (1 - evidence.u)) - 1e-9


def test_members_of_one_group_lend_each_other_nothing_about_themselves(encoded, model):
    father = encoded.relatives["father"]
    child = int(np.flatnonzero(father >= 0)[0])
    other = int(np.flatnonzero((father < 0) & (encoded.head == np.arange(len(encoded))))[0])
    groups = np.arange(len(encoded))
    groups[other] = groups[child]
    known = known_from(encoded, groups, model)
    assert known.lent["father"][other] == father[child]
    at, *_ = known.relatives(("father", "father"), np.array([other]), np.array([child]))
    assert not len(at)
    stranger = int(np.flatnonzero((father >= 0) & (groups != groups[child]))[0])
    at, lent, _ = known.relatives(("father", "father"), np.array([other]), np.array([stranger]))
    assert (at, lent) == ([0], [father[child]])


def test_members_of_one_group_lend_their_best_date_to_others_only(encoded, model):
    dated = int(np.flatnonzero(encoded.dates.dated)[0])
    undated, third = (int(at) for at in np.flatnonzero(~encoded.dates.dated)[:2])
    groups = np.arange(len(encoded))
    groups[undated] = groups[dated]
    known = known_from(encoded, groups, model)
    asked = np.array([undated])
    assert known.speaker("birth", asked, np.array([third]))[0] == dated
    assert known.speaker("birth", asked, np.array([dated]))[0] == undated
    assert known.speaker("name", asked, np.array([third]))[0] == undated


def test_m_and_u_are_recovered_from_pairs_of_known_truth(encoded, town, model):
    """Counted on a town whose clerks mistake a year in three of a hundred dates."""
    truth = np.array(town.person)
    chance = np.random.default_rng(4)
    left, right = chance.integers(0, len(encoded), (2, 60000))
    order = np.argsort(truth, kind="stable")
    same = truth[order[1:]] == truth[order[:-1]]
    pairs = order[:-1][same], order[1:][same]
    exact = KINDS["name"].index("exact") + 1
    known = known_at_first(encoded)
    names = levels_of(encoded, *pairs, model, known).by_comparison["name"]
    assert abs((names == exact).mean() - model.comparison("name").levels[0].m) < 0.12
    off = KINDS["date"].index("year_off_one") + 1
    overlap = KINDS["date"].index("year_overlap") + 1
    births = levels_of(encoded, *pairs, model, known).by_comparison["birth"]
    assert 0.02 < (births == off).sum() / np.isin(births, [off, overlap]).sum() < 0.12
    strangers = truth[left] != truth[right]
    apart = left[strangers], right[strangers]
    random = levels_of(encoded, *apart, model, known).by_comparison["birth"]
    years = np.isin(random, [KINDS["date"].index(level) + 1 for level in KINDS["date"][8:12]])
    assert abs((random[years] == overlap).mean() - model.comparison("birth").levels[8].u) < 0.02
