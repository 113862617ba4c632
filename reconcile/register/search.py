"""Looking things up: a person by name at the counter, anything by an id that was ever issued."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from reconcile.errors import UsageError
from reconcile.register import lookup, reading
from reconcile.register import tables as t
from reconcile.register.excerpt import is_meant_as_conflict, persons_of_conflict
from reconcile.register.ids import PREFIXES, format_ids, parse_id
from reconcile.register.resolution import UNDONE, Resolution, is_meant_as_id, resolve_id
from reconcile.register.sought import understand
from reconcile.register.standing import persons_now
from reconcile.register.versioned import holds

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from sqlalchemy import Connection


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
    numbers = connection.execute(members).scalars().all()
    mentions = reading.live_mentions(connection, t.mentions.c.mention.in_(numbers))
    return Person(
        persons[0],
        found.id,
        tuple(sorted(format_ids("P", connection.execute(earlier).scalars()))),
        reading.golden(connection, t.golden_values.c.person == number),
        mentions,
        reading.links(connection, t.links.c.left.in_(numbers) & t.links.c.right.in_(numbers)),
    )


def _nobody(found: Resolution) -> UsageError:
    if found.state == UNDONE:
        return UsageError(
            "{id} was given in run {run}, which was taken back; it stands for nobody now.",
            id=found.id,
            run=found.run,
        )
    return UsageError("{id} stands for nobody now: no entry of it is left.", id=found.id)


# -- names ----------------------------------------------------------------------------------------


def find(
    connection: Connection, text: str, born: int | None = None, beside: str = "", limit: int = 50
) -> pd.DataFrame:
    """Look persons up by name, birth, number or id.

    Args:
        connection: any connection.
        text: words of the name in any order, with or without marks, also with slips of typing; a
            year or a day among them is that of the birth; 8 to 12 digits are the number of a paper;
            number and year (``15/1980``) are those of an entry; words of two names are the person's
            and one that stands beside it. Any id that was ever issued stands for the persons that
            it speaks of now.
        born: year of birth.
        beside: a name that stands in one entry with the person: of a parent, a spouse, a child.
        limit: how many persons at most.

    Returns:
        As :func:`reconcile.register.lookup.shown`, best first.
    """
    persons = _by_id(connection, text)
    if persons is not None:
        return shown(connection, persons[:limit])
    found = lookup.find(connection, understand(text, born), beside, limit)
    return lookup.shown(connection, found)


def _by_id(connection: Connection, text: str) -> tuple[str, ...] | None:
    """Persons that an id speaks of; None where no id was meant."""
    if is_meant_as_conflict(text):
        return persons_of_conflict(connection, text)
    try:
        found = resolve_id(connection, text)
    except UsageError:
        if is_meant_as_id(text):
            raise
        return None
    persons = persons_now(connection, found)
    if not persons:
        raise _nobody(found)
    return persons


def shown(connection: Connection, persons: Sequence[str]) -> pd.DataFrame:
    """Persons by their ids, in the columns of :func:`find`."""
    return lookup.shown(connection, [(parse_id(one)[1], lookup.BY_ID) for one in persons])
