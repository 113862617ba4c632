"""Winning values of persons whom nothing has changed are those that a full run chooses."""

from __future__ import annotations

import random

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.resolve.renewal import Chosen, Known, People, renewed
from reconcile.resolve.survivorship import load_rules, survive
from tests.resolve.test_history import World, change_between, full, tables
from tests.resolve.town import MAPPINGS

RULES = load_rules(MAPPINGS)


def cancel(live, chance):
    """Let some entries be gone, as a later full export would."""
    live.entries["gone"] = [chance.random() < 0.2 for _ in range(len(live.entries))]


@settings(max_examples=40)
@given(st.integers(0, 2**40))
def test_renewing_equals_choosing_anew(seed):
    world = World(random.Random(seed))  # noqa: S311 - a play, no secret
    world.populate()
    world.score(0.1)
    before, known = tables(world)[:2], None
    for _ in range(4):
        live, scored, judgements = tables(world)
        cancel(live, world.chance)
        persons = full(live, scored, judgements)
        args = (live.mentions, live.entries, live.kin, persons, judgements, RULES)
        change = change_between(before, (live, scored))
        wanted = survive(*args)
        if known is not None and not change.touched.all():
            chosen = Chosen.from_tables(known.tables())
            assert chosen is not None
            found = survive(*args, Known(chosen, change))
            pd.testing.assert_frame_equal(found.golden, wanted.golden)
            known = found.chosen
        else:
            known = wanted.chosen
        before = live, scored
        world.change()


def test_nothing_is_chosen_anew_where_nothing_changed():
    world = World(random.Random(7))  # noqa: S311 - a play, no secret
    world.populate()
    live, scored, judgements = tables(world)
    persons = full(live, scored, judgements)
    known = survive(live.mentions, live.entries, live.kin, persons, judgements, RULES).chosen
    same = Known(known, change_between((live, scored), (live, scored)))
    people = People(
        live.mentions,
        live.kin,
        persons.person.to_numpy(dtype=np.int64),
        known.people["rank"].to_numpy(dtype=np.int64),
    )
    asked = []

    def choose(part):
        asked.append(len(part.mentions))
        return known.lines[:0]

    assert len(renewed(people, choose, same)) == len(known.lines)
    assert asked == [0]
