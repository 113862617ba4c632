"""Output files: whole or not at all, never over another file, for their owner alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconcile.errors import UsageError
from reconcile.files import new_file, write_new


def test_a_file_is_for_its_owner_only_and_never_written_over(tmp_path: Path) -> None:
    target = tmp_path / "report-R0012.html"
    write_new(target, b"one")
    assert target.stat().st_mode & 0o077 == 0
    with pytest.raises(UsageError):
        write_new(target, b"two")
    assert target.read_bytes() == b"one"


def test_a_file_that_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        with new_file(tmp_path / "half.csv") as stream:
            stream.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_came_in_the_meantime_stays(tmp_path: Path) -> None:
    target = tmp_path / "persons.csv"

    def write_beside() -> None:
        with new_file(target) as stream:
            stream.write(b"ours")
            target.write_bytes(b"theirs")

    with pytest.raises(UsageError):
        write_beside()
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"theirs"]


def test_where_no_folder_can_be_made_the_error_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UsageError, match="cannot be written"):
        write_new(tmp_path / "file" / "report.html", b"")
