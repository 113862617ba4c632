"""What questions about persons bring: recall once the first ones are answered rightly.

Takes folders with deliveries and a truth file, or grows a population, resolves it as ``merge``
does, answers the first questions by the truth, most expected gain first, and resolves anew with the
answers as judgements. Beside it stands what the same number of questions can bring at best: the
joins of one true person's parts that bring most pairs together, whether they are asked or not::

    python benchmarks/questions.py --entries 8000
    python benchmarks/questions.py FOLDER FOLDER
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from reconcile import importers, match
from reconcile.match.evaluate import Accuracy, pairwise_accuracy
from reconcile.match.truth import UNKNOWN, read_truth, records
from reconcile.model import JUDGEMENTS, ConflictKind, Verdict
from reconcile.register import open_register
from reconcile.resolve import clusters
from reconcile.resolve.clusters import Clusters
from reconcile.simulate import SimulationOptions, simulate
from reconcile.stages import Knowledge, Standing, load_knowledge, stand, state

FIRST = (10, 30, 100)  # questions answered per 1,000 entries
MEMORY = "sqlite://"


@dataclass(frozen=True)
class Town:
    """A population before persons are made of it, and the truth about it.

    Attributes:
        standing: what stands before matching.
        knowledge: the mapping files.
        pairs: PAIRS.
        truth: code of the true person per mention, ``UNKNOWN`` where nothing is known.
    """

    standing: Standing
    knowledge: Knowledge
    pairs: pd.DataFrame
    truth: np.ndarray

    @property
    def entries(self) -> pd.DataFrame:
        """LIVE_ENTRIES."""
        return self.standing.identified.entries

    def resolve(self, judgements: pd.DataFrame) -> Clusters:
        """Persons and questions as ``merge`` makes them."""
        tables = (self.standing.mentions, self.entries, self.standing.kin, self.pairs)
        found = clusters.cluster(
            *tables, judgements, self.knowledge.bounds, self.knowledge.register_types
        )
        return state(self.pairs, found, self.standing, judgements, self.knowledge)[1]

    def accuracy(self, found: Clusters) -> Accuracy:
        """Pairwise accuracy over the mentions that the truth knows."""
        known = self.truth != UNKNOWN
        return pairwise_accuracy(np.asarray(found.person, dtype=np.int64)[known], self.truth[known])


def town(folder: Path) -> Town:
    """Read, standardise and match the deliveries of a folder."""
    knowledge = load_knowledge()
    deliveries = sorted(path for path in folder.glob("[12]*") if path.is_dir())
    options = importers.ImportOptions(kind=None, date=None, today=date(2026, 12, 31))
    read = importers.read_deliveries(
        deliveries, knowledge.folder, knowledge.register_types, options
    )
    with open_register(MEMORY) as register, register.run("benchmark") as run:
        register.add_import(run, read.deliveries, read.files, read.rows)
        standing = stand(register, knowledge)
    tables = (standing.mentions, standing.identified.entries, standing.kin)
    pairs = match.match(*tables, knowledge.model)
    path = folder / "truth.csv"
    path = path if path.is_file() else folder / "truth" / "mentions.csv"
    known = records(read_truth(path), standing.identified.occurrences, *tables[:2])
    return Town(standing, knowledge, pairs, known.of_mention)


def in_order(found: Clusters) -> pd.DataFrame:
    """Questions about persons, those first whose answers are expected to bring most pairs."""
    person = np.asarray(found.person, dtype=np.int64)
    sizes = np.bincount(person)
    asked = found.questions
    left, right = (
        sizes[person[asked[side].to_numpy(dtype=np.int64)]] for side in ("left", "right")
    )
    gain = asked["probability"].fillna(1.0).to_numpy(dtype=np.float64) * left * right
    order = np.lexsort((asked["right"], asked["left"], -gain))
    return asked.iloc[order].reset_index(drop=True)


def answers(asked: pd.DataFrame, truth: np.ndarray) -> pd.DataFrame:
    """JUDGEMENTS that answer questions by the truth; none where it says nothing."""
    lines: list[dict[str, object]] = []
    for number, line in enumerate(asked.to_dict("records")):
        left, right = int(line["left"]), int(line["right"])
        if UNKNOWN in (truth[left], truth[right]):
            continue
        verdict = Verdict.SAME if truth[left] == truth[right] else Verdict.DIFFERENT
        lines.append(
            {
                "judgement": f"J-{number}",
                "kind": ConflictKind.SAME_PERSON.value,
                "verdict": verdict.value,
                "left": left,
                "right": right,
                "entries": "[]",
                "decided": "2026-01-01",
            }
        )
    return JUDGEMENTS.build(lines)


def at_best(found: Clusters, truth: np.ndarray) -> np.ndarray:
    """Pairs that the best joins bring, one after the other, with nothing but the truth known."""
    known = truth != UNKNOWN
    person = np.asarray(found.person, dtype=np.int64)[known]
    parts = pd.DataFrame({"truth": truth[known], "person": person})
    sizes = parts.groupby(["truth", "person"]).size().sort_values(ascending=False)
    gains: list[int] = []
    for _, group in sizes.groupby(level="truth"):
        together, *others = group.tolist()
        for size in others:
            gains.append(together * size)
            together += size
    return np.cumsum(sorted(gains, reverse=True))


def tell(name: str, known: Town) -> None:
    """Print the questions of a population and what their answers bring."""
    found = known.resolve(JUDGEMENTS.empty())
    asked = in_order(found)
    start = known.accuracy(found)
    thousand = len(known.entries) / 1000
    same = known.truth[asked["left"].to_numpy(dtype=np.int64)]
    right = (same == known.truth[asked["right"].to_numpy(dtype=np.int64)]).mean()
    print(
        f"\n{name}: {len(known.entries):,} entries, {len(asked) / thousand:.0f} questions and "
        f"{found.unasked / thousand:.0f} doubts not asked per 1,000, {right:.2f} of the asked are "
        f"one person; unanswered: precision {start.precision:.4f}, recall {start.recall:.4f}"
    )
    best = at_best(found, known.truth)
    for first in (*FIRST, len(asked) / thousand):
        count = int(first * thousand)
        answered = known.accuracy(known.resolve(answers(asked.head(count), known.truth)))
        gained = best[min(count, len(best)) - 1] if len(best) and count else 0
        bound = (start.true_links + gained) / start.pairs
        print(
            f"  first {first:>4.0f} answered: precision {answered.precision:.4f}, recall "
            f"{answered.recall:.4f}; at best {bound:.4f}",
            flush=True,
        )


def main() -> None:
    """Measure the folders, or a population grown for it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, help="deliveries with a truth file")
    parser.add_argument("--entries", type=int, default=8000)
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args()
    for folder in chosen.folders:
        tell(folder.name, town(folder))
    if not chosen.folders:
        with tempfile.TemporaryDirectory() as place:
            simulate(Path(place) / "simulated", chosen.entries, chosen.seed, SimulationOptions())
            tell(f"simulated, seed {chosen.seed}", town(Path(place) / "simulated"))


if __name__ == "__main__":
    main()
