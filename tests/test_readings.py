"""What contents say is worked out once and is the same as if it were worked out anew."""

import dataclasses
import shutil
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from reconcile import pipeline, readings, stages, standardise, validate
from reconcile.config import load_register_types
from reconcile.register import kept, open_register
from reconcile.register import tables as t
from reconcile.simulate import SimulationOptions, simulate


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("read")
    simulate(folder, 120, 11, SimulationOptions(deliveries=3, profile="poor"))
    return sorted(path for path in folder.iterdir() if path.name[0] == "2")


def merge(register, *deliveries, mappings=None):
    pipeline.merge(
        pipeline.MergeRequest(
            deliveries=deliveries,
            register=str(register),
            out=register.parent / "output",
            mappings=mappings,
        )
    )


@pytest.fixture(scope="module")
def merged(world, tmp_path_factory):
    register = tmp_path_factory.mktemp("merged") / "register.db"
    merge(register, *world)
    return register


@pytest.fixture
def register(merged, tmp_path):
    return Path(shutil.copy(merged, tmp_path / "register.db"))


def assert_equal(one, other):
    for left, right in (
        (one.contents, other.contents),
        (one.standard.entries, other.standard.entries),
        (one.standard.mentions, other.standard.mentions),
        (one.standard.findings, other.standard.findings),
    ):
        pd.testing.assert_frame_equal(left, right)
    order = ["content_hash", "code", "field", "params"]
    pd.testing.assert_frame_equal(
        one.hits.sort_values(order, ignore_index=True),
        other.hits.sort_values(order, ignore_index=True),
    )


def forget(opened):
    with opened._transaction(writes=True) as connection:
        connection.execute(t.kept.delete())


def parts(opened):
    with opened._reading() as connection:
        return connection.execute(select(func.max(t.kept.c.part))).scalar()


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_contents_read_in_parts_are_read_as_all_at_once(data, merged, register_types, mappings):
    with open_register(merged, create=False) as opened:
        whole = readings.read(opened, register_types, mappings, anew=True)
        hashes = whole.contents["content_hash"].tolist()
        label = data.draw(st.lists(st.integers(0, 2), min_size=len(hashes), max_size=len(hashes)))
        with opened.run("test") as run:
            run.discard()
            opened._connection(run).execute(t.kept.delete())
            for part in sorted(set(label)):
                among = [one for one, chosen in zip(hashes, label, strict=True) if chosen == part]
                tables = readings._tables(opened.contents(among), register_types, mappings)
                opened.keep(run, readings.signature(register_types, mappings), tables)
            assert_equal(readings.read(opened, register_types, mappings, run), whole)


def test_a_part_is_kept_for_what_is_new_and_none_where_nothing_is(
    world, tmp_path, register_types, mappings
):
    register = tmp_path / "register.db"
    for count, delivery in enumerate(world, 1):
        merge(register, delivery)
        with open_register(register, create=False) as opened:
            assert parts(opened) == count
            assert_equal(
                readings.read(opened, register_types, mappings),
                readings.read(opened, register_types, mappings, anew=True),
            )
    assert pipeline.recompute(str(register)) == []
    merge(register, *world)
    with open_register(register, create=False) as opened:
        assert parts(opened) == len(world)


def test_contents_that_were_taken_back_are_left_out(register, register_types, mappings):
    with open_register(register, create=False) as opened:
        opened.undo("R0001")
        assert parts(opened) == 1
        found = readings.read(opened, register_types, mappings)
        assert len(found.contents) == len(found.standard.entries) == len(found.hits) == 0
        assert_equal(found, readings.read(opened, register_types, mappings, anew=True))


