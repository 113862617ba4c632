"""What ``simulation.toml`` holds: the simulated world and the habits of its clerks (P10)."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from pydantic import Field

from reconcile.config import Strict, mappings_folder, read_mapping
from reconcile.errors import UsageError

Sex = Literal["M", "F"]
# Year from which a value holds -> value.
ByYear = dict[int, float]

FILE: Final = "simulation.toml"


class PopulationSettings(Strict):
    """How families grow: shares of the persons or events concerned, by year where they changed."""

    first_year: int
    last_year: int
    types: dict[str, float]
    twins: float
    unmarried_mothers: float
    recognised: float
    adopted: float
    divorced: float
    out_migrants: ByYear
    outside_spouse: float
    dead_sibling_name: ByYear
    father_son_name: float
    child_mortality: ByYear
    children: ByYear
    paper_birth_differs: ByYear
    paper_name_differs: ByYear


class RegistrationSettings(Strict):
    """Which events are in the books, how late, and how often twice."""

    births: ByYear
    marriages: ByYear
    deaths: ByYear
    certificates: ByYear
    late_births: ByYear
    registered_again: float
    old_book_survives: float
    two_communes: float
    double_digitised: float
    repeated_row: float
    number_gap: float
    number_twice: float
    empty_row: float


class CommuneSettings(Strict):
    """One old commune: its share of the entries, its hamlets, and how careless its clerks are.

    ``years`` names the only years of registration that are exported; all where it is empty.
    """

    name: str
    share: float
    code: str
    first_year: int
    hamlets: tuple[str, ...]
    old_names: tuple[str, ...] = ()
    old_names_until: int = 0
    carelessness: float = 1.0
    years: tuple[int, ...] = ()


class PlaceSettings(Strict):
    """Places and words that are neither names nor codes."""

    district: str
    province: str
    new_province: str
    old_provinces: tuple[str, ...]
    hospitals: tuple[str, ...]
    causes: tuple[str, ...]
    outside: tuple[tuple[str, str, str], ...]
    ethnic_groups: dict[str, float]
    signers: tuple[str, ...]


class NameSettings(Strict):
    """Names by sex and by the year from which a fashion holds, most frequent first."""

    spread: float
    thi: ByYear
    van: ByYear
    mother_surname_middle: ByYear
    surnames: dict[str, float]
    middles: dict[Sex, dict[int, str]]
    given: dict[Sex, dict[int, str]]


class Profile(Strict):
    """How much clerks of a profile get wrong, as a factor on every rate."""

    errors: float = Field(ge=0)
    oddities: float = Field(ge=0)
    identity_numbers: float = Field(default=1.0, ge=0, le=1)
    full_dates: float = Field(default=1.0, ge=0)


class SampleSettings(Strict):
    """The small delivery of ``sample_exports/``: the world as above, but for these values.

    Attributes:
        entries: number of entries.
        seed: of the population.
        profile: how careful its clerks are.
        years: years of registration that are exported, by commune; all where none are named.
        shares: share of the entries by commune.
        types: share of the entries by register type.
        population: values instead of those of ``[population]``.
        registration: values instead of those of ``[registration]``.
        oddities: values instead of those of ``[oddities]``.
        name_errors: values instead of those of ``[errors.name]``.
        date_errors: values instead of those of ``[errors.date]``.
    """

    entries: int
    seed: int
    profile: str
    years: dict[str, tuple[int, ...]]
    shares: dict[str, float]
    types: dict[str, float]
    population: dict[str, float]
    registration: dict[str, float]
    oddities: dict[str, float]
    name_errors: dict[str, float]
    date_errors: dict[str, float]


class ErrorSettings(Strict):
    """Rates of the mechanisms of :mod:`reconcile.simulate.errors`, per written cell.

    Attributes:
        eras: factor on all rates by year of registration.
        name: mechanism -> rate for names; likewise ``date``, ``identity``, ``place``, ``fact``.
    """

    eras: ByYear
    name: dict[str, float]
    date: dict[str, float]
    identity: dict[str, float]
    place: dict[str, float]
    fact: dict[str, float]


class Settings(Strict):
    """The whole file."""

    population: PopulationSettings
    registration: RegistrationSettings
    communes: dict[str, CommuneSettings]
    places: PlaceSettings
    names: NameSettings
    errors: ErrorSettings
    oddities: dict[str, float]
    profiles: dict[str, Profile]
    sample: SampleSettings

    def for_sample(self) -> Settings:
        """The settings with the values of ``[sample]`` in their place."""
        sample = self.sample
        communes = {
            name: commune.model_copy(
                update={"share": sample.shares[name], "years": sample.years.get(name, ())}
            )
            for name, commune in self.communes.items()
        }
        population = {**sample.population, "types": sample.types}
        errors = {
            "name": {**self.errors.name, **sample.name_errors},
            "date": {**self.errors.date, **sample.date_errors},
        }
        return self.model_copy(
            update={
                "communes": communes,
                "population": self.population.model_copy(update=population),
                "registration": self.registration.model_copy(update=sample.registration),
                "errors": self.errors.model_copy(update=errors),
                "oddities": {**self.oddities, **sample.oddities},
            }
        )

    def profile(self, name: str) -> Profile:
        """A profile by name.

        Raises:
            UsageError: there is none of that name; lists those that there are.
        """
        if name not in self.profiles:
            raise UsageError(
                "There is no profile {profile}; choose one of: {choices}.",
                profile=name,
                choices=", ".join(sorted(self.profiles)),
            )
        return self.profiles[name]


def load_settings(mappings: Path | None = None) -> Settings:
    """Read ``simulation.toml``.

    Raises:
        MappingError: the file is missing or does not fit.
    """
    return read_mapping(mappings_folder(mappings) / FILE, Settings)


def at(by_year: ByYear, year: int) -> float:
    """The value that holds in a year: that of the latest year not after it, else the first."""
    years = [start for start in by_year if start <= year]
    return by_year[max(years)] if years else by_year[min(by_year)]
