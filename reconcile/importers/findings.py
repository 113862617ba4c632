"""Findings of the importers: collected with their position, never with a cell's text."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from reconcile.errors import MappingError, Problem

if TYPE_CHECKING:
    from reconcile.text.findings import FindingRule


@dataclass(frozen=True)
class Place:
    """Where a finding is.

    Attributes:
        delivery: name of the delivery's folder.
        commune: mapping id of the commune.
        file: name within the commune's folder, with ``/``.
        sheet: name of the sheet; empty for csv and dBase.
        row: number that a person sees; 0 where the sheet or file is meant.
        register_type: register type, empty where none applies.
    """

    delivery: str
    commune: str
    file: str
    sheet: str = ""
    row: int = 0
    register_type: str = ""

    def at(self, row: int) -> Place:
        """The same sheet, another row."""
        return replace(self, row=row)


@dataclass
class Collector:
    """Collects lines of :data:`reconcile.model.FINDINGS`.

    Attributes:
        rules: what each code means, from ``mappings/findings/``.
        lines: the findings so far.
    """

    rules: dict[str, FindingRule]
    lines: list[dict[str, object]] = field(default_factory=list)

    def add(
        self,
        code: str,
        place: Place,
        *,
        about: tuple[str, str] = ("", ""),
        content_hash: str = "",
        **params: object,
    ) -> None:
        """Add one finding.

        Args:
            code: rule id.
            place: where.
            about: field and column header.
            content_hash: content that it speaks of.
            **params: what fills the sentence; counts and names of files, never a cell's text.

        Raises:
            MappingError: ``mappings/findings/`` does not have the code.
        """
        rule = self.rules.get(code)
        if rule is None:
            raise MappingError(
                "{file}: {problems}.",
                file="findings/",
                problems=Problem("the code {code} is not defined", code=code),
            )
        self.lines.append(
            {
                "code": code,
                "severity": rule.severity.value,
                "delivery": place.delivery,
                "commune": place.commune,
                "file": place.file,
                "sheet": place.sheet,
                "row": place.row,
                "register_type": place.register_type,
                "field": about[0],
                "column": about[1],
                "content_hash": content_hash,
                "params": json.dumps(params, ensure_ascii=False, sort_keys=True)
                if params
                else "{}",
            }
        )
