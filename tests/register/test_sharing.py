"""Two databases, two processes: the register is the same, and never a mixture."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import make_url

from reconcile.errors import RegisterError
from reconcile.register import open_register
from reconcile.register.migrations import configuration
from reconcile.register.tables import REVISION
from tests.register.test_store import DECISION, FIRST, SECOND
from tests.register.world import everything, merge

WRITER = """
import sys
sys.path.insert(0, sys.argv[2])
from reconcile.errors import RegisterBusyError
from reconcile.register import dialect, open_register
from tests.register.test_store import FIRST, SECOND
from tests.register.world import imported, resolved
dialect.WAIT_SECONDS = float(sys.argv[3])
delivery = FIRST if sys.argv[4] == "first" else SECOND
with open_register(sys.argv[1]) as register:
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        with register.run("merge", {"by": sys.argv[4]}) as run:
            register.add_import(run, *imported(delivery))
            register.save(run, resolved(register))
            print("written", flush=True)
            sys.stdin.readline()
    except RegisterBusyError as error:
        print("busy", flush=True)
"""


def writer(location, root, wait, name):
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, location, str(root), str(wait), name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n"
    return process


def go(process):
    process.stdin.write("\n")
    process.stdin.flush()


def one_after_the_other(clock):
    with open_register("sqlite://", clock=clock) as register:
        merge(register, FIRST)
        merge(register, SECOND)
        return register.mentions_export()


@pytest.mark.parametrize(("wait", "outcome"), [(1, "busy\n"), (30, "written\n")])
def test_of_two_merges_at_once_one_waits_or_is_refused(location, root, clock, wait, outcome):
    open_register(location).close()
    with (
        writer(location, root, wait, "first") as first,
        writer(location, root, wait, "second") as second,
    ):
        go(first)
        assert first.stdout.readline() == "written\n"
        go(second)
        if outcome == "busy\n":
            assert second.stdout.readline() == outcome
            go(first)
        else:
            go(first)
            assert second.stdout.readline() == outcome
            go(second)
        assert (first.wait(), second.wait()) == (0, 0)
    with open_register(location) as register:
        assert register.verify() == []
        if outcome == "busy\n":
            assert [run["arguments"]["by"] for run in register.runs()] == ["first"]
            merge(register, SECOND)
        assert register.mentions_export().equals(one_after_the_other(clock))
        assert register.verify() == []


def test_two_processes_may_make_the_register_at_once(location, root):
    """Whoever comes second finds the tables made."""
    program = "import sys; sys.path.insert(0, sys.argv[2]); from reconcile.register import "
    program += "open_register; open_register(sys.argv[1]).close()"
    makers = [
        subprocess.Popen([sys.executable, "-c", program, location, str(root)]) for _ in range(3)
    ]
    assert [maker.wait() for maker in makers] == [0, 0, 0]
    with open_register(location, create=False) as register:
        assert register.verify() == []


def story(location, monkeypatch):
    """The same runs, at the same times, in a register with the same name."""
    minutes = count()
    start = datetime(2025, 7, 1, 8, 0, tzinfo=UTC)
    monkeypatch.setattr("secrets.token_hex", lambda size: "ab" * size)
    with open_register(
        location, clock=lambda: start + timedelta(minutes=next(minutes))
    ) as register:
        merge(register, FIRST, apart=("Lan",))
        with register.run("review") as run:
            register.add_judgements(run, [DECISION])
        merge(register, SECOND)
        register.undo("R0003")
        merge(register, SECOND, FIRST)
        assert register.verify() == []
        return everything(register)


@pytest.mark.postgresql
def test_a_dump_of_both_databases_is_the_same(tmp_path, empty_server, monkeypatch):
    kept_in_file = story(tmp_path / "register.db", monkeypatch)
    on_server = story(empty_server, monkeypatch)
    assert kept_in_file.keys() == on_server.keys()
    for table, lines in kept_in_file.items():
        assert on_server[table] == lines, table


def test_an_old_schema_is_brought_up_whole_or_not_at_all(location, monkeypatch):
    """A migration that fails in the middle leaves the register as it was."""
    with open_register(location) as register:
        merge(register, FIRST)
        before = everything(register)

    def fails(connection):
        assert configuration(connection)
        connection.exec_driver_sql("CREATE TABLE half_done (line INTEGER)")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9998'")
        raise KeyError

    monkeypatch.setattr("reconcile.register.session.t.REVISION", "9999")
    monkeypatch.setattr("reconcile.register.migrations.upgrade", fails)
    with pytest.raises(KeyError):
        open_register(location)
    monkeypatch.setattr("reconcile.register.session.t.REVISION", REVISION)
    with open_register(location) as register:
        assert everything(register) == before


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"password": "wrong"}, "cannot be reached"),
        ({"database": "no_such_database"}, "cannot be reached"),
        ({"port": 1}, "cannot be reached"),
    ],
)
def test_what_is_wrong_with_a_server_is_said_plainly(postgresql_url, change, message):
    url = make_url(postgresql_url).set(**change).render_as_string(hide_password=False)
    with pytest.raises(RegisterError, match=message) as caught:
        open_register(url)
    assert "wrong" not in str(caught.value)
