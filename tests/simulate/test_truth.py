"""Hard cases that only a look at several persons shows."""

from __future__ import annotations

import pytest

from reconcile.simulate.people import Person
from reconcile.simulate.truth import near_named_siblings


def child(number, given, mother=None):
    return Person(
        number=number,
        sex="F",
        born=720_000,
        surname="Lê",
        middle="Thị",
        given=given,
        ethnic_group="Kinh",
        commune="",
        address="",
        home=("", ""),
        paper_born=720_000,
        mother=mother,
    )


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("Lan", "Loan", True),
        ("Hoa", "Hòa", True),
        ("An", "Anh", True),
        ("Lan", "Mai", False),
        ("Lan", "Hoan", False),
        ("Nga", "Nghĩa", False),
    ],
)
def test_siblings_are_near_named_from_one_letter_down(one, other, near):
    mother = child(1, "Tư")
    found = near_named_siblings([mother, child(2, one, mother), child(3, other, mother)])
    assert [person.number for person in found] == ([2, 3] if near else [])


def test_children_of_two_mothers_are_no_siblings():
    persons = [child(2, "Lan", child(1, "Tư")), child(3, "Lan")]
    assert near_named_siblings(persons) == []
