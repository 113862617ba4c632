import shutil

import pytest

from reconcile.errors import ModelError
from reconcile.match import load_model
from reconcile.match.explain import sentence
from reconcile.match.model import KINDS


def changed(mappings, tmp_path, old, new):
    """The shipped model with one text replaced everywhere."""
    for name in ("matching.toml", "names_frequency.csv"):
        shutil.copy(mappings / name, tmp_path / name)
    text = (tmp_path / "matching.toml").read_text("utf-8")
    assert old in text
    (tmp_path / "matching.toml").write_text(text.replace(old, new), "utf-8")
    return tmp_path


def test_the_shipped_model_loads(model):
    assert model.version
    assert model.rivals[0] == "random"
    assert -17 < model.prior < -15


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('id = "day_equal"', 'id = "same_day"', "levels must be"),
        ('kind = "lifetime"', 'kind = "lifespan"', "unknown kind"),
        ('key = "name_key", ', "", "columns key are not given"),
        ('id = "random"', 'id = "stranger"', "first rival must be random"),
        ("against = { sibling", "against = { brother", "unknown rivals brother"),
        ('id = "cccd"\nparts', 'id = "cmnd"\nparts', "an id is defined twice"),
        ("m = 0.82\nfrequency", "m = 0.82\nu = 0.1\nfrequency", "give either u or frequency"),
        ("m = 0.82", "m = 1.82", "less than 1"),
        ("rounds = 2", "rounds = 2\nspeed = 3", "not known here"),
        ('["partner", "partner"]', '["partner", "neighbour"]', "unknown slots neighbour"),
        ("m = 0.82", "m = ", "is not valid TOML"),
        ('names = "names_frequency.csv"', 'names = "nowhere.csv"', "cannot be read"),
    ],
)
def test_a_wrong_model_says_what_is_wrong(mappings, tmp_path, old, new, problem):
    with pytest.raises(ModelError, match=problem):
        load_model(changed(mappings, tmp_path, old, new))


def test_a_model_that_is_not_there(tmp_path):
    with pytest.raises(ModelError, match="cannot be read"):
        load_model(tmp_path)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("family,,nguyễn,31,31,31,31", "line 898: the name is there twice"),
        ("family,,zz,31,31,31", "line 898: does not fit"),
        ("family,,zz,31,31,31,many", "line 898: does not fit"),
        ("first,,zz,31,31,31,31", "line 898: does not fit"),
        ("given,M,zz,31,31,31,310", "line 898: does not fit"),
    ],
)
def test_a_wrong_line_of_frequencies_is_named(mappings, tmp_path, line, problem):
    folder = changed(mappings, tmp_path, "rounds = 2", "rounds = 2")
    with (folder / "names_frequency.csv").open("a", encoding="utf-8") as stream:
        stream.write(line + "\n")
    with pytest.raises(ModelError, match=problem):
        load_model(folder)


def test_a_frequency_file_with_other_columns(mappings, tmp_path):
    folder = changed(mappings, tmp_path, "rounds = 2", "rounds = 2")
    (folder / "names_frequency.csv").write_text("a,b\n", "utf-8")
    with pytest.raises(ModelError, match="first line must be"):
        load_model(folder)


# Sentences that two levels share because they mean one thing to an officer.
SHARED = {
    ("birth", "day_off_one", "year_off_one"),
    ("sex", "equal_common", "equal_rare"),
}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_level_explains_itself_and_no_two_alike(model, language):
    for comparison in model.file.comparisons:
        told = {}
        for level in comparison.levels:
            text = sentence(model, comparison.id, level.id, language)
            assert text.endswith(".")
            before = told.setdefault(text, level.id)
            assert before == level.id or (comparison.id, before, level.id) in SHARED


def test_levels_stand_in_the_order_of_their_kind(model):
    for comparison in model.file.comparisons:
        assert tuple(level.id for level in comparison.levels) == KINDS[comparison.kind]


def test_shares_given_two_people_add_up(model):
    """u of the levels that exclude each other add up to no more than one."""
    groups = [
        ("birth", KINDS["date"][:7]),
        ("birth", KINDS["date"][8:12]),
        ("birth", KINDS["date"][12:]),
        ("sex", ("equal_common", "different")),
        ("cmnd", KINDS["identity"]),
        ("cccd", KINDS["identity"]),
        ("home", KINDS["text"]),
    ]
    for comparison, names in groups:
        levels = [level for level in model.comparison(comparison).levels if level.id in names]
        assert sum(level.m for level in levels) == pytest.approx(1, abs=0.02)
        assert sum(level.u or 0 for level in levels) == pytest.approx(1, abs=0.02)
