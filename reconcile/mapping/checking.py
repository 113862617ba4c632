"""How a mapping stands against deliveries: what is unknown, empty, or looks like something else."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from reconcile.importers.cells import kind_of
from reconcile.importers.labels import label_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reconcile.importers import Imported
    from reconcile.importers.mapping import Mappings, TablePlan
    from reconcile.mapping.looks import Looks

_FINDINGS: Final = ("column_unknown", "header_guessed", "column_missing")
_OFTEN: Final = 3  # a word that stands so often is the program's, no person's
_FEW: Final = 30


@dataclass(frozen=True)
class TableCheck:
    """What one table of a mapping lacks.

    Attributes:
        commune: mapping id of the commune.
        table: id of the table.
        register_type: code of its register type.
        files: files that were read by it.
        rows: accepted rows.
        faults: ``what``, ``column`` (header, or field where there is none), ``count``; of an
            unknown word of codes the word itself where it stands several times, in ``detail``; of
            values that look like something else what they look like.
    """

    commune: str
    table: str
    register_type: str
    files: int
    rows: int
    faults: tuple[tuple[str, str, str, int], ...]


def check_tables(imported: Imported, mappings: Mappings, looks: Looks) -> list[TableCheck]:
    """Hold every table of the mappings against what was read by it.

    Args:
        imported: deliveries, read by these mappings.
        mappings: the mappings.
        looks: recognises what values look like.

    Returns:
        One line for each table of each commune that was delivered, those without files too.
    """
    files = imported.files[imported.files["status"] == "read"]
    place = ["delivery", "commune", "file"]
    rows = imported.rows[imported.rows["outcome"] == ""].merge(
        files[[*place, "table"]], on=place, how="inner"
    )
    found = imported.findings.merge(files[[*place, "table"]], on=place, how="inner")
    checks = []
    for commune in sorted(set(imported.deliveries["commune"]) & mappings.plans.keys()):
        for plan in mappings.plans[commune]:
            mine, said, read = (
                frame[frame["commune"].eq(commune) & frame["table"].eq(plan.table.id)]
                for frame in (rows, found, files)
            )
            faults = [*_found(said), *_values(mine["fields"].tolist(), plan, mappings, looks)]
            checks.append(
                TableCheck(
                    commune=commune,
                    table=plan.table.id,
                    register_type=plan.register_type.code,
                    files=len(read),
                    rows=len(mine),
                    faults=tuple(faults if len(read) else ()),
                )
            )
    return checks


def _found(findings: pd.DataFrame) -> Iterator[tuple[str, str, str, int]]:
    """What the importer noticed of columns, each once, with how many files or sheets have it."""
    noticed = findings[findings["code"].isin(_FINDINGS)]
    names = [
        column or str(json.loads(params).get("header", ""))
        for params, column in zip(noticed["params"], noticed["column"], strict=True)
    ]
    told = noticed.assign(header=pd.Series(names, index=noticed.index, dtype="str"))
    for (code, column), group in told.groupby(["code", "header"], sort=True):
        yield str(code), str(column), "", len(group)


def _values(
    contents: Sequence[str], plan: TablePlan, mappings: Mappings, looks: Looks
) -> Iterator[tuple[str, str, str, int]]:
    """What the values of mapped columns say against the mapping."""
    said: dict[str, list[str]] = defaultdict(list)
    for text in contents:
        for field, value in json.loads(text).items():
            said[field].append(str(value))
    standard = mappings.importing.codes
    for field, label in sorted(plan.labels.items()):
        values = said.get(field, [])
        if not values and field.startswith("extra."):
            continue  # what the Ministry's template has room for and nobody fills in
        if not values:
            yield "column_empty", label, field, 0
            continue
        yield from _unknown_codes(field, label, values, (plan, standard, looks.no_value))
        look = looks.of(values)
        if look.contradicts(field):
            yield "looks_like", label, look.kind, round(look.share * look.filled)


def _unknown_codes(
    field: str,
    label: str,
    values: Sequence[str],
    known: tuple[TablePlan, Mapping[str, Mapping[str, str]], frozenset[str]],
) -> Iterator[tuple[str, str, str, int]]:
    """Words of a column of codes that nothing translates."""
    plan, standard, no_value = known
    attribute = field.partition(".")[2]
    if attribute != "sex" and kind_of(field) != "code":
        return
    words = {*plan.codes.get(field, {}).values()}
    words |= {*standard.get(attribute, {}).values(), *standard.get(field, {}).values()}
    unknown = Counter(
        value for value in values if value not in words and label_key(value) not in no_value
    )
    often = {word: times for word, times in unknown.items() if times >= _OFTEN}
    if len(unknown) > _FEW:
        often = {}
    for word, times in sorted(often.items(), key=lambda item: (-item[1], item[0])):
        yield "code_unknown", label, word, times
    rest = unknown.total() - sum(often.values())
    if rest:
        yield "code_unknown", label, "", rest
