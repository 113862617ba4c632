"""Linking beside Splink 5, in the same run: time, memory, precision, recall, F1.

Grows a population and standardises it (not timed), or takes tables prepared by an earlier run.
Then, each in a process of its own and for so many runs:

- ours: LIVE_MENTIONS, LIVE_ENTRIES and KIN in, clusters out (match and cluster, shipped model);
- Splink: the flat table of :mod:`flat_table` in, clusters out (train, score, connected
  components), see :mod:`splink_peer`; needs an environment with ``requirements.txt`` installed::

    python benchmarks/linking.py --entries 32000 --splink SPLINK_PYTHON --folder /tmp/linking

Both times leave out the start of Python and the reading of the tables; both peaks of memory hold
them. Seconds on the clock are of the machine as it is; processor seconds hold on a busy one too.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd
from flat_table import flat_table
from matching import tables

from reconcile import config, match
from reconcile.match.evaluate import Accuracy, components, pairwise_accuracy
from reconcile.model import JUDGEMENTS
from reconcile.resolve import clusters
from reconcile.simulate import SimulationOptions, simulate

HERE = Path(__file__).parent
TABLES = ("mentions", "entries", "kin")
FALSE_LINK_BOUND = 0.001
Figures = dict[str, float]


def prepare(folder: Path, entries: int, seed: int) -> None:
    """Grow and standardise a population and keep its tables in a folder."""
    with tempfile.TemporaryDirectory() as deliveries:
        simulate(Path(deliveries), entries, seed, SimulationOptions())
        *standard, truth = tables(Path(deliveries))
    keep(folder, dict(zip(TABLES, standard, strict=True)), truth)


def keep(folder: Path, standard: dict[str, pd.DataFrame], truth: np.ndarray) -> None:
    """Write what both sides read, and the true person of each mention."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in standard.items():
        table.to_parquet(folder / f"{name}.parquet")
    flat_table(standard["mentions"], standard["kin"]).to_parquet(folder / "flat.parquet")
    np.save(folder / "truth.npy", truth)


def link(folder: Path) -> None:
    """Our side, in its own process: tables in, clusters out; prints figures as JSON."""
    mappings = config.mappings_folder()
    types = config.load_register_types(mappings)
    model = match.load_model(mappings)
    bounds = clusters.load_bounds(mappings, FALSE_LINK_BOUND)
    mentions, entries, kin = (pd.read_parquet(folder / f"{name}.parquet") for name in TABLES)
    processor, clock = time.process_time(), time.monotonic()
    pairs = match.match(mentions, entries, kin, model)
    matched = time.monotonic()
    found = clusters.cluster(mentions, entries, kin, pairs, JUDGEMENTS.empty(), bounds, types)
    clustered = time.monotonic()
    figures = {
        "match": matched - clock,
        "cluster": clustered - matched,
        "seconds": clustered - clock,
        "processor": time.process_time() - processor,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "pairs": len(pairs),
    }
    np.save(folder / "person.npy", found.person.to_numpy(dtype="int64"))
    print(json.dumps(figures))


def measure(command: list[str], runs: int) -> Figures:
    """Run a command several times; the median of each figure that it prints as JSON at its end."""
    lines = []
    for _ in range(runs):
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        lines.append(json.loads(done.stdout.splitlines()[-1]))
    return {name: median(line[name] for line in lines) for name in lines[0]}


def curve(edges: pd.DataFrame, truth: np.ndarray) -> list[tuple[float, Accuracy]]:
    """Accuracy of connected components at every whole match weight."""
    left, right, weight = (edges[name].to_numpy() for name in edges)
    thresholds = np.arange(np.floor(weight.min()), 60.0) if len(weight) else np.zeros(1)
    return [
        (
            float(least),
            pairwise_accuracy(
                components(len(truth), left[weight >= least], right[weight >= least]), truth
            ),
        )
        for least in thresholds
    ]


def line(name: str, figures: Figures, accuracy: Accuracy) -> str:
    """One line of the table that is printed."""
    return (
        f"| {name} | {figures['seconds']:.1f} | {figures['processor']:.1f} "
        f"| {figures['peak_mib']:.0f} | {accuracy.precision:.4f} | {accuracy.recall:.4f} "
        f"| {accuracy.f1:.4f} |"
    )


def compare(folder: Path, splink: str, runs: int) -> None:
    """Measure both sides and print the table."""
    truth = np.load(folder / "truth.npy")
    ours = measure([sys.executable, __file__, "--link", str(folder)], runs)
    person = np.load(folder / "person.npy")
    print(f"{len(truth)} mentions; ours {ours}")
    rows = [line("ours, threshold of its own", ours, pairwise_accuracy(person, truth))]
    if splink:
        peer = [splink, str(HERE / "splink_peer.py"), str(folder / "flat.parquet")]
        theirs = measure([*peer, "--edges", str(folder / "edges.parquet")], runs)
        print(f"splink {theirs}")
        at = curve(pd.read_parquet(folder / "edges.parquet"), truth)
        least, best = max(at, key=lambda found: found[1].f1)
        rows.append(line(f"Splink, best F1 (weight {least:.0f})", theirs, best))
        for bound in (0.99, 0.994, 0.999):
            cautious = [a for _, a in at if a.precision >= bound]
            if cautious:
                most = max(cautious, key=lambda found: found.recall)
                rows.append(line(f"Splink, precision from {bound}", theirs, most))
        for what in ("seconds", "processor", "peak_mib"):
            print(f"{what}: ours / Splink = {ours[what] / theirs[what]:.2f}")
    print("| | seconds | processor s | MiB | precision | recall | F1 |")
    print("|---|---|---|---|---|---|---|")
    print("\n".join(rows))


def main() -> int:
    """Read the options, prepare what is not there yet, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="prepared tables; made where there are none")
    parser.add_argument("--splink", default="", help="Python that has splink")
    parser.add_argument("--link", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.link:
        link(options.link)
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        if not (folder / "truth.npy").exists():
            prepare(folder, options.entries, options.seed)
        compare(folder, options.splink, options.runs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
