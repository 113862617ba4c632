"""Findings about the model as chapters: for a terminal, and as one page that needs no network.

A chapter is a title, sentences, a table and perhaps a picture; the terminal shows all but pictures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reconcile.report.templating import page_templates
from reconcile.text.language import translate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconcile.report.curves import Bars, Curve

_TOO_FINE: Final = 0.00001  # a share nearer to 0 or to 1 has no digits of its own
_SEVERAL: Final = 3  # significant digits of a small share


@dataclass(frozen=True)
class Chapter:
    """One chapter, its words in the language of the reader.

    Attributes:
        title: what it is about.
        text: sentences, one paragraph each.
        headers: heads of the columns.
        lines: cells of the table; without lines there is none.
        words: how many leading columns are words; the others are figures, set to the right.
        bars: a picture of weights.
        curve: a picture of stated and true probabilities.
    """

    title: str
    text: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    lines: tuple[tuple[str, ...], ...] = ()
    words: int = 1
    bars: Bars | None = None
    curve: Curve | None = None


def render(title: str, chapters: Sequence[Chapter], language: str) -> str:
    """The chapters as one page: no script, no font, no picture from anywhere else.

    Args:
        title: of the page.
        chapters: what it holds.
        language: ``vi`` or ``en``.
    """
    template = page_templates().get_template("chapters.html.j2")
    return template.render(title=title, chapters=chapters, language=language)


class Figures:
    """Figures and words as people of a language write them.

    Args:
        language: ``vi`` or ``en``.
    """

    def __init__(self, language: str) -> None:
        self.language = language

    def say(self, template: str, **values: object) -> str:
        """A message in the language."""
        return translate(template, self.language, **values)

    def count(self, value: float) -> str:
        """A whole number: 12.345 in Vietnamese, 12,345 in English."""
        return self._marks(f"{value:,.0f}")

    def number(self, value: float, digits: int) -> str:
        """A number with so many digits behind the point."""
        return self._marks(f"{value:,.{digits}f}")

    def bits(self, value: float) -> str:
        """A weight, with its sign."""
        return self._marks(f"{value:+.1f}").replace("-", "−")

    def share(self, value: float) -> str:
        """A share of 0 to 1 in a hundred, as fine as it must be to differ from 0 and from 100."""
        if value != value:  # noqa: PLR0124 - not a number: there was nothing to share
            return "–"
        if 0 < min(value, 1 - value) < _TOO_FINE:
            return self._marks("< 0.001 %" if value < 0.5 else "> 99.999 %")
        digits = 1
        while digits < _SEVERAL and 0 < min(value, 1 - value) < 10.0 ** -(digits + 2):
            digits += 1
        return self._marks(f"{100 * value:.{digits}f}") + " %"

    def probability(self, value: float) -> str:
        """A probability, small ones with their leading digits."""
        if value >= 0.001:
            return self._marks(f"{value:.5g}")
        power = f"{value:.1e}".replace("e-0", "·10⁻").replace("e-", "·10⁻")
        head, _, tail = power.partition("⁻")
        return self._marks(head) + "⁻" + tail.translate(_RAISED)

    def one_in(self, share: float) -> str:
        """A bound: one in so many."""
        return self.say("one in {count}", count=self.count(1 / share))

    def _marks(self, text: str) -> str:
        if self.language != "vi":
            return text
        return text.translate(str.maketrans(",.", ".,"))


_RAISED: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
