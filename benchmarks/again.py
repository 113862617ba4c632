"""Merging again: what a small delta costs on a large register, stage by stage.

Merges a population (unless ``--register`` names one that holds it already, which is copied), then a
delta in which so many rows of workbooks have another text in one cell. One cold run; the figures
are of the machine at hand::

    python benchmarks/again.py --folder simulated --rows 500

``--recompute`` then works everything out anew and compares (``verify --recompute``), and
``--again`` merges the same delta once more, which must change nothing.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
from merge import Memory

from reconcile import pipeline

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_HEADER = 2  # rows of headings in the workbooks of the simulator's first commune
_CHANGED = 7  # column of the signer, which many books have; most are changed in a name
_SEED = 4


class Costs:
    """Seconds of each stage by the clock and of computing, from what the pipeline reports."""

    def __init__(self) -> None:
        self.clock: dict[str, float] = {}
        self.computing: dict[str, float] = {}
        self._stage, self._since = "start", (time.monotonic(), time.process_time())

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Take a progress report."""
        del done, total
        now = (time.monotonic(), time.process_time())
        for kept, end, begin in zip((self.clock, self.computing), now, self._since, strict=True):
            kept[self._stage] = kept.get(self._stage, 0.0) + end - begin
        self._stage, self._since = stage, now


def make_delta(source: Path, target: Path, rows: int) -> int:
    """Write a delta of changed rows.

    Args:
        source: a delivery with workbooks in ``hiep_duc``.
        target: folder for the delta; its name is the delivery's.
        rows: how many rows are changed.

    Returns:
        How many rows it has.
    """
    chance = random.Random(_SEED)  # noqa: S311 - a choice of rows, no secret
    books = sorted((source / "hiep_duc").glob("*.xlsx"))
    folder = target / "hiep_duc"
    folder.mkdir(parents=True)
    (target / "delivery.toml").write_text(f'date = {target.name}\nkind = "delta"\n')
    chance.shuffle(books)
    done = 0
    share = max(1, rows // max(1, len(books)) + 1)
    for book in books:
        wanted = min(share, rows - done)
        if wanted <= 0:
            break
        done += _changed_part(book, folder / book.name, wanted, chance)
    return done


def _changed_part(book: Path, target: Path, rows: int, chance: random.Random) -> int:
    workbook = openpyxl.load_workbook(book)
    done = 0
    for sheet in workbook.worksheets:
        done += _keep_changed(sheet, rows - done, chance)
    workbook.save(target)
    return done


def _keep_changed(sheet: Worksheet, rows: int, chance: random.Random) -> int:
    """Keep headings and a few rows of a sheet, each of them changed in one cell."""
    names = [
        column
        for column, cell in enumerate(sheet[1], start=1)
        if str(cell.value or "").startswith("Họ tên") or column == _CHANGED
    ]
    lines = [
        line
        for line in range(_HEADER + 1, sheet.max_row + 1)
        if str(sheet.cell(line, 2).value or "").strip()
    ]
    chosen = set(chance.sample(lines, min(rows, len(lines))))
    for line in sorted(chosen):
        filled = [column for column in names if sheet.cell(line, column).value]
        cell = sheet.cell(line, chance.choice(filled or [_CHANGED]))
        cell.value = f"{cell.value or ''} A".strip()
    for line in range(sheet.max_row, _HEADER, -1):
        if line not in chosen:
            sheet.delete_rows(line)
    return len(chosen)


def merge(deliveries: list[Path], register: Path, out: Path) -> None:
    """Merge and print how long each stage took and how much memory there was."""
    memory, costs, began = Memory(), Costs(), time.monotonic()
    merged = pipeline.merge(
        pipeline.MergeRequest(tuple(deliveries), register=str(register), out=out), costs
    )
    took = time.monotonic() - began
    costs("end", 0, 0)
    print(f"merge {took:.1f} s, peak {memory.stop():.0f} MiB; {merged.entries} entries")
    print("  stage: seconds by the clock, of computing in this process")
    for stage, seconds in costs.clock.items():
        print(f"  {stage:12s} {seconds:6.1f} {costs.computing[stage]:6.1f}")
    print(f"  {merged.changes}", flush=True)


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--register", type=Path)
    parser.add_argument("--rows", type=int, default=500)
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--recompute", action="store_true")
    options = parser.parse_args()
    deliveries = sorted(
        path for path in options.folder.iterdir() if path.is_dir() and path.name[:2].isdigit()
    )
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        register = place / "register.db"
        if options.register:
            shutil.copy(options.register, register)
        else:
            merge(deliveries, register, place / "full")
        delta = place / "2099-01-01"
        print(f"delta of {make_delta(deliveries[-1], delta, options.rows)} changed rows")
        for turn in range(1 + options.again):
            merge([delta], register, place / f"again{turn}")
        if options.recompute:
            began = time.monotonic()
            problems = pipeline.recompute(str(register))
            print(f"recomputed in {time.monotonic() - began:.1f} s: {len(problems)} difference(s)")
            for problem in problems:
                print(f"  {problem}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
