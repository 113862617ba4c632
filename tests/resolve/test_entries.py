from __future__ import annotations

import random
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.config import load_register_types, mappings_folder
from reconcile.model import LIVE_ENTRIES, OCCURRENCES
from reconcile.resolve.entries import Identified, identify
from tests.factories import entries_frame, make_entry, make_mention, mentions_frame

TYPES = load_register_types(mappings_folder())


class World:
    """Contents and deliveries, written down as a story."""

    def __init__(self) -> None:
        self.entries: dict[str, dict[str, Any]] = {}
        self.mentions: list[dict[str, Any]] = []
        self.rows: list[dict[str, Any]] = []
        self.delivered: list[dict[str, Any]] = []

    def content(self, name: str, child: str, born: str = "2010-02-20", **entry: Any) -> str:
        content_hash = (name.encode().hex() + "0" * 32)[:32]
        if content_hash not in self.entries:
            self.entries[content_hash] = make_entry(content_hash, **entry)
            self.mentions.append(make_mention(content_hash, "child", child, born=born))
            self.mentions.append(make_mention(content_hash, "mother", "Tran Thi Sen"))
        return content_hash

    def deliver(self, when: str, *contents: str, kind: str = "full", **more: Any) -> None:
        own_keys = more.get("own_keys", [""] * len(contents))
        for number, (content_hash, own_key) in enumerate(zip(contents, own_keys, strict=True)):
            self.rows.append(
                {
                    "delivery": more.get("folder", when),
                    "commune": "hoi_xuan",
                    "file": more.get("file", "So khai sinh.xls"),
                    "sheet": more.get("sheet", "2010"),
                    "row": 6 + number + more.get("offset", 0),
                    "family": "xls",
                    "register_type": "KS",
                    "content_hash": content_hash,
                    "own_key": own_key,
                    "date": when,
                    "sequence": 1,
                }
            )
        self.delivered.append(
            {
                "delivery": more.get("folder", when),
                "commune": "hoi_xuan",
                "date": when,
                "sequence": 1,
                "kind": kind,
                "family": "xls",
                "register_type": "KS",
            }
        )

    def identify(self, shuffle: int | None = None) -> Identified:
        rows, delivered = list(self.rows), list(self.delivered)
        if shuffle is not None:
            random.Random(shuffle).shuffle(rows)  # noqa: S311 - order of arrival, no secret
            random.Random(shuffle).shuffle(delivered)  # noqa: S311 - the same
        return identify(
            pd.DataFrame(rows).astype({"row": "Int32"}),
            pd.DataFrame(delivered),
            entries_frame(list(self.entries.values())),
            mentions_frame(self.mentions),
            TYPES,
        )


def outcomes(found: Identified) -> list[str]:
    return found.occurrences.sort_values(["delivery", "row"])["outcome"].tolist()


def test_first_delivery_makes_one_entry_per_content() -> None:
    world = World()
    a = world.content("a", "Nguyen Van An")
    b = world.content("b", "Le Thi Be", number=25)
    world.deliver("2025-07-01", a, b)
    found = world.identify()
    assert outcomes(found) == ["new", "new"]
    assert found.entries["entry_key"].tolist() == [
        f"hoi_xuan/KS/2010/24~{a[:8]}",
        f"hoi_xuan/KS/2010/25~{b[:8]}",
    ]
    assert not found.entries["gone"].any()


def test_rows_equal_in_content_are_one_entry_even_with_two_own_keys() -> None:
    world = World()
    a = world.content("a", "Nguyen Van An")
    world.deliver("2025-07-01", a, a, own_keys=["K1", "K2"])
    found = world.identify()
    assert outcomes(found) == ["new", "repeated"]
    assert len(found.entries) == 1
    own = found.aliases[found.aliases["alias"].str.startswith("own:")]
    assert own["alias"].tolist() == ["own:hoi_xuan/KS/K1", "own:hoi_xuan/KS/K2"]


