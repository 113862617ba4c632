"""Words of columns, and the Ministry's codes: ``mappings/headings.toml``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconcile.config import Strict, read_mapping

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.config import RegisterType


class Bilingual(Strict):
    """A word in both languages."""

    vi: str
    en: str

    def say(self, language: str) -> str:
        """The word in a language."""
        return self.en if language == "en" else self.vi


class Headings(Strict):
    """The file ``headings.toml``.

    Attributes:
        golden: golden field -> word.
        entry: column about an entry or a row -> word.
        attributes: attribute of a field -> word.
        codes: attribute, or ``TYPE.attribute``, -> standard code word -> code of the template.
        words: attribute -> standard code word -> the word for it.
    """

    golden: dict[str, Bilingual]
    entry: dict[str, Bilingual]
    attributes: dict[str, Bilingual]
    codes: dict[str, dict[str, str]]
    words: dict[str, dict[str, Bilingual]]

    def of_entry(self, name: str, language: str) -> str:
        """Word of a column about an entry or a row."""
        return self.entry[name].say(language)

    def of_golden(self, name: str, language: str) -> str:
        """Word of a golden field; its id where the file has none."""
        word = self.golden.get(name)
        return word.say(language) if word else name

    def of_field(self, field: str, register_type: RegisterType, language: str) -> str:
        """Word of a field, the role's before it; the code of a field that we do not interpret."""
        owner, _, attribute = field.partition(".")
        word = self.attributes.get(attribute)
        if owner == "extra" or word is None:
            return attribute
        if owner == "entry":
            return word.say(language)
        role = register_type.role(owner)
        return f"{role.en if language == 'en' else role.vi}: {word.say(language)}"

    def word(self, attribute: str, value: str, language: str) -> str:
        """The word for a standard code word; other texts stay as they are."""
        word = self.words.get(attribute, {}).get(value)
        return word.say(language) if word else value

    def code(self, field: str, register_type: str, value: str) -> str:
        """The template's code for a standard code word; other words stay as they are."""
        attribute = field.partition(".")[2]
        codes = self.codes.get(f"{register_type}.{attribute}") or self.codes.get(attribute, {})
        return codes.get(value, value)


def load_headings(mappings: Path) -> Headings:
    """Read ``headings.toml``.

    Args:
        mappings: the mappings folder.

    Raises:
        MappingError: the file does not fit.
    """
    return read_mapping(mappings / "headings.toml", Headings)
