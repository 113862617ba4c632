import json
import stat
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import create_engine, text

from reconcile.errors import (
    AccountingError,
    RegisterBusyError,
    RegisterError,
    UsageError,
)
from reconcile.model import CONFLICTS, EVIDENCE, FINDINGS, PAIRS, QUESTIONS
from reconcile.register import Changes, dialect, faults, open_register
from reconcile.register.accounting import check_read
from tests.register.world import Delivery, Row, imported, merge, resolved, state

KEY_1, KEY_2, KEY_3 = (f"hiep_duc/KS/2007/{number}~00000000" for number in (1, 2, 3))

FIRST = Delivery(
    "2025-07-01",
    (
        Row(1, {"child": "An", "mother": "Lan", "father": "Ba"}),
        Row(2, {"child": "Chi", "mother": "Lan"}),
        Row(0, {}, outcome="refused"),
        Row(9, {"child": "Xóa"}, outcome="deleted"),
    ),
)
SECOND = Delivery(
    "2025-08-01",
    (
        Row(1, {"child": "An", "mother": "Lan", "father": "Ba"}),
        Row(2, {"child": "Chi", "mother": "Lan", "father": "Ba"}),
        Row(3, {"child": "Dung"}),
    ),
)


def ids(register, name):
    mentions = register.mentions()
    return sorted(set(mentions.loc[mentions["name"] == name, "person_id"]))


# -- merging --------------------------------------------------------------------------------------


def test_a_merge_gives_ids_and_says_what_is_new(register):
    saved = merge(register, FIRST)
    assert saved.changes == Changes(entries_new=2, persons_new=4)
    assert set(saved.entry_ids) == {KEY_1, KEY_2}
    assert len(ids(register, "Lan")) == 1
    assert len(set(saved.person_ids)) == 4


def test_the_same_delivery_again_changes_nothing(register):
    merge(register, FIRST)
    before = state(register)
    with register.run("merge") as run:
        added = register.add_import(run, *imported(FIRST))
        assert (added.files, added.rows, added.ended, added.raw_rows, added.contents) == (0,) * 5
        assert register.save(run, resolved(register)).changes == Changes()
    assert state(register) == before


def test_a_later_delivery_changes_and_adds(register):
    first = merge(register, FIRST)
    later = merge(register, SECOND)
    assert later.changes == Changes(entries_new=1, entries_changed=1, persons_new=1)
    assert {key: later.entry_ids[key] for key in first.entry_ids} == first.entry_ids
    rows = register.rows()
    outcomes = dict(
        zip(zip(rows["delivery"], rows["row"], strict=True), rows["outcome"], strict=True)
    )
    assert outcomes == {
        ("2025-07-01", 3): "new",
        ("2025-07-01", 4): "new",
        ("2025-07-01", 5): "refused",
        ("2025-07-01", 6): "deleted",
        ("2025-08-01", 3): "unchanged",
        ("2025-08-01", 4): "changed",
        ("2025-08-01", 5): "new",
    }


def test_mentions_export_has_every_accepted_row_and_named_role(register):
    merge(register, FIRST)
    saved = merge(register, SECOND)
    lines = register.mentions_export()
    assert list(lines.columns) == (
        [
            "delivery",
            "commune",
            "file",
            "sheet",
            "row",
            "register_type",
            "role",
            "entry_id",
            "event_id",
            "person_id",
        ]
    )
    assert len(lines) == 5 + 7
    assert lines.equals(lines.sort_values(list(lines.columns[:7]), ignore_index=True))
    second_entry = lines[lines["entry_id"] == saved.entry_ids[KEY_2]]
    assert sorted(second_entry["role"]) == ["child", "child", "father", "mother", "mother"]
    assert len(set(second_entry["event_id"])) == 1
    assert (lines["person_id"] != "").all()


def test_stages_get_back_what_was_delivered(register):
    merge(register, FIRST, SECOND)
    deliveries, files, rows = imported(FIRST, SECOND)
    assert register.deliveries().equals(deliveries)
    assert register.files().equals(files)
    stored = register.occurrences()
    names = "delivery commune file sheet row register_type outcome reason raw_hash own_key family"
    for name in names.split():
        assert stored[name].tolist() == rows[name].tolist(), name
    contents = register.contents()
    assert contents["content_hash"].is_monotonic_increasing
    assert set(contents["content_hash"]) == set(rows["content_hash"]) - {""}
    assert all(json.loads(fields) for fields in contents["fields"])


def test_live_frames_come_back_as_they_were_saved(register):
    merge(register, FIRST, SECOND)
    expected = resolved(register)
    assert register.entries()[expected.entries.columns].equals(expected.entries)
    assert register.mentions()[expected.mentions.columns].equals(expected.mentions)


