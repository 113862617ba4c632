"""What a conflict is before it has an id and a state, and what all of them look up.

A conflict's id is made from its kind, its topic and its *source keys*, so it is the same in every
run and on every machine as long as the same sources stand against each other. Its evidence is a
hash of what those sources say on the matter: when that changes, an earlier decision is stale.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from dataclasses import field as made_by
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from reconcile.model import ConflictKind, fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy.typing as npt
    import pandas as pd

    from reconcile.config import RegisterType
    from reconcile.resolve.clusters import Clusters
    from reconcile.resolve.events import Events
    from reconcile.resolve.judgements import Effective

SIDES: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ID_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_ID_LETTERS: Final = 10
_FACTS: Final = (
    "role",
    "name_key",
    "sex",
    "birth_from",
    "birth_to",
    "death_from",
    "death_to",
    "cmnd",
    "cccd",
)
_DAYS: Final = ("event_from", "event_to", "registered_from", "registered_to")
_EVENT_FACTS: Final = (
    "body",
    "year",
    "number",
    "number_suffix",
    "registration_kind",
    "registered_from",
    "event_from",
    "event_to",
)


@dataclass(frozen=True)
class Sources:
    """All that conflicts are found in.

    Attributes:
        mentions: LIVE_MENTIONS.
        entries: LIVE_ENTRIES.
        kin: KIN.
        pairs: PAIRS.
        clusters: persons and questions about them.
        events: events and questions about them.
        golden: GOLDEN.
        effective: judgements that bind, and their contradictions.
        refused: ROWS that were refused, with their positions and reasons.
        gone: ``entry_key``, ``delivery``, ``file``, ``sheet``, ``row``, ``whole``: entries that a
            full export lacks, and where they were last seen.
        findings: FINDINGS; what conflicts say of files comes from here.
        unread: files that were left out and are still missing; see ``asked_files``.
    """

    mentions: pd.DataFrame
    entries: pd.DataFrame
    kin: pd.DataFrame
    pairs: pd.DataFrame
    clusters: Clusters
    events: Events
    golden: pd.DataFrame
    effective: Effective
    refused: pd.DataFrame
    gone: pd.DataFrame
    findings: pd.DataFrame
    unread: pd.DataFrame | None = None

    @cached_property
    def person(self) -> npt.NDArray[np.int64]:
        """Cluster number of every mention."""
        return np.asarray(self.clusters.person.to_numpy(dtype="int64"))

    @cached_property
    def _sizes(self) -> npt.NDArray[np.int64]:
        return np.bincount(self.person)

    def pairs_between(self, left: int, right: int) -> int:
        """Pairs of mentions between the persons of two mentions."""
        return int(self._sizes[self.person[left]] * self._sizes[self.person[right]])

    @cached_property
    def mention_keys(self) -> list[str]:
        """Keys of the mentions."""
        return list(self.mentions["mention_key"])

    @cached_property
    def entry_keys(self) -> list[str]:
        """Keys of the entries."""
        return list(self.entries["entry_key"])

    @cached_property
    def entry_of(self) -> list[int]:
        """Position of the entry of every mention."""
        places: list[int] = self.mentions["entry"].astype("int64").tolist()
        return places

    @cached_property
    def _values(self) -> dict[str, list[Any]]:
        return {}

    def value(self, column: str, mention: int) -> Any:  # noqa: ANN401 - as the column has it
        """The value of a mention in a column of LIVE_MENTIONS."""
        if column not in self._values:
            self._values[column] = self.mentions[column].tolist()
        return self._values[column][mention]

    @cached_property
    def _said(self) -> list[str]:
        return _joined(self.mentions, _FACTS)

    @cached_property
    def _told(self) -> list[str]:
        return _joined(self.entries, _EVENT_FACTS)

    def says(self, mention: int) -> str:
        """What a mention says of the person's identity, as one text to be hashed."""
        return self._said[mention]

    @cached_property
    def _dated(self) -> list[str]:
        return _joined(self.mentions, _DAYS)

    def when(self, mention: int) -> str:
        """The days of the entry that a mention stands in, as one text to be hashed."""
        return self._dated[mention]

    @cached_property
    def _principals(self) -> dict[int, list[int]]:
        places: dict[int, list[int]] = {}
        chosen = self.mentions["principal"].to_numpy(dtype=bool)
        for mention in np.flatnonzero(chosen).tolist():
            places.setdefault(self.entry_of[mention], []).append(mention)
        return places

    def tells(self, entry: int) -> str:
        """What an entry says of its event and of those whom it is about, as one text."""
        persons = [self.says(mention) for mention in self._principals.get(entry, ())]
        return "\x1e".join([self._told[entry], *persons])

    @cached_property
    def golden_values(self) -> dict[tuple[int, str], tuple[str, str]]:
        """Golden value and the rule that chose it, by cluster and field."""
        golden = self.golden
        return dict(
            zip(
                zip(golden["cluster"].tolist(), golden["field"].tolist(), strict=True),
                zip(golden["value"].tolist(), golden["rule"].tolist(), strict=True),
                strict=True,
            )
        )

    @cached_property
    def asked_persons(self) -> set[frozenset[int]]:
        """Pairs of clusters that an officer is asked to join or part."""
        left, right = self._asked
        return {frozenset(pair) for pair in zip(left.tolist(), right.tolist(), strict=True)}

    @cached_property
    def _asked(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        lines = self.clusters.questions
        left, right = (lines[side].to_numpy(dtype="int64") for side in ("left", "right"))
        return self.person[left], self.person[right]

    @cached_property
    def _hanging_together(self) -> npt.NDArray[np.int64]:
        """Number of the group of clusters that hang together by questions, for every cluster."""
        count = len(self._sizes)
        left, right = self._asked
        graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(count, count))
        return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)

    def may_be_one(self, one: int, other: int) -> bool:
        """Whether answers to open questions can make one person of two clusters."""
        together = self._hanging_together
        return bool(together[one] == together[other])


