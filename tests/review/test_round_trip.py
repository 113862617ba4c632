"""A workbook of real deliveries filled in and handed back: the register follows, once."""

from __future__ import annotations

import json
import re
import shutil

import openpyxl
import pytest

from reconcile import config, pipeline
from reconcile.config import samples_folder
from reconcile.register import open_register
from reconcile.requests import MergeRequest, ReviewRequest
from reconcile.review.columns import Column
from tests.review.desk import Desk

FILES = (
    "hoi_xuan/So ket hon.xls",
    "hoi_xuan/So khai tu.xls",
    "hoi_xuan/So khai sinh.xls",
    "tan_phong/KHAITU.DBF",
)


@pytest.fixture(scope="module")
def merged(tmp_path_factory):
    """Folder with the register and the first workbook of a few files of the samples."""
    folder = tmp_path_factory.mktemp("office")
    delivery = folder / "2025-07-01"
    for name in FILES:
        (delivery / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(samples_folder() / "2025-07-01" / name, delivery / name)
    request = MergeRequest(
        deliveries=(delivery,), register=str(folder / "register.db"), out=folder / "out"
    )
    pipeline.merge(request)
    return folder


@pytest.fixture
def office(merged, tmp_path):
    """The same, to change at will."""
    shutil.copytree(merged, tmp_path, dirs_exist_ok=True)
    return tmp_path


def filled(office, decisions):
    """The workbook with the first open questions of each kind decided; conflict -> words."""
    desk = Desk.__new__(Desk)
    desk.path = office / "out" / "conflicts-R0001.xlsx"
    desk.excel = openpyxl.load_workbook(desk.path)
    found = {}
    with open_register(str(office / "register.db"), create=False) as register:
        conflicts = register.conflicts()
    for kind, words in decisions.items():
        asked = conflicts[conflicts["kind"] == kind]["conflict"].tolist()
        for conflict, said in zip(sorted(asked), words, strict=False):
            desk.fill(conflict, said, date="20/11/2026")
            found[conflict] = said
    return desk.save(office / "filled.xlsx"), found


def review(office, *workbooks):
    return pipeline.review_workbooks(
        ReviewRequest(workbooks=workbooks, register=str(office / "register.db"), out=office / "out")
    )


def state(office):
    with open_register(str(office / "register.db"), create=False) as register:
        mentions, conflicts = register.mentions(), register.conflicts()
        persons = dict(zip(mentions["mention_key"], mentions["person_id"], strict=True))
        return persons, conflicts.set_index("conflict"), len(register.judgements())


def test_untouched_workbook_yields_no_judgement(office):
    before = state(office)
    found = review(office, office / "out" / "conflicts-R0001.xlsx")
    assert (found.run, found.applied, found.refused) == ("", 0, ())
    assert found.untouched == len(before[1])
    assert state(office)[2] == 0


def test_the_register_follows_once(office):
    _, conflicts, _ = state(office)
    workbook, decided = filled(
        office,
        {"same_person": ["cung nguoi", "khac nhau", "chưa rõ"], "refused": ["bo qua"]},
    )
    assert len(decided) == 4
    found = review(office, workbook)
    assert (found.applied, found.refused) == (4, ())
    persons, after, judgements = state(office)
    assert judgements == 4
    for conflict, words in decided.items():
        keys = json.loads(conflicts["mentions"][conflict])
        assert after["state"][conflict] == "decided"
        if keys:
            assert (persons[keys[0]] == persons[keys[1]]) is (words == "cung nguoi")
    again = review(office, workbook)
    assert (again.run, again.applied, again.repeated, again.refused) == ("", 0, 4, ())
    assert state(office)[0] == persons


def test_refused_rows_show_their_cells(office):
    sheet = openpyxl.load_workbook(office / "out" / "conflicts-R0001.xlsx")[
        "Dòng bị từ chối, kiểm tra"
    ]
    columns = Desk.columns(sheet)
    shown = sheet.cell(3, columns[Column.SIDE_A] + 1).value
    assert "Các ô: MA_SO: " in shown
    assert re.search(r"Tệp: .*KHAITU\.DBF · dòng \d+$", shown)


def test_a_decision_waits_for_the_second_officer(office, monkeypatch):
    """The first one changes nothing, the same file again neither, the second one binds."""
    usual = config.load_office
    monkeypatch.setattr(
        config,
        "load_office",
        lambda folder: usual(folder).model_copy(update={"second_officer": ("same_person",)}),
    )
    _, conflicts, _ = state(office)
    workbook, decided = filled(office, {"same_person": ["cung nguoi"]})
    (conflict,) = decided
    left, right = json.loads(conflicts["mentions"][conflict])
    found = review(office, workbook)
    assert (found.applied, found.awaiting) == (1, 1)
    persons, after, _ = state(office)
    assert persons[left] != persons[right]
    assert after["state"][conflict] == "open"
    assert review(office, workbook).run == ""

    desk = Desk.__new__(Desk)
    desk.path = found.outputs["workbook"]
    desk.excel = openpyxl.load_workbook(desk.path)
    assert "Cần một cán bộ thứ hai" in desk.cell(conflict, Column.QUESTION).value
    desk.fill(conflict, "cùng một người", officer="Trần Văn Sáu")
    found = review(office, desk.save(office / "second.xlsx"))
    assert (found.applied, found.awaiting) == (1, 0)
    persons, after, _ = state(office)
    assert persons[left] == persons[right]
