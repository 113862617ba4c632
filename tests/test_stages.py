import pandas as pd

from reconcile.model import DELIVERIES, FILES
from reconcile.stages import standing_refusals


def asked(*delivered, unread=()):
    """Rows that are asked about; each delivery is name, date, sequence, kind, outcomes by row."""
    deliveries, files, rows = [], [], []
    for name, date, sequence, kind, outcomes in delivered:
        place = {"delivery": name, "commune": "hiep_duc"}
        when = {"date": date, "sequence": sequence}
        deliveries.append({**place, **when, "kind": kind})
        status = "unreadable" if name in unread else "read"
        files.append({**place, "file": "KS.xlsx", "status": status})
        rows += [
            {**place, **when, "file": "KS.xlsx", "row": row, "outcome": outcome}
            for row, outcome in outcomes.items()
        ]
    found = standing_refusals(
        pd.DataFrame(
            rows, columns=["delivery", "commune", "date", "sequence", "file", "row", "outcome"]
        ),
        FILES.build(files),
        DELIVERIES.build(deliveries),
    )
    return list(zip(found["delivery"], found["row"], strict=True))


FIRST = ("a", "2025-07-01", 1, "full", {3: "refused", 4: "", 5: "refused"})


def test_refused_rows_are_asked_about():
    assert asked(FIRST) == [("a", 3), ("a", 5)]


def test_a_row_that_the_next_full_export_has_mended_is_no_longer_asked_about():
    mended = ("b", "2025-08-01", 1, "full", {3: "", 4: "", 5: "refused"})
    assert asked(FIRST, mended) == [("b", 5)]
    assert asked(mended, FIRST) == [("b", 5)]


def test_a_file_without_rows_left_is_asked_nothing():
    assert asked(FIRST, ("b", "2025-08-01", 1, "full", {})) == []


def test_of_two_deliveries_of_one_day_the_second_counts():
    assert asked(FIRST, ("0", "2025-07-01", 2, "full", {3: "", 4: "", 5: ""})) == []


def test_a_delta_or_an_unreadable_file_overtakes_nothing():
    assert asked(FIRST, ("b", "2025-08-01", 1, "delta", {3: "refused"})) == [
        ("a", 3),
        ("a", 5),
        ("b", 3),
    ]
    later = ("b", "2025-08-01", 1, "full", {})
    assert asked(FIRST, later, unread=("b",)) == [("a", 3), ("a", 5)]


def test_no_refusals_are_none():
    assert asked(("a", "2025-07-01", 1, "full", {3: ""})) == []
