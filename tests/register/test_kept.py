"""A state is kept as it was given, one at a time, and nothing else of the register changes."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from reconcile.register import kept, open_register, restore_register
from reconcile.register import tables as t
from tests.register.test_store import FIRST
from tests.register.world import merge
from tests.register.world import state as held


def state(rows):
    random = np.random.default_rng(rows)
    return {
        "pairs": pd.DataFrame(
            {
                "left": random.integers(0, 10**6, rows),
                "weight": random.normal(size=rows),
                "status": pd.Series(random.choice(["link", "", "Nguyễn"], rows), dtype="str"),
                "rules": pd.array(random.choice([1, None], rows), dtype="Int32"),
            }
        ),
        "nothing": pd.DataFrame({"mention": np.array([], dtype=np.int64)}),
    }


def assert_same(found, given_state):
    assert found.keys() == given_state.keys()
    for name, table in given_state.items():
        pd.testing.assert_frame_equal(found[name], table)


def parts(register):
    with register._reading() as connection:
        query = select(t.kept_state.c.name, t.kept_state.c.part).order_by(
            *t.kept_state.primary_key.columns
        )
        return [(line.name, line.part) for line in connection.execute(query)]


def test_a_state_is_recalled_as_it_was_kept_and_a_new_one_takes_its_place(register):
    assert register.recall_state("one") == {}
    for signature, rows in (("one", 40), ("one", 3), ("other", 7)):
        with register.run("test") as run:
            register.keep_state(run, signature, state(rows))
        assert_same(register.recall_state(signature), state(rows))
    assert register.recall_state("one") == {}
    assert register.verify() == []


def test_a_long_state_is_kept_in_several_lines(register, monkeypatch):
    monkeypatch.setattr(kept, "_PART_BYTES", 1000)
    with register.run("test") as run:
        register.keep_state(run, "one", state(500))
    assert len(parts(register)) > 10
    assert ("nothing", 1) in parts(register)
    assert_same(register.recall_state("one"), state(500))
    with register.run("test") as run:
        register.keep_state(run, "one", state(1))
    assert parts(register) == [("nothing", 1), ("pairs", 1)]


@settings(max_examples=25, deadline=None)
@given(rows=st.integers(0, 60), size=st.integers(1, 4000))
def test_the_pieces_of_a_table_are_the_table(rows, size):
    whole = kept._arrow(state(rows)["pairs"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept, "_PART_BYTES", size)
        pieces = list(kept._parts(whole))
    assert sum(piece.num_rows for piece in pieces) == rows
    joined = [row for piece in pieces for row in piece.to_pylist()]
    assert joined == whole.to_pylist()


def test_a_discarded_run_keeps_nothing_and_undo_leaves_the_state(register):
    with register.run("test") as run:
        register.keep_state(run, "one", state(5))
        run.discard()
    assert register.recall_state("one") == {}
    before = held(register)
    merge(register, FIRST)
    name = register.runs()[-1]["run"]
    with register.run("test") as run:
        register.keep_state(run, "one", state(5))
    register.undo(name, later=True)
    assert held(register) == before
    assert_same(register.recall_state("one"), state(5))


def test_a_state_goes_with_a_backup(location, tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "_PART_BYTES", 500)
    with open_register(tmp_path / "source.db") as register:
        merge(register, FIRST)
        with register.run("test") as run:
            register.keep_state(run, "one", state(50))
        register.backup(tmp_path / "backup.db")
    restore_register(tmp_path / "backup.db", location)
    with open_register(location) as restored:
        assert_same(restored.recall_state("one"), state(50))
        assert restored.verify() == []
