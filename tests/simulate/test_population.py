from collections import Counter, defaultdict
from itertools import pairwise

from reconcile.simulate.chance import stream
from reconcile.simulate.people import year_of
from reconcile.simulate.population import Growth
from reconcile.simulate.registration import founders


def test_there_are_enough_names(settings):
    assert len(settings.names.surnames) >= 90
    for sex in ("M", "F"):
        given = {name for words in settings.names.given[sex].values() for name in words.split()}
        assert len(given) >= 250


def test_everybody_is_born_once_and_dies_at_most_once(population):
    born = Counter(
        id(event.roles["child"]) for event in population.events if event.register_type == "KS"
    )
    died = Counter(
        id(event.roles["deceased"]) for event in population.events if event.register_type == "KT"
    )
    assert max(born.values()) == 1
    assert max(died.values()) == 1


def test_nobody_marries_or_certifies_when_dead_or_unborn(population):
    for event in population.events:
        if event.register_type in ("KH", "HN"):
            for person in event.roles.values():
                assert person.alive_on(event.day)
                assert person.age_on(event.day) >= 16


def test_mothers_live_and_are_of_age_at_birth(population):
    for event in population.events:
        if event.register_type == "KS":
            mother = event.roles["mother"]
            assert mother.alive_on(event.day)
            assert 15 <= mother.age_on(event.day) <= 47
            assert mother.sex == "F"


def test_nobody_has_two_spouses_at_once(population):
    spells = defaultdict(list)
    for event in population.events:
        if event.register_type == "KH":
            husband, wife = event.roles["husband"], event.roles["wife"]
            ends = [day for day in (husband.died, wife.died) if day]
            divorced = int(event.details.get("divorced", "0"))
            end = min([*ends, *([divorced] if divorced else [])], default=10**7)
            for person in (husband, wife):
                spells[person.number].append((event.day, end))
    for ordered in map(sorted, spells.values()):
        for (_, end), (begin, _) in pairwise(ordered):
            assert end <= begin


def test_living_siblings_do_not_share_a_name(population):
    for mother in population.persons:
        for index, child in enumerate(mother.children):
            for other in mother.children[:index]:
                if other.name == child.name and mother.sex == "F":
                    assert other.died <= child.born
                    assert other.died


def test_twins_are_of_one_mother_and_day(population):
    twins = [person for person in population.persons if "twin" in person.cases]
    assert twins
    days = Counter((person.mother.number, person.born) for person in twins)
    assert set(days.values()) == {2}


def test_the_hard_cases_occur(population):
    cases = {case for person in population.persons for case in person.cases}
    assert cases >= {
        "twin",
        "dead_sibling_name",
        "remarried",
        "divorced",
        "moved",
        "two_cmnd",
        "unmarried_mother",
        "recognised",
        "paper_name",
    }


def test_personal_numbers_tell_sex_and_year(population):
    for person in population.persons:
        number = person.personal_number
        year = year_of(person.paper_born)
        assert len(number) == 12
        assert int(number[4:6]) == year % 100
        assert (int(number[3]) % 2 == 1) == (person.sex == "F")


def test_equal_seeds_grow_equal_populations(settings):
    first, second = (
        Growth(settings, founders(200, settings, 0.048), stream(4)).run() for _ in range(2)
    )
    assert [person.name for person in first.persons] == [person.name for person in second.persons]
    assert [event.day for event in first.events] == [event.day for event in second.events]
