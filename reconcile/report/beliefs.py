"""What the matching model believes, in words, tables and pictures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from reconcile.match.score import level_weights
from reconcile.report.chapters import Chapter, Figures
from reconcile.report.curves import bars

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconcile.match import Model
    from reconcile.match.calibration import Calibration
    from reconcile.match.model import Comparison, Level, RelativeEvidence

_TYPICAL: Final = 0.001  # a name that one person in a thousand bears, to show what names weigh
_TOLD: Final = (-4.0, -2.0, 0.0, 2.0, 4.0, 6.0, 8.0, 12.0)  # weights whose probability is told
_LONGEST: Final = 66  # letters of a label in a picture


def chapters(
    figures: Figures, model: Model, limits: Sequence[tuple[str, float]], bound: float
) -> list[Chapter]:
    """All that the model believes.

    Args:
        figures: writes figures and words.
        model: the model.
        limits: what happens -> from which weight, at the office's bound.
        bound: the office's bound on false links.
    """
    return [
        _population(figures, model),
        _rivals(figures, model),
        *(_comparison(figures, model, comparison) for comparison in model.file.comparisons),
        _relatives(figures, model),
        _certainty(figures, model.file.calibration),
        _limits(figures, model, limits, bound),
    ]


def _population(figures: Figures, model: Model) -> Chapter:
    say = figures.say
    return Chapter(
        title=say("What it starts from"),
        text=(
            say(
                "The books speak of {persons} people. So before anything is compared, two mentions "
                "of equal standing weigh {prior} bits against being one person.",
                persons=figures.count(model.persons),
                prior=figures.number(-model.prior, 1),
            ),
            say(
                "Each comparison then adds its weight: the logarithm, to the base 2, of m / u. m "
                "is how often two mentions of one person agree so, u how often those of two people "
                "do. One bit more doubles the odds; {bits} bits are odds of a thousand to one.",
                bits=10,
            ),
            say("Name frequencies come from {file}.", file=model.file.names),
        ),
    )


def _rivals(figures: Figures, model: Model) -> Chapter:
    say = figures.say
    return Chapter(
        title=say("Who else it could be"),
        text=(
            say(
                "A pair counts as one person only if that is likelier than all of these together. "
                "Their numbers stand below at the weights against each of them; “weight” is the "
                "one against the first."
            ),
        ),
        headers=tuple(map(say, ("no.", "alternative", "source", "how many"))),
        lines=tuple(
            (
                str(number),
                _spoken(figures, rival),
                rival.source,
                figures.number(rival.count, _digits(rival.count)),
            )
            for number, rival in enumerate(model.file.rivals, start=1)
        ),
        words=3,
    )


def _digits(count: float) -> int:
    return 0 if count == int(count) else 2


def _spoken(figures: Figures, words: Level | Comparison | object) -> str:
    return str(getattr(words, "vi" if figures.language == "vi" else "en"))


def _comparison(figures: Figures, model: Model, comparison: Comparison) -> Chapter:
    say = figures.say
    weights = _weights(model, comparison)
    by_frequency = any(level.frequency for level in comparison.levels)
    note = say(
        "Where u is “by name”, it is the share of people who bear that name; the weights shown are "
        "those of a name that one person in {count} bears, a rarer name weighs more.",
        count=figures.count(1 / _TYPICAL),
    )
    spoken = [_spoken(figures, level) for level in comparison.levels]
    others = [str(number) for number in range(2, len(model.rivals) + 1)]
    return Chapter(
        title=_spoken(figures, comparison),
        text=(note,) if by_frequency else (),
        headers=(*map(say, ("level", "source", "m", "u", "weight")), *others),
        lines=tuple(
            (
                words,
                level.source,
                figures.probability(level.m),
                _u(figures, level),
                *map(figures.bits, bits),
            )
            for words, level, bits in zip(spoken, comparison.levels, weights, strict=True)
        ),
        words=2,
        bars=bars(
            [
                (_short(words), bits[0], figures.bits(bits[0]))
                for words, bits in zip(spoken, weights, strict=True)
            ]
        ),
    )


def _weights(model: Model, comparison: Comparison) -> list[list[float]]:
    """Weight of each level against each rival; of a typical name where names count."""
    table = level_weights(comparison, model)[1:]
    for row, level in zip(table, comparison.levels, strict=True):
        if level.frequency:
            by_name = [rival not in level.against for rival in model.rivals]
            row[by_name] -= math.log2(_typical(level))
    return [[float(bits) for bits in row] for row in table]


def _typical(level: Level) -> float:
    return min(level.spread * _TYPICAL, 0.9)


def _u(figures: Figures, level: Level) -> str:
    if level.u is not None:
        return figures.probability(level.u)
    if level.spread == 1:
        return figures.say("by name")
    return figures.say("by name × {spread}", spread=figures.probability(level.spread))


def _short(words: str) -> str:
    words = words.rstrip(".")
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"


def _relatives(figures: Figures, model: Model) -> Chapter:
    say = figures.say
    ends = [(_for(one), _against(one)) for one in model.file.relatives]
    return Chapter(
        title=say("Relatives"),
        text=(
            say(
                "A relative counts by how sure it is that the relatives themselves are one person: "
                "at most the first weight where they surely are, the second where they surely are "
                "not. A relative who is not named says nothing."
            ),
        ),
        headers=tuple(map(say, ("relative", "source", "m", "u", "same", "another"))),
        lines=tuple(
            (
                _name(figures, one),
                one.source,
                figures.probability(one.m),
                figures.probability(one.u),
                figures.bits(favours),
                figures.bits(against),
            )
            for one, (favours, against) in zip(model.file.relatives, ends, strict=True)
        ),
        words=2,
        bars=bars(
            [
                line
                for one, (favours, against) in zip(model.file.relatives, ends, strict=True)
                for line in (
                    (_words(figures, one, "agree"), favours, figures.bits(favours)),
                    (_words(figures, one, "disagree"), against, figures.bits(against)),
                )
            ]
        ),
    )


def _for(one: RelativeEvidence) -> float:
    return math.log2(one.m / one.u)


def _against(one: RelativeEvidence) -> float:
    return math.log2((1 - one.m) / (1 - one.u))


def _name(figures: Figures, one: RelativeEvidence) -> str:
    return (one.vi if figures.language == "vi" else one.en)["name"]


def _words(figures: Figures, one: RelativeEvidence, outcome: Literal["agree", "disagree"]) -> str:
    words = one.vi if figures.language == "vi" else one.en
    return _short(words[outcome])


def _limits(
    figures: Figures, model: Model, limits: Sequence[tuple[str, float]], bound: float
) -> Chapter:
    say = figures.say
    group = model.file.thresholds.group
    told = [(say(words), weight) for words, weight in limits]
    told.append(
        (say("mentions lend each other relatives and values"), math.log2(group / (1 - group)))
    )
    told.append(
        (say("weight of a join by the structure of an entry"), model.file.thresholds.certain)
    )
    return Chapter(
        title=say("When something happens"),
        text=(
            say(
                "From these weights up, at the office's bound on false links, {bound}. Hard rules "
                "(hard_rules.toml) can still stand against a link; then an officer is asked.",
                bound=figures.one_in(bound),
            ),
        ),
        headers=tuple(map(say, ("what happens", "from weight", "that is a probability of"))),
        lines=tuple(
            (words, figures.bits(weight), figures.share(1 / (1 + 2.0**-weight)))
            for words, weight in told
        ),
    )


def _certainty(figures: Figures, calibration: Calibration) -> Chapter:
    """What probability officers are told of a weight, by who else comes near."""
    say = figures.say
    weights = np.array(_TOLD, dtype=np.float64)
    one, eight = np.ones(len(weights), dtype=np.int64), np.full(len(weights), 8)
    nobody, none = np.full(len(weights), -np.inf), np.zeros(len(weights))
    columns = (
        calibration.probability(weights, nobody, none, one),
        calibration.probability(weights, weights, none + 1, one),
        calibration.probability(weights, nobody, none, eight),
        calibration.probability(weights, nobody, none, one, joined=True),
    )
    return Chapter(
        title=say("What probability is stated"),
        text=(
            say(
                "How often two persons with a best pair of that weight are one person, fitted on "
                "populations with known truth. It depends on who else comes near, and on how many "
                "pairs of mentions the best one was chosen among."
            ),
        ),
        headers=tuple(
            map(
                say,
                (
                    "weight",
                    "nobody else near",
                    "another one as near",
                    "best of eight pairs",
                    "linked by the tool",
                ),
            )
        ),
        lines=tuple(
            (figures.bits(weight), *map(figures.share, line))
            for weight, *line in zip(_TOLD, *(column.tolist() for column in columns), strict=True)
        ),
    )
