import csv
from pathlib import Path

import pytest

from reconcile.text import legacy

CASES = Path(__file__).parents[1] / "cases" / "encodings.csv"


def _cases():
    with CASES.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=";"))


@pytest.mark.parametrize("case", _cases(), ids=lambda case: f"{case['encoding']} {case['text']}")
def test_verdicts(case):
    assert legacy.decode(case["typed"], case["encoding"]) == case["text"]
    assert legacy.detect([case["typed"]]).encoding == case["encoding"]
