"""What an officer is asked: one test per kind, ids, evidence, state and order."""

from __future__ import annotations

import json
import re
from string import Formatter
from typing import Any

import pandas as pd
import pytest

from reconcile.model import FINDINGS, PAIRS, ROWS
from reconcile.resolve import conflicts, judgements, survivorship
from reconcile.resolve.anchors import anchor
from reconcile.resolve.clusters import cluster, load_bounds
from reconcile.resolve.conflicts import Sources, find
from reconcile.resolve.events import group
from reconcile.resolve.wording import load_wording
from tests.resolve.town import MAPPINGS, TYPES, Live, Town, pairs, person

WORDING = load_wording(MAPPINGS)
RULES = conflicts.load_rules(MAPPINGS)
BOUNDS = load_bounds(MAPPINGS, 0.001)
SURVIVORSHIP = survivorship.load_rules(MAPPINGS)
GONE = pd.DataFrame(columns=["entry_key", "delivery", "file", "sheet", "row", "whole"])


def ask(live: Live, scored=None, stored=(), refused=None, gone=GONE) -> pd.DataFrame:
    """The conflicts of a town after everything before them was worked out."""
    scored = PAIRS.empty() if scored is None else scored
    binding = judgements.effective(list(stored), live.mentions, live.entries, WORDING)
    tables = (live.mentions, live.entries, live.kin)
    persons = cluster(*tables, scored, binding.judgements, BOUNDS, TYPES)
    happened = group(*tables, persons, scored, binding.judgements, TYPES)
    golden = survivorship.survive(*tables, persons, binding.judgements, SURVIVORSHIP).golden
    sources = Sources(
        *tables,
        pairs=scored,
        clusters=persons,
        events=happened,
        golden=golden,
        effective=binding,
        refused=ROWS.empty() if refused is None else refused,
        gone=gone,
        findings=FINDINGS.empty(),
    )
    return find(sources, RULES, WORDING, TYPES)


def of(frame: pd.DataFrame, kind: str, **columns: str) -> pd.DataFrame:
    chosen = frame[frame["kind"].eq(kind)]
    for name, value in columns.items():
        chosen = chosen[chosen[name].eq(value)]
    return chosen.reset_index(drop=True)


def judged(live: Live, line: pd.Series, decision: str, number: int = 1, **more: Any) -> dict:
    """A stored judgement that answers a conflict, as `review` would hand it in."""
    return {
        "judgement": f"J-{number}",
        "kind": line["kind"],
        "conflict": line["conflict"],
        "decision": decision,
        "field": line["field"],
        "value": "",
        "mentions": [anchor(key, live.entries) for key in json.loads(line["mentions"])],
        "entries": [anchor(key, live.entries) for key in json.loads(line["entries"])],
        "officer": "Tư",
        "decided": f"2025-08-0{number}T08:00",
        "reading": number,
        "seen": line["evidence"],
    } | more


def two_mothers(**differences):
    """Two births whose mother may be one woman."""
    town = Town()
    keys = [
        town.add(
            "KS",
            number,
            f"200{number}-03-10",
            child=person(f"Tran {name}", f"200{number}-03-01"),
            mother=person("Le Thi Hoa", born),
        )
        for number, name, born in ((1, "An", "1980"), (4, "Binh", differences.get("born", "1980")))
    ]
    live = town.live()
    return live, keys, [live.at(key, "mother") for key in keys]


# -- one test per kind --------------------------------------------------------------------------


def test_possible_same_person_has_both_sides_and_a_proposal():
    live, keys, (left, right) = two_mothers()
    line = of(ask(live, pairs((left, right, 1.5))), "same_person").iloc[0]
    assert json.loads(line["mentions"]) == sorted(f"{key}/mother" for key in keys)
    assert json.loads(line["entries"]) == sorted(keys)
    assert (line["proposal"], line["state"], line["severity"]) == ("same", "open", "warning")
    assert line["probability"] == pytest.approx(1 / (1 + 2**-1.5))


