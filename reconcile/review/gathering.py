"""The records of a casebook, gathered from the tables of a run.

Sides show what the files say, word for word, since an officer compares it with the paper book; a
standard value stands in only where a fact has no words of its own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from reconcile.config import relation_of
from reconcile.model import Relation
from reconcile.review.casebook import ASKED, Reason, Record, anchors
from reconcile.review.values import value_words
from reconcile.text.language import translate

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

    import pandas as pd

    from reconcile.config import CommuneName, RegisterType, Role

Line = dict[str, Any]

# Facts of a person in the order in which they are shown: English label -> attributes that say it.
_PERSON: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("Full name", ("name", "name_leading name_given")),
    ("Sex", ("sex",)),
    ("Born", ("birth_date", "birth_day birth_month birth_year")),
    ("Died", ("death_date",)),
)
_MORE: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("Place of birth", ("birth_place",)),
    ("Home place", ("home_place",)),
    ("Residence", ("residence",)),
    ("Ethnic group", ("ethnic_group",)),
    ("Nationality", ("nationality",)),
    ("Personal number", ("personal_number",)),
    ("Identity paper", ("identity_number",)),
    ("Relation", ("relation",)),
)
_KIN: Final[tuple[tuple[str, Relation], ...]] = (
    ("Father", Relation.FATHER),
    ("Mother", Relation.MOTHER),
    ("Partner", Relation.PARTNER),
    ("Child", Relation.CHILD),
)
# Kinds of registration that make an entry another entry's rival, in words.
_REGISTERED: Final = {
    "again": "Registered again",
    "late": "Registered late",
    "foreign": "Entered from a foreign registration",
}


@dataclass(frozen=True)
class Sources:
    """The tables that records are gathered from.

    Attributes:
        entries: LIVE_ENTRIES.
        mentions: LIVE_MENTIONS.
        occurrences: OCCURRENCES; the latest row of the current content is where an entry is found.
        contents: content_hash and fields (JSON) of the contents concerned.
        refused: ROWS that were refused, for their cells.
        entry_ids: entry key -> issued id.
        person_ids: mention key -> issued id.
        communes: communes by id.
        register_types: register types by code.
    """

    entries: pd.DataFrame
    mentions: pd.DataFrame
    occurrences: pd.DataFrame
    contents: pd.DataFrame
    refused: pd.DataFrame
    entry_ids: Mapping[str, str]
    person_ids: Mapping[str, str]
    communes: Mapping[str, CommuneName]
    register_types: Mapping[str, RegisterType]


def gather(conflicts: pd.DataFrame, sources: Sources, language: str) -> dict[str, Record]:
    """The records of all conflicts that are asked.

    Args:
        conflicts: CONFLICTS.
        sources: tables of the run.
        language: ``vi`` or ``en``.

    Returns:
        Mention key, entry key or (for a refused row) conflict id -> record.
    """
    asked = conflicts[conflicts["state"].isin(ASKED)].to_dict("records")
    keys = {key for line in asked for key in anchors(line)}
    gathering = _Gathering(sources, keys, language)
    records = {key: gathering.record(key) for key in sorted(keys)}
    for line in asked:
        if not anchors(line):
            found = gathering.refused_row(line)
            if found is not None:
                records[str(line["conflict"])] = found
    return records


def reasons(
    conflicts: pd.DataFrame,
    mentions: pd.DataFrame,
    evidence: pd.DataFrame,
    sentence: Callable[[str, str], str],
) -> dict[str, tuple[Reason, ...]]:
    """Evidence in words, for every conflict on a pair of mentions.

    Args:
        conflicts: CONFLICTS.
        mentions: LIVE_MENTIONS.
        evidence: EVIDENCE of the pairs concerned.
        sentence: comparison and level -> sentence in the language of the workbook.

    Returns:
        Conflict id -> reasons.
    """
    by_pair: dict[tuple[int, int], list[Reason]] = {}
    lines = evidence.sort_values(["left", "right", "comparison"]).to_dict("records")
    for line in lines:
        text = sentence(str(line["comparison"]), str(line["level"]))
        if text and line["weight"]:
            pair = (int(line["left"]), int(line["right"]))
            by_pair.setdefault(pair, []).append(Reason(text, float(line["weight"])))
    position = dict(zip(mentions["mention_key"], range(len(mentions)), strict=True))
    found: dict[str, tuple[Reason, ...]] = {}
    for conflict, keys in zip(conflicts["conflict"], conflicts["mentions"], strict=True):
        places = sorted(position[key] for key in json.loads(keys or "[]") if key in position)
        if len(places) == 2 and (places[0], places[1]) in by_pair:
            found[conflict] = tuple(by_pair[places[0], places[1]])
    return found


class _Gathering:
    """Looks records up by key; only what is asked about is ever turned into Python objects.

    Args:
        sources: tables of the run.
        keys: mention keys and entry keys that are asked about.
        language: ``vi`` or ``en``.
    """

    def __init__(self, sources: Sources, keys: Iterable[str], language: str) -> None:
        self._sources = sources
        self._language = language
        wanted = set(keys)
        mentions = sources.mentions
        concerned = mentions.loc[mentions["mention_key"].isin(wanted), "entry_key"]
        entries = wanted | set(concerned)
        self._entries = _by(
            sources.entries[sources.entries["entry_key"].isin(entries)], "entry_key"
        )
        together = mentions[mentions["entry_key"].isin(self._entries)]
        self._mentions = _by(together, "mention_key")
        hashes = {line["content_hash"] for line in self._entries.values()}
        chosen = sources.contents[sources.contents["content_hash"].isin(hashes)]
        self._fields: dict[str, dict[str, str]] = {
            content: json.loads(fields)
            for content, fields in zip(chosen["content_hash"], chosen["fields"], strict=True)
        }

    def record(self, key: str) -> Record:
        """The record of a mention or of an entry; an empty one where it is known no more."""
        if key in self._mentions:
            mention = self._mentions[key]
            return self._of_mention(mention, self._entries[mention["entry_key"]])
        if key in self._entries:
            return self._of_entry(self._entries[key])
        return Record()

    def refused_row(self, line: Mapping[Hashable, object]) -> Record | None:
        """The cells of a refused row as its facts; None where the row is not at hand."""
        position = json.loads(str(line["positions"]) or "{}")
        if not position:
            return None
        keys = ("delivery", "commune", "file", "sheet", "row")
        row = self._refused.get(tuple(str(position.get(key, "")) for key in keys))
        cells = json.loads(row["cells"]) if row else {}
        return Record(
            heading=self._type_words(str(row["register_type"])) if row else "",
            commune=self._commune(str(position.get("commune", ""))),
            file="/".join(str(position.get(k, "")) for k in ("delivery", "commune", "file")),
            sheet=str(position.get("sheet", "")),
            row=int(position.get("row", 0) or 0),
            facts={
                str(header): _cell_words(cell, self._language) for header, cell in cells.items()
            },
        )

    @cached_property
    def _refused(self) -> dict[tuple[str, ...], Line]:
        rows = _lines(self._sources.refused)
        return {
            tuple(str(row[key]) for key in ("delivery", "commune", "file", "sheet", "row")): row
            for row in rows
        }

    @cached_property
    def _places(self) -> dict[str, Line]:
        """Entry key -> the latest row that says what the entry says now."""
        occurrences = self._sources.occurrences
        concerned = occurrences[
            occurrences["current"] & occurrences["entry_key"].isin(self._entries)
        ]
        latest = concerned.sort_values(["delivery", "file", "sheet", "row"])
        return _by(latest.drop_duplicates("entry_key", keep="last"), "entry_key")

    # -- records ----------------------------------------------------------------------------

    def _of_mention(self, mention: Line, entry: Line) -> Record:
        fields = self._fields.get(entry["content_hash"], {})
        role = self._role(mention)
        facts = self._person(mention, fields)
        kind = self._sources.register_types.get(mention["register_type"])
        for label, relation in _KIN:
            relatives = [
                self._brief(relative, fields)
                for relative in self._relatives(mention, entry, relation, kind)
            ]
            facts[self._say(label)] = "; ".join(relatives)
        facts |= self._said(mention["role"], fields, _MORE)
        facts[self._say("Notes")] = fields.get("entry.notes", "")
        words = self._role_words(role) if role else mention["role"]
        return self._located(entry, fields, words, facts, mention)

    def _of_entry(self, entry: Line) -> Record:
        fields = self._fields.get(entry["content_hash"], {})
        kind = self._sources.register_types.get(entry["register_type"])
        facts: dict[str, str] = {}
        for role in kind.roles if kind else ():
            mention = self._mentions.get(f"{entry['entry_key']}/{role.name}")
            if mention:
                facts[self._role_words(role)] = self._brief(mention, fields)
        for label, field in (
            ("Date of the event", kind.event_field if kind else ""),
            ("Notes", "entry.notes"),
        ):
            facts[self._say(label)] = self._words(fields.get(field, ""))
        again = _REGISTERED.get(fields.get("entry.registration_kind", ""), "")
        facts[self._say("Registration kind")] = self._say(again) if again else ""
        return self._located(entry, fields, "", facts, None)

    def _located(
        self,
        entry: Line,
        fields: Mapping[str, str],
        role: str,
        facts: Mapping[str, str],
        mention: Line | None,
    ) -> Record:
        place = self._places.get(entry["entry_key"], {})
        kind = self._type_words(entry["register_type"])
        return Record(
            entry_key=entry["entry_key"],
            entry_id=self._sources.entry_ids.get(entry["entry_key"], ""),
            person_id=self._sources.person_ids.get(mention["mention_key"], "") if mention else "",
            heading=f"{kind} · {role}" if role else kind,
            commune=self._commune(entry["commune"]),
            number=fields.get("entry.number", ""),
            book=fields.get("entry.book", ""),
            year=_number(entry["year"]),
            page=fields.get("entry.page", ""),
            registered=self._words(fields.get("entry.registration_date", "")),
            file="/".join(str(place[k]) for k in ("delivery", "commune", "file")) if place else "",
            sheet=str(place.get("sheet", "")),
            row=int(place.get("row", 0) or 0),
            facts={label: text for label, text in facts.items() if text},
        )

    def _person(self, mention: Line, fields: Mapping[str, str]) -> dict[str, str]:
        facts = self._said(mention["role"], fields, _PERSON)
        facts[self._say("Full name")] = facts.get(self._say("Full name")) or mention["name"]
        return facts

    def _said(
        self,
        role: str,
        fields: Mapping[str, str],
        wanted: Sequence[tuple[str, tuple[str, ...]]],
    ) -> dict[str, str]:
        """What the fields of a role say; several attributes in one text are put together."""
        facts = {}
        for label, alternatives in wanted:
            for attributes in alternatives:
                parts = [fields.get(f"{role}.{part}", "") for part in attributes.split()]
                joint = "/" if "birth_day" in attributes else " "
                text = joint.join(part for part in parts if part)
                if text:
                    facts[self._say(label)] = self._words(text)
                    break
        return facts

    def _brief(self, mention: Line, fields: Mapping[str, str]) -> str:
        """A person in one line: name and birth."""
        facts = self._person(mention, fields)
        name, born = facts[self._say("Full name")], facts.get(self._say("Born"), "")
        return f"{name} ({born})" if born else name

    def _relatives(
        self, mention: Line, entry: Line, relation: Relation, kind: RegisterType | None
    ) -> list[Line]:
        found = []
        for rule in kind.kin if kind else ():
            if rule.of != mention["role"]:
                continue
            relative = self._mentions.get(f"{entry['entry_key']}/{rule.relative}")
            if relative and relation_of(rule, relative["sex"]) == relation:
                found.append(relative)
        return found

    # -- words ------------------------------------------------------------------------------

    def _say(self, template: str) -> str:
        return translate(template, self._language)

    def _words(self, text: str) -> str:
        return value_words(text, self._language)

    def _commune(self, code: str) -> str:
        commune = self._sources.communes.get(code)
        return commune.name if commune else code

    def _role(self, mention: Line) -> Role | None:
        kind = self._sources.register_types.get(mention["register_type"])
        try:
            return kind.role(mention["role"]) if kind else None
        except KeyError:
            return None

    def _role_words(self, role: Role) -> str:
        return role.en if self._language == "en" else role.vi

    def _type_words(self, code: str) -> str:
        kind = self._sources.register_types.get(code)
        if kind is None:
            return code
        return kind.en if self._language == "en" else kind.vi


def _by(frame: pd.DataFrame, key: str) -> dict[str, Line]:
    return {str(line[key]): line for line in _lines(frame)}


def _lines(frame: pd.DataFrame) -> list[Line]:
    return [{str(name): cell for name, cell in line.items()} for line in frame.to_dict("records")]


def _number(value: object) -> str:
    """A nullable whole number as text, empty where it has no value."""
    return str(value) if isinstance(value, int) else ""


def _cell_words(cell: object, language: str) -> str:
    if isinstance(cell, dict):
        return value_words(str(cell.get("date", "")), language)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)
