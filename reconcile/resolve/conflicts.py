"""What an officer must decide: all kinds of conflicts, their ids, their order and their state.

Each kind is found where it belongs (``asked_*.py``, ``law.py``); here they become the lines of
CONFLICTS. A conflict is *open* until an effective judgement answers it, then *decided*, and
*stale* when what its sources say on the matter is no longer what the officer saw.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

import pandas as pd

from reconcile.config import load_office
from reconcile.model import CONFLICTS, ConflictKind, ConflictState, Severity, Verdict
from reconcile.resolve import (
    asked_books,
    asked_events,
    asked_facts,
    asked_files,
    asked_persons,
    law,
)
from reconcile.resolve.constraints import HardRules, load_hard_rules
from reconcile.resolve.drafts import Draft, Sources
from reconcile.resolve.law import LawRules, load_law
from reconcile.text.findings import FindingRule, load_findings

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping
    from pathlib import Path

    from reconcile.config import RegisterType
    from reconcile.resolve.contradictions import Dispute
    from reconcile.resolve.wording import Wording

__all__ = ["ConflictRules", "Sources", "find", "load_rules"]

_GRAVEST_FIRST: Final = [severity.value for severity in reversed(Severity)]
_UNSURE: Final = Verdict.UNSURE.value
_WITH_MORE: Final = (
    ConflictKind.SAME_PERSON,
    ConflictKind.SAME_EVENT,
    ConflictKind.QUALITY_CONTROL,
)
"""Kinds of which more than the sources' own words can be evidence while an officer is unsure."""


@dataclass(frozen=True)
class ConflictRules:
    """What the mapping files say about conflicts.

    Attributes:
        hard: hard rules, for their words.
        law: law and logic with periods and limits.
        findings: words of the reasons for which rows are refused.
        quality_control_share: share of automatic links put to an officer as a sample.
    """

    hard: HardRules
    law: LawRules
    findings: Mapping[str, FindingRule]
    quality_control_share: float


def load_rules(mappings: Path) -> ConflictRules:
    """Read the mapping files that conflicts rest on.

    Raises:
        MappingError: one is missing or does not fit.
    """
    return ConflictRules(
        hard=load_hard_rules(mappings),
        law=load_law(mappings),
        findings=load_findings(mappings),
        quality_control_share=load_office(mappings).quality_control_share,
    )


def find(
    sources: Sources,
    rules: ConflictRules,
    wording: Wording,
    register_types: Mapping[str, RegisterType],
) -> pd.DataFrame:
    """Everything that an officer must decide, and what was decided already.

    Args:
        sources: entries, persons, events, golden values, judgements, refused and gone rows.
        rules: hard rules, law, words of reasons.
        wording: conflicts.toml; says which facts are asked.
        register_types: register types by code.

    Returns:
        CONFLICTS, the gravest first, then those whose answer is expected to bring most mentions
        together, ties by id.
    """
    drafts = _unique(_open(sources, rules, wording, register_types))
    asked = set(drafts)
    decided = chain(
        asked_persons.decided_persons(sources, asked), asked_events.decided_events(sources, asked)
    )
    drafts |= _unique(decided)
    answers = _answers(sources)
    lines = [
        _line(draft, answers.to(identifier, draft), sources.effective.disputes, wording)
        for identifier, draft in drafts.items()
    ]
    frame = CONFLICTS.build(lines)
    rank = frame["severity"].map(_GRAVEST_FIRST.index)
    order = pd.DataFrame({"rank": rank, "gain": -frame["gain"], "id": frame["conflict"]})
    order = order.sort_values(["rank", "gain", "id"])
    return frame.loc[order.index].reset_index(drop=True)


def _open(
    sources: Sources,
    rules: ConflictRules,
    wording: Wording,
    register_types: Mapping[str, RegisterType],
) -> Iterator[Draft]:
    yield from asked_persons.contradictions(sources)
    yield from asked_persons.possible_persons(sources, rules.hard)
    yield from asked_persons.sampled_links(sources, rules.quality_control_share)
    yield from asked_events.standing_entries(sources)
    yield from asked_events.remarriages(sources)
    yield from asked_events.numbers_twice(sources, register_types)
    for fact in wording.fact:
        if fact.of == "person":
            yield from asked_facts.disagreements(sources, fact)
        else:
            yield from asked_events.event_dates(sources, fact.sentence, fact.severity, fact.legal)
    yield from asked_facts.shared_identities(sources, "cccd", "error")
    yield from asked_facts.shared_identities(sources, "cmnd", "warning")
    yield from asked_facts.several_identities(sources)
    yield from law.breaches(sources, rules.law)
    yield from asked_books.series(sources, rules.law.series, register_types)
    yield from asked_books.refused_rows(sources, rules.findings)
    yield from asked_books.gone_entries(sources)
    yield from asked_files.unreadable_files(sources)


def _unique(drafts: Iterable[Draft]) -> dict[str, Draft]:
    """Drafts by id; what is asked first is asked once."""
    found: dict[str, Draft] = {}
    for draft in drafts:
        found.setdefault(draft.id, draft)
    return found


# -- state --------------------------------------------------------------------------------------


class _Answer(NamedTuple):
    """What was answered: verdict, evidence hash that the officer saw, conflict that was asked."""

    verdict: str
    seen: str
    conflict: str


