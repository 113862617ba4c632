"""The standard form of a mention: one person in one role of one content."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reconcile.standardise.content import NOTHING, birth_text, date_of, year_of
from reconcile.standardise.dates import Context
from reconcile.standardise.identity import Identity, read_identity, sex_of
from reconcile.standardise.places import Place
from reconcile.text.folding import key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconcile.config import RegisterType, Role
    from reconcile.standardise.codes import Coded, Relation
    from reconcile.standardise.content import Content
    from reconcile.standardise.dates import Interval
    from reconcile.standardise.entry import EntryFacts
    from reconcile.standardise.knowledge import Knowledge
    from reconcile.standardise.names import Name

_NOWHERE: Final = Place()
_NAME_FLAGS: Final = frozenset(
    {"typing_residue", "abbreviated", "two_names", "syllable_impossible"}
)
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
    """What one content says of one person.

    Attributes:
        role: the role.
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
    name: Name
    other: str
    sex: str
    birth: Interval
    death: Interval
    birth_place: str
    home: Place
    residence: Place
    ethnic_group: str
    nationality: str
    identity: Identity
    relation: str
    acts: bool


def grown_roles(register_type: RegisterType) -> frozenset[str]:
    """Roles that only a grown person can have: who acts, and who is a parent or partner."""
    return frozenset(role.name for role in register_type.roles if role.acts) | frozenset(
        rule.relative for rule in register_type.kin if rule.relation in _GROWN
    )


def parent_roles(register_type: RegisterType) -> frozenset[str]:
    """Roles that are a parent whose sex only the kind of recognition says."""
    return frozenset(rule.relative for rule in register_type.kin if rule.relation == "parent")