def test_a_file_that_is_read_differently_is_replaced_row_by_row(register):
    first = merge(register, FIRST)
    corrected = Delivery(FIRST.name, (FIRST.rows[0], SECOND.rows[1]))
    with register.run("merge") as run:
        added = register.add_import(run, *imported(corrected))
        assert (added.files, added.rows, added.ended) == (1, 1, 3)
        saved = register.save(run, resolved(register))
    assert saved.entry_ids == first.entry_ids
    assert saved.changes.entries_changed == 1
    assert len(register.rows()) == 2


def test_a_folder_name_is_not_used_for_two_deliveries(register):
    merge(register, FIRST)
    before = state(register)
    moved = Delivery(FIRST.name, SECOND.rows, date="2025-09-01")
    with pytest.raises(UsageError, match="another date"):
        merge(register, moved)
    assert state(register) == before
    merge(register, Delivery(FIRST.name, FIRST.rows, date="2025-09-01"))
    assert state(register) == before


def test_a_late_file_completes_a_delivery(register):
    merge(register, FIRST)
    late = Delivery(FIRST.name, (Row(5, {"child": "Em"}),), file="KS.2008.01.xlsx")
    assert merge(register, late).changes.entries_new == 1
    assert len(register.files()) == 2
    assert len(register.deliveries()) == 1


def test_importers_findings_stay_until_the_file_is_read_again(register):
    deliveries, files, rows = imported(FIRST)
    found = FINDINGS.build(
        [{"code": "column_unknown", "severity": "info", "delivery": FIRST.name}
         | {"commune": "hiep_duc", "file": "KS.2007.01.xlsx", "params": "{}"}]
    )  # fmt: skip
    with register.run("merge") as run:
        register.add_import(run, deliveries, files, rows, found)
        register.save(run, resolved(register))
    with register.run("merge") as run:
        register.add_import(run, *imported(SECOND), FINDINGS.empty())
        register.save(run, resolved(register, findings=[{"code": "date_future"}]))
    assert register.findings()["code"].tolist() == ["column_unknown", "date_future"]
    with register.run("merge") as run:
        register.add_import(run, deliveries, files, rows, FINDINGS.empty())
        register.save(run, resolved(register))
    assert register.findings().empty


def test_rows_that_belong_to_no_entry_stop_the_run(register):
    merge(register, FIRST)
    before = state(register)
    with pytest.raises(AccountingError, match="belong to no entry"):
        _merge_one_row_short(register)
    assert state(register) == before
    assert len(register.runs()) == 1


def _merge_one_row_short(register):
    with register.run("merge") as run:
        register.add_import(run, *imported(SECOND))
        whole = resolved(register)
        short = whole.occurrences.iloc[1:].reset_index(drop=True)
        register.save(run, replace(whole, occurrences=short))


def test_accounts_add_up_and_a_lost_row_is_noticed(register):
    merge(register, FIRST)
    table = register.accounts()
    line = table.iloc[0]
    assert (line["read"], line["new"], line["refused"], line["deleted"]) == (4, 2, 1, 1)
    check_read(table, {("2025-07-01", "hiep_duc", "KS.2007.01.xlsx"): 4})
    with pytest.raises(AccountingError, match="5 rows were read, but 4"):
        check_read(table, {("2025-07-01", "hiep_duc", "KS.2007.01.xlsx"): 5})


# -- persons over time ----------------------------------------------------------------------------


def test_when_persons_join_the_older_id_stays_and_the_other_redirects(register):
    merge(register, FIRST, apart=("Lan",))
    older, younger = ids(register, "Lan")
    joined = merge(register, FIRST)
    assert joined.changes.persons_joined == 1
    assert ids(register, "Lan") == [older]
    found = register.resolve_id(younger)
    assert (found.state, found.target) == ("joined", older)
    assert register.person(younger.lower()).person_id == older
    assert register.person(older).earlier == (younger,)


def test_when_a_person_splits_the_id_follows_its_anchor_and_the_other_revives(register):
    merge(register, FIRST, apart=("Lan",))
    before = register.mentions_export()
    merge(register, FIRST)
    split = merge(register, FIRST, apart=("Lan",))
    assert split.changes.persons_split == 1
    assert register.mentions_export().equals(before)
    younger = ids(register, "Lan")[1]
    assert register.history(younger)["state"].tolist() == ["active", "joined", "active"]
    assert register.history(younger)["members"].tolist() == [1, 0, 1]


def test_an_id_whose_anchor_is_gone_stays_with_the_rest_of_its_group(register):
    first = merge(register, FIRST)
    lan = ids(register, "Lan")
    without = Delivery(FIRST.name, (Row(1, {"child": "An", "father": "Ba"}), *FIRST.rows[1:]))
    merge(register, without)
    assert ids(register, "Lan") == lan
    assert first.entry_ids == merge(register, without).entry_ids


