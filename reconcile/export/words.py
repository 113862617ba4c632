"""Values as people write them: dates in their precision, and fields as the template has them."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

from reconcile.model import ENTRY_ATTRIBUTES, ROLE_ATTRIBUTES, Precision

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ISO: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::\d\d)?)?")


def written_date(first: object, last: object, precision: str, about: str = "") -> str:
    """A date in its precision, as text.

    Args:
        first: first possible day, proleptic ordinal; anything but a whole number is no value.
        last: last possible day.
        precision: day, month, year, age or empty.
        about: word before a year that was worked out from an age.

    >>> written_date(724702, 724702, "day"), written_date(712224, 712588, "year")
    ('04/03/1985', '1951')
    """
    if not isinstance(first, int) or not precision:
        return ""
    day = date.fromordinal(first)
    if precision == Precision.DAY:
        return day.strftime("%d/%m/%Y")
    if precision == Precision.MONTH:
        return day.strftime("%m/%Y")
    year = str(day.year)
    if isinstance(last, int) and date.fromordinal(last).year != day.year:
        year = f"{year}-{date.fromordinal(last).year}"
    return f"{about} {year}".strip() if precision == Precision.AGE else year


def template_value(fields: Mapping[str, str], field: str) -> str:
    """What the Ministry's template has in the column of a field.

    The words are those of the book. Only their form follows the template: a name that was kept in
    two columns stands in one, a date in three columns as ``dd.mm.yyyy``, and so does a date cell.

    Args:
        fields: fields of an entry, as the importers give them.
        field: ``role.attribute``, ``entry.attribute`` or ``extra.code``.
    """
    value = fields.get(field, "")
    owner, _, attribute = field.partition(".")
    if not value and attribute == "name":
        parts = (fields.get(f"{owner}.name_leading", ""), fields.get(f"{owner}.name_given", ""))
        return " ".join(part for part in parts if part)
    if not value and attribute == "birth_date":
        date_parts = [fields.get(f"{owner}.birth_{part}", "") for part in ("day", "month", "year")]
        return ".".join(part.zfill(2) if part.isdigit() else part for part in date_parts if part)
    kinds = ENTRY_ATTRIBUTES if owner == "entry" else ROLE_ATTRIBUTES
    return _dotted(value) if kinds.get(attribute) == "date" else value


def template_column(entries: Sequence[Mapping[str, str]], field: str) -> list[str]:
    """What the template has in the column of a field, for many entries at once.

    Args:
        entries: fields of each entry.
        field: ``role.attribute``, ``entry.attribute`` or ``extra.code``.
    """
    owner, _, attribute = field.partition(".")
    kinds = ENTRY_ATTRIBUTES if owner == "entry" else ROLE_ATTRIBUTES
    if attribute in {"name", "birth_date"} or kinds.get(attribute) == "date":
        return [template_value(fields, field) for fields in entries]
    return [fields.get(field, "") for fields in entries]


def _dotted(value: str) -> str:
    iso = _ISO.fullmatch(value)
    if iso is None:
        return value
    year, month, day, hour, minute = iso.groups()
    return f"{day}.{month}.{year}" + (f" {hour}:{minute}" if hour else "")
