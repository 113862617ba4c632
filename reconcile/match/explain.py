"""What speaks for and against a pair, comparison by comparison, in words and figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from reconcile.match.matching import prepare
from reconcile.match.model import RANDOM
from reconcile.match.score import (
    Known,
    Levels,
    combine,
    known_at_first,
    levels_of,
    own_weights,
    priors,
    relative_weights,
)
from reconcile.model import EVIDENCE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reconcile.config import RegisterType
    from reconcile.match.encoding import Encoded
    from reconcile.match.matching import Matched
    from reconcile.match.model import Model

PRIOR: Final = "prior"
RIVALS: Final = "rivals"
_UNCLEAR: Final = 1.0  # bits either way within which a relative says nothing clear
_STRUCTURE: Final = "structure"
_SENTENCES: Final = {
    (PRIOR, "vi"): "Trước khi so sánh: trong số người mà sổ sách ghi, gặp đúng người này là hiếm.",
    (PRIOR, "en"): "Before comparing: among all the people in the books, to meet this one is rare.",
    (RIVALS, "vi"): "Khả năng khác gần nhất: {rival}.",
    (RIVALS, "en"): "The nearest alternative: {rival}.",
    (_STRUCTURE, "vi"): "Người đi khai ký tên với quan hệ và họ tên của chính người này trong sổ.",
    (_STRUCTURE, "en"): "The requester signed with the relation and the name of this person.",
}


def explain(  # noqa: PLR0913 - the signature that the pipeline calls
    pairs: pd.DataFrame,
    mentions: pd.DataFrame,
    entries: pd.DataFrame,
    kin: pd.DataFrame,
    model: Model,
    register_types: dict[str, RegisterType] | None = None,
    *,
    matched: Matched | None = None,
) -> pd.DataFrame:
    """Evidence for given pairs.

    Args:
        pairs: columns left and right: positions in ``mentions``.
        mentions: LIVE_MENTIONS, all of them.
        entries: LIVE_ENTRIES.
        kin: KIN.
        model: the matching model.
        register_types: register types by code.
        matched: what :func:`reconcile.match.match_all` gave for the same tables. With it the
            evidence is that of its last round, and the lines of a pair add up to its weight there;
            without, relatives speak by their own values alone, as in the first round.

    Returns:
        EVIDENCE: one line per comparison that said something, one per relative, ``prior``, and
        ``rivals``: what the nearest alternative takes away. The lines of a pair add up to its
        weight.
    """
    del register_types
    if pairs.empty or mentions.empty:
        return EVIDENCE.empty()
    if matched is None:
        encoded, _ = prepare(mentions, entries, kin, model)
        known = known_at_first(encoded)
    else:
        encoded, known = matched.encoded, matched.known
    left = encoded.head[pairs["left"].to_numpy(dtype=np.int64)]
    right = encoded.head[pairs["right"].to_numpy(dtype=np.int64)]
    structural = left == right
    lines = [_structure_lines(pairs[structural], model)]
    sides = np.minimum(left, right)[~structural], np.maximum(left, right)[~structural]
    lines += _scored_lines(pairs[~structural], encoded, sides, model, known)
    frame = pd.concat(lines, ignore_index=True)
    frame = frame.sort_values(["left", "right", "comparison"])
    return EVIDENCE.build({name: frame[name].to_numpy() for name in EVIDENCE.names})


def _structure_lines(pairs: pd.DataFrame, model: Model) -> pd.DataFrame:
    return _lines(
        pairs,
        _STRUCTURE,
        np.full(len(pairs), "signed_as", dtype=object),
        np.full(len(pairs), model.file.thresholds.certain),
    )


def _lines(
    pairs: pd.DataFrame,
    comparison: str,
    level: NDArray[np.object_],
    weight: NDArray[np.float64],
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "left": pairs["left"].to_numpy(dtype=np.int64),
            "right": pairs["right"].to_numpy(dtype=np.int64),
            "comparison": comparison,
            "level": level,
            "weight": weight,
        }
    )


def _scored_lines(
    pairs: pd.DataFrame,
    encoded: Encoded,
    sides: tuple[NDArray[np.int64], NDArray[np.int64]],
    model: Model,
    known: Known,
) -> list[pd.DataFrame]:
    at_random = model.rivals.index(RANDOM)
    levels = levels_of(encoded, *sides, model, known)
    lines = [_lines(pairs, PRIOR, _words(len(pairs), RANDOM), np.full(len(pairs), model.prior))]
    by_rival = priors(model) + own_weights(encoded, levels, model)
    for comparison in model.file.comparisons:
        codes = levels.by_comparison[comparison.id]
        alone = Levels(levels.left, levels.right, {comparison.id: codes})
        weight = own_weights(encoded, alone, model)[:, at_random]
        names = np.array(["", *(level.id for level in comparison.levels)], dtype=object)
        said = np.flatnonzero(codes > 0)
        lines.append(_lines(pairs.iloc[said], comparison.id, names[codes[said]], weight[said]))
    for evidence in model.file.relatives:
        weights = relative_weights(encoded, evidence, *sides, model, known)
        by_rival = by_rival + weights
        said = np.flatnonzero(np.any(weights != 0, axis=1))
        bits = weights[said, at_random]
        word = np.select([bits > _UNCLEAR, bits < -_UNCLEAR], ["agree", "disagree"], "unclear")
        lines.append(_lines(pairs.iloc[said], evidence.id, word.astype(object), bits))
    rivals = np.array(model.rivals, dtype=object)[np.argmin(by_rival, axis=1)]
    lines.append(_lines(pairs, RIVALS, rivals, combine(by_rival) - by_rival[:, at_random]))
    return lines


def _words(count: int, word: str) -> NDArray[np.object_]:
    return np.full(count, word, dtype=object)


def sentence(model: Model, comparison: str, level: str, language: str = "vi") -> str:
    """One line of evidence in words, for officers.

    Args:
        model: the matching model.
        comparison: as in EVIDENCE.
        level: as in EVIDENCE.
        language: ``vi`` or ``en``.

    Raises:
        KeyError: the model knows no such comparison or level.
    """
    if (comparison, language) in _SENTENCES:
        rival = next((r for r in model.file.rivals if r.id == level), None)
        word = "" if rival is None else getattr(rival, language)
        return _SENTENCES[comparison, language].format(rival=word)
    for relative in model.file.relatives:
        if relative.id == comparison:
            words = relative.vi if language == "vi" else relative.en
            return dict(words)[level]  # type: ignore[index]  # EVIDENCE holds the level as text
    for candidate in model.comparison(comparison).levels:
        if candidate.id == level:
            return candidate.vi if language == "vi" else candidate.en
    raise KeyError(level)
