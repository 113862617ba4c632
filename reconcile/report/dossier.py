"""The dossier of one person, and why two people are or are not one, as text for a terminal.

Masked unless asked otherwise (P9): initials for names, years for dates, the commune of a place, the
kind of a paper and not a digit of its number, ids for everything else. Text from files never
reaches the terminal with control characters in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from reconcile.match.explain import sentence
from reconcile.report.masking import harmless, masked
from reconcile.text.language import translate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
_WIDTH: Final = 20  # of the longest label
_BAR: Final = 2.0  # bits of weight for one mark of a bar
_LONGEST: Final = 16  # marks


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
        earlier: other ids that stand for this person.
        golden: golden values with lineage, as ``Register.golden``.
        mentions: LIVE_MENTIONS of the person with ``entry_id`` beside.
        links: kept pairs between them, as ``Register.links``.
    """

    person_id: str
    earlier: tuple[str, ...]
    golden: pd.DataFrame
    mentions: pd.DataFrame
    links: pd.DataFrame


def dossier(life: Life, words: Words) -> str:
    """One person: facts with their sources, entries in time order, links with their weights.

    Args:
        life: what the register says.
        words: language, names of communes and types, masking.
    """
    mentions = _by_time(life.mentions)
    ordinal = {line["mention_key"]: number for number, line in enumerate(mentions, start=1)}
    parts = [words.say("Person {id}", id=life.person_id)]
    if life.earlier:
        parts.append(words.say("  earlier ids: {ids}", ids=", ".join(life.earlier)))
    parts += ["", words.say("What is held to be true, and from where")]
    parts += [_fact(line, ordinal, words) for line in _lines(life.golden)]
    parts += ["", words.say("Entries in time order")]
    parts += [_entry(ordinal[line["mention_key"]], line, words) for line in mentions]
    parts += ["", words.say("Why these are one person")]
    parts += _chain(life.links, ordinal, words) or [words.say("  a single entry")]
    return "\n".join(parts)


def comparison(evidence: pd.DataFrame, weight: float, probability: float, words: Words) -> str:
    """Why two mentions are, or are not, one person: each comparison with its weight.

    Args:
        evidence: EVIDENCE of the pair.
        weight: match weight of the pair, in bits.
        probability: match probability of the pair.
        words: language and model.
    """
    lines = sorted(_lines(evidence), key=lambda line: -abs(float(line["weight"])))
    parts = [
        words.say(
            "Match weight {weight} bits, probability {probability}",
            weight=f"{weight:+.1f}",
            probability=_share(probability),
        )
    ]
    for line in lines:
        bits = float(line["weight"])
        text = sentence(words.model, str(line["comparison"]), str(line["level"]), words.language)
        parts.append(f"  {bits:+6.1f} {_bar(bits):<{_LONGEST}} {harmless(text)}")
    return "\n".join(parts)


def _fact(line: Line, ordinal: Mapping[str, int], words: Words) -> str:
    source = ordinal.get(str(line["mention_key"]))
    origin = f"[{source}]" if source else ""
    said = words.say(
        "{agreeing} say so, {disagreeing} otherwise",
        agreeing=line["agreeing"],
        disagreeing=line["disagreeing"],
    )
    rule = _rule(str(line["rule"]), words)
    label = words.say(_LABELS.get(str(line["field"]), str(line["field"])))
    shown = _shown(str(line["field"]), str(line["value"]), words)
    return f"  {label:<{_WIDTH}} {shown:<32} {origin:<5} {said} · {rule}"


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


def _entry(number: int, line: Line, words: Words) -> str:
    kind = words.register_types.get(str(line["register_type"]))
    commune = words.communes.get(str(line["commune"]))
    type_words = _either(kind, words.language) if kind else str(line["register_type"])
    role = _role_words(kind, str(line["role"]), words.language)
    shown = masked("name", str(line["name"]), unmasked=words.unmasked)
    return (
        f"  [{number}] {_when(line['event_from'], line['event_to'], words):<12} "
        f"{type_words} · {role} · {commune.name if commune else line['commune']} · "
        f"{line['entry_id']} · {shown}"
    )


def _role_words(kind: RegisterType | None, role: str, language: str) -> str:
    found = next((each for each in kind.roles if each.name == role), None) if kind else None
    return _either(found, language) if found else role


def _chain(links: pd.DataFrame, ordinal: Mapping[str, int], words: Words) -> list[str]:
    """The strongest links that hold all mentions together, the weakest of them pointed out."""
    group = {number: number for number in ordinal.values()}

    def root(number: int) -> int:
        while group[number] != number:
            number = group[number]
        return number

    chain: list[tuple[int, int, Line]] = []
    ordered = sorted(
        _lines(links), key=lambda line: (-float(line["weight"]), str(line["left"]), line["right"])
    )
    for line in ordered:
        left, right = ordinal.get(str(line["left"])), ordinal.get(str(line["right"]))
        if left is None or right is None or root(left) == root(right):
            continue
        group[root(left)] = root(right)
        chain.append((min(left, right), max(left, right), line))
    found = []
    for left, right, line in chain:
        bits = float(line["weight"])
        text = f"  [{left}]–[{right}] {bits:+6.1f} {_bar(bits):<{_LONGEST}} "
        found.append(text + _share(float(line["probability"])))
    if len(found) > 1:
        found[-1] += f"  ← {words.say('weakest link')}"
    return found


def _by_time(mentions: pd.DataFrame) -> list[Line]:
    return sorted(
        _lines(mentions),
        key=lambda line: (_ordinal(line["event_from"]) or 0, str(line["mention_key"])),
    )


def _when(first: object, last: object, words: Words) -> str:
    start, end = _ordinal(first), _ordinal(last)
    if start is None or end is None:
        return "?"
    day, until = date.fromordinal(start), date.fromordinal(end)
    if day == until and words.unmasked:
        return f"{day:%d/%m/%Y}"
    return str(day.year) if day.year == until.year else f"{day.year}–{until.year}"


def _ordinal(value: object) -> int | None:
    return value if isinstance(value, int) and 0 < value <= date.max.toordinal() else None


def _bar(bits: float) -> str:
    return ("█" if bits > 0 else "░") * min(round(abs(bits) / _BAR), _LONGEST)


def _share(probability: float) -> str:
    return f"{min(probability * 100, 99.99):.2f} %"


def _either(words: Any, language: str) -> str:  # noqa: ANN401 -- anything with vi and en
    return str(words.en if language == "en" else words.vi)


def _lines(frame: pd.DataFrame) -> Sequence[Line]:
    return [{str(name): cell for name, cell in line.items()} for line in frame.to_dict("records")]
