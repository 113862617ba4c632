"""``link``: any table of persons in, one cluster per record and the fitted model out."""

import csv
import random
from pathlib import Path

import pandas as pd
import pytest

from reconcile import pipeline
from reconcile.errors import ModelError, TableError, UsageError
from reconcile.match.table import load_table_model
from reconcile.requests import LinkRequest

GIVEN = ["emma", "noah", "olivia", "liam", "ava", "william", "sophia", "james", "mia", "lucas"]
FAMILY = ["smith", "jones", "taylor", "brown", "wilson", "evans", "thomas", "roberts", "walker"]
TOWNS = ["north end", "lakeside", "old mill", "st marys", "greenfield", "high hill", "westport"]

MODEL = """
version = "test.1"
id = "key"

[[comparisons]]
id = "given"
kind = "name"
elsewhere = ["family"]

[[comparisons]]
id = "family"
kind = "name"
elsewhere = ["given"]

[[comparisons]]
id = "born"
kind = "date"

[[comparisons]]
id = "town"
kind = "text"

[[comparisons]]
id = "member"
kind = "code"
"""


def person(chance, number):
    born = f"{chance.randint(1930, 2015)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
    return {
        "key": f"k{number}",
        "given": chance.choice(GIVEN),
        "family": chance.choice(FAMILY),
        "born": born,
        "town": chance.choice(TOWNS),
        "member": f"{chance.randint(100000, 999999)}",
    }


def slipped(chance, record, number):
    """A second record of the same person with one slip in it."""
    copy = record | {"key": f"k{number}"}
    kind = chance.randrange(5)
    if kind == 0:
        copy["given"], copy["family"] = copy["family"], copy["given"]
    elif kind == 1:
        place = chance.randrange(len(copy["family"]))
        copy["family"] = copy["family"][:place] + "x" + copy["family"][place + 1 :]
    elif kind == 2:
        copy["born"] = ""
    elif kind == 3:
        copy["member"] = copy["member"][1] + copy["member"][0] + copy["member"][2:]
    else:
        copy["town"] = copy["town"].replace(" ", "")
    return copy


def people(count=400, copies=150, seed=3):
    chance = random.Random(seed)  # noqa: S311 - no secret
    records = [person(chance, number) for number in range(count)]
    truth = {record["key"]: record["key"] for record in records}
    for number in range(count, count + copies):
        of = records[chance.randrange(count)]
        records.append(slipped(chance, of, number))
        truth[f"k{number}"] = of["key"]
    return records, truth


def write(path, records):
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(records[0]))
        writer.writeheader()
        writer.writerows(records)
    return path


def partition(clusters, ids="id"):
    return {frozenset(group[ids]) for _, group in clusters.groupby("cluster_id")}


def linked_pairs(groups):
    return {(a, b) for group in groups for a in group for b in group if a < b}


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "model.toml"
    path.write_text(MODEL, encoding="utf-8")
    return path


@pytest.fixture
def ask(tmp_path, model):
    """Link tables of records in a folder of their own each time."""
    calls = iter(range(100))

    def link(*tables, **options):
        folder = tmp_path / f"call{next(calls)}"
        folder.mkdir()
        paths = [write(folder / f"t{at}.csv", table) for at, table in enumerate(tables)]
        request = LinkRequest(tuple(paths), options.pop("model", model), folder / "out.csv")
        return pipeline.link(request), folder

    return link


def test_records_with_slips_find_each_other(ask):
    records, truth = people()
    linked, _ = ask(records)
    found = linked_pairs(partition(linked.clusters))
    same = pd.DataFrame({"id": list(truth), "cluster_id": list(truth.values())})
    wanted = linked_pairs(partition(same))
    assert len(found & wanted) / len(found) >= 0.99
    assert len(found & wanted) / len(wanted) >= 0.97
    assert linked.persons == linked.clusters["cluster_id"].nunique()
    assert linked.links == len(records) - linked.persons


def test_the_outputs_are_one_row_per_record_and_the_model(ask):
    records, _ = people(60, 20)
    linked, folder = ask(records)
    written = pd.read_csv(folder / "out.csv", dtype=str)
    assert list(written.columns) == ["id", "cluster_id"]
    assert list(written["id"]) == [record["key"] for record in records]
    assert linked.fitted == folder / "out.model.toml"
    assert load_table_model(linked.fitted).fitted


def test_the_fitted_model_links_as_the_run_that_wrote_it(ask):
    records, _ = people()
    first, folder = ask(records)
    again, other = ask(records, model=first.fitted)
    assert again.clusters.equals(first.clusters)
    assert (other / "out.model.toml").read_text() == (folder / "out.model.toml").read_text()


def test_the_order_of_rows_changes_nothing(ask):
    records, _ = people()
    shuffled = records.copy()
    random.Random(8).shuffle(shuffled)  # noqa: S311 - no secret
    first, folder = ask(records)
    again, other = ask(shuffled)
    by_id = first.clusters.sort_values("id", ignore_index=True)
    assert by_id.equals(again.clusters.sort_values("id", ignore_index=True))
    assert (other / "out.model.toml").read_text() == (folder / "out.model.toml").read_text()


def test_nothing_is_written_over(ask, model):
    records, _ = people(20, 5)
    linked, folder = ask(records)
    request = LinkRequest((folder / "t0.csv",), model, folder / "out.csv")
    with pytest.raises(UsageError, match=r"out\.csv exists already"):
        pipeline.link(request)
    assert linked.fitted is not None


def test_a_missing_column_is_named(tmp_path, model):
    table = tmp_path / "t.csv"
    table.write_text("key,given,born\n1,an,2000-01-01\n", encoding="utf-8")
    with pytest.raises(TableError, match="names no column family, town, member"):
        pipeline.link(LinkRequest((table,), model, tmp_path / "o.csv"))


def test_an_unknown_model_is_told_with_the_shipped_ones(tmp_path):
    with pytest.raises(ModelError, match="shipped are: febrl, febrl4"):
        pipeline.link(LinkRequest((tmp_path / "t.csv",), Path("fabrl"), None))
