"""Why mentions are, or are not, one person: links, their weights, and what makes a weight up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from reconcile.match.explain import sentence
from reconcile.report.chapters import Chapter, Figures
from reconcile.report.curves import waterfall
from reconcile.report.masking import harmless

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from reconcile.match import Model

_BAR: Final = 2.0  # bits of weight for one mark of a bar
_LONGEST: Final = 16  # marks
_LABEL: Final = 68  # letters of a label in a picture; the table has all of it
_SLIGHT: Final = 0.05  # bits: what is shown as 0.0


class Link(NamedTuple):
    """A link between two entries of one person.

    Attributes:
        left: mention key of one side.
        right: of the other.
        first: number by which the dossier calls the earlier entry.
        second: of the later one.
        weight: match weight, in bits.
        probability: match probability.
    """

    left: str
    right: str
    first: int
    second: int
    weight: float
    probability: float


def chain(links: pd.DataFrame, ordinals: Mapping[str, int]) -> list[Link]:
    """The strongest links that hold all mentions together, the strongest first.

    Args:
        links: kept pairs, as ``Register.links``.
        ordinals: mention key -> number of its entry in the dossier.
    """
    group = {number: number for number in ordinals.values()}

    def root(number: int) -> int:
        while group[number] != number:
            number = group[number]
        return number

    known = links[links["left"].isin(list(ordinals)) & links["right"].isin(list(ordinals))]
    ordered = known.sort_values(["weight", "left", "right"], ascending=[False, True, True])
    names = ["left", "right", "weight", "probability"]
    found = []
    for left, right, weight, probability in ordered[names].itertuples(index=False):
        one, other = sorted((ordinals[left], ordinals[right]))
        if root(one) != root(other):
            group[root(one)] = root(other)
            found.append(Link(left, right, one, other, float(weight), float(probability)))
    return found


def links_chapter(found: Sequence[Link], figures: Figures) -> Chapter:
    """The links that make one person of all entries.

    Args:
        found: what :func:`chain` gives.
        figures: the language.
    """
    say = figures.say
    if not found:
        return Chapter(say("Why these are one person"), (say("There is a single entry."),))
    lines = []
    for place, link in enumerate(found):
        weakest = len(found) > 1 and place == len(found) - 1
        lines.append(
            (
                f"[{link.first}]–[{link.second}]",
                bar(link.weight),
                say("weakest link") if weakest else "",
                figures.bits(link.weight),
                figures.share(link.probability),
            )
        )
    return Chapter(
        title=say("Why these are one person"),
        text=(say("The strongest links that hold all entries together, the strongest first."),),
        headers=("", "", "", say("weight, bits"), say("probability")),
        lines=tuple(lines),
        words=3,
    )


@dataclass(frozen=True)
class Made:
    """What makes the weight of a pair up.

    Attributes:
        evidence: EVIDENCE of the pair.
        weight: match weight that the register has; it is the sum of the evidence but for what
            links of relatives add.
    """

    evidence: pd.DataFrame
    weight: float

    @property
    def has_steps(self) -> bool:
        """Whether there is more to it than one step, as where a signature joins two mentions."""
        return len(self.evidence) > 1


def pictured(chapter: Chapter) -> Chapter:
    """The chapter as its picture alone, which a terminal leaves out."""
    return replace(chapter, text=(), headers=(), lines=())


def made_up(title: str, text: Sequence[str], made: Made, model: Model, figures: Figures) -> Chapter:
    """The evidence of one pair as a table and as a waterfall: where each step leads.

    Args:
        title: of the chapter.
        text: sentences of the chapter.
        made: the evidence.
        model: the matching model, for words.
        figures: the language.
    """
    found = made.evidence
    steps = [
        (harmless(sentence(model, comparison, level, figures.language)), float(bits))
        for comparison, level, bits in zip(
            found["comparison"], found["level"], found["weight"], strict=True
        )
        if abs(bits) >= _SLIGHT
    ]
    rest = made.weight - sum(bits for _, bits in steps)
    if abs(rest) >= 10 * _SLIGHT:
        steps.append((figures.say("What links of relatives add, and what is too slight"), rest))
    steps.sort(key=lambda step: -abs(step[1]))
    total = figures.say("Weight")
    picture = [(_short(words), bits, figures.bits(bits)) for words, bits in steps]
    return Chapter(
        title=title,
        text=tuple(text),
        headers=(figures.say("what was compared"), "", figures.say("weight, bits")),
        lines=(
            *((words, bar(bits), figures.bits(bits)) for words, bits in steps),
            (total, bar(made.weight), figures.bits(made.weight)),
        ),
        words=2,
        bars=waterfall(picture, (total, made.weight, figures.bits(made.weight))),
    )


def bar(bits: float) -> str:
    """A weight as a row of marks, full ones for and light ones against."""
    return ("█" if bits > 0 else "░") * min(round(abs(bits) / _BAR), _LONGEST)


def _short(words: str) -> str:
    return words if len(words) <= _LABEL else words[: _LABEL - 1] + "…"
