"""What a merge promises to those who run it: skipped files, stops, dry runs."""

import shutil

import pytest

from reconcile import pipeline
from reconcile.errors import ExportError
from reconcile.register import open_register
from reconcile.validate import validation

_COMMUNE = "2025-07-01/tan_phong"


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Outputs, and expectations on single contents, are the work of other tests, and slow."""
    monkeypatch.setattr(pipeline, "write_outputs", lambda *_: {})
    monkeypatch.setattr(validation, "load_suites", lambda *_: {})


@pytest.fixture
def deliver(root, tmp_path):
    """A function that makes a delivery of two small files of one commune."""

    def make(name, files=("tanphong_kh.csv", "tanphong_cmc.csv")):
        for file in files:
            target = tmp_path / name / "tan_phong" / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / "sample_exports" / _COMMUNE / file, target)
        return tmp_path / name

    return make


@pytest.fixture
def merge(tmp_path):
    """A function that merges deliveries into the register of this test."""

    def run(*deliveries, **options):
        request = pipeline.MergeRequest(
            deliveries=deliveries,
            register=str(tmp_path / "register.db"),
            out=tmp_path / "output",
            **options,
        )
        return pipeline.merge(request)

    return run


@pytest.fixture
def asked(tmp_path):
    """A function that says which conflicts of a kind wait, as a list of files."""

    def find(kind):
        with open_register(str(tmp_path / "register.db"), create=False) as register:
            found = register.conflicts()
        found = found[(found["kind"] == kind) & (found["state"] == "open")]
        return [text.partition('"file": "')[2].partition('"')[0] for text in found["positions"]]

    return find


# -- files that cannot be read ------------------------------------------------------------------


def test_a_skipped_file_is_asked_about_and_nothing_of_it_is_gone(deliver, merge, asked):
    merge(deliver("2025-07-01"))
    broken = deliver("2025-08-01")
    (broken / "tan_phong" / "tanphong_kh.csv").write_bytes(b"")
    with pytest.raises(ExportError):
        merge(broken)
    merged = merge(broken, skip_unreadable=True)
    assert merged.questions["unreadable_file"] == 1
    assert merged.changes.entries_gone == 0
    assert asked("unreadable_file") == ["tanphong_kh.csv"]


def test_the_question_stays_until_the_file_is_delivered_readable(deliver, merge, asked):
    broken = deliver("2025-07-01")
    (broken / "tan_phong" / "tanphong_kh.csv").write_bytes(b"")
    merge(broken, skip_unreadable=True)
    merge(deliver("2025-07-02", ["tanphong_cmc.csv"]))
    assert asked("unreadable_file") == ["tanphong_kh.csv"]
    merge(deliver("2025-07-03"))
    assert asked("unreadable_file") == []


def test_a_folder_that_is_merged_again_after_repair_closes_the_question(deliver, merge, asked):
    broken = deliver("2025-07-01")
    (broken / "tan_phong" / "tanphong_kh.csv").write_bytes(b"")
    merge(broken, skip_unreadable=True)
    merge(deliver("2025-07-01"))
    assert asked("unreadable_file") == []


def test_what_no_table_or_commune_claims_is_asked_about_and_covers_everything(
    deliver, merge, asked
):
    merge(deliver("2025-07-01"))
    odd = deliver("2025-08-01", ["tanphong_cmc.csv"])
    (odd / "tan_phong" / "ket hon moi.csv").write_bytes(b"a;b\n1;2\n")
    (odd / "xa la").mkdir()
    (odd / "xa la" / "tanphong_kt.csv").write_bytes(b"a;b\n3;4\n")
    merged = merge(odd, skip_unreadable=True)
    assert sorted(asked("unreadable_file")) == ["ket hon moi.csv", "xa la/tanphong_kt.csv"]
    assert merged.changes.entries_gone == 0


def test_a_file_that_was_moved_to_its_place_is_no_longer_asked_about(deliver, merge, asked):
    odd = deliver("2025-07-01")
    place = odd / "tan_phong" / "tanphong_kh.csv"
    (odd / "xa la").mkdir()
    place.rename(odd / "xa la" / "tanphong_kh.csv")
    merge(odd, skip_unreadable=True)
    assert asked("unreadable_file") == ["xa la/tanphong_kh.csv"]
    (odd / "xa la" / "tanphong_kh.csv").rename(place)
    merge(odd)
    assert asked("unreadable_file") == []


def test_a_delivery_toml_that_makes_no_sense_is_never_skipped(deliver, merge):
    odd = deliver("2025-07-01")
    (odd / "delivery.toml").write_text('kind = "some"', encoding="utf-8")
    with pytest.raises(ExportError):
        merge(odd, skip_unreadable=True)
