"""Pairs and judgements to persons, events, golden records and conflicts.

In the order in which :mod:`reconcile.pipeline` calls them::

    entries.identify           rows -> entries with versions
    judgements.effective       stored judgements -> those that bind, their anchors found
    clusters.cluster           pairs + judgements -> persons and questions
    events.group               persons -> what happened once
    survivorship.survive       persons -> winning values with lineage
    conflicts.find             all of it -> what an officer must decide

Everything here is pure: no database, no clock, no chance (P4).
"""
