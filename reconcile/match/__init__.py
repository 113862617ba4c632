"""Mentions -> scored pairs: blocking, comparison levels, weights, evidence, how sure all is."""

from reconcile.match.before import Before, Change
from reconcile.match.calibration import Calibrated, calibrate
from reconcile.match.estimate import Estimate, Sample, estimate
from reconcile.match.explain import explain, sentence
from reconcile.match.matching import Matched, match, match_all
from reconcile.match.model import MODEL_FILE, Model, load_model, load_model_file

__all__ = [
    "MODEL_FILE",
    "Before",
    "Calibrated",
    "Change",
    "Estimate",
    "Matched",
    "Model",
    "Sample",
    "calibrate",
    "estimate",
    "explain",
    "load_model",
    "load_model_file",
    "match",
    "match_all",
    "sentence",
]
