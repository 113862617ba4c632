"""A first mapping for a commune that nobody knows, and how complete it is."""

import shutil
import tomllib

import pytest

from reconcile import mapmaking
from reconcile.config import load_register_types, read_toml
from reconcile.errors import MappingError, UsageError
from reconcile.importers.mapping import load_mappings
from reconcile.requests import MappingRequest
from tests.importers.exports import TODAY, put, read
from tests.mapping import binh_phu

UNIT = """
[[unit]]
id = "28480@1976"
code = "28480"
kind = "commune"
prefix = "xã"
name = "Bình Phú"
parent = "820@1976"
to = 2025-06-30
into = "28501@2025"
"""
# Everything that a person has to change in what `mapping new` wrote.
EDITS = (
    ('unit = ""', 'unit = "28480@1976"'),
    ('# "T" = ""', '"T" = "M"'),
    ('# "G" = ""', '"G" = "F"'),
)


@pytest.fixture(scope="module")
def delivery(tmp_path_factory):
    """A delivery of the fourth commune."""
    folder = tmp_path_factory.mktemp("fourth") / "2025-09-01"
    binh_phu.write(folder / "binh_phu")
    return folder


@pytest.fixture(scope="module")
def proposed(delivery, tmp_path_factory):
    """The mapping that is written for it, and what is said about it."""
    target = tmp_path_factory.mktemp("proposed") / "binh_phu.toml"
    request = MappingRequest((delivery / "binh_phu",), binh_phu.NAME, target, language="en")
    return mapmaking.new(request), target.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def charted(proposed, mappings, tmp_path_factory):
    """A mappings folder with the fourth commune, before and after a person's edits."""
    folder = tmp_path_factory.mktemp("charted") / "mappings"
    shutil.copytree(mappings, folder)
    with (folder / "units.toml").open("a", encoding="utf-8") as units:
        units.write(UNIT)
    text = proposed[1].replace(*EDITS[0])
    (folder / "communes" / "binh_phu.toml").write_text(text, encoding="utf-8")
    edited = shutil.copytree(folder, folder.with_name("edited"))
    for old, new in EDITS[1:]:
        assert text.count(old) == 1
        text = text.replace(old, new)
    (edited / "communes" / "binh_phu.toml").write_text(text, encoding="utf-8")
    return folder, edited


def columns(text):
    """Register type -> header -> field of a mapping."""
    return {one["register_type"]: one["columns"] for one in tomllib.loads(text)["tables"]}


def test_columns_are_recognised_by_the_words_of_their_headers(proposed):
    found = columns(proposed[1])
    assert (
        found["KS"]
        | {
            "Số KS": "entry.number",
            "Ngày vào sổ": "entry.registration_date",
            "Họ tên trẻ": "child.name",
            "Phái": "child.sex",
            "Năm sinh mẹ": "mother.birth_date",
            "Hộ khẩu cha": "father.residence",
            "Là gì": "requester.relation",
        }
        == found["KS"]
    )
    assert found["KH"]["HOTEN_VO"] == "wife.name"
    assert found["KH"]["CMT_CHONG"] == "husband.identity_number"
    assert found["KT"]["Người quá cố / Họ tên"] == "deceased.name"
    assert found["KT"]["Việc tử / Chết ngày"] == "deceased.death_date"
    assert found["KT"]["Người báo tử / Quan hệ"] == "requester.relation"
    assert found["HN"]["so_cccd"] == "subject.identity_number"
    assert "Mã vạch" not in found["KS"]
    assert '# "Mã vạch" = ""   # not recognised; 40 values, 40 different' in proposed[1]


def test_files_headers_and_years_are_recognised(proposed):
    tables = {one["register_type"]: one for one in tomllib.loads(proposed[1])["tables"]}
    assert {code: one["header"] for code, one in tables.items()} == {
        "KS": "single",
        "KH": "single",
        "KT": "two_row",
        "HN": "single",
    }
    assert tables["KS"]["files"] == ["Sổ khai sinh.ods"]
    assert tables["KH"]["files"] == ["ket hon *.csv"]
    assert "sheet_year" in tables["KS"]
    assert tables["KH"]["sheet_year_of"] == "file"
    assert "sheet_year" not in tables["KT"]  # 2006-2010 says no one year


def test_what_was_recognised_is_told_without_a_cell_of_the_files(proposed):
    told, text = proposed
    lines = {line[0]: line[1:] for line in told.chapters[0].lines}
    assert lines["Birth"][:2] == ("1", "40")
    assert lines["Birth"][-1] == "1"
    families = (family.split()[0] for family in binh_phu.FAMILIES)
    assert not any(f"{family} " in text for family in families)


def test_after_three_edits_nothing_is_left_to_do_but_an_unknown_column(delivery, charted):
    before, after = (
        mapmaking.check(MappingRequest((delivery,), mappings=folder, language="en"), TODAY)
        for folder in charted
    )

    def faults(told):
        return [
            (line[0], line[1], line[2])
            for chapter in told.chapters
            for line in chapter.lines
            if "always empty" not in line[1]
        ]

    unknown = ("Mã vạch", "a column that the mapping does not know", "")
    words = "words of codes that are not translated"
    assert faults(before) == [unknown, ("Phái", words, "T"), ("Phái", words, "G")]
    assert faults(after) == [unknown]
    assert len(before.chapters) == 4


