"""What would change the answer to “are these two one person?”, worked out from the model itself.

A fact that is missing or differs is supposed to be otherwise, the pair is scored again with the
pinned model, and what comes of it is the answer. Nothing is written anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pandas as pd

from reconcile import match, standardise

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconcile.register.excerpt import Excerpt
    from reconcile.stages import Knowledge

Line = dict[str, Any]

_NAME: Final = (
    *("name", "name_key", "name_plain", "name_sound"),
    *("family", "middle", "given", "name_other"),
)
_BIRTH: Final = ("birth_from", "birth_to", "birth_precision", "birth_flags")
_HOME: Final = ("home_place", "home_key")
_RESIDENCE: Final = ("residence_unit", "residence_hamlet", "residence_key")
_SLIGHT: Final = 0.5  # bits that are not worth a line
_YEARS: Final = 5  # by which a birth is supposed to differ
_DAYS: Final = 365


class Around(NamedTuple):
    """All that stands in some entries.

    Attributes:
        mentions: LIVE_MENTIONS of them.
        entries: LIVE_ENTRIES.
        kin: KIN.
    """

    mentions: pd.DataFrame
    entries: pd.DataFrame
    kin: pd.DataFrame


@dataclass(frozen=True)
class Pair:
    """Two mentions and all that stands around them.

    Attributes:
        around: all entries of the two persons.
        left: position of one mention.
        right: of the other.
    """

    around: Around
    left: int
    right: int

    @property
    def mentions(self) -> pd.DataFrame:
        """LIVE_MENTIONS of all entries of the two persons."""
        return self.around.mentions

    def key(self, side: int) -> str:
        """Key of the mention at a position."""
        return str(self.mentions["mention_key"].iloc[side])


class Supposed(NamedTuple):
    """One supposition and what came of it.

    Attributes:
        words: what was supposed, as a message.
        weight: match weight that the pair would have.
        change: by how much that is more than it has.
    """

    words: str
    weight: float
    change: float


def likeliest(
    part: Excerpt, sides: tuple[pd.DataFrame, pd.DataFrame], knowledge: Knowledge
) -> tuple[Pair, pd.DataFrame]:
    """The pair of mentions of two persons that is likest, and its evidence.

    Args:
        part: the entries of both persons.
        sides: mentions of the one and of the other, with ``mention_key``.
        knowledge: the mapping files.
    """
    around = around_of(part, knowledge)
    mentions = around.mentions
    at = pd.Series(mentions.index, index=mentions["mention_key"])
    places = [at[list(side["mention_key"])].to_frame("at").assign(both=1) for side in sides]
    cross = places[0].merge(places[1], on="both", suffixes=("_one", "_other"))
    pairs = cross[["at_one", "at_other"]]
    ordered = pd.DataFrame({"left": pairs.min(axis=1), "right": pairs.max(axis=1)}, dtype="Int32")
    evidence = evidence_of(ordered, around, knowledge)
    weights = evidence.groupby(["left", "right"])["weight"].sum().reset_index()
    best = weights.sort_values(["weight", "left", "right"], ascending=[False, True, True]).iloc[0]
    pair = Pair(around, int(best["left"]), int(best["right"]))
    mine = evidence["left"].eq(pair.left) & evidence["right"].eq(pair.right)
    return pair, evidence[mine].reset_index(drop=True)


def around_of(part: Excerpt, knowledge: Knowledge) -> Around:
    """All that stands in the entries of a part of the register."""
    mentions, entries = part.mentions(), part.entries()
    return Around(mentions, entries, standardise.kin(mentions, entries, knowledge.register_types))


def evidence_of(pairs: pd.DataFrame, around: Around, knowledge: Knowledge) -> pd.DataFrame:
    """EVIDENCE of pairs.

    Args:
        pairs: ``left`` and ``right``: positions of mentions.
        around: their entries.
        knowledge: the mapping files.
    """
    types = knowledge.register_types
    return match.explain(pairs, *around, knowledge.model, types)


def _weight(pair: Pair, knowledge: Knowledge) -> float:
    asked = pd.DataFrame({"left": [pair.left], "right": [pair.right]}, dtype="Int32")
    return float(evidence_of(asked, pair.around, knowledge)["weight"].sum())


# -- suppositions ---------------------------------------------------------------------------------


def suppose(pair: Pair, weight: float, knowledge: Knowledge) -> list[Supposed]:
    """What each single fact would change, the greatest change first.

    Args:
        pair: the pair as it stands.
        weight: the weight that it has.
        knowledge: the mapping files.
    """
    found = []
    for words, changes in _suppositions(pair):
        frame = pair.mentions.copy()
        for place, values in changes.items():
            for column, value in values.items():
                frame.loc[frame.index[place], column] = value
        other = replace(pair, around=pair.around._replace(mentions=frame))
        supposed = _weight(other, knowledge)
        if abs(supposed - weight) >= _SLIGHT:
            found.append(Supposed(words, supposed, supposed - weight))
    return sorted(found, key=lambda one: -abs(one.change))


def _suppositions(pair: Pair) -> list[tuple[str, Mapping[int, Line]]]:
    """Each supposition in words, and what it changes: position of a mention -> column -> value."""
    one, other = (_line(pair, place) for place in (pair.left, pair.right))
    found: list[tuple[str, Mapping[int, Line]]] = []
    same_birth = bool(one["birth_precision"]) and _alike(one, other, _BIRTH[:2])
    if same_birth and one["birth_precision"] == "day":
        shift = _YEARS * _DAYS
        moved = {name: _whole(other[name]) + shift for name in _BIRTH[:2]}
        found.append(("if the dates of birth were five years apart", {pair.right: moved}))
    elif (known := _birth(one, other)) is not None:
        both = {pair.left: known, pair.right: known}
        found.append(("with one full date of birth on both", both))
    found += _names(pair, one, other)
    found += _numbers(pair, one, other)
    for columns, words in (
        (_HOME, "with the same home place on both"),
        (_RESIDENCE, "with the same residence on both"),
    ):
        found += _copied(pair, (one, other), columns, words)
    return found


def _line(pair: Pair, place: int) -> Line:
    return {str(name): value for name, value in pair.mentions.iloc[place].items()}


def _alike(one: Line, other: Line, columns: tuple[str, ...]) -> bool:
    """Whether both say the same in all of these columns, or both nothing."""
    return all(str(one[name]) == str(other[name]) for name in columns)


def _whole(value: object) -> int:
    return int(str(value))


def _birth(one: Line, other: Line) -> Line | None:
    """A full day of birth that either side gives, or that fits what one gives; None without any."""
    for line in (one, other):
        if line["birth_precision"] == "day":
            return {name: line[name] for name in _BIRTH}
    for line in (one, other):
        if line["birth_precision"]:
            day = (_whole(line["birth_from"]) + _whole(line["birth_to"])) // 2
            return dict(zip(_BIRTH, (day, day, "day", ""), strict=True))
    return None


def _names(pair: Pair, one: Line, other: Line) -> list[tuple[str, Mapping[int, Line]]]:
    """The name of the pair, and the names of parents and partners that both entries give."""
    found = _copied(pair, (one, other), _NAME, "with the same name on both")
    kin = pair.around.kin
    for relation in ("father", "mother", "partner"):
        mine = [
            kin.loc[kin["mention"].eq(side) & kin["relation"].eq(relation), "relative"]
            for side in (pair.left, pair.right)
        ]
        if all(len(places) for places in mine):
            places = [int(side.iloc[0]) for side in mine]
            relatives = tuple(_line(pair, place) for place in places)
            words = f"with the same name of the {relation} on both"
            moved = replace(pair, left=places[0], right=places[1])
            found += _copied(moved, (relatives[0], relatives[1]), _NAME, words)
    return found


def _numbers(pair: Pair, one: Line, other: Line) -> list[tuple[str, Mapping[int, Line]]]:
    """An identity number that both share, or that they do not."""
    for kind in ("cccd", "cmnd"):
        if one[kind] and one[kind] == other[kind]:
            return [("without the common identity number", {pair.right: {kind: ""}})]
    for kind in ("cccd", "cmnd"):
        number = one[kind] or other[kind]
        if number:
            both = {pair.left: {kind: number}, pair.right: {kind: number}}
            return [("with the same identity number on both", both)]
    return []


def _copied(
    pair: Pair, lines: tuple[Line, Line], columns: tuple[str, ...], words: str
) -> list[tuple[str, Mapping[int, Line]]]:
    """One supposition where values differ or one side has none; the side that says more counts."""
    one, other = lines
    if _alike(one, other, columns) or not any(line[columns[0]] for line in lines):
        return []
    source, target = (one, pair.right) if one[columns[0]] else (other, pair.left)
    return [(words, {target: {name: source[name] for name in columns}})]
