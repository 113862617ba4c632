"""Persons from pairs and judgements: joins, vetoes, rivals, questions, order."""

from __future__ import annotations

import itertools
import random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.model import JUDGEMENTS, KIN
from reconcile.resolve.clusters import Clusters, cluster, load_bounds
from reconcile.resolve.constraints import AGES, Constraints
from tests.resolve.town import MAPPINGS, TYPES, Live, Town, pairs, person

BOUNDS = load_bounds(MAPPINGS, 0.001)
NOTHING = JUDGEMENTS.empty()


def judged(*lines):
    """JUDGEMENTS of (left, right, verdict)."""
    return JUDGEMENTS.build(
        [
            {
                "judgement": f"J-{number}",
                "kind": "same_person",
                "verdict": verdict,
                "left": left,
                "right": right,
                "entries": "[]",
                "decided": f"2025-08-0{number + 1}",
            }
            for number, (left, right, verdict) in enumerate(lines)
        ]
    )


def resolve(live: Live, scored, judgements=NOTHING) -> Clusters:
    return cluster(live.mentions, live.entries, live.kin, scored, judgements, BOUNDS, TYPES)


def births(*names):
    """A town with one birth entry for each name; mother and father of each are there as well."""
    town = Town()
    keys = [
        town.add(
            "KS",
            number,
            "2004-03-10",
            child=person(name, "2004-03-01"),
            mother=person("Le Thi Hoa", "1980"),
            father=person("Tran Van Ba", "1978"),
        )
        for number, name in enumerate(names, 1)
    ]
    return town.live(), keys


def test_pair_above_the_bound_is_one_person():
    live, (one, other) = births("Tran An", "Tran Binh")
    left, right = live.at(one, "mother"), live.at(other, "mother")
    found = resolve(live, pairs((left, right, 12.0)))
    assert found.person[left] == found.person[right]
    assert found.questions.empty
    assert found.joined[["left", "right", "how"]].to_numpy().tolist() == [[left, right, "score"]]


def test_three_entries_of_one_birth_need_not_all_fit_each_other():
    live, keys = births("Tran An", "Tran An", "Tran Am")
    one, two, three = (live.at(key, "child") for key in keys)
    found = resolve(live, pairs((one, two, 12.0), (two, three, 8.0), (one, three, 1.0)))
    assert found.person[one] == found.person[two] == found.person[three]


def test_an_entry_that_one_of_the_others_speaks_against_is_not_their_birth():
    live, keys = births("Tran An", "Tran An", "Tran Am")
    one, two, three = (live.at(key, "child") for key in keys)
    found = resolve(live, pairs((one, two, 12.0), (two, three, 6.0), (one, three, -1.0)))
    assert found.person[one] == found.person[two] != found.person[three]


def test_pair_below_the_bound_is_a_question():
    live, (one, other) = births("Tran An", "Tran Binh")
    left, right = live.at(one, "mother"), live.at(other, "mother")
    found = resolve(live, pairs((left, right, 1.5)))
    assert found.person[left] != found.person[right]
    assert found.questions[["left", "right", "reason"]].to_numpy().tolist() == [
        [left, right, "possible"]
    ]


def test_an_unlikely_doubt_is_asked_only_where_much_would_be_gained():
    live, keys = births("Tran An", "Tran Binh", "Tran Chi", "Tran Dung", "Tran Em")
    one, *group = (live.at(key, "mother") for key in keys)
    doubt = -2.0  # one in five
    alone = resolve(live, pairs((one, group[0], doubt)))
    assert (len(alone.questions), alone.unasked) == (0, 1)
    links = [(group[0], other, 20.0) for other in group[1:]]
    found = resolve(live, pairs((one, group[0], doubt), *links))
    assert (len(found.questions), found.unasked) == (0, 1)
    town = resolve(live, pairs((one, group[0], -1.5), *links))
    assert (len(town.questions), town.unasked) == (1, 0)


