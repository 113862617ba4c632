"""Runs as transactions: opening a register's database, and writing to it whole or not at all."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, inspect, select, update

from reconcile.errors import RegisterError, UsageError
from reconcile.model import fingerprint
from reconcile.register import audit, dialect, digests, faults
from reconcile.register import tables as t
from reconcile.register.ids import run_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import TracebackType
    from typing import Self

    from sqlalchemy import URL, Connection, Engine


@dataclass
class Run:
    """One run while it is under way.

    Attributes:
        number: its number.
        verb: command that it executes.
        started: ISO time.
        manifest: what is kept of it: hashes, versions, counts; add to it until the run ends.
        undone: names of the runs that it takes back.
    """

    number: int
    verb: str
    started: str
    manifest: dict[str, Any] = field(default_factory=dict)
    undone: list[str] = field(default_factory=list)
    _discarded: bool = False

    @property
    def name(self) -> str:
        """``R0012``."""
        return run_name(self.number)

    def discard(self) -> None:
        """Take everything back when the run ends, as ``--dry-run`` does."""
        self._discarded = True

    @property
    def is_discarded(self) -> bool:
        """Whether the run leaves the register as it was."""
        return self._discarded


class Session:
    """An open database with the tables of a register, and the run that is under way in it."""

    def __init__(self, url: URL, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._url = url
        self._engine = engine
        self._clock = clock
        self._writing: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    # -- opening ----------------------------------------------------------------------------------

    def prepare(self, *, create: bool) -> None:
        """Check that this is a register of our version; make or migrate the tables."""
        with self._transaction(writes=False) as connection:
            state = self._state(connection)
        if state == "empty" and not create:
            raise RegisterError(
                "There is no register in {register}; merge a delivery first.", register=self.name
            )
        if state != "ready":
            with self._transaction(writes=True) as connection:
                if self._state(connection) == "empty":
                    self._create(connection)
                else:
                    self._migrate(connection)

    @property
    def name(self) -> str:
        """What messages call it: the file's name, or host and database."""
        return faults.shown(self._url)

    @property
    def path(self) -> Path | None:
        """Its file; None where it is in memory or on a server."""
        return Path(str(self._url.database)) if dialect.is_file(self._url) else None

    def _state(self, connection: Connection) -> str:
        names = set(inspect(connection).get_table_names())
        if t.meta.name not in names or t.alembic_version.name not in names:
            if names:
                raise RegisterError(
                    "{register} is a database of another program; nothing was changed in it. "
                    "Name another file with --register.",
                    register=self.name,
                )
            return "empty"
        if not dialect.is_ours(connection):
            raise RegisterError(
                "{register} is a database of another program; nothing was changed in it. "
                "Name another file with --register.",
                register=self.name,
            )
        revision = str(connection.execute(select(t.alembic_version.c.version_num)).scalar_one())
        if revision > t.REVISION:
            raise RegisterError(
                "The register {register} was made by a newer version of the toolkit "
                "(schema {found}, this version knows {known}); install the newer version.",
                register=self.name,
                found=revision,
                known=t.REVISION,
            )
        return "ready" if revision == t.REVISION else "older"

    def _create(self, connection: Connection) -> None:
        dialect.mark_file(connection)
        t.metadata.create_all(connection)
        connection.execute(insert(t.alembic_version).values(version_num=t.REVISION))
        facts = {"register": secrets.token_hex(8), "created": self._stamp()}
        connection.execute(
            insert(t.meta), [{"name": name, "value": value} for name, value in facts.items()]
        )

    def _migrate(self, connection: Connection) -> None:
        from reconcile.register.migrations import upgrade

        upgrade(connection)

    # -- transactions -----------------------------------------------------------------------------

    @contextmanager
    def _transaction(self, *, writes: bool) -> Iterator[Connection]:
        with faults.explained(self._url), self._engine.connect() as plain:
            connection = plain.execution_options(writes=writes)
            with connection.begin():
                yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        if self._writing is not None:
            with faults.explained(self._url):
                yield self._writing
        else:
            with self._transaction(writes=False) as connection:
                yield connection

    def _stamp(self) -> str:
        return self._clock().astimezone(UTC).isoformat(timespec="seconds")

    @contextmanager
    def run(
        self,
        verb: str,
        arguments: Mapping[str, object] | None = None,
        manifest: Mapping[str, object] | None = None,
    ) -> Iterator[Run]:
        """One run: one transaction that is written whole or not at all.

        Args:
            verb: the command.
            arguments: its arguments, for the log; no personal data.
            manifest: hashes and versions; more can be added to ``Run.manifest``.

        Raises:
            RegisterBusyError: another run is writing.
        """
        if self._writing is not None:
            raise UsageError("A run is under way already.")
        with self._transaction(writes=True) as connection:
            self._writing = connection
            try:
                run = self._begin_run(connection, verb, arguments or {}, manifest or {})
                yield run
                if run.is_discarded:
                    connection.get_transaction().rollback()  # type: ignore[union-attr]  # begun above
                else:
                    self._end_run(connection, run)
            finally:
                self._writing = None

    def _begin_run(
        self,
        connection: Connection,
        verb: str,
        arguments: Mapping[str, object],
        manifest: Mapping[str, object],
    ) -> Run:
        number = int(connection.execute(select(func.max(t.runs.c.run))).scalar() or 0) + 1
        run = Run(number, verb, self._stamp(), dict(manifest))
        connection.execute(
            insert(t.runs).values(
                run=number,
                verb=verb,
                arguments=audit.canonical(arguments),
                manifest="{}",
                started=run.started,
                finished="",
            )
        )
        return run

    def _end_run(self, connection: Connection, run: Run) -> None:
        at, manifest = self._stamp(), audit.canonical(run.manifest)
        line = connection.execute(select(t.runs).where(t.runs.c.run == run.number)).one()
        detail = {
            "wrote": digests.written(connection, run.number).get(run.number, {}),
            "ended": digests.ended(connection, run.number).get(run.number, {}),
            "run": fingerprint([run.verb, line.arguments, manifest]),
            "started": run.started,
            "undone": run.undone,
        }
        audit.append(connection, run.number, at, run.verb, detail)
        connection.execute(
            update(t.runs).where(t.runs.c.run == run.number).values(finished=at, manifest=manifest)
        )

    def _connection(self, run: Run) -> Connection:
        if self._writing is None:
            raise UsageError("The run {run} has ended.", run=run.name)
        return self._writing