def test_two_births_that_may_be_one_are_asked_as_events():
    town = Town()
    keys = [
        town.add("KS", 3, "2004-03-10", child=person("Tran An", "2004-03-01"), commune=commune)
        for commune in ("hoi_xuan", "tan_phong")
    ]
    live = town.live()
    left, right = (live.at(key, "child") for key in keys)
    asked = of(ask(live, pairs((left, right, 1.5))), "same_event")
    assert asked["sentence"].tolist() == ["same_event_possible"]
    linked = of(ask(live, pairs((left, right, 16.0))), "same_event")
    assert linked["sentence"].tolist() == ["same_event_linked"]
    assert linked["conflict"].tolist() == asked["conflict"].tolist()
    assert linked["evidence"].tolist() == asked["evidence"].tolist()


def test_registered_again_while_the_old_book_stands():
    town = Town()
    town.add("KS", 3, "1984-03-10", child=person("Tran An", "1984-03-01"))
    town.add(
        "KS", 77, "2012-03-10", child=person("Tran An", "1984-03-01"), registration_kind="again"
    )
    live = town.live()
    line = of(ask(live, pairs((0, 1, 16.0))), "same_event").iloc[0]
    assert (line["sentence"], line["legal"]) == ("same_event_again", "registered_again")
    assert line["proposal"] == "same:A"
    assert "/1984/" in json.loads(line["entries"])[0]


def test_copies_of_one_book_line_are_one_question_about_the_number():
    town = Town()
    for hamlet in ("ap hiep phu", "ap hiep quoi"):
        child = person("Tran An", "2004-03-01", residence_key=hamlet)
        town.add("KS", 3, "2004-03-10", child=child)
    asked = ask(town.live(), pairs((0, 1, 16.0)))
    assert of(asked, "same_event").empty
    line = of(asked, "number_twice").iloc[0]
    assert (line["sentence"], line["proposal"]) == ("number_twice_one_event", "data_error")


def test_number_used_for_two_people_is_an_error_unless_the_books_differ():
    for books, asked_times in ((("01", "01"), 1), (("01", ""), 1), (("01", "02"), 0)):
        town = Town()
        for name, book in zip(("Tran An", "Le Binh"), books, strict=True):
            town.add("KS", 3, "2004-03-10", child=person(name, "2004-03-01"), book=book)
        asked = of(ask(town.live()), "number_twice")
        assert asked["severity"].tolist() == ["error"] * asked_times


def test_equal_numbers_of_two_communes_are_no_conflict():
    town = Town()
    for commune, name in (("hoi_xuan", "Tran An"), ("tan_phong", "Le Binh")):
        town.add("KS", 3, "2004-03-10", child=person(name, "2004-03-01"), commune=commune)
    assert of(ask(town.live()), "number_twice").empty


def married_child(**husband):
    town = Town()
    birth = town.add("KS", 3, "1980-03-10", child=person("Huynh Van An", "1980-03-01", sex="M"))
    told = {"name": "Huynh Van An", "born": "1980-03-01"} | husband
    wedding = town.add(
        "KH", 4, "2005-03-10", husband=person(**told), wife=person("Le Thi Hoa", "1982-01-01")
    )
    live = town.live()
    return live, pairs((live.at(birth, "child"), live.at(wedding, "husband"), 16.0))


@pytest.mark.parametrize(
    ("husband", "field"),
    [
        ({}, ""),
        ({"born": "1980"}, ""),
        ({"born": "1980-03"}, ""),
        ({"born": "1980-03-04"}, "birth"),
        ({"born": "1981"}, "birth"),
        ({"name": "Hoang Van An"}, "name"),
        ({"name": "Hoang Van An", "name_sound": "huynh van an"}, ""),
        ({"ethnic_group": "Hoa"}, ""),
    ],
)
def test_only_facts_that_cannot_both_be_true_are_asked(husband, field):
    live, scored = married_child(**husband)
    asked = of(ask(live, scored), "fact")
    assert asked["field"].tolist() == ([field] if field else [])
    if field:
        values = json.loads(asked["values"].iloc[0])
        assert len(values) == len(set(values)) == 2
        assert asked["proposal"].iloc[0] in {"side:A", "side:B"}