def test_the_same_delivery_again_changes_nothing() -> None:
    world = World()
    a = world.content("a", "Nguyen Van An")
    world.deliver("2025-07-01", a)
    once = world.identify()
    world.deliver("2025-08-01", a)
    twice = world.identify()
    assert outcomes(twice) == ["new", "unchanged"]
    pd.testing.assert_frame_equal(once.entries, twice.entries)


def test_a_corrected_name_is_a_new_version() -> None:
    world = World()
    before = world.content("before", "Nguyen Van An")
    after = world.content("after", "Nguyen Van Anh")
    world.deliver("2025-07-01", before)
    world.deliver("2025-08-01", after)
    found = world.identify()
    assert outcomes(found) == ["new", "changed"]
    assert found.entries["content_hash"].tolist() == [after]
    assert found.entries["entry_key"].tolist() == [f"hoi_xuan/KS/2010/24~{before[:8]}"]


def test_a_late_delivery_takes_its_place_in_date_order() -> None:
    world = World()
    before = world.content("before", "Nguyen Van An")
    after = world.content("after", "Nguyen Van Anh")
    world.deliver("2025-08-01", after)
    world.deliver("2025-07-01", before)
    assert world.identify().entries["content_hash"].tolist() == [after]


def test_same_number_other_person_later_is_a_new_entry() -> None:
    world = World()
    a = world.content("a", "Nguyen Van An")
    b = world.content("b", "Pham Thi Huong", born="2010-01-01")
    world.deliver("2025-07-01", a)
    world.deliver("2025-08-01", b, kind="delta")
    found = world.identify()
    assert outcomes(found) == ["new", "new"]
    assert len(found.entries) == 2


def test_same_number_twice_in_one_delivery_is_two_entries() -> None:
    world = World()
    a = world.content("a", "Nguyen Van An")
    b = world.content("b", "Nguyen Van Anh")
    world.deliver("2025-07-01", a, b)
    assert outcomes(world.identify()) == ["new", "new"]


def test_two_entries_of_one_number_are_told_apart_by_content() -> None:
    world = World()
    a = world.content("a", "Nguyen Van An", born="2010-02-20")
    b = world.content("b", "Nguyen Van Anh", born="2010-02-25")
    world.deliver("2025-07-01", a, b)
    a2 = world.content("a2", "Nguyen Van An", born="2010-02-20", page="7")
    b2 = world.content("b2", "Nguyen Van Anh", born="2010-02-25", page="8")
    world.deliver("2025-08-01", b2, a2)
    live = world.identify().entries.set_index("entry_key")["content_hash"].to_dict()
    assert live == {
        f"hoi_xuan/KS/2010/24~{a[:8]}": a2,
        f"hoi_xuan/KS/2010/24~{b[:8]}": b2,
    }


def test_books_that_differ_keep_one_number_apart() -> None:
    world = World()
    a = world.content("a", "Nguyen Van An", book="01")
    b = world.content("b", "Nguyen Van An", book="02", page="3")
    world.deliver("2025-07-01", a)
    world.deliver("2025-08-01", a, b)
    assert outcomes(world.identify()) == ["new", "unchanged", "new"]


def test_a_corrected_number_is_recognised_by_content() -> None:
    world = World()
    a = world.content("a", "Nguyen Van An", number=24)
    b = world.content("b", "Nguyen Van An", number=42)
    world.deliver("2025-07-01", a)
    world.deliver("2025-08-01", b)
    found = world.identify()
    assert outcomes(found) == ["new", "changed"]
    numbers = found.aliases[found.aliases["alias"].str.startswith("number:")]
    assert len(numbers) == 2
    assert len(set(numbers["entry_key"])) == 1


def test_a_corrected_number_is_recognised_by_own_key() -> None:
    world = World()
    a = world.content("a", "Nguyen Van An", number=24)
    b = world.content("b", "Nguyen Van Anh", number=42)
    world.deliver("2025-07-01", a, own_keys=["K1"])
    world.deliver("2025-08-01", b, own_keys=["K1"])
    assert outcomes(world.identify()) == ["new", "changed"]


