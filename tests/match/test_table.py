"""Comparing, blocking and fitting tables that a model file describes."""

import numpy as np
import pandas as pd
import pytest

from reconcile.errors import ModelError
from reconcile.match.table import TableModel, load_table_model, match_table, written
from reconcile.match.table.blocking import table_candidates
from reconcile.match.table.comparisons import level_code, table_levels
from reconcile.match.table.fit import agreeing_share, all_pairs, sample_pairs
from reconcile.match.table.model import KINDS
from reconcile.match.table.values import date_digits, values_of
from reconcile.text.english_sound import english_sound_key


def model_of(*comparisons, **settings):
    data = {"version": "t", "comparisons": list(comparisons)} | settings
    return TableModel.model_validate(data)


def level_between(kind, one, other, **settings):
    """The level of two cells, by name; both ways round give the same."""
    model = model_of({"id": "x", "kind": kind}, blocking=[{"parts": ["x"]}], **settings)
    table = pd.DataFrame({"x": [one, other]})
    values = {"x": values_of(table, model.comparisons[0], model)}
    sides = np.array([0, 1]), np.array([1, 0])
    there, back = table_levels(values, model.comparisons[0], *sides)
    assert there == back
    return ["missing", *KINDS[kind]][there]


@pytest.mark.parametrize(
    ("kind", "one", "other", "level"),
    [
        ("name", "Smith", " SMITH ", "exact"),
        ("name", "Smith", "", "missing"),
        ("name", "Smith", "Smiht", "one_edit"),
        ("name", "Philip", "Fillip", "sound"),
        ("name", "Kim", "Tim", "similar"),
        ("name", "Anne Marie", "Marie Anne", "similar"),
        ("name", "O'Brien", "o brien", "exact"),
        ("name", "Smith", "Walker", "different"),
        ("name", "Nguyễn Thị Hồng", "Nguyen Thi Hong", "unmarked"),
        ("text", "pridham street", "pridhamstreet", "exact"),
        ("text", "12 High St", "12 Hihg St", "one_edit"),
        ("text", "Old Mill", "Lakeside", "different"),
        ("code", "4 137-787", "4137787", "exact"),
        ("code", "4137787", "4137877", "one_edit"),
        ("code", "4137787", "4138777", "two_edits"),
        ("code", "4137787", "9911111", "different"),
        ("date", "1985-12-03", "3/12/1985", "exact"),
        ("date", "1985-12-03", "12/3/1985", "swapped"),
        ("date", "19851203", "19851204", "one_edit"),
        ("date", "1985-12-03", "1985-12-28", "two_parts"),
        ("date", "1985", "1985-12-03", "year"),
        ("date", "1985", "1985", "year"),
        ("date", "1985", "1986-12-03", "different"),
        ("date", "1985-12-03", "1931-02-27", "different"),
        ("category", "F", "f", "exact"),
        ("category", "F", "M", "different"),
    ],
)
def test_levels(kind, one, other, level):
    assert level_between(kind, one, other) == level


def test_dates_of_months_first():
    assert date_digits("12/3/1985", day_first=False) == "19851203"
    assert level_between("date", "12/3/1985", "1985-12-03", day_first=False) == "exact"


def test_southern_sounds():
    assert level_between("name", "Vân Anh", "Dâng Ăn", sounds="vietnamese") != "exact"
    assert level_between("name", "Nguyễn Vinh", "Nguyển Dinh", sounds="vietnamese") == "sound"


def test_a_value_in_the_other_column_is_found_elsewhere():
    model = model_of(
        {"id": "given", "kind": "name", "elsewhere": ["family"]},
        {"id": "family", "kind": "name", "elsewhere": ["given"]},
    )
    table = pd.DataFrame({"given": ["jacob", "flannery"], "family": ["flannery", "jacob"]})
    values = {c.id: values_of(table, c, model) for c in model.comparisons}
    for comparison in model.comparisons:
        levels = table_levels(values, comparison, np.array([0]), np.array([1]))
        assert levels.tolist() == [level_code("name", "elsewhere")]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Philips", "Fillips"), ("Knight", "Nite"), ("Schmidt", "Shmit"), ("Wright", "Right")],
)
def test_words_that_sound_alike(one, other):
    assert english_sound_key(one) == english_sound_key(other)


def test_a_key_that_many_share_brings_nobody_together_but_copies_count_once():
    model = model_of({"id": "x", "kind": "code"}, blocking=[{"parts": ["x"], "at_most": 2}])
    model = model.model_copy(
        update={
            "comparisons": (
                *model.comparisons,
                model_of({"id": "y", "kind": "code"}).comparisons[0],
            )
        }
    )
    table = pd.DataFrame(
        {
            "x": ["1", "1", "1", "2", "2", "2", "2"],
            "y": ["a", "b", "c", "d", "d", "d", "e"],
        }
    )
    values = {c.id: values_of(table, c, model) for c in model.comparisons}
    left, right, rules = table_candidates(values, np.zeros(7, dtype=np.int64), model)
    found = list(zip(left.tolist(), right.tolist(), rules.tolist(), strict=True))
    assert found == [(3, 4, 0), (3, 5, 0), (3, 6, 1)]


