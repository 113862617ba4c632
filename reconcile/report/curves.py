"""Geometry of the pictures about the model; the page's template draws it as inline SVG."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_EDGE: Final = 0.0001  # probabilities nearer to 0 and 1 than this stand at the edge
_TICKS: Final = (0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999)
SIDE: Final = 420.0


class Point(NamedTuple):
    """One class of stated probability.

    Attributes:
        x: what was stated.
        y: what was found.
        top: upper end of where the true share lies.
        bottom: lower end.
        title: the figures in words.
    """

    x: float
    y: float
    top: float
    bottom: float
    title: str


class Tick(NamedTuple):
    """A mark on both axes: its place and its words."""

    at: float
    words: str


class Curve(NamedTuple):
    """Stated against true probability, both as log odds, so that 99 and 99.9 stand apart.

    Attributes:
        points: the classes.
        ticks: marks.
        across: words under the horizontal axis.
        up: words beside the vertical axis.
    """

    points: tuple[Point, ...]
    ticks: tuple[Tick, ...]
    across: str
    up: str


def place(probability: float) -> float:
    """Where a probability stands on an axis of :data:`SIDE`, 0 at its low end."""
    held = min(max(probability, _EDGE), 1 - _EDGE)
    farthest = math.log2((1 - _EDGE) / _EDGE)
    return SIDE * (math.log2(held / (1 - held)) / farthest + 1) / 2


class Class(NamedTuple):
    """What is known of one class: stated, found, and where the truth lies, with words."""

    stated: float
    found: float
    low: float
    high: float
    title: str


def curve(classes: Sequence[Class], ticks: Sequence[str], axes: tuple[str, str]) -> Curve:
    """Lay a reliability curve out.

    Args:
        classes: classes of stated probability that have pairs.
        ticks: words of the marks at :func:`tick_shares`.
        axes: words of the two axes.
    """
    points = tuple(
        Point(
            place(line.stated),
            SIDE - place(line.found),
            SIDE - place(line.high),
            SIDE - place(line.low),
            line.title,
        )
        for line in classes
    )
    marks = tuple(Tick(place(at), words) for at, words in zip(_TICKS, ticks, strict=True))
    return Curve(points, marks, *axes)


def tick_shares() -> tuple[float, ...]:
    """Probabilities that the axes mark."""
    return _TICKS


class Bar(NamedTuple):
    """A bar that begins at zero and goes to the right (for) or to the left (against).

    Attributes:
        y: upper edge.
        x: left edge.
        width: width.
        favours: does it go to the right.
        label: what it stands for.
        value: its figure in words.
        x_value: where these words stand.
    """

    y: float
    x: float
    width: float
    favours: bool
    label: str
    value: str
    x_value: float


class Bars(NamedTuple):
    """Weights of the levels of one comparison.

    Attributes:
        bars: one per level.
        zero: where zero stands.
        height: of the picture.
    """

    bars: tuple[Bar, ...]
    zero: float
    height: float


BAR_STEP: Final = 24.0
BARS_WIDTH: Final = 900.0
_LABELS: Final = 470.0  # the labels' part of the width
_MOST: Final = 20.0  # bits at the edge of the picture
_VALUE: Final = 52.0  # room for the words of a value


def bars(lines: Sequence[tuple[str, float, str]]) -> Bars:
    """Lay bars of weights out, all pictures on one scale.

    Args:
        lines: label, weight in bits, and the weight in words.
    """
    half = (BARS_WIDTH - _LABELS) / 2
    zero = _LABELS + half
    scale = (half - _VALUE) / _MOST
    laid = []
    for number, (label, bits, words) in enumerate(lines):
        width = min(abs(bits), _MOST) * scale
        favours = bits >= 0
        x = zero if favours else zero - width
        x_value = zero + width + 6 if favours else zero - width - 6
        laid.append(Bar(number * BAR_STEP + 4, x, width, favours, label, words, x_value))
    return Bars(tuple(laid), zero, len(lines) * BAR_STEP + 4)


def waterfall(steps: Sequence[tuple[str, float, str]], total: tuple[str, float, str]) -> Bars:
    """Lay weights out so that each bar begins where the one before ended, the sum below them.

    Args:
        steps: label, weight in bits, and the weight in words.
        total: the same of the sum.
    """
    reached = [0.0]
    for _, bits, _ in steps:
        reached.append(reached[-1] + bits)
    low, high = min(*reached, total[1], 0.0), max(*reached, total[1], 0.0)
    scale = (BARS_WIDTH - _LABELS - 2 * _VALUE) / ((high - low) or 1.0)
    zero = _LABELS + _VALUE - low * scale
    laid = []
    ends = [*pairwise(reached), (0.0, total[1])]
    for number, ((start, end), (label, bits, words)) in enumerate(
        zip(ends, [*steps, total], strict=True)
    ):
        x = zero + min(start, end) * scale
        width = abs(end - start) * scale
        x_value = x + width + 6 if bits >= 0 else x - 6
        laid.append(Bar(number * BAR_STEP + 4, x, width, bits >= 0, label, words, x_value))
    return Bars(tuple(laid), zero, len(laid) * BAR_STEP + 4)
