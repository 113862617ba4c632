"""Words of findings: ``mappings/findings/*.toml``.

A finding is a line of :data:`reconcile.model.FINDINGS` with the code of a rule. What the rule
says in Vietnamese and English, how bad it is, who must act and on which law it rests is data
here, in one file per part of the toolkit; further files may stand beside them.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from reconcile.config import Strict, read_mapping
from reconcile.errors import MappingError
from reconcile.model import Severity
from reconcile.text.language import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class FindingRule(Strict):
    """What one code of a finding means.

    Attributes:
        code: the code, as FINDINGS has it.
        severity: how bad it is where nothing says otherwise.
        vi: sentence in Vietnamese with ``{placeholders}``.
        en: the same sentence in English, with the same placeholders.
        act: who must do something: ``book`` an officer looks into the paper book, ``data`` an
            officer corrects the data at its source, ``mapping`` whoever keeps the mapping files,
            ``none`` nobody.
        source: law, circular or public document that it rests on; empty where it is plain logic.
    """

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    severity: Severity
    vi: str
    en: str
    act: Literal["book", "data", "mapping", "none"]
    source: str = ""

    def sentence(self, values: Mapping[str, object], language: str = DEFAULT) -> str:
        """The sentence in a language; a placeholder without a value shows as ``…``."""
        template = self.vi if language == "vi" else self.en
        return template.format_map(defaultdict(lambda: "…", values))


class FindingFile(Strict):
    """One file of findings."""

    finding: tuple[FindingRule, ...]


def load_findings(mappings: Path) -> dict[str, FindingRule]:
    """Read ``findings/*.toml``.

    Args:
        mappings: the mappings folder.

    Returns:
        Rules by code.

    Raises:
        MappingError: a file does not fit, or a code is defined twice.
    """
    rules: dict[str, FindingRule] = {}
    for path in sorted((mappings / "findings").glob("*.toml")):
        for rule in read_mapping(path, FindingFile).finding:
            if rule.code in rules:
                raise MappingError(
                    "{file}: {problems}.",
                    file=f"findings/{path.name}",
                    problems=f"the code {rule.code} is defined twice",
                )
            rules[rule.code] = rule
    return rules
