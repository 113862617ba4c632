"""What parents call a child, and the names that come back in one family."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconcile.simulate.people import year_of
from reconcile.simulate.settings import at

if TYPE_CHECKING:
    from random import Random

    from reconcile.simulate.names import NameGiver
    from reconcile.simulate.people import Person
    from reconcile.simulate.settings import PopulationSettings


class ChildNamer:
    """Names children in their families.

    Args:
        rules: how often a dead child's or the father's name is given again.
        names: names by fashion.
        rng: source of chance.
    """

    def __init__(self, rules: PopulationSettings, names: NameGiver, rng: Random) -> None:
        self._rules = rules
        self._names = names
        self._rng = rng

    def name(
        self, mother: Person, father: Person | None, sex: str, day: int, twin_of: Person | None
    ) -> tuple[str, str, str]:
        """Surname, middle name and given name of a child.

        Args:
            mother: the mother.
            father: the father, None where the birth entry will have none.
            sex: of the child.
            day: ordinal of the day of birth.
            twin_of: the elder twin.
        """
        rng = self._rng
        year = year_of(day)
        surname = (father or mother).surname
        siblings = [child for child in mother.children if child.surname == surname]
        alive = {child.name for child in siblings if not child.died}
        dead = [
            child
            for child in siblings
            if child.died and child.sex == sex and child.name not in alive
        ]
        if dead and rng.random() < at(self._rules.dead_sibling_name, year):
            return (surname, dead[-1].middle, dead[-1].given)
        junior = father is not None and sex == "M" and father.name not in alive
        if junior and father is not None and rng.random() < self._rules.father_son_name:
            return (surname, father.middle, father.given)
        middle = self._names.middle(sex, year, mother.surname)
        same_sex = [child for child in siblings if child.sex == sex]
        if same_sex and (twin_of is not None or rng.random() < 0.35):
            middle = same_sex[-1].middle
        # Brothers and sisters alive never share a full name; parents' given names are avoided.
        taken = {child.given for child in siblings if child.middle == middle}
        if father is not None and rng.random() < 0.9:
            taken |= {father.given, mother.given}
        given = self._names.given(sex, year)
        while given in taken:
            given = self._names.given(sex, year)
        return (surname, middle, given)


def note_repeated_names(child: Person) -> None:
    """Mark the hard cases that a new child's name makes."""
    mother, father = child.mother, child.father
    for sibling in mother.children[:-1] if mother is not None else ():
        if sibling.name == child.name:
            child.cases.add("dead_sibling_name")
            sibling.cases.add("dead_sibling_name")
    if father is not None and father.name == child.name:
        child.cases.add("father_son")
        father.cases.add("father_son")
