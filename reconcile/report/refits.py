"""What a refit of the model would change, in words and tables."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from reconcile.match.evaluate import wilson
from reconcile.report.chapters import Chapter, Figures

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.match import Model
    from reconcile.match.refit import Figure, Refitted

_LEAST: Final = 0.05  # bits; a figure that moves less is not shown
_SHOWN: Final = 40  # persons that a terminal shows; the page shows all


class Safety(NamedTuple):
    """How safe the links of a model are, as far as that can be told without a truth.

    Attributes:
        links: joins by score.
        expected: how many of them are wrong by their stated probabilities.
        contradicted: pairs as sure as a link against which a hard rule stands.
        refuted: pairs as sure as a link that officers, whose decisions were kept back, have parted.
        persons: persons.
        questions: questions about persons.
    """

    links: int
    expected: float
    contradicted: int
    refuted: int
    persons: int
    questions: int


class Held(NamedTuple):
    """How well judgements that were kept back are foreseen.

    Attributes:
        learnt: judgements on pairs that were learnt from.
        tested: judgements that were kept back and whose pairs were compared.
        right: how many of these each model, before and after, holds likely as they were decided.
        error: mean square of what its probabilities miss (Brier score).
    """

    learnt: int
    tested: int
    right: tuple[int, int]
    error: tuple[float, float]


class Change(NamedTuple):
    """Persons that the refit would join or split.

    Attributes:
        persons: their ids in the register.
        who: initials and year of birth of each.
        becomes: how many persons they would be.
        mentions: how many mentions they have.
        weights: weight of the pair that makes the difference, before and after.
    """

    persons: tuple[str, ...]
    who: tuple[str, ...]
    becomes: int
    mentions: int
    weights: tuple[float, float]


@dataclass(frozen=True)
class Report:
    """All that a refit found.

    Attributes:
        before: the model as it is.
        after: the model as it would be.
        fitted: the estimates.
        safety: of the links before and after.
        changes: persons that would be joined or split.
        held: how well judgements are foreseen.
        target: the file that was written, None where none was.
        refused: what speaks against the refitted model.
    """

    before: Model
    after: Model
    fitted: Refitted
    safety: tuple[Safety, Safety]
    changes: tuple[Change, ...]
    held: Held
    target: Path | None
    refused: tuple[str, ...]


def chapters(figures: Figures, report: Report, *, whole: bool) -> list[Chapter]:
    """What would change.

    Args:
        figures: writes figures and words.
        report: what was found.
        whole: list every person, not only as many as a terminal can show.
    """
    return [
        _summary(figures, report),
        _moved(figures, report),
        _safety(figures, report),
        _judgements(figures, report.held),
        _changes(figures, report.changes, whole=whole),
    ]


def _summary(figures: Figures, report: Report) -> Chapter:
    say = figures.say
    text = [
        say(
            "Model {before} would become {after}. It was estimated from {pairs} compared pairs and "
            "{blind} pairs drawn blindly.",
            before=report.before.version,
            after=report.after.version,
            pairs=figures.count(report.fitted.pairs),
            blind=figures.count(report.fitted.blind),
        ),
        *(say(reason) for reason in report.refused),
    ]
    if report.target is not None:
        text.append(
            say(
                "Written: {path}. It counts once it stands as matching.toml in the mappings "
                "folder; until then nothing changes.",
                path=report.target.name,
            )
        )
    elif report.refused:
        text.append(say("The refitted model is less safe than the present one; it is not written."))
    else:
        text.append(say("Nothing was written. To write the new model file, repeat with --write."))
    return Chapter(say("What was done"), tuple(text))


def _moved(figures: Figures, report: Report) -> Chapter:
    say = figures.say
    moved = [figure for figure in report.fitted.figures if abs(figure.bits) >= _LEAST]
    moved.sort(key=lambda figure: (-abs(figure.bits), figure.comparison, figure.level, figure.what))
    heads = ("level", "figure", "now", "in this register", "new", "weight moves", "from pairs")
    return Chapter(
        title=say("What the model would believe"),
        text=(
            say(
                "m is how often two mentions of one person stand at a level, u how often those of "
                "two people do. Each figure goes part of the way from what it was before any refit "
                "to what the register says. Figures that move the weight by less than {least} bits "
                "are not shown.",
                least=figures.number(_LEAST, 2),
            ),
        ),
        headers=tuple(map(say, heads)),
        lines=tuple(_figure(figures, report.before, figure) for figure in moved),
        words=2,
    )


def _figure(figures: Figures, model: Model, figure: Figure) -> tuple[str, ...]:
    comparison = model.comparison(figure.comparison)
    level = next(level for level in comparison.levels if level.id == figure.level)
    is_vietnamese = figures.language == "vi"
    name = comparison.vi if is_vietnamese else comparison.en
    words = level.vi if is_vietnamese else level.en
    return (
        f"{name}: {words}",
        figure.what,
        figures.probability(figure.before),
        figures.probability(float(f"{figure.estimate:.4g}")),
        figures.probability(figure.after),
        figures.bits(figure.bits),
        figures.count(figure.pairs),
    )


def _safety(figures: Figures, report: Report) -> Chapter:
    say = figures.say
    before, after = report.safety
    lines = (
        ("links by score", figures.count(before.links), figures.count(after.links)),
        (
            "of these wrong, expected",
            figures.number(before.expected, 1),
            figures.number(after.expected, 1),
        ),
        (
            "sure pairs against which a hard rule stands",
            figures.count(before.contradicted),
            figures.count(after.contradicted),
        ),
        (
            "sure pairs that officers have parted",
            figures.count(before.refuted),
            figures.count(after.refuted),
        ),
        ("persons", figures.count(before.persons), figures.count(after.persons)),
        (
            "questions about persons",
            figures.count(before.questions),
            figures.count(after.questions),
        ),
    )
    return Chapter(
        title=say("Is it as safe as before?"),
        text=(
            say(
                "There is no truth to measure against. What is wrong is expected from the stated "
                "probabilities; pairs that look sure and cannot be one person show how often the "
                "model is too sure. A refit that makes either worse is not written."
            ),
        ),
        headers=tuple(map(say, ("what", "now", "new"))),
        lines=tuple((say(words), one, other) for words, one, other in lines),
    )


def _judgements(figures: Figures, held: Held) -> Chapter:
    say = figures.say
    title = say("Officers' judgements")
    learnt = say(
        "{learnt} judgements on pairs were learnt from; {tested} were kept back to test on.",
        learnt=figures.count(held.learnt),
        tested=figures.count(held.tested),
    )
    if not held.tested:
        return Chapter(title, (learnt,))
    lines = []
    for words, right, error in zip(("now", "new"), held.right, held.error, strict=True):
        share = right / held.tested
        low, high = wilson(share, held.tested)
        found = f"{figures.share(share)} [{figures.share(low)} – {figures.share(high)}]"
        lines.append((say(words), figures.count(right), found, figures.number(error, 3)))
    return Chapter(
        title=title,
        text=(learnt,),
        headers=tuple(map(say, ("model", "right", "share", "mean square error"))),
        lines=tuple(lines),
    )


def _changes(figures: Figures, changes: tuple[Change, ...], *, whole: bool) -> Chapter:
    say = figures.say
    joined = sum(len(change.persons) > change.becomes for change in changes)
    split = sum(len(change.persons) < change.becomes for change in changes)
    text = [
        say(
            "{joined} times persons would be joined, {split} times one would be split, {other} "
            "times mentions would go from one person to another. The weight is that of the pair "
            "that makes the difference.",
            joined=figures.count(joined),
            split=figures.count(split),
            other=figures.count(len(changes) - joined - split),
        )
    ]
    shown = changes if whole else changes[:_SHOWN]
    if len(shown) < len(changes):
        text.append(
            say(
                "{count} more are on the page that --report writes.",
                count=figures.count(len(changes) - len(shown)),
            )
        )
    heads = ("persons", "who", "become", "mentions", "weight now", "weight new")
    return Chapter(
        title=say("Person by person"),
        text=tuple(text),
        headers=tuple(map(say, heads)),
        lines=tuple(_change(figures, change) for change in shown),
        words=2,
    )


def _change(figures: Figures, change: Change) -> tuple[str, ...]:
    now, new = (figures.bits(weight) if math.isfinite(weight) else "–" for weight in change.weights)
    return (
        " + ".join(change.persons),
        " + ".join(change.who),
        figures.count(change.becomes),
        figures.count(change.mentions),
        now,
        new,
    )
