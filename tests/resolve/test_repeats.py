"""Entries that say by themselves that they repeat another, and what that lets pass."""

import pandas as pd
import pytest

from reconcile.model import JUDGEMENTS
from reconcile.resolve.clusters import cluster, load_bounds
from reconcile.resolve.repeats import alike_in_principals, repeats
from tests.resolve.town import MAPPINGS, TYPES, Town, pairs, person

BOUNDS = load_bounds(MAPPINGS, 0.001)


def birth(town, number, day, born, name="Tran An", sex="", **more):
    return town.add("KS", number, day, child=person(name, born, sex=sex), **more)


def groups(town, *keys):
    live = town.live()
    found = pd.Series(repeats(live.entries), index=live.entries["entry_key"])
    return [int(found[key]) for key in keys]


def test_one_number_of_one_office_and_day_is_one_line():
    town = Town()
    first = birth(town, 9, "1968-02-19", "1968-02-12")
    typed = birth(town, 9, "1968-02-19", "1968-01-16")
    other_day = birth(town, 9, "1968-03-19", "1968-03-01")
    other_office = birth(town, 9, "1968-02-19", "1968-02-12", commune="tan_phong")
    suffix = birth(town, 9, "1968-02-19", "1968-02-12", number_suffix="a")
    nameless = birth(town, 9, "1968-02-19", "1968-02-12", body="")
    found = groups(town, first, typed, other_day, other_office, suffix, nameless)
    assert found[0] == found[1] >= 0
    assert found[2:] == [-1] * 4


def test_notes_name_the_entry_that_is_registered_again():
    town = Town()
    first = birth(town, 9, "1968-02-19", "1968-02-12")
    again = birth(town, 30, "2003-05-18", "1969", note_flags="earlier:9/1968 re_registration")
    elsewhere = birth(town, 31, "2003-05-18", "1969", note_flags="earlier:8/1968")
    found = groups(town, first, again, elsewhere)
    assert found[0] == found[1] >= 0
    assert found[2] == -1


def test_a_number_that_two_entries_bear_names_neither():
    town = Town()
    one = birth(town, 9, "1968-02-19", "1968-02-12")
    two = birth(town, 9, "1968-05-19", "1968-05-12", name="Le Binh")
    again = birth(town, 30, "2003-05-18", "1969", note_flags="earlier:9/1968")
    assert groups(town, one, two, again) == [-1, -1, -1]


def wedding(town, number, day, husband="1980", **more):
    people = {"husband": person("Tran Hoa", husband), "wife": person("Vo Hang", "1981-03-07")}
    return town.add("KH", number, day, **people, **more)


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        ({}, {"registration_kind": "again"}, True),
        ({}, {"note_flags": "re_registration"}, True),
        ({}, {}, False),
        ({"registration_kind": "again"}, {}, False),
        ({"registration_kind": "again"}, {"registration_kind": "again"}, False),
    ],
)
def test_a_registration_again_repeats_the_entry_of_the_same_couple(first, second, together):
    town = Town()
    one = wedding(town, 7, "2000-06-16", **first)
    other = wedding(town, 9, "2015-02-28", **second)
    live = town.live()
    couple = [tuple(live.at(key, role) for key in (one, other)) for role in ("husband", "wife")]
    both = alike_in_principals(live.mentions, pairs(*((*sides, 9.0) for sides in couple)), 5.0)
    found = repeats(live.entries, both)
    assert (found >= 0).all() if together else (found < 0).all()


def test_one_spouse_who_scores_does_not_make_two_weddings_one():
    town = Town()
    one = wedding(town, 7, "2000-06-16")
    other = wedding(town, 9, "2015-02-28", registration_kind="again")
    live = town.live()
    wives, husbands = ((live.at(one, role), live.at(other, role)) for role in ("wife", "husband"))
    crossed = (live.at(one, "wife"), live.at(other, "husband"))
    scored = pairs((*wives, 9.0), (*husbands, 4.0), (*crossed, 9.0))
    assert alike_in_principals(live.mentions, scored, 5.0).empty


def test_couple_registered_again_with_a_year_typed_wrong_is_one_couple():
    town = Town()
    one = wedding(town, 7, "2000-06-16", husband="1980-03-10")
    other = wedding(town, 9, "2015-02-28", husband="1908-03-10", registration_kind="again")
    live = town.live()
    couple = [tuple(live.at(key, role) for key in (one, other)) for role in ("husband", "wife")]
    scored = pairs(*((*sides, 9.0) for sides in couple))
    found = cluster(
        live.mentions, live.entries, live.kin, scored, JUDGEMENTS.empty(), BOUNDS, TYPES
    )
    assert all(found.person[left] == found.person[right] for left, right in couple)


def test_no_entries():
    assert len(repeats(Town().live().entries.iloc[:0])) == 0


def one_person(town, keys, weight):
    live = town.live()
    left, right = sorted(live.at(key, "child") for key in keys)
    found = cluster(
        live.mentions,
        live.entries,
        live.kin,
        pairs((left, right, weight)),
        JUDGEMENTS.empty(),
        BOUNDS,
        TYPES,
    )
    return found.person[left] == found.person[right], found.questions["rule"].tolist()


@pytest.mark.parametrize(
    ("day", "born", "sex", "weight", "joined", "rule"),
    [
        ("1968-02-19", "1968-01-16", "M", 9.0, True, []),
        ("1968-02-19", "1968-02-12", "F", 9.0, True, []),
        ("1968-02-20", "1968-01-16", "M", 9.0, False, ["two_births"]),
        ("1968-02-20", "1968-02-12", "F", 9.0, False, ["sex"]),
        ("1968-02-19", "1968-01-16", "M", 1.0, False, [""]),
        ("1968-02-19", "1968-01-16", "M", -9.0, False, []),
    ],
)
def test_what_a_line_typed_twice_states_differently_was_mistyped(
    day, born, sex, weight, joined, rule
):
    town = Town()
    first = birth(town, 9, "1968-02-19", "1968-02-12", sex="M")
    second = birth(town, 9, day, born, sex=sex)
    assert one_person(town, (first, second), weight) == (joined, rule)


def test_a_person_with_both_sexes_is_not_kept_from_others():
    town = Town()
    first = birth(town, 9, "1968-02-19", "1968-02-12", sex="M")
    second = birth(town, 9, "1968-02-19", "1968-02-12", sex="F", name="Tran Anh")
    third = birth(town, 30, "1990-02-19", "1968-02-12", sex="M")
    live = town.live()
    one, two, three = (live.at(key, "child") for key in (first, second, third))
    scored = pairs((one, two, 12.0), (one, three, 6.2), (two, three, 5.5))
    found = cluster(
        live.mentions, live.entries, live.kin, scored, JUDGEMENTS.empty(), BOUNDS, TYPES
    )
    assert found.person[one] == found.person[two] == found.person[three]
