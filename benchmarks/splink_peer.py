"""Splink on the flat table of mentions: runs in an environment of its own (splink 5, DuckDB).

Reads the table that :mod:`flat_table` makes, trains without labels (random sampling for u, EM for
m, term frequencies), scores and clusters by connected components, and prints as JSON the seconds of
each step and the peak of memory::

    SPLINK_PYTHON benchmarks/splink_peer.py TABLE.parquet --edges EDGES.parquet

Set up with care for this kind of data: twenty blocking rules, names compared with and without
marks, by sound and by words, dates by precision, relatives' names and years as evidence, roles that
one person cannot have twice, two roles of one entry.
"""

from __future__ import annotations

import argparse
import json
import logging
import resource
import sys
import time
from typing import Any

import duckdb
from splink import Linker, SettingsCreator, block_on
from splink.blocking_rule_library import CustomRule
from splink.comparison_library import CustomComparison
from splink.internals.duckdb.database_api import DuckDBAPI

APART = "not (l.entry = r.entry and l.distinct and r.distinct)"
Level = dict[str, Any]


def level(sql: str, m: float | None = None, tf: str | None = None, **values: float) -> Level:
    """One comparison level.

    Args:
        sql: the condition.
        m: share of true pairs, held fixed; estimated by EM where there is none.
        tf: column whose term frequencies adjust the level.
        values: further settings of Splink.
    """
    found: Level = {"sql_condition": sql, "label_for_charts": sql, **values}
    if m is not None:
        found |= {"m_probability": m, "fix_m_probability": True}
    if tf is not None:
        found |= {"tf_adjustment_column": tf, "tf_adjustment_weight": 1.0}
        found |= {"disable_tf_exact_match_detection": True}
    return found


def comparison(name: str, missing: str, *levels: Level) -> CustomComparison:
    """A comparison: null level, the levels given, and everything else."""
    null = {"sql_condition": missing, "label_for_charts": "missing", "is_null_level": True}
    taken = [one["m_probability"] for one in levels if "m_probability" in one]
    rest = level("ELSE", 1 - sum(taken) if len(taken) == len(levels) else None)
    return CustomComparison(output_column_name=name, comparison_levels=[null, *levels, rest])


def either_missing(column: str) -> str:
    """Condition that one side has no value."""
    return f"{column}_l is null or {column}_r is null"


def names() -> CustomComparison:
    """The name: with marks, without, by sound or words, by parts, by edits."""
    same = "{0}_l = {0}_r"
    edits = "levenshtein(name_plain_l, name_plain_r)"
    ends = "family_l = family_r and given_l = given_r"
    return comparison(
        "name",
        either_missing("name_plain"),
        level(same.format("name_key"), 0.93, "name_key"),
        level(same.format("name_plain"), 0.025, "name_plain"),
        level(f"name_sound_l = name_sound_r or {same.format('words')}", 0.012, "name_plain"),
        level(f"{edits} <= 1", 0.01),
        level("rest_l = rest_r and rest_l like '% %'", 0.002),
        level(f"{ends} and {edits} <= 4", 0.01),
        level(f"{edits} <= 2", 0.002),
        level(ends, 0.001),
        level("given_l = given_r", 0.001),
    )


def births() -> CustomComparison:
    """The date of birth, each side in its own precision."""
    swapped = (
        "birth_day_l[1:4] = birth_day_r[1:4] and birth_day_l[6:7] = birth_day_r[9:10]"
        " and birth_day_l[9:10] = birth_day_r[6:7]"
    )
    gap = "abs(birth_year_l - birth_year_r)"
    return comparison(
        "birth",
        either_missing("birth_year"),
        level("birth_day_l = birth_day_r", 0.16),
        level(f"damerau_levenshtein(birth_day_l, birth_day_r) <= 1 or ({swapped})", 0.006),
        level(f"{gap} = 0 and (birth_day_l is null or birth_day_r is null)", 0.79),
        level(f"{gap} = 0", 0.001),
        level(f"{gap} <= 1", 0.022),
        level(f"{gap} <= 2", 0.01),
        level(f"{gap} <= 5", 0.004),
    )


def ages() -> CustomComparison:
    """Could both be of one age, where at least one side has no date of birth."""
    return comparison(
        "age",
        "(birth_year_l is not null and birth_year_r is not null)"
        " or born_first_l is null or born_first_r is null",
        level("born_last_l < born_first_r or born_last_r < born_first_l", 0.02),
    )


def relative(of: str) -> CustomComparison:
    """A relative of the same entry: name with year, name, nearly that name, given name."""
    same = f"{of}_name_l = {of}_name_r"
    given = f"split_part({of}_name_l, ' ', -1) = split_part({of}_name_r, ' ', -1)"
    family = f"split_part({of}_name_l, ' ', 1) = split_part({of}_name_r, ' ', 1)"
    shares = (0.03, 0.002, 0.02, 0.005) if of == "child" else (0.90, 0.05, 0.012, 0.01)
    return comparison(
        of,
        either_missing(f"{of}_name"),
        level(f"{same} and abs({of}_year_l - {of}_year_r) <= 1", shares[0], f"{of}_name"),
        level(same, shares[1], f"{of}_name"),
        level(f"levenshtein({of}_name_l, {of}_name_r) <= 2", shares[2]),
        level(f"{given} and {family}", shares[3]),
    )


