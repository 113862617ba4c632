"""Names compared with Vietnamese knowledge, once per distinct pair of names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from reconcile.match.encoding import MISSING
from reconcile.match.model import KINDS
from reconcile.text.folding import plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reconcile.match.model import Model

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

CODES: Final = {level: code for code, level in enumerate(KINDS["name"], start=1)}
_SHORT: Final = 6  # one letter in a shorter name makes another name
_LONG: Final = 10  # two wrong letters need a longer one


def name_levels(table: pd.DataFrame, left: Ints, right: Ints, model: Model) -> NDArray[np.int8]:
    """Level of each pair of names, 0 where one is missing.

    Args:
        table: distinct names, as :class:`reconcile.match.encoding.Names` has them.
        left: line of the table per pair, negative where there is no name.
        right: the same for the other side.
        model: the matching model (regional forms, middle names that are often left out).
    """
    levels = np.zeros(len(left), dtype=np.int8)
    known = np.flatnonzero((left >= 0) & (right >= 0))
    low = np.minimum(left[known], right[known])
    high = np.maximum(left[known], right[known])
    distinct, values = pd.factorize(low * max(len(table), 1) + high)
    first, second = np.divmod(values, max(len(table), 1))
    levels[known] = _NameTable(table, model).levels(first, second)[distinct]
    return levels


class _NameTable:
    """Codes of every distinct name's forms, and the questions asked of pairs of them."""

    def __init__(self, table: pd.DataFrame, model: Model) -> None:
        self.table = table
        self.texts = table["plain"].to_numpy(dtype=object)
        self.optional = frozenset(plain(word) for word in model.file.optional_middles)
        self.regional = {
            plain(word): plain(group[0]) for group in model.file.regional for word in group
        }
        tokens = [str(text).split() for text in self.texts]
        self.family = _codes([words[0] if words else "" for words in tokens])
        self.given = _codes([words[-1] if len(words) > 1 else "" for words in tokens])
        self.middles = np.array([" ".join(words[1:-1]) for words in tokens], dtype=object)
        self.middle = _codes(list(self.middles))
        self.any_order = _codes([" ".join(sorted(words)) for words in tokens])
        self.region = _codes(
            [" ".join(self.regional.get(word, word) for word in words) for words in tokens]
        )
        self.key = _codes(list(table["key"]))
        self.plain = _codes(list(self.texts))
        self.sound = _codes(list(table["sound"]))
        self.bare = (table["key"] == table["plain"]).to_numpy(dtype=bool)
        self.length = np.array([len(str(text)) for text in self.texts], dtype=np.int64)

    def levels(self, first: Ints, second: Ints) -> NDArray[np.int8]:
        """Level of each distinct pair: the first of the kind's list that holds."""

        def same(codes: Ints) -> Flags:
            return np.asarray(codes[first] == codes[second])

        ends = same(self.family) & same(self.given) & (self.given[first] >= 0)
        plain_equal = same(self.plain)
        edits = self._edits(first, second, ~plain_equal)
        longer = np.minimum(self.length[first], self.length[second])
        holds: dict[str, Flags] = {
            "exact": same(self.key),
            "unmarked": plain_equal & (self.bare[first] | self.bare[second]),
            "sound": same(self.sound),
            "marks": plain_equal,
            "middle_missing": ends & self._middle_missing(first, second, ends),
            "regional": same(self.region),
            "one_edit": (edits == 1) & (longer >= _SHORT),
            "swapped": same(self.any_order),
            "other_name": self._other_name(first, second),
            "middle_differs": ends,
            "family_differs": same(self.given)
            & same(self.middle)
            & (self.given[first] >= 0)
            & (self.middle[first] >= 0),
            "two_edits": (edits == 2) & (longer >= _LONG),
        }
        levels = np.full(len(first), CODES["different"], dtype=np.int8)
        for level in reversed(KINDS["name"][:-1]):
            levels[holds[level]] = CODES[level]
        return levels

    def _edits(self, first: Ints, second: Ints, wanted: Flags) -> NDArray[np.uint8]:
        """Wrong, missing, added or swapped letters between unmarked names, at most 3."""
        # Names whose lengths differ by more than two letters are farther apart than two edits.
        near = wanted & (np.abs(self.length[first] - self.length[second]) <= 2)
        at = np.flatnonzero(near)
        edits = np.full(len(first), 3, dtype=np.uint8)
        if len(at):
            edits[at] = cpdist(
                list(self.texts[first[at]]),
                list(self.texts[second[at]]),
                scorer=OSA.distance,
                score_cutoff=2,
                dtype=np.uint8,
            )
        return edits

    def _middle_missing(self, first: Ints, second: Ints, ends: Flags) -> Flags:
        """Is one middle name a part of the other, or the same but for Thị and Văn."""
        missing = np.zeros(len(first), dtype=bool)
        at = np.flatnonzero(ends & (self.middle[first] != self.middle[second]))
        size = int(self.middle.max(initial=0)) + 2
        pairs, values = pd.factorize((self.middle[first[at]] + 1) * size + self.middle[second[at]])
        if not len(values):
            return missing
        _, where = np.unique(pairs, return_index=True)
        verdicts = np.array(
            [
                self._is_part(str(a), str(b))
                for a, b in zip(
                    self.middles[first[at][where]], self.middles[second[at][where]], strict=True
                )
            ]
        )
        missing[at] = verdicts[pairs]
        return missing

    def _is_part(self, one: str, other: str) -> bool:
        few, many = sorted((one.split(), other.split()), key=len)
        core = [[word for word in words if word not in self.optional] for words in (few, many)]
        rest = iter(many)
        return all(word in rest for word in few) or core[0] == core[1]

    def _other_name(self, first: Ints, second: Ints) -> Flags:
        others = self.table["other"].to_numpy(dtype=object)
        at = np.flatnonzero((others[first] != "") | (others[second] != ""))
        same = np.zeros(len(first), dtype=bool)
        for one, two in ((first, second), (second, first)):
            same[at] |= (others[one[at]] != "") & (
                (others[one[at]] == self.texts[two[at]]) | (others[one[at]] == others[two[at]])
            )
        return same


def _codes(texts: list[str]) -> Ints:
    codes, values = pd.factorize(np.array(texts, dtype=object))
    empty = np.flatnonzero(np.asarray(values, dtype=object) == "")
    codes = codes.astype(np.int64)
    return np.where(np.isin(codes, empty), MISSING, codes)
