"""What standardising knows: the mapping files that it needs, read once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconcile.config import load_commune_names, read_mapping
from reconcile.standardise.codes import CodeKnowledge, CodeReader
from reconcile.standardise.gazetteer import load_gazetteer
from reconcile.standardise.names import NameCleaner, NameKnowledge
from reconcile.standardise.places import PlaceReader
from reconcile.text.findings import load_findings

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.text.findings import FindingRule


@dataclass(frozen=True)
class Knowledge:
    """The readers, each with its mapping file.

    Attributes:
        names: ``names.toml``.
        codes: ``codes.toml``.
        places: ``units.toml``.
        number_prefixes: first three digits that personal numbers of a province have.
        communes: mapping id of a commune -> its unit.
        rules: findings by code.
    """

    names: NameCleaner
    codes: CodeReader
    places: PlaceReader
    number_prefixes: frozenset[str]
    communes: dict[str, str]
    rules: dict[str, FindingRule]


def load_knowledge(mappings: Path) -> Knowledge:
    """Read the mapping files.

    Args:
        mappings: the mappings folder.

    Raises:
        MappingError: one is missing or does not fit.
    """
    gazetteer = load_gazetteer(mappings)
    codes = CodeReader(read_mapping(mappings / "codes.toml", CodeKnowledge))
    names = read_mapping(mappings / "names.toml", NameKnowledge)
    return Knowledge(
        NameCleaner(names, codes.is_no_value),
        codes,
        PlaceReader(gazetteer),
        gazetteer.number_prefixes,
        {commune.id: commune.unit for commune in load_commune_names(mappings).values()},
        load_findings(mappings),
    )
