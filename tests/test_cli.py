"""The command line parses, calls one function, prints, and ends with the right code."""

import dataclasses
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import cli
from reconcile import counter, errors, explaining, pipeline
from reconcile.errors import FileFault
from reconcile.model import DELIVERIES
from reconcile.register import Changes
from reconcile.register.integrity import Problem
from reconcile.report.chapters import Chapter
from reconcile.requests import Told
from reconcile.review.verdicts import Note

FAULT = FileFault("2025-07-01", "hoi_xuan/So khai sinh.xls", "2004", 7, "The file is empty.")


@pytest.fixture
def run():
    def invoke(*arguments):
        return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])

    return invoke


@pytest.fixture
def merged(tmp_path):
    return pipeline.Merged(
        run="R0001",
        accounting=pd.DataFrame(
            {
                "delivery": ["2025-07-01", "2025-07-01"],
                "commune": ["hiep_duc", "hoi_xuan"],
                "file": ["KS.2007.01.xlsx", "So khai sinh.xls"],
                "read": [12, 3],
                "new": [11, 2],
                "refused": [1, 0],
                "footer": [0, 1],
            }
        ),
        changes=Changes(entries_new=13),
        persons=30,
        entries=13,
        questions={"same_person": 2},
        findings={"warning": 4},
        outputs={"workbook": tmp_path / "conflicts-R0001.xlsx"},
    )


def raising(error):
    def fail(*_arguments, **_options):
        raise error

    return fail


def in_a_process(*arguments, root, **environment):
    return subprocess.run(
        [sys.executable, "cli.py", *arguments],
        cwd=root,
        env={**os.environ, "COLUMNS": "100", **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_merge_hands_over_what_was_asked(run, merged, monkeypatch, tmp_path):
    seen = []
    monkeypatch.setattr(pipeline, "merge", lambda request, _: seen.append(request) or merged)
    result = run(
        *("merge", tmp_path, "--register", "r.db", "--out", tmp_path / "o", "--kind", "delta"),
        *("--date", "2025-07-02", "--dry-run", "--skip-unreadable", "--lang", "en"),
    )
    assert result.exit_code == 0, result.output
    assert seen[0].deliveries == (tmp_path,)
    assert (seen[0].register, seen[0].out) == ("r.db", tmp_path / "o")
    assert (seen[0].kind, str(seen[0].date)) == ("delta", "2025-07-02")
    assert (seen[0].dry_run, seen[0].skip_unreadable, seen[0].language) == (True, True, "en")


def test_merge_shows_where_every_row_went(run, merged, monkeypatch, tmp_path):
    monkeypatch.setattr(pipeline, "merge", lambda *_: merged)
    output = run("merge", tmp_path).output
    lines = [line.split() for line in output.splitlines()]
    assert ["2025-07-01", "hiep_duc", "KS.2007.01.xlsx", "12", "11", "1", "0"] in lines
    assert lines[
        lines.index(["2025-07-01", "hoi_xuan", "So", "khai", "sinh.xls", "3", "2", "0", "1"]) + 1
    ][-4:] == ["15", "13", "1", "1"]
    assert "R0001" in output
    assert "conflicts-R0001.xlsx" in output


def test_quiet_prints_nothing(run, merged, monkeypatch, tmp_path):
    monkeypatch.setattr(pipeline, "merge", lambda *_: merged)
    assert run("merge", tmp_path, "--quiet").output == ""


def test_strict_ends_with_six_where_something_is_left(run, merged, monkeypatch, tmp_path):
    monkeypatch.setattr(pipeline, "merge", lambda *_: merged)
    assert run("merge", tmp_path).exit_code == 0
    assert run("merge", tmp_path, "--strict").exit_code == 6
    clean = dataclasses.replace(
        merged, questions={}, accounting=merged.accounting.assign(refused=0)
    )
    monkeypatch.setattr(pipeline, "merge", lambda *_: clean)
    assert run("merge", tmp_path, "--strict").exit_code == 0


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.UsageError("This makes no sense."), 2),
        (errors.MappingError("This is wrong."), 2),
        (errors.ExportError([FAULT]), 3),
        (errors.WorkbookError([FAULT]), 3),
        (errors.ShrinkageError("Too much is gone."), 3),
        (errors.RegisterError("It is damaged."), 4),
        (errors.RegisterBusyError("It is busy."), 4),
        (KeyboardInterrupt(), 130),
    ],
)
def test_exit_codes_by_class_of_exception(run, monkeypatch, tmp_path, error, code):
    monkeypatch.setattr(pipeline, "merge", raising(error))
    assert run("merge", tmp_path).exit_code == code


