"""Looking persons up at the counter: by name, birth, number, or by who stands beside them.

Names are compared as the *distinct* names that stand in the register, of which there are few, and
only then looked up by an index: a million mentions are searched in a fraction of a second. What
fits as typed comes first; slips of typing, then other reasons to show somebody, only where that
finds nobody.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

import pandas as pd
from rapidfuzz import fuzz, process
from sqlalchemy import or_, select

from reconcile.register import tables as t
from reconcile.register.ids import format_id
from reconcile.register.sought import (
    Sought,
    covering,
    covers,
    left_over,
    made_of,
    near_numbers,
    near_words,
    understand,
    vocabulary,
)
from reconcile.register.versioned import holds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection

T = TypeVar("T")

NAME: Final = "name"
NEARLY: Final = "name, nearly"
PAPER: Final = "number of a paper"
NEAR_PAPER: Final = "number of a paper, nearly"
REGISTERED: Final = "number of an entry"
BESIDE: Final = "a name in the same entry"
NEAR_BIRTH: Final = "name; another birth, or none known"
BY_ID: Final = "id"

_SHOWN: Final = ("name", "birth", "sex", "father", "mother")
_NAMES: Final = 400  # distinct names that are looked at at most, the nearest first
_PIECE: Final = 500  # values of one condition
_YEARS: Final = 2  # by which a year of birth may be wrong
_FEW: Final = 10  # persons up to whom relatives are shown as well
_WHOLE_NAME: Final = 2  # words that a name beside another one has at least


class Hit(NamedTuple):
    """One mention that fits.

    Attributes:
        person: number of the person.
        entry: number of the entry.
        name: name of the mention, without marks.
        score: how well it fits, 0 to 100.
    """

    person: int
    entry: int
    name: str
    score: float


class _Names:
    """The distinct names of the register, as few of them as a search needs.

    Args:
        connection: any connection.
        sought: what is looked for.
    """

    def __init__(self, connection: Connection, sought: Sought) -> None:
        self._connection = connection
        self._words = sought.words
        self.typed = [frozenset((word,)) for word in sought.words]

    @cached_property
    def all(self) -> list[str]:
        """Every name once."""
        return self._those(())

    @cached_property
    def known(self) -> frozenset[str]:
        """All words of the names."""
        return vocabulary(self.all)

    @cached_property
    def near(self) -> list[frozenset[str]]:
        """Words of names that may be meant by each word that was typed."""
        return [near_words(word, self.known) for word in self._words]

    def with_words(self, meant: list[frozenset[str]]) -> list[str]:
        """Names that have all of these words, each by one of the ways in which it may be meant."""
        if not all(meant):
            return []
        if any(len(words) > 1 for words in meant):
            return covering(self.all, meant)
        # What was typed last is the given name most often, and the rarest word.
        return covering(self._those([min(words) for words in reversed(meant)]), meant)

    def _those(self, parts: Sequence[str]) -> list[str]:
        column = t.mentions.c.name_plain
        query = select(column).where(holds(t.mentions), column != "").distinct()
        having = [column.contains(part, autoescape=True) for part in parts]
        # plain tuples of the driver: a SQLAlchemy row for each name would take as long as reading
        lines = self._connection.execute(query.where(*having)).cursor.fetchall()
        return [name for (name,) in lines]


Found = list[tuple[int, str]]
"""Number of a person, and by what the person was found; best first."""


def find(connection: Connection, sought: Sought, beside: str = "", limit: int = 50) -> Found:
    """Persons who fit.

    Args:
        connection: any connection.
        sought: what is looked for.
        beside: words of a name that stands in one entry with the person.
        limit: how many persons at most.
    """
    other = understand(beside).words
    if sought.papers or sought.registered:
        found = _by_number(connection, sought)
        if found and sought.words:
            names = _Names(connection, sought)
            named = {hit.person for hit in _named(connection, names, names.near, sought)}
            found = [one for one in found if one[0] in named] or found
        if found or not sought.words:
            return found[:limit]
    if not sought.words:
        return _of_relatives(connection, Sought(other, born=sought.born))[:limit]
    return _by_name(connection, sought, other)[:limit]


def _pieces(values: Iterable[T]) -> Iterator[list[T]]:
    """The values, as many at a time as a condition may name."""
    left = iter(values)
    while piece := list(islice(left, _PIECE)):
        yield piece


def _told(persons: Iterable[int], how: str) -> Found:
    return [(person, how) for person in persons]


# -- numbers --------------------------------------------------------------------------------------


def _by_number(connection: Connection, sought: Sought) -> Found:
    found = _told(_with_papers(connection, sought.papers), PAPER)
    found = found or _told(_registered(connection, sought.registered), REGISTERED)
    if found:
        return found
    near = [other for number in sought.papers for other in near_numbers(number)]
    return _told(_with_papers(connection, near), NEAR_PAPER)


def _with_papers(connection: Connection, numbers: Iterable[str]) -> list[int]:
    m, p = t.mentions, t.memberships
    found: set[int] = set()
    for piece in _pieces(numbers):
        for column in (m.c.cmnd, m.c.cccd):
            query = select(p.c.person).join(m, m.c.mention == p.c.mention)
            query = query.where(holds(m), holds(p), column != "", column.in_(piece))
            found.update(connection.execute(query).scalars())
    return sorted(found)


def _registered(connection: Connection, numbers: Sequence[tuple[int, int]]) -> list[int]:
    """The persons of entries, by number and year of the series; those that it is about first."""
    if not numbers:
        return []
    e = t.entries
    wanted = or_(*((e.c.number == number) & (e.c.year == year) for number, year in numbers))
    entries = connection.execute(select(e.c.entry).where(holds(e), wanted)).scalars().all()
    found: dict[int, bool] = {}
    for one in _others(connection, entries):
        found[one.person] = found.get(one.person, False) or one.principal
    return sorted(found, key=lambda person: (not found[person], person))


# -- names ----------------------------------------------------------------------------------------


def _by_name(connection: Connection, sought: Sought, other: Sequence[str]) -> Found:
    names = _Names(connection, sought)
    for how in (NAME, NEARLY):
        meant = names.typed if how == NAME else names.near
        hits = _named(connection, names, meant, sought)
        if other:
            fit = set(_ranked(connection, hits, sought.born))
            hits = [hit for hit in hits if hit.person in fit]
            hits = _beside(connection, hits, _meant(names, other))
        found = _told(_ranked(connection, hits, sought.born), how)
        if found and len(found) < _FEW and how == NAME and not other:
            found += _told(_relatives(connection, names, meant, sought), BESIDE)
        if found:
            return found
    if not other:
        for how in (NAME, NEARLY):
            meant = names.typed if how == NAME else names.near
            parted = _parted(connection, names, meant, sought)
            found = _told(_ranked(connection, parted, sought.born), BESIDE)
            found = found or _told(_relatives(connection, names, meant, sought), BESIDE)
            if found:
                return found
    return _told(_born_nearly(connection, names, sought), NEAR_BIRTH)


def _meant(names: _Names, words: Sequence[str]) -> list[frozenset[str]]:
    return [near_words(word, names.known) for word in words]


def _named(
    connection: Connection, names: _Names, meant: list[frozenset[str]], sought: Sought
) -> list[Hit]:
    """Mentions whose name has all words that were typed."""
    return _of_names(connection, names.with_words(meant), sought)


def _of_names(connection: Connection, names: Sequence[str], sought: Sought) -> list[Hit]:
    """Mentions of names, each with how near its name is to what was typed."""
    best = process.extract(sought.name, names, scorer=fuzz.token_sort_ratio, limit=_NAMES)
    score = {name: value for name, value, _ in best}
    m, p = t.mentions, t.memberships
    hits = []
    for piece in _pieces(score):
        query = (
            select(p.c.person, m.c.entry, m.c.name_plain, m.c.name_key)
            .join(p, p.c.mention == m.c.mention)
            .where(holds(m), holds(p), m.c.name_plain.in_(piece))
        )
        for person, entry, name, marked in connection.execute(query):
            value = score[name]
            if sought.marked:
                value = (value + fuzz.token_sort_ratio(sought.marked, marked)) / 2
            hits.append(Hit(person, entry, name, value))
    return hits


def _ranked(connection: Connection, hits: Iterable[Hit], born: str, years: int = 0) -> list[int]:
    """Persons of mentions, the best first, then the oldest ids; only those who were born then."""
    best: dict[int, float] = {}
    for hit in hits:
        best[hit.person] = max(hit.score, best.get(hit.person, 0.0))
    if born:
        birth = _births(connection, best)
        best = {one: score for one, score in best.items() if _fits(birth.get(one), born, years)}
    return sorted(best, key=lambda person: (-best[person], person))


def _births(connection: Connection, persons: Iterable[int]) -> dict[int, str]:
    g = t.golden_values
    found: dict[int, str] = {}
    for piece in _pieces(persons):
        query = select(g.c.person, g.c.value).where(
            holds(g), g.c.person.in_(piece), g.c.field == "birth"
        )
        found.update((person, value) for person, value in connection.execute(query))
    return found


def _fits(birth: str | None, born: str, years: int) -> bool:
    """Whether a birth, as exactly as it is known, can be the one that was typed."""
    if not birth:
        return years > 0
    if years:
        return abs(int(birth[:4]) - int(born[:4])) <= years
    known = min(len(birth), len(born))
    return birth[:known] == born[:known]


def _born_nearly(connection: Connection, names: _Names, sought: Sought) -> list[int]:
    """Persons of the name whose year of birth is not known, or off by a little."""
    if not sought.born:
        return []
    hits = _named(connection, names, names.typed, sought)
    hits = hits or _named(connection, names, names.near, sought)
    return _ranked(connection, hits, sought.born, _YEARS)


# -- who stands beside them -----------------------------------------------------------------------


class _Other(NamedTuple):
    """Another mention of an entry."""

    entry: int
    mention: int
    person: int
    name: str
    principal: bool


def _others(connection: Connection, entries: Iterable[int]) -> list[_Other]:
    """The mentions of entries.

    Asked for step by step: one query over all of these tables is easily planned the wrong way
    round by a database that has no statistics.
    """
    i, m, p = t.mention_ids, t.mentions, t.memberships
    mentions: list[int] = []
    for piece in _pieces(sorted(set(entries))):
        query = select(i.c.mention).where(i.c.entry.in_(piece))
        mentions += connection.execute(query).scalars()
    found = []
    for piece in _pieces(mentions):
        persons = select(p.c.mention, p.c.person).where(holds(p), p.c.mention.in_(piece))
        person_of = {line.mention: line.person for line in connection.execute(persons)}
        said = select(m.c.mention, m.c.entry, m.c.name_plain, m.c.principal)
        for number, entry, name, principal in connection.execute(
            said.where(holds(m), m.c.mention.in_(piece))
        ):
            found.append(_Other(entry, number, person_of[number], name, bool(principal)))
    return found


def _beside(connection: Connection, hits: list[Hit], meant: list[frozenset[str]]) -> list[Hit]:
    """Those hits in whose entry somebody else has such a name."""
    there: dict[int, set[int]] = {}
    for one in _others(connection, (hit.entry for hit in hits)):
        if covers(one.name, meant):
            there.setdefault(one.entry, set()).add(one.person)
    return [hit for hit in hits if there.get(hit.entry, set()) - {hit.person}]


def _parted(
    connection: Connection, names: _Names, meant: list[frozenset[str]], sought: Sought
) -> list[Hit]:
    """Persons for whom some of the words are their name and the others one beside it.

    One of the two names is typed in full; the other may be typed in part.
    """
    rest = {
        name: left
        for name in made_of(names.all, meant)
        if len(name.split()) >= _WHOLE_NAME and (left := left_over(name, meant))
    }
    there: dict[int, list[tuple[int, str]]] = {}
    for hit in _of_names(connection, list(rest), sought):
        there.setdefault(hit.entry, []).append((hit.person, hit.name))
    found = []
    for one in _others(connection, there):
        for person, name in there[one.entry]:
            if person != one.person and covers(one.name, rest[name]):
                both = fuzz.token_sort_ratio(sought.name, f"{name} {one.name}")
                found.append(Hit(person, one.entry, name, both))
                found.append(Hit(one.person, one.entry, one.name, both))
    return [hit._replace(score=hit.score + sought.name.startswith(hit.name)) for hit in found]


def _relatives(
    connection: Connection, names: _Names, meant: list[frozenset[str]], sought: Sought
) -> list[int]:
    """Whom the entries are about in which somebody else has the name."""
    hits = _named(connection, names, meant, sought)
    entries = {hit.entry: hit for hit in hits}
    bearers = {hit.person for hit in hits}
    found = [
        Hit(one.person, one.entry, one.name, entries[one.entry].score)
        for one in _others(connection, entries)
        if one.principal and one.person not in bearers
    ]
    return _ranked(connection, found, sought.born)


def _of_relatives(connection: Connection, beside: Sought) -> Found:
    """Persons of whom nothing is known but a name beside theirs, and perhaps their birth."""
    if not beside.words:
        return []
    names = _Names(connection, beside)
    found = _relatives(connection, names, names.typed, beside)
    return _told(found or _relatives(connection, names, names.near, beside), BESIDE)


# -- showing --------------------------------------------------------------------------------------


def shown(connection: Connection, found: Found) -> pd.DataFrame:
    """What the counter needs to tell persons apart.

    Args:
        connection: any connection.
        found: the persons, in the order in which they are shown.

    Returns:
        ``person_id``, ``name``, ``birth``, ``sex``, ``father``, ``mother`` (golden values, empty
        where there is none), ``mentions`` (how many) and ``found_by``.
    """
    numbers = [number for number, _ in found]
    g, p = t.golden_values, t.memberships
    mine = holds(g), g.c.person.in_(numbers), g.c.field.in_(_SHOWN)
    values = {
        (number, field): value
        for number, field, value in connection.execute(
            select(g.c.person, g.c.field, g.c.value).where(*mine)
        )
    }
    members = select(p.c.person).where(holds(p), p.c.person.in_(numbers))
    counts = Counter(connection.execute(members).scalars())
    lines = [
        (
            format_id("P", number),
            *(values.get((number, field), "") for field in _SHOWN),
            counts[number],
            how,
        )
        for number, how in found
    ]
    return pd.DataFrame(lines, columns=["person_id", *_SHOWN, "mentions", "found_by"])
