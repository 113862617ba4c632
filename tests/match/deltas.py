"""A town whose books are corrected: entries that say something else, come, go or get other keys."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import numpy as np
import pandas as pd

from reconcile.model import LIVE_ENTRIES, LIVE_MENTIONS, fingerprint
from tests.match.families import kin_of

# What is copied together from another mention, so that names and dates stay whole.
CELLS = (
    ("name", "name_key", "name_plain", "name_sound", "family", "middle", "given"),
    ("birth_from", "birth_to", "birth_precision"),
    ("sex",),
    ("cccd",),
    ("residence_unit", "residence_hamlet"),
    ("death_from", "death_to", "death_precision"),
)
RELATIONS = ("father", "mother", "child", "wife", "grandparent", "")
KINDS = ("on_time", "late", "again", "")


@dataclass(frozen=True)
class Books:
    """LIVE_MENTIONS, LIVE_ENTRIES and KIN of one moment."""

    mentions: pd.DataFrame
    entries: pd.DataFrame
    kin: pd.DataFrame

    @property
    def tables(self) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        return self.mentions, self.entries, self.kin


def books(mentions: pd.DataFrame, entries: pd.DataFrame) -> Books:
    """Entries and mentions in the order of their keys, with the hash of what they say."""
    entries = entries.sort_values("entry_key", ignore_index=True)
    position = pd.Series(np.arange(len(entries)), index=entries["entry_key"])
    mentions = mentions[mentions["entry_key"].isin(entries["entry_key"])].copy()
    mentions["entry"] = position[mentions["entry_key"]].to_numpy()
    mentions["mention_key"] = mentions["entry_key"] + "/" + mentions["role"]
    mentions = mentions.sort_values("mention_key", ignore_index=True)
    said = [[repr(line)] for line in _lines(entries, "content_hash", "entry_key")]
    lines = _lines(mentions, "content_hash", "entry_key", "mention_key", "entry")
    for entry, line in zip(mentions["entry"], lines, strict=True):
        said[entry].append(repr(line))
    hashes = [fingerprint(parts) for parts in said]
    entries["content_hash"] = pd.Series(hashes, dtype="str")
    mentions["content_hash"] = mentions["entry"].map(entries["content_hash"])
    live = LIVE_MENTIONS.build({name: mentions[name] for name in LIVE_MENTIONS.names})
    return Books(
        live, LIVE_ENTRIES.build({n: entries[n] for n in LIVE_ENTRIES.names}), kin_of(live)
    )


def corrected(whole: Books, now: Books, random: Random, share: float) -> Books:
    """The same books later on.

    Args:
        whole: entries that can come.
        now: the entries that stand.
        random: chance.
        share: of the entries and mentions that are another way afterwards.
    """
    mentions, entries = now.mentions.copy(), now.entries.copy()
    for cells in CELLS:
        for at in _some(len(mentions), random, share / 2):
            beside = random.randrange(len(mentions))
            for column in cells:
                mentions.loc[at, column] = mentions.loc[beside, column]
    for at in _some(len(mentions), random, share / 2):
        if mentions.loc[at, "role"] == "requester":
            mentions.loc[at, "relation"] = random.choice(RELATIONS)
    for at in _some(len(entries), random, share / 2):
        entries.loc[at, "registration_kind"] = random.choice(KINDS)
    for at in _some(len(entries), random, share / 2):
        beside = random.randrange(len(entries))
        entries.loc[at, ["body", "number", "year"]] = entries.loc[
            beside, ["body", "number", "year"]
        ]
    renumbered = {
        str(entries.loc[at, "entry_key"]): f"{entries.loc[at, 'entry_key']}-{random.randrange(99)}"
        for at in _some(len(entries), random, share / 2)
    }
    for table in (mentions, entries):
        table["entry_key"] = table["entry_key"].replace(renumbered)
    entries = entries.drop(index=_some(len(entries), random, share / 2))
    lacking = whole.entries[~whole.entries["entry_key"].isin(entries["entry_key"])]
    lacking = lacking.iloc[_some(len(lacking), random, share)]
    come = whole.mentions[whole.mentions["entry_key"].isin(lacking["entry_key"])]
    mentions = mentions[mentions["entry_key"].isin(entries["entry_key"])]
    return books(
        pd.concat([mentions, come], ignore_index=True),
        pd.concat([entries, lacking], ignore_index=True),
    )


def _lines(table: pd.DataFrame, *hidden: str) -> list[tuple[object, ...]]:
    shown = table.drop(columns=list(hidden)).astype(object)
    return list(shown.where(shown.notna(), None).itertuples(index=False, name=None))


def part_of(whole: Books, random: Random, share: float) -> Books:
    """A share of the entries."""
    entries = whole.entries.iloc[_some(len(whole.entries), random, share)]
    return books(whole.mentions, entries)


def _some(count: int, random: Random, share: float) -> list[int]:
    return [at for at in range(count) if random.random() < share]
