import json
from pathlib import Path

import pandas as pd
import pytest

from reconcile.config import load_register_types, mappings_folder
from reconcile.standardise import standardise
from reconcile.standardise.knowledge import load_knowledge

COLUMNS = ["content_hash", "commune", "register_type", "own_key", "fields"]
MAPPINGS = mappings_folder()


@pytest.fixture(scope="session")
def knowledge():
    return load_knowledge(MAPPINGS)


@pytest.fixture(scope="session")
def register_types():
    return load_register_types(MAPPINGS)


@pytest.fixture(scope="session")
def run(register_types):
    """Standardise contents given as (commune, register type, fields)."""

    def run(*contents: tuple[str, str, dict[str, str]], mappings: Path = MAPPINGS):
        lines = [
            {
                "content_hash": f"{place:04d}",
                "commune": commune,
                "register_type": register_type,
                "own_key": "",
                "fields": json.dumps(fields, ensure_ascii=False),
            }
            for place, (commune, register_type, fields) in enumerate(contents)
        ]
        return standardise(pd.DataFrame(lines, columns=COLUMNS), register_types, mappings)

    return run
