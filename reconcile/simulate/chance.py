"""Seeded chance: one stream for each purpose, so that a change in one place moves nothing else."""

from __future__ import annotations

from random import Random


def stream(*names: object) -> Random:
    """A source of chance that depends on its names alone.

    Args:
        names: the seed first, then what the stream is for.
    """
    return Random("|".join(map(str, names)))  # noqa: S311 - a simulation keeps no secrets
