"""What pairs read of their sides, as fingerprints: where both are as before, so is the weight.

A weight is a function of the model and of what is read of either side. In the first round these are
the entries of the two mentions, nothing else: their values, what signers lend in one entry, their
relatives, who all stand in the same entry, and the registrations behind them. In a later round also
what the groups of the round before lend: of every mention

* its group, since two members of one group lend each other nothing,
* per comparison that is lent, the mention whose value stands for it (its *speaker*),
* per slot its own relative and the one that its group lends, and of these again group and speakers.

Comparison by comparison what is read: ``name``, ``slip``, ``category``, ``identity``, ``text``,
``place``, ``date``, ``death``, ``lifetime``, ``passage`` the values of the two mentions;
``series``, ``interval``, ``again``, ``office``, ``adoption`` the two entries as well, never a
neighbour in the book. Where no date of birth is written, relatives in the same entry bound it.
Names are weighed by pinned frequencies (P4). Which of two registrations without a day counts as the
earlier one depends on the order of the keys of their entries, which does not change.

A fingerprint is a number of 64 bits, so that two readings that differ have one fingerprint once in
18 million million million.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reconcile.match.model import Model
    from reconcile.match.score import Known

    Ints = NDArray[np.int64]
    Prints = NDArray[np.uint64]

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX: Final = (
    (np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)),
    (np.uint64(27), np.uint64(0x94D049BB133111EB)),
)
_LAST: Final = np.uint64(31)


@dataclass(frozen=True)
class Traces:
    """Every mention by name, and what it says.

    Attributes:
        key: fingerprint of the key of each mention.
        said: fingerprint of the key, and of all that the entry of the mention says.
    """

    key: Prints
    said: Prints


def traces_of(mentions: pd.DataFrame, entries: pd.DataFrame, kin: pd.DataFrame) -> Traces:
    """Fingerprints of mentions.

    What a mention and its entry say is a function of the content of the entry, as long as code and
    mapping files of the stages before are the same: whoever keeps traces sees to that.

    Args:
        mentions: LIVE_MENTIONS.
        entries: LIVE_ENTRIES.
        kin: KIN.
    """
    entry = mentions["entry"].to_numpy(dtype=np.int64)
    role = _hashed(mentions["role"])
    key = mixed(_hashed(entries["entry_key"])[entry], role)
    one, other = (kin[side].to_numpy(dtype=np.int64) for side in ("mention", "relative"))
    related = np.zeros(len(mentions), dtype=np.uint64)
    np.add.at(related, one, mixed(role[other], _hashed(kin["relation"])))
    return Traces(key, mixed(key, _hashed(entries["content_hash"])[entry], related))


def views(traces: Traces, known: Known, model: Model) -> Prints:
    """Fingerprint of all that a pair reads of each mention in a round after the first.

    Args:
        traces: what each of them says.
        known: what the round knows from the one before.
        model: the matching model.
    """
    members = np.zeros(int(known.groups.max(initial=0)) + 1, dtype=np.uint64)
    np.add.at(members, known.groups, mixed(traces.key))
    group = members[known.groups]
    said = {name: traces.said[speaker] for name, speaker in known.speakers.items()}
    between_kin = {c.id for c in model.file.comparisons if c.of_relatives}
    relative = mixed(traces.said, group, *(said[name] for name in said if name in between_kin))
    relative = np.append(relative, np.uint64(0))  # nobody's, which MISSING finds
    slots = dict.fromkeys(
        slot for evidence in model.file.relatives for way in evidence.between for slot in way
    )
    kin = [relative[whose[slot]] for slot in slots for whose in (known.own, known.lent)]
    return mixed(traces.said, group, *said.values(), *kin)


def mixed(*parts: Prints) -> Prints:
    """One fingerprint of several in their order (the finaliser of SplitMix64, public domain)."""
    found = np.zeros(len(parts[0]), dtype=np.uint64)
    for part in parts:
        found = (found ^ part) + _GOLDEN
        for shift, factor in _MIX:
            found = (found ^ (found >> shift)) * factor
        found ^= found >> _LAST
    return found


def _hashed(column: pd.Series[Any]) -> Prints:
    """Fingerprints of texts."""
    codes, texts = pd.factorize(column)
    hashes = pd.util.hash_array(np.asarray(texts, dtype=object), categorize=False)
    return np.append(hashes, np.uint64(0)).astype(np.uint64)[codes]
