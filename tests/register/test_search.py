"""Looking persons up at the counter."""

import dataclasses

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.model import GOLDEN
from reconcile.register import open_register
from reconcile.register.sought import (
    Sought,
    covers,
    left_over,
    near_numbers,
    near_words,
    understand,
)
from reconcile.text.folding import key, plain
from tests.register.world import Delivery, Row, imported, resolved

FAMILIES = (
    Row(15, {"child": "Nguyễn Thị Lan", "father": "Nguyễn Văn Ba", "mother": "Lê Thị Sáu"}),
    Row(16, {"child": "Nguyễn Thị Lân", "father": "Trần Văn Út", "mother": "Phạm Thị Hoa"}),
    Row(17, {"child": "Trần Văn Bảo", "father": "Trần Văn Út", "mother": "Phạm Thị Hoa"}),
    Row(18, {"child": "Lê Văn Lam", "mother": "Lê Thị Mười"}),
)
BIRTHS = {
    "Nguyễn Thị Lan": "1980-03-12",
    "Nguyễn Thị Lân": "1980",
    "Trần Văn Bảo": "1984-07",
    "Trần Văn Út": "1955",
}
PAPERS = {"Nguyễn Thị Lan": ("cccd", "082180001234"), "Trần Văn Út": ("cmnd", "311234567")}


@pytest.fixture(scope="module")
def counter(tmp_path_factory):
    """A register with four families."""
    with open_register(tmp_path_factory.mktemp("counter") / "register.db") as register:
        with register.run("merge", {}) as run:
            register.add_import(run, *imported(Delivery("2025-07-01", FAMILIES)))
            register.save(run, _described(resolved(register)))
        yield register


def _described(found):
    mentions = found.mentions.copy()
    names = mentions["name"]
    mentions["name_key"] = names.map(key).astype("str")
    mentions["name_plain"] = names.map(plain).astype("str")
    mentions["principal"] = mentions["role"].eq("child")
    for kind in ("cmnd", "cccd"):
        numbers = {name: number for name, (of, number) in PAPERS.items() if of == kind}
        mentions[kind] = names.map(numbers).fillna("").astype("str")
    births = found.golden[found.golden["value"].isin(BIRTHS)].assign(field="birth")
    births["value"] = births["value"].map(BIRTHS).astype("str")
    golden = GOLDEN.build(pd.concat([found.golden, births], ignore_index=True))
    return dataclasses.replace(found, mentions=mentions, golden=golden)


def names(found):
    return found["name"].tolist()


@pytest.mark.parametrize(
    ("typed", "first", "how"),
    [
        ("nguyen thi lan", "Nguyễn Thị Lan", "name"),
        ("Nguyễn Thị Lân", "Nguyễn Thị Lân", "name"),
        ("NGUYỄN THỊ LAN", "Nguyễn Thị Lan", "name"),
        ("lan thi nguyen", "Nguyễn Thị Lan", "name"),
        ("lan 1980", "Nguyễn Thị Lan", "name"),
        ("12/3/1980 lan", "Nguyễn Thị Lan", "name"),
        ("nguyeenx thij lan", "Nguyễn Thị Lan", "name"),
        ("ngueyn thi laan 1980", "Nguyễn Thị Lan", "name, nearly"),
        ("tran van ba", "Trần Văn Bảo", "name, nearly"),
        ("bao 1985", "Trần Văn Bảo", "name; another birth, or none known"),
        ("muoi 1950", "Lê Thị Mười", "name; another birth, or none known"),
        ("082180001234", "Nguyễn Thị Lan", "number of a paper"),
        ("082.180.001.234", "Nguyễn Thị Lan", "number of a paper"),
        ("082 180 001 234 lan", "Nguyễn Thị Lan", "number of a paper"),
        ("082180001243", "Nguyễn Thị Lan", "number of a paper, nearly"),
        ("311234576 tran", "Trần Văn Út", "number of a paper, nearly"),
        ("15/2007", "Nguyễn Thị Lan", "number of an entry"),
        ("lan nguyen van ba", "Nguyễn Thị Lan", "a name in the same entry"),
        ("tran van bao pham hoa", "Trần Văn Bảo", "a name in the same entry"),
    ],
)
def test_what_people_type_at_the_counter(counter, typed, first, how):
    found = counter.find(typed)
    assert names(found)[0] == first
    assert found["found_by"].iloc[0] == how


