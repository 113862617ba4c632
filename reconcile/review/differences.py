"""Which letters differ between two texts that stand side by side.

Words are aligned first and letters only within words that resemble each other: two different names
are then marked whole, and not speckled with the letters that they have in common by accident.
Capitals, the place of a tone mark (hòa, hoà), a nought before a day or month and the sign between
them are ways of writing and no differences; neither is a date that is known less exactly (P6).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from rapidfuzz.distance import Indel, LCSseq

from reconcile.text.folding import fold_tone_placement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_WORD: Final = re.compile(r"\s+|\w+|[^\w\s]")
_FIGURES: Final = re.compile(r"[\d/.:\s-]+$")
_DATE: Final = re.compile(r"(?:(?:(\d{1,2})[/.-])?(\d{1,2})[/.-])?(\d{4})$")
_BETWEEN: Final = frozenset("/.-")  # between day and month
_PERSON: Final = re.compile(r"(.+) (\([^()]*\))$", re.DOTALL)  # a name and the birth behind it
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
    if left == right or not left or not right or _agree(left, right):
        return _whole(left, differs=False), _whole(right, differs=False)
    ours_born, theirs_born = _PERSON.match(left), _PERSON.match(right)
    if ours_born and theirs_born:
        return _of_persons(ours_born, theirs_born)
    if len(left) > _LONGEST or len(right) > _LONGEST:
        return _whole(left, differs=True), _whole(right, differs=True)
    ours, theirs = _WORD.findall(left), _WORD.findall(right)
    if len(ours) == len(theirs) and _FIGURES.match(left) and _FIGURES.match(right):
        a, b = _replaced(ours, theirs)  # day against day, month against month
        return _joined(a), _joined(b)
    a, b = [], []
    for is_equal, i, j, k, m in _runs(_written(ours), _written(theirs)):
        if is_equal:
            a += [Segment(word, differs=False) for word in ours[i:j]]
            b += [Segment(word, differs=False) for word in theirs[k:m]]
        else:
            marked_a, marked_b = _replaced(ours[i:j], theirs[k:m])
            a += marked_a
            b += marked_b
    return _joined(a), _joined(b)


def _runs(left: Sequence[str], right: Sequence[str]) -> Iterator[tuple[bool, int, int, int, int]]:
    """Runs that are the same in both and runs that differ, in turn: start and end in either."""
    i = k = 0
    for run in LCSseq.opcodes(left, right):
        if run.tag == "equal":
            if (i, k) != (run.src_start, run.dest_start):
                yield False, i, run.src_start, k, run.dest_start
            i, k = run.src_end, run.dest_end
            yield True, run.src_start, i, run.dest_start, k
    if (i, k) != (len(left), len(right)):
        yield False, i, len(left), k, len(right)


def _of_persons(
    left: re.Match[str], right: re.Match[str]
) -> tuple[tuple[Segment, ...], tuple[Segment, ...]]:
    """Names against names, births in brackets against births."""
    names = differences(left[1], right[1])
    births = differences(left[2][1:-1], right[2][1:-1])
    before, after = Segment(" (", differs=False), Segment(")", differs=False)
    a, b = (
        _joined((*name, before, *born, after)) for name, born in zip(names, births, strict=True)
    )
    return a, b


def _agree(left: str, right: str) -> bool:
    """Whether two texts can be one: dates equal as far as known, ``00`` being unknown; places."""
    shorter, longer = sorted((left.lower(), right.lower()), key=len)
    if longer.startswith(f"{shorter},"):
        return True  # a place that says less of what lies around it
    ours, theirs = _DATE.match(left), _DATE.match(right)
    if not ours or not theirs:
        return False
    parts = zip(ours.groups(default="0"), theirs.groups(default="0"), strict=True)
    return all(int(a) == int(b) or 0 in (int(a), int(b)) for a, b in parts)


def _written(words: Sequence[str]) -> list[str]:
    """Words without what is only a way of writing."""
    return [_way(word) for word in words]


def _way(word: str) -> str:
    if word in _BETWEEN:
        return "/"
    if word.isdecimal() and len(word) <= 2:
        return word.lstrip("0")
    return fold_tone_placement(word.lower())


def _whole(text: str, *, differs: bool) -> tuple[Segment, ...]:
    return (Segment(text, differs),) if text else ()


def _replaced(ours: Sequence[str], theirs: Sequence[str]) -> tuple[list[Segment], list[Segment]]:
    """Mark a run of words that stands where the other side has another run."""
    if len(ours) != len(theirs):
        return [Segment(w, differs=True) for w in ours], [Segment(w, differs=True) for w in theirs]
    a: list[Segment] = []
    b: list[Segment] = []
    for left, right in zip(ours, theirs, strict=True):
        if _way(left) == _way(right):
            a.append(Segment(left, differs=False))
            b.append(Segment(right, differs=False))
            continue
        small = _lowered(left, right)
        if Indel.normalized_similarity(*small) < _ALIKE:
            a.append(Segment(left, differs=True))
            b.append(Segment(right, differs=True))
            continue
        for is_equal, i, j, k, m in _runs(*small):
            a.append(Segment(left[i:j], not is_equal))
            b.append(Segment(right[k:m], not is_equal))
    return a, b


def _lowered(left: str, right: str) -> tuple[str, str]:
    """Both in small letters, where that keeps every letter in its place (İ does not)."""
    small = left.lower(), right.lower()
    return small if (len(small[0]), len(small[1])) == (len(left), len(right)) else (left, right)


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
