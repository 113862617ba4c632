"""Linking any table of persons: files in, one cluster per record and the fitted model out.

One-shot and without a register. The records are put into an order of their own first, so the
partition does not depend on the order of the rows or of the tables.
"""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from reconcile.config import mappings_folder
from reconcile.errors import ModelError, TableError, UsageError
from reconcile.files import new_file
from reconcile.match.table import TableModel, load_table_model, match_table, written
from reconcile.model import JUDGEMENTS, KIN, LIVE_ENTRIES, LIVE_MENTIONS
from reconcile.resolve.clusters import Bounds, cluster
from reconcile.resolve.constraints import load_hard_rules
from reconcile.resolve.second_look import WEIGHT_ALONE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from reconcile.model import Table
    from reconcile.requests import LinkRequest
    from reconcile.resolve.constraints import HardRules

    Ints = NDArray[np.int64]

_TIE: Final = 1e-6  # bits, finer than any difference of weights
_MODELS: Final = "models"  # folder of the shipped model files, below the mappings
_SEPARATORS: Final = ",;\t|"
_AT_ONCE: Final = 100_000  # rows held as single cells while a csv is read; bounds memory
_OUT: Final = ("id", "cluster_id")


@dataclass(frozen=True)
class Linked:
    """What linking found.

    Attributes:
        clusters: one row per record in the order of the files: ``id``, ``cluster_id``, with
            several tables also ``table``, its file name.
        model: the model with the figures that were used.
        expected_false: expected number of false ones among the links that made the clusters.
        links: number of these links: records less clusters.
        fitted: the model file that was written, None where none was.
    """

    clusters: pd.DataFrame
    model: TableModel
    expected_false: float
    links: int
    fitted: Path | None = None

    @property
    def persons(self) -> int:
        """Number of clusters."""
        return int(self.clusters["cluster_id"].nunique())


def link(request: LinkRequest, progress: Callable[[str, int, int], None]) -> Linked:
    """Link the records of one or more tables and write the outcome.

    Args:
        request: what to link.
        progress: called with a stage, steps done and steps in all.

    Raises:
        ModelError: the model file is missing or does not fit.
        TableError: a table cannot be read, or lacks a column, or its ids are not unique.
        UsageError: an output exists already.
    """
    mappings = request.mappings or mappings_folder()
    model = load_table_model(_model_file(request.model, mappings))
    if request.id:
        model = model.model_copy(update={"id": request.id})
    fitted = _beside(request.out)
    for target in (request.out, fitted):
        _refuse_existing(target)
    progress("read", 0, 1)
    records = read_records(request.tables, model)
    linked = link_records(records, model, load_hard_rules(mappings), progress)
    with new_file(request.out) as stream:
        stream.write(linked.clusters.to_csv(index=False, lineterminator="\n").encode("utf-8"))
    if fitted is None:
        return linked
    with new_file(fitted) as stream:
        stream.write(written(linked.model).encode("utf-8"))
    return Linked(linked.clusters, linked.model, linked.expected_false, linked.links, fitted)


def _model_file(model: Path, mappings: Path) -> Path:
    shipped = mappings / _MODELS / f"{model.name}.toml"
    if model.exists() or model.suffix or model.name != str(model):
        return model
    if shipped.exists():
        return shipped
    known = sorted(path.stem for path in shipped.parent.glob("*.toml"))
    raise ModelError(
        "There is no model file {file}, and no shipped model of that name; shipped are: {known}.",
        file=model.name,
        known=", ".join(known),
    )


def _beside(out: Path | None) -> Path | None:
    return None if out is None else out.with_name(f"{out.stem}.model.toml")


def _refuse_existing(target: Path | None) -> None:
    if target is not None and target.exists():
        raise UsageError(
            "{file} exists already and is not overwritten; move it away or choose another name.",
            file=target.name,
        )


# -- reading ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Records:
    """The records of all tables, one below the other.

    Attributes:
        cells: columns that the model compares, texts, ``""`` where there is no value.
        ids: id of each record.
        of_table: number of its table.
        tables: names of the tables' files.
    """

    cells: pd.DataFrame
    ids: list[str]
    of_table: Ints
    tables: tuple[str, ...]


