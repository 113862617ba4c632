"""Sentences about what one should look at after a run, the same in the terminal and the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from reconcile.errors import Problem, Word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_FEW: Final = 20  # ids that one sentence names; the manifest of the run has all of them
_BOOK: Final = (
    "the full export {delivery} of {commune} has no {family} file of “{register_type}”; the "
    "{entries} entries known from such files stay as they are. If a file was forgotten, put it "
    "into the folder and merge again."
)
_COMMUNE: Final = (
    "the full export {delivery} brings nothing at all of {commune}, which was handed over together "
    "with the others before; its {entries} entries stay as they are. If its folder was forgotten, "
    "put it into the delivery and merge again."
)
_WAITING: Final = (
    "{count} decision(s) wait since run {run}: no delivery holds what they speak of. They are kept "
    "and bind again as soon as one does: {judgements}."
)


class Worded(Protocol):
    """Anything that mapping files name in both languages."""

    @property
    def vi(self) -> str:
        """In Vietnamese."""

    @property
    def en(self) -> str:
        """In English."""


def worded(known: Mapping[str, Worded], code: str) -> str:
    """What mapping files call a code, in the reader's language; the code where they are silent."""
    word = known.get(code)
    return code if word is None else Word(word.en, word.vi)


def not_delivered(
    lacking: Iterable[Mapping[Any, Any]],
    communes: Mapping[str, str],
    register_types: Mapping[str, Worded],
) -> list[Problem]:
    """What full exports lack whole: a forgotten file or folder looks like that.

    Args:
        lacking: lines of :func:`reconcile.resolve.shrinkage.not_delivered`.
        communes: commune id -> name.
        register_types: register types by code.
    """
    return [
        Problem(
            _BOOK if line["family"] else _COMMUNE,
            delivery=line["delivery"],
            commune=communes.get(str(line["commune"]), str(line["commune"])),
            family=Problem(str(line["family"])),
            register_type=worded(register_types, str(line["register_type"])),
            entries=line["entries"],
        )
        for line in lacking
    ]


def waiting(since: Mapping[str, str]) -> list[Problem]:
    """Decisions whose sources no delivery holds, those that wait longest first.

    Args:
        since: id of the judgement -> run since which it waits.
    """
    by_run: dict[str, list[str]] = {}
    for judgement, run in sorted(since.items()):
        by_run.setdefault(run, []).append(judgement)
    return [
        Problem(
            _WAITING,
            count=len(ids),
            run=run,
            judgements=", ".join(ids[:_FEW]) + (" …" if len(ids) > _FEW else ""),
        )
        for run, ids in sorted(by_run.items())
    ]
