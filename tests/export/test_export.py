import csv
import io
import re
import stat

import pandas as pd
import pytest
from openpyxl import load_workbook

from reconcile import export
from reconcile.config import CommuneName
from reconcile.errors import UsageError
from reconcile.export.frames import guarded, unguarded, write_frame
from reconcile.export.words import template_value, written_date
from reconcile.register import open_register
from tests.register.test_store import DECISION, FIRST, SECOND
from tests.register.world import Delivery, Row, merge

EVIL = "=HYPERLINK(1)"


@pytest.fixture(scope="module")
def register(tmp_path_factory):
    with open_register(tmp_path_factory.mktemp("export") / "register.db") as opened:
        merge(opened, FIRST)
        merge(opened, SECOND, Delivery("2025-08-02", (Row(7, {"child": EVIL}),)))
        with opened.run("review") as run:
            opened.add_judgements(run, [DECISION])
        yield opened


@pytest.fixture
def knowledge(register_types, mappings):
    commune = CommuneName(id="hiep_duc", name="Hiệp Đức", unit="28501@1976")
    return export.load(register_types, {"hiep_duc": commune}, mappings)


def cells(path, sheet):
    book = load_workbook(path)
    return [[cell.value for cell in row] for row in book[sheet].iter_rows()]


# -- tables ---------------------------------------------------------------------------------------


def test_mentions_csv_is_as_the_contract_says(register, tmp_path):
    export.export_mentions(register, tmp_path / "mentions.csv")
    content = (tmp_path / "mentions.csv").read_bytes()
    head, *lines = content.decode("utf-8").splitlines()
    assert head == "delivery,commune,file,sheet,row,register_type,role,entry_id,event_id,person_id"
    assert len(lines) == 5 + 7 + 1
    assert lines[0].startswith("2025-07-01,hiep_duc,KS.2007.01.xlsx,KS,3,KS,child,E-")
    keys = [(line.split(",")[0], int(line.split(",")[4]), line.split(",")[6]) for line in lines]
    assert keys == sorted(keys)


def test_every_format_says_the_same(register, tmp_path):
    for form in ("csv", "parquet", "xlsx"):
        export.export_mentions(register, tmp_path / f"mentions.{form}", form)
    plain = pd.read_csv(tmp_path / "mentions.csv", dtype=str, keep_default_na=False)
    parquet = pd.read_parquet(tmp_path / "mentions.parquet").astype(str)
    assert parquet.to_numpy().tolist() == plain.to_numpy().tolist()
    sheet = cells(tmp_path / "mentions.xlsx", "Sheet1")
    assert [[str(value) for value in row] for row in sheet[1:]] == plain.to_numpy().tolist()


def test_standard_output_gets_the_csv(register, capfdbinary):
    export.export_mentions(register, None)
    assert capfdbinary.readouterr().out.startswith(b"delivery,commune,")


def test_an_unknown_format_is_refused(register, tmp_path):
    with pytest.raises(UsageError, match="ods is not a format"):
        export.export_mentions(register, tmp_path / "mentions.ods", "ods")
    assert not list(tmp_path.iterdir())


def test_text_of_a_csv_for_people_is_no_formula(register, knowledge, tmp_path):
    export.export_persons(register, tmp_path / "persons.csv", knowledge.units, "vi")
    content = (tmp_path / "persons.csv").read_text(encoding="utf-8-sig")
    names = [line["name"] for line in csv.DictReader(io.StringIO(content))]
    assert f"'{EVIL}" in names
    assert EVIL not in names


@pytest.mark.parametrize("text", ["=1", "+84", "-5", "@A", "\tx", "\rx", "'=1", "An", "", "'"])
def test_a_guard_is_taken_off_again(text):
    assert unguarded(guarded(text)) == text or text.startswith("'")
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_judgements_can_be_carried_to_another_register(register, tmp_path):
    path = tmp_path / "judgements.csv"
    export.export_judgements(register, path)
    with open_register(tmp_path / "other.db") as other:
        with other.run("judgements") as run:
            other.add_judgements(run, export.read_judgements(path))
        (kept,) = other.judgements()
    (original,) = register.judgements()
    same = original.keys() - {"run", "members"}
    assert {name: kept[name] for name in same} == {name: original[name] for name in same}


def test_judgements_are_one_line_each_without_ids_of_the_register(tmp_path):
    with open_register(tmp_path / "talkative.db") as other:
        with other.run("judgements") as run:
            said = DECISION | {"reason": 'one\ntwo \\n "three"'}
            other.add_judgements(run, [said, DECISION | {"decided": "2024-01-01"}])
        export.export_judgements(other, tmp_path / "one.csv")
    text = (tmp_path / "one.csv").read_text(encoding="utf-8")
    lines = text.splitlines()
    assert len(lines) == 3
    assert lines[1].startswith("2024-01-01")
    assert not re.search(r"\b[JPEV]-", text)
    assert export.read_judgements(tmp_path / "one.csv")[1]["reason"] == said["reason"]


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"\xff\xfe\x00", b"judgement\nJ-1\n"])
def test_what_is_no_export_of_judgements_is_refused(tmp_path, content):
    (tmp_path / "file.csv").write_bytes(content)
    with pytest.raises(UsageError):
        export.read_judgements(tmp_path / "file.csv")
    with pytest.raises(UsageError):
        export.read_judgements(tmp_path / "missing.csv")


# -- files ----------------------------------------------------------------------------------------


