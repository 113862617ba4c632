"""What stands against law or logic, as dates in their order, so that one sees what is wrong.

The dates are the standard ones that the rule was tested on, in their precision (P6).
"""

from __future__ import annotations

import calendar
from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from reconcile.review.casebook import SIDES, Reason
from reconcile.text.language import translate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reconcile.config import RegisterType

Line = dict[str, Any]

_HAPPENED: Final = {
    "birth": "born",
    "death": "died",
    "marriage": "married",
    "recognition": "recognised",
    "certificate": "certified",
}
# Sentences about the day on which someone came to the office.
_ON_REGISTRATION: Final = frozenset(("law_registered_before_event", "law_act_after_death"))
_PARENTS: Final = frozenset(("father", "mother", "parent"))
_SHORT: Final = 730  # days; a shorter time is said in days


class Happening(NamedTuple):
    """Something that happened, as far as its day is known.

    Attributes:
        first: first possible day, proleptic ordinal.
        last: last possible day.
        what: message that says what.
        sides: letters of the sides that say so.
    """

    first: int
    last: int
    what: str
    sides: str


class Chronicle:
    """Puts the dates behind a question into their order.

    Args:
        mentions: lines of LIVE_MENTIONS by mention key.
        entries: lines of LIVE_ENTRIES by entry key.
        register_types: register types by code.
        language: ``vi`` or ``en``.
    """

    def __init__(
        self,
        mentions: Mapping[str, Line],
        entries: Mapping[str, Line],
        register_types: Mapping[str, RegisterType],
        language: str,
    ) -> None:
        self._mentions = mentions
        self._entries = entries
        self._register_types = register_types
        self._language = language

    def reasons(self, keys: Sequence[str], sentence: str) -> list[Reason]:
        """One line for each date that matters, the earliest first, and the time between two.

        Args:
            keys: mention keys or entry keys of the sides.
            sentence: id of the question's sentence.
        """
        found: list[Happening] = []
        for side, key in enumerate(keys):
            letter = SIDES[side] if len(keys) > 1 and side < len(SIDES) else ""
            for happening in self._of_side(key, sentence, letter):
                _add(found, happening)
        found.sort(key=lambda each: (each.first, each.last, each.what))
        lines = [self._line(each) for each in found]
        if len(found) == 2:
            lines.append(self._between(*found))
        return [Reason(line, 0.0) for line in lines]

    def _of_side(self, key: str, sentence: str, letter: str) -> Iterator[Happening]:
        mention = self._mentions.get(key)
        entry = self._entries.get(key if mention is None else key.rpartition("/")[0])
        if mention is not None:
            died = _known(mention, "death", "died", letter)
            born = _known(mention, "birth", "born", letter)
            yield from died
            yield from born if not died or sentence == "law_death_before_birth" else ()
        if entry is None:
            return
        kind = self._register_types[entry["register_type"]]
        if mention is None or mention["principal"]:
            yield from _known(entry, "event", _HAPPENED.get(kind.event, "registered"), letter)
        elif kind.event == "birth" and mention["role"] in _PARENTS:
            yield from _known(entry, "event", "child born", letter)
        if sentence in _ON_REGISTRATION:
            yield from _known(entry, "registered", "registered", letter)

    def _line(self, happening: Happening) -> str:
        what = translate(happening.what, self._language)
        sides = f" ({', '.join(happening.sides)})" if happening.sides else ""
        return f"{_days(happening.first, happening.last)}: {what}{sides}"

    def _between(self, earlier: Happening, later: Happening) -> str:
        exact = earlier.first == earlier.last and later.first == later.last
        template = "{time} between them" if exact else "about {time} between them"
        days = later.first - earlier.first
        if days < _SHORT:
            time = translate("{count} days", self._language, count=days)
        else:
            years = _years(date.fromordinal(earlier.first), date.fromordinal(later.first))
            time = translate("{count} years", self._language, count=years)
        return translate(template, self._language, time=time)


def _known(line: Line, name: str, what: str, letter: str) -> list[Happening]:
    first, last = line[f"{name}_from"], line[f"{name}_to"]
    if not isinstance(first, int) or not isinstance(last, int):
        return []
    return [Happening(first, last, what, letter)]


def _add(found: list[Happening], happening: Happening) -> None:
    """Add what is not there yet; two sides that say the same are one line."""
    for position, known in enumerate(found):
        if (known.first, known.last) != (happening.first, happening.last):
            continue
        if known.what == happening.what:
            sides = "".join(dict.fromkeys(known.sides + happening.sides))
            found[position] = known._replace(sides=sides)
            return
        if {known.what, happening.what} == {"born", "child born"}:
            # the child is a side of its own
            found[position] = known if known.what == "born" else happening
            return
    found.append(happening)


def _years(earlier: date, later: date) -> int:
    """Completed years."""
    return later.year - earlier.year - ((later.month, later.day) < (earlier.month, earlier.day))


def _days(first: int, last: int) -> str:
    """A day, a month, a year or a span as people write it."""
    start, end = date.fromordinal(first), date.fromordinal(last)
    if start == end:
        return f"{start:%d/%m/%Y}"
    if (start.month, start.day, end.month, end.day) == (1, 1, 12, 31):
        return str(start.year) if start.year == end.year else f"{start.year}–{end.year}"
    whole = start.day == 1 and end.day == calendar.monthrange(end.year, end.month)[1]
    if whole and (start.year, start.month) == (end.year, end.month):
        return f"{start:%m/%Y}"
    return f"{start:%d/%m/%Y}–{end:%d/%m/%Y}"