def test_rows_gone_from_a_full_export_but_not_from_a_delta() -> None:
    world = World()
    a = world.content("a", "Nguyen Van An")
    b = world.content("b", "Le Thi Be", number=25)
    world.deliver("2025-07-01", a, b)
    world.deliver("2025-08-01", a, kind="delta")
    assert not world.identify().entries["gone"].any()
    world.deliver("2025-09-01", a)
    found = world.identify()
    assert found.gone["entry_key"].tolist() == [f"hoi_xuan/KS/2010/25~{b[:8]}"]
    assert found.gone[["delivery", "row", "whole"]].to_numpy().tolist() == [
        ["2025-09-01", 7, False]
    ]


def test_a_missing_sheet_is_told_from_missing_rows() -> None:
    world = World()
    a = world.content("a", "Nguyen Van An")
    b = world.content("b", "Le Thi Be", number=25)
    world.deliver("2025-07-01", a)
    world.deliver("2025-07-01", b, sheet="Nam 2011")
    world.deliver("2025-08-01", a)
    assert world.identify().gone["whole"].tolist() == [True]


def test_a_row_that_comes_back_is_no_longer_gone() -> None:
    world = World()
    a = world.content("a", "Nguyen Van An")
    b = world.content("b", "Le Thi Be", number=25)
    world.deliver("2025-07-01", a, b)
    world.deliver("2025-08-01", a)
    world.deliver("2025-09-01", a, b)
    assert world.identify().gone.empty


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("Nguyen Van An", "Nguyen Van Anh", True),
        ("Nguyen Van An", "Nguyen An", True),
        ("Nguyen Thi Hong Hanh", "Nguyen Thi Hong Hahn", True),
        ("Nguyen Van An", "Pham Thi Huong", False),
        ("Nguyen Van An", "Nguyen Van Binh", False),
    ],
)
def test_which_names_let_a_number_stay_one_entry(left: str, right: str, same: bool) -> None:
    world = World()
    a = world.content("a", left, born="2010-02-20")
    b = world.content("b", right, born="2010-01-11")
    world.deliver("2025-07-01", a)
    world.deliver("2025-08-01", b, kind="delta")
    assert (len(world.identify().entries) == 1) is same


# -- numbers, cells and own keys change together ---------------------------------------------


def keys_of(found: Identified) -> dict[str, str]:
    """What entries say now -> the first letter of the content that they began with."""
    digits = found.entries["entry_key"].str.partition("~")[2]
    return {
        bytes.fromhex(content[:2]).decode(): bytes.fromhex(begun[:2]).decode()
        for content, begun in zip(found.entries["content_hash"], digits, strict=True)
    }


BABIES = [
    ("Nguyen Van An", "2010-02-01"),
    ("Nguyen Van Anh", "2010-02-03"),
    ("Nguyen Thi An", "2010-02-07"),
    ("Le Thi Be", "2010-02-11"),
    ("Le Thi Bi", "2010-02-12"),
    ("Le Van Be", "2010-02-13"),
]


def book(world: World, letters: str, first: int = 1, **changed: str) -> list[str]:
    """One content per baby, numbered from ``first``; ``changed`` gives a letter another name."""
    return [
        world.content(
            letter,
            changed.get(letter, name),
            born=born,
            number=first + place,
            registered=f"2010-03-{place + 1:02}",
        )
        for place, (letter, (name, born)) in enumerate(zip(letters, BABIES, strict=True))
    ]


@pytest.mark.parametrize("step", [-1, 1, 2])
def test_a_whole_book_whose_numbers_moved_is_recognised(step: int) -> None:
    world = World()
    world.deliver("2025-07-01", *book(world, "abcdef", 5))
    world.deliver("2025-08-01", *book(world, "uvwxyz", 5 + step))
    found = world.identify()
    assert keys_of(found) == dict(zip("uvwxyz", "abcdef", strict=True))
    assert found.gone.empty


def test_a_book_whose_numbers_moved_and_some_of_whose_names_were_corrected() -> None:
    world = World()
    world.deliver("2025-07-01", *book(world, "abcdef", 5))
    world.deliver(
        "2025-08-01", *book(world, "uvwxyz", 6, u="Nguyen Van Ann", v="Nguyen Van An", y="Le T Be")
    )
    assert keys_of(world.identify()) == dict(zip("uvwxyz", "abcdef", strict=True))


