"""Conflicts about files that a merge went on without (``--skip-unreadable``)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from reconcile.model import ConflictKind
from reconcile.resolve.drafts import Draft, Sources
from reconcile.text.language import translate

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

_FILE = ["commune", "file"]


def still_unread(files: pd.DataFrame, deliveries: pd.DataFrame) -> pd.DataFrame:
    """Files that were left out, and that no delivery of that day or a later one brings readable.

    The same file is one of that name in the same commune, or one with the same bytes anywhere (it
    was moved into the right folder, or its mapping was written).

    Args:
        files: FILES.
        deliveries: DELIVERIES.

    Returns:
        FILES with the date of their delivery, the latest for each commune and name.
    """
    dated = files.merge(deliveries, on=["delivery", "commune"])
    read = dated[dated["status"] == "read"]
    by_name = read.groupby(_FILE)["date"].max().rename("mended")
    by_content = read.groupby("sha256")["date"].max()
    unread = dated[dated["status"] == "unreadable"]
    mended = unread[_FILE].merge(by_name, on=_FILE, how="left")["mended"].fillna("")
    moved = unread["sha256"].map(by_content).astype("str").fillna("")
    overtaken = [
        date <= max(named, same)
        for date, named, same in zip(unread["date"], mended, moved, strict=True)
    ]
    standing = unread[~np.array(overtaken, dtype=bool)]
    latest = standing.sort_values(["date", "sequence", "delivery"])
    return latest.drop_duplicates(_FILE, keep="last").sort_values(_FILE, ignore_index=True)


def unclaimed(files: pd.DataFrame) -> pd.DataFrame:
    """Files of which nobody can say what they hold: no commune, or no table that claims them.

    One whose bytes the same delivery has under another name, where they were read, lacks nothing.

    Args:
        files: FILES.
    """
    found = files[(files["status"] == "unreadable") & (files["family"] == "")]
    read = files[files["status"] == "read"]
    known = set(zip(read["delivery"], read["sha256"], strict=True))
    here = [place in known for place in zip(found["delivery"], found["sha256"], strict=True)]
    return found[~np.array(here, dtype=bool)]


def unreadable_files(sources: Sources) -> Iterator[Draft]:
    """One question for every file that is still missing; its bytes are the evidence."""
    if sources.unread is None:
        return
    for line in sources.unread.to_dict("records"):
        said = json.loads(line["evidence"])
        reason = {
            f"reason_{language}": translate(said["fault"], language, **said["values"])
            for language in ("vi", "en")
            if "fault" in said
        }
        yield Draft(
            kind=ConflictKind.UNREADABLE_FILE,
            severity="error",
            sentence="unreadable_file",
            keys=(str(line["commune"]), str(line["file"])),
            facts=(str(line["sha256"] or line["delivery"]),),
            params={"reason_vi": "", "reason_en": ""} | reason,
            positions={
                "delivery": line["delivery"],
                "commune": line["commune"],
                "file": line["file"],
                "sheet": "",
                "row": 0,
            },
        )
