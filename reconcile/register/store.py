"""The register: opening it, runs as transactions, and everything that can be asked of it."""

from __future__ import annotations

import json
import secrets
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, inspect, select, update

from reconcile.errors import RegisterError, UsageError
from reconcile.model import fingerprint
from reconcile.register import audit, dialect, imports, judging, reading, saving
from reconcile.register import tables as t
from reconcile.register.ids import run_name
from reconcile.register.integrity import run_digests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    import pandas as pd
    from sqlalchemy import URL, Connection, Engine

    from reconcile.register.imports import Added
    from reconcile.register.saving import Resolved, Saved


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Run:
    """One run while it is under way.

    Attributes:
        number: its number.
        verb: command that it executes.
        started: ISO time.
        manifest: what is kept of it: hashes, versions, counts; add to it until the run ends.
    """

    number: int
    verb: str
    started: str
    manifest: dict[str, Any] = field(default_factory=dict)
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


def open_register(
    location: str | Path, create: bool = True, clock: Callable[[], datetime] = _now
) -> Register:
    """Open a register.

    Args:
        location: path of a SQLite file, or a SQLAlchemy URL.
        create: make a new register where there is none.
        clock: gives the time that runs are stamped with.

    Returns:
        The register; use it as a context manager.

    Raises:
        UsageError: the URL is wrong.
        RegisterError: it does not exist, is damaged, is another program's or a newer version's.
        RegisterBusyError: another run is writing to it.
    """
    url = dialect.locate(location)
    dialect.prepare_file(url, create=create)
    engine = dialect.connect(url)
    register = Register(url, engine, clock)
    try:
        register.prepare(create=create)
    except BaseException:
        engine.dispose()
        raise
    return register


