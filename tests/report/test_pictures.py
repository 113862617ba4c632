"""Geometry of pictures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.report.pictures import bars, completeness_shade, flow, shade

LEFT, RIGHT = ("a", "b"), ("x", "y", "z")
counts = st.fixed_dictionaries(
    {(left, right): st.integers(0, 10_000) for left in LEFT for right in RIGHT}
)


@given(counts)
def test_what_flows_in_flows_out(amounts):
    laid = flow(amounts, LEFT, RIGHT)
    assert sum(band.amount for band in laid.bands) == sum(amounts.values())
    for node in laid.nodes:
        assert node.height >= 1
        assert 0 <= node.y <= laid.height
        through = [b.amount for b in laid.bands if node.key in (b.source, b.target)]
        assert sum(through) == node.total


@given(st.lists(st.tuples(st.floats(-10, 40), st.integers(0, 999), st.integers(0, 999))))
def test_bars_stand_on_the_line_and_within_the_picture(values):
    for bar in bars(values, 100.0):
        assert bar.y_lower + bar.h_lower == pytest.approx(100)
        assert bar.y_upper + bar.h_upper == pytest.approx(bar.y_lower)
        assert bar.y_upper >= -1e-9


def test_shades():
    assert shade(0) == "#fffaf0"
    assert shade(2) == shade(1) == "#d6604d"
    assert [completeness_shade(share) for share in (1, 0.97, 0.85, 0.1)] == [
        "#4d9221",
        "#a1d76a",
        "#fee08b",
        "#d6604d",
    ]