def test_an_id_of_which_nothing_is_left_says_so(register):
    merge(register, FIRST)
    an = ids(register, "An")[0]
    merge(register, Delivery(FIRST.name, (Row(2, {"child": "Chi", "mother": "Lan"}),)))
    assert register.resolve_id(an).state == "gone"
    with pytest.raises(UsageError, match="nobody"):
        register.person(an)
    merge(register, FIRST)
    assert ids(register, "An") != [an], "an id is never issued twice"


def test_an_id_that_was_never_issued_is_not_known(register):
    merge(register, FIRST)
    with pytest.raises(UsageError, match="never issued"):
        register.resolve_id("P-ZZZZ2")


def test_conflicts_are_counted_as_they_open_close_and_go_stale(register):
    line = {"conflict": "C-1", "kind": "fact", "severity": "warning", "state": "open"}
    assert merge(register, FIRST, conflicts=[line]).changes.conflicts_opened == 1
    assert register.conflicts().equals(CONFLICTS.build([line]))
    assert merge(register, FIRST, conflicts=[line]).changes == Changes()
    decided = line | {"state": "decided"}
    assert merge(register, FIRST, conflicts=[decided]).changes == Changes(conflicts_closed=1)
    stale = line | {"state": "stale"}
    assert merge(register, FIRST, conflicts=[stale]).changes == Changes(conflicts_stale=1)


def test_kept_pairs_say_whether_they_are_a_link_or_a_question(register):
    with register.run("merge") as run:
        register.add_import(run, *imported(FIRST))
        whole = resolved(register)
        lan = whole.mentions.index[whole.mentions["name"] == "Lan"].tolist()
        asked = {"left": 0, "right": lan[1], "reason": "possible", "probability": 0.7}
        apart = {"left": 0, "right": lan[0], "weight": -3.0, "probability": 0.1}
        pairs = pd.concat([whole.pairs, PAIRS.build([apart])], ignore_index=True)
        evidence = EVIDENCE.build(
            [{"left": 0, "right": lan[1], "comparison": "name", "level": "other", "weight": -4.5}]
        )
        register.save(
            run,
            replace(whole, pairs=pairs, questions=QUESTIONS.build([asked]), evidence=evidence),
        )
    links = register.links().set_index(["left", "right"])
    keys = whole.mentions["mention_key"]
    assert links.loc[(keys[lan[0]], keys[lan[1]]), "status"] == "link"
    assert links.loc[(keys[0], keys[lan[0]]), "status"] == "apart"
    question = links.loc[(keys[0], keys[lan[1]])]
    assert (question["status"], question["reason"]) == ("question", "possible")
    assert question["probability"] == 0.7
    assert register.evidence()["level"].tolist() == ["other"]
    assert register.person(register.find("lan")["person_id"][0]).links["status"].tolist() == [
        "link"
    ]


# -- judgements -----------------------------------------------------------------------------------

DECISION = {
    "conflict": "C-1",
    "kind": "same_person",
    "decision": "different",
    "mentions": [f"{KEY_1}/mother", f"{KEY_2}/mother"],
    "entries": [],
    "officer": "Trần Thị B",
    "decided": "2025-07-10",
    "reason": "hai người",
    "seen": "abc",
    "source": "conflicts-R0001.xlsx",
    "source_row": 7,
}


def test_judgements_keep_anchors_and_are_taken_once(register):
    merge(register, FIRST)
    with register.run("review") as run:
        (given,) = register.add_judgements(run, [DECISION])
        assert register.add_judgements(run, [DECISION]) == [""]
    with register.run("review") as run:
        assert register.add_judgements(run, [DECISION]) == [""]
    (kept,) = register.judgements()
    assert kept["judgement"] == given
    assert kept["officer"] == "Trần Thị B"
    assert [anchor["role"] for anchor in kept["mentions"]] == ["mother", "mother"]
    assert kept["mentions"][0]["entry_key"] == KEY_1
    assert kept["mentions"][0]["number"] == 1
    assert kept["members"] == [[f"{KEY_1}/mother", f"{KEY_2}/mother"]] * 2
    assert kept["superseded_by"] == ""


def test_a_later_decision_supersedes_and_nothing_is_deleted(register):
    merge(register, FIRST)
    with register.run("review") as run:
        register.add_judgements(run, [DECISION])
        changed = DECISION | {"decision": "same", "decided": "2025-07-11"}
        (later,) = register.add_judgements(run, [changed])
    first, second = register.judgements()
    assert first["superseded_by"] == later
    assert second["superseded_by"] == ""
    assert register.resolve_id(later).kind == "judgement"