def test_number_and_one_cell_corrected_in_a_full_export() -> None:
    world = World()
    a, b = world.content("a", "Nguyen Van An"), world.content("b", "Le Thi Be", number=25)
    world.deliver("2025-07-01", a, b)
    c = world.content("c", "Nguyen Van An", born="2010-02-21", number=42)
    world.deliver("2025-08-01", b, c)
    found = world.identify()
    assert keys_of(found) == {"b": "b", "c": "a"}
    assert found.gone.empty


def test_a_delta_may_correct_a_number_and_a_date_but_not_make_a_twin_of_a_brother() -> None:
    world = World()
    world.deliver("2025-07-01", world.content("a", "Nguyen Van An"))
    c = world.content("c", "Nguyen Van An", born="2010-02-21", number=42)
    world.deliver("2025-08-01", c, kind="delta")
    d = world.content("d", "Nguyen Van Anh", born="2010-02-21", number=43)
    world.deliver("2025-09-01", d, kind="delta")
    assert keys_of(world.identify()) == {"c": "a", "d": "d"}


def test_a_number_and_several_cells_that_changed_are_a_stranger_and_a_question() -> None:
    world = World()
    a, b = world.content("a", "Nguyen Van An"), world.content("b", "Le Thi Be", number=25)
    world.deliver("2025-07-01", a, b)
    c = world.content("c", "Nguyen Van Anh", born="2010-02-21", number=42)
    world.deliver("2025-08-01", b, c)
    found = world.identify()
    assert keys_of(found) == {"a": "a", "b": "b", "c": "c"}
    assert found.gone["entry_key"].tolist() == [f"hoi_xuan/KS/2010/24~{a[:8]}"]


def family(world: World, name: str, number: int, **changed: Any) -> str:
    """A birth with both parents, of whom everything is known."""
    content = world.content(
        name,
        changed.get("child", "Nguyen Van An"),
        born=changed.get("born", "2010-02-20"),
        number=number,
        registered=changed.get("registered", "2010-03-01"),
    )
    known = (("mother", "Tran Thi Sen", "1980-05-01"), ("father", "Nguyen Van Ba", "1978-01-01"))
    world.mentions = [
        line
        for line in world.mentions
        if (line["content_hash"], line["role"]) != (content, "mother")
    ]
    world.mentions += [
        make_mention(content, role, changed.get(role, parent), born=changed.get(f"{role}_born", at))
        for role, parent, at in known
    ]
    return content


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        ({"mother": "Tran Thi Xen", "registered": "2010-03-02"}, True),
        ({"child": "Nguyen Van Ann", "father_born": "1979-01-01"}, True),
        ({"mother": "Tran Thi Xen", "mother_born": "1981-05-01"}, True),
        # A sister who was registered on the same day, as far as anybody knows.
        ({"child": "Nguyen Thi Be", "born": "2009-02-20"}, False),
        ({"child": "Nguyen Thi Be", "father_born": "1979-01-01"}, False),
        ({"child": "Nguyen Van Ann", "born": "2010-02-21"}, False),
        ({"mother": "Le Hoa", "mother_born": "1981-05-01", "registered": "2010-03-02"}, False),
    ],
)
def test_number_and_two_facts_corrected_in_a_full_export(
    changed: dict[str, str], same: bool
) -> None:
    world = World()
    other = world.content("b", "Le Thi Be", born="2010-02-11", number=25)
    world.deliver("2025-07-01", family(world, "a", 24), other)
    world.deliver("2025-08-01", other, family(world, "c", 42, **changed))
    found = world.identify()
    assert (keys_of(found) == {"b": "b", "c": "a"}) == same
    assert found.gone.empty == same


def test_number_and_two_facts_in_a_delta_are_another_entry() -> None:
    world = World()
    changed = {"mother": "Tran Thi Xen", "registered": "2010-03-02"}
    world.deliver("2025-07-01", family(world, "a", 24))
    world.deliver("2025-08-01", family(world, "c", 42, **changed), kind="delta")
    assert keys_of(world.identify()) == {"a": "a", "c": "c"}


