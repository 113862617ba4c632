"""Any table of persons -> scored pairs: columns and comparisons are what a model file says."""

from reconcile.match.table.matching import MatchedTable, match_table
from reconcile.match.table.model import TableModel, load_table_model, written

__all__ = ["MatchedTable", "TableModel", "load_table_model", "match_table", "written"]
