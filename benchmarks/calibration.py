"""Fit the calibration of the model file on populations with known truth, and see whether it holds.

Populations are simulated with several seeds, profiles and settings, one of them loaded by a fifth
only; some are fitted on, the others held back. Folders made by any other generator (deliveries, and
``truth/mentions.csv`` as the simulator writes it) can be held against the figures as well. Printed
are the table for the model file, how well stated probabilities hold before and after, and each
run's estimate of its own errors beside the truth; the curve goes into a picture::

    python benchmarks/calibration.py --picture docs/images/calibration.svg [FOLDER …]
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from matching import tables
from scipy.optimize import minimize_scalar
from scipy.stats import nbinom

from reconcile import config, match, standardise
from reconcile.match.calibration import Calibrated, Calibration
from reconcile.match.estimate import Figure
from reconcile.match.evaluate import pairwise_accuracy, reliability
from reconcile.model import JUDGEMENTS
from reconcile.report.curves import SIDE, Class, Curve, curve, tick_shares
from reconcile.resolve import clusters
from reconcile.simulate import SimulationOptions, simulate

WEIGHT_LIMIT = 16.0
MARGIN_FROM, MARGIN_TO = -10.0, 12.0
APART_LIMIT = 0.98
STRUCTURE = 0.9999
BORDERS = np.array([0, 0.01, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995,
                    0.999, 0.9999, 1.0000001])  # fmt: skip


@dataclass(frozen=True)
class Population:
    """A population to simulate.

    Attributes:
        name: what it is called in the tables.
        entries: number of entries of the three communes.
        seed: of the simulator.
        fitted: is the calibration fitted on it.
        profile: of the simulator's mistakes.
        kept: share of the entries that is loaded.
        settings: other values in ``simulation.toml``.
        commune: the only commune whose entries are loaded; all of them if empty.
        weight: how much the population counts in the fit.
    """

    name: str
    entries: int
    seed: int
    fitted: bool = False
    profile: str = "typical"
    kept: float = 1.0
    settings: dict[str, str] = field(default_factory=dict)
    commune: str = ""
    weight: float = 1.0


OTHER_LIVES = {
    "twins": "0.02",
    "divorced": "0.15",
    "outside_spouse": "0.35",
    "registered_again": "0.03",
    "births": "{ 1930 = 0.15, 1965 = 0.30, 1976 = 0.50, 1990 = 0.75, 2000 = 0.9 }",
    "children": "{ 1930 = 6.6, 1965 = 6.2, 1976 = 5.0, 1986 = 3.8, 1995 = 2.6, 2008 = 2.0 }",
}
POPULATIONS = (
    Population("50k", 50_000, 7, fitted=True),
    Population("h20", 50_000, 20311, fitted=True, kept=0.2),
    Population("simP", 14_000, 777, fitted=True, profile="poor", settings=OTHER_LIVES),
    Population("crowd", 320_000, 1, fitted=True, commune="hiep_duc", weight=0.4),
    Population("50h", 50_000, 20311),
    Population("simC", 10_000, 778, profile="clean"),
    Population("5k", 5_000, 1),
)


@dataclass(frozen=True)
class Measured:
    """A population, matched and clustered.

    Attributes:
        name: of the population.
        fitted: is the calibration fitted on it.
        pairs: PAIRS as matching states them.
        found: persons and questions.
        truth: number of the true person of each mention.
        weight: how much it counts in the fit.
    """

    name: str
    fitted: bool
    pairs: pd.DataFrame
    found: clusters.Clusters
    truth: np.ndarray
    weight: float = 1.0

    def calibrated(self, calibration: Calibration) -> Calibrated:
        """The pairs with the probabilities of a calibration."""
        person = np.asarray(self.found.person, dtype=np.int64)
        return match.calibrate(self.pairs, person, self.found.joined, calibration)

    def right(self, frame: pd.DataFrame) -> np.ndarray:
        """Which pairs are one person."""
        left, right = (frame[side].to_numpy(dtype=np.int64) for side in ("left", "right"))
        same: np.ndarray = self.truth[left] == self.truth[right]
        return same


def measure(population: Population, folder: Path) -> Measured:
    """Match and cluster the deliveries of a folder, or the part of their entries that is loaded."""
    mappings = config.mappings_folder()
    types = config.load_register_types(mappings)
    bound = config.load_office(mappings).false_link_bound
    mentions, entries, kin, truth = tables(folder)
    chosen = np.random.default_rng(5).random(len(entries)) < population.kept
    if population.commune:
        chosen &= entries["commune"].eq(population.commune).to_numpy(dtype=bool)
    if not chosen.all():
        stays = chosen[mentions["entry"].to_numpy(dtype=np.int64)]
        place = np.cumsum(chosen) - 1
        mentions, truth = mentions[stays].reset_index(drop=True), truth[stays]
        moved = place[mentions["entry"].to_numpy(dtype=np.int64)]
        mentions = mentions.assign(entry=pd.Series(moved, dtype="Int32"))
        entries = entries[chosen].reset_index(drop=True)
        kin = standardise.kin(mentions, entries, types)
    pairs = match.match(mentions, entries, kin, match.load_model(mappings))
    bounds = clusters.load_bounds(mappings, bound)
    found = clusters.cluster(mentions, entries, kin, pairs, JUDGEMENTS.empty(), bounds, types)
    return Measured(population.name, population.fitted, pairs, found, truth, population.weight)


def simulated(population: Population) -> Measured:
    """Simulate a population and measure it."""
    with tempfile.TemporaryDirectory() as place:
        mappings = Path(place) / "mappings"
        shutil.copytree(config.mappings_folder(), mappings)
        file = mappings / "simulation.toml"
        text = file.read_text(encoding="utf-8")
        for name, value in population.settings.items():
            text = re.sub(rf"(?m)^{name} = .*$", f"{name} = {value}", text)
        file.write_text(text, encoding="utf-8")
        out = Path(place) / "out"
        options = SimulationOptions(profile=population.profile, mappings=mappings)
        simulate(out, population.entries, population.seed, options)
        return measure(population, out)


# -- fitting --------------------------------------------------------------------------------------


def fit(populations: list[Measured]) -> Calibration:
    """Logistic regression of "is one person" on the features of the calibration.

    A population counts with the root of its size, so that the largest does not decide alone; one
    that is denser than life counts less.
    """
    parts = [features(one) for one in populations]
    weight = np.concatenate(
        [
            np.full(len(x), one.weight * len(x) ** -0.5)
            for one, (x, _) in zip(populations, parts, strict=True)
        ]
    )
    found = logistic(
        np.concatenate([x for x, _ in parts]), np.concatenate([y for _, y in parts]), weight
    )
    base, below, above, margin, crowd, pairs, joined = (found / np.log(2)).round(3).tolist()
    plain = Calibration(
        base=base,
        below=below,
        above=above,
        margin=margin,
        crowd=-crowd,
        pairs=-pairs,
        joined=joined,
        weight_limit=WEIGHT_LIMIT,
        margin_from=MARGIN_FROM,
        margin_to=MARGIN_TO,
        apart_limit=APART_LIMIT,
        structure=STRUCTURE,
    )
    return varying(plain, populations)


def features(one: Measured) -> tuple[np.ndarray, np.ndarray]:
    """What the calibration looks at, for every two persons apart and every join by score."""
    plain = one.calibrated(Calibration())
    joins = plain.joins[plain.joins["how"] == "score"]
    both = pd.concat([plain.apart.assign(held=0.0), joins.assign(held=1.0)], ignore_index=True)
    weight = both["weight"].to_numpy().clip(-WEIGHT_LIMIT, WEIGHT_LIMIT)
    margin = (both["weight"] - both["rival"]).to_numpy()
    columns = (
        np.ones(len(both)),
        np.minimum(weight, 0),
        np.maximum(weight, 0),
        margin.clip(MARGIN_FROM, MARGIN_TO),
        np.log2(1 + both["others"].to_numpy()),
        np.log2(both["between"].to_numpy()),
        both["held"].to_numpy(),
    )
    return np.stack(columns, axis=1), one.right(both).astype(np.float64)


def logistic(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Coefficients of largest likelihood, by Newton's method."""
    found = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(x @ found, -30, 30)))
        slope = x.T @ (weight * (y - p))
        bend = (x * (weight * p * (1 - p))[:, None]).T @ x
        step = np.linalg.solve(bend + 1e-9 * np.eye(len(bend)), slope)
        found = found + step
        if np.abs(step).max() < 1e-8:
            break
    return found