def test_parents_rounded_years_are_not_asked():
    live, _, (left, right) = two_mothers(born="1981")
    assert of(ask(live, pairs((left, right, 16.0))), "fact").empty


def test_parents_years_that_no_rounding_explains_are_asked():
    live, _, (left, right) = two_mothers(born="1991")
    asked = of(ask(live, pairs((left, right, 16.0))), "fact")
    assert asked["field"].tolist() == ["birth"]


def test_one_personal_number_on_two_people():
    town = Town()
    for number, name in ((3, "Tran An"), (4, "Le Binh")):
        town.add("HN", number, "2020-03-10", subject=person(name, "1990", cccd="082090000123"))
    live = town.live()
    line = of(ask(live), "identity_shared").iloc[0]
    assert (line["severity"], line["field"], line["legal"]) == ("error", "cccd", "personal_number")
    assert of(ask(live, pairs((0, 1, 1.5))), "identity_shared").empty  # asked as same person


def test_one_person_with_two_personal_numbers():
    town = Town()
    for number, cccd in ((3, "082090000123"), (4, "082090000132"), (5, "082090000132")):
        town.add("HN", number, "2020-03-10", subject=person("Tran An", "1990", cccd=cccd))
    asked = ask(town.live(), pairs((0, 1, 16.0), (1, 2, 16.0), (0, 2, 16.0)))
    line = of(asked, "identity_several").iloc[0]
    assert json.loads(line["values"]) == ["082090000123", "082090000132"]
    assert line["proposal"] == "owner:B"


def test_series_with_gaps_is_one_question():
    town = Town()
    for number in (1, 2, 3, 7, 8, 10, 900):
        town.add("KS", number, "2004-03-10", child=person(f"Tran {number}", "2004-03-01"))
    line = of(ask(town.live()), "series").iloc[0]
    params = json.loads(line["params"])
    assert (params["missing"], params["last"], params["ranges"]) == (4, 10, "4–6, 9")


def test_number_of_an_entry_gone_is_no_gap_besides():
    town = Town()
    keys = [
        town.add("KS", n, "2004-03-10", child=person(f"Tran {n}", "2004-03-01"), gone=n == 4)
        for n in range(1, 9)
    ]
    gone = pd.DataFrame(
        {
            "entry_key": [keys[3]],
            "delivery": "2025-08-01",
            "file": "So khai sinh.xls",
            "sheet": "2004",
            "row": 7,
            "whole": False,
        }
    )
    asked = ask(town.live(), gone=gone)
    assert of(asked, "series").empty
    assert of(asked, "gone")["sentence"].tolist() == ["gone_entry"]


def test_number_registered_before_its_forerunner():
    town = Town()
    days = ("2004-01-05", "2004-02-05", "2004-01-20", "2004-03-05", "2004-04-05")
    for number, day in enumerate(days, 1):
        town.add("KS", number, day, child=person(f"Tran {number}", "2004-01-01"))
    line = of(ask(town.live()), "series").iloc[0]
    assert (line["sentence"], json.loads(line["params"])["ranges"]) == ("series_order", "3")


def test_refused_row_is_asked_once_over_deliveries():
    lines = [
        {
            "delivery": delivery,
            "commune": "hoi_xuan",
            "file": "So khai sinh.xls",
            "sheet": "2004",
            "row": 9,
            "outcome": "refused",
            "reason": "no_principal_name",
        }
        for delivery in ("2025-07-01", "2025-08-01")
    ]
    line = of(ask(Town().live(), refused=ROWS.build(lines)), "refused")
    assert json.loads(line["positions"].iloc[0])["delivery"] == "2025-08-01"
    assert len(line) == 1


