"""Populations with known truth, written in the three communes' native formats.

Families grow from 1930, their events are registered in the books of the three old communes (and,
from 2025-07-01, of the new one), clerks copy the books with all the mistakes that clerks make, and
the copies are laid out in the formats of each commune's program. Beside the deliveries stands the
truth. Everything follows from the seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from reconcile.config import load_register_types, mappings_folder
from reconcile.errors import UsageError
from reconcile.simulate.chance import stream
from reconcile.simulate.copies import Copyist
from reconcile.simulate.deliveries import Deliverer, plan
from reconcile.simulate.population import Growth
from reconcile.simulate.registration import Registrar, choose, founders, number_acts, shortfall
from reconcile.simulate.settings import Settings, load_settings
from reconcile.simulate.truth import write_truth

if TYPE_CHECKING:
    from reconcile.simulate.people import Population
    from reconcile.simulate.registration import Act

__all__ = ["SimulationOptions", "simulate", "simulate_sample"]

# Share of the entries that may come from another commune or type than they should.
_SHORTFALL: Final = 0.02
# Founding couples per entry wanted; more where chance gave a small population too few events.
_COUPLES_PER_ENTRY: Final = 0.048


@dataclass(frozen=True, slots=True)
class SimulationOptions:
    """How a population is simulated.

    Attributes:
        deliveries: number of deliveries; full and delta ones by turns.
        profile: ``clean``, ``typical``, ``poor`` or another profile of ``simulation.toml``.
        mappings: folder of mapping files; None for the shipped ones.
    """

    deliveries: int = 1
    profile: str = "typical"
    mappings: Path | None = None


def simulate(out: Path, entries: int, seed: int, options: SimulationOptions) -> None:
    """Write deliveries of a simulated population and, in ``out/truth``, the truth about them.

    Args:
        out: folder to write to; must not exist or be empty.
        entries: number of entries of the three old communes together; those of the new commune,
            which later deliveries bring, come on top.
        seed: equal seeds give equal files.
        options: see :class:`SimulationOptions`.

    Raises:
        UsageError: a number makes no sense, the folder is not empty, a profile does not exist, or
            the group of packages for writing samples is not installed.
        MappingError: ``simulation.toml`` or a register type does not fit.
    """
    if entries < 20 or options.deliveries < 1:
        raise UsageError(
            "A simulation needs at least {entries} entries and one delivery.", entries=20
        )
    if out.exists() and any(out.iterdir()):
        raise UsageError("The folder {folder} is not empty; choose another one.", folder=out.name)
    settings = load_settings(options.mappings)
    _write(out, settings, _Order(entries, seed, options))


def simulate_sample(out: Path, mappings: Path | None = None) -> None:
    """Write the small delivery of ``sample_exports/``, as ``[sample]`` of the settings says.

    Args:
        out: folder to write to; must not exist or be empty.
        mappings: folder of mapping files; None for the shipped ones.
    """
    settings = load_settings(mappings)
    sample = settings.sample
    options = SimulationOptions(profile=sample.profile, mappings=mappings)
    _write(out, settings.for_sample(), _Order(sample.entries, sample.seed, options))


class _Order(NamedTuple):
    """What is to be simulated."""

    entries: int
    seed: int
    options: SimulationOptions


def _write(out: Path, settings: Settings, order: _Order) -> None:
    entries, seed, options = order
    profile = settings.profile(options.profile)
    register_types = load_register_types(mappings_folder(options.mappings))
    rules = settings.registration
    twice, repeated = round(entries * rules.double_digitised), round(entries * rules.repeated_row)
    population, acts = _acts(settings, entries - twice - repeated, seed)
    copyist = Copyist(settings, profile, population, register_types, seed)
    copies = copyist.rows(acts, twice, repeated)
    plans = plan(options.deliveries)
    placed = Deliverer(out, copyist, seed).deliver(copies, copyist.days(), plans)
    write_truth(out / "truth", placed, population.persons)


def _acts(settings: Settings, entries: int, seed: int) -> tuple[Population, list[Act]]:
    """A population with enough events, and the numbered acts of its books."""
    factor = _COUPLES_PER_ENTRY
    while True:
        rng = stream(seed)
        population = Growth(settings, founders(entries, settings, factor), rng).run()
        acts = Registrar(settings, rng).register(population)
        if shortfall(acts, entries, settings) <= entries * _SHORTFALL:
            chosen = choose(acts, entries, settings, rng)
            number_acts(chosen, settings, rng)
            return population, chosen
        factor *= 1.4
