"""What somebody at the counter typed, understood: names, a year or day of birth, numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from reconcile.text import folding
from reconcile.text.typing_residue import undo_all

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_YEAR: Final = re.compile(r"(1[89]|20)\d\d")
_DAY: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-]((?:1[89]|20)\d\d)")
_ISO_DAY: Final = re.compile(r"((?:1[89]|20)\d\d)-(\d{1,2})-(\d{1,2})")
_REGISTERED: Final = re.compile(r"(\d{1,5})/((?:1[89]|20)\d\d)")
_PAPER: Final = re.compile(r"\d{8,12}")
_SPACED: Final = re.compile(r"(?<!\d)\d{3}([ .])\d{3}\1\d{3}(?:\1\d{3})?(?!\d)")
_DIGITS: Final = "0123456789"
_SHORT: Final = 3  # letters from which one may be wrong
_LONG: Final = 7  # letters from which two may be


@dataclass(frozen=True)
class Sought:
    """What is looked for.

    Attributes:
        words: words of names, lower case and without marks.
        marked: the same words as typed, lower case with marks; empty where none has any.
        papers: numbers of identity papers.
        registered: number and year of an entry: ``15/1980``.
        born: year of birth, or the day as ``1980-03-12``; empty where none was named.
    """

    words: tuple[str, ...] = ()
    marked: str = ""
    papers: tuple[str, ...] = ()
    registered: tuple[tuple[int, int], ...] = ()
    born: str = ""

    @property
    def name(self) -> str:
        """The words of names, joined."""
        return " ".join(self.words)


def understand(text: str, born: int | None = None) -> Sought:
    """Tell words, days and numbers apart, in whatever order they stand.

    Args:
        text: as typed, with or without marks, also with what Telex and VNI leave behind where the
            Vietnamese keyboard is off.
        born: year of birth; a day within the text is more exact and comes first.

    >>> understand("Lan nguyen 12/3/1980")
    Sought(words=('lan', 'nguyen'), marked='', papers=(), registered=(), born='1980-03-12')
    """
    names: list[str] = []
    papers: list[str] = []
    registered: list[tuple[int, int]] = []
    when = "" if born is None else str(born)
    text = _SPACED.sub(lambda form: re.sub(r"\D", "", form[0]), folding.tidy(text))
    for token in text.replace(",", " ").split():
        day, form = _day(token), _REGISTERED.fullmatch(token)
        if day:
            when = day
        elif _YEAR.fullmatch(token):
            when = when or token
        elif form:
            registered.append((int(form[1]), int(form[2])))
        elif _PAPER.fullmatch(token):
            papers.append(token)
        else:
            names.append(token)
    typed = folding.key(undo_all(" ".join(names)))
    words = folding.plain(typed)
    marked = "" if typed == words else typed
    return Sought(tuple(words.split()), marked, tuple(papers), tuple(registered), when)


def _day(token: str) -> str:
    """A day of the calendar as ISO text, empty where the token is none."""
    form, iso = _DAY.fullmatch(token), _ISO_DAY.fullmatch(token)
    parts = form.groups()[::-1] if form else iso.groups() if iso else None
    if parts is None:
        return ""
    try:
        return date(*map(int, parts)).isoformat()
    except ValueError:
        return ""


def near_numbers(number: str) -> list[str]:
    """Numbers that differ in one digit, or by two neighbours swapped."""
    found = {
        number[:place] + digit + number[place + 1 :]
        for place in range(len(number))
        for digit in _DIGITS
    }
    found |= {
        number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        for place in range(len(number) - 1)
    }
    return sorted(found - {number})


# -- names ----------------------------------------------------------------------------------------


def vocabulary(names: Iterable[str]) -> frozenset[str]:
    """All words that occur in names."""
    return frozenset(" ".join(names).split())


def near_words(word: str, known: Collection[str]) -> frozenset[str]:
    """Known words that may be meant: begun like it, or with a letter wrong, lacking or too much."""
    begun = {other for other in known if other.startswith(word)}
    wrong = 0 if len(word) < _SHORT else 1 if len(word) < _LONG else 2
    if wrong:
        near = process.extract_iter(word, known, scorer=OSA.distance, score_cutoff=wrong)
        begun |= {other for other, _, _ in near}
    return frozenset(begun)


def covers(name: str, meant: Iterable[frozenset[str]]) -> bool:
    """Whether each word that was typed is one of the name's words, no word used twice."""
    left = name.split()
    for words in meant:
        place = next((at for at, word in enumerate(left) if word in words), None)
        if place is None:
            return False
        del left[place]
    return True


def covering(names: Iterable[str], meant: list[frozenset[str]]) -> list[str]:
    """Names that have all words that were typed."""
    left = list(names)
    for words in sorted(meant, key=len):
        # one pass over letters per word is many times as fast as cutting every name into words
        has = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(words)))})\b").search
        left = [name for name in left if has(name)] if words else []
    return [name for name in left if covers(name, meant)] if len(meant) > 1 else left


def made_of(names: Iterable[str], meant: list[frozenset[str]]) -> list[str]:
    """Names that have no word but such as were typed."""
    words = "|".join(map(re.escape, sorted(frozenset().union(*meant))))
    only = re.compile(rf"(?:{words})(?: (?:{words}))*").fullmatch
    return [name for name in names if only(name)] if words else []


def left_over(name: str, meant: list[frozenset[str]]) -> list[frozenset[str]] | None:
    """What was typed beyond a name; None where the name has a word that was not typed."""
    rest = list(meant)
    for word in name.split():
        place = next((at for at, words in enumerate(rest) if word in words), None)
        if place is None:
            return None
        del rest[place]
    return rest