def test_two_whom_a_much_corrected_content_may_be_are_left_alone() -> None:
    world = World()
    changed = {"mother": "Tran Thi Xen", "registered": "2010-03-02"}
    world.deliver("2025-07-01", family(world, "a", 24), family(world, "b", 25))
    world.deliver("2025-08-01", family(world, "c", 42, **changed))
    found = world.identify()
    assert keys_of(found) == {"a": "a", "b": "b", "c": "c"}
    assert len(found.gone) == 2


def test_two_that_a_corrected_number_may_be_are_left_alone() -> None:
    world = World()
    a = world.content("a", "Nguyen Van An", number=24)
    b = world.content("b", "Nguyen Van An", number=25)
    world.deliver("2025-07-01", a, b)
    world.deliver("2025-08-01", world.content("c", "Nguyen Van An", number=30))
    assert keys_of(world.identify()) == {"a": "a", "b": "b", "c": "c"}


def test_alike_entries_of_a_book_whose_numbers_moved_keep_their_order() -> None:
    world = World()
    world.deliver(
        "2025-07-01",
        world.content("a", "Nguyen Van An", number=24),
        world.content("b", "Nguyen Van An", number=25),
    )
    world.deliver(
        "2025-08-01",
        world.content("d", "Nguyen Van An", number=35),
        world.content("c", "Nguyen Van An", number=34),
    )
    assert keys_of(world.identify()) == {"c": "a", "d": "b"}


def test_own_keys_given_out_again_by_a_new_program_do_not_make_one_entry_another() -> None:
    world = World()
    a, b, c = book(world, "abcdef")[:3], book(world, "abcdef")[3:], []
    keys = ["K1", "K2", "K3", "K4", "K5", "K6"]
    world.deliver("2025-07-01", *a, *b, own_keys=keys)
    # Every key moves by one; four rows have a corrected name, one row is new.
    changed = book(world, "uvwxyz", u="Nguyen Van Ang", x="Le Thi Bi", z="Le Van Bo")
    c = world.content("n", "Tran Thi Moi", number=99, born="2012-01-01")
    world.deliver("2025-08-01", *changed, c, own_keys=[*keys[1:], "K7", "K1"])
    found = world.identify()
    assert keys_of(found) == dict(zip("uvwxyzn", "abcdefn", strict=True))
    assert found.gone.empty


def test_a_delta_after_keys_were_given_out_again() -> None:
    world = World()
    world.deliver("2025-07-01", *book(world, "abcdef"), own_keys=list("123456"))
    world.deliver("2025-08-01", *book(world, "abcdef"), own_keys=list("654321"))
    stranger = world.content("n", "Tran Thi Moi", number=99, born="2012-01-01")
    anh = world.content("v", "Nguyen Van Anhh", number=2, born="2010-02-03")
    world.deliver("2025-09-01", anh, stranger, kind="delta", own_keys=["5", "2"])
    assert keys_of(world.identify()) == {**dict(zip("acdef", "acdef", strict=True)), "v": "b"} | {
        "n": "n"
    }


def test_an_own_key_and_a_number_are_believed_whatever_else_changed() -> None:
    world = World()
    world.deliver("2025-07-01", world.content("a", "Nguyen Van An"), own_keys=["K1"])
    c = world.content("c", "Pham Thi Huong", born="2010-01-11", registered="2010-04-01")
    world.deliver("2025-08-01", c, own_keys=["K1"])
    assert keys_of(world.identify()) == {"c": "a"}


def test_a_number_that_an_entry_gave_up_belongs_to_whoever_has_it_now() -> None:
    world = World()
    world.deliver("2025-07-01", world.content("a", "Nguyen Van An", number=24))
    world.deliver("2025-08-01", world.content("c", "Nguyen Van An", number=42))
    other = world.content("d", "Nguyen Van Anh", born="2010-02-25", number=24)
    world.deliver("2025-09-01", other, kind="delta")
    assert keys_of(world.identify()) == {"c": "a", "d": "d"}


