"""The unified register as workbooks: for people to read, and in the Ministry's template."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reconcile.export.files import new_file
from reconcile.export.frames import Sheets
from reconcile.export.headings import load_headings
from reconcile.export.words import template_value, written_date

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pandas as pd

    from reconcile.config import CommuneName, RegisterType
    from reconcile.export.headings import Headings
    from reconcile.register import Register

_ENTRY: Final = ("entry_id", "event_id", "commune", "body", "year", "number", "book", "page")
_PERSON: Final = ("cmnd", "cccd", "ethnic_group", "nationality")
_PLACE: Final = ("delivery", "file", "sheet", "row")


@dataclass(frozen=True)
class Knowledge:
    """What the mapping files say, as far as these workbooks need it.

    Attributes:
        register_types: register types by code.
        communes: mapping id of a commune -> its name.
        headings: words of the columns.
    """

    register_types: Mapping[str, RegisterType]
    communes: Mapping[str, str]
    headings: Headings


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
    return Knowledge(register_types, names, load_headings(mappings))


# -- register.xlsx --------------------------------------------------------------------------------


def export_register(
    register: Register, target: Path | None, knowledge: Knowledge, language: str
) -> None:
    """Write the register for people to read: one sheet of persons, one of each register type.

    Every entry stands there as it is now, its standard values first, then the words of the book,
    then the row that they come from.

    Args:
        register: the register.
        target: the file; None is standard output.
        knowledge: what the mapping files say.
        language: ``vi`` or ``en``.
    """
    words = knowledge.headings
    entries = register.entries().merge(
        register.entry_sources().drop(columns="commune"), on="entry_key", validate="one_to_one"
    )
    mentions = register.mentions()
    with new_file(target) as stream, Sheets(stream) as sheets:
        persons = register.persons()
        head = [words.of_golden(str(name), language) for name in persons.columns]
        sheets.add(words.of_entry("persons", language), head, _rows(persons))
        for code, register_type in sorted(knowledge.register_types.items()):
            sheet = _TypeSheet(register_type, knowledge, language)
            mine = entries[entries["register_type"] == code]
            of_type = mentions[mentions["register_type"] == code]
            sheets.add(code, sheet.head(), sheet.rows(mine, of_type))


def _rows(frame: pd.DataFrame) -> Iterator[list[object]]:
    columns = [frame[name] for name in frame.columns]
    plain = [values.astype("object").where(values.notna(), "").tolist() for values in columns]
    for row in zip(*plain, strict=True):
        yield list(row)


class _TypeSheet:
    """The sheet of one register type."""

    def __init__(self, register_type: RegisterType, knowledge: Knowledge, language: str) -> None:
        self._type = register_type
        self._knowledge = knowledge
        self._language = language
        self._about = knowledge.headings.of_entry("about", language)
        self._fields = list(dict.fromkeys(register_type.template.values()))

    def head(self) -> list[str]:
        """Header of the sheet."""
        words, language = self._knowledge.headings, self._language
        head = [words.of_entry(name, language) for name in (*_ENTRY, "registered", "event", "gone")]
        for role in self._type.roles:
            label = role.en if language == "en" else role.vi
            columns = ("person_id", "name", "sex", "birth", *_PERSON)
            head += [f"{label}: {words.of_golden(name, language)}" for name in columns]
        raw = words.of_entry("raw", language)
        head += [f"{words.of_field(field, self._type, language)} ({raw})" for field in self._fields]
        return head + [words.of_entry(name, language) for name in _PLACE]

    def rows(self, entries: pd.DataFrame, mentions: pd.DataFrame) -> Iterator[list[object]]:
        """Rows of the sheet: by commune, year, number."""
        people = {(line["entry_key"], line["role"]): line for line in _records(mentions)}
        order = ["commune", "year", "number", "number_suffix", "entry_key"]
        for line in _records(entries.sort_values(order)):
            cells = [*self._entry(line)]
            for role in self._type.roles:
                cells += self._person(people.get((line["entry_key"], role.name)))
            fields = json.loads(str(line["fields"]))
            cells += [template_value(fields, field) for field in self._fields]
            yield cells + [line[name] for name in _PLACE]

    def _entry(self, line: Mapping[str, object]) -> Iterator[object]:
        shown = dict(line)
        shown["commune"] = self._knowledge.communes.get(str(line["commune"]), line["commune"])
        shown["number"] = f"{line['number']}{line['number_suffix']}"
        for name in _ENTRY:
            yield str(shown[name])
        for name in ("registered", "event"):
            yield self._date(line, name)
        yield self._knowledge.headings.of_entry("yes", self._language) if line["gone"] else ""

    def _person(self, line: Mapping[str, object] | None) -> list[object]:
        if line is None:
            return [""] * (4 + len(_PERSON))
        cells = [line["person_id"], line["name"], line["sex"], self._date(line, "birth")]
        return cells + [line[name] for name in _PERSON]

    def _date(self, line: Mapping[str, object], name: str) -> str:
        span = line[f"{name}_from"], line[f"{name}_to"]
        return written_date(*span, str(line[f"{name}_precision"]), self._about)


def _records(frame: pd.DataFrame) -> Iterator[dict[str, object]]:
    names = [str(name) for name in frame.columns]
    for row in _rows(frame):
        yield dict(zip(names, row, strict=True))


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
