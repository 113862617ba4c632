import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.model import Precision
from reconcile.standardise.date_texts import join_columns, read_date
from reconcile.standardise.date_words import read_words
from reconcile.standardise.dates import Context, place

CASES = Path(__file__).parents[1] / "cases" / "dates.csv"
DAYS = st.dates(date(1900, 1, 2), date(2025, 12, 31)).filter(lambda d: (d.day, d.month) != (1, 1))


def _cases():
    with CASES.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=";"))


def _day(text):
    return date.fromisoformat(text).toordinal() if text else None


@pytest.mark.parametrize("case", _cases(), ids=lambda case: f"{case['text']} {case['adult']}")
def test_verdicts(case):
    context = Context(
        int(case["year"] or 0), _day(case["registered"]), adult=case["adult"] == "yes"
    )
    found = place(read_date(case["text"]), context)
    assert (found.first, found.last, str(found.precision), " ".join(sorted(found.flags))) == (
        _day(case["first"]),
        _day(case["last"]),
        case["precision"],
        case["flags"],
    )


@pytest.mark.parametrize("text", ["", "-", "0", "//", "00.00.0000", " . "])
def test_nothing_is_no_date_and_no_fault(text):
    assert read_date(text).readable
    assert place(read_date(text), Context(2010)).precision == Precision.NONE


@given(DAYS, st.sampled_from(["%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d", "%d%m%Y"]))
def test_every_day_is_read_back(day, form):
    found = place(read_date(day.strftime(form)), Context(2030))
    assert (found.first, found.last, found.precision) == (
        day.toordinal(),
        day.toordinal(),
        Precision.DAY,
    )


@given(st.text(max_size=30))
def test_no_text_breaks_reading(text):
    found = place(read_date(text), Context(2010, 733_000))
    assert (found.first is None) == (found.last is None) == (found.precision == Precision.NONE)
    if found.first is not None:
        assert found.first <= found.last


@pytest.mark.parametrize(
    ("columns", "text"),
    [
        (("5", "3", "2004"), "5/3/2004"),
        (("", "3", "2004"), "3/2004"),
        (("5", "", "2004"), "2004"),
        (("", "", "2004"), "2004"),
        (("0", "0", "2004"), "2004"),
        (("5/3/2004", "", ""), "5/3/2004"),
        (("", "", "5/3/2004"), "5/3/2004"),
        (("5", "3", ""), ""),
        (("", "", ""), ""),
    ],
)
def test_date_in_three_columns(columns, text):
    assert join_columns(*columns) == text


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Ngày hai mươi lăm, tháng chín, năm một nghìn chín trăm tám mươi lăm", (1985, 9, 25)),
        ("ngày mùng một tháng giêng năm hai ngàn không trăm linh một", (2001, 1, 1)),
        ("Ngày mười lăm tháng mười hai năm một chín bảy lăm", (1975, 12, 15)),
        ("ngày ba mươi mốt tháng mười năm hai nghìn mười một", (2011, 10, 31)),
        ("tháng chín năm 1985", (1985, 9, 0)),
        ("năm hai nghìn lẻ năm", (2005, 0, 0)),
        ("ngày 5 tháng 4 năm 1999", (1999, 4, 5)),
        ("không rõ", None),
        ("năm một trăm", None),
        ("ngày bốn mươi tháng hai năm 1999", None),
    ],
)
def test_dates_in_words(words, found):
    assert read_words(words) == found
