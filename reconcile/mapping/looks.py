"""What the values of a column look like: dates, names, numbers of papers, codes."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reconcile.config import read_toml
from reconcile.importers.cells import kind_of
from reconcile.importers.labels import label_key
from reconcile.standardise.date_texts import read_date
from reconcile.text.folding import strip_marks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

LOOKS: Final = {
    "name": "names",
    "date": "dates",
    "year": "years",
    "number": "numbers",
    "identity": "numbers of papers",
    "place": "places",
    "ethnic_group": "ethnic groups",
    "nationality": "nationalities",
    "sex": "sexes",
}
"""What values look like -> the message that names it."""

_SAMPLE: Final = 1000  # different values that are looked at
_MOST: Final = 0.6  # share of values from which a column looks like something
_SURELY: Final = 0.8  # share from which it looks like something that its field is not
_FEW_CODES: Final = 30
_OFTEN: Final = 3  # a value that stands so often is a word of the program, no person's
_NUMBER: Final = re.compile(r"\d{1,5}[A-Za-z]?(?:/\d{2,4})?")
_YEAR: Final = re.compile(r"(?:18|19|20)\d\d")
_IDENTITY: Final = re.compile(r"\d{8,9}|\d{11,12}")
_NAME: Final = re.compile(r"[^\W\d_]+(?:[ '’.-]+[^\W\d_]+){1,5}")
_PLACE: Final = re.compile(
    r"\b(?:xa|thi tran|phuong|huyen|quan|tinh|thanh pho|tp|ap|thon|khom|khu pho|tram|benh vien)\b"
)
# Kind of a field -> what its values may look like beside plain text.
_MAY_BE: Final[Mapping[str, frozenset[str]]] = {
    "name": frozenset(("name", "place")),
    "date": frozenset(("date", "year", "number")),
    "place": frozenset(("place", "name", "number")),
    "identity": frozenset(("identity", "number")),
    "ethnic_group": frozenset(("ethnic_group",)),
    "nationality": frozenset(("nationality",)),
    "relation": frozenset(("relation", "name", "sex")),
    "number": frozenset(("number", "year", "date", "identity")),
    "code": frozenset(("code", "sex", "number", "identity", "year", "name")),
}
_SEX_FIELDS: Final = frozenset(("sex", "code", "number"))


@dataclass(frozen=True)
class Look:
    """What the values of a column look like.

    Attributes:
        kind: name, date, year, number, identity, place, ethnic_group, nationality, sex, or empty.
        share: share of the values that look so.
        filled: values that say something.
        different: how many different ones.
        repeated: values that stand several times in a column of few, with how often: codes.
    """

    kind: str
    share: float
    filled: int
    different: int
    repeated: tuple[tuple[str, int], ...]

    def contradicts(self, field: str) -> bool:
        """Whether the values look like something that a field cannot hold.

        Args:
            field: field of the mapping.
        """
        if not self.kind or self.share < _SURELY:
            return False
        if field.endswith(".sex"):
            return self.kind not in _SEX_FIELDS
        allowed = _MAY_BE.get(kind_of(field))
        return allowed is not None and self.kind not in allowed


@dataclass(frozen=True)
class Looks:
    """Recognises kinds of values.

    Attributes:
        families: family names without marks.
        ethnic_groups: keys of the names of ethnic groups.
        nationalities: keys of the names of nationalities.
        sexes: keys of the words for a sex.
        no_value: keys of the words for "no value".
    """

    families: frozenset[str]
    ethnic_groups: frozenset[str]
    nationalities: frozenset[str]
    sexes: frozenset[str]
    no_value: frozenset[str]

    def of(self, values: Iterable[str]) -> Look:
        """What the values of one column look like.

        Args:
            values: its cells as text, decoded; empty ones are passed over.
        """
        counted = Counter(
            value for value in values if value and label_key(value) not in self.no_value
        )
        kinds: Counter[str] = Counter()
        for value, times in counted.most_common(_SAMPLE):
            kinds[self._kind(value)] += times
        seen = kinds.total()
        kind, times = next(((kind, times) for kind, times in kinds.most_common() if kind), ("", 0))
        share = times / seen if seen else 0.0
        repeated = (
            tuple((value, times) for value, times in counted.most_common() if times >= _OFTEN)
            if len(counted) <= _FEW_CODES
            else ()
        )
        kind = kind if share >= _MOST else ""
        return Look(kind, share, counted.total(), len(counted), repeated)

    def _kind(self, value: str) -> str:
        text = value.strip()
        key = label_key(text)
        for kind, pattern in (("year", _YEAR), ("identity", _IDENTITY), ("number", _NUMBER)):
            if pattern.fullmatch(text):
                return kind
        for kind, known in (
            ("sex", self.sexes),
            ("ethnic_group", self.ethnic_groups),
            ("nationality", self.nationalities),
        ):
            if key in known:
                return kind
        if any(letter.isdigit() for letter in text):
            reading = read_date(text)
            if reading.says_something and reading.month:
                return "date"
        plain = strip_marks(text).lower()
        if _PLACE.search(plain) or text.count(",") > 1:
            return "place"
        if _NAME.fullmatch(text) and plain.split()[0] in self.families:
            return "name"
        return ""


def load_looks(folder: Path, no_value: Iterable[str]) -> Looks:
    """Read the words by which values are recognised.

    Args:
        folder: the mappings folder.
        no_value: keys of the words for "no value".
    """
    codes = read_toml(folder / "codes.toml")
    with (folder / "names_frequency.csv").open(encoding="utf-8", newline="") as stream:
        families = frozenset(
            strip_marks(line["token"]).lower()
            for line in csv.DictReader(stream)
            if line["part"] == "family"
        )
    return Looks(
        families=families,
        ethnic_groups=_keys(codes.get("ethnic_group")),
        nationalities=_keys(codes.get("nationality")),
        sexes=_keys(codes.get("sex")) - {"1", "2", "3", "n", "ong", "ba"},
        no_value=frozenset(no_value),
    )


def _keys(table: object) -> frozenset[str]:
    """Keys of the names and words of a table of ``codes.toml``."""
    if not isinstance(table, dict):
        return frozenset()
    words = [
        *table,
        *(word for listed in table.values() if isinstance(listed, list) for word in listed),
    ]
    return frozenset(key for word in words if len(key := label_key(str(word))) > 1)
