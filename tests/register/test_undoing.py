import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconcile.errors import RegisterError, UsageError
from reconcile.register import open_register
from tests.register.test_store import DECISION, FIRST, SECOND
from tests.register.world import Delivery, Row, imported, merge, resolved, state

NAMES = ("An", "Ba", "Lan", "Lan", "Chi")


def judge(register, **change):
    with register.run("review") as run:
        return register.add_judgements(run, [DECISION | change])


def test_after_an_undo_everything_is_as_before(register):
    merge(register, FIRST)
    before = state(register)
    merge(register, SECOND)
    assert register.undo("R0002") == ["R0002"]
    assert state(register) == before
    assert [line["undone_by"] for line in register.runs()] == ["", "R0003", ""]
    assert register.verify() == []


def test_an_id_of_an_undone_run_says_so_and_is_never_issued_again(register):
    merge(register, FIRST)
    issued = set(merge(register, SECOND).person_ids)
    new = issued - set(register.mentions_export().query("delivery == '2025-07-01'")["person_id"])
    register.undo("R0002")
    assert {register.resolve_id(one).state for one in new} == {"undone"}
    assert {register.resolve_id(one).run for one in new} == {"R0002"}
    again = set(merge(register, SECOND).person_ids)
    assert not again & new
    assert len(again) == len(issued)


def test_judgements_of_an_undone_round_bind_no_longer_but_are_kept(register):
    merge(register, FIRST)
    (given_id,) = judge(register)
    register.undo("R0002")
    assert register.judgements() == []
    assert register.resolve_id(given_id).state == "undone"
    (later,) = judge(register)
    assert later not in {"", given_id}


def test_a_run_on_which_others_rest_is_not_taken_back_alone(register):
    merge(register, FIRST)
    empty = state(register)
    merge(register, SECOND)
    judge(register)
    with pytest.raises(RegisterError, match="R0002, R0003 came after it"):
        register.undo("R0001")
    assert register.undo("R0002", later=True) == ["R0003", "R0002"]
    assert state(register) == empty
    assert register.undo("R0001") == ["R0001"]
    assert register.mentions_export().empty
    assert register.verify() == []


def test_runs_that_changed_nothing_hold_nothing_up(register):
    merge(register, FIRST)
    merge(register, FIRST)
    assert register.undo("R0001") == ["R0001"]


@pytest.mark.parametrize(
    ("run", "message"),
    [
        ("R0009", "no run"),
        ("R0003", "is an undo"),
        ("R0002", "already, by R0003"),
        ("x", "not a run"),
    ],
)
def test_what_cannot_be_taken_back_is_refused(register, run, message):
    merge(register, FIRST)
    merge(register, SECOND)
    register.undo("R0002")
    with pytest.raises(UsageError, match=message):
        register.undo(run)


rows = st.lists(
    st.tuples(st.integers(1, 5), st.sampled_from(NAMES), st.sampled_from(("", *NAMES))),
    max_size=5,
    unique_by=lambda row: row[0],
)
deliveries = st.lists(st.tuples(st.sampled_from("123"), rows), min_size=1, max_size=2)


def _delivery(month, lines):
    return Delivery(
        f"2025-0{month}-01",
        tuple(
            Row(number, {"child": child} | ({"mother": mother} if mother else {}))
            for number, child, mother in lines
        ),
    )


@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@given(deliveries, rows, st.booleans())
def test_merge_then_undo_is_nothing(tmp_path_factory, history, last, apart):
    with open_register(tmp_path_factory.mktemp("undo") / "register.db") as register:
        for month, lines in history:
            merge(register, _delivery(month, lines))
        before = state(register)
        with register.run("merge") as run:
            register.add_import(run, *imported(_delivery(2, last)))
            register.save(run, resolved(register, apart=("Lan",) if apart else ()))
        register.undo(run.name)
        assert state(register) == before
        assert register.verify() == []
