"""Geometry of the pictures in a report; the page's template draws it as inline SVG."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FLOW_WIDTH: Final = 860
_NODE: Final = 14
_GAP: Final = 10
_FLOW_HEIGHT: Final = 260


class Node(NamedTuple):
    """A bar at one side of a flow picture.

    Attributes:
        key: what it stands for.
        total: how much flows through it.
        x: left edge.
        y: upper edge.
        height: height, at least one pixel.
    """

    key: str
    total: int
    x: float
    y: float
    height: float


class Band(NamedTuple):
    """What flows from one bar to another.

    Attributes:
        source: key of the left bar.
        target: key of the right bar.
        amount: how much.
        path: SVG path.
    """

    source: str
    target: str
    amount: int
    path: str


class Flow(NamedTuple):
    """A flow picture.

    Attributes:
        nodes: bars, left ones first.
        bands: what flows between them.
        height: of the whole picture.
    """

    nodes: tuple[Node, ...]
    bands: tuple[Band, ...]
    height: float


def flow(counts: Mapping[tuple[str, str], int], left: Sequence[str], right: Sequence[str]) -> Flow:
    """Lay a flow picture out.

    Args:
        counts: left key and right key -> how much flows.
        left: keys of the left side, in order.
        right: keys of the right side, in order; those that nothing flows to are left out.

    Returns:
        The picture; empty where nothing flows at all.
    """
    total = sum(counts.values())
    if not total:
        return Flow((), (), 0)
    scale = _FLOW_HEIGHT / total
    at_left = _side(counts, left, 0, 0, scale)
    at_right = _side(counts, right, 1, FLOW_WIDTH - _NODE, scale)
    bands = []
    out = {node.key: node.y for node in at_left}
    into = {node.key: node.y for node in at_right}
    for source, target in product(list(out), list(into)):
        amount = counts.get((source, target), 0)
        if amount:
            thick = amount * scale
            path = _band(out[source], into[target], max(thick, 0.6))
            bands.append(Band(source, target, amount, path))
            out[source] += thick
            into[target] += thick
    nodes = (*at_left, *at_right)
    return Flow(nodes, tuple(bands), max(node.y + node.height for node in nodes) + 16)


def _side(
    counts: Mapping[tuple[str, str], int],
    keys: Sequence[str],
    place: int,
    x: float,
    scale: float,
) -> list[Node]:
    nodes = []
    y = 12.0
    for key in keys:
        total = sum(count for pair, count in counts.items() if pair[place] == key)
        if total:
            height = max(total * scale, 1.0)
            nodes.append(Node(key, total, x, y, height))
            y += max(height, 16.0) + _GAP
    return nodes


def _band(top: float, end: float, thick: float) -> str:
    """A band that leaves at ``top``, arrives at ``end`` and keeps its thickness."""
    x0, x1 = _NODE, FLOW_WIDTH - _NODE
    middle = (x0 + x1) / 2
    return (
        f"M{x0},{top:.1f} C{middle},{top:.1f} {middle},{end:.1f} {x1},{end:.1f} "
        f"L{x1},{end + thick:.1f} C{middle},{end + thick:.1f} {middle},{top + thick:.1f} "
        f"{x0},{top + thick:.1f} Z"
    )


class Bar(NamedTuple):
    """One bar of a histogram, two counts on top of each other.

    Attributes:
        low: value from which it goes.
        lower: count at the bottom.
        upper: count on top of it.
        y_lower: upper edge of the lower part.
        h_lower: its height.
        y_upper: upper edge of the upper part.
        h_upper: its height.
    """

    low: float
    lower: int
    upper: int
    y_lower: float
    h_lower: float
    y_upper: float
    h_upper: float


def bars(values: Sequence[tuple[float, int, int]], height: float) -> list[Bar]:
    """Lay a histogram out, on a square-root scale so that small bars stay visible.

    Args:
        values: where each bar begins, and its two counts.
        height: height of the highest bar.
    """
    top = max((lower + upper for _, lower, upper in values), default=0)
    laid = []
    for low, lower, upper in values:
        whole = height * ((lower + upper) / top) ** 0.5 if top else 0.0
        part = whole * lower / (lower + upper) if lower + upper else 0.0
        laid.append(Bar(low, lower, upper, height - part, part, height - whole, whole - part))
    return laid


def shade(share: float) -> str:
    """A colour for a share of 0 (nothing, white) to 1 (much, red), readable when printed."""
    share = min(max(share, 0.0), 1.0)
    light, full = (255, 250, 240), (214, 96, 77)
    mixed = [round(a + (b - a) * share**0.6) for a, b in zip(light, full, strict=True)]
    return "#{:02x}{:02x}{:02x}".format(*mixed)


def completeness_shade(share: float) -> str:
    """A colour for the completeness of a book: green when whole, red where much is missing."""
    if share >= 0.995:
        return "#4d9221"
    if share >= 0.95:
        return "#a1d76a"
    if share >= 0.8:
        return "#fee08b"
    return "#d6604d"
