"""The commands on the matching model, on a small simulated population."""

import pytest
from typer.testing import CliRunner

import cli
from reconcile import modelling, pipeline, simulate
from reconcile.errors import ModelError, UsageError
from reconcile.requests import EvaluateRequest, MergeRequest, ModelRequest
from reconcile.simulate import SimulationOptions

pytestmark = pytest.mark.usefixtures("quick_merges")


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """A folder with a delivery, its truth, and a register that holds the delivery."""
    folder = tmp_path_factory.mktemp("town")
    simulate.simulate(folder / "simulated", 400, 5, SimulationOptions())
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
