"""Splink 5 on one Febrl data set; run by ``benchmarks/febrl.py`` in the benchmarks' environment.

The model follows Splink's own worked example for febrl3, with the address columns added and
all blocking rules of that example; m and u are estimated as shown there. Writes the clusters at
match probability 0.5 and the scored pairs, from which the caller reads the best threshold there is.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pandas as pd
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

RULES = ["soc_sec_id", "given_name", "surname", "date_of_birth", "postcode"]
SURE = [
    "l.soc_sec_id = r.soc_sec_id",
    "l.given_name = r.given_name and l.surname = r.surname and l.date_of_birth = r.date_of_birth",
    "l.given_name = r.surname and l.surname = r.given_name and l.date_of_birth = r.date_of_birth",
]


def settings(tables: int) -> SettingsCreator:
    """The model."""
    return SettingsCreator(
        unique_id_column_name="rec_id",
        link_type="dedupe_only" if tables == 1 else "link_only",
        blocking_rules_to_generate_predictions=[block_on(column) for column in RULES],
        comparisons=[
            cl.NameComparison("given_name"),
            cl.NameComparison("surname"),
            cl.DateOfBirthComparison(
                "date_of_birth", input_is_string=True, datetime_format="%Y%m%d"
            ),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("address_1", [0.9, 0.8]),
            cl.JaroWinklerAtThresholds("address_2", [0.9, 0.8]),
            cl.JaroWinklerAtThresholds("suburb", [0.9, 0.8]),
            cl.ExactMatch("state"),
        ],
    )


def main(out: Path, paths: list[Path]) -> None:
    """Fit, predict, cluster, write."""
    tables = [pd.read_csv(path, dtype=str) for path in paths]
    db_api = DuckDBAPI()
    frames = [db_api.register(table) for table in tables]
    tables_in = frames[0] if len(frames) == 1 else frames
    linker = Linker(tables_in, settings(len(tables)), log_level=logging.ERROR)
    training = linker.training
    training.estimate_probability_two_random_records_match(SURE, recall=0.9)
    training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    training.estimate_parameters_using_expectation_maximisation(
        block_on("substr(date_of_birth, 1, 3)")
    )
    training.estimate_parameters_using_expectation_maximisation(block_on("substr(postcode, 1, 2)"))
    pairs = linker.inference.predict(threshold_match_probability=0.01)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
        pairs, threshold_match_probability=0.5
    )
    scored = pairs.as_pandas_dataframe()
    scored[["rec_id_l", "rec_id_r", "match_weight"]].to_csv(out / "pairs.csv", index=False)
    found = clusters.as_pandas_dataframe()
    found[["rec_id", "cluster_id"]].to_csv(out / "clusters.csv", index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
