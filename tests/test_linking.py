"""``link``: any table of persons in, one cluster per record and the fitted model out."""

import csv
import random
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import cli
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


def test_the_order_of_tables_changes_nothing(tmp_path, model):
    records, _ = people()
    paths = [write(tmp_path / f"{n}.csv", records[n::2]) for n in (0, 1)]
    found = [
        pipeline.link(LinkRequest(tables, model, tmp_path / f"o{at}.csv"))
        for at, tables in enumerate([tuple(paths), tuple(reversed(paths))])
    ]
    one, other = (each.clusters.sort_values("id", ignore_index=True) for each in found)
    assert one.equals(other)


def test_two_tables_of_one_name_are_refused(tmp_path, model):
    (tmp_path / "a").mkdir()
    paths = [write(folder / "t.csv", people(3, 0)[0]) for folder in (tmp_path, tmp_path / "a")]
    with pytest.raises(TableError, match="same file name"):
        pipeline.link(LinkRequest(tuple(paths), model, tmp_path / "o.csv"))


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


def read_fault(tmp_path, model, content, name="t.csv"):
    table = tmp_path / name
    table.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(TableError) as fault:
        pipeline.link(LinkRequest((table,), model, tmp_path / "o.csv"))
    return str(fault.value)


HEADING = "key,given,family,born,town,member"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "is empty"),
        (f"{HEADING}\n1,an,tran\n", "row 2: has 3 cells where the heading has 6"),
        (f"{HEADING},given\n", "column 7 has the same name"),
        (f"{HEADING}\n,an,tran,,,\n", "record 1: has no id"),
        (f"{HEADING}\n1,an,tran,,,\n\n1,an,le,,,\n", "record 2: an earlier record has the same id"),
        ("ké,given\n".encode("cp1258"), "is not UTF-8 text"),
        (f"{HEADING}\n1,{'a' * 200_000},tran,,,\n", "is damaged, or no csv"),
    ],
)
def test_what_is_wrong_with_a_csv_is_told(tmp_path, model, content, told):
    message = read_fault(tmp_path, model, content)
    assert told in message
    assert "tran" not in message


def test_other_files_are_no_tables(tmp_path, model):
    assert "only .csv and .parquet" in read_fault(tmp_path, model, b"PK", "t.xlsx")
    assert "is no parquet file" in read_fault(tmp_path, model, b"key,given\n", "u.parquet")
    with pytest.raises(TableError, match="cannot be read"):
        pipeline.link(LinkRequest((tmp_path / "absent.csv",), model, tmp_path / "o.csv"))


def test_without_a_column_of_ids_the_command_says_what_to_add(tmp_path, model):
    model.write_text(MODEL.replace('id = "key"', "", 1), encoding="utf-8")
    with pytest.raises(ModelError, match="add --id"):
        pipeline.link(LinkRequest((tmp_path / "t.csv",), model, tmp_path / "o.csv"))


def test_parquet_and_csv_with_semicolons_say_the_same(tmp_path, model):
    records, _ = people(120, 60)
    frame = pd.DataFrame(records)
    frame.to_csv(tmp_path / "t.csv", index=False, sep=";", encoding="utf-8-sig")
    typed = frame.assign(
        member=pd.to_numeric(frame["member"]).astype("float64"),
        born=pd.to_datetime(frame["born"]),
    )
    typed.to_parquet(tmp_path / "t.parquet")
    found = [
        pipeline.link(
            LinkRequest((tmp_path / f"t.{form}",), model, tmp_path / f"{form}.csv", "key")
        )
        for form in ("csv", "parquet")
    ]
    assert found[0].clusters.equals(found[1].clusters)


def test_copies_of_a_record_are_one_person_however_many(ask):
    records, _ = people(50, 0)
    copies = [records[7] | {"key": f"c{number}"} for number in range(45)]
    linked, _ = ask(records + copies)
    groups = partition(linked.clusters)
    assert {"k7", *(f"c{number}" for number in range(45))} in groups
    assert len(groups) == 50


def test_where_a_table_holds_a_person_once_ties_are_left_alone(ask, model):
    model.write_text(
        MODEL.replace('id = "key"', 'id = "key"\none_per_table = true', 1), encoding="utf-8"
    )
    records, _ = people(200, 0)
    beside = [record | {"key": f"b{record['key']}"} for record in records]
    twice = [records[3] | {"key": "again"}]
    linked, _ = ask(records + twice, beside)
    groups = partition(linked.clusters)
    assert {"k9", "bk9"} in groups
    assert {"k3"} in groups
    assert {"again"} in groups
    assert {"bk3"} in groups
    assert list(linked.clusters["table"].unique()) == ["t0.csv", "t1.csv"]
    assert linked.persons == 200 + 2


def test_a_table_of_one_record_or_none_is_linked(ask, tmp_path, model):
    records, _ = people(1, 0)
    linked, _ = ask(records)
    assert linked.clusters["cluster_id"].tolist() == [1]
    (tmp_path / "none.csv").write_text(",".join(records[0]) + "\n", encoding="utf-8")
    none = pipeline.link(LinkRequest((tmp_path / "none.csv",), model, tmp_path / "none_out.csv"))
    assert none.clusters.empty
    assert none.persons == 0


def test_the_command(tmp_path, model):
    records, _ = people(80, 30)
    table = str(write(tmp_path / "t.csv", records))
    out = tmp_path / "o.csv"
    asked = ["link", table, "--model", str(model), "--out"]
    done = CliRunner().invoke(cli.app, [*asked, str(out)])
    assert done.exit_code == 0, done.output
    assert "110 bản ghi" in done.output
    assert "o.model.toml" in done.output
    assert out.read_text(encoding="utf-8").startswith("id,cluster_id\n")
    shown = CliRunner().invoke(cli.app, [*asked, "-"])
    assert shown.output == out.read_text(encoding="utf-8")
    assert CliRunner().invoke(cli.app, [*asked, str(out)]).exit_code == 2
    nothing = CliRunner().invoke(cli.app, [*asked, str(tmp_path / "n.csv"), "--id", "number"])
    assert nothing.exit_code == 3
    assert "number" in nothing.output
