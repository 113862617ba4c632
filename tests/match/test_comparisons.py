from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.match.comparisons import compare
from reconcile.match.dates import CODES as DATE_CODES
from reconcile.match.dates import date_levels
from reconcile.match.encoding import AGE, BOUND, DAY, MONTH, YEAR, Dates
from reconcile.match.matching import prepare
from reconcile.match.model import KINDS
from reconcile.match.names import NameForms
from reconcile.model import KIN
from reconcile.text.folding import key, plain
from reconcile.text.sound import southern_sound_key
from tests.match.pairs import entry, live, mention

REGIONAL = (("hoàng", "huỳnh"), ("phúc", "phước"), ("vũ", "võ"))


def name_level(one, other, second_name=""):
    names = [one, other]
    forms = NameForms(
        {
            "key": [key(name) for name in names],
            "plain": [plain(name) for name in names],
            "sound": [southern_sound_key(name) for name in names],
            "other": [plain(second_name), ""],
        },
        REGIONAL,
        ("thị", "văn"),
    )
    code = int(forms.compare(np.array([0]), np.array([1]))[0])
    assert code == int(forms.compare(np.array([1]), np.array([0]))[0])
    return KINDS["name"][code - 1]


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("Nguyễn Văn An", "NGUYỄN VĂN AN", "exact"),
        ("Lê Thị Hòa", "Lê Thị Hoà", "exact"),
        ("Nguyễn Văn Ân", "Nguyen Van An", "unmarked"),
        ("Lê Thị Mỹ", "Lê Thị Mỷ", "sound"),
        ("Trần Thị Lan", "Trần Thị Lang", "sound"),
        ("Nguyễn Văn Hùng", "Nguyễn Văn Hưng", "marks"),
        ("Lê Thị Kim Hoa", "Lê Kim Hoa", "middle_missing"),
        ("Lê Thị Hoa", "Lê Hoa", "middle_missing"),
        ("Huỳnh Văn Phước", "Hoàng Văn Phúc", "regional"),
        ("Nguyễn Văn Thành", "Nguyễn Văn Thanhf", "one_edit"),
        ("Nguyễn Văn Kiệt", "Nguyễn Văn Kệit", "one_edit"),
        ("Trần Văn Út", "Út Trần Văn", "swapped"),
        ("Lê Thị Ngọc Hoa", "Lê Thị Kim Hoa", "middle_differs"),
        ("Nguyễn Thị Hoa", "Trần Thị Hoa", "family_differs"),
        ("Nguyễn Văn Thành", "Lê Thị Mận", "different"),
    ],
)
def test_level_of_names(one, other, level):
    assert name_level(one, other) == level


def test_a_second_name_in_brackets_counts():
    assert name_level("Nguyễn Văn Tám", "Nguyễn Thành Công", "Nguyễn Thành Công") == "other_name"


def interval(first, last, precision, lunar=False):
    return (
        date.fromisoformat(first).toordinal(),
        date.fromisoformat(last).toordinal(),
        precision,
        lunar,
    )


def date_level(*lines):
    columns = [np.array(column) for column in zip(*lines, strict=True)]
    dates = Dates(columns[0], columns[1], columns[2], columns[3].astype(bool))
    code = int(date_levels(dates, np.array([0]), np.array([1]))[0])
    assert code == int(date_levels(dates, np.array([1]), np.array([0]))[0])
    return KINDS["date"][code - 1] if code else ""


def on(text, lunar=False):
    return interval(text, text, DAY, lunar)


def year(number, precision=YEAR):
    return interval(f"{number}-01-01", f"{number}-12-31", precision)


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        (on("1985-03-04"), on("1985-03-04"), "day_equal"),
        (on("1985-03-04"), on("1985-04-03"), "day_swapped"),
        (on("1985-03-04"), on("1985-04-10", lunar=True), "day_lunar"),
        (on("1985-03-04"), on("1986-03-04"), "day_component"),
        (on("1985-03-04"), on("1985-03-14"), "day_component"),
        (on("1985-03-04"), on("1985-11-21"), "day_same_year"),
        (on("1985-03-04"), on("1986-11-21"), "day_off_one"),
        (on("1985-03-04"), on("1999-11-21"), "day_different"),
        (on("1985-03-04"), interval("1985-03-01", "1985-03-31", MONTH), "month_overlap"),
        (on("1985-03-04"), year(1985), "year_overlap"),
        (year(1985), year(1985), "year_overlap"),
        (year(1985), year(1986), "year_off_one"),
        (year(1985), year(1988), "year_off_few"),
        (year(1985), year(1995), "year_different"),
        (interval("1984-01-01", "1985-12-31", AGE), year(1985), "year_overlap"),
        (year(1985), interval("1950-01-01", "1990-12-31", BOUND), "age_possible"),
        (year(1995), interval("1950-01-01", "1990-12-31", BOUND), "age_impossible"),
        (year(1985, BOUND), year(1985, BOUND), ""),
    ],
)
def test_level_of_dates(one, other, level):
    assert date_level(one, other) == level


