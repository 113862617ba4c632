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

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from great_expectations.core.batch_definition import BatchDefinition
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult
    from great_expectations.data_context.data_context.ephemeral_data_context import (
        EphemeralDataContext,
    )
    from great_expectations.expectations.expectation import Expectation as GreatExpectation

    from reconcile.text.findings import FindingRule
    from reconcile.validate.suites import Argument, Expectation, Suite
    from reconcile.validate.wide import Wide


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

    def check(self, suite: Suite, wide: Wide, rules: Mapping[str, FindingRule]) -> pd.DataFrame:
        """Run one suite.

        Args:
            suite: the suite.
            wide: the contents of its register type.
            rules: words and severities of findings by code.

        Returns:
            Hits, see :func:`reconcile.validate.hits.hits`.

        Raises:
            MappingError: great-expectations does not know an expectation or its arguments.
            ContractError: an expectation crashed, so that it says nothing about the data.
        """
        frame = wide.frame(sorted(set().union(*(rule.columns() for rule in suite.expectation))))
        expected = self._gx.ExpectationSuite(
            name=suite.register_type,
            expectations=[self._expectation(rule, suite) for rule in suite.expectation],
        )
        batch = self._batches.get_batch(batch_parameters={"dataframe": frame})
        outcome = batch.validate(expected, result_format="COMPLETE")
        by_id = {rule.id: rule for rule in suite.expectation}
        found = [hits()]
        answered = set()
        for result in outcome.results:
            rule = by_id[_rule_id(result)]
            answered.add(rule.id)
            found.append(_hits(rule, result, wide, rules))
        if answered != set(by_id):
            raise ContractError(
                "great-expectations gave no result for {rules}",
                rules=", ".join(sorted(set(by_id) - answered)),
            )
        return pd.concat(found, ignore_index=True)

    def _expectation(self, rule: Expectation, suite: Suite) -> GreatExpectation:
        name = "".join(part.capitalize() for part in rule.type.split("_"))
        known = getattr(self._gx.expectations, name, None)
        if known is None:
            raise MappingError(
                "{file}: {problems}.",
                file=f"expectations ({suite.register_type})",
                problems=f"{rule.id}: great-expectations has no {rule.type}",
            )
        arguments = {key: _argument(value) for key, value in rule.arguments.items()}
        if rule.when or rule.present:
            arguments["row_condition"] = self._condition(rule)
        try:
            made: GreatExpectation = known(**arguments, meta={"rule": rule.id})
        except ValueError as error:  # pydantic's ValidationError, of version 1 or 2, is one
            raise MappingError(
                "{file}: {problems}.",
                file=f"expectations ({suite.register_type})",
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


def _rule_id(result: ExpectationValidationResult) -> str:
    config = result.expectation_config
    if config is None or "rule" not in (config.meta or {}):
        raise ContractError("great-expectations gave a result of a rule that was not asked for")
    return str(config.meta["rule"])


def _hits(
    rule: Expectation,
    result: ExpectationValidationResult,
    wide: Wide,
    rules: Mapping[str, FindingRule],
) -> pd.DataFrame:
    """The contents on which one expectation failed.

    A crashed expectation also says ``success=False``, with nothing unexpected; only the plain form
    "no exception" tells that it ran.
    """
    crash = result.exception_info
    if crash and crash.get("raised_exception") is not False:
        raise ContractError("the rule {rule} crashed in great-expectations", rule=rule.id)
    if result.success:
        return hits()
    places = result.result.get("unexpected_index_list")
    if not places:
        raise ContractError("the rule {rule} failed without naming a row", rule=rule.id)
    return hits(
        wide.contents["content_hash"].loc[sorted(set(places))],
        code=rule.code,
        severity=rule.severity or rules[rule.code].severity,
        field=rule.field,
        params=json.dumps({"rule": rule.id}),
    )
