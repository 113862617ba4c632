"""How far the work is and how long it will take, for whoever waits at a terminal.

Stages take very different times and few of them can say how far they are. So a command names the
stages that it goes through; each has the share of the time that it took when it was measured, and
what is left is reckoned from the pace so far. Nothing is shown where nobody looks: with
``--quiet``, and where standard error is no terminal.
"""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING, Final

from reconcile.text.language import translate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.progress import Progress as Bar

_SHOW_AFTER: Final = 1.0  # seconds of work before progress shows
_SURE_AFTER: Final = 3.0  # seconds before what is left is told
_NEARLY: Final = 0.95  # of a stage that says no more of itself than that it began
_LEAST: Final = 0.02  # share of the work from which the pace says something
# Stage -> seconds of a merge of 50,000 entries; only their proportions count.
_SECONDS: Final = {
    "read": 10.0,
    "read decisions": 2.0,
    "standardise": 18.0,
    "identify": 5.0,
    "validate": 4.0,
    "match": 12.0,
    "resolve": 20.0,
    "save": 14.0,
    "outputs": 24.0,
    "compare": 10.0,
}
_WORKED_OUT: Final = ("standardise", "identify", "validate", "match", "resolve")
MERGING: Final = ("read", *_WORKED_OUT, "save", "outputs")
CHECKING: Final = ("read", "validate")
REVIEWING: Final = ("read decisions", *_WORKED_OUT, "save", "outputs")
CARRYING: Final = (*_WORKED_OUT, "save")
COMPARING: Final = (*_WORKED_OUT, "compare")


class Course:
    """Where the work stands among the stages of a command.

    Args:
        stages: the stages in order; none where they are not known.
        clock: seconds from any fixed moment.
    """

    def __init__(self, stages: Sequence[str], clock: Callable[[], float] = time.monotonic) -> None:
        self._stages = list(stages)
        self._clock = clock
        self._began = clock()
        self._since = self._entered = self._began
        self._done = (0, 1)
        self.stage = ""

    def at(self, stage: str, done: int, total: int) -> None:
        """Note how far the work is."""
        if not self.stage:
            self._since = self._clock()  # what was loaded before says nothing of the pace
        if stage != self.stage:
            self.stage, self._entered = stage, self._clock()
        self._done = (done, total)

    @property
    def elapsed(self) -> float:
        """Seconds since the command began."""
        return self._clock() - self._began

    def share(self) -> float | None:
        """Share of the work that is done, 0 to 1; None where that cannot be told."""
        if self.stage not in self._stages:
            return None
        place = self._stages.index(self.stage)
        whole = sum(_SECONDS[stage] for stage in self._stages)
        before = sum(_SECONDS[stage] for stage in self._stages[:place])
        mine = _SECONDS[self.stage]
        return (before + mine * self._within(before, mine)) / whole

    def _within(self, before: float, mine: float) -> float:
        """Share of the stage that is done, by its own steps or else by the pace so far."""
        done, total = self._done
        if total > 1:
            return done / total
        pace = (self._entered - self._since) / before if before else 1.0
        return min((self._clock() - self._entered) / max(mine * pace, 0.1), _NEARLY)

    def left(self) -> float | None:
        """Seconds that are left; None where the pace does not say yet, or has proved wrong."""
        share, worked = self.share(), self._clock() - self._since
        if share is None or share < _LEAST or worked < _SURE_AFTER or self._is_late():
            return None
        return worked * (1 - share) / share

    def _is_late(self) -> bool:
        """Whether the last stage takes longer than its share, so that nobody knows what is left."""
        last = self.stage == self._stages[-1] and self._done[1] <= 1
        place = self._stages.index(self.stage)
        before = sum(_SECONDS[stage] for stage in self._stages[:place])
        return last and self._within(before, _SECONDS[self.stage]) >= _NEARLY


def spoken(seconds: float) -> str:
    """A time as a clock shows it.

    >>> spoken(75), spoken(3700)
    ('1:15', '1:01:40')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class Progress:
    """A progress bar on a terminal, nothing elsewhere; it comes up only where work takes a while.

    The pipeline calls it with a stage, steps done and steps in all.

    Args:
        language: ``vi`` or ``en``.
        quiet: show nothing.
        stages: stages that the command goes through, as far as they are known.
    """

    def __init__(self, language: str, *, quiet: bool, stages: Sequence[str] = ()) -> None:
        self._language = language
        self._course = Course(stages)
        self._bar: Bar | None = None
        self._lock = threading.Lock()
        self._stopped = quiet or not sys.stderr.isatty()
        self._timer: threading.Timer | None = None
        if not self._stopped:
            self._timer = threading.Timer(_SHOW_AFTER, self._show)
            self._timer.daemon = True
            self._timer.start()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Note how far the work is."""
        self._course.at(stage, done, total)

    def _show(self) -> None:
        from reconcile.progress_bar import begin

        with self._lock:
            if not self._stopped:
                self._bar = begin(self._course.share, self._say)

    def _say(self) -> str:
        """The stage, and how long the work takes yet, or takes already."""
        course = self._course
        stage = translate(course.stage or "working", self._language)
        left = course.left()
        if left is None:
            return f"{stage} · {spoken(course.elapsed)}"
        told = translate("about {time} left", self._language, time=spoken(left))
        return f"{stage} · {told}"

    def stop(self) -> None:
        """Take the bar away."""
        with self._lock:
            self._stopped = True
            if self._timer is not None:
                self._timer.cancel()
            if self._bar is not None:
                self._bar.stop()
                self._bar = None
