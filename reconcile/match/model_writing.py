"""Write a refitted model as a new version of its file; comments, order and sources are kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import tomlkit

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from reconcile.match.refit import Figure

_REFITTED: Final = re.compile(r"; refitted [0-9-]+: .*$")
_VERSION: Final = re.compile(r"^(?P<base>.*)\+refit(?P<number>[0-9]+)$")


def next_version(version: str) -> str:
    """Version of a model that is refitted from another: ``2026.1`` to ``2026.1+refit1``, and so on.

    >>> next_version("2026.1"), next_version("2026.1+refit1")
    ('2026.1+refit1', '2026.1+refit2')
    """
    known = _VERSION.match(version)
    if known is None:
        return f"{version}+refit1"
    return f"{known['base']}+refit{int(known['number']) + 1}"


def with_figures(text: str, figures: Iterable[Figure], version: str, day: date) -> str:
    """The text of a model file with other figures.

    Args:
        text: the file.
        figures: the figures that change.
        version: version of the new file.
        day: when it was refitted, for the sources.

    Returns:
        The same file: only ``version`` and, of the levels that change, ``m``, ``u``, ``source`` and
        ``judged`` are other ones. ``source`` says from how many pairs each figure comes; what an
        earlier refit said there is replaced. ``judged`` keeps the figures from before any refit.
    """
    document = tomlkit.parse(text)
    document["version"] = version
    changes: dict[tuple[str, str], list[Figure]] = {}
    for figure in figures:
        changes.setdefault((figure.comparison, figure.level), []).append(figure)
    for comparison in _tables(document, "comparisons"):
        for level in _tables(comparison, "levels"):
            changed = changes.get((str(comparison["id"]), str(level["id"])), [])
            if changed:
                _change(level, changed, day)
    return tomlkit.dumps(document)


def _tables(table: Any, name: str) -> list[Any]:  # noqa: ANN401 - tomlkit's types promise less
    return list(table[name])


def _change(level: Any, figures: list[Figure], day: date) -> None:  # noqa: ANN401 - as above
    told = []
    judged = tomlkit.inline_table()
    judged.update(level.get("judged", {}))
    for figure in sorted(figures, key=lambda figure: figure.what):
        level[figure.what] = figure.after
        told.append(f"{figure.what} from {figure.pairs:.0f} pairs")
        judged[figure.what] = figure.judged
    before = _REFITTED.sub("", str(level["source"]))
    level["source"] = f"{before}; refitted {day.isoformat()}: {', '.join(told)}"
    level["judged"] = judged
