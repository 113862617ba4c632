import datetime
import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.errors import MappingError
from reconcile.text.findings import load_findings
from reconcile.validate.calendar import anniversary, year_of
from reconcile.validate.civil_status import check_rules
from reconcile.validate.rules import load_rules
from reconcile.validate.wide import Wide
from tests.factories import day
from tests.validate.ledger import Ledger, exact, year


@pytest.fixture(scope="module")
def words(mappings):
    return load_findings(mappings)


@pytest.fixture(scope="module")
def rules(mappings, register_types, words):
    return load_rules(mappings, register_types, words)


@pytest.fixture
def broken(rules, register_types, words):
    """Codes (and severities) of the rules that one entry breaks."""

    def check(register_type="KS", roles=None, **entry):
        ledger = Ledger()
        ledger.add(register_type, roles, **entry)
        contents, entries, mentions, _ = ledger.tables()
        wide = Wide(contents, entries, mentions)
        found = check_rules(rules, register_types[register_type], wide, words)
        return dict(zip(found["code"], found["severity"], strict=True))

    return check


def marriage(on, man, woman):
    return {
        "register_type": "KH",
        "roles": {
            "husband": {"name": "Le Van Binh", **man},
            "wife": {"name": "Tran Thi Sen", **woman},
        },
        "registered": on,
        **exact("event", on),
    }


def test_dates_in_order_break_nothing(broken):
    assert broken(roles={"child": exact("birth", "2010-03-01")}) == {}


def test_birth_after_registration(broken):
    found = broken(roles={"child": exact("birth", "2010-03-06")})
    assert found == {"birth_after_registration": "error"}


def test_a_year_gets_the_benefit_of_the_doubt(broken):
    assert broken(roles={"child": year("birth", 2010)}) == {}
    assert broken(roles={"child": year("birth", 2011)}) == {"birth_after_registration": "error"}


def test_every_role_is_checked_against_registration(broken):
    found = broken(roles={"requester": year("birth", 2012)})
    assert found == {"birth_after_registration": "error"}


def test_death_before_birth_and_after_registration(broken):
    deceased = {**exact("birth", "1950-01-02"), **exact("death", "1949-05-05")}
    assert "birth_after_death" in broken("KT", {"deceased": deceased}, registered="1990-01-01")
    deceased = {**exact("birth", "1950-01-02"), **exact("death", "1990-01-02")}
    found = broken("KT", {"deceased": deceased}, registered="1990-01-01")
    assert found == {"death_after_registration": "error"}


@pytest.mark.parametrize(
    ("on", "man", "woman", "expected"),
    [
        # 2014 law: completed years, to the day.
        ("2016-05-10", "1996-05-10", "1998-05-10", {}),
        ("2016-05-10", "1996-05-11", "1998-05-10", {"marriage_under_age": "error"}),
        ("2016-05-10", "1996-05-10", "1998-05-11", {"marriage_under_age": "error"}),
        # Before 2015: having entered the 20th and the 18th year is enough.
        ("2010-05-10", "1991-05-09", "1993-05-09", {}),
        ("2010-05-10", "1991-05-10", "1993-05-09", {"marriage_under_age_before_2015": "warning"}),
        # Of the south before 25 March 1977 nothing is said.
        ("1976-05-10", "1961-05-10", "1963-05-10", {}),
    ],
)
def test_marriage_age_by_the_law_of_the_day(broken, on, man, woman, expected):
    assert broken(**marriage(on, exact("birth", man), exact("birth", woman))) == expected


def test_marriage_age_of_people_with_a_year_only_is_milder_and_generous(broken):
    woman = year("birth", 1990)
    assert broken(**marriage("2016-05-10", year("birth", 1996), woman)) == {}
    found = broken(**marriage("2016-05-10", year("birth", 1997), woman))
    assert found == {"marriage_under_age": "warning"}


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        (1953, {"mother_age_implausible": "warning"}),
        (1954, {}),
        (1997, {}),
        (1999, {"mother_age_implausible": "warning"}),
    ],
)
def test_age_of_the_mother(broken, born, expected):
    roles = {"child": exact("birth", "2010-03-01"), "mother": {"name": "Tran Thi Sen"}}
    roles["mother"] |= year("birth", born)
    assert broken(roles=roles) == expected


