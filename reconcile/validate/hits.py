"""What rules found, before it is given its position: the common currency inside this stage."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pandas as pd

from reconcile.model import FINDINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_POSITION: Final = ("delivery", "commune", "file", "sheet", "row")


def hits(
    contents: Iterable[str] = (),
    *,
    code: str = "",
    severity: str = "",
    field: str = "",
    params: str | Iterable[str] = "{}",
) -> pd.DataFrame:
    """Lines of what one rule found.

    Args:
        contents: content hashes, one per line.
        code: code of the finding.
        severity: a :class:`reconcile.model.Severity`.
        field: field that it speaks of.
        params: JSON that fills the sentence, one for all or one per line.

    Returns:
        A frame of the columns content_hash, code, severity, field, params.
    """
    lines = list(contents)
    count = len(lines)
    found = {
        "content_hash": lines,
        "code": [code] * count,
        "severity": [str(severity)] * count,
        "field": [field] * count,
        "params": [params] * count if isinstance(params, str) else list(params),
    }
    return pd.DataFrame(found, dtype="str")


def as_params(values: Mapping[str, object]) -> str:
    """JSON of what fills a sentence, always in the same order."""
    return json.dumps(values, ensure_ascii=False, sort_keys=True)


def with_positions(
    found: pd.DataFrame, contents: pd.DataFrame, positions: pd.DataFrame
) -> pd.DataFrame:
    """Give hits the position of their content.

    Args:
        found: hits.
        contents: content_hash, commune, register_type.
        positions: content_hash, delivery, commune, file, sheet, row; at most one per content.

    Returns:
        FINDINGS, sorted by position, code, field.
    """
    known = contents[["content_hash", "commune", "register_type"]]
    placed = positions[["content_hash", *_POSITION]].drop(columns="commune")
    lines = found.merge(known, on="content_hash", how="left").merge(
        placed, on="content_hash", how="left", validate="many_to_one"
    )
    lines["row"] = lines["row"].fillna(0)
    order = [*_POSITION, "code", "field", "params"]
    lines = lines.sort_values(order, ignore_index=True)
    return FINDINGS.build({name: lines[name] for name in lines.columns if name in FINDINGS.names})
