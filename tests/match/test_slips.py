"""Misspelt words against words that two people are called by."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.match.encoding import Coded
from reconcile.match.model import KINDS, MISSING
from reconcile.match.slips import slip_levels
from reconcile.text.folding import key

REGIONAL = (("phúc", "phước"),)


def level(model, one, other):
    texts = np.array([key(one), key(other)], dtype=object)
    codes = np.array([0 if one else MISSING, 1 if other else MISSING])
    coded = Coded(codes, texts, np.array([0, 1]))
    there, back = (
        int(slip_levels(coded, np.array([a]), np.array([b]), model.frequencies, REGIONAL)[0])
        for a, b in ((0, 1), (1, 0))
    )
    assert there == back
    return KINDS["slip"][there - 1] if there else ""


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Trần Chí Đạt", "Tràn Chí Đạt", "family"),
        ("Lê Thiên Khôi", "Le Thiên Khôi", "family"),
        ("Trương Hoài Việt", "Trương Hoài Việtt", "no_word"),
        ("Phó Thị Hằng", "Phó Tị Hằng", "no_word"),
        ("Nguyễn Văn Hùng", "Nguyễn Văn Hưng", "words"),
        ("Nguyễn Thị Thu", "Nguyễn Thị Thư", "words"),
        ("Nguyễn Văn Hùng", "Nguyễn Văn Hùng", ""),
        ("Nguyễn Phúc Khiêm", "Nguyễn Phước Khiêm", ""),
        ("Nguyễn Thị Hoa", "Trần Thị Hoa", ""),
        ("Nguyễn Thị Thu", "Nguyễn Thị Huê", ""),
        ("Nguyễn Thị Thu", "Nguyễn Thu", ""),
        ("Nguyễn Thị Thu", "Nguyễn Thị", ""),
        ("Nguyễn Tị Thuu", "Nguyễn Thị Thu", ""),
        ("Nguyễn Thị Thu", "", ""),
    ],
)
def test_level_of_the_word_that_differs(model, one, other, expected):
    assert level(model, one, other) == expected


@given(st.lists(st.sampled_from(["a", "ă", "b", "Hùng", "Hưng", "Thị"]), max_size=9))
def test_no_name_is_a_slip_of_itself(model, words):
    name = " ".join(words)
    assert level(model, name, name) == ""