def test_samples_are_pairs_of_two_records_and_evenly_spread():
    left, right = sample_pairs(np.zeros(4, dtype=np.int64), across_only=False, size=100)
    assert sorted(map(sorted, zip(left.tolist(), right.tolist(), strict=True))) == [
        [0, 1],
        [0, 2],
        [0, 3],
        [1, 2],
        [1, 3],
        [2, 3],
    ]
    of_table = np.array([0] * 50 + [1] * 51)
    left, right = sample_pairs(of_table, across_only=False, size=1000)
    assert (left != right).all()
    assert 900 <= len(left) <= 1100
    assert set(np.r_[left, right].tolist()) == set(range(101))
    left, right = sample_pairs(of_table, across_only=True, size=10**6)
    pairs = {frozenset(pair) for pair in zip(left.tolist(), right.tolist(), strict=True)}
    assert len(pairs) == len(left) == 50 * 51 == all_pairs(of_table, across_only=True)


def test_agreement_is_counted_over_all_pairs():
    codes = np.array([0, 0, 1, 1, 1, -1])
    share = agreeing_share(codes, codes >= 0, np.zeros(6, dtype=np.int64), across_only=False)
    assert share == pytest.approx((1 + 3) / 10)
    tables = np.array([0, 1, 0, 0, 1, 1])
    share = agreeing_share(codes, codes >= 0, tables, across_only=True)
    assert share == pytest.approx((1 + 2) / 6)


def test_agreement_on_a_rare_value_says_more():
    names = ["smith"] * 6 + ["quirke"] * 2 + [f"name{at}" for at in range(40)]
    table = pd.DataFrame({"x": names, "y": [str(at) for at in range(48)]})
    columns = {"id": "x", "kind": "name"}, {"id": "y", "kind": "code"}
    model = load_again(model_of(*columns, thresholds={"link": 1e-4}))
    pairs = match_table(table, np.zeros(48, dtype=np.int64), model).pairs
    weight = {
        (a, b): w for a, b, w in zip(pairs["left"], pairs["right"], pairs["weight"], strict=True)
    }
    assert weight[6, 7] > weight[0, 1] + 1


def load_again(model):
    """Block keys are given by loading; the same without a file."""
    from reconcile.match.table.model import usual_blocking

    return model.model_copy(update={"blocking": usual_blocking(model)})


def test_a_written_model_reads_as_it_was(tmp_path):
    levels = {"exact": {"m": 0.9, "u": 1e-7}, "different": {"m": 0.1, "u": 0.999999}}
    model = model_of(
        {"id": 'a "b" \\ \t', "kind": "category", "levels": levels},
        blocking=[{"parts": ['a "b" \\ \t'], "at_most": 7}],
        prior=1e-5,
        one_per_table=True,
        id="nr",
    )
    path = tmp_path / "m.toml"
    path.write_text(written(model), encoding="utf-8")
    again = load_table_model(path)
    assert written(again) == written(model)
    assert again.fitted


@pytest.mark.parametrize(
    ("comparisons", "settings", "told"),
    [
        ([{"id": "x", "kind": "nmae"}], {}, "comparisons.0.kind"),
        ([{"id": "x", "kind": "name", "elsewhere": ["y"]}], {}, "elsewhere must name other names"),
        ([{"id": "x", "kind": "date", "elsewhere": ["x"]}], {}, "a date is nowhere else"),
        ([{"id": "x", "kind": "name"}] * 2, {}, "defined twice"),
        ([{"id": "x", "kind": "category"}], {}, "give block keys"),
        ([{"id": "x", "kind": "name"}], {"blocking": [{"parts": ["y"]}]}, "no comparison y"),
        ([{"id": "x", "kind": "name"}], {"blocking": [{"parts": ["x.year"]}]}, "no part year"),
        (
            [{"id": "x", "kind": "category", "levels": {"exact": {"m": 0.5, "u": 0.5}}}],
            {},
            "levels must be exact, different",
        ),
    ],
)
def test_a_wrong_model_says_what_is_wrong(comparisons, settings, told):
    with pytest.raises(ValueError, match=told):
        model_of(*comparisons, **settings)


def test_the_civil_status_model_is_no_model_for_tables(root):
    with pytest.raises(ModelError, match="is the model of civil-status entries"):
        load_table_model(root / "mappings" / "matching.toml")


@pytest.mark.parametrize("name", ["febrl", "febrl4"])
def test_shipped_models_fit(root, name):
    model = load_table_model(root / "mappings" / "models" / f"{name}.toml")
    assert model.id == "rec_id"
    assert len(model.comparisons) == 10
