"""EXPORT: the unified register for people, for other programs and for the Ministry's template."""

from reconcile.export.books import export_register, export_template, load
from reconcile.export.tables import (
    export_judgements,
    export_mentions,
    export_persons,
    read_judgements,
)

__all__ = [
    "export_judgements",
    "export_mentions",
    "export_persons",
    "export_register",
    "export_template",
    "load",
    "read_judgements",
]
