"""Messages in Vietnamese and English.

The English sentence is the key, as in gettext; Vietnamese is the default language of the toolkit
(P8). Catalogues are ``locales/vi/LC_MESSAGES/*.po``, one per part of the toolkit, so that each
stands beside nothing but its own messages.
"""

from __future__ import annotations

import gettext
from functools import cache
from pathlib import Path
from typing import Final

from reconcile.errors import Problem, Problems, Word

DEFAULT: Final = "vi"
LANGUAGES: Final = ("vi", "en")
_LOCALES: Final = Path(__file__).resolve().parent / "locales"


@cache
def _messages(language: str) -> dict[str, str]:
    """Translations of all catalogues; of two for one message the first catalogue's counts."""
    combined: dict[str, str] = {}
    for path in sorted((_LOCALES / language / "LC_MESSAGES").glob("*.mo"), reverse=True):
        with path.open("rb") as stream:
            catalogue = gettext.GNUTranslations(stream)
        combined |= {template: catalogue.gettext(template) for template in _templates(catalogue)}
    return combined


def _templates(catalogue: gettext.GNUTranslations) -> list[str]:
    """Messages that a catalogue translates, without its header and plural forms."""
    # The standard library has no other way to list a catalogue's messages.
    known: dict[object, str] = catalogue._catalog  # type: ignore[attr-defined]  # noqa: SLF001
    return [template for template in known if isinstance(template, str) and template]


def translate(template: str, language: str = DEFAULT, **values: object) -> str:
    """A message in a language, its placeholders filled.

    Args:
        template: English sentence with ``{placeholders}``.
        language: ``vi`` or ``en``; English where the catalogue has no translation.
        **values: what fills the placeholders.
    """
    said = {name: _said(value, language) for name, value in values.items()}
    return _messages(language).get(template, template).format(**said)


def _said(value: object, language: str) -> object:
    """A value of a message; problems are messages themselves, words have two texts."""
    if isinstance(value, Problem):
        return translate(value.template, language, **value.values)
    if isinstance(value, Problems):
        return "; ".join(str(_said(part, language)) for part in value.parts)
    if isinstance(value, Word):
        return value.vi if language == DEFAULT else str(value)
    return value
