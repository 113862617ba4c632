"""Which letters are marked as different."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.review.differences import differences


def marked(left, right):
    """Both texts with brackets around what differs."""
    return [
        "".join(f"[{segment.text}]" if segment.differs else segment.text for segment in side)
        for side in differences(left, right)
    ]


@pytest.mark.parametrize(
    ("left", "right", "a", "b"),
    [
        ("Nguyễn Văn An", "Nguyển Văn An", "Nguy[ễ]n Văn An", "Nguy[ể]n Văn An"),
        ("Huỳnh Thị Lan", "Hoàng Thị Lan", "[Huỳnh] Thị Lan", "[Hoàng] Thị Lan"),
        ("Lê Thị Lan", "Lê Lan", "Lê [Thị ]Lan", "Lê Lan"),
        ("12/03/1980", "03/12/1980", "[12]/[03]/1980", "[03]/[12]/1980"),
        ("082080001234", "082080001243", "08208000123[4]", "0820800012[4]3"),
        ("An", "", "An", ""),
        ("ĐỖ THỊ SAO", "Đỗ Thị Sao", "ĐỖ THỊ SAO", "Đỗ Thị Sao"),
        ("NGUYỄN VĂN AN", "Nguyển Văn An", "NGUY[Ễ]N VĂN AN", "Nguy[ể]n Văn An"),
        ("Hoà", "Hòa", "Hoà", "Hòa"),
        ("04-05-1985", "4/5/1985", "04-05-1985", "4/5/1985"),
        ("00/00/1957", "1957", "00/00/1957", "1957"),
        ("12/3/1957", "1958", "[12/3/1957]", "[1958]"),
        ("An (04/05/1985)", "An (1985)", "An (04/05/1985)", "An (1985)"),
        ("An (1985)", "Ân (1986)", "[A]n (198[5])", "[Â]n (198[6])"),
        ("ấp 1, xã An Hòa", "Ấp 1", "ấp 1, xã An Hòa", "Ấp 1"),
        ("İİ", "ii", "[İİ]", "[ii]"),
        ("An", "An", "An", "An"),
    ],
)
def test_what_is_marked(left, right, a, b):
    assert marked(left, right) == [a, b]


words = st.text(alphabet="aăâeêđnhgỳý /1-", max_size=25)


@given(words, words)
def test_stretches_give_the_texts_back(left, right):
    a, b = differences(left, right)
    assert "".join(segment.text for segment in a) == left
    assert "".join(segment.text for segment in b) == right
    assert all(segment.text for segment in (*a, *b))
    if left == right:
        assert not any(segment.differs for segment in (*a, *b))
