"""Why two mentions may be one person or not: what the matcher weighed, in words for officers."""

from __future__ import annotations

import json
from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

from reconcile.match.explain import sentence
from reconcile.review.casebook import Reason
from reconcile.text.language import translate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from reconcile.match import Model
    from reconcile.review.records import Source

Line = dict[str, Any]

_NUMBERS: Final = ("personal_number", "identity_number")
_LENT: Final = "(One side gives no number itself; it stands elsewhere for the same person.)"


def plain(values: pd.Series) -> list[object]:
    """The cells as plain Python; None stands for no value."""
    # through objects once and not cell by cell, which takes ten times as long
    return values.astype("object").where(values.notna(), None).tolist()


def evidence(
    source: Source, sources: Mapping[str, Line], asked: pd.DataFrame, language: str
) -> dict[str, list[Reason]]:
    """Evidence of the pair that each conflict is about, all but the prior odds.

    A person's number counts in all of his mentions, so it may be compared where a side has none;
    then that is said.

    Args:
        source: the register and the words.
        sources: entry key -> fields (JSON) of the row that the entry stands in.
        asked: lines of CONFLICTS.
        language: ``vi`` or ``en``.

    Returns:
        Conflict id -> reasons.
    """
    numbers = {each.id for each in source.model.file.comparisons if each.kind == "identity"}
    lent = translate(
        "(One side gives no number itself; it stands elsewhere for the same person.)", language
    )
    lines = source.register.evidence()
    lines = lines[(lines["comparison"] != "prior") & (lines["weight"] != 0)]
    columns = ("left", "right", "comparison", "level", "weight")
    by_pair: dict[tuple[str, str], list[Reason]] = defaultdict(list)
    bare = _Bare(sources)
    words = _sentences(source.model, language)
    for left, right, comparison, level, weight in zip(
        *(plain(lines[name]) for name in columns), strict=True
    ):
        text = words(comparison, level)
        if comparison in numbers and (bare(left) or bare(right)):
            text = f"{text} {lent}"
        by_pair[left, right].append(Reason(text, weight))
    found: dict[str, list[Reason]] = {}
    for conflict, keys in zip(asked["conflict"], asked["mentions"], strict=True):
        for pair in combinations(sorted(json.loads(keys or "[]")), 2):
            if pair in by_pair:
                found[str(conflict)] = by_pair[pair]
                break
    return found


class _Bare:
    """Tells mentions that are asked about and give no number of a paper themselves."""

    def __init__(self, sources: Mapping[str, Line]) -> None:
        self._sources = sources
        self._said: dict[str, dict[str, str]] = {}

    def __call__(self, mention: str) -> bool:
        """Whether the row says none; nothing is claimed of a row that is not at hand."""
        entry, _, role = mention.rpartition("/")
        place = self._sources.get(entry)
        if place is None:
            return False
        if entry not in self._said:
            self._said[entry] = json.loads(str(place.get("fields") or "{}"))
        return not any(self._said[entry].get(f"{role}.{name}", "").strip() for name in _NUMBERS)


def _sentences(model: Model, language: str) -> Callable[[str, str], str]:
    """The words of a comparison's level, each made once."""
    known: dict[tuple[str, str], str] = {}

    def words(comparison: str, level: str) -> str:
        if (comparison, level) not in known:
            known[comparison, level] = sentence(model, comparison, level, language)
        return known[comparison, level]

    return words
