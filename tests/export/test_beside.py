import sys

import pytest
from openpyxl import load_workbook

from reconcile import config, export
from reconcile.export import beside
from reconcile.register import open_register
from tests.register.test_store import FIRST
from tests.register.world import merge


@pytest.fixture(scope="module")
def register(tmp_path_factory):
    with open_register(tmp_path_factory.mktemp("sổ bộ") / "register.db") as opened:
        merge(opened, FIRST)
        yield opened


def cells(path):
    return {
        sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()]
        for sheet in load_workbook(path)
    }


def test_a_second_python_writes_what_the_first_would(register, mappings, tmp_path):
    ours, theirs = tmp_path / "ours.xlsx", tmp_path / "của máy.xlsx"
    types, communes = config.load_register_types(mappings), config.load_commune_names(mappings)
    export.export_register(register, ours, export.load(types, communes, mappings), "vi")
    with beside.begun(register.path, theirs, mappings, "vi") as helper:
        assert helper.has_written()
    assert cells(theirs) == cells(ours)


def test_a_second_python_that_fails_says_so_and_leaves_nothing(register, mappings, tmp_path):
    taken = tmp_path / "register.xlsx"
    taken.write_bytes(b"mine")
    with beside.begun(register.path, taken, mappings, "vi") as helper:
        assert not helper.has_written()
    assert taken.read_bytes() == b"mine"
    assert [path.name for path in tmp_path.iterdir()] == ["register.xlsx"]


@pytest.mark.parametrize("python", ["", "/no/such/python"])
def test_without_a_second_python_nothing_happens(register, mappings, tmp_path, monkeypatch, python):
    monkeypatch.setattr(sys, "executable", python)
    with beside.begun(register.path, tmp_path / "register.xlsx", mappings, "vi") as helper:
        assert not helper.has_written()
    with beside.begun(None, tmp_path / "register.xlsx", mappings, "vi") as helper:
        assert not helper.has_written()
    assert not list(tmp_path.iterdir())
