"""What the notes of entries speak of: divorces, cancellations (``note_flags`` of ENTRIES)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

CANCELLED: Final = frozenset(("cancelled",))
AGAIN: Final = frozenset(("re_registration",))
MARRIAGE_ENDED: Final = frozenset(("divorce", "annulled"))
_STATUS_ENDED: Final = frozenset(("divorced", "annulled"))


def speak_of(entries: pd.DataFrame, flags: frozenset[str]) -> npt.NDArray[np.bool_]:
    """Whether the notes of each entry speak of one of these things."""
    told = entries["note_flags"].tolist()
    return np.array([not flags.isdisjoint(text.split()) for text in told], dtype=np.bool_)


def marriage_ended(entries: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Whether status or notes of each entry say that the marriage ended by divorce or annulment."""
    status = np.array(
        [text in _STATUS_ENDED for text in entries["marriage_status"]], dtype=np.bool_
    )
    return status | speak_of(entries, MARRIAGE_ENDED)