def test_entries_gone_are_asked_one_by_one_and_a_sheet_at_once():
    town = Town()
    keys = [
        town.add("KS", number, "2004-03-10", child=person(f"Tran {number}", "2004-03-01"))
        for number in (1, 2, 3)
    ]
    whole = [False, True, True]
    gone = pd.DataFrame(
        {
            "entry_key": keys,
            "delivery": "2025-08-01",
            "file": "So khai sinh.xls",
            "sheet": ["2003", "2004", "2004"],
            "row": 7,
            "whole": whole,
        }
    )
    asked = of(ask(town.live(), gone=gone), "gone")
    assert sorted(asked["sentence"]) == ["gone_book", "gone_entry"]


# -- law ----------------------------------------------------------------------------------------


def wedding(town: Town, number: int, day: str, groom: str, bride: str, **entry) -> str:
    return town.add(
        "KH", number, day, husband=person(groom, "1950"), wife=person(bride, "1952"), **entry
    )


def rules_broken(live: Live, scored=None) -> list[str]:
    return of(ask(live, scored), "law")["sentence"].tolist()


@pytest.mark.parametrize(
    ("day", "groom", "bride", "broken"),
    [
        ("2016-05-05", "1996-05-05", "1998-05-05", []),
        ("2016-05-05", "1996-05-06", "1990-01-01", ["law_marriage_age_husband"]),
        ("2016-05-05", "1990-01-01", "1998-05-06", ["law_marriage_age_wife"]),
        ("2016-05-05", "1996", "1998", []),
        ("2010-05-05", "1991-05-04", "1993-05-04", []),
        (
            "2010-05-05",
            "1991-05-05",
            "1993-05-05",
            ["law_marriage_age_husband", "law_marriage_age_wife"],
        ),
        ("1976-05-05", "1960-05-05", "1962-05-05", []),
    ],
)
def test_marriage_age_by_the_law_of_the_day(day, groom, bride, broken):
    town = Town()
    town.add("KH", 1, day, husband=person("Tran Ba", groom), wife=person("Le Hoa", bride))
    assert sorted(rules_broken(town.live())) == broken


def test_two_marriages_at_once_unless_the_first_had_ended():
    for first, extra, broken in (
        ({}, "", ["law_two_marriages"]),
        ({"marriage_status": "divorced"}, "", []),
        ({"note_flags": "divorce"}, "", []),
        ({}, "1995-02-02", []),
        ({}, "2004-02-02", ["law_two_marriages"]),
    ):
        town = Town()
        one = wedding(town, 1, "1990-05-05", "Tran Ba", "Le Hoa", **first)
        two = wedding(town, 2, "2000-05-05", "Tran Ba", "Vo Lan")
        if extra:
            town.add("KT", 3, extra, deceased=person("Le Hoa", "1952", died=extra))
        live = town.live()
        scored = [(live.at(one, "husband"), live.at(two, "husband"), 16.0)]
        if extra:
            dead = int(live.mentions.index[live.mentions["role"].eq("deceased")][0])
            scored.append((live.at(one, "wife"), dead, 16.0))
        assert rules_broken(live, pairs(*scored)) == broken


def test_death_before_birth_and_registration_before_event():
    town = Town()
    town.add("KT", 1, "1999-01-01", deceased=person("Tran Ba", "1999-03-01", died="1999-02-01"))
    assert sorted(rules_broken(town.live())) == [
        "law_death_before_birth",
        "law_registered_before_event",
    ]


def test_siblings_three_months_apart_and_twins():
    for second, broken in (("2000-04-01", ["law_siblings_close"]), ("2000-01-02", [])):
        town = Town()
        keys = [
            town.add("KS", n, day, child=person(name, day), mother=person("Le Hoa", "1975"))
            for n, name, day in ((1, "Tran An", "2000-01-01"), (2, "Tran Binh", second))
        ]
        live = town.live()
        mothers = [live.at(key, "mother") for key in keys]
        assert rules_broken(live, pairs((*mothers, 16.0))) == broken


