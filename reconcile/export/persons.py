"""The persons of the register as people read them: places with their names and in full.

The register holds a place as the id of its unit and, for comparing, as words without marks. Neither
is for people: a unit is named, and the rest is written as the entry has it that the value is from.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from reconcile.register import Register
    from reconcile.standardise.unit_names import UnitNames

_UNITS: Final = ("birth_place", "home_place", "residence_unit")
# Golden field that holds words for comparing -> attribute of a role that they were made from.
_WRITTEN: Final = {"home": "home_place", "residence": "residence"}


def named_persons(
    register: Register, sources: pd.DataFrame, units: UnitNames, language: str
) -> pd.DataFrame:
    """One line per person, as :meth:`Register.persons`, its places in words.

    Args:
        register: the register.
        sources: what :meth:`Register.entry_sources` says.
        units: names of administrative units.
        language: ``vi`` or ``en``.

    Returns:
        The same columns and lines. ``birth_place`` and ``residence_unit`` name the unit with all
        that it lies in; ``home_place`` and ``residence`` have the place word for word, or its unit
        where the entry has no words for it; ``home`` is gone.
    """
    persons = register.persons()
    for name in persons.columns.intersection(list(_UNITS)):
        persons[name] = _named(persons[name], units, language)
    written = _as_written(register, sources)
    for field, attribute in _WRITTEN.items():
        if field not in persons:
            continue
        words = persons["person_id"].map(written[field]).fillna("")
        unit = "home_place" if field == "home" else "residence_unit"
        instead = persons.get(unit, "")
        persons[attribute] = words.where(words != "", instead).astype("str")
    return persons.drop(columns="home", errors="ignore")


def _named(values: pd.Series[str], units: UnitNames, language: str) -> pd.Series[str]:
    """Names of units; what is no id of one was typed by an officer and stays."""
    names = {value: units.whole(value, language) or value for value in values.unique()}
    return values.map(names).astype("str")


def _as_written(register: Register, sources: pd.DataFrame) -> Mapping[str, Mapping[str, str]]:
    """Golden field -> person id -> the place as the entry has it, or as an officer typed it."""
    golden = register.golden(tuple(_WRITTEN))
    fields = dict(zip(sources["entry_key"], sources["fields"], strict=True))
    said: dict[str, dict[str, str]] = {}
    found: dict[str, dict[str, str]] = {field: {} for field in _WRITTEN}
    columns = (golden[name] for name in ("person_id", "field", "value", "mention_key"))
    for person, field, value, mention in zip(*columns, strict=True):
        entry, _, role = mention.rpartition("/")
        if entry not in said:
            said[entry] = json.loads(fields.get(entry, "{}"))
        text = said[entry].get(f"{role}.{_WRITTEN[field]}", "") if mention else value
        found[field][person] = " ".join(text.split())
    return found
