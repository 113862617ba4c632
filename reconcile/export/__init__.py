"""EXPORT: the unified register for other programs and for the Ministry's template."""

from reconcile.export.tables import export_mentions

__all__ = ["export_mentions"]
