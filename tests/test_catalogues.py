"""Every message that a person can meet has a Vietnamese translation that fits it."""

import ast
import string

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from reconcile import errors
from reconcile.text.findings import load_findings

# Bugs show a traceback and speak English; everything else is told to officers.
TOLD = {
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.ReconcileError) and kind.exit_code != 1
}

# Functions and methods whose first argument is a template.
SPOKEN = {
    "_",
    "translate",
    "words",
    "say",
    "_counts",
    "_notes",
    "_problem",
    "Problem",
    "_word",
    "_say",
}


def placeholders(text):
    return sorted(field for _, field, _, _ in string.Formatter().parse(text) if field is not None)


def _template(call):
    """The constant text that a call hands to a person, None if it hands none."""
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    if name in TOLD or name in SPOKEN:
        given = call.args[0] if call.args else None
    elif name == "FileFault":
        named = [keyword.value for keyword in call.keywords if keyword.arg == "template"]
        given = call.args[4] if len(call.args) > 4 else (named or [None])[0]
    else:
        given = None
    return given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else None


@pytest.fixture(scope="module")
def templates(root):
    found = {}
    for path in [root / "cli.py", *sorted((root / "reconcile").rglob("*.py"))]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and (text := _template(node)):
                found.setdefault(text, path.relative_to(root).as_posix())
    return found


@pytest.fixture(scope="module")
def catalogues(root):
    folder = root / "reconcile" / "text" / "locales" / "vi" / "LC_MESSAGES"
    read = {}
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as stream:
            read[path] = read_po(stream, locale="vi", abort_invalid=True)
    return read


def test_the_command_line_and_all_errors_are_translated(templates, catalogues):
    translated = {
        message.id for catalogue in catalogues.values() for message in catalogue if message.string
    }
    missing = sorted(
        f"{place}: {text}" for text, place in templates.items() if text not in translated
    )
    assert missing == []


def test_translations_have_the_placeholders_of_their_originals(catalogues):
    wrong = [
        (path.name, message.id)
        for path, catalogue in catalogues.items()
        for message in catalogue
        if message.id and placeholders(message.id) != placeholders(message.string)
    ]
    assert wrong == []


def test_one_message_has_one_translation(catalogues):
    seen = {}
    for catalogue in catalogues.values():
        for message in catalogue:
            if message.id:
                seen.setdefault(message.id, set()).add(message.string)
    assert {text: words for text, words in seen.items() if len(words) > 1} == {}


def test_compiled_catalogues_are_those_of_the_texts_beside_them(catalogues):
    for path, catalogue in catalogues.items():
        with path.with_suffix(".mo").open("rb") as stream:
            compiled = read_mo(stream)
        assert {m.id: m.string for m in compiled if m.id} == {
            m.id: m.string for m in catalogue if m.id and m.string
        }, path.name


def test_findings_say_the_same_in_both_languages(mappings):
    rules = load_findings(mappings)
    assert {
        code for code, rule in rules.items() if placeholders(rule.vi) != placeholders(rule.en)
    } == set()
    for rule in rules.values():
        assert rule.sentence({}, "vi") != rule.sentence({}, "en")
        assert rule.sentence({}, "vi").endswith(".")
        assert rule.sentence({}, "en").endswith(".")
