"""Schema of ``mappings/conflicts.toml``: what officers can be asked, and in which words.

Review and report read the same file; the codes in it are stored with every judgement.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal

from pydantic import PositiveFloat

from reconcile.config import Strict, read_mapping
from reconcile.errors import MappingError
from reconcile.model import ConflictKind

if TYPE_CHECKING:
    from pathlib import Path


class Sheet(Strict):
    """One sheet of the conflict workbook.

    Attributes:
        code: what kinds name it by.
        vi: its name in Vietnamese.
        en: its name in English.
    """

    code: str
    vi: str
    en: str


class Decision(Strict):
    """One decision that an officer can take.

    Attributes:
        code: what is stored with the judgement.
        vi: words in Vietnamese; ``{side}`` makes one choice of each side.
        en: words in English.
        value: whether the column *Giá trị* may, must or need not be filled; ``side`` where naming
            a side there is the same as choosing that side's words.
        binds: ``same``, ``different`` or ``unsure`` where the decision says so of two persons or
            entries.
    """

    code: str
    vi: str
    en: str
    value: Literal["none", "optional", "required", "side"] = "none"
    binds: Literal["", "same", "different", "unsure"] = ""


class Kind(Strict):
    """One kind of conflict.

    Attributes:
        code: a :class:`~reconcile.model.ConflictKind`.
        vi: its name in Vietnamese.
        en: its name in English.
        sheet: code of the sheet that it stands on.
        minutes: what an answer takes with the paper book at hand, where there are two sides.
        decision: the decisions that can be taken, in the order of the drop-down list.
    """

    code: ConflictKind
    vi: str
    en: str
    sheet: str
    minutes: PositiveFloat
    decision: tuple[Decision, ...]

    def binds(self, code: str) -> str:
        """What the decision of that code says of two persons or entries, empty if nothing."""
        bare = code.partition(":")[0]
        return next((found.binds for found in self.decision if found.code == bare), "")


class Fact(Strict):
    """A field on which the sources of one person or one event may disagree.

    Attributes:
        field: field of GOLDEN, or ``event`` for the date of an event.
        of: whose field it is.
        compare: how two values are held against each other.
        asked: ``principal`` where only a disagreement is asked in which an entry about the person
            takes part.
        far_years: dates that are further apart are asked about whichever entries have them: the
            tool has taken one of them to be mistyped.
        severity: severity of the conflict.
        sentence: id of its sentence.
        legal: id of its legal basis.
    """

    field: str
    of: Literal["person", "event"]
    compare: Literal["interval", "text", "name"]
    asked: Literal["principal", "any"]
    far_years: int | None = None
    severity: Literal["info", "warning", "error", "critical"]
    sentence: str
    legal: str = ""


class Sentence(Strict):
    """One sentence in both languages.

    Attributes:
        id: what conflicts name it by.
        vi: the sentence in Vietnamese, with ``{placeholders}``.
        en: the same in English.
    """

    id: str
    vi: str
    en: str


class Wording(Strict):
    """All of ``conflicts.toml``.

    Attributes:
        sheet: sheets in the order of the workbook.
        kind: kinds of conflicts.
        fact: fields on which sources may disagree.
        sentence: sentences of conflicts.
        legal: legal bases.
    """

    sheet: tuple[Sheet, ...]
    kind: tuple[Kind, ...]
    fact: tuple[Fact, ...]
    sentence: tuple[Sentence, ...]
    legal: tuple[Sentence, ...]

    @cached_property
    def kinds(self) -> dict[str, Kind]:
        """Kinds by code."""
        return {kind.code.value: kind for kind in self.kind}


def load_wording(mappings: Path) -> Wording:
    """Read ``conflicts.toml``.

    Args:
        mappings: the mappings folder.

    Raises:
        MappingError: it does not fit, lacks a kind, or names a sheet, sentence or law that it
            does not have.
    """
    wording = read_mapping(mappings / "conflicts.toml", Wording)
    problems = _problems(wording)
    if problems:
        raise MappingError(
            "{file}: {problems}.", file="conflicts.toml", problems="; ".join(problems)
        )
    return wording


def _problems(wording: Wording) -> list[str]:
    sheets = {sheet.code for sheet in wording.sheet}
    sentences = {sentence.id for sentence in wording.sentence}
    laws = {law.id for law in wording.legal} | {""}
    problems = [f"no kind {kind.value}" for kind in ConflictKind if kind.value not in wording.kinds]
    problems += [f"no sheet {kind.sheet!r}" for kind in wording.kind if kind.sheet not in sheets]
    problems += [
        f"no sentence {fact.sentence!r}" for fact in wording.fact if fact.sentence not in sentences
    ]
    problems += [
        f"no legal basis {fact.legal!r}" for fact in wording.fact if fact.legal not in laws
    ]
    return problems
