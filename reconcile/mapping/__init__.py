"""MAPPING: a first mapping for an unknown export, and how complete a mapping is.

``mapping new`` looks at the headers and values of files that no mapping claims and writes what it
makes of them, with its doubts as comments; ``mapping check`` holds a mapping against deliveries.
"""

from reconcile.mapping.checking import TableCheck, check_tables
from reconcile.mapping.proposal import Proposal, propose
from reconcile.mapping.vocabulary import load_vocabulary
from reconcile.mapping.writing import write_mapping

__all__ = [
    "Proposal",
    "TableCheck",
    "check_tables",
    "load_vocabulary",
    "propose",
    "write_mapping",
]