class MentionReader:
    """Reads the mentions of contents.

    Args:
        knowledge: the mapping files.
        register_types: register types by code.
    """

    def __init__(self, knowledge: Knowledge, register_types: dict[str, RegisterType]) -> None:
        self._grown = {code: grown_roles(one) for code, one in register_types.items()}
        self._parents = {code: parent_roles(one) for code, one in register_types.items()}
        self._knowledge = knowledge
        self._codes = knowledge.codes
        self._names: dict[tuple[str, str], Name] = {}
        self._coded: dict[tuple[str, str], Coded] = {}
        self._relations: dict[str, Relation] = {}

    def dates(self, content: Content, role: Role, entry: EntryFacts) -> tuple[Interval, Interval]:
        """Days of birth and of death of a role, whether or not it has a name."""
        registered, year = entry.registered.last, entry.year_before
        death = date_of(content, f"{role.name}.death_date", Context(year, registered))
        # An age is the one at death, where the role died; else the one at registration.
        context = Context(
            year_of(death) or year,
            registered,
            adult=role.name in self._grown[content.register_type.code],
        )
        text = birth_text(content, role.name)
        return date_of(content, f"{role.name}.birth_date", context, text), death

    def read(
        self,
        content: Content,
        role: Role,
        entry: EntryFacts,
        dates: tuple[Interval, Interval],
    ) -> MentionFacts | None:
        """Read one role of one content; findings go to the content.

        Returns:
            The facts; None where the role's cell holds no name.
        """
        raw = self._raw_name(content, role.name)
        if not raw:
            return None
        relation = self._relation(content, role.name)
        stated = self._sex(content, role, entry, relation)
        name = self._name(raw, stated)
        if not name.name:
            return None
        if name.flags:
            content.note(
                [flag for flag in name.flags if flag in _NAME_FLAGS], f"{role.name}.name", "name_"
            )
        identity = self._identity(content, role.name)
        day = entry.registered.first
        return MentionFacts(
            role,
            name,
            name.other or (self._renamed(content, name) if role.principal else ""),
            stated or sex_of(identity.cccd),
            *dates,
            self._birth_place(content, role.name, day),
            self._place(content, f"{role.name}.home_place", day),
            self._place(content, f"{role.name}.residence", day),
            self._named(content, role.name, "ethnic_group"),
            self._named(content, role.name, "nationality"),
            identity,
            relation.value if relation else "",
            acts(role, entry),
        )

    # -- attributes -----------------------------------------------------------------------------

    @staticmethod
    def _raw_name(content: Content, role: str) -> str:
        whole = content.text(f"{role}.name")
        if whole:
            return whole
        leading, given = content.text(f"{role}.name_leading"), content.text(f"{role}.name_given")
        return f"{leading} {given}".strip()

    def _name(self, raw: str, sex: str) -> Name:
        found = self._names.get((raw, sex))
        if found is None:
            found = self._names[raw, sex] = self._knowledge.names.clean(raw, sex)
        return found

    def _relation(self, content: Content, role: str) -> Relation | None:
        text = content.text(f"{role}.relation")
        if not text:
            return None
        found = self._relations.get(text)
        if found is None:
            found = self._relations[text] = self._codes.relation(text)
        if not found.known:
            content.note(["relation_unknown"], f"{role}.relation")
        return found

    def _sex(
        self, content: Content, role: Role, entry: EntryFacts, relation: Relation | None
    ) -> str:
        """The role says it best, then the cell, the kind of recognition, the relation's word."""
        text = content.text(f"{role.name}.sex")
        cell = self._code("sex", text) if text else None
        if cell and not cell.known:
            content.note(["sex_unknown"], f"{role.name}.sex")
        if role.sex or (cell and cell.value):
            return role.sex or (cell.value if cell else "")
        if role.name in self._parents[content.register_type.code]:
            return _SEX_OF_PARENT.get(entry.codes["recognition_kind"], "")
        return relation.sex if relation else ""

    def _code(self, attribute: str, text: str) -> Coded:
        found = self._coded.get((attribute, text))
        if found is None:
            readers = {
                "sex": self._codes.sex,
                "ethnic_group": self._codes.ethnic_group,
                "nationality": self._codes.nationality,
            }
            reader = readers.get(attribute)
            found = reader(text) if reader else self._codes.code(attribute, text)
            self._coded[attribute, text] = found
        return found

    def _named(self, content: Content, role: str, attribute: str) -> str:
        text = content.text(f"{role}.{attribute}")
        if not text:
            return ""
        found = self._code(attribute, text)
        if not found.known:
            content.note([f"{attribute}_unknown"], f"{role}.{attribute}")
        return found.value

    def _place(self, content: Content, where: str, day: int | None) -> Place:
        text = content.text(where)
        return self._knowledge.places.read(text, day) if text else _NOWHERE

    def _birth_place(self, content: Content, role: str, day: int | None) -> str:
        """The unit of the place of birth; the cell for the unit alone helps where it has none."""
        unit = self._place(content, f"{role}.birth_place", day).unit
        return unit or self._place(content, f"{role}.birth_place_unit", day).unit

    def _identity(self, content: Content, role: str) -> Identity:
        text = content.text(f"{role}.identity_number")
        personal_text = content.text(f"{role}.personal_number")
        if not text and not personal_text:
            return Identity()
        kind = self._code("paper_kind", content.text(f"{role}.paper_kind")).value
        prefixes = self._knowledge.number_prefixes
        paper = read_identity(text, "" if kind == "none" else kind, prefixes)
        content.note(paper.flags, f"{role}.identity_number", "identity_")
        if not personal_text:
            return paper
        personal = read_identity(personal_text, "", prefixes)
        content.note(personal.flags, f"{role}.personal_number", "identity_")
        if paper.cccd and personal.cccd and paper.cccd != personal.cccd:
            content.note(["identity_two_numbers"], f"{role}.identity_number")
        return Identity(
            paper.cmnd or personal.cmnd, personal.cccd or paper.cccd, paper.other or personal.other
        )

    def _renamed(self, content: Content, name: Name) -> str:
        """The other of the two names of a correction that the notes state."""
        notes = content.text("entry.notes")
        found = _RENAMED.search(notes) if notes else None
        if not found:
            return ""
        old, new = self._name(found["old"].strip(), ""), self._name(found["new"].strip(), "")
        for one, other in ((old, new), (new, old)):
            if one.key == name.key and key(other.name) != name.key:
                return other.name
        return ""


def acts(role: Role, entry: EntryFacts) -> bool:
    """Must the person of a role have been alive on the day of registration."""
    if not role.acts_when:
        return role.acts
    return any(
        entry.codes.get(where.removeprefix("entry."), "") in words
        for where, words in role.acts_when.items()
    )


def event_of(
    register_type: RegisterType,
    dates: dict[str, tuple[Interval, Interval]],
    marriage: Interval,
    registered: Interval,
) -> Interval:
    """Days of the event: the register type's event field, else the registration."""
    role, _, attribute = register_type.event_field.partition(".")
    candidates: Iterable[Interval] = ()
    if role == "entry" and attribute == "marriage_date":
        candidates = (marriage,)
    elif role in dates and attribute in ("birth_date", "death_date"):
        candidates = (dates[role][attribute == "death_date"],)
    for interval in candidates:
        if interval.first is not None:
            return interval
    return registered if not register_type.event_field or role == "entry" else NOTHING