def test_the_only_candidates_of_each_other_are_linked_from_somewhat_below_the_bound():
    live, (one, other) = births("Tran An", "Tran Binh")
    left, right = live.at(one, "mother"), live.at(other, "mother")
    found = resolve(live, pairs((left, right, 3.5)))
    assert found.person[left] == found.person[right]


def test_another_candidate_near_by_leaves_the_link_to_an_officer():
    live, keys = births("Tran An", "Tran Binh", "Tran Chi")
    one, other, third = (live.at(key, "mother") for key in keys)
    found = resolve(live, pairs((one, other, 3.5), (one, third, 0.0)))
    assert found.person[one] != found.person[other]
    far = resolve(live, pairs((one, other, 3.5), (one, third, -4.0)))
    assert far.person[one] == far.person[other]


def test_that_nobody_else_is_near_does_not_rule_out_a_twin():
    live, (one, other) = births("Tran An", "Tran Binh")
    scored = pairs((live.at(one, "mother"), live.at(other, "mother"), 3.5))
    found = resolve(live, scored.assign(weight_related=3.1))
    assert found.questions["reason"].tolist() == ["possible"]


def test_two_candidates_of_which_only_one_can_be_are_weighed_together():
    live, keys = births(*(f"Tran {name}" for name in ("An", "Binh", "Chi", "Dung", "Em", "Phu")))
    one, other, *others = (live.at(key, "mother") for key in keys)
    few = resolve(live, pairs((one, other, 3.5), (one, others[0], -2.0)))
    assert few.person[one] == few.person[other]
    many = resolve(live, pairs((one, other, 3.5), *((one, third, -2.0) for third in others)))
    assert many.person[one] != many.person[other]


def test_two_groups_need_more_than_having_no_other_candidate():
    live, keys = births("Tran An", "Tran Binh", "Tran Chi", "Tran Dung")
    one, two, three, four = (live.at(key, "mother") for key in keys)
    found = resolve(live, pairs((one, two, 12.0), (three, four, 12.0), (one, three, 4.0)))
    assert found.person[one] != found.person[three]


def test_two_roles_of_one_entry_are_two_people():
    live, (one,) = births("Tran An")
    left, right = sorted((live.at(one, "mother"), live.at(one, "father")))
    found = resolve(live, pairs((left, right, 20.0)))
    assert found.person.nunique() == 3
    assert found.questions["rule"].tolist() == ["sex"]


def test_who_signs_as_the_mother_is_the_mother_whatever_year_was_typed():
    town = Town()
    key = town.add(
        "KS",
        1,
        "2004-03-10",
        child=person("Tran An", "2004-03-01"),
        mother=person("Le Thi Hoa", "1996"),
        requester=person("Le Thi Hoa"),
    )
    live = town.live()
    mother, signer = live.at(key, "mother"), live.at(key, "requester")
    found = resolve(live, pairs((*sorted((mother, signer)), 30.0, True)))
    assert found.person[mother] == found.person[signer]


def test_weak_second_opinion_stops_a_single_bridge():
    live, (one, two, three) = births("Tran An", "Tran Binh", "Tran Cuc")
    first, second, third = (live.at(key, "mother") for key in (one, two, three))
    scored = pairs((first, second, 20.0), (second, third, 10.0), (first, third, -26.0))
    found = resolve(live, scored)
    assert found.person[first] == found.person[second] != found.person[third]
    assert found.questions["reason"].tolist() == ["weak_bridge"]


def test_two_births_that_fit_one_adult_equally_are_a_question():
    town = Town()
    one = town.add("KS", 1, "1980-03-10", child=person("Nguyen Van An", "1980-03-01"))
    other = town.add("KS", 9, "1980-08-10", child=person("Nguyen Van An", "1980-08-02"))
    adult = town.add(
        "KH", 2, "2005", husband=person("Nguyen Van An", "1980"), wife=person("Le Thi Hoa", "1982")
    )
    live = town.live()
    husband = live.at(adult, "husband")
    children = [live.at(one, "child"), live.at(other, "child")]
    found = resolve(live, pairs(*((husband, child, 12.0) for child in children)))
    assert found.person.nunique() == len(live.mentions)
    assert set(found.questions["reason"]) == {"rival"}
    clear = resolve(live, pairs((husband, children[0], 14.0), (husband, children[1], 2.0)))
    assert clear.person[husband] == clear.person[children[0]]


