"""Files that communes export -> raw rows, each with its fields named.

delivery   which folders and files, when, in which order
mapping    what a commune's files and columns are called
readers/   bytes -> sheets of raw cells: workbooks, csv, dBase
header     where a sheet's header is, which column is which
encoding   which legacy encoding a column is in
cells      one cell -> text
outcomes   entry, furniture of the sheet, or refused
rows       one sheet -> lines of ROWS
reading    all of it, with all faults at once: read_deliveries()
accounting every row counted
"""

from reconcile.importers.accounting import account
from reconcile.importers.reading import Imported, ImportOptions, read_deliveries

__all__ = ["ImportOptions", "Imported", "account", "read_deliveries"]
