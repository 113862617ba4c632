"""What can be done with the matching model: show it, measure it.

Matching is done afresh from what was delivered, by the model that is asked about, and officers'
judgements are left aside: it is the model that is measured, not what people mended.
"""

from __future__ import annotations

import dataclasses
import math
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from reconcile import importers, match
from reconcile.files import new_file
from reconcile.match import evaluate as measure
from reconcile.match.truth import UNKNOWN, read_truth, records
from reconcile.model import JUDGEMENTS
from reconcile.outputs import now
from reconcile.register import open_register
from reconcile.report import accuracy, beliefs
from reconcile.report.chapters import Chapter, Figures, render
from reconcile.requests import EvaluateRequest, Evaluation, ModelRequest, Question, Told
from reconcile.resolve import clusters, events
from reconcile.stages import load_knowledge, silent, stand, state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from reconcile.match import Calibrated
    from reconcile.match.evaluate import Accuracy
    from reconcile.match.truth import Records
    from reconcile.register import Register
    from reconcile.resolve.clusters import Clusters
    from reconcile.stages import Knowledge, Standing

    Progress = Callable[[str, int, int], None]

BOUNDS: Final = (0.01, 0.003, 0.001, 0.0003, 0.0001, 0.00001)
"""Bounds on the share of false links that ``model evaluate`` compares."""

CLASSES: Final = (0, 0.01, 0.05, 0.2, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, 0.9999, 1)
"""Borders of the classes of stated probability."""

_IN_MEMORY: Final = "sqlite://"


def load_with(mappings: Path | None, model: Path | None) -> Knowledge:
    """The mapping files, with another model file in the place of theirs.

    Args:
        mappings: folder given by ``--mappings``.
        model: model file given by ``--model``; name frequencies that do not stand beside it are
            those of the mapping files.
    """
    knowledge = load_knowledge(mappings)
    if model is None:
        return knowledge
    return dataclasses.replace(knowledge, model=match.load_model_file(model, knowledge.folder))


def tell(title: str, chapters: Sequence[Chapter], request: ModelRequest | Question) -> Told:
    """An answer, written as a page as well where one is asked for.

    Raises:
        UsageError: the page exists, or cannot be written.
    """
    if request.out is not None:
        target = None if str(request.out) == "-" else request.out
        with new_file(target) as stream:
            stream.write(render(title, chapters, request.language).encode())
    return Told(title, tuple(chapters))


# -- show ---------------------------------------------------------------------------------------


def show(request: ModelRequest) -> Told:
    """What the model believes, in words and as a picture."""
    knowledge = load_with(request.mappings, request.model)
    figures = Figures(request.language)
    title = figures.say("The matching model, version {version}", version=knowledge.model.version)
    bound = knowledge.office.false_link_bound
    found = beliefs.chapters(figures, knowledge.model, _limits(knowledge), bound)
    return tell(title, found, request)


def _limits(knowledge: Knowledge) -> list[tuple[str, float]]:
    """Weights from which something happens, by the office's bound."""
    asked = knowledge.bounds.rules.thresholds.question_probability
    return [
        ("it links by itself", knowledge.bounds.link),
        ("it joins two groups by a single pair", knowledge.bounds.bridge),
        (
            "it links two single entries that nobody else fits",
            knowledge.bounds.look.alone(knowledge.bounds.link),
        ),
        ("it asks an officer", math.log2(asked / (1 - asked))),
        ("it asks an officer where the answer brings much", knowledge.bounds.question),
    ]


# -- evaluate -----------------------------------------------------------------------------------


def tell_evaluation(request: EvaluateRequest, progress: Progress = silent) -> Told:
    """Measure the model against a truth file, and say what was found; see :func:`evaluate`."""
    found = evaluate(request, progress)
    figures = Figures(request.language)
    facts = figures.say(
        "Model {version}. {mentions} mentions in {entries} entries; the truth file tells of {told} "
        "of them. {unknown} of its lines belong to no row that was accepted. The bound on false "
        "links is {bound}.",
        version=found.version,
        mentions=figures.count(found.mentions),
        entries=figures.count(found.entries),
        told=figures.count(found.told),
        unknown=figures.count(found.unknown_lines),
        bound=figures.one_in(found.bound),
    )
    chapters = [
        Chapter(figures.say("What was measured"), (facts,)),
        *accuracy.chapters(figures, (found.pairwise, found.b_cubed), found.cases, found.blocking),
        accuracy.reliability(figures, found.reliability),
        accuracy.thresholds(figures, found.thresholds, found.bound),
    ]
    return tell(figures.say("How accurate the matching model is"), chapters, request)