def test_nobody_acts_after_death_and_the_officer_is_asked():
    town = Town()
    death = town.add(
        "KT", 1, "1999-02-03", deceased=person("Tran Van Ba", "1950", died="1999-02-01")
    )
    later = town.add(
        "KH", 2, "2001-05-05", husband=person("Tran Van Ba", "1950"), wife=person("Le Hoa", "1955")
    )
    live = town.live()
    left, right = live.at(death, "deceased"), live.at(later, "husband")
    found = resolve(live, pairs((left, right, 20.0)))
    assert found.person[left] != found.person[right]
    assert found.questions[["reason", "rule"]].to_numpy().tolist() == [
        ["hard_rule", "act_after_death"]
    ]


def test_named_as_a_childs_father_after_death_is_no_act():
    town = Town()
    death = town.add(
        "KT", 1, "1999-02-03", deceased=person("Tran Van Ba", "1950", died="1999-02-01")
    )
    birth = town.add(
        "KS",
        2,
        "1999-06-01",
        child=person("Tran An", "1999-05-20"),
        father=person("Tran Van Ba", "1950"),
    )
    late = town.add(
        "KS",
        3,
        "2003-06-01",
        child=person("Tran Ut", "2003-05-20"),
        father=person("Tran Van Ba", "1950"),
    )
    live = town.live()
    dead = live.at(death, "deceased")
    found = resolve(
        live,
        pairs((dead, live.at(birth, "father"), 14.0), (dead, live.at(late, "father"), 14.0)),
    )
    assert found.person[dead] == found.person[live.at(birth, "father")]
    assert found.person[dead] != found.person[live.at(late, "father")]


def test_father_and_son_of_one_name_stay_two():
    town = Town()
    old = town.add("KS", 1, "1950-03-01", child=person("Tran Van Ba", "1950-02-01"))
    young = town.add(
        "KS",
        2,
        "1975-03-01",
        child=person("Tran Van Ba", "1975-02-01"),
        father=person("Tran Van Ba", "1950"),
    )
    live = town.live()
    father, son = live.at(young, "father"), live.at(young, "child")
    grandfather = live.at(old, "child")
    found = resolve(
        live, pairs((father, grandfather, 15.0), (son, grandfather, 13.0), (son, father, 12.0))
    )
    assert found.person[father] == found.person[grandfather] != found.person[son]


def test_nobody_is_parent_and_child_of_one_person():
    town = Town()
    one = town.add("KS", 1, "2000", child=person("A"), father=person("B"))
    two = town.add("KS", 2, "2000", child=person("B"), father=person("A"))
    live = town.live()
    scored = pairs(
        (live.at(one, "child"), live.at(two, "father"), 15.0),
        (live.at(one, "father"), live.at(two, "child"), 14.0),
    )
    found = resolve(live, scored)
    assert found.person.nunique() == 3
    assert found.questions["rule"].tolist() == ["own_ancestor"]


def test_different_splits_whole_clusters():
    live, keys = births("Tran An", "Tran Binh", "Tran Cuc")
    first, second, third = (live.at(key, "mother") for key in keys)
    scored = pairs((first, second, 12.0), (second, third, 12.0), (first, third, 12.0))
    assert resolve(live, scored).person[first] == resolve(live, scored).person[third]
    found = resolve(live, scored, judged((first, third, "different")))
    assert found.person[first] != found.person[third]
    assert set(found.questions["reason"]) == {"rival"}
    clear = pairs((first, second, 24.0), (second, third, 12.0), (first, third, 12.0))
    apart = resolve(live, clear, judged((first, third, "different")))
    assert apart.person[first] == apart.person[second] != apart.person[third]
    assert apart.questions.empty


