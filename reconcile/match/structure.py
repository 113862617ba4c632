"""What the structure of an entry says by itself: who a requester is, and whose relative.

A requester who signs as father, mother, the child itself, husband or wife, and bears that name,
*is* that person of the entry: about a sixth of all mentions are joined without one doubtful pair.
The others are relatives with a role of their own, and thereby evidence about the principal person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from reconcile.match.encoding import Encoded
from reconcile.match.model import MISSING
from reconcile.match.names import CODES
from reconcile.model import Relation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reconcile.match.model import Model, SignedAs

    Ints = NDArray[np.int64]

_LENT = ("cmnd", "cccd", "other_paper", "residence_unit", "residence_hamlet", "residence_key")
_RELATIONS = tuple(relation.value for relation in Relation)


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
    values: Any = encoded.mentions[column].to_numpy(dtype=object).copy()
    head, signer = joins["head"].to_numpy(), joins["signer"].to_numpy()
    fills = (values[head] == "") & (values[signer] != "")
    values[head[fills]] = values[signer[fills]]
    encoded.replace_column(column, pd.Series(values, dtype="str", index=encoded.mentions.index))


def relatives(encoded: Encoded, kin: pd.DataFrame, model: Model) -> dict[str, Ints]:
    """One relative per mention and relation: those of KIN, and those who signed as one.

    Args:
        encoded: the mentions, signers joined.
        kin: KIN.
        model: the matching model.

    Returns:
        Relation -> position of the relative's head, ``MISSING`` where there is none. Where an entry
        gives several, the one in the entry's own roles counts.
    """
    found = {relation: np.full(len(encoded), MISSING, dtype=np.int64) for relation in _RELATIONS}
    signed = _signed_kin(encoded, model)
    own = pd.DataFrame(
        {
            "mention": kin["mention"].to_numpy(dtype=np.int64),
            "relative": kin["relative"].to_numpy(dtype=np.int64),
            "relation": kin["relation"].to_numpy(dtype=object),
        }
    )
    # Later lines win: first the signers, then the roles, each in falling order of position.
    lines = pd.concat(
        [part.sort_values(["mention", "relative"], ascending=False) for part in (signed, own)],
        ignore_index=True,
    )
    for relation, positions in found.items():
        of = lines[lines["relation"] == relation]
        heads = encoded.head[of["mention"].to_numpy(dtype=np.int64)]
        positions[heads] = encoded.head[of["relative"].to_numpy(dtype=np.int64)]
    return found


def _signed_kin(encoded: Encoded, model: Model) -> pd.DataFrame:
    """Signers who are no role of the entry but a relative of its principal person."""
    columns = ["mention", "relative", "relation"]
    structure = model.file.structure
    if structure is None:
        return pd.DataFrame(columns=columns)
    frame = encoded.mentions
    loose = encoded.head == np.arange(len(encoded))
    signer = np.flatnonzero(
        (frame["role"] == structure.role).to_numpy(dtype=bool)
        & loose
        & frame["relation"].isin(list(structure.kin)).to_numpy(dtype=bool)
    )
    principal = np.flatnonzero(frame["principal"].to_numpy(dtype=bool))
    entry = encoded.entry[principal]
    only = pd.DataFrame({"principal": principal, "entry": entry})
    only = only[~only["entry"].duplicated(keep=False)]
    pairs = pd.DataFrame({"signer": signer, "entry": encoded.entry[signer]}).merge(only, on="entry")
    words = frame["relation"].to_numpy(dtype=object)[pairs["signer"]]
    forward = [structure.kin[word].value for word in words]
    sex = frame["sex"].to_numpy(dtype=object)[pairs["principal"]]
    backward = [_reverse(word, sex_) for word, sex_ in zip(forward, sex, strict=True)]
    both = pd.concat(
        [
            pd.DataFrame(
                {"mention": pairs["principal"], "relative": pairs["signer"], "relation": forward}
            ),
            pd.DataFrame(
                {"mention": pairs["signer"], "relative": pairs["principal"], "relation": backward}
            ),
        ],
        ignore_index=True,
    )
    return both[both["relation"] != ""]


def _reverse(relation: str, sex: str) -> str:
    """What the principal is to the relative."""
    if relation == Relation.PARTNER:
        return relation
    if relation in (Relation.FATHER, Relation.MOTHER):
        return Relation.CHILD.value
    return {"M": Relation.FATHER.value, "F": Relation.MOTHER.value}.get(sex, "")
