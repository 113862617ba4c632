"""Judgements as a user meets them: carried over, twice, too early, damaged."""

import csv
import random

import pytest
from typer.testing import CliRunner

import cli
from reconcile import pipeline
from reconcile.errors import JudgementsError
from reconcile.export import export_judgements
from reconcile.register import open_register
from reconcile.stages import load_knowledge, work_out
from tests import histories

pytestmark = pytest.mark.usefixtures("quick_merges")


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """A register in which officers decided, what it holds, its parts and its judgements as csv."""
    folder = tmp_path_factory.mktemp("judged")
    rng = random.Random(11)  # noqa: S311 - no secret
    parts = histories.parts_of(histories.grow(folder, rng, histories.Limits((60, 60))), rng)
    register = folder / "register.db"
    histories.merge(register, parts)
    limits = histories.Limits(questions=20, pairs=6)
    assert histories.judge(register, load_knowledge(), rng, limits) > 5
    with open_register(str(register), create=False) as opened:
        export_judgements(opened, folder / "judgements.csv")
    return histories.held(register), parts, folder / "judgements.csv"


def runs(register):
    return [run["verb"] for run in pipeline.runs(str(register))]


def test_what_comes_too_early_is_listed_and_nothing_is_applied(judged, tmp_path):
    expected, parts, carried = judged
    register = tmp_path / "register.db"
    histories.merge(register, parts[:1])
    with pytest.raises(JudgementsError) as refused:
        pipeline.import_judgements(str(register), carried)
    assert {fault.row for fault in refused.value.faults} <= set(range(2, 100))
    with open_register(str(register), create=False) as opened:
        assert opened.judgements() == []
    kept = pipeline.import_judgements(str(register), carried, keep_unknown=True)
    assert len(kept) == len(carried.read_text(encoding="utf-8").splitlines()) - 1
    (imported,) = (run for run in pipeline.runs(str(register)) if run["verb"] != "merge")
    waiting = imported["manifest"]["waiting"]
    assert set(waiting) <= set(kept)
    assert set(waiting.values()) == {imported["run"]}
    histories.merge(register, parts[1:])
    assert histories.differences(expected, histories.held(register)) == {}


def test_imported_twice_changes_nothing_and_is_written_as_it_was_read(judged, tmp_path):
    expected, parts, carried = judged
    register = tmp_path / "register.db"
    histories.merge(register, parts)
    for _ in range(2):
        pipeline.import_judgements(str(register), carried)
    assert runs(register) == ["merge", "judgements import"]
    assert histories.differences(expected, histories.held(register)) == {}
    with open_register(str(register), create=False) as opened:
        export_judgements(opened, tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == carried.read_bytes()


@pytest.mark.parametrize(
    ("word", "instead", "said"),
    [
        ("Officer", " ", "cán bộ"),
        ("2025-11-0", "2025-13-0", "ngày"),
        ("same_person", "kin", "loại"),
    ],
)
def test_damaged_lines_are_named(judged, tmp_path, word, instead, said):
    _, parts, carried = judged
    register, damaged = tmp_path / "register.db", tmp_path / "damaged.csv"
    histories.merge(register, parts[:1])
    text = carried.read_text(encoding="utf-8").replace("Officer One", "Officer")
    for name in ("Two", "Three"):
        text = text.replace(f"Officer {name}", "Officer")
    damaged.write_text(text.replace(word, instead), encoding="utf-8")
    command = ["judgements", "import", str(damaged), "--register", str(register)]
    found = CliRunner().invoke(cli.app, command)
    assert found.exit_code == JudgementsError.exit_code
    assert said in found.stderr
    assert "damaged.csv" in found.stderr
    assert runs(register) == ["merge"]


def test_a_judgement_holds_when_cells_are_corrected_and_books_renumbered(tmp_path):
    rng = random.Random(5)  # noqa: S311 - no secret
    imported = histories.grow(tmp_path, rng, histories.Limits((60, 60), deliveries=1))
    register = tmp_path / "register.db"
    histories.merge(register, [imported])
    with open_register(str(register), create=False) as opened:
        mentions = opened.mentions()
    subjects = mentions[mentions["role"].eq("child") & mentions["commune"].eq("hoi_xuan")]
    pair = subjects.drop_duplicates("person_id")["mention_key"].head(2).tolist()
    answer = {"kind": "same_person", "mentions": pair, "decision": "same"}
    signed = {"officer": "An officer", "decided": "2025-11-02"}
    with open_register(str(register), create=False) as opened:
        with opened.run("review", {}, {}) as run:
            opened.add_judgements(run, [answer | signed])
            opened.save(run, work_out(opened, load_knowledge()).resolved)
        before = opened.mentions().set_index("mention_key")["person_id"]
    assert before[pair[0]] == before[pair[1]]
    again = histories.renumbered(imported, "2025-12-24")
    histories.merge(register, [again])
    with open_register(str(register), create=False) as opened:
        after = opened.mentions().set_index("mention_key")["person_id"]
        numbers = opened.entries().set_index("entry_key")["number"]
    assert after[pair[0]] == after[pair[1]] == before[pair[0]]
    moved = [int(numbers[key.rpartition("/")[0]]) for key in pair]
    said = [int(key.rpartition("~")[0].rpartition("/")[2]) for key in pair]
    assert moved == [number + 1 for number in said]


def test_a_chain_is_shown_with_names_and_days_and_answered_in_the_csv(tmp_path):
    rng = random.Random(5)  # noqa: S311 - no secret
    register = tmp_path / "register.db"
    histories.merge(
        register, [histories.grow(tmp_path, rng, histories.Limits((60, 60), deliveries=1))]
    )
    with open_register(str(register), create=False) as opened:
        mentions = opened.mentions()
        children = mentions[mentions["role"].eq("child")].drop_duplicates("person_id")
        keys = children["mention_key"].head(3).tolist()
        said = [
            {"mentions": [keys[one], keys[other]], "decision": decision, "decided": day}
            for one, other, decision, day in (
                (0, 1, "same", "2025-08-01"),
                (1, 2, "same", "2025-08-02"),
                (0, 2, "different", "2025-08-03"),
            )
        ]
        with opened.run("review", {}, {}) as run:
            signed = {"kind": "same_person", "officer": "Trần Thị Ba"}
            opened.add_judgements(run, [one | signed for one in said])
            opened.save(run, work_out(opened, load_knowledge()).resolved)
    asked, answered = tmp_path / "asked.csv", tmp_path / "answered.csv"
    pipeline.export_to(
        pipeline.ExportRequest(kind="conflicts", register=str(register), target=asked, form="csv")
    )
    with asked.open(encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.DictReader(stream))
    (line,) = (line for line in lines if line["kind"] == "contradiction")
    assert "A = C (Trần Thị Ba, 2025-08-01)" in line["Câu hỏi và căn cứ"]
    assert line["Bên khác"].startswith("C ")
    line |= {"Quyết định": "hai người khác nhau", "Cán bộ": "Lê An", "Ngày": "04/08/2025"}
    with answered.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, list(line))
        writer.writeheader()
        writer.writerow(line)
    request = pipeline.ReviewRequest(
        workbooks=(answered,), register=str(register), out=tmp_path / "output"
    )
    reviewed = pipeline.review_workbooks(request)
    assert (reviewed.applied, reviewed.refused) == (1, ())
    with open_register(str(register), create=False) as opened:
        found = opened.conflicts().set_index("conflict")["state"]
        superseded = [one["superseded_by"] != "" for one in opened.judgements()]
    assert found[line["Mã câu hỏi"]] == "decided"
    assert superseded == [False, False, True, False]
