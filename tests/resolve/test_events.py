"""Entries of one event: double entries, remarriages, certificates, judgements."""

from __future__ import annotations

import json

import pandas as pd

from reconcile.model import JUDGEMENTS, PAIRS
from reconcile.resolve.clusters import Clusters
from reconcile.resolve.events import Events, group
from tests.resolve.town import TYPES, Live, Town, person

NOTHING = JUDGEMENTS.empty()


def by_name(live: Live) -> Clusters:
    """Persons who bear one name are one."""
    numbers = pd.Series(pd.factorize(live.mentions["name"])[0], dtype="Int32")
    return Clusters(numbers, pd.DataFrame(), pd.DataFrame())


def events(town: Town, judgements=NOTHING) -> tuple[Live, Events]:
    live = town.live()
    found = group(
        live.mentions, live.entries, live.kin, by_name(live), PAIRS.empty(), judgements, TYPES
    )
    return live, found


def together(live: Live, found: Events, *keys: str) -> bool:
    return len({found.event[live.entry_at(key)] for key in keys}) == 1


def wedding(town: Town, number: int, day: str, **entry) -> str:
    return town.add("KH", number, day, husband=person("Tran Ba"), wife=person("Le Hoa"), **entry)


def test_birth_entered_in_two_communes_is_one_event():
    town = Town()
    one = town.add("KS", 1, "2004-03-10", child=person("Tran An", "2004-03-01"))
    other = town.add("KS", 7, "2004-04-02", child=person("Tran An", "2004-03-01"), commune="x")
    stranger = town.add("KS", 8, "2004-04-02", child=person("Le Binh", "2004-03-01"))
    live, found = events(town)
    assert together(live, found, one, other)
    assert not together(live, found, one, stranger)
    assert found.event.nunique() == 2
    assert found.questions.empty


def test_birth_and_death_of_one_person_are_two_events():
    town = Town()
    birth = town.add("KS", 1, "1950", child=person("Tran An", "1950"))
    death = town.add("KT", 1, "2004", deceased=person("Tran An", "1950", died="2004"))
    live, found = events(town)
    assert not together(live, found, birth, death)


def test_marriage_needs_both_spouses():
    town = Town()
    first = wedding(town, 1, "1999-05-05")
    copy = wedding(town, 4, "1999-05-06", commune="tan_phong")
    widower = town.add("KH", 9, "2010-01-01", husband=person("Tran Ba"), wife=person("Vo Lan"))
    nameless = town.add("KH", 10, "1999-05-05", husband=person("Tran Ba"))
    live, found = events(town)
    assert together(live, found, first, copy)
    assert not together(live, found, first, widower)
    assert not together(live, found, first, nameless)


def test_marriage_registered_again_is_the_same_marriage():
    town = Town()
    first = wedding(town, 1, "1988-05-05", note_flags="divorce")
    again = wedding(town, 4, "2012-02-02", registration_kind="again")
    live, found = events(town)
    assert together(live, found, first, again)


def test_divorce_between_two_weddings_is_a_question():
    town = Town()
    first = wedding(town, 1, "1988-05-05", marriage_status="divorced")
    second = wedding(town, 4, "2001-02-02")
    live, found = events(town)
    assert not together(live, found, first, second)
    assert found.questions["rule"].tolist() == ["remarriage"]
    sides = sorted((live.at(first, "husband"), live.at(second, "husband")))
    assert found.questions[["left", "right"]].to_numpy().tolist() == [sides]


def test_officer_settles_a_remarriage():
    for verdict, one_event in (("same", True), ("different", False)):
        town = Town()
        keys = [
            wedding(town, 1, "1988-05-05", marriage_status="divorced"),
            wedding(town, 4, "2001-02-02"),
        ]
        judgement = {
            "judgement": "J-1",
            "kind": "same_event",
            "verdict": verdict,
            "entries": json.dumps(keys),
            "decided": "2025-08-01",
        }
        live, found = events(town, JUDGEMENTS.build([judgement]))
        assert together(live, found, *keys) is one_event
        assert found.questions.empty


def test_each_certificate_is_its_own_event():
    town = Town()
    keys = [town.add("HN", n, "2020-02-02", subject=person("Tran Ba")) for n in (1, 2)]
    live, found = events(town)
    assert not together(live, found, *keys)


def test_one_line_of_one_book_typed_twice_is_one_certificate():
    town = Town()
    one = town.add("HN", 17, "2020-02-02", subject=person("Tran Ba"))
    retyped = person("Tran Ba", residence_key="ap hiep phu")
    twin = town.add("HN", 17, "2020-02-02", subject=retyped)
    elsewhere = town.add("HN", 17, "2020-02-02", subject=person("Tran Ba"), commune="tan_phong")
    later = town.add("HN", 17, "2020-03-02", subject=person("Tran Ba"))
    other = town.add("HN", 17, "2020-02-02", subject=person("Le Ba"))
    live, found = events(town)
    assert together(live, found, one, twin)
    assert not any(together(live, found, one, key) for key in (elsewhere, later, other))


def test_two_first_registrations_years_apart_are_a_question():
    for kinds, days, asked in (
        (("first", "first"), ("1999-03-04", "2003-05-08"), True),
        (("first", "again"), ("1999-03-04", "2003-05-08"), False),
        (("first", ""), ("1999-03-04", "2003-05-08"), False),
        (("first", "first"), ("1999-03-04", "1999-03-04"), False),
        (("first", "first"), ("1999-03-04", "2009-03-04"), False),
    ):
        town = Town()
        keys = [
            wedding(town, number, day, registration_kind=kind)
            for number, (kind, day) in enumerate(zip(kinds, days, strict=True), start=1)
        ]
        live, found = events(town)
        assert together(live, found, *keys) is not asked
        assert len(found.questions) == asked


def test_recognition_needs_parent_and_child():
    town = Town()
    parent, child = person("Tran Ba", sex="M"), person("Tran An")
    one = town.add("CMC", 1, "2001", parent=parent, child=child)
    two = town.add("CMC", 5, "2001", parent=parent, child=child, commune="tan_phong")
    other = town.add("CMC", 2, "2001", parent=parent, child=person("Tran Ut"))
    live, found = events(town)
    assert together(live, found, one, two)
    assert not together(live, found, one, other)
