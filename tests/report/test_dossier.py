"""The dossier in the terminal: what it says, and what it keeps to itself."""

from __future__ import annotations

import dataclasses
from datetime import date

import pandas as pd
import pytest

from reconcile.config import CommuneName, load_register_types, mappings_folder
from reconcile.match import load_model
from reconcile.report.chain import Made, made_up
from reconcile.report.chapters import Figures
from reconcile.report.dossier import Life, Words, dossier
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
        around=pd.DataFrame(),
        kin=pd.DataFrame(),
        links=pd.DataFrame(
            [
                ("k/1", "k/2", 21.0, 0.99999),
                ("k/1", "k/3", 3.0, 0.9),
                ("k/2", "k/3", 12.5, 0.9998),
            ],
            columns=["left", "right", "weight", "probability"],
        ),
    )


def text(chapters):
    return "\n".join(
        "\n".join([chapter.title, *chapter.text, *("|".join(line) for line in chapter.lines)])
        for chapter in chapters
    )


def titled(chapters, title):
    return next(chapter for chapter in chapters if chapter.title == title)


def test_entries_stand_in_time_order_and_facts_name_their_source():
    chapters = dossier(life(), words())
    entries = titled(chapters, "Life in entries").lines
    assert [line[:4] for line in entries] == [
        ("[1]", "1980", "Birth", "Child"),
        ("[2]", "2004", "Birth", "Mother"),
        ("[3]", "2021", "Death", "Deceased"),
    ]
    assert entries[0][4] == "Hội Xuân"
    facts = titled(chapters, "What is held to be true, and from where").lines
    assert ("Born", "1980", "[1]", "the most exact one", "3", "0") in facts
    cccd = next(line for line in facts if "CCCD" in line[0])
    assert cccd[1:4] == ("CCCD ••••", "[3]", "an officer decided (J-1)")


def test_chain_is_the_strongest_one_and_its_weakest_link_is_marked():
    lines = titled(dossier(life(), words()), "Why these are one person").lines
    assert [line[0] for line in lines] == ["[1]–[2]", "[2]–[3]"]
    assert [line[2] for line in lines] == ["", "weakest link"]


def test_masked_unless_asked_otherwise():
    said = text(dossier(life(), words()))
    assert "Lan" not in said
    assert "12/03" not in said
    assert "0821" not in said
    assert "|Hội Xuân commune|" in said
    assert "hoa nghia" not in said
    assert "28507@1976" not in said
    full = text(dossier(life(), words(unmasked=True)))
    assert "Nguyễn Thị Lan" in full
    assert "12/03/1980" in full
    assert "082180001234" in full
    assert "Hội Xuân commune, Cai Lậy district, Tiền Giang province" in full
    assert "Female" in full


@pytest.mark.parametrize("unmasked", [True, False])
def test_nothing_that_a_terminal_would_obey(unmasked):
    assert "\x1b" not in text(dossier(life(), words(unmasked=unmasked)))


def test_single_entry_in_vietnamese():
    one = life()
    alone = dataclasses.replace(
        one, golden=one.golden.iloc[:1], mentions=one.mentions.iloc[:1], links=one.links.iloc[:0]
    )
    chapters = dossier(alone, words("vi"))
    assert titled(chapters, "Vì sao là cùng một người").text == ("Chỉ có một mục sổ.",)


def test_what_disagrees_names_the_entries_of_each_value():
    one = life()
    mentions = one.mentions.assign(
        name_key=["nguyễn thị lan", "nguyễn thị lan", "nguyễn thị lành"],
        name=["Nguyễn Thị Lan", "Nguyễn Thị Lan", "Nguyễn Thị Lành"],
        birth_from=[date(1980, 1, 1).toordinal(), date(1980, 3, 12).toordinal(), None],
        birth_to=[date(1980, 12, 31).toordinal(), date(1980, 3, 12).toordinal(), None],
    )
    chapter = titled(
        dossier(dataclasses.replace(one, mentions=mentions), words(unmasked=True)),
        "What disagrees",
    )
    assert chapter.lines == (
        ("Name", "Nguyễn Thị Lan", "[1] [3]"),
        ("Name", "Nguyễn Thị Lành", "[2]"),
    )


def test_family_is_named_by_what_it_is_to_the_person():
    one = life()
    around = pd.concat(
        [
            one.mentions.assign(person_id=one.person_id),
            pd.DataFrame([mention("k/9", date(2004, 7, 1), person_id="P-2", name="Trần Văn Bé")]),
        ],
        ignore_index=True,
    )
    kin = pd.DataFrame({"mention": [2], "relative": [3], "relation": ["child"]})
    chapter = titled(
        dossier(dataclasses.replace(one, around=around, kin=kin), words()), "Family around"
    )
    assert chapter.lines == (("child", "P-2", "T. V. B.", "?", "[2]"),)


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


def test_what_makes_a_weight_up_is_told_the_strongest_first_and_adds_up():
    model = load_model(FOLDER)
    chosen = [(each.id, level.id) for each in model.file.comparisons for level in each.levels][:3]
    evidence = pd.DataFrame(
        [(one, level, bits) for (one, level), bits in zip(chosen, (1.0, -7.5, 4.0), strict=True)],
        columns=["comparison", "level", "weight"],
    )
    chapter = made_up("Why", (), Made(evidence, 0.0), model, Figures("en"))
    assert [line[2] for line in chapter.lines] == ["−7.5", "+4.0", "+2.5", "+1.0", "+0.0"]
    assert "links of relatives" in chapter.lines[2][0]
    picture = chapter.bars.bars
    steps = [bar.width * (1 if bar.favours else -1) for bar in picture[:-1]]
    assert sum(steps) == pytest.approx(0, abs=1e-6)
    assert picture[-1].width == pytest.approx(0)
