"""The accounting of P2: every row that was read has exactly one outcome, and the sum is checked.

The register keeps the outcome that a row has *by date* (P4): what came first is new, whatever came
into the register first. People who merge are told what a row was to the register that they had:
:func:`told`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from reconcile.errors import AccountingError
from reconcile.model import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

OUTCOMES: Final = [outcome.value for outcome in Outcome]
_FILE: Final = ["delivery", "commune", "file"]


@dataclass(frozen=True)
class Known:
    """What the register held before a run.

    Attributes:
        contents: commune and content hash of every accepted row of every delivery.
        entries: numbers of entries.
    """

    contents: frozenset[tuple[str, str]]
    entries: frozenset[int]


def told(rows: pd.DataFrame, known: Known) -> pd.DataFrame:
    """Rows of a run with the outcome that they have for the register as it was before the run.

    A content that some delivery brought before is unchanged, whether the same file came again, was
    saved anew, or came in another folder. Another content of an entry that was known is changed,
    even where it comes late and is the older one.

    Args:
        rows: delivered rows of the run, as :meth:`Register.rows` gives them.
        known: what the register held before.
    """
    first = rows["outcome"].isin([Outcome.NEW.value, Outcome.CHANGED.value]).to_numpy()
    same = [
        key in known.contents for key in zip(rows["commune"], rows["content_hash"], strict=True)
    ]
    held = rows["entry"].isin(list(known.entries)).to_numpy()
    outcome = rows["outcome"].to_numpy(dtype=object)
    outcome = np.where(first & held, Outcome.CHANGED.value, outcome)
    outcome = np.where(first & np.array(same, dtype=bool), Outcome.UNCHANGED.value, outcome)
    return rows.assign(outcome=pd.Series(outcome, index=rows.index, dtype="str"))


def accounts(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of each file by outcome.

    Args:
        rows: delivered rows, with ``outcome`` as :meth:`Register.rows` gives it.

    Returns:
        ``delivery``, ``commune``, ``file``, ``read`` (all of them) and one column per outcome.

    Raises:
        AccountingError: the outcomes of a file do not add up to its rows (a bug).
    """
    read = rows.groupby(_FILE, sort=True).size()
    table = pd.DataFrame({"read": read})
    for outcome in OUTCOMES:
        found = rows[rows["outcome"] == outcome].groupby(_FILE).size()
        table[outcome] = found.reindex(read.index, fill_value=0)
    table = table.reset_index()
    wrong = table[table[OUTCOMES].sum(axis=1) != table["read"]]
    if len(wrong):
        raise AccountingError(
            "The rows of {count} file(s) do not add up to their outcomes.", count=len(wrong)
        )
    return table


def check_read(table: pd.DataFrame, read: Mapping[tuple[str, str, str], int]) -> None:
    """Check the accounts against what the readers counted.

    Args:
        table: what :func:`accounts` gives.
        read: delivery, commune and file -> non-blank rows below the header.

    Raises:
        AccountingError: a row was lost or came twice on its way into the register (a bug).
    """
    kept = {
        key: int(count)
        for *key_parts, count in table[[*_FILE, "read"]].itertuples(index=False)
        for key in [tuple(key_parts)]
    }
    for key, count in read.items():
        if kept.get(key, 0) != count:
            raise AccountingError(
                "{file}: {read} rows were read, but {kept} are in the register.",
                file=f"{key[0]}/{key[1]}/{key[2]}",
                read=count,
                kept=kept.get(key, 0),
            )
