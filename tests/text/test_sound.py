import pytest

from reconcile.text.sound import southern_sound_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Vũ", "Vủ"),
        ("Mỹ", "Mỷ"),
        ("Mỹ", "Mĩ"),
        ("Nguyễn", "Nguyển"),
        ("Thuận", "Thuậng"),
        ("Loan", "Loang"),
        ("Phát", "Phác"),
        ("Việt", "Việc"),
        ("Vân", "Dân"),
        ("Giàu", "Vàu"),
        ("Giàu", "Dàu"),
        ("Sương", "Xương"),
        ("Trâm", "Châm"),
        ("Quý", "Quí"),
        ("Yến", "Iến"),
        ("Hoà", "Hòa"),
        ("Quỳnh", "Quìn"),
        ("Giếng", "Viến"),
        ("Nghĩa", "Nghỉa"),
    ],
)
def test_names_that_sound_alike(one, other):
    assert southern_sound_key(one) == southern_sound_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("An", "Anh"),
        ("Đức", "Dức"),
        ("Huỳnh", "Hoàng"),
        ("Lan", "Lân"),
        ("Hà", "Há"),
        ("Gìn", "Gì"),
    ],
)
def test_names_that_do_not(one, other):
    assert southern_sound_key(one) != southern_sound_key(other)


def test_other_text_is_no_trouble():
    assert southern_sound_key("") == ""
    assert southern_sound_key("Brx 12") == "brx 12"