def test_same_outranks_score_and_rules():
    live, (one, other) = births("Tran An", "Tran Binh")
    left, right = live.at(one, "mother"), live.at(other, "father")
    found = resolve(live, pairs(), judged((left, right, "same")))
    assert found.person[left] == found.person[right]


@pytest.mark.parametrize(
    ("one", "other"),
    [({"born": "1980"}, {"born": "1992"}), ({"sex": "F"}, {"sex": "M"})],
    ids=["births far apart", "sexes"],
)
def test_an_answer_against_a_rule_undoes_no_link_of_either_side(one, other):
    town = Town()
    keys = [
        town.add(
            "KS",
            number,
            "2012-03-10",
            child=person(f"Tran {number}", "2012-03-01"),
            mother=person("Le Thi Hoa", **mother),
        )
        for number, mother in enumerate((one, one, other), 1)
    ]
    live = town.live()
    first, second, third = (live.at(key, "mother") for key in keys)
    scored = pairs((first, second, 20.0))
    found = resolve(live, scored, judged((first, third, "same"))).person
    assert found[first] == found[second] == found[third]


def test_unsure_is_never_linked_and_keeps_its_question():
    live, (one, other) = births("Tran An", "Tran Binh")
    left, right = live.at(one, "mother"), live.at(other, "mother")
    found = resolve(live, pairs((left, right, 15.0)), judged((left, right, "unsure")))
    assert found.person[left] != found.person[right]
    assert found.questions["reason"].tolist() == ["unsure"]


def test_same_around_a_different_never_joins():
    live, keys = births("Tran An", "Tran Binh", "Tran Cuc")
    first, second, third = (live.at(key, "mother") for key in keys)
    verdicts = [(first, second, "same"), (second, third, "same"), (first, third, "different")]
    for order in (verdicts, verdicts[::-1]):
        found = resolve(live, pairs(), judged(*order))
        assert found.person[first] != found.person[third]


def test_one_birth_registered_twice_needs_its_own_evidence():
    town = Town()
    one = town.add("KS", 1, "2004-03-10", child=person("Tran An", "2004-03-01"))
    other = town.add(
        "KS", 1, "2004-03-10", child=person("Tran An", "2004-03-01"), commune="tan_phong"
    )
    adult = town.add("HN", 5, "2025-02-02", subject=person("Tran An", "2004"))
    live = town.live()
    subject = live.at(adult, "subject")
    children = [live.at(one, "child"), live.at(other, "child")]
    over_the_adult = [(subject, child, 14.0) for child in children]
    found = resolve(live, pairs(*over_the_adult, (*children, 4.0)))
    assert found.person[children[0]] != found.person[children[1]]
    asked = found.questions[["left", "right"]].to_numpy().tolist()
    assert [min(children), max(children)] in asked
    joined = resolve(live, pairs(*over_the_adult, (*children, 14.0)))
    assert set(joined.person) == {0}


@st.composite
def towns(draw):
    """Births and deaths of a few people, with scored pairs and judgements at random."""
    town = Town()
    for number in range(draw(st.integers(2, 7))):
        year = draw(st.integers(1950, 2010))
        parents = {
            role: person(name, str(year - draw(st.integers(8, 70))))
            for role, name in (("mother", "Le Hoa"), ("father", "Tran Ba"))
            if draw(st.booleans())
        }
        town.add("KS", number, f"{year}-05-05", child=person("Tran An", str(year)), **parents)
        if draw(st.booleans()):
            town.add(
                "KT",
                number,
                f"{year + 30}-05-05",
                deceased=person("Tran An", str(year), died=f"{year + 30}-05-01"),
                requester=person("Tran Ba"),
            )
    live = town.live()
    places = st.integers(0, len(live.mentions) - 1)
    weights = st.floats(-40, 25)
    drawn = draw(st.lists(st.tuples(places, places, weights, st.booleans()), max_size=40))
    scored = {(min(a, b), max(a, b)): (w, c and w > 15) for a, b, w, c in drawn if a != b}
    verdict = st.sampled_from(["same", "different", "unsure"])
    decided = draw(st.lists(st.tuples(places, places, verdict), max_size=4))
    verdicts = {(min(a, b), max(a, b)): v for a, b, v in decided if a != b}
    return (
        live,
        pairs(*((a, b, w, c) for (a, b), (w, c) in scored.items())),
        judged(*((a, b, v) for (a, b), v in verdicts.items())),
    )


