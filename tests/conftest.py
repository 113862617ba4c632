"""What all tests share: no network, programs from outside Python, the command line's runner.

A test that needs LibreOffice, Chromium or PostgreSQL carries the marker of that name. Where the
program is missing it is skipped with a reason; with ``RECONCILE_REQUIRE_PROGRAMS=1`` (set by
``.ci/run``) it fails instead.
"""

import os
import shutil
import socket
from pathlib import Path

import hypothesis
import pytest

os.environ["GX_ANALYTICS_ENABLED"] = "false"

# Same examples in every run, and no time limit for one: machines are slow at times.
hypothesis.settings.register_profile(
    "reconcile", deadline=None, derandomize=True, print_blob=True, database=None
)
hypothesis.settings.load_profile("reconcile")

POSTGRESQL_URL = "RECONCILE_TEST_POSTGRESQL"
REQUIRE_PROGRAMS = "RECONCILE_REQUIRE_PROGRAMS"


def _first(*names):
    return next((path for path in map(shutil.which, names) if path), None)


def _missing(marker):
    """Why a test with this marker cannot run here, empty if it can."""
    if marker == "libreoffice" and not _first("soffice", "libreoffice"):
        return "LibreOffice is not installed (soffice is not on the PATH)"
    if marker == "chromium" and not _first("chromium", "chromium-browser", "google-chrome"):
        return "Chromium is not installed (chromium is not on the PATH)"
    if marker == "postgresql" and not os.environ.get(POSTGRESQL_URL):
        return f"{POSTGRESQL_URL} does not name a PostgreSQL database for tests"
    return ""


def pytest_runtest_setup(item):
    for marker in ("libreoffice", "chromium", "postgresql"):
        reason = _missing(marker) if item.get_closest_marker(marker) else ""
        if reason and os.environ.get(REQUIRE_PROGRAMS) == "1":
            pytest.fail(f"{reason}, and {REQUIRE_PROGRAMS}=1 asks for it", pytrace=False)
        elif reason:
            pytest.skip(reason)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    """The toolkit works offline (P9): a connection to anywhere but this machine is an error."""
    connect = socket.socket.connect

    def guarded(self, address):
        if isinstance(address, tuple) and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"a test tried to reach {address[0]}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def root():
    """The top folder of the checkout."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def mappings(root):
    """The folder of shipped mapping files."""
    return root / "mappings"


@pytest.fixture(scope="session")
def register_types(mappings):
    """The shipped register types by code."""
    from reconcile.config import load_register_types

    return load_register_types(mappings)


@pytest.fixture(scope="session")
def libreoffice():
    """Path of LibreOffice; the test needs the marker ``libreoffice``."""
    return _first("soffice", "libreoffice")


@pytest.fixture(scope="session")
def chromium():
    """Path of Chromium; the test needs the marker ``chromium``."""
    return _first("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def postgresql_url():
    """SQLAlchemy URL of an empty PostgreSQL database; the test needs the marker ``postgresql``."""
    return os.environ[POSTGRESQL_URL]


@pytest.fixture(scope="module")
def quick_merges():
    """Outputs, and expectations on single contents, are the work of other tests, and slow."""
    # Imported here: most tests need neither, and both are slow to load.
    from reconcile import pipeline
    from reconcile.validate import validation

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "write_outputs", lambda *_: {})
        patch.setattr(validation, "load_suites", lambda *_: {})
        yield
