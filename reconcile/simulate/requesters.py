"""Who comes to the office to report: a parent, a grandparent, an uncle, a child, a neighbour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from random import Random

    from reconcile.simulate.people import Person, Population
    from reconcile.simulate.registration import Act


class Requester(NamedTuple):
    """The person who reports, and the clerk's word for what that person is to the other."""

    person: Person
    relation: str


_FATHER: Final = ("Cha", "Cha ruột", "Cha đẻ", "cha", "Ba")
_MOTHER: Final = ("Mẹ", "Mẹ ruột", "Mẹ đẻ", "mẹ", "Má")
_UNCLES: Final = {"M": ("Chú", "Cậu", "Bác", "Chú ruột"), "F": ("Cô", "Dì", "Cô ruột", "Dì ruột")}
_GRANDPARENTS: Final = {
    ("father", "M"): "Ông nội",
    ("father", "F"): "Bà nội",
    ("mother", "M"): "Ông ngoại",
    ("mother", "F"): "Bà ngoại",
}


def find_requester(act: Act, population: Population, rng: Random) -> Requester | None:
    """Who reports an act; None where the book has no such column or leaves it empty."""
    if act.register_type == "KH" or rng.random() < 0.02:
        return None
    candidates = {
        "KS": _of_birth,
        "KT": _of_death,
        "CMC": _of_recognition,
        "HN": _of_certificate,
    }[act.register_type](act, rng)
    for requester in candidates:
        if requester.person.alive_on(act.day) and requester.person.age_on(act.day) >= 15:
            return requester
    return _neighbour(act, population, rng)


def _of_birth(act: Act, rng: Random) -> list[Requester]:
    child = act.event.roles["child"]
    mother = act.event.roles["mother"]
    father = act.event.roles.get("father")
    draw = rng.random()
    found = [Requester(mother, rng.choice(_MOTHER))]
    if child.age_on(act.day) >= 18 and draw < 0.7:
        found.insert(0, Requester(child, rng.choice(("Bản thân", "bản thân", "Chính mình"))))
    elif draw > 0.84:
        found = _grandparents(act, rng) + found
    elif draw > 0.76:
        found = _uncles(father or mother, rng) + found
    elif father is not None and draw < 0.6:
        found.insert(0, Requester(father, rng.choice(_FATHER)))
    return found


def _grandparents(act: Act, rng: Random) -> list[Requester]:
    parents = {side: act.event.roles.get(side) for side in ("father", "mother")}
    found = [
        Requester(grandparent, _GRANDPARENTS[side, grandparent.sex])
        for side, parent in parents.items()
        if parent is not None
        for grandparent in (parent.father, parent.mother)
        if grandparent is not None
    ]
    rng.shuffle(found)
    return found


def _uncles(parent: Person, rng: Random) -> list[Requester]:
    siblings = parent.mother.children if parent.mother is not None else []
    return [
        Requester(sibling, rng.choice(_UNCLES[sibling.sex]))
        for sibling in rng.sample(siblings, len(siblings))
        if sibling is not parent
    ]


def _of_death(act: Act, rng: Random) -> list[Requester]:
    deceased = act.event.roles["deceased"]
    children = rng.sample(deceased.children, len(deceased.children))
    found = [
        Requester(
            child,
            rng.choice(("Con", "Con ruột", "con", "Con trai" if child.sex == "M" else "Con gái")),
        )
        for child in children
    ]
    found += [
        Requester(parent, rng.choice(words))
        for parent, words in ((deceased.father, _FATHER), (deceased.mother, _MOTHER))
        if parent is not None
    ]
    siblings = deceased.mother.children if deceased.mother is not None else []
    found += [
        Requester(
            sibling,
            ("Anh" if sibling.sex == "M" else "Chị") if sibling.born < deceased.born else "Em",
        )
        for sibling in siblings
        if sibling is not deceased
    ]
    grandchildren = [Requester(kid, "Cháu") for child in children for kid in child.children]
    return [*grandchildren[:1], *found] if rng.random() < 0.06 else found


def _of_recognition(act: Act, rng: Random) -> list[Requester]:
    parent = act.event.roles["parent"]
    return [Requester(parent, rng.choice(("Cha", "cha", "Cha đẻ")))]


def _of_certificate(act: Act, rng: Random) -> list[Requester]:
    subject = act.event.roles["subject"]
    found = [Requester(subject, rng.choice(("Bản thân", "bản thân", "Chính mình", "Bản thân")))]
    parents = [
        Requester(parent, rng.choice(words))
        for parent, words in ((subject.father, _FATHER), (subject.mother, _MOTHER))
        if parent is not None
    ]
    return parents + found if rng.random() < 0.08 else found


def _neighbour(act: Act, population: Population, rng: Random) -> Requester | None:
    involved = set(map(id, act.event.roles.values()))
    for _ in range(40):
        person = rng.choice(population.persons)
        if id(person) not in involved and person.here_on(act.day) and person.age_on(act.day) > 20:
            return Requester(
                person, rng.choice(("Hàng xóm", "Người quen", "Trưởng ấp", "Cháu", "Bà con"))
            )
    return None