def test_a_date_that_is_not_known_says_nothing():
    assert date_level((-1, -1, BOUND, False), on("1985-03-04")) == ""


def test_every_date_level_has_a_code():
    assert list(DATE_CODES) == list(KINDS["date"])


def two_people(one, other):
    first, second = entry(1, "HN", 2010), entry(2, "HN", 2012)
    return live(
        [first, second],
        [
            mention(first, "subject", "Lê Thị Hoa", **one),
            mention(second, "subject", "Lê Thị Hoa", **other),
        ],
    )


def level(model, comparison, one, other):
    entries, mentions = two_people(one, other)
    encoded, _ = prepare(mentions, entries, KIN.empty(), model)
    chosen = model.comparison(comparison)
    code = int(compare(encoded, chosen, np.array([0]), np.array([1]), model)[0])
    assert code == int(compare(encoded, chosen, np.array([1]), np.array([0]), model)[0])
    return KINDS[chosen.kind][code - 1] if code else ""


@pytest.mark.parametrize(
    ("comparison", "one", "other", "found"),
    [
        ("sex", {"sex": "M"}, {"sex": "M"}, "equal_common"),
        ("sex", {"sex": "M"}, {"sex": "F"}, "different"),
        ("sex", {"sex": "M"}, {"sex": ""}, ""),
        ("ethnic_group", {"ethnic_group": "Hoa"}, {"ethnic_group": "Hoa"}, "equal_rare"),
        ("ethnic_group", {"ethnic_group": "Hoa"}, {"ethnic_group": "Kinh"}, "different"),
        ("cmnd", {"cmnd": "311123456"}, {"cmnd": "311123456"}, "equal"),
        ("cmnd", {"cmnd": "311123456"}, {"cmnd": "311123465"}, "near"),
        ("cmnd", {"cmnd": "311123456"}, {"cmnd": "341987654"}, "different"),
        ("cmnd", {"cmnd": "311123456"}, {"cccd": "082180123456"}, ""),
        (
            "residence",
            {"residence_unit": "28507@1976", "residence_hamlet": "hoi tri"},
            {"residence_unit": "28507@1976", "residence_hamlet": "hoi tri"},
            "hamlet_equal",
        ),
        (
            "residence",
            {"residence_unit": "28507@1976", "residence_hamlet": "hoi tri"},
            {"residence_unit": "28507@1976", "residence_hamlet": "hoi tin"},
            "hamlet_differs",
        ),
        (
            "residence",
            {"residence_unit": "28507@1976", "residence_hamlet": "hoi tri"},
            {"residence_unit": "28501@2025", "residence_hamlet": "hoi tri"},
            "hamlet_equal",
        ),
        ("residence", {"residence_unit": "28507@1976"}, {"residence_unit": "28501@2025"}, ""),
        (
            "residence",
            {"residence_unit": "28507@1976"},
            {"residence_unit": "28510@1976"},
            "unit_differs",
        ),
        ("home", {"home_key": "hoi xuan cai lay"}, {"home_key": "hoi xuan cai lay"}, "equal"),
        ("home", {"home_key": "hoi xuan cai lay"}, {"home_key": "xa hoi xuan cai lay"}, "similar"),
        ("home", {"home_key": "hoi xuan cai lay"}, {"home_key": "long khanh"}, "different"),
    ],
)
def test_level_of_values(model, comparison, one, other, found):
    assert level(model, comparison, one, other) == found


WORDS = "Nguyễn Trần Lê Văn Thị Kim An Ân Hùng Hưng Hoa Hòa Huỳnh Hoàng Mỹ"
NAMES = st.lists(st.sampled_from(WORDS.split(" ")), min_size=1, max_size=5).map(" ".join)


@given(NAMES, NAMES)
def test_names_compare_alike_from_both_sides(one, other):
    found = name_level(one, other)
    assert (found == "exact") == (key(one) == key(other))


DAYS = st.dates(date(1900, 1, 1), date(2025, 12, 31)).map(lambda day: day.isoformat())
DATES = st.one_of(DAYS.map(on), st.integers(1900, 2025).map(year), DAYS.map(lambda d: on(d, True)))


@given(DATES, DATES)
def test_dates_compare_alike_from_both_sides(one, other):
    assert date_level(one, other)


@given(DATES)
def test_a_date_agrees_with_itself(one):
    assert date_level(one, one) in {"day_equal", "year_overlap"}
