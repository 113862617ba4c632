import json
import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconcile.errors import ContractError, MappingError
from reconcile.model import FINDINGS
from reconcile.text.findings import load_findings
from reconcile.validate import validate
from reconcile.validate.expectations import Checker
from reconcile.validate.questions import asked_of, questions
from reconcile.validate.suites import Suite, load_suites
from reconcile.validate.wide import Wide
from tests.validate.ledger import Ledger, exact, year

CHILD = {
    "name": "Nguyễn Văn An",
    "sex": "M",
    "home_key": "hoi xuan",
    "ethnic_group": "Kinh",
    "nationality": "Việt Nam",
    **exact("birth", "2010-03-01"),
}
FIELDS = {"child.name": "Nguyễn Văn An", "child.birth_place": "BV Cai Lậy"}


@pytest.fixture(scope="module")
def checker():
    return Checker()


@pytest.fixture
def run(mappings, register_types):
    def check(ledger):
        return validate(*ledger.tables(), register_types, mappings)

    return check


def rule(number, **more):
    return {
        "id": f"KS-{number:02d}",
        "code": "value_missing",
        "type": "expect_column_values_to_not_be_null",
        "arguments": {"column": "child.sex"},
        **more,
    }


def suite(*rules):
    return Suite.model_validate({"register_type": "KS", "version": 1, "expectation": rules})


def asked(suite, *children):
    return asked_of(suite, wide_of(*children))


def wide_of(*children):
    ledger = Ledger()
    for child in children:
        ledger.add(roles={"child": child}, fields=FIELDS)
    return Wide(*ledger.tables()[:3])


def test_a_good_entry_has_no_findings(run):
    ledger = Ledger()
    ledger.add(roles={"child": CHILD}, fields=FIELDS)
    findings = run(ledger)
    FINDINGS.check(findings)
    assert findings.empty


def test_findings_point_at_file_sheet_row_and_field(run):
    ledger = Ledger()
    ledger.add(roles={"child": CHILD}, fields=FIELDS)
    ledger.add(roles={"child": {**CHILD, "sex": ""}}, fields=FIELDS)
    findings = run(ledger)
    assert len(findings) == 1
    line = findings.iloc[0]
    assert (line["code"], line["severity"], line["field"]) == (
        "value_missing",
        "warning",
        "child.sex",
    )
    assert (line["delivery"], line["commune"], line["file"], line["sheet"], line["row"]) == (
        "2025-07-01",
        "hoi_xuan",
        "So.xls",
        "2010",
        7,
    )
    assert line["register_type"] == "KS"
    assert json.loads(line["params"])["rule"].startswith("KS-")


def test_all_five_register_types_have_a_suite_that_runs(run, mappings, register_types):
    assert set(load_suites(mappings, register_types, load_findings(mappings))) == set(
        register_types
    )
    ledger = Ledger()
    for code, register_type in sorted(register_types.items()):
        ledger.add(code, {role.name: {"name": "X"} for role in register_type.roles}, number=1)
    found = run(ledger)
    assert set(found["register_type"]) == set(register_types)
    assert {"value_missing", "name_incomplete"} <= set(found["code"])


@pytest.mark.parametrize(
    ("child", "fields", "code"),
    [
        ({"sex": "M", "middle": "thị hồng"}, {}, "sex_against_name"),
        ({"sex": "F", "middle": "văn"}, {}, "sex_against_name"),
        ({"sex": "M", "cccd": "082310000123"}, {}, "sex_against_number"),
        ({"name": "Nguye6n Van An"}, {}, "name_odd_characters"),
        (year("birth", 1790), {}, "date_implausible"),
        ({}, {"mother.residence_kind": "permanent"}, "residence_without_place"),
        ({}, {"entry.birth_kind": "both"}, "parent_missing"),
    ],
)
def test_suite_of_births(run, child, fields, code):
    ledger = Ledger()
    ledger.add(roles={"child": {**CHILD, **child}}, fields={**FIELDS, **fields})
    assert code in set(run(ledger)["code"])


