import random
from datetime import date

import pandas as pd
import pytest

from reconcile.config import mappings_folder
from reconcile.model import ENTRIES, FINDINGS, MENTIONS
from reconcile.standardise import standardise

BIRTH = {
    "entry.number": "24/2010",
    "entry.book": "01/2010",
    "entry.registration_date": "15.03.2010",
    "entry.registration_kind": "on_time",
    "child.name": "NGUYỄN VĂN AN",
    "child.sex": "Nam",
    "child.birth_date": "01.03.2010",
    "child.home_place": "xã Hội Xuân, huyện Cai Lậy, tỉnh Tiền Giang",
    "mother.name": "Trần Thị Bé",
    "mother.birth_date": "1985",
    "father.name": "Không rõ",
    "requester.name": "Trần Thị Bé",
    "requester.relation": "Mẹ",
}


def _day(*parts):
    return date(*parts).toordinal()


def _mention(standard, role, content="0000"):
    table = standard.mentions
    found = table[(table["role"] == role) & (table["content_hash"] == content)]
    assert len(found) == 1
    return found.iloc[0]


def test_tables_keep_their_contracts_even_without_a_line(register_types, run):
    for standard in (run(("hoi_xuan", "KS", BIRTH)), run()):
        ENTRIES.check(standard.entries)
        MENTIONS.check(standard.mentions)
        FINDINGS.check(standard.findings)
        assert list(standard.mentions.columns) == MENTIONS.names
    assert len(register_types) == 5


def test_an_entry_of_birth(run):
    standard = run(("hoi_xuan", "KS", BIRTH))
    entry = standard.entries.iloc[0]
    assert (entry["body"], entry["year"], entry["number"]) == ("28507@1976", 2010, 24)
    assert (entry["book"], entry["book_year"], entry["registration_kind"]) == (
        "01",
        2010,
        "on_time",
    )
    assert entry["registered_from"] == entry["registered_to"] == _day(2010, 3, 15)
    assert entry["event_from"] == entry["event_to"] == _day(2010, 3, 1)
    assert entry["event_precision"] == "day"
    assert len(standard.findings) == 0


def test_mentions_exist_where_a_cell_holds_a_name(run):
    standard = run(("hoi_xuan", "KS", BIRTH))
    assert list(standard.mentions["role"]) == ["child", "mother", "requester"]
    child, mother = _mention(standard, "child"), _mention(standard, "mother")
    assert (child["family"], child["middle"], child["given"]) == ("nguyễn", "văn", "an")
    assert (child["sex"], child["principal"], child["acts"], child["passage"]) == (
        "M", True, False, "birth",
    )  # fmt: skip
    assert child["home_place"] == "28507@1976"
    assert (mother["sex"], mother["birth_precision"]) == ("F", "year")
    assert (mother["birth_from"], mother["birth_to"]) == (_day(1985, 1, 1), _day(1985, 12, 31))
    requester = _mention(standard, "requester")
    assert (requester["relation"], requester["sex"], requester["acts"]) == ("mother", "F", True)
    assert not requester["distinct"]


def test_result_does_not_depend_on_the_order_of_contents(register_types, run):
    contents = [("hoi_xuan", "KS", BIRTH | {"entry.number": str(number)}) for number in range(20)]
    expected = run(*contents)
    lines = pd.DataFrame(
        {
            "content_hash": [f"{place:04d}" for place in range(20)],
            "commune": "hoi_xuan",
            "register_type": "KS",
            "own_key": "",
            "fields": [pd.Series(fields).to_json(force_ascii=False) for _, _, fields in contents],
        }
    )
    order = list(range(20))
    random.Random(1).shuffle(order)  # noqa: S311 - shuffles a test's input
    found = standardise(lines.iloc[order], register_types, mappings_folder())
    pd.testing.assert_frame_equal(found.mentions, expected.mentions)
    pd.testing.assert_frame_equal(found.entries, expected.entries)


@pytest.mark.parametrize(
    ("fields", "year", "precision"),
    [
        ({"entry.number": "24/2009"}, 2009, "day"),
        ({"entry.number": "24"}, 2010, "day"),
        ({"entry.number": "24", "entry.registration_date": ""}, 2010, ""),
        ({"entry.number": "24/2009", "entry.registration_date": ""}, 2009, "year"),
        ({"entry.number": "24/09"}, 2009, "day"),
        (
            {
                "entry.number": "24",
                "entry.book": "",
                "entry.registration_date": "",
                "entry.sheet_year": "Nam 2005",
            },
            2005,
            "",
        ),
        ({"entry.number": "24", "entry.registration_date": "15/3/12"}, 2012, "day"),
    ],
)
def test_year_of_the_number_series(fields, year, precision, run):
    entry = run(("hoi_xuan", "KS", BIRTH | fields)).entries.iloc[0]
    assert (entry["year"], entry["registered_precision"]) == (year, precision)


@pytest.mark.parametrize(
    ("commune", "fields", "body"),
    [
        ("hiep_duc", {}, "28501@1976"),
        ("hiep_duc", {"entry.registration_date": "01.07.2025"}, "28501@2025"),
        ("hiep_duc", {"entry.registration_date": "30.06.2025"}, "28501@1976"),
        ("hiep_duc", {"entry.registration_place": "UBND xã Tân Phong"}, "28510@1976"),
        ("tan_phong", {"entry.registration_date": "02.07.2025"}, "28501@2025"),
        ("hiep_duc", {"entry.registration_place": "UBND huyện Cai Lậy"}, "28501@1976"),
        ("elsewhere", {}, ""),
    ],
)
def test_registering_body(commune, fields, body, run):
    assert run((commune, "KS", BIRTH | fields)).entries.iloc[0]["body"] == body


