"""How well a content that arrives fits the entries that may be it, and which of them it is."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from reconcile.resolve.contents import compatible, disagreeing, likeness, names_alike

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reconcile.resolve.contents import Content

_OWN_KEY: Final = 2  # facts that an own key is worth
_NUMBER: Final = 1  # facts that a number is worth
_CORRECTED: Final = 1  # facts that may have been corrected together with the number
_CORRECTED_GONE: Final = 2  # the same where the entry is missing from a full export
_LEAST: Final = 3  # facts that must agree where the number does not


class Fit(NamedTuple):
    """A content, an entry that it may be, and why.

    Attributes:
        content_hash: the content.
        entry: number of the entry.
        score: facts that agree, own key and number among them.
        named: the own key or the number says so; else the content alone.
        own: the own key says so.
        vanished: the entry is missing from a full export that should have it.
    """

    content_hash: str
    entry: int
    score: int
    named: bool
    own: bool
    vanished: bool


def owned_fits(before: Content, now: Content) -> bool:
    """May an own key be believed? Not where a program that was set up anew gave it to another row.

    It may where the number is the same, the persons are compatible, or most facts agree.
    """
    if before.series is not None and before.series == now.series:
        return True
    facts = before.facts.keys() | now.facts.keys()
    return compatible(before, now) or 2 * len(disagreeing(before, now)) < len(facts)


def numbered_fits(before: Content, now: Content) -> bool:
    """May two contents of one number be one entry? Not where both name a book, and not the same."""
    books_differ = before.book and now.book and before.book != now.book
    return not books_differ and compatible(before, now)


def renumbered_fits(before: Content, now: Content, *, vanished: bool, once: bool) -> bool:
    """May two contents of different numbers be one entry whose number was corrected?

    They may where everything else, or all but one fact, stayed as it was; of an entry that is
    missing from a full export all but two, at most one of them about those whom the entry is about.
    Where the entry may still stand beside the content, because a delta says nothing of it, the
    content may also be another registration of the same persons: a certificate issued again, a
    twin. Then only entries of events that happen once are recognised, and only where no principal
    person's name changed.

    Args:
        before: what the entry says.
        now: the content that arrives.
        vanished: the entry is missing from a full export that should have it.
        once: the register type's event happens once.
    """
    changed = disagreeing(before, now)
    agreeing = len(before.facts.keys() | now.facts.keys()) - len(changed)
    of_principals = sum(role in now.principals for role, _ in changed)
    allowed = _CORRECTED_GONE if vanished and of_principals <= _CORRECTED else _CORRECTED
    if len(changed) > allowed or (changed and agreeing < _LEAST):
        return False
    if not any(person.name for person in now.principals.values()):
        return False
    named_anew = any(fact == "name" and role in now.principals for role, fact in changed)
    if not vanished:
        return once and not named_anew
    if named_anew and len(changed) > _CORRECTED:
        return all(
            names_alike(before.principals[role], now.principals[role])
            for role in before.principals.keys() & now.principals.keys()
        )
    return not named_anew or compatible(before, now)


def fit(
    before: Content, now: Content, entry: int, *, own: bool, same_number: bool, vanished: bool
) -> Fit:
    """How well a content fits an entry."""
    score = likeness(before, now) + _OWN_KEY * own + _NUMBER * same_number
    return Fit(now.content_hash, entry, score, own or same_number, own, vanished)


def chosen(
    fits: list[Fit], order: Callable[[Fit], tuple[object, ...]], claimed: set[int]
) -> Iterator[tuple[str, int]]:
    """Which content is which entry: the best fit first, each content and each entry once.

    Of fits that are equally good those by own key and number come first. Those by content alone
    must be the only ones; where as many entries as contents fit each other alike and all of the
    entries vanished, they are taken in the order of their numbers.

    Args:
        fits: all that are possible.
        order: of fits that are equally good; must tell all of them apart.
        claimed: entries that are taken; grows while the answer is read.

    Yields:
        Content hash and entry.
    """
    settled: set[str] = set()
    ranked = sorted(fits, key=lambda one: (-one.score, not one.named, not one.own, *order(one)))
    for (_, is_unnamed), group in groupby(ranked, key=lambda one: (-one.score, not one.named)):
        level = list(group)
        if is_unnamed:
            level = _alone(
                [f for f in level if f.content_hash not in settled and f.entry not in claimed],
                settled,
            )
        for one in level:
            if one.content_hash not in settled and one.entry not in claimed:
                settled.add(one.content_hash)
                yield one.content_hash, one.entry


def _alone(level: list[Fit], settled: set[str]) -> list[Fit]:
    """Those of equally good fits by content alone that leave no choice; the others are settled."""
    by_content: dict[str, list[Fit]] = defaultdict(list)
    by_entry: dict[int, set[str]] = defaultdict(set)
    for one in level:
        by_content[one.content_hash].append(one)
        by_entry[one.entry].add(one.content_hash)
    groups: dict[tuple[int, ...], list[str]] = defaultdict(list)
    for content_hash, fits in by_content.items():
        groups[tuple(one.entry for one in fits)].append(content_hash)
    found = []
    for entries, contents in groups.items():
        closed = all(by_entry[entry] == set(contents) for entry in entries)
        fits = [by_content[one][place] for place, one in enumerate(contents[: len(entries)])]
        in_turn = len(contents) == 1 or all(one.vanished for one in fits)
        if closed and in_turn and len(contents) == len(entries):
            found += fits
        else:
            settled.update(contents)
    return found
