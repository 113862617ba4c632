"""The commands on the matching model, on a small simulated population."""

import re
import shutil

import pandas as pd
import pytest
from typer.testing import CliRunner

import cli
from reconcile import modelling, pipeline, refitting, simulate
from reconcile.errors import ModelError, UsageError
from reconcile.match import load_model_file
from reconcile.refitting import tell_refit, unsafe
from reconcile.register import open_register
from reconcile.report.refits import Safety
from reconcile.requests import EvaluateRequest, MergeRequest, ModelRequest, RefitRequest
from reconcile.simulate import SimulationOptions
from tests.factories import decided

pytestmark = pytest.mark.usefixtures("quick_merges")


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """A folder with a delivery, its truth, and a register that holds the delivery."""
    folder = tmp_path_factory.mktemp("town")
    simulate.simulate(folder / "simulated", 600, 3, SimulationOptions())
    [delivery] = (folder / "simulated").glob("20*")
    pipeline.merge(
        MergeRequest((delivery,), register=str(folder / "register.db"), out=folder / "output")
    )
    return folder, delivery, folder / "simulated" / "truth" / "mentions.csv"


@pytest.fixture(scope="module")
def evaluated(town):
    _, delivery, truth = town
    return modelling.evaluate(EvaluateRequest(truth=truth, deliveries=(delivery,)))


def test_accuracy_is_measured_against_the_truth(evaluated):
    persons, events = evaluated.pairwise["persons"], evaluated.pairwise["events"]
    assert evaluated.told == evaluated.mentions
    assert evaluated.unknown_lines == 0
    assert persons.precision > 0.99
    assert 0.7 < persons.recall < 1
    assert persons.recall_interval.low < persons.recall < persons.recall_interval.high
    assert events.precision == 1
    assert evaluated.blocking.chained > 0.95
    assert evaluated.cases["persons"]["twin"].pairs > 0


def test_a_laxer_bound_links_more_and_asks_less(evaluated):
    table = evaluated.thresholds
    assert evaluated.bound in table["bound"].tolist()
    for column in ("links", "recall", "expected"):
        assert table[column].is_monotonic_decreasing
    assert table["questions"].is_monotonic_increasing
    assert table["weight"].is_monotonic_increasing


def test_a_register_gives_what_its_deliveries_give(town, evaluated):
    folder, _, truth = town
    found = modelling.evaluate(EvaluateRequest(truth=truth, register=str(folder / "register.db")))
    assert found.pairwise == evaluated.pairwise
    assert found.thresholds.equals(evaluated.thresholds)


def test_a_truth_may_tell_of_some_mentions_and_of_no_events(town, evaluated, tmp_path):
    _, delivery, truth = town
    table = pd.read_csv(truth, dtype="str", keep_default_na=False)
    part = table[table["role"] == "mother"].drop(columns=["event_id", "entry_id"])
    part.to_csv(tmp_path / "mothers.csv", index=False)
    found = modelling.evaluate(
        EvaluateRequest(truth=tmp_path / "mothers.csv", deliveries=(delivery,))
    )
    assert set(found.pairwise) == {"persons"}
    assert 0 < found.told < found.mentions
    assert found.pairwise["persons"].pairs < evaluated.pairwise["persons"].pairs


def test_another_model_file_is_measured(town, mappings, tmp_path):
    _, delivery, truth = town
    text = (mappings / "matching.toml").read_text(encoding="utf-8")
    other = tmp_path / "other.toml"
    lines = [
        'version = "mine"' if line.startswith("version =") else line for line in text.splitlines()
    ]
    other.write_text("\n".join(lines), encoding="utf-8")
    found = modelling.evaluate(EvaluateRequest(truth=truth, deliveries=(delivery,), model=other))
    assert found.version == "mine"
    other.write_text("version = 1", encoding="utf-8")
    with pytest.raises(ModelError):
        modelling.show(ModelRequest(model=other))


def test_the_command_line_writes_a_page_and_never_over_another(town, tmp_path):
    _, delivery, truth = town
    page = tmp_path / "page.html"
    written = CliRunner().invoke(
        cli.app,
        ["model", "evaluate", str(delivery), "--truth", str(truth), "--out", str(page), "--quiet"],
    )
    assert written.exit_code == 0
    text = page.read_text(encoding="utf-8")
    assert "<polyline" in text
    assert "B-cubed" in text
    again = CliRunner().invoke(cli.app, ["model", "show", "--out", str(page)])
    assert again.exit_code == UsageError.exit_code


def test_show_goes_to_standard_output(capfdbinary):
    modelling.show(ModelRequest(out="-", language="vi"))
    assert b"<svg" in capfdbinary.readouterr().out


def test_show_prints_every_comparison():
    printed = CliRunner().invoke(cli.app, ["model", "show"])
    assert printed.exit_code == 0
    assert "Quê quán" in printed.output


