import pytest

from reconcile.text.syllables import is_vietnamese_syllable
from reconcile.text.typing_residue import undo, undo_all


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Nguyeenx", "Nguyễn"),
        ("NGUYEENX", "NGUYỄN"),
        ("Thij", "Thị"),
        ("DDuwcs", "Đức"),
        ("Phuowngj", "Phượng"),
        ("Dduongwf", "Đường"),
        ("Vawn", "Văn"),
        ("Nguyênx", "Nguyễn"),
        ("Hoangf", "Hoàng"),
        ("Nguye6n4", "Nguyễn"),
        ("Thi5", "Thị"),
        ("D9u7c1", "Đức"),
        ("Phuong75", "Phượng"),
        ("Va8n", "Văn"),
        ("Thuy3", "Thủy"),
        ("Oosc", "Ốc"),
        ("Truwowng", "Trương"),
        ("Quowis", "Quới"),
        ("Xuaan", "Xuân"),
        ("Nguyeen", "Nguyên"),
        ("Ddinh", "Đinh"),
    ],
)
def test_residue_is_undone(typed, meant):
    assert undo(typed) == meant


@pytest.mark.parametrize(
    "word",
    [
        *("Lan", "Nguyễn", "Thomas", "A2", "12", "Ng.", "H'Mai", "", "Smith"),
        # Slips of the hand that Telex would read as another name.
        *("Tưrơng", "Tirnh", "Saang", "Naam", "Tarng", "Thaanh", "Lann", "Hsi", "Cso"),
    ],
)
def test_other_words_stay(word):
    assert undo(word) == word


def test_whole_names():
    assert undo_all("Nguyeenx Thij Hoa") == "Nguyễn Thị Hoa"
    assert all(is_vietnamese_syllable(word) for word in undo_all("Le6 Va8n D9u71c").split())
