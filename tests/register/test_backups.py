import os
import resource
import sqlite3
import stat
import subprocess
import sys

import pytest

from reconcile.errors import RegisterError, UsageError
from reconcile.register import open_register, restore_register
from tests.register.test_store import DECISION, FIRST, SECOND
from tests.register.world import everything, merge, state


@pytest.fixture
def filled(register):
    merge(register, FIRST)
    with register.run("review") as run:
        register.add_judgements(run, [DECISION])
    merge(register, SECOND)
    register.undo("R0003")
    return register


def only_file(folder):
    return [path.name for path in folder.iterdir()]


# -- writing one ----------------------------------------------------------------------------------


def test_a_backup_is_a_register_like_any_other(filled, tmp_path):
    copy = tmp_path / "copies" / "register.db"
    copy.parent.mkdir()
    before, told = state(filled), everything(filled)
    filled.backup(copy)
    merge(filled, SECOND)
    assert only_file(copy.parent) == ["register.db"]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with open_register(copy, create=False) as restored:
        assert everything(restored) == told
        assert state(restored) == before
        assert restored.verify() == []
        merge(restored, SECOND)


def test_a_backup_has_what_was_written_when_it_began(register, tmp_path):
    merge(register, FIRST)
    before = state(register)
    with register.run("merge"):
        register.backup(tmp_path / "copy.db")
    with open_register(tmp_path / "copy.db", create=False) as copy:
        assert state(copy) == before


WRITER = """
import sys
sys.path.insert(0, sys.argv[2])
from reconcile.register import open_register
from tests.register.test_store import FIRST, SECOND
from tests.register.world import merge
with open_register(sys.argv[1]) as register:
    print("ready", flush=True)
    for round in range(200):
        merge(register, FIRST if round % 2 else SECOND, apart=("Lan",) if round % 3 else ())
"""


def test_backups_are_whole_while_another_process_writes(register, location, tmp_path, root):
    merge(register, FIRST)
    runs = []
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, location, str(root)], stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout.readline() == b"ready\n"
        while len(set(runs)) < 3 and writer.poll() is None:
            copy = tmp_path / f"copy-{len(runs)}.db"
            register.backup(copy)  # verifies the copy
            with open_register(copy, create=False) as opened:
                runs.append(len(opened.runs()))
        writer.kill()
    assert len(set(runs)) >= 3, "the other process wrote nothing in between"
    assert runs == sorted(runs)


def test_a_backup_never_overwrites(tmp_path):
    with open_register(tmp_path / "register.db") as register:
        (tmp_path / "copy.db").write_bytes(b"precious")
        with pytest.raises(UsageError, match="exists already"):
            register.backup(tmp_path / "copy.db")
        with pytest.raises(UsageError, match="cannot be written"):
            register.backup(tmp_path / "nowhere" / "copy.db")
    assert (tmp_path / "copy.db").read_bytes() == b"precious"


LIMITED = """
import resource, signal, sys
sys.path.insert(0, sys.argv[3])
from pathlib import Path
from reconcile.errors import UsageError
from reconcile.register import open_register
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with open_register(sys.argv[1]) as register:
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
    try:
        register.backup(Path(sys.argv[2]))
    except UsageError as error:
        print(error)
"""


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="no limit on files here")
def test_where_there_is_no_room_nothing_half_written_is_left(tmp_path, root):
    path, folder = tmp_path / "register.db", tmp_path / "full"
    folder.mkdir()
    with open_register(path) as register:
        merge(register, FIRST)
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path), str(folder / "copy.db"), str(root)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "copy.db cannot be written" in done.stdout
    assert only_file(folder) == []


def test_a_damaged_register_gives_no_backup(tmp_path):
    path = tmp_path / "register.db"
    with open_register(path) as register:
        merge(register, FIRST)
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE raw_rows SET cells = '{}'")
    connection.close()
    expected = pytest.raises(RegisterError, match="not in order and was removed: What run R0001")
    with open_register(path) as register, expected:
        register.backup(tmp_path / "copy.db")
    assert only_file(tmp_path) == ["register.db"]


# -- restoring ------------------------------------------------------------------------------------


def test_what_is_restored_is_the_register_as_it_was(filled, tmp_path):
    told = everything(filled)
    backup = tmp_path / "backup.db"
    filled.backup(backup)
    content = backup.read_bytes()
    restore_register(backup, tmp_path / "restored.db")
    with open_register(tmp_path / "restored.db", create=False) as restored:
        assert everything(restored) == told
        merge(restored, SECOND)
        assert restored.verify() == []
    assert backup.read_bytes() == content


def test_the_same_merges_after_a_restore_give_the_same_ids(register, tmp_path):
    merge(register, FIRST)
    register.backup(tmp_path / "backup.db")
    given = merge(register, SECOND)
    restore_register(tmp_path / "backup.db", tmp_path / "restored.db")
    with open_register(tmp_path / "restored.db", create=False) as restored:
        assert merge(restored, SECOND) == given


@pytest.mark.postgresql
def test_a_backup_of_a_file_is_restored_into_a_server_and_back(empty_server, tmp_path, clock):
    path, backup = tmp_path / "register.db", tmp_path / "backup.db"
    with open_register(path, clock=clock) as register:
        merge(register, FIRST)
        told = everything(register)
    restore_register(path, empty_server)
    with open_register(empty_server, create=False, clock=clock) as shared:
        assert everything(shared) == told
        with shared.run("review") as run:
            shared.add_judgements(run, [DECISION])
        merge(shared, SECOND)
        assert shared.verify() == []
        told = everything(shared)
        shared.backup(backup)
    with pytest.raises(RegisterError, match="holds tables already"):
        restore_register(path, empty_server)
    with open_register(backup, create=False) as copy:
        assert everything(copy) == told


def test_nothing_is_restored_over_a_register(tmp_path):
    for name, delivery in (("register.db", FIRST), ("backup.db", SECOND)):
        with open_register(tmp_path / name) as register:
            merge(register, delivery)
    before = (tmp_path / "register.db").read_bytes()
    with pytest.raises(UsageError, match="exists already"):
        restore_register(tmp_path / "backup.db", tmp_path / "register.db")
    assert (tmp_path / "register.db").read_bytes() == before


def test_what_is_no_sound_backup_is_not_restored(location, tmp_path):
    target = location if "://" in location else tmp_path / "restored.db"
    (tmp_path / "letter.doc").write_bytes(b"Dear sir or madam")
    with pytest.raises(RegisterError, match="not a register"):
        restore_register(tmp_path / "letter.doc", target)
    with pytest.raises(RegisterError, match="There is no register"):
        restore_register(tmp_path / "nothing.db", target)
    with open_register(tmp_path / "backup.db") as register:
        merge(register, FIRST)
    os.truncate(tmp_path / "backup.db", (tmp_path / "backup.db").stat().st_size // 2)
    with pytest.raises(RegisterError, match=r"damaged|not in order"):
        restore_register(tmp_path / "backup.db", target)
    with pytest.raises(RegisterError, match="merge a delivery first"):
        open_register(target, create=False)
