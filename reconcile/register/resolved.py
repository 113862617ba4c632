"""What the stages worked out, and what the register made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from reconcile.register.changes import Changes


@dataclass(frozen=True)
class Resolved:
    """Everything that the stages worked out in one run.

    Attributes:
        occurrences: OCCURRENCES, every accepted row of every delivery.
        entries: LIVE_ENTRIES, sorted by ``entry_key``.
        mentions: LIVE_MENTIONS, sorted by ``mention_key``.
        content_mentions: MENTIONS of *all* contents, older versions' too; it says which roles of a
            row have a name (only ``content_hash`` and ``role`` are read).
        pairs: PAIRS that are worth keeping: linked ones and questions.
        persons: cluster number of each mention, in the order of ``mentions``.
        events: event number of each entry, in the order of ``entries``.
        questions: QUESTIONS.
        golden: GOLDEN; its ``cluster`` is a number of ``persons``.
        findings: FINDINGS of standardising and validating (the importers' are kept by
            :meth:`Register.add_import`).
        conflicts: CONFLICTS, all of them whatever their state.
        evidence: EVIDENCE of pairs that an officer is asked about; may be empty.
        unasked: doubts about persons that are not asked about; see ``Clusters``.
        signature: by which code and mapping files standard values were worked out; empty where
            that is not known or must not be relied upon.
        rows: all delivered rows, as :meth:`Register.occurrences` gives them in the same run; read
            where they are not given.
    """

    occurrences: pd.DataFrame
    entries: pd.DataFrame
    mentions: pd.DataFrame
    content_mentions: pd.DataFrame
    pairs: pd.DataFrame
    persons: pd.Series[int]
    events: pd.Series[int]
    questions: pd.DataFrame
    golden: pd.DataFrame
    findings: pd.DataFrame
    conflicts: pd.DataFrame
    evidence: pd.DataFrame
    unasked: int = 0
    signature: str = ""
    rows: pd.DataFrame | None = None


@dataclass(frozen=True)
class Saved:
    """What saving gave.

    Attributes:
        changes: what changed.
        entry_ids: entry key -> ``E-…``.
        event_ids: entry key -> ``V-…`` of its event.
        person_ids: ``P-…`` of each mention, in the order of LIVE_MENTIONS.
    """

    changes: Changes
    entry_ids: dict[str, str]
    event_ids: dict[str, str]
    person_ids: list[str]
