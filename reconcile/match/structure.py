"""What the structure of an entry says by itself: who a requester is.

A requester who signs as father, mother, the child itself, husband or wife, and bears that name,
*is* that person of the entry: about a sixth of all mentions are joined without one doubtful pair.
The others are relatives with a role of their own: see :mod:`reconcile.match.kinship`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reconcile.match.encoding import Encoded
from reconcile.match.names import CODES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reconcile.match.model import Model, SignedAs

    Ints = NDArray[np.int64]

_LENT = ("cmnd", "cccd", "other_paper", "residence_unit", "residence_hamlet", "residence_key")


def join_signers(encoded: Encoded, model: Model) -> pd.DataFrame:
    """Join the people who sign to the role of their entry that they are.

    Sets ``encoded.head`` and lends the heads what their cells leave empty.

    Returns:
        Columns signer, head: positions of each structural join.
    """
    pairs = _signers_with_roles(encoded, model)
    joins = pd.concat(
        [_signed_as(pairs, rule) for rule in _rules(model)] or [pairs.iloc[:0]], ignore_index=True
    )
    # One role only: where two roles of an entry bear the name that was signed, nobody can tell.
    joins = joins.sort_values(["signer", "rank", "head"])
    best = joins.groupby("signer")["rank"].transform("min")
    joins = joins[joins["rank"] == best]
    joins = joins[~joins["signer"].duplicated(keep=False)][["signer", "head"]]
    encoded.head[joins["signer"].to_numpy()] = joins["head"].to_numpy()
    for column in _LENT:
        _lend(encoded, joins, column)
    return joins.reset_index(drop=True)


def _rules(model: Model) -> tuple[SignedAs, ...]:
    return model.file.structure.signed_as if model.file.structure else ()


def _signers_with_roles(encoded: Encoded, model: Model) -> pd.DataFrame:
    """Every signer beside every other role of the entry, with relation and name level."""
    structure = model.file.structure
    frame = encoded.mentions
    columns = ["signer", "head", "relation", "role", "level", "rank"]
    if structure is None:
        return pd.DataFrame(columns=columns)
    signs = ((frame["role"] == structure.role) & ~frame["distinct"]).to_numpy(dtype=bool)
    signer = np.flatnonzero(signs)
    others = pd.DataFrame({"head": np.flatnonzero(~signs), "entry": encoded.entry[~signs]})
    left = pd.DataFrame({"signer": signer, "entry": encoded.entry[signer]})
    pairs = left.merge(others, on="entry")
    names = encoded.names
    level = names.forms.compare(
        names.codes[pairs["signer"].to_numpy(dtype=np.int64)],
        names.codes[pairs["head"].to_numpy(dtype=np.int64)],
    )
    pairs["relation"] = frame["relation"].to_numpy(dtype=object)[pairs["signer"]]
    pairs["role"] = frame["role"].to_numpy(dtype=object)[pairs["head"]]
    pairs["level"] = level
    pairs["rank"] = level
    return pairs[columns]


def _signed_as(pairs: pd.DataFrame, rule: SignedAs) -> pd.DataFrame:
    codes = [CODES[level] for level in rule.levels]
    return pairs[
        (pairs["relation"] == rule.relation)
        & pairs["role"].isin(rule.roles)
        & pairs["level"].isin(codes)
    ]


def _lend(encoded: Encoded, joins: pd.DataFrame, column: str) -> None:
    if column not in encoded.mentions:
        return
    values = encoded.mentions[column].copy()
    head, signer = joins["head"].to_numpy(), joins["signer"].to_numpy()
    own, given = (values.iloc[at].to_numpy(dtype=object) for at in (head, signer))
    fills = (own == "") & (given != "")
    lent = pd.Series(given[fills], index=head[fills])
    lent = lent[~lent.index.duplicated(keep="last")]
    values.iloc[lent.index.to_numpy()] = lent.to_numpy(dtype=object)
    encoded.replace_column(column, values)