NAMES = ["Nguyen Van An", "Nguyen Van Anh", "Le Thi Be", "Pham Thi Huong"]


DAYS = ["2010-02-20", "2010-02-21"]


@st.composite
def histories(draw: st.DrawFn) -> World:
    world = World()
    pool = [
        world.content(
            f"c{number}",
            draw(st.sampled_from(NAMES)),
            born=draw(st.sampled_from(DAYS)),
            number=draw(st.integers(1, 4)),
            registered=draw(st.sampled_from(["2010-03-05", "2010-03-06"])),
        )
        for number in range(draw(st.integers(1, 8)))
    ]
    for month in range(draw(st.integers(1, 4))):
        chosen = draw(st.lists(st.sampled_from(pool), min_size=1, max_size=6))
        kind = draw(st.sampled_from(["full", "delta"]))
        own_keys = [draw(st.sampled_from(["", "K1", "K2", "K3"])) for _ in chosen]
        file = draw(st.sampled_from(["So khai sinh.xls", "So khai sinh 2.xls"]))
        world.deliver(f"2025-{month + 1:02}-01", *chosen, kind=kind, own_keys=own_keys, file=file)
    return world


@given(histories(), st.integers(0, 99))
def test_order_of_arrival_counts_for_nothing(world: World, seed: int) -> None:
    one, other = world.identify(), world.identify(shuffle=seed)
    pd.testing.assert_frame_equal(one.entries, other.entries)
    pd.testing.assert_frame_equal(one.occurrences, other.occurrences)
    pd.testing.assert_frame_equal(one.aliases, other.aliases)
    pd.testing.assert_frame_equal(one.gone, other.gone)


@given(histories())
def test_every_row_is_one_occurrence_of_one_live_entry(world: World) -> None:
    found = world.identify()
    OCCURRENCES.check(found.occurrences)
    LIVE_ENTRIES.check(found.entries)
    assert len(found.occurrences) == len(world.rows)
    assert set(found.occurrences["entry_key"]) == set(found.entries["entry_key"])
    assert (found.occurrences["outcome"] == "new").sum() == len(found.entries)


@given(histories())
def test_only_a_full_export_makes_entries_gone_and_only_those_that_it_lacks(world: World) -> None:
    found = world.identify()
    last = max((d["date"] for d in world.delivered if d["kind"] == "full"), default="")
    since = {row["content_hash"] for row in world.rows if row["date"] >= last}
    seen = found.occurrences.merge(pd.DataFrame(world.rows)[["delivery", "row", "date"]])
    gone = set(seen["entry_key"]) - set(seen.loc[seen["date"] >= last, "entry_key"])
    assert set(found.gone["entry_key"]) == gone
    assert not set(found.entries.loc[found.entries["gone"], "content_hash"]) & since


@given(st.lists(st.sampled_from(BABIES), min_size=1, max_size=6, unique=True), st.integers(-4, 4))
def test_a_moved_book_is_the_same_book(babies: list[tuple[str, str]], step: int) -> None:
    world = World()
    for when, first in (("2025-07-01", 10), ("2025-08-01", 10 + step)):
        world.deliver(
            when,
            *(
                world.content(f"{place}{first}", name, born=born, number=first + place)
                for place, (name, born) in enumerate(babies)
            ),
        )
    found = world.identify()
    assert len(found.entries) == len(babies)
    told = found.occurrences.groupby("entry_key")["row"].agg(set)
    assert all(len(rows) == 1 for rows in told)


@given(histories())
def test_delivering_everything_again_changes_no_entry(world: World) -> None:
    before = world.identify()
    last = max(row["date"] for row in world.rows)
    again = [row["content_hash"] for row in world.rows if row["date"] == last]
    keys = [row["own_key"] for row in world.rows if row["date"] == last]
    world.deliver("2025-12-31", *again, kind="delta", own_keys=keys)
    after = world.identify()
    pd.testing.assert_frame_equal(before.entries, after.entries)
    repeated = after.occurrences[after.occurrences["delivery"] == "2025-12-31"]
    assert set(repeated["outcome"]) <= {"unchanged", "repeated"}