def varying(plain: Calibration, populations: list[Measured]) -> Calibration:
    """How far populations lie from their expected numbers of errors.

    The shape of largest likelihood, at most half of it: few populations were looked at, and those
    that come are less like them than they are like each other.
    """
    counts = [counted(one, plain) for one in populations]
    unseen = float(np.mean([c["missed"] / c["missed_scored"] for c in counts])) - 1
    false = [(c["false_joins"], c["expected_joins"]) for c in counts]
    missed = [c["missed"] / (c["expected_missed"] * (1 + unseen)) for c in counts]
    spread = float(np.mean(np.log(missed) ** 2))
    return plain.model_copy(
        update={
            "unseen": round(unseen, 3),
            "links_vary": round(likeliest_shape(false) / 2, 1),
            "misses_vary": round(min(0.5 / spread, 50.0), 1),
        }
    )


def likeliest_shape(counts: list[tuple[float, float]]) -> float:
    """Shape of the gamma distribution of true about expected counts, by largest likelihood."""
    true, expected = (np.array(side, dtype=float) for side in zip(*counts, strict=True))

    def unlikely(log_shape: float) -> float:
        shape = np.exp(log_shape)
        return -float(nbinom.logpmf(true, shape, shape / (shape + expected)).sum())

    return float(np.exp(minimize_scalar(unlikely, bounds=(-1.5, 3.5), method="bounded").x))