def test_outputs_are_the_owners_alone_and_never_overwritten(register, knowledge, tmp_path):
    target = tmp_path / "new" / "mentions.csv"
    export.export_mentions(register, target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    before = target.read_bytes()
    with pytest.raises(UsageError, match="exists already"):
        export.export_persons(register, target, knowledge.units, "vi")
    assert target.read_bytes() == before
    assert [path.name for path in target.parent.iterdir()] == ["mentions.csv"]


def test_an_output_that_fails_leaves_nothing(tmp_path):
    with pytest.raises(UsageError):
        write_frame(pd.DataFrame({"a": [1]}), tmp_path / "a.ods", "ods")
    unwritable = pd.DataFrame({"a": [object()]})
    with pytest.raises(Exception, match="object"):
        write_frame(unwritable, tmp_path / "a.parquet", "parquet")
    assert not list(tmp_path.iterdir())


# -- workbooks ------------------------------------------------------------------------------------


def test_register_workbook_has_persons_and_every_type(register, knowledge, tmp_path):
    path = tmp_path / "register.xlsx"
    export.export_register(register, path, knowledge, "vi")
    book = load_workbook(path)
    assert book.sheetnames == ["Người", "CMC", "HN", "KH", "KS", "KT"]
    assert all(sheet.freeze_panes == "A2" for sheet in book)
    assert book["KS"].auto_filter.ref.startswith("A1:")
    head, *rows = cells(path, "KS")
    assert head[:4] == ["Mã việc đăng ký", "Mã sự kiện", "Xã cũ", "Cơ quan đăng ký"]
    assert "Người mẹ: Họ và tên" in head
    assert "Người mẹ: Họ và tên (nguyên văn)" in head
    assert len(rows) == 4
    assert [row[head.index("Số")] for row in rows] == ["1", "2", "3", "7"]
    first = dict(zip(head, rows[0], strict=True))
    assert first["Xã cũ"] == "Hiệp Đức"
    assert first["Người mẹ: Họ và tên"] == "Lan"
    assert first["Tệp"] == "KS.2007.01.xlsx"
    assert first["Đợt bàn giao"] == "2025-08-01"
    assert first["Dòng"] == 3


def test_text_of_a_workbook_is_no_formula(register, knowledge, tmp_path):
    path = tmp_path / "register.xlsx"
    export.export_register(register, path, knowledge, "en")
    book = load_workbook(path)
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    assert EVIL in {row[2] for row in cells(path, "Persons")}


def test_template_has_labels_codes_and_words_of_the_book(register, knowledge, tmp_path):
    path = tmp_path / "template.xlsx"
    export.export_template(register, path, knowledge)
    labels, codes, *rows = cells(path, "KS")
    assert codes[:5] == ["STT", "so", "quyenSo", "trangSo", "ngayDangKy"]
    assert labels[codes.index("meHoTen")] == "Người mẹ: Họ và tên"
    assert [row[0] for row in rows] == ["1", "2", "3", "4"]
    assert rows[0][codes.index("nksHoTen")] == "An"


@pytest.mark.parametrize(
    ("register_type", "field", "word", "code"),
    [
        ("KS", "child.sex", "F", "2"),
        ("KS", "entry.registration_kind", "late", "4"),
        ("KH", "entry.registration_kind", "first", "1"),
        ("CMC", "entry.registration_kind", "foreign", "2"),
        ("KT", "deceased.paper_kind", "cccd", "4"),
        ("KS", "child.sex", "không rõ", "không rõ"),
        ("KS", "child.name", "F", "F"),
    ],
)
def test_codes_go_back_to_the_template(knowledge, register_type, field, word, code):
    assert knowledge.headings.code(field, register_type, word) == code


def test_every_code_word_of_the_template_has_a_word_for_people(knowledge):
    words = knowledge.headings.words
    for name, codes in knowledge.headings.codes.items():
        missing = codes.keys() - words.get(name.rpartition(".")[2], {}).keys()
        assert not {code for code in missing if not code.isdigit()}, name
    assert knowledge.headings.word("residence_kind", "permanent", "vi") == "thường trú"
    assert knowledge.headings.word("residence_kind", "KT3", "vi") == "KT3"


def test_every_field_of_the_template_has_a_word(knowledge):
    missing = {
        field
        for register_type in knowledge.register_types.values()
        for field in register_type.template.values()
        if not field.startswith("extra.")
        and field.partition(".")[2] not in knowledge.headings.attributes
    }
    assert not missing


@pytest.mark.parametrize(
    ("fields", "field", "value"),
    [
        ({"child.name": "Lê An"}, "child.name", "Lê An"),
        ({"child.name_leading": "Lê", "child.name_given": "An"}, "child.name", "Lê An"),
        ({"child.birth_day": "4", "child.birth_month": "3", "child.birth_year": "1985"},
         "child.birth_date", "04.03.1985"),
        ({"child.birth_year": "1985"}, "child.birth_date", "1985"),
        ({"child.birth_date": "1985-03-04"}, "child.birth_date", "04.03.1985"),
        ({"deceased.death_date": "1985-03-04T00:20"}, "deceased.death_date", "04.03.1985 00:20"),
        ({"entry.registration_date": "00.00.1950"}, "entry.registration_date", "00.00.1950"),
        ({"entry.notes": "1985-03-04"}, "entry.notes", "1985-03-04"),
        ({}, "extra.nksMatTich", ""),
    ],
)  # fmt: skip
def test_words_of_the_book_in_the_form_of_the_template(fields, field, value):
    assert template_value(fields, field) == value


@pytest.mark.parametrize(
    ("first", "last", "precision", "text"),
    [
        (724704, 724704, "day", "04/03/1985"),
        (724701, 724731, "month", "03/1985"),
        (711858, 712222, "year", "1950"),
        (711858, 712587, "age", "khoảng 1950-1951"),
        (711858, 712222, "", ""),
        ("", "", "day", ""),
    ],
)
def test_dates_keep_their_precision(first, last, precision, text):
    assert written_date(first, last, precision, "khoảng") == text
