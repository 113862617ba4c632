import ast
import re
import shutil
from pathlib import Path

import pytest

import reconcile.importers
from reconcile.errors import MappingError
from reconcile.importers import cells, outcomes
from reconcile.importers.findings import Collector, Place
from reconcile.importers.labels import ditto_key, name_key
from reconcile.importers.mapping import load_mappings
from reconcile.importers.readers import short_lines
from reconcile.text.findings import load_findings
from reconcile.text.language import translate
from tests.importers.exports import MAPPINGS, TYPES

RULES = load_findings(MAPPINGS)
KNOWN = load_mappings(MAPPINGS, TYPES)
MINIMAL = """
id = "x"
name = "X"
unit = "28501@1976"
[[tables]]
id = "hn"
register_type = "HN"
family = "f"
files = ["HN*.csv"]
[tables.columns]
so = "entry.number"
ho_ten = "subject.name"
"""


def _claimed(commune, name):
    return [plan.table.id for plan in KNOWN.claimants([commune], name)]


@pytest.mark.parametrize(
    ("commune", "name", "table"),
    [
        ("hiep_duc", "KS.2007.01.xlsx", "ks"),
        ("hiep_duc", "ks.2007.01.XLSX", "ks"),
        ("hiep_duc", "KS.2007.01.28501.CaiLay.TienGiang.68.01.xlsx", "ks"),
        ("hiep_duc", "KH_2007_01.xls", "kh"),
        ("hiep_duc", "KT 2007-01.xlsx", "kt"),
        ("hiep_duc", "CMC.2007.01.xlsx", "cmc"),
        ("hiep_duc", "HN.2007.01.xlsm", "hn"),
        ("hoi_xuan", "So khai sinh.xls", "ks"),
        ("hoi_xuan", "SỔ KHAI SINH.XLS", "ks"),
        ("hoi_xuan", "So ket hon (1).xls", "kh"),
        ("hoi_xuan", "So khai tu.xls", "kt"),
        ("hoi_xuan", "So nhan cha me con.xls", "cmc"),
        ("hoi_xuan", "So xac nhan hon nhan.xls", "hn"),
        ("tan_phong", "KHAISINH.DBF", "dbf_ks"),
        ("tan_phong", "kethon.dbf", "dbf_kh"),
        ("tan_phong", "KHAITU.DBF", "dbf_kt"),
        ("tan_phong", "tanphong_ks.csv", "csv_ks"),
        ("tan_phong", "tanphong_kh.csv", "csv_kh"),
        ("tan_phong", "tanphong_kt.csv", "csv_kt"),
        ("tan_phong", "tanphong_cmc.csv", "csv_cmc"),
        ("tan_phong", "TANPHONG_HN (2).csv", "csv_hn"),
    ],
)
def test_exactly_one_table_claims_each_usual_name(commune, name, table):
    assert _claimed(commune, name) == [table]


def test_every_register_type_of_every_commune_is_mapped():
    for commune, plans in KNOWN.plans.items():
        assert {plan.table.register_type for plan in plans} == set(TYPES), commune
        assert all(plan.required for plan in plans)
        assert all(name for plan in plans for name in plan.principal_names)


def test_the_whole_template_of_the_ministry_is_known():
    for plan in KNOWN.plans["hiep_duc"]:
        assert set(plan.fields.values()) == set(plan.register_type.template.values())


@pytest.mark.parametrize(
    "mark", ["nt", "-nt-", "NT.", "( nt )", '"', "//", "-//-", "''", "Như trên"]
)
def test_ditto_marks(mark):
    assert ditto_key(mark) in KNOWN.ditto


@pytest.mark.parametrize("text", ["", "-", "Nt Văn", "an", "0", "Trần"])
def test_no_ditto_marks(text):
    assert ditto_key(text) not in KNOWN.ditto


def test_every_code_that_the_importers_can_report_has_its_words_and_no_other_has():
    source = "\n".join(
        path.read_text("utf-8") for path in Path(reconcile.importers.__file__).parent.rglob("*.py")
    )
    reported = set(
        re.findall(r'(?:\.add\(|\.aggregate\(|_add\(work, |noted\.append\(\()\s*"(\w+)"', source)
    )
    reported |= {
        code for code in vars(outcomes).values() if isinstance(code, str) and code in RULES
    }
    reported |= {cells.NUMBER_CELL, cells.DATE_CELL, cells.DIGITS_LOST}
    reported |= {"column_unknown", "column_duplicate", "encoding_of_cell", "encoding_doubtful"}
    reported |= {"wrong_field_count", "cell_too_long", "quotes_repaired"}
    reported |= {short_lines.CELLS_LEFT_OUT, short_lines.LINE_JOINED}
    text = (MAPPINGS / "findings" / "import.toml").read_text("utf-8")
    assert reported == set(re.findall(r'^code = "(\w+)"', text, re.MULTILINE))
    reasons = (outcomes.NO_PRINCIPAL_NAME, outcomes.NO_NUMBER_NO_DATE, outcomes.ROW_UNREADABLE)
    assert set(reasons) <= set(RULES)


def test_a_code_without_words_is_an_error_of_the_mappings():
    with pytest.raises(MappingError, match="nonsense"):
        Collector(RULES).add("nonsense", Place("d", "c", "f"))


def test_every_message_has_its_vietnamese_form():
    source = [
        ast.parse(path.read_text("utf-8"))
        for path in sorted(Path(reconcile.importers.__file__).parent.rglob("*.py"))
    ]
    texts = {
        node.value
        for tree in source
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" not in node.value
    }
    templates = {text for text in texts if re.search(r"\{[a-z]+\}", text)}
    templates -= {"{file}: {problems}.", "{place}: {problem}"}
    assert len(templates) > 15
    assert [text for text in sorted(templates) if _vietnamese(text) == text] == []


