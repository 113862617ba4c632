"""What each content says, worked out once: its standard form, and what looks wrong in it alone.

A content is standardised and checked without a look at any other, so what was found of it stays as
it is until the mapping files or the code that read it change. The register keeps it under a
signature of both (:mod:`reconcile.register.kept`); a delta of five hundred rows then costs the
reading of five hundred contents and not of all (decision 0066).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from reconcile import __version__, config, standardise, validate
from reconcile.standardise import Standard

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconcile.config import RegisterType
    from reconcile.register import Register, Run

_FORM: Final = 1  # of what is kept; another number where tables are kept otherwise
_SHARED: Final = ("config.py", "cycles.py", "model.py", "standardise", "text")
_CODE: Final = (*_SHARED, "validate")
_PACKAGES: Final = ("great-expectations", "numpy", "pandas", "pyarrow")
_RESOLVING_CODE: Final = (*_SHARED, "match", "resolve", "stages.py")
_RESOLVING_PACKAGES: Final = ("numpy", "pandas", "pyarrow", "rapidfuzz", "scipy")
NOT_READ: Final = (
    *("conflicts.toml", "hard_rules.toml", "headings.toml", "importing.toml", "law.toml"),
    *("matching.toml", "models", "office.toml", "review.toml", "simulation.toml"),
    "survivorship.toml",
)
"""Mapping files and folders that say nothing about how a content is read. Others count."""
NOT_RESOLVED_BY: Final = (
    *("expectations", "headings.toml", "importing.toml", "models", "review.toml"),
    "simulation.toml",
)
"""Mapping files and folders that say nothing about matching and resolving. Others count."""


@dataclass(frozen=True)
class Readings:
    """What contents say, each by itself.

    Attributes:
        contents: ``content_hash``, ``commune``, ``register_type``, ``own_key``; sorted by hash.
        standard: their standard form.
        hits: what rules found in them; see :func:`reconcile.validate.check_each`.
        signature: by what they were read; see :func:`signature`.
    """

    contents: pd.DataFrame
    standard: Standard
    hits: pd.DataFrame
    signature: str


def signature(register_types: Mapping[str, RegisterType], mappings: Path) -> str:
    """By what contents are read: the code, the packages and the mapping files that count.

    Args:
        register_types: register types by code, as read from the mapping files.
        mappings: the mappings folder.
    """
    return _signed(_CODE, _PACKAGES, NOT_READ, register_types, mappings)


def resolving_signature(register_types: Mapping[str, RegisterType], mappings: Path) -> str:
    """By what mentions are matched and resolved: as :func:`signature`.

    Args:
        register_types: register types by code, as read from the mapping files.
        mappings: the mappings folder.
    """
    return _signed(_RESOLVING_CODE, _RESOLVING_PACKAGES, NOT_RESOLVED_BY, register_types, mappings)


def _signed(
    code: tuple[str, ...],
    packages: tuple[str, ...],
    left_out: tuple[str, ...],
    register_types: Mapping[str, RegisterType],
    mappings: Path,
) -> str:
    digest = hashlib.sha256(f"{_FORM} {__version__} {sorted(register_types)}".encode())
    for package in packages:
        digest.update(f"{package} {version(package)}\0".encode())
    for path, name in [*_code(code), *_mapping_files(mappings, left_out)]:
        content = path.read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _code(names: tuple[str, ...]) -> list[tuple[Path, str]]:
    """Source files by which work is done; none in a frozen program, whose version says enough."""
    home = Path(__file__).parent
    paths = [path for name in names for path in (home / name, *(home / name).rglob("*.py"))]
    files = {path.relative_to(home).as_posix(): path for path in paths if path.is_file()}
    return [(files[name], name) for name in sorted(files)]


def _mapping_files(mappings: Path, left_out: tuple[str, ...]) -> list[tuple[Path, str]]:
    found = [(path, path.relative_to(mappings)) for path in config.mapping_files(mappings)]
    return [(path, name.as_posix()) for path, name in found if name.parts[0] not in left_out]


def read(
    register: Register,
    register_types: dict[str, RegisterType],
    mappings: Path,
    run: Run | None = None,
    *,
    anew: bool = False,
) -> Readings:
    """What all delivered contents say; only those that are not kept yet are read.

    Args:
        register: the register.
        register_types: register types by code.
        mappings: the mappings folder.
        run: the run under way, which keeps what it reads; without one nothing is kept.
        anew: read all of them, and use nothing that is kept.
    """
    listed = register.content_list()
    signed = signature(register_types, mappings)
    kept = {} if anew else register.recall(signed)
    known = set(kept["entries"]["content_hash"].tolist()) if kept else set()
    lacking = ~listed["content_hash"].isin(known)
    if not kept or lacking.any():
        contents = register.contents(listed.loc[lacking, "content_hash"].tolist())
        fresh = _tables(contents, register_types, mappings)
        if run is not None and len(contents):
            register.keep(run, signed, fresh)
        kept = {
            name: pd.concat([kept[name], table], ignore_index=True) if kept else table
            for name, table in fresh.items()
        }
    return _readings(listed, kept, signed)


def _tables(
    contents: pd.DataFrame, register_types: dict[str, RegisterType], mappings: Path
) -> dict[str, pd.DataFrame]:
    """What contents say, as it is kept; whose own key a content has is no matter of the content."""
    standard = standardise.standardise(contents.assign(own_key=""), register_types, mappings)
    hits = validate.check_each(
        contents, standard.entries, standard.mentions, register_types, mappings
    )
    return {
        "entries": standard.entries,
        "mentions": standard.mentions,
        "findings": standard.findings,
        "hits": hits,
    }


def _readings(listed: pd.DataFrame, kept: dict[str, pd.DataFrame], signed: str) -> Readings:
    """Those of the contents that are delivered, in the order that one reading of all gives."""
    places = pd.Index(listed["content_hash"])
    chosen = {name: _chosen(table, places) for name, table in kept.items()}
    findings = chosen["findings"].sort_values(
        ["code", "content_hash", "field"], kind="stable", ignore_index=True
    )
    entries = chosen["entries"].assign(own_key=listed["own_key"])
    standard = Standard(entries, chosen["mentions"], findings)
    return Readings(listed, standard, chosen["hits"], signed)


def _chosen(table: pd.DataFrame, places: pd.Index[str]) -> pd.DataFrame:
    """Lines of contents, in the order of the contents; lines of one stay in their order."""
    place = places.get_indexer(pd.Index(table["content_hash"]))
    order = np.argsort(place, kind="stable")
    order = order[place[order] >= 0]
    if len(order) == len(table) and np.array_equal(order, np.arange(len(table))):
        return table
    return table.take(order).reset_index(drop=True)
