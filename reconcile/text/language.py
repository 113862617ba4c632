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

DEFAULT: Final = "vi"
LANGUAGES: Final = ("vi", "en")
_LOCALES: Final = Path(__file__).resolve().parent / "locales"


@cache
def _catalogues(language: str) -> gettext.NullTranslations:
    combined = gettext.NullTranslations()
    for path in sorted((_LOCALES / language / "LC_MESSAGES").glob("*.mo")):
        with path.open("rb") as stream:
            combined.add_fallback(gettext.GNUTranslations(stream))
    return combined


def translate(template: str, language: str = DEFAULT, **values: object) -> str:
    """A message in a language, its placeholders filled.

    Args:
        template: English sentence with ``{placeholders}``.
        language: ``vi`` or ``en``; English where the catalogue has no translation.
        **values: what fills the placeholders.
    """
    return _catalogues(language).gettext(template).format(**values)
