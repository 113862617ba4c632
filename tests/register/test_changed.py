from collections import Counter
from dataclasses import asdict

import pytest

from reconcile.errors import UsageError
from reconcile.register.changed import CHANGED_COLUMNS
from tests.register.test_store import FIRST, SECOND, ids
from tests.register.world import Delivery, Row, merge


def counted(lines):
    """How many entries, persons and conflicts each sort of change names."""
    return Counter(lines.drop_duplicates(["change", "id"])["change"])


def figures(saved):
    return Counter({name: count for name, count in asdict(saved.changes).items() if count})


def of(lines, change):
    return lines[lines["change"] == change].to_dict("records")


def conflict(name, state):
    return {"conflict": name, "kind": "same_person", "severity": "warning", "state": state} | {
        "positions": "[]", "entries": "[]", "mentions": "[]", "params": "{}", "values": "[]"
    }  # fmt: skip


def test_lines_are_as_many_as_the_figures_of_each_merge(register):
    told = [
        merge(register, FIRST, apart=("Lan",), conflicts=[conflict("C-1", "open")]),
        merge(register, SECOND, conflicts=[conflict("C-1", "decided"), conflict("C-2", "open")]),
        merge(register, SECOND, apart=("Lan",), conflicts=[conflict("C-2", "stale")]),
        merge(register, SECOND),
    ]
    for number, saved in enumerate(told, start=1):
        name, lines = register.changed(f"R000{number}")
        assert name == f"R000{number}"
        assert list(lines.columns) == list(CHANGED_COLUMNS)
        assert counted(lines) == figures(saved)
    assert figures(told[2]) == Counter(persons_split=1, conflicts_stale=1)


def test_a_changed_entry_says_which_cells_differ(register):
    saved = merge(register, FIRST)
    merge(register, SECOND)
    _, lines = register.changed()
    (cell,) = of(lines, "entries_changed")
    assert cell["id"] in saved.entry_ids.values()
    assert (cell["field"], cell["before"], cell["after"]) == ("father.name", "", "Ba")
    assert (cell["commune"], cell["kind"], cell["number"]) == ("hiep_duc", "KS", "2/2007")


def test_a_person_that_was_joined_says_which_ids_it_was(register):
    merge(register, FIRST, apart=("Lan",))
    older, younger = ids(register, "Lan")
    merge(register, FIRST)
    (joined,) = register.changed()[1].to_dict("records")
    assert (joined["change"], joined["id"]) == ("persons_joined", older)
    assert (joined["before"], joined["after"]) == (f"{older} {younger}", older)
    merge(register, FIRST, apart=("Lan",))
    (split,) = register.changed()[1].to_dict("records")
    assert (split["change"], split["before"]) == ("persons_split", older)
    assert split["after"] == f"{older} {younger}"


def test_a_run_that_was_taken_back_changed_nothing_and_the_last_one_that_holds_is_told(register):
    merge(register, FIRST)
    merge(register, SECOND)
    register.undo("R0002")
    with pytest.raises(UsageError, match="R0002 was taken back by R0003"):
        register.changed("R0002")
    assert register.changed()[0] == "R0001"
    assert counted(register.changed()[1])["entries_new"] == 2
    with pytest.raises(UsageError, match="no run R0009"):
        register.changed("R0009")


def test_a_register_without_runs_has_changed_nothing(register):
    with pytest.raises(UsageError, match="no run that changed anything"):
        register.changed()


def test_many_entries_are_compared(register):
    names = [f"Người {number}" for number in range(1, 700)]
    rows = tuple(Row(number, {"child": name}) for number, name in enumerate(names, start=1))
    merge(register, Delivery("2025-07-01", rows))
    mended = tuple(Row(row.number, {"child": row.names["child"] + " A"}) for row in rows)
    saved = merge(register, Delivery("2025-08-01", mended))
    cells = of(register.changed()[1], "entries_changed")
    assert len(cells) == saved.changes.entries_changed == 699
    assert {one["field"] for one in cells} == {"child.name"}
