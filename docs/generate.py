"""Write the reference pages that follow from the code and the mapping files.

    python docs/generate.py            write docs/reference/{cli,findings,rules}.md
    python docs/generate.py --check    end with 1 where a page is not what would be written

``tests/test_docs.py`` runs the check.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from typer.main import get_command

import cli
from reconcile.config import load_register_types
from reconcile.text.findings import load_findings
from reconcile.validate.rules import (
    Age,
    Deadline,
    NumberYear,
    Order,
    Rule,
    Unequal,
    load_rules,
)
from reconcile.validate.suites import load_suites

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ROOT: Final = Path(__file__).resolve().parent.parent
MAPPINGS: Final = ROOT / "mappings"

CLI: Final = """\
# The command line

<!-- Written by docs/generate.py; do not edit. -->

Help is in Vietnamese unless `--lang en` or `RECONCILE_LANG=en` says otherwise.

Exit codes: 0 done · 1 a bug · 2 wrong use or mapping · 3 input unreadable, or stopped because too
much is gone · 4 register unusable, busy, or `verify` failed · 5 some decisions refused, the rest
applied · 6 with `--strict`: something refused or open · 130 interrupted.
"""
FINDINGS: Final = """\
# Findings

<!-- Written by docs/generate.py; do not edit. -->

What the toolkit notices in data. A finding never rejects an entry; the rows that cannot become
entries are refused by the importers, and their reason is a finding too. *Act* says who must do
something: `book` an officer looks into the paper book, `data` the data are corrected at their
source, `mapping` whoever keeps the mapping files, `none` nobody.
"""
RULES: Final = """\
# Rules of validation

<!-- Written by docs/generate.py; do not edit. -->

Columns are named `entry.<column of ENTRIES>`, `<role>.<column of MENTIONS>` and `raw.<field>` for
the text as it was delivered. Sentences, severities and laws stand on the page
[Findings](findings.md); how rules are judged, in [Validation](../explanation/validation.md).

## Civil-status rules (`mappings/civil_status.toml`)
"""


def _table(headers: Sequence[str], lines: Iterable[Sequence[str]]) -> list[str]:
    rows = [headers, ["---"] * len(headers), *lines]
    return ["| " + " | ".join(cell.replace("|", r"\|") for cell in row) + " |" for row in rows]


def _help(*arguments: str) -> str:
    environment = {**os.environ, "RECONCILE_LANG": "en", "COLUMNS": "100", "NO_COLOR": "1"}
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "cli.py", *arguments, "--help"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    ).stdout.rstrip()


def commands() -> list[str]:
    """Names of the commands, groups with their parts, as ``--help`` lists them."""
    found = []
    for name, command in get_command(cli.app).commands.items():  # type: ignore[attr-defined] # a group
        parts = getattr(command, "commands", None)
        found += [f"{name} {part}" for part in parts] if parts else [name]
    return found


def cli_page() -> str:
    """Every command's ``--help``."""
    lines = [CLI, "```text", _help(), "```"]
    for name in commands():
        lines += ["", f"## {name}", "", "```text", _help(*name.split()), "```"]
    return "\n".join(lines) + "\n"


def findings_page() -> str:
    """Every code of a finding."""
    lines = [
        FINDINGS,
        *_table(
            ["code", "severity", "act", "Vietnamese", "English", "source"],
            [
                [f"`{rule.code}`", rule.severity, rule.act, rule.vi, rule.en, rule.source]
                for rule in load_findings(MAPPINGS).values()
            ],
        ),
    ]
    return "\n".join(lines) + "\n"


def _says(rule: Rule) -> str:
    """What a civil-status rule checks, in English."""
    match rule:
        case Order():
            return f"{rule.earlier} is not after {rule.later}"
        case Age():
            least = "" if rule.least_years is None else f"at least {rule.least_years} years"
            least += f" and {rule.plus_days} day" if rule.plus_days else ""
            most = "" if rule.most_years is None else f"at most {rule.most_years} years"
            ages = " and ".join(filter(None, [least, most]))
            return f"{rule.person} has {ages} at {rule.at}"
        case Deadline():
            return (
                f"{rule.event} is registered within {rule.days} days, or the entry is called late"
            )
        case Unequal():
            return f"no two of {', '.join(rule.among)} are equal"
        case NumberYear():
            return f"{rule.person}.cccd says the year of {rule.person}.birth"
    raise TypeError(type(rule).__name__)


def rules_page() -> str:
    """Every rule of validation."""
    words = load_findings(MAPPINGS)
    types = load_register_types(MAPPINGS)
    lines = [
        RULES,
        *_table(
            ["rule", "register types", "code", "what must hold", "period"],
            [
                [
                    rule.id,
                    " ".join(rule.register_types),
                    f"`{rule.code}`",
                    _says(rule),
                    _period(rule),
                ]
                for rule in load_rules(MAPPINGS, types, words).all()
            ],
        ),
    ]
    for code, suite in load_suites(MAPPINGS, types, words).items():
        lines += ["", f"## {types[code].en} (`mappings/expectations/{code}.toml`)", ""]
        lines += _table(
            ["rule", "code", "expectation", "arguments", "only where"],
            [
                [
                    rule.id,
                    f"`{rule.code}`",
                    rule.type,
                    ", ".join(f"{name} `{value}`" for name, value in rule.arguments.items()),
                    "; ".join(
                        f"{column} is {'/'.join(values)}" for column, values in rule.when.items()
                    ),
                ]
                for rule in suite.expectation
            ],
        )
    return "\n".join(lines) + "\n"


def _period(rule: Rule) -> str:
    since, until = getattr(rule, "since", None), getattr(rule, "until", None)
    return f"{since or ''} – {until or ''}" if since or until else ""


PAGES: Final = {"cli.md": cli_page, "findings.md": findings_page, "rules.md": rules_page}


def main() -> int:
    """Write or check the pages; returns the exit code."""
    stale = []
    for name, page in PAGES.items():
        path = ROOT / "docs" / "reference" / name
        text = page()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if "--check" not in sys.argv:
                path.write_text(text, encoding="utf-8", newline="\n")
    if "--check" in sys.argv and stale:
        sys.stderr.write(f"Not up to date: {', '.join(stale)}. Run python docs/generate.py.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
