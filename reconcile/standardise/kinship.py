"""Who is whose relative, from the roles of one entry: KIN."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from reconcile.model import KIN, Relation
from reconcile.standardise.columns import distinct

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reconcile.config import KinRule, RegisterType
    from reconcile.standardise.columns import Distinct

_PARENT_OF_RECOGNITION: Final = {
    "father_child": str(Relation.FATHER),
    "child_father": str(Relation.FATHER),
    "mother_child": str(Relation.MOTHER),
    "child_mother": str(Relation.MOTHER),
}
_RELATIONS: Final = tuple(sorted(str(relation) for relation in Relation))
_PARENT_OF_SEX: Final = {"M": str(Relation.FATHER), "F": str(Relation.MOTHER)}


def kin(
    mentions: pd.DataFrame, entries: pd.DataFrame, register_types: dict[str, RegisterType]
) -> pd.DataFrame:
    """Relations between the mentions of the same entry.

    Args:
        mentions: LIVE_MENTIONS; a line's position is its number.
        entries: LIVE_ENTRIES.
        register_types: register types by code, whose kin rules say what the roles imply.

    Returns:
        KIN, sorted. A parent whose sex neither the kind of recognition nor the mention says is
        left out.
    """
    people = _People(
        mentions["entry"].to_numpy(dtype=np.int64),
        distinct(mentions["register_type"].to_list()),
        distinct(mentions["role"].to_list()),
        mentions["sex"].map(_PARENT_OF_SEX).fillna("").to_numpy(dtype=object),
    )
    parent = entries["recognition_kind"].map(_PARENT_OF_RECOGNITION).fillna("")
    found = [
        _by_rule(people, register_type.code, rule, parent.to_numpy(dtype=object))
        for _, register_type in sorted(register_types.items())
        for rule in register_type.kin
    ]
    found = [lines for lines in found if len(lines[0])]
    if not found:
        return KIN.empty()
    mention, relative, relation = (np.concatenate(side) for side in zip(*found, strict=True))
    lines = np.unique(np.stack([mention, relative, relation], axis=1), axis=0)
    return KIN.build(
        {
            "mention": lines[:, 0],
            "relative": lines[:, 1],
            "relation": pd.Series(pd.array(_RELATIONS, dtype="str").take(lines[:, 2])),
        }
    )


@dataclass(frozen=True)
class _People:
    """Mentions by position: their entry, register type, role, and what parent their sex makes."""

    entry: NDArray[np.int64]
    register_type: Distinct[str]
    role: Distinct[str]
    parent: NDArray[np.object_]

    def in_role(self, register_type: str, role: str) -> NDArray[np.int64]:
        """Positions of those in a role."""
        is_of_type = self.register_type.mask(lambda code: code == register_type)
        return np.flatnonzero(is_of_type & self.role.mask(lambda name: name == role))


def _by_rule(
    people: _People, register_type: str, rule: KinRule, recognised: NDArray[np.object_]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Positions of mentions and of their relatives, and places in ``_RELATIONS``."""
    mention = people.in_role(register_type, rule.of)
    relatives = people.in_role(register_type, rule.relative)
    in_entry = np.full(len(recognised), -1, dtype=np.int64)
    in_entry[people.entry[relatives]] = relatives
    relative = in_entry[people.entry[mention]]
    mention, relative = mention[relative >= 0], relative[relative >= 0]
    if rule.relation != "parent":
        return mention, relative, np.full(len(mention), _RELATIONS.index(rule.relation))
    said = recognised[people.entry[mention]]
    said = np.where(said == "", people.parent[relative], said)
    known = said != ""
    places = [_RELATIONS.index(relation) for relation in said[known]]
    return mention[known], relative[known], np.array(places, dtype=np.int64)
