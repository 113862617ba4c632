"""How two registrations of births lie to each other, and what that says of twins and brothers."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from reconcile.match import explain, match
from reconcile.match.comparisons import compare
from reconcile.match.matching import prepare
from reconcile.match.model import KINDS
from reconcile.model import KIN
from tests.match.pairs import entry, live, mention


def births(*lines, name="Nguyễn Văn An"):
    """Entries of births out of (day of registration, what else the entry says)."""
    entries, mentions, kin = [], [], []
    for number, (registered, more) in enumerate(lines, 1):
        on = date.fromisoformat(registered).toordinal() if registered else None
        told = {"registered_from": on, "registered_to": on, **more}
        one = entry(number, "KS", int(registered[:4] or 1990)) | told
        child = mention(one, "child", more.get("child", name), "1988-05-06", sex="M")
        father = mention(one, "father", "Nguyễn Hữu Thọ", "1950")
        mother = mention(one, "mother", "Khưu Thị Én", "1955")
        entries.append({key: value for key, value in one.items() if key != "child"})
        mentions += [child, father, mother]
        for parent in (father, mother):
            kin.append((child["mention_key"], parent["mention_key"], parent["role"]))
            kin.append((parent["mention_key"], child["mention_key"], "child"))
    live_entries, live_mentions = live(entries, mentions)
    at = {key: position for position, key in enumerate(live_mentions["mention_key"])}
    lines = [{"mention": at[a], "relative": at[b], "relation": word} for a, b, word in kin]
    return live_mentions, live_entries, KIN.build(lines)


def level(model, comparison, *lines):
    """Level of the two children in one comparison, the same both ways round."""
    mentions, entries, kin = births(*lines)
    encoded, _ = prepare(mentions, entries, kin, model)
    left, right = np.flatnonzero(mentions["role"] == "child")
    chosen = model.comparison(comparison)
    code, back = (
        int(compare(encoded, chosen, np.array([a]), np.array([b]), model)[0])
        for a, b in ((left, right), (right, left))
    )
    assert code == back
    return KINDS[comparison][code - 1] if code else ""


def test_days_between_the_registrations(model):
    first = ("1988-05-10", {})
    assert level(model, "interval", first, ("1988-05-12", {})) == "one_occasion"
    assert level(model, "interval", first, ("1989-03-01", {})) == "one_year"
    assert level(model, "interval", first, ("2004-03-01", {})) == "years"
    assert level(model, "interval", first, ("", {})) == ""


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("on_time", "again", "later_again"),
        ("late", "again", "later_again"),
        ("", "again", "later_again"),
        ("again", "on_time", "again"),
        ("again", "again", "again"),
        ("on_time", "late", "later_late"),
        ("on_time", "on_time", "both_on_time"),
        ("late", "late", "both_late"),
        ("late", "on_time", "other"),
        ("", "late", ""),
        ("", "", ""),
    ],
)
def test_kinds_in_the_order_of_registration(model, one, other, expected):
    lines = ("1988-05-10", {"registration_kind": one}), ("2004-03-01", {"registration_kind": other})
    assert level(model, "again", *lines) == expected
    assert level(model, "again", *reversed(lines)) == expected


def test_notes_say_that_it_is_a_registration_again(model):
    noted = {"registration_kind": "late", "note_flags": "correction re_registration"}
    first = ("1988-05-10", {"registration_kind": "on_time"})
    assert level(model, "again", first, ("2004-03-01", noted)) == "later_again"


@pytest.mark.parametrize(
    ("told", "expected"),
    [("earlier:1/1988", "named"), ("earlier:2/1988", "later_again"), ("", "later_again")],
)
def test_notes_name_the_number_of_the_earlier_entry(model, told, expected):
    again = {"registration_kind": "again", "note_flags": f"{told} re_registration".strip()}
    lines = ("1988-05-10", {"registration_kind": "on_time"}), ("2004-03-01", again)
    assert level(model, "again", *lines) == expected


def test_one_line_typed_twice_says_nothing_of_a_second_registration(model):
    typed = [("1988-05-10", {"registration_kind": "on_time", "number": 7})] * 2
    for comparison in ("interval", "again", "office", "adoption"):
        assert level(model, comparison, *typed) == ""


def test_office_and_adoption(model):
    first = ("1988-05-10", {"note_flags": "adoption"})
    elsewhere = ("2004-03-01", {"body": "28510@1976", "note_flags": "adoption"})
    assert level(model, "office", first, ("2004-03-01", {})) == "same_office"
    assert level(model, "office", first, elsewhere) == "other_office"
    assert level(model, "office", first, ("2004-03-01", {"body": ""})) == ""
    assert level(model, "adoption", first, elsewhere) == "both_adopted"
    assert level(model, "adoption", first, ("2004-03-01", {})) == "one_adopted"


def test_deaths_and_parents_are_not_spoken_of(model):
    mentions, entries, kin = births(("1988-05-10", {}), ("2004-03-01", {}))
    encoded, _ = prepare(mentions, entries, kin, model)
    mothers = np.flatnonzero(mentions["role"] == "mother")
    for comparison in ("interval", "again", "office", "adoption"):
        chosen = model.comparison(comparison)
        assert not compare(encoded, chosen, mothers[:1], mothers[1:], model).any()


def weight(model, *lines):
    """Match weight of the two children."""
    mentions, entries, kin = births(*lines)
    pairs = match(mentions, entries, kin, model)
    left, right = np.flatnonzero(mentions["role"] == "child")
    return float(pairs.set_index(["left", "right"]).loc[(left, right), "weight"])


def test_a_registration_again_with_a_slip_is_the_same_child_and_a_twin_is_not(model):
    again = weight(
        model,
        ("1990-05-10", {"registration_kind": "late", "child": "Nguyễn Văn Phúc"}),
        ("2004-03-01", {"registration_kind": "again", "child": "Nguyễn Văn Phúcc"}),
    )
    twins = weight(
        model,
        ("1988-05-10", {"registration_kind": "on_time", "child": "Nguyễn Văn Hùng"}),
        ("1988-05-10", {"registration_kind": "on_time", "child": "Nguyễn Văn Hưng"}),
    )
    assert again > 6
    assert twins < -6


def test_evidence_of_the_registrations_adds_up_like_all_other(model):
    lines = (
        ("1990-05-10", {"registration_kind": "late"}),
        ("2004-03-01", {"registration_kind": "again"}),
    )
    mentions, entries, kin = births(*lines)
    left, right = np.flatnonzero(mentions["role"] == "child")
    pair = pd.DataFrame({"left": [left], "right": [right]}, dtype="Int32")
    evidence = explain(pair, mentions, entries, kin, model, {})
    told = dict(zip(evidence["comparison"], evidence["level"], strict=True))
    assert told["again"] == "later_again"
    assert told["interval"] == "years"
    assert evidence["weight"].sum() == pytest.approx(weight(model, *lines), abs=1e-3)
