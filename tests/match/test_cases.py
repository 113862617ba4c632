import csv
from pathlib import Path

import pytest

from reconcile.match import match
from tests.match.pairs import tables

CASES = list(
    csv.DictReader(
        (Path(__file__).parent.parent / "cases" / "pairs.csv").read_text("utf-8").splitlines()
    )
)
LINK, NON_LINK = 0.99, 0.2


def verdict(case, model):
    mentions, entries, kin, (left, right) = tables(case)
    found = match(mentions, entries, kin, model)
    pair = found[(found["left"] == left) & (found["right"] == right)]
    probability = float(pair["probability"].iloc[0]) if len(pair) else 0.0
    if probability >= LINK:
        return "link", probability
    return ("non-link" if probability < NON_LINK else "question"), probability


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_named_case(case, model):
    found, probability = verdict(case, model)
    wanted = {"question", "non-link"} if case["verdict"] == "not-link" else {case["verdict"]}
    assert found in wanted, f"{probability:.4f}: {case['reason']}"
