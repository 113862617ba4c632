"""Which letters differ between two texts that stand side by side.

Words are aligned first and letters only within words that resemble each other: two different names
are then marked whole, and not speckled with the letters that they have in common by accident.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_WORD: Final = re.compile(r"\s+|\w+|[^\w\s]")
_FIGURES: Final = re.compile(r"[\d/.:\s-]+$")
_ALIKE: Final = 0.5  # share of common letters from which two words count as one word, misspelt
_LONGEST: Final = 400  # letters; beyond it the comparison would cost more than it shows


class Segment(NamedTuple):
    """A stretch of a text.

    Attributes:
        text: the letters.
        differs: the other side has something else here.
    """

    text: str
    differs: bool


@lru_cache(maxsize=50_000)
def differences(left: str, right: str) -> tuple[tuple[Segment, ...], tuple[Segment, ...]]:
    """Cut two texts into stretches that are the same and stretches that differ.

    Args:
        left: text of one side; empty where it has none.
        right: text of the other side.

    Returns:
        The stretches of both; joined, they give the texts back letter for letter. A text that
        stands against nothing is not marked: a missing value is no difference (P6).

    >>> differences("Nguyễn Văn An", "Nguyển Văn An")[0][1]
    Segment(text='ễ', differs=True)
    """
    if left == right or not left or not right:
        return _whole(left, differs=False), _whole(right, differs=False)
    if len(left) > _LONGEST or len(right) > _LONGEST:
        return _whole(left, differs=True), _whole(right, differs=True)
    ours, theirs = _WORD.findall(left), _WORD.findall(right)
    if len(ours) == len(theirs) and _FIGURES.match(left) and _FIGURES.match(right):
        a, b = _replaced(ours, theirs)  # day against day, month against month
        return _joined(a), _joined(b)
    a, b = [], []
    for tag, i, j, k, m in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if tag == "equal":
            a += [Segment(word, differs=False) for word in ours[i:j]]
            b += [Segment(word, differs=False) for word in theirs[k:m]]
        else:
            marked_a, marked_b = _replaced(ours[i:j], theirs[k:m])
            a += marked_a
            b += marked_b
    return _joined(a), _joined(b)


def _whole(text: str, *, differs: bool) -> tuple[Segment, ...]:
    return (Segment(text, differs),) if text else ()


def _replaced(ours: Sequence[str], theirs: Sequence[str]) -> tuple[list[Segment], list[Segment]]:
    """Mark a run of words that stands where the other side has another run."""
    if len(ours) != len(theirs):
        return [Segment(w, differs=True) for w in ours], [Segment(w, differs=True) for w in theirs]
    a: list[Segment] = []
    b: list[Segment] = []
    for left, right in zip(ours, theirs, strict=True):
        matcher = SequenceMatcher(None, left, right, autojunk=False)
        if matcher.ratio() < _ALIKE:
            a.append(Segment(left, differs=True))
            b.append(Segment(right, differs=True))
            continue
        for tag, i, j, k, m in matcher.get_opcodes():
            a.append(Segment(left[i:j], tag != "equal"))
            b.append(Segment(right[k:m], tag != "equal"))
    return a, b


def _joined(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    """Neighbours of one kind become one stretch; empty ones go."""
    joined: list[Segment] = []
    for segment in segments:
        if not segment.text:
            continue
        if joined and joined[-1].differs == segment.differs:
            joined[-1] = Segment(joined[-1].text + segment.text, segment.differs)
        else:
            joined.append(segment)
    return tuple(joined)
