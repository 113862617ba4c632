"""What a change does not reach is not decided again, and the answer is that of a full run."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.resolve.clusters import Clusters, Known, cluster
from reconcile.resolve.history import Memory
from reconcile.resolve.reach import Change
from tests.resolve.test_clusters import BOUNDS, judged
from tests.resolve.town import TYPES, Live, Town, pairs, person

WEIGHTS = (-40.0, -12.0, -6.0, -5.0, -3.0, -1.0, 0.0, 1.9, 3.0, 4.5, 5.5, 6.0, 7.5, 9.0, 14.0, 25.0)
NAMES = ("Tran An", "Le Hoa", "Tran Ba")


@dataclass
class World:
    """What all deliveries and all officers together might say, chosen by chance.

    Attributes:
        chance: the chance.
        entries: what :meth:`Town.add` takes, by number.
        present: numbers of the entries that stand now.
        older: keys of mentions whose year of birth has been changed.
        weights: match weight by the keys of two mentions.
        verdicts: keys of two mentions, and what an officer said; the later ones last.
    """

    chance: random.Random
    entries: dict[int, tuple[str, str, dict[str, dict[str, object]]]] = field(default_factory=dict)
    present: set[int] = field(default_factory=set)
    older: set[str] = field(default_factory=set)
    weights: dict[tuple[str, str], float] = field(default_factory=dict)
    verdicts: list[tuple[str, str, str]] = field(default_factory=list)

    def populate(self) -> None:
        """People who are born, have parents, and some of whom die."""
        for number in range(self.chance.randint(3, 14)):
            year = self.chance.choice((1955, 1957, 1980, 2004))
            parents = {
                role: person(self.chance.choice(NAMES), str(year - self.chance.randint(9, 45)))
                for role in ("mother", "father")
                if self.chance.random() < 0.7
            }
            child = {"child": person(self.chance.choice(NAMES), str(year))}
            self.entries[number] = ("KS", f"{year}-05-05", child | parents)
            if self.chance.random() < 0.5:
                died = {"died": f"{year + 30}-05-01"}
                dead = person(self.chance.choice(NAMES), str(year), **died)
                signs = person(self.chance.choice(NAMES))
                roles = {"deceased": dead, "requester": signs}
                self.entries[100 + number] = ("KT", f"{year + 30}-05-05", roles)
        self.present = {number for number in self.entries if self.chance.random() < 0.8}

    def score(self, share: float) -> None:
        """Score a share of all pairs of mentions, or score them anew."""
        keys = self.live(everybody=True).mentions["mention_key"].tolist()
        for pair in itertools.combinations(keys, 2):
            if self.chance.random() < share:
                self.weights[pair] = self.chance.choice(WEIGHTS)

    def change(self) -> None:
        """A delivery and a round of decisions: a little of everything."""
        for number in self.chance.sample(sorted(self.entries), min(2, len(self.entries))):
            self.present ^= {number} if self.chance.random() < 0.5 else set()
        keys = self.live(everybody=True).mentions["mention_key"].tolist()
        if self.chance.random() < 0.5:
            self.older ^= {self.chance.choice(keys)}
        if self.chance.random() < 0.5:
            self.score(0.01)
        if self.chance.random() < 0.5 and self.weights:
            del self.weights[self.chance.choice(sorted(self.weights))]
        if self.chance.random() < 0.6:
            one, other = sorted(self.chance.sample(keys, 2))
            verdict = self.chance.choice(("same", "same", "different", "unsure"))
            self.verdicts = [line for line in self.verdicts if line[:2] != (one, other)]
            self.verdicts.append((one, other, verdict))
        if self.chance.random() < 0.2:
            self.verdicts = self.verdicts[1:]

    def live(self, *, everybody: bool = False) -> Live:
        """What stands now, or what may ever stand."""
        town = Town()
        for number in sorted(self.entries if everybody else self.present):
            kind, day, roles = self.entries[number]
            town.add(kind, number, day, **{role: dict(said) for role, said in roles.items()})
        live = town.live()
        changed = live.mentions["mention_key"].isin(self.older) & live.mentions["birth_to"].notna()
        live.mentions.loc[changed, ["birth_from", "birth_to"]] += 3 * 365
        return live


def tables(world: World) -> tuple[Live, pd.DataFrame, pd.DataFrame]:
    live = world.live()
    place = {key: at for at, key in enumerate(live.mentions["mention_key"])}
    entry = live.mentions["entry"].tolist()
    scored = pairs(
        *(
            (place[one], place[other], weight, weight > 20 and entry[place[one]] % 2 == 0)
            for (one, other), weight in world.weights.items()
            if one in place and other in place
        )
    )
    scored["weight_related"] = scored["weight"] + np.where(scored["left"] % 3 == 0, -4.0, 2.0)
    verdicts = [
        (place[one], place[other], verdict)
        for one, other, verdict in world.verdicts
        if one in place and other in place
    ]
    return live, scored, judged(*verdicts)


def change_between(before: tuple[Live, pd.DataFrame], now: tuple[Live, pd.DataFrame]) -> Change:
    """What a stage of matching would tell."""
    keys = [live.mentions["mention_key"] for live, _ in (before, now)]
    place = pd.Index(keys[1]).get_indexer(pd.Index(keys[0]))
    born = dict(zip(keys[0], before[0].mentions["birth_from"].fillna(0), strict=True))
    told = now[0].mentions["birth_from"].fillna(0)
    differ = [born.get(key) != day for key, day in zip(keys[1], told, strict=True)]
    touched = np.array(differ, dtype=bool)
    columns = ["left", "right", "weight", "weight_related", "certain"]
    moved = before[1][columns].copy()
    for side in ("left", "right"):
        moved[side] = place[moved[side].to_numpy(dtype=np.int64)]
    both = pd.concat([moved, now[1][columns]], ignore_index=True)
    both = both.astype({"left": "int64", "right": "int64"})
    differ = both[~both.duplicated(keep=False)]
    left, right = differ["left"].to_numpy(), differ["right"].to_numpy()
    left, right = np.where(left < 0, right, left), np.where(right < 0, left, right)
    return Change(place.astype(np.int64), touched, left[left >= 0], right[left >= 0])


def full(live: Live, scored: pd.DataFrame, judgements: pd.DataFrame) -> Clusters:
    return cluster(live.mentions, live.entries, live.kin, scored, judgements, BOUNDS, TYPES)


def assert_equal(found: Clusters, wanted: Clusters) -> None:
    assert found.person.tolist() == wanted.person.tolist()
    assert found.unasked == wanted.unasked
    pd.testing.assert_frame_equal(found.questions, wanted.questions)
    pd.testing.assert_frame_equal(found.joined, wanted.joined)
    for name, table in wanted.memory.tables().items():
        order = list(table.columns)
        pd.testing.assert_frame_equal(
            found.memory.tables()[name].sort_values(order, ignore_index=True),
            table.sort_values(order, ignore_index=True),
        )


@settings(max_examples=60)
@given(st.integers(0, 2**40))
def test_following_changes_equals_full_runs(seed):
    world = World(random.Random(seed))  # noqa: S311 - a play, no secret
    world.populate()
    world.score(world.chance.choice((0.02, 0.05, 0.15)))
    live, scored, judgements = tables(world)
    found = full(live, scored, judgements)
    for _ in range(4):
        before = live, scored
        world.change()
        live, scored, judgements = tables(world)
        kept = Memory.from_tables(found.memory.tables())
        assert kept is not None
        found = cluster(
            *(live.mentions, live.entries, live.kin, scored, judgements, BOUNDS, TYPES),
            known=Known(kept, change_between(before, (live, scored))),
        )
        assert_equal(found, full(live, scored, judgements))
