"""Is one of two names a misspelling of the other, or are both names that people bear?

Twins and brothers are called alike: Hùng and Hưng, Thu and Thư. Somebody's *Hùngg*, *Việtt* or
*Tràn* is nobody's brother: the word that differs is no word that names are made of, or it is the
family name, which brothers share. Only names of equally many words that differ in one word are
looked at, and only where the two words differ by marks or one letter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from rapidfuzz.distance import OSA

from reconcile.match.model import KINDS, MISSING
from reconcile.text.folding import plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reconcile.match.encoding import Coded
    from reconcile.match.frequencies import NameFrequencies

    Ints = NDArray[np.int64]
    Levels = NDArray[np.int8]


def slip_levels(
    coded: Coded,
    left: Ints,
    right: Ints,
    names: NameFrequencies,
    regional: tuple[tuple[str, ...], ...] = (),
) -> Levels:
    """Level of each pair of names, 0 where they do not differ by one slip.

    Args:
        coded: the marked names, dictionary-encoded.
        left: positions of one side.
        right: positions of the other side.
        names: the words that names are made of.
        regional: groups of words that are forms of one name; between them there is no slip.
    """
    forms = {word: group[0] for group in regional for word in group}
    levels = np.zeros(len(left), dtype=np.int8)
    one, other = coded.codes[left], coded.codes[right]
    words, counts, texts = coded.words
    differs = np.flatnonzero((one != other) & (one != MISSING) & (other != MISSING))
    differs = differs[counts[one[differs]] == counts[other[differs]]]
    unlike = words[one[differs]] != words[other[differs]]
    single = unlike.sum(axis=1) == 1
    at, place = differs[single], unlike[single].argmax(axis=1)
    first, second = words[one[at], place], words[other[at], place]
    low, high = np.minimum(first, second), np.maximum(first, second)
    last = place == counts[one[at]] - 1
    part = np.where(place == 0, 0, np.where(last, 2, 1))
    distinct, values = pd.factorize((low * len(texts) + high) * 3 + part)
    triples = [_unpacked(int(value), len(texts)) for value in values]
    verdicts = np.array(
        [
            0
            if forms.get(texts[low], texts[low]) == forms.get(texts[high], texts[high])
            else _slip(texts[low], texts[high], part, names)
            for low, high, part in triples
        ],
        dtype=np.int8,
    )
    levels[at] = verdicts[distinct] if len(values) else 0
    return levels


def _unpacked(value: int, size: int) -> tuple[int, int, int]:
    rest, part = divmod(value, 3)
    low, high = divmod(rest, size)
    return low, high, part


def _slip(one: str, other: str, part: int, names: NameFrequencies) -> int:
    """Level of two words in one place of two names."""
    bare = plain(one), plain(other)
    if bare[0] != bare[1] and OSA.distance(*bare) > 1:
        return 0
    if part == 0:
        level = "family"
    else:
        word = ("middle", "given")[part - 1]
        known = {names.knows(word, one), names.knows(word, other)}
        level = "no_word" if len(known) == 2 else "words"
    return KINDS["slip"].index(level) + 1