def test_one_breach_in_two_entries_of_one_birth_is_one_question():
    town = Town()
    keys = [
        town.add(
            "KS",
            number,
            "2000-01-20",
            child=person("Tran An", "2000-01-01"),
            mother=person("Le Hoa", "1987-06-01"),
            commune=commune,
        )
        for number, commune in ((1, "hoi_xuan"), (7, "tan_phong"))
    ]
    live = town.live()
    scored = [(*(live.at(key, role) for key in keys), 18.0) for role in ("child", "mother")]
    assert rules_broken(live, pairs(*scored)) == ["law_parent_young"]
    assert rules_broken(live) == ["law_parent_young"] * 2


def test_what_a_chain_of_open_questions_can_settle_is_not_asked_yet():
    town = Town()
    keys = [
        town.add("KS", n, day, child=person("Tran An", day), mother=person("Le Hoa", "1975"))
        for n, day in ((1, "2000-01-01"), (2, "2000-04-01"))
    ]
    third = town.add("KS", 9, "2000-02-05", child=person("Tran An", "2000"))
    live = town.live()
    first, second = (live.at(key, "child") for key in keys)
    mothers = (*(live.at(key, "mother") for key in keys), 16.0)
    assert rules_broken(live, pairs(mothers)) == ["law_siblings_close"]
    other = live.at(third, "child")
    chain = [(*sorted((side, other)), 0.5) for side in (first, second)]
    assert rules_broken(live, pairs(mothers, *chain)) == []


# -- ids, state, order --------------------------------------------------------------------------


def test_decision_is_kept_until_what_it_rests_on_changes():
    live, _, (left, right) = two_mothers()
    scored = pairs((left, right, 1.5))
    line = of(ask(live, scored), "same_person").iloc[0]
    for decision in ("same", "different", "unsure"):
        answered = ask(live, scored, [judged(live, line, decision)])
        after = of(answered, "same_person", conflict=line["conflict"])
        assert after["state"].tolist() == ["decided"]
        changed = [judged(live, line, decision, seen="000000000000")]
        stale = of(ask(live, scored, changed), "same_person", conflict=line["conflict"])
        assert stale["state"].tolist() == ["stale"]


def test_judgement_survives_a_corrected_cell_and_a_new_entry_key():
    live, keys, (left, right) = two_mothers()
    line = of(ask(live, pairs((left, right, 1.5))), "same_person").iloc[0]
    stored = [judged(live, line, "same")]
    town = Town()
    for number, name in ((1, "An"), (4, "Binh")):
        town.add(
            "KS",
            number,
            f"200{number}-03-10",
            child=person(f"Tran {name}", f"200{number}-03-01"),
            mother=person("Le Thi Hoa", "1980", residence_key="ap hiep phu"),
        )
    after = town.live()
    assert not set(after.entries["entry_key"]) & set(keys)
    binding = judgements.effective(stored, after.mentions, after.entries, WORDING)
    assert binding.judgements["verdict"].tolist() == ["same"]
    assert binding.lost == ()


def test_fact_decided_by_typed_value_closes_the_question_and_wins():
    live, scored = married_child(born="1981")
    line = of(ask(live, scored), "fact").iloc[0]
    stored = [judged(live, line, "other", value="1980-05-01")]
    assert of(ask(live, scored, stored), "fact")["state"].tolist() == ["decided"]


def test_entry_that_stands_is_remembered():
    town = Town()
    keys = [
        town.add("KS", n, day, child=person("Tran An", "2004-03-01"))
        for n, day in ((3, "2004-03-10"), (9, "2004-05-10"))
    ]
    live = town.live()
    scored = pairs((0, 1, 16.0))
    line = of(ask(live, scored), "same_event").iloc[0]
    stored = [judged(live, line, "same:B")]
    binding = judgements.effective(stored, live.mentions, live.entries, WORDING)
    assert binding.judgements["value"].tolist() == [keys[1]]
    assert of(ask(live, scored, stored), "same_event")["state"].tolist() == ["decided"]