def test_every_row_of_the_fourth_commune_is_taken_in(delivery, charted):
    edited = charted[1]
    imported = read(delivery, mappings=edited, types=load_register_types(edited))
    assert imported.rows["outcome"].eq("").sum() == 40 + 30 + 25 + 25
    assert imported.rows["register_type"].value_counts().to_dict() == {
        "KS": 40,
        "KH": 30,
        "KT": 25,
        "HN": 25,
    }
    assert not imported.findings["code"].isin(["code_unknown", "header_guessed"]).any()


@pytest.mark.parametrize("commune", ["hiep_duc", "hoi_xuan", "tan_phong"])
def test_what_is_written_for_the_known_communes_reads_all_their_rows(
    commune, root, mappings, tmp_path
):
    source = root / "sample_exports" / "2025-07-01"
    folder = shutil.copytree(mappings, tmp_path / "mappings")
    target = folder / "communes" / f"{commune}.toml"
    unit = read_toml(target)["unit"]
    target.unlink()
    named = {"hiep_duc": "Hiệp Đức", "hoi_xuan": "Hội Xuân", "tan_phong": "Tân Phong"}[commune]
    # The other communes' words must do: this one's mapping is not there to be looked up.
    mapmaking.new(
        MappingRequest((source / commune,), named, target, mappings=folder, language="en")
    )
    assert read_toml(target)["unit"] == unit
    types = load_register_types(folder)
    assert load_mappings(folder, types).plans[commune]
    place = tmp_path / source.name / commune
    shutil.copytree(source / commune, place)
    found, known = (
        read(place.parent, mappings=one, types=types, skip_unreadable=True)
        for one in (folder, mappings)
    )
    rows = [frame["outcome"].eq("").sum() for frame in (found.rows, known.rows)]
    assert rows[0] >= 0.95 * rows[1]


def test_values_that_belong_to_another_column_are_noticed(delivery, charted, tmp_path):
    edited = shutil.copytree(charted[1], tmp_path / "mappings")
    target = edited / "communes" / "binh_phu.toml"
    text = target.read_text(encoding="utf-8")
    swapped = text.replace('"NGAYSINH_VO" = "wife.birth_date"', '"NGAYSINH_VO" = "wife.residence"')
    swapped = swapped.replace('"DIACHI_VO" = "wife.residence"', '"DIACHI_VO" = "wife.birth_date"')
    target.write_text(swapped, encoding="utf-8")
    told = mapmaking.check(MappingRequest((delivery,), mappings=edited, language="en"), TODAY)
    said = [line for chapter in told.chapters for line in chapter.lines if "look like" in line[1]]
    assert said == [
        ("DIACHI_VO", "values that look like something else: places", "", "30"),
        ("NGAYSINH_VO", "values that look like something else: dates", "", "30"),
    ]


def test_headers_alone_are_not_believed_where_values_say_otherwise(tmp_path):
    lines = ["so;ngay_cap;ho_ten;gioi_tinh;ngay_sinh;dan_toc"]
    lines += [f"{n}/2020;Lê Văn An;2020-03-0{n};Nam;1990-01-0{n};Kinh" for n in range(1, 10)]
    file = put(tmp_path / "hon nhan.csv", "\r\n".join(lines))
    told = mapmaking.new(MappingRequest((file,), "Bình Phú", tmp_path / "out.toml", language="en"))
    assert told.chapters[0].lines[0][-2] == "2"
    text = (tmp_path / "out.toml").read_text(encoding="utf-8")
    assert '"ho_ten" = "subject.name"   # sure; CHECK: its values look like dates' in text
    assert "Lê" not in text


def test_what_is_no_book_is_said_to_be_none(tmp_path):
    table = put(tmp_path / "doanh thu.csv", "mat hang;gia;so luong\r\nbut;3;4\r\n")
    with pytest.raises(UsageError, match="In none of the 1 file"):
        mapmaking.new(MappingRequest((table,), "Bình Phú", tmp_path / "out.toml"))
    with pytest.raises(UsageError, match="no file or folder"):
        mapmaking.new(MappingRequest((tmp_path / "nothing",), "Bình Phú"))


@pytest.mark.parametrize("engine", [b"Standard Jet DB", b"Standard ACE DB"])
def test_access_files_are_refused_with_what_to_do(engine, tmp_path):
    content = b"\0\1\0\0" + engine + b"\0\1\0\0\0\xb5\x6e"
    file = put(tmp_path / "2025-01-01" / "hoi_xuan" / "So khai sinh.mdb", content)
    with pytest.raises(UsageError, match="Microsoft Access"):
        mapmaking.new(MappingRequest((file,), "Bình Phú", tmp_path / "out.toml"))
    (fault,) = read(file.parent.parent, skip_unreadable=True).unreadable
    assert "Export each of its tables" in fault.template


def test_a_unit_that_does_not_fit_is_said_before_a_merge_meets_it(charted, delivery, tmp_path):
    folder = shutil.copytree(charted[1], tmp_path / "mappings")
    with (folder / "units.toml").open("a", encoding="utf-8") as units:
        units.write("since = 1976\n")
    for sources in ((), (delivery,)):
        with pytest.raises(MappingError, match=r"units\.toml"):
            mapmaking.check(MappingRequest(sources, mappings=folder), TODAY)


def test_without_a_delivery_the_mapping_files_alone_are_checked():
    told = mapmaking.check(MappingRequest((), language="en"), TODAY)
    assert told.title == "The mapping files fit"
    assert ("tan_phong", "dbf_ks", "KS") in [line[:3] for line in told.chapters[0].lines]
