import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.simulate import spelling
from reconcile.simulate.chance import stream

_CASES = Path(__file__).parents[1] / "cases" / "misspellings.csv"
_NAMES = ("Nguyễn Văn An", "Huỳnh Thị Mỹ Hòa", "Đặng Thúy", "Lê Ngọc Phước Lan", "Võ Út")


def _cases():
    with _CASES.open(encoding="utf-8", newline="") as stream_:
        return [tuple(line.values())[:3] for line in csv.DictReader(stream_)]


@pytest.mark.parametrize(("mechanism", "written", "possible"), _cases())
def test_mechanism_writes_what_clerks_write(mechanism, written, possible):
    outcomes = {
        spelling.MECHANISMS[mechanism](written, stream(number, mechanism)) for number in range(200)
    }
    assert possible in outcomes
    if possible == written:
        assert outcomes == {written}


@given(st.sampled_from(sorted(spelling.MECHANISMS)), st.sampled_from(_NAMES), st.integers(0, 999))
def test_no_mechanism_empties_a_name(mechanism, name, seed):
    assert spelling.MECHANISMS[mechanism](name, stream(seed)).strip()


def test_every_mechanism_is_in_the_verdict_table_or_strikes_at_random():
    at_random = {"wrong_tone", "letter_lost", "letters_swapped", "letter_wrong", "zero_width"}
    assert set(spelling.MECHANISMS) - {mechanism for mechanism, _, _ in _cases()} == at_random
