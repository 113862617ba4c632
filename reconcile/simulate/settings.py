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
    """One old commune: its share of the entries, its hamlets, and how careless its clerks are."""

    name: str
    share: float
    code: str
    first_year: int
    hamlets: tuple[str, ...]
    old_names: tuple[str, ...] = ()
    old_names_until: int = 0
    carelessness: float = 1.0


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