def test_a_bug_shows_its_traceback_and_ends_with_one(run, monkeypatch, tmp_path):
    monkeypatch.setattr(pipeline, "merge", raising(ZeroDivisionError()))
    result = run("merge", tmp_path)
    assert result.exit_code == 1
    assert isinstance(result.exception, ZeroDivisionError)


def test_all_files_that_cannot_be_read_are_named(run, monkeypatch, tmp_path):
    other = dataclasses.replace(FAULT, file="tan_phong/KETHON.DBF", sheet="", row=0)
    monkeypatch.setattr(pipeline, "merge", raising(errors.ExportError([FAULT, other])))
    output = run("merge", tmp_path).output
    assert "2025-07-01 / hoi_xuan/So khai sinh.xls / 2004" in output
    assert "2025-07-01 / tan_phong/KETHON.DBF:" in output


def test_refused_decisions_end_with_five_and_are_listed(run, monkeypatch, tmp_path):
    note = Note("conflicts-R0001.xlsx", "Cùng một người", 9, "There is no such conflict.")
    copies = {"refused rows in red: conflicts-R0001.xlsx": Path("copy.xlsx")}
    reviewed = pipeline.Reviewed("R0002", 3, 0, 1, (note,), (), Changes(), copies)
    monkeypatch.setattr(pipeline, "review_workbooks", lambda *_: reviewed)
    result = run("review", tmp_path / "conflicts-R0001.xlsx")
    assert result.exit_code == 5
    assert "conflicts-R0001.xlsx / Cùng một người" in result.output
    copy = "bản tô đỏ các dòng không áp dụng được (conflicts-R0001.xlsx): copy.xlsx"
    assert copy in result.output


def test_verify_ends_with_four_where_something_is_wrong(run, monkeypatch):
    monkeypatch.setattr(pipeline, "verify", lambda *_: [])
    assert run("verify").exit_code == 0
    monkeypatch.setattr(pipeline, "verify", lambda *_: [Problem("It does not add up.")])
    result = run("verify")
    assert result.exit_code == 4
    assert "It does not add up." in result.output


def test_verify_recomputes_where_it_is_asked_to(run, monkeypatch):
    monkeypatch.setattr(pipeline, "verify", lambda *_: [])
    monkeypatch.setattr(pipeline, "recompute", lambda *_: [Problem("It is not what it was.")])
    assert run("verify").exit_code == 0
    result = run("verify", "--recompute")
    assert result.exit_code == 4
    assert "It is not what it was." in result.output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["merge"], "DELIVERY"),
        (["merge", "x", "--date", "1-7"], "2025-07-01"),
        (["merge", "x", "--kind", "some"], "full|delta"),
        (["merge", "x", "--no-such-option"], "--no-such-option"),
        (["find", "x", "--born", "x"], "--born"),
        (["export", "some"], "template|persons"),
        (["no-such-command"], "reconcile --help"),
        (["undo", "R0001", "R0002"], "undo --help"),
    ],
)
def test_wrong_use_ends_with_two_and_says_what_is_right(run, arguments, told):
    result = run(*arguments)
    assert result.exit_code == 2
    assert told in result.output
    assert len(result.output.splitlines()) == 2
    assert not {"Try", "Invalid", "Value"} & set(result.output.split())


@pytest.mark.parametrize("day", ["2025-07-02", "02/07/2025", "2.7.2025"])
def test_days_may_be_written_as_people_do(run, merged, monkeypatch, tmp_path, day):
    seen = []
    monkeypatch.setattr(pipeline, "merge", lambda request, _: seen.append(request) or merged)
    assert run("merge", tmp_path, "--date", day).exit_code == 0
    assert str(seen[0].date) == "2025-07-02"


