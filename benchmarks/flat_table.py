"""The standardised mentions as one flat table, as any record-linkage tool takes it.

One row per mention, and beside its own values those of its relatives in the same entry, so that a
tool which knows nothing of entries and roles can still use what they say.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

_TEXTS: Final = (
    *("name_key", "name_plain", "name_sound", "name_other", "sex", "cmnd", "cccd"),
    *("residence_hamlet", "home_key", "ethnic_group", "commune", "role", "passage", "relation"),
)
_EPOCH: Final = 719163  # proleptic ordinal of 1 January 1970
_OLDEST: Final = 100  # years that somebody who acts in an entry has lived at most
_YOUNGEST: Final = 14  # and at least


def flat_table(mentions: pd.DataFrame, kin: pd.DataFrame) -> pd.DataFrame:
    """One row per mention, its relatives' names and years in columns of their own.

    Args:
        mentions: LIVE_MENTIONS.
        kin: KIN.

    Returns:
        ``unique_id`` (position of the mention), the texts of the standard form (missing where
        empty), ``words`` (unmarked name, its words sorted), ``family``, ``given`` and ``rest``
        (unmarked), ``birth_day`` (ISO 8601, only where the day is known), ``birth_year``,
        ``born_first`` and ``born_last`` (years, bounded by the role where no date is written),
        ``event_year``, ``entry``, ``distinct``, and per relative (father, mother, partner, child)
        ``<relative>_name`` (unmarked) and ``<relative>_year``.
    """
    table = pd.DataFrame({"unique_id": np.arange(len(mentions), dtype=np.int64)})
    for column in _TEXTS:
        table[column] = mentions[column].mask(mentions[column] == "")
    plain = mentions["name_plain"]
    table["words"] = plain.str.split().map(lambda words: " ".join(sorted(words)))
    table["family"] = plain.str.partition(" ")[0]
    table["given"] = plain.str.rpartition(" ")[2]
    table["rest"] = plain.str.partition(" ")[2]
    dates = _dates(mentions)
    table = pd.concat([table, dates, _relatives(table["name_plain"], dates, kin)], axis=1)
    table["entry"] = mentions["entry"].astype("int64")
    table["distinct"] = mentions["distinct"].astype("bool")
    texts = [name for name in table.columns if table[name].dtype == "str"]
    return table.assign(**{name: table[name].mask(table[name] == "") for name in texts})


def _dates(mentions: pd.DataFrame) -> pd.DataFrame:
    first, last = (_years(mentions[f"birth_{end}"]) for end in ("from", "to"))
    event = _years(mentions["event_from"])
    exact = (mentions["birth_precision"] == "day") & ~mentions["birth_flags"].str.contains(
        "stand_in"
    )
    day = pd.to_datetime(
        mentions["birth_from"].astype("Float64").to_numpy(dtype=float, na_value=np.nan) - _EPOCH,
        unit="D",
    )
    known = last - first < 3
    born = mentions["passage"] == "birth"
    bounds = (event.where(born, event - _OLDEST), event.where(born, event - _YOUNGEST))
    return pd.DataFrame(
        {
            "birth_day": pd.Series(day.strftime("%Y-%m-%d"), dtype="str").where(exact),
            "birth_year": ((first + last) // 2).where(known),
            "born_first": first.where(known, bounds[0]),
            "born_last": last.where(known, bounds[1]),
            "event_year": event,
        }
    )


def _years(ordinals: pd.Series) -> pd.Series:
    days = ordinals.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    dates = pd.to_datetime(pd.Series(days - _EPOCH), unit="D")
    return dates.dt.year.astype("Int64")


def _relatives(names: pd.Series, dates: pd.DataFrame, kin: pd.DataFrame) -> pd.DataFrame:
    table = {}
    for relation in ("father", "mother", "partner", "child"):
        of = kin[kin["relation"] == relation].sort_values(["mention", "relative"])
        at = of.drop_duplicates("mention").set_index("mention")["relative"]
        relative = at.reindex(range(len(names))).to_numpy(dtype=float, na_value=np.nan)
        there = ~np.isnan(relative)
        positions = np.where(there, relative, 0).astype(np.int64)
        table[f"{relation}_name"] = names.iloc[positions].reset_index(drop=True).where(there)
        year = dates["birth_year"].iloc[positions].reset_index(drop=True)
        table[f"{relation}_year"] = year.where(there)
    return pd.DataFrame(table)
