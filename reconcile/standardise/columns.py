"""Columns by their distinct values, so that each value is read once however often it comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

Value = TypeVar("Value")
Read = TypeVar("Read")
NO_NUMBER: Final = -1
"""Stands for "no value" in columns of numbers, of which none is below 0."""


@dataclass(frozen=True)
class Distinct(Generic[Value]):
    """One column: for each line the place of its value.

    Attributes:
        codes: for each line a place in ``kinds``.
        kinds: the values; one may stand there twice.
    """

    codes: NDArray[np.int64]
    kinds: Sequence[Value]

    def map(self, reading: Callable[[Value], Read]) -> Distinct[Read]:
        """The column of what is read from each value."""
        return Distinct(self.codes, [reading(value) for value in self.kinds])

    def mask(self, condition: Callable[[Value], object]) -> NDArray[np.bool_]:
        """Lines whose value fulfils a condition."""
        holds = [bool(condition(value)) for value in self.kinds]
        return np.array(holds, dtype=bool)[self.codes]

    def numbers(self, reading: Callable[[Value], int | None]) -> NDArray[np.int64]:
        """A number for each line, :data:`NO_NUMBER` for None."""
        read = [reading(value) for value in self.kinds]
        found = [NO_NUMBER if number is None else number for number in read]
        return np.array(found, dtype=np.int64)[self.codes]

    def at(self, lines: NDArray[np.int64]) -> Distinct[Value]:
        """Some of the lines."""
        return Distinct(self.codes[lines], self.kinds)

    def merged(self) -> Distinct[Value]:
        """The same column, equal values with one code."""
        places: dict[Value, int] = {}
        codes = [places.setdefault(value, len(places)) for value in self.kinds]
        return Distinct(np.array(codes, dtype=np.int64)[self.codes], list(places))


def distinct(values: list[str]) -> Distinct[str]:
    """A column of texts by its distinct values."""
    codes, found = pd.factorize(np.array(values, dtype=object))
    return Distinct(codes.astype(np.int64, copy=False), list(found))


def constant(value: Value, size: int) -> Distinct[Value]:
    """A column that says the same on every line."""
    return Distinct(np.zeros(size, dtype=np.int64), [value])


def distinct_lines(*columns: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number the distinct lines of several columns of numbers.

    Returns:
        For each line the number of its kind, and for each kind its first line.
    """
    codes, _ = pd.factorize(columns[0])
    for column in columns[1:]:
        numbered, found = pd.factorize(column)
        codes, _ = pd.factorize(codes * max(len(found), 1) + numbered)
    first = np.zeros(int(codes.max(initial=-1)) + 1, dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes), dtype=np.int64)[::-1]
    return codes.astype(np.int64, copy=False), first


def together(
    reading: Callable[..., Read], *columns: Distinct[Any] | NDArray[np.int64]
) -> Distinct[Read]:
    """Read several columns at once, each combination of their values once.

    Args:
        reading: gets one value of each column.
        *columns: columns of values, or of numbers.
    """
    codes, first = distinct_lines(
        *(column.codes if isinstance(column, Distinct) else column for column in columns)
    )
    sides = [
        [column.kinds[code] for code in column.codes[first].tolist()]
        if isinstance(column, Distinct)
        else column[first].tolist()
        for column in columns
    ]
    return Distinct(codes, [reading(*values) for values in zip(*sides, strict=True)])


def joined(parts: Sequence[Distinct[str]], order: NDArray[np.int64]) -> pd.Series[str]:
    """The texts of several columns, one under the other, then put in order."""
    values: list[str] = []
    codes: list[NDArray[np.int64]] = []
    starts: dict[int, int] = {}  # columns cut from one column share their values
    for part in parts:
        if id(part.kinds) not in starts:
            starts[id(part.kinds)] = len(values)
            values += part.kinds
        codes.append(part.codes + starts[id(part.kinds)])
    texts = pd.array(values, dtype="str")
    return pd.Series(texts.take(np.concatenate(codes)[order]))


def numbered(numbers: NDArray[np.int64]) -> pd.Series[int]:
    """A column of numbers as the nullable ``Int32``."""
    return pd.Series(pd.arrays.IntegerArray(numbers.astype(np.int32), numbers == NO_NUMBER))
