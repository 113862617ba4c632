"""The series of numbers in the books: gaps, repeats, numbers far off, order against dates.

Per register type, registering body and year numbers run from 1 without gaps, entries are written
one after the other, and each year begins anew (Thông tư 04/2020/TT-BTP, Điều 29; before it Nghị
định 158/2005/NĐ-CP, Điều 68). One finding stands for a whole range, at the entry after a gap or at
the first entry of a range out of order.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from reconcile.validate.calendar import year_of
from reconcile.validate.hits import as_params, hits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconcile.text.findings import FindingRule

_SERIES: Final = ["register_type", "body", "year"]
_NEEDED: Final = [
    *("content_hash", "register_type", "body", "year", "number", "number_suffix", "book"),
    *("registered_from", "registered_to", "registered_precision"),
]
_FAR_OFF: Final = 100  # a jump over more numbers than this, and than the series has, is a slip

_Hit = tuple[str, str, str]  # content hash, code, params


def check_books(entries: pd.DataFrame, words: Mapping[str, FindingRule]) -> pd.DataFrame:
    """Check every series.

    Args:
        entries: ENTRIES of what the books say now; an older version of an entry would repeat its
            number.
        words: severities of findings by code.

    Returns:
        Hits, see :func:`reconcile.validate.hits.hits`.
    """
    counted = entries["number"].notna() & entries["year"].notna() & entries["body"].ne("")
    numbered = entries.loc[counted, _NEEDED].sort_values(
        [*_SERIES, "number", "number_suffix", "registered_from", "content_hash"], ignore_index=True
    )
    found: list[_Hit] = list(_other_year(numbered))
    found += _repeats(numbered)
    # There are thousands of short series: plain arrays keep cutting them out cheap.
    plain = numbered.drop(columns=["number_suffix", "registered_to", "book"]).astype(
        {"content_hash": "object", "number": "int64"}
    )
    plain["dated"] = plain.pop("registered_precision").eq("day")
    for key, series in plain.groupby(_SERIES, sort=False):
        first_year = str(key[1]).rpartition("@")[2] == str(key[2])
        found += _gaps(series, starts_anywhere=first_year)
        found += _out_of_order(series)
    return _as_hits(found, words)


def _as_hits(found: list[_Hit], words: Mapping[str, FindingRule]) -> pd.DataFrame:
    frame = pd.DataFrame(found, columns=["content_hash", "code", "params"])
    return pd.concat(
        [
            hits(),
            *(
                hits(
                    lines["content_hash"],
                    code=str(code),
                    severity=words[str(code)].severity,
                    field="entry.number",
                    params=lines["params"],
                )
                for code, lines in frame.groupby("code", sort=True)
            ),
        ],
        ignore_index=True,
    )


def _other_year(numbered: pd.DataFrame) -> Iterator[_Hit]:
    """Entries whose number names a year in which they were not registered."""
    first = year_of(numbered["registered_from"].astype("float64"))
    last = year_of(numbered["registered_to"].astype("float64"))
    year = numbered["year"].astype("float64")
    outside = (year < first) | (year > last)
    for line in numbered[outside].itertuples():
        yield str(line.content_hash), "number_other_year", as_params({"year": int(str(line.year))})


def _repeats(numbered: pd.DataFrame) -> Iterator[_Hit]:
    """Numbers that several entries have; where both name a book, in one book."""
    same = [*_SERIES, "number", "number_suffix"]
    bookless = numbered["book"].eq("")
    lines = numbered.groupby(same, sort=False)["book"].transform("size")
    without_book = bookless.groupby([numbered[name] for name in same], sort=False).transform("sum")
    in_book = numbered.groupby([*same, "book"], sort=False)["number"].transform("size")
    rivals = (lines - 1).where(bookless, without_book + in_book - 1)
    for line in numbered[rivals > 0].itertuples():
        params = {"number": int(str(line.number)), "year": int(str(line.year))}
        yield str(line.content_hash), "number_repeated", as_params(params)


def _gaps(series: pd.DataFrame, *, starts_anywhere: bool) -> Iterator[_Hit]:
    """Ranges of numbers that no entry has, and numbers so far off that they must be slips.

    A body that took over a running book in its first year need not start at 1.
    """
    numbers, first_of = np.unique(series["number"].to_numpy(), return_index=True)
    before = np.concatenate(([numbers[0] - 1 if starts_anywhere else 0], numbers[:-1]))
    far = np.flatnonzero(numbers - before > max(_FAR_OFF, len(numbers)))
    usable = int(far[0]) if len(far) else len(numbers)
    year = int(series["year"].iloc[0])
    contents = series["content_hash"].to_numpy()[first_of]
    for place in np.flatnonzero(numbers[:usable] - before[:usable] > 1):
        first, last = int(before[place]) + 1, int(numbers[place]) - 1
        params = {"first": first, "last": last, "count": last - first + 1, "year": year}
        yield contents[place], "numbers_missing", as_params(params)
    if usable < len(numbers):
        params = {
            "number": int(numbers[usable]),
            "count": len(numbers) - usable,
            "before": int(before[usable]),
            "year": year,
        }
        yield contents[usable], "number_far_off", as_params(params)


def _out_of_order(series: pd.DataFrame) -> Iterator[_Hit]:
    """Ranges of entries whose dates do not fit their numbers.

    Of the entries dated to the day those stand that form the longest run in which dates never go
    back; the rest is what someone would have to change.
    """
    dated = series[series["dated"]]
    days = dated["registered_from"].to_numpy(dtype="int64")
    numbers = dated["number"].to_numpy(dtype="int64")
    contents = dated["content_hash"].to_numpy()
    stands = longest_run(days)
    place = 0
    while place < len(days):
        if stands[place]:
            place += 1
            continue
        end = place
        while end + 1 < len(days) and not stands[end + 1]:
            end += 1
        params = {
            "first": int(numbers[place]),
            "last": int(numbers[end]),
            "count": end - place + 1,
            "year": int(dated["year"].iloc[0]),
        }
        yield contents[place], "number_out_of_order", as_params(params)
        place = end + 1


def longest_run(values: np.ndarray) -> np.ndarray:
    """Which values belong to a longest subsequence that never goes down (patience sorting).

    Args:
        values: integers in the order of the series.

    Returns:
        True for each value that belongs to it.
    """
    tails: list[int] = []  # least last value of a run of each length
    ends: list[int] = []  # where that value stands
    before = np.full(len(values), -1, dtype="int64")
    for place, value in enumerate(values.tolist()):
        length = bisect_right(tails, value)
        before[place] = ends[length - 1] if length else -1
        if length == len(tails):
            tails.append(value)
            ends.append(place)
        else:
            tails[length], ends[length] = value, place
    stands = np.zeros(len(values), dtype=bool)
    place = ends[-1] if ends else -1
    while place >= 0:
        stands[place] = True
        place = int(before[place])
    return stands
