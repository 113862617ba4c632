"""What a merge promises to those who run it: skipped files, stops, dry runs."""

import shutil

import pytest

from reconcile import pipeline
from reconcile.config import Office
from reconcile.errors import ExportError, ShrinkageError, UsageError, WorkbookError
from reconcile.explaining import explain
from reconcile.outputs import waiting_since
from reconcile.register import open_register
from reconcile.text.language import translate

pytestmark = pytest.mark.usefixtures("quick_merges")


@pytest.fixture(scope="module")
def exports(root):
    """The folder of one commune's files."""
    return root / "sample_exports" / "2025-07-01" / "tan_phong"


def _deliver(folder, exports, files=("tanphong_kh.csv", "tanphong_cmc.csv")):
    for file in files:
        target = folder / "tan_phong" / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(exports / file, target)
    return folder


@pytest.fixture
def deliver(exports, tmp_path):
    """A function that makes a delivery of two small files of one commune."""
    return lambda name, *files: _deliver(tmp_path / name, exports, *files)


@pytest.fixture(scope="module")
def _first(exports, tmp_path_factory):
    """A register that holds the delivery of 1 July."""
    folder = tmp_path_factory.mktemp("first")
    pipeline.merge(
        pipeline.MergeRequest(
            deliveries=(_deliver(folder / "2025-07-01", exports),),
            register=str(folder / "register.db"),
            out=folder / "output",
        )
    )
    return folder / "register.db"


@pytest.fixture
def known(_first, tmp_path):
    """The register of this test holds the delivery of 1 July."""
    shutil.copy(_first, tmp_path / "register.db")
    return tmp_path / "register.db"


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


@pytest.mark.usefixtures("known")
def test_a_skipped_file_is_asked_about_and_nothing_of_it_is_gone(deliver, merge, asked):
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


@pytest.mark.usefixtures("known")
def test_what_no_table_or_commune_claims_is_asked_about_and_covers_everything(
    deliver, merge, asked
):
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


# -- too much is gone ---------------------------------------------------------------------------


def _keep_rows(delivery, file, count):
    path = delivery / "tan_phong" / file
    path.write_bytes(b"\r\n".join(path.read_bytes().splitlines()[: count + 1]) + b"\r\n")


@pytest.mark.usefixtures("known")
def test_a_truncated_export_stops_before_anything_is_written(deliver, merge, tmp_path):
    before = (tmp_path / "register.db").read_bytes()
    short = deliver("2025-08-01")
    _keep_rows(short, "tanphong_cmc.csv", 2)  # of 6: too few for gone_least, but most of them
    with pytest.raises(ShrinkageError) as caught:
        merge(short)
    assert caught.value.values["count"] == 4
    assert (tmp_path / "register.db").read_bytes() == before


@pytest.mark.usefixtures("known")
def test_a_few_gone_entries_are_asked_about(deliver, merge):
    short = deliver("2025-08-01")
    _keep_rows(short, "tanphong_kh.csv", 16)  # of 18
    merged = merge(short)
    assert (merged.changes.entries_gone, merged.questions["gone"]) == (2, 2)


@pytest.mark.parametrize(
    ("gone", "total", "too_much"),
    [
        (2, 2, False),
        (3, 3, True),
        (3, 6, True),
        (3, 7, False),
        (9, 100, False),
        (10, 200, False),
        (10, 199, True),
        (60, 1000, True),
    ],
)
def test_how_much_may_be_gone(gone, total, too_much):
    office = Office(name="UBND", unit="28501@2025")
    assert office.is_too_much_gone(gone, total) is too_much
    assert not office.model_copy(update={"gone_share": 1.0}).is_too_much_gone(gone, total)


@pytest.mark.usefixtures("known")
def test_what_was_gone_before_counts_no_more(deliver, merge):
    for name, kept, gone in (("2025-08-01", 11, 7), ("2025-09-01", 6, 5)):
        short = deliver(name)
        _keep_rows(short, "tanphong_kh.csv", kept)  # of 18
        assert merge(short).changes.entries_gone == gone


