"""Figures for tests of the report."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pandas as pd

from reconcile.config import load_register_types, mappings_folder
from reconcile.model import Outcome
from reconcile.report.summary import Summary
from reconcile.resolve.wording import load_wording
from reconcile.text.findings import load_findings

COMMUNES = {"hiep_duc": "Hiệp Đức", "hoi_xuan": "Hội Xuân", "tan_phong": "Tân Phong"}


def rows():
    lines = []
    for place, commune in enumerate(COMMUNES):
        for number in range(3):
            line = dict.fromkeys([outcome.value for outcome in Outcome], 0)
            line |= {"new": 1000 * (place + 1) + number, "repeated": 40, "footer": 3}
            line |= {"refused": 5 * place, "deleted": 12 if commune == "tan_phong" else 0}
            read = sum(line.values())
            file = f"KS.200{number}.01.xlsx"
            lines.append(
                {"delivery": "2025-07-01", "commune": commune, "file": file, "read": read, **line}
            )
    return pd.DataFrame(lines)


def summary(**changes):
    random = np.random.default_rng(7)
    wording = load_wording(mappings_folder())
    types = load_register_types(mappings_folder())
    rules = load_findings(mappings_folder())
    years = range(1976, 2026)
    books = [
        (commune, code, year, 120, int(120 - max(0, random.normal(0, 9))))
        for commune in COMMUNES
        for code in types
        for year in years
        if (year + len(commune)) % 11
    ]
    low = np.arange(-10.0, 40.0, 2.0)
    values = {
        "office": "UBND xã Hiệp Đức, tỉnh Đồng Tháp",
        "run": "R0012",
        "made": datetime(2026, 11, 24, 9, 5, tzinfo=UTC),
        "communes": COMMUNES,
        "register_types": types,
        "kinds": {kind.code.value: kind for kind in wording.kind},
        "rules": rules,
        "rows": rows(),
        "entries": pd.DataFrame(
            [(c, t, 900 + 31 * len(c)) for c in COMMUNES for t in types],
            columns=["commune", "register_type", "entries"],
        ),
        "persons": pd.DataFrame(
            {
                "communes": ["hiep_duc", "hoi_xuan", "hiep_duc hoi_xuan", "tan_phong"],
                "persons": [12_345, 9_876, 432, 20_001],
            }
        ),
        "events": pd.DataFrame({"entries": [1, 2, 3], "events": [9_000, 120, 4]}),
        "recorded": pd.DataFrame(
            {"communes": ["hiep_duc", "hiep_duc hoi_xuan"], "events": [9_060, 64]}
        ),
        "quality": pd.DataFrame(
            [
                (commune, code, year, 40, int(random.integers(0, 12)))
                for commune in COMMUNES
                for code in types
                for year in years
            ],
            columns=["commune", "register_type", "year", "entries", "flawed"],
        ),
        "thresholds": [("asked from here", -1.2), ("linked from here", 9.5)],
        "history": [("R0010", {"same_person": 400, "law": 40}), ("R0012", {"same_person": 220})],
        "conflicts": pd.DataFrame(
            [
                ("same_person", "warning", 220, 440.0),
                ("law", "error", 31, 124.0),
                ("refused", "critical", 15, 60.0),
            ],
            columns=["kind", "severity", "count", "minutes"],
        ),
        "findings": pd.DataFrame(
            [
                (code, commune, int(random.integers(0, 400)))
                for code in list(rules)[:25]
                for commune in COMMUNES
            ],
            columns=["code", "commune", "count"],
        ),
        "books": pd.DataFrame(
            books, columns=["commune", "register_type", "year", "last", "present"]
        ),
        "weights": pd.DataFrame(
            {
                "low": low,
                "link": (4000 * np.exp(-((low - 22) ** 2) / 60)).astype(int) * (low > 10),
                "question": (300 * np.exp(-((low - 4) ** 2) / 30)).astype(int) * (low < 12),
            }
        ),
    }
    return Summary(**{**values, **changes})
