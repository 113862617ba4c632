import json

from hypothesis import given
from hypothesis import strategies as st

from reconcile.standardise import fields as module
from reconcile.standardise.fields import read_fields

OBJECTS = st.lists(
    st.dictionaries(st.sampled_from(["child.name", "entry.page", "extra.x"]), st.text(max_size=3)),
    max_size=9,
)


def _texts(column):
    return [column.kinds[code] for code in column.codes]


@given(OBJECTS)
def test_columns_say_what_the_objects_say(objects):
    columns = read_fields([json.dumps(one) for one in objects])
    for where in ("child.name", "entry.page"):
        if where in columns:
            assert _texts(columns[where]) == [one.get(where, "") for one in objects]
        else:
            assert not any(where in one for one in objects)


def test_fields_that_nobody_interprets_are_left_out():
    assert list(read_fields(['{"extra.x": "1", "entry.page": "2"}'])) == ["entry.page"]


def test_reading_by_parts_changes_nothing(monkeypatch):
    contents = [json.dumps({"child.name": f"Lê {n % 3}"} if n % 2 else {}) for n in range(10)]
    whole = read_fields(contents)["child.name"]
    monkeypatch.setattr(module, "_AT_ONCE", 3)
    parts = read_fields(contents)["child.name"]
    assert _texts(parts) == _texts(whole)
    assert list(parts.kinds) == list(whole.kinds) == ["", "Lê 1", "Lê 0", "Lê 2"]
