"""The matching model: a readable, versioned file that says what the matcher believes.

``mappings/matching.toml`` holds the population, the rivals of "the same person", the comparisons
with their levels (m and u, each with where it came from), the relatives that count as evidence, the
blocking rules and the thresholds. Nothing of it is drawn from loaded data (P4); a new model is a
new version of the file.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from pydantic import Field, model_validator

from reconcile.config import Strict, read_mapping
from reconcile.errors import MappingError, ModelError
from reconcile.match.calibration import Calibration
from reconcile.match.frequencies import NameFrequencies, load_frequencies
from reconcile.model import Relation

if TYPE_CHECKING:
    from pathlib import Path

MODEL_FILE: Final = "matching.toml"
RANDOM: Final = "random"
MISSING: Final = -1  # code where there is no value

# Places for relatives; what each is, :mod:`reconcile.match.kinship` says.
SLOTS: Final = (
    "father",
    "mother",
    "partner",
    "child",
    "son",
    "daughter",
    "maybe_father",
    "maybe_mother",
)

# Levels of each kind of comparison, in the order in which they are tried; the code of a level is
# its place in this list, counted from 1. 0 is "no value on one side", which never counts (P6).
KINDS: Final[dict[str, tuple[str, ...]]] = {
    "name": (
        "exact",
        "unmarked",
        "sound",
        "marks",
        "middle_missing",
        "regional",
        "one_edit",
        "swapped",
        "other_name",
        "middle_differs",
        "family_differs",
        "two_edits",
        "different",
    ),
    "date": (
        "day_equal",
        "day_swapped",
        "day_lunar",
        "day_component",
        "day_same_year",
        "day_off_one",
        "day_different",
        "month_overlap",
        "year_overlap",
        "year_off_one",
        "year_off_few",
        "year_different",
        "age_possible",
        "age_impossible",
    ),
    "category": ("equal_common", "equal_rare", "different"),
    "identity": ("equal", "near", "different"),
    "place": ("hamlet_equal", "unit_equal", "hamlet_differs", "unit_differs"),
    "text": ("equal", "similar", "different"),
    "lifetime": ("after_death",),
    "passage": ("both_births", "both_deaths"),
    "series": ("same_number",),
    "slip": ("family", "no_word", "words"),
    "interval": ("one_occasion", "one_year", "years"),
    "again": (
        "named",
        "later_again",
        "again",
        "later_late",
        "both_on_time",
        "both_late",
        "other",
    ),
    "office": ("same_office", "other_office"),
    "adoption": ("both_adopted", "one_adopted"),
    "death": ("day_equal", "slip", "overlap", "apart"),
}
_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "name": ("key", "plain", "sound", "family", "middle", "given", "other"),
    "date": ("from", "to", "precision", "flags"),
    "category": ("value",),
    "identity": ("value",),
    "place": ("unit", "hamlet", "office"),
    "text": ("value",),
    "lifetime": (),
    "passage": ("passage",),
    "series": (),
    "slip": ("key",),
    "interval": ("passage",),
    "again": ("passage",),
    "office": ("passage",),
    "adoption": ("passage",),
    "death": (),
}


class Level(Strict):
    """One level of a comparison.

    Attributes:
        id: the level, one of its kind's in :data:`KINDS`.
        m: P(level | same person), among pairs where the comparison can be made.
        u: P(level | two random people); absent where ``frequency`` gives it.
        frequency: part of the name whose pinned frequency takes the place of ``u``.
        spread: how many names as frequent as this one fall into the level (with ``frequency``).
        against: rival -> P(level | that rival); ``u`` holds for rivals not named.
        u_kin: P(level | relatives of two different people who themselves agree): husbands of women
            of one age are of much the same age. ``u`` holds where it is absent.
        vi: the level in one Vietnamese sentence, for officers.
        en: the same in English.
        source: where the figures come from.
        judged: m and u before the first refit: later ones start from these again, so that a
            figure cannot wander off refit by refit.
    """

    id: str
    m: float = Field(gt=0, lt=1)
    u: float | None = Field(default=None, gt=0, lt=1)
    frequency: Literal["", "name", "family_given", "middle_given"] = ""
    spread: float = Field(default=1.0, gt=0)
    against: dict[str, float] = Field(default_factory=dict)
    u_kin: float | None = Field(default=None, gt=0, lt=1)
    vi: str
    en: str
    source: str
    judged: dict[Literal["m", "u"], float] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_u(self) -> Level:
        if (self.u is None) == (not self.frequency):
            raise ValueError(f"level {self.id}: give either u or frequency")
        for name, given in (("against", self.against), ("judged", self.judged)):
            if any(not 0 < value < 1 for value in given.values()):
                raise ValueError(f"level {self.id}: {name} must lie between 0 and 1")
        return self


class Comparison(Strict):
    """One aspect in which two mentions are compared.

    Attributes:
        id: name of the comparison.
        kind: how it compares, a key of :data:`KINDS`.
        columns: what the kind needs -> column of the table.
        common: values whose agreement says little (``category``).
        passages: passages whose registrations are compared (``interval``, ``again``,
            ``office``, ``adoption``).
        of_relatives: also compared between relatives of the two mentions.
        vi: its name in Vietnamese.
        en: its name in English.
        levels: the levels, all of its kind's, in order.
    """

    id: str
    kind: str
    columns: dict[str, str] = Field(default_factory=dict)
    common: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()
    of_relatives: bool = False
    vi: str
    en: str
    levels: tuple[Level, ...]

    @model_validator(mode="after")
    def _fits_kind(self) -> Comparison:
        if self.kind not in KINDS:
            raise ValueError(f"comparison {self.id}: unknown kind {self.kind!r}")
        if tuple(level.id for level in self.levels) != KINDS[self.kind]:
            raise ValueError(f"comparison {self.id}: levels must be {', '.join(KINDS[self.kind])}")
        missing = sorted(set(_COLUMNS[self.kind]) - set(self.columns))
        if missing:
            raise ValueError(f"comparison {self.id}: columns {', '.join(missing)} are not given")
        return self


class Rival(Strict):
    """One alternative to "the same person".

    Attributes:
        id: random, sibling, twin, spouse, parent, …
        count: how many such people a person has in the register, on average; for ``random`` the
            population itself.
        vi: the rival in Vietnamese.
        en: the rival in English.
        source: where the figure comes from.
    """

    id: str
    count: float = Field(gt=0)
    vi: str
    en: str
    source: str


class RelativeEvidence(Strict):
    """What it says that two mentions have the same relative.

    Attributes:
        id: name of the evidence.
        between: pairs of slots whose relatives are compared, either way round.
        m: P(the relatives are one person | the mentions are one person).
        u: P(the relatives are one person | two random people); caps what the relative can say.
        against: rival -> that probability under the rival.
        vi: its Vietnamese name, and a sentence by outcome: agree, unclear, disagree.
        en: the same in English.
        source: where the figures come from.
    """

    id: str
    between: tuple[tuple[str, str], ...] = Field(min_length=1)
    m: float = Field(gt=0, lt=1)
    u: float = Field(gt=0, lt=1)
    against: dict[str, float] = Field(default_factory=dict)
    vi: dict[Literal["name", "agree", "unclear", "disagree"], str]
    en: dict[Literal["name", "agree", "unclear", "disagree"], str]
    source: str

    @model_validator(mode="after")
    def _known_slots(self) -> RelativeEvidence:
        unknown = sorted({slot for pair in self.between for slot in pair} - set(SLOTS))
        if unknown:
            raise ValueError(f"relatives {self.id}: unknown slots {', '.join(unknown)}")
        return self


class BlockingRule(Strict):
    """What two mentions must share to be compared.

    Attributes:
        id: name of the rule.
        parts: what they share; vocabulary in :mod:`reconcile.match.blocking`.
        join: ``within`` one key; ``near_year``: the year of birth one apart; ``undated``: at least
            one of the two has no date of birth.
        at_most: persons whom the pinned frequencies expect under one key; above, only the finer
            keys hold.
        finer: each a list of parts added where the key is too common.
    """

    id: str
    parts: tuple[str, ...]
    join: Literal["within", "near_year", "undated"] = "within"
    at_most: float = Field(default=1e9, gt=0)
    finer: tuple[tuple[str, ...], ...] = ()


class AgeRule(Strict):
    """At what age one can have a role.

    Attributes:
        role: the role.
        at: the day that counts: of the event, or of registration.
        youngest: youngest age in years.
        oldest: oldest age in years.
        alive: the person lived on that day (a father: 300 days before).
        before: days by which death may come before the day.
    """

    role: str
    at: Literal["event", "registered"] = "event"
    youngest: int = Field(ge=0)
    oldest: int = Field(gt=0)
    alive: bool = False
    before: int = 0


class KinAgeRule(Strict):
    """How much older than others of the entry a requester is who signs as their relative.

    Attributes:
        relation: standard relation word of the requester.
        of: roles of the entry; where several are dated, one of them must fit.
        older_from: years by which the requester is older at least; negative for younger.
        older_to: years by which at most.
    """

    relation: str
    of: tuple[str, ...]
    older_from: int
    older_to: int


class SignedAs(Strict):
    """Who a requester is who signs with a relation and bears the name of that role.

    Attributes:
        relation: standard relation word of the requester; empty where none is written.
        roles: roles of the same entry that they can be.
        levels: name levels that are near enough.
    """

    relation: str
    roles: tuple[str, ...]
    levels: tuple[str, ...]


class Structure(Strict):
    """What the structure of an entry says by itself.

    Attributes:
        role: role of the person who signs.
        signed_as: relation by relation, whom they are.
        kin: relation word -> what the requester is to the principal person.
        grandparents: relation words of a parent of one of the principal person's parents.
        residence_from: slots of relatives, in order, whose residence stands in for a missing one.
    """

    role: str
    signed_as: tuple[SignedAs, ...]
    kin: dict[str, Relation]
    grandparents: tuple[str, ...] = ()
    residence_from: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _known_slots(self) -> Structure:
        if set(self.residence_from) - set(SLOTS):
            raise ValueError("structure: residence_from names an unknown slot")
        return self


class Thresholds(Strict):
    """Weights at which something happens.

    Attributes:
        certain: weight of a structural join, in bits.
        question: match probability from which an officer can be asked.
        group: match probability from which mentions lend each other their relatives.
    """

    certain: float
    question: float = Field(gt=0, lt=1)
    group: float = Field(gt=0, lt=1)


class MatchingFile(Strict):
    """``mappings/matching.toml``; see the classes of its tables."""

    version: str
    names: str
    rounds: int = Field(default=2, ge=1, le=4)
    regional: tuple[tuple[str, ...], ...] = ()
    optional_middles: tuple[str, ...] = ()
    thresholds: Thresholds
    rivals: tuple[Rival, ...]
    ages: tuple[AgeRule, ...] = ()
    kin_ages: tuple[KinAgeRule, ...] = ()
    structure: Structure | None = None
    blocking: tuple[BlockingRule, ...]
    comparisons: tuple[Comparison, ...]
    relatives: tuple[RelativeEvidence, ...] = ()
    calibration: Calibration = Calibration()

    @model_validator(mode="after")
    def _consistent(self) -> MatchingFile:
        rivals = [rival.id for rival in self.rivals]
        if not rivals or rivals[0] != RANDOM:
            raise ValueError("the first rival must be random")
        evidence = [c.id for c in self.comparisons] + [r.id for r in self.relatives]
        for group in (rivals, evidence, [b.id for b in self.blocking]):
            if len(set(group)) != len(group):
                raise ValueError("an id is defined twice")
        named = {name for c in self.comparisons for level in c.levels for name in level.against}
        named |= {name for relative in self.relatives for name in relative.against}
        if named - set(rivals):
            raise ValueError(f"unknown rivals {', '.join(sorted(named - set(rivals)))}")
        if len(self.blocking) > 62:
            raise ValueError("at most 62 blocking rules fit into the bit mask")
        if sum(c.kind == "name" for c in self.comparisons) != 1:
            raise ValueError("exactly one comparison must be of kind name")
        return self


@dataclass(frozen=True)
class Model:
    """A matching model, loaded and checked.

    Attributes:
        file: what the model file says.
        frequencies: the pinned name frequencies that it names.
    """

    file: MatchingFile
    frequencies: NameFrequencies

    @property
    def version(self) -> str:
        """Version of the model file."""
        return self.file.version

    @property
    def rivals(self) -> tuple[str, ...]:
        """Ids of the rivals, ``random`` first."""
        return tuple(rival.id for rival in self.file.rivals)

    @property
    def persons(self) -> float:
        """How many people the entries of the pinned population speak of."""
        return self.file.rivals[0].count

    @property
    def prior(self) -> float:
        """Prior match weight against a random person, log2 odds."""
        return -math.log2(self.persons)

    def comparison(self, name: str) -> Comparison:
        """The comparison of that id; ``KeyError`` if there is none."""
        for comparison in self.file.comparisons:
            if comparison.id == name:
                return comparison
        raise KeyError(name)

    def of_kind(self, kind: str) -> Comparison | None:
        """The first comparison of a kind, None if there is none."""
        return next((c for c in self.file.comparisons if c.kind == kind), None)


def load_model(mappings: Path, file: str = MODEL_FILE) -> Model:
    """Read and check the matching model of a mappings folder.

    Args:
        mappings: the mappings folder.
        file: name of the model file in it.

    Raises:
        ModelError: the file or the frequency file that it names is missing or inconsistent.
    """
    return load_model_file(mappings / file, mappings)


def load_model_file(path: Path, mappings: Path) -> Model:
    """Read and check a model file that stands anywhere.

    Args:
        path: the model file.
        mappings: the mappings folder, whose frequency file counts where none stands beside the
            model.

    Raises:
        ModelError: the model or the frequency file that it names is missing or inconsistent.
    """
    try:
        parsed = read_mapping(path, MatchingFile)
    except MappingError as error:
        raise ModelError(error.template, **error.values) from error
    beside = path.with_name(parsed.names)
    return Model(parsed, load_frequencies(beside if beside.is_file() else mappings / parsed.names))
