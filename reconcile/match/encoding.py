"""Mentions as integers: every text value is dictionary-encoded once, comparisons work on codes."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np
import pandas as pd

from reconcile.match.ages import age_bounds
from reconcile.match.frequencies import NameShares, cohort_of
from reconcile.match.model import MISSING
from reconcile.match.names import NameForms
from reconcile.text.folding import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from numpy.typing import NDArray

    from reconcile.match.model import Model

    Ints = NDArray[np.int64]

_T = TypeVar("_T")

_SEXES: Final = {"M": 1, "F": 2}
PRECISIONS: Final = {"": 0, "age": 1, "year": 2, "month": 3, "day": 4}
BOUND, AGE, YEAR, MONTH, DAY = range(5)
EPOCH_YEAR: Final = 1970
_EPOCH: Final = 719163  # proleptic ordinal of 1970-01-01
MOST_WORDS: Final = 6  # longer names are not compared word by word
_SERIES: Final = ("commune", "register_type", "body", "year", "number", "number_suffix")


@dataclass(frozen=True)
class Coded:
    """One column, dictionary-encoded.

    Attributes:
        codes: code per mention, ``MISSING`` where there is no value.
        texts: text of each code; several columns are joined with the unit separator.
        first: position of one mention with each code.
    """

    codes: Ints
    texts: NDArray[np.object_]
    first: Ints

    @cached_property
    def words(self) -> tuple[Ints, Ints, list[str]]:
        """Word codes of each text (of at most six words), its number of words, all words' texts."""
        split = [str(text).split() for text in self.texts]
        counts = np.array([len(words) for words in split] or [0], dtype=np.int64)
        usable = [words if len(words) <= MOST_WORDS else [] for words in split]
        padded = [words + [""] * (MOST_WORDS - len(words)) for words in usable]
        flat = np.array([word for words in padded for word in words] or [""], dtype=object)
        codes, texts = pd.factorize(flat)
        table = codes.astype(np.int64)[: len(split) * MOST_WORDS].reshape(len(split), MOST_WORDS)
        return table, counts, [str(text) for text in texts]


@dataclass(frozen=True)
class Names:
    """The distinct names, and which mention bears which.

    Attributes:
        codes: distinct name per mention, ``MISSING`` where there is none.
        forms: the forms of each distinct name, in codes.
        shares: pinned frequencies per *mention* (they depend on sex and time of birth).
    """

    codes: Ints
    forms: NameForms
    shares: NameShares


@dataclass(frozen=True)
class Dates:
    """Days of birth as intervals.

    Attributes:
        first: first possible day, proleptic ordinal; ``MISSING`` where nothing is known.
        last: last possible day.
        precision: ``BOUND`` where only the role's ages bound it, else ``AGE`` … ``DAY``.
        lunar: was written by the lunar calendar.
    """

    first: Ints
    last: Ints
    precision: Ints
    lunar: NDArray[np.bool_]

    @property
    def dated(self) -> NDArray[np.bool_]:
        """Is a date of birth written, in whatever precision."""
        return self.precision > BOUND

    @cached_property
    def years(self) -> tuple[Ints, Ints]:
        """Calendar years of ``first`` and ``last``."""
        return year_of(self.first), year_of(self.last)

    @cached_property
    def calendar(self) -> tuple[Ints, Ints, Ints]:
        """Year, month and day of the month of ``first``; of no use where that is missing."""
        stamps = (self.first - _EPOCH).astype("datetime64[D]")
        months, years = stamps.astype("datetime64[M]"), stamps.astype("datetime64[Y]")
        month = (months - years.astype("datetime64[M]")).astype(np.int64) + 1
        day = (stamps - months.astype("datetime64[D]")).astype(np.int64) + 1
        return years.astype(np.int64) + EPOCH_YEAR, month, day


@dataclass
class Encoded:
    """The mentions of one run in integers.

    Attributes:
        mentions: LIVE_MENTIONS, index 0…n-1.
        entries: LIVE_ENTRIES.
        names: names with their frequencies.
        dates: dates of birth, with the bounds that roles set.
        entry: position in ``entries``.
        head: the mention that a structural join puts in the place of this one, or itself.
        relatives: slot -> position of the relative per mention, ``MISSING`` where none.
    """

    mentions: pd.DataFrame
    entries: pd.DataFrame
    names: Names
    dates: Dates
    entry: Ints
    head: Ints
    relatives: dict[str, Ints] = field(default_factory=dict)
    _coded: dict[tuple[str, ...], Coded] = field(default_factory=dict)
    _facts: dict[Hashable, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.mentions)

    def coded(self, *columns: str) -> Coded:
        """One column, or several taken together, dictionary-encoded; empty texts are missing."""
        if columns not in self._coded:
            self._coded[columns] = _encode(self.mentions, columns)
        return self._coded[columns]

    @cached_property
    def series(self) -> Ints:
        """The line of a book of each entry, ``MISSING`` where it has no number."""
        numbered = self.entries["number"].notna() & self.entries["year"].notna()
        lines = self.entries[list(_SERIES)].groupby(list(_SERIES), dropna=False).ngroup()
        return np.where(numbered.to_numpy(dtype=bool), lines.to_numpy(dtype=np.int64), MISSING)

    def fact(self, about: Hashable, made: Callable[[], _T]) -> _T:
        """What a comparison needs to know of every mention or entry, made once and kept.

        Args:
            about: what it is; everything that it depends on beside the tables.
            made: makes it.
        """
        if about not in self._facts:
            self._facts[about] = made()
        found: _T = self._facts[about]
        return found

    def replace_column(self, column: str, values: pd.Series[Any]) -> None:
        """Put other values in the place of a column (attributes lent by a structural join)."""
        self.mentions = self.mentions.assign(**{column: values})
        self._coded = {at: coded for at, coded in self._coded.items() if column not in at}
        self._facts = {}


