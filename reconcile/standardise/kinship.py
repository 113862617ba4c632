"""Who is whose relative, from the roles of one entry: KIN."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from reconcile.model import KIN, Relation

if TYPE_CHECKING:
    from reconcile.config import KinRule, RegisterType

_PARENT_OF_RECOGNITION: Final = {
    "father_child": str(Relation.FATHER),
    "child_father": str(Relation.FATHER),
    "mother_child": str(Relation.MOTHER),
    "child_mother": str(Relation.MOTHER),
}
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
    people = pd.DataFrame(
        {
            "entry": mentions["entry"].to_numpy(dtype="int64"),
            "register_type": mentions["register_type"].to_numpy(),
            "role": mentions["role"].to_numpy(),
            "sex": mentions["sex"].to_numpy(),
            "position": range(len(mentions)),
        }
    )
    recognition = entries["recognition_kind"].reset_index(drop=True)
    found = [
        _by_rule(people[people["register_type"] == register_type.code], rule, recognition)
        for _, register_type in sorted(register_types.items())
        for rule in register_type.kin
    ]
    found = [lines for lines in found if len(lines)]
    if not found:
        return KIN.empty()
    lines = pd.concat(found).drop_duplicates()
    lines = lines.sort_values(["mention", "relative", "relation"])
    return KIN.build({column: lines[column] for column in KIN.names})


def _by_rule(people: pd.DataFrame, rule: KinRule, recognition: pd.Series[str]) -> pd.DataFrame:
    pairs = people[people["role"] == rule.of].merge(
        people[people["role"] == rule.relative], on="entry", suffixes=("", "_relative")
    )
    if rule.relation == "parent":
        relation = pairs["entry"].map(recognition).map(_PARENT_OF_RECOGNITION)
        relation = relation.fillna(pairs["sex_relative"].map(_PARENT_OF_SEX))
    else:
        relation = pd.Series(str(rule.relation), index=pairs.index)
    lines = pd.DataFrame(
        {
            "mention": pairs["position"],
            "relative": pairs["position_relative"],
            "relation": relation.astype("str"),
        }
    )
    return lines[relation.notna()]