# -- refit --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def refitted(town, tmp_path_factory):
    """A refit that was written, its report, and the folder of the new file."""
    folder = tmp_path_factory.mktemp("refit")
    request = RefitRequest(
        register=str(town[0] / "register.db"),
        target=folder / "new.toml",
        write=True,
        out=folder / "report.html",
        language="en",
    )
    return tell_refit(request), folder


def lines_of(told, title):
    return next(chapter.lines for chapter in told.chapters if chapter.title == title)


def test_nothing_is_written_unless_told(town, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with open_register(town[0] / "register.db") as register:
        before = register.runs()
    told = tell_refit(RefitRequest(register=str(town[0] / "register.db"), language="en"))
    assert list(tmp_path.iterdir()) == []
    assert "Nothing was written" in told.chapters[0].text[-1]
    assert told.refused == ()
    with open_register(town[0] / "register.db") as register:
        assert register.runs() == before


def test_a_refit_writes_a_new_version_that_is_no_worse(town, refitted, mappings, evaluated):
    told, folder = refitted
    model = load_model_file(folder / "new.toml", mappings)
    old = load_model_file(mappings / "matching.toml", mappings)
    assert model.version == f"{old.version}+refit1"
    assert model.file.comparisons != old.file.comparisons
    assert told.refused == ()
    _, delivery, truth = town
    found = modelling.evaluate(
        EvaluateRequest(truth=truth, deliveries=(delivery,), model=folder / "new.toml")
    )
    before, after = evaluated.pairwise["persons"], found.pairwise["persons"]
    assert after.precision >= before.precision
    assert after.recall > before.recall - 0.01


def test_a_refit_tells_persons_by_id_and_masks_their_names(town, refitted):
    told, folder = refitted
    lines = lines_of(told, "Person by person")
    assert lines
    with open_register(town[0] / "register.db") as register:
        persons = register.persons().set_index("person_id")
    for ids, who, becomes, *_ in lines:
        named = ids.split(" + ")
        assert set(named) <= set(persons.index)
        assert int(becomes) != len(named) or len(named) > 1
        for identifier in named:
            assert persons.loc[identifier, "name"] not in who
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert all(ids in page for ids, *_ in lines)


def test_a_refit_is_the_same_each_time(town, refitted, tmp_path):
    _, folder = refitted
    tell_refit(
        RefitRequest(
            register=str(town[0] / "register.db"), target=tmp_path / "again.toml", write=True
        )
    )
    again = (tmp_path / "again.toml").read_text(encoding="utf-8")
    assert again == (folder / "new.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def judged(town, tmp_path_factory):
    """The register with a decision on every question about two persons: the likelier is right."""
    path = tmp_path_factory.mktemp("judged") / "register.db"
    shutil.copy(town[0] / "register.db", path)
    with open_register(path) as register:
        asked = register.conflicts()
        asked = asked[asked["kind"] == "same_person"]
        decisions = decided(asked, lambda line: "same" if line.probability > 0.5 else "different")
        with register.run("review") as run:
            register.add_judgements(run, decisions)
    return path, len(decisions)


def test_some_judgements_are_learnt_from_and_others_kept_back(judged):
    path, count = judged
    assert count > 12
    told = tell_refit(RefitRequest(register=str(path), language="en"))
    chapter = next(c for c in told.chapters if c.title == "Officers' judgements")
    learnt, tested = (
        int(word) for word in re.findall(r"([0-9]+) (?:judgements|were kept)", chapter.text[0])
    )
    assert learnt > tested > 0
    assert learnt + tested <= count
    for model, (_, right, _, error) in zip(("now", "new"), chapter.lines, strict=True):
        assert 0 < int(right) <= tested, model
        assert 0 < float(error) < 1, model


def test_a_register_without_entries_teaches_nothing(tmp_path):
    open_register(tmp_path / "empty.db").close()
    with pytest.raises(UsageError, match="no entries"):
        tell_refit(RefitRequest(register=str(tmp_path / "empty.db")))


SAFE = Safety(links=1000, expected=1.0, contradicted=10, refuted=0, persons=900, questions=50)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, []),
        ({"links": 1100, "expected": 1.15}, []),
        ({"contradicted": 12}, []),
        ({"expected": 1.2}, ["probabilities"]),
        ({"contradicted": 20}, ["hard rule"]),
        ({"refuted": 1}, ["officers"]),
    ],
)
def test_a_less_safe_model_is_known_by_its_signs(change, said):
    found = unsafe(SAFE, SAFE._replace(**change))
    assert len(found) == len(said)
    assert all(word in reason for word, reason in zip(said, found, strict=True))


def test_a_less_safe_model_is_reported_and_not_written(town, tmp_path, monkeypatch):
    monkeypatch.setattr(refitting, "unsafe", lambda *_: ["More of its links would be wrong."])
    target = tmp_path / "new.toml"
    register = str(town[0] / "register.db")
    result = CliRunner().invoke(
        cli.app,
        ["model", "refit", "--register", register, "--out", str(target), "--write", "--quiet"],
    )
    assert result.exit_code == UsageError.exit_code
    assert not target.exists()
    assert "Từng người" in result.output
