"""Is the register what its log says, and does it add up?"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from reconcile.register import tables as t

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Table

AUDITED: Final[tuple[Table, ...]] = (
    t.raw_rows,
    t.contents,
    t.deliveries,
    t.files,
    t.occurrences,
    t.judgements,
)
"""Tables of which the log keeps a digest of what each run wrote."""

_UNIT: Final = b"\x1f"
_RECORD: Final = b"\x1e"


def _of_run(table: Table, run: int) -> ColumnElement[bool]:
    column = table.c.run if "run" in table.columns else table.c.from_run
    return column == run


def run_digests(connection: Connection, run: int) -> dict[str, str]:
    """A digest of what a run wrote into each audited table that it wrote to.

    Args:
        connection: any connection.
        run: number of the run.

    Returns:
        Name of the table -> SHA-256 over its lines of that run, in their order.
    """
    digests = {}
    for table in AUDITED:
        key = table.primary_key.columns.values()[0]
        columns = [column for column in table.columns if column.name not in {"line", "to_run"}]
        digest = hashlib.sha256()
        lines = 0
        for row in connection.execute(select(*columns).where(_of_run(table, run)).order_by(key)):
            lines += 1
            for value in row:
                digest.update(
                    ("" if value is None else str(value)).encode("utf-8", "surrogatepass")
                )
                digest.update(_UNIT)
            digest.update(_RECORD)
        if lines:
            digests[table.name] = digest.hexdigest()
    return digests
