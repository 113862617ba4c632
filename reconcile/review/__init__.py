"""The officers' conflict workbook: questions out, decisions in.

:mod:`reconcile.review.casebook`    what is asked, with the records side by side
:mod:`reconcile.review.gathering`   the records out of the tables of a run
:mod:`reconcile.review.workbook`    the workbook that officers fill in
:mod:`reconcile.review.decisions`   what they decided, and what has to be refused
"""