def test_an_exported_judgement_can_be_read_into_another_register(register, tmp_path):
    merge(register, FIRST)
    with register.run("review") as run:
        register.add_judgements(run, [DECISION])
    (kept,) = register.judgements()
    with open_register(tmp_path / "other.db") as other:
        merge(other, FIRST)
        with other.run("judgements") as run:
            other.add_judgements(run, [kept])
        (carried,) = other.judgements()
        assert carried["mentions"] == kept["mentions"]
        with other.run("judgements") as run:
            assert other.add_judgements(run, [kept]) == [""]


# -- runs -----------------------------------------------------------------------------------------


def test_a_run_that_fails_leaves_the_register_as_it_was(register):
    merge(register, FIRST)
    before = state(register)
    with pytest.raises(KeyError):
        merge(register, SECOND, conflicts=_broken())
    assert state(register) == before
    assert [line["run"] for line in register.runs()] == ["R0001"]


def _broken():
    yield from ()
    raise KeyError


def test_a_dry_run_shows_what_would_be_and_leaves_nothing(register):
    merge(register, FIRST)
    before = state(register)
    with register.run("merge") as run:
        register.add_import(run, *imported(SECOND))
        assert register.save(run, resolved(register)).changes.entries_new == 1
        assert len(register.entries()) == 3
        run.discard()
    assert state(register) == before


def test_runs_are_listed_with_their_manifest(register):
    with register.run("merge", {"kind": "full"}, {"mappings": "abc"}) as run:
        run.manifest["entries"] = 0
    (line,) = register.runs()
    assert line["run"] == "R0001"
    assert line["arguments"] == {"kind": "full"}
    assert line["manifest"] == {"mappings": "abc", "entries": 0}
    assert line["started"] == "2025-07-01T08:01:00+00:00"
    assert line["undone_by"] == ""


def test_two_runs_do_not_write_at_once(register, location, monkeypatch):
    monkeypatch.setattr(dialect, "WAIT_SECONDS", 1)
    with register.run("merge"):
        with pytest.raises(UsageError, match="under way"):
            merge(register)
        with open_register(location) as other, pytest.raises(RegisterBusyError):
            merge(other)
    with open_register(location) as other, other.run("merge") as run:
        assert run.name == "R0002"


def test_a_reader_sees_the_state_before_a_run_that_is_under_way(register, location):
    merge(register, FIRST)
    with open_register(location) as reader, register.run("merge") as run:
        register.add_import(run, *imported(SECOND))
        register.save(run, resolved(register))
        assert len(reader.entries()) == 2
        assert len(register.entries()) == 3


# -- opening --------------------------------------------------------------------------------------


def test_a_register_is_its_owners_alone(tmp_path):
    path = tmp_path / "folder" / "register.db"
    with open_register(path) as register:
        merge(register, FIRST)
        for file in path.parent.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


def test_a_closed_register_is_one_file(tmp_path):
    with open_register(tmp_path / "register.db") as register:
        merge(register, FIRST)
    assert [path.name for path in tmp_path.iterdir()] == ["register.db"]


def test_nothing_is_made_where_a_register_is_only_looked_for(tmp_path):
    with pytest.raises(RegisterError, match="merge a delivery first"):
        open_register(tmp_path / "register.db", create=False)
    assert not list(tmp_path.iterdir())


def test_a_file_of_another_program_is_left_alone(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_bytes(b"some notes that matter")
    with pytest.raises(RegisterError, match="not a register"):
        open_register(path)
    assert path.read_bytes() == b"some notes that matter"
    with pytest.raises(RegisterError, match="folder"):
        open_register(tmp_path)


def test_a_database_of_another_program_is_left_alone(tmp_path):
    path = tmp_path / "other.db"
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE stamps (stamp TEXT)"))
    engine.dispose()
    before = path.read_bytes()
    with pytest.raises(RegisterError, match="another program"):
        open_register(path)
    assert path.read_bytes()[100:] == before[100:]


def test_a_register_of_a_newer_version_is_refused(tmp_path):
    path = tmp_path / "register.db"
    open_register(path).close()
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(RegisterError, match="newer version"):
        open_register(path)


def test_a_damaged_register_is_named_as_such(tmp_path):
    path = tmp_path / "register.db"
    with open_register(path) as register:
        merge(register, FIRST)
    content = bytearray(path.read_bytes())
    content[100:4096] = b"\xff" * 3996
    path.write_bytes(content)
    with pytest.raises(RegisterError, match="damaged"):
        open_register(path)


@pytest.mark.parametrize("address", ["mysql://a/b", "x://", "://"])
def test_a_wrong_address_is_refused(address):
    with pytest.raises(UsageError):
        open_register(address)


def test_messages_never_show_a_password():
    url = dialect.locate("postgresql://officer:secret@server/register")
    assert url.drivername == "postgresql+psycopg"
    assert faults.shown(url) == "server/register"
    assert faults.shown(dialect.locate(Path("a/b.db"))) == "b.db"
