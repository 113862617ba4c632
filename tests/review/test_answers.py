"""What people write into cells, understood or not."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.review.answers import Vocabulary, full_date, partial_date, side_of, yes_or_no
from reconcile.review.casebook import SIDES, options
from reconcile.review.values import checked_value
from tests.review.casebooks import WORDING
from tests.review.desk import TODAY, WORDS

CASES = Path(__file__).parents[1] / "cases" / "decision_words.csv"


def _cases():
    with CASES.open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("case", _cases(), ids=lambda case: f"{case['kind']}-{case['said']}")
def test_words_of_decisions(case):
    kind = WORDING.kinds[case["kind"]]
    found = Vocabulary(kind, WORDS, int(case["sides"])).understand(case["said"])
    said = ("", "") if found is None else (found.decision.code, SIDES[found.side : found.side + 1])
    if found is not None and found.side < 0:
        said = (found.decision.code, "")
    assert said == (case["verdict"], case["side"]), case["why"]


@pytest.mark.parametrize("code", sorted(WORDING.kinds))
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_choice_of_every_list_means_itself(code, language):
    kind = WORDING.kinds[code]
    for option in options(kind, 4, language):
        found = Vocabulary(kind, WORDS, 4).understand(option.words)
        assert found == (option.decision, option.side)


@given(st.text(max_size=40), st.sampled_from(sorted(WORDING.kinds)))
def test_any_text_is_understood_or_not_but_never_breaks(text, code):
    Vocabulary(WORDING.kinds[code], WORDS, 3).understand(text)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("20/11/2026", "2026-11-20"),
        ("20.11.2026", "2026-11-20"),
        ("20-11-26", "2026-11-20"),
        ("1/2/98", "1998-02-01"),
        ("20112026", "2026-11-20"),
        ("2026-11-20", "2026-11-20"),
        ("2026-11-20 00:00:00", "2026-11-20"),
        ("ngày 20 tháng 11 năm 2026", "2026-11-20"),
        ("Hiệp Đức, ngày 20/11/2026.", "2026-11-20"),
        (datetime(2026, 11, 20, 8, 30, tzinfo=UTC), "2026-11-20"),
        (date(2026, 11, 20), "2026-11-20"),
        (46346, "2026-11-20"),
        (46346.5, "2026-11-20"),
        ("31/02/2026", None),
        ("11/2026", None),
        ("hôm nay", None),
        ("", None),
        (None, None),
        (True, None),
        (5, None),
    ],
)
def test_full_dates(cell, day):
    found = full_date(cell, TODAY)
    assert (found.isoformat() if found else None) == day


@pytest.mark.parametrize(
    ("cell", "said"),
    [("03/1985", "1985-03"), ("1985", "1985"), (1985, "1985"), ("13/1985", None), ("85", None)],
)
def test_partial_dates_keep_their_precision(cell, said):
    assert partial_date(cell, TODAY) == said


@pytest.mark.parametrize(
    ("field", "cell", "value"),
    [
        ("birth", "04/03/1985", "1985-03-04"),
        ("child.birth_date", "1985", "1985"),
        ("sex", "Nữ", "F"),
        ("sex", "con trai", None),
        ("cccd", "082 085 000 123", "082085000123"),
        ("cccd", 82085000123, None),
        ("cmnd", "311.999.000", "311999000"),
        ("name", " Trần  Thị Tư", "Trần Thị Tư"),
        ("name", "123", None),
        ("ethnic_group", "Kinh", "Kinh"),
        ("residence", "", None),
    ],
)
def test_typed_values(field, cell, value):
    assert checked_value(field, cell, TODAY) == value


def test_yes_and_no():
    assert yes_or_no("Có", WORDS) is True
    assert yes_or_no("X", WORDS) is True
    assert yes_or_no("✓", WORDS) is True
    assert yes_or_no("chua", WORDS) is False
    assert yes_or_no("trang 12", WORDS) is None


def test_sides():
    assert [side_of(text, 2) for text in ("A", "bên b", "mục B", "C", "AB", "1999", "")] == [
        0,
        1,
        1,
        -1,
        -1,
        -1,
        -1,
    ]