# -- holding against the truth --------------------------------------------------------------------


def counted(one: Measured, calibration: Calibration) -> dict[str, float]:
    """Errors of a population: as they are, and as a run expects them."""
    calibrated = one.calibrated(calibration)
    joins, apart = calibrated.joins, calibrated.apart
    accuracy = pairwise_accuracy(calibrated.person, one.truth)
    return {
        "false": accuracy.links - accuracy.true_links,
        "missed": accuracy.pairs - accuracy.true_links,
        "missed_scored": float(apart["between"][one.right(apart)].sum()),
        "expected_missed": float((apart["probability"] * apart["between"]).sum()),
        "false_joins": int((~one.right(joins)).sum()),
        "expected_joins": float((1 - joins["probability"]).sum()),
    }


def estimates(populations: list[Measured], calibration: Calibration) -> pd.DataFrame:
    """Each run's estimate of its errors, beside the truth."""
    lines = []
    for one in populations:
        found = counted(one, calibration)
        told = match.estimate(one.calibrated(calibration), calibration, one.found.questions)
        line: dict[str, object] = {"population": one.name, "fitted": one.fitted}
        for name, true, figure in (
            ("false links", found["false"], told.false_links),
            ("misses", found["missed"], told.misses),
        ):
            line |= {
                f"{name}: true": true,
                "expected" + " " * (name == "misses"): figure.expected,
                "95 %" + " " * (name == "misses"): f"{figure.low}–{figure.high}",
                "holds" + " " * (name == "misses"): verdict(true, figure),
            }
        lines.append(line)
    return pd.DataFrame(lines)


def verdict(true: float, figure: Figure) -> str:
    """Within a factor of two where there are 50 errors or more; else within the interval."""
    if true >= 50:
        return "yes" if 0.5 <= figure.expected / true <= 2 else "NO"
    return "yes" if figure.low <= true <= figure.high else "NO"


