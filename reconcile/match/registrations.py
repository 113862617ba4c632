"""How two registrations lie to each other: what an entry says that records an event once more.

One birth is registered again because the book was lost, late because nobody knew of the first
entry, or in another commune. Two children of one couple are registered otherwise: twins on one day
with neighbouring numbers, brothers and sisters in the same office, each in time. So the two lines
of the books tell a second registration from a second child where names and parents cannot.

Everything is symmetric and speaks only where both sides say what it needs (P6). Two lines with one
number are one line typed twice: they say nothing here, the comparison ``series`` speaks of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from reconcile.match.encoding import Encoded, days
from reconcile.match.model import KINDS, MISSING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

_DAYS: Final = 7  # two registrations so near were made on one occasion
_YEAR: Final = 366
_AGAIN: Final = "again"
_NOTED: Final = "re_registration"  # what notes speak of where an entry is registered again
_ADOPTED: Final = "adoption"
_EARLIER: Final = r"\bearlier:(\d+/\d{4})"  # number and year of the earlier entry, as notes say


@dataclass(frozen=True)
class Registrations:
    """The registrations behind both sides of pairs; those that say nothing are left out.

    Attributes:
        at: places of the pairs that are spoken of.
        earlier: entry registered first; the one of the lesser position where it cannot be told.
        later: the other one.
        apart: days between the two, ``MISSING`` where a day is not known.
    """

    at: Ints
    earlier: Ints
    later: Ints
    apart: Ints


def registrations(
    encoded: Encoded, passage: str, passages: tuple[str, ...], left: Ints, right: Ints
) -> Registrations:
    """Both registrations of pairs in the principal role of one passage.

    Args:
        encoded: the mentions.
        passage: column that says which passage a mention makes.
        passages: the passages that are spoken of.
        left: positions of one side.
        right: positions of the other side.
    """
    coded = encoded.coded(passage)
    spoken = np.append(np.isin(coded.texts.astype(str), passages), False)  # missing comes last
    word = coded.codes[left]
    at = np.flatnonzero(spoken[word] & (word == coded.codes[right]))
    one, other = encoded.entry[left[at]], encoded.entry[right[at]]
    series = encoded.series
    once = (series[one] != series[other]) | (series[one] == MISSING)
    at, one, other = at[once], one[once], other[once]
    first = encoded.fact("registered", lambda: days(encoded.entries["registered_from"]))
    known = (first[one] != MISSING) & (first[other] != MISSING)
    turned = known & (first[one] > first[other])
    apart = np.where(known, np.abs(first[one] - first[other]), MISSING)
    return Registrations(at, np.where(turned, other, one), np.where(turned, one, other), apart)


def interval_levels(encoded: Encoded, found: Registrations) -> Ints:
    """How long after the first the second registration was made.

    Args:
        encoded: the mentions.
        found: the registrations.

    Returns:
        One level per pair that is spoken of, as of the others below.
    """
    del encoded
    assert len(KINDS["interval"]) == 3  # noqa: S101 - the steps are these levels
    steps = np.searchsorted(np.array([_DAYS, _YEAR]), found.apart, side="left") + 1
    return np.where(found.apart == MISSING, 0, steps)


def again_levels(encoded: Encoded, found: Registrations) -> Ints:
    """What the kinds of the two registrations say of each other.

    Args:
        encoded: the mentions.
        found: the registrations.
    """
    kinds = encoded.fact("registration kinds", lambda: _Kinds(encoded.entries))
    again, late, on_time = kinds.again, kinds.late, kinds.on_time
    first, second = found.earlier, found.later
    in_order = found.apart != MISSING
    known = (again[first] | kinds.stated[first]) & (again[second] | kinds.stated[second])
    holds = {
        "named": kinds.named(second, first),
        "later_again": again[second] & ~again[first] & in_order,
        "again": again[first] | again[second],
        "later_late": late[second] & on_time[first] & in_order,
        "both_on_time": on_time[second] & on_time[first],
        "both_late": late[second] & late[first],
        "other": np.ones(len(first), dtype=bool),
    }
    codes = np.zeros(len(first), dtype=np.int64)
    for code in range(len(KINDS["again"]), 0, -1):
        codes[holds[KINDS["again"][code - 1]]] = code
    # Where one side does not say its kind, only that the other one is a registration again counts.
    spoken = known | (again[second] & in_order)
    return np.where(spoken, codes, 0)


def office_levels(encoded: Encoded, found: Registrations) -> Ints:
    """Whether one and the same office registered both.

    Args:
        encoded: the mentions.
        found: the registrations.
    """
    same, other = range(1, 3)
    bodies = encoded.fact("bodies", lambda: _bodies(encoded.entries))
    one, two = bodies[found.earlier], bodies[found.later]
    judged = (one != MISSING) & (two != MISSING)
    return np.where(judged, np.where(one == two, same, other), 0)


class _Kinds:
    """What kind of registration each entry is, and what it says of an earlier one."""

    def __init__(self, entries: pd.DataFrame) -> None:
        kind = entries["registration_kind"].to_numpy(dtype=object)
        self.again = (kind == _AGAIN) | _speaks_of(entries, _NOTED)
        self.late, self.on_time, self.stated = kind == "late", kind == "on_time", kind != ""
        told = entries["note_flags"].str.extract(_EARLIER)[0].fillna("").to_numpy(dtype=object)
        number, year = entries["number"].astype("str"), entries["year"].astype("str")
        borne = (number + "/" + year).fillna("").to_numpy(dtype=object)
        lines = pd.factorize(np.concatenate([told, borne]))[0]
        self._told = np.where(told == "", MISSING, lines[: len(told)])
        self._borne = lines[len(told) :]

    def named(self, naming: Ints, named: Ints) -> NDArray[np.bool_]:
        """Whether the notes of an entry name the number of another one."""
        told = self._told[naming]
        found: NDArray[np.bool_] = (told != MISSING) & (told == self._borne[named])
        return found


def _bodies(entries: pd.DataFrame) -> Ints:
    """The office of each entry, ``MISSING`` where it is not written."""
    bodies, texts = pd.factorize(entries["body"])
    empty = np.isin(bodies, np.flatnonzero(np.asarray(texts, dtype=object) == ""))
    return np.where(empty, MISSING, bodies)


def adoption_levels(encoded: Encoded, found: Registrations) -> Ints:
    """Whether the notes of both entries, or of one, speak of an adoption.

    Args:
        encoded: the mentions.
        found: the registrations.
    """
    both, single = range(1, 3)
    adopted = encoded.fact("adopted", lambda: _speaks_of(encoded.entries, _ADOPTED))
    one, other = adopted[found.earlier], adopted[found.later]
    return np.where(one & other, both, np.where(one | other, single, 0))


def _speaks_of(entries: pd.DataFrame, flag: str) -> NDArray[np.bool_]:
    """Whether the notes of each entry speak of something."""
    codes, texts = pd.factorize(entries["note_flags"])
    told = np.array([flag in str(text).split() for text in texts] or [False], dtype=bool)
    return told[codes]
