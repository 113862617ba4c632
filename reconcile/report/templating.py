"""Templates of pages, filled so that no text of an export can become markup."""

from __future__ import annotations

import jinja2


def page_templates() -> jinja2.Environment:
    """The templates of this package; every value is escaped, a missing one is an error."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("reconcile.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
