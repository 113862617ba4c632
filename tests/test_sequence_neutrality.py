"""P4: the register depends on what was delivered and decided, not on order, grouping or splits.

Small simulated populations are delivered in several ways: all at once, one by one, the other way
round, commune by commune, file by file. Persons, events, golden records and open conflicts must
come out the same; only ids carry history. Positions and source keys stand for ids here.

Random histories, with rows split, thinned, corrected, renumbered and delivered again and officers
deciding in between, come from :mod:`tests.histories`; ``benchmarks/neutrality.py`` runs many more.
"""

import random
import shutil
from pathlib import Path

import pytest

from reconcile import export, pipeline
from reconcile.register import open_register
from reconcile.simulate import SimulationOptions, simulate
from reconcile.stages import load_knowledge, work_out
from tests import histories
from tests.factories import decided

_ENTRIES = 150
_PLACE = ["delivery", "commune", "file", "sheet", "row", "role"]
_ASKED = ["conflict", "kind", "severity", "entries", "mentions", "field", "values", "sentence"]
_ASKED += ["params", "proposal", "legal", "probability", "gain", "evidence", "state", "positions"]


pytestmark = pytest.mark.usefixtures("quick_merges", "_sampled")


@pytest.fixture(scope="module")
def _sampled():
    """Officers are asked about a sample of links; it must not depend on history either."""
    with histories.sampled():
        yield


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Folders of three deliveries of a population, the first first: full, delta, full."""
    folder = tmp_path_factory.mktemp("world") / "deliveries"
    simulate(folder, _ENTRIES, 8, SimulationOptions(deliveries=3, profile="poor"))
    return sorted(path for path in folder.iterdir() if path.name != "truth")


@pytest.fixture(scope="module")
def at_once(world, tmp_path_factory):
    """The register of a world that was merged in one run, and what it holds."""
    register = tmp_path_factory.mktemp("at_once") / "register.db"
    merge(register, world)
    return register, held(register)


def merge(register, deliveries):
    pipeline.merge(
        pipeline.MergeRequest(
            deliveries=tuple(deliveries), register=str(register), out=register.parent / "output"
        )
    )


def parts(world, folder, part_of):
    """The deliveries cut into folders of the same names: one for each part of each delivery."""
    cut = {}
    for delivery in world:
        for file in sorted(path for path in delivery.rglob("*") if path.is_file()):
            inside = file.relative_to(delivery)
            if len(inside.parts) > 1:
                home = folder / part_of(inside) / delivery.name
                (home / inside).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, home / inside)
                shutil.copy(delivery / "delivery.toml", home)
                cut[home] = None
    return list(cut)


def partition(mentions, by):
    """Groups of positions that share an id."""
    groups = mentions.groupby(by, sort=False)[_PLACE].apply(
        lambda lines: frozenset(lines.itertuples(index=False, name=None))
    )
    return frozenset(groups)


def held(register):
    """All that must not depend on history."""
    with open_register(str(register), create=False) as opened:
        mentions, golden = opened.mentions_export(), opened.golden()
        members, asked = opened.mentions(), opened.conflicts()
        assert opened.verify() == []
    first = members.groupby("person_id")["mention_key"].min()
    golden = golden.assign(person=golden["person_id"].map(first)).drop(columns="person_id")
    return {
        "entries": partition(mentions, "entry_id"),
        "events": partition(mentions, "event_id"),
        "persons": partition(mentions, "person_id"),
        "members": frozenset(members.groupby("person_id")["mention_key"].agg(frozenset)),
        "golden": frozenset(golden.astype("str").itertuples(index=False, name=None)),
        "conflicts": frozenset(
            asked.loc[asked["state"] == "open", _ASKED]
            .astype("str")
            .itertuples(index=False, name=None)
        ),
    }


def assert_same(one, other):
    """Say what differs by number, not by a page of names."""
    differing = {
        name: (len(one[name] - other[name]), len(other[name] - one[name]))
        for name in one
        if one[name] != other[name]
    }
    assert differing == {}


def test_the_world_is_worth_testing(at_once):
    _, expected = at_once
    assert len(expected["entries"]) >= _ENTRIES
    assert any(len(members) > 2 for members in expected["members"])
    kinds = {asked[1] for asked in expected["conflicts"]}
    assert len(kinds) >= 3
    assert "quality_control" in kinds


def test_deliveries_one_by_one_the_last_first(world, at_once, tmp_path):
    register = tmp_path / "register.db"
    for delivery in reversed(world):
        merge(register, [delivery])
    assert_same(at_once[1], held(register))


def test_communes_apart_in_a_shuffled_order(world, at_once, tmp_path):
    cut = parts(world, tmp_path / "parts", lambda inside: inside.parts[0])
    random.Random(1).shuffle(cut)  # noqa: S311 - order of arrival, no secret
    register = tmp_path / "register.db"
    for start in range(0, len(cut), 3):
        merge(register, cut[start : start + 3])
    assert_same(at_once[1], held(register))


def test_files_of_one_day_in_two_halves(world, at_once, tmp_path):
    cut = parts(world, tmp_path / "parts", lambda inside: str(len(inside.name) % 2))
    register = tmp_path / "register.db"
    for half in (1, 0):
        merge(register, [folder for folder in cut if folder.parent.name == str(half)])
    assert_same(at_once[1], held(register))


def judge(register, verdict):
    """Answer every second question about persons as an officer would."""
    knowledge = load_knowledge()
    with open_register(str(register), create=False) as opened:
        asked = opened.conflicts()
        asked = asked[(asked["kind"] == "same_person") & (asked["state"] == "open")].iloc[::2]
        decisions = decided(asked, lambda _: verdict)
        with opened.run("review", {}, {}) as run:
            opened.add_judgements(run, decisions)
            opened.save(run, work_out(opened, knowledge).resolved)
    return len(decisions)


@pytest.mark.parametrize("verdict", ["same", "different"])
def test_judgements_between_deliveries_or_after_all(world, at_once, tmp_path, verdict):
    between = tmp_path / "between.db"
    merge(between, world[:1])
    assert judge(between, verdict)
    carried = tmp_path / "judgements.csv"
    with open_register(str(between), create=False) as opened:
        export.export_judgements(opened, carried, "csv")
    merge(between, world[:0:-1])

    after = Path(shutil.copy(at_once[0], tmp_path / "after.db"))
    pipeline.import_judgements(str(after), carried)
    assert_same(held(after), held(between))
    assert held(after)["members"] != at_once[1]["members"] or verdict == "different"


@pytest.mark.parametrize("seed", [3, 7])
def test_a_random_history_ends_as_one_merge_of_everything(seed, tmp_path):
    rng = random.Random(seed)  # noqa: S311 - no secret
    limits = histories.Limits(entries=(40, 90), merges=3)
    parts = histories.parts_of(histories.grow(tmp_path, rng, limits), rng)
    told = histories.live(tmp_path, parts, rng, limits)
    assert sum(step.startswith("merge") for step in told.steps) >= 2
    assert told.judgements.read_text(encoding="utf-8").count("\n") > 1
    lived, once = histories.held(told.register), histories.held(histories.at_once(tmp_path, told))
    assert once["problems"] == frozenset()
    sizes = {
        name: tuple(map(len, sides)) for name, sides in histories.differences(lived, once).items()
    }
    assert sizes == {}
