from __future__ import annotations

import pytest

from tests.review.casebooks import casebook
from tests.review.desk import Desk


@pytest.fixture
def desk(tmp_path):
    """A workbook with every kind of question."""
    return Desk(tmp_path / "conflicts-R0012.xlsx", casebook())
