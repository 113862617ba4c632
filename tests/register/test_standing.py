import pytest

from reconcile.errors import UsageError
from reconcile.text.folding import plain
from tests.register.test_store import DECISION, FIRST, KEY_2, SECOND, ids
from tests.register.world import Delivery, Row, merge


def told(register, one):
    """Persons that an id speaks of, and that ``find`` finds by it."""
    persons = list(register.standing(one).persons)
    assert sorted(register.find(one)["person_id"]) == persons
    return persons


def test_an_id_that_redirects_leads_to_the_person_and_says_since_when(register):
    merge(register, FIRST, apart=("Lan",))
    older, younger = ids(register, "Lan")
    merge(register, FIRST)
    assert told(register, younger) == told(register, older) == [older]
    assert register.standing(younger).history[["run", "state", "target"]].values.tolist() == [
        ["R0001", "active", ""],
        ["R0002", "joined", older],
    ]
    assert register.history(older)["came"].tolist() == ["", younger]


def test_when_a_person_splits_both_ids_say_so(register):
    merge(register, FIRST, apart=("Lan",))
    older, younger = ids(register, "Lan")
    merge(register, FIRST)
    merge(register, FIRST, apart=("Lan",))
    assert told(register, younger) == [younger]
    assert register.history(older)["went"].tolist() == ["", "", younger]
    assert register.history(older)["members"].tolist() == [1, 2, 1]
    assert register.history(younger)["came"].tolist() == ["", "", older]
    assert register.history(younger)["went"].tolist() == ["", older, ""]


def test_an_id_of_a_run_that_was_taken_back_leads_to_who_stands_there_now(register):
    merge(register, FIRST)
    saved = merge(register, SECOND)
    dung = ids(register, "Dung")[0]
    entry, event = (of[min(of.keys() - {KEY_2})] for of in (saved.entry_ids, saved.event_ids))
    register.undo("R0002")
    assert register.standing(dung).persons == ()
    with pytest.raises(UsageError, match="given in run R0002, which was taken back"):
        register.find(dung)
    assert (
        told(register, entry)
        == told(register, event)
        == sorted({*ids(register, "An"), *ids(register, "Lan"), *ids(register, "Ba")})
    )
    merge(register, SECOND)
    again = ids(register, "Dung")
    assert told(register, dung) == again
    assert again != [dung]
    assert register.standing(dung).found.state == "undone"
    assert register.person(dung).person_id == again[0]


def test_an_id_of_which_no_entry_is_left_says_so_and_is_found_again(register):
    merge(register, FIRST)
    an = ids(register, "An")[0]
    merge(register, Delivery(FIRST.name, (Row(2, {"child": "Chi", "mother": "Lan"}),)))
    assert register.standing(an).found.state == "gone"
    assert register.standing(an).history["state"].tolist() == ["active", "gone"]
    with pytest.raises(UsageError, match="no entry of it is left"):
        register.find(an)
    merge(register, FIRST)
    assert told(register, an) == ids(register, "An") != [an]


def test_a_decision_leads_to_the_persons_that_it_was_about(register):
    merge(register, FIRST)
    with register.run("review") as run:
        (given,) = register.add_judgements(run, [DECISION])
    assert told(register, given) == ids(register, "Lan")


@pytest.mark.parametrize("typed", ["P-2223B", "p2223b", "P-22", "E-222", "P-ZZZZ2"])
def test_find_says_what_is_wrong_with_an_id(register, typed):
    merge(register, FIRST)
    with pytest.raises(UsageError, match=r"mistyped|never issued|not an id"):
        register.find(typed)


@pytest.mark.parametrize("typed", ["van hanh", "Phan Văn", "pham", "E Ban"])
def test_a_name_that_looks_like_an_id_is_a_name(register, typed):
    merge(register, Delivery("2025-07-01", (Row(1, {"child": plain(typed)}),)))
    assert register.find(typed)["mentions"].tolist() == [1]
