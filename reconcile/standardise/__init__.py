"""Raw values to standard values: names, dates, places, identity numbers, codes.

Raw texts stay where they are; what is made here can be made again at any time. Nothing is decided
about persons: different names stay different, partial dates stay partial, old places stay old.
"""

from reconcile.standardise.kinship import kin
from reconcile.standardise.table import Standard, standardise

__all__ = ["Standard", "kin", "standardise"]