@dataclass(frozen=True)
class _Answers:
    """Effective judgements by what they answer; a later one comes after an earlier one.

    Attributes:
        by_conflict: by the id of the conflict.
        by_sources: judgements on two persons or on the entries of one event, by these.
        by_fact: judgements on a fact, by person and field.
        renamed: present keys of sources -> judgements made when these had other keys: the keys
            then, by the present ones, and the answer.
        person: cluster of each mention.
    """

    by_conflict: dict[str, _Answer]
    by_sources: dict[frozenset[str], _Answer]
    by_fact: dict[tuple[int, str], _Answer]
    renamed: dict[str, list[tuple[Mapping[str, str], _Answer]]]
    person: dict[str, int]

    def to(self, identifier: str, draft: Draft) -> _Answer | None:
        """What was answered to a conflict: by its id, else by what it is about."""
        found = self.by_conflict.get(identifier) or self._under_other_keys(draft)
        if found is None and draft.kind == ConflictKind.SAME_PERSON:
            found = self.by_sources.get(frozenset(draft.mentions))
        if found is None and draft.kind == ConflictKind.SAME_EVENT:
            found = self.by_sources.get(frozenset(draft.entries))
        if found is None and draft.kind == ConflictKind.FACT and draft.mentions:
            found = self.by_fact.get((self.person[draft.mentions[0]], draft.field))
        return found

    def _under_other_keys(self, draft: Draft) -> _Answer | None:
        """The answer to the same conflict when its sources were known by other keys.

        The id of a conflict is made of the keys of its sources, and a delivery that comes late can
        bring an earlier version of an entry and with it another key.
        """
        found = None
        for name in dict.fromkeys(draft.keys):
            for names, answer in self.renamed.get(name, ()):
                then = replace(draft, keys=tuple(names.get(key, key) for key in draft.keys))
                if then.id == answer.conflict:
                    found = answer
        return found


def _answers(sources: Sources) -> _Answers:
    keys = sources.mention_keys
    answers = _Answers({}, {}, {}, {}, dict(zip(keys, sources.person.tolist(), strict=True)))
    lines = sources.effective.judgements.sort_values("decided", kind="stable")
    lines = lines[~lines["judgement"].isin(sources.effective.asked_again)]
    for line in lines.to_dict("records"):
        answer = _Answer(str(line["verdict"]), str(line["seen"]), str(line["conflict"]))
        answers.by_conflict[answer.conflict] = answer
        names = sources.effective.renamed.get(str(line["judgement"]), {})
        for name in names:
            answers.renamed.setdefault(name, []).append((names, answer))
        if line["kind"] == ConflictKind.SAME_EVENT.value and _is_whole(line):
            answers.by_sources[frozenset(json.loads(line["entries"]))] = answer
        if pd.isna(line["left"]):
            continue
        left = int(line["left"])
        if line["kind"] == ConflictKind.FACT.value:
            answers.by_fact[int(sources.person[left]), str(line["field"])] = answer
        elif pd.notna(line["right"]):
            answers.by_sources[frozenset((keys[left], keys[int(line["right"])]))] = answer
    answers.by_conflict.pop("", None)
    return answers


def _is_whole(line: Mapping[Hashable, object]) -> bool:
    """Whether a judgement on an event says which entry stands, where one does."""
    return line["verdict"] != Verdict.SAME.value or line["value"] != ""


def _state(identifier: str, draft: Draft, answer: _Answer | None) -> ConflictState:
    """Whether a conflict is open, decided, or was decided on other evidence.

    What speaks for a pair beside the two mentions themselves counts only while the officer was
    unsure: that is what new evidence can change. Where judgements contradict each other, it is the
    chain, and another chain is another question.
    """
    if answer is None:
        return ConflictState.OPEN
    if not answer.seen:
        return ConflictState.DECIDED
    whole = draft.kind == ConflictKind.CONTRADICTION or (
        answer.verdict == _UNSURE and draft.kind in _WITH_MORE
    )
    now, seen = draft.evidence, answer.seen
    if not whole or answer.conflict != identifier:
        now, seen = now.partition(".")[0], seen.partition(".")[0]
    return ConflictState.DECIDED if now == seen else ConflictState.STALE


def _line(
    draft: Draft, answer: _Answer | None, disputes: Mapping[str, Dispute], wording: Wording
) -> dict[str, object]:
    identifier = draft.id
    dispute = disputes.get(answer.conflict) if answer else None
    if dispute is not None:
        draft, answer = asked_facts.disputed(draft, dispute, wording), None
    return {
        "conflict": identifier,
        "kind": draft.kind.value,
        "severity": draft.severity,
        "entries": json.dumps(draft.entries),
        "mentions": json.dumps(draft.mentions),
        "field": draft.field,
        "values": json.dumps(draft.values, ensure_ascii=False),
        "sentence": draft.sentence,
        "params": json.dumps(draft.params, ensure_ascii=False, sort_keys=True),
        "proposal": draft.proposal,
        "legal": draft.legal,
        "probability": draft.probability,
        "gain": draft.gain,
        "evidence": draft.evidence,
        "state": _state(identifier, draft, answer).value,
        "positions": json.dumps(draft.positions, sort_keys=True),
    }
