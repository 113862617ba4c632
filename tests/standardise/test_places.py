import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.errors import MappingError
from reconcile.standardise.gazetteer import load_gazetteer

CASES = Path(__file__).parents[1] / "cases" / "places.csv"


def _cases():
    with CASES.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=";"))


@pytest.mark.parametrize("case", _cases(), ids=lambda case: f"{case['text']} {case['day']}")
def test_verdicts(case, knowledge):
    day = date.fromisoformat(case["day"]).toordinal() if case["day"] else None
    found = knowledge.places.read(case["text"], day)
    assert (found.unit, found.hamlet) == (case["unit"], case["hamlet"])


def test_key_leaves_out_words_for_kinds_of_units(knowledge):
    long = knowledge.places.read("ấp Hội Lễ, xã Hội Xuân, huyện Cai Lậy, tỉnh Tiền Giang")
    short = knowledge.places.read("Hội Lễ, Hội Xuân, Cai Lậy, Tiền Giang")
    assert long.key == short.key == "hoi le hoi xuan cai lay tien giang"


@given(st.text(max_size=40))
def test_no_text_breaks_reading(knowledge, text):
    found = knowledge.places.read(text)
    if found.unit:
        knowledge.places.gazetteer.unit(found.unit)


def test_what_a_commune_became(knowledge):
    gazetteer = knowledge.places.gazetteer
    last = date(2025, 6, 30).toordinal()
    for unit in ("28501@1976", "28507@1976", "28510@1976"):
        assert gazetteer.at(unit, last) == unit
        assert gazetteer.at(unit, last + 1) == "28501@2025"


def test_provinces_of_both_periods(knowledge):
    assert len(knowledge.number_prefixes) == 63
    assert {"082", "087", "001", "096"} <= knowledge.number_prefixes


def test_units_that_do_not_fit_are_refused(tmp_path):
    (tmp_path / "units.toml").write_text(
        """
cut = 2025-07-01
[prefixes.province]
"tỉnh" = []
[prefixes.district]
[prefixes.commune]
[prefixes.hamlet]
[prefixes.office]
[[unit]]
id = "82@1976"
code = "82"
kind = "province"
prefix = "tỉnh"
name = "Tiền Giang"
into = "82@2025"
""",
        encoding="utf-8",
    )
    with pytest.raises(MappingError, match="there is no unit 82@2025"):
        load_gazetteer(tmp_path)
