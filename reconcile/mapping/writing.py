"""A proposal written as a mapping file, each line with how sure it is."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from reconcile.importers.cells import kind_of
from reconcile.importers.labels import label_key
from reconcile.mapping.looks import LOOKS
from reconcile.mapping.vocabulary import Certainty
from reconcile.text.attention import worded
from reconcile.text.language import translate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from dataclasses import dataclass

    from reconcile.config import RegisterType
    from reconcile.mapping.proposal import ProposedColumn, ProposedTable
else:
    from dataclasses import dataclass

_CERTAINTIES: Final = {
    Certainty.SURE: "sure",
    Certainty.LIKELY: "likely",
    Certainty.GUESSED: "guessed: one letter off",
}
_TEMPLATE_SHARE: Final = 0.6  # of a table's columns that make it one of the Ministry's template
_SHEET_YEAR: Final = r"'(?<!\d)((?:19|20)\d\d)(?!\d)'"
_DIGITS: Final = re.compile(r"\d+")
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_LONGEST_CODE: Final = 30


@dataclass(frozen=True)
class Commune:
    """The commune whose files were looked at.

    Attributes:
        id: mapping id.
        name: its name in Vietnamese.
        units: ids of units of that name in ``units.toml``.
    """

    id: str
    name: str
    units: tuple[str, ...]


@dataclass(frozen=True)
class Codes:
    """Code words that hold for all communes.

    Attributes:
        known: attribute or field -> keys of words that are translated already.
        standard: attribute -> standard code words.
    """

    known: Mapping[str, frozenset[str]]
    standard: Mapping[str, tuple[str, ...]]

    def unknown(self, column: ProposedColumn) -> list[tuple[str, int]]:
        """Words of a column of codes that nothing translates, with how often they stand there."""
        field = column.meaning.field
        attribute = field.partition(".")[2]
        if attribute != "sex" and kind_of(field) != "code":
            return []
        known = self.known.get(attribute, frozenset()) | self.known.get(field, frozenset())
        return [
            (word, times)
            for word, times in column.look.repeated
            if label_key(word) not in known and len(word) <= _LONGEST_CODE
        ]


class Writer:
    """Writes a mapping file.

    Args:
        register_types: register types by code.
        codes: code words that are known.
        language: of the comments.
    """

    def __init__(
        self, register_types: Mapping[str, RegisterType], codes: Codes, language: str
    ) -> None:
        self._types = register_types
        self._codes = codes
        self._language = language

    def write(self, tables: Sequence[ProposedTable], commune: Commune) -> str:
        """The mapping file.

        Args:
            tables: what the files seem to hold.
            commune: whose they are.
        """
        parts = [*self._head(commune)]
        ids: list[str] = []
        for table in tables:
            base = table.register_type.lower()
            same = sum(one == base or one.startswith(f"{base}_") for one in ids)
            ids.append(f"{base}_{same + 1}" if same else base)
            parts += ["", *self._table(table, ids[-1])]
        return "\n".join(parts) + "\n"

    def _word(self, template: str, **values: object) -> str:
        return translate(template, self._language, **values)

    def _say(self, template: str, **values: object) -> str:
        return "# " + self._word(template, **values)

    def _head(self, commune: Commune) -> Iterator[str]:
        yield self._say(
            "A first mapping of {name}, made by looking at files. Read it line by line, put right "
            "what is wrong, then: reconcile mapping check.",
            name=commune.name,
        )
        yield ""
        yield f"id = {_quoted(commune.id)}"
        yield f"name = {_quoted(commune.name)}"
        yield f"folder_aliases = [{_quoted(commune.name)}]"
        if len(commune.units) == 1:
            yield f"unit = {_quoted(commune.units[0])}"
        else:
            yield self._say(
                "CHECK: the commune's id in units.toml; add it there if it is missing. Of this "
                "name: {units}",
                units=", ".join(commune.units) or "–",
            )
            yield f"unit = {_quoted(commune.units[0] if commune.units else '')}"

    def _table(self, table: ProposedTable, identifier: str) -> Iterator[str]:
        yield self._say(
            "{type}: {files} file(s), {rows} rows",
            type=self._word("{word}", word=worded(self._types, table.register_type)),
            files=len(table.files),
            rows=table.rows,
        )
        yield "[[tables]]"
        yield f"id = {_quoted(identifier)}"
        yield f"register_type = {_quoted(table.register_type)}"
        yield f"family = {_quoted(table.reader)}"
        yield f"files = {_listed(_patterns(table.files))}"
        yield f"header = {_quoted(table.header)}"
        yield f"encodings = {_listed(table.encodings)}"
        yield from self._years(table)
        is_template = self._is_template(table)
        if is_template:
            yield "template = true"
        yield from self._missing(table)
        yield ""
        yield "[tables.columns]"
        for column in table.columns:
            if not (is_template and self._in_template(column, table)):
                yield self._column(column)
        for column in table.columns:
            yield from self._unknown_codes(column)

    def _years(self, table: ProposedTable) -> Iterator[str]:
        if table.sheets:
            yield f"sheet_year = {_SHEET_YEAR}"
        elif all(len(_YEAR.findall(name)) == 1 for name in table.files):
            yield f"sheet_year = {_SHEET_YEAR}"
            yield 'sheet_year_of = "file"'

    def _missing(self, table: ProposedTable) -> Iterator[str]:
        """What a table cannot do without, where no column was recognised as it."""
        register_type = self._types[table.register_type]
        missing = [
            f"{role}.name"
            for role in register_type.principals
            if not {f"{role}.name", f"{role}.name_given"} & table.fields
        ]
        missing += [
            name for name in ("entry.number", "entry.registration_date") if name not in table.fields
        ]
        if missing:
            yield self._say("CHECK: no column was recognised for {names}", names=", ".join(missing))

    def _in_template(self, column: ProposedColumn, table: ProposedTable) -> bool:
        template = self._types[table.register_type].template
        fields = {label_key(label): name for label, name in template.items()}
        return fields.get(label_key(column.label)) == column.meaning.field != ""

    def _is_template(self, table: ProposedTable) -> bool:
        inside = sum(self._in_template(column, table) for column in table.columns)
        return inside >= _TEMPLATE_SHARE * len(table.columns)

    def _column(self, column: ProposedColumn) -> str:
        """One line of ``columns``, commented out where nobody knows what the column is."""
        label, field = _quoted(column.label), column.meaning.field
        if not field:
            return f'# {label} = ""   # {self._unknown(column)}'
        if column.same_as:
            told = self._word("the column {other} is this already", other=column.same_as)
            return f"# {label} = {_quoted(field)}   # {told}"
        notes = [self._word(_CERTAINTIES[column.meaning.certainty])]
        if column.is_doubtful:
            look = self._word(LOOKS[column.look.kind])
            notes.append(self._word("CHECK: its values look like {look}", look=look))
        if not column.look.filled:
            notes.append(self._word("always empty here"))
        return f"{label} = {_quoted(field)}   # {'; '.join(notes)}"

    def _unknown(self, column: ProposedColumn) -> str:
        look = column.look
        told = self._word(
            "not recognised; {filled} values, {different} different",
            filled=look.filled,
            different=look.different,
        )
        if look.kind:
            kind = self._word(LOOKS[look.kind])
            told += self._word(", which look like {look}", look=kind)
        return told

    def _unknown_codes(self, column: ProposedColumn) -> Iterator[str]:
        if column.same_as or not column.meaning.field:
            return
        words = self._codes.unknown(column)
        if not words:
            return
        attribute = column.meaning.field.partition(".")[2]
        yield ""
        yield self._say(
            "CHECK: words that nobody knows yet; take the # away and choose one of {standard}",
            standard=", ".join(self._codes.standard.get(attribute, ())),
        )
        yield f"[tables.codes.{_quoted(column.meaning.field)}]"
        for word, times in words:
            told = self._word("{count} times", count=times)
            yield f'# {_quoted(word)} = ""   # {told}'


def write_mapping(
    tables: Sequence[ProposedTable],
    commune: Commune,
    knowing: tuple[Mapping[str, RegisterType], Codes],
    language: str,
) -> str:
    """A proposal as the text of a mapping file.

    Nothing personal is in it: headers, and of codes the words that stand there again and again.

    Args:
        tables: what the files seem to hold.
        commune: whose they are.
        knowing: register types by code, and the code words that are known.
        language: of the comments.
    """
    return Writer(*knowing, language).write(tables, commune)


def _quoted(text: str) -> str:
    """A basic string of TOML; JSON's escapes are TOML's."""
    return json.dumps(text, ensure_ascii=False)


def _listed(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"


def _patterns(names: Sequence[str]) -> list[str]:
    """Patterns of file names: figures change from book to book, the rest stays."""
    patterns = []
    for name in names:
        stem, dot, ending = name.rpartition(".")
        pattern = _DIGITS.sub("*", stem)
        while "*.*" in pattern or "**" in pattern:
            pattern = pattern.replace("*.*", "*").replace("**", "*")
        patterns.append(f"{pattern}{dot}{ending}" if pattern.strip("* ") else name)
    return list(dict.fromkeys(patterns))
