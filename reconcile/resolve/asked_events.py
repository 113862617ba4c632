"""Conflicts about what happened once: which entry stands, remarriages, one number used twice."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from reconcile.model import ConflictKind, Verdict
from reconcile.resolve.drafts import SIDES, Draft, Sources, type_words
from reconcile.resolve.intervals import ALWAYS, NEVER
from reconcile.resolve.notes import CANCELLED, speak_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconcile.config import RegisterType

_BOOK_LINE = ("register_type", "body", "year", "number", "number_suffix")


def standing_entries(sources: Sources) -> Iterator[Draft]:
    """Events that stand in several lines of books: which entry stands (P3)?

    Copies of one line of one book are no such question, and neither are entries that are cancelled
    or no longer delivered.
    """
    entries = sources.entries
    event = sources.events.event
    standing = ~entries["gone"] & ~speak_of(entries, CANCELLED)
    several = standing & event.duplicated(keep=False).to_numpy()
    lines = entries.loc[several, [*_BOOK_LINE, "registered_from", "registration_kind"]]
    lines = lines.assign(event=event.to_numpy()[several.to_numpy()], place=lines.index)
    lines["line"] = _book_lines(lines)
    lines["day"] = lines["registered_from"].fillna(ALWAYS).astype("int64")
    lines = lines.sort_values(["event", "day", "place"]).drop_duplicates(["event", "line"])
    for _, group in lines.groupby("event"):
        if len(group) > 1:
            yield _standing(sources, group)


def _book_lines(lines: pd.DataFrame) -> pd.Series[str]:
    """The line of a book that each entry is; an entry without a number is a line of its own."""
    known = lines["number"].notna() & lines["body"].ne("")
    text = lines[_BOOK_LINE[0]].astype("str")
    for name in _BOOK_LINE[1:]:
        text = text + "/" + lines[name].astype("str").fillna("")
    return text.where(known, "entry " + lines["place"].astype("str"))


def _standing(sources: Sources, group: pd.DataFrame) -> Draft:
    places = group["place"].astype("int64").tolist()
    keys = tuple(sources.entry_keys[place] for place in places)
    again = group["registration_kind"].iloc[1:].eq("again").any()
    return Draft(
        kind=ConflictKind.SAME_EVENT,
        severity="warning",
        sentence="same_event_again" if again else "same_event_linked",
        keys=keys,
        facts=tuple(sources.tells(place) for place in places),
        entries=keys,
        params={"count": len(keys)},
        proposal="same:A",
        legal="registered_again" if again else "one_registration",
    )


def remarriages(sources: Sources) -> Iterator[Draft]:
    """Two marriage entries of one couple with a divorce between them."""
    for line in sources.events.questions.to_dict("records"):
        places = [sources.entry_of[int(line[side])] for side in ("left", "right")]
        keys = tuple(sources.entry_keys[place] for place in places)
        yield Draft(
            kind=ConflictKind.SAME_EVENT,
            severity="warning",
            sentence="same_event_remarriage",
            keys=keys,
            facts=tuple(sources.tells(place) for place in places),
            entries=keys,
            proposal="different",
            legal="one_registration",
        )


def decided_events(sources: Sources, open_ids: set[str]) -> Iterator[Draft]:
    """Entries that an officer decided on and that are no question any more.

    Args:
        sources: judgements.
        open_ids: ids of conflicts that are drafted already.
    """
    lines = sources.effective.judgements
    place_of = {key: place for place, key in enumerate(sources.entry_keys)}
    lines = lines[lines["kind"].eq(ConflictKind.SAME_EVENT.value)]
    settled = lines["verdict"].ne(Verdict.SAME.value) | lines["value"].ne("")
    for line in lines[settled].to_dict("records"):
        keys = tuple(key for key in json.loads(line["entries"]) if key in place_of)
        if len(keys) < 2:
            continue
        draft = Draft(
            kind=ConflictKind.SAME_EVENT,
            severity="warning",
            sentence="same_event_possible",
            keys=keys,
            facts=tuple(sources.tells(place_of[key]) for key in keys),
            entries=keys,
            legal="one_registration",
        )
        if draft.id not in open_ids:
            yield draft


def numbers_twice(sources: Sources, register_types: Mapping[str, RegisterType]) -> Iterator[Draft]:
    """One number of one book on several entries; the book counts where both have one."""
    entries = sources.entries
    event = sources.events.event.to_numpy()
    known = entries["number"].notna() & entries["body"].ne("") & ~entries["gone"]
    lines = entries[known]
    lines = lines[lines.duplicated([*_BOOK_LINE], keep=False)]
    for line, group in lines.groupby([*_BOOK_LINE], sort=True):
        if _books_differ(group["book"]):
            continue
        places = [int(place) for place in group.index]
        keys = tuple(sources.entry_keys[place] for place in places)
        one_event = len(set(event[places])) == 1
        code, _, year, number, suffix = (str(part) for part in line)
        yield Draft(
            kind=ConflictKind.NUMBER_TWICE,
            severity="warning" if one_event else "error",
            sentence="number_twice_one_event" if one_event else "number_twice",
            keys=keys,
            facts=tuple(sources.tells(place) for place in places),
            entries=keys,
            values=tuple(f"{number}{suffix}/{year}" for _ in keys),
            params={
                "number": f"{number}{suffix}",
                "year": int(year),
                "count": len(keys),
                **type_words(register_types[code]),
            },
            proposal="data_error" if one_event else "",
            legal="numbering",
        )


def _books_differ(books: pd.Series[str]) -> bool:
    """Whether every entry names a book and no two the same one."""
    return bool(books.ne("").all() and books.nunique() == len(books))


def event_dates(sources: Sources, sentence: str, severity: str, legal: str) -> Iterator[Draft]:
    """Events whose entries state dates that cannot both be true.

    Only dates that an entry states itself count: where it states none, the date of registration
    stands in, and two registrations of one event have different ones by nature.
    """
    entries = sources.entries
    stated = entries["event_from"].notna() & (
        entries["event_from"].ne(entries["registered_from"])
        | entries["event_to"].ne(entries["registered_to"])
    )
    lines = entries.loc[
        stated.fillna(False).astype(bool) & ~entries["gone"], ["event_from", "event_to"]
    ].astype("int64")
    lines["event"] = sources.events.event.to_numpy()[lines.index]
    lines = lines[~sources.entries.loc[lines.index, "register_type"].isin(_passage_types(sources))]
    bounds = lines.groupby("event").agg(first=("event_from", "max"), last=("event_to", "min"))
    for number in bounds.index[bounds["first"] > bounds["last"]]:
        group = lines[lines["event"].eq(number)].sort_index().drop_duplicates("event_from")
        places = [int(place) for place in group.index][: len(SIDES)]
        keys = tuple(sources.entry_keys[place] for place in places)
        values = tuple(_day(int(day)) for day in group["event_from"])
        yield Draft(
            kind=ConflictKind.FACT,
            severity=severity,
            sentence=sentence,
            field="event",
            keys=keys,
            facts=values,
            entries=keys,
            values=values,
            legal=legal,
        )


def _passage_types(sources: Sources) -> set[str]:
    """Register types whose event is a person's birth or death: that is a fact of the person."""
    passing = sources.mentions["passage"].ne("")
    return set(sources.mentions.loc[passing, "register_type"])


def _day(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat() if NEVER < ordinal < ALWAYS else ""
