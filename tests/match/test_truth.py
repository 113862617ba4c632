"""A truth file is found again among the mentions that stand now."""

import pandas as pd
import pytest

from reconcile.errors import UsageError
from reconcile.match.truth import UNKNOWN, read_truth, records
from reconcile.model import LIVE_ENTRIES, LIVE_MENTIONS, MENTION_COLUMNS, OCCURRENCES

PLACE = ("2025-07-01", "hiep_duc", "KS.xlsx", "KS")


def line(row, role, entry, event, person):
    return ",".join((*PLACE, str(row), "KS", role, entry, event, person))


@pytest.fixture
def write(tmp_path):
    def write(*lines, columns=MENTION_COLUMNS, cases=""):
        header = ",".join(columns)
        path = tmp_path / "mentions.csv"
        path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8-sig")
        if cases:
            (tmp_path / "cases.csv").write_text(cases, encoding="utf-8")
        return path

    return write


@pytest.fixture
def standing():
    """Two entries; the second was delivered in two rows."""
    place = dict(zip(("delivery", "commune", "file", "sheet"), PLACE, strict=True))
    rows = [
        {**place, "row": row, "register_type": "KS", "entry_key": key, "current": current}
        for row, key, current in ((3, "a", True), (4, "b", True), (5, "b", True), (6, "b", False))
    ]
    keys = [("a", "child"), ("a", "mother"), ("b", "child")]
    mentions = [
        {"content_hash": key, "role": role, "entry_key": key, "mention_key": f"{key}/{role}"}
        for key, role in keys
    ]
    entries = [{"content_hash": key, "entry_key": key} for key in "ab"]
    return (
        OCCURRENCES.build(rows),
        LIVE_MENTIONS.build(mentions),
        LIVE_ENTRIES.build(entries),
    )


def test_lines_are_found_by_their_row_and_role(write, standing):
    path = write(
        line(3, "child", "E1", "V1", "P1"),
        line(4, "child", "E2", "V1", "P1"),
        line(99, "child", "E9", "V9", "P9"),
    )
    found = records(read_truth(path), *standing)
    assert found.mention.tolist() == [0, 2]
    assert found.person[0] == found.person[1]
    assert found.of_mention[1] == UNKNOWN
    assert found.event.tolist() == [0, 0]
    assert found.unknown_lines == 1


def test_rows_of_two_people_that_became_one_entry_are_two_records(write, standing):
    path = write(line(4, "child", "E2", "V2", "P2"), line(5, "child", "E3", "V3", "P3"))
    found = records(read_truth(path), *standing)
    assert found.mention.tolist() == [2, 2]
    assert len(set(found.person.tolist())) == 2
    assert found.entry.tolist() == [1, 1]


def test_what_an_earlier_version_said_does_not_count(write, standing):
    path = write(line(4, "child", "E2", "V2", "P2"), line(6, "child", "E2", "V2", "P8"))
    assert records(read_truth(path), *standing).mention.tolist() == [2]


def test_hard_cases_come_from_a_column_or_from_the_file_beside(write, standing):
    lines = (
        f"{line(3, 'child', 'E1', 'V1', 'P1')},twin",
        f"{line(4, 'child', 'E2', 'V2', 'P2')},",
    )
    path = write(
        *lines,
        columns=(*MENTION_COLUMNS, "case"),
        cases="case,kind,id\nmoved,person,P1\nlate,entry,E2\n",
    )
    found = records(read_truth(path), *standing)
    assert found.cases == ["twin moved", "late"]


@pytest.mark.parametrize(
    ("text", "said"),
    [("delivery,commune\nx,y\n", "person_id"), ("", "csv")],
)
def test_a_file_that_is_no_truth_file_is_refused(tmp_path, text, said):
    path = tmp_path / "mentions.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        read_truth(path)


def test_a_truth_of_other_deliveries_is_refused(write, standing):
    truth = read_truth(write(line(99, "child", "E1", "V1", "P1")))
    with pytest.raises(UsageError, match="None of the lines"):
        records(truth, *standing)


def test_a_missing_truth_file_is_refused(tmp_path):
    with pytest.raises(UsageError):
        read_truth(tmp_path / "none.csv")


def test_ids_that_a_truth_file_lacks_are_empty(tmp_path):
    path = tmp_path / "mentions.csv"
    columns = [*MENTION_COLUMNS[:7], "person_id"]
    pd.DataFrame([[*PLACE, "3", "KS", "child", "P1"]], columns=columns).to_csv(path, index=False)
    assert read_truth(path)["event_id"].tolist() == [""]


def test_a_missing_truth_file_is_told_as_missing(tmp_path):
    told = r"nowhere\.csv: cannot be read \(No such file or directory\)"
    with pytest.raises(UsageError, match=told):
        read_truth(tmp_path / "nowhere.csv")
