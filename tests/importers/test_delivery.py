import datetime
import json
import unicodedata

import pytest

from reconcile.errors import ExportError, UsageError
from reconcile.importers.manifest import date_in_name
from reconcile.text.language import translate
from tests.importers.exports import CSV_HN, KS_CODES, hn_line, ks_row, put, read, xlsx


def _hiep_duc(folder):
    return xlsx(folder / "KS.2007.01.xlsx", {"KS": [KS_CODES, ks_row()]})


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("2025-07-01", (2025, 7, 1)),
        ("20250701", (2025, 7, 1)),
        ("01-07-2025", (2025, 7, 1)),
        ("giao 1.7.2025", (2025, 7, 1)),
        ("2025-07-01_b", (2025, 7, 1)),
        ("2025-13-01", None),
        ("xuat lan 2", None),
        ("123202507019", None),
    ],
)
def test_date_in_name(name, date):
    assert date_in_name(name) == (datetime.date(*date) if date else None)


def test_date_and_kind_come_from_the_folder_then_options_then_delivery_toml(tmp_path):
    folder = tmp_path / "2025-07-01"
    _hiep_duc(folder / "hiep_duc")
    put(folder / "hoi_xuan" / "ghi chu.txt", "x")
    line = read(folder).deliveries.set_index("commune").loc["hiep_duc"]
    assert (line["date"], line["sequence"], line["kind"]) == ("2025-07-01", 1, "full")
    assert line["date_source"] == "folder"

    line = read(folder, date=datetime.date(2025, 8, 1), kind="delta").deliveries.iloc[0]
    assert (line["date"], line["kind"], line["date_source"]) == ("2025-08-01", "delta", "option")

    (folder / "delivery.toml").write_text(
        'date = 2025-09-01\nkind = "delta"\n'
        '[communes.hiep_duc]\ndate = "2025-09-02"\nsequence = 3\nkind = "full"\n'
    )
    lines = read(folder, kind="delta").deliveries.set_index("commune")
    own = lines.loc["hiep_duc"]
    assert (own["date"], own["sequence"], own["kind"]) == ("2025-09-02", 3, "full")
    assert lines.loc["hoi_xuan", "date"] == "2025-09-01"
    assert own["date_source"] == "delivery.toml"


@pytest.mark.parametrize(
    "text",
    [
        'kind = { hiep_duc = "delta" }',
        '[kind]\n"Hiệp Đức" = "delta"',
        '[hiep_duc]\nkind = "delta"',
        '\ufeffkind = "delta"\r\n',
        '[communes."Hiệp Đức"]\nkind = "delta"',
    ],
)
def test_kind_per_commune_can_be_written_in_several_ways(tmp_path, text):
    _hiep_duc(tmp_path / "2025-07-01" / "hiep_duc")
    put(tmp_path / "2025-07-01" / "delivery.toml", text.encode())
    assert list(read(tmp_path / "2025-07-01").deliveries["kind"]) == ["delta"]


def test_a_delivery_toml_that_makes_no_sense_is_a_fault(tmp_path):
    _hiep_duc(tmp_path / "2025-07-01" / "hiep_duc")
    put(tmp_path / "2025-07-01" / "delivery.toml", b'kind = "everything"\nsequence = 0')
    with pytest.raises(ExportError) as caught:
        read(tmp_path / "2025-07-01")
    assert [fault.file for fault in caught.value.faults] == ["delivery.toml"]
    assert "kind" in str(caught.value.faults[0])
    assert "sequence" in str(caught.value.faults[0])


def test_an_undated_folder_is_of_today(tmp_path):
    _hiep_duc(tmp_path / "xuat moi" / "hiep_duc")
    line = read(tmp_path / "xuat moi").deliveries.iloc[0]
    assert (line["date"], line["date_source"]) == ("2026-01-15", "today")


@pytest.mark.parametrize(
    "name", ["Hiệp Đức", "HIEP DUC", "hiep-duc", unicodedata.normalize("NFD", "xã Hiệp Đức")]
)
def test_other_spellings_of_a_communes_folder(tmp_path, name):
    _hiep_duc(tmp_path / "2025-07-01" / name)
    rows = read(tmp_path / "2025-07-01").rows
    assert set(rows["commune"]) == {"hiep_duc"}
    assert set(rows["file"]) == {"KS.2007.01.xlsx"}


def test_a_communes_folder_itself_belongs_to_the_delivery_above(tmp_path):
    _hiep_duc(tmp_path / "2025-07-01" / "hiep_duc" / "khai sinh")
    _hiep_duc(tmp_path / "2025-07-01" / "hoi_xuan")  # is not read
    result = read(tmp_path / "2025-07-01" / "hiep_duc")
    assert list(result.deliveries["delivery"]) == ["2025-07-01"]
    assert list(result.rows["file"]) == ["khai sinh/KS.2007.01.xlsx"]


def test_a_folder_of_deliveries_is_refused_with_the_remedy(tmp_path):
    _hiep_duc(tmp_path / "all" / "2025-07-01" / "hiep_duc")
    _hiep_duc(tmp_path / "all" / "2025-08-01" / "hiep_duc")
    with pytest.raises(UsageError, match=r"2025-07-01, 2025-08-01.*all/2025-07-01"):
        read(tmp_path / "all")


