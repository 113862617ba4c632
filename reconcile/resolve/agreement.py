"""What binds on matters that need a second officer: what two of them have said.

On all other matters the latest word binds; see :mod:`.judgements`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from reconcile.model import Verdict
from reconcile.text.folding import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_NONE: Final = -1


class Word(NamedTuple):
    """What an officer said on a matter.

    Attributes:
        officer: who.
        verdict: ``same``, ``different``, ``unsure`` or the code of another decision.
        value: the value or the side, empty where none was said.
        seen: hash of what the officer saw, empty where that is not known.
    """

    officer: str
    verdict: str
    value: str
    seen: str

    @property
    def is_firm(self) -> bool:
        """Whether it decides anything."""
        return self.verdict != Verdict.UNSURE.value

    def agrees_with(self, other: Word) -> bool:
        """Whether both can be true: a value that one of them leaves open is no difference."""
        return self.verdict == other.verdict and (
            self.value == other.value or not self.value or not other.value
        )


class Agreement(NamedTuple):
    """What officers' words on one matter come to.

    Attributes:
        binding: position of the word that binds, -1 where a second officer must confirm first.
        is_open: the matter is asked again although a word binds.
    """

    binding: int
    is_open: bool


def of_two(words: Sequence[Word]) -> Agreement:
    """What two officers were last agreed on binds; it is asked again when one says otherwise.

    Who is unsure changes nothing; where nobody has decided anything, that binds.

    Args:
        words: in the order in which they count, one at least.
    """
    if not any(word.is_firm for word in words):
        return Agreement(len(words) - 1, is_open=False)
    binding = _NONE
    for end in range(1, len(words) + 1):
        newest = words[end - 1]
        last = [words[place] for place in last_words(words[:end])]
        alike = [
            word
            for word in last
            if (word.verdict, word.value) == (newest.verdict, newest.value)
            and saw_the_same(word.seen, newest.seen)
        ]
        if newest.is_firm and _officers(alike, newest) > 1:
            binding = end - 1
    last_firm = next(word for word in reversed(words) if word.is_firm)
    return Agreement(binding, binding != _NONE and not last_firm.agrees_with(words[binding]))


def last_words(words: Sequence[Word]) -> list[int]:
    """Position of the last word of each officer, in their order."""
    last: dict[str, int] = {}
    for place, word in enumerate(words):
        name = officer_key(word.officer)
        last.pop(name, None)
        last[name] = place
    return list(last.values())


def saw_the_same(one: str, other: str) -> bool:
    """Whether two officers decided on the same facts, as far as that is known.

    Args:
        one: hash of what one of them saw; what follows its dot does not count.
        other: hash of what the other saw.
    """
    seen = [text.partition(".")[0] for text in (one, other)]
    return not all(seen) or seen[0] == seen[1]


def officer_key(name: str) -> str:
    """An officer's name as it is compared: small letters, no marks, single blanks."""
    return " ".join(plain(name).replace(".", " ").split())


def distinct_officers(names: Iterable[str]) -> int:
    """How many officers names certainly are: *Mai* may be *Lê Thị Mai*."""
    counted: list[set[str]] = []
    keys = {officer_key(name) for name in names} - {""}
    for words in sorted((set(key.split()) for key in keys), key=len, reverse=True):
        if not any(words <= other for other in counted):
            counted.append(words)
    return len(counted)


def _officers(words: Sequence[Word], said: Word) -> int:
    """How many officers' words agree with what is said."""
    return distinct_officers(word.officer for word in words if word.agrees_with(said))
