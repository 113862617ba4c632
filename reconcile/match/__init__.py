"""Mentions -> scored pairs: blocking, comparison levels, match weights, evidence."""

from reconcile.match.explain import explain
from reconcile.match.matching import match
from reconcile.match.model import Model, load_model

__all__ = ["Model", "explain", "load_model", "match"]
