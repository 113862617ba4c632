"""The accounting of P2: every row that was read has exactly one outcome, and the sum is checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from reconcile.errors import AccountingError
from reconcile.model import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

OUTCOMES: Final = [outcome.value for outcome in Outcome]
_FILE: Final = ["delivery", "commune", "file"]


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
