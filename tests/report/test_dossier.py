"""The dossier in the terminal: what it says, and what it keeps to itself."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from reconcile.config import CommuneName, load_register_types, mappings_folder
from reconcile.match import load_model
from reconcile.report.dossier import Life, Words, comparison, dossier
from reconcile.report.masking import masked
from reconcile.standardise.unit_names import load_unit_names

FOLDER = mappings_folder()
COMMUNES = {"hoi_xuan": CommuneName(id="hoi_xuan", name="Hội Xuân", unit="28507@1976")}


def words(language="en", *, unmasked=False):
    return Words(
        load_register_types(FOLDER),
        COMMUNES,
        load_model(FOLDER),
        load_unit_names(FOLDER),
        language,
        unmasked,
    )


def mention(key, day, **changes):
    place = day.toordinal()
    return {
        "mention_key": key,
        "register_type": "KS",
        "role": "child",
        "commune": "hoi_xuan",
        "entry_id": "E-" + key[-1],
        "name": "Nguyễn Thị \x1b[31mLan",
        "event_from": place,
        "event_to": place,
        **changes,
    }


def life():
    return Life(
        person_id="P-83MD-7",
        earlier=("P-11AA-2",),
        golden=pd.DataFrame(
            [
                ("name", "Nguyễn Thị Lan", "k/1", "birth_entry", 2, 1),
                ("birth", "1980-03-12", "k/1", "precise", 3, 0),
                ("cccd", "082180001234", "k/3", "J-1", 1, 0),
                ("sex", "F", "k/1", "unanimous", 3, 0),
                ("home_place", "28507@1976", "k/1", "unanimous", 1, 0),
                ("home", "hoa nghia hoi xuan cai lay", "k/1", "unanimous", 1, 0),
            ],
            columns=["field", "value", "mention_key", "rule", "agreeing", "disagreeing"],
        ),
        mentions=pd.DataFrame(
            [
                mention("k/3", date(2021, 1, 5), register_type="KT", role="deceased"),
                mention("k/1", date(1980, 3, 12)),
                mention("k/2", date(2004, 7, 1), role="mother"),
            ]
        ),
        links=pd.DataFrame(
            [
                ("k/1", "k/2", 21.0, 0.99999),
                ("k/1", "k/3", 3.0, 0.9),
                ("k/2", "k/3", 12.5, 0.9998),
            ],
            columns=["left", "right", "weight", "probability"],
        ),
    )


def test_entries_stand_in_time_order_and_facts_name_their_source():
    lines = dossier(life(), words()).split("\n")
    entries = [line for line in lines if line.startswith("  [") and "·" in line]
    assert [line.split()[1] for line in entries] == ["1980", "2004", "2021"]
    assert "Birth · Child · Hội Xuân" in entries[0]
    fact = next(line for line in lines if line.startswith("  Born"))
    assert "[1]" in fact
    assert "3 say so, 0 otherwise · the most exact one" in fact
    assert "P-11AA-2" in lines[1]
    assert next(line for line in lines if "CCCD" in line).endswith("an officer decided (J-1)")


def test_chain_is_the_strongest_one_and_its_weakest_link_is_marked():
    text = dossier(life(), words())
    chain = [line for line in text.split("\n") if "]–[" in line]
    assert [line.split()[0] for line in chain] == ["[1]–[2]", "[2]–[3]"]
    assert chain[-1].endswith("← weakest link")


def test_masked_unless_asked_otherwise():
    text = dossier(life(), words())
    assert "Lan" not in text
    assert "12/03" not in text
    assert not set("0821") & set(next(x for x in text.split("\n") if "CCCD" in x)[:50])
    assert "Hội Xuân commune  " in text
    assert "hoa nghia" not in text
    assert "28507@1976" not in text
    full = dossier(life(), words(unmasked=True))
    assert "Nguyễn Thị Lan" in full
    assert "12/03/1980" in full
    assert "082180001234" in full
    assert "Hội Xuân commune, Cai Lậy district, Tiền Giang province" in full
    assert "Female" in full


@pytest.mark.parametrize("unmasked", [True, False])
def test_nothing_that_a_terminal_would_obey(unmasked):
    assert "\x1b" not in dossier(life(), words(unmasked=unmasked))


def test_single_entry_in_vietnamese():
    alone = Life("P-1", (), life().golden.iloc[:1], life().mentions.iloc[:1], life().links.iloc[:0])
    text = dossier(alone, words("vi"))
    assert "chỉ có một mục" in text
    assert "Người P-1" in text


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("name", "Nguyễn Thị Lan", "N. T. L."),
        ("birth", "1980-03-12", "1980"),
        ("name_other", "Lan", "L."),
        ("cccd", "082180001234", "CCCD ••••"),
        ("cmnd", "312064831", "CMND ••••"),
        ("other_paper", "B1234567", "••••"),
        ("sex", "F", "••••"),
        ("residence", "ấp Hòa Nghĩa", "••••"),
        ("residence", "", ""),
    ],
)
def test_masks(field, value, shown):
    assert masked(field, value) == shown


def test_comparison_lists_the_strongest_first():
    model = load_model(FOLDER)
    chosen = [(each.id, level.id) for each in model.file.comparisons for level in each.levels][:3]
    evidence = pd.DataFrame(
        [(one, level, bits) for (one, level), bits in zip(chosen, (1.0, -7.5, 4.0), strict=True)],
        columns=["comparison", "level", "weight"],
    )
    lines = comparison(evidence, -2.5, 0.15, words()).split("\n")
    assert lines[0] == "Match weight -2.5 bits, probability 15.00 %"
    assert [line.split()[0] for line in lines[1:]] == ["-7.5", "+4.0", "+1.0"]
