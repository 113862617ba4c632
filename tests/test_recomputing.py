"""``verify --recompute``: the register against everything worked out anew."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from reconcile import pipeline
from reconcile.register import open_register
from reconcile.register import tables as t
from reconcile.register.comparing import _NAMED, DERIVED
from reconcile.register.versioned import holds
from reconcile.simulate import SimulationOptions, simulate


@pytest.fixture(scope="module")
def merged(tmp_path_factory):
    """A register of two deliveries that came one after the other."""
    folder = tmp_path_factory.mktemp("recomputed")
    simulate(folder / "world", 150, 3, SimulationOptions(deliveries=2, profile="poor"))
    register = folder / "register.db"
    for delivery in sorted(path for path in (folder / "world").iterdir() if path.name[0] == "2"):
        pipeline.merge(
            pipeline.MergeRequest(deliveries=(delivery,), register=str(register), out=folder)
        )
    return register


@pytest.fixture
def register(merged, tmp_path):
    return Path(shutil.copy(merged, tmp_path / "register.db"))


def counted(register):
    with open_register(register, create=False) as opened, opened._reading() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar()
            for table in t.metadata.tables.values()
        }


def test_a_register_is_what_a_full_run_gives_and_recomputing_writes_nothing(register):
    before = counted(register)
    assert pipeline.recompute(str(register)) == []
    assert counted(register) == before


@pytest.mark.parametrize("table", ["memberships", "event_entries", "golden_values", "findings"])
def test_a_line_that_was_lost_is_named(register, table):
    lost = t.metadata.tables[table]
    with open_register(register, create=False) as opened, opened._transaction(writes=True) as link:
        line = link.execute(select(func.min(lost.c.line)).where(holds(lost))).scalar()
        link.execute(lost.delete().where(lost.c.line == line))
    (problem,) = pipeline.recompute(str(register))
    values = dict(problem.values)
    assert (values["table"], values["lacking"], values["excess"]) == (table, "1", "0")
    assert values["first"] in str(problem)


def test_a_person_joined_behind_the_registers_back_is_named_by_id(register):
    m = t.memberships
    with open_register(register, create=False) as opened, opened._transaction(writes=True) as link:
        least, other = link.execute(
            select(m.c.person).where(holds(m)).distinct().order_by(m.c.person).limit(2)
        ).scalars()
        link.execute(update(m).where(m.c.person == other).values(person=least))
    found = {
        dict(problem.values)["table"]: problem for problem in pipeline.recompute(str(register))
    }
    assert "P-" in str(found["memberships"])
    assert "E-" in str(found["memberships"])


def test_other_mapping_files_are_said_to_be_a_reason(register, tmp_path, root):
    mappings = Path(shutil.copytree(root / "mappings", tmp_path / "mappings"))
    rules = mappings / "survivorship.toml"
    rules.write_text(rules.read_text(encoding="utf-8") + "\n# Another comment.\n", encoding="utf-8")
    assert pipeline.recompute(str(register), mappings) == []
    words = mappings / "conflicts.toml"
    text = words.read_text(encoding="utf-8").replace('severity = "warning"', 'severity = "error"')
    words.write_text(text, encoding="utf-8")
    first, *others = pipeline.recompute(str(register), mappings)
    assert "other mapping files" in str(first)
    assert {dict(problem.values)["table"] for problem in others} == {"conflicts"}


def test_a_register_whose_runs_were_all_taken_back_is_empty_and_sound(register):
    with open_register(register, create=False) as opened:
        names = [run["run"] for run in opened.runs()]
        opened.undo(str(names[0]), later=True)
    assert pipeline.recompute(str(register)) == []


def test_every_derived_table_is_named_by_columns_that_it_has():
    assert {table.name for table in DERIVED} == set(_NAMED)
    for table in DERIVED:
        assert set(_NAMED[table.name]) <= set(table.columns.keys())


def _mentions_behind_the_registers_back(register, value):
    m = t.mentions
    with open_register(register, create=False) as opened, opened._transaction(writes=True) as link:
        line = link.execute(select(func.min(m.c.line)).where(holds(m))).scalar()
        link.execute(update(m).where(m.c.line == line).values(name_other=value))


def _merge_again(register, world, mappings=None):
    pipeline.merge(
        pipeline.MergeRequest(
            deliveries=tuple(sorted(path for path in world.iterdir() if path.name[0] == "2")),
            register=str(register),
            out=register.parent / "output",
            mappings=mappings,
        )
    )


def test_mentions_of_entries_that_say_the_same_are_not_looked_at_but_when_recomputing(
    register, merged
):
    _mentions_behind_the_registers_back(register, "Another name")
    _merge_again(register, merged.parent / "world")
    (problem,) = pipeline.recompute(str(register))
    assert dict(problem.values)["table"] == "mentions"


def test_mentions_are_looked_at_where_mapping_files_changed(register, merged, tmp_path, root):
    _mentions_behind_the_registers_back(register, "Another name")
    mappings = Path(shutil.copytree(root / "mappings", tmp_path / "mappings"))
    names = mappings / "names.toml"
    names.write_text(names.read_text(encoding="utf-8") + "\n# Changed.\n", encoding="utf-8")
    _merge_again(register, merged.parent / "world", mappings)
    assert pipeline.recompute(str(register), mappings) == []


def test_after_a_run_with_other_mapping_files_was_taken_back_nothing_is_taken_for_granted(
    register, merged, tmp_path, root
):
    mappings = Path(shutil.copytree(root / "mappings", tmp_path / "mappings"))
    names = mappings / "names.toml"
    names.write_text(names.read_text(encoding="utf-8") + "\n# Changed.\n", encoding="utf-8")
    _merge_again(register, merged.parent / "world", mappings)
    with open_register(register, create=False) as opened:
        opened.undo(str(opened.runs()[-1]["run"]))
    _mentions_behind_the_registers_back(register, "Another name")
    _merge_again(register, merged.parent / "world", mappings)
    assert pipeline.recompute(str(register), mappings) == []
