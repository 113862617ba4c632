"""Entries that say by themselves that they repeat another entry.

A number of a book is given once: two entries with one number, of one office and one day, are one
line typed twice. A registration again may name the number of the earlier one in its notes; where it
does not, it repeats an earlier entry all of whose principal persons score as the same people. What
two such entries state differently was mistyped: dates, sex and ages do not show that they speak of
two people. Whether they do is left to what is alike in them; without that nothing is joined.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from reconcile.resolve.intervals import NEVER, first_days
from reconcile.resolve.notes import AGAIN, speak_of

if TYPE_CHECKING:
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]

_LINE: Final = ["register_type", "body", "year", "number", "number_suffix"]
_NAMED: Final = re.compile(r"\bearlier:(\d+)/(\d{4})")


def repeats(entries: pd.DataFrame, alike: pd.DataFrame | None = None) -> Ints:
    """Which entries belong together by what they say of each other.

    Args:
        entries: LIVE_ENTRIES.
        alike: ``one``, ``other``: positions of entries all of whose principal persons score as the
            same people.

    Returns:
        One number for the entries of each such group, -1 for all others.
    """
    numbered = entries["number"].notna() & entries["year"].notna() & entries["body"].ne("")
    lines = entries.loc[numbered, [*_LINE, "registered_from", "registered_to", "note_flags"]]
    lines["place"] = np.flatnonzero(numbered)
    again = [] if alike is None else [_registered_again(entries, alike)]
    joined = pd.concat([_typed_twice(lines), _named(lines), *again], ignore_index=True)
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


def _registered_again(entries: pd.DataFrame, alike: pd.DataFrame) -> pd.DataFrame:
    """Those alike of which the later one, and it alone, says that it is a registration again."""
    again = entries["registration_kind"].eq("again").to_numpy() | speak_of(entries, AGAIN)
    day = first_days(entries["registered_from"])
    one, other = (alike[side].to_numpy(dtype=np.int64) for side in ("one", "other"))
    later = np.where(day[one] > day[other], one, other)
    earlier = np.where(day[one] > day[other], other, one)
    holds = again[later] & ~again[earlier] & (day[earlier] > NEVER) & (day[earlier] < day[later])
    return alike[holds]


def alike_in_principals(mentions: pd.DataFrame, pairs: pd.DataFrame, link: float) -> pd.DataFrame:
    """Entries all of whose principal persons score as the same people, role by role.

    Args:
        mentions: LIVE_MENTIONS.
        pairs: PAIRS.
        link: weight from which two mentions score as the same person.

    Returns:
        Columns ``one`` and ``other``: positions of the two entries.
    """
    principal = mentions["principal"].to_numpy(dtype=bool)
    entry = mentions["entry"].to_numpy(dtype=np.int64)
    roles = mentions["register_type"].astype("str") + "/" + mentions["role"]
    role = pd.factorize(roles)[0]
    left, right = (pairs[side].to_numpy(dtype=np.int64) for side in ("left", "right"))
    counted = principal[left] & principal[right] & (role[left] == role[right])
    counted &= (pairs["weight"].to_numpy(dtype="float64") >= link) & (entry[left] != entry[right])
    sides = np.sort(np.column_stack([entry[left[counted]], entry[right[counted]]]), axis=1)
    both, alike = np.unique(sides, axis=0, return_counts=True)
    size = np.bincount(entry[principal], minlength=int(entry.max(initial=0)) + 1)
    whole = (alike == size[both[:, 0]]) & (alike == size[both[:, 1]])
    return pd.DataFrame(both[whole], columns=["one", "other"])