@settings(max_examples=25)
@given(towns())
def test_different_and_unsure_never_share_a_cluster(case):
    live, scored, judgements = case
    found = resolve(live, scored, judgements)
    assert len(found.person) == len(live.mentions)
    for line in judgements.itertuples():
        if line.verdict != "same":
            assert found.person[line.left] != found.person[line.right]


def broken_rules(live: Live, scored) -> set[str]:
    """Rules that two mentions of one cluster break, made by scores alone."""
    found = resolve(live, scored.assign(certain=False))
    fresh = Constraints(live.mentions, KIN.empty(), BOUNDS.rules.limits)
    return {
        fresh.against([left], [right], lambda mention: mention)
        for group in found.person.groupby(found.person).groups.values()
        for left, right in itertools.combinations(group, 2)
    } - {"", "unsupported"}


@settings(max_examples=25)
@given(towns())
def test_scores_break_no_hard_rule_but_those_of_age_where_they_are_sure_by_far(case):
    live, scored, _ = case
    assert broken_rules(live, scored) <= AGES
    usual = scored.assign(weight=scored["weight"].clip(upper=BOUNDS.aged - 0.1))
    assert not broken_rules(live, usual)


def test_a_year_of_birth_is_mistyped_where_all_else_is_sure():
    town = Town()
    one, other = (
        town.add(
            "KS",
            number,
            "2012-03-10",
            child=person(f"Tran {number}", "2012-03-01"),
            mother=person("Le Thi Hoa", born),
        )
        for number, born in enumerate(("1968", "1986"), 1)
    )
    live = town.live()
    left, right = live.at(one, "mother"), live.at(other, "mother")
    doubtful = resolve(live, pairs((left, right, BOUNDS.aged - 1)))
    assert doubtful.person[left] != doubtful.person[right]
    assert doubtful.questions["rule"].tolist() == ["births_apart"]
    sure = resolve(live, pairs((left, right, BOUNDS.aged + 1)))
    assert sure.person[left] == sure.person[right]
    assert sure.questions.empty


@settings(max_examples=25)
@given(towns(), st.randoms(use_true_random=False))
def test_order_of_pairs_and_judgements_does_not_count(case, chance):
    live, scored, judgements = case
    found = resolve(live, scored, judgements)
    again = resolve(live, shuffled(scored, chance), shuffled(judgements, chance))
    pd.testing.assert_series_equal(found.person, again.person)
    pd.testing.assert_frame_equal(found.questions, again.questions)
    pd.testing.assert_frame_equal(found.joined, again.joined)


@settings(max_examples=25)
@given(towns())
def test_chain_spans_the_clusters_and_questions_lie_between_them(case):
    live, scored, judgements = case
    found = resolve(live, scored, judgements)
    assert len(found.joined) == len(live.mentions) - found.person.nunique()
    for line in found.joined.itertuples():
        assert found.person[line.left] == found.person[line.right]
    sides = [
        frozenset((found.person[line.left], found.person[line.right]))
        for line in found.questions.itertuples()
    ]
    assert all(len(side) == 2 for side in sides)
    asked_once = [
        side
        for side, reason in zip(sides, found.questions["reason"], strict=True)
        if reason != "unsure"
    ]
    assert len(asked_once) == len(set(asked_once))


def shuffled(frame, chance: random.Random):
    order = list(range(len(frame)))
    chance.shuffle(order)
    return frame.iloc[order].reset_index(drop=True)