@pytest.mark.usefixtures("known")
def test_what_deltas_brought_since_the_last_full_export_does_not_count(deliver, merge):
    more = deliver("2025-08-01", ["tanphong_kt.csv"])
    merge(more, kind="delta")
    full = deliver("2025-09-01", ["tanphong_kh.csv", "tanphong_cmc.csv", "tanphong_kt.csv"])
    _keep_rows(full, "tanphong_kt.csv", 1)  # of 19, which no full export ever had
    merged = merge(full)
    assert merged.changes.entries_gone == 18


@pytest.mark.usefixtures("known")
def test_every_full_export_of_one_run_is_measured_against_the_one_before_it(deliver, merge):
    folders = []
    for name, kept in (("2025-08-01", 13), ("2025-09-01", 9), ("2025-10-01", 6)):
        folders.append(deliver(name))  # gone: 5 of 18, 4 of 13, 3 of 9; together 12 of 18
        _keep_rows(folders[-1], "tanphong_kh.csv", kept)
    assert merge(*folders).changes.entries_gone == 12


def test_a_late_export_is_measured_on_both_sides(deliver, merge):
    early, late = deliver("2025-07-01"), deliver("2025-09-01")
    _keep_rows(early, "tanphong_kh.csv", 4)
    _keep_rows(late, "tanphong_kh.csv", 4)
    merge(early)
    merge(late)
    with pytest.raises(ShrinkageError) as caught:
        merge(deliver("2025-08-01"))
    said = caught.value.values
    assert (said["before"], said["delivery"]) == ("2025-08-01", "2025-09-01")
    assert (said["count"], said["total"]) == (14, 18)


@pytest.mark.usefixtures("known")
def test_an_officer_may_say_that_it_is_right(deliver, merge):
    short = deliver("2025-08-01")
    _keep_rows(short, "tanphong_cmc.csv", 2)
    merged = merge(short, accept_gone=True)
    assert (merged.changes.entries_gone, merged.questions["gone"]) == (4, 4)
    assert merge(deliver("2025-09-01")).changes.conflicts_closed == 4


@pytest.mark.usefixtures("known")
def test_a_book_without_any_file_is_told_and_nothing_of_it_is_gone(deliver, merge):
    merged = merge(deliver("2025-08-01", ["tanphong_kh.csv"]))
    assert merged.changes.entries_gone == 0
    (said,) = merged.attention
    assert said.values["commune"] == "Tân Phong"
    assert (said.values["register_type"], said.values["entries"]) == (
        "Recognition of parent and child",
        6,
    )
    assert "6 mục sổ" in translate(said.template, "vi", **said.values)
    assert "csv" in translate(said.template, "vi", **said.values)
    assert merge(deliver("2025-08-02", ["tanphong_kh.csv"]), kind="delta").attention == ()


def test_what_the_last_run_changed_is_told_and_showing_it_in_full_is_logged(known, tmp_path):
    request = pipeline.ChangesRequest(register=str(known), out=tmp_path / "changes.csv")
    text = pipeline.changes(request)
    assert "Nhận cha, mẹ, con" in text
    lines = (tmp_path / "changes.csv").read_text(encoding="utf-8-sig").splitlines()
    with open_register(str(known), create=False) as register:
        figures = register.runs()[0]["manifest"]["counts"]["changes"]
    assert len(lines) == 1 + sum(figures.values())
    assert [run["verb"] for run in pipeline.runs(str(known))] == ["merge"]
    pipeline.changes(pipeline.ChangesRequest(run="R0001", register=str(known), unmasked=True))
    logged = pipeline.runs(str(known))[-1]
    assert (logged["verb"], logged["arguments"]) == ("changes", {"run": "R0001", "unmasked": True})


