"""Persons with their places in words."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from reconcile.export.persons import named_persons
from reconcile.standardise.unit_names import load_unit_names


class Books:
    """A register of three persons: as the entry has it, as an officer typed it, without words."""

    def persons(self):
        return pd.DataFrame(
            {
                "person_id": ["P-1", "P-2", "P-3"],
                "birth_place": ["28501@1976", "", ""],
                "home": ["hiep ninh hiep duc", "", "gone"],
                "home_place": ["28501@1976", "82@2025", "28507@1976"],
                "residence": ["hiep ninh", "Ấp 1, xã Mỹ Long", ""],
                "residence_unit": ["", "", "typed by hand"],
            },
            dtype="str",
        )

    def golden(self, fields):
        assert set(fields) == {"home", "residence"}
        return pd.DataFrame(
            [
                ("P-1", "home", "hiep ninh hiep duc", "e/child"),
                ("P-1", "residence", "hiep ninh", "e/child"),
                ("P-2", "residence", "Ấp 1, xã Mỹ Long", ""),
                ("P-3", "home", "gone", "f/mother"),
            ],
            columns=["person_id", "field", "value", "mention_key"],
        )


SOURCES = pd.DataFrame(
    {
        "entry_key": ["e", "f"],
        "fields": [
            json.dumps(
                {"child.home_place": "ấp Hiệp Ninh,\nxã Hiệp Đức", "child.residence": "H.N."}
            ),
            "{}",
        ],
    }
)


@pytest.mark.parametrize(
    ("language", "unit", "province", "other"),
    [
        (
            "vi",
            "xã Hiệp Đức, huyện Cai Lậy, tỉnh Tiền Giang",
            "tỉnh Đồng Tháp",
            "xã Hội Xuân, huyện Cai Lậy, tỉnh Tiền Giang",
        ),
        (
            "en",
            "Hiệp Đức commune, Cai Lậy district, Tiền Giang province",
            "Đồng Tháp province",
            "Hội Xuân commune, Cai Lậy district, Tiền Giang province",
        ),
    ],
)
def test_places_are_in_words_and_no_key_is_left(mappings, language, unit, province, other):
    found = named_persons(Books(), SOURCES, load_unit_names(mappings), language)
    assert "home" not in found
    assert found["birth_place"].tolist() == [unit, "", ""]
    assert found["home_place"].tolist() == ["ấp Hiệp Ninh, xã Hiệp Đức", province, other]
    assert found["residence"].tolist() == ["H.N.", "Ấp 1, xã Mỹ Long", "typed by hand"]
    assert found["residence_unit"].tolist() == ["", "", "typed by hand"]
