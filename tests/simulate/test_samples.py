import csv

import dbfread
import pytest
import python_calamine

from reconcile.config import samples_folder
from reconcile.simulate.oddities import find
from reconcile.simulate.samples import DELIVERY, readme, write_samples


@pytest.fixture(scope="module")
def again(tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples")
    write_samples(folder)
    return folder


def _content(path):
    """What a file says, whatever its bytes."""
    suffix = path.suffix.lower()
    if suffix in (".xlsx", ".xls") and not path.name.startswith("~$"):
        book = python_calamine.CalamineWorkbook.from_path(path)
        return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    if suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return list(csv.reader(stream, delimiter=";"))
    if suffix == ".dbf":
        table = dbfread.DBF(path, encoding="latin-1", load=True)
        return [*map(dict, table.records), "deleted", *map(dict, table.deleted)]
    return path.read_bytes()


def _files(folder):
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


def test_the_samples_are_what_the_simulator_makes(again):
    samples = samples_folder()
    assert _files(samples) == _files(again)
    for name in _files(samples):
        assert _content(samples / name) == _content(again / name), name


def test_the_samples_have_every_oddity():
    missing = [text for text, seen in find(samples_folder() / DELIVERY).items() if not seen]
    assert missing == []


def test_the_readme_is_up_to_date():
    samples = samples_folder()
    assert (samples / "README.md").read_text(encoding="utf-8") == readme(samples)


def test_the_samples_have_all_types_where_the_formats_have_them():
    with (samples_folder() / "truth" / "rows.csv").open(encoding="utf-8", newline="") as stream:
        seen = {(row["commune"], row["register_type"]) for row in csv.DictReader(stream)}
    assert len(seen) == 15


def test_the_samples_are_small():
    size = sum(path.stat().st_size for path in samples_folder().rglob("*") if path.is_file())
    assert size < 1_500_000
