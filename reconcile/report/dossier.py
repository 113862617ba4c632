"""The dossier of one person as chapters: for a terminal and as a page.

What is held to be true and from where, what disagrees, a life in entries, the family around, and
the links that make one person of all this. Masked unless asked otherwise (P9): initials for names,
years for dates, the commune of a place, the kind of a paper and not a digit of its number, ids for
everything else. Text from files never reaches the terminal with control characters in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from reconcile.report.chain import Link, chain, links_chapter
from reconcile.report.chapters import Chapter, Figures
from reconcile.report.masking import masked
from reconcile.text.language import translate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from reconcile.config import CommuneName, RegisterType
    from reconcile.match import Model
    from reconcile.standardise.unit_names import UnitNames

Line = dict[str, Any]

_UNITS: Final = frozenset(("birth_place", "home_place", "residence_unit"))
_SEX: Final = {"M": "Male", "F": "Female", "U": "Undetermined"}
# Golden field -> the message that names it.
_LABELS: Final = {
    "name": "Name",
    "name_other": "Other name",
    "sex": "Sex",
    "birth": "Born",
    "death": "Died",
    "birth_place": "Place of birth",
    "home_place": "Home place",
    "home": "Home place in full",
    "residence_unit": "Residence",
    "residence": "Residence in full",
    "ethnic_group": "Ethnic group",
    "nationality": "Nationality",
    "cmnd": "CMND number",
    "cccd": "CCCD number",
    "other_paper": "Other paper",
    "father": "Father",
    "mother": "Mother",
    "partner": "Husband or wife",
}
# Rule of survivorship that chose a value -> the message that says so.
_RULES: Final = {
    "unanimous": "nothing speaks against it",
    "standing": "the entry that stands",
    "birth_entry": "from the birth entry",
    "death_entry": "from the death entry",
    "principal": "from an entry about this person",
    "frequent": "most entries say so",
    "consistent": "agrees with most other dates",
    "precise": "the most exact one",
    "written": "the most fully written one",
    "latest": "from the latest registration",
    "earliest": "from the earliest registration",
    "key": "one of several alike",
}
# What relatives are to the person -> the message for it.
_RELATIONS: Final = {
    "father": "father",
    "mother": "mother",
    "partner": "husband or wife",
    "child": "child",
}
# Field -> columns of LIVE_MENTIONS of which it is made, the first one compared, the second shown.
_COMPARED: Final = {
    "name": ("name_key", "name"),
    "sex": ("sex", "sex"),
    "cccd": ("cccd", "cccd"),
    "cmnd": ("cmnd", "cmnd"),
}


@dataclass(frozen=True)
class Words:
    """What a dossier needs to put things into words.

    Attributes:
        register_types: register types by code.
        communes: communes by id.
        model: the matching model.
        units: names of administrative units.
        language: ``vi`` or ``en``.
        unmasked: show names, dates and numbers in full; the caller logs that.
    """

    register_types: Mapping[str, RegisterType]
    communes: Mapping[str, CommuneName]
    model: Model
    units: UnitNames
    language: str
    unmasked: bool = False

    def say(self, template: str, **values: object) -> str:
        """A message in the language."""
        return translate(template, self.language, **values)


@dataclass(frozen=True)
class Life:
    """What the register says of one person.

    Attributes:
        person_id: the id in use.
        golden: golden values with lineage, as ``Register.golden``.
        mentions: LIVE_MENTIONS of the person with ``entry_id`` beside.
        links: kept pairs between them, as ``Register.links``.
        around: LIVE_MENTIONS of all of these entries, with ``person_id`` beside.
        kin: KIN of them.
        questions: id, kind, severity and sentence of each question about the person that is open,
            in words.
    """

    person_id: str
    golden: pd.DataFrame
    mentions: pd.DataFrame
    links: pd.DataFrame
    around: pd.DataFrame
    kin: pd.DataFrame
    questions: tuple[tuple[str, ...], ...] = ()

    def by_time(self) -> list[Line]:
        """The mentions in the order of their events."""
        return sorted(
            _lines(self.mentions),
            key=lambda line: (_ordinal(line["event_from"]) or 0, str(line["mention_key"])),
        )

    def ordinals(self) -> dict[str, int]:
        """Key of each mention -> the number by which the dossier calls its entry, from 1."""
        return {line["mention_key"]: place for place, line in enumerate(self.by_time(), start=1)}

    def chain(self) -> list[Link]:
        """The strongest links that hold all mentions together, the strongest first."""
        return chain(self.links, self.ordinals())


def dossier(life: Life, words: Words) -> tuple[Chapter, ...]:
    """One person: facts, disagreements, a life in entries, family, and links.

    Args:
        life: what the register says.
        words: language, names of communes and types, masking.
    """
    ordinals = life.ordinals()
    found = [_facts(life, ordinals, words)]
    found += filter(None, [_disagreements(life, ordinals, words), _questions(life, words)])
    found.append(_life(life, ordinals, words))
    found += filter(None, [_family(life, ordinals, words)])
    return (*found, links_chapter(life.chain(), Figures(words.language)))


# -- facts ----------------------------------------------------------------------------------------


def _facts(life: Life, ordinals: Mapping[str, int], words: Words) -> Chapter:
    return Chapter(
        title=words.say("What is held to be true, and from where"),
        headers=tuple(
            map(
                words.say,
                (
                    "known fact",
                    "value",
                    "entry",
                    "why this value",
                    "sources for",
                    "sources against",
                ),
            )
        ),
        lines=tuple(_fact(line, ordinals, words) for line in _lines(life.golden)),
        words=4,
    )


def _fact(line: Line, ordinals: Mapping[str, int], words: Words) -> tuple[str, ...]:
    source = ordinals.get(str(line["mention_key"]))
    field = str(line["field"])
    return (
        words.say(_LABELS.get(field, field)),
        _shown(field, str(line["value"]), words),
        _entries([source] if source else []),
        _rule(str(line["rule"]), words),
        str(line["agreeing"]),
        str(line["disagreeing"]),
    )


def _rule(code: str, words: Words) -> str:
    """The rule that chose a value; a judgement stands there with its id."""
    if code in _RULES:
        return words.say(_RULES[code])
    return words.say("an officer decided ({judgement})", judgement=code)


def _shown(field: str, value: str, words: Words) -> str:
    """A golden value in words, masked or not."""
    if field in _UNITS:
        named = words.units.whole if words.unmasked else words.units.alone
        name = named(value, words.language)
        if name:
            return name
    if field == "sex" and words.unmasked and value in _SEX:
        return words.say(_SEX[value])
    return masked(field, value, unmasked=words.unmasked)


def _disagreements(life: Life, ordinals: Mapping[str, int], words: Words) -> Chapter | None:
    """Facts of which the entries give several values; None where they agree in all."""
    lines: list[tuple[str, ...]] = []
    for field, (key, shown) in _COMPARED.items():
        values: dict[str, tuple[str, list[int]]] = {}
        for line in _lines(life.mentions):
            if line.get(key):
                told = values.setdefault(str(line[key]), (str(line[shown]), []))
                told[1].append(ordinals[line["mention_key"]])
        lines += _several(field, list(values.values()), words)
    births: dict[tuple[int, int], tuple[str, list[int]]] = {}
    for line in _lines(life.mentions):
        span = _ordinal(line.get("birth_from")), _ordinal(line.get("birth_to"))
        if span[0] and span[1]:
            told = births.setdefault((span[0], span[1]), (_when(*span, words), []))
            told[1].append(ordinals[line["mention_key"]])
    if _apart(list(births)):
        lines += _several("birth", list(births.values()), words)
    if not lines:
        return None
    return Chapter(
        title=words.say("What disagrees"),
        text=() if words.unmasked else (words.say("Masked values can look alike and yet differ."),),
        headers=tuple(map(words.say, ("known fact", "value", "entries"))),
        lines=tuple(lines),
        words=3,
    )


def _several(
    field: str, values: Sequence[tuple[str, list[int]]], words: Words
) -> list[tuple[str, ...]]:
    if len(values) < 2:
        return []
    ordered = sorted(values, key=lambda one: (-len(one[1]), one[1]))
    label = words.say(_LABELS[field])
    return [(label, _shown(field, value, words), _entries(places)) for value, places in ordered]


def _apart(spans: Sequence[tuple[int, int]]) -> bool:
    """Whether two intervals have no day in common: 1980 and 1980-03-12 agree (P6)."""
    return any(first[1] < second[0] for first in spans for second in spans)


def _questions(life: Life, words: Words) -> Chapter | None:
    if not life.questions:
        return None
    return Chapter(
        title=words.say("Open questions"),
        headers=tuple(map(words.say, ("question", "Kind", "severity", "what is asked"))),
        lines=life.questions,
        words=4,
    )


# -- life and family ------------------------------------------------------------------------------


def _life(life: Life, ordinals: Mapping[str, int], words: Words) -> Chapter:
    return Chapter(
        title=words.say("Life in entries"),
        headers=tuple(
            map(
                words.say, ("entry", "when", "kind of entry", "role", "Commune", "id", "name there")
            )
        ),
        lines=tuple(_entry(ordinals[line["mention_key"]], line, words) for line in life.by_time()),
        words=7,
    )


def _entry(number: int, line: Line, words: Words) -> tuple[str, ...]:
    kind = words.register_types.get(str(line["register_type"]))
    commune = words.communes.get(str(line["commune"]))
    return (
        _entries([number]),
        _when(_ordinal(line["event_from"]), _ordinal(line["event_to"]), words),
        _either(kind, words.language) if kind else str(line["register_type"]),
        _role_words(kind, str(line["role"]), words.language),
        commune.name if commune else str(line["commune"]),
        str(line["entry_id"]),
        masked("name", str(line["name"]), unmasked=words.unmasked),
    )


def _role_words(kind: RegisterType | None, role: str, language: str) -> str:
    found = next((each for each in kind.roles if each.name == role), None) if kind else None
    return _either(found, language) if found else role


def _family(life: Life, ordinals: Mapping[str, int], words: Words) -> Chapter | None:
    """Who stands beside the person in entries, and as what; None where nobody does."""
    around = _lines(life.around)
    met: dict[tuple[str, str], list[tuple[int, Line]]] = {}
    for line in _lines(life.kin):
        mention, relative = around[line["mention"]], around[line["relative"]]
        number = ordinals.get(mention["mention_key"])
        if number and relative["person_id"] != life.person_id:
            key = str(line["relation"]), str(relative["person_id"])
            met.setdefault(key, []).append((number, relative))
    if not met:
        return None
    order = list(_RELATIONS)
    lines = []
    for relation, person in sorted(met, key=lambda one: (order.index(one[0]), met[one][0][0])):
        seen = sorted(met[relation, person], key=lambda one: one[0])
        first, last = next((span for _, line in seen if (span := _born(line))), (None, None))
        lines.append(
            (
                words.say(_RELATIONS[relation]),
                person,
                masked("name", str(seen[0][1]["name"]), unmasked=words.unmasked),
                _when(first, last, words),
                _entries(number for number, _ in seen),
            )
        )
    return Chapter(
        title=words.say("Family around"),
        headers=tuple(map(words.say, ("relation", "person", "name", "birth", "entries"))),
        lines=tuple(lines),
        words=5,
    )


def _born(line: Line) -> tuple[int, int] | None:
    first, last = _ordinal(line.get("birth_from")), _ordinal(line.get("birth_to"))
    return (first, last) if first and last else None


# -- words ----------------------------------------------------------------------------------------


def _entries(numbers: Iterable[int]) -> str:
    return " ".join(f"[{number}]" for number in sorted(set(numbers)))


def _when(start: int | None, end: int | None, words: Words) -> str:
    if start is None or end is None:
        return "?"
    day, until = date.fromordinal(start), date.fromordinal(end)
    if day == until and words.unmasked:
        return f"{day:%d/%m/%Y}"
    return str(day.year) if day.year == until.year else f"{day.year}–{until.year}"


def _ordinal(value: object) -> int | None:
    return value if isinstance(value, int) and 0 < value <= date.max.toordinal() else None


def _either(words: Any, language: str) -> str:  # noqa: ANN401 -- anything with vi and en
    return str(words.en if language == "en" else words.vi)


def _lines(frame: pd.DataFrame) -> Sequence[Line]:
    return [{str(name): cell for name, cell in line.items()} for line in frame.to_dict("records")]
