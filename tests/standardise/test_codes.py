import pytest

from reconcile.standardise.codes import CodeKnowledge


@pytest.mark.parametrize(
    ("text", "value", "known"),
    [("Nam", "M", True), ("nữ", "F", True), ("NU", "F", True), ("Nử", "F", True), ("1", "M", True),
     ("2", "F", True), ("3", "", True), ("U", "", True), ("M", "M", True), ("abc", "", False)],
)  # fmt: skip
def test_sex(text, value, known, knowledge):
    found = knowledge.codes.sex(text)
    assert (found.value, found.known) == (value, known)


@pytest.mark.parametrize(
    ("text", "value", "known"),
    [("kinh", "Kinh", True), ("Hoa (Triều Châu)", "Hoa", True), ("Khơ Me (Khmer)", "Khơ Me", True),
     ("Khmer", "Khơ Me", True), ("nung", "Nùng", True), ("04", "", False), ("Xyz", "Xyz", False),
     ("không rõ", "", True)],
)  # fmt: skip
def test_ethnic_groups_are_names_never_numbers(text, value, known, knowledge):
    found = knowledge.codes.ethnic_group(text)
    assert (found.value, found.known) == (value, known)


@pytest.mark.parametrize(
    ("text", "value"),
    [("VIET NAM", "Việt Nam"), ("VN", "Việt Nam"), ("Mỹ", "Hoa Kỳ"),
     ("Căm-pu-chia (Cambodian)", "Căm-pu-chia"), ("-", ""), ("Xứ lạ", "Xứ lạ")],
)  # fmt: skip
def test_nationality(text, value, knowledge):
    assert knowledge.codes.nationality(text).value == value


@pytest.mark.parametrize(
    ("text", "value", "sex"),
    [
        ("Cha", "father", "M"),
        ("cha đẻ của trẻ", "father", "M"),
        ("tía", "father", "M"),
        ("má", "mother", "F"),
        ("ba", "father", "M"),
        ("bà", "grandparent", "F"),
        ("bà nội", "grandparent", "F"),
        ("ba noi", "grandparent", "F"),
        ("con", "child", ""),
        ("Con trai", "child", "M"),
        ("con rể", "relative", "M"),
        ("con dâu", "relative", "F"),
        ("mẹ vợ", "relative", "F"),
        ("vợ", "wife", "F"),
        ("Chồng người chết", "husband", "M"),
        ("bản thân", "self", ""),
        ("cháu nội", "relative", ""),
        ("bà con", "relative", ""),
        ("Cha/mẹ", "relative", ""),
        ("anh ruột", "sibling", "M"),
        ("dì", "uncle_aunt", "F"),
        ("Trưởng ấp", "official", ""),
        ("hàng xóm", "other", ""),
        ("không", "", ""),
        ("Bản thân NĐKS", "self", ""),
        ("người được khai sinh", "self", ""),
        ("NĐKS", "self", ""),
        ("b.thân", "self", ""),
        ("đ/s", "self", ""),
        ("tôi", "self", ""),
        ("mẹ của người được khai sinh", "mother", "F"),
        ("người đi khai", "", ""),
        ("Người yêu cầu", "", ""),
        ("thân phụ", "father", "M"),
        ("trưởng nam", "child", "M"),
        ("ba nội", "grandparent", "F"),
        ("b.ngoại", "grandparent", "F"),
        ("cố", "grandparent", ""),
        ("co", "uncle_aunt", "F"),
        ("bá", "uncle_aunt", ""),
        ("cô 3", "uncle_aunt", "F"),
        ("Choàng", "husband", "M"),
        ("Chò", "sibling", "F"),
        ("chông của người chết", "husband", "M"),
        ("con dau", "relative", "F"),
        ("cha ghẻ", "relative", "M"),
        ("anh em họ", "relative", ""),
        ("thông gia", "relative", ""),
        ("trưởng ban nhân dân ấp", "official", ""),
        ("nữ hộ sinh", "official", ""),
        ("UQ", "other", ""),
        ("chủ hộ", "other", ""),
        ("người cùng xóm", "other", ""),
    ],
)
def test_relation_says_what_the_requester_is(text, value, sex, knowledge):
    found = knowledge.codes.relation(text)
    assert (found.value, found.sex, found.known) == (value, sex, True)


def test_unknown_relation(knowledge):
    assert not knowledge.codes.relation("qwerty").known


@pytest.mark.parametrize(
    ("notes", "flags"),
    [
        ("Đã ly hôn theo bản án số 12/2010", "divorce"),
        ("Cải chính họ tên", "correction"),
        ("Đăng ký lại", "re_registration"),
        ("Đăng ký lại, số cũ 25/1986", "earlier:25/1986 re_registration"),
        ("Đăng ký lại theo số 025, quyển số 01/1986", "earlier:25/1986 re_registration"),
        ("Đăng ký lại theo QĐ số 15/2012", "re_registration"),
        ("hủy giấy khai sinh số 3", "cancelled"),
        ("Sinh đôi, con nuôi", "adoption twin"),
        ("Đã chết ngày 3/2/2010", "deceased"),
        ("cấp bản sao", ""),
    ],
)
def test_note_flags(notes, flags, knowledge):
    assert knowledge.codes.note_flags(notes) == flags


def test_code_words_stay_and_others_are_understood(knowledge):
    codes = knowledge.codes
    assert codes.code("registration_kind", "late").value == "late"
    assert codes.code("registration_kind", "Quá hạn").value == "late"
    assert codes.code("paper_kind", "CMND").value == "cmnd"
    assert not codes.code("registration_kind", "9").known
    assert codes.code("purpose_kind", "3").value == "3"


def test_a_wrong_pattern_is_refused():
    with pytest.raises(ValueError, match="not a regular expression"):
        CodeKnowledge(
            no_value=(), sex={}, code={}, relation=(), note_flags={"x": "("}, ethnic_group={},
            nationality={},
        )  # fmt: skip