def test_an_event_of_2016_cannot_be_registered_again(run):
    ledger = Ledger()
    for born in ("2015-12-31", "2016-01-01"):
        ledger.add(
            roles={"child": {**CHILD, **exact("birth", born)}},
            fields=FIELDS,
            registration_kind="again",
            registered="2018-05-05",
            year=2018,
        )
    assert run(ledger)["row"].tolist() == [7]
    assert run(ledger)["code"].tolist() == ["again_after_2015"]


def test_a_parent_named_though_not_determined(run):
    ledger = Ledger()
    ledger.add(
        roles={"child": CHILD, "father": {"name": "Le Van Binh"}},
        fields={**FIELDS, "entry.birth_kind": "no_father"},
    )
    assert run(ledger)["code"].tolist() == ["parent_against_birth_kind"]


def test_no_contents_at_all(run):
    assert run(Ledger()).empty


def test_a_content_twice_breaks_the_contract(run):
    ledger = Ledger()
    ledger.add()
    ledger.contents *= 2
    with pytest.raises(ContractError):
        run(ledger)


def test_findings_do_not_depend_on_the_order_of_lines(mappings, register_types):
    ledger = Ledger()
    for number in (1, 2, 5, 5, 9):
        ledger.add(roles={"child": {**CHILD, "sex": ""}}, fields=FIELDS, number=number)
    tables = ledger.tables()
    turned = [table.iloc[::-1].reset_index(drop=True) for table in tables]
    straight = validate(*tables, register_types, mappings)
    assert straight.equals(validate(*turned, register_types, mappings))


# -- traps of great-expectations ------------------------------------------------------------------


def test_a_crashed_expectation_is_a_bug_and_not_bad_data(checker, mappings):
    words = load_findings(mappings)
    crashing = rule(
        1,
        type="expect_column_values_to_match_regex",
        arguments={"column": "child.sex", "regex": "("},
    )
    with pytest.raises(ContractError, match="KS-01 crashed"):
        checker.check(asked(suite(rule(2), crashing), CHILD), words)


def test_a_crash_tells_nothing_of_the_cells(checker, mappings):
    secret = {**CHILD, "sex": "Bí mật"}
    crashing = rule(1, type="expect_column_values_to_be_between")
    crashing["arguments"] = {"column": "child.sex", "min_value": 3}
    with pytest.raises(ContractError) as caught:
        checker.check(asked(suite(crashing), secret, CHILD), load_findings(mappings))
    assert "Bí mật" not in str(caught.value)


def test_a_missing_column_does_not_pass_silently(mappings, register_types, tmp_path):
    shutil.copytree(mappings / "findings", tmp_path / "findings")
    (tmp_path / "expectations").mkdir()
    (tmp_path / "expectations" / "KS.toml").write_text(
        'register_type = "KS"\nversion = 1\n[[expectation]]\nid = "KS-01"\ncode = "value_missing"\n'
        'type = "expect_column_values_to_not_be_null"\narguments = { column = "child.shoe_size" }\n'
    )
    with pytest.raises(MappingError, match="shoe_size"):
        load_suites(tmp_path, register_types, load_findings(tmp_path))


@pytest.mark.parametrize("regex", ["(", "^(a|b)$"])
def test_a_regex_that_would_crash_is_found_when_the_suite_is_read(
    mappings, register_types, tmp_path, regex
):
    (tmp_path / "expectations").mkdir()
    (tmp_path / "expectations" / "KS.toml").write_text(
        'register_type = "KS"\nversion = 1\n[[expectation]]\nid = "KS-01"\ncode = "value_missing"\n'
        'type = "expect_column_values_to_match_regex"\n'
        f"arguments = {{ column = 'child.name', regex = '{regex}' }}\n"
    )
    with pytest.raises(MappingError, match=r"KS-01: the regex"):
        load_suites(tmp_path, register_types, load_findings(mappings))


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "expect_the_unexpected"},
        {"arguments": {"column": "child.sex", "colour": "red"}},
    ],
)
def test_unknown_expectations_and_arguments_are_mapping_errors(checker, mappings, wrong):
    with pytest.raises(MappingError, match="KS-01"):
        checker.check(asked(suite(rule(1, **wrong)), CHILD), load_findings(mappings))


