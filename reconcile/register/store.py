"""The register: opening it, writing to it, and everything that can be asked of it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from reconcile.register import (
    accounting,
    audit,
    backups,
    changed,
    comparing,
    delivered,
    dialect,
    excerpt,
    faults,
    frames,
    imports,
    integrity,
    judging,
    kept,
    reading,
    resolution,
    saving,
    search,
    standing,
    undoing,
)
from reconcile.register import tables as t
from reconcile.register.ids import parse_id, parse_run, run_name
from reconcile.register.session import Run, Session
from reconcile.register.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from reconcile.register.imports import Added
    from reconcile.register.integrity import Problem
    from reconcile.register.resolved import Resolved, Saved


def _now() -> datetime:
    return datetime.now(UTC)


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


def restore_register(
    source: Path, location: str | Path, clock: Callable[[], datetime] = _now
) -> None:
    """Make a register out of a backup; see :func:`reconcile.register.backups.restore`.

    Args:
        source: the backup, or any other register that is a file.
        location: path of a file that does not exist, or SQLAlchemy URL of an empty database.
        clock: gives the time.

    Raises:
        UsageError: the URL is wrong, or the file exists.
        RegisterError: the backup is damaged, or the database holds something.
    """
    backups.restore(source, dialect.locate(location), clock)


class Register(Session):
    """An open register. Made by :func:`open_register`."""

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
        with faults.explained(self._url):
            added = imports.add_import(connection, run.number, (deliveries, files, rows))
            if findings is not None:
                imports.add_import_findings(connection, run.number, findings, files)
        return added

    def add_judgements(self, run: Run, decisions: Sequence[Mapping[str, object]]) -> list[str]:
        """Keep decisions of officers; see :func:`reconcile.register.judging.add_judgements`.

        Returns:
            Their ids, ``J-…``, empty for one that the register has already.
        """
        with faults.explained(self._url):
            return judging.add_judgements(self._connection(run), run.number, decisions)

    def save(self, run: Run, resolved: Resolved) -> Saved:
        """Write what the stages worked out, as the difference to what the register holds.

        Raises:
            AccountingError: rows, entries and persons do not add up (a bug).
        """
        with faults.explained(self._url):
            saved = saving.save(self._connection(run), run.number, resolved)
        run.manifest[saving.SIGNATURE] = resolved.signature
        return saved

    def compare(self, run: Run, resolved: Resolved) -> list[Problem]:
        """What the register holds otherwise than a run worked out; the run is taken back.

        Args:
            run: the run under way; it leaves the register as it was.
            resolved: what it worked out.
        """
        run.discard()
        self.save(run, resolved)
        with faults.explained(self._url):
            return comparing.differences(self._connection(run), run.number)

    def keep(self, run: Run, signature: str, tables: Mapping[str, pd.DataFrame]) -> None:
        """Keep what was worked out of single contents; see :func:`reconcile.register.kept.keep`."""
        with faults.explained(self._url):
            kept.keep(self._connection(run), run.number, signature, tables)

    def keep_state(self, run: Run, signature: str, tables: Mapping[str, pd.DataFrame]) -> None:
        """Keep where a run stood; see :func:`reconcile.register.kept.keep_state`."""
        with faults.explained(self._url):
            kept.keep_state(self._connection(run), run.number, signature, tables)

    # -- reading ----------------------------------------------------------------------------------

    def deliveries(self) -> pd.DataFrame:
        """DELIVERIES of all that was delivered."""
        with self._reading() as connection:
            return delivered.read_deliveries(connection)

    def files(self) -> pd.DataFrame:
        """FILES of all that was delivered."""
        with self._reading() as connection:
            return delivered.read_files(connection)

    def contents(self, among: Collection[str] | None = None) -> pd.DataFrame:
        """Distinct contents; see :func:`reconcile.register.delivered.read_contents`."""
        with self._reading() as connection:
            return delivered.read_contents(connection, among)

    def content_list(self) -> pd.DataFrame:
        """Distinct contents by name; see :func:`reconcile.register.delivered.list_contents`."""
        with self._reading() as connection:
            return delivered.list_contents(connection)

    def recall(self, signature: str) -> dict[str, pd.DataFrame]:
        """What is kept of single contents; see :func:`reconcile.register.kept.recall`."""
        with self._reading() as connection:
            return kept.recall(connection, signature)

    def recall_state(self, signature: str) -> dict[str, pd.DataFrame]:
        """Where a run stood; see :func:`reconcile.register.kept.recall_state`."""
        with self._reading() as connection:
            return kept.recall_state(connection, signature)

    def occurrences(self) -> pd.DataFrame:
        """All delivered rows; see :func:`reconcile.register.delivered.read_occurrences`."""
        with self._reading() as connection:
            return delivered.read_occurrences(connection)

    def judgements(self) -> list[dict[str, object]]:
        """All judgements that were not taken back, in the order of reading."""
        with self._reading() as connection:
            return judging.read_judgements(connection)

    def changed(self, run: str = "") -> tuple[str, pd.DataFrame]:
        """What a run changed, line by line; see :func:`reconcile.register.changed.changed`.

        Args:
            run: its name; the last one that changed anything where it is empty.

        Returns:
            Name of the run, and its changes.

        Raises:
            UsageError: there is no such run, or it was taken back.
        """
        with self._reading() as connection:
            name = run_name(parse_run(run)) if run else changed.last_change(connection)
            return name, changed.changed(connection, name)

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

    def people(self, register_type: str) -> pd.DataFrame:
        """What spreadsheets show of mentions; see :func:`reconcile.register.reading.people`."""
        with self._reading() as connection:
            return reading.people(connection, register_type)

    def owners(self) -> pd.DataFrame:
        """Whose every mention is; see :func:`reconcile.register.reading.owners`."""
        with self._reading() as connection:
            return reading.owners(connection)

    def snapshot(self) -> Snapshot:
        """The register as it is now, for several readers: each table is read once."""
        return Snapshot(self)

    def persons(self) -> pd.DataFrame:
        """One line per person with its golden values."""
        with self._reading() as connection:
            return reading.persons(connection)

    def golden(self, fields: Sequence[str] = ()) -> pd.DataFrame:
        """Golden values with lineage; see :func:`reconcile.register.reading.golden`.

        Args:
            fields: golden fields that are wanted; all of them where none are given.
        """
        with self._reading() as connection:
            return reading.golden(connection, reading.among_fields(fields))

    def link_weights(self) -> pd.DataFrame:
        """``weight`` and ``status`` of kept pairs."""
        with self._reading() as connection:
            return frames.current_frame(connection, t.links, names=["weight", "status"])

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

    def entry_sources(self) -> pd.DataFrame:
        """What every entry says now, word for word, and the last row that said it."""
        with self._reading() as connection:
            return reading.entry_sources(connection)

    def rows(self) -> pd.DataFrame:
        """Every delivered row and what became of it (P2)."""
        with self._reading() as connection:
            return reading.delivered_rows(connection)

    def row_outcomes(self, deliveries: Collection[str]) -> pd.DataFrame:
        """Rows of some deliveries; see :func:`reconcile.register.reading.row_outcomes`."""
        with self._reading() as connection:
            return reading.row_outcomes(connection, deliveries)

    def refused_rows(self) -> pd.DataFrame:
        """Cells of refused rows; see :func:`reconcile.register.delivered.read_refused`."""
        with self._reading() as connection:
            return delivered.read_refused(connection)

    def accounts(self) -> pd.DataFrame:
        """Rows of each file by outcome; see :func:`reconcile.register.accounting.accounts`."""
        return accounting.accounts(self.rows())

    def known(self) -> accounting.Known:
        """What the register holds; see :func:`reconcile.register.delivered.read_known`."""
        with self._reading() as connection:
            return delivered.read_known(connection)

    def find(self, text: str, born: int | None = None, beside: str = "") -> pd.DataFrame:
        """Look persons up; see :func:`reconcile.register.search.find`."""
        with self._reading() as connection:
            return search.find(connection, text, born, beside)

    def shown(self, persons: Sequence[str]) -> pd.DataFrame:
        """Persons by their ids, as :meth:`find` shows them."""
        with self._reading() as connection:
            return search.shown(connection, persons)

    def resolve_id(self, text: str) -> resolution.Resolution:
        """What any id ever issued stands for now.

        Raises:
            UsageError: it is no id, is mistyped, or was never issued.
        """
        with self._reading() as connection:
            return resolution.resolve_id(connection, text)

    def person(self, text: str) -> search.Person:
        """All about one person; see :func:`reconcile.register.search.person`.

        Raises:
            UsageError: it is not the id of a person, or nothing is left of that person.
        """
        with self._reading() as connection:
            return search.person(connection, text)

    def conflict(self, text: str) -> excerpt.Asked:
        """One conflict by its id; see :func:`reconcile.register.excerpt.conflict`.

        Raises:
            UsageError: no conflict ever had that id.
        """
        with self._reading() as connection:
            return excerpt.conflict(connection, text)

    def conflicts_about(self, mention_keys: Collection[str]) -> pd.DataFrame:
        """Conflicts that wait for an officer and name one of these mentions or its entry."""
        with self._reading() as connection:
            return excerpt.conflicts_about(connection, mention_keys)

    @contextmanager
    def part(
        self, entry_keys: Collection[str], conflicts: pd.DataFrame | None = None
    ) -> Iterator[excerpt.Excerpt]:
        """A few entries, read without the rest; see :class:`~.excerpt.Excerpt`."""
        with self._reading() as connection:
            yield excerpt.Excerpt(self, connection, entry_keys, conflicts)

    def standing(self, text: str) -> standing.Standing:
        """What any id ever issued stands for now, and what became of it run by run.

        Raises:
            UsageError: it is no id, is mistyped, or was never issued.
        """
        with self._reading() as connection:
            return standing.standing(connection, text)

    def gone(self) -> frozenset[str]:
        """Keys of the entries that the latest full export of their scope lacks."""
        with self._reading() as connection:
            return reading.gone(connection)

    def versions(self, text: str) -> pd.DataFrame:
        """What an entry said; see :func:`reconcile.register.delivered.read_versions`.

        Args:
            text: id of the entry.

        Raises:
            UsageError: it is no id or is mistyped.
        """
        _, number = parse_id(text)
        with self._reading() as connection:
            return delivered.read_versions(connection, number)

    def history(self, text: str) -> pd.DataFrame:
        """What became of an id, run by run; see :func:`reconcile.register.standing.history`."""
        with self._reading() as connection:
            return standing.history(connection, text)

    # -- keeping ----------------------------------------------------------------------------------

    def undo(self, run: str, *, later: bool = False) -> list[str]:
        """Take a run back; see :func:`reconcile.register.undoing.undo`.

        Args:
            run: its name.
            later: take back the runs that came after it as well.

        Returns:
            Names of the runs that were taken back, the last first.

        Raises:
            UsageError: there is no such run, or it was taken back already.
            RegisterError: later runs rest on it.
        """
        with self.run("undo", {"run": run, "later": later}) as undoing_run:
            connection = self._connection(undoing_run)
            with faults.explained(self._url):
                undone = undoing.undo(connection, undoing_run.number, run, later=later)
            undoing_run.undone += undone
        return undone

    def verify(self, known_head: str = "") -> list[Problem]:
        """What is wrong with the register, empty if nothing.

        Args:
            known_head: ``audit_head`` as an earlier ``run.json`` gives it; it shows a log that was
                cut off at its end.
        """
        with self._reading() as connection:
            return integrity.verify(connection, known_head)

    def backup(self, target: Path) -> None:
        """Write a consistent and verified copy, while others may go on working.

        Raises:
            UsageError: the target exists or cannot be written.
            RegisterError: the copy is not what it should be.
        """
        with faults.explained(self._url):
            backups.backup(self._url, target)
