import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.text import legacy

LOWER = sorted(
    {
        unicodedata.normalize("NFC", vowel + tone)
        for vowel in "aăâeêioôơuưy"
        for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
    }
    | {"đ"}
)
ASCII = "bcdghklmnpqrstvxyaeiou BCDGHKLMNPQRSTVXYAEIOU.,-/0123456789"
LETTERS = [*LOWER, *(letter.upper() for letter in LOWER)]
NAMES = ["Nguyễn Văn An", "Lê Thị Thẳng", "Trần Ngọc Phượng", "Đặng Thị Mỹ", "Huỳnh Đức"]


@pytest.mark.parametrize("encoding", [legacy.VNI, legacy.VISCII, legacy.CP1258])
@pytest.mark.parametrize("letter", LETTERS)
def test_every_letter_survives_the_way_there_and_back(encoding, letter):
    assert legacy.decode(legacy.encode(letter, encoding), encoding) == letter


@pytest.mark.parametrize("letter", LETTERS)
def test_tcvn3_keeps_every_letter_but_the_case_of_most_capitals(letter):
    back = legacy.decode_tcvn3(legacy.encode_tcvn3(letter))
    assert back == (letter if letter in "ĂÂÊÔƠƯĐAEIOUY" or letter.islower() else letter.lower())


@given(st.text(st.sampled_from([*LETTERS, *ASCII])))
def test_vni_round_trip(text):
    assert legacy.decode_vni(legacy.encode_vni(text)) == text


@given(st.text(st.sampled_from([*LETTERS, *ASCII])))
def test_tcvn3_round_trip_but_for_case(text):
    assert legacy.decode_tcvn3(legacy.encode_tcvn3(text)).lower() == text.lower()


@given(st.text(st.sampled_from([*LETTERS, *ASCII])))
def test_windows_1258_round_trip(text):
    assert legacy.decode_cp1258(legacy.encode_cp1258(text)) == text


def test_letters_that_other_tables_lose():
    assert legacy.encode_tcvn3("ư") == "\u00ad"
    assert legacy.decode_tcvn3("Th\u00ad") == "Thư"
    assert legacy.decode_vni("Thaúng THAÚNG") == "Thẳng THẲNG"
    assert legacy.decode_vni("Myî") == "Myỵ"
    assert legacy.decode_vni("yï Yï YÏ") == "ỵ Ỵ Ỵ"


def test_upper_case_font_of_tcvn3_comes_back_in_capitals():
    assert legacy.decode_tcvn3(legacy.encode_tcvn3("NGUYỄN THỊ ÁNH")) == "NGUYỄN THỊ ÁNH"
    assert (
        legacy.decode_tcvn3(legacy.encode_tcvn3("SỔ KHAI TỬ xã Tân Phong"))
        == "Sổ KHAI Tử xã Tân Phong"
    )
    assert legacy.decode_tcvn3(legacy.encode_tcvn3("Lý Ý")) == "Lý ý"


def test_bytes_and_cp1252_characters_are_the_same_text():
    raw = legacy.encode_viscii("Trần Thị Mỹ").encode("latin-1")
    assert legacy.decode(raw, legacy.VISCII) == "Trần Thị Mỹ"
    assert legacy.decode(raw.decode("cp1252"), legacy.VISCII) == "Trần Thị Mỹ"


@pytest.mark.parametrize("encoding", legacy.ENCODINGS)
def test_detect_tells_every_encoding(encoding):
    found = legacy.detect([legacy.encode(name, encoding) for name in NAMES])
    assert found.encoding == encoding
    assert found.confidence > 0.4
    assert found.evidence["words"] > 0


def test_detect_says_when_nothing_tells():
    found = legacy.detect(["Tran Van Nam", "12/2004"])
    assert found == legacy.Detection(legacy.UNICODE, 1.0, {"words": 0.0})
    assert legacy.score_encoding(["Nam"], [legacy.VNI]) == {legacy.VNI: 0.0}
    with pytest.raises(ValueError, match="candidate"):
        legacy.detect(["a"], [])


def test_decomposed_text_is_unicode():
    names = [unicodedata.normalize("NFD", name) for name in NAMES]
    assert legacy.detect(names).encoding == legacy.UNICODE
    assert [legacy.decode(name, legacy.UNICODE) for name in names] == NAMES


def test_a_cell_leaves_its_columns_encoding_only_for_a_better_one():
    assert legacy.detect_cell("Nguyễn Văn An", legacy.VNI) == legacy.UNICODE
    assert legacy.detect_cell("Nguyeãn Vaên An", legacy.UNICODE) == legacy.VNI
    assert legacy.detect_cell("Ngô Nam", legacy.VNI) == legacy.VNI
    assert legacy.detect_cell("Nam", legacy.VNI) == legacy.VNI
    assert legacy.detect_cell("Müller", legacy.UNICODE) == legacy.UNICODE


def test_broken_bytes_do_not_stop_decoding():
    assert legacy.decode_utf8_as_cp1252("Ã©Ã") == "Ã©Ã"
    assert legacy.decode_cp1258("Nguyễn") == "Nguyễn"
    assert legacy.decode_utf8_as_cp1252("Nguyễn") == "Nguyễn"


@pytest.mark.parametrize("slip", ["Nguyẽn", "Trân Văn Hiêp", "Huỳnh Thị Tuýêt", "Võ Thị Ngọc Bich"])
def test_a_slip_of_the_finger_in_tcvn3_is_no_other_encoding(slip):
    raw = legacy.encode(slip, "tcvn3")
    assert legacy.detect_cell(raw, "tcvn3", ("tcvn3", "vni", "unicode")) == "tcvn3"


def test_a_cell_in_vni_among_tcvn3_is_still_known():
    raw = legacy.encode("Nguyễn Thị Hậu", "vni")
    assert legacy.detect_cell(raw, "tcvn3", ("tcvn3", "vni", "unicode")) == "vni"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Nguyễn Thị Út", "Nguyễn Thị Út"),
        ("Ánh", "Ánh"),
        ("Trần Thị Ửng (Út)", "Trần Thị Ửng (Út)"),
        ("lê thị út", "lê thị út"),
        ("Nguyễn Thị út Em", "Nguyễn Thị Út Em"),
    ],
)
def test_first_letters_of_names_that_tcvn3_has_no_capital_for_come_back(name, meant):
    stored = legacy.decode_tcvn3(legacy.encode_tcvn3(name))
    assert legacy.restore_initials(stored) == meant


@pytest.mark.parametrize("cell", ["Ñoã Thò Ba", "Ñoaøn Thò Ba"])
def test_a_vni_cell_among_unicode_is_known_by_its_d(cell):
    assert legacy.detect_cell(cell, legacy.UNICODE, [legacy.UNICODE, legacy.VNI]) == legacy.VNI