def test_chain_of_judgements_around_a_different():
    town = Town()
    for number in (1, 2, 3):
        town.add("HN", number, "2020-03-10", subject=person("Tran An", "1990"))
    live = town.live()
    blank = {"kind": "same_person", "conflict": "", "field": "", "entries": "[]", "evidence": ""}

    def pair(one, other, decision, number):
        keys = [live.mentions["mention_key"].iloc[place] for place in (one, other)]
        line = pd.Series(blank | {"mentions": json.dumps(keys)})
        return judged(live, line, decision, number)

    stored = [pair(0, 1, "same", 1), pair(1, 2, "same", 2), pair(0, 2, "different", 3)]
    line = of(ask(live, stored=stored), "contradiction").iloc[0]
    assert line["sentence"] == "contradiction_chain"
    assert json.loads(line["params"])["chain"] == (
        "A = C (Tư, 2025-08-01); B = C (Tư, 2025-08-02); A ≠ B (Tư, 2025-08-03)"
    )


def test_two_officers_disagree_and_one_settles_it():
    live, _, (left, right) = two_mothers()
    line = of(ask(live, pairs((left, right, 1.5))), "same_person").iloc[0]
    stored = [judged(live, line, "same", 1), judged(live, line, "different", 2, officer="Năm")]
    asked = of(ask(live, stored=stored), "contradiction")
    assert asked["sentence"].tolist() == ["contradiction_officers"]
    settled = judged(live, asked.iloc[0], "same", 3)
    assert of(ask(live, stored=[*stored, settled]), "contradiction").empty
    one_mind = [stored[0], judged(live, line, "different", 2)]
    assert of(ask(live, stored=one_mind), "contradiction").empty


def test_ids_are_short_stable_and_apart():
    live, scored = married_child(born="1981", name="Hoang Van An")
    first, again = ask(live, scored), ask(live, scored)
    pd.testing.assert_frame_equal(first, again)
    assert first["conflict"].is_unique
    assert first["conflict"].str.fullmatch(r"C-[2-9A-HJKMNP-TV-Z]{10}").all()


def test_the_gravest_come_first():
    town = Town()
    town.add("KS", 3, "2004-03-10", child=person("Tran An", "2004-03-01"))
    town.add("KS", 3, "2004-03-10", child=person("Le Binh", "2004-03-01"))
    for number in (5, 6, 7, 8):
        town.add("KS", number, "2004-03-10", child=person(f"Vo {number}", "2004-03-01"))
    assert ask(town.live())["severity"].tolist() == ["error", "warning"]


def test_question_that_brings_more_mentions_together_comes_first():
    town = Town()
    names = ("Le Hoa", "Le Hoa", "Le Hoa", "Vo Lan", "Vo Lan")
    keys = [
        town.add(
            "KS",
            n,
            f"200{n}-03-10",
            child=person(f"Tran {n}", f"200{n}-03-01"),
            mother=person(name, "1970"),
        )
        for n, name in enumerate(names, 1)
    ]
    live = town.live()
    mother = [live.at(key, "mother") for key in keys]
    scored = pairs(
        (mother[0], mother[1], 16.0), (mother[1], mother[2], 0.5), (mother[3], mother[4], 1.0)
    )
    asked = of(ask(live, scored), "same_person")
    assert json.loads(asked["mentions"].iloc[0])[1] == f"{keys[2]}/mother"
    assert asked["probability"].iloc[0] < asked["probability"].iloc[1]


def test_sentences_say_the_same_placeholders_in_both_languages_without_personal_data():
    for sentence in WORDING.sentence:
        vi, en = (
            {re.sub("_(vi|en)$", "", name) for _, name, _, _ in Formatter().parse(text) if name}
            for text in (sentence.vi, sentence.en)
        )
        assert vi == en
    ids = [sentence.id for sentence in WORDING.sentence]
    assert len(ids) == len(set(ids))
