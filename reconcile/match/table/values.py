"""Columns of a foreign table as integers: each cell is cleaned by its kind, each value once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from reconcile.match.model import MISSING
from reconcile.text.english_sound import english_sound_key
from reconcile.text.folding import key, plain
from reconcile.text.sound import southern_sound_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from reconcile.match.table.model import TableComparison, TableModel

    Ints = NDArray[np.int64]
    Texts = NDArray[np.object_]

_NOT_LETTERS: Final = re.compile(r"[\W_]+")
_NOT_DIGITS: Final = re.compile(r"\D+")
_TIME: Final = re.compile(r"[T ]\d{1,2}:.*")
_START: Final = 4  # letters of a value's start, as a part of a block key
_SOUNDS: Final[dict[str, Callable[[str], str]]] = {
    "english": english_sound_key,
    "vietnamese": southern_sound_key,
}


@dataclass(frozen=True)
class Values:
    """One column of the table; what is derived of its values is made when first asked for.

    Attributes:
        codes: code per record, ``MISSING`` where there is no value.
        texts: cleaned text of each code, sorted.
        sound: gives the sound key of a text.
    """

    codes: Ints
    texts: Texts
    sound: Callable[[str], str]

    @cached_property
    def counts(self) -> Ints:
        """How many records have each value."""
        known = self.codes[self.codes != MISSING]
        return np.bincount(known, minlength=len(self.texts)).astype(np.int64)

    @cached_property
    def joined(self) -> Texts:
        """Text of each code without blanks: words written together are no other words."""
        return _each(self.texts, lambda text: text.replace(" ", ""))

    @cached_property
    def lengths(self) -> Ints:
        """Letters of each code, blanks not counted."""
        return np.array([len(text) for text in self.joined], dtype=np.int64)

    @cached_property
    def spelling(self) -> Ints:
        """For each code what it is without blanks; equal for words written together or apart."""
        return _numbers(self.joined)

    @cached_property
    def plain(self) -> Ints:
        """For each code what it is without blanks and marks."""
        return _numbers(_each(self.joined, plain))

    @cached_property
    def sounds(self) -> Ints:
        """For each code how it sounds, ``MISSING`` where it has no sound."""
        return _numbers(_each(self.texts, self.sound))

    @cached_property
    def words(self) -> Ints:
        """For each code which words it has, in any order."""
        return _numbers(_each(self.texts, _PARTS["words"]))

    @cached_property
    def day(self) -> tuple[Ints, Ints, Ints]:
        """Year, month and day of each code, ``MISSING`` where not known.

        Eight digits are a whole date, four are a year; anything else is neither.
        """
        whole = np.array([int(text) if len(text) == 8 else MISSING for text in self.texts])
        whole = whole.astype(np.int64)
        pieces = (whole // 10_000, whole // 100 % 100, whole % 100)
        year, month, day = (np.where(whole < 0, MISSING, piece) for piece in pieces)
        alone = np.flatnonzero(self.lengths == 4)
        year[alone] = [int(text) for text in self.texts[alone]]
        return year, month, day

    def whole(self, kind: str) -> Ints:
        """Code per record of what must be equal to agree exactly, ``MISSING`` where it cannot."""
        if kind != "date":
            return self.part("")
        _, month, _ = self.day
        return np.where(np.append(month, MISSING)[self.codes] == MISSING, MISSING, self.codes)

    def part(self, name: str) -> Ints:
        """Code per record of one part of the value, for block keys; see ``PARTS``."""
        if name in ("sound", "plain"):
            numbers = self.sounds if name == "sound" else self.plain
        elif name in _PARTS:
            numbers = _numbers(_each(self.texts, _PARTS[name]))
        else:
            numbers = self.spelling
        # A missing value, -1, finds the place that is added behind.
        found: Ints = np.append(numbers, MISSING)[self.codes]
        return found


def _each(texts: Texts, change: Callable[[str], str]) -> Texts:
    changed = np.empty(len(texts), dtype=object)
    changed[:] = [change(text) for text in texts]
    return changed


def _numbers(texts: Texts) -> Ints:
    """Equal numbers for equal texts, ``MISSING`` for empty ones."""
    numbers = np.asarray(pd.factorize(texts)[0], dtype=np.int64)
    return np.where(texts == "", MISSING, numbers)


_PARTS: Final[dict[str, Callable[[str], str]]] = {
    "start": lambda text: plain(text.replace(" ", "")[:_START]),
    "initial": lambda text: plain(text[:1]),
    "words": lambda text: " ".join(sorted(text.split())),
    "year": lambda text: text[:4] if len(text) in (4, 8) else "",
    "month_day": lambda text: text[4:] if len(text) == 8 else "",
}


def values_of(table: pd.DataFrame, comparison: TableComparison, model: TableModel) -> Values:
    """Clean and encode the column of one comparison.

    Args:
        table: the records, texts with ``""`` where there is no value.
        comparison: one comparison of the model.
        model: the model, for the language of sounds and the order of dates.
    """
    raw, cells = pd.factorize(table[comparison.reads])
    cleaned = [_cleaned(str(cell), comparison.kind, model.day_first) for cell in cells]
    texts, again = np.unique(np.array([*cleaned, ""], dtype=object), return_inverse=True)
    codes = again[:-1][raw].astype(np.int64) if len(cells) else raw.astype(np.int64)
    # The empty text sorts first and is no value.
    return Values(codes - 1, texts[1:], _SOUNDS[model.sounds])


def _cleaned(cell: str, kind: str, day_first: bool) -> str:
    if kind == "date":
        return date_digits(cell, day_first=day_first)
    words = _NOT_LETTERS.sub(" ", key(cell)).strip()
    return words.replace(" ", "") if kind == "code" else words


def date_digits(cell: str, *, day_first: bool) -> str:
    """A date as ``yyyymmdd``, or ``yyyy`` where no day is known.

    Digits that are no date stay as they are, so that a slip is near.

    >>> date_digits("3/12/1985", day_first=True), date_digits("1985-12-03 00:00", day_first=True)
    ('19851203', '19851203')
    """
    day = _TIME.sub("", cell)
    groups = _NOT_DIGITS.sub(" ", day).split()
    if len(groups) == 2:
        return next((group for group in groups if len(group) == 4), "".join(groups))
    if len(groups) != 3:
        return "".join(groups)
    if len(groups[0]) == 4:
        year, month, day = groups
    elif day_first:
        day, month, year = groups
    else:
        month, day, year = groups
    return year + month.zfill(2) + day.zfill(2)


def same_value(one: Values, other: Values) -> Ints:
    """For each code of one column the code of the same text in another, ``MISSING`` if none."""
    found: Any = pd.Index(other.texts).get_indexer(pd.Index(one.texts))
    return np.asarray(found, dtype=np.int64)