def _encode(table: pd.DataFrame, columns: tuple[str, ...]) -> Coded:
    codes = np.zeros(len(table), dtype=np.int64)
    empty = np.ones(len(table), dtype=bool)
    for column in columns:
        own, values = pd.factorize(table[column])
        is_empty = np.append(np.asarray(values == "", dtype=bool), True)  # a missing one comes last
        empty &= is_empty[own]
        codes = pd.factorize(codes * (len(values) + 1) + own + 1)[0].astype(np.int64)
    first = np.zeros(int(codes.max(initial=-1)) + 1, dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    lines = table[list(columns)].iloc[first]
    texts = lines[columns[0]].to_numpy(dtype=object)
    for column in columns[1:]:
        texts = texts + "\x1f" + lines[column].to_numpy(dtype=object)
    return Coded(np.where(empty, MISSING, codes), texts, first)


def days(column: pd.Series[Any]) -> Ints:
    """Ordinals of an ``Int32`` column, ``MISSING`` where there is none."""
    return column.fillna(MISSING).to_numpy(dtype=np.int64)


def year_of(ordinals: Ints) -> Ints:
    """Calendar year of proleptic ordinals; ``MISSING`` stays."""
    stamps = (ordinals - _EPOCH).astype("datetime64[D]")
    years = stamps.astype("datetime64[Y]").astype(np.int64) + EPOCH_YEAR
    return np.where(ordinals < 0, MISSING, years)


def sexes(column: pd.Series[Any]) -> Ints:
    """Sex as 1 (man), 2 (woman), 0 (not known)."""
    codes, values = pd.factorize(column)
    lookup = np.array([_SEXES.get(str(value), 0) for value in values] or [0], dtype=np.int64)
    return lookup[codes]


def encode(mentions: pd.DataFrame, entries: pd.DataFrame, model: Model) -> Encoded:
    """Encode mentions and what the model needs of their entries.

    Args:
        mentions: LIVE_MENTIONS.
        entries: LIVE_ENTRIES.
        model: the matching model.
    """
    mentions = mentions.reset_index(drop=True)
    dates = _dates(mentions, model)
    return Encoded(
        mentions=mentions,
        entries=entries.reset_index(drop=True),
        names=_names(mentions, dates, model),
        dates=dates,
        entry=days(mentions["entry"]),
        head=np.arange(len(mentions), dtype=np.int64),
    )


def _dates(mentions: pd.DataFrame, model: Model) -> Dates:
    comparison = model.of_kind("date")
    if comparison is None:
        none = np.full(len(mentions), MISSING, dtype=np.int64)
        return Dates(none, none.copy(), np.zeros_like(none), np.zeros(len(mentions), dtype=bool))
    columns = comparison.columns
    first, last = days(mentions[columns["from"]]), days(mentions[columns["to"]])
    codes, words = pd.factorize(mentions[columns["precision"]])
    precision = np.array([PRECISIONS.get(str(word), 0) for word in words] or [0])[codes]
    dated = (first >= 0) & (last >= 0) & (precision > BOUND)
    precision = np.where(dated, precision, BOUND)
    known = np.where(dated, first, MISSING), np.where(dated, last, MISSING)
    low, high = age_bounds(mentions, known, model)
    lunar = mentions[columns["flags"]].str.contains("lunar").to_numpy(dtype=bool)
    return Dates(np.where(dated, first, low), np.where(dated, last, high), precision, lunar & dated)


def _names(mentions: pd.DataFrame, dates: Dates, model: Model) -> Names:
    comparison = model.of_kind("name")
    assert comparison is not None  # noqa: S101 - the model's schema demands one
    columns = comparison.columns
    coded = _encode(mentions, tuple(columns.values()))
    table = mentions.iloc[coded.first][list(columns.values())].set_axis(list(columns), axis=1)
    texts = {part: table[part].tolist() for part in columns}
    texts["other"] = [plain(text) if text else "" for text in texts["other"]]
    years = year_of((dates.first + dates.last) // 2)
    cohort = cohort_of(np.where(dates.dated, years, MISSING))
    parts = mentions[[columns["family"], columns["middle"], columns["given"]]].set_axis(
        ["family", "middle", "given"], axis=1
    )
    sex = sexes(mentions["sex"]) if "sex" in mentions else np.zeros(len(mentions), dtype=np.int64)
    shares = model.frequencies.shares(parts, sex, cohort)
    forms = NameForms(texts, model.file.regional, model.file.optional_middles)
    return Names(coded.codes, forms, shares)