def read_records(paths: Sequence[Path], model: TableModel) -> Records:
    """Read the tables and check that they have what the model needs.

    Args:
        paths: csv or parquet files.
        model: the model, for the columns and the id.

    Raises:
        TableError: a table cannot be read, lacks a column, or its ids are not unique.
        ModelError: neither the model nor the command names the column of ids.
    """
    if not model.id:
        raise ModelError(
            "Neither the model file nor --id names the column with the records' ids; add --id."
        )
    names = [path.name for path in paths]
    if len(set(names)) < len(names):
        raise TableError(
            "Two tables have the same file name; rename one, to tell their records apart."
        )
    needed = [model.id, *dict.fromkeys(comparison.reads for comparison in model.comparisons)]
    tables = [_with_columns(path, needed) for path in paths]
    for path, table in zip(paths, tables, strict=True):
        _check_ids(path.name, table[model.id])
    whole = pd.concat(tables, ignore_index=True)
    of_table = np.repeat(np.arange(len(tables)), [len(table) for table in tables])
    ids = [str(identifier) for identifier in whole[model.id]]
    return Records(whole, ids, of_table.astype(np.int64), tuple(path.name for path in paths))


def _with_columns(path: Path, needed: list[str]) -> pd.DataFrame:
    table = _read(path)
    missing = [column for column in needed if column not in table]
    if missing:
        raise TableError(
            "{file}: its first row names no column {missing}. Write the table's own names into the "
            "model file (column = …); the column of ids can be named with --id.",
            file=path.name,
            missing=", ".join(missing),
        )
    return pd.DataFrame({column: _as_texts(table[column]) for column in needed})


def _check_ids(name: str, ids: pd.Series[str]) -> None:
    none, again = ids == "", ids.duplicated()
    if none.any():
        raise TableError(
            "{file}, record {row}: has no id. Every record needs one of its own.",
            file=name,
            row=int(np.flatnonzero(none)[0]) + 1,
        )
    if again.any():
        raise TableError(
            "{file}, record {row}: an earlier record has the same id. Every record needs one of "
            "its own.",
            file=name,
            row=int(np.flatnonzero(again)[0]) + 1,
        )


def _read(path: Path) -> pd.DataFrame:
    if path.suffix.lower() not in (".csv", ".parquet"):
        raise TableError("{file}: only .csv and .parquet tables can be linked.", file=path.name)
    try:
        content = path.read_bytes()
        if path.suffix.lower() == ".parquet":
            return pd.read_parquet(io.BytesIO(content))
        return _read_csv(content.decode("utf-8-sig"), path.name)
    except OSError as error:
        raise TableError(
            "{file}: cannot be read ({reason}).", file=path.name, reason=error.strerror or "?"
        ) from error
    except UnicodeDecodeError as error:
        raise TableError(
            "{file}: is not UTF-8 text; save it as “CSV UTF-8” and try again.", file=path.name
        ) from error
    except csv.Error as error:
        raise TableError(
            "{file}: is damaged, or no csv; save it again and try anew.", file=path.name
        ) from error
    except ValueError as error:  # pyarrow's own error is one
        raise TableError("{file}: is no parquet file.", file=path.name) from error


def _read_csv(text: str, name: str) -> pd.DataFrame:
    """Every cell as text; lines that do not fit the heading are told, not guessed at."""
    heading = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=heading.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    columns = [column.strip() for column in next(lines, [])]
    if not any(columns):
        raise TableError("{file}: is empty; its first row must name the columns.", file=name)
    if len(set(columns)) < len(columns):
        twice = next(place for place, column in enumerate(columns) if column in columns[:place])
        raise TableError(
            "{file}: column {number} has the same name as an earlier one; name columns apart.",
            file=name,
            number=twice + 1,
        )
    parts = [pd.DataFrame(columns=columns, dtype="str")]
    whole = _whole_lines(lines, len(columns), name)
    while part := list(islice(whole, _AT_ONCE)):
        parts.append(pd.DataFrame(part, columns=columns, dtype="str"))
    return pd.concat(parts, ignore_index=True)


def _whole_lines(lines: Iterable[list[str]], cells: int, name: str) -> Iterator[list[str]]:
    """Lines with as many cells as the heading; empty ones are left out."""
    for number, line in enumerate(lines, start=2):
        if line and len(line) != cells:
            raise TableError(
                "{file}, row {row}: has {found} cells where the heading has {wanted}.",
                file=name,
                row=number,
                found=len(line),
                wanted=cells,
            )
        if line:
            yield line


def _as_texts(column: pd.Series[Any]) -> pd.Series[str]:
    """Cells as text: whole numbers without a point, dates as ISO, nothing as an empty text."""
    if pd.api.types.is_float_dtype(column.dtype):
        whole = column.dropna()
        if bool((whole == whole.round()).all()):
            column = column.astype("Int64")
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        column = column.dt.strftime("%Y-%m-%d")
    missing = column.isna()
    return column.astype("str").where(~missing, "").fillna("").astype("str").str.strip()


