"""What one run changed, line by line, as text for a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from reconcile.report.versions import shown
from reconcile.text.attention import worded
from reconcile.text.language import translate

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import pandas as pd

    from reconcile.config import CommuneName, RegisterType
    from reconcile.text.attention import Worded

_FEW: Final = 20  # entries, persons or questions that are named of one sort of change
_NOTHING: Final = "–"


@dataclass(frozen=True)
class Words:
    """What the lines need to be put into words.

    Attributes:
        register_types: register types by code.
        communes: communes by id.
        kinds: words of conflict kinds.
        language: ``vi`` or ``en``.
    """

    register_types: Mapping[str, RegisterType]
    communes: Mapping[str, CommuneName]
    kinds: Mapping[str, Worded]
    language: str

    def say(self, template: str, **values: object) -> str:
        """A message in the language."""
        return translate(template, self.language, **values)

    def named(self, known: Mapping[str, Worded], code: str) -> str:
        """What mapping files call a code."""
        return self.say("{word}", word=worded(known, code))


def masked_lines(lines: pd.DataFrame, *, unmasked: bool) -> pd.DataFrame:
    """The lines with what cells said as it may be shown (P9).

    Args:
        lines: what ``Register.changed`` gives.
        unmasked: show it in full.
    """
    of_cells = lines["field"].ne("")
    told = lines.copy()
    for side in ("before", "after"):
        told.loc[of_cells, side] = [
            shown(field, value, unmasked=unmasked)
            for field, value in zip(
                lines.loc[of_cells, "field"], lines.loc[of_cells, side], strict=True
            )
        ]
    return told


def changed(run: str, lines: pd.DataFrame, words: Words) -> str:
    """The lines of one run under headings, of each sort of change the first ones.

    Args:
        run: name of the run.
        lines: what :func:`masked_lines` gives.
        words: language, names of communes, register types and questions.
    """
    if lines.empty:
        return words.say("Run {run} changed nothing.", run=run)
    parts = [words.say("What run {run} changed", run=run)]
    for change, part in lines.groupby("change", sort=False):
        ids = part["id"].unique()
        heading = words.say(str(change)).replace("_", " ")
        parts += ["", f"{heading}: {len(ids)}"]
        before = ""
        for line in part[part["id"].isin(ids[:_FEW])].to_dict("records"):
            parts += _told(line, words, is_first=line["id"] != before)
            before = line["id"]
        if len(ids) > _FEW:
            parts.append(
                words.say("  … and {count} more; --out writes all.", count=len(ids) - _FEW)
            )
    return "\n".join(parts)


def _told(line: Mapping[Hashable, Any], words: Words, *, is_first: bool) -> list[str]:
    before, after = (line[side] or _NOTHING for side in ("before", "after"))
    told = []
    if is_first:
        told.append("  " + "  ".join(filter(None, (line["id"], _what(line, words)))))
    if line["field"]:
        told.append(f"       {line['field']}: {before} → {after}")
    return told


def _what(line: Mapping[Hashable, Any], words: Words) -> str:
    """What an id of a line is: the entry's place in the books, the question, other ids."""
    if line["commune"]:
        commune = words.communes.get(line["commune"])
        book = words.named(words.register_types, line["kind"])
        number = f" {line['number']}" if line["number"] else ""
        return f"{book}{number}, {commune.name if commune else line['commune']}"
    if line["kind"]:
        return words.named(words.kinds, line["kind"])
    if line["before"]:
        return f"{line['before']} → {line['after']}"
    return ""
