"""Blocking: which mentions are worth comparing.

Several rules, each a list of parts that two mentions must share. Keys become finer by the *pinned*
frequencies of the names in them, never by how many mentions happen to be loaded (P4): "Nguyễn Văn
Hùng" of one year is also asked for his hamlet or his partner, a Phùng is not.

Vocabulary of parts: ``name`` (unmarked), ``words`` (the same in any order), ``rest`` (without the
family name), ``sound``, ``other_name``, ``family``, ``given``, ``given_sound``, ``sex``, ``year``
(of birth; every year that the interval allows, up to three), ``day`` (of birth), ``month_day``,
``hamlet``, ``office``, ``column:`` and the name of a column, and for a relative ``father.name``,
``mother.sound``, ``partner.given`` and so on.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
import pandas as pd

from reconcile.errors import ModelError
from reconcile.match.encoding import DAY, Encoded, sexes
from reconcile.match.model import MISSING, SLOTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reconcile.match.model import BlockingRule, Model
    from reconcile.match.names import NameForms

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

_Value = TypeVar("_Value", bound=np.generic)

_YEARS: Final = 70  # people of one register are born over about seventy years
_DAYS: Final = 25_000
_HAMLETS: Final = 25  # three communes of six to ten hamlets (domain facts, section 4.2)
_OFFICES: Final = 3
_MOST_YEARS: Final = 3  # an interval wider than this has no year
_WIDEST: Final = 1 << 50  # of a key before the year is added; a wider one is coded anew


@dataclass(frozen=True)
class Part:
    """One part of a block key.

    Attributes:
        codes: code per mention, ``MISSING`` where it has none.
        share: share of all people whom the pinned model expects to have this value.
    """

    codes: Ints
    share: Floats


@dataclass(frozen=True)
class Candidates:
    """Candidate pairs, sorted.

    Attributes:
        left: position of one side, the lesser.
        right: position of the other side.
        rules: bit mask of the blocking rules that found the pair.
    """

    left: Ints
    right: Ints
    rules: Ints

    def __len__(self) -> int:
        return len(self.left)


def candidates(
    encoded: Encoded, model: Model, asked: NDArray[np.bool_] | None = None
) -> Candidates:
    """Every pair of mentions that at least one blocking rule brings together.

    Two roles of one entry that are two people by law of nature are no pair; nor is a mention that a
    structural join has put into another one's place. Whether two mentions are a pair rests on them
    and their relatives alone, never on a third mention (P4): so pairs can be asked for some only.

    Args:
        encoded: the mentions, signers joined, relatives known.
        model: the matching model.
        asked: per mention, whether its pairs are asked for; None for all.

    Raises:
        ModelError: a rule names a part that does not exist.
    """
    parts = _Parts(encoded, model, asked)
    size = max(len(encoded), 1)
    bits = max(len(model.file.blocking) - 1, 1).bit_length()
    found = [np.empty(0, dtype=np.int64)]
    for number, rule in enumerate(model.file.blocking):
        for left, right in _pairs_of_rule(rule, parts):
            low, high = np.minimum(left, right), np.maximum(left, right)
            keep = _may_pair(encoded, low, high)
            found.append((low[keep] * size + high[keep]) << bits | number)
    return _merged(np.concatenate(found), size, bits)


def _merged(found: Ints, size: int, bits: int) -> Candidates:
    """Pairs with all rules that found them, sorted.

    Args:
        found: pair and, in its last bits, number of the rule; one integer each sorts fastest.
        size: number of mentions.
        bits: how many bits the rule has.
    """
    found.sort()
    pairs = found >> bits
    rules = np.int64(1) << (found & ((1 << bits) - 1))
    starts = np.flatnonzero(np.r_[True, pairs[1:] != pairs[:-1]][: len(pairs)])
    merged = np.bitwise_or.reduceat(rules, starts) if len(pairs) else found
    left, right = np.divmod(pairs[starts], size)
    return Candidates(left, right, merged)


def together(many: Candidates, few: Candidates, size: int) -> tuple[Candidates, NDArray[np.bool_]]:
    """Pairs of two lists that have none in common, sorted.

    Args:
        many: some pairs, sorted.
        few: other pairs, sorted.
        size: number of mentions.

    Returns:
        All of them, and of each whether it is one of the few.
    """
    keys, others = (pairs.left * size + pairs.right for pairs in (many, few))
    added = np.zeros(len(many) + len(few), dtype=bool)
    added[np.searchsorted(keys, others) + np.arange(len(few))] = True
    left = merged(many.left, few.left, added)
    right = merged(many.right, few.right, added)
    return Candidates(left, right, merged(many.rules, few.rules, added)), added


def merged(
    many: NDArray[_Value], few: NDArray[_Value], added: NDArray[np.bool_]
) -> NDArray[_Value]:
    """Values of two lists of pairs in the order of :func:`together`.

    Args:
        many: one value per pair of the first list.
        few: one value per pair of the second list.
        added: of each pair in that order, whether it is of the second list.
    """
    values = np.empty(len(added), dtype=many.dtype)
    values[~added] = many
    values[added] = few
    return values


def _may_pair(encoded: Encoded, left: Ints, right: Ints) -> NDArray[np.bool_]:
    distinct = encoded.mentions["distinct"].to_numpy(dtype=bool)
    one_entry = encoded.entry[left] == encoded.entry[right]
    may: NDArray[np.bool_] = (left != right) & ~(one_entry & distinct[left] & distinct[right])
    return may


class _Parts:
    """The parts of block keys, each made once."""

    def __init__(
        self, encoded: Encoded, model: Model, asked: NDArray[np.bool_] | None = None
    ) -> None:
        self.encoded = encoded
        self.model = model
        self.asked = asked
        self.heads = encoded.head == np.arange(len(encoded))
        self.undated = ~encoded.dates.dated
        self._made: dict[str, Part] = {}
        self._shared: dict[str, NDArray[np.bool_]] = {}

    def part(self, name: str) -> Part:
        """One part by its name in the model file."""
        if name not in self._made:
            slot, _, own = name.rpartition(".")
            if slot in SLOTS:
                self._made[name] = self._of_relative(self.part(own), slot)
            elif name.startswith("column:"):
                self._made[name] = self._column(name.removeprefix("column:"))
            elif name in _MAKERS:
                self._made[name] = getattr(self, _MAKERS[name])()
            else:
                raise ModelError("The model's blocking part {part} is unknown.", part=name)
        return self._made[name]

    def shared(self, name: str) -> NDArray[np.bool_]:
        """Mentions that have the part, with a value that one whose pairs are asked for has too."""
        if name not in self._shared:
            codes = self.part(name).codes
            if self.asked is None:
                self._shared[name] = codes != MISSING
            else:
                borne = np.zeros(int(codes.max(initial=0)) + 2, dtype=bool)
                borne[codes[self.asked]] = True
                borne[MISSING] = False
                self._shared[name] = borne[codes]
        return self._shared[name]

    @cached_property
    def years(self) -> tuple[Ints, Ints]:
        """First and last year of birth, ``MISSING`` where the interval is too wide."""
        dates = self.encoded.dates
        first, last = dates.years
        known = dates.dated & (last - first < _MOST_YEARS)
        return np.where(known, first, MISSING), np.where(known, last, MISSING)

    def _of_relative(self, part: Part, slot: str) -> Part:
        relative = self.encoded.relatives[slot]
        there = relative != MISSING
        return Part(
            np.where(there, part.codes[relative], MISSING), np.where(there, part.share[relative], 1)
        )

    def _column(self, column: str) -> Part:
        codes = self.encoded.coded(column).codes
        return Part(codes, np.full(len(codes), 1 / self.model.persons))

    def _of_name(self, codes: Ints, shares: Floats) -> Part:
        """A form of names: its code and share by distinct name."""
        names = self.encoded.names.codes
        return Part(np.where(names == MISSING, MISSING, codes[names]), shares[names])

    @cached_property
    def _shares(self) -> Floats:
        return self.model.frequencies.of_plain(self._forms.words)

    def _word_shares(self, part: str, at: int) -> Floats:
        words = [(words or [""])[at] for words in self._forms.words]
        return self.model.frequencies.of_part(part, words)

    @property
    def _forms(self) -> NameForms:
        return self.encoded.names.forms

    def _name(self) -> Part:
        return self._of_name(self._forms.plain, self._shares)

    def _sound(self) -> Part:
        return self._of_name(self._forms.sound, self._shares)

    def _words(self) -> Part:
        """The name's words in whatever order."""
        return self._of_name(self._forms.any_order, self._shares)

    def _rest(self) -> Part:
        """The name without the family name, where something of it is left to tell people apart."""
        middle = [" ".join(words[1:-1]) for words in self._forms.words]
        shares = self.model.frequencies.of_part("middle", middle)
        return self._of_name(self._forms.rest, shares * self._word_shares("given", -1))

    def _other(self) -> Part:
        return self._of_name(self._forms.other, self._shares)

    def _family(self) -> Part:
        return self._of_name(self._forms.family, self._word_shares("family", 0))

    def _given(self) -> Part:
        return self._of_name(self._forms.last, self._word_shares("given", -1))

    def _given_sound(self) -> Part:
        last = pd.factorize(
            np.array([(words or [""])[-1] for words in self._forms.sound_words], dtype=object)
        )[0].astype(np.int64)
        codes = np.where(self._forms.sound == MISSING, MISSING, last)
        return self._of_name(codes, self._word_shares("given", -1))

    def _sex(self) -> Part:
        codes = sexes(self.encoded.mentions["sex"])
        return Part(np.where(codes == 0, MISSING, codes), np.full(len(codes), 0.5))

    def _day(self) -> Part:
        dates = self.encoded.dates
        return Part(
            np.where(dates.precision == DAY, dates.first, MISSING),
            np.full(len(self.encoded), 1 / _DAYS),
        )

    def _month_day(self) -> Part:
        dates = self.encoded.dates
        stamps = (dates.first - 719163).astype("datetime64[D]")
        month = stamps.astype("datetime64[M]")
        day = (stamps - month.astype("datetime64[D]")).astype(np.int64)
        codes = (month.astype(np.int64) % 12) * 31 + day
        return Part(
            np.where(dates.precision == DAY, codes, MISSING), np.full(len(codes), 1 / 365.0)
        )

    def _hamlet(self) -> Part:
        comparison = self.model.of_kind("place")
        if comparison is None:
            raise ModelError("The model's blocking part {part} is unknown.", part="hamlet")
        codes = self.encoded.coded(comparison.columns["hamlet"]).codes
        return Part(codes, np.full(len(codes), 1 / _HAMLETS))

    def _office(self) -> Part:
        codes = self.encoded.coded("commune").codes
        return Part(codes, np.full(len(codes), 1 / _OFFICES))


