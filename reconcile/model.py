"""Vocabulary, and the column contract of every table that one stage hands to the next.

Stages never import each other: they meet in :mod:`reconcile.pipeline` through pandas frames whose
columns are declared here. A stage calls ``TABLE.check(frame)`` on what it receives and on what it
returns, so that a broken contract is found at the seam and not three stages later.

Flow of the tables::

    importers    -> DELIVERIES, FILES, ROWS,
                    FINDINGS                     one line per file, per non-blank row
    standardise  -> ENTRIES, MENTIONS, FINDINGS  one line per distinct content, per role in it
    resolve      -> OCCURRENCES                  which row is which entry in which version
    pipeline     -> LIVE_ENTRIES, LIVE_MENTIONS  what the current versions say, in key order
    standardise  -> KIN                          who is whose relative, from the roles of one entry
    match        -> PAIRS, EVIDENCE              scored candidate pairs and what speaks for them
    resolve      -> QUESTIONS, GOLDEN, CONFLICTS beside one cluster number per mention and per entry
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Literal

from reconcile.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

# -- vocabulary ---------------------------------------------------------------------------------


class Outcome(StrEnum):
    """What became of one delivered row (P2); every row ends in exactly one of these."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REPEATED = "repeated"
    REFUSED = "refused"
    DELETED = "deleted"
    FOOTER = "footer"


class Severity(StrEnum):
    """How much harm a finding or a conflict can do, mildest first."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"


class Precision(StrEnum):
    """How exactly a date is known (P6). ``age`` is a year worked out from an age."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    AGE = "age"
    NONE = ""


