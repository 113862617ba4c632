"""How far work is, how long it takes yet, and that nothing shows where nobody looks."""

import io
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile import progress
from reconcile.progress import MERGING, Course, Progress


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def test_at_the_measured_pace_what_is_left_is_what_is_left():
    clock = Clock()
    course = Course(MERGING, clock)
    seconds = progress._SECONDS
    for place, stage in enumerate(MERGING):
        course.at(stage, 0, 1)
        left = sum(seconds[one] for one in MERGING[place:])
        if place:
            assert course.left() == pytest.approx(left)
        clock.now += seconds[stage]


@given(st.lists(st.floats(0.1, 500), min_size=8, max_size=8), st.floats(0, 1))
def test_the_share_only_grows_and_ends_below_one(times, part):
    clock = Clock()
    course = Course(MERGING, clock)
    before = 0.0
    for stage, seconds in zip(MERGING, times, strict=True):
        course.at(stage, 0, 1)
        for step in (seconds * part, seconds * (1 - part)):
            clock.now += step
            share = course.share()
            assert before - 1e-9 <= share < 1
            before = share


def test_steps_of_a_stage_count_more_than_its_pace():
    clock = Clock()
    course = Course(("read", "save"), clock)
    course.at("read", 5, 10)
    clock.now += 20
    assert course.share() == pytest.approx(0.5 * 10 / 24)
    assert course.left() == pytest.approx(20 / (5 / 24) - 20)


def test_a_last_stage_that_is_late_says_no_more_than_how_long_it_takes():
    clock = Clock()
    course = Course(("read", "save"), clock)
    course.at("read", 0, 1)
    clock.now += 10
    course.at("save", 0, 1)
    clock.now += 7
    assert course.left() == pytest.approx(7)
    clock.now += 20
    assert course.left() is None
    assert course.elapsed == 37


def test_unknown_stages_say_how_long_they_take_already():
    course = Course((), Clock())
    course.at("match", 0, 1)
    assert course.share() is None
    assert course.left() is None


class Terminal(io.StringIO):
    """Standard error that somebody looks at."""

    def isatty(self):
        return True


@pytest.mark.parametrize(("quiet", "terminal"), [(True, True), (False, False)])
def test_nothing_shows_where_nobody_looks(monkeypatch, quiet, terminal):
    stream = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress, "_SHOW_AFTER", 0.0)
    shown = Progress("vi", quiet=quiet, stages=MERGING)
    shown("match", 1, 2)
    time.sleep(0.05)
    shown.stop()
    assert stream.getvalue() == ""


def test_a_terminal_sees_the_stage_even_where_it_says_nothing_more(monkeypatch):
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress, "_SHOW_AFTER", 0.01)
    shown = Progress("vi", quiet=False, stages=MERGING)
    shown("match", 0, 1)
    until = time.monotonic() + 10
    while "so khớp" not in stream.getvalue() and time.monotonic() < until:
        time.sleep(0.02)
    shown.stop()
    shown.stop()
    assert "so khớp" in stream.getvalue()
