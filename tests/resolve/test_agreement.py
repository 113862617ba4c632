"""Which of several officers' words binds, and what needs two of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.config import Office
from reconcile.resolve import judgements
from reconcile.resolve.agreement import Word, distinct_officers, of_two
from reconcile.resolve.second_officer import SecondOfficer
from tests.resolve.test_conflicts import RULES, TYPES, WORDING, two_mothers
from tests.resolve.test_judgements import namesakes, said
from tests.resolve.town import Town, person


def words(*told):
    return [Word(officer, verdict, value, seen) for officer, verdict, value, seen in told]


MAI, SAU, BA = "Lê Thị Mai", "Trần Văn Sáu", "Nguyễn Thị Ba"
# words in their order; position that binds and whether it is asked again
TABLE = [
    ([(MAI, "value", "1980", "e")], (-1, False)),
    ([(MAI, "value", "1980", "e"), (SAU, "value", "1981", "e")], (-1, False)),
    ([(MAI, "value", "1980", "e"), (SAU, "value", "1980", "e")], (1, False)),
    ([(MAI, "value", "1980", "e"), ("le thi mai", "value", "1980", "e")], (-1, False)),
    ([(MAI, "value", "1980", "e"), ("Mai", "value", "1980", "e")], (-1, False)),
    ([(MAI, "value", "1", "e"), (SAU, "value", "2", "e"), (BA, "value", "1", "e")], (2, False)),
    ([(MAI, "value", "1", "e"), (SAU, "value", "1", "e"), (BA, "value", "2", "e")], (1, True)),
    ([(MAI, "value", "1", "e"), (SAU, "value", "2", "e"), (MAI, "value", "2", "e")], (2, False)),
    ([(MAI, "value", "1", "e"), (SAU, "value", "2", "f")], (-1, False)),
    ([(MAI, "value", "1", "e.a"), (SAU, "value", "1", "e.b")], (1, False)),
    ([(MAI, "value", "1", "e"), (SAU, "unsure", "", "e")], (-1, False)),
    ([(MAI, "unsure", "", "e")], (0, False)),
    ([(MAI, "data_error", "", "e"), (SAU, "data_error", "1981", "e")], (-1, False)),
    ([(MAI, "same", "", "e"), (SAU, "same", "", "e"), (MAI, "different", "", "e")], (1, True)),
]


@pytest.mark.parametrize(("told", "comes_to"), TABLE)
def test_what_two_officers_words_come_to(told, comes_to):
    assert of_two(words(*told)) == comes_to


@given(
    st.lists(
        st.tuples(
            st.sampled_from([MAI, SAU, BA]),
            st.sampled_from(["same", "different", "unsure"]),
            st.just(""),
            st.sampled_from(["e", "f", ""]),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_nothing_binds_that_two_did_not_say(told):
    found = of_two(words(*told))
    if found.binding >= 0 and any(verdict != "unsure" for _, verdict, _, _ in told):
        verdict = told[found.binding][1]
        assert verdict != "unsure"
        before = told[: found.binding + 1]
        assert distinct_officers(name for name, said_by, _, _ in before if said_by == verdict) > 1


def test_names_that_may_be_one_officer():
    assert distinct_officers(["Lê Thị Mai", "le thi  MAI", "Mai", "T. Sáu", ""]) == 2


# -- matters that need a second officer ---------------------------------------------------------


def effective(live, wanted, *stored):
    second = SecondOfficer(wanted, TYPES, live.mentions, live.kin, RULES.hard.limits)
    return judgements.effective(stored, live.mentions, live.entries, WORDING, None, second)


def test_a_second_officer_confirms():
    live = namesakes(2)
    first = said(live, 0, 1, "same", 1)
    alone = effective(live, ["same_person"], first)
    assert alone.judgements.empty
    assert alone.awaiting == ("J-1",)
    confirmed = effective(live, ["same_person"], first, said(live, 0, 1, "same", 2, officer=SAU))
    assert confirmed.judgements["judgement"].tolist() == ["J-2"]
    assert not confirmed.contradictions
    other = effective(live, ["same_person"], first, said(live, 0, 1, "different", 2, officer=SAU))
    assert other.judgements.empty
    assert not other.contradictions  # the question stands open, and once


def test_unsure_needs_nobody():
    live = namesakes(2)
    found = effective(live, ["same_person"], said(live, 0, 1, "unsure", 1))
    assert found.judgements["verdict"].tolist() == ["unsure"]


def deaths():
    town = Town()
    for number in (1, 2):
        town.add(
            "KT",
            number,
            f"2016-05-0{number}",
            deceased=person("Le Hai", "1938-05-06"),
            requester=person("Vo Ba", "1990-05-06"),
        )
    return town.live()


@pytest.mark.parametrize(("role", "awaits"), [("deceased", True), ("requester", False)])
def test_who_died_touches_a_death_and_who_reported_it_does_not(role, awaits):
    live = deaths()
    places = [place for place, key in enumerate(live.mentions["mention_key"]) if key.endswith(role)]
    found = effective(live, ["death"], said(live, *places, "same", 1))
    assert bool(found.awaiting) is awaits


def test_numbers_and_marriages():
    live = namesakes(2)
    number = said(live, 0, 1, "owner:A", 1, kind="identity_shared", field="cccd")
    assert effective(live, ["identity_number"], number).awaiting
    assert not effective(live, ["marriage", "death"], number).awaiting


@pytest.mark.parametrize(("born", "awaits"), [("1980", False), ("1950", True)])
def test_what_breaks_a_hard_rule(born, awaits):
    live, _, (left, right) = two_mothers(born=born)
    found = effective(live, ["hard_rule"], said(live, left, right, "same", 1))
    assert bool(found.awaiting) is awaits
    assert not effective(live, ["hard_rule"], said(live, left, right, "different", 1)).awaiting


def test_an_office_names_what_exists():
    assert Office(name="x", unit="y", second_officer=("law", "hard_rule")).second_officer
    with pytest.raises(ValueError, match="deaths"):
        Office(name="x", unit="y", second_officer=("deaths",))