_MAKERS: Final = {
    "name": "_name",
    "words": "_words",
    "rest": "_rest",
    "sound": "_sound",
    "other_name": "_other",
    "family": "_family",
    "given": "_given",
    "given_sound": "_given_sound",
    "sex": "_sex",
    "day": "_day",
    "month_day": "_month_day",
    "hamlet": "_hamlet",
    "office": "_office",
}
Pairs = tuple["Ints", "Ints"]


def _pairs_of_rule(rule: BlockingRule, parts: _Parts) -> list[Pairs]:
    """Pairs that one rule finds: by its own key where rare enough, and by its finer keys."""
    rows, keys, share = _keys(rule.parts, parts, rule.join == "near_year")
    expected = share * parts.model.persons
    rare = expected <= rule.at_most
    found = [_join(rule, parts, rows[rare], keys[rare])]
    for more in rule.finer:
        rows, keys, share = _keys((*rule.parts, *more), parts, rule.join == "near_year")
        rare = share * parts.model.persons <= rule.at_most
        found.append(_join(rule, parts, rows[rare], keys[rare]))
    return found


def _keys(names: tuple[str, ...], parts: _Parts, years_apart: bool) -> tuple[Ints, Ints, Floats]:
    """Mentions with a whole key, the key, and the share of people expected under it."""
    coded = [name for name in names if name != "year"]
    known = np.logical_and.reduce([parts.heads, *(parts.shared(name) for name in coded)])
    first, last = parts.years
    with_year = "year" in names or years_apart
    rows = np.flatnonzero(known & (first != MISSING) if with_year else known)
    codes, size = np.zeros(len(rows), dtype=np.int64), 1
    share = np.ones(len(rows), dtype=np.float64)
    for name in coded:
        part = parts.part(name)
        share = share * part.share[rows]
        width = int(part.codes.max(initial=0)) + 2
        if size * width > _WIDEST:
            codes, values = pd.factorize(codes)
            codes, size = codes.astype(np.int64), len(values)
        codes, size = codes * width + part.codes[rows] + 1, size * width
    if not with_year:
        return rows, codes, share
    counts = last[rows] - first[rows] + 1
    at = np.repeat(np.arange(len(rows)), counts)
    offset = np.arange(len(at)) - np.repeat(np.cumsum(counts) - counts, counts)
    rows = rows[at]
    return rows, codes[at] * 4096 + first[rows] + offset, share[at] / _YEARS


