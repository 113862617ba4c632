"""Looking things up: a person by name at the counter, anything by an id that was ever issued."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd
from rapidfuzz import fuzz, process
from sqlalchemy import and_, or_, select

from reconcile.errors import UsageError
from reconcile.register import reading
from reconcile.register import tables as t
from reconcile.register.ids import PREFIXES, format_id, format_ids, parse_id
from reconcile.register.resolution import UNDONE, Resolution, is_meant_as_id, resolve_id
from reconcile.register.standing import persons_now
from reconcile.register.versioned import holds
from reconcile.text.folding import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Connection

_YEAR: Final = re.compile(r"(1[89]|20)\d\d")
_NUMBER: Final = re.compile(r"\d{8,12}")
_CLOSE_ENOUGH: Final = 86.0
_GUESSES: Final = 20


@dataclass(frozen=True)
class Person:
    """One person with everything that the register says of them.

    Attributes:
        person_id: the id in use.
        asked: the id that was asked for; another one where it redirects.
        earlier: other ids that redirect to this one.
        golden: golden values with lineage, as :meth:`Register.golden`.
        mentions: LIVE_MENTIONS of the person with ids beside.
        links: kept pairs between these mentions, as :meth:`Register.links`.
    """

    person_id: str
    asked: str
    earlier: tuple[str, ...]
    golden: pd.DataFrame
    mentions: pd.DataFrame
    links: pd.DataFrame


# -- ids ------------------------------------------------------------------------------------------


def person(connection: Connection, text: str) -> Person:
    """All about one person.

    Args:
        connection: any connection.
        text: any id that the person has or had, or that was given to the person in a run that was
            taken back.

    Raises:
        UsageError: it is not the id of a person, or stands for nobody now, or for several.
    """
    found = resolve_id(connection, text)
    if found.kind != PREFIXES["P"]:
        raise UsageError("{id} is not the id of a person.", id=found.id)
    persons = persons_now(connection, found)
    if len(persons) > 1:
        raise UsageError(
            "{id} stands for several persons now: {ids}.", id=found.id, ids=", ".join(persons)
        )
    if not persons:
        raise _nobody(found)
    number = parse_id(persons[0])[1]
    i = t.identities
    earlier = select(i.c.number).where(holds(i), i.c.kind == "P", i.c.target == number)
    members = select(t.memberships.c.mention).where(
        holds(t.memberships), t.memberships.c.person == number
    )
    mentions = _mentions(connection, t.mentions.c.mention.in_(members))
    keys = mentions["mention_key"]
    return Person(
        persons[0],
        found.id,
        tuple(sorted(format_ids("P", connection.execute(earlier).scalars()))),
        reading.golden(connection, t.golden_values.c.person == number),
        mentions,
        _links_within(connection, keys.tolist()),
    )


def _nobody(found: Resolution) -> UsageError:
    if found.state == UNDONE:
        return UsageError(
            "{id} was given in run {run}, which was taken back; it stands for nobody now.",
            id=found.id,
            run=found.run,
        )
    return UsageError("{id} stands for nobody now: no entry of it is left.", id=found.id)


def _mentions(connection: Connection, condition: ColumnElement[bool]) -> pd.DataFrame:
    return reading.live_mentions(connection, condition)


def _links_within(connection: Connection, keys: Sequence[str]) -> pd.DataFrame:
    mine = select(t.mentions.c.mention).where(holds(t.mentions), t.mentions.c.mention_key.in_(keys))
    return reading.links(connection, and_(t.links.c.left.in_(mine), t.links.c.right.in_(mine)))


# -- names ----------------------------------------------------------------------------------------


def find(
    connection: Connection, text: str, born: int | None = None, limit: int = 50
) -> pd.DataFrame:
    """Look persons up by name, identity number or id.

    Args:
        connection: any connection.
        text: words of the name in any order, with or without marks; a year among them is the year
            of birth; 8 to 12 digits are an identity number; any id that was ever issued stands for
            the persons that it speaks of now.
        born: year of birth.
        limit: how many persons at most.

    Returns:
        ``person_id``, ``name``, ``birth``, ``sex`` (golden values, empty where there is none) and
        ``mentions`` (how many), best first.
    """
    words = plain(text).split()
    for word in [word for word in words if _YEAR.fullmatch(word)]:
        born = born or int(word)
        words.remove(word)
    numbers = _by_id(connection, text)
    if numbers is None:
        numbers = _by_words(connection, words, born)
    return _shown(connection, numbers[:limit])


def _by_id(connection: Connection, text: str) -> list[int] | None:
    """Persons that an id speaks of; None where no id was meant."""
    try:
        found = resolve_id(connection, text)
    except UsageError:
        if is_meant_as_id(text):
            raise
        return None
    persons = persons_now(connection, found)
    if not persons:
        raise _nobody(found)
    return [parse_id(one)[1] for one in persons]


def _by_words(connection: Connection, words: list[str], born: int | None) -> list[int]:
    m = t.mentions
    digits = [word for word in words if _NUMBER.fullmatch(word)]
    names = [word for word in words if not _NUMBER.fullmatch(word)]
    conditions = [or_(m.c.cmnd == number, m.c.cccd == number) for number in digits]
    if born is not None:
        conditions += [
            m.c.birth_from <= _ordinal(born + 1) - 1,
            m.c.birth_to >= _ordinal(born),
        ]
    if not words:
        return []
    exact = [m.c.name_plain.contains(word, autoescape=True) for word in names]
    found = _ranked(connection, [*conditions, *exact], " ".join(names))
    if found or not names:
        return found
    return _ranked(connection, [*conditions, _close(connection, " ".join(names))], " ".join(names))


def _ordinal(year: int) -> int:
    return pd.Timestamp(year, 1, 1).toordinal()


def _close(connection: Connection, name: str) -> ColumnElement[bool]:
    """Condition for names that are written nearly so."""
    column = t.mentions.c.name_plain
    known = connection.execute(select(column).where(holds(t.mentions)).distinct()).scalars().all()
    near = process.extract(
        name, known, scorer=fuzz.token_sort_ratio, score_cutoff=_CLOSE_ENOUGH, limit=_GUESSES
    )
    return column.in_([match for match, _, _ in near])


def _ranked(connection: Connection, conditions: list[ColumnElement[bool]], name: str) -> list[int]:
    """Persons of the mentions that fit, those whose name is nearest first, then the oldest ids."""
    m, p = t.mentions, t.memberships
    query = (
        select(p.c.person, m.c.name_plain)
        .join(p, p.c.mention == m.c.mention)
        .where(holds(m), holds(p), *conditions)
        .distinct()
    )
    best: dict[int, float] = {}
    for number, found in connection.execute(query):
        score = fuzz.token_sort_ratio(name, found) if name else 100.0
        best[number] = max(score, best.get(number, 0.0))
    return sorted(best, key=lambda number: (-best[number], number))


def shown(connection: Connection, persons: Sequence[str]) -> pd.DataFrame:
    """Persons by their ids, in the columns of :func:`find`."""
    return _shown(connection, [parse_id(one)[1] for one in persons])


def _shown(connection: Connection, numbers: list[int]) -> pd.DataFrame:
    g, p = t.golden_values, t.memberships
    fields = ("name", "birth", "sex")
    values = {
        (number, field): value
        for number, field, value in connection.execute(
            select(g.c.person, g.c.field, g.c.value).where(
                holds(g), g.c.person.in_(numbers), g.c.field.in_(fields)
            )
        )
    }
    counts: dict[int, int] = {}
    for number in connection.execute(
        select(p.c.person).where(holds(p), p.c.person.in_(numbers))
    ).scalars():
        counts[number] = counts.get(number, 0) + 1
    lines = [
        (
            format_id("P", number),
            *(values.get((number, field), "") for field in fields),
            counts.get(number, 0),
        )
        for number in numbers
    ]
    return pd.DataFrame(lines, columns=["person_id", *fields, "mentions"])
