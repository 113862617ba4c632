import datetime as dt
from collections import Counter, defaultdict

import pytest

from reconcile.errors import UsageError
from reconcile.simulate import SimulationOptions, simulate
from reconcile.simulate.deliveries import plan

_PLACE = ("delivery", "commune", "file", "sheet", "row")


def _place(line):
    return tuple(line[column] for column in _PLACE)


def test_full_and_delta_take_turns():
    plans = plan(5)
    assert [delivery.full for delivery in plans] == [True, False, True, False, True]
    assert [delivery.name for delivery in plans][:3] == ["2025-07-01", "2025-08-01", "2025-10-01"]
    assert plans[4].day == dt.date(2026, 1, 1)


def test_no_two_rows_stand_in_one_place(simulated):
    assert max(Counter(map(_place, simulated.rows)).values()) == 1


def test_mentions_are_of_accepted_rows_only(simulated):
    accepted = {_place(row) for row in simulated.rows if row["expected"] == "accepted"}
    assert {_place(mention) for mention in simulated.mentions} == accepted


def test_two_roles_other_than_requester_are_two_people(simulated):
    people = defaultdict(list)
    for mention in simulated.mentions:
        if mention["role"] != "requester":
            people[_place(mention)].append(mention["person_id"])
    assert all(len(set(persons)) == len(persons) for persons in people.values())


def test_an_entry_keeps_its_people_and_its_event(simulated):
    seen = {}
    for mention in simulated.mentions:
        key = (mention["entry_id"], mention["role"])
        assert seen.setdefault(key, mention["person_id"]) == mention["person_id"]
        event = (mention["entry_id"], "event")
        assert seen.setdefault(event, mention["event_id"]) == mention["event_id"]


def test_the_first_delivery_has_the_number_of_entries_asked_for(simulated):
    first = [
        row
        for row in simulated.rows
        if row["delivery"] == "2025-07-01" and row["expected"] == "accepted"
    ]
    # A few rows come late on purpose.
    assert 690 <= len(first) <= 700


def test_a_delta_has_only_what_is_new_or_changed(simulated):
    count = Counter(row["delivery"] for row in simulated.rows if row["expected"] == "accepted")
    assert 0 < count["2025-08-01"] < 60
    assert count["2025-10-01"] > 690


def test_the_new_commune_comes_in_the_folder_of_old_hiep_duc(simulated):
    files = {row["file"] for row in simulated.rows if row["delivery"] == "2025-10-01"}
    assert "KS.2025.01.xaHiepDuc-DongThap.xlsx" in files


def test_cases_name_entries_and_persons_that_are_mentioned(simulated):
    known = {mention["entry_id"] for mention in simulated.mentions}
    known |= {mention["person_id"] for mention in simulated.mentions}
    assert {case["id"] for case in simulated.cases} <= known


def test_equal_seeds_give_equal_files(tmp_path):
    for name in ("one", "other"):
        simulate(tmp_path / name, 60, 8, SimulationOptions())
    files = sorted(path for path in (tmp_path / "one").rglob("*") if path.is_file())
    assert len(files) > 20
    for path in files:
        other = tmp_path / "other" / path.relative_to(tmp_path / "one")
        assert path.read_bytes() == other.read_bytes(), path.name


def test_clerks_of_the_poor_profile_get_more_wrong(tmp_path):
    sizes = {}
    for profile in ("clean", "poor"):
        simulate(tmp_path / profile, 60, 8, SimulationOptions(profile=profile))
        sizes[profile] = (tmp_path / profile / "truth" / "mentions.csv").read_text("utf-8")
    assert sizes["clean"].count("P0") == pytest.approx(sizes["poor"].count("P0"), rel=0.1)


@pytest.mark.parametrize(
    ("entries", "options", "message"),
    [
        (5, SimulationOptions(), "at least 20 entries"),
        (50, SimulationOptions(deliveries=0), "one delivery"),
        (50, SimulationOptions(profile="lazy"), "clean, poor, sample, typical"),
    ],
)
def test_wrong_use_is_refused(tmp_path, entries, options, message):
    with pytest.raises(UsageError, match=message):
        simulate(tmp_path / "out", entries, 1, options)


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="is not empty"):
        simulate(tmp_path, 50, 1, SimulationOptions())
