import pandas as pd

from reconcile.config import load_commune_names
from reconcile.register.changed import CHANGED_COLUMNS
from reconcile.report.changed import Words, changed, masked_lines
from reconcile.resolve.wording import load_wording


def lines(*told):
    return pd.DataFrame(told, columns=list(CHANGED_COLUMNS), dtype="str")


def words(mappings, register_types, language="vi"):
    kinds = load_wording(mappings).kinds
    return Words(register_types, load_commune_names(mappings), kinds, language)


CELLS = lines(
    ("entries_changed", "E-1", "tan_phong", "KS", "7/2010", "child.name", "Lê An", "Lê Anh"),
    ("entries_changed", "E-1", "tan_phong", "KS", "7/2010", "entry.number", "8", "7"),
    ("persons_joined", "P-1", "", "", "", "", "P-1 P-2", "P-1"),
    ("conflicts_opened", "C-1", "", "same_person", "", "", "", "open"),
)


def test_changes_are_told_masked_and_in_the_words_of_the_mapping_files(mappings, register_types):
    text = changed("R0002", masked_lines(CELLS, unmasked=False), words(mappings, register_types))
    assert text.splitlines() == [
        "Lần chạy R0002 đã thay đổi",
        "",
        "mục sổ thay đổi: 1",
        "  E-1  Khai sinh 7/2010, Tân Phong",
        "       child.name: L. A. → L. A.",
        "       entry.number: 8 → 7",
        "",
        "người được gộp: 1",
        "  P-1  P-1 P-2 → P-1",
        "",
        "câu hỏi mới: 1",
        "  C-1  Có thể là cùng một người",
    ]


def test_full_values_are_shown_where_that_is_asked(mappings, register_types):
    told = masked_lines(CELLS, unmasked=True)
    text = changed("R0002", told, words(mappings, register_types, "en"))
    assert "child.name: Lê An → Lê Anh" in text
    assert "Birth 7/2010, Tân Phong" in text


def test_only_the_first_of_many_are_named(mappings, register_types):
    many = lines(*(("persons_new", f"P-{n}", "", "", "", "", "", "") for n in range(30)))
    text = changed("R0001", many, words(mappings, register_types, "en"))
    assert text.count("P-") == 20
    assert "… and 10 more" in text


def test_a_run_that_changed_nothing_says_so(mappings, register_types):
    assert "changed nothing" in changed("R0003", lines(), words(mappings, register_types, "en"))
