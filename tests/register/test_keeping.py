import os
import signal
import sqlite3
import subprocess
import sys
import time

import pytest
from sqlalchemy import func, select, text, update

from reconcile.register import open_register, restore_register
from reconcile.register import tables as t
from reconcile.register.digests import AUDITED
from reconcile.register.integrity import verify
from tests.register.test_store import DECISION, FIRST, SECOND
from tests.register.world import merge, state


@pytest.fixture
def filled(register):
    merge(register, FIRST)
    with register.run("review") as run:
        register.add_judgements(run, [DECISION])
    merge(register, SECOND)
    return register


# -- verify ---------------------------------------------------------------------------------------


TAMPERINGS = [
    (
        "UPDATE raw_rows SET cells = '{}' WHERE raw_row = 1",
        "What run R0001 wrote to the table raw_rows",
    ),
    ("UPDATE judgements SET officer = 'X'", "What run R0002 wrote to the table judgements"),
    (
        "UPDATE occurrences SET outcome = 'footer' WHERE outcome = 'deleted'",
        "table occurrences",
    ),
    ("UPDATE audit_log SET detail = '{}' WHERE number = 2", "log is broken at its line 2"),
    ("DELETE FROM audit_log WHERE number = 1", "log is broken at its line 1"),
    ("DELETE FROM audit_log WHERE number = 3", "Run R0003 is not in the log"),
    ("UPDATE runs SET manifest = '[]' WHERE run = 1", "kept of run R0001 was changed"),
    ("UPDATE runs SET undone_by = 3 WHERE run = 2", "R0002 says wrongly"),
    ("DELETE FROM runs WHERE run = 1", "R0001 is missing"),
    ("DELETE FROM memberships WHERE line = 1", "table memberships lacks lines"),
    ("UPDATE mentions SET entry = 99 WHERE line = 1", "table mentions names 1 line(s)"),
    ("UPDATE golden_values SET mention = 99 WHERE line = 1", "do not exist (mention)"),
    ("UPDATE golden_values SET person = 99 WHERE line = 1", "do not exist (person)"),
    ("UPDATE entry_versions SET content = 99 WHERE line = 1", "do not exist (content)"),
    ("UPDATE identities SET to_run = 3 WHERE kind = 'V' AND number = 1", "table event_entries"),
    ("UPDATE contents SET fields = '{}' WHERE content = 1", "R0001 wrote to the table contents"),
    ("UPDATE deliveries SET kind = 'delta' WHERE line = 1", "wrote to the table deliveries"),
    ("UPDATE files SET sha256 = 'x' WHERE line = 1", "wrote to the table files"),
    ("UPDATE occurrences SET to_run = 3 WHERE line = 1", "table occurrences were made void"),
    ("UPDATE judgements SET to_run = 2", "table judgements were made void"),
    ("UPDATE identities SET anchor = '9' WHERE line = 1", "R0001 wrote to the table identities"),
    ("UPDATE identities SET anchor = '9' WHERE line = 1", "1 id(s) of the kind E stand where"),
    ("UPDATE id_sequence SET issued = 1 WHERE kind = 'P'", "set back (kind P)"),
    ("DELETE FROM id_sequence WHERE kind = 'J'", "set back (kind J)"),
    ("UPDATE mention_ids SET entry = 9 WHERE mention = 1", "1 mention(s) have the number"),
    ("UPDATE memberships SET person = 2 WHERE line = 1", "id(s) of the kind P stand where"),
    ("UPDATE runs SET started = '2020' WHERE run = 1", "kept of run R0001 was changed"),
    ("UPDATE runs SET finished = '2020' WHERE run = 1", "kept of run R0001 was changed"),
    ("UPDATE audit_log SET number = -number", "log is broken at its line 1"),
    ("UPDATE audit_log SET at = '2020' WHERE number = 2", "log is broken at its line 2"),
    ("UPDATE audit_log SET previous = hash WHERE number = 3", "log is broken at its line 3"),
    (
        "UPDATE identities SET state = 'joined', target = 99 WHERE kind = 'P' AND number = 1",
        "redirect",
    ),
]


def problems_after(register, statement, known_head=""):
    """What verify says after a change behind the register's back, which is taken back again."""
    with register._transaction(writes=True) as connection:
        assert connection.execute(text(statement)).rowcount
        problems = [str(problem) for problem in verify(connection, known_head)]
        connection.get_transaction().rollback()
    return problems


