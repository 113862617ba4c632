"""The main job on a simulated population: time, memory, rows by outcome and accuracy of one run.

Grows a population (not timed), merges it into a new register and compares ``export mentions`` with
the truth. One cold run; the figures are of the machine at hand::

    python benchmarks/merge.py --entries 50000 --seed 7 --profile typical

``--folder`` takes deliveries that exist already, with ``truth/mentions.csv`` beside them.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from pathlib import Path

import pandas as pd

from reconcile import pipeline
from reconcile.match.evaluate import b_cubed, by_case, pairwise_accuracy
from reconcile.register import open_register
from reconcile.simulate import SimulationOptions, simulate

PLACE = ["delivery", "commune", "file", "sheet", "row", "register_type", "role"]


class Memory:
    """Peak of resident memory of this process and its children, sampled ten times a second."""

    def __init__(self) -> None:
        self.peak = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._stop.wait(0.1):
            self.peak = max(self.peak, self._now())

    @staticmethod
    def _now() -> float:
        """Proportional set size in MiB: pages that processes share count once."""
        total = 0
        own = Path("/proc/self")
        children = (own / "task" / own.resolve().name / "children").read_text().split()
        for process in (own, *(Path("/proc") / child for child in children)):
            try:
                text = (process / "smaps_rollup").read_text()
            except OSError:
                continue  # it has ended meanwhile
            total += sum(int(line.split()[1]) for line in text.splitlines() if "Pss:" in line[:4])
        return total / 1024

    def stop(self) -> float:
        """Peak in MiB."""
        self._stop.set()
        self._thread.join()
        return self.peak


class Stages:
    """Seconds of each stage, from the progress that the pipeline reports."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._stage, self._since = "start", time.monotonic()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Take a progress report."""
        del done, total
        now = time.monotonic()
        self.seconds[self._stage] = self.seconds.get(self._stage, 0.0) + now - self._since
        self._stage, self._since = stage, now


def accuracy(register: Path, truth: Path) -> None:
    """Print how persons, entries and events of a register compare with the truth."""
    with open_register(register, create=False) as opened:
        found = opened.mentions_export()
    found = found.astype("str")
    true = pd.read_csv(truth / "mentions.csv", dtype="str", keep_default_na=False)
    both = found.merge(true, on=PLACE, how="outer", suffixes=("", "_true"), indicator=True)
    print("mentions against truth:", both["_merge"].value_counts().to_dict())
    both = both[both["_merge"] == "both"]
    labels = {
        name: pd.factorize(both[name])[0]
        for name in ("person_id", "person_id_true", "event_id", "event_id_true", "entry_id")
    }
    first = ~both.duplicated("entry_id").to_numpy()
    once = ~both.duplicated(["entry_id", "role"]).to_numpy()
    for what, chosen in (("person", once), ("event", first)):
        ours, theirs = labels[f"{what}_id"][chosen], labels[f"{what}_id_true"][chosen]
        for measure in (pairwise_accuracy, b_cubed):
            a = measure(ours, theirs)
            print(
                f"{what:7s} {measure.__name__:18s} "
                f"precision {a.precision:.5f} recall {a.recall:.4f} f1 {a.f1:.4f}"
            )
    cases = truth / "cases.csv"
    if cases.exists():
        _by_case(both[once], cases)


def _by_case(mentions: pd.DataFrame, path: Path) -> None:
    listed = pd.read_csv(path, dtype="str", keep_default_na=False)
    persons = listed[listed["kind"] == "person"].groupby("id")["case"].agg(" ".join)
    words = mentions["person_id_true"].map(persons).fillna("").tolist()
    ours = pd.factorize(mentions["person_id"])[0]
    theirs = pd.factorize(mentions["person_id_true"])[0]
    for case, a in by_case(ours, theirs, words).items():
        print(f"  {case:22s} precision {a.precision:.4f} recall {a.recall:.4f} pairs {a.pairs}")


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--profile", default="typical")
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary) / "deliveries"
        if options.folder is None:
            simulate(
                folder, options.entries, options.seed, SimulationOptions(profile=options.profile)
            )
        deliveries = sorted(p for p in folder.iterdir() if p.is_dir() and p.name[:2].isdigit())
        out = Path(temporary) / "out"
        out.mkdir()
        memory, stages, began = Memory(), Stages(), time.monotonic()
        merged = pipeline.merge(
            pipeline.MergeRequest(tuple(deliveries), register=str(out / "register.db"), out=out),
            stages,
        )
        took = time.monotonic() - began
        stages("end", 0, 0)
        print(f"merge {took:.1f} s, peak {memory.stop():.0f} MiB")
        for stage, seconds in stages.seconds.items():
            print(f"  {stage:12s} {seconds:6.1f} s")
        counts = merged.accounting.drop(columns=["delivery", "commune", "file"]).sum()
        print("rows", counts.to_dict())
        print(f"entries {merged.entries}, persons {merged.persons}, questions {merged.questions}")
        accuracy(out / "register.db", folder / "truth")
    return 0


if __name__ == "__main__":
    sys.exit(main())