@pytest.mark.parametrize("name", ["nothing", "a file", "empty"])
def test_what_is_no_delivery_is_refused(tmp_path, name):
    put(tmp_path / "a file", "x")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=name):
        read(tmp_path / name)


def test_two_folders_with_one_name_and_commune_are_refused(tmp_path):
    _hiep_duc(tmp_path / "a" / "2025-07-01" / "hiep_duc")
    _hiep_duc(tmp_path / "b" / "2025-07-01" / "hiep_duc")
    with pytest.raises(UsageError, match="2025-07-01"):
        read(tmp_path / "a" / "2025-07-01", tmp_path / "b" / "2025-07-01")


def test_the_order_of_folders_and_a_folder_given_twice_do_not_matter(tmp_path):
    first, second = tmp_path / "2025-07-01", tmp_path / "2025-08-01"
    _hiep_duc(first / "hiep_duc")
    put(second / "tan_phong" / "tanphong_hn.csv", f"{CSV_HN}\n{hn_line()}\n")
    one, two = read(first, second), read(second, first, second)
    for table in ("deliveries", "files", "rows", "findings"):
        assert getattr(one, table).equals(getattr(two, table))
    assert list(one.deliveries["date"]) == ["2025-07-01", "2025-08-01"]


def test_litter_is_skipped_and_listed(tmp_path):
    folder = tmp_path / "2025-07-01"
    _hiep_duc(folder / "hiep_duc")
    for name in ("Thumbs.db", "~$KS.2007.01.xlsx", "scan/001.pdf", ".DS_Store", "KS.2007.01.zip",
                 "doc.me", "__MACOSX/KS.2007.01.xlsx", "desktop.ini"):  # fmt: skip
        put(folder / "hiep_duc" / name, "x")
    put(folder / "readme.txt", "x")
    result = read(folder)
    skipped = result.findings.loc[result.findings["code"] == "file_skipped", "file"]
    assert len(skipped) == 9
    assert (result.files["status"] == "litter").sum() == 8
    assert len(result.rows) == 1


def test_files_that_nobody_claims_or_that_stand_elsewhere_are_all_reported_at_once(tmp_path):
    folder = tmp_path / "2025-07-01"
    _hiep_duc(folder / "hiep_duc")
    _hiep_duc(folder / "xa_khac")
    _hiep_duc(folder)
    put(folder / "hiep_duc" / "Bao cao.xlsx", "x")
    put(folder / "tan_phong" / "KHAISINH.mdb", "x")
    with pytest.raises(ExportError) as caught:
        read(folder)
    faults = {fault.file: str(fault) for fault in caught.value.faults}
    assert sorted(faults) == [
        "KS.2007.01.xlsx",
        "hiep_duc/Bao cao.xlsx",
        "tan_phong/KHAISINH.mdb",
        "xa_khac/KS.2007.01.xlsx",
    ]
    assert "hoi_xuan" in faults["xa_khac/KS.2007.01.xlsx"]
    assert "mappings/communes/hiep_duc.toml" in faults["hiep_duc/Bao cao.xlsx"]


def test_links_are_never_followed(tmp_path):
    secret = _hiep_duc(tmp_path / "elsewhere")
    folder = tmp_path / "2025-07-01" / "hiep_duc"
    _hiep_duc(folder)
    (folder / "KS.2008.01.xlsx").symlink_to(secret)
    (folder / "more").symlink_to(secret.parent, target_is_directory=True)
    with pytest.raises(ExportError) as caught:
        read(folder.parent)
    assert [fault.file for fault in caught.value.faults] == [
        "hiep_duc/KS.2008.01.xlsx",
        "hiep_duc/more",
    ]
    assert all("link" in str(fault) for fault in caught.value.faults)


@pytest.mark.parametrize(("kind", "count"), [("full", 1), ("delta", 0)])
def test_a_full_export_without_some_kinds_of_files_says_so(tmp_path, kind, count):
    folder = tmp_path / "2025-07-01" / "tan_phong"
    put(folder / "tanphong_hn.csv", f"{CSV_HN}\n{hn_line()}\n")
    found = read(folder.parent, kind=kind).findings
    found = found[found["code"] == "table_not_delivered"]
    assert len(found) == count
    for finding in found.to_dict("records"):
        names = json.loads(finding["params"])["names"]
        assert names.startswith("KHAISINH*.DBF, KETHON*.DBF, KHAITU*.DBF, tanphong_ks*.csv")
        assert "tanphong_hn" not in names
        assert (finding["commune"], finding["file"]) == ("tan_phong", "")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"date = \n", "ở dòng 1, cột 8"),
        (b'kind = "whole"', "phải là một trong: 'full', 'delta'"),
        (b"sequence = 0", "sequence: phải từ 1 trở lên"),
        (b"when = 2025-07-01", "when: khóa này không có ở đây"),
        ("# giao nộp đợt 1".encode("utf-16"), "tệp không được lưu bằng mã UTF-8"),
    ],
)
def test_what_is_wrong_in_delivery_toml_is_told_in_vietnamese(tmp_path, content, reason):
    put(tmp_path / "2025-07-01" / "delivery.toml", content)
    _hiep_duc(tmp_path / "2025-07-01" / "hiep_duc")
    with pytest.raises(ExportError) as caught:
        read(tmp_path / "2025-07-01")
    (fault,) = caught.value.faults
    assert reason in translate(fault.template, "vi", **dict(fault.values))
