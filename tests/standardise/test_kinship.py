import pytest

from reconcile.model import KIN, LIVE_ENTRIES, LIVE_MENTIONS
from reconcile.standardise import kin


def _live(standard):
    entries = standard.entries.assign(entry_key=standard.entries["content_hash"], gone=False)
    place = {content: position for position, content in enumerate(entries["content_hash"])}
    mentions = standard.mentions.assign(
        entry_key=standard.mentions["content_hash"],
        mention_key=standard.mentions["content_hash"] + "/" + standard.mentions["role"],
        entry=standard.mentions["content_hash"].map(place).astype("Int32"),
    ).sort_values("mention_key", ignore_index=True)
    return LIVE_MENTIONS.check(mentions), LIVE_ENTRIES.check(entries)


def _relations(standard, register_types):
    mentions, entries = _live(standard)
    found = KIN.check(kin(mentions, entries, register_types))
    keys = mentions["mention_key"]
    return {
        (keys[line.mention], str(line.relation), keys[line.relative]) for line in found.itertuples()
    }


def test_birth(run, register_types):
    names = {"child.name": "Lê An", "mother.name": "Võ Bé", "father.name": "Lê Ba"}
    found = _relations(run(("hoi_xuan", "KS", names)), register_types)
    assert found == {
        ("0000/child", "mother", "0000/mother"),
        ("0000/child", "father", "0000/father"),
        ("0000/mother", "child", "0000/child"),
        ("0000/father", "child", "0000/child"),
        ("0000/mother", "partner", "0000/father"),
        ("0000/father", "partner", "0000/mother"),
    }


def test_relatives_stay_within_their_entry(run, register_types):
    names = {"husband.name": "Lê An", "wife.name": "Võ Bé"}
    found = _relations(run(("hoi_xuan", "KH", names), ("hoi_xuan", "KH", names)), register_types)
    assert len(found) == 4
    assert all(left[:4] == right[:4] for left, _, right in found)


@pytest.mark.parametrize(
    ("fields", "relation"),
    [
        ({"entry.recognition_kind": "father_child"}, "father"),
        ({"entry.recognition_kind": "child_mother"}, "mother"),
        ({"parent.sex": "Nữ"}, "mother"),
        ({}, None),
    ],
)
def test_recognised_parent(fields, relation, run, register_types):
    names = {"parent.name": "Lê Ba", "child.name": "Lê An"}
    found = _relations(run(("hoi_xuan", "CMC", names | fields)), register_types)
    expected = {("0000/parent", "child", "0000/child")}
    if relation:
        expected.add(("0000/child", relation, "0000/parent"))
    assert found == expected


def test_no_entry_no_kin(run, register_types):
    assert len(kin(*_live(run()), register_types)) == 0
