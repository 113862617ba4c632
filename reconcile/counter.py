"""What is asked at the counter: who is that? Loads little, so that the answer comes at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconcile.register import open_register
from reconcile.report.masking import masked

if TYPE_CHECKING:
    import pandas as pd

_PERSONAL: Final = ("name", "birth", "father", "mother")


def find(
    register: str, text: str, born: int | None = None, beside: str = "", *, unmasked: bool = False
) -> pd.DataFrame:
    """Look persons up, with or without marks; see :meth:`Register.find`.

    Args:
        register: path or SQLAlchemy URL.
        text: words of the name, a year or day of birth, a number, an id.
        born: year of birth.
        beside: a name that stands in one entry with the person.
        unmasked: show names and dates in full; the register's log says that it was done (P9).
    """
    with open_register(register, create=False) as opened:
        found = opened.find(text, born, beside)
        if unmasked:
            with opened.run("find", {"unmasked": True}):
                pass
            return found
    return found.assign(
        **{field: [masked(field, value) for value in found[field]] for field in _PERSONAL}
    )
