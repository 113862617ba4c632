"""A clerk's mistakes on one copy of one entry, at rates that depend on era, commune and profile."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Final

from reconcile.errors import MappingError
from reconcile.simulate import mistakes, spelling
from reconcile.simulate.people import Day
from reconcile.simulate.settings import FILE, at

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from reconcile.simulate.content import Fields, Value
    from reconcile.simulate.registration import Act
    from reconcile.simulate.settings import ErrorSettings, Profile, Settings

# Mechanisms that the settings name but that need more than the text; done in Mistakes itself.
_OTHER_GIVEN: Final = "other_given"
_RELATIVE: Final = "relative_number"
_OLD_NAME: Final = "old_name"
_FACTS: Final = {
    "sex_wrong",
    "sex_empty",
    "ethnic_empty",
    "kind_wrong",
    "kind_empty",
    "registration_date_wrong",
}
_PLACES: Final = ("residence", "home_place", "birth_place", "death_place")
_DATES: Final = ("birth_date", "death_date")


class _Draw:
    """Draws the mechanism that strikes a cell, if one does."""

    def __init__(self, rates: Mapping[str, float]) -> None:
        self._names = list(rates)
        self._sums = list(accumulate(rates.values()))
        self._total = self._sums[-1]

    def __call__(self, rng: Random, factor: float) -> str:
        """Name of the mechanism, empty where none strikes."""
        if rng.random() >= self._total * factor:
            return ""
        return rng.choices(self._names, cum_weights=self._sums)[0]


def _check(rates: ErrorSettings) -> None:
    """Every rate must name a mechanism.

    Raises:
        MappingError: some do not; names them.
    """
    known = {
        "name": {*spelling.MECHANISMS, _OTHER_GIVEN},
        "date": {*mistakes.DATES},
        "identity": {*mistakes.IDENTITY, _RELATIVE},
        "place": {*mistakes.PLACES, _OLD_NAME},
        "fact": _FACTS,
    }
    unknown = [
        f"errors.{kind}.{mechanism}"
        for kind, mechanisms in known.items()
        for mechanism in getattr(rates, kind)
        if mechanism not in mechanisms
    ]
    if unknown:
        raise MappingError(
            "{file}: {problems}.",
            file=FILE,
            problems=f"no such mechanism: {', '.join(sorted(unknown))}",
        )


class Mistakes:
    """Makes mistakes.

    Args:
        settings: the simulated world.
        profile: how careful the clerks of this population are.
    """

    def __init__(self, settings: Settings, profile: Profile) -> None:
        self._settings = settings
        self._profile = profile
        rates = settings.errors
        _check(rates)
        self._draws = {
            "name": _Draw(rates.name),
            "date": _Draw(rates.date),
            "identity": _Draw(rates.identity),
            "place": _Draw(rates.place),
        }

    def distort(self, fields: Fields, act: Act, rng: Random, factor: float = 1.0) -> Fields:
        """The fields as one clerk wrote them.

        Args:
            fields: the fields free of errors.
            act: the act that they are of.
            rng: source of chance.
            factor: on all rates, for a copy made under worse conditions.
        """
        carelessness = self._settings.communes[act.commune].carelessness
        factor *= carelessness * self._profile.errors * at(self._settings.errors.eras, act.year)
        written = dict(fields)
        for field, value in fields.items():
            attribute = field.partition(".")[2]
            change = self._changes.get(attribute)
            if change is not None and value:
                written[field] = change(self, value, act, rng, factor)
        self._facts(written, act, rng, factor)
        return written

    def _name(self, value: Value, act: Act, rng: Random, factor: float) -> Value:
        del act
        mechanism = self._draws["name"](rng, factor)
        if not mechanism:
            return value
        if mechanism == _OTHER_GIVEN:
            words = str(value).split(" ")
            return " ".join([*words[:-1], rng.choice(("Bé", "Út", "Hai", "Ba", "Tư"))])
        return spelling.MECHANISMS[mechanism](str(value), rng)

    def _date(self, value: Value, act: Act, rng: Random, factor: float) -> Value:
        del act
        if not isinstance(value, Day):
            return value
        mechanism = self._draws["date"](rng, factor)
        return mistakes.DATES[mechanism](value, rng) if mechanism else value

    def _identity(self, value: Value, act: Act, rng: Random, factor: float) -> Value:
        mechanism = self._draws["identity"](rng, factor)
        if mechanism == _RELATIVE:
            others = [person.cmnd[0] for person in act.event.roles.values() if person.cmnd]
            return rng.choice(others)
        return mistakes.IDENTITY[mechanism](str(value), rng) if mechanism else value

    def _place(self, value: Value, act: Act, rng: Random, factor: float) -> Value:
        # How places are written is habit more than error: it changes less with care than names do.
        mechanism = self._draws["place"](rng, min(1.6, 0.5 + factor / 2))
        if mechanism == _OLD_NAME:
            return self._old_name(str(value), act, rng)
        return mistakes.PLACES[mechanism](str(value), rng) if mechanism else value

    def _old_name(self, place: str, act: Act, rng: Random) -> str:
        commune = self._settings.communes[act.commune]
        if act.year <= commune.old_names_until and commune.name in place:
            return place.replace(commune.name, rng.choice(commune.old_names))
        if act.new_body and rng.random() < 0.5:
            return place.replace(", tỉnh Đồng Tháp", ", huyện Cai Lậy, tỉnh Tiền Giang")
        return place

    def _facts(self, written: Fields, act: Act, rng: Random, factor: float) -> None:
        rates = self._settings.errors.fact

        def strikes(mechanism: str) -> bool:
            return rng.random() < rates[mechanism] * factor

        for field in [field for field in written if field.endswith((".sex", ".ethnic_group"))]:
            if field.endswith(".sex") and strikes("sex_wrong"):
                written[field] = "F" if written[field] == "M" else "M"
            elif strikes("sex_empty" if field.endswith(".sex") else "ethnic_empty"):
                written[field] = ""
        if strikes("kind_empty"):
            written["entry.registration_kind"] = ""
        elif strikes("kind_wrong") and written["entry.registration_kind"] in ("on_time", "late"):
            written["entry.registration_kind"] = "late" if act.kind == "on_time" else "on_time"
        day = written["entry.registration_date"]
        if strikes("registration_date_wrong") and isinstance(day, Day):
            written["entry.registration_date"] = mistakes.day_month_swapped(day, rng)

    _changes: Final = {
        "name": _name,
        "identity_number": _identity,
        "personal_number": _identity,
        **dict.fromkeys(_DATES, _date),
        **dict.fromkeys(_PLACES, _place),
    }
