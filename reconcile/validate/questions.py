"""What the suites ask of the contents, each different question and each different line once.

The suites of all register types ask the same few things of many columns (that a name has two words,
that a date is not before 1850), and many lines hold the same values. Great-expectations takes its
time for every expectation and every line, so rules that differ in their columns alone become one
:class:`Question`, asked of every different line that they look at.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from reconcile.validate.suites import Expectation, Suite
    from reconcile.validate.wide import Wide

# What these say of a line hangs on that line alone, however often it stands there and whatever
# stands beside it. Others, such as uniqueness, are asked of all lines of one register type.
_OF_ONE_LINE: Final = frozenset(
    {
        "expect_column_pair_values_a_to_be_greater_than_b",
        "expect_column_pair_values_to_be_equal",
        "expect_column_value_lengths_to_be_between",
        "expect_column_value_lengths_to_equal",
        "expect_column_values_to_be_between",
        "expect_column_values_to_be_in_set",
        "expect_column_values_to_be_null",
        "expect_column_values_to_match_regex",
        "expect_column_values_to_not_be_in_set",
        "expect_column_values_to_not_be_null",
        "expect_column_values_to_not_match_regex",
    }
)
_OF_ALL_LINES: Final = "mostly"  # an argument that weighs lines against each other


@dataclass(frozen=True)
class Asked:
    """One rule and the lines that it looks at.

    Attributes:
        rule: the rule, with its columns under the names that they have in ``lines``.
        register_type: register type of its suite.
        content_hash: contents, one per line.
        lines: the columns that the rule names, ``c0``, ``c1``… in the order in which it names them.
    """

    rule: Expectation
    register_type: str
    content_hash: pd.Series
    lines: pd.DataFrame


@dataclass(frozen=True)
class Question:
    """Rules that ask the same, and the lines of all of them.

    Attributes:
        asked: the rules.
        lines: the lines to ask, index 0…n-1; each different one once where that is enough.
        place: where in ``lines`` every line of every rule stands, one rule after the other.
    """

    asked: tuple[Asked, ...]
    lines: pd.DataFrame
    place: npt.NDArray[np.integer[Any]]

    @property
    def rules(self) -> str:
        """Ids of its rules."""
        return ", ".join(each.rule.id for each in self.asked)

    def contents(self, unexpected: Iterable[int]) -> list[tuple[Asked, pd.Series]]:
        """The contents of each rule that stand for lines.

        Args:
            unexpected: index values of ``lines``.

        Returns:
            Each rule with the content hashes on which it failed.
        """
        failed = np.zeros(len(self.lines), dtype=bool)
        failed[list(unexpected)] = True
        ends = np.cumsum([len(each.lines) for each in self.asked])
        parts = np.split(failed[self.place], ends[:-1])
        return [
            (each, each.content_hash[part]) for each, part in zip(self.asked, parts, strict=True)
        ]


def asked_of(suite: Suite, wide: Wide) -> list[Asked]:
    """The rules of a suite with the lines that they look at.

    Args:
        suite: the suite.
        wide: the contents of its register type.
    """
    content_hash = wide.contents["content_hash"]
    asked = []
    for rule in suite.expectation:
        names = {column: f"c{place}" for place, column in enumerate(rule.columns())}
        lines = wide.frame(names).set_axis(list(names.values()), axis=1)
        asked.append(Asked(rule.renamed(names), suite.register_type, content_hash, lines))
    return asked


def questions(asked: Iterable[Asked]) -> list[Question]:
    """Put rules that ask the same together.

    Args:
        asked: the rules of all suites.

    Returns:
        Questions, in the order in which their first rules came.
    """
    alike: dict[tuple[object, ...], list[Asked]] = defaultdict(list)
    for each in asked:
        alike[_sense(each)].append(each)
    return [_question(tuple(group)) for group in alike.values()]


def of_one_line(rule: Expectation) -> bool:
    """Whether what a rule says of a line hangs on that line alone."""
    return rule.type in _OF_ONE_LINE and _OF_ALL_LINES not in rule.arguments


def _sense(asked: Asked) -> tuple[object, ...]:
    """What two rules must share to be one question."""
    rule = asked.rule
    if not of_one_line(rule):
        return (asked.register_type, rule.id)
    arguments = sorted(rule.arguments.items())
    return (
        repr((rule.type, arguments, rule.when, rule.present)),
        *asked.lines.dtypes.astype("str"),
    )


def _question(asked: tuple[Asked, ...]) -> Question:
    lines = pd.concat([each.lines for each in asked], ignore_index=True)
    if not of_one_line(asked[0].rule):
        return Question(asked, lines, np.arange(len(lines)))
    number = lines.groupby(list(lines.columns), dropna=False, sort=False).ngroup()
    once = lines[~number.duplicated()].reset_index(drop=True)
    return Question(asked, once, number.to_numpy())
