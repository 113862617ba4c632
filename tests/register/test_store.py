from reconcile.register import open_register
from tests.register.world import Delivery, Row, merge, state

FIRST = Delivery(
    "2025-07-01",
    (
        Row(1, {"child": "An", "mother": "Lan", "father": "Ba"}),
        Row(2, {"child": "Chi", "mother": "Lan"}),
        Row(0, {}, outcome="refused"),
    ),
)
SECOND = Delivery(
    "2025-08-01",
    (
        Row(1, {"child": "An", "mother": "Lan", "father": "Ba"}),
        Row(2, {"child": "Chi", "mother": "Lan", "father": "Ba"}),
        Row(3, {"child": "Ba"}),
    ),
)


def test_merge_gives_ids_and_counts(tmp_path):
    with open_register(tmp_path / "register.db") as register:
        saved = merge(register, FIRST)
        assert saved.changes.entries_new == 2
        assert saved.changes.persons_new == 4
        lines = register.mentions_export()
        assert len(lines) == 5
        assert lines.loc[lines["role"] == "mother", "person_id"].nunique() == 1
        assert sorted(register.rows()["outcome"]) == ["new", "new", "refused"]
        again = merge(register, FIRST)
        assert again.changes == type(again.changes)()
        later = merge(register, SECOND)
        assert later.changes.entries_new == 1
        assert later.changes.entries_changed == 1
        lines = register.mentions_export()
        assert len(lines) == 5 + 7
        assert (
            lines.loc[lines["entry_id"] == saved.entry_ids["hiep_duc/KS/2007/2~00000000"]].shape[0]
            == 5
        )
        assert state(register)
