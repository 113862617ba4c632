"""Sequence neutrality (P4) over many random histories; run by hand from the top of the checkout.

Each seed makes a population with rates of its own, cuts its deliveries anew (full and delta,
overlapping, corrected, renumbered, delivered again, in several folders), lets them arrive in a
random order and in several merges with officers deciding in between, and compares the register
with one that merged everything at once and then read the same judgements::

    python -m benchmarks.neutrality --seed 1 --histories 40

Prints one line per history, and of a history that is not neutral its steps and the first
differences by source identity. Exit code 1 if there is one.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from tests.histories import (
    Limits,
    at_once,
    differences,
    grow,
    held,
    live,
    parts_of,
    quick_merges,
)

SHOWN = 3  # differences of one table
WIDTH = 600  # letters of one difference


def main() -> int:
    """Run the histories that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--histories", type=int, default=20, help="how many seeds from there")
    parser.add_argument("--entries", type=int, default=200, help="most entries of a population")
    parser.add_argument("--merges", type=int, default=5, help="most merges of one history")
    chosen = parser.parse_args()
    limits = Limits(entries=(min(60, chosen.entries), chosen.entries), merges=chosen.merges)
    broken = [
        seed
        for seed in range(chosen.seed, chosen.seed + chosen.histories)
        if not is_neutral(seed, limits)
    ]
    print(f"{chosen.histories} histories, {len(broken)} not neutral {broken or ''}")
    return 1 if broken else 0


def is_neutral(seed: int, limits: Limits) -> bool:
    """Live through one history and say how it compares with one merge of everything."""
    rng = random.Random(seed)  # noqa: S311 - the same seed, the same history; no secret
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as place, quick_merges():
        folder = Path(place)
        told = live(folder, parts_of(grow(folder, rng, limits), rng), rng, limits)
        lived, once = held(told.register), held(at_once(folder, told))
    found = differences(lived, once)
    print(
        f"seed {seed}: {len(told.parts)} parts, {len(told.steps)} steps, "
        f"{len(once['members'])} persons, {len(once['conflicts'])} conflicts, "
        f"{time.perf_counter() - started:.0f} s: {'not neutral' if found else 'neutral'}",
        flush=True,
    )
    for step in told.steps if found else ():
        print(f"  {step}")
    for table, sides in found.items():
        for side, lines in zip(("lived", "at once"), sides, strict=True):
            print(f"  {table}: {len(lines)} only {side}")
            for line in lines[:SHOWN]:
                print(f"    {str(line)[:WIDTH]}")
    return not found


if __name__ == "__main__":
    sys.exit(main())
