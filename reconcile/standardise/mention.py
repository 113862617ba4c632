"""The standard form of mentions: one person in one role of each content."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from reconcile.standardise.codes import Coded
from reconcile.standardise.columns import Distinct, constant, together
from reconcile.standardise.content import NOTHING, Contexts, birth_texts, dates_of, year_of
from reconcile.standardise.identity import Identity, read_identity, sex_of
from reconcile.standardise.names import Name
from reconcile.standardise.places import Place
from reconcile.text.folding import key

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reconcile.config import RegisterType, Role
    from reconcile.standardise.codes import Relation
    from reconcile.standardise.content import Contents
    from reconcile.standardise.dates import Interval
    from reconcile.standardise.entry import EntryFacts
    from reconcile.standardise.knowledge import Knowledge

Life = tuple[Distinct["Interval"], Distinct["Interval"]]
"""Days of birth and of death."""

_NOWHERE: Final = Place()
_NO_NAME: Final = Name()
_EMPTY: Final = Coded()
_NAME_FLAGS: Final = frozenset(
    {"typing_residue", "abbreviated", "two_names", "syllable_impossible", "slip"}
)
_TELLING: Final = ("child", "partner")
_GROWN: Final = frozenset({"father", "mother", "parent", "partner"})
_SEX_OF_PARENT: Final = {
    "father_child": "M",
    "child_father": "M",
    "mother_child": "F",
    "child_mother": "F",
}
_RENAMED: Final = re.compile(
    r"\btừ\s+(?:tên\s+|họ tên\s+)?[\"“”']?(?P<old>[^\"“”',;:.()]+?)[\"“”']?\s+"
    r"(?:thành|sang|đổi thành)\s+(?:tên\s+|họ tên\s+)?[\"“”']?(?P<new>[^\"“”',;:.()]+)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class MentionFacts:
    """What contents say of the persons in one role.

    Attributes:
        role: the role.
        named: contents whose cell holds a name.
        name: the name.
        other: second name.
        sex: M, F or empty.
        birth: days of birth.
        death: days of death.
        birth_place: place of birth.
        home: quê quán.
        residence: residence.
        ethnic_group: name of the ethnic group.
        nationality: name of the country.
        identity: identity numbers.
        relation: what a requester is to the principal person.
        acts: must be alive on the day of registration.
    """

    role: Role
    named: NDArray[np.bool_]
    name: Distinct[Name]
    other: Distinct[str]
    sex: Distinct[str]
    birth: Distinct[Interval]
    death: Distinct[Interval]
    birth_place: Distinct[str]
    home: Distinct[Place]
    residence: Distinct[Place]
    ethnic_group: Distinct[str]
    nationality: Distinct[str]
    identity: Distinct[Identity]
    relation: Distinct[str]
    acts: NDArray[np.bool_]


class _Papers(NamedTuple):
    """Identity numbers of a person, and findings about the two cells that hold them."""

    identity: Identity = Identity()
    findings: tuple[str, ...] = ()
    personal_findings: tuple[str, ...] = ()


_NO_PAPERS: Final = _Papers()


def grown_roles(register_type: RegisterType) -> frozenset[str]:
    """Roles that only a grown person can have: who acts, and who is a parent or partner."""
    return frozenset(role.name for role in register_type.roles if role.acts) | frozenset(
        rule.relative for rule in register_type.kin if rule.relation in _GROWN
    )


def parent_roles(register_type: RegisterType) -> frozenset[str]:
    """Roles that are a parent whose sex only the kind of recognition says."""
    return frozenset(rule.relative for rule in register_type.kin if rule.relation == "parent")


def children(register_type: RegisterType) -> frozenset[str]:
    """Roles that are somebody's child, of whatever age."""
    return frozenset(rule.relative for rule in register_type.kin if rule.relation == "child")


