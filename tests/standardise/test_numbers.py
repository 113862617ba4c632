import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.standardise.numbers import Book, Number, full_year, read_book, read_number


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("24", Number(24)),
        ("024", Number(24)),
        ("24/2010", Number(24, "", 2010)),
        ("24-2010", Number(24, "", 2010)),
        ("24.2010", Number(24, "", 2010)),
        ("24 / 2010", Number(24, "", 2010)),
        ("24/2010/KS", Number(24, "", 2010)),
        ("120/KS-2010", Number(120, "", 2010)),
        ("24/KS", Number(24)),
        ("24/10", Number(24, "", 10)),
        ("24/0015", Number(24)),
        ("24A", Number(24, "A")),
        ("24a/2010", Number(24, "A", 2010)),
        ("24 bis", Number(24, "BIS")),
        ("số 24", Number(24)),
        ("Số: 24", Number(24)),
        ("", Number()),
        ("không số", Number()),
        ("99999999999", Number()),
    ],
)
def test_registration_numbers(text, found):
    assert read_number(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("01/2007", Book("01", 2007)),
        ("01-2007", Book("01", 2007)),
        ("01-TP/HT-2015-KS", Book("01", 2015)),
        ("TP/HT-2015", Book("", 2015)),
        ("01", Book("01")),
        ("1", Book("01")),
        ("Quyển số 1/2007", Book("01", 2007)),
        ("KS.2007.01", Book("01", 2007)),
        ("01A/2007", Book("01A", 2007)),
        ("01/07", Book("01", 7)),
        ("2007", Book("", 2007)),
        ("I", Book("I")),
        ("", Book()),
    ],
)
def test_labels_of_books(text, found):
    assert read_book(text) == found


@pytest.mark.parametrize(
    ("year", "near", "full"), [(10, 2009, 2010), (99, 2001, 1999), (2005, 0, 2005), (5, 0, 0)]
)
def test_two_digit_years_are_near_the_entry(year, near, full):
    assert full_year(year, near) == full


@given(st.text(max_size=20))
def test_no_text_breaks_reading(text):
    number, book = read_number(text), read_book(text)
    assert number.number is None or number.number >= 0
    assert book.year == 0 or book.year < 100 or 1800 <= book.year < 2100