def evaluate(request: EvaluateRequest, progress: Progress = silent) -> Evaluation:
    """Measure the model against a truth file.

    Raises:
        UsageError: the truth file cannot be read, or tells of nothing that was delivered.
        ExportError: files of the deliveries cannot be read.
        RegisterError: the register cannot be used.
    """
    knowledge = load_with(request.mappings, request.model)
    truth = read_truth(request.truth)
    with _source(request, knowledge, progress) as register:
        standing = stand(register, knowledge, progress)
    known = records(
        truth, standing.identified.occurrences, standing.mentions, standing.identified.entries
    )
    progress("match", 0, 1)
    entries, kin = standing.identified.entries, standing.kin
    pairs = match.match(standing.mentions, entries, kin, knowledge.model, None, progress)
    office = knowledge.office.false_link_bound
    persons, thresholds = _by_bound(standing, knowledge, pairs, known, progress)
    calibrated, _ = state(pairs, persons, standing, JUDGEMENTS.empty(), knowledge)
    pairs = calibrated.pairs
    happened = events.group(
        standing.mentions,
        entries,
        kin,
        persons,
        pairs,
        JUDGEMENTS.empty(),
        knowledge.register_types,
    )
    labels = {
        "persons": (_numbers(persons.person)[known.mention], known.person, known.cases),
        "events": (_numbers(happened.event)[known.entry], known.event, known.entry_cases),
    }
    told = {name: found for name, found in labels.items() if len(found[0])}
    return Evaluation(
        version=knowledge.model.version,
        mentions=len(standing.mentions),
        told=int((known.of_mention != UNKNOWN).sum()),
        unknown_lines=known.unknown_lines,
        entries=len(entries),
        bound=office,
        pairwise={n: measure.pairwise_accuracy(mine, true) for n, (mine, true, _) in told.items()},
        b_cubed={n: measure.b_cubed(mine, true) for n, (mine, true, _) in told.items()},
        cases={n: _with_pairs(measure.by_case(*found)) for n, found in told.items()},
        blocking=_blocking(pairs, known),
        reliability=_reliability(pairs, known),
        thresholds=thresholds,
    )


@contextmanager
def _source(
    request: EvaluateRequest, knowledge: Knowledge, progress: Progress
) -> Iterator[Register]:
    """The register to match; one in memory where deliveries are named."""
    if not request.deliveries:
        with open_register(request.register, create=False) as register:
            yield register
        return
    imported = importers.read_deliveries(
        list(request.deliveries),
        knowledge.folder,
        knowledge.register_types,
        importers.ImportOptions(kind=None, date=None, today=now().date(), progress=progress),
    )
    with open_register(_IN_MEMORY) as register, register.run("model evaluate") as run:
        register.add_import(run, imported.deliveries, imported.files, imported.rows)
        yield register


def _numbers(labels: pd.Series[int]) -> NDArray[np.int64]:
    return np.asarray(labels, dtype=np.int64)


def _with_pairs(cases: dict[str, Accuracy]) -> dict[str, Accuracy]:
    """Cases in which anything is linked, or should be."""
    return {case: found for case, found in cases.items() if found.links or found.pairs}


def _by_bound(
    standing: Standing,
    knowledge: Knowledge,
    pairs: pd.DataFrame,
    known: Records,
    progress: Progress,
) -> tuple[Clusters, pd.DataFrame]:
    """Persons at the office's bound, and what each bound would give."""
    office = knowledge.office.false_link_bound
    bounds = sorted({*BOUNDS, office}, reverse=True)
    at_office: Clusters | None = None
    lines = []
    for number, bound in enumerate(bounds):
        progress("resolve", number, len(bounds))
        limits = clusters.load_bounds(knowledge.folder, bound)
        found = clusters.cluster(
            standing.mentions,
            standing.identified.entries,
            standing.kin,
            pairs,
            JUDGEMENTS.empty(),
            limits,
            knowledge.register_types,
        )
        if bound == office:
            at_office = found
        sure, _ = state(pairs, found, standing, JUDGEMENTS.empty(), knowledge)
        lines.append({"bound": bound, "weight": limits.link, **_threshold(found, sure, known)})
    assert at_office is not None  # noqa: S101 - the office's bound is among the bounds
    return at_office, pd.DataFrame(lines)


def _threshold(found: Clusters, sure: Calibrated, known: Records) -> dict[str, float]:
    """What one bound gives.

    A *link* is one join of two groups of mentions, so a person of n mentions has n - 1 of them.
    What is expected to be wrong of them follows from their stated probabilities alone; what is
    wrong, from the truth.
    """
    joined = found.joined
    left, right = (_numbers(joined[side]) for side in ("left", "right"))
    one, other = known.of_mention[left], known.of_mention[right]
    accuracy = measure.pairwise_accuracy(_numbers(found.person)[known.mention], known.person)
    return {
        "links": len(joined),
        "expected": float((1 - sure.joins["probability"]).sum()),
        "false": int(((one != other) & (one != UNKNOWN) & (other != UNKNOWN)).sum()),
        "precision": accuracy.precision,
        "recall": accuracy.recall,
        "f1": accuracy.f1,
        "questions": len(found.questions),
    }


def _told(pairs: pd.DataFrame, known: Records) -> pd.DataFrame:
    """The pairs of which the truth file tells both sides."""
    left, right = (known.of_mention[_numbers(pairs[side])] for side in ("left", "right"))
    told: pd.DataFrame = pairs[(left != UNKNOWN) & (right != UNKNOWN)]
    return told


def _blocking(pairs: pd.DataFrame, known: Records) -> measure.BlockingQuality:
    told = _told(pairs, known)
    place = np.cumsum(known.of_mention != UNKNOWN) - 1
    left, right = (place[_numbers(told[side])] for side in ("left", "right"))
    return measure.blocking_quality(left, right, known.of_mention[known.of_mention != UNKNOWN])


def _reliability(pairs: pd.DataFrame, known: Records) -> pd.DataFrame:
    """Stated probability against the truth, for the pairs that a score was worked out for."""
    told = _told(pairs[~pairs["certain"]], known)
    left, right = (known.of_mention[_numbers(told[side])] for side in ("left", "right"))
    probability = told["probability"].to_numpy(dtype=np.float64)
    return measure.reliability(probability, left == right, np.array(CLASSES, dtype=np.float64))