class MentionReader:
    """Reads the mentions of contents.

    Args:
        knowledge: the mapping files.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._codes = knowledge.codes
        self._names: dict[tuple[str, str, int], Name] = {}

    def dates(self, contents: Contents, role: Role, entry: EntryFacts) -> Life:
        """Days of birth and of death of a role, whether or not it has a name."""
        registered, year = entry.last_day, entry.year_before
        death = dates_of(contents, f"{role.name}.death_date", Contexts(year, registered))
        # An age is the one at death, where the role died; else the one at registration.
        died = death.numbers(year_of)
        contexts = Contexts(
            np.where(died > 0, died, year),
            registered,
            adult=role.name in grown_roles(contents.register_type),
        )
        text = birth_texts(contents, role.name)
        return dates_of(contents, f"{role.name}.birth_date", contexts, text), death

    def read(self, contents: Contents, role: Role, entry: EntryFacts, life: Life) -> MentionFacts:
        """Read one role of the contents of a register type; findings go to them."""
        raw = self._raw_names(contents, role.name)
        relation = self._relation(contents, role.name, raw.mask(bool))
        stated = self._sex(contents, role, entry, relation, raw.mask(bool))
        name = together(self._name, raw, stated, self._addressed(contents, role, raw))
        named = name.mask(lambda one: one.name)
        flags = name.map(lambda one: tuple(flag for flag in one.flags if flag in _NAME_FLAGS))
        contents.note_each(flags, f"{role.name}.name", "name_", named)
        identity = self._identity(contents, role.name, named)
        said = identity.map(lambda one: sex_of(one.cccd))
        is_new = (entry.first_day >= self._knowledge.places.gazetteer.cut).astype(np.int64)
        return MentionFacts(
            role,
            named,
            name,
            self._other(contents, role, name),
            together(lambda stated, said: stated or said, stated, said.merged()),
            *life,
            self._birth_place(contents, role.name, is_new),
            self._place(contents, f"{role.name}.home_place", is_new),
            self._place(contents, f"{role.name}.residence", is_new),
            self._coded(contents, f"{role.name}.ethnic_group", named),
            self._coded(contents, f"{role.name}.nationality", named),
            identity,
            relation.map(lambda one: one.value if one else ""),
            acts(role, entry, len(contents.lines)),
        )

    # -- attributes -----------------------------------------------------------------------------

    def _raw_names(self, contents: Contents, role: str) -> Distinct[str]:
        whole = contents.text(f"{role}.name")
        leading, given = contents.text(f"{role}.name_leading"), contents.typed(f"{role}.name_given")
        if not any(leading.kinds) and not any(given.kinds):
            return whole
        joined = together(self._knowledge.names.joined, leading, given)
        return together(lambda whole, parts: whole or parts, whole, joined)

    def _addressed(self, contents: Contents, role: Role, raw: Distinct[str]) -> NDArray[np.int64]:
        """1 where a title can stand before the name, 0 where Ông is the family name."""
        kin = contents.register_type.kin
        if role.passage == "birth" or role.name in children(contents.register_type):
            return np.zeros(len(contents.lines), dtype=np.int64)
        addressed = np.ones(len(contents.lines), dtype=np.int64)
        names = self._knowledge.names
        doubtful = np.flatnonzero(raw.mask(names.may_be_family))
        if not len(doubtful):
            return addressed
        rules = [rule for rule in kin if rule.of == role.name and rule.relation in _TELLING]
        relations = [rule.relation for rule in rules]

        def is_title(own: str, *others: str) -> bool:
            said = list(zip(relations, others, strict=True))
            sides = ([text for kind, text in said if kind == one] for one in _TELLING)
            return not names.is_family(own, *sides)

        relatives = [self._raw_names(contents, rule.relative).at(doubtful) for rule in rules]
        addressed[doubtful] = together(is_title, raw.at(doubtful), *relatives).mask(bool)
        return addressed

    def _name(self, raw: str, sex: str, grown: int = 1) -> Name:
        found = self._names.get((raw, sex, grown))
        if found is None:
            found = self._knowledge.names.clean(raw, sex, bool(grown)) if raw else Name()
            self._names[raw, sex, grown] = found
        return found

    def _relation(
        self, contents: Contents, role: str, written: NDArray[np.bool_]
    ) -> Distinct[Relation | None]:
        found = contents.text(f"{role}.relation").map(
            lambda text: self._codes.relation(text) if text else None
        )
        unknown = found.mask(lambda one: one and not one.known)
        contents.note("relation_unknown", f"{role}.relation", unknown & written)
        return found

    def _sex(
        self,
        contents: Contents,
        role: Role,
        entry: EntryFacts,
        relation: Distinct[Relation | None],
        written: NDArray[np.bool_],
    ) -> Distinct[str]:
        """The role says it best, then the cell, the kind of recognition, the relation's word."""
        cell = contents.text(f"{role.name}.sex").map(
            lambda text: self._codes.sex(text) if text else _EMPTY
        )
        unknown = cell.mask(lambda one: not one.known)
        contents.note("sex_unknown", f"{role.name}.sex", unknown & written)
        if role.sex:
            return constant(str(role.sex), len(contents.lines))
        if role.name in parent_roles(contents.register_type):
            return together(
                lambda cell, kind: cell.value or _SEX_OF_PARENT.get(kind, ""),
                cell,
                entry.codes["recognition_kind"],
            )
        return together(
            lambda cell, relation: cell.value or (relation.sex if relation else ""),
            cell,
            relation,
        )

    def _coded(self, contents: Contents, where: str, named: NDArray[np.bool_]) -> Distinct[str]:
        """Name of an ethnic group or a country."""
        attribute = where.partition(".")[2]
        reader = {
            "ethnic_group": self._codes.ethnic_group,
            "nationality": self._codes.nationality,
        }[attribute]
        found = contents.text(where).map(lambda text: reader(text) if text else _EMPTY)
        unknown = found.mask(lambda one: not one.known)
        contents.note(f"{attribute}_unknown", where, unknown & named)
        return found.map(lambda one: one.value)

    def _place(self, contents: Contents, where: str, is_new: NDArray[np.int64]) -> Distinct[Place]:
        return together(self._place_at, contents.text(where), is_new)

    def _place_at(self, text: str, is_new: int) -> Place:
        places = self._knowledge.places
        return places.read(text, places.gazetteer.cut if is_new else None) if text else _NOWHERE

    def _birth_place(
        self, contents: Contents, role: str, is_new: NDArray[np.int64]
    ) -> Distinct[str]:
        """The unit of the place of birth; the cell for the unit alone helps where it has none."""
        return together(
            lambda place, unit: place.unit or unit.unit,
            self._place(contents, f"{role}.birth_place", is_new),
            self._place(contents, f"{role}.birth_place_unit", is_new),
        )

    def _identity(
        self, contents: Contents, role: str, named: NDArray[np.bool_]
    ) -> Distinct[Identity]:
        kind = contents.text(f"{role}.paper_kind").map(
            lambda text: self._codes.code("paper_kind", text).value
        )
        papers = together(
            self._papers,
            contents.text(f"{role}.identity_number"),
            contents.text(f"{role}.personal_number"),
            kind,
        )
        for where, found in (
            ("identity_number", papers.map(lambda one: one.findings)),
            ("personal_number", papers.map(lambda one: one.personal_findings)),
        ):
            contents.note_each(found, f"{role}.{where}", "identity_", named)
        return papers.map(lambda one: one.identity)

    def _papers(self, text: str, personal_text: str, kind: str) -> _Papers:
        if not text and not personal_text:
            return _NO_PAPERS
        prefixes = self._knowledge.number_prefixes
        paper = read_identity(text, "" if kind == "none" else kind, prefixes)
        if not personal_text:
            return _Papers(paper, paper.flags)
        personal = read_identity(personal_text, "", prefixes)
        two = paper.cccd and personal.cccd and paper.cccd != personal.cccd
        return _Papers(
            Identity(
                paper.cmnd or personal.cmnd,
                personal.cccd or paper.cccd,
                paper.other or personal.other,
            ),
            (*paper.flags, "two_numbers") if two else paper.flags,
            personal.flags,
        )

    def _other(self, contents: Contents, role: Role, name: Distinct[Name]) -> Distinct[str]:
        """The second name that the cell gives, else the one of a correction in the notes."""
        if not role.principal:
            return name.map(lambda one: one.other)
        corrections = contents.text("entry.notes").map(_RENAMED.search)
        told = corrections.mask(bool)
        noted = Distinct(np.where(told, corrections.codes + 1, 0), [None, *corrections.kinds])
        subject = Distinct(np.where(told, name.codes + 1, 0), [_NO_NAME, *name.kinds])
        renamed = together(self._renamed, subject, noted)
        return together(lambda one, other: one.other or other, name, renamed.merged())

    def _renamed(self, name: Name, correction: re.Match[str] | None) -> str:
        """The other of the two names of a correction that the notes state."""
        if not correction or not name.name:
            return ""
        old, new = (self._name(correction[side].strip(), "") for side in ("old", "new"))
        for one, other in ((old, new), (new, old)):
            if one.key == name.key and key(other.name) != name.key:
                return other.name
        return ""


def acts(role: Role, entry: EntryFacts, size: int) -> NDArray[np.bool_]:
    """Must the person of a role have been alive on the day of registration, for each content."""
    if not role.acts_when:
        return np.full(size, role.acts)
    acting = np.zeros(size, dtype=bool)
    for where, words in role.acts_when.items():
        said = entry.codes.get(where.removeprefix("entry."))
        if said is not None:
            acting |= said.mask(words.__contains__)
    return acting


def event_of(
    register_type: RegisterType,
    lives: dict[str, Life],
    marriage: Distinct[Interval],
    registered: Distinct[Interval],
) -> Distinct[Interval]:
    """Days of the event: the register type's event field, else the registration."""
    role, _, attribute = register_type.event_field.partition(".")
    candidate: Distinct[Interval] | None = None
    if role == "entry" and attribute == "marriage_date":
        candidate = marriage
    elif role in lives and attribute in ("birth_date", "death_date"):
        candidate = lives[role][attribute == "death_date"]
    by_registration = not register_type.event_field or role == "entry"
    fallback = registered if by_registration else constant(NOTHING, len(registered.codes))
    if candidate is None:
        return fallback
    return together(
        lambda event, other: other if event.first is None else event, candidate, fallback
    )
