"""The command line: parse, call one pipeline function, show progress, print, exit code. No logic."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Annotated

import typer

app = typer.Typer(
    name="reconcile",
    help="One civil-status register out of several communes' exports.\n\n"
    "Một sổ hộ tịch thống nhất từ dữ liệu xuất của nhiều xã.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(version("reconcile"))
        raise typer.Exit


@app.callback()
def reconcile(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print version.")
    ] = False,
) -> None:
    """Parse what holds for every command."""


def main() -> None:
    """Entry point of ``reconcile``."""
    app()


if __name__ == "__main__":
    sys.exit(main())
