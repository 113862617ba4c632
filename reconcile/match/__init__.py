"""Mentions -> scored pairs: blocking, comparison levels, match weights, evidence."""

from reconcile.match.explain import explain, sentence
from reconcile.match.matching import Matched, match, match_all
from reconcile.match.model import MODEL_FILE, Model, load_model, load_model_file

__all__ = [
    "MODEL_FILE",
    "Matched",
    "Model",
    "explain",
    "load_model",
    "load_model_file",
    "match",
    "match_all",
    "sentence",
]