def _vietnamese(template):
    names = re.findall(r"\{([a-z]+)\}", template)
    return translate(template, "vi", **{name: "{" + name + "}" for name in names})


@pytest.fixture
def folder(tmp_path):
    for name in ("importing.toml", "units.toml"):
        shutil.copy(MAPPINGS / name, tmp_path)
    (tmp_path / "communes").mkdir()
    return tmp_path


def _write(folder, text, name="x.toml"):
    (folder / "communes" / name).write_text(text, "utf-8")


def test_a_minimal_mapping_is_enough(folder):
    _write(folder, MINIMAL)
    (plan,) = load_mappings(folder, TYPES).plans["x"]
    assert plan.required == ("subject.name", "entry.number")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("entry.number", "entry.nummer", "unknown entry attribute 'nummer'"),
        ("subject.name", "child.name", "HN has no role 'child'"),
        ('register_type = "HN"', 'register_type = "XX"', "no register type 'XX'"),
        (
            'ho_ten = "subject.name"',
            'ho_ten = "subject.name"\nHO-TEN = "entry.notes"',
            "told apart",
        ),
        (
            'unit = "28501@1976"',
            'unit = "28501@1900"',
            "unit: .*'28501@1900'.*known are .*28501@1976",
        ),
        ('unit = "28501@1976"', 'unit = "82@1976"', "there is no commune '82@1976'"),
        ('name = "X"', "name = ", "not valid TOML.*line 3"),
        (
            "[tables.columns]",
            "[tables.codes.sex]\nT = 'male'\n[tables.columns]",
            "hn: codes.sex: unknown code words male; known are F, M, U",
        ),
        ('family = "f"', 'family = "f"\nencodings = ["ebcdic"]', "unknown encodings"),
        ('family = "f"', 'family = "f"\nfooters = ["("]', "regular expression"),
        ('family = "f"', 'family = "f"\nsurprise = 1', "tables.0.surprise"),
        ('family = "f"', 'family = "f"\nrequired = ["subject.sex"]', "required field subject.sex"),
        ('family = "f"', 'family = "f"\naliases = { SO = "ho_ten" }', "is a column itself"),
        ('files = ["HN*.csv"]', "files = []", "tables.0.files"),
        ('[tables.columns]\nso = "entry.number"\nho_ten = "subject.name"', "", "no columns"),
    ],
)
def test_mistakes_in_a_mapping_are_named(folder, old, new, words):
    assert old in MINIMAL
    _write(folder, MINIMAL.replace(old, new))
    with pytest.raises(MappingError, match=words) as caught:
        load_mappings(folder, TYPES)
    assert "x.toml" in str(caught.value)


def test_a_table_twice_a_commune_twice_and_no_commune_are_errors(folder):
    with pytest.raises(MappingError, match="no commune"):
        load_mappings(folder, TYPES)
    _write(folder, MINIMAL + MINIMAL[MINIMAL.index("[[tables]]") :])
    with pytest.raises(MappingError, match="table 'hn' is defined twice"):
        load_mappings(folder, TYPES)
    _write(folder, MINIMAL)
    _write(folder, MINIMAL, "y.toml")
    with pytest.raises(MappingError, match="id x is defined twice"):
        load_mappings(folder, TYPES)


def test_name_key_folds_what_does_not_count():
    assert name_key("Sổ_Khai-Sinh  2004.XLS") == "so khai sinh 2004.xls"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('name = "X"', "name = ", "x.toml: sai cú pháp TOML ở dòng 3, cột 8. Hãy kiểm tra"),
        ('name = "X"', "name = 7", "communes/x.toml: name: phải là chữ đặt trong dấu ngoặc kép."),
        ('name = "X"', "", "communes/x.toml: name: còn thiếu; hãy thêm vào."),
        ('family = "f"', 'family = "f"\nsurprise = 1', "tables.0.surprise: khóa này không có"),
        (
            'family = "f"',
            'family = "f"\nheader = "x"',
            "tables.0.header: phải là một trong: 'single', ",
        ),
        ('family = "f"', 'family = "F"', "tables.0.family: không đúng dạng ^"),
        ('family = "f"', 'family = "f"\nencodings = ["ebcdic"]', "không có bảng mã ebcdic"),
        ('family = "f"', 'family = "f"\nfooters = ["("]', "( không phải là biểu thức chính quy"),
        ('files = ["HN*.csv"]', "files = []", "tables.0.files: cần ít nhất 1 giá trị"),
        ('so = "entry.number"', 'so = "entry.nummer"', "hn: không có thuộc tính 'nummer'"),
        ('family = "f"', 'family = "f"\nrequired = ["mother.name"]', "không có vai 'mother'"),
        ('unit = "28501@1976"', 'unit = "1"', "trong units.toml không có xã '1'; các xã đã có: "),
    ],
)
def test_mistakes_in_a_mapping_are_told_in_vietnamese(folder, old, new, words):
    assert old in MINIMAL
    _write(folder, MINIMAL.replace(old, new))
    with pytest.raises(MappingError) as caught:
        load_mappings(folder, TYPES)
    assert words in translate(caught.value.template, "vi", **caught.value.values)


def test_a_mapping_saved_by_notepad_is_read(folder):
    _write(folder, MINIMAL)
    path = folder / "communes" / "x.toml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert list(load_mappings(folder, TYPES).communes) == ["x"]
    path.write_bytes(MINIMAL.replace("X", "Hiệp Đức").encode("cp1258", "replace"))
    with pytest.raises(MappingError, match=r"x\.toml: is not saved as UTF-8"):
        load_mappings(folder, TYPES)
