"""Entries that say by themselves which other entry they repeat.

A number of a book is given once: two entries with one number, of one office and one day, are one
line typed twice. A registration again may name the number of the earlier one in its notes. What two
such entries state differently was mistyped: dates, sex and ages do not show that they speak of two
people. Whether they do is left to what is alike in them; without that nothing is joined.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]

_LINE: Final = ["register_type", "body", "year", "number", "number_suffix"]
_NAMED: Final = re.compile(r"\bearlier:(\d+)/(\d{4})")


def repeats(entries: pd.DataFrame) -> Ints:
    """Which entries belong together by what they say of each other.

    Args:
        entries: LIVE_ENTRIES.

    Returns:
        One number for the entries of each such group, -1 for all others.
    """
    numbered = entries["number"].notna() & entries["year"].notna() & entries["body"].ne("")
    lines = entries.loc[numbered, [*_LINE, "registered_from", "registered_to", "note_flags"]]
    lines["place"] = np.flatnonzero(numbered)
    joined = pd.concat([_typed_twice(lines), _named(lines)], ignore_index=True)
    one, other = (joined[side].to_numpy(dtype=np.int64) for side in ("one", "other"))
    count = len(entries)
    graph = coo_array((np.ones(len(one), dtype=np.int8), (one, other)), shape=(count, count))
    group = connected_components(graph, directed=False)[1].astype(np.int64)
    alone = np.bincount(group, minlength=1)[group] < 2
    return np.where(alone, -1, group)


def _typed_twice(lines: pd.DataFrame) -> pd.DataFrame:
    """Each entry of a line beside the first one of it, where both were registered on one day."""
    whole = lines[lines["registered_from"].notna()]
    whole = whole[whole["registered_from"].eq(whole["registered_to"])]
    first = whole.groupby([*_LINE, "registered_from"])["place"].transform("min")
    return pd.DataFrame({"one": first, "other": whole["place"]})


def _named(lines: pd.DataFrame) -> pd.DataFrame:
    """Each entry whose notes name an earlier number beside the one entry that bears it.

    The number alone does not say which entry is meant where several of the office bear it.
    """
    named = lines["note_flags"].str.extract(_NAMED)
    naming = lines[named[0].notna().to_numpy()]
    wanted = pd.DataFrame(
        {
            "register_type": naming["register_type"],
            "body": naming["body"],
            "year": named.loc[naming.index, 1].astype("int64"),
            "number": named.loc[naming.index, 0].astype("int64"),
            "one": naming["place"],
        }
    )
    bearing = lines.astype({"year": "int64", "number": "int64"})
    found = wanted.merge(bearing, on=["register_type", "body", "year", "number"])
    found = found[found["one"] != found["place"]]
    found = found[~found["one"].duplicated(keep=False)]
    return found[["one", "place"]].rename(columns={"place": "other"})
