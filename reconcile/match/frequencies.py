"""Pinned name frequencies: how many people bear a name, by sex and time of birth.

Agreement on a rare name says more than on a common one. The figures come from a file that is part
of the model, never from the loaded data (P4): published samples of Vietnamese surnames and given
names (Lê Trung Hoa 2005; the samples SG01 and DKL01 of hoten.org), the southern forms, and for the
long tail the rank order of names in use. A token that is not in the file is rare: it gets a floor.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from reconcile.errors import ModelError
from reconcile.text.folding import plain

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

COHORTS: Final = (1970, 1990, 2005)  # first year of the second, third and fourth cohort
_PARTS: Final = ("family", "middle", "given")
_SEXES: Final = ("M", "F")
_COLUMNS: Final = (
    "part",
    "sex",
    "token",
    "born_to_1969",
    "born_1970_1989",
    "born_1990_2004",
    "born_from_2005",
)
# Share of people who bear one particular token that is not in the file.
_FLOOR: Final = {"family": 2e-4, "middle": 1e-3, "given": 3e-4}
_MISSPELT: Final = 0.02  # share of a name's bearers who are written with one particular wrong mark
# Names of two words: 1 % of men and 0.2 % of women (SG01), more in old books, and those whose
# "Thị" or "Văn" the clerk left out.
_NO_MIDDLE: Final = 0.06
_SECOND_MIDDLE: Final = (0.3, 0.26, 0.45)  # a second middle name: unknown sex, men, women (SG01)
# Middle and given names go together (Gia Hân, Bảo Ngọc), families too keep to names: a full name
# is about twice as frequent as the product of its parts; and no full name is rarer than one
# person in a million, for we do not know the fashions of every village.
_TOGETHER: Final = 2.0
_RAREST: Final = 1e-6
_TITLE: Final = "thị"

Shares = dict[str, tuple[float, ...]]


@dataclass(frozen=True)
class NameShares:
    """Frequencies of names, one value per name asked for.

    Attributes:
        name: share of people with this full name, among those of the sex and cohort.
        family_given: share with this family and given name, whatever the middle name.
        middle_given: share with this middle and given name, whatever the family name.
    """

    name: NDArray[np.float64]
    family_given: NDArray[np.float64]
    middle_given: NDArray[np.float64]


def cohort_of(years: NDArray[np.int64]) -> NDArray[np.int64]:
    """Cohort by year of birth: 1…4; 0 where the year is not known (negative)."""
    found = np.searchsorted(np.array(COHORTS), years, side="right") + 1
    return np.where(years < 0, 0, found)


class NameFrequencies:
    """How frequent names are.

    Args:
        shares: (part, sex) -> token -> share per cohort; sex is empty for families.
    """

    def __init__(self, shares: dict[tuple[str, str], Shares]) -> None:
        self._marked = {
            (part, sex): self._with_mean(shares.get((part, sex if part != "family" else ""), {}))
            for part in _PARTS
            for sex in _SEXES
        }
        self._plain = {at: self._folded(table) for at, table in self._marked.items()}

    @staticmethod
    def _with_mean(table: Shares) -> Shares:
        return {token: (sum(row) / len(row), *row) for token, row in table.items()}

    @staticmethod
    def _folded(table: Shares) -> Shares:
        folded: dict[str, tuple[float, ...]] = {}
        for token, row in table.items():
            bare = plain(token)
            before = folded.get(bare, (0.0,) * len(row))
            folded[bare] = tuple(a + b for a, b in zip(before, row, strict=True))
        return folded

    def knows(self, part: str, token: str) -> bool:
        """Whether the file names a word, marks and all, for this part of a name.

        Args:
            part: family, middle or given.
            token: the word as in ``name_key``.
        """
        return any(token in self._marked[part, sex] for sex in _SEXES)

    def _token(self, part: str, token: str) -> NDArray[np.float64]:
        """Shares of one token: sex (unknown, M, F) by cohort (unknown, 1…4)."""
        floor = _FLOOR[part]
        rows: list[list[float]] = []
        for sex in _SEXES:
            found = self._marked[part, sex].get(token) or self._plain[part, sex].get(token)
            if found is None:
                # A wrong mark makes no rare name: "Nguyển" is some hand's "Nguyễn".
                bare = self._plain[part, sex].get(plain(token), (0.0,))
                found = tuple(_MISSPELT * share for share in bare)
            least = [max(share, floor) for share in found]
            rows.append(least if len(least) > 1 else least * (len(COHORTS) + 2))
        mean = [(man + woman) / 2 for man, woman in zip(*rows, strict=True)]
        return np.array([mean, *rows])

    def _middle(self, middle: str) -> NDArray[np.float64]:
        """Shares of a whole middle name of any number of tokens."""
        tokens = middle.split()
        if not tokens:
            return np.full((3, len(COHORTS) + 2), _NO_MIDDLE)
        share = self._token("middle", tokens[0])
        title = self._token("middle", _TITLE)
        second = np.array(_SECOND_MIDDLE)[:, None]
        for _, token in pairwise(tokens):
            # After the first one, the other middle names are as frequent as among people
            # without "Thị".
            among = self._token("middle", token) / np.maximum(1 - title, 0.1)
            share = share * np.minimum(among, 0.3) * second
        return share

    def shares(
        self,
        names: pd.DataFrame,
        sex: NDArray[np.int64],
        cohort: NDArray[np.int64],
    ) -> NameShares:
        """Frequencies of full names.

        Args:
            names: columns family, middle, given, as in MENTIONS.
            sex: 0 unknown, 1 man, 2 woman.
            cohort: as :func:`cohort_of` gives it.
        """
        found = {}
        for part in _PARTS:
            codes, tokens = pd.factorize(names[part])
            one = self._middle if part == "middle" else lambda t, p=part: self._token(p, t)
            table = np.stack([one(str(token)) for token in tokens]) if len(tokens) else None
            found[part] = table[codes, sex, cohort] if table is not None else np.empty(0)
        family, middle, given = (found[part] for part in _PARTS)
        name = np.maximum(_TOGETHER * family * middle * given, _RAREST)
        family_given = np.maximum(family * given, _RAREST)
        middle_given = np.maximum(_TOGETHER * middle * given, _RAREST)
        return NameShares(name, family_given, middle_given)

    def of_plain(self, names: list[list[str]]) -> NDArray[np.float64]:
        """Share of all people whose unmarked full name this is, whatever sex and cohort.

        A function of the unmarked name alone, so that all mentions that share it get the same
        block keys.

        Args:
            names: the words of each.
        """
        middle_codes, middles = pd.factorize(
            np.array([" ".join(words[1:-1]) for words in names], dtype=object)
        )
        total = np.zeros(len(names), dtype=np.float64)
        for sex in _SEXES:
            product = np.array(
                [
                    math.prod(self._plain_share("middle", sex, token) for token in middle.split())
                    for middle in middles
                ],
                dtype=np.float64,
            )
            family = self._by_token("family", sex, [words[0] if words else "" for words in names])
            given = self._by_token("given", sex, [words[-1] if words else "" for words in names])
            total += family * given * product[middle_codes]
        size = np.array([len(words) for words in names], dtype=np.int64)
        together = np.where(size > 2, _TOGETHER, _NO_MIDDLE)
        share = np.maximum(together * total / len(_SEXES), _RAREST)
        return np.where(size > 0, share, 1.0)

    def _by_token(self, part: str, sex: str, tokens: list[str]) -> NDArray[np.float64]:
        shares = {token: self._plain_share(part, sex, token) for token in set(tokens)}
        return np.array([shares[token] for token in tokens], dtype=np.float64)

    def of_part(self, part: str, tokens: list[str]) -> NDArray[np.float64]:
        """Share of all people one part of whose unmarked name is this token."""
        shares = {
            token: sum(self._plain_share(part, sex, token) for sex in _SEXES) / len(_SEXES)
            for token in set(tokens)
        }
        return np.array([shares[token] for token in tokens], dtype=np.float64)

    def _plain_share(self, part: str, sex: str, token: str) -> float:
        floor = _FLOOR[part]
        return max(self._plain[part, sex].get(token, (floor,))[0], floor)


def load_frequencies(path: Path) -> NameFrequencies:
    """Read the frequency file: per cent by part of the name, sex, token and cohort.

    Raises:
        ModelError: the file is missing or a line does not fit; says which line.
    """
    shares: dict[tuple[str, str], Shares] = {}
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            reader = csv.reader(stream)
            if tuple(next(reader, ())) != _COLUMNS:
                raise ModelError(
                    "{file}: the first line must be {columns}.",
                    file=path.name,
                    columns=",".join(_COLUMNS),
                )
            for line in reader:
                _add_line(shares, line, path.name, reader.line_num)
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError("{file}: cannot be read.", file=path.name) from error
    return NameFrequencies(shares)


def _add_line(
    shares: dict[tuple[str, str], Shares], line: list[str], file: str, number: int
) -> None:
    try:
        part, sex, token, *cells = line
        row = tuple(float(cell) / 100 for cell in cells)
    except ValueError:
        part, sex, token, row = "", "", "", ()
    fits = part in _PARTS and sex in ("", "M", "F") and token and len(row) == len(COHORTS) + 1
    if not fits or not all(0 <= value <= 1 for value in row):
        raise ModelError("{file}, line {line}: does not fit the columns.", file=file, line=number)
    table = shares.setdefault((part, sex), {})
    if token in table:
        raise ModelError("{file}, line {line}: the name is there twice.", file=file, line=number)
    table[token] = row
