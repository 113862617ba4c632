"""Accuracy by hard case, over populations with other seeds, other people and other clerks.

Grows the populations below, one after the other, and measures what the model as shipped links by
itself in each: precision and recall of the pairs that touch a case, pooled over the populations,
with Wilson's 95 % interval and the lowest and the highest figure of any population. Folders with
deliveries and a truth file (``truth.csv`` or ``truth/mentions.csv``, with ``cases.csv`` beside)
are measured as well, each as one more population::

    python benchmarks/hard_cases.py --entries 8000
    python benchmarks/hard_cases.py --only-folders FOLDER FOLDER

Pairs of one person are not independent, so the intervals are rather too narrow.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from reconcile.config import mappings_folder
from reconcile.match.evaluate import Accuracy
from reconcile.modelling import evaluate
from reconcile.requests import EvaluateRequest
from reconcile.simulate import SimulationOptions, simulate

SIMULATION = "simulation.toml"
FEWEST = 30  # pairs of one population below which its figure is not part of the spread
ALL = "all pairs"


@dataclass(frozen=True)
class World:
    """A population that differs from the others in more than its seed.

    Attributes:
        name: what the table calls it.
        seed: seed of the simulator.
        profile: how careful its clerks are.
        settings: names of ``simulation.toml`` -> other values, as TOML.
    """

    name: str
    seed: int
    profile: str
    settings: dict[str, str] = field(default_factory=dict)


WORLDS = (
    World("as shipped", 11, "typical"),
    World("careless clerks, many twins", 12, "poor", {"twins": "0.03"}),
    World(
        "careful clerks, names handed down",
        13,
        "clean",
        {
            "father_son_name": "0.02",
            "dead_sibling_name": "{ 1930 = 0.40, 1975 = 0.30, 1995 = 0.12 }",
            "child_mortality": "{ 1930 = 0.25, 1975 = 0.12, 2005 = 0.03 }",
        },
    ),
    World(
        "few names, large families",
        14,
        "typical",
        {"spread": "1.5", "children": "{ 1930 = 7.5, 1976 = 6.0, 1995 = 3.5 }"},
    ),
    World(
        "papers that say something else, acts registered again",
        15,
        "poor",
        {
            "paper_name_differs": "{ 1900 = 0.15, 1960 = 0.12, 1995 = 0.02 }",
            "paper_birth_differs": "{ 1900 = 0.25, 1955 = 0.15, 1995 = 0.02 }",
            "registered_again": "0.05",
            "two_communes": "0.03",
        },
    ),
    World(
        "broken families",
        16,
        "typical",
        {
            "divorced": "0.25",
            "unmarried_mothers": "0.25",
            "adopted": "0.02",
            "double_digitised": "0.03",
        },
    ),
)


def reconfigured(folder: Path, settings: dict[str, str]) -> Path:
    """A copy of the mapping files in which the simulated world has other settings."""
    copy = folder / "mappings"
    shutil.copytree(mappings_folder(), copy)
    path = copy / SIMULATION
    text = path.read_text(encoding="utf-8")
    for name, value in settings.items():
        text, made = re.subn(rf"(?m)^{name} = .*$", f"{name} = {value}", text, count=1)
        if not made:
            sys.exit(f"{SIMULATION} has no {name}")
    path.write_text(text, encoding="utf-8")
    return copy


def of_world(world: World, entries: int) -> dict[str, Accuracy]:
    """Accuracy by case in a population that is grown for it."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        mappings = reconfigured(folder, world.settings)
        simulated = folder / "simulated"
        options = SimulationOptions(profile=world.profile, mappings=mappings)
        simulate(simulated, entries, world.seed, options)
        return of_folder(simulated)


def of_folder(folder: Path) -> dict[str, Accuracy]:
    """Accuracy by case in deliveries whose truth is known, with the model as shipped."""
    truth = folder / "truth.csv"
    if not truth.is_file():
        truth = folder / "truth" / "mentions.csv"
    deliveries = tuple(sorted(path for path in folder.glob("[12]*") if path.is_dir()))
    found = evaluate(EvaluateRequest(truth=truth, deliveries=deliveries))
    return {ALL: found.pairwise["persons"], **found.cases["persons"]}


def pooled(lines: list[Accuracy]) -> Accuracy:
    """The accuracy of several populations taken together."""
    right, links, pairs = (
        sum(getattr(line, name) for line in lines) for name in ("true_links", "links", "pairs")
    )
    return Accuracy(
        right / links if links else 1.0, right / pairs if pairs else 1.0, right, links, pairs
    )


def spread(shares: list[float]) -> str:
    """The lowest and the highest of some shares."""
    return f"{min(shares):.4f}–{max(shares):.4f}" if shares else "–"


def row(case: str, lines: list[Accuracy]) -> str:
    """One line of the table: pooled figures, intervals, spread."""
    whole = pooled(lines)
    cells = [case, f"{whole.links:,}", f"{whole.links - whole.true_links:,}"]
    for share, interval, shares in (
        (
            whole.precision,
            whole.precision_interval,
            [line.precision for line in lines if line.links >= FEWEST],
        ),
        (
            whole.recall,
            whole.recall_interval,
            [line.recall for line in lines if line.pairs >= FEWEST],
        ),
    ):
        cells += [f"{share:.4f}", f"{interval.low:.4f}–{interval.high:.4f}", spread(shares)]
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    """Measure every population and print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, help="deliveries with a truth file")
    parser.add_argument("--entries", type=int, default=8000, help="of each population")
    parser.add_argument("--only-folders", action="store_true", help="simulate nothing")
    chosen = parser.parse_args()
    found: dict[str, list[Accuracy]] = defaultdict(list)
    measured = [] if chosen.only_folders else [(world.name, world) for world in WORLDS]
    for name, source in [*measured, *((folder.name, folder) for folder in chosen.folders)]:
        cases = of_world(source, chosen.entries) if isinstance(source, World) else of_folder(source)
        for case, accuracy in cases.items():
            found[case].append(accuracy)
        whole = cases[ALL]
        print(f"{name}: precision {whole.precision:.4f}, recall {whole.recall:.4f}", flush=True)
    print()
    print(
        "| pairs that touch | links | wrong | precision | 95 % | lowest–highest | recall | 95 % "
        "| lowest–highest |"
    )
    print("|---|--:|--:|--:|---|---|--:|---|---|")
    for case in sorted(found, key=lambda case: (case != ALL, case)):
        print(row(case, found[case]))


if __name__ == "__main__":
    main()
