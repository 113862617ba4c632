"""Answers about the model as pages that need no network, and figures as people write them."""

import re

import pytest

from reconcile.match import load_model
from reconcile.report import beliefs
from reconcile.report.chapters import Chapter, Figures, render
from reconcile.report.curves import SIDE, Class, bars, curve, place, tick_shares


@pytest.fixture(scope="module")
def model(mappings):
    return load_model(mappings)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("vi", ["12.345", "0,5", "+1,5", "−2,0", "99,9 %", "99,95 %", "4,5·10⁻⁵", "0,82"]),
        ("en", ["12,345", "0.5", "+1.5", "−2.0", "99.9 %", "99.95 %", "4.5·10⁻⁵", "0.82"]),
    ],
)
def test_figures_are_written_as_in_the_language(language, expected):
    figures = Figures(language)
    assert [
        figures.count(12345),
        figures.number(0.5, 1),
        figures.bits(1.5),
        figures.bits(-2),
        figures.share(0.999),
        figures.share(0.9995),
        figures.probability(0.000045),
        figures.probability(0.82),
    ] == expected


def test_only_what_is_certain_is_a_hundred_in_a_hundred():
    figures = Figures("en")
    assert [figures.share(value) for value in (0.0, 1e-9, 0.99999999, 1.0)] == [
        "0.0 %",
        "< 0.001 %",
        "> 99.999 %",
        "100.0 %",
    ]


def test_a_share_of_nothing_is_a_dash():
    assert Figures("en").share(float("nan")) == "–"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_model_is_told_whole(model, language):
    found = beliefs.chapters(Figures(language), model, [("it asks an officer", -1.0)], 0.001)
    text = [cell for chapter in found for line in chapter.lines for cell in line]
    for comparison in model.file.comparisons:
        for level in comparison.levels:
            assert getattr(level, language) in text
            assert level.source in text
    for rival in model.file.rivals:
        assert getattr(rival, language) in text
    assert Figures(language).one_in(0.001) in found[-1].text[0]
    assert all(len(line) == len(chapter.headers) for chapter in found for line in chapter.lines)


def test_each_level_has_its_weight_against_every_rival(model):
    from reconcile.match.score import level_weights

    found = beliefs.chapters(Figures("en"), model, [], 0.001)
    for comparison in model.file.comparisons:
        if any(level.frequency for level in comparison.levels):
            continue
        chapter = next(
            c for c in found if c.title == comparison.en and len(c.lines) == len(comparison.levels)
        )
        expected = level_weights(comparison, model)[1:]
        for line, row in zip(chapter.lines, expected, strict=True):
            assert list(line[4:]) == [Figures("en").bits(float(bits)) for bits in row]


def test_pages_need_nothing_from_elsewhere_and_escape_words(model):
    chapters = beliefs.chapters(Figures("vi"), model, [("it asks an officer", -1.0)], 0.001)
    page = render("<Mô hình>", [*chapters, Chapter("a & b", ("<script>",))], "vi")
    assert "<script" not in page
    assert "&lt;Mô hình&gt;" in page
    assert not re.search(r"(src|href)=|url\(|@import", page)
    assert page.count("<svg") == len(model.file.comparisons) + 1


def test_the_probability_of_a_weight_is_told_by_who_else_comes_near(model):
    found = beliefs.chapters(Figures("en"), model, [], 0.001)
    chapter = next(c for c in found if c.title == "What probability is stated")
    for line in chapter.lines:
        alone, rivalled, of_many, linked = (float(cell.rstrip(" %")) for cell in line[1:])
        assert max(rivalled, of_many) <= alone <= linked


def test_bars_go_to_the_side_that_they_speak_for():
    found = bars([("for", 10.0, "+10"), ("against", -40.0, "−40")])
    ahead, back = found.bars
    assert ahead.favours
    assert ahead.x == found.zero
    assert not back.favours
    assert back.x + back.width == pytest.approx(found.zero)
    assert back.x_value > 0


def test_a_calibrated_model_lies_on_the_diagonal():
    classes = [Class(p, p, p / 2, (1 + p) / 2, "") for p in (0.001, 0.5, 0.999)]
    found = curve(classes, ["" for _ in tick_shares()], ("x", "y"))
    for point in found.points:
        assert point.x + point.y == pytest.approx(SIDE)
        assert point.top < point.y < point.bottom
    assert place(0.0) == 0
    assert place(1.0) == pytest.approx(SIDE)
    assert place(0.5) == pytest.approx(SIDE / 2)
