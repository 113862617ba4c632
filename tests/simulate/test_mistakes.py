import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.errors import MappingError
from reconcile.simulate import mistakes
from reconcile.simulate.chance import stream
from reconcile.simulate.errors import Mistakes
from reconcile.simulate.people import Day, whole_day

_DAYS = st.dates(dt.date(1930, 1, 1), dt.date(2025, 12, 31)).map(
    lambda date: whole_day(date.toordinal())
)


@given(st.sampled_from(sorted(mistakes.DATES)), _DAYS, st.integers(0, 99))
def test_a_wrong_date_is_still_a_date(mechanism, day, seed):
    wrong = mistakes.DATES[mechanism](day, stream(seed))
    dt.date(wrong.year, wrong.month or 1, wrong.day or 1)


def test_lunar_dates_are_twenty_to_fifty_days_early():
    for seed in range(50):
        wrong = mistakes.lunar(Day(1960, 5, 25), stream(seed))
        early = dt.date(1960, 5, 25) - dt.date(*wrong)
        assert 15 <= early.days <= 55


@given(st.sampled_from(sorted(mistakes.IDENTITY)), st.integers(0, 99))
def test_wrong_numbers_keep_to_digits_blanks_and_points(mechanism, seed):
    wrong = mistakes.IDENTITY[mechanism]("082190001234", stream(seed))
    assert wrong != "082190001234" or mechanism == "digits_swapped"
    assert set(wrong) <= set("0123456789 .")


def test_a_rate_without_a_mechanism_is_refused(settings):
    errors = settings.errors.model_copy(update={"name": {"no_such_thing": 0.1}})
    wrong = settings.model_copy(update={"errors": errors})
    with pytest.raises(MappingError, match=r"errors\.name\.no_such_thing"):
        Mistakes(wrong, settings.profile("typical"))
