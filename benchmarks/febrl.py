"""The toolkit's ``link`` and Splink 5 side by side on the public Febrl data sets 1 to 4.

Splink and the data sets live in an environment of their own, because they need an older pandas::

    python -m venv bench
    bench/bin/python -m pip install --require-hashes -r benchmarks/requirements.txt
    python benchmarks/febrl.py --python bench/bin/python

Every tool runs on every data set in a process of its own, from csv to clusters, imports included.
Printed are elapsed and processor seconds and peak memory of that process, and precision, recall and
F1 over pairs of records. Splink stands there twice: with its clusters at match probability 0.5,
which is also the toolkit's threshold, and at the threshold that is best *when the truth is known*.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from reconcile.match.evaluate import Accuracy, components, pairwise_accuracy

HERE = Path(__file__).resolve().parent
SETS = {1: ["febrl1"], 2: ["febrl2"], 3: ["febrl3"], 4: ["febrl4a", "febrl4b"]}
HEADING = (
    f"{'data set':9}{'tool':34}{'seconds':>8}{'CPU s':>8}{'MiB':>7}"
    f"{'precision':>11}{'recall':>9}{'F1':>9}"
)


@dataclass(frozen=True)
class Cost:
    """What one process needed: elapsed seconds, processor seconds, MiB at its peak."""

    elapsed: float
    processor: float
    memory: float


def run(command: list[str | Path]) -> Cost:
    """Run a program to its end and measure it; its output is shown only where it fails."""
    began = time.perf_counter()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        elapsed = time.perf_counter() - began
        if process.returncode:
            output.seek(0)
            sys.exit(output.read().decode(errors="replace"))
    per_mib = 1024 if sys.platform == "linux" else 1024 * 1024
    return Cost(elapsed, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / per_mib)


def show(number: int, tool: str, cost: Cost | None, accuracy: Accuracy) -> None:
    """One line of the table."""
    figures = " " * 23
    if cost is not None:
        figures = f"{cost.elapsed:8.1f}{cost.processor:8.1f}{cost.memory:7.0f}"
    print(
        f"{'febrl' + str(number):9}{tool:34}{figures}{accuracy.precision:11.4f}"
        f"{accuracy.recall:9.4f}{accuracy.f1:9.4f}",
        flush=True,
    )


class Truth:
    """The true persons of one data set, from its published links."""

    def __init__(self, folder: Path, number: int) -> None:
        tables = [pd.read_csv(folder / f"{name}.csv", usecols=["rec_id"]) for name in SETS[number]]
        self.ids = pd.Index(pd.concat(tables)["rec_id"])
        links = pd.read_csv(folder / f"febrl{number}_links.csv")
        self.person = self.joined(links["left"], links["right"])

    def joined(self, left: pd.Series[str], right: pd.Series[str]) -> np.ndarray:
        """Connected components of the records under these links."""
        sides = (self.ids.get_indexer(side).astype(np.int64) for side in (left, right))
        return components(len(self.ids), *sides)

    def of(self, clusters: pd.DataFrame, column: str) -> Accuracy:
        """Accuracy of a table of clusters; records that it does not list are alone."""
        labels = np.arange(len(self.ids)) + len(clusters)
        places = self.ids.get_indexer(clusters[column])
        labels[places] = pd.factorize(clusters["cluster_id"])[0]
        return pairwise_accuracy(labels.astype(np.int64), self.person)

    def best(self, pairs: pd.DataFrame) -> tuple[float, Accuracy]:
        """The threshold at which connected components come nearest to the truth."""
        tried = []
        for threshold in np.arange(-5, 40.5, 0.5):
            kept = pairs[pairs["match_weight"] >= threshold]
            labels = self.joined(kept["rec_id_l"], kept["rec_id_r"])
            tried.append((float(threshold), pairwise_accuracy(labels, self.person)))
        return max(tried, key=lambda each: each[1].f1)


def compare(number: int, folder: Path, other: Path) -> None:
    """Both tools on one data set."""
    tables = [folder / f"{name}.csv" for name in SETS[number]]
    truth = Truth(folder, number)
    out = folder / f"clusters{number}.csv"
    model = "febrl4" if number == 4 else "febrl"
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "cli",
        "link",
        *tables,
        "--model",
        model,
        "--out",
        out,
    ]
    cost = run(command)
    show(number, "reconcile link", cost, truth.of(pd.read_csv(out), "id"))
    splink = folder / f"splink{number}"
    splink.mkdir()
    cost = run([other, HERE / "febrl_splink.py", splink, *tables])
    show(number, "Splink, at 0.5", cost, truth.of(pd.read_csv(splink / "clusters.csv"), "rec_id"))
    threshold, accuracy = truth.best(pd.read_csv(splink / "pairs.csv"))
    show(number, f"Splink, best with truth ({threshold:g} bits)", None, accuracy)


def main() -> None:
    """Write the data sets, run, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--python", type=Path, required=True, help="of the benchmarks' environment")
    parser.add_argument("--sets", type=int, nargs="*", default=sorted(SETS), choices=sorted(SETS))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run([asked.python, HERE / "febrl_data.py", folder])
        print(HEADING)
        for number in asked.sets:
            compare(number, folder, asked.python)


if __name__ == "__main__":
    main()
