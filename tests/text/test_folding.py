import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.text import folding
from reconcile.text.syllables import is_vietnamese_syllable

ANY = st.text(st.sampled_from("aàáăâđêơưýỷoóuúqgihĐÐÝn \u0301\u0323\u200b\u00a0-."))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hoà", "Hòa"),
        ("THUÝ", "thúy"),
        ("Thuỷ", "thủy"),
        ("Khoẻ", "khỏe"),
        ("Hòang", "Hoàng"),
        ("Ðức", "Đức"),
        ("Nguyễn\u00a0Văn", "nguyễn văn"),
        ("  A\u200bn ", "an"),
        (unicodedata.normalize("NFD", "Phượng"), "Phượng"),
    ],
)
def test_key_joins_spellings_of_one_word(one, other):
    assert folding.key(one) == folding.key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Huỳnh", "Hoàng"), ("Thy", "Thi"), ("Quý", "Quỳ"), ("Mỹ", "Mĩ")]
)
def test_key_keeps_other_names_apart(one, other):
    assert folding.key(one) != folding.key(other)


@given(ANY)
def test_folding_twice_is_folding_once(text):
    for fold in (folding.tidy, folding.key, folding.plain, folding.nfc):
        assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    "word",
    ["nguyễn", "hòa", "quý", "giàu", "gìn", "giếng", "khuỷu", "thủy", "đường", "ý", "mía", "lúa"],
)
def test_tone_is_split_off_and_put_back(word):
    assert folding.set_tone(*folding.split_tone(word)) == word


DELTA_NAMES = """
Nguyễn Trần Lê Phạm Huỳnh Võ Quới Nguơn Quờn Khuỷu Thoại Giếng Gìn Nghiêm Ỷ Út Đen Oanh Uyên
Xoàn Kiểng Nhựt Phước Hườn Ngãi Quyền Xuyến Hòang Thuý van dat hop NGUYEN Truong Duc Tuyet
"""


@pytest.mark.parametrize("word", DELTA_NAMES.split())
def test_names_of_the_delta_are_syllables(word):
    assert is_vietnamese_syllable(word)


@pytest.mark.parametrize(
    "word",
    ["", "Nguyeãn", "Thij", "Nguyeenx", "Nguye6n4", "NguyÔn", "xyz", "Ng", "Hợc\u0300", "cia"],
)
def test_other_words_are_no_syllables(word):
    assert not is_vietnamese_syllable(word)


def test_marks_in_the_wrong_order_compose():
    assert folding.nfc("Pha\u0309\u0302n Phươ\u0323ng") == "Phẩn Phượng"
