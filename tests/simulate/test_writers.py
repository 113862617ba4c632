import csv
import datetime as dt
import unicodedata

import dbfread
import pytest
import python_calamine

from reconcile.simulate.writers.dbase import Field, write_table
from reconcile.text.legacy import decode


def _rows(simulated, **wanted):
    return [
        row for row in simulated.rows if all(row[key] == value for key, value in wanted.items())
    ]


def test_dbase_table_is_read_back_with_its_deleted_records(tmp_path):
    path = tmp_path / "T.DBF"
    fields = [Field("TEN", "C", 8), Field("SO", "N", 5), Field("NGAY", "D", 8), Field("NU", "L", 1)]
    day = dt.date(1999, 3, 4)
    write_table(path, fields, [(False, ["\xadng", 7, day, "T"]), (True, ["B", 8, "", "F"])])
    table = dbfread.DBF(path, encoding="latin-1", load=True)
    assert [dict(record) for record in table.records] == [
        {"TEN": "\xadng", "SO": 7, "NGAY": day, "NU": True}
    ]
    assert [record["SO"] for record in table.deleted] == [8]


def test_each_row_of_a_workbook_is_accounted_for(simulated):
    folder = simulated.folder / "2025-07-01" / "hiep_duc"
    for path in sorted(folder.glob("*.xlsx")):
        book = python_calamine.CalamineWorkbook.from_path(path)
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
        filled = [number for number, row in enumerate(rows, start=1) if number > 2 and any(row)]
        expected = _rows(simulated, delivery="2025-07-01", commune="hiep_duc", file=path.name)
        assert filled == sorted(int(row["row"]) for row in expected)


@pytest.mark.parametrize("name", ["KHAISINH.DBF", "KETHON.DBF", "KHAITU.DBF"])
def test_tables_count_their_deleted_records(simulated, name):
    path = simulated.folder / "2025-07-01" / "tan_phong" / name
    table = dbfread.DBF(path, encoding="latin-1", load=True)
    rows = _rows(simulated, delivery="2025-07-01", commune="tan_phong", file=name)
    deleted = [row for row in rows if row["expected"] == "deleted"]
    assert (len(table.records), len(table.deleted)) == (len(rows) - len(deleted), len(deleted))


def test_tables_hold_tcvn3(simulated):
    path = simulated.folder / "2025-07-01" / "tan_phong" / "KHAISINH.DBF"
    names = {record["HO_NKS"] for record in dbfread.DBF(path, encoding="latin-1")}
    assert any(decode(name, "tcvn3").startswith("Nguyễn ") for name in names)
    assert not any(name.startswith("Nguyễn") for name in names)


def test_csv_is_decomposed_with_a_mark_and_semicolons(simulated):
    path = simulated.folder / "2025-07-01" / "tan_phong" / "tanphong_ks.csv"
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    text = content.decode("utf-8-sig")
    assert text == unicodedata.normalize("NFD", text)
    rows = list(csv.DictReader(text.splitlines(), delimiter=";"))
    assert all(row["ho_ten"] == row["ho_ten"].upper() for row in rows if row["ho_ten"])


def test_sheets_are_in_vni_up_to_2009(simulated):
    path = simulated.folder / "2025-07-01" / "hoi_xuan" / "So khai sinh.xls"
    book = python_calamine.CalamineWorkbook.from_path(path)
    titles = {
        int(name[-4:]): book.get_sheet_by_name(name).to_python(skip_empty_area=False)[0][0]
        for name in book.sheet_names
    }
    assert min(titles) < 2005
    for year, title in titles.items():
        assert title == ("UBND XAÕ HOÄI XUAÂN" if year <= 2009 else "UBND XÃ HỘI XUÂN")
