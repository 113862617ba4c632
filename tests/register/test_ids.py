import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.errors import UsageError
from reconcile.register.ids import (
    ALPHABET,
    assign_ids,
    format_id,
    format_ids,
    parse_id,
    parse_run,
    reanchor,
    run_name,
)

numbers = st.integers(1, 10**7)
kinds = st.sampled_from("PEVJ")


@given(kinds, numbers)
def test_an_id_is_read_back_however_it_is_typed(kind, number):
    text = format_id(kind, number)
    assert parse_id(text) == (kind, number)
    assert parse_id(f" {text.lower().replace('-', ' ')} ") == (kind, number)


@given(kinds, st.lists(st.integers(0, 10**9)))
def test_many_ids_are_those_of_each_number(kind, several):
    several += [1, *(29**digits - less for digits in (4, 5) for less in (0, 1))]
    assert format_ids(kind, several) == [format_id(kind, number) for number in several]
    assert format_ids(kind, iter([])) == []


@given(kinds, numbers, st.data())
def test_every_wrong_character_is_noticed(kind, number, data):
    text = format_id(kind, number)
    place = data.draw(st.sampled_from([0, *range(2, len(text))]))
    choices = "PEVJ" if place == 0 else ALPHABET
    other = data.draw(st.sampled_from([symbol for symbol in choices if symbol != text[place]]))
    with pytest.raises(UsageError):
        parse_id(text[:place] + other + text[place + 1 :])


@given(kinds, numbers, st.data(), st.sampled_from([1, 2]))
def test_every_swap_of_near_characters_is_noticed(kind, number, data, distance):
    text = format_id(kind, number)
    place = data.draw(st.integers(2, len(text) - 1 - distance))
    symbols = list(text)
    symbols[place], symbols[place + distance] = symbols[place + distance], symbols[place]
    if symbols == list(text):
        assert parse_id("".join(symbols)) == (kind, number)
    else:
        with pytest.raises(UsageError):
            parse_id("".join(symbols))


@pytest.mark.parametrize("text", ["", "P", "X-2223X", "P-222", "Nguyễn Văn An", "P-2220X"])
def test_what_is_no_id_is_refused(text):
    with pytest.raises(UsageError, match="not an id"):
        parse_id(text)


def test_no_character_can_be_taken_for_another():
    assert not set(ALPHABET) & set("01ILOSU")
    assert len(ALPHABET) == 29


@pytest.mark.parametrize(("text", "number"), [("R0012", 12), ("r12", 12), (" 12 ", 12)])
def test_runs_are_read_as_they_are_typed(text, number):
    assert parse_run(text) == number
    assert run_name(number) == "R0012"


def test_a_run_that_is_none_is_refused():
    with pytest.raises(UsageError):
        parse_run("R-12")


# -- the rule of stable ids -----------------------------------------------------------------------

partitions = st.lists(st.integers(0, 6), min_size=1, max_size=25)


@st.composite
def anchored(draw):
    groups = draw(partitions)
    members = draw(st.lists(st.integers(0, len(groups) - 1), unique=True))
    return groups, {number + 1: member for number, member in enumerate(members)}


@given(anchored())
def test_ids_follow_the_rule(given_anchors):
    groups, anchors = given_anchors
    assignment = assign_ids(groups, anchors, len(anchors) + 1)
    numbers = assignment.numbers.tolist()
    by_group = {}
    for group, number in zip(groups, numbers, strict=True):
        assert by_group.setdefault(group, number) == number, "one id per group"
    assert len(set(by_group.values())) == len(by_group), "no id for two groups"
    for number, member in anchors.items():
        here = sorted(one for one, place in anchors.items() if groups[place] == groups[member])
        assert numbers[member] == here[0], "the oldest id whose anchor is in the group"
        assert assignment.redirects.get(number, number) == here[0]
    for number, member in assignment.issued.items():
        assert number > len(anchors)
        assert member == groups.index(groups[member]), "anchored in the least member"
        assert groups[member] not in {groups[place] for place in anchors.values()}
    assert sorted(assignment.issued) == list(
        range(len(anchors) + 1, len(anchors) + 1 + len(assignment.issued))
    )


@given(partitions, partitions)
def test_after_a_join_is_taken_back_ids_are_what_they_were(before, joined):
    size = min(len(before), len(joined))
    first = assign_ids(before[:size], {}, 1)
    anchors = dict(first.issued)
    middle = assign_ids(joined[:size], anchors, len(anchors) + 1)
    anchors |= middle.issued
    last = assign_ids(before[:size], anchors, len(anchors) + 1)
    assert last.numbers.tolist() == first.numbers.tolist()


def test_an_id_whose_anchor_is_gone_finds_another_in_its_last_group():
    assert reanchor([1, 2, 3], {1: [7, 4], 2: []}) == {1: 4}
