"""What ``model evaluate`` found, in words, tables and a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconcile.report.chapters import Chapter, Figures
from reconcile.report.curves import Class, curve, tick_shares

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from reconcile.match.evaluate import Accuracy, BlockingQuality, Interval

_WHAT: Final = {"persons": "Hard cases, persons", "events": "Hard cases, events"}


def chapters(
    figures: Figures,
    measures: tuple[Mapping[str, Accuracy], Mapping[str, Accuracy]],
    cases: Mapping[str, Mapping[str, Accuracy]],
    blocking: BlockingQuality,
) -> list[Chapter]:
    """Accuracy at the office's bound, by hard case, and what blocking keeps.

    Args:
        figures: writes figures and words.
        measures: persons and events -> accuracy by pairs, and by B-cubed.
        cases: persons and events -> hard case -> accuracy.
        blocking: what blocking keeps.
    """
    say = figures.say
    found = [
        Chapter(
            title=say("Accuracy"),
            text=(
                say(
                    "Precision is the share of links that are right, recall the share of right "
                    "links that were made; in brackets the interval that holds the figure 95 times "
                    "in 100."
                ),
            ),
            headers=tuple(map(say, ("what", "links", "wrong", "precision", "recall", "F1"))),
            lines=_measures(figures, *measures),
        )
    ]
    for group, by_case in cases.items():
        if by_case:
            found.append(
                Chapter(
                    title=say(_WHAT[group]),
                    text=(say("All pairs of which at least one side is such a case."),),
                    headers=tuple(
                        map(say, ("case", "links", "wrong", "precision", "to link", "recall"))
                    ),
                    lines=tuple(_case(figures, name, found) for name, found in by_case.items()),
                )
            )
    found.append(_blocking(figures, blocking))
    return found


def _between(figures: Figures, share: float, interval: Interval) -> str:
    low, high = figures.share(interval.low), figures.share(interval.high)
    return f"{figures.share(share)} [{low} – {high}]"


def _measures(
    figures: Figures, pairwise: Mapping[str, Accuracy], b_cubed: Mapping[str, Accuracy]
) -> tuple[tuple[str, ...], ...]:
    """Pairs are counted; B-cubed is a mean over mentions or entries, of which none is wrong."""
    lines = []
    for name in pairwise:
        pairs, mean = pairwise[name], b_cubed[name]
        counts = figures.count(pairs.links), figures.count(pairs.links - pairs.true_links)
        of_pairs = figures.say(f"{name}, by pairs")
        lines.append((of_pairs, *counts, *_three(figures, pairs)))
        lines.append((figures.say(f"{name}, B-cubed"), "", "", *_three(figures, mean)))
    return tuple(lines)


def _three(figures: Figures, found: Accuracy) -> tuple[str, str, str]:
    return (
        _between(figures, found.precision, found.precision_interval),
        _between(figures, found.recall, found.recall_interval),
        _between(figures, found.f1, found.f1_interval),
    )


def _case(figures: Figures, name: str, found: Accuracy) -> tuple[str, ...]:
    return (
        figures.say(name).replace("_", " "),
        figures.count(found.links),
        figures.count(found.links - found.true_links),
        _between(figures, found.precision, found.precision_interval),
        figures.count(found.pairs),
        _between(figures, found.recall, found.recall_interval),
    )


def _blocking(figures: Figures, blocking: BlockingQuality) -> Chapter:
    return Chapter(
        title=figures.say("What is compared at all"),
        text=(
            figures.say(
                "Of the pairs of mentions that are one person, {share} are compared, or hang "
                "together by such pairs; {count} pairs are compared for each mention.",
                share=figures.share(blocking.chained),
                count=figures.number(blocking.per_mention, 1),
            ),
        ),
    )


def reliability(figures: Figures, classes: pd.DataFrame) -> Chapter:
    """Is what was given a probability right as often as that.

    Args:
        figures: writes figures and words.
        classes: see :func:`reconcile.match.evaluate.reliability`.
    """
    say = figures.say
    told = classes[classes["pairs"] > 0].to_dict("records")
    lines = tuple(
        (
            f"{figures.share(line['from'])} – {figures.share(line['to'])}",
            figures.count(line["pairs"]),
            figures.share(line["expected"]),
            figures.share(line["found"]),
            f"{figures.share(line['low'])} – {figures.share(line['high'])}",
        )
        for line in told
    )
    points = [
        Class(line["expected"], line["found"], line["low"], line["high"], " · ".join(cells))
        for line, cells in zip(told, lines, strict=True)
    ]
    return Chapter(
        title=say("Are the stated probabilities true?"),
        text=(
            say(
                "Pairs by their stated probability, and how many of them are one person. Above the "
                "dashed line the model is more careful than it need be, below it too bold."
            ),
        ),
        headers=tuple(
            map(say, ("stated", "pairs", "stated on average", "are one person", "lies between"))
        ),
        lines=lines,
        curve=curve(
            points,
            [figures.share(at) for at in tick_shares()],
            (say("stated probability"), say("share that is one person")),
        ),
    )


def thresholds(figures: Figures, lines: pd.DataFrame, bound: float) -> Chapter:
    """What each bound on false links would give.

    Args:
        figures: writes figures and words.
        lines: one per bound: bound, weight, links, expected, false, precision, recall, f1,
            questions.
        bound: the office's bound, which is marked.
    """
    say = figures.say
    heads = (
        "one false link in",
        "from weight",
        "links",
        "wrong, expected",
        "wrong, found",
        "precision",
        "recall",
        "F1",
        "questions",
    )
    return Chapter(
        title=say("Which bound to choose"),
        text=(
            say(
                "The bound on false links stands in office.toml (false_link_bound); the present "
                "one is marked *. A link joins two groups of mentions, so a person of n mentions "
                "has n − 1. How many are wrong is expected from the stated probabilities alone; "
                "precision and recall are those of pairs of mentions."
            ),
        ),
        headers=tuple(map(say, heads)),
        lines=tuple(
            (
                figures.count(1 / line["bound"]) + ("*" if line["bound"] == bound else ""),
                figures.bits(line["weight"]),
                figures.count(line["links"]),
                figures.number(line["expected"], 1),
                figures.count(line["false"]),
                figures.share(line["precision"]),
                figures.share(line["recall"]),
                figures.share(line["f1"]),
                figures.count(line["questions"]),
            )
            for line in lines.to_dict("records")
        ),
    )
