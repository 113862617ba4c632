"""What managers and officers look at: the report of a run, and the dossier of one person.

:mod:`reconcile.report.summary`    figures out of the register
:mod:`reconcile.report.page`       the figures as one page that works offline
:mod:`reconcile.report.dossier`    one person's life in entries, and why two mentions are (not) one
"""
