"""Judgements that cannot all be true: chains of *same* around a *different*, two officers.

Where two officers disagree on whether mentions or entries are one, that is a :class:`Contradiction`
and a question of its own. Where they answered another question differently, that is a
:class:`Dispute`, and the question itself is asked again.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from reconcile.model import Verdict, fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reconcile.resolve.judged_pairs import Step


@dataclass(frozen=True)
class Contradiction:
    """Judgements that cannot all be true.

    Attributes:
        left: position of one mention, -1 where entries are meant.
        right: position of the other.
        steps: the shortest chain of *same* from the first to the second, in its order, and last
            the *different*; for two officers the earlier judgement and then the later one.
        officers: two officers decided differently on the very same question.
        entries: keys of the entries where two officers disagree on an event.
    """

    left: int
    right: int
    steps: tuple[Step, ...]
    officers: bool = False
    entries: tuple[str, ...] = ()


class Said(NamedTuple):
    """What one officer answered.

    Attributes:
        officer: who decided.
        decided: ISO date of the decision.
        decision: its code, ``side:B`` for a side.
        value: the value chosen or typed, the key of the entry that stands; empty where none is.
    """

    officer: str
    decided: str
    decision: str
    value: str

    def differs(self, other: Said) -> bool:
        """Whether two answers cannot both be right: other values, or other decisions."""
        if self.value and other.value:
            return self.value != other.value
        return (self.decision.partition(":")[0], self.value) != (
            other.decision.partition(":")[0],
            other.value,
        )


class Dispute(NamedTuple):
    """Two officers who answered one question differently, the second not knowing of the first.

    Attributes:
        before: the earlier answer.
        after: the later one, which binds until somebody settles it.
    """

    before: Said
    after: Said

    @property
    def seal(self) -> str:
        """What the question's evidence says of the dispute: an answer with it knows of both."""
        return fingerprint([*self.before, *self.after], 3)


def chains(said: Iterable[Step]) -> list[Contradiction]:
    """Every judgement *different* around which judgements *same* lead, with the shortest way.

    Args:
        said: what judgements that bind say of two mentions.
    """
    ways: dict[int, list[tuple[int, Step]]] = {}
    apart: dict[tuple[int, int], Step] = {}
    for step in said:
        if step.verdict == Verdict.DIFFERENT.value:
            apart[min(step.left, step.right), max(step.left, step.right)] = step
        elif step.verdict == Verdict.SAME.value:
            ways.setdefault(step.left, []).append((step.right, step))
            ways.setdefault(step.right, []).append((step.left, step))
    found = []
    for (left, right), step in sorted(apart.items()):
        chain = _shortest(ways, left, right)
        if chain:
            found.append(Contradiction(left, right, (*chain, step)))
    return found


def _shortest(
    ways: Mapping[int, Sequence[tuple[int, Step]]], start: int, goal: int
) -> tuple[Step, ...]:
    """Judgements along the shortest way, the least positions first; empty if there is none."""
    come: dict[int, tuple[int, Step]] = {}
    waiting = deque([start])
    while waiting and goal not in come:
        here = waiting.popleft()
        for there, step in sorted(ways.get(here, ()), key=lambda way: way[0]):
            if there not in come and there != start:
                come[there] = (here, step)
                waiting.append(there)
    chain: list[Step] = []
    while goal in come:
        goal, step = come[goal]
        chain.append(step)
    return tuple(reversed(chain))
