"""Administrative units in words, for people to read; everything else names them by their ids."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from reconcile.standardise.gazetteer import load_gazetteer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reconcile.standardise.gazetteer import Gazetteer, Unit

# The words before a name in English, where they stand behind it.
_ENGLISH: Final = {
    "xã": "commune",
    "phường": "ward",
    "thị trấn": "township",
    "huyện": "district",
    "quận": "district",
    "thị xã": "town",
    "thành phố": "city",
    "tỉnh": "province",
}


class UnitNames:
    """Names of units by id, in the language of an output.

    Args:
        gazetteer: the units.
    """

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    def alone(self, unit_id: str, language: str) -> str:
        """A unit without what lies around it: ``xã Hội Xuân``; empty where the id is none.

        Args:
            unit_id: id of a unit of any kind.
            language: ``vi`` or ``en``.
        """
        return next((_worded(unit, language) for unit in self._upwards(unit_id)), "")

    def whole(self, unit_id: str, language: str) -> str:
        """A unit with all that it lies in: commune, district, province; empty where it is none.

        Args:
            unit_id: id of a unit of any kind.
            language: ``vi`` or ``en``.
        """
        return ", ".join(_worded(unit, language) for unit in self._upwards(unit_id))

    def _upwards(self, unit_id: str) -> Iterator[Unit]:
        while unit_id:
            try:
                unit = self._gazetteer.unit(unit_id)
            except KeyError:
                return
            yield unit
            unit_id = unit.parent


def _worded(unit: Unit, language: str) -> str:
    if language == "en":
        return f"{unit.name} {_ENGLISH.get(unit.prefix, unit.prefix)}".strip()
    return f"{unit.prefix} {unit.name}".strip()


@lru_cache(maxsize=4)
def load_unit_names(mappings: Path) -> UnitNames:
    """Read the names of units from ``units.toml``.

    Args:
        mappings: the mappings folder.

    Raises:
        MappingError: the file does not fit.
    """
    return UnitNames(load_gazetteer(mappings))
