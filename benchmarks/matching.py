"""Accuracy and speed of matching on a simulated population, from one run.

Grows a population, imports and standardises it (not timed), then matches it and prints processor
seconds, peak memory, candidates per mention, pairs completeness and how well stated probabilities
hold. Figures are of one cold run on the machine at hand::

    python benchmarks/matching.py --entries 50000 --seed 7
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from reconcile import config, importers, match, standardise
from reconcile.match.evaluate import (
    blocking_quality,
    components,
    pairwise_accuracy,
    reliability,
)
from reconcile.model import LIVE_MENTIONS
from reconcile.resolve import entries
from reconcile.simulate import SimulationOptions, simulate

POSITION = ["delivery", "commune", "file", "sheet", "row"]
SCOPE = ["delivery", "commune", "date", "sequence", "kind", "family", "register_type"]
BORDERS = np.array([0, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97, 0.99, 0.999, 0.9999, 1])


def tables(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, np.ndarray]:
    """LIVE_MENTIONS, LIVE_ENTRIES and KIN of simulated deliveries, and the true persons."""
    mappings = config.mappings_folder()
    types = config.load_register_types(mappings)
    deliveries = [path for path in folder.iterdir() if path.is_dir() and path.name != "truth"]
    options = importers.ImportOptions(kind=None, date=None, today=date(2026, 1, 1))
    imported = importers.read_deliveries(sorted(deliveries), mappings, types, options)
    rows = imported.rows.merge(imported.deliveries, on=["delivery", "commune"])
    rows = rows[rows["outcome"] == ""]
    columns = ["content_hash", "commune", "register_type", "own_key", "fields"]
    contents = rows.drop_duplicates("content_hash")[columns].reset_index(drop=True)
    standard = standardise.standardise(contents, types, mappings)
    files = imported.files[imported.files["status"] == "read"]
    scopes = files.merge(imported.deliveries, on=["delivery", "commune"])
    scopes = scopes.assign(register_type=scopes["register_types"].str.split())
    scopes = scopes.explode("register_type", ignore_index=True)[SCOPE].drop_duplicates()
    found = entries.identify(
        rows, scopes.reset_index(drop=True), standard.entries, standard.mentions, types
    )
    mentions = live_mentions(standard.mentions, found.entries)
    kin = standardise.kin(mentions, found.entries, types)
    return mentions, found.entries, kin, persons(folder, mentions, found.occurrences)


def live_mentions(mentions: pd.DataFrame, live_entries: pd.DataFrame) -> pd.DataFrame:
    """Mentions of the current contents, in key order."""
    current = live_entries[["content_hash", "entry_key"]].assign(
        entry=pd.Series(range(len(live_entries)), dtype="Int32")
    )
    live = mentions.merge(current, on="content_hash")
    live["mention_key"] = (live["entry_key"] + "/" + live["role"]).astype("str")
    return LIVE_MENTIONS.check(
        live.sort_values("mention_key", ignore_index=True)[LIVE_MENTIONS.names]
    )


def persons(folder: Path, mentions: pd.DataFrame, occurrences: pd.DataFrame) -> np.ndarray:
    """Number of the true person of each mention; one that the truth does not know is alone."""
    truth = pd.read_csv(folder / "truth" / "mentions.csv", dtype=str, keep_default_na=False)
    truth["row"] = truth["row"].astype("Int32")
    current = occurrences[occurrences["current"]][[*POSITION, "entry_key"]]
    placed = truth.merge(current, on=POSITION)
    placed["mention_key"] = placed["entry_key"] + "/" + placed["role"]
    known = placed.drop_duplicates("mention_key").set_index("mention_key")["person_id"]
    person = mentions["mention_key"].map(known).fillna("?" + mentions["mention_key"])
    return pd.factorize(person)[0]


def measure(folder: Path) -> None:
    """Match one simulated population and print what came out."""
    mentions, live_entries, kin, truth = tables(folder)
    model = match.load_model(config.mappings_folder())
    start = time.process_time()
    pairs = match.match(mentions, live_entries, kin, model)
    seconds = time.process_time() - start
    left, right = (pairs[side].to_numpy(dtype="int64") for side in ("left", "right"))
    same = truth[left] == truth[right]
    certain = pairs["certain"].to_numpy(dtype=bool)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(mentions)} mentions, {len(live_entries)} entries, model {model.version}")
    print(f"matching {seconds:.1f} s of processor time; peak of the whole run {peak:.0f} MiB")
    print(blocking_quality(left, right, truth))
    print(f"{certain.sum()} structural joins, {same[certain].mean():.5f} of them right")
    probability = pairs["probability"].to_numpy(dtype="float64")
    print(reliability(probability[~certain], same[~certain], BORDERS).to_string(index=False))
    for least in (0.97, 0.99, 0.997, 0.999):
        sure = (probability >= least) | certain
        found = pairwise_accuracy(components(len(truth), left[sure], right[sure]), truth)
        print(f"chains at {least}: precision {found.precision:.5f} recall {found.recall:.4f}")


def main() -> int:
    """Read the options, grow the population, measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        simulate(Path(folder), options.entries, options.seed, SimulationOptions())
        measure(Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