def test_results_belong_to_their_rules_whatever_their_order(checker, mappings):
    words = load_findings(mappings)
    rules = [rule(number, field=f"child.{number}") for number in range(1, 6)]
    for number, column in enumerate(["name", "sex", "cccd", "cmnd", "given"]):
        rules[number]["arguments"] = {"column": f"child.{column}"}
    found = checker.check(asked(suite(*rules), {**CHILD, "sex": ""}), words)
    assert sorted(found["field"]) == ["child.2", "child.3", "child.4"]


def test_rules_that_differ_in_their_columns_alone_are_one_question():
    named = {"type": "expect_column_values_to_match_regex"}
    rules = [
        rule(1, arguments={"column": "child.name", "regex": "A"}, **named),
        rule(2, arguments={"column": "child.middle", "regex": "A"}, **named),
        rule(3, arguments={"column": "child.middle", "regex": "B"}, **named),
        rule(4, arguments={"column": "child.middle", "regex": "A"}, when={"child.sex": ["M"]}),
        rule(5, arguments={"column": "child.given", "regex": "A"}, when={"child.sex": ["F"]}),
        rule(6),
        rule(7, arguments={"column": "child.birth_from"}),
    ]
    asked_for = questions(asked(suite(*rules), CHILD, CHILD))
    assert [question.rules for question in asked_for] == [
        "KS-01, KS-02",
        *(f"KS-0{number}" for number in range(3, 8)),
    ]
    assert [len(question.lines) for question in asked_for] == [2, 1, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("more", "failed"),
    [
        ({"type": "expect_column_values_to_be_unique"}, [0, 2]),
        (
            {
                "type": "expect_column_values_to_be_in_set",
                "arguments": {"column": "child.name", "value_set": ["A"], "mostly": 0.6},
            },
            [],
        ),
    ],
)
def test_what_hangs_on_other_lines_is_asked_of_all_lines(checker, mappings, more, failed):
    judged = rule(1, **{"arguments": {"column": "child.name"}, **more})
    lines = asked(suite(judged), *({**CHILD, "name": name} for name in ("A", "B", "A")))
    found = checker.check(lines, load_findings(mappings))
    assert found["content_hash"].tolist() == [f"{place:032x}" for place in failed]


@given(
    lines=st.lists(
        st.fixed_dictionaries(
            {
                "name": st.sampled_from(["", "An", "Nguyễn An", "Nguyễn 4n"]),
                "sex": st.sampled_from(["", "M", "F"]),
                "cccd": st.sampled_from(["", "082010000123", "082110000123"]),
            }
        ),
        min_size=1,
        max_size=8,
    )
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_asking_different_lines_once_finds_what_asking_every_line_finds(checker, mappings, lines):
    words = load_findings(mappings)
    rules = [
        rule(1),
        rule(2, arguments={"column": "child.name"}),
        rule(
            3,
            type="expect_column_values_to_match_regex",
            arguments={"column": "child.cccd", "regex": r"^\d{3}[02468]"},
            when={"child.sex": ["M"]},
        ),
    ]
    together = checker.check(asked(suite(*rules), *lines), words)
    one_by_one = {
        (f"{place:032x}", json.loads(params)["rule"])
        for place, line in enumerate(lines)
        for params in checker.check(asked(suite(*rules), line), words)["params"]
    }
    said = [json.loads(params)["rule"] for params in together["params"]]
    assert set(zip(together["content_hash"], said, strict=True)) == one_by_one


def test_great_expectations_prints_nothing(checker, mappings, capfd):
    checker.check(asked(suite(rule(1)), {**CHILD, "sex": ""}), load_findings(mappings))
    printed = capfd.readouterr()
    assert (printed.out, printed.err) == ("", "")
