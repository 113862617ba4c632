"""What ``explain`` answers: what an id stands for, why one is one or two are two, what is asked.

Only the entries that the answer is about are read, so it takes no longer in a large register.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from reconcile.model import ConflictState
from reconcile.modelling import tell
from reconcile.outputs import now
from reconcile.register import open_register
from reconcile.register.excerpt import is_meant_as_conflict
from reconcile.report import dossier, standing
from reconcile.report.chain import Made, bar, made_up, pictured
from reconcile.report.chapters import Chapter, Figures
from reconcile.report.masking import masked
from reconcile.report.versions import versions
from reconcile.review import records
from reconcile.review.casebook import SIDES, cases, say, severity_words
from reconcile.review.values import value_words
from reconcile.stages import load_knowledge
from reconcile.standardise.unit_names import load_unit_names
from reconcile.supposing import around_of, evidence_of, likeliest, suppose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconcile.register import Register
    from reconcile.register.search import Person
    from reconcile.requests import Question, Told
    from reconcile.review.casebook import Case, Record
    from reconcile.stages import Knowledge
    from reconcile.supposing import Around, Pair

_DAY: Final = re.compile(r"\b\d{1,2}/\d{1,2}/((?:1[89]|20)\d\d)\b")
_MOST: Final = 8  # suppositions that are told
_LINK: Final = "link"
# State of a conflict -> the message for it.
_STATES: Final = {
    ConflictState.OPEN.value: "open",
    ConflictState.STALE.value: "answered before, asked again",
    ConflictState.DECIDED.value: "decided",
    ConflictState.CLOSED.value: "settled",
    "past": "settled",
}


def explain(question: Question) -> Told:
    """What an id stands for, why one person is one person, or why two are two.

    Raises:
        UsageError: an id is mistyped or was never issued; of two, one is no person's; the page
            exists.
    """
    knowledge = load_knowledge(question.mappings)
    words = dossier.Words(
        register_types=knowledge.register_types,
        communes=knowledge.communes,
        model=knowledge.model,
        units=load_unit_names(knowledge.folder),
        language=question.language,
        unmasked=question.unmasked,
    )
    with open_register(question.register, create=False) as register:
        title, chapters = _answer(register, question.ids, (knowledge, words))
        if question.unmasked:
            with register.run("explain", {"ids": list(question.ids), "unmasked": True}):
                pass  # the run is the log entry that P9 asks for
    return tell(title, chapters, question)


_Sources = tuple["Knowledge", dossier.Words]


def _answer(
    register: Register, ids: Sequence[str], sources: _Sources
) -> tuple[str, Sequence[Chapter]]:
    if len(ids) == 1 and is_meant_as_conflict(ids[0]):
        return _conflict(register, ids[0], sources)
    if len(ids) == 1:
        return _one(register, ids[0], sources)
    one, other = (register.person(text) for text in ids)
    if one.person_id == other.person_id:
        return _one(register, ids[0], sources)
    return _two(register, (one, other), sources)


# -- one id ---------------------------------------------------------------------------------------


def _one(register: Register, text: str, sources: _Sources) -> tuple[str, Sequence[Chapter]]:
    """Any id that was ever issued: what it stands for now, and what became of it."""
    _, words = sources
    stands = register.standing(text)
    found = stands.found
    chapters: list[Chapter | None] = []
    if found.kind == "person" and len(stands.persons) == 1:
        person = register.person(text)
        title = words.say("Person {id}", id=person.person_id)
        chapters += _person(register, person, sources)
        for earlier in person.earlier:
            chapters.append(standing.history(earlier, register.history(earlier), words))
    else:
        title = found.id
        chapters.append(standing.people(register.shown(stands.persons), words))
    if found.kind == "entry":
        chapters.append(versions(register.versions(found.id), words))
    chapters.append(standing.history(found.id, stands.history, words))
    first = Chapter("", (standing.told(found, words),))
    return title, [first, *filter(None, chapters)]


def _person(register: Register, person: Person, sources: _Sources) -> list[Chapter]:
    knowledge, words = sources
    keys = person.mentions["mention_key"].tolist()
    about = register.conflicts_about(keys)
    with register.part({key.rpartition("/")[0] for key in keys}) as part:
        around = around_of(part, knowledge)
    life = dossier.Life(
        person_id=person.person_id,
        golden=person.golden,
        mentions=person.mentions,
        links=person.links,
        around=around.mentions,
        kin=around.kin,
        questions=_asked(register, about, sources),
    )
    links = _links(life, around, sources)
    return [*dossier.dossier(life, words), *links[-1:], *map(pictured, links[:-1])]


def _asked(
    register: Register, about: pd.DataFrame, sources: _Sources
) -> tuple[tuple[str, ...], ...]:
    """Id, kind, severity and sentence of questions."""
    _, words = sources
    return tuple(
        (
            case.conflict,
            say(case.kind, words.language),
            severity_words(case.severity, words.language),
            case.sentence,
        )
        for case in _cases(register, about, sources)
    )


def _links(life: dossier.Life, around: Around, sources: _Sources) -> list[Chapter]:
    """What makes each link up, where there is more to it than one step; the weakest link last."""
    knowledge, words = sources
    at = {key: place for place, key in enumerate(around.mentions["mention_key"])}
    links = life.chain()
    places = [sorted((at[link.left], at[link.right])) for link in links]
    if not links:
        return []
    pairs = pd.DataFrame(places, columns=["left", "right"], dtype="Int32")
    evidence = dict(list(evidence_of(pairs, around, knowledge).groupby(["left", "right"])))
    return [
        made_up(
            words.say("Link [{first}]–[{second}]", first=link.first, second=link.second),
            (),
            made,
            knowledge.model,
            Figures(words.language),
        )
        for link, (left, right) in zip(links, places, strict=True)
        if (made := Made(evidence[left, right], link.weight)).has_steps
    ]


# -- two persons ----------------------------------------------------------------------------------


def _two(
    register: Register, people: tuple[Person, Person], sources: _Sources
) -> tuple[str, Sequence[Chapter]]:
    """Why two persons are two: the likest pair of mentions, and what would change the answer."""
    knowledge, words = sources
    figures = Figures(words.language)
    sides = people[0].mentions, people[1].mentions
    keys = {key.rpartition("/")[0] for side in sides for key in side["mention_key"]}
    with register.part(keys) as part:
        pair, evidence = likeliest(part, sides, knowledge)
        links = part.links()
    weight = float(evidence["weight"].sum())
    probability = _stated(links, sides, weight, knowledge)
    title = words.say("{one} and {other}", one=people[0].person_id, other=people[1].person_id)
    said = words.say(
        "Match weight {weight} bits, probability {probability}",
        weight=figures.bits(weight),
        probability=figures.share(probability),
    )
    between = words.say(
        "The pair that is most alike: {one} and {other}.",
        one=_place(pair, pair.left, words),
        other=_place(pair, pair.right, words),
    )
    return title, [
        made_up(
            words.say("Why they are held to be two"),
            (said, between),
            Made(evidence, weight),
            knowledge.model,
            figures,
        ),
        _supposed(pair, weight, (links, sides), sources),
        *_questions_between(register, people, sources),
    ]


def _place(pair: Pair, at: int, words: dossier.Words) -> str:
    """A mention as its entry, register and role."""
    line = pair.mentions.iloc[at]
    kind = words.register_types[str(line["register_type"])]
    role = next(one for one in kind.roles if one.name == line["role"])
    return f"{line['entry_id']} ({say(kind, words.language)} · {say(role, words.language)})"


def _supposed(
    pair: Pair,
    weight: float,
    standing_between: tuple[pd.DataFrame, tuple[pd.DataFrame, pd.DataFrame]],
    sources: _Sources,
) -> Chapter:
    knowledge, words = sources
    figures = Figures(words.language)
    links, sides = standing_between
    found = suppose(pair, weight, knowledge)[:_MOST]
    return Chapter(
        title=words.say("What would change the answer"),
        text=(
            words.say(
                "Each line supposes one thing, all else staying as it is; the model was asked anew."
            )
            if found
            else words.say("No single fact of these two would change it by much."),
        ),
        headers=tuple(map(words.say, ("supposed", "change, bits", "weight, bits", "probability"))),
        lines=tuple(
            (
                words.say(one.words),
                figures.bits(one.change),
                figures.bits(one.weight),
                figures.share(_stated(links, sides, one.weight, knowledge, anew=True)),
            )
            for one in found
        ),
    )


def _stated(
    links: pd.DataFrame,
    sides: tuple[pd.DataFrame, pd.DataFrame],
    weight: float,
    knowledge: Knowledge,
    *,
    anew: bool = False,
) -> float:
    """Probability that two persons are one: what the register states, else worked out as it does.

    Args:
        links: kept pairs of the mentions of both.
        sides: mentions of the two persons, with ``mention_key``.
        weight: match weight of the best pair between them.
        knowledge: the mapping files.
        anew: do not look at what the register states.
    """
    asked = links[links["status"] != _LINK]
    ours, theirs = (set(side["mention_key"]) for side in sides)
    left, right = asked["left"], asked["right"]
    between = (left.isin(ours) & right.isin(theirs)) | (left.isin(theirs) & right.isin(ours))
    known = asked.loc[between, "probability"].dropna()
    if len(known) and not anew:
        return float(known.iloc[0])
    touched = left.isin(ours | theirs) | right.isin(ours | theirs)
    near = asked[touched]
    rivals = asked[touched & ~between] if anew else near
    rival = float(rivals["weight"].max()) if rivals["weight"].notna().any() else -np.inf
    stands = (np.array([value]) for value in (rival, len(near) / 2, len(ours) * len(theirs)))
    found = knowledge.model.file.calibration.probability(np.array([weight]), *stands)
    return float(found[0])


def _questions_between(
    register: Register, people: tuple[Person, Person], sources: _Sources
) -> list[Chapter]:
    """The questions that name both persons; none where officers are not asked about the two."""
    _, words = sources
    ours, theirs = (
        set(register.conflicts_about(one.mentions["mention_key"].tolist())["conflict"])
        for one in people
    )
    both = register.conflicts_about(people[0].mentions["mention_key"].tolist())
    both = both[both["conflict"].isin(ours & theirs)].reset_index(drop=True)
    lines = _asked(register, both, sources)
    if not lines:
        return []
    headers = tuple(map(words.say, ("question", "Kind", "severity", "what is asked")))
    return [Chapter(words.say("Open questions"), headers=headers, lines=lines, words=4)]


# -- one conflict ---------------------------------------------------------------------------------


def _cases(register: Register, conflicts: pd.DataFrame, sources: _Sources) -> list[Case]:
    """Conflicts as the workbook shows them, whatever has become of them since."""
    knowledge, words = sources
    if conflicts.empty:
        return []
    keys = {
        key
        for column in ("mentions", "entries")
        for text in conflicts[column]
        for key in json.loads(text or "[]")
    }
    entries = keys | {key.rpartition("/")[0] for key in keys}
    asked = conflicts.assign(state=ConflictState.OPEN.value)
    with register.part(entries, asked) as part:
        source = records.Source(
            register=part,
            register_types=knowledge.register_types,
            communes=knowledge.communes,
            wording=knowledge.wording,
            model=knowledge.model,
            office=knowledge.office.name,
            run="",
            made=now(),
        )
        return cases(records.casebook(source, words.language), words.language)


def _conflict(register: Register, text: str, sources: _Sources) -> tuple[str, Sequence[Chapter]]:
    """What is asked about whom, why, what is proposed, and what was decided."""
    _, words = sources
    asked = register.conflict(text)
    case = _cases(register, asked.conflict, sources)[0]
    state = str(asked.conflict["state"].iloc[0])
    said = [
        words.say(
            "{kind}; {severity}; {state}; asked since run {run}.",
            kind=say(case.kind, words.language),
            severity=severity_words(case.severity, words.language),
            state=words.say(_STATES["past" if asked.until else state]),
            run=asked.since,
        ),
        case.sentence,
    ]
    if asked.until:
        said.append(words.say("Since run {run} this is asked no more.", run=asked.until))
    if case.legal:
        said.append(words.say("Legal basis: {basis}", basis=case.legal))
    chapters = [Chapter("", tuple(said)), _sides(case, words), *_reasons(case, words)]
    return words.say("Conflict {id}", id=case.conflict), [
        *chapters,
        _choices(case, words),
        *_decided(register, case, words),
    ]


def _sides(case: Case, words: dossier.Words) -> Chapter:
    heads = ["side", "what", "person", "entry", "Commune", "number", "book", "year", "page"]
    lines = [(SIDES[place % len(SIDES)], *_side(side)) for place, side in enumerate(case.sides)]
    if case.field and len(case.values) == len(lines):
        heads.append("value")
        lines = [
            (*line, masked(case.field, value_words(value, words.language), unmasked=words.unmasked))
            for line, value in zip(lines, case.values, strict=True)
        ]
    return Chapter(
        title=words.say("Whom and what it is about"),
        headers=tuple(map(words.say, heads)),
        lines=tuple(lines),
        words=len(heads),
    )


def _side(side: Record) -> tuple[str, ...]:
    return (
        side.heading,
        side.person_id,
        side.entry_id or f"{side.file} {side.row or ''}",
        side.commune,
        *(side.number, side.book, side.year, side.page),
    )


def _reasons(case: Case, words: dossier.Words) -> list[Chapter]:
    """The evidence, the strongest first; days are years where the answer is masked."""
    figures = Figures(words.language)
    if not case.reasons:
        return []
    lines = tuple(
        (
            reason.text if words.unmasked else _DAY.sub(r"\1", reason.text),
            bar(reason.weight),
            figures.bits(reason.weight) if reason.weight else "",
        )
        for reason in case.reasons
    )
    heads = (words.say("what was compared"), "", words.say("weight, bits"))
    return [Chapter(words.say("Why it is asked"), headers=heads, lines=lines, words=2)]


def _choices(case: Case, words: dossier.Words) -> Chapter:
    said = [
        words.say("Decisions: {decisions}.", decisions=", ".join(o.words for o in case.options))
    ]
    if case.proposal:
        said.insert(0, words.say("Proposed: {proposal}.", proposal=case.proposal))
    said.append(words.say("Answer it in the conflict workbook and hand that to “review”."))
    return Chapter(words.say("What can be decided"), tuple(said))


def _decided(register: Register, case: Case, words: dossier.Words) -> list[Chapter]:
    """Decisions that officers took on this conflict, the first first."""
    taken = [line for line in register.judgements() if line["conflict"] == case.conflict]
    if not taken:
        return []
    lines = tuple(
        (
            str(line["judgement"]),
            _decision(case, str(line["decision"]), words),
            str(line["decided"])[:10],
            str(line["officer"]) if words.unmasked else masked("name", str(line["officer"])),
        )
        for line in taken
    )
    heads = tuple(map(words.say, ("id", "decision", "day", "officer")))
    return [Chapter(words.say("What was decided"), headers=heads, lines=lines, words=4)]


def _decision(case: Case, code: str, words: dossier.Words) -> str:
    name, _, side = code.partition(":")
    found = next((one for one in case.kind.decision if one.code == name), None)
    return say(found, words.language).format(side=side) if found else code
