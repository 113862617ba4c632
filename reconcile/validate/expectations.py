"""Run suites of great-expectations and turn what fails into lines of findings.

Importing great-expectations takes seconds, so it happens inside the one function that runs it.
Nothing of it is kept: no context on disk, no data docs, no telemetry, no progress bars.
"""

from __future__ import annotations

import datetime
import json
import operator
import os
import warnings
from functools import reduce
from typing import TYPE_CHECKING, Any

import pandas as pd

from reconcile.errors import ContractError, MappingError
from reconcile.validate.hits import hits
from reconcile.validate.questions import questions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import ModuleType

    from great_expectations.core.batch_definition import BatchDefinition
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult
    from great_expectations.data_context.data_context.ephemeral_data_context import (
        EphemeralDataContext,
    )
    from great_expectations.expectations.expectation import Expectation as GreatExpectation

    from reconcile.text.findings import FindingRule
    from reconcile.validate.questions import Asked, Question
    from reconcile.validate.suites import Argument, Expectation


class Checker:
    """Great-expectations, imported and set up once for all suites of a run."""

    def __init__(self) -> None:
        """Import great-expectations and make a context that lives in memory only."""
        os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read when the package is imported
        with warnings.catch_warnings():
            # Its imports warn of what it will change one day; no user can do anything about it.
            warnings.simplefilter("ignore")
            import great_expectations as gx
            from great_expectations.data_context.types.base import ProgressBarsConfig

        self._gx: ModuleType = gx
        self._context: EphemeralDataContext = gx.get_context(mode="ephemeral")
        self._context.variables.progress_bars = ProgressBarsConfig(globally=False)
        source = self._context.data_sources.add_pandas("contents")
        asset = source.add_dataframe_asset("wide")
        self._batches: BatchDefinition[Any] = asset.add_batch_definition_whole_dataframe("all")

    def check(self, asked: Iterable[Asked], words: Mapping[str, FindingRule]) -> pd.DataFrame:
        """Run rules of any suites.

        Args:
            asked: the rules with the lines that they look at.
            words: words and severities of findings by code.

        Returns:
            Hits, see :func:`reconcile.validate.hits.hits`.

        Raises:
            MappingError: great-expectations does not know an expectation or its arguments.
            ContractError: an expectation crashed, so that it says nothing about the data.
        """
        found = [hits()]
        for question in questions(asked):
            first = question.asked[0]
            expectation = self._expectation(first.rule, first.register_type)
            batch = self._batches.get_batch(batch_parameters={"dataframe": question.lines})
            result = batch.validate(expectation, result_format="COMPLETE")
            for each, contents in question.contents(_unexpected(question, result)):
                found.append(_hits(each.rule, contents, words))
        return pd.concat(found, ignore_index=True)

    def _expectation(self, rule: Expectation, register_type: str) -> GreatExpectation:
        name = "".join(part.capitalize() for part in rule.type.split("_"))
        known = getattr(self._gx.expectations, name, None)
        if known is None:
            raise MappingError(
                "{file}: {problems}.",
                file=f"expectations ({register_type})",
                problems=f"{rule.id}: great-expectations has no {rule.type}",
            )
        arguments = {key: _argument(value) for key, value in rule.arguments.items()}
        if rule.when or rule.present:
            arguments["row_condition"] = self._condition(rule)
        try:
            made: GreatExpectation = known(**arguments)
        except ValueError as error:  # pydantic's ValidationError, of version 1 or 2, is one
            raise MappingError(
                "{file}: {problems}.",
                file=f"expectations ({register_type})",
                problems=f"{rule.id}: the arguments do not fit {rule.type}",
            ) from error
        return made

    def _condition(self, rule: Expectation) -> Any:  # noqa: ANN401 - classes differ by operator
        from great_expectations.expectations.row_conditions import Column

        parts: list[Any] = [Column(name).is_in(values) for name, values in rule.when.items()]
        parts += [Column(name).is_not_null() for name in rule.present]
        return reduce(operator.and_, parts)


def _argument(value: Argument) -> object:
    """Dates become the numbers of their days, tuples lists."""
    if isinstance(value, tuple):
        return [_argument(each) for each in value]
    return value.toordinal() if isinstance(value, datetime.date) else value


def _unexpected(question: Question, result: ExpectationValidationResult) -> list[int]:
    """The lines on which an expectation failed.

    A crashed expectation also says ``success=False``, with nothing unexpected; only the plain form
    "no exception" tells that it ran.
    """
    crash = result.exception_info
    if crash and crash.get("raised_exception") is not False:
        raise ContractError("the rule {rule} crashed in great-expectations", rule=question.rules)
    if result.success:
        return []
    places = result.result.get("unexpected_index_list")
    if not places:
        raise ContractError("the rule {rule} failed without naming a row", rule=question.rules)
    return [int(place) for place in places]


def _hits(rule: Expectation, contents: pd.Series, words: Mapping[str, FindingRule]) -> pd.DataFrame:
    """The contents on which one rule failed."""
    return hits(
        contents,
        code=rule.code,
        severity=rule.severity or words[rule.code].severity,
        field=rule.field,
        params=json.dumps({"rule": rule.id}),
    )
