import numpy as np
import pytest

from reconcile.match import explain, match_all, sentence
from reconcile.model import EVIDENCE, PAIRS


@pytest.fixture(scope="module")
def some(pairs):
    return pairs.iloc[:: max(len(pairs) // 300, 1)].reset_index(drop=True)


def test_the_lines_of_a_pair_add_up_to_its_weight(town, pairs, some, model):
    matched = match_all(town.mentions, town.entries, town.kin, model)
    assert matched.pairs.equals(pairs)
    found = explain(some, town.mentions, town.entries, town.kin, model, matched=matched)
    sums = found.groupby(["left", "right"])["weight"].sum()
    told = some.set_index(["left", "right"])["weight"]
    assert np.allclose(sums.reindex(told.index).to_numpy(), told.to_numpy(), atol=1e-5)


def test_every_line_has_a_sentence_in_both_languages(town, some, model):
    found = explain(some, town.mentions, town.entries, town.kin, model)
    assert len(found) > 5 * len(some) / 2
    for comparison, level in (
        found[["comparison", "level"]].drop_duplicates().itertuples(index=False)
    ):
        vi, en = (sentence(model, comparison, level, language) for language in ("vi", "en"))
        assert vi != en
        assert "{" not in vi + en


def test_a_structural_join_is_its_own_evidence(town, pairs, model):
    certain = pairs[pairs["certain"]].head(1)
    found = explain(certain, town.mentions, town.entries, town.kin, model)
    assert list(found["comparison"]) == ["structure"]


def test_no_pairs_no_evidence(town, model):
    found = explain(PAIRS.empty(), town.mentions, town.entries, town.kin, model)
    assert list(found.columns) == EVIDENCE.names
    assert found.empty


def test_an_unknown_level_has_no_sentence(model):
    with pytest.raises(KeyError):
        sentence(model, "name", "nonsense")
    with pytest.raises(KeyError):
        sentence(model, "nonsense", "exact")