def numbers(column: str) -> CustomComparison:
    """An identity number: equal, one digit off, different."""
    return comparison(
        column,
        either_missing(column),
        level(f"{column}_l = {column}_r", 0.93),
        level(f"damerau_levenshtein({column}_l, {column}_r) <= 1", 0.03),
    )


def comparisons(size: int) -> list[CustomComparison]:
    """All comparisons for a table of so many rows."""
    one_entry = level("entry_l = entry_r", 0.1, u_probability=2.5 / size)
    both = level("passage_l = passage_r and passage_l is not null", 0.003)
    return [
        names(),
        births(),
        ages(),
        comparison("sex", either_missing("sex"), level("sex_l = sex_r", 0.998)),
        numbers("cmnd"),
        numbers("cccd"),
        comparison(
            "hamlet",
            either_missing("residence_hamlet"),
            level("residence_hamlet_l = residence_hamlet_r", tf="residence_hamlet"),
        ),
        comparison(
            "home",
            either_missing("home_key"),
            level("home_key_l = home_key_r", tf="home_key"),
            level("jaro_winkler_similarity(home_key_l, home_key_r) > 0.9"),
        ),
        *(relative(of) for of in ("father", "mother", "partner", "child")),
        comparison("passage", "false", both),
        comparison("one_entry", "false", one_entry | {"fix_u_probability": True}),
    ]


def blocking() -> list[Any]:
    """Twenty blocking rules; two roles of one entry that are two people are never a pair."""
    near = "abs(l.birth_year - r.birth_year) between 1 and 2"
    undated = "(l.birth_year is null or r.birth_year is null)"
    keys = [
        ("cmnd",),
        ("cccd",),
        ("entry", "name_plain"),
        ("name_plain", "birth_year"),
        ("name_sound", "birth_year"),
        ("words", "birth_year"),
        ("given", "birth_day"),
        ("family", "birth_day"),
        ("rest", "birth_year", "residence_hamlet"),
        ("name_plain", "residence_hamlet"),
        ("name_plain", "partner_name"),
        ("name_plain", "father_name"),
        ("name_plain", "mother_name"),
        ("name_plain", "child_name"),
        ("partner_name", "child_name"),
        ("partner_name", "partner_year", "given"),
        ("father_name", "mother_name", "birth_year"),
        ("father_name", "mother_name", "given"),
    ]
    joined = [" and ".join(f"l.{key} = r.{key}" for key in rule) for rule in keys]
    joined.append(f"l.name_plain = r.name_plain and {near}")
    joined.append(
        f"l.name_plain = r.name_plain and l.commune = r.commune and {undated}"
        " and l.born_last >= r.born_first and r.born_last >= l.born_first"
    )
    return [CustomRule(f"{rule} and {APART}") for rule in joined]


def train(linker: Linker, pairs: float) -> None:
    """Estimate the prior, u and m without labels."""
    linker.training.estimate_probability_two_random_records_match(
        [block_on("name_key", "birth_day"), block_on("cmnd"), block_on("entry", "name_key")],
        recall=0.5,
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=pairs, seed=1)
    for rule in (
        ("name_plain", "birth_year"),
        ("father_name", "mother_name"),
    ):
        linker.training.estimate_parameters_using_expectation_maximisation(
            block_on(*rule), max_pairs=1e6
        )


def main() -> int:
    """Read the table, train, score, cluster; print seconds and memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table")
    parser.add_argument("--edges", required=True)
    parser.add_argument("--least", type=float, default=-5.0, help="least match weight of an edge")
    parser.add_argument("--cluster", type=float, default=0.99, help="probability for clusters")
    parser.add_argument("--sampled", type=float, default=1e6, help="pairs for estimating u")
    options = parser.parse_args()
    logging.getLogger("splink").setLevel(logging.ERROR)
    connection = duckdb.connect(":memory:")
    connection.execute("set threads to 2")
    connection.execute("set preserve_insertion_order to false")
    rows = connection.execute(
        "create table mentions as select * from read_parquet(?)", [options.table]
    ).fetchall()
    began, processor = time.monotonic(), time.process_time()
    api = DuckDBAPI(connection)
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=comparisons(rows[0][0]),
        blocking_rules_to_generate_predictions=blocking(),
        retain_matching_columns=False,
    )
    linker = Linker(api.register("mentions"), settings, log_level=logging.ERROR)
    train(linker, options.sampled)
    trained = time.monotonic()
    edges = linker.inference.predict(threshold_match_weight=options.least)
    scored = time.monotonic()
    linker.clustering.cluster_pairwise_predictions_at_threshold(edges, options.cluster)
    clustered, processor = time.monotonic(), time.process_time() - processor
    connection.execute(
        f"copy (select unique_id_l, unique_id_r, match_weight from {edges.physical_name})"  # noqa: S608 - a name that Splink made
        " to '" + options.edges.replace("'", "''") + "' (format parquet)"
    )
    figures = {
        "rows": rows[0][0],
        "train": trained - began,
        "score": scored - trained,
        "cluster": clustered - scored,
        "seconds": clustered - began,
        "processor": processor,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