def test_a_name_of_two_people_shows_those_that_are_meant_first(counter):
    assert names(counter.find("nguyen thi lan 1980"))[:2] == ["Nguyễn Thị Lan", "Nguyễn Thị Lân"]
    assert names(counter.find("nguyễn thị lân 1980"))[:2] == ["Nguyễn Thị Lân", "Nguyễn Thị Lan"]
    assert names(counter.find("nguyen thi lan 13/3/1980")) == ["Nguyễn Thị Lân"]


def test_by_a_name_that_stands_in_the_same_entry(counter):
    assert names(counter.find("lan", beside="nguyen van ba")) == ["Nguyễn Thị Lan"]
    assert names(counter.find("lan", beside="tran van ut")) == ["Nguyễn Thị Lân"]
    assert set(names(counter.find("", beside="tran van ut"))) == {"Nguyễn Thị Lân", "Trần Văn Bảo"}
    assert names(counter.find("1984", beside="tran van ut")) == ["Trần Văn Bảo"]
    assert counter.find("lan", beside="khong ai").empty


def test_a_parent_comes_first_and_the_children_behind(counter):
    found = counter.find("tran van ut")
    assert names(found) == ["Trần Văn Út", "Nguyễn Thị Lân", "Trần Văn Bảo"]
    assert found["found_by"].tolist() == ["name", *["a name in the same entry"] * 2]


def test_what_fits_nobody_finds_nobody(counter):
    for typed in ("", "khong co ai", "1980", "lan 1900", "999999999", "99/2007"):
        assert counter.find(typed).empty, typed


def test_an_id_is_understood_as_one(counter):
    found = counter.find("nguyen thi lan")
    again = counter.find(found["person_id"].iloc[0].lower())
    assert names(again) == ["Nguyễn Thị Lan"]
    assert again["found_by"].tolist() == ["id"]


def test_days_years_and_numbers_are_told_apart():
    assert understand("Lan 15/1980 311234567 1979") == Sought(
        ("lan",), "", ("311234567",), ((15, 1980),), "1979"
    )
    assert understand("lan 31/2/1980").born == ""
    assert understand("lan 1980-3-12", born=1981).born == "1980-03-12"
    assert understand("lan", born=1981).born == "1981"
    assert understand("Hoà").marked == "hòa"


WORDS = st.text("abcdeghiklmnopqrstuvxy", min_size=3, max_size=6)


@given(WORDS, st.integers(0, 5), st.sampled_from("aeiou"))
def test_a_wrong_letter_is_near(word, place, letter):
    typed = word[: place % len(word)] + letter + word[place % len(word) + 1 :]
    assert word in near_words(typed, {word, "another"})


@given(st.text("0123456789", min_size=9, max_size=12), st.integers(0, 11), st.sampled_from("0189"))
def test_a_wrong_digit_is_near(number, place, digit):
    typed = number[: place % len(number)] + digit + number[place % len(number) + 1 :]
    assert typed == number or number in near_numbers(typed)


@given(st.lists(WORDS, min_size=1, max_size=4, unique=True), st.randoms())
def test_order_of_words_does_not_matter(words, chance):
    shuffled = list(words)
    chance.shuffle(shuffled)
    meant = [frozenset((word,)) for word in shuffled]
    name = " ".join(words)
    assert covers(name, meant)
    assert left_over(name, meant) == []
    assert not covers(words[0], [*meant, meant[0]])
