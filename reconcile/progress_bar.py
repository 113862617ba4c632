"""The bar itself; apart, because the library that draws it takes a while to load."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console as Terminal
from rich.progress import Progress as Bar
from rich.progress import ProgressColumn, Task
from rich.progress_bar import ProgressBar
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

_WIDTH = 40


class _Share(ProgressColumn):
    """The bar; it goes on by itself between two steps of the work."""

    def __init__(self, share: Callable[[], float | None]) -> None:
        super().__init__()
        self._share = share

    def render(self, task: Task) -> ProgressBar:
        """Draw it; a bar that runs to and fro where nobody knows how far the work is."""
        share = self._share()
        elapsed = task.get_time()
        if share is None:
            return ProgressBar(total=None, width=_WIDTH, pulse=True, animation_time=elapsed)
        return ProgressBar(total=1.0, completed=share, width=_WIDTH)


class _Said(ProgressColumn):
    """Words beside the bar."""

    def __init__(self, say: Callable[[], str]) -> None:
        super().__init__()
        self._say = say

    def render(self, task: Task) -> Text:
        """The words as they are now."""
        del task
        return Text(self._say())


def begin(share: Callable[[], float | None], say: Callable[[], str]) -> Bar:
    """A running bar on standard error that goes away when it is stopped.

    Args:
        share: share of the work that is done, None where that cannot be told.
        say: what is said beside the bar.
    """
    bar = Bar(
        _Share(share),
        _Said(say),
        console=Terminal(stderr=True),
        transient=True,
        refresh_per_second=4,
    )
    bar.add_task("", total=None)
    bar.start()
    return bar
