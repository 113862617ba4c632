"""The unified register as workbooks: for people to read, and in the Ministry's template."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from reconcile.export.frames import Sheets
from reconcile.export.headings import load_headings
from reconcile.export.persons import named_persons
from reconcile.export.words import template_column, template_value, written_date
from reconcile.files import new_file
from reconcile.standardise.unit_names import load_unit_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from reconcile.config import CommuneName, RegisterType
    from reconcile.export.headings import Headings
    from reconcile.register import Register
    from reconcile.standardise.unit_names import UnitNames

_Filled = tuple[str, list[object]]  # word of a column, and its cells

_ENTRY: Final = ("entry_id", "event_id", "commune", "body", "year", "number", "book", "page")
_PERSON: Final = ("cmnd", "cccd", "ethnic_group", "nationality")
_ISO: Final = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")
_PLACE: Final = ("delivery", "file", "sheet", "row")


@dataclass(frozen=True)
class Knowledge:
    """What the mapping files say, as far as these workbooks need it.

    Attributes:
        register_types: register types by code.
        communes: mapping id of a commune -> its name.
        headings: words of the columns.
        units: names of administrative units.
    """

    register_types: Mapping[str, RegisterType]
    communes: Mapping[str, str]
    headings: Headings
    units: UnitNames


def load(
    register_types: Mapping[str, RegisterType], communes: Mapping[str, CommuneName], mappings: Path
) -> Knowledge:
    """Gather what the workbooks need of the mapping files.

    Args:
        register_types: register types by code.
        communes: communes by mapping id.
        mappings: the mappings folder.
    """
    names = {commune.id: commune.name for commune in communes.values()}
    return Knowledge(register_types, names, load_headings(mappings), load_unit_names(mappings))


# -- register.xlsx --------------------------------------------------------------------------------


def export_register(
    register: Register, target: Path | None, knowledge: Knowledge, language: str
) -> None:
    """Write the register for people to read: one sheet of persons, one of each register type.

    Every entry stands there as it is now, its standard values first, then the words of the book,
    then the row that they come from. Columns that nobody filled in are left out.

    Args:
        register: the register.
        target: the file; None is standard output.
        knowledge: what the mapping files say.
        language: ``vi`` or ``en``.
    """
    words = knowledge.headings
    with new_file(target) as stream, Sheets(stream) as sheets:
        sources = register.entry_sources()
        persons = named_persons(register, sources, knowledge.units, language)
        columns = [
            (words.of_golden(str(name), language), _for_people(persons[name], words, language))
            for name in persons
        ]
        _add(sheets, words.of_entry("persons", language), columns)
        del persons, columns  # one sheet at a time: a register may be large
        entries = register.entries().merge(
            sources.drop(columns="commune"), on="entry_key", validate="one_to_one"
        )
        del sources
        order = ["commune", "year", "number", "number_suffix", "entry_key"]
        entries = entries.sort_values(order)
        for code, register_type in sorted(knowledge.register_types.items()):
            sheet = _TypeSheet(register_type, knowledge, language)
            mine = entries[entries["register_type"] == code]
            _add(sheets, code, sheet.columns(mine, register.people(code)))


def _add(sheets: Sheets, name: str, columns: list[_Filled]) -> None:
    """Add a sheet; columns that are empty throughout would only be scrolled past."""
    used = [column for column in columns if any(value != "" for value in column[1])]
    sheets.add(name, [head for head, _ in used], zip(*(cells for _, cells in used), strict=True))


class _TypeSheet:
    """The sheet of one register type."""

    def __init__(self, register_type: RegisterType, knowledge: Knowledge, language: str) -> None:
        self._type = register_type
        self._knowledge = knowledge
        self._language = language
        self._about = knowledge.headings.of_entry("about", language)
        self._fields = list(dict.fromkeys(register_type.template.values()))

    def columns(self, entries: pd.DataFrame, people: pd.DataFrame) -> list[_Filled]:
        """The columns of the sheet: standard values, the words of the book, where they stand.

        Args:
            entries: entries of this type with ``fields`` and the position of their row, in order.
            people: mentions of this type.
        """
        words, language = self._knowledge.headings, self._language
        found = [(words.of_entry(name, language), cells) for name, cells in self._entries(entries)]
        for role in self._type.roles:
            label = role.en if language == "en" else role.vi
            mine = people[people["role"] == role.name].set_index("entry_key")
            for name, cells in self._people(mine.reindex(entries["entry_key"])):
                found.append((f"{label}: {words.of_golden(name, language)}", cells))
        raw = words.of_entry("raw", language)
        said = [json.loads(text) for text in entries["fields"]]
        for field in self._fields:
            head = f"{words.of_field(field, self._type, language)} ({raw})"
            found.append((head, self._in_words(field, template_column(said, field))))
        places = [(words.of_entry(name, language), _plain(entries[name])) for name in _PLACE]
        return found + places

    def _in_words(self, field: str, cells: Sequence[Any]) -> list[object]:
        attribute = field.partition(".")[2]
        if attribute not in self._knowledge.headings.words:
            return list(cells)
        say, language = self._knowledge.headings.word, self._language
        known = {cell: say(attribute, cell, language) for cell in set(cells)}
        return [known[cell] for cell in cells]

    def _entries(self, entries: pd.DataFrame) -> Iterator[_Filled]:
        units, language = self._knowledge.units, self._language
        bodies = {body: units.whole(body, language) or body for body in entries["body"].unique()}
        shown = entries.assign(
            commune=entries["commune"].replace(dict(self._knowledge.communes)),
            body=entries["body"].map(bodies),
            number=_texts(entries["number"]) + entries["number_suffix"],
            year=_texts(entries["year"]),
        )
        for name in _ENTRY:
            yield name, _plain(shown[name])
        for name in ("registered", "event"):
            yield name, self._dates(entries, name)
        yes = self._knowledge.headings.of_entry("yes", self._language)
        yield "gone", [yes if gone else "" for gone in entries["gone"].tolist()]

    def _people(self, people: pd.DataFrame) -> Iterator[_Filled]:
        for name in ("person_id", "name"):
            yield name, _plain(people[name])
        yield "sex", self._in_words("person.sex", _plain(people["sex"]))
        yield "birth", self._dates(people, "birth")
        for name in _PERSON:
            yield name, _plain(people[name])

    def _dates(self, frame: pd.DataFrame, name: str) -> list[object]:
        known: dict[tuple[object, ...], str] = {}
        columns = [_plain(frame[f"{name}_{part}"]) for part in ("from", "to", "precision")]
        for key in zip(*columns, strict=True):
            if key not in known:
                known[key] = written_date(key[0], key[1], str(key[2]), self._about)
        return [known[key] for key in zip(*columns, strict=True)]


def _for_people(values: pd.Series, words: Headings, language: str) -> list[object]:
    """A column of persons: dates day first, sex in words, all else as it is."""
    if values.name == "sex":
        return [words.word("sex", value, language) for value in values.tolist()]
    if values.name in ("birth", "death"):
        return [_ISO.sub(_day_first, value) for value in values.tolist()]
    return values.tolist()


def _day_first(found: re.Match[str]) -> str:
    return "/".join(part for part in reversed(found.groups()) if part)


def _plain(values: pd.Series) -> list[object]:
    """Plain values of a column, empty text for no value."""
    return values.astype("object").where(values.notna(), "").tolist()


def _texts(values: pd.Series) -> pd.Series[str]:
    return values.astype("str").where(values.notna(), "")


# -- the Ministry's template ----------------------------------------------------------------------


def export_template(register: Register, target: Path | None, knowledge: Knowledge) -> None:
    """Write the unified register with the Ministry's columns, one sheet per register type.

    Row 1 has labels, row 2 the column codes, as in guidance 1437/BTP-CNTT of 2019; the words are
    those of the books (P3), codes are the template's.

    Args:
        register: the register.
        target: the file; None is standard output.
        knowledge: what the mapping files say.
    """
    entries = register.entries().merge(
        register.entry_sources()[["entry_key", "fields"]], on="entry_key", validate="one_to_one"
    )
    order = ["commune", "year", "number", "number_suffix", "entry_key"]
    with new_file(target) as stream, Sheets(stream) as sheets:
        for code, register_type in sorted(knowledge.register_types.items()):
            mine = entries[entries["register_type"] == code].sort_values(order)
            labels = [
                knowledge.headings.of_field(field, register_type, "vi")
                for field in register_type.template.values()
            ]
            sheets.add(code, labels, _template_rows(mine, register_type, knowledge.headings))


def _template_rows(
    entries: pd.DataFrame, register_type: RegisterType, headings: Headings
) -> Iterator[list[object]]:
    yield list(register_type.template)
    for ordinal, text in enumerate(entries["fields"], start=1):
        fields: dict[str, str] = json.loads(text)
        fields["entry.ordinal"] = str(ordinal)
        yield [
            headings.code(field, register_type.code, template_value(fields, field))
            for field in register_type.template.values()
        ]
