import numpy as np
import pytest

from reconcile.match.matching import prepare
from reconcile.model import KIN
from tests.match.pairs import entry, live, mention


def joined(model, signer, register_type="KS", **others):
    """Roles that the signer of one entry is joined to."""
    one = entry(1, register_type, 2010)
    mentions = [mention(one, role, name) for role, name in others.items()]
    mentions.append(mention(one, "requester", signer["name"], relation=signer["relation"]))
    entries, live_mentions = live([one], mentions)
    _, joins = prepare(live_mentions, entries, KIN.empty(), model)
    roles = live_mentions["role"].to_numpy(dtype=object)
    return list(roles[joins["head"].to_numpy(dtype="int64")])


PARENTS = {"child": "Trần Gia Huy", "mother": "Lê Thị Mai", "father": "Trần Văn Lợi"}


@pytest.mark.parametrize(
    ("name", "relation", "roles"),
    [
        ("Trần Văn Lợi", "father", ["father"]),
        ("Tran Van Loi", "father", ["father"]),
        ("Trần Lợi", "father", ["father"]),
        ("Lê Thị Mai", "mother", ["mother"]),
        ("Lê Thị Mai", "", ["mother"]),
        ("Lê Thị Nga", "mother", []),
        ("Lê Thị Mai", "father", []),
        ("Trần Gia Huy", "self", ["child"]),
        ("Lê Thị Mai", "grandparent", []),
        ("Lê Thị Mai", "uncle_aunt", []),
    ],
)
def test_who_signs_a_birth(model, name, relation, roles):
    assert joined(model, {"name": name, "relation": relation}, **PARENTS) == roles


def test_nobody_can_tell_two_roles_of_one_name(model):
    others = PARENTS | {"mother": "Lê An", "father": "Lê An"}
    assert joined(model, {"name": "Lê An", "relation": ""}, **others) == []


def test_who_reports_a_death_is_not_the_dead(model):
    signer = {"name": "Lê Văn Ba", "relation": "self"}
    assert joined(model, signer, "KT", deceased="Lê Văn Ba") == []


def test_the_subject_asks_for_the_certificate(model):
    signer = {"name": "Lê Văn Ba", "relation": "self"}
    assert joined(model, signer, "HN", subject="Lê Văn Ba") == ["subject"]


def slots(model, mentions, entries, kin, key):
    encoded, _ = prepare(mentions, entries, kin, model)
    keys = mentions["mention_key"].to_numpy(dtype=object)
    at = int(np.flatnonzero(keys == key)[0])
    return {
        slot: keys[positions[at]].rpartition("/")[2]
        for slot, positions in encoded.relatives.items()
        if positions[at] >= 0
    }


def test_a_child_who_reports_a_death_is_kin(model):
    one = entry(1, "KT", 2015)
    dead = mention(one, "deceased", "Lê Văn Ba", "1940", sex="M")
    child = mention(one, "requester", "Lê Thị Tư", relation="child", sex="F")
    entries, mentions = live([one], [dead, child])
    told = slots(model, mentions, entries, KIN.empty(), dead["mention_key"])
    assert told == {"child": "requester", "daughter": "requester"}
    told = slots(model, mentions, entries, KIN.empty(), child["mention_key"])
    assert told == {"father": "deceased"}


def birth_with_grandparent(model, grandparent, sex, key):
    one = entry(1, "KS", 2015)
    child = mention(one, "child", "Trần Gia Huy", "2015-01-01", sex="M")
    mother = mention(one, "mother", "Lê Thị Mai")
    father = mention(one, "father", "Trần Văn Lợi")
    signer = mention(one, "requester", grandparent, relation="grandparent", sex=sex)
    entries, mentions = live([one], [child, mother, father, signer])
    at = {role: place for place, role in enumerate(mentions["role"])}
    kin = KIN.build(
        [
            {"mention": at["child"], "relative": at[parent], "relation": parent}
            for parent in ("father", "mother")
        ]
    )
    return slots(model, mentions, entries, kin, f"{one['entry_key']}/{key}")


def test_a_grandfather_is_the_father_of_the_parent_who_bears_his_family_name(model):
    assert birth_with_grandparent(model, "Trần Văn Năm", "M", "father") == {"father": "requester"}
    assert birth_with_grandparent(model, "Trần Văn Năm", "M", "mother") == {}


def test_a_grandmother_may_be_the_mother_of_either(model):
    for parent in ("father", "mother"):
        told = birth_with_grandparent(model, "Hồ Thị Sáu", "F", parent)
        assert told == {"maybe_mother": "requester"}
    told = birth_with_grandparent(model, "Hồ Thị Sáu", "F", "requester")
    assert (told["son"], told["daughter"]) == ("father", "mother")


def test_a_child_lives_where_the_mother_lives(model):
    one = entry(1, "KS", 2015)
    child = mention(one, "child", "Trần Gia Huy", "2015-01-01")
    mother = mention(one, "mother", "Lê Thị Mai", residence_hamlet="hoi tri")
    entries, mentions = live([one], [child, mother])
    at = {role: place for place, role in enumerate(mentions["role"])}
    kin = KIN.build([{"mention": at["child"], "relative": at["mother"], "relation": "mother"}])
    encoded, _ = prepare(mentions, entries, kin, model)
    assert list(encoded.mentions["residence_hamlet"]) == ["hoi tri", "hoi tri"]
    assert mentions["residence_hamlet"].iloc[at["child"]] == ""
