from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from reconcile.match.names import _letters

NAMES = st.text("abcdeghiklmnopqrstuvxy ", max_size=12)


@given(NAMES, NAMES)
def test_an_edit_changes_two_letters_at_most(one, other):
    unlike = (_letters(one) ^ _letters(other)).bit_count()
    assert unlike <= 2 * OSA.distance(one, other)


def test_a_letter_that_comes_twice_counts_once_more():
    assert _letters("an") != _letters("ann")
    assert _letters("ann") == _letters("nan")
