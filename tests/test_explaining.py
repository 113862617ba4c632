"""What ``explain`` answers about a small simulated town."""

import shutil
import subprocess

import pytest

from reconcile import counter, pipeline, simulate
from reconcile.errors import UsageError
from reconcile.explaining import explain
from reconcile.register import open_register
from reconcile.requests import Question
from reconcile.stages import load_knowledge
from reconcile.supposing import likeliest, suppose

pytestmark = pytest.mark.usefixtures("quick_merges")


@pytest.fixture(scope="module")
def register(tmp_path_factory):
    """A register of some six hundred entries."""
    folder = tmp_path_factory.mktemp("town")
    simulate.simulate(folder, 600, 3, simulate.SimulationOptions())
    shutil.rmtree(folder / "truth")
    pipeline.merge(
        pipeline.MergeRequest(
            deliveries=(folder / "2025-07-01",),
            register=str(folder / "register.db"),
            out=folder / "output",
        )
    )
    return str(folder / "register.db")


@pytest.fixture(scope="module")
def asked(register):
    """Conflicts of the register, its kept pairs, and who owns which mention."""
    with open_register(register, create=False) as opened:
        owner = opened.owners().set_index("mention_key")["person_id"]
        return opened.conflicts(), opened.links(), owner


def said(told):
    return "\n".join(
        [told.title]
        + [
            text
            for chapter in told.chapters
            for text in (chapter.title, *chapter.text, *("|".join(line) for line in chapter.lines))
        ]
    )


def chapter(told, title):
    return next(one for one in told.chapters if one.title == title)


def test_a_person_is_told_as_a_life_with_family_questions_and_links(register, asked):
    _, _, owner = asked
    person = owner.value_counts().index[0]
    told = explain(Question((person,), register, language="en"))
    assert told.title == f"Person {person}"
    life = chapter(told, "Life in entries").lines
    assert len(life) == (owner == person).sum()
    assert chapter(told, "Family around").lines
    links = [one for one in told.chapters if one.title.startswith("Link [")]
    assert links
    assert len(links) < len(life)
    assert len(links[0].bars.bars) == len(links[0].lines)
    assert all(one.bars is not None and not one.lines for one in links[1:])


def test_every_kind_of_conflict_can_be_asked_about(register, asked):
    conflicts, _, _ = asked
    for line in conflicts.drop_duplicates("kind").to_dict("records"):
        told = explain(Question((line["conflict"].lower(),), register, language="en"))
        assert told.title == f"Conflict {line['conflict']}"
        assert "asked since run R0001" in said(told)
        assert chapter(told, "Whom and what it is about").lines
        found = counter.find(register, line["conflict"])
        if line["kind"] == "same_person":
            assert len(found) == 2
        assert set(found["person_id"]) <= set(asked[2])
    with pytest.raises(UsageError, match="There is no conflict C-22222222222"):
        explain(Question(("C-22222222222",), register))


def test_names_and_days_are_masked_unless_asked_otherwise(register, asked):
    conflicts, _, owner = asked
    with open_register(register, create=False) as opened:
        names = set(opened.golden(["name"])["value"])
    ids = [(one,) for one in (*owner.unique()[:5], *conflicts["conflict"].tolist()[::20])]
    for one in ids:
        told = said(explain(Question(one, register, language="en")))
        assert not [name for name in names if len(name.split()) > 2 and name in told]
    full = said(explain(Question(ids[0], register, language="en", unmasked=True)))
    assert [name for name in names if name in full]
    with open_register(register, create=False) as opened:
        assert opened.runs()[-1]["arguments"] == {"ids": list(ids[0]), "unmasked": True}


def test_the_evidence_of_a_part_of_the_register_is_that_of_the_whole(register, asked):
    _, links, owner = asked
    knowledge = load_knowledge(None)
    doubtful = links[links["status"].eq("question") & links["weight"].notna()].head(5)
    with open_register(register, create=False) as opened:
        whole = opened.evidence()
        for line in doubtful.to_dict("records"):
            people = [opened.person(owner[line[side]]) for side in ("left", "right")]
            sides = people[0].mentions, people[1].mentions
            keys = {key.rpartition("/")[0] for side in sides for key in side["mention_key"]}
            with opened.part(keys) as part:
                pair, found = likeliest(part, sides, knowledge)
            if {pair.key(pair.left), pair.key(pair.right)} != {line["left"], line["right"]}:
                continue
            mine = whole[whole["left"].eq(line["left"]) & whole["right"].eq(line["right"])]
            own = found[found["comparison"].isin(["name", "birth", "sex", "prior"])]
            known = mine.set_index("comparison")["weight"]
            for comparison, weight in zip(own["comparison"], own["weight"], strict=True):
                assert known[comparison] == pytest.approx(weight)


def test_what_would_change_the_answer_is_worked_out_by_the_model(register, asked):
    _, links, owner = asked
    knowledge = load_knowledge(None)
    line = links[links["status"].eq("question") & links["weight"].notna()].iloc[0]
    with open_register(register, create=False) as opened:
        people = [opened.person(owner[line[side]]) for side in ("left", "right")]
        sides = people[0].mentions, people[1].mentions
        keys = {key.rpartition("/")[0] for side in sides for key in side["mention_key"]}
        with opened.part(keys) as part:
            pair, evidence = likeliest(part, sides, knowledge)
    weight = evidence["weight"].sum()
    found = suppose(pair, weight, knowledge)
    assert found
    assert [abs(one.change) for one in found] == sorted(
        (abs(one.change) for one in found), reverse=True
    )
    for one in found:
        assert one.weight - weight == pytest.approx(one.change)
        if one.words.startswith("with the same name"):
            assert one.change > 0
    told = explain(Question((people[0].person_id, people[1].person_id), register, language="en"))
    assert chapter(told, "What would change the answer").lines
    assert "Possible same person" in said(told)


@pytest.mark.chromium
def test_a_dossier_opens_without_network_and_holds_its_pictures(
    register, asked, chromium, tmp_path
):
    person = asked[2].value_counts().index[0]
    page = tmp_path / "person.html"
    explain(Question((person,), register, out=page))
    text = page.read_text(encoding="utf-8")
    assert "<script" not in text
    assert text.count("<svg") >= 2
    picture = tmp_path / "person.png"
    subprocess.run(
        [
            *(chromium, "--headless", "--no-sandbox", "--disable-gpu"),
            *("--host-resolver-rules=MAP * ~NOTFOUND", f"--screenshot={picture}"),
            page.as_uri(),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    assert picture.stat().st_size > 10_000
