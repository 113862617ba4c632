import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from reconcile.errors import RegisterError, UsageError
from reconcile.register import open_register
from reconcile.register import tables as t
from reconcile.register.ids import format_id
from tests.register.test_store import DECISION, FIRST, SECOND
from tests.register.world import Delivery, Row, everything, imported, merge, resolved, state

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


def test_what_only_stands_in_the_log_stays_there(register):
    merge(register, FIRST)
    with register.run("explain", {"unmasked": True}):
        pass
    with pytest.raises(UsageError, match="only stands in the log"):
        register.undo("R0002")
    assert register.undo("R0001") == ["R0001"], "and it holds nothing up"


def test_merging_again_gives_the_same_persons_under_new_ids(register):
    merge(register, FIRST)
    merge(register, SECOND)
    before = _people(register)
    register.undo("R0002")
    merge(register, SECOND)
    assert _people(register) == before


def _people(register):
    """Who is who, without ids."""
    mentions = register.mentions()
    return sorted(sorted(group) for _, group in mentions.groupby("person_id")["mention_key"])


# -- random histories -----------------------------------------------------------------------------

rows = st.lists(
    st.tuples(st.integers(1, 5), st.sampled_from(NAMES), st.sampled_from(("", *NAMES))),
    max_size=5,
    unique_by=lambda row: row[0],
)
merges = st.tuples(st.just("merge"), st.sampled_from("123"), rows, st.booleans())
reviews = st.tuples(
    st.just("review"), st.sampled_from(["same", "different", "unsure"]), st.integers(1, 28)
)
takings = st.tuples(st.just("undo"))
steps = st.one_of(merges, merges, reviews, takings)


def _delivery(month, lines):
    return Delivery(
        f"2025-0{month}-01",
        tuple(
            Row(number, {"child": child} | ({"mother": mother} if mother else {}))
            for number, child, mother in lines
        ),
    )


def _do(register, step):
    """One step of a history."""
    if step[0] == "undo":
        standing = [
            one for one in register.runs() if not one["undone_by"] and one["verb"] != "undo"
        ]
        if standing:
            register.undo(standing[-1]["run"])
        return
    with register.run(step[0]) as run:
        if step[0] == "review":
            decided = {"decision": step[1], "decided": f"2025-07-{step[2]:02}"}
            register.add_judgements(run, [DECISION | decided])
            register.save(run, resolved(register))
            return
        _, month, lines, apart = step
        register.add_import(run, *imported(_delivery(month, lines)))
        register.save(run, resolved(register, apart=("Lan",) if apart else ()))


def _issued(register):
    """Every id that was ever issued."""
    with register._reading() as connection:
        query = select(t.identities.c.kind, t.identities.c.number).distinct()
        return {format_id(*row) for row in connection.execute(query)}


def _assert_undone_exactly(register, history, taken):
    """Live through a history, do more, take that back, and compare."""
    for step in history:
        _do(register, step)
    before, runs, lines = state(register), register.runs(), everything(register)
    for step in taken:
        _do(register, step)
    done = [one["run"] for one in register.runs()[len(runs) :]]
    known = _issued(register)
    assert register.undo(done[0], later=True)[-1] == done[0]
    assert state(register) == before
    assert register.verify() == []
    assert register.runs()[: len(runs)] == runs
    after = everything(register)
    for name in ("raw_rows", "contents", "audit_log"):
        assert after[name][: len(lines[name])] == lines[name], f"{name}: something was lost"
    assert {register.standing(one).found.id for one in known} == known


@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(steps, max_size=3), st.lists(st.one_of(merges, reviews), min_size=1, max_size=2))
def test_what_is_taken_back_is_as_if_it_had_never_been(history, taken):
    with open_register("sqlite://") as register:
        _assert_undone_exactly(register, history, taken)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_histories_are_undone_exactly_on_either_database(register, seed):
    rng = random.Random(seed)  # noqa: S311 - no secret

    def lines():
        numbers = rng.sample(range(1, 6), rng.randint(1, 5))
        return [(number, rng.choice(NAMES), rng.choice(("", *NAMES))) for number in numbers]

    def step(*kinds):
        kind = rng.choice(kinds)
        return {
            "merge": ("merge", rng.choice("123"), lines(), rng.random() < 0.5),
            "review": ("review", rng.choice(["same", "different"]), rng.randint(1, 28)),
            "undo": ("undo",),
        }[kind]

    history = [step("merge", "merge", "review", "undo") for _ in range(4)]
    _assert_undone_exactly(register, history, [step("merge", "review") for _ in range(2)])
