"""Which judgements bind, what contradicts, and what they survive."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from reconcile.resolve import judgements
from reconcile.resolve.anchors import Finder
from tests.resolve.test_conflicts import (
    WORDING,
    ask,
    judged,
    married_child,
    of,
    two_mothers,
)
from tests.resolve.town import Live, Town, pairs, person


def namesakes(count: int) -> Live:
    """Certificates of as many people of one name."""
    town = Town()
    for number in range(1, count + 1):
        town.add("HN", number, "2020-03-10", subject=person("Tran An", "1990"))
    return town.live()


def said(live: Live, one: int, other: int, decision: str, number: int, **more: Any) -> dict:
    """A judgement on two mentions that nobody had asked for."""
    keys = [live.mentions["mention_key"].iloc[place] for place in (one, other)]
    blank = {"kind": "same_person", "conflict": "", "field": "", "entries": "[]", "evidence": ""}
    line = pd.Series(blank | {"mentions": json.dumps(keys)})
    return judged(live, line, decision, number, **more)


def binding(live: Live, stored: list[dict], aliases: pd.DataFrame | None = None):
    return judgements.effective(stored, live.mentions, live.entries, WORDING, aliases)


def test_two_breaches_of_one_entry_are_two_questions():
    town = Town()
    for number in (1, 2):
        town.add(
            "KH",
            number,
            "2016-05-05",
            husband=person("Le Hai", "1998-05-06"),
            wife=person("Vo Ba", "2000-05-06"),
        )
    live = town.live()
    asked = of(ask(live), "law")
    assert len(asked) == 4
    stored = [
        judged(live, line, "as_in_book", n) for n, (_, line) in enumerate(asked.iterrows(), 1)
    ]
    assert of(ask(live, stored=stored), "law")["state"].tolist() == ["decided"] * 4


def test_an_officer_who_says_it_again_settles_nothing():
    live = namesakes(2)
    stored = [
        said(live, 0, 1, "same", 1),
        said(live, 0, 1, "different", 2, officer="Năm"),
        said(live, 0, 1, "different", 3, officer="Năm"),
    ]
    line = of(ask(live, stored=stored), "contradiction").iloc[0]
    assert line["sentence"] == "contradiction_officers"
    assert json.loads(line["params"])["chain"] == "A = B (Tư, 2025-08-01); A ≠ B (Năm, 2025-08-03)"
    agreed = [*stored, said(live, 0, 1, "different", 4)]
    assert of(ask(live, stored=agreed), "contradiction").empty


def test_who_decides_anew_on_other_facts_contradicts_nobody():
    live = namesakes(2)
    stored = [
        said(live, 0, 1, "same", 1, seen="aaaa"),
        said(live, 0, 1, "different", 2, officer="Năm", seen="bbbb.cc"),
    ]
    assert binding(live, stored).contradictions == ()
    stored[1]["seen"] = "aaaa.cc"
    assert len(binding(live, stored).contradictions) == 1


@pytest.mark.parametrize(
    ("decision", "state"), [("different", ["decided"]), ("same", []), ("unsure", [])]
)
def test_answer_to_a_chain_holds_until_there_is_another_chain(decision, state):
    live = namesakes(4)
    stored = [
        said(live, 0, 2, "same", 1),
        said(live, 1, 2, "same", 2),
        said(live, 0, 1, "different", 3),
    ]
    line = of(ask(live, stored=stored), "contradiction").iloc[0]
    assert len(json.loads(line["mentions"])) == 3
    stored.append(judged(live, line, decision, 4))
    assert of(ask(live, stored=stored), "contradiction")["state"].tolist() == state
    if decision == "different":
        withdrawn = [said(live, 0, 2, "unsure", 5), said(live, 0, 3, "same", 6)]
        another = [*stored, *withdrawn, said(live, 3, 1, "same", 7)]
        found = of(ask(live, stored=another), "contradiction")["state"].tolist()
        assert found == ["decided"]  # the same facts lead from one to the other
        away = live.mentions.copy()
        away.loc[3, "birth_to"] -= 1
        moved = Live(live.entries, away, live.kin)
        assert of(ask(moved, stored=another), "contradiction")["state"].tolist() == ["stale"]


def test_unsure_about_a_contradiction_is_not_asked_at_once_again():
    live = namesakes(3)
    stored = [
        said(live, 0, 2, "same", 1),
        said(live, 1, 2, "same", 2),
        said(live, 0, 1, "different", 3),
    ]
    stored.append(judged(live, of(ask(live, stored=stored), "contradiction").iloc[0], "unsure", 4))
    assert of(ask(live, stored=stored), "same_person", state="open").empty
    assert of(ask(live, stored=stored), "same_person", state="stale").empty


def births() -> tuple[Live, list[str]]:
    """Two entries of what may be one birth, the mother named in both."""
    town = Town()
    keys = [
        town.add(
            "KS",
            number,
            day,
            child=person("Tran An", "2004-03-01"),
            mother=person("Le Hoa", "1980"),
        )
        for number, day in ((3, "2004-03-10"), (9, "2004-05-10"))
    ]
    return town.live(), keys


def test_two_officers_on_one_event():
    live, keys = births()
    scored = pairs((live.at(keys[0], "child"), live.at(keys[1], "child"), 1.0))
    line = of(ask(live, scored), "same_event").iloc[0]
    stored = [judged(live, line, "same:B", 1), judged(live, line, "different", 2, officer="Năm")]
    asked = of(ask(live, scored, stored), "contradiction")
    assert asked["sentence"].tolist() == ["contradiction_events"]
    assert json.loads(asked["params"].iloc[0])["chain"].startswith("A = B (Tư")
    settled = [*stored, judged(live, asked.iloc[0], "different", 3)]
    assert of(ask(live, scored, settled), "contradiction").empty
    assert of(ask(live, scored, settled), "same_event")["state"].tolist() == ["decided"]
    one = [*stored, judged(live, asked.iloc[0], "same", 3)]
    assert binding(live, one).judgements["kind"].tolist() == ["same_event"]
    assert of(ask(live, scored, one), "same_event")["state"].tolist() == ["open"]  # which stands?


# -- two officers, one question -------------------------------------------------------------------


def disputed_birth():
    """A town whose sources disagree on a birth, and two officers who chose different sides."""
    live, scored = married_child(born="1981")
    line = of(ask(live, scored), "fact").iloc[0]
    first, second = json.loads(line["values"])
    stored = [
        judged(live, line, "side:A", 1, value=first),
        judged(live, line, "side:B", 2, value=second, officer="Năm"),
    ]
    return live, scored, line, stored


def test_two_officers_who_choose_different_values_are_asked_again_with_names_and_days():
    live, scored, line, stored = disputed_birth()
    asked = of(ask(live, scored, stored), "fact").iloc[0]
    assert (asked["conflict"], asked["state"]) == (line["conflict"], "open")
    assert asked["evidence"].startswith(f"{line['evidence']}.")
    told = json.loads(asked["params"])["disputed_vi"]
    assert told == "A (Tư, 2025-08-01); B (Năm, 2025-08-02)"
    # Until somebody settles it the later answer binds.
    assert binding(live, stored).judgements["value"].tolist() == [stored[1]["value"]]


@pytest.mark.parametrize("officer", ["Tư", "Năm", "Sáu"])
@pytest.mark.parametrize("side", [0, 1])
def test_who_answers_knowing_of_both_settles_it(officer, side):
    live, scored, _, stored = disputed_birth()
    asked = of(ask(live, scored, stored), "fact").iloc[0]
    value = json.loads(asked["values"])[side]
    settled = [*stored, judged(live, asked, f"side:{'AB'[side]}", 3, value=value, officer=officer)]
    found = of(ask(live, scored, settled), "fact").iloc[0]
    assert (found["state"], "disputed_vi" in found["params"]) == ("decided", False)
    assert binding(live, settled).disputes == {}


def test_who_is_unsure_knowing_of_both_is_not_asked_again():
    live, scored, _, stored = disputed_birth()
    asked = of(ask(live, scored, stored), "fact").iloc[0]
    settled = [*stored, judged(live, asked, "unsure", 3, officer="Sáu")]
    assert of(ask(live, scored, settled), "fact")["state"].tolist() == ["decided"]


def test_a_third_officer_who_knew_of_neither_settles_nothing():
    live, scored, line, stored = disputed_birth()
    third = [*stored, judged(live, line, "side:A", 3, value=stored[0]["value"], officer="Sáu")]
    asked = of(ask(live, scored, third), "fact").iloc[0]
    assert asked["state"] == "open"
    assert json.loads(asked["params"])["disputed_en"].endswith("A (Sáu, 2025-08-03)")


def test_one_officer_may_change_his_mind_and_two_may_agree_or_be_unsure():
    live, scored, line, (first, second) = disputed_birth()
    alone = [first, second | {"officer": first["officer"]}]
    agreed = [first, judged(live, line, "other", 2, value=first["value"], officer="Năm")]
    unsure = [judged(live, line, "unsure", 1), second]
    for stored in (alone, agreed, unsure, unsure[::-1]):
        assert of(ask(live, scored, stored), "fact")["state"].tolist() == ["decided"]


def test_who_saw_other_values_contradicts_nobody():
    live, scored, _, (first, second) = disputed_birth()
    stored = [first | {"seen": "0123456789ab"}, second]
    assert of(ask(live, scored, stored), "fact")["state"].tolist() == ["decided"]


def test_two_officers_who_choose_different_entries_that_stand():
    live, keys = births()
    scored = pairs((live.at(keys[0], "child"), live.at(keys[1], "child"), 16.0))
    line = of(ask(live, scored), "same_event").iloc[0]
    stored = [judged(live, line, "same:A", 1), judged(live, line, "same:B", 2, officer="Năm")]
    frame = ask(live, scored, stored)
    assert of(frame, "contradiction").empty
    asked = of(frame, "same_event").iloc[0]
    assert (asked["conflict"], asked["state"]) == (line["conflict"], "open")
    told = json.loads(asked["params"])["disputed_en"]
    assert "entry A stands (Tư, 2025-08-01)" in told
    settled = [*stored, judged(live, asked, "same:A", 3, officer="Sáu")]
    assert of(ask(live, scored, settled), "same_event")["state"].tolist() == ["decided"]


def test_two_officers_on_one_breach_of_law():
    town = Town()
    town.add(
        "KH",
        1,
        "2016-05-05",
        husband=person("Le Hai", "1998-05-06"),
        wife=person("Vo Ba", "1990-05-06"),
    )
    live = town.live()
    line = of(ask(live), "law").iloc[0]
    stored = [
        judged(live, line, "as_in_book", 1),
        judged(live, line, "book_wrong", 2, officer="Năm"),
    ]
    asked = of(ask(live, stored=stored), "law").iloc[0]
    assert (asked["state"], asked["sentence"]) == ("open", line["sentence"])
    assert "Năm, 2025-08-02" in json.loads(asked["params"])["disputed_vi"]


def test_a_chain_leads_through_an_event():
    live, keys = births()
    child = [live.at(key, "child") for key in keys]
    event = of(ask(live, pairs((*child, 1.0))), "same_event").iloc[0]
    stored = [judged(live, event, "same:A", 1), said(live, *child, "different", 2)]
    asked = of(ask(live, stored=stored), "contradiction").iloc[0]
    assert json.loads(asked["params"])["chain"] == "A = B (Tư, 2025-08-01); A ≠ B (Tư, 2025-08-02)"


def test_a_role_that_is_no_longer_named_waits():
    live, _, (left, right) = two_mothers()
    stored = [said(live, left, right, "same", 1)]
    without = live.mentions.drop(index=right).reset_index(drop=True)
    found = judgements.effective(stored, without, live.entries, WORDING)
    assert found.lost == ("J-1",)
    assert found.judgements.empty


def late(live: Live, key: str) -> tuple[Live, str, pd.DataFrame]:
    """The town after a late delivery has brought an earlier version of an entry."""
    now = f"{key.partition('~')[0]}~00000000"
    entries, mentions = live.entries.copy(), live.mentions.copy()
    content = entries.loc[entries["entry_key"].eq(key), "content_hash"].iloc[0]
    entries["entry_key"] = entries["entry_key"].replace(key, now)
    mentions["mention_key"] = mentions["mention_key"].str.replace(key, now, regex=False)
    aliases = pd.DataFrame({"alias": [f"content:{content}"], "entry_key": [now]})
    return Live(entries, mentions, live.kin), now, aliases


@pytest.mark.parametrize("kind", ["same_person", "law"])
def test_an_answer_holds_when_an_earlier_version_changes_the_key(kind):
    town = Town()
    keys = [
        town.add(
            "KH",
            number,
            "2016-05-05",
            husband=person("Le Hai", "1998-05-06"),
            wife=person(f"Vo {number}", "1990"),
        )
        for number in (1, 2)
    ]
    live = town.live()
    scored = pairs((live.at(keys[0], "husband"), live.at(keys[1], "husband"), 1.5))
    line = of(ask(live, scored), kind).iloc[-1]
    stored = [judged(live, line, "different" if kind == "same_person" else "as_in_book")]
    moved, _, _ = late(live, keys[1])
    asked = of(ask(moved, scored, stored), kind)
    assert asked["state"].tolist().count("decided") == 1
    assert line["conflict"] not in set(asked["conflict"])


def test_a_renumbered_book_does_not_move_a_judgement_to_a_neighbour():
    live = namesakes(2)
    stored = said(live, 0, 1, "same", 1)
    moved, now, aliases = late(live, live.entries["entry_key"].iloc[0])
    moved.entries["number"] += 1  # what was number 2 is 3, and 1 is 2
    other = moved.entries["entry_key"].iloc[1]
    finder = Finder(moved.entries[["entry_key", *_anchored(moved)]], aliases)
    assert finder.entry(stored["mentions"][0]) == now
    assert finder.entry(stored["mentions"][1]) == other


def _anchored(live: Live) -> list[str]:
    return [name for name in live.entries.columns if name != "entry_key"]
