"""Comparison levels of pairs: each kind compares once per *distinct pair of values*.

Every function gives one small integer per pair: the place of the level in
:data:`reconcile.match.model.KINDS`, from 1; 0 where a value is missing, which never counts (P6).
All of them are symmetric: ``compare(a, b) == compare(b, a)``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import token_set_ratio
from rapidfuzz.process import cpdist

from reconcile.match.dates import date_levels
from reconcile.match.deaths import death_dates, death_levels
from reconcile.match.encoding import Encoded, days
from reconcile.match.model import KINDS, MISSING
from reconcile.match.registrations import (
    Registrations,
    adoption_levels,
    again_levels,
    interval_levels,
    office_levels,
    registrations,
)
from reconcile.match.slips import slip_levels

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from reconcile.match.model import Comparison, Model

    Ints = NDArray[np.int64]
    Levels = NDArray[np.int8]
    _Kind = Callable[[Encoded, Comparison, Ints, Ints, Model], Levels]

_SIMILAR: Final = 85.0  # token_set_ratio, per cent, from which two place texts are alike


def compare(
    encoded: Encoded, comparison: Comparison, left: Ints, right: Ints, model: Model
) -> Levels:
    """Level of each pair in one comparison.

    Args:
        encoded: the mentions.
        comparison: one comparison of the model.
        left: positions of one side.
        right: positions of the other side.
        model: the matching model.
    """
    return _KINDS[comparison.kind](encoded, comparison, left, right, model)


def _code(kind: str, level: str) -> int:
    return KINDS[kind].index(level) + 1


def over_distinct(
    codes: Ints, left: Ints, right: Ints, decide: Callable[[Ints, Ints], Levels]
) -> Levels:
    """Compare distinct pairs of codes only; pairs with a missing code get 0.

    Args:
        codes: code per mention, ``MISSING`` where there is no value.
        left: positions of one side.
        right: positions of the other side.
        decide: levels of pairs of codes, the lesser code first.
    """
    levels = np.zeros(len(left), dtype=np.int8)
    one, other = codes[left], codes[right]
    known = np.flatnonzero((one != MISSING) & (other != MISSING))
    if not len(known):
        return levels
    size = int(codes.max()) + 1
    low, high = np.minimum(one[known], other[known]), np.maximum(one[known], other[known])
    distinct, values = pd.factorize(low * size + high)
    first, second = np.divmod(values, size)
    levels[known] = decide(first, second)[distinct]
    return levels


def _names(
    encoded: Encoded, comparison: Comparison, left: Ints, right: Ints, model: Model
) -> Levels:
    del comparison, model
    codes = encoded.names.codes
    return encoded.names.forms.compare(codes[left], codes[right])


def _dates(
    encoded: Encoded, comparison: Comparison, left: Ints, right: Ints, model: Model
) -> Levels:
    del comparison, model
    return date_levels(encoded.dates, left, right)


def _category(
    encoded: Encoded, comparison: Comparison, left: Ints, right: Ints, model: Model
) -> Levels:
    del model
    coded = encoded.coded(comparison.columns["value"])
    common = np.isin(coded.texts.astype(str), comparison.common)
    equal_common, equal_rare, different = range(1, 4)
    # Of each value, what two that have it agree on; nothing for a missing one, which comes last.
    agree = np.append(np.where(common, equal_common, equal_rare), 0).astype(np.int8)
    one, other = coded.codes[left], coded.codes[right]
    levels: Levels = agree[one]
    levels[one != other] = different
    levels[(one == MISSING) | (other == MISSING)] = 0
    return levels


def _identity(
    encoded: Encoded, comparison: Comparison, left: Ints, right: Ints, model: Model
) -> Levels:
    """Numbers of one kind: equal, one digit off or two neighbours swapped, different."""
    del model
    coded = encoded.coded(comparison.columns["value"])

    def decide(first: Ints, second: Ints) -> Levels:
        edits = cpdist(
            list(coded.texts[first]),
            list(coded.texts[second]),
            scorer=OSA.distance,
            score_cutoff=2,
            dtype=np.uint8,
        )
        levels: Levels = (np.minimum(edits, 2) + 1).astype(np.int8)
        return levels

    return over_distinct(coded.codes, left, right, decide)


def _text(
    encoded: Encoded, comparison: Comparison, left: Ints, right: Ints, model: Model
) -> Levels:
    del model
    coded = encoded.coded(comparison.columns["value"])
    equal, similar, different = range(1, 4)

    def decide(first: Ints, second: Ints) -> Levels:
        ratio = cpdist(
            list(coded.texts[first]),
            list(coded.texts[second]),
            scorer=token_set_ratio,
            score_cutoff=_SIMILAR,
            dtype=np.float32,
        )
        alike = np.where(ratio >= _SIMILAR, similar, different)
        return np.where(first == second, equal, alike).astype(np.int8)

    return over_distinct(coded.codes, left, right, decide)


def _place(
    encoded: Encoded, comparison: Comparison, left: Ints, right: Ints, model: Model
) -> Levels:
    """Hamlet and commune of the residence; where it is not written, the registering commune.

    A unit that changed its borders (another period in its id) is no evidence against; only the
    hamlet says something then.
    """
    del model
    columns = [comparison.columns[part] for part in ("unit", "hamlet", "office")]
    coded = encoded.coded(*columns)
    places = encoded.fact(
        ("places", *columns), lambda: _PlaceTable(encoded.mentions.iloc[coded.first][columns])
    )
    one, other = coded.codes[left], coded.codes[right]
    levels = places.levels(one, other)
    levels[(one == MISSING) | (other == MISSING)] = 0
    return levels


class _PlaceTable:
    """Distinct places: columns unit, hamlet and office in this order."""

    def __init__(self, table: pd.DataFrame) -> None:
        unit, hamlet, office = (table[column] for column in table)
        self.unit = pd.factorize(unit)[0]
        self.period = pd.factorize(unit.str.rpartition("@")[2])[0]
        self.has_unit = (unit != "").to_numpy(dtype=bool)
        self.hamlet = pd.factorize(hamlet)[0]
        self.has_hamlet = (hamlet != "").to_numpy(dtype=bool)
        self.office = pd.factorize(office)[0]

    def levels(self, first: Ints, second: Ints) -> Levels:
        """Level of each pair of places."""
        hamlets = self.has_hamlet[first] & self.has_hamlet[second]
        same_hamlet = hamlets & (self.hamlet[first] == self.hamlet[second])
        units = self.has_unit[first] & self.has_unit[second]
        comparable = units & (self.period[first] == self.period[second])
        same_unit = np.where(
            comparable,
            self.unit[first] == self.unit[second],
            self.office[first] == self.office[second],
        ).astype(bool)
        levels = np.zeros(len(first), dtype=np.int8)
        # Units written with other periods, or one not written: the office is a weak stand-in.
        judged = comparable | ~units
        levels[judged & same_unit] = _code("place", "unit_equal")
        levels[judged & ~same_unit] = _code("place", "unit_differs")
        levels[judged & same_unit & hamlets & ~same_hamlet] = _code("place", "hamlet_differs")
        levels[same_hamlet & (same_unit | ~judged)] = _code("place", "hamlet_equal")
        return levels


def _lifetime(
    encoded: Encoded, comparison: Comparison, left: Ints, right: Ints, model: Model
) -> Levels:
    """Does one side die, by every possible day, before the other must have been alive."""
    del comparison
    died = encoded.fact("died", lambda: days(encoded.mentions["death_to"]))
    alive = encoded.fact("alive", lambda: _alive_on(encoded, model))
    levels = np.zeros(len(left), dtype=np.int8)
    for one, other in ((left, right), (right, left)):
        known = (died[one] >= 0) & (alive[other] >= 0)
        levels[known & (died[one] < alive[other])] = _code("lifetime", "after_death")
    return levels


def _alive_on(encoded: Encoded, model: Model) -> Ints:
    """A day on which the person must still have lived, ``MISSING`` where none is known."""
    frame = encoded.mentions
    acts = frame["acts"].to_numpy(dtype=bool)
    alive = np.where(acts, days(frame["registered_from"]), MISSING)
    for rule in model.file.ages:
        if rule.alive:
            of_role = (frame["role"] == rule.role).to_numpy(dtype=bool)
            event = days(frame[f"{rule.at}_from"])
            lived = np.where(event >= 0, event - rule.before, MISSING)
            alive = np.where(of_role, np.maximum(alive, lived), alive)
    return alive


def _passage(
    encoded: Encoded, comparison: Comparison, left: Ints, right: Ints, model: Model
) -> Levels:
    """Two entries of a passage that a person makes only once: born twice, died twice."""
    del model
    coded = encoded.coded(comparison.columns["passage"])
    words = np.zeros(len(coded.texts) + 1, dtype=np.int8)  # a missing one comes last
    for code, word in enumerate(("birth", "death"), start=1):
        words[:-1][coded.texts.astype(str) == word] = code
    one = words[coded.codes[left]]
    levels: Levels = np.where(one == words[coded.codes[right]], one, 0).astype(np.int8)
    return levels


def _series(
    encoded: Encoded, comparison: Comparison, left: Ints, right: Ints, model: Model
) -> Levels:
    """The same role in two entries with one number of one series: a book digitised twice."""
    del comparison, model
    per_mention = encoded.fact("series", lambda: encoded.series[encoded.entry])
    role = encoded.coded("role").codes
    line = per_mention[left]
    at = np.flatnonzero((line == per_mention[right]) & (line != MISSING))
    levels = np.zeros(len(left), dtype=np.int8)
    levels[at[role[left[at]] == role[right[at]]]] = _code("series", "same_number")
    return levels


def _slip(
    encoded: Encoded, comparison: Comparison, left: Ints, right: Ints, model: Model
) -> Levels:
    coded = encoded.coded(comparison.columns["key"])
    return slip_levels(coded, left, right, model.frequencies, model.file.regional)


def _of_registrations(decide: Callable[[Encoded, Registrations], Ints]) -> _Kind:
    """A kind that compares the registrations behind two mentions; 0 where they say nothing."""

    def levels_of(
        encoded: Encoded, comparison: Comparison, left: Ints, right: Ints, model: Model
    ) -> Levels:
        del model
        passage = comparison.columns["passage"]
        found = registrations(encoded, passage, comparison.passages, left, right)
        levels = np.zeros(len(left), dtype=np.int8)
        levels[found.at] = decide(encoded, found)
        return levels

    return levels_of


def _death(
    encoded: Encoded, comparison: Comparison, left: Ints, right: Ints, model: Model
) -> Levels:
    del comparison, model
    dates = encoded.fact("death", lambda: death_dates(encoded.mentions))
    return death_levels(dates, left, right)


_KINDS: Final[dict[str, _Kind]] = {
    "name": _names,
    "date": _dates,
    "category": _category,
    "identity": _identity,
    "place": _place,
    "text": _text,
    "lifetime": _lifetime,
    "passage": _passage,
    "series": _series,
    "slip": _slip,
    "interval": _of_registrations(interval_levels),
    "again": _of_registrations(again_levels),
    "office": _of_registrations(office_levels),
    "adoption": _of_registrations(adoption_levels),
    "death": _death,
}
