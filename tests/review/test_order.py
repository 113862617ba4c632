"""The order of questions: effect per minute, kin together, a limit that counts over all sheets."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.review.casebook import cases
from tests.review.casebooks import casebook, line, record


def asked(lines, persons=None, limit=None):
    """Ids of the questions in their order; ``persons`` are the person ids of the sides."""
    records = {
        f"{conflict}/m{side}": record(person_id=person)
        for conflict, people in (persons or {}).items()
        for side, person in enumerate(people)
    }
    return [case.conflict for case in cases(casebook(lines, records), "vi", limit)]


def test_more_effect_comes_first_though_it_is_less_sure():
    lines = [line("C-1", probability=0.9, gain=0.9), line("C-2", probability=0.5, gain=6.0)]
    assert asked(lines) == ["C-2", "C-1"]


def test_what_takes_longer_must_bring_more():
    lines = [
        line("C-1", "number_twice", gain=1.5),
        line("C-2", "series", gain=1.5, sides=0),
        line("C-3", "number_twice", gain=2.5),
    ]
    assert asked(lines) == ["C-3", "C-2", "C-1"]


def test_questions_about_one_person_stay_together_where_their_whole_effect_puts_them():
    lines = [
        line("C-1", gain=2.0),
        line("C-2", gain=3.5),
        line("C-3", gain=6.0),
        line("C-4", gain=9.0),
    ]
    persons = {"C-1": ("P-1", "P-2"), "C-3": ("P-2", "P-3")}
    assert asked(lines, persons) == ["C-4", "C-3", "C-1", "C-2"]


def test_the_gravest_come_first_whatever_they_bring():
    lines = [line("C-1", gain=90.0), line("C-2", severity="error", gain=0.4)]
    assert asked(lines) == ["C-2", "C-1"]


def test_a_limit_keeps_the_most_valuable_of_all_sheets():
    lines = [
        line("C-1", gain=0.5),
        line("C-2", "law", sides=1, severity="error"),
        line("C-3", gain=5.0),
        line("C-4", "number_twice", gain=1.0),
    ]
    assert asked(lines, limit=2) == ["C-3", "C-2"]


@settings(max_examples=20)
@given(st.permutations(range(6)))
def test_arrival_does_not_count(places):
    lines = [line(f"C-{place}", gain=float(place % 3)) for place in range(6)]
    persons = {"C-1": ("P-1", "P-2"), "C-5": ("P-2", "P-3"), "C-3": ("P-3", "P-4")}
    assert asked([lines[place] for place in places], persons) == asked(lines, persons)
