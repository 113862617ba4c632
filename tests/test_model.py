"""Contracts of tables: keys that repeat are found, in whatever order the lines stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.errors import ContractError
from reconcile.model import PAIRS

SIDES = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=8)


def pairs(sides):
    return {"left": [a for a, _ in sides], "right": [b for _, b in sides]}


@given(SIDES)
def test_a_repeated_key_breaks_the_contract(sides):
    if len(set(sides)) == len(sides):
        assert len(PAIRS.build(pairs(sides))) == len(sides)
    else:
        with pytest.raises(ContractError, match="repeats"):
            PAIRS.build(pairs(sides))


@given(SIDES.map(lambda sides: sorted(set(sides))))
def test_sorted_keys_without_repeats_hold(sides):
    assert len(PAIRS.build(pairs(sides))) == len(sides)
