"""One state of a register for several readers, each table of it read once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from reconcile.register import accounting

if TYPE_CHECKING:
    import pandas as pd


class Readable(Protocol):
    """What workbook and report read: a :class:`~reconcile.register.Register`, or a snapshot."""

    def facts(self) -> dict[str, str]:
        """See :meth:`Register.facts`."""

    def files(self) -> pd.DataFrame:
        """FILES of all that was delivered."""

    def entries(self) -> pd.DataFrame:
        """LIVE_ENTRIES with ids beside."""

    def owners(self) -> pd.DataFrame:
        """See :meth:`Register.owners`."""

    def entry_sources(self) -> pd.DataFrame:
        """See :meth:`Register.entry_sources`."""

    def conflicts(self) -> pd.DataFrame:
        """CONFLICTS, whatever their state."""

    def evidence(self) -> pd.DataFrame:
        """See :meth:`Register.evidence`."""

    def findings(self) -> pd.DataFrame:
        """FINDINGS of all deliveries and all stages."""

    def link_weights(self) -> pd.DataFrame:
        """See :meth:`Register.link_weights`."""

    def refused_rows(self) -> pd.DataFrame:
        """See :meth:`Register.refused_rows`."""

    def rows(self) -> pd.DataFrame:
        """See :meth:`Register.rows`."""

    def accounts(self) -> pd.DataFrame:
        """See :meth:`Register.accounts`."""


class Snapshot:
    """A register that remembers the tables that several outputs need; not to be written to.

    Args:
        register: the register.
    """

    def __init__(self, register: Readable) -> None:
        self._register = register

    @cached_property
    def _entries(self) -> pd.DataFrame:
        return self._register.entries()

    @cached_property
    def _owners(self) -> pd.DataFrame:
        return self._register.owners()

    @cached_property
    def _conflicts(self) -> pd.DataFrame:
        return self._register.conflicts()

    def facts(self) -> dict[str, str]:
        """See :meth:`Register.facts`."""
        return self._register.facts()

    def files(self) -> pd.DataFrame:
        """FILES of all that was delivered."""
        return self._register.files()

    def entries(self) -> pd.DataFrame:
        """LIVE_ENTRIES with ids beside."""
        return self._entries

    def owners(self) -> pd.DataFrame:
        """See :meth:`Register.owners`."""
        return self._owners

    def entry_sources(self) -> pd.DataFrame:
        """See :meth:`Register.entry_sources`."""
        return self._register.entry_sources()

    def conflicts(self) -> pd.DataFrame:
        """CONFLICTS, whatever their state."""
        return self._conflicts

    def evidence(self) -> pd.DataFrame:
        """See :meth:`Register.evidence`."""
        return self._register.evidence()

    def findings(self) -> pd.DataFrame:
        """FINDINGS of all deliveries and all stages."""
        return self._register.findings()

    def link_weights(self) -> pd.DataFrame:
        """See :meth:`Register.link_weights`."""
        return self._register.link_weights()

    def refused_rows(self) -> pd.DataFrame:
        """See :meth:`Register.refused_rows`."""
        return self._register.refused_rows()

    def rows(self) -> pd.DataFrame:
        """See :meth:`Register.rows`."""
        return self._register.rows()

    def accounts(self) -> pd.DataFrame:
        """See :meth:`Register.accounts`."""
        return accounting.accounts(self.rows())