def test_recognising_mother_and_father_have_ages_of_their_own(broken):
    roles = {"parent": {"name": "Le B", **year("birth", 1998)}, "child": year("birth", 2008)}
    assert broken("CMC", roles, recognition_kind="father_child") == {
        "father_age_implausible": "warning"
    }
    assert broken("CMC", roles, recognition_kind="child_mother") == {
        "mother_age_implausible": "warning"
    }
    assert broken("CMC", roles) == {}


@pytest.mark.parametrize(
    ("born", "kind", "expected"),
    [
        ("2010-01-04", "on_time", {}),
        ("2010-01-03", "on_time", {"late_called_on_time": "warning"}),
        ("2010-01-04", "late", {"on_time_called_late": "info"}),
        ("2010-01-03", "late", {}),
        ("2000-01-03", "again", {}),
    ],
)
def test_sixty_days_for_a_birth(broken, born, kind, expected):
    found = broken(roles={"child": exact("birth", born)}, registration_kind=kind)
    assert found == expected


def test_no_deadline_before_the_decree_of_2005(broken):
    found = broken(
        roles={"child": exact("birth", "1999-01-03")},
        registration_kind="on_time",
        registered="2000-01-01",
    )
    assert found == {}


def test_values_that_two_roles_cannot_share(broken):
    found = broken(
        "KH",
        {
            "husband": {"name": "Le Van Binh", "cccd": "082090000123"},
            "wife": {"name": "Tran Thi Sen", "cccd": "082090000123"},
        },
    )
    assert found == {"same_number_in_entry": "error"}
    found = broken(
        "KT", {"deceased": {"name": "Le Van Binh"}, "requester": {"name": "Le Van Binh"}}
    )
    assert found == {"same_name_in_entry": "warning"}


@pytest.mark.parametrize(
    ("number", "born", "expected"),
    [
        ("082090000123", 1990, {}),
        ("082190000123", 1990, {}),
        ("082210000123", 2010, {}),
        ("082091000123", 1990, {"birth_year_against_number": "warning"}),
        ("", 1990, {}),
    ],
)
def test_year_of_birth_in_the_number(broken, number, born, expected):
    found = broken(
        "HN", {"subject": {"cccd": number, **year("birth", born)}}, registered="2020-01-01"
    )
    assert found == expected


def test_a_rule_that_names_what_does_not_exist_says_all_of_it(tmp_path, register_types):
    (tmp_path / "civil_status.toml").write_text(
        "version = 1\n[[order]]\nid='LAW-01'\ncode='no_such'\nregister_types=['KS', 'XX']\n"
        "earlier='uncle.birth'\nlater='entry.registered'\n"
    )
    with pytest.raises(MappingError) as caught:
        load_rules(tmp_path, register_types, {})
    text = str(caught.value)
    assert "no_such" in text
    assert "'XX'" in text
    assert "'uncle'" in text


@given(st.dates(min_value=datetime.date(1850, 1, 1)), st.integers(0, 120))
def test_an_anniversary_is_the_day_on_which_years_are_completed(date, years):
    days = pd.Series([float(date.toordinal()), float("nan")])
    if date.year + years > 9998:
        return
    found = anniversary(days, years)
    try:
        expected = date.replace(year=date.year + years)
    except ValueError:  # 29 February of a year that has none
        expected = date.replace(year=date.year + years, month=3, day=1)
    assert found[0] == expected.toordinal()
    assert pd.isna(found[1])


def test_year_of_days():
    days = pd.Series([float(day("1969-12-31")), float(day("1970-01-01")), float("nan")])
    assert year_of(days).tolist()[:2] == [1969, 1970]
    assert pd.isna(year_of(days)[2])


def test_params_name_the_rule_and_nothing_personal(rules, register_types, words):
    ledger = Ledger()
    ledger.add(roles={"child": {"name": "Pham Bi Mat", **exact("birth", "2010-03-06")}})
    contents, entries, mentions, _ = ledger.tables()
    found = check_rules(rules, register_types["KS"], Wide(contents, entries, mentions), words)
    assert [json.loads(text) for text in found["params"]] == [{"rule": "LAW-01"}]
    assert found["field"].tolist() == ["child.birth_date"]
