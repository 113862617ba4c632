"""Names compared with Vietnamese knowledge, once per distinct pair of names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from reconcile.match.model import KINDS, MISSING
from reconcile.text.folding import plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

CODES: Final = {level: code for code, level in enumerate(KINDS["name"], start=1)}
_SHORT: Final = 6  # one letter in a shorter name makes another name
_LONG: Final = 10  # two wrong letters need a longer one
_MOST_EDITS: Final = 2


class NameForms:
    """Every distinct name's forms in codes, and the questions asked of pairs of names.

    Codes are ``MISSING`` where a name has no such form.

    Attributes:
        words: words of each unmarked name.
        sound_words: words of each name by its sound.
        plain: code of the unmarked name.
        sound: code of its sound.
        other: code of the second name.
        family: code of the first word.
        last: code of the last word.
        rest: code of all words but the first.
        any_order: code of the words in whatever order.

    Args:
        texts: form (key, plain, sound, other) -> text of each distinct name; ``other`` is the
            second name in brackets, unmarked.
        regional: groups of words that are forms of one name.
        optional: middle names that clerks leave out or add.
    """

    def __init__(
        self,
        texts: dict[str, list[str]],
        regional: tuple[tuple[str, ...], ...],
        optional: tuple[str, ...],
    ) -> None:
        self._optional = frozenset(plain(word) for word in optional)
        region = {plain(word): plain(group[0]) for group in regional for word in group}
        self.words = words = [text.split() for text in texts["plain"]]
        self.sound_words = [text.split() for text in texts["sound"]]
        self._plain_texts = _texts(texts["plain"])
        self._other_texts = _texts(texts["other"])
        self._middles = _texts([" ".join(tokens[1:-1]) for tokens in words])
        self._key = _codes(texts["key"])
        self.plain, self.sound = _codes(texts["plain"]), _codes(texts["sound"])
        self.other = _codes(texts["other"])
        self.family = _codes([tokens[0] if tokens else "" for tokens in words])
        self.last = _codes([tokens[-1] if tokens else "" for tokens in words])
        self._count = np.array([len(tokens) for tokens in words], dtype=np.int64)
        self._given = np.where(self._count > 1, self.last, MISSING)
        self._middle = _codes(list(self._middles))
        self.rest = _codes([" ".join(tokens[1:]) for tokens in words])
        self.any_order = _codes([" ".join(sorted(tokens)) for tokens in words])
        self._region = _codes([" ".join([region.get(t, t) for t in tokens]) for tokens in words])
        self._bare = np.array(
            [key == text for key, text in zip(texts["key"], texts["plain"], strict=True)],
            dtype=bool,
        )
        self._length = np.array([len(text) for text in texts["plain"]], dtype=np.int64)
        self._letters = np.full(len(words), MISSING, dtype=np.int64)

    def __len__(self) -> int:
        return len(self.words)

    def compare(self, left: Ints, right: Ints) -> NDArray[np.int8]:
        """Level of each pair of names, 0 where one is missing.

        Args:
            left: number of the distinct name per pair, negative where there is none.
            right: the same for the other side.
        """
        levels = np.zeros(len(left), dtype=np.int8)
        known = np.flatnonzero((left >= 0) & (right >= 0))
        one, other = left[known], right[known]
        alike = one == other
        levels[known[alike]] = CODES["exact"]
        known, one, other = known[~alike], one[~alike], other[~alike]
        low, high = np.minimum(one, other), np.maximum(one, other)
        distinct, values = pd.factorize(low * max(len(self), 1) + high)
        first, second = np.divmod(values, max(len(self), 1))
        levels[known] = self.levels(first, second)[distinct]
        return levels

    def levels(self, first: Ints, second: Ints) -> NDArray[np.int8]:
        """Level of each distinct pair: the first of the kind's list that holds."""

        def same(codes: Ints) -> Flags:
            return np.asarray(codes[first] == codes[second])

        ends = same(self.family) & same(self._given) & (self._given[first] >= 0)
        plain_equal = same(self.plain)
        edits = self._edits(first, second, ~plain_equal)
        longer = np.minimum(self._length[first], self._length[second])
        holds: dict[str, Flags] = {
            "exact": same(self._key),
            "unmarked": plain_equal & (self._bare[first] | self._bare[second]),
            "sound": same(self.sound),
            "marks": plain_equal,
            "middle_missing": ends & self._middle_missing(first, second, ends),
            "regional": same(self._region),
            "one_edit": (edits == 1) & (longer >= _SHORT),
            "swapped": same(self.any_order),
            "other_name": self._other_name(first, second),
            "middle_differs": ends,
            "family_differs": same(self._given)
            & same(self._middle)
            & (self._given[first] >= 0)
            & (self._middle[first] >= 0),
            "two_edits": (edits == 2) & (longer >= _LONG),
        }
        levels = np.full(len(first), CODES["different"], dtype=np.int8)
        for level in reversed(KINDS["name"][:-1]):
            levels[holds[level]] = CODES[level]
        return levels

    def _edits(self, first: Ints, second: Ints, wanted: Flags) -> NDArray[np.uint8]:
        """Wrong, missing, added or swapped letters between unmarked names, at most 3."""
        # Names whose lengths differ by more than two letters are farther apart than two edits, and
        # so are those of whose letters more than four stand in one of them only.
        near = wanted & (np.abs(self._length[first] - self._length[second]) <= _MOST_EDITS)
        at = np.flatnonzero(near)
        unlike = np.bitwise_count(self._letters_of(first[at]) ^ self._letters_of(second[at]))
        at = at[unlike <= 2 * _MOST_EDITS]
        edits = np.full(len(first), 3, dtype=np.uint8)
        if len(at):
            edits[at] = cpdist(
                list(self._plain_texts[first[at]]),
                list(self._plain_texts[second[at]]),
                scorer=OSA.distance,
                score_cutoff=_MOST_EDITS,
                dtype=np.uint8,
            )
        return edits

    def _letters_of(self, names: Ints) -> Ints:
        """The letters of names as :func:`_letters` has them, worked out once they are asked for."""
        asked = np.unique(names[self._letters[names] == MISSING])
        self._letters[asked] = [_letters(str(text)) for text in self._plain_texts[asked]]
        return self._letters[names]

    def _middle_missing(self, first: Ints, second: Ints, ends: Flags) -> Flags:
        """Is one middle name a part of the other, or the same but for Thị and Văn."""
        missing = np.zeros(len(first), dtype=bool)
        at = np.flatnonzero(ends & (self._middle[first] != self._middle[second]))
        size = int(self._middle.max(initial=0)) + 2
        pairs, values = pd.factorize(
            (self._middle[first[at]] + 1) * size + self._middle[second[at]]
        )
        if not len(values):
            return missing
        _, where = np.unique(pairs, return_index=True)
        verdicts = np.array(
            [
                self._is_part(str(a), str(b))
                for a, b in zip(
                    self._middles[first[at][where]], self._middles[second[at][where]], strict=True
                )
            ]
        )
        missing[at] = verdicts[pairs]
        return missing

    def _is_part(self, one: str, other: str) -> bool:
        few, many = sorted((one.split(), other.split()), key=len)
        core = [[word for word in words if word not in self._optional] for words in (few, many)]
        rest = iter(many)
        return all(word in rest for word in few) or core[0] == core[1]

    def _other_name(self, first: Ints, second: Ints) -> Flags:
        """Is one side's name, or second name, given as the other side's second name."""
        others, names = self._other_texts, self._plain_texts
        same = np.zeros(len(first), dtype=bool)
        at = np.flatnonzero((others[first] != "") | (others[second] != ""))
        for one, two in ((first[at], second[at]), (second[at], first[at])):
            given = others[one]
            same[at] |= (given != "") & ((given == names[two]) | (given == others[two]))
        return same


def _letters(text: str) -> int:
    """The letters of a text, one bit each; one that is there a second time has a bit of its own.

    One edit changes two bits at most: it takes a letter away, adds one, or both.
    """
    bits = 0
    for letter in text:
        bit = 1 << (ord(letter) % 31)
        bits |= bit << 31 if bits & bit else bit
    return bits


def _texts(texts: list[str]) -> NDArray[np.object_]:
    array = np.empty(len(texts), dtype=object)
    array[:] = texts
    return array


def _codes(texts: list[str]) -> Ints:
    """Codes of texts, ``MISSING`` where a text is empty."""
    codes, values = pd.factorize(_texts(texts))
    codes = codes.astype(np.int64)
    empty = np.array([not value for value in values], dtype=bool)
    return np.where(empty[codes], MISSING, codes) if len(codes) else codes