def test_a_day_that_nothing_names_is_said_aloud(run, merged, monkeypatch, tmp_path):
    said = {"commune": "hiep_duc", "sequence": 1, "kind": "full"}
    deliveries = DELIVERIES.build(
        [
            {"delivery": "moi", "date": "2026-01-05", "date_source": "today", **said},
            {"delivery": "2025-07-01", "date": "2025-07-01", "date_source": "folder", **said},
        ]
    )
    dated = dataclasses.replace(merged, deliveries=deliveries)
    monkeypatch.setattr(pipeline, "merge", lambda *_: dated)
    warned = [line for line in run("merge", tmp_path).output.splitlines() if "--date" in line]
    assert len(warned) == 1
    assert "moi" in warned[0]
    assert "2026-01-05" in warned[0]


def test_many_files_are_told_commune_by_commune(run, merged, monkeypatch, tmp_path):
    line = dict(merged.accounting.iloc[1])
    lines = [{**line, "file": f"{number}.xls", "refused": number == 7} for number in range(21)]
    many = dataclasses.replace(merged, accounting=pd.DataFrame(lines).astype({"refused": "int"}))
    monkeypatch.setattr(pipeline, "merge", lambda *_: many)
    told = [one.split() for one in run("merge", tmp_path).output.splitlines()]
    assert ["2025-07-01", "hoi_xuan", "21", "63", "42", "1", "21"] in told
    assert [words for words in told if any(word.endswith(".xls") for word in words)] == [
        ["2025-07-01", "hoi_xuan", "7.xls", "3", "1"]
    ]


def test_a_merge_that_changed_nothing_says_so(run, merged, monkeypatch, tmp_path):
    known = dataclasses.replace(merged, changes=Changes())
    monkeypatch.setattr(pipeline, "merge", lambda *_: known)
    assert "Không có gì thay đổi" in run("merge", tmp_path).output


def test_files_that_were_left_out_count_for_strict(run, merged, monkeypatch, tmp_path):
    clean = merged.accounting.assign(refused=0)
    skipped = dataclasses.replace(merged, questions={}, accounting=clean, unreadable=(FAULT,))
    monkeypatch.setattr(pipeline, "merge", lambda *_: skipped)
    assert run("merge", tmp_path, "--strict").exit_code == 6


@pytest.mark.parametrize(
    ("arguments", "preset", "language"),
    [
        ([], "vi", "vi"),
        ([], "en", "en"),
        (["merge", "--lang", "en", "x"], "vi", "en"),
        (["merge", "--lang=vi"], "en", "vi"),
        (["--lang", "fr"], "vi", "vi"),
        (["merge", "--lang"], "vi", "vi"),
    ],
)
def test_the_language_is_settled_before_parsing(arguments, preset, language):
    assert cli.chosen_language(arguments, preset) == language


def test_help_speaks_vietnamese_and_on_request_english(root):
    vietnamese = in_a_process("merge", "--help", root=root, RECONCILE_LANG="vi").stdout
    assert "Cách dùng: reconcile merge" in vietnamese
    assert "Tùy chọn:" in vietnamese
    english = in_a_process("merge", "--lang", "en", "--help", root=root, RECONCILE_LANG="vi").stdout
    assert "Usage: reconcile merge" in english
    assert "Options:" in english


def test_vietnamese_reaches_a_file_whatever_the_locale(root):
    ran = in_a_process(
        "--help",
        root=root,
        LC_ALL="C",
        PYTHONUTF8="0",
        PYTHONCOERCECLOCALE="0",
        RECONCILE_LANG="vi",
    )
    assert ran.returncode == 0
    assert "Một sổ hộ tịch thống nhất" in ran.stdout


def test_a_delivery_that_does_not_exist_is_said_without_a_traceback(root):
    ran = in_a_process("check", str(Path("no") / "such"), root=root, RECONCILE_LANG="vi")
    assert ran.returncode in {2, 3}
    assert ran.stderr.startswith("Lỗi: ")
    assert "Traceback" not in ran.stderr