def test_a_body_that_is_not_known_is_a_finding(run):
    standard = run(("hiep_duc", "KS", BIRTH | {"entry.registration_place": "UBND xã Long Trung"}))
    assert list(standard.findings["code"]) == ["body_unknown"]
    assert standard.findings.iloc[0]["severity"] == "warning"


def test_death_with_age_and_words(run):
    standard = run(
        (
            "tan_phong",
            "KT",
            {
                "entry.registration_date": "2010-03-15",
                "deceased.name": "Lê Văn Ba",
                "deceased.birth_date": "70 tuổi",
                "deceased.death_date": "0h20' ngày 10/03/2009",
                "deceased.death_date_words": "ngày mười một tháng ba năm hai nghìn lẻ chín",
                "requester.name": "Lê Văn Tư",
                "requester.relation": "con trai",
            },
        )
    )
    deceased, requester = _mention(standard, "deceased"), _mention(standard, "requester")
    assert deceased["death_from"] == deceased["death_to"] == _day(2009, 3, 10)
    assert (deceased["birth_from"], deceased["birth_to"]) == (_day(1938, 1, 1), _day(1939, 12, 31))
    assert deceased["birth_precision"] == "age"
    assert (requester["relation"], requester["sex"]) == ("child", "M")
    assert list(standard.findings["code"]) == ["date_words_disagree"]
    assert standard.entries.iloc[0]["event_from"] == _day(2009, 3, 10)


def test_words_stand_in_where_the_figure_is_missing(run):
    words = "ngày một tháng ba năm hai nghìn không trăm mười"
    fields = {"child.birth_date": "", "child.birth_date_words": words}
    child = _mention(run(("hoi_xuan", "KS", BIRTH | fields)), "child")
    assert (child["birth_from"], child["birth_precision"]) == (_day(2010, 3, 1), "day")


def test_birth_in_three_columns_and_name_in_two(run):
    fields = {
        "child.name": "",
        "child.name_leading": "Nguyễn Văn",
        "child.name_given": "An",
        "child.birth_date": "",
        "child.birth_day": "1",
        "child.birth_month": "3",
        "child.birth_year": "2010",
    }
    child = _mention(run(("hoi_xuan", "KS", BIRTH | fields)), "child")
    assert (child["name"], child["birth_from"]) == ("Nguyễn Văn An", _day(2010, 3, 1))


def test_an_unknown_birth_does_not_get_the_day_of_registration(run):
    entry = run(("hoi_xuan", "KS", BIRTH | {"child.birth_date": "không rõ"})).entries.iloc[0]
    assert pd.isna(entry["event_from"])


def test_marriage_stands_on_its_registration_where_no_day_is_given(run):
    fields = {
        "entry.registration_date": "05.06.2012",
        "husband.name": "Lê An",
        "wife.name": "Võ Bé",
    }
    standard = run(("hiep_duc", "KH", fields))
    assert standard.entries.iloc[0]["event_from"] == _day(2012, 6, 5)
    assert list(standard.mentions["sex"]) == ["M", "F"]
    assert standard.mentions["acts"].all()


@pytest.mark.parametrize(
    ("kind", "parent_sex", "acts"),
    [
        ("father_child", "M", {"parent": True, "child": False}),
        ("child_mother", "F", {"parent": False, "child": True}),
        ("", "", {"parent": False, "child": False}),
    ],
)
def test_recognition_says_who_acts_and_the_parents_sex(kind, parent_sex, acts, run):
    fields = {"entry.recognition_kind": kind, "parent.name": "Lê Văn Ba", "child.name": "Lê Bé"}
    standard = run(("hiep_duc", "CMC", fields))
    assert _mention(standard, "parent")["sex"] == parent_sex
    assert {role: bool(_mention(standard, role)["acts"]) for role in acts} == acts


def test_identity_numbers_by_kind_and_sex_from_the_number(run):
    fields = {
        "subject.name": "Lê Bé",
        "subject.identity_number": "82190000123",
        "subject.paper_kind": "cccd",
    }
    standard = run(("hiep_duc", "HN", fields))
    subject = _mention(standard, "subject")
    assert (subject["cccd"], subject["cmnd"], subject["sex"]) == ("082190000123", "", "F")
    assert list(standard.findings["code"]) == ["identity_padded"]
    assert list(standard.findings["field"]) == ["subject.identity_number"]


def test_personal_number_goes_before_the_papers_number(run):
    fields = {
        "child.personal_number": "082210000123",
        "child.identity_number": "082210000999",
    }
    standard = run(("hoi_xuan", "KS", BIRTH | fields))
    assert _mention(standard, "child")["cccd"] == "082210000123"
    assert "identity_two_numbers" in set(standard.findings["code"])


def test_a_correction_in_the_notes_gives_the_other_name(run):
    fields = {"entry.notes": "Cải chính họ tên từ Nguyễn Văn Ân thành Nguyễn Văn An, QĐ số 5"}
    standard = run(("hoi_xuan", "KS", BIRTH | fields))
    assert _mention(standard, "child")["name_other"] == "Nguyễn Văn Ân"
    assert standard.entries.iloc[0]["note_flags"] == "correction"


def test_findings_never_hold_text_of_a_cell(run):
    fields = {
        "child.birth_date": "hồi Mậu Thân",
        "child.ethnic_group": "Zzz",
        "entry.number": "Qqq",
    }
    standard = run(("hoi_xuan", "KS", BIRTH | fields))
    assert set(standard.findings["code"]) == {
        "date_unreadable",
        "ethnic_group_unknown",
        "number_unreadable",
    }
    text = standard.findings.to_csv()
    assert not any(word in text for word in ("Mậu", "Zzz", "Qqq", "Nguyễn"))
