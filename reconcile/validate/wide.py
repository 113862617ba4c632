"""One line per content with the columns that rules name.

Names of columns: ``entry.<column of ENTRIES>``, ``<role>.<column of MENTIONS>``, and
``raw.<field>`` for the text as it was delivered. No value is NaN (text: None), never ``""``.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Final

import pandas as pd
from pandas.api.extensions import take

from reconcile.config import RegisterType, check_field
from reconcile.model import ENTRIES, MENTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    import numpy.typing as npt

RAW: Final = "raw."


def check_column(column: str, register_type: RegisterType) -> str:
    """What is wrong with a column name in a rule, empty if nothing is."""
    if column.startswith(RAW):
        return check_field(column.removeprefix(RAW), register_type)
    owner, _, attribute = column.partition(".")
    if owner == "entry":
        return "" if attribute in ENTRIES.names else f"entries have no column {attribute!r}"
    if owner not in {role.name for role in register_type.roles}:
        return f"{register_type.code} has no role {owner!r}"
    return "" if attribute in MENTIONS.names else f"mentions have no column {attribute!r}"


class Wide:
    """The contents of one register type, and their columns on demand.

    Attributes:
        contents: the lines, sorted by content_hash, index 0…n-1.
    """

    def __init__(
        self, contents: pd.DataFrame, entries: pd.DataFrame, mentions: pd.DataFrame
    ) -> None:
        """Take what belongs to one register type.

        Args:
            contents: content_hash, commune, register_type, fields (JSON) of one register type.
            entries: ENTRIES of any register types.
            mentions: MENTIONS of any register types.
        """
        self.contents = contents.sort_values("content_hash", ignore_index=True)
        self._keys = pd.Index(self.contents["content_hash"])
        self._tables = {"entry": entries}
        self._mentions = mentions
        self._lines: dict[str, npt.NDArray[np.intp]] = {}
        self._columns: dict[str, pd.Series] = {}

    def frame(self, columns: Iterable[str]) -> pd.DataFrame:
        """The named columns, one line per content."""
        return pd.DataFrame(
            {column: self.column(column) for column in columns}, index=self.contents.index
        )

    def column(self, name: str) -> pd.Series:
        """One column: numbers as float64, text as objects; NaN or None where there is no value."""
        if name not in self._columns:
            self._columns[name] = (
                self._raw_text(name.removeprefix(RAW))
                if name.startswith(RAW)
                else self._standard(*name.split(".", 1))
            )
        return self._columns[name]

    def _standard(self, owner: str, attribute: str) -> pd.Series:
        if owner not in self._tables:
            self._tables[owner] = self._mentions[self._mentions["role"].eq(owner)]
        table = self._tables[owner]
        if owner not in self._lines:
            self._lines[owner] = pd.Index(table["content_hash"]).get_indexer(self._keys)
        taken = take(table[attribute].array, self._lines[owner], allow_fill=True)
        values = pd.Series(taken, index=self.contents.index)
        if pd.api.types.is_numeric_dtype(values.dtype):
            return values.astype("float64")
        return values.astype(object).where(values.notna() & values.ne(""), None)

    @cached_property
    def _raw(self) -> list[dict[str, str]]:
        """What was delivered, one dictionary per line."""
        # Read as one text: field names, which all lines share, are then kept once.
        lines: list[dict[str, str]] = json.loads(f"[{','.join(self.contents['fields'])}]")
        return lines

    def _raw_text(self, field: str) -> pd.Series:
        return pd.Series([line.get(field) for line in self._raw], dtype=object)
