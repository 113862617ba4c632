import numpy as np
import pandas as pd
import pytest

from reconcile.match import match
from reconcile.match.evaluate import (
    blocking_quality,
    components,
    pairwise_accuracy,
    reliability,
)
from reconcile.model import KIN, LIVE_ENTRIES, LIVE_MENTIONS, PAIRS
from tests.match.families import grow, kin_of
from tests.match.pairs import entry, live, mention


def sides(pairs):
    return pairs["left"].to_numpy(dtype="int64"), pairs["right"].to_numpy(dtype="int64")


def test_nothing_in_nothing_out(model):
    found = match(LIVE_MENTIONS.empty(), LIVE_ENTRIES.empty(), KIN.empty(), model)
    assert list(found.columns) == PAIRS.names
    assert found.empty


def test_pairs_keep_their_contract(pairs):
    PAIRS.check(pairs)
    left, right = sides(pairs)
    assert (left < right).all()
    assert pairs[["left", "right"]].equals(pairs[["left", "right"]].sort_values(["left", "right"]))
    expected = 1 / (1 + np.exp2(-pairs["weight"].to_numpy()))
    assert np.allclose(pairs["probability"].to_numpy(), expected)


def test_structural_joins_are_right_and_many(town, pairs):
    certain = pairs[pairs["certain"]]
    left, right = sides(certain)
    truth = np.array(town.person)
    assert (truth[left] == truth[right]).all()
    assert len(certain) > 0.12 * len(town.mentions)


def test_a_signer_who_is_joined_is_in_no_other_pair(town, pairs):
    certain = pairs[pairs["certain"]]
    roles = town.mentions["role"].to_numpy(dtype=object)
    left, right = sides(certain)
    signers = np.where(roles[left] == "requester", left, right)
    scored = pairs[~pairs["certain"]]
    assert not np.isin(np.concatenate(sides(scored)), signers).any()


def test_two_roles_of_one_entry_are_never_a_pair(town, pairs):
    left, right = sides(pairs)
    entries = town.mentions["entry"].to_numpy(dtype="int64")
    distinct = town.mentions["distinct"].to_numpy(dtype=bool)
    assert not ((entries[left] == entries[right]) & distinct[left] & distinct[right]).any()


def test_blocking_keeps_true_pairs_and_saves_work(town, pairs):
    quality = blocking_quality(*sides(pairs), np.array(town.person))
    assert quality.chained >= 0.995
    assert quality.per_mention <= 6
    assert quality.reduction > 0.99


@pytest.mark.parametrize("seed", [3, 4])
def test_links_of_other_towns_are_right(seed, model):
    town = grow(seed, couples=150, mistakes=1.5)
    pairs = match(town.mentions, town.entries, town.kin, model)
    truth = np.array(town.person)
    sure = pairs[pairs["probability"] >= 0.997]
    found = pairwise_accuracy(components(len(truth), *sides(sure)), truth)
    assert found.precision >= 0.999
    assert found.recall >= 0.80


def test_stated_probabilities_are_calibrated(town, pairs):
    scored = pairs[~pairs["certain"]]
    left, right = sides(scored)
    truth = np.array(town.person)
    table = reliability(
        scored["probability"].to_numpy(), truth[left] == truth[right], np.array([0, 0.01, 0.99, 1])
    )
    surest, least = table.iloc[-1], table.iloc[0]
    assert surest["found"] >= surest["expected"] - 0.005
    # A town of some hundred people holds fewer namesakes than the pinned population of sixty
    # thousand: what is thought unlikely may come true more often, but not often.
    assert least["found"] <= 0.06


def test_twins_are_not_linked(model):
    town = grow(seed=5, couples=200)
    pairs = match(town.mentions, town.entries, town.kin, model)
    left, right = sides(pairs)
    truth = np.array(town.person)
    twin = np.array(["twin" in case for case in town.case])
    wrong = (pairs["probability"] > 0.99) & (truth[left] != truth[right]) & twin[left]
    assert twin.any()
    assert not wrong.any()


def part_of(town, entries):
    """The town with only some of its entries, and the keys of its mentions."""
    chosen = town.entries.iloc[entries].reset_index(drop=True)
    place = {name: at for at, name in enumerate(chosen["entry_key"])}
    mentions = town.mentions[town.mentions["entry_key"].isin(list(place))].copy()
    mentions["entry"] = mentions["entry_key"].map(place).astype("Int32")
    mentions = LIVE_MENTIONS.check(mentions.reset_index(drop=True))
    return mentions, chosen, kin_of(mentions)


def keyed(pairs, mentions):
    keys = mentions["mention_key"].to_numpy(dtype=object)
    left, right = sides(pairs)
    return pd.Series(
        list(zip(pairs["rules"], pairs["certain"], strict=True)),
        index=pd.MultiIndex.from_arrays([keys[left], keys[right]]),
    )


def test_candidates_do_not_depend_on_what_else_is_loaded(town, pairs, model):
    some = np.flatnonzero(np.arange(len(town.entries)) % 3 != 0)
    mentions, entries, kin = part_of(town, some)
    alone = keyed(match(mentions, entries, kin, model), mentions)
    together = keyed(pairs, town.mentions)
    inside = together.index.isin(mentions["mention_key"], level=0) & together.index.isin(
        mentions["mention_key"], level=1
    )
    assert alone.equals(together[inside])


def test_first_round_weights_do_not_depend_on_what_else_is_loaded(town, model):
    once = model.__class__(model.file.model_copy(update={"rounds": 1}), model.frequencies)
    whole = match(town.mentions, town.entries, town.kin, once)
    some = np.flatnonzero(np.arange(len(town.entries)) % 2 == 0)
    mentions, entries, kin = part_of(town, some)
    part = match(mentions, entries, kin, once)

    def weights(pairs, of):
        keys = of["mention_key"].to_numpy(dtype=object)
        left, right = sides(pairs)
        return dict(zip(zip(keys[left], keys[right], strict=True), pairs["weight"], strict=True))

    found = weights(whole, town.mentions)
    assert all(found[pair] == weight for pair, weight in weights(part, mentions).items())


def test_a_number_on_the_signers_card_speaks_for_the_mother(model):
    name = "Nguyễn Thị Lan"
    first, second = entry(1, "KS", 2005), entry(2, "HN", 2012)
    child = mention(first, "child", "Trần Văn An", "2005-01-01")
    mother = mention(first, "mother", name, "1980")
    signer = mention(first, "requester", name, relation="mother", cmnd="311123456")
    subject = mention(second, "subject", name, "1980", sex="F", cmnd="311123456")
    entries, mentions = live([first, second], [child, mother, signer, subject])
    found = match(mentions, entries, KIN.empty(), model)
    roles = mentions["role"].to_numpy(dtype=object)
    left, right = sides(found)
    told = {
        tuple(sorted((roles[a], roles[b]))): p
        for a, b, p in zip(left, right, found["probability"], strict=True)
    }
    assert told["mother", "requester"] > 0.999
    assert told["mother", "subject"] > 0.999
