"""How sure a run is of its links and questions: kept, shown, and the same wherever it is shown."""

import json
import shutil

import pytest

from reconcile import pipeline
from reconcile.explaining import explain
from reconcile.match import Estimate
from reconcile.register import open_register
from reconcile.report.chapters import Figures


@pytest.fixture(scope="module")
def town(root, tmp_path_factory):
    """A register of one commune's books, with questions about persons."""
    folder = tmp_path_factory.mktemp("town")
    exports = root / "sample_exports" / "2025-07-01" / "tan_phong"
    shutil.copytree(exports, folder / "2025-07-01" / "tan_phong")
    pipeline.merge(
        pipeline.MergeRequest(
            deliveries=(folder / "2025-07-01",),
            register=str(folder / "register.db"),
            out=folder / "output",
            language="en",
        )
    )
    return folder


def test_a_run_keeps_its_estimate_of_its_own_errors(town):
    with open_register(str(town / "register.db"), create=False) as register:
        stored = register.runs()[-1]["manifest"]["estimate"]
        person = register.owners()["person_id"].value_counts()
    found = Estimate.from_stored(stored)
    assert found.links == (person * (person - 1) // 2).sum()
    assert 0 <= found.false_links.low <= found.false_links.expected <= found.false_links.high
    assert 0 < found.asked <= found.misses.expected
    report = (town / "output" / "report-R0001.html").read_text(encoding="utf-8")
    assert f"Of {found.links} pairs of mentions that are held to be one person" in report


def test_explain_states_the_probability_that_officers_are_shown(town):
    register = str(town / "register.db")
    with open_register(register, create=False) as opened:
        links, conflicts = opened.links(), opened.conflicts()
        owner = opened.owners().set_index("mention_key")["person_id"]
    asked = links[links["status"].eq("question") & links["probability"].notna()].iloc[0]
    people = owner[asked["left"]], owner[asked["right"]]
    told = explain(pipeline.Question(register=register, ids=people, language="en"))
    stated = Figures("en").share(asked["probability"])
    assert f"probability {stated}" in told.chapters[0].text[0]
    shown = conflicts[conflicts["mentions"].eq(json.dumps([asked["left"], asked["right"]]))]
    assert shown["probability"].tolist() == [asked["probability"]]
