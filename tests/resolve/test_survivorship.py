"""Winning values, the rule that chose them, and their lineage."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.model import JUDGEMENTS
from reconcile.resolve.clusters import Clusters
from reconcile.resolve.survivorship import load_rules, survive
from tests.resolve.town import MAPPINGS, Town, person

RULES = load_rules(MAPPINGS)
NOTHING = JUDGEMENTS.empty()


def one_person(live, *positions):
    """Clusters in which these mentions are one person and all others are alone."""
    numbers = list(range(len(live.mentions)))
    for position in positions:
        numbers[position] = min(positions)
    person = pd.Series(pd.factorize(pd.Series(numbers))[0], dtype="Int32")
    return Clusters(person, pd.DataFrame(), pd.DataFrame())


def values(live, clusters, mention, judgements=NOTHING):
    """Field -> line of GOLDEN for the person of a mention."""
    frame = survive(live.mentions, live.entries, live.kin, clusters, judgements, RULES).golden
    lines = frame[frame["cluster"].eq(clusters.person[mention])]
    return {line["field"]: line for line in lines.to_dict("records")}


def life():
    """A man born, married, named as a father, and dead."""
    town = Town()
    birth = town.add("KS", 1, "1960-03-10", child=person("Huynh Van An", "1960-03-01"))
    wedding = town.add(
        "KH",
        2,
        "1985-05-05",
        husband=person("Hoang Van An", "1960", residence_key="ap hiep phu", cmnd="311000001"),
        wife=person("Le Thi Hoa", "1962"),
    )
    child = town.add(
        "KS",
        3,
        "1990-02-02",
        child=person("Huynh Van Be", "1990-01-20"),
        father=person("Huynh An", "1961"),
        mother=person("Le Thi Hoa", "1962"),
    )
    death = town.add(
        "KT",
        4,
        "2015-01-09",
        deceased=person(
            "Huynh Van An",
            "1960",
            died="2015-01-07",
            residence_key="ap hiep quoi",
            cmnd="311000002",
        ),
    )
    live = town.live()
    mentions = [
        live.at(birth, "child"),
        live.at(wedding, "husband"),
        live.at(child, "father"),
        live.at(death, "deceased"),
    ]
    return live, mentions


def test_own_birth_entry_gives_the_name_and_latest_entry_the_residence():
    live, mentions = life()
    found = values(live, one_person(live, *mentions), mentions[0])
    assert found["name"]["value"] == "Huynh Van An"
    assert found["name"]["rule"] == "birth_entry"
    assert found["name"]["mention"] == mentions[0]
    assert (found["name"]["agreeing"], found["name"]["disagreeing"]) == (2, 2)
    assert (found["residence"]["value"], found["residence"]["rule"]) == ("ap hiep quoi", "latest")
    assert found["cmnd"]["value"] == "311000002"


def test_date_keeps_its_precision_and_the_consistent_one_wins():
    live, mentions = life()
    found = values(live, one_person(live, *mentions), mentions[0])
    assert found["birth"]["value"] == "1960-03-01"
    assert (found["birth"]["agreeing"], found["birth"]["disagreeing"]) == (3, 1)
    assert found["death"]["value"] == "2015-01-07"
    alone = values(live, one_person(live), mentions[1])
    assert alone["birth"]["value"] == "1960"
    assert alone["birth"]["rule"] == "unanimous"


def test_relatives_are_named_by_the_entries():
    live, mentions = life()
    found = values(live, one_person(live, *mentions), mentions[0])
    assert found["partner"]["value"] == "Le Thi Hoa"
    assert "father" not in found


def test_judgement_outranks_every_rule():
    live, mentions = life()
    judgement = {
        "judgement": "J-7",
        "kind": "fact",
        "verdict": "side:B",
        "left": mentions[2],
        "field": "name",
        "value": "Hoang Van An",
        "entries": "[]",
        "decided": "2025-08-01",
    }
    clusters = one_person(live, *mentions)
    found = values(live, clusters, mentions[0], JUDGEMENTS.build([judgement]))
    assert (found["name"]["value"], found["name"]["rule"]) == ("Hoang Van An", "J-7")
    later = judgement | {"judgement": "J-8", "value": "Huynh Van Anh", "decided": "2025-08-02"}
    found = values(live, clusters, mentions[0], JUDGEMENTS.build([later, judgement]))
    assert (found["name"]["value"], found["name"]["rule"]) == ("Huynh Van Anh", "J-8")


@pytest.mark.parametrize("back", [{"gone": True}, {"note_flags": "correction cancelled"}])
def test_entry_that_does_not_stand_gives_way(back):
    town = Town()
    first = town.add("KS", 1, "1990-03-10", child=person("Tran Ann", "1990-03-01"), **back)
    other = town.add("KS", 2, "1990-03-20", child=person("Tran An", "1990-03-02"), commune="x")
    live = town.live()
    mentions = live.at(first, "child"), live.at(other, "child")
    found = values(live, one_person(live, *mentions), mentions[0])
    assert (found["name"]["value"], found["name"]["rule"]) == ("Tran An", "standing")
    assert found["birth"]["value"] == "1990-03-02"


@settings(max_examples=10)
@given(st.permutations(range(4)))
def test_every_value_stands_in_a_mention_of_the_person(order):
    live, mentions = life()
    clusters = one_person(live, *(mentions[place] for place in order[:3]))
    frame = survive(live.mentions, live.entries, live.kin, clusters, NOTHING, RULES).golden
    own = frame[frame["field"].isin(["name", "sex", "cmnd", "residence"])]
    columns = {"name": "name", "sex": "sex", "cmnd": "cmnd", "residence": "residence_key"}
    for line in own.to_dict("records"):
        source = live.mentions.iloc[line["mention"]]
        assert source[columns[line["field"]]] == line["value"]
        assert clusters.person[line["mention"]] == line["cluster"]