@pytest.mark.usefixtures("known")
def test_a_commune_whose_folder_is_forgotten_is_told(deliver, merge, root):
    beside = root / "sample_exports" / "2025-07-01" / "hoi_xuan"

    def with_two_communes(name):
        folder = deliver(name, ["tanphong_kh.csv", "tanphong_cmc.csv"])
        target = folder / "hoi_xuan" / "So ket hon.xls"
        target.parent.mkdir()
        shutil.copy(beside / target.name, target)
        return folder

    assert merge(with_two_communes("2025-08-01")).attention == ()
    forgotten = with_two_communes("2025-09-01")
    shutil.rmtree(forgotten / "tan_phong")
    merged = merge(forgotten)
    (said,) = merged.attention
    assert (said.values["delivery"], said.values["commune"]) == ("2025-09-01", "Tân Phong")
    assert said.values["entries"] > 6
    assert merged.changes.entries_gone == 0
    # Where communes were never handed over together, none is missed.
    alone = deliver("2025-10-01")
    assert merge(alone).attention == ()


def test_decisions_wait_since_the_first_run_of_an_unbroken_row():
    def run(name, waiting, undone_by=""):
        return {"run": name, "manifest": {"waiting": waiting}, "undone_by": undone_by}

    told = [
        run("R0001", {"J-1": "R0001", "J-2": "R0001"}),
        run("R0002", {"J-1": "R0001"}),
        {"run": "R0003", "manifest": {}, "undone_by": ""},
        run("R0004", {}, undone_by="R0005"),
    ]
    assert waiting_since(told, ["J-1", "J-2"], "R0006") == {"J-1": "R0001", "J-2": "R0006"}


# -- dates, dry runs, workbooks -----------------------------------------------------------------


def test_a_merge_says_where_its_dates_come_from(deliver, merge):
    merged = merge(deliver("2025-07-01"), deliver("giao moi", ["tanphong_cmc.csv"]))
    said = dict(zip(merged.deliveries["delivery"], merged.deliveries["date_source"], strict=True))
    assert said == {"2025-07-01": "folder", "giao moi": "today"}


def test_a_dry_run_without_a_register_leaves_nothing(deliver, merge, tmp_path):
    delivery = deliver("2025-07-01")
    merged = merge(delivery, dry_run=True)
    assert (merged.run, merged.entries) == ("", 24)
    assert [path.name for path in tmp_path.iterdir()] == [delivery.name]


def test_a_dry_run_leaves_the_register_as_it_was(deliver, merge, known):
    before = known.read_bytes()
    merged = merge(deliver("2025-08-01", ["tanphong_kt.csv"]), dry_run=True)
    assert merged.changes.entries_new == 19
    assert known.read_bytes() == before


@pytest.mark.usefixtures("known")
def test_the_same_delivery_again_changes_nothing(deliver, merge):
    merged = merge(deliver("2025-07-01"))
    assert not any(vars(merged.changes).values())
    told = merged.accounting[["new", "changed", "unchanged"]].sum()
    assert told["unchanged"] > 0
    assert told["new"] == told["changed"] == 0


def _told(merged):
    return merged.accounting[["new", "changed", "unchanged", "repeated"]].sum().to_dict()


@pytest.mark.usefixtures("known")
def test_a_file_saved_anew_or_renamed_or_copied_into_another_folder_brings_nothing(deliver, merge):
    again = deliver("2025-07-01")
    file = again / "tan_phong" / "tanphong_kh.csv"
    file.write_bytes(file.read_bytes().replace(b"\r\n", b"\n"))
    assert _told(merge(again)) == {"new": 0, "changed": 0, "unchanged": 24, "repeated": 0}
    file.rename(file.with_name("tanphong_kh (2).csv"))
    assert _told(merge(again))["new"] == 0
    for name in ("2025-06-01", "2025-09-01"):
        merged = merge(deliver(name))
        assert _told(merged) == {"new": 0, "changed": 0, "unchanged": 24, "repeated": 0}
        assert not any(vars(merged.changes).values())


