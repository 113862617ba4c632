import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.standardise.identity import birth_year_of, read_identity, sex_of

CASES = Path(__file__).parents[1] / "cases" / "identity.csv"


def _cases():
    with CASES.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=";"))


@pytest.mark.parametrize("case", _cases(), ids=lambda case: f"{case['raw']} {case['paper_kind']}")
def test_verdicts(case, knowledge):
    found = read_identity(case["raw"], case["paper_kind"], knowledge.number_prefixes)
    assert (found.cmnd, found.cccd, found.other, " ".join(found.flags)) == (
        case["cmnd"],
        case["cccd"],
        case["other"],
        case["flags"],
    )


@given(st.text(max_size=25))
def test_no_text_breaks_reading(text):
    found = read_identity(text)
    assert len(found.cmnd) in (0, 8, 9, 10)
    assert len(found.cmnd) in (0, 9) or "unreadable" in found.flags
    assert len(found.cccd) in (0, 12)


@pytest.mark.parametrize(
    ("cccd", "sex", "year"),
    [("082090000123", "M", 1990), ("082190000123", "F", 1990), ("082305000123", "F", 2005)],
)
def test_what_a_personal_number_says(cccd, sex, year):
    assert (sex_of(cccd), birth_year_of(cccd)) == (sex, year)
    assert (sex_of(""), birth_year_of("")) == ("", 0)
