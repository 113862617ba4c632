"""EXPORT: the unified register for people, for other programs and for the Ministry's template."""

from reconcile.export.books import export_register, export_template, load
from reconcile.export.frames import write_frame
from reconcile.export.judgements import (
    export_judgements,
    read_judgements,
    refuse_unknown_sources,
    refuse_unknown_words,
)
from reconcile.export.tables import export_mentions, export_persons

__all__ = [
    "export_judgements",
    "export_mentions",
    "export_persons",
    "export_register",
    "export_template",
    "load",
    "read_judgements",
    "refuse_unknown_sources",
    "refuse_unknown_words",
    "write_frame",
]
