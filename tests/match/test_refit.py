"""Estimating a model anew: towards what a register says, never far, whatever the order."""

from dataclasses import replace

import numpy as np
import pytest

from reconcile.match import match_all
from reconcile.match.expectation import FITTED, candidates, drawn_blindly
from reconcile.match.refit import FARTHEST, Labels, refit


@pytest.fixture(scope="module")
def matched(town, model):
    return match_all(town.mentions, town.entries, town.kin, model)


@pytest.fixture(scope="module")
def fitted(matched, model):
    return refit(matched, model)


def with_level(model, comparison, level, **figures):
    """The model with other figures of one level."""

    def changed(one):
        if one.id != comparison:
            return one
        levels = [
            each.model_copy(update=figures) if each.id == level else each for each in one.levels
        ]
        return one.model_copy(update={"levels": tuple(levels)})

    comparisons = tuple(changed(one) for one in model.file.comparisons)
    return replace(model, file=model.file.model_copy(update={"comparisons": comparisons}))


def figure(fitted, *wanted):
    return next(f for f in fitted.figures if (f.comparison, f.level, f.what) == wanted)


def test_every_level_that_is_seen_was_possible(matched, model):
    for seen in (candidates(matched, model).seen, drawn_blindly(matched, model)):
        for comparison in model.file.comparisons:
            if comparison.kind not in FITTED:
                continue
            codes = seen.levels.by_comparison[comparison.id].astype(int)
            at = np.flatnonzero(codes)
            assert (seen.possible[comparison.id][at, codes[at] - 1] > 0).all(), comparison.id
            assert (seen.possible[comparison.id][codes == 0] == 0).all()


def test_pairs_of_a_rule_that_asks_for_it_tell_nothing_of_a_comparison(matched, model):
    usable = candidates(matched, model).usable
    rules = matched.pairs[~matched.pairs["certain"]]["rules"].to_numpy()
    names = [rule.id for rule in model.file.blocking]
    looks = {"cmnd": "cmnd", "name_rare": "name", "name_year": "birth", "birthday_name": "birth"}
    for rule, comparison in looks.items():
        only = rules == 1 << names.index(rule)
        assert not usable[comparison][only].any(), rule
    assert usable["ethnic_group"].all()


def test_blind_pairs_are_of_two_entries_and_hardly_of_one_person(matched, model, town):
    blind = drawn_blindly(matched, model)
    entry = town.mentions["entry"].to_numpy(dtype=int)
    assert (entry[blind.levels.left] != entry[blind.levels.right]).all()
    groups = matched.known.groups
    within = groups[blind.levels.left] == groups[blind.levels.right]
    assert within.any()
    assert (blind.weight[within] == 0).all()


def test_figures_move_towards_what_the_register_says_and_never_far(fitted):
    assert fitted.figures
    for one in fitted.figures:
        assert one.judged == one.before
        assert abs(one.bits) <= FARTHEST + 0.01
        low, high = sorted((one.before, one.estimate))
        assert low * 0.999 <= one.after <= high * 1.001


def test_refitting_again_starts_from_what_was_judged(town, model):
    wrong = with_level(model, "sex", "different", m=0.05)
    seen = []
    for _ in range(2):
        matched = match_all(town.mentions, town.entries, town.kin, wrong)
        fitted = refit(matched, wrong)
        seen.append(figure(fitted, "sex", "different", "m"))
        wrong = fitted.model
    assert seen[0].after < 0.05
    assert seen[1].judged == 0.05
    assert seen[1].before == seen[0].after
    assert seen[1].after == pytest.approx(seen[0].after, rel=0.05)


def test_the_refitted_model_holds_the_figures(fitted, model):
    for one in fitted.figures:
        level = next(
            each for each in fitted.model.comparison(one.comparison).levels if each.id == one.level
        )
        assert getattr(level, one.what) == one.after
    assert fitted.model.file.rivals == model.file.rivals
    assert fitted.model.file.relatives == model.file.relatives
    dates = [one for one in fitted.figures if one.comparison == "birth"]
    assert {one.what for one in dates} == {"m"}


def test_a_refit_is_a_function_of_the_mentions(town, model, fitted, matched):
    again = refit(match_all(town.mentions, town.entries, town.kin, model), model)
    assert again.figures == fitted.figures
    shuffled = matched.pairs.sample(frac=1, random_state=3).reset_index(drop=True)
    for one, other in zip(
        refit(replace(matched, pairs=shuffled), model).figures, fitted.figures, strict=True
    ):
        assert one.after == pytest.approx(other.after, rel=1e-3)


def test_judgements_count_as_known(matched, model, fitted):
    """Sure pairs of one sex that officers part, and doubtful ones that they join, move figures."""
    scored = matched.pairs[~matched.pairs["certain"]].reset_index(drop=True)
    codes = candidates(matched, model).seen.levels.by_comparison["residence"]
    place = np.flatnonzero((scored["probability"] < 0.5).to_numpy() & (codes == 4))[:40]
    assert len(place) > 5
    joined = refit(matched, model, Labels(place, np.ones(len(place), dtype=bool)))
    wanted = ("residence", "unit_differs", "m")
    assert figure(joined, *wanted).estimate > figure(fitted, *wanted).estimate
