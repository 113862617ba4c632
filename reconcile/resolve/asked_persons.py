"""Conflicts about who is who: possible same persons, contradictions, the sample of links."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from reconcile.model import ConflictKind, Verdict, fingerprint
from reconcile.resolve.drafts import SIDES, Draft, Sources
from reconcile.resolve.judged_pairs import PERSONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from reconcile.resolve.constraints import HardRules
    from reconcile.resolve.contradictions import Contradiction
    from reconcile.resolve.judged_pairs import Step

_LIKELY = 0.5
_OF_PERSONS = tuple(kind for kind in ConflictKind if kind.value in PERSONS)


def possible_persons(sources: Sources, rules: HardRules) -> Iterator[Draft]:
    """Every question of the clusters; where two entries of one passage are meant, on the event.

    Args:
        sources: persons and their questions.
        rules: words of hard rules.
    """
    passage = sources.mentions["passage"].tolist()
    for line in sources.clusters.questions.to_dict("records"):
        left, right = int(line["left"]), int(line["right"])
        of_event = passage[left] != "" and passage[left] == passage[right]
        reason, rule = str(line["reason"]), str(line["rule"])
        words = rules.words(rule) if rule else None
        best = (int(line["best_left"]), int(line["best_right"]))
        probability = float(line["probability"])
        yield Draft(
            kind=ConflictKind.SAME_EVENT if of_event else ConflictKind.SAME_PERSON,
            severity="warning",
            sentence=_sentence(reason, of_event=of_event),
            keys=_keys(sources, left, right, of_event=of_event),
            facts=_facts(sources, left, right, of_event=of_event),
            more_facts=()
            if best == (left, right)
            else (sources.says(best[0]), sources.says(best[1])),
            entries=_entries(sources, left, right),
            mentions=() if of_event else _mentions(sources, left, right),
            params={"rule_vi": words.vi, "rule_en": words.en} if words else {},
            proposal=_proposal(reason, probability, of_event=of_event),
            legal="one_registration" if of_event else "book_prevails",
            probability=probability,
            pairs=sources.pairs_between(left, right),
        )


def _sentence(reason: str, *, of_event: bool) -> str:
    if of_event:
        return "same_event_hard_rule" if reason == "hard_rule" else "same_event_possible"
    return f"same_person_{reason}"


def _proposal(reason: str, probability: float, *, of_event: bool) -> str:
    """*Same* where that is likelier than not and no hard rule stands against it."""
    if reason == "hard_rule" or math.isnan(probability) or probability < _LIKELY:
        return ""
    return "same:A" if of_event else "same"


def _mentions(sources: Sources, left: int, right: int) -> tuple[str, ...]:
    return sources.mention_keys[left], sources.mention_keys[right]


def _entries(sources: Sources, left: int, right: int) -> tuple[str, ...]:
    return tuple(sources.entry_keys[sources.entry_of[place]] for place in (left, right))


def _keys(sources: Sources, left: int, right: int, *, of_event: bool) -> tuple[str, ...]:
    if of_event:
        return _entries(sources, left, right)
    return _mentions(sources, left, right)


def _facts(sources: Sources, left: int, right: int, *, of_event: bool) -> tuple[str, ...]:
    if of_event:
        return tuple(sources.tells(sources.entry_of[place]) for place in (left, right))
    return sources.says(left), sources.says(right)


def decided_persons(sources: Sources, open_ids: set[str]) -> Iterator[Draft]:
    """Pairs that an officer decided on and that are no question any more.

    They stay in the list so that it shows when what they rested on has changed.

    Args:
        sources: judgements.
        open_ids: ids of conflicts that are drafted already.
    """
    lines = sources.effective.judgements
    chosen = lines[lines["kind"].isin(PERSONS) & lines["left"].notna() & lines["right"].notna()]
    for left, right in _pairs(chosen):
        draft = Draft(
            kind=ConflictKind.SAME_PERSON,
            severity="warning",
            sentence="same_person_decided",
            keys=_mentions(sources, left, right),
            facts=(sources.says(left), sources.says(right)),
            entries=_entries(sources, left, right),
            mentions=_mentions(sources, left, right),
            legal="book_prevails",
        )
        if not any(replace(draft, kind=kind).id in open_ids for kind in _OF_PERSONS):
            yield draft


def _pairs(lines: pd.DataFrame) -> list[tuple[int, int]]:
    left = lines["left"].astype("int64").tolist()
    right = lines["right"].astype("int64").tolist()
    return sorted((min(pair), max(pair)) for pair in zip(left, right, strict=True))


def contradictions(sources: Sources) -> Iterator[Draft]:
    """Judgements that cannot all be true, with the shortest chain, officers and dates.

    What the two mentions say is the evidence, as for any question on them; the chain is further
    evidence, so that another chain is asked about again.
    """
    for found in sources.effective.contradictions:
        if found.entries:
            yield _on_event(sources, found)
            continue
        between = _between(found)
        places = (found.left, found.right, *between)
        yield Draft(
            kind=ConflictKind.CONTRADICTION,
            severity="critical",
            sentence="contradiction_officers" if found.officers else "contradiction_chain",
            keys=_mentions(sources, found.left, found.right),
            facts=_facts(sources, found.left, found.right, of_event=False),
            more_facts=tuple(
                "\x1d".join([step.verdict, *_facts(sources, step.left, step.right, of_event=False)])
                for step in found.steps
            ),
            entries=tuple(sources.entry_keys[sources.entry_of[place]] for place in places),
            mentions=tuple(sources.mention_keys[place] for place in places),
            params={"steps": len(found.steps) - 1, "chain": _in_words(found.steps, places)},
            legal="book_prevails",
        )


def _between(found: Contradiction) -> list[int]:
    """Mentions that the chain leads through, in its order, without its two ends."""
    ends = {found.left, found.right}
    passed = [place for step in found.steps for place in (step.left, step.right)]
    return [place for place in dict.fromkeys(passed) if place not in ends]


def _in_words(steps: tuple[Step, ...], places: tuple[int, ...]) -> str:
    """The judgements in their order: sides, officer, day."""
    letter = {place: SIDES[number] for number, place in enumerate(places[: len(SIDES)])}
    told = []
    for step in steps:
        sides = sorted((letter.get(step.left, "…"), letter.get(step.right, "…")))
        sign = "=" if step.verdict == Verdict.SAME.value else "≠"
        told.append(f"{sides[0]} {sign} {sides[1]} ({step.officer}, {step.decided})")
    return "; ".join(told)


def _on_event(sources: Sources, found: Contradiction) -> Draft:
    """Two officers who disagree on whether entries are one event."""
    place_of = {key: place for place, key in enumerate(sources.entry_keys)}
    keys = tuple(key for key in found.entries if key)
    sides = (0, 1)
    steps = tuple(step._replace(left=sides[0], right=sides[1]) for step in found.steps)
    return Draft(
        kind=ConflictKind.CONTRADICTION,
        severity="critical",
        sentence="contradiction_events",
        topic="event",
        keys=keys,
        facts=tuple(sources.tells(place_of[key]) for key in keys),
        entries=keys,
        params={"chain": _in_words(steps, sides)},
        legal="one_registration",
    )


def sampled_links(sources: Sources, share: float) -> Iterator[Draft]:
    """A sample of automatic links, drawn by a hash of the source keys (P4).

    Args:
        sources: the chain of links that made the persons.
        share: share of links to ask about, 0 to 1.
    """
    if share <= 0:
        return
    joined = sources.clusters.joined
    scored = joined[joined["how"].eq("score")]
    for left, right in _pairs(scored):
        keys = _mentions(sources, left, right)
        draw = int(fingerprint(("quality_control", *keys), 8), 16) / 2.0**64
        if draw < share:
            yield Draft(
                kind=ConflictKind.QUALITY_CONTROL,
                severity="info",
                sentence="quality_control_link",
                keys=keys,
                facts=(sources.says(left), sources.says(right)),
                entries=_entries(sources, left, right),
                mentions=keys,
                proposal="right",
            )
