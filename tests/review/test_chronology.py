"""Dates behind a question about law and logic, in their order."""

from __future__ import annotations

from datetime import date

import pytest

from reconcile.config import load_register_types, mappings_folder
from reconcile.review.chronology import Chronicle

TYPES = load_register_types(mappings_folder())


def days(text):
    """First and last day of ``2005``, ``2005-04`` or ``2005-04-30``."""
    parts = [int(part) for part in text.split("-")] if text else []
    if len(parts) == 3:
        day = date(*parts).toordinal()
        return day, day
    if len(parts) == 2:
        year, month = parts
        after = date(year + month // 12, month % 12 + 1, 1).toordinal()
        return date(year, month, 1).toordinal(), after - 1
    if parts:
        return date(parts[0], 1, 1).toordinal(), date(parts[0], 12, 31).toordinal()
    return None, None


def spans(**dates):
    return {
        f"{name}_{end}": day
        for name, text in dates.items()
        for end, day in zip(("from", "to"), days(text), strict=True)
    }


def mention(role, born="", died="", principal=True):
    return {"role": role, "principal": principal, **spans(birth=born, death=died)}


def entry(kind, event="", registered=""):
    return {"register_type": kind, **spans(event=event, registered=registered)}


def said(keys, sentence, mentions, entries, language="vi"):
    chronicle = Chronicle(mentions, entries, TYPES, language)
    found = chronicle.reasons(keys, sentence)
    assert all(reason.weight == 0 for reason in found)
    return [reason.text for reason in found]


def test_two_sides_that_say_the_same_are_one_line():
    mentions = {
        "c/KH/2023/3~a/husband": mention("husband", "2005-04-30"),
        "c/KS/2005/8~b/child": mention("child", "2005-04-30"),
    }
    entries = {
        "c/KH/2023/3~a": entry("KH", "2023-06-05", "2023-06-05"),
        "c/KS/2005/8~b": entry("KS", "2005-04-30"),
    }
    keys = list(mentions)
    assert said(keys, "law_marriage_age_husband", mentions, entries) == [
        "30/04/2005: sinh (A, B)",
        "05/06/2023: kết hôn (A)",
        "Cách nhau 18 năm",
    ]
    assert said(keys, "law_marriage_age_husband", mentions, entries, "en")[-1] == (
        "18 years between them"
    )


def test_parent_and_child_of_one_entry():
    mentions = {
        "c/KS/1986/11~a/father": mention("father", "1974", principal=False),
        "c/KS/1986/11~a/child": mention("child", "1986-01-01"),
    }
    entries = {"c/KS/1986/11~a": entry("KS", "1986-01-01", "1986-10-17")}
    assert said(list(mentions), "law_parent_young", mentions, entries) == [
        "1974: sinh (A)",
        "01/01/1986: sinh (B)",
        "Cách nhau khoảng 12 năm",
    ]


def test_an_entry_alone_shows_its_registration_where_that_matters():
    entries = {"c/KS/1984/9~a": entry("KS", "1985-04-02", "1984-05")}
    assert said(["c/KS/1984/9~a"], "law_registered_before_event", {}, entries) == [
        "05/1984: đăng ký",
        "02/04/1985: sinh",
        "Cách nhau khoảng 336 ngày",
    ]


def test_birth_of_the_dead_is_left_out_unless_it_is_the_point():
    mentions = {"c/KT/2010/1~a/deceased": mention("deceased", "1950", "1949-03-01")}
    entries = {"c/KT/2010/1~a": entry("KT", "1949-03-01")}
    keys = list(mentions)
    assert said(keys, "law_death_before_birth", mentions, entries) == [
        "01/03/1949: chết",
        "1950: sinh",
        "Cách nhau khoảng 306 ngày",
    ]
    assert said(keys, "law_act_after_death", mentions, entries) == ["01/03/1949: chết"]


@pytest.mark.parametrize("keys", [[], ["unknown"]])
def test_nothing_known_is_nothing_said(keys):
    assert said(keys, "law_near_kin", {}, {}) == []
