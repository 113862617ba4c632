"""Names as families give them: by sex, decade, parents and siblings."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from reconcile.simulate.settings import at

if TYPE_CHECKING:
    from random import Random

    from reconcile.simulate.settings import ByYear, NameSettings, Sex


class _Draw:
    """Draws a word with a weight; the running sum is made once."""

    def __init__(self, weights: dict[str, float]) -> None:
        self._words = list(weights)
        self._sums = list(accumulate(weights.values()))

    def __call__(self, rng: Random) -> str:
        return rng.choices(self._words, cum_weights=self._sums)[0]


def _ranked(words: str, spread: float) -> _Draw:
    ordered = list(dict.fromkeys(words.split()))
    return _Draw({word: 1.0 / (rank + spread) for rank, word in enumerate(ordered, start=1)})


class NameGiver:
    """Gives names after the fashion of a year.

    Args:
        settings: the ``names`` part of ``simulation.toml``.
        rng: source of chance.
    """

    def __init__(self, settings: NameSettings, rng: Random) -> None:
        self._settings = settings
        self._rng = rng
        self._surname = _Draw(settings.surnames)
        self._middles = self._by_year(settings.middles)
        self._given = self._by_year(settings.given)

    def _by_year(self, lists: dict[Sex, dict[int, str]]) -> dict[str, dict[int, _Draw]]:
        return {
            sex: {year: _ranked(words, self._settings.spread) for year, words in years.items()}
            for sex, years in lists.items()
        }

    def surname(self) -> str:
        """A surname."""
        return self._surname(self._rng)

    def given(self, sex: str, year: int) -> str:
        """A given name (tên); fashions overlap by some years."""
        return _latest(self._given[sex], year + self._rng.randrange(-9, 10))(self._rng)

    def middle(self, sex: str, year: int, mother_surname: str = "") -> str:
        """Middle names (đệm): Văn or Thị, the mother's surname, a word of the fashion, or none."""
        rng = self._rng
        words: list[str] = []
        if mother_surname and self._happens(self._settings.mother_surname_middle, year):
            words.append(mother_surname)
        marker = "Thị" if sex == "F" else "Văn"
        if self._happens(self._settings.thi if sex == "F" else self._settings.van, year):
            words.insert(0, marker)
        # Four-syllable names: 26 % of boys, 65 % of girls born 2007-2011, rare before 1975.
        if len(words) == 1 and rng.random() < (0.12 if year < 1985 else 0.5):
            words.append(self._fashionable(sex, year))
        if not words and rng.random() > 0.012:
            words.append(self._fashionable(sex, year))
            if year >= 1995 and rng.random() < (0.42 if sex == "F" else 0.14):
                words.append(self._fashionable(sex, year))
        return " ".join(dict.fromkeys(words))

    def _fashionable(self, sex: str, year: int) -> str:
        return _latest(self._middles[sex], year)(self._rng)

    def _happens(self, by_year: ByYear, year: int) -> bool:
        return self._rng.random() < at(by_year, year)


def _latest(draws: dict[int, _Draw], year: int) -> _Draw:
    starts = [start for start in draws if start <= year]
    return draws[max(starts)] if starts else draws[min(draws)]
