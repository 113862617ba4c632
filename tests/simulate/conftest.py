import csv
from pathlib import Path
from typing import NamedTuple

import pytest

from reconcile.simulate import SimulationOptions, simulate
from reconcile.simulate.chance import stream
from reconcile.simulate.population import Growth
from reconcile.simulate.registration import founders
from reconcile.simulate.settings import load_settings


class Simulated(NamedTuple):
    folder: Path
    rows: list[dict[str, str]]
    mentions: list[dict[str, str]]
    cases: list[dict[str, str]]


def read_csv(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="session")
def settings():
    return load_settings()


@pytest.fixture(scope="session")
def population(settings):
    return Growth(settings, founders(1500, settings, 0.048), stream(11)).run()


@pytest.fixture(scope="session")
def simulated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated") / "out"
    simulate(folder, 700, 3, SimulationOptions(deliveries=3))
    truth = folder / "truth"
    return Simulated(
        folder,
        read_csv(truth / "rows.csv"),
        read_csv(truth / "mentions.csv"),
        read_csv(truth / "cases.csv"),
    )
