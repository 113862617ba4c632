"""REGISTER: what is kept, for ever and with its history, in one database.

:func:`open_register` gives a :class:`Register`; all else is behind it. Nothing outside this
package knows SQLAlchemy.
"""

from reconcile.register.changes import Changes
from reconcile.register.resolved import Resolved, Saved
from reconcile.register.session import Run
from reconcile.register.snapshot import Readable
from reconcile.register.store import Register, open_register, restore_register

__all__ = [
    "Changes",
    "Readable",
    "Register",
    "Resolved",
    "Run",
    "Saved",
    "open_register",
    "restore_register",
]