def test_tampering_is_found_and_named(filled):
    head = filled.facts()["audit_head"]
    assert filled.verify(head) == []
    for statement, expected in TAMPERINGS:
        problems = problems_after(filled, statement)
        assert any(expected in problem for problem in problems), statement
    assert filled.verify(head) == []


VOUCHED = [
    (table.name, column.name)
    for table in (*AUDITED, t.runs, t.audit_log)
    for column in table.columns
    if column.name not in {"line", "raw_row", "content"}
]


def test_no_cell_that_the_log_vouches_for_can_be_changed(filled):
    for table, column in VOUCHED:
        chosen = t.metadata.tables[table]
        changed = chosen.c[column]
        is_text = changed.type.python_type is str
        value = changed + "x" if is_text else func.coalesce(changed, 0) + 77
        first = select(func.min(next(iter(chosen.primary_key.columns)))).scalar_subquery()
        which = next(iter(chosen.primary_key.columns)) == first
        with filled._transaction(writes=True) as connection:
            assert connection.execute(update(chosen).where(which).values({column: value})).rowcount
            problems = verify(connection)
            connection.get_transaction().rollback()
        assert problems, f"{table}.{column}"


def test_two_lines_of_the_log_that_change_places_are_noticed(filled):
    swap = "UPDATE audit_log SET number = {0} WHERE number = {1}"
    with filled._transaction(writes=True) as connection:
        for places in ((9, 1), (1, 2), (2, 9)):
            connection.execute(text(swap.format(*places)))
        problems = [str(problem) for problem in verify(connection)]
        connection.get_transaction().rollback()
    assert problems[0] == "The log is broken at its line 1."


def test_a_log_that_was_cut_off_is_noticed_by_its_last_hash(filled):
    head = filled.facts()["audit_head"]
    cut_off = problems_after(filled, "DELETE FROM audit_log WHERE number = 3", head)
    assert any("log is broken at its end" in problem for problem in cut_off)


def test_a_run_that_was_taken_back_cannot_be_made_to_hold_again(filled):
    filled.undo("R0003")
    assert filled.verify() == []
    again = "UPDATE {} SET to_run = NULL WHERE from_run = 3 AND to_run = 3"
    for table in ("occurrences", "identities"):
        problems = problems_after(filled, again.format(table))
        assert any(f"table {table} were made void or valid" in one for one in problems), table
    problems = problems_after(filled, "UPDATE runs SET undone_by = 2 WHERE run = 3")
    assert problems == ["Run R0003 says wrongly whether it was taken back."]


# -- killed ---------------------------------------------------------------------------------------

KILLED = """
import sys, time
sys.path.insert(0, sys.argv[2])
from reconcile.register import open_register
from reconcile.register.integrity import verify
from tests.register.test_store import SECOND
from tests.register.world import imported, resolved
with open_register(sys.argv[1]) as register:
    with register.run("merge") as run:
        register.add_import(run, *imported(SECOND))
        register.save(run, resolved(register))
        print("written", flush=True)
        time.sleep(60)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9 on this system")
def test_a_run_that_is_killed_leaves_the_register_as_it_was(location, root):
    with open_register(location) as register:
        merge(register, FIRST)
        before = state(register)
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, location, str(root)], stdout=subprocess.PIPE
    )
    with process, process.stdout:
        assert process.stdout.readline() == b"written\n"
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    with open_register(location) as register:
        assert state(register) == before
        assert register.verify() == []
        _merge_when_free(register)
        assert len(register.entries()) == 3


def _merge_when_free(register):
    """A server takes a moment to notice that its client is dead."""
    time.sleep(0.1)
    merge(register, SECOND)


# -- schema ---------------------------------------------------------------------------------------


@pytest.fixture
def first_schema(tmp_path, root):
    """A register that the first schema made, with two merges and a decision."""
    path = tmp_path / "first.db"
    dump = (root / "tests" / "register" / "schema-0001.sql").read_text(encoding="utf-8")
    with sqlite3.connect(path) as connection:
        connection.executescript(dump)
    connection.close()
    return path


def _is_what_it_was(register):
    assert register.verify() == []
    assert len(register.entries()) == 3
    assert len(register.judgements()) == 1
    merge(register, SECOND)
    register.undo("R0003", later=True)
    assert register.verify() == []
    assert len(register.entries()) == 2


def test_a_register_of_the_first_schema_is_opened(first_schema):
    with open_register(first_schema) as register:
        _is_what_it_was(register)


def test_a_backup_of_the_first_schema_is_restored(first_schema, location):
    restore_register(first_schema, location)
    with open_register(location) as register:
        _is_what_it_was(register)
