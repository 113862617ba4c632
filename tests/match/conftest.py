import pytest

from reconcile.match import load_model
from tests.match.families import grow


@pytest.fixture(scope="session")
def model(mappings):
    return load_model(mappings)


@pytest.fixture(scope="session")
def town():
    return grow(seed=11, couples=180)


@pytest.fixture(scope="session")
def pairs(town, model):
    from reconcile.match import match

    return match(town.mentions, town.entries, town.kin, model)
