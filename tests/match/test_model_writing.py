"""A refitted model is a new version of its file: all but the figures and sources stays."""

from datetime import date

import pytest

from reconcile.match import load_model_file
from reconcile.match.model_writing import next_version, with_figures
from reconcile.match.refit import Figure

DAY = date(2026, 11, 24)
M = Figure("sex", "different", "m", 0.0045, 0.0045, 0.002, 0.003182, 5198.0, 5.8)
U = Figure("sex", "different", "u", 0.5, 0.5, 0.6, 0.55, 900000.0, 540000.0)


@pytest.fixture(scope="module")
def text(mappings):
    return (mappings / "matching.toml").read_text(encoding="utf-8")


def test_versions_are_counted():
    assert next_version("2026.1") == "2026.1+refit1"
    assert next_version("2026.1+refit9") == "2026.1+refit10"


def test_only_version_figures_and_sources_change(text, mappings, tmp_path):
    written = with_figures(text, [U, M], "2026.9+refit1", DAY)
    before, after = text.splitlines(), written.splitlines()
    added = [line for line in after if line not in before]
    assert sorted(line.split(" = ")[0] for line in added) == [
        "judged",
        "m",
        "source",
        "u",
        "version",
    ]
    assert len(after) == len(before) + 1
    path = tmp_path / "new.toml"
    path.write_text(written, encoding="utf-8")
    model = load_model_file(path, mappings)
    level = model.comparison("sex").levels[-1]
    assert (model.version, level.m, level.u) == ("2026.9+refit1", 0.003182, 0.55)
    assert level.judged == {"m": 0.0045, "u": 0.5}
    assert level.source.endswith("; refitted 2026-11-24: m from 5198 pairs, u from 900000 pairs")


def test_a_second_refit_takes_the_place_of_the_first_in_the_source(text):
    once = with_figures(text, [M, U], "a", DAY)
    twice = with_figures(once, [M], "b", date(2027, 1, 2))
    assert twice.count("; refitted") == 1
    assert twice.count("judged = {m = 0.0045, u = 0.5}") == 1
    assert '; refitted 2027-01-02: m from 5198 pairs"' in twice


def test_without_figures_only_the_version_changes(text):
    written = with_figures(text, [], "x", DAY)
    assert written.replace('version = "x"', "") == text.replace(
        next(line for line in text.splitlines() if line.startswith("version =")), ""
    )