@dataclass(frozen=True)
class Draft:
    """One conflict that has no id and no state yet; fields as in CONFLICTS.

    Attributes:
        keys: source keys that make the id.
        facts: what the sources say on the matter; they make the evidence hash.
        topic: tells conflicts of one kind on the same sources apart: rule, reason.
        more_facts: further evidence that counts only while the question is open or *unsure*.
        seal: of two officers' different answers; stands for all further evidence.
        pairs: pairs of mentions that the answer *same* would bring together; 1 where it settles
            another matter.
    """

    kind: ConflictKind
    severity: str
    sentence: str
    keys: tuple[str, ...]
    facts: tuple[str, ...]
    topic: str = ""
    field: str = ""
    more_facts: tuple[str, ...] = ()
    seal: str = ""
    entries: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    params: Mapping[str, object] = made_by(default_factory=dict)
    proposal: str = ""
    legal: str = ""
    probability: float = math.nan
    pairs: int = 1
    positions: Mapping[str, object] = made_by(default_factory=dict)

    @property
    def id(self) -> str:
        """Stable id: ten letters and digits that cannot be mistaken for each other."""
        parts = [self.kind.value, self.topic, self.field, *sorted(self.keys)]
        number = int(fingerprint(parts), 16)
        letters = []
        for _ in range(_ID_LETTERS):
            number, digit = divmod(number, len(_ID_ALPHABET))
            letters.append(_ID_ALPHABET[digit])
        return f"C-{''.join(letters)}"

    @property
    def gain(self) -> float:
        """Pairs of mentions that the answer is expected to bring together, 1 for another matter."""
        return self.pairs if math.isnan(self.probability) else self.pairs * self.probability

    @property
    def evidence(self) -> str:
        """Hash of the facts, a dot, and hash of the further ones."""
        main = fingerprint(sorted(self.facts), 6)
        further = fingerprint(self.more_facts, 3) if self.more_facts else ""
        return f"{main}.{self.seal or further}".removesuffix(".")


def _joined(frame: pd.DataFrame, columns: tuple[str, ...]) -> list[str]:
    """Some columns of every line as one text, missing values empty."""
    texts = [frame[name].astype("str").fillna("").tolist() for name in columns]
    return ["\x1f".join(line) for line in zip(*texts, strict=True)]


def type_words(register_type: RegisterType) -> dict[str, str]:
    """Parameters that name a register type in a sentence."""
    return {"type_vi": register_type.vi, "type_en": register_type.en}


def ranges(numbers: Iterable[int], shown: int) -> str:
    """Numbers as ranges: ``5–7, 12``; at most so many, then ``…``."""
    spans: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if spans and number == spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], number)
        else:
            spans.append((number, number))
    texts = [f"{first}–{last}" if last > first else str(first) for first, last in spans[:shown]]
    return ", ".join([*texts, "…"] if len(spans) > shown else texts)