class Register:
    """An open register. Made by :func:`open_register`."""

    def __init__(self, url: URL, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._url = url
        self._engine = engine
        self._clock = clock
        self._writing: Connection | None = None

    def __enter__(self) -> Register:
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
        return dialect.shown(self._url)

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
        with dialect.explained(self._url), self._engine.connect() as plain:
            connection = plain.execution_options(writes=writes)
            with connection.begin():
                yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        if self._writing is not None:
            with dialect.explained(self._url):
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
        detail = {
            "verb": run.verb,
            "wrote": run_digests(connection, run.number),
            "manifest": fingerprint([audit.canonical(run.manifest)]),
        }
        at = self._stamp()
        audit.append(connection, run.number, at, run.verb, detail)
        connection.execute(
            update(t.runs)
            .where(t.runs.c.run == run.number)
            .values(finished=at, manifest=audit.canonical(run.manifest))
        )

    def _connection(self, run: Run) -> Connection:
        if self._writing is None:
            raise UsageError("The run {run} has ended.", run=run.name)
        return self._writing

    # -- writing ----------------------------------------------------------------------------------

    def add_import(
        self,
        run: Run,
        deliveries: pd.DataFrame,
        files: pd.DataFrame,
        rows: pd.DataFrame,
        findings: pd.DataFrame | None = None,
    ) -> Added:
        """Write what the importers read; what the register has already is not written again.

        Args:
            run: the run under way.
            deliveries: DELIVERIES.
            files: FILES.
            rows: ROWS.
            findings: FINDINGS of the importers; kept until the same files are read again.

        Raises:
            UsageError: a folder of that name was delivered with another date, and holds something
                else now.
        """
        connection = self._connection(run)
        with dialect.explained(self._url):
            added = imports.add_import(connection, run.number, (deliveries, files, rows))
            if findings is not None:
                imports.add_import_findings(connection, run.number, findings, files)
        return added

    def add_judgements(self, run: Run, decisions: Sequence[Mapping[str, object]]) -> list[str]:
        """Keep decisions of officers; see :func:`reconcile.register.judging.add_judgements`.

        Returns:
            Their ids, ``J-…``, empty for one that the register has already.
        """
        with dialect.explained(self._url):
            return judging.add_judgements(self._connection(run), run.number, decisions)

    def save(self, run: Run, resolved: Resolved) -> Saved:
        """Write what the stages worked out, as the difference to what the register holds.

        Raises:
            AccountingError: rows, entries and persons do not add up (a bug).
        """
        with dialect.explained(self._url):
            return saving.save(self._connection(run), run.number, resolved)

    # -- reading ----------------------------------------------------------------------------------

    def deliveries(self) -> pd.DataFrame:
        """DELIVERIES of all that was delivered."""
        with self._reading() as connection:
            return imports.read_deliveries(connection)

    def files(self) -> pd.DataFrame:
        """FILES of all that was delivered."""
        with self._reading() as connection:
            return imports.read_files(connection)

    def contents(self) -> pd.DataFrame:
        """Distinct contents; see :func:`reconcile.register.imports.read_contents`."""
        with self._reading() as connection:
            return imports.read_contents(connection)

    def occurrences(self) -> pd.DataFrame:
        """All delivered rows; see :func:`reconcile.register.imports.read_occurrences`."""
        with self._reading() as connection:
            return imports.read_occurrences(connection)

    def judgements(self) -> list[dict[str, object]]:
        """All judgements that were not taken back, in the order of reading."""
        with self._reading() as connection:
            return judging.read_judgements(connection)

    def mentions_export(self) -> pd.DataFrame:
        """Lines of ``export mentions``; see :func:`reconcile.register.reading.mentions_export`."""
        with self._reading() as connection:
            return reading.mentions_export(connection)

    def facts(self) -> dict[str, str]:
        """``register`` (its unique id), ``created`` and ``audit_head`` (the log's last hash)."""
        with self._reading() as connection:
            facts = {row.name: row.value for row in connection.execute(select(t.meta))}
            return facts | {"audit_head": audit.head(connection)[1]}

    def runs(self) -> list[dict[str, object]]:
        """All runs in order: ``run`` (``R0001``), verb, arguments, manifest, times, undone_by."""
        with self._reading() as connection:
            query = select(t.runs).order_by(t.runs.c.run)
            return [
                {
                    "run": run_name(row.run),
                    "verb": row.verb,
                    "arguments": json.loads(row.arguments),
                    "manifest": json.loads(row.manifest),
                    "started": row.started,
                    "finished": row.finished,
                    "undone_by": run_name(row.undone_by) if row.undone_by else "",
                }
                for row in connection.execute(query)
            ]

    def entries(self) -> pd.DataFrame:
        """LIVE_ENTRIES with ``entry_id`` and ``event_id`` beside."""
        with self._reading() as connection:
            return reading.live_entries(connection)

    def mentions(self) -> pd.DataFrame:
        """LIVE_MENTIONS with ``entry_id``, ``event_id`` and ``person_id`` beside."""
        with self._reading() as connection:
            return reading.live_mentions(connection)

    def persons(self) -> pd.DataFrame:
        """One line per person with its golden values."""
        with self._reading() as connection:
            return reading.persons(connection)

    def golden(self) -> pd.DataFrame:
        """Golden values with lineage; see :func:`reconcile.register.reading.golden`."""
        with self._reading() as connection:
            return reading.golden(connection)

    def links(self) -> pd.DataFrame:
        """Kept pairs of mentions; see :func:`reconcile.register.reading.links`."""
        with self._reading() as connection:
            return reading.links(connection)

    def evidence(self) -> pd.DataFrame:
        """What speaks for and against the pairs that officers are asked about."""
        with self._reading() as connection:
            return reading.evidence(connection)

    def findings(self) -> pd.DataFrame:
        """FINDINGS of all deliveries and all stages."""
        with self._reading() as connection:
            return reading.findings(connection)

    def conflicts(self) -> pd.DataFrame:
        """CONFLICTS, whatever their state."""
        with self._reading() as connection:
            return reading.conflicts(connection)

    def rows(self) -> pd.DataFrame:
        """Every delivered row and what became of it (P2)."""
        with self._reading() as connection:
            return reading.delivered_rows(connection)
