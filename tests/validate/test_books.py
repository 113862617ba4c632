import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.config import mappings_folder
from reconcile.text.findings import load_findings
from reconcile.validate.books import check_books, longest_run
from tests.factories import day
from tests.validate.ledger import Ledger


@pytest.fixture(scope="module")
def words(mappings):
    return load_findings(mappings)


@pytest.fixture
def check(words):
    def run(ledger):
        found = check_books(ledger.tables()[1], words)
        return [
            (code, int(content, 16), json.loads(params))
            for content, code, params in zip(
                found["content_hash"], found["code"], found["params"], strict=True
            )
        ]

    return run


def book(*numbers, **entry):
    """A book with these numbers, one a day, in the order of the numbers."""
    ledger = Ledger()
    for place, number in enumerate(numbers):
        first = day("2010-01-04") + place
        ledger.add(number=number, registered_from=first, registered_to=first, **entry)
    return ledger


def test_a_whole_book_has_no_findings(check):
    assert check(book(1, 2, 3, 4)) == []


def test_one_finding_for_a_range_of_missing_numbers_at_the_entry_after_it(check):
    assert check(book(1, 2, 6, 7)) == [
        ("numbers_missing", 2, {"first": 3, "last": 5, "count": 3, "year": 2010})
    ]


def test_a_missing_beginning(check):
    assert check(book(4, 5)) == [
        ("numbers_missing", 0, {"first": 1, "last": 3, "count": 3, "year": 2010})
    ]


def test_a_body_that_took_over_a_running_book_may_begin_anywhere(check):
    assert check(book(140, 141, body="28501@2010")) == []


def test_a_slip_far_off_is_no_gap_of_thousands(check):
    found = check(book(1, 2, 3, 2010))
    assert found == [("number_far_off", 3, {"number": 2010, "count": 1, "before": 3, "year": 2010})]


def test_a_number_twice_is_repeated_at_both(check):
    found = check(book(1, 2, 2, 3))
    assert [(code, place) for code, place, _ in found] == [
        ("number_repeated", 1),
        ("number_repeated", 2),
    ]


def test_books_and_suffixes_tell_numbers_apart(check):
    ledger = Ledger()
    ledger.add(number=1, book="01")
    ledger.add(number=1, book="02")
    ledger.add(number=1, number_suffix="bis")
    assert check(ledger) == []


def test_series_are_told_apart_by_type_body_and_year(check):
    ledger = Ledger()
    ledger.add(number=1)
    ledger.add("KH", number=1)
    ledger.add(number=1, body="28501@1979")
    ledger.add(number=1, year=2011, registered="2011-01-03")
    assert check(ledger) == []


def test_dates_against_numbers_are_one_finding_per_range(check):
    ledger = Ledger()
    for number, date in enumerate(
        ["2010-01-05", "2010-01-06", "2010-11-07", "2010-11-08", "2010-01-09", "2010-01-10"], 1
    ):
        ledger.add(number=number, registered=date)
    assert check(ledger) == [
        ("number_out_of_order", 2, {"first": 3, "last": 4, "count": 2, "year": 2010})
    ]


def test_the_year_in_the_number_against_the_registration(check):
    ledger = Ledger()
    ledger.add(number=1, year=2009)
    assert check(ledger) == [("number_other_year", 0, {"year": 2009})]


def test_entries_without_number_or_year_say_nothing(check):
    ledger = Ledger()
    ledger.add(number=None)
    ledger.add(number=7, year=None)
    assert check(ledger) == []


def test_no_entries_at_all(check):
    assert check(Ledger()) == []


@given(st.lists(st.integers(0, 12), max_size=9))
def test_the_longest_run_is_a_run_and_none_is_longer(values):
    stands = longest_run(np.array(values, dtype="int64"))
    kept = [value for value, stand in zip(values, stands, strict=True) if stand]
    assert kept == sorted(kept)
    best = 0
    for mask in range(1 << len(values)):
        chosen = [value for place, value in enumerate(values) if mask >> place & 1]
        if chosen == sorted(chosen):
            best = max(best, len(chosen))
    assert len(kept) == best


@settings(max_examples=10)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=30, unique=True), st.randoms())
def test_findings_do_not_depend_on_the_order_of_arrival(numbers, chance):
    words = load_findings(mappings_folder())
    ledger = Ledger()
    for number in numbers:
        ledger.add(number=number)
    entries = ledger.tables()[1]
    shuffled = list(range(len(entries)))
    chance.shuffle(shuffled)
    straight = check_books(entries, words)
    mixed = check_books(entries.iloc[shuffled].reset_index(drop=True), words)
    pd.testing.assert_frame_equal(straight, mixed)
