import csv
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.text.legacy import decode_tcvn3, encode_tcvn3

CASES = Path(__file__).parents[1] / "cases" / "names.csv"
WORDS = st.sampled_from(
    ["Nguyễn", "thị", "VĂN", "Ng.", "T.", "hoa", "(Tý)", "tức", "L0an", "Thij", "Mỹ", "-", "Ông"]
)


def _cases():
    with CASES.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=";"))


@pytest.mark.parametrize("case", _cases(), ids=lambda case: f"{case['raw']} {case['sex']}")
def test_verdicts(case, knowledge):
    found = knowledge.names.clean(case["raw"], case["sex"])
    assert (found.name, found.other, " ".join(found.flags)) == (
        case["name"],
        case["other"],
        case["flags"],
    )


@given(st.lists(WORDS, max_size=5).map(" ".join))
def test_cleaning_twice_is_cleaning_once(knowledge, raw):
    once = knowledge.names.clean(raw)
    assert knowledge.names.clean(once.name).name == once.name


@given(st.text(max_size=30))
def test_no_text_breaks_cleaning(knowledge, raw):
    found = knowledge.names.clean(raw)
    assert found.name == unicodedata.normalize("NFC", found.name).strip()


@pytest.mark.parametrize(
    ("raw", "parts"),
    [
        ("Nguyễn Thị Thu Thuỷ", ("nguyễn", "thị thu", "thủy")),
        ("Lê An", ("lê", "", "an")),
        ("Hoa", ("", "", "hoa")),
        ("", ("", "", "")),
    ],
)
def test_family_middle_given(raw, parts, knowledge):
    assert knowledge.names.clean(raw).parts == parts


def test_forms_of_a_name(knowledge):
    name = knowledge.names.clean("NGUYỄN THỊ THUÝ")
    assert (name.name, name.key, name.plain) == (
        "Nguyễn Thị Thuý",
        "nguyễn thị thúy",
        "nguyen thi thuy",
    )
    assert name.sound == knowledge.names.clean("Nguyển Thị Thúy").sound


def test_one_name_in_all_encodings_is_one_name(knowledge):
    composed = "Đặng Thị Phượng"
    for typed in (
        unicodedata.normalize("NFD", composed),
        decode_tcvn3(encode_tcvn3(composed)),
        composed.upper(),
        "Đặng\u00a0Thị Phư\u200bợng",
        "Đặng Thị Phươ\u0323ng",
    ):
        assert knowledge.names.clean(typed).name == composed


@pytest.mark.parametrize(("one", "other"), [("Huỳnh", "Hoàng"), ("Phước", "Phúc"), ("Thy", "Thi")])
def test_different_names_stay_different(one, other, knowledge):
    left, right = (knowledge.names.clean(f"Lê {word}") for word in (one, other))
    assert left.key != right.key


def test_a_newborn_ong_has_ong_for_a_family_name(knowledge, run):
    raw = "Ông Phạm Hoàng Khang"
    assert knowledge.names.clean(raw, "M", grown=False).name == raw
    assert knowledge.names.clean(raw, "M").name == "Phạm Hoàng Khang"
    standard = run(("hoi_xuan", "KS", {"child.name": raw, "father.name": "Ông Lê Văn Ba"}))
    assert list(standard.mentions["name"]) == [raw, "Ông Lê Văn Ba"]


@pytest.mark.parametrize(
    ("entry", "father"),
    [
        ({"child.name": "Ông Trần Gia Hân"}, "Ông Trần Hữu Tài"),
        ({"child.name": "Trần Gia Hân", "mother.name": "Lê Thị Hoa"}, "Trần Hữu Tài"),
        ({"child.name": "Lê Gia Hân", "mother.name": "Lê Thị Hoa"}, "Ông Trần Hữu Tài"),
        ({"child.name": "Lê Gia Hân", "mother.name": "Bà Lê Thị Hoa"}, "Trần Hữu Tài"),
        ({}, "Trần Hữu Tài"),
    ],
)
def test_relatives_tell_whether_ong_is_a_title(entry, father, run):
    standard = run(("hoi_xuan", "KS", {"father.name": "Ông Trần Hữu Tài", **entry}))
    mentions = standard.mentions.set_index("role")
    assert mentions.loc["father", "name"] == father


@pytest.mark.parametrize(
    ("leading", "given", "name"),
    [
        ("Huỳnh Thị", "Na", "Huỳnh Thị Na"),
        ("HUỲNH THỊ", "NA", "Huỳnh Thị Na"),
        ("Huỳnh Thị", "-", "Huỳnh Thị"),
        ("Huỳnh Thị", "không rõ", "Huỳnh Thị"),
    ],
)
def test_na_is_a_name_behind_a_family_name(leading, given, name, run):
    fields = {"child.name_leading": leading, "child.name_given": given}
    assert list(run(("tan_phong", "KS", fields)).mentions["name"]) == [name]


@pytest.mark.parametrize("given", ["Na", "-", ""])
def test_na_alone_says_that_there_is_no_name(given, run):
    fields = {"child.name": "Lê An", "father.name_leading": "-", "father.name_given": given}
    assert list(run(("tan_phong", "KS", fields)).mentions["role"]) == ["child"]
