"""The fields of contents as columns: JSON objects in, distinct texts by field out.

Objects are read some thousands at a time and let go again, so that memory holds each distinct text
of a field once, however many contents there are.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import numpy as np

from reconcile.standardise.columns import Distinct, distinct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_AT_ONCE: Final = 4096
_KEPT: Final = "extra."  # fields that nobody interprets


class _Column:
    """The texts of one field, empty until they are put in."""

    def __init__(self, size: int) -> None:
        self._codes: NDArray[np.int64] = np.zeros(size, dtype=np.int64)
        self._places: dict[str, int] = {"": 0}

    def put(self, start: int, part: Distinct[str]) -> None:
        """Texts of some contents in a row, the first of them at a place."""
        places = [self._places.setdefault(text, len(self._places)) for text in part.kinds]
        self._codes[start : start + len(part.codes)] = np.array(places)[part.codes]

    def whole(self) -> Distinct[str]:
        """The texts of all contents."""
        return Distinct(self._codes, list(self._places))


def read_fields(contents: Sequence[str]) -> dict[str, Distinct[str]]:
    """Texts by field, for each field that a content has and somebody interprets.

    Args:
        contents: for each content a JSON object of field and text.
    """
    columns: dict[str, _Column] = {}
    for start in range(0, len(contents), _AT_ONCE):
        parsed = json.loads(f"[{','.join(contents[start : start + _AT_ONCE])}]")
        for where in sorted(frozenset().union(*parsed)):
            if not where.startswith(_KEPT):
                column = columns.setdefault(where, _Column(len(contents)))
                column.put(start, distinct([fields.get(where, "") for fields in parsed]))
    return {where: column.whole() for where, column in columns.items()}
