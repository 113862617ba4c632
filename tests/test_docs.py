"""The documentation is generated where it can be, complete, and its links lead somewhere."""

import re
import tomllib

import pytest

from docs import generate


@pytest.mark.parametrize("name", sorted(generate.PAGES))
def test_generated_pages_are_up_to_date(root, name):
    """Else run: python docs/generate.py."""
    written = (root / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert written == generate.PAGES[name]()


def test_every_command_shows_an_example(root):
    page = (root / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    for name in generate.commands():
        assert f"Example: reconcile {name}" in page, name


def test_links_between_pages_lead_somewhere(root):
    pages = [root / "README.md", root / "CONTRIBUTING.md", *(root / "docs").rglob("*.md")]
    broken = [
        f"{page.relative_to(root)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert broken == []


def test_the_readme_gives_the_two_commands(root):
    readme = (root / "README.md").read_text(encoding="utf-8")
    assert "python3 start.py demo" in readme
    assert "python3 start.py test" in readme


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_lock_files_have_hashes_only_and_every_dependency(root, lock):
    text = (root / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert "index" not in re.sub(r"^[\w.-]+==.*$", "", text, flags=re.MULTILINE)
    locked = set(re.findall(r"^([a-z0-9-]+)==", text, flags=re.MULTILINE))
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["build"]
    if "dev" in lock:
        groups = project["dependency-groups"]
        wanted += [each for each in groups["dev"] + groups["samples"] if isinstance(each, str)]
    names = {re.split(r"[\[<>=~! ]", each)[0].lower() for each in wanted}
    assert names <= locked


def test_both_lock_files_pin_the_same_versions(root):
    pins = [
        set(re.findall(r"^[a-z0-9-]+==\S+", (root / name).read_text(), flags=re.MULTILINE))
        for name in ("requirements.lock", "requirements-dev.lock")
    ]
    assert pins[0] <= pins[1]