def _join(rule: BlockingRule, parts: _Parts, rows: Ints, keys: Ints) -> Pairs:
    if rule.join == "near_year":
        return _of_asked(parts, (rows, keys + 1), (rows, keys))
    if rule.join == "undated":
        bare = parts.undated[rows]
        return _of_asked(parts, (rows[bare], keys[bare]), (rows, keys))
    if parts.asked is None:
        return within(rows, keys)
    mine = parts.asked[rows]
    return across(rows[mine], keys[mine], rows, keys)


def _of_asked(parts: _Parts, one: Pairs, other: Pairs) -> Pairs:
    """Pairs across two sides, each of rows and keys; only those asked for."""
    if parts.asked is None:
        return across(*one, *other)
    mine, theirs = parts.asked[one[0]], parts.asked[other[0]]
    forth = across(one[0][mine], one[1][mine], *other)
    back = across(*one, other[0][theirs], other[1][theirs])
    return np.r_[forth[0], back[0]], np.r_[forth[1], back[1]]


def within(rows: Ints, keys: Ints) -> Pairs:
    """All pairs of rows that share a key."""
    order = np.argsort(keys)
    rows, keys = rows[order], keys[order]
    starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]][: len(keys)])
    sizes = np.diff(np.r_[starts, len(keys)])
    counts = np.repeat(starts + sizes, sizes) - np.arange(len(keys)) - 1
    left = np.repeat(np.arange(len(keys)), counts)
    offset = np.arange(len(left)) - np.repeat(np.cumsum(counts) - counts, counts)
    return rows[left], rows[left + 1 + offset]


def across(left_rows: Ints, left_keys: Ints, right_rows: Ints, right_keys: Ints) -> Pairs:
    """All pairs of a left and a right row that share a key."""
    order = np.argsort(right_keys)
    right_rows, right_keys = right_rows[order], right_keys[order]
    starts = np.searchsorted(right_keys, left_keys, side="left")
    counts = np.searchsorted(right_keys, left_keys, side="right") - starts
    left = np.repeat(np.arange(len(left_keys)), counts)
    offset = np.arange(len(left)) - np.repeat(np.cumsum(counts) - counts, counts)
    return left_rows[left], right_rows[np.repeat(starts, counts) + offset]