def test_other_mapping_files_are_followed_and_what_was_kept_before_is_let_go(
    register, world, tmp_path, mappings
):
    other = Path(shutil.copytree(mappings, tmp_path / "mappings"))
    names = other / "names.toml"
    text = names.read_text(encoding="utf-8")
    names.write_text(text + "\n# Another comment is another file.\n", encoding="utf-8")
    types = load_register_types(other)
    assert readings.signature(types, other) != readings.signature(types, mappings)
    merge(register, world[-1], mappings=other)
    with open_register(register, create=False) as opened:
        with opened._reading() as connection:
            assert kept.recall(connection, readings.signature(types, mappings)) == {}
        assert parts(opened) == 1
    codes = other / "civil_status.toml"
    text = codes.read_text(encoding="utf-8")
    severity = 'severity = "warning"'
    assert severity in text or "[[" in text
    codes.write_text(text.replace(severity, 'severity = "error"'), encoding="utf-8")
    merge(register, world[-1], mappings=other)
    assert pipeline.recompute(str(register), other) == []


def test_files_that_are_said_not_to_be_read_are_not(register, register_types, tmp_path, mappings):
    other = Path(shutil.copytree(mappings, tmp_path / "mappings"))
    for name in readings.NOT_READ:
        path = other / name
        assert path.exists()
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert load_register_types(other) == register_types
    assert readings.signature(register_types, other) == readings.signature(register_types, mappings)
    with open_register(register, create=False) as opened:
        assert_equal(
            readings.read(opened, register_types, other, anew=True),
            readings.read(opened, register_types, mappings, anew=True),
        )


def test_matching_and_resolving_are_signed_by_all_mapping_files_that_they_read(
    register_types, tmp_path, mappings
):
    signed = readings.resolving_signature(register_types, mappings)
    assert signed != readings.signature(register_types, mappings)
    other = Path(shutil.copytree(mappings, tmp_path / "mappings"))
    for name in readings.NOT_RESOLVED_BY:
        path = other / name
        assert path.exists()
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    before, after = (stages.load_knowledge(folder) for folder in (mappings, other))
    assert before == dataclasses.replace(after, folder=before.folder, model=before.model)
    assert before.model.file == after.model.file
    assert readings.resolving_signature(register_types, other) == signed
    matching = other / "matching.toml"
    matching.write_text(matching.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert readings.resolving_signature(register_types, other) != signed


def test_a_rule_that_weighs_contents_against_each_other_is_told(register_types, tmp_path, mappings):
    assert not validate.weighs_lines(register_types, mappings)
    other = Path(shutil.copytree(mappings, tmp_path / "mappings"))
    suite = next(iter(sorted((other / "expectations").glob("*.toml"))))
    text = suite.read_text(encoding="utf-8")
    kind = "expect_column_values_to_not_be_null"
    assert kind in text
    suite.write_text(
        text.replace(f'"{kind}"', '"expect_column_values_to_be_unique"', 1), encoding="utf-8"
    )
    assert validate.weighs_lines(register_types, other)


def test_many_small_parts_are_put_together(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "_PARTS_AT_MOST", 3)
    frame = pd.DataFrame({"content_hash": pd.Series(["a"], dtype="str"), "row": [1]})
    with open_register(tmp_path / "register.db") as opened:
        for number in range(8):
            with opened.run("test") as run:
                opened.keep(run, "s", {"one": frame.assign(row=number)})
        assert opened.recall("s")["one"]["row"].tolist() == list(range(8))
        with opened._reading() as connection:
            assert connection.execute(select(func.count()).select_from(t.kept)).scalar() <= 3
        assert opened.recall("another") == {}


def test_what_standardising_and_checking_say_needs_no_other_content(
    merged, register_types, mappings
):
    with open_register(merged, create=False) as opened:
        contents = opened.contents()
    some = contents.iloc[::7].reset_index(drop=True)
    standard = standardise.standardise(some, register_types, mappings)
    whole = standardise.standardise(contents, register_types, mappings)
    mine = whole.entries["content_hash"].isin(some["content_hash"])
    pd.testing.assert_frame_equal(standard.entries, whole.entries[mine].reset_index(drop=True))