# -- linking ------------------------------------------------------------------------------------


def link_records(
    records: Records,
    model: TableModel,
    rules: HardRules,
    progress: Callable[[str, int, int], None],
) -> Linked:
    """Link records that are read.

    Args:
        records: the records.
        model: the model.
        rules: how clusters are scored; the model's thresholds take the place of its figures.
        progress: called with a stage, steps done and steps in all.
    """
    order = _own_order(records, model)
    cells = records.cells.iloc[order].reset_index(drop=True)
    progress("match", 0, 1)
    matched = match_table(cells, records.of_table[order], model)
    progress("resolve", 0, 1)
    mentions, entries = _as_mentions(records.of_table[order], model)
    found = cluster(
        mentions,
        entries,
        KIN.empty(),
        matched.pairs,
        JUDGEMENTS.empty(),
        _bounds(matched.model, rules),
        {},
    )
    person = np.empty(len(order), dtype=np.int64)
    person[order] = found.person.to_numpy(dtype=np.int64)
    doubt = 1 / (1 + np.exp2(found.joined["weight"].to_numpy(dtype=np.float64)))
    return Linked(_clusters(records, person), matched.model, float(doubt.sum()), len(found.joined))


def _own_order(records: Records, model: TableModel) -> Ints:
    """Positions of the records in an order that only their contents and ids decide."""
    columns = list(dict.fromkeys(comparison.reads for comparison in model.comparisons))
    # A hash, so that neighbours in this order have nothing in common: samples step through it.
    contents = pd.util.hash_pandas_object(records.cells[columns], index=False).to_numpy()
    rank = pd.Series(records.ids, dtype="str").rank(method="min").to_numpy()
    names = np.array(records.tables, dtype=object)[records.of_table]
    return np.lexsort((pd.factorize(names, sort=True)[0], rank, contents)).astype(np.int64)


def _as_mentions(of_table: Ints, model: TableModel) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The records as the clustering takes them: LIVE_MENTIONS and LIVE_ENTRIES.

    Each is an entry of its own; where a table holds a person at most once, the table is one entry
    with many roles.
    """
    alone = np.arange(len(of_table))
    entry = of_table if model.one_per_table else alone
    mentions = _empty_lines(LIVE_MENTIONS, "mention_key", len(of_table))
    mentions["entry"] = pd.Series(entry, dtype="Int32")
    mentions["distinct"] = True
    entries = _empty_lines(LIVE_ENTRIES, "entry_key", int(entry.max(initial=-1)) + 1)
    return LIVE_MENTIONS.check(mentions), LIVE_ENTRIES.check(entries)


def _empty_lines(table: Table, key: str, count: int) -> pd.DataFrame:
    """Lines of a table that say nothing but their key; made of one, which is quick."""
    line = table.build([{key: ""}])
    lines = line.iloc[np.zeros(count, dtype=np.int64)].reset_index(drop=True)
    lines[key] = pd.Series([f"{position:09d}" for position in range(count)], dtype="str")
    return lines


def _bounds(model: TableModel, rules: HardRules) -> Bounds:
    """The thresholds of the model in bits; who else fits was not measured for other tables."""
    assert model.prior is not None  # noqa: S101 - fitted
    own = model.thresholds
    # A little more than even odds, so that of two that fit equally well neither is taken.
    link = math.log2(own.link / (1 - own.link)) + _TIE
    thresholds = rules.thresholds.model_copy(
        update={
            "prior_bits": link,
            "against_bits": own.against_bits,
            "bridge_bits": own.bridge_bits,
            "large_cluster": own.large_cluster,
        }
    )
    scored = rules.model_copy(update={"thresholds": thresholds, "second_look": WEIGHT_ALONE})
    bridge = link + own.bridge_bits
    return Bounds(link=link, bridge=bridge, aged=link, question=link, rules=scored)


def _clusters(records: Records, person: Ints) -> pd.DataFrame:
    """One row per record in the order of the files; clusters are numbered by their least id."""
    names = [records.tables[number] for number in records.of_table.tolist()]
    least: dict[int, tuple[str, str]] = {}
    for number, key in zip(person.tolist(), zip(records.ids, names, strict=True), strict=True):
        least[number] = min(least.get(number, key), key)
    numbers = {
        number: place for place, number in enumerate(sorted(least, key=least.__getitem__), start=1)
    }
    clusters = [numbers[number] for number in person.tolist()]
    table = pd.DataFrame(dict(zip(_OUT, (records.ids, clusters), strict=True)))
    return table.assign(table=names) if len(records.tables) > 1 else table
