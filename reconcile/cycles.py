"""Reading many values without Python's search for reference cycles among them."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def no_search_for_cycles() -> Iterator[None]:
    """Values that are read hold no cycles; to look for some takes up to a fifth of the time.

    What is no longer used is freed as ever; only cycles wait until the end.
    """
    searched = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searched:
            gc.enable()