class Verdict(StrEnum):
    """What an officer decided about two mentions or two entries."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


class Relation(StrEnum):
    """How a relative stands to a mention, as the roles of one entry say."""

    FATHER = "father"
    MOTHER = "mother"
    PARTNER = "partner"
    CHILD = "child"


class ConflictKind(StrEnum):
    """What an officer can be asked about (design, section 6). Words and laws: conflicts.toml."""

    SAME_PERSON = "same_person"
    CONTRADICTION = "contradiction"
    SAME_EVENT = "same_event"
    FACT = "fact"
    NUMBER_TWICE = "number_twice"
    SERIES = "series"
    IDENTITY_SHARED = "identity_shared"
    IDENTITY_SEVERAL = "identity_several"
    LAW = "law"
    REFUSED = "refused"
    GONE = "gone"
    UNREADABLE_FILE = "unreadable_file"
    QUALITY_CONTROL = "quality_control"


class ConflictState(StrEnum):
    """Where a conflict stands."""

    OPEN = "open"
    DECIDED = "decided"
    STALE = "stale"
    CLOSED = "closed"


# Attributes of a role whose raw text is standardised; the value says by which cleaner. Fields are
# written ``role.attribute`` ("child.name") or ``entry.attribute`` ("entry.number"); anything that
# the Ministry's template has and we do not interpret is kept as ``extra.<template code>``.
ROLE_ATTRIBUTES: Final[dict[str, str]] = {
    "name": "name",
    "name_leading": "name",  # họ + đệm where the given name stands in a column of its own
    "name_given": "name",
    "sex": "sex",
    "birth_date": "date",
    "birth_day": "date",
    "birth_month": "date",
    "birth_year": "date",
    "birth_date_words": "text",
    "birth_place": "place",
    "birth_place_unit": "place",
    "home_place": "place",
    "residence": "place",
    "residence_kind": "code",
    "ethnic_group": "ethnic_group",
    "nationality": "nationality",
    "nationality_other": "nationality",
    "paper_kind": "code",
    "paper_other": "text",
    "identity_number": "identity",
    "personal_number": "identity",
    "paper_date": "date",
    "paper_place": "text",
    "relation": "relation",
    "death_date": "date",
    "death_date_words": "text",
    "death_time": "text",
    "death_place": "place",
    "death_cause": "text",
    "marital_status": "text",
    "purpose": "text",
    "purpose_kind": "code",
}
ENTRY_ATTRIBUTES: Final[dict[str, str]] = {
    "ordinal": "text",  # STT: counts for nothing
    "own_key": "text",
    "number": "number",
    "book": "text",
    "page": "text",
    "decision_number": "text",
    "registration_date": "date",
    "registration_kind": "code",
    "registration_place": "place",
    "recognition_kind": "code",
    "birth_kind": "code",
    "marriage_date": "date",
    "marriage_status": "code",
    "marriage_ordinal": "text",
    "death_notice_kind": "code",
    "death_notice_number": "text",
    "death_notice_date": "date",
    "death_notice_place": "text",
    "signer": "text",
    "signer_title": "text",
    "performer": "text",
    "notes": "text",
    "sheet_year": "text",  # the year that a sheet's or a book's name says
}

MENTION_COLUMNS: Final = (
    "delivery",
    "commune",
    "file",
    "sheet",
    "row",
    "register_type",
    "role",
    "entry_id",
    "event_id",
    "person_id",
)
"""Columns of ``export mentions``, in their order (design, section 8)."""


def fingerprint(parts: Iterable[str], size: int = 16) -> str:
    """A stable hash of texts, the same on every machine and in every run.

    Args:
        parts: texts; their order and borders count.
        size: bytes of the digest.

    Returns:
        ``2 * size`` hexadecimal digits (BLAKE2b, RFC 7693).
    """
    digest = hashlib.blake2b(digest_size=size)
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "big"))
        digest.update(encoded)
    return digest.hexdigest()


# -- contracts ----------------------------------------------------------------------------------

DType = Literal["str", "Int32", "Int64", "float64", "bool"]


@dataclass(frozen=True)
class Column:
    """One column of a contract.

    Attributes:
        name: name of the column.
        dtype: pandas dtype. ``str`` columns hold ``""`` where there is no value, never NaN;
            ``Int32``/``Int64`` are the nullable ones (``<NA>`` where there is no value).
        meaning: what it says, with unit.
    """

    name: str
    dtype: DType
    meaning: str


@dataclass(frozen=True)
class Table:
    """The contract of one table between stages.

    Attributes:
        name: name of the table, a plural noun.
        meaning: what one line of it is.
        columns: its columns in order.
        key: columns that together tell lines apart; empty where lines may repeat.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """Names of the columns in order."""
        return [column.name for column in self.columns]

    def empty(self) -> pd.DataFrame:
        """A frame of this table with no lines."""
        return self.build({})

    def build(self, data: dict[str, object] | list[dict[str, object]]) -> pd.DataFrame:
        """Make a frame of this table, with the declared dtypes, and check it.

        Args:
            data: columns by name, or a list of lines. Columns that are not given are filled with
                the dtype's "no value" (``""``, ``<NA>``, ``NaN``, ``False``).

        Returns:
            The frame, columns in the declared order, index 0…n-1.

        Raises:
            ContractError: a column is not declared, or the contract is broken.
        """
        import pandas as pd

        raw = pd.DataFrame(data)
        unknown = sorted(set(raw.columns) - set(self.names))
        if unknown:
            raise ContractError(
                "table {table}: unknown columns {columns}", table=self.name, columns=unknown
            )
        series = {}
        for column in self.columns:
            if column.name in raw.columns:
                values = raw[column.name]
                if column.dtype == "str":
                    values = values.fillna("")
                series[column.name] = values.astype(column.dtype)
            else:
                fill: object = {"str": "", "bool": False, "float64": float("nan")}.get(
                    column.dtype, pd.NA
                )
                series[column.name] = pd.Series(
                    [fill] * len(raw), index=raw.index, dtype=column.dtype
                )
        frame = pd.DataFrame(series, columns=self.names).reset_index(drop=True)
        return self.check(frame)

    def check(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Check a frame against this contract; further columns are let through.

        Args:
            frame: the frame to check.

        Returns:
            The same frame.

        Raises:
            ContractError: a column is missing, has another dtype or an empty ``str`` that is NaN,
                or a key repeats.
        """
        for column in self.columns:
            if column.name not in frame.columns:
                raise ContractError(
                    "table {table}: column {column} is missing",
                    table=self.name,
                    column=column.name,
                )
            values = frame[column.name]
            if str(values.dtype) != column.dtype:
                raise ContractError(
                    "table {table}: column {column} is {found}, not {declared}",
                    table=self.name,
                    column=column.name,
                    found=str(values.dtype),
                    declared=column.dtype,
                )
            if column.dtype == "str" and values.isna().any():
                raise ContractError(
                    "table {table}: column {column} has missing values; use empty text",
                    table=self.name,
                    column=column.name,
                )
        if self.key and _repeats(frame[list(self.key)]):
            raise ContractError(
                "table {table}: the key {key} repeats", table=self.name, key=", ".join(self.key)
            )
        return frame


def _repeats(key: pd.DataFrame) -> bool:
    """Whether a line of a key stands there twice."""
    if all(key[name].dtype == "Int32" for name in key) and not key.isna().to_numpy().any():
        # Most keys of positions are in order: then neighbours tell, and nothing need be hashed.
        columns = [key[name].to_numpy(dtype="int64") for name in key]
        after = columns[-1][1:] > columns[-1][:-1]
        for column in reversed(columns[:-1]):
            after = (column[1:] > column[:-1]) | ((column[1:] == column[:-1]) & after)
        if after.all():
            return False
    return bool(key.duplicated().any())


def _text(name: str, meaning: str) -> Column:
    return Column(name, "str", meaning)


def _int(name: str, meaning: str) -> Column:
    return Column(name, "Int32", meaning)


def _flag(name: str, meaning: str) -> Column:
    return Column(name, "bool", meaning)


_POSITION = (
    _text("delivery", "name of the delivery's folder"),
    _text("commune", "mapping id of the commune: hiep_duc"),
    _text("file", "name of the file within the commune's folder, with /"),
    _text("sheet", "name of the sheet; empty for csv and dbf"),
    _int("row", "row number that a person sees; 0 where the whole sheet or file is meant"),
)

DELIVERIES = Table(
    "deliveries",
    "one commune's part of one delivery",
    (
        _text("delivery", "name of the delivery's folder"),
        _text("commune", "mapping id of the commune"),
        _text("date", "ISO date on which it was handed over"),
        _int("sequence", "order among deliveries of one commune and date, from 1"),
        _text("kind", "full or delta"),
        _text("date_source", "where the date comes from: delivery.toml, option, folder or today"),
    ),
    key=("delivery", "commune"),
)

FILES = Table(
    "files",
    "one file found in a delivery",
    (
        _text("delivery", "name of the delivery's folder"),
        _text("commune", "mapping id of the commune"),
        _text("file", "name within the commune's folder, with /"),
        _text("family", "file family whose full export this belongs to; empty for litter"),
        _text("table", "id of the mapping's table that claims the file; empty for litter"),
        _text("register_types", "register types read from it, joined with a blank"),
        _text("sha256", "hash of the bytes"),
        Column("bytes", "Int64", "size"),
        _text("status", "read, litter or unreadable"),
        _text("evidence", "JSON: encoding, delimiter, sheets and header rows, with the reasons"),
    ),
    key=("delivery", "commune", "file"),
)

ROWS = Table(
    "rows",
    "one non-blank row below the header of a delivered file",
    (
        *_POSITION,
        _text("family", "file family"),
        _text("register_type", "KS, KH, KT, CMC, HN or one that a mapping adds"),
        _text("outcome", "empty where accepted; else refused, deleted or footer"),
        _text("reason", "code of the finding that explains a refusal"),
        _text("cells", 'JSON {header: raw cell}: text, number, or {"date": ISO}; word for word'),
        _text("raw_hash", "hash of commune, register type and cells"),
        _text(
            "fields", "JSON {field: text}: decoded, dittos and defaults filled in; no empty ones"
        ),
        _text("own_key", "the row's own key, where the mapping has one"),
        _text(
            "content_hash", "hash of register type, fields and unmapped cells but ordinal, own key"
        ),
    ),
    key=("delivery", "commune", "file", "sheet", "row"),
)

FINDINGS = Table(
    "findings",
    "one data-quality observation; never the content of a cell",
    (
        _text("code", "rule id; its sentence stands in mappings/findings.toml"),
        _text("severity", "info, warning, error or critical"),
        *_POSITION,
        _text("register_type", "register type, empty where none applies"),
        _text("field", "role.attribute or entry.attribute; empty where the row is meant"),
        _text("column", "header in the file; empty where unknown"),
        _text("content_hash", "content it speaks of; empty where it speaks of a file or a row"),
        _text("params", "JSON: what fills the sentence; no personal data"),
    ),
)

_ORIGIN = (
    _text("content_hash", "content the line comes from"),
    _text("commune", "mapping id of the commune"),
    _text("register_type", "register type"),
)

ENTRIES = Table(
    "entries",
    "the standard form of one distinct content",
    (
        *_ORIGIN,
        _text("own_key", "the row's own key (the least, where repeated rows have several)"),
        _text("body", "registering body: unit id with its period, as units.toml has it"),
        _int("year", "year of the number series: so, else registration date, else sheet or book"),
        _int("number", "registration number"),
        _text("number_suffix", "what follows the digits: A, bis"),
        _text("book", "book without its year: 01"),
        _int("book_year", "year that the book's label says"),
        _text("page", "page"),
        _int("registered_from", "first possible day of registration, proleptic ordinal"),
        _int("registered_to", "last possible day of registration"),
        _text("registered_precision", "day, month, year or empty"),
        _text("registration_kind", "on_time, late, again, foreign, first, unknown or empty"),
        _int("event_from", "first possible day of the event (birth, marriage, death, …)"),
        _int("event_to", "last possible day of the event"),
        _text("event_precision", "day, month, year or empty"),
        _text(
            "recognition_kind", "father_child, mother_child, child_father, child_mother or empty"
        ),
        _text("marriage_status", "divorced, annulled, recognised, none or empty"),
        _text(
            "note_flags", "what the notes speak of: divorce adoption correction earlier:25/1986 …"
        ),
    ),
    key=("content_hash",),
)

MENTIONS = Table(
    "mentions",
    "the standard form of one person in one role of one content",
    (
        *_ORIGIN,
        _text("role", "child, mother, father, requester, husband, wife, deceased, parent, …"),
        _text("name", "name for people to read: NFC, first letters in capitals"),
        _text("name_key", "lower case, tone placement folded"),
        _text("name_plain", "lower case, without marks"),
        _text("name_sound", "as it sounds in the south"),
        _text("family", "họ, as in name_key"),
        _text("middle", "đệm, as in name_key"),
        _text("given", "tên, as in name_key"),
        _text("name_other", "second name given in brackets, as name"),
        _text("sex", "M, F or empty"),
        _int("birth_from", "first possible day of birth, proleptic ordinal"),
        _int("birth_to", "last possible day of birth"),
        _text("birth_precision", "day, month, year, age or empty"),
        _text("birth_flags", "stand_in lunar two_digit_year swapped …, joined with a blank"),
        _int("death_from", "first possible day of death, for the role whose death it is"),
        _int("death_to", "last possible day of death"),
        _text("death_precision", "day, month, year or empty"),
        _text("birth_place", "unit id of the place of birth"),
        _text("home_place", "unit id of quê quán"),
        _text("home_key", "quê quán as unmarked lower-case text"),
        _text("residence_unit", "unit id of the residence"),
        _text("residence_hamlet", "hamlet of the residence, unmarked lower case"),
        _text("residence_key", "residence as unmarked lower-case text"),
        _text("ethnic_group", "standard name of the ethnic group"),
        _text("nationality", "standard name of the nationality"),
        _text(
            "cmnd", "9-digit number; 8 or 10 digits as written where one is lost or stands twice"
        ),
        _text("cccd", "12-digit number"),
        _text("other_paper", "number of another paper, kind before it"),
        _text("relation", "of a requester: self, father, mother, husband, wife, child, relative …"),
        _flag("principal", "is the entry about this person"),
        _flag("acts", "must be alive on the day of registration"),
        _flag("distinct", "is another human than the other distinct roles of the entry"),
        _text("passage", "birth or death where a person can have only one such entry's event"),
        _int("event_from", "as in ENTRIES"),
        _int("event_to", "as in ENTRIES"),
        _int("registered_from", "as in ENTRIES"),
        _int("registered_to", "as in ENTRIES"),
    ),
    key=("content_hash", "role"),
)

LIVE_ENTRIES = Table(
    "live_entries",
    "what one entry says now: ENTRIES of its current content",
    (
        *ENTRIES.columns,
        _text("entry_key", "key of the entry, the same whatever the order of arrival"),
        _flag("gone", "no longer in the latest full export of its scope"),
    ),
    key=("entry_key",),
)

LIVE_MENTIONS = Table(
    "live_mentions",
    "MENTIONS of the current contents, sorted by mention_key; its index is the position",
    (
        *MENTIONS.columns,
        _text("entry_key", "key of the entry"),
        _text("mention_key", "entry_key/role"),
        _int("entry", "position in LIVE_ENTRIES, which is sorted by entry_key"),
    ),
    key=("mention_key",),
)

OCCURRENCES = Table(
    "occurrences",
    "one accepted row of one delivery, and the entry and version that it is",
    (
        *_POSITION,
        _text("family", "file family"),
        _text("register_type", "register type"),
        _text("content_hash", "its content"),
        _text("own_key", "the row's own key"),
        _text("outcome", "new, changed, unchanged or repeated"),
        _text("entry_key", "key of the entry, the same whatever the order of arrival"),
        _int("version", "version of the entry, from 1"),
        _flag("current", "is this content what the entry says now"),
    ),
    key=("delivery", "commune", "file", "sheet", "row"),
)

KIN = Table(
    "kin",
    "one person of an entry and one relative of theirs in the same entry",
    (
        _int("mention", "position in LIVE_MENTIONS"),
        _int("relative", "position in LIVE_MENTIONS of the relative"),
        _text("relation", "what the relative is to the mention: father, mother, partner, child"),
    ),
    key=("mention", "relative", "relation"),
)

PAIRS = Table(
    "pairs",
    "two mentions brought together by at least one blocking rule, scored",
    (
        _int("left", "position in LIVE_MENTIONS, the lesser"),
        _int("right", "position in LIVE_MENTIONS, the greater"),
        Column("rules", "Int64", "bit mask of the blocking rules that found it"),
        Column("weight", "float64", "match weight: log2 odds, prior included"),
        Column("probability", "float64", "match probability, 0 to 1"),
        Column("weight_related", "float64", "log2 odds against all rivals but a random namesake"),
        _flag("certain", "joined by the structure of an entry, not by score"),
    ),
    key=("left", "right"),
)

EVIDENCE = Table(
    "evidence",
    "what one comparison says of one pair",
    (
        _int("left", "position in LIVE_MENTIONS"),
        _int("right", "position in LIVE_MENTIONS"),
        _text("comparison", "id of the comparison in the model"),
        _text("level", "id of its level"),
        Column("weight", "float64", "log2(m/u) of the level, frequency adjustment included"),
    ),
    key=("left", "right", "comparison"),
)

JUDGEMENTS = Table(
    "judgements",
    "one effective judgement of an officer, its anchors found among the current mentions",
    (
        _text("judgement", "id of the judgement"),
        _text("kind", "conflict kind that was decided"),
        _text("conflict", "conflict id it answered"),
        _text("verdict", "same, different, unsure, or the code of another decision of the kind"),
        _int("left", "position in LIVE_MENTIONS of the first anchor, <NA> where it names none"),
        _int("right", "position in LIVE_MENTIONS of the second anchor, <NA> where it names none"),
        _text("entries", "JSON: entry keys it speaks of"),
        _text("field", "field decided on, empty where none"),
        _text("value", "value chosen or typed, standard form"),
        _text("officer", "who decided"),
        _text("decided", "ISO date and time of the decision"),
        _text("seen", "evidence hash of the conflict when it was decided"),
    ),
    key=("judgement",),
)

QUESTIONS = Table(
    "questions",
    "two mentions that only an officer can join or part",
    (
        _int("left", "position in LIVE_MENTIONS"),
        _int("right", "position in LIVE_MENTIONS"),
        _text(
            "reason",
            "possible, rival, weak_bridge, large_cluster, hard_rule, unsure, contradiction",
        ),
        _text("rule", "hard rule that stands against it, empty where none"),
        Column("probability", "float64", "probability that they are one person"),
    ),
    key=("left", "right"),
)

GOLDEN = Table(
    "golden",
    "one winning value of one person",
    (
        _int("cluster", "number of the person's cluster"),
        _text("field", "name, sex, birth, death, cmnd, cccd, ethnic_group, residence, …"),
        _text("value", "the value in standard form; dates as ISO 8601 in their precision"),
        _int("mention", "position in LIVE_MENTIONS of the mention it comes from"),
        _text("rule", "survivorship rule that chose it, or the id of a judgement"),
        _int("agreeing", "how many mentions say the same"),
        _int("disagreeing", "how many say otherwise"),
    ),
    key=("cluster", "field"),
)

CONFLICTS = Table(
    "conflicts",
    "something that only an officer can decide",
    (
        _text("conflict", "stable id, made from the kind and the source keys"),
        _text("kind", "a ConflictKind"),
        _text("severity", "info, warning, error or critical"),
        _text("entries", "JSON: entry keys concerned, in the order of sides A, B, …"),
        _text("mentions", "JSON: mention keys concerned, in the order of sides A, B, …"),
        _text("field", "field that disagrees, empty where none"),
        _text("values", "JSON: the values of sides A, B, …"),
        _text("sentence", "id of the sentence in conflicts.toml"),
        _text("params", "JSON: what fills the sentence"),
        _text("proposal", "code of the decision that is proposed, empty where none"),
        _text("legal", "id of the legal basis in conflicts.toml, empty where none"),
        Column("probability", "float64", "probability of the proposal, NaN where it has none"),
        Column(
            "gain",
            "float64",
            "pairs of mentions that the answer is expected to bring together; 1 for another matter",
        ),
        _text("evidence", "hash of what it rests on; another hash makes a decision stale"),
        _text("state", "open, decided, stale or closed"),
        _text("positions", "JSON: for a refused row its delivery, commune, file, sheet and row"),
    ),
    key=("conflict",),
)

TABLES: Final[dict[str, Table]] = {
    table.name: table
    for table in (
        DELIVERIES,
        FILES,
        ROWS,
        FINDINGS,
        ENTRIES,
        MENTIONS,
        LIVE_ENTRIES,
        LIVE_MENTIONS,
        OCCURRENCES,
        KIN,
        PAIRS,
        EVIDENCE,
        JUDGEMENTS,
        QUESTIONS,
        GOLDEN,
        CONFLICTS,
    )
}