def reliabilities(
    populations: list[Measured], calibration: Calibration | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Stated and true shares of all scored pairs: together, and population by population."""
    lines, stated, right = [], [], []
    for one in populations:
        pairs = one.pairs if calibration is None else one.calibrated(calibration).pairs
        pairs = pairs[~pairs["certain"]]
        stated.append(pairs["probability"].to_numpy(dtype=np.float64))
        right.append(one.right(pairs))
        classes = reliability(stated[-1], right[-1], BORDERS)
        lines.append(classes["found"].rename(one.name))
    whole = reliability(np.concatenate(stated), np.concatenate(right), BORDERS)
    return whole, pd.concat([whole[["from", "to", "expected"]], *lines], axis=1)


# -- the picture ----------------------------------------------------------------------------------


def picture(before: pd.DataFrame, after: pd.DataFrame) -> str:
    """Stated against true shares before and after, as SVG."""
    ticks = [f"{share:.1%}".replace(".0%", "%") for share in tick_shares()]
    axes = ("stated probability", "share that is one person")
    sides = [
        (curve(classes_of(frame), ticks, axes), words)
        for frame, words in ((before, "posterior odds alone"), (after, "calibrated"))
    ]
    drawn = "".join(panel(*side, 70 + number * (SIDE + 90)) for number, side in enumerate(sides))
    size = f"{2 * SIDE + 190:.0f} {SIDE + 90:.0f}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" '
        'font-family="sans-serif" font-size="12">\n'
        f'<rect width="100%" height="100%" fill="#fff"/>\n{drawn}</svg>\n'
    )


def classes_of(frame: pd.DataFrame) -> list[Class]:
    """Classes that have pairs enough to say something."""
    lines = frame[frame["pairs"] >= 20].to_dict("records")
    return [
        Class(
            line["expected"],
            line["found"],
            line["low"],
            line["high"],
            f"stated {line['expected']:.4f}, found {line['found']:.4f}, {line['pairs']} pairs",
        )
        for line in lines
    ]


def panel(laid: Curve, words: str, x: float) -> str:
    """One reliability curve."""
    parts = [
        f'<g transform="translate({x:.0f},40)"><text x="{SIDE / 2}" y="-14" text-anchor="middle" '
        f'font-size="15">{words}</text><rect width="{SIDE}" height="{SIDE}" fill="#f3f7fa"/>'
        f'<line x1="0" y1="{SIDE}" x2="{SIDE}" y2="0" stroke="#5a6773" stroke-dasharray="4 4"/>'
    ]
    for tick in laid.ticks:
        up = SIDE - tick.at
        parts.append(
            f'<line x1="{tick.at:.1f}" x2="{tick.at:.1f}" y1="0" y2="{SIDE}" stroke="#dde5ec"/>'
            f'<line x1="0" x2="{SIDE}" y1="{up:.1f}" y2="{up:.1f}" stroke="#dde5ec"/>'
            f'<text x="{tick.at:.1f}" y="{SIDE + 16}" text-anchor="middle">{tick.words}</text>'
            f'<text x="-6" y="{up + 4:.1f}" text-anchor="end">{tick.words}</text>'
        )
    line = " ".join(f"{point.x:.1f},{point.y:.1f}" for point in laid.points)
    parts.append(f'<polyline points="{line}" fill="none" stroke="#1f4e79" stroke-width="1.5"/>')
    parts += [
        f'<g><title>{p.title}</title><line x1="{p.x:.1f}" x2="{p.x:.1f}" y1="{p.top:.1f}" '
        f'y2="{p.bottom:.1f}" stroke="#1f4e79" stroke-width="3" stroke-opacity="0.45"/>'
        f'<circle cx="{p.x:.1f}" cy="{p.y:.1f}" r="3.5" fill="#1f4e79"/></g>'
        for p in laid.points
    ]
    parts.append(f'<text x="{SIDE / 2}" y="{SIDE + 36}" text-anchor="middle">{laid.across}</text>')
    parts.append(
        f'<text transform="translate(-48,{SIDE / 2}) rotate(-90)" text-anchor="middle">{laid.up}'
        "</text></g>\n"
    )
    return "\n".join(parts)


# -- the command ----------------------------------------------------------------------------------


def tell(populations: list[Measured], target: Path | None) -> None:
    """Print the table for the model file and how well it holds; draw the picture."""
    calibration = fit([one for one in populations if one.fitted])
    print("[calibration]")
    for name, value in calibration.model_dump(exclude={"source"}).items():
        print(f"{name} = {value}")
    held = [one for one in populations if not one.fitted]
    shown = {"before": None, "after": calibration}
    whole = {}
    for words, each in shown.items():
        whole[words], by_population = reliabilities(held or populations, each)
        print(f"\n{words}, populations that were held back:")
        print(whole[words].round(4).to_string(index=False))
        print(by_population.round(3).to_string(index=False))
    print("\n" + estimates(populations, calibration).to_string(index=False))
    if target is not None:
        target.write_text(picture(whole["before"], whole["after"]), encoding="utf-8")


def main() -> int:
    """Read the options, simulate, fit, hold against the truth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, help="populations of other generators")
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    populations = [simulated(population) for population in POPULATIONS]
    populations += [measure(Population(folder.name, 0, 0), folder) for folder in options.folders]
    tell(populations, options.picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())
