"""Whose relative is whom: one relative per mention and *slot*.

KIN gives the relatives by the roles of an entry. People who sign without being a role of the entry
add more: a child who reports a death, a wife, a grandparent who reports a birth. A grandmother is
the mother of one of the two parents, and the entry does not say of which: she goes into the slot
``maybe_mother`` of both, which the model weighs less.

Children are told apart by sex, so that a son is compared with a son.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from reconcile.match.encoding import Encoded, sexes
from reconcile.match.model import MISSING, SLOTS
from reconcile.model import Relation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from reconcile.match.model import Model, Structure

    Ints = NDArray[np.int64]

_MAN, _WOMAN = 1, 2
_COLUMNS: Final = ["mention", "relative", "slot"]


def relatives(encoded: Encoded, kin: pd.DataFrame, model: Model) -> dict[str, Ints]:
    """One relative per mention and slot.

    Args:
        encoded: the mentions, signers joined.
        kin: KIN.
        model: the matching model.

    Returns:
        Slot -> position of the relative's head, ``MISSING`` where there is none. Where an entry
        gives several, the one in its own roles counts before one who signed.
    """
    roles = pd.DataFrame(
        {
            "mention": encoded.head[kin["mention"].to_numpy(dtype=np.int64)],
            "relative": encoded.head[kin["relative"].to_numpy(dtype=np.int64)],
            "slot": kin["relation"].to_numpy(dtype=object),
        }
    )
    structure = model.file.structure
    signed = [] if structure is None else _signed(encoded, roles, structure)
    # Later lines win: first those who signed, then the roles, each in falling order of position.
    lines = pd.concat(
        [part.sort_values(_COLUMNS, ascending=False) for part in (*signed, roles)],
        ignore_index=True,
    )
    lines = pd.concat([lines, _by_sex(encoded, lines)], ignore_index=True)
    found = {slot: np.full(len(encoded), MISSING, dtype=np.int64) for slot in SLOTS}
    for slot, positions in found.items():
        of = lines[lines["slot"] == slot]
        positions[of["mention"].to_numpy(dtype=np.int64)] = of["relative"].to_numpy(dtype=np.int64)
    return found


def _by_sex(encoded: Encoded, lines: pd.DataFrame) -> pd.DataFrame:
    """Children once more, as sons and daughters; one whose sex is not written is both."""
    children = lines[lines["slot"] == Relation.CHILD]
    sex = sexes(encoded.mentions["sex"])[children["relative"].to_numpy(dtype=np.int64)]
    both: pd.DataFrame = pd.concat(
        [
            children[sex != _WOMAN].assign(slot="son"),
            children[sex != _MAN].assign(slot="daughter"),
        ],
        ignore_index=True,
    )
    return both


def _signed(encoded: Encoded, roles: pd.DataFrame, structure: Structure) -> list[pd.DataFrame]:
    frame = encoded.mentions
    signs = (frame["role"] == structure.role).to_numpy(dtype=bool)
    loose = np.flatnonzero(signs & (encoded.head == np.arange(len(encoded))))
    words = frame["relation"].to_numpy(dtype=object)[loose]
    principal = np.flatnonzero(frame["principal"].to_numpy(dtype=bool))
    only = pd.DataFrame({"principal": principal, "entry": encoded.entry[principal]})
    only = only[~only["entry"].duplicated(keep=False)]
    signers = pd.DataFrame({"signer": loose, "word": words, "entry": encoded.entry[loose]})
    signers = signers.merge(only, on="entry")
    near = signers[signers["word"].isin(list(structure.kin))]
    grand = signers[signers["word"].isin(structure.grandparents)]
    return [_grandparents(encoded, grand, roles), _relatives(encoded, near, structure)]


def _lines(*parts: tuple[Iterable[int], Iterable[int], Iterable[str]]) -> pd.DataFrame:
    frames = [
        pd.DataFrame(
            {
                "mention": np.asarray(mention, dtype=np.int64),
                "relative": np.asarray(relative, dtype=np.int64),
                "slot": np.asarray(slot, dtype=object),
            }
        )
        for mention, relative, slot in parts
    ]
    lines = pd.concat(frames, ignore_index=True)
    known: pd.DataFrame = lines[lines["slot"] != ""]
    return known


def _relatives(encoded: Encoded, signers: pd.DataFrame, structure: Structure) -> pd.DataFrame:
    """Signers who are a parent, partner or child of the principal person."""
    forward = [structure.kin[word].value for word in signers["word"]]
    sex = encoded.mentions["sex"].to_numpy(dtype=object)[signers["principal"].to_numpy()]
    backward = [_reverse(slot, of) for slot, of in zip(forward, sex, strict=True)]
    return _lines(
        (signers["principal"], signers["signer"], forward),
        (signers["signer"], signers["principal"], backward),
    )


def _reverse(relation: str, sex: str) -> str:
    """What the principal person is to the relative; empty where a parent's sex is not known."""
    if relation == Relation.PARTNER:
        return relation
    if relation in (Relation.FATHER, Relation.MOTHER):
        return Relation.CHILD.value
    return {"M": Relation.FATHER.value, "F": Relation.MOTHER.value}.get(sex, "")


