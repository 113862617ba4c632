"""What an id stands for now and what became of it, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from reconcile.report.chapters import Chapter
from reconcile.report.masking import masked

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import pandas as pd

    from reconcile.report.dossier import Words

# State of an id -> the message that says what it stands for.
_STATES: Final = {
    "active": "{id}: id of {kind}, given in run {run}; in use.",
    "joined": "{id}: id of {kind}, given in run {run}; it now leads to {target}.",
    "gone": "{id}: id of {kind}, given in run {run}; no entry of it is left.",
    "undone": "{id}: id of {kind}, given in run {run}, which was taken back.",
}
_KINDS: Final = {
    "person": "a person",
    "entry": "an entry",
    "event": "an event",
    "judgement": "a decision",
}
# State of an id in its history -> the message for it.
_STEPS: Final = {"active": "in use", "joined": "leads to {target}", "gone": "nothing is left of it"}


class Resolved(Protocol):
    """What the register says that an id is: see ``reconcile.register.resolution.Resolution``."""

    @property
    def id(self) -> str:
        """The id."""

    @property
    def kind(self) -> str:
        """Person, entry, event or judgement."""

    @property
    def state(self) -> str:
        """Active, joined, gone or undone."""

    @property
    def target(self) -> str:
        """The id that it leads to."""

    @property
    def run(self) -> str:
        """The run that issued it."""


def told(found: Resolved, words: Words) -> str:
    """One sentence: what an id is, and what it stands for now."""
    return words.say(
        _STATES[found.state],
        id=found.id,
        kind=words.say(_KINDS[found.kind]),
        run=found.run,
        target=found.target,
    )


def people(found: pd.DataFrame, words: Words) -> Chapter:
    """The persons that an id speaks of, a line for each.

    Args:
        found: what ``Register.shown`` gives.
        words: language, masking.
    """
    columns = ("person_id", "name", "birth", "father", "mother")
    return Chapter(
        title=words.say("Persons of whom it speaks now"),
        text=() if len(found) else (words.say("nobody"),),
        headers=tuple(map(words.say, ("person", "name", "birth", "father", "mother"))),
        lines=tuple(
            (
                str(line["person_id"]),
                *(masked(name, str(line[name]), unmasked=words.unmasked) for name in columns[1:]),
            )
            for line in found.to_dict("records")
        ),
        words=5,
    )


def history(asked: str, steps: pd.DataFrame, words: Words) -> Chapter | None:
    """What became of an id, a line for each run that changed something; None where none did.

    Args:
        asked: the id.
        steps: what ``Register.history`` gives.
        words: language.
    """
    if steps.empty:
        return None
    return Chapter(
        title=words.say("What became of {id}", id=asked),
        headers=tuple(map(words.say, ("run", "started", "command", "what became of it"))),
        lines=tuple(_step(line, words) for line in steps.to_dict("records")),
        words=4,
    )


def _step(line: Mapping[Hashable, Any], words: Words) -> tuple[str, ...]:
    parts = [words.say(_STEPS[str(line["state"])], target=line["target"])]
    if line["state"] == "active":
        parts.append(words.say("{count} member(s)", count=line["members"]))
    if line["came"]:
        parts.append(words.say("from {ids}", ids=line["came"]))
    if line["went"]:
        parts.append(words.say("to {ids}", ids=line["went"]))
    return (line["run"], str(line["started"])[:10], line["verb"], " · ".join(parts))
