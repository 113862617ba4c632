"""Bounds on the birth of people without a date: by role and by the relatives in the entry."""

from __future__ import annotations

from datetime import date

import pandas as pd

from reconcile.match import match
from reconcile.match.ages import age_bounds
from reconcile.match.encoding import days
from reconcile.model import KIN, LIVE_MENTIONS
from tests.match.pairs import entry, live, mention


def bounds(table, model):
    known = days(table["birth_from"]), days(table["birth_to"])
    low, high = age_bounds(table, known, model)
    return {
        role: (date.fromordinal(int(first)).year, date.fromordinal(int(last)).year)
        for role, first, last in zip(table["role"], low, high, strict=True)
        if last > 0
    }


def reported(relation, **parents):
    birth = entry(7, "KS", 1984)
    lines = [
        mention(birth, "child", "Nguyễn Thị Liên", "1984-05-02"),
        *(mention(birth, role, "Nguyễn Văn Nguơn", born) for role, born in parents.items()),
        mention(birth, "requester", "Mai Thị Trăng", relation=relation),
    ]
    return LIVE_MENTIONS.build([line | {"entry": 0} for line in lines])


def test_a_grandparent_is_older_than_one_of_the_parents(model):
    grand = bounds(reported("grandparent", father="1943", mother="1950"), model)["requester"]
    assert grand == (1884, 1937)


def test_without_a_relative_whose_birth_is_known_the_role_alone_bounds(model):
    alone = bounds(reported("grandparent"), model)["requester"]
    assert alone == bounds(reported("", father="1943"), model)["requester"]


def test_bounds_that_leave_no_day_come_from_a_slip_and_are_not_used(model):
    wrong = bounds(reported("grandparent", father="1843"), model)["requester"]
    assert wrong == bounds(reported(""), model)["requester"]


def test_a_mother_is_not_the_grandmother_of_a_child_whose_parents_are_older(model):
    birth, other = entry(7, "KS", 1984), entry(9, "KS", 1990)

    def weight(born):
        lines = [
            mention(birth, "child", "Nguyễn Thị Liên", "1984-05-02"),
            mention(birth, "father", "Nguyễn Văn Nguơn", "1943"),
            mention(birth, "requester", "Mai Thị Trăng", relation="grandparent"),
            mention(other, "mother", "Mai Thị Trăng", born),
        ]
        entries, mentions = live([birth, other], lines)
        found = match(mentions, entries, KIN.empty(), model)
        at = {key: place for place, key in enumerate(mentions["mention_key"])}
        pair = sorted(at[line["mention_key"]] for line in lines[2:])
        scored = found[(found["left"] == pair[0]) & (found["right"] == pair[1])]
        return scored["weight"].iloc[0]

    assert weight("1925") > weight("1961") + 4


def test_ages_need_no_written_date(model):
    nothing = LIVE_MENTIONS.build([])
    low, high = age_bounds(nothing, (days(nothing["birth_from"]),) * 2, model)
    assert len(low) == len(high) == 0
    assert isinstance(nothing, pd.DataFrame)
