"""What identity needs to know of a content, and when two contents can be one entry."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final, NamedTuple

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconcile.config import RegisterType

_SIMILAR_WORDS: Final = 0.6  # An and Anh are, An and Bình are not


class Person(NamedTuple):
    """Who a content says that somebody is.

    Attributes:
        name: key of the name.
        plain: the name without marks.
        sound: the name as it sounds.
        born: first and last day of the interval of birth.
    """

    name: str
    plain: str
    sound: str
    born: tuple[int, int] | None


@dataclass(frozen=True)
class Content:
    """What identity needs to know of one content.

    Attributes:
        content_hash: the content.
        series: body, year (-1 if not known), number and suffix; None without a number.
        book: number of the book.
        registered: first and last day of the interval of registration.
        principals: role -> person, of those whom the entry is about.
        others: role -> person, of all others.
        label: year and number, as they stand in the key of an entry.
    """

    content_hash: str
    series: tuple[str, int, int, str] | None  # body, year, number, suffix
    book: str
    registered: tuple[int, int] | None
    principals: dict[str, Person]
    others: dict[str, Person]
    label: str

    @property
    def facts(self) -> dict[tuple[str, str], object]:
        """What it says but for number, book and page: names, births and the registration."""
        said: dict[tuple[str, str], object] = {("", "registered"): self.registered}
        for role, person in (self.principals | self.others).items():
            said[role, "name"] = person.name
            said[role, "born"] = person.born
        return {fact: value for fact, value in said.items() if value}

    def traces(self) -> Iterator[tuple[object, ...]]:
        """Pairs of facts by which it is found again where number and one fact were corrected."""
        for role, person in (self.principals | self.others).items():
            if person.name and person.born:
                yield role, person.name, person.born
            if person.name and self.registered:
                yield role, person.name, self.registered, ""


def names_alike(left: Person, right: Person) -> bool:
    """Could the two names be one name, written twice?

    They could if they sound the same, have the same words in another order, or if both given name
    and family name are nearly the same; the middle name comes and goes.
    """
    if left.plain == right.plain or (left.sound and left.sound == right.sound):
        return True
    ours, theirs = left.plain.split(), right.plain.split()
    if not ours or not theirs:
        return False
    if sorted(ours) == sorted(theirs):
        return True
    return all(
        SequenceMatcher(None, ours[place], theirs[place], autojunk=False).ratio() >= _SIMILAR_WORDS
        for place in (0, -1)
    )


def compatible(left: Content, right: Content) -> bool:
    """Can two contents with one number be one entry, corrected in between?

    They can where every principal person's name is alike; or where a name was changed, but that
    person's birth and at least one other person of the entry stayed as they were.
    """
    roles = left.principals.keys() & right.principals.keys()
    if not roles:
        return not left.principals or not right.principals
    unlike = [
        role for role in roles if not names_alike(left.principals[role], right.principals[role])
    ]
    if not unlike:
        return True
    kept = [
        role
        for role in left.others.keys() & right.others.keys()
        if names_alike(left.others[role], right.others[role])
    ]
    kept += [role for role in roles if role not in unlike]
    return bool(kept) and all(
        left.principals[role].born is not None
        and left.principals[role].born == right.principals[role].born
        for role in unlike
    )


def disagreeing(left: Content, right: Content) -> list[tuple[str, str]]:
    """Facts that only one of two contents says, or that they say differently."""
    ours, theirs = left.facts, right.facts
    return [
        fact for fact in sorted(ours.keys() | theirs.keys()) if ours.get(fact) != theirs.get(fact)
    ]


def likeness(left: Content, right: Content) -> int:
    """How many values two contents share; only to tell entries of one number apart."""
    ours, theirs = left.principals | left.others, right.principals | right.others
    shared = sum(
        (ours[role].name == theirs[role].name) + (ours[role].born == theirs[role].born)
        for role in ours.keys() & theirs.keys()
    )
    return shared + (left.registered == right.registered) + (left.book == right.book)


def read_contents(
    entries: pd.DataFrame, mentions: pd.DataFrame, register_types: dict[str, RegisterType]
) -> dict[str, Content]:
    """What identity needs to know of every content.

    Args:
        entries: ENTRIES of all contents.
        mentions: MENTIONS of all contents.
        register_types: register types by code.

    Returns:
        Contents by hash.
    """
    people = _people(mentions)
    principals = {code: set(kind.principals) for code, kind in register_types.items()}
    contents = {}
    texts = _texts(entries, ["content_hash", "register_type", "body", "number_suffix", "book"])
    for (content_hash, kind, body, suffix, book), year, number, registered in zip(
        texts,
        _numbers(entries, "year"),
        _numbers(entries, "number"),
        _intervals(entries, "registered"),
        strict=True,
    ):
        year_text = "-" if year is None else str(year)
        mine = people.get(content_hash, {})
        contents[content_hash] = Content(
            content_hash=content_hash,
            series=None if number is None else (body, -1 if year is None else year, number, suffix),
            book=book,
            registered=registered,
            principals={r: p for r, p in mine.items() if r in principals[kind]},
            others={r: p for r, p in mine.items() if r not in principals[kind]},
            label=f"{year_text}/-" if number is None else f"{year_text}/{number}{suffix}",
        )
    return contents


def _people(mentions: pd.DataFrame) -> dict[str, dict[str, Person]]:
    """Content hash -> role -> who the content says it is."""
    people: dict[str, dict[str, Person]] = defaultdict(dict)
    texts = _texts(mentions, ["content_hash", "role", "name_key", "name_plain", "name_sound"])
    for (content_hash, role, name, plain, sound), born in zip(
        texts, _intervals(mentions, "birth"), strict=True
    ):
        people[content_hash][role] = Person(name, plain, sound, born)
    return people


def _texts(frame: pd.DataFrame, columns: list[str]) -> Iterator[tuple[str, ...]]:
    """Lines of a frame; much faster over lists than over Arrow columns."""
    return zip(*(frame[name].tolist() for name in columns), strict=True)


def _numbers(frame: pd.DataFrame, name: str) -> list[int | None]:
    """A column of whole numbers, None where there is none."""
    return [None if number is pd.NA else number for number in frame[name].tolist()]


def _intervals(frame: pd.DataFrame, name: str) -> list[tuple[int, int] | None]:
    """First and last day of a date, None where it is not known."""
    days = zip(_numbers(frame, f"{name}_from"), _numbers(frame, f"{name}_to"), strict=True)
    return [None if first is None or last is None else (first, last) for first, last in days]
