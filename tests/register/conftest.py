"""Every test of the register runs on SQLite, and on PostgreSQL where its URL is given."""

import secrets
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import create_engine, text

from reconcile.register import open_register


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def location(request, tmp_path):
    """Where a fresh register can be made."""
    if request.param == "sqlite":
        return str(tmp_path / "register.db")
    return request.getfixturevalue("empty_server")


@pytest.fixture
def empty_server(postgresql_url):
    """URL of an empty schema on the server; the test needs the marker ``postgresql``."""
    schema = f"test_{secrets.token_hex(6)}"
    engine = create_engine(postgresql_url)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    joint = "&" if "?" in postgresql_url else "?"
    yield f"{postgresql_url}{joint}options=-csearch_path%3D{schema}"
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


@pytest.fixture
def clock():
    """A clock that goes on by a minute each time it is looked at."""
    minutes = count()
    start = datetime(2025, 7, 1, 8, 0, tzinfo=UTC)
    return lambda: start + timedelta(minutes=next(minutes))


@pytest.fixture
def register(location, clock):
    """A fresh register."""
    with open_register(location, clock=clock) as opened:
        yield opened