def test_an_older_version_that_comes_late_is_told_as_changed_and_changes_no_entry(deliver, merge):
    late = deliver("2025-07-01")
    file = late / "tan_phong" / "tanphong_kh.csv"
    text = file.read_bytes()
    line = text.splitlines()[1]
    merge(deliver("2025-08-01"))
    file.write_bytes(text.replace(line, line.replace(b"19", b"18", 1)))
    merged = merge(late)
    assert _told(merged) == {"new": 0, "changed": 1, "unchanged": 23, "repeated": 0}
    assert (merged.changes.entries_new, merged.changes.entries_changed) == (0, 0)


@pytest.mark.usefixtures("known")
def test_what_a_later_export_changed_in_an_entry_is_kept_and_shown(deliver, merge, tmp_path):
    later = deliver("2025-08-01")
    file = later / "tan_phong" / "tanphong_kh.csv"
    head, line = file.read_bytes().splitlines()[:2]
    cells = line.split(b";")
    column = head.split(b";").index(b"chong_ho_ten")
    cells[column] = b"Nguyen Van Moi"
    file.write_bytes(file.read_bytes().replace(line, b";".join(cells)))
    assert merge(later).changes.entries_changed == 1
    register = str(tmp_path / "register.db")
    with open_register(register, create=False) as opened:
        rows = opened.rows()
    changed = rows.loc[rows["outcome"] == "changed", "entry_id"].item()
    masked, full = (
        "\n".join(line for chapter in told.chapters for line in chapter.text)
        for told in (
            explain(pipeline.Question((changed,), register, language="en", unmasked=unmasked))
            for unmasked in (False, True)
        )
    )
    assert "1: 2025-07-01, 2025-07-01/tan_phong/tanphong_kh.csv, row 2" in masked
    assert "2: 2025-08-01, 2025-08-01/tan_phong/tanphong_kh.csv, row 2" in masked
    assert "→ N. V. M." in masked
    assert "Moi" not in masked
    assert "→ Nguyen Van Moi" in full


@pytest.mark.usefixtures("known")
def test_a_book_whose_numbers_moved_and_whose_keys_were_given_out_again(deliver, merge):
    moved = deliver("2025-08-01")
    file = moved / "tan_phong" / "tanphong_kh.csv"
    head, *lines = file.read_bytes().splitlines()
    rows = [line.split(b";") for line in lines]
    keys = [row[0] for row in rows]
    for row, key in zip(rows, [keys[-1], *keys[:-1]], strict=True):
        number, _, year = row[1].partition(b"/")
        row[0], row[1] = key, b"%d/%s" % (int(number) + 1, year)
    rows[3][5] += b"G"  # and the name of a husband is mended
    file.write_bytes(b"\r\n".join([head, *(b";".join(row) for row in rows)]) + b"\r\n")
    merged = merge(moved)
    changes = merged.changes
    assert (changes.entries_new, changes.entries_changed, changes.entries_gone) == (0, 18, 0)
    assert _told(merged) == {"new": 0, "changed": 18, "unchanged": 6, "repeated": 0}


def test_workbooks_that_cannot_be_read_are_all_named_and_nothing_is_applied(tmp_path):
    paths = [tmp_path / "broken.xlsx", tmp_path / "other.csv"]
    paths[0].write_bytes(b"no workbook")
    paths[1].write_bytes(b"a,b\n1,2\n")
    request = pipeline.ReviewRequest(tuple(paths), register=str(tmp_path / "register.db"))
    with pytest.raises(WorkbookError) as caught:
        pipeline.review_workbooks(request)
    assert [fault.file for fault in caught.value.faults] == [str(path) for path in paths]
    missing = pipeline.ReviewRequest((*paths, tmp_path / "gone.xlsx"))
    with pytest.raises(UsageError, match=r"gone\.xlsx"):
        pipeline.review_workbooks(missing)