def _grandparents(encoded: Encoded, signers: pd.DataFrame, roles: pd.DataFrame) -> pd.DataFrame:
    """Signers who are a parent of one of the principal person's parents.

    A grandfather whose family name only one of the parents bears is that one's father.
    """
    family = np.append(encoded.coded("family").codes, MISSING)
    sex = np.append(sexes(encoded.mentions["sex"]), 0)
    parent = {
        slot: signers[["principal"]]
        .merge(
            roles[roles["slot"] == slot].drop_duplicates("mention"),
            left_on="principal",
            right_on="mention",
            how="left",
        )["relative"]
        .fillna(MISSING)
        .to_numpy(dtype=np.int64)
        for slot in (Relation.FATHER, Relation.MOTHER)
    }
    signer = signers["signer"].to_numpy(dtype=np.int64)
    bears = {slot: family[of] == family[signer] for slot, of in parent.items()}
    parts = []
    for slot, other in ((Relation.FATHER, Relation.MOTHER), (Relation.MOTHER, Relation.FATHER)):
        is_sure = (sex[signer] == _MAN) & bears[slot] & ~bears[other]
        is_other = (sex[signer] == _MAN) & bears[other] & ~bears[slot]
        holds = (parent[slot] != MISSING) & (sex[signer] != 0) & ~is_other
        word = np.where(sex[signer] == _MAN, "maybe_father", "maybe_mother").astype(object)
        word[is_sure] = Relation.FATHER.value
        child = np.full(len(signer), Relation.CHILD.value, dtype=object)
        parts.append((parent[slot][holds], signer[holds], word[holds]))
        parts.append((signer[holds], parent[slot][holds], child[holds]))
    return _lines(*parts)


def lend_residence(encoded: Encoded, model: Model) -> None:
    """Give people whose residence is not written that of the relatives in their entry.

    Birth entries say where the parents live, not where the child does; a child lives with them.
    Nothing is lent in chains: only what is written is lent.
    """
    comparison, structure = model.of_kind("place"), model.file.structure
    if comparison is None or structure is None:
        return
    columns = [comparison.columns["unit"], comparison.columns["hamlet"]]
    written = {column: encoded.mentions[column].to_numpy(dtype=object) for column in columns}
    empty = np.logical_and.reduce([texts == "" for texts in written.values()])
    lender = np.full(len(encoded), MISSING, dtype=np.int64)
    for slot in structure.residence_from:
        relative = encoded.relatives[slot]
        lends = (relative != MISSING) & ~empty[relative] & empty & (lender == MISSING)
        lender = np.where(lends, relative, lender)
    at = np.flatnonzero(lender != MISSING)
    for column, texts in written.items():
        filled = texts.copy()
        filled[at] = texts[lender[at]]
        encoded.replace_column(column, pd.Series(filled, dtype="str", index=encoded.mentions.index))
