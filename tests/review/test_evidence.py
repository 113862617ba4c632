"""Evidence in words: what is said of numbers that only one side gives."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pandas as pd
import pytest

from reconcile.config import mappings_folder
from reconcile.match import load_model
from reconcile.review.evidence import evidence

MODEL = load_model(mappings_folder())


def reasons(ours, theirs, comparison="cmnd"):
    """The reasons of one question about the mothers of two entries."""
    lines = pd.DataFrame(
        [
            ("e1/mother", "e2/mother", comparison, "equal", 9.0),
            ("e1/mother", "e2/mother", "prior", "", -14.0),
        ],
        columns=["left", "right", "comparison", "level", "weight"],
    )
    register = SimpleNamespace(evidence=lambda: lines)
    asked = pd.DataFrame(
        {"conflict": ["C-1"], "mentions": [json.dumps(["e2/mother", "e1/mother"])]}
    )
    sources = {key: {"fields": json.dumps(said)} for key, said in (("e1", ours), ("e2", theirs))}
    source = SimpleNamespace(register=register, model=MODEL)
    return evidence(source, sources, asked, "en")["C-1"]


def test_both_sides_give_their_number():
    said = {"mother.identity_number": "311999000"}
    assert [reason.text for reason in reasons(said, said)] == ["Same 9-digit number."]


@pytest.mark.parametrize("comparison", ["cmnd", "cccd"])
def test_a_number_that_one_side_does_not_give_is_said_to_stand_elsewhere(comparison):
    said = {"mother.identity_number": "311999000", "requester.identity_number": "311999000"}
    signed = {"requester.identity_number": "311999000", "mother.identity_number": " "}
    (reason,) = reasons(said, signed, comparison)
    assert "One side gives no number itself" in reason.text
    assert reason.weight == 9.0
