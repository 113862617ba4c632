import numpy as np
import pandas as pd
import pytest

from reconcile.match.frequencies import cohort_of


def share(model, name, sex=1, cohort=0):
    words = name.lower().split()
    names = pd.DataFrame(
        {"family": [words[0]], "middle": [" ".join(words[1:-1])], "given": [words[-1]]}, dtype="str"
    )
    return model.frequencies.shares(names, np.array([sex]), np.array([cohort])).name[0]


def test_years_fall_into_cohorts():
    assert list(cohort_of(np.array([-1, 1950, 1969, 1970, 1990, 2005, 2020]))) == [
        0,
        1,
        1,
        2,
        3,
        4,
        4,
    ]


@pytest.mark.parametrize(
    ("common", "rare"),
    [
        ("Nguyễn Văn Hùng", "Phùng Văn Hùng"),
        ("Nguyễn Văn Hùng", "Nguyễn Văn Xyz"),
        ("Nguyễn Văn Hùng", "Nguyễn Trọng Hùng"),
    ],
)
def test_rare_parts_make_rare_names(model, common, rare):
    assert share(model, common) > 3 * share(model, rare)


def test_older_women_are_thi(model):
    assert share(model, "Nguyễn Thị Lan", 2, 1) > 3 * share(model, "Nguyễn Thị Lan", 2, 4)


def test_a_wrong_mark_makes_no_rare_family(model):
    assert share(model, "Nguyển Văn Hùng") > share(model, "Khuất Văn Hùng")


def test_no_name_is_too_rare_or_too_common(model):
    for name in ("Zzz Qqq Www", "Nguyễn", "Nguyễn Văn Hùng Dũng Minh", "An"):
        assert 1e-6 <= share(model, name) < 0.2


def test_unmarked_names_have_the_share_of_all_they_may_stand_for(model):
    hung = model.frequencies.of_plain([["nguyen", "van", "hung"]])[0]
    assert hung >= (share(model, "Nguyễn Văn Hùng") + share(model, "Nguyễn Văn Hưng")) / 2 * 0.7
    assert model.frequencies.of_plain([[]])[0] == 1


def test_there_are_enough_names(mappings):
    table = pd.read_csv(mappings / "names_frequency.csv", keep_default_na=False)
    assert (table["part"] == "family").sum() >= 100
    assert (table["part"] == "given").sum() >= 500
    totals = table.groupby(["part", "sex"])[list(table.columns[3:])].sum()
    assert ((totals > 90) & (totals <= 100.5)).all(axis=None)
