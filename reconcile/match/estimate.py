"""How many of the links are false, and how many pairs of one person are still apart.

The expected number is a sum of calibrated probabilities. How far the truth lies from it has two
parts: chance, and that populations differ from those on which the model was calibrated. The first
is a Poisson number of errors of unequal size, the second a gamma-distributed factor whose shape
stands in the model file; together a negative binomial distribution. A sample of links that
officers checked narrows the factor (conjugate gamma-Poisson updating).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.stats import nbinom

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from reconcile.match.calibration import Calibrated, Calibration

    Floats = NDArray[np.float64]

_TAILS: Final = (0.025, 0.975)  # ends of the interval: 95 % lie within
_FIGURES: Final = ("false_links", "false_joins", "misses")


@dataclass(frozen=True)
class Figure:
    """A number that is not known, and where it lies in 95 of 100 cases.

    Attributes:
        expected: its expected value.
        low: lower end.
        high: upper end.
    """

    expected: float
    low: int
    high: int


@dataclass(frozen=True)
class Sample:
    """Links that officers checked by lot.

    Attributes:
        checked: how many were found right or wrong.
        wrong: how many of them were found wrong.
    """

    checked: int = 0
    wrong: int = 0


@dataclass(frozen=True)
class Estimate:
    """What a run believes of its own errors.

    Attributes:
        links: pairs of mentions that are held to be one person.
        false_links: how many of these are two people.
        false_joins: joins of two groups of mentions that are wrong, however many pairs hang on one.
        misses: pairs of mentions of one person that are held to be two.
        asked: how many of these right answers to the open questions are expected to bring together.
        sample: links that officers checked by lot, which ``false_links`` reckons with.
    """

    links: int
    false_links: Figure
    false_joins: Figure
    misses: Figure
    asked: float
    sample: Sample

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> Estimate:
        """The estimate that a run's manifest holds, as ``dataclasses.asdict`` wrote it."""
        figures = {name: Figure(**stored[name]) for name in _FIGURES}
        sample = Sample(**stored["sample"])
        return cls(links=stored["links"], asked=stored["asked"], sample=sample, **figures)


def estimate(
    calibrated: Calibrated,
    calibration: Calibration,
    questions: pd.DataFrame,
    sample: Sample | None = None,
) -> Estimate:
    """Expected errors of a run.

    Args:
        calibrated: pairs and joins with their probabilities.
        calibration: of the model, for how much populations vary.
        questions: ``left`` and ``right``: mentions of two persons that an officer is asked about.
        sample: links that officers checked by lot.
    """
    checked = sample or Sample()
    joins, apart = calibrated.joins, calibrated.apart
    risk = 1 - joins["probability"].to_numpy(dtype=np.float64)
    hang = joins["between"].to_numpy(dtype=np.float64)
    scored = joins["how"].eq("score").to_numpy(dtype=bool)
    shape, rate = _updated(calibration.links_vary, risk[scored], checked)
    sure = apart["probability"].to_numpy(dtype=np.float64)
    between = apart["between"].to_numpy(dtype=np.float64) * (1 + calibration.unseen)
    vary = calibration.misses_vary
    sizes = np.bincount(calibrated.person)
    return Estimate(
        links=int((sizes * (sizes - 1) // 2).sum()),
        false_links=_figure(risk, hang, shape, rate),
        false_joins=_figure(risk, np.ones(len(risk)), shape, rate),
        misses=_figure(sure, between, vary, vary),
        asked=round(float((sure * apart["between"])[_asked(calibrated, questions)].sum()), 1),
        sample=checked,
    )


def _asked(calibrated: Calibrated, questions: pd.DataFrame) -> NDArray[np.bool_]:
    """Which two persons with a scored pair an officer is asked about."""
    person, size = calibrated.person, len(calibrated.person)
    left, right = (person[questions[side].to_numpy(dtype=np.int64)] for side in ("left", "right"))
    apart = calibrated.apart["one"] * size + calibrated.apart["other"]
    asked = np.minimum(left, right) * size + np.maximum(left, right)
    return np.isin(apart.to_numpy(), asked)


def _updated(shape: float, risk: Floats, sample: Sample) -> tuple[float, float]:
    """Shape and rate of the factor on the expected number once a random sample is known."""
    average = float(risk.mean()) if len(risk) else 0.0
    return shape + sample.wrong, shape + sample.checked * average


def _figure(chance: Floats, size: Floats, shape: float, rate: float) -> Figure:
    """Expected number and interval of a sum of errors of unequal size.

    Errors of size s count as one of the size of the average error, weighted by size, so that mean
    and variance of the sum are kept.
    """
    mean = math.fsum(chance * size)
    if mean <= 0:
        return Figure(0.0, 0, 0)
    unit = math.fsum(chance * size**2) / mean
    count = mean / unit
    low, high = (float(nbinom.ppf(tail, shape, rate / (rate + count))) for tail in _TAILS)
    return Figure(round(mean * shape / rate, 1), math.floor(low * unit), math.ceil(high * unit))
