"""Makes ``sample_exports/``: ``python -m reconcile.simulate.samples``.

The delivery, its truth and the README follow from ``[sample]`` of ``mappings/simulation.toml``;
making them again changes nothing.
"""

from __future__ import annotations

import csv
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reconcile.config import samples_folder
from reconcile.simulate import simulate_sample
from reconcile.simulate.deliveries import FIRST
from reconcile.simulate.oddities import find

if TYPE_CHECKING:
    from reconcile.simulate.oddities import Seen

DELIVERY: Final = FIRST.isoformat()
_PLACES: Final = 2
_HEAD: Final = """# Sample exports

One small delivery of each of the three old communes, in the commune's own format. **All persons are
invented.** Made by `python -m reconcile.simulate.samples`; the world behind it is described in
`mappings/simulation.toml`. `truth/` says who is who; nothing but tests and measurements reads it.

- `{delivery}/hiep_duc/`: the Ministry's template, one xlsx workbook per book
- `{delivery}/hoi_xuan/`: books kept by hand in xls, VNI-Windows text up to 2009, one sheet per year
- `{delivery}/tan_phong/`: dBase III tables in TCVN3 up to 2015, then csv in decomposed Unicode
- `truth/mentions.csv`: who is who, in the columns of `reconcile export mentions`
- `truth/rows.csv`: what an importer should make of each row
- `truth/cases.csv`: persons and entries that are hard cases

## Rows

{rows}

## What is odd, and where

Row is the number that a person sees in Excel, the csv line or the dBase record.

| oddity | times | first places |
| --- | ---: | --- |
{oddities}

## Hard cases

{cases}
"""


def write_samples(folder: Path) -> None:
    """Write delivery, truth and README, in place of those that are there.

    Args:
        folder: the folder of samples.
    """
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "samples"
        simulate_sample(out)
        for name in (DELIVERY, "truth"):
            shutil.rmtree(folder / name, ignore_errors=True)
            shutil.copytree(out / name, folder / name)
    (folder / "README.md").write_text(readme(folder), encoding="utf-8")


def readme(folder: Path) -> str:
    """The README of a folder of samples: counts, oddities with their places, hard cases."""
    found = find(folder / DELIVERY)
    oddities = "\n".join(
        f"| {text.replace('|', ' ')} | {len(seen)} | {_places(seen)} |"
        for text, seen in found.items()
    )
    rows = _counts(folder / "truth" / "rows.csv", ("commune", "expected"))
    cases = _counts(folder / "truth" / "cases.csv", ("case", "kind"))
    return _HEAD.format(delivery=DELIVERY, rows=rows, oddities=oddities, cases=cases)


def _places(seen: list[Seen]) -> str:
    spots = dict.fromkeys(
        f"{cell.commune}/{cell.file}{f' [{cell.sheet}]' if cell.sheet else ''} row {cell.row}"
        for cell in seen
    )
    return "; ".join(list(spots)[:_PLACES])


def _counts(path: Path, columns: tuple[str, str]) -> str:
    counts: dict[tuple[str, str], int] = {}
    with path.open(encoding="utf-8", newline="") as stream:
        for line in csv.DictReader(stream):
            key = (line[columns[0]], line[columns[1]])
            counts[key] = counts.get(key, 0) + 1
    lines = [f"| {columns[0]} | {columns[1]} | number |", "| --- | --- | ---: |"]
    lines += [f"| {one} | {other} | {count} |" for (one, other), count in sorted(counts.items())]
    return "\n".join(lines)


if __name__ == "__main__":
    write_samples(samples_folder())
