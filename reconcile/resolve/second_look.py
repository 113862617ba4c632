"""A second look at two clusters: how well they fit, and who else fits.

A match weight reckons with all namesakes whom the communes may have, on average. How many a person
really has differs by much, and the books tell: where somebody else fits nearly as well, the pair is
worth less than it says, and where nobody does, more. And two groups of entries that nothing joined
are seldom one person, while a single entry mostly belongs to somebody whom the books know.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from reconcile.config import Strict


class Fit(NamedTuple):
    """How two clusters fit.

    Attributes:
        weight: the best match weight between them, log2 odds as in PAIRS.
        lead: by how many bits that is better than all others that fit either side, together.
        fewer: entries of the cluster that has fewer.
        more: entries of the other.
    """

    weight: float
    lead: float
    fewer: int
    more: int


class SecondLook(Strict):
    """What each part of a fit adds to the log2 odds that two clusters are one person.

    Attributes:
        constant: bits by themselves.
        weight: per bit of the match weight.
        lead: per bit of the lead.
        least_lead: a smaller lead counts as this.
        most_lead: a greater one as this.
        fewer: per doubling of the entries of the smaller cluster, up to ``most_entries``.
        more: per doubling of the entries of the larger one, up to ``most_entries``.
        most_entries: more entries count as this many.
        groups: where both have several entries.
        source: how the figures were found.
    """

    constant: float
    weight: float
    lead: float
    least_lead: float
    most_lead: float
    fewer: float
    more: float
    most_entries: int
    groups: float
    source: str

    def odds(self, fit: Fit) -> float:
        """Log2 odds that two clusters are one person."""
        doublings = [math.log2(min(count, self.most_entries)) for count in (fit.fewer, fit.more)]
        return (
            self.constant
            + self.weight * fit.weight
            + self.lead * min(max(fit.lead, self.least_lead), self.most_lead)
            + self.fewer * doublings[0]
            + self.more * doublings[1]
            + self.groups * (fit.fewer > 1)
        )

    def alone(self, odds: float) -> float:
        """Match weight from which two single entries that nobody else fits reach the odds."""
        return (odds - self.constant - self.lead * self.most_lead) / self.weight


# The odds that the match weight itself states, whoever else fits.
WEIGHT_ALONE: Final = SecondLook(
    constant=0.0,
    weight=1.0,
    lead=0.0,
    least_lead=0.0,
    most_lead=0.0,
    fewer=0.0,
    more=0.0,
    most_entries=1,
    groups=0.0,
    source="no correction",
)
