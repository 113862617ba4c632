"""The model file of any table of persons: what its columns are and how they are compared.

Where :mod:`reconcile.match.model` speaks of mentions in civil-status entries, this one speaks of a
table that somebody brings along. It is short: a comparison names a column and a kind; m and u are
estimated from the table itself, without labels, unless the file gives them.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Final, Literal

from pydantic import Field, model_validator

from reconcile.config import Strict, read_mapping, read_toml
from reconcile.errors import MappingError, ModelError

if TYPE_CHECKING:
    from pathlib import Path

ELSEWHERE: Final = "elsewhere"

# Levels of each kind, in the order of their codes, counted from 1; 0 is "no value on one side",
# which never counts (P6). Each with the m that estimation starts from and is held to where a level
# is rare; they are judgements of how often typed records of one person differ, not fitted to data.
KINDS: Final[dict[str, dict[str, float]]] = {
    "name": {
        "exact": 0.80,
        ELSEWHERE: 0.02,
        "unmarked": 0.02,
        "one_edit": 0.07,
        "sound": 0.03,
        "similar": 0.05,
        "different": 0.03,
    },
    "text": {
        "exact": 0.75,
        ELSEWHERE: 0.02,
        "unmarked": 0.02,
        "one_edit": 0.08,
        "similar": 0.09,
        "different": 0.06,
    },
    "code": {
        "exact": 0.86,
        ELSEWHERE: 0.02,
        "one_edit": 0.06,
        "two_edits": 0.02,
        "different": 0.04,
    },
    "date": {
        "exact": 0.85,
        "swapped": 0.02,
        "one_edit": 0.06,
        "two_parts": 0.03,
        "year": 0.10,
        "different": 0.04,
    },
    "category": {"exact": 0.95, "different": 0.05},
}
# What a block key can take of a comparison, beside its whole value.
PARTS: Final[dict[str, tuple[str, ...]]] = {
    "name": ("", "plain", "sound", "start", "initial"),
    "text": ("", "plain", "sound", "start", "initial", "words"),
    "code": ("", "start"),
    "date": ("", "year", "month_day"),
    "category": ("",),
}
_MOST_RULES: Final = 62  # that fit into the bit mask of PAIRS
_BY_FREQUENCY: Final = frozenset(("name", "text", "category"))


class LevelFigures(Strict):
    """What is believed of one level.

    Attributes:
        m: P(level | one person), among pairs where both sides have a value.
        u: P(level | two people).
    """

    m: float = Field(gt=0, lt=1)
    u: float = Field(gt=0, lt=1)


class TableComparison(Strict):
    """One aspect in which two records are compared.

    Attributes:
        id: name of the comparison, which block keys refer to.
        kind: how it compares, a key of :data:`KINDS`.
        column: the column of the table; ``id`` where it is not given.
        elsewhere: other comparisons of the kind into whose columns the value may have slipped
            (given name and surname in each other's place).
        frequency: agreement on a rare value says more than on a common one; by the shares of the
            values in the table. Left out: yes for names, texts and categories, no for codes and
            dates, most of which are nearly unique.
        levels: m and u by level; all or none. None: they are estimated from the table.
    """

    id: str
    kind: Literal["name", "text", "code", "date", "category"]
    column: str = ""
    elsewhere: tuple[str, ...] = ()
    frequency: bool | None = None
    levels: dict[str, LevelFigures] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _levels_of_kind(self) -> TableComparison:
        if self.levels and set(self.levels) != set(self.level_names):
            raise ValueError(
                f"comparison {self.id}: levels must be {', '.join(self.level_names)}, or none"
            )
        if self.elsewhere and ELSEWHERE not in KINDS[self.kind]:
            raise ValueError(f"comparison {self.id}: a {self.kind} is nowhere else")
        return self

    @property
    def reads(self) -> str:
        """The column that is compared."""
        return self.column or self.id

    @property
    def by_frequency(self) -> bool:
        """Whether the weight of agreement depends on how common the value is."""
        return self.kind in _BY_FREQUENCY if self.frequency is None else self.frequency

    @property
    def level_names(self) -> tuple[str, ...]:
        """The levels that can occur, in the order of their codes."""
        names = KINDS[self.kind]
        return tuple(name for name in names if name != ELSEWHERE or self.elsewhere)


class TableBlocking(Strict):
    """What two records must share to be compared.

    Attributes:
        parts: a comparison's id for its whole value, or ``id.part`` with a part of
            :data:`PARTS`.
        at_most: records under one key, copies with the same contents counted once; a key that more
            of them share brings nobody together.
    """

    parts: tuple[str, ...] = Field(min_length=1)
    at_most: int = Field(default=20, ge=2)


class TableThresholds(Strict):
    """When records are linked.

    Attributes:
        link: match probability from which a pair may be linked.
        bridge_bits: what the best pair must bring beyond it to join two groups of records.
        against_bits: another pair of two groups weighs against their join from so many bits below
            the threshold.
        large_cluster: groups are never grown beyond so many records.
    """

    link: float = Field(default=0.5, gt=0, lt=1)
    bridge_bits: float = Field(default=2.0, ge=0)
    against_bits: float = Field(default=3.0, ge=0)
    large_cluster: int = Field(default=60, ge=2)


class TableModel(Strict):
    """A model file for any table of persons; see the classes of its tables.

    Attributes:
        version: version of the model, in the fitted file that of the model it came from.
        id: column with the id of each record; ``--id`` outranks it.
        one_per_table: with several tables: each holds a person at most once.
        sounds: language by whose sounds names are compared.
        day_first: dates written with three numbers begin with the day, else with the month; a
            number of four digits is the year wherever it stands.
        prior: P(two random records are one person); absent: estimated.
        thresholds: when records are linked.
        blocking: what two records must share to be compared; one rule is enough. Left out:
            :func:`usual_blocking`.
        comparisons: in what they are compared.
    """

    version: str
    id: str = ""
    one_per_table: bool = False
    sounds: Literal["english", "vietnamese"] = "english"
    day_first: bool = True
    prior: float | None = Field(default=None, gt=0, lt=1)
    thresholds: TableThresholds = TableThresholds()
    blocking: tuple[TableBlocking, ...] = Field(default=(), max_length=_MOST_RULES)
    comparisons: tuple[TableComparison, ...] = Field(min_length=1, max_length=20)

    @model_validator(mode="after")
    def _consistent(self) -> TableModel:
        kinds = {comparison.id: comparison.kind for comparison in self.comparisons}
        if len(kinds) != len(self.comparisons):
            raise ValueError("a comparison is defined twice")
        for comparison in self.comparisons:
            strangers = [o for o in comparison.elsewhere if kinds.get(o) != comparison.kind]
            if strangers or comparison.id in comparison.elsewhere:
                raise ValueError(
                    f"comparison {comparison.id}: elsewhere must name other {comparison.kind}s"
                )
        for name in sorted({part for rule in self.blocking for part in rule.parts}):
            of, _, part = name.partition(".")
            if of not in kinds:
                raise ValueError(f"blocking: there is no comparison {of}")
            if part not in PARTS[kinds[of]]:
                raise ValueError(f"blocking: a {kinds[of]} has no part {part}")
        if not self.blocking and all(kind == "category" for kind in kinds.values()):
            raise ValueError("blocking: categories alone bring nobody together; give block keys")
        if len({bool(comparison.levels) for comparison in self.comparisons}) > 1:
            raise ValueError("levels are given for some comparisons; give all of them or none")
        return self

    @property
    def fitted(self) -> bool:
        """Whether the file gives all figures, so that nothing is estimated."""
        return self.prior is not None and all(c.levels for c in self.comparisons)


def usual_blocking(model: TableModel) -> tuple[TableBlocking, ...]:
    """Block keys for a model that names none.

    The whole value of every comparison but categories, and every two of them, dates by year and
    names by sound, or in Vietnamese without marks, which are lost more often than misheard. So a
    record is found unless it slips nearly everywhere, also where single values are common.
    """
    of_names = ".sound" if model.sounds == "english" else ".plain"
    loose = {"name": of_names, "date": ".year", "code": "", "text": ".plain"}
    usable = [item for item in model.comparisons if item.kind in loose]
    usable.sort(key=lambda item: list(loose).index(item.kind))
    marked = {"name": ".plain", "text": ".plain"}
    whole = [(item.id + marked.get(item.kind, ""),) for item in usable]
    keys = [*whole, *combinations([item.id + loose[item.kind] for item in usable], 2)]
    return tuple(TableBlocking(parts=key) for key in keys[:_MOST_RULES])


def load_table_model(path: Path) -> TableModel:
    """Read and check a model file for a table.

    Args:
        path: the model file.

    Raises:
        ModelError: it is missing or does not fit; names every key that is wrong.
    """
    try:
        if "rivals" in read_toml(path):
            raise ModelError(
                "{file} is the model of civil-status entries; link needs a model that names the "
                "columns of the table.",
                file=path.name,
            )
        model = read_mapping(path, TableModel)
    except MappingError as error:
        raise ModelError(error.template, **error.values) from error
    blocking = model.blocking or usual_blocking(model)
    return model.model_copy(update={"blocking": blocking})


def written(model: TableModel) -> str:
    """The model as the text of a model file."""
    head = [
        f"version = {_quoted(model.version)}",
        f"id = {_quoted(model.id)}",
        f"one_per_table = {str(model.one_per_table).lower()}",
        f"sounds = {_quoted(model.sounds)}",
        f"day_first = {str(model.day_first).lower()}",
    ]
    if model.prior is not None:
        head.append(f"prior = {_figure(model.prior)}")
    head += ["", "[thresholds]"]
    head += [f"{name} = {value}" for name, value in model.thresholds.model_dump().items()]
    rules = [line for rule in model.blocking for line in _rule_lines(rule)]
    comparisons = [line for item in model.comparisons for line in _comparison_lines(item)]
    return "\n".join([*head, *rules, *comparisons]) + "\n"


def _rule_lines(rule: TableBlocking) -> list[str]:
    return ["", "[[blocking]]", f"parts = {_list(rule.parts)}", f"at_most = {rule.at_most}"]


def _comparison_lines(comparison: TableComparison) -> list[str]:
    lines = [
        "",
        "[[comparisons]]",
        f"id = {_quoted(comparison.id)}",
        f"kind = {_quoted(comparison.kind)}",
        f"column = {_quoted(comparison.reads)}",
        f"frequency = {str(comparison.by_frequency).lower()}",
    ]
    if comparison.elsewhere:
        lines.append(f"elsewhere = {_list(comparison.elsewhere)}")
    if comparison.levels:
        lines += ["", "[comparisons.levels]"]
    for name in comparison.level_names if comparison.levels else ():
        figures = comparison.levels[name]
        lines.append(f"{name} = {{ m = {_figure(figures.m)}, u = {_figure(figures.u)} }}")
    return lines


def _figure(value: float) -> str:
    text = f"{value:.6g}"
    return text if "." in text or "e" in text else f"{text}.0"


def _quoted(text: str) -> str:
    escaped = "".join(
        f"\\u{ord(letter):04x}" if ord(letter) < 32 or ord(letter) == 127 else letter
        for letter in text.replace("\\", "\\\\").replace('"', '\\"')
    )
    return f'"{escaped}"'


def _list(texts: tuple[str, ...]) -> str:
    return "[" + ", ".join(_quoted(text) for text in texts) + "]"