def test_text_from_files_cannot_command_the_terminal(run, monkeypatch, tmp_path):
    fault = dataclasses.replace(FAULT, file="hoi_xuan/\x1b[31mSo.xls")
    monkeypatch.setattr(pipeline, "merge", raising(errors.ExportError([fault])))
    output = run("merge", tmp_path).output
    assert "\x1b" not in output
    assert "hoi_xuan/?[31mSo.xls" in output


def test_find_shows_what_was_found_and_says_where_nobody_was(run, monkeypatch):
    columns = ["person_id", "name", "birth", "sex", "father", "mother", "mentions", "found_by"]
    line = ["P-2K7M4", "N. T. L.", "1980", "F", "N. V. B.", "", 3]
    asked = []

    def find(*arguments, **options):
        asked.append((arguments, options))
        return found

    monkeypatch.setattr(counter, "find", find)
    found = pd.DataFrame([[*line, "name"]], columns=columns)
    output = run("find", "nguyen", "thi", "lan", "--with", "le an").output
    shown = ["P-2K7M4", "N.", "T.", "L.", "1980", "F", "N.", "V.", "B.", "3"]
    assert shown in [line.split() for line in output.splitlines()]
    assert "tìm thấy theo" not in output
    assert asked == [(("register.db", "nguyen thi lan", None, "le an"), {"unmasked": False})]
    found = pd.DataFrame([[*line, "name, nearly"]], columns=columns)
    assert "họ tên gần đúng" in run("find", "nguyen").output
    found = found.iloc[:0]
    assert run("find", "nobody").output.strip()
    assert run("find").exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "target", "form"),
    [
        (["mentions"], "mentions.csv", "csv"),
        (["register"], "register.xlsx", "xlsx"),
        (["persons", "--format", "parquet", "--out", "p.parquet"], "p.parquet", "parquet"),
        (["mentions", "--out", "-"], None, "csv"),
    ],
)
def test_export_chooses_file_and_format(run, monkeypatch, arguments, target, form):
    seen = []
    monkeypatch.setattr(pipeline, "export_to", seen.append)
    assert run("export", *arguments).exit_code == 0
    assert seen[0].target == (None if target is None else Path(target))
    assert seen[0].form == form


def test_explain_takes_one_person_or_two(run, monkeypatch, tmp_path):
    monkeypatch.setattr(
        explaining,
        "explain",
        lambda question: Told(" ".join(question.ids), (Chapter("", ("So.",)),)),
    )
    assert run("explain", "P-1", "P-2").output.split() == ["P-1", "P-2", "So."]
    assert run("explain", "P-1", "P-2", "P-3").exit_code == 2
    page = tmp_path / "person.html"
    assert run("explain", "P-1", "--out", page).output.strip().endswith(str(page))


@pytest.mark.parametrize(
    ("arguments", "asked", "printed"),
    [
        (["R0002"], ("R0002", None, False), "what changed"),
        (["--out", "changes.csv", "--unmasked"], ("", Path("changes.csv"), True), "changes.csv"),
        (["--out", "-"], ("", Path("-"), False), ""),
    ],
)
def test_changes_takes_a_run_or_the_last_one(run, monkeypatch, arguments, asked, printed):
    seen = []

    def tell(request):
        seen.append((request.run, request.out, request.unmasked))
        return "what changed"

    monkeypatch.setattr(pipeline, "changes", tell)
    told = run("changes", *arguments)
    assert told.exit_code == 0
    assert seen == [asked]
    assert told.output.strip().endswith(printed) if printed else told.output == ""


def test_a_first_mapping_on_the_screen_is_a_mapping(run, tmp_path):
    lines = ["so;ngay_cap;ho_ten;gioi_tinh;ngay_sinh", "1/2020;2020-03-01;LÊ VĂN AN;Nam;1990"]
    (tmp_path / "hon nhan.csv").write_text("\n".join(lines), encoding="utf-8")
    told = run("mapping", "new", tmp_path / "hon nhan.csv", "--name", "Bình Phú", "--out", "-")
    assert told.exit_code == 0
    written = tomllib.loads(told.output)
    assert (written["id"], written["tables"][0]["columns"]["ho_ten"]) == (
        "binh_phu",
        "subject.name",
    )
    assert run("mapping", "check").exit_code == 0
