"""Bringing a register of an earlier schema to the present one, with alembic."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config

if TYPE_CHECKING:
    from sqlalchemy import Connection

_FOLDER = Path(__file__).resolve().parent


def configuration(connection: Connection) -> Config:
    """Alembic's settings for one connection; its transaction is ours to commit."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection) -> None:
    """Migrate the tables to the newest revision, within the transaction of the connection."""
    command.upgrade(configuration(connection), "head")
