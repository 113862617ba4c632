"""What a second look at two clusters says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.resolve.clusters import load_bounds
from reconcile.resolve.second_look import WEIGHT_ALONE, Fit
from tests.resolve.town import MAPPINGS

LOOK = load_bounds(MAPPINGS, 0.001).look
BITS = st.floats(-30, 30)
ENTRIES = st.integers(1, 60)
FITS = st.builds(Fit, weight=BITS, lead=BITS, fewer=ENTRIES, more=ENTRIES)


@given(FITS, st.floats(0, 20))
def test_a_better_fit_is_never_less_likely(fit, more):
    assert LOOK.odds(fit._replace(weight=fit.weight + more)) >= LOOK.odds(fit)
    assert LOOK.odds(fit._replace(lead=fit.lead + more)) >= LOOK.odds(fit)


@given(FITS)
def test_two_groups_that_nothing_joined_are_less_likely_one_than_a_single_entry_and_a_group(fit):
    single = fit._replace(fewer=1, more=max(fit.more, 2))
    group = fit._replace(fewer=2, more=max(fit.more, 2))
    assert LOOK.odds(group) < LOOK.odds(single)


@given(FITS)
def test_without_correction_the_odds_are_what_the_weight_states(fit):
    assert WEIGHT_ALONE.odds(fit) == pytest.approx(fit.weight)


def test_weight_from_which_two_single_entries_reach_the_bound():
    bound = load_bounds(MAPPINGS, 0.001).link
    weight = LOOK.alone(bound)
    assert weight < bound
    assert LOOK.odds(Fit(weight, LOOK.most_lead, 1, 1)) == pytest.approx(bound)
