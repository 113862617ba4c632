"""Validation: what looks wrong in accepted rows becomes findings; no row is ever rejected here.

Three sources: suites of great-expectations per register type (:mod:`.expectations`), civil-status
rules over the dates, ages and numbers of one entry (:mod:`.civil_status`), and the series of
numbers in the books (:mod:`.books`). What they check is data under ``mappings/``.
"""

from reconcile.validate.hits import with_positions
from reconcile.validate.validation import check_each, check_together, validate, weighs_lines

__all__ = ["check_each", "check_together", "validate", "weighs_lines", "with_positions"]
