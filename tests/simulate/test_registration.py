from collections import defaultdict

import pytest

from reconcile.simulate.chance import stream
from reconcile.simulate.registration import CUT, Registrar, choose, number_acts


@pytest.fixture(scope="module")
def acts(settings, population):
    rng = stream(5)
    chosen = choose(Registrar(settings, rng).register(population), 1200, settings, rng)
    number_acts(chosen, settings, rng)
    return chosen


def test_as_many_acts_as_asked_for(acts):
    assert sum(not act.new_body for act in acts) == 1200


def test_acts_are_registered_after_they_happened(acts):
    assert all(act.day >= act.event.day for act in acts)


def test_the_new_commune_registers_from_the_day_of_the_merger(acts):
    for act in acts:
        assert act.new_body == (act.day >= CUT)
        assert not act.new_body or act.commune == "hiep_duc"


def test_numbers_run_with_the_days_in_each_book(acts):
    series = defaultdict(list)
    for act in acts:
        series[act.commune, act.new_body, act.register_type, act.year].append(act)
    for members in series.values():
        ordered = sorted(members, key=lambda act: (act.number, act.day))
        assert ordered[0].number <= 2
        assert [act.day for act in ordered] == sorted(act.day for act in members)


def test_tan_phong_had_no_table_for_certificates_before_2016(acts):
    assert all(
        act.year >= 2016
        for act in acts
        if act.commune == "tan_phong" and act.register_type in ("HN", "CMC")
    )


def test_types_come_in_their_shares(acts):
    births = sum(act.register_type == "KS" for act in acts) / len(acts)
    assert 0.55 < births < 0.75
