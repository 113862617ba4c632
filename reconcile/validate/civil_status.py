"""Civil-status rules over one entry: order of dates, ages, deadlines, values that two roles share.

Dates are intervals (P6), so a rule is broken only where no day within the intervals could keep it:
what is not known exactly gets the benefit of the doubt. The rules are data, see
:mod:`reconcile.validate.rules`.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reconcile.errors import ContractError
from reconcile.validate.calendar import anniversary, year_of
from reconcile.validate.hits import as_params, hits
from reconcile.validate.rules import (
    Age,
    Deadline,
    NumberYear,
    Order,
    Period,
    Rule,
    Rules,
    Unequal,
    bounds,
    load_rules,
)

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator, Mapping

    from reconcile.config import RegisterType
    from reconcile.text.findings import FindingRule
    from reconcile.validate.wide import Wide

__all__ = ["check_rules", "load_rules"]


def check_rules(
    rules: Rules, register_type: RegisterType, wide: Wide, words: Mapping[str, FindingRule]
) -> pd.DataFrame:
    """Check all rules that hold for one register type.

    Args:
        rules: the rules.
        register_type: the register type.
        wide: its contents.
        words: words and severities of findings by code.

    Returns:
        Hits, see :func:`reconcile.validate.hits.hits`.
    """
    found = [hits()]
    for rule in rules.all():
        if register_type.code in rule.register_types:
            for concrete in _for_each_role(rule, register_type):
                found += _broken(concrete, wide, words)
    return pd.concat(found, ignore_index=True)


def _for_each_role(rule: Rule, register_type: RegisterType) -> Iterator[Rule]:
    """The rule itself, or one for each role where it says ``*``."""
    texts = {
        name: value
        for name in ("field", "earlier", "later", "person")
        if isinstance(value := getattr(rule, name, None), str) and value.startswith("*")
    }
    if not texts:
        yield rule
        return
    for role in register_type.roles:
        yield rule.model_copy(
            update={name: value.replace("*", role.name, 1) for name, value in texts.items()}
        )


def _broken(rule: Rule, wide: Wide, words: Mapping[str, FindingRule]) -> list[pd.DataFrame]:
    match rule:
        case Order():
            return _broken_order(rule, wide, words)
        case Age():
            return _broken_age(rule, wide, words)
        case Deadline():
            return _broken_deadline(rule, wide, words)
        case Unequal():
            return _broken_unequal(rule, wide, words)
        case NumberYear():
            return _broken_number_year(rule, wide, words)
    raise ContractError("there is no check for rules of the kind {kind}", kind=type(rule).__name__)


def _broken_order(rule: Order, wide: Wide, words: Mapping[str, FindingRule]) -> list[pd.DataFrame]:
    earlier = wide.column(bounds(rule.earlier)[0])
    later = wide.column(bounds(rule.later)[1])
    return [_found(rule, (earlier > later) & _spoken_of(rule, wide), wide, words)]


def _broken_age(rule: Age, wide: Wide, words: Mapping[str, FindingRule]) -> list[pd.DataFrame]:
    birth_from, birth_to, _ = (wide.column(name) for name in bounds(f"{rule.person}.birth"))
    at_from, at_to, _ = (wide.column(name) for name in bounds(rule.at))
    broken = pd.Series(data=False, index=birth_from.index)
    if rule.least_years is not None:
        broken |= at_to < anniversary(birth_from, rule.least_years, rule.plus_days)
    if rule.most_years is not None:
        broken |= at_from >= anniversary(birth_to, rule.most_years + 1)
    broken &= _in_force(rule, at_from, at_to) & _spoken_of(rule, wide)
    return _found_by_precision(
        rule, broken, wide, words, {"least": rule.least_years, "most": rule.most_years}
    )


def _broken_deadline(
    rule: Deadline, wide: Wide, words: Mapping[str, FindingRule]
) -> list[pd.DataFrame]:
    event_from, event_to, _ = (wide.column(name) for name in bounds(rule.event))
    done_from, done_to, _ = (wide.column(name) for name in bounds("entry.registered"))
    kind = wide.column("entry.registration_kind")
    holds = _in_force(rule, done_from, done_to) & _spoken_of(rule, wide)
    late = holds & (done_from - event_to > rule.days) & kind.isin(rule.on_time)
    early = holds & (done_to - event_from <= rule.days) & kind.isin(rule.late)
    in_time = rule.model_copy(update={"code": rule.code_early})
    params: dict[str, object] = {"days": rule.days}
    return [
        *_found_by_precision(rule, late, wide, words, params),
        *_found_by_precision(in_time, early, wide, words, params),
    ]


def _broken_unequal(
    rule: Unequal, wide: Wide, words: Mapping[str, FindingRule]
) -> list[pd.DataFrame]:
    broken = pd.Series(data=False, index=wide.contents.index)
    for left, right in combinations(rule.among, 2):
        value = wide.column(left)
        broken |= value.notna() & value.eq(wide.column(right))
    return [_found(rule, broken & _spoken_of(rule, wide), wide, words)]


def _broken_number_year(
    rule: NumberYear, wide: Wide, words: Mapping[str, FindingRule]
) -> list[pd.DataFrame]:
    parts = wide.column(f"{rule.person}.cccd").astype("str").str.extract(r"^\d{3}(\d)(\d\d)\d{6}$")
    says = 1900 + 100 * (parts[0].astype("float64") // 2) + parts[1].astype("float64")
    birth_from, birth_to, _ = bounds(f"{rule.person}.birth")
    outside = (says < year_of(wide.column(birth_from))) | (says > year_of(wide.column(birth_to)))
    return [_found(rule, outside & _spoken_of(rule, wide), wide, words)]


def _spoken_of(rule: Rule, wide: Wide) -> pd.Series:
    spoken = pd.Series(data=True, index=wide.contents.index)
    for column, values in rule.when.items():
        spoken &= wide.column(column).isin(values)
    return spoken


def _in_force(rule: Period, first: pd.Series, last: pd.Series) -> pd.Series:
    """Whether the whole interval lies in the time in which the rule held."""

    def day(date: datetime.date | None, otherwise: float) -> float:
        return otherwise if date is None else float(date.toordinal())

    return (first >= day(rule.since, -np.inf)) & (last <= day(rule.until, np.inf))


def _found(
    rule: Rule,
    broken: pd.Series,
    wide: Wide,
    words: Mapping[str, FindingRule],
    params: Mapping[str, object] | None = None,
) -> pd.DataFrame:
    return hits(
        wide.contents["content_hash"][broken],
        code=rule.code,
        severity=rule.severity or words[rule.code].severity,
        field=rule.field,
        params=as_params({"rule": rule.id, **(params or {})}),
    )


def _found_by_precision(
    rule: Period,
    broken: pd.Series,
    wide: Wide,
    words: Mapping[str, FindingRule],
    params: Mapping[str, object],
) -> list[pd.DataFrame]:
    """Findings, milder where a date that the rule looks at is not known to the day."""
    exact = pd.Series(data=True, index=broken.index)
    for moment in rule.moments():
        exact &= wide.column(bounds(moment)[2]).eq("day")
    partial = rule.model_copy(
        update={"severity": rule.severity_partial or rule.severity or words[rule.code].severity}
    )
    return [
        _found(rule, broken & exact, wide, words, params),
        _found(partial, broken & ~exact, wide, words, params),
    ]
