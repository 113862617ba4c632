"""Keys by which labels, names and marks are compared: what people write in many ways."""

from __future__ import annotations

from functools import lru_cache

from reconcile.text.folding import strip_marks


@lru_cache(maxsize=1 << 15)
def label_key(text: str) -> str:
    """What makes two header labels, code words or file names the same: letters and digits only.

    >>> label_key(" Họ và TÊN "), label_key("ma_ho_so"), label_key("nksHoTen")
    ('hovaten', 'mahoso', 'nkshoten')
    """
    return "".join(letter for letter in strip_marks(text).lower() if letter.isalnum())


def name_key(text: str) -> str:
    """A file or folder name for comparison: without marks, in lower case, ``_`` and ``-`` blank.

    >>> name_key("Sổ_Khai-Sinh.XLS")
    'so khai sinh.xls'
    """
    return " ".join(strip_marks(text).lower().replace("_", " ").replace("-", " ").split())


@lru_cache(maxsize=1 << 14)
def ditto_key(text: str) -> str:
    """A cell as it is compared with ditto marks: no blanks, brackets, dashes or full stops.

    >>> ditto_key("- nt. -"), ditto_key("( NT )")
    ('nt', 'nt')
    """
    return "".join(
        letter for letter in strip_marks(text).lower() if letter not in "-–—.()_" and letter > " "
    )
