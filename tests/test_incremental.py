"""A register that grew run by run is what everything worked out anew gives, line by line."""

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconcile import pipeline
from reconcile.register import open_register
from reconcile.simulate import SimulationOptions, simulate
from reconcile.stages import load_knowledge, work_out
from tests.factories import decided


@pytest.fixture(scope="module")
def worlds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("worlds")
    for seed in (1, 2):
        simulate(folder / str(seed), 40, seed, SimulationOptions(deliveries=2, profile="poor"))
    return [
        sorted(path for path in (folder / str(seed)).iterdir() if path.name[0] == "2")
        for seed in (1, 2)
    ]


@pytest.fixture(scope="module")
def mappings(root, tmp_path_factory):
    """The shipped mapping files, and others by which contents are read or resolved otherwise."""
    other = Path(shutil.copytree(root / "mappings", tmp_path_factory.mktemp("other") / "mappings"))
    office = other / "office.toml"
    bound = "false_link_bound = 0.001"
    text = office.read_text(encoding="utf-8")
    assert bound in text
    office.write_text(text.replace(bound, "false_link_bound = 0.0001"), encoding="utf-8")
    findings = next(path for path in (other / "findings").glob("*.toml") if "stand" in path.name)
    text = findings.read_text(encoding="utf-8")
    severity = 'severity = "info"'
    assert severity in text
    findings.write_text(text.replace(severity, 'severity = "warning"'), encoding="utf-8")
    return [root / "mappings", other]


def judge(register, mappings, verdict):
    """Answer the first question about persons, if there is one."""
    with open_register(register, create=False) as opened:
        asked = opened.conflicts()
        asked = asked[(asked["kind"] == "same_person") & (asked["state"] == "open")].head(1)
        decisions = decided(asked, lambda _: verdict)
        with opened.run("review") as run:
            opened.add_judgements(run, decisions)
            opened.save(run, work_out(opened, load_knowledge(mappings), run=run).resolved)


@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_after_each_step_the_register_is_what_a_full_run_gives(
    data, worlds, mappings, tmp_path_factory
):
    register = tmp_path_factory.mktemp("grown") / "register.db"
    world = data.draw(st.sampled_from(worlds), label="world")
    for delivery in data.draw(st.permutations(world), label="order of arrival"):
        chosen = data.draw(st.sampled_from(mappings), label="mapping files")
        pipeline.merge(
            pipeline.MergeRequest(
                deliveries=(delivery,),
                register=str(register),
                out=register.parent,
                mappings=chosen,
                accept_gone=True,
            )
        )
        verdict = data.draw(st.sampled_from(["", "same", "different", "undo"]), label="then")
        if verdict == "undo":
            with open_register(register, create=False) as opened:
                opened.undo(str(opened.runs()[-1]["run"]))
            # what was there before may rest on other mapping files: follow them
            judge(register, chosen, "same")
        elif verdict:
            judge(register, chosen, verdict)
        assert pipeline.recompute(str(register), chosen) == []
