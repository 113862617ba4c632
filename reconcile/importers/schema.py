"""Schema of the mapping files that the importers read: ``importing.toml``, ``communes/*.toml``."""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from reconcile.config import Strict
from reconcile.errors import Problem
from reconcile.text.legacy import ENCODINGS

Codes = dict[str, dict[str, str]]


class Limits(Strict):
    """Sizes beyond which a file is refused instead of being read.

    Attributes:
        file_megabytes: size of one file.
        unpacked_megabytes: size of a workbook's parts when unpacked.
        unpack_ratio: how many times larger than packed the parts of a large workbook may be.
        rows: rows of one sheet.
        columns: columns of one sheet.
        cells: rows times columns of one sheet.
        cell_characters: length of one cell's text.
    """

    file_megabytes: int = 256
    unpacked_megabytes: int = 2048
    unpack_ratio: int = 200
    rows: int = 1_048_576
    columns: int = 1000
    cells: int = 50_000_000
    cell_characters: int = 32_767


class Importing(Strict):
    """What holds for the exports of every commune, ``importing.toml``.

    Attributes:
        table_suffixes: endings of files that hold tables; one that no mapping claims is an error.
        litter: patterns of file and folder names that are skipped even if they end like a table.
        ditto: cells that mean "the same as the cell above".
        no_value: words that mean "no value"; a code cell with one of them is not an unknown code.
        footers: regular expressions on unmarked lower-case cells: totals, signatures, titles.
        totals: which of the short texts in a name's cell are a total beside a number.
        codes: attribute or field -> word or code in the file -> standard code word.
        limits: sizes beyond which a file is refused.
    """

    table_suffixes: tuple[str, ...]
    litter: tuple[str, ...] = ()
    ditto: tuple[str, ...] = ()
    no_value: tuple[str, ...] = ()
    footers: tuple[str, ...] = ()
    totals: tuple[str, ...] = ()
    codes: Codes = Field(default_factory=dict)
    limits: Limits = Limits()

    @field_validator("footers", "totals")
    @classmethod
    def _compile(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_checked_pattern(pattern) for pattern in patterns)


def _checked_pattern(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(
            Problem("{pattern} is not a regular expression", pattern=pattern)
        ) from error
    return pattern


class TableMapping(Strict):
    """One kind of file that a commune exports.

    Attributes:
        id: name of this table, unique in the commune.
        register_type: code of the register type that every row is.
        family: file family whose full export the file belongs to.
        files: patterns of file names with ``*`` and ``?``; case and marks do not count.
        header: ``single`` row of labels, ``codes`` below a row of labels, ``two_row`` groups
            above columns, or ``fields`` of a dBase table.
        sheets: patterns of sheets that must be readable; others are read if their header fits.
        template: the register type's template columns are columns of this table.
        columns: header -> field; a column in a group is written ``group / column``.
        aliases: other spelling of a header, or of one part of it -> the spelling in ``columns``.
        required: fields without which a file cannot be used; by default the names of the
            principal roles, and the entry's number and registration date where they are mapped.
        codes: as in :class:`Importing`, for this table.
        encodings: encodings that the text can be in, likeliest first; see
            :data:`reconcile.text.legacy.ENCODINGS`.
        delimiter: of a csv file; another one is recognised.
        sheet_year: regular expression that finds the year in the name of the sheet or file.
        sheet_year_of: which of the names.
        no_ditto: fields in which ditto marks are taken literally.
        footers: as in :class:`Importing`, for this table.
        defaults: field -> text where the file has no such column or the cell is empty.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    register_type: str
    family: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    files: tuple[str, ...] = Field(min_length=1)
    header: Literal["single", "codes", "two_row", "fields"] = "single"
    sheets: tuple[str, ...] = ()
    template: bool = False
    columns: dict[str, str] = Field(default_factory=dict)
    aliases: dict[str, str] = Field(default_factory=dict)
    required: tuple[str, ...] = ()
    codes: Codes = Field(default_factory=dict)
    encodings: tuple[str, ...] = ("unicode",)
    delimiter: str = Field(default=";", min_length=1, max_length=1)
    sheet_year: str = ""
    sheet_year_of: Literal["sheet", "file"] = "sheet"
    no_ditto: tuple[str, ...] = ("entry.number", "entry.ordinal", "entry.own_key")
    footers: tuple[str, ...] = ()
    defaults: dict[str, str] = Field(default_factory=dict)

    @field_validator("footers")
    @classmethod
    def _compile_footers(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_checked_pattern(pattern) for pattern in patterns)

    @field_validator("sheet_year")
    @classmethod
    def _compile_year(cls, pattern: str) -> str:
        return _checked_pattern(pattern)

    @field_validator("encodings")
    @classmethod
    def _known_encodings(cls, encodings: tuple[str, ...]) -> tuple[str, ...]:
        unknown = sorted(set(encodings) - set(ENCODINGS))
        if unknown or not encodings:
            raise ValueError(
                Problem(
                    "unknown encodings {unknown}; known are {known}",
                    unknown=", ".join(unknown),
                    known=", ".join(ENCODINGS),
                )
            )
        return encodings


class CommuneMapping(Strict):
    """One commune's exports, ``communes/<id>.toml``.

    Attributes:
        id: mapping id, also the name of its folder in a delivery.
        name: its name in Vietnamese.
        folder_aliases: other spellings of the folder's name that are understood.
        unit: unit id of the old commune in ``units.toml``.
        tables: the kinds of files that it exports. Keys of the file's ``[shared]`` table hold for
            all of them; a table's own value outranks it, and tables of words are joined.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str
    folder_aliases: tuple[str, ...] = ()
    unit: str
    tables: tuple[TableMapping, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _spread_shared(cls, data: Any) -> Any:  # noqa: ANN401 - pydantic hands over raw TOML
        if not isinstance(data, dict) or not isinstance(data.get("shared"), dict):
            return data
        shared = data["shared"]
        tables = [
            _joined(shared, table) if isinstance(table, dict) else table
            for table in data.get("tables", [])
        ]
        return {key: value for key, value in data.items() if key != "shared"} | {"tables": tables}


def _joined(shared: dict[str, Any], table: dict[str, Any]) -> dict[str, Any]:
    """Shared keys below a table's own; dictionaries are joined, the table's entries win."""
    joined = dict(shared)
    for key, value in table.items():
        below = joined.get(key)
        if isinstance(value, dict) and isinstance(below, dict):
            joined[key] = _joined(below, value)
        else:
            joined[key] = value
    return joined
