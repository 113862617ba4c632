"""A truth file: who is who, for measuring only; nothing here is used for linking.

Its columns are those of ``export mentions`` and of the simulator's ``truth/mentions.csv``: the
place of a row, a role, and what is true of it (``entry_id``, ``event_id``, ``person_id``). Hard
cases stand in a column ``case`` (several joined with a blank), or in ``cases.csv`` beside the file
as the simulator writes it (case, kind ``person`` or ``entry``, id).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from reconcile.errors import UsageError
from reconcile.model import MENTION_COLUMNS

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

_PLACE: Final = list(MENTION_COLUMNS[:6])
_NEEDED: Final = (*MENTION_COLUMNS[:7], "person_id")
_CASES: Final = "cases.csv"
UNKNOWN: Final = -1


@dataclass(frozen=True)
class Records:
    """What is true of the mentions and entries that stand now.

    A mention of which rows say two different things (one entry was made of rows that are two) is
    two records, so that such a mistake counts as a false link.

    Attributes:
        mention: position in LIVE_MENTIONS of each record.
        person: code of the true person of each record.
        cases: hard cases of each record, joined with a blank.
        entry: position in LIVE_ENTRIES of each record of an entry.
        event: code of the true event of each of these.
        entry_cases: hard cases of each of these.
        of_mention: code of the true person per position in LIVE_MENTIONS, ``UNKNOWN`` where the
            truth file says nothing.
        unknown_lines: lines of the truth file that no accepted row bears out.
    """

    mention: Ints
    person: Ints
    cases: list[str]
    entry: Ints
    event: Ints
    entry_cases: list[str]
    of_mention: Ints
    unknown_lines: int


def read_truth(path: Path) -> pd.DataFrame:
    """Read a truth file.

    Returns:
        :data:`MENTION_COLUMNS` and ``cases``, all as text; ids that the file lacks are empty.

    Raises:
        UsageError: it is missing, is no UTF-8 csv or lacks a column.
    """
    try:
        truth = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(
            "{file}: cannot be read ({reason}).", file=path.name, reason=error.strerror or "?"
        ) from error
    except ValueError as error:  # no UTF-8 and no csv are both one
        raise UsageError("{file}: cannot be read as a csv file.", file=path.name) from error
    missing = [name for name in _NEEDED if name not in truth.columns]
    if missing:
        raise UsageError(
            "{file}: the columns {columns} are missing; they are those of export mentions.",
            file=path.name,
            columns=", ".join(missing),
        )
    for name in ("entry_id", "event_id", "case"):
        if name not in truth.columns:
            truth[name] = ""
    truth = truth.assign(cases=_cases(truth, path.with_name(_CASES)))
    return truth[[*MENTION_COLUMNS, "cases"]].astype("str")


def _cases(truth: pd.DataFrame, beside: Path) -> pd.Series[str]:
    """Hard cases of each line: its own, and those that the file beside gives its ids."""
    cases = truth["case"]
    if not beside.is_file():
        return cases
    table = pd.read_csv(beside, dtype="str", keep_default_na=False, encoding="utf-8-sig")
    if not {"case", "kind", "id"} <= set(table.columns):
        return cases
    for kind, column in (("person", "person_id"), ("entry", "entry_id")):
        named = table[table["kind"] == kind].groupby("id")["case"].agg(" ".join)
        cases = cases + " " + truth[column].map(named).fillna("")
    return cases.str.split().str.join(" ")


def records(
    truth: pd.DataFrame, occurrences: pd.DataFrame, mentions: pd.DataFrame, entries: pd.DataFrame
) -> Records:
    """Find the lines of a truth file among the mentions that stand now.

    Args:
        truth: what :func:`read_truth` gave.
        occurrences: OCCURRENCES.
        mentions: LIVE_MENTIONS.
        entries: LIVE_ENTRIES.

    Raises:
        UsageError: no line is found.
    """
    rows = occurrences[[*_PLACE, "entry_key", "current"]].assign(row=occurrences["row"].astype(str))
    found = truth.merge(rows.astype({"row": "str"}), on=_PLACE, how="left")
    unknown = int(found["entry_key"].isna().sum())
    found = found[found["current"].fillna(value=False).astype(bool)]
    if found.empty:
        raise UsageError(
            "None of the lines of the truth file belongs to a row that was delivered; its first "
            "columns must say delivery, commune, file, sheet and row as export mentions does."
        )
    place = pd.Index(mentions["mention_key"]).get_indexer(
        pd.Index(found["entry_key"] + "/" + found["role"])
    )
    people = found.assign(at=place)[(place >= 0) & found["person_id"].ne("").to_numpy()]
    people = people.sort_values(["at", "delivery"], kind="stable")
    people = people.drop_duplicates(["at", "person_id"], ignore_index=True)
    events = found.assign(at=pd.Index(entries["entry_key"]).get_indexer(found["entry_key"]))
    events = events[events["event_id"] != ""]
    events = events.drop_duplicates(["at", "event_id"], ignore_index=True).sort_values("at")
    person = pd.factorize(people["person_id"])[0].astype(np.int64)
    of_mention = np.full(len(mentions), UNKNOWN, dtype=np.int64)
    of_mention[people["at"].to_numpy()] = person
    return Records(
        mention=people["at"].to_numpy(dtype=np.int64),
        person=person,
        cases=people["cases"].tolist(),
        entry=events["at"].to_numpy(dtype=np.int64),
        event=pd.factorize(events["event_id"])[0].astype(np.int64),
        entry_cases=events["cases"].tolist(),
        of_mention=of_mention,
        unknown_lines=unknown,
    )
