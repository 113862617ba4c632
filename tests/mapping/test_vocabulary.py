import pytest

from reconcile.importers.mapping import load_mappings
from reconcile.mapping.looks import load_looks
from reconcile.mapping.vocabulary import Certainty, load_vocabulary


@pytest.fixture(scope="module")
def vocabulary(mappings, register_types):
    return load_vocabulary(mappings, load_mappings(mappings, register_types))


@pytest.fixture(scope="module")
def looks(mappings, register_types):
    return load_looks(mappings, load_mappings(mappings, register_types).no_value)


@pytest.mark.parametrize(
    ("code", "parts", "field"),
    [
        ("KS", ("nksHoTen",), "child.name"),
        ("KS", ("Họ và tên mẹ",), "mother.name"),
        ("KS", ("Tên cha",), "father.name_given"),
        ("KS", ("Ngày sinh của cha",), "father.birth_date"),
        ("KS", ("Trẻ em", "Tháng"), "child.birth_month"),
        ("KS", ("Mẹ", "Quê quán"), "mother.home_place"),
        ("KH", ("Bên nữ", "Dân tộc"), "wife.ethnic_group"),
        ("KH", ("DIACHI_CHONG",), "husband.residence"),
        ("KT", ("Ngày chết",), "deceased.death_date"),
        ("KT", ("Quan hệ",), "requester.relation"),
        ("HN", ("Ngày cấp",), "entry.registration_date"),
        ("KS", ("Ngày đăng kí",), "entry.registration_date"),
        ("KS", ("Mã vạch",), ""),
        ("KS", ("Cột 7",), ""),
    ],
)
def test_headers(vocabulary, register_types, code, parts, field):
    assert vocabulary.meaning(parts, register_types[code]).field == field


def test_what_one_letter_off_is_guessed(vocabulary, register_types):
    found = vocabulary.meaning(("nguoi_yeu_cai",), register_types["KS"])
    assert found.certainty in (Certainty.GUESSED, Certainty.LIKELY, Certainty.NONE)
    slip = vocabulary.meaning(("nksQuocTihc",), register_types["KS"])
    assert (slip.field, slip.certainty) == ("child.nationality", Certainty.GUESSED)


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (("KS.2007.01.xlsx",), "KS"),
        (("Sổ khai tử 2004.ods",), "KT"),
        (("danh sach.csv", "Xác nhận tình trạng hôn nhân"), "HN"),
        (("tanphong_cmc.csv",), "CMC"),
        (("KETHON.DBF",), ""),
        (("bao cao.xlsx",), ""),
    ],
)
def test_names_of_files_and_sheets(vocabulary, names, code):
    assert vocabulary.register_type_of(*names) == code


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["Nguyễn Văn An", "Trần Thị Bé", "Lê Hoa"], "name"),
        (["01/02/1985", "1985-03-04", "03.1990"], "date"),
        (["1985", "1990", "2001"], "year"),
        (["12", "13a", "24/2010"], "number"),
        (["312645120", "082090000123"], "identity"),
        (["ấp Tân Thái, xã Tân Phong", "xã Hội Xuân"], "place"),
        (["Nam", "Nữ", "Nam"], "sex"),
        (["Kinh", "Hoa", "Kinh"], "ethnic_group"),
        (["", "-", "không rõ"], ""),
        (["già yếu", "bệnh tim"], ""),
    ],
)
def test_what_values_look_like(looks, values, kind):
    assert looks.of(values).kind == kind


def test_only_words_that_stand_again_and_again_are_shown(looks):
    look = looks.of(["T", "G", "T", "T", "Lê Văn An"])
    assert look.repeated == (("T", 3),)
    assert looks.of([f"từ {n}" for n in range(40) for _ in range(3)]).repeated == ()
