"""A small made-up world for the register: deliveries, and stages that decide by the simplest rules.

Two mentions are one person where their names are equal; an entry is its number. So tests see what
the register makes of it, and nothing of matching.
"""

import itertools
import json
from dataclasses import dataclass, field

import pandas as pd
from sqlalchemy import select

from reconcile import model
from reconcile.register import Resolved
from reconcile.register.tables import VERSIONED, metadata
from reconcile.register.versioned import holds, value_columns


@dataclass(frozen=True)
class Row:
    number: int
    names: dict[str, str]
    outcome: str = ""
    type: str = "KS"
    own_key: str = ""


@dataclass(frozen=True)
class Delivery:
    name: str
    rows: tuple[Row, ...]
    commune: str = "hiep_duc"
    file: str = "KS.2007.01.xlsx"
    kind: str = "full"
    sequence: int = 1
    date: str = field(default="")


def imported(*deliveries):
    """DELIVERIES, FILES and ROWS of them."""
    lines, files, rows = [], [], []
    for one in deliveries:
        place = {"delivery": one.name, "commune": one.commune}
        lines.append(
            place
            | {"date": one.date or one.name, "sequence": one.sequence, "kind": one.kind}
            | {"date_source": "folder"}
        )
        files.append(
            place
            | {"file": one.file, "family": "xlsx", "table": "book", "register_types": "KS"}
            | {"sha256": model.fingerprint([repr(one.rows)], 32), "bytes": 100}
            | {"status": "read", "evidence": "{}"}
        )
        rows += [
            place
            | {"file": one.file, "sheet": "KS", "row": 3 + index, "family": "xlsx"}
            | _row(one.commune, row)
            for index, row in enumerate(one.rows)
        ]
    return (
        model.DELIVERIES.build(lines),
        model.FILES.build(files),
        model.ROWS.build(rows),
    )


def _row(commune, row):
    fields = {"entry.number": str(row.number)}
    fields |= {f"{role}.name": name for role, name in row.names.items()}
    text = json.dumps(fields, ensure_ascii=False, sort_keys=True)
    return {
        "register_type": row.type,
        "outcome": row.outcome,
        "reason": "no_name" if row.outcome == "refused" else "",
        "cells": text,
        "raw_hash": model.fingerprint([commune, row.type, text, row.own_key]),
        "fields": "" if row.outcome else text,
        "own_key": row.own_key,
        "content_hash": "" if row.outcome else model.fingerprint([commune, row.type, text]),
    }


def resolved(register, apart=(), conflicts=(), findings=()):
    """Resolve what the register holds.

    ``apart``: names whose mentions are each a person of their own.
    """
    rows = register.occurrences()
    rows = rows[rows["outcome"] == ""].sort_values(
        ["date", "sequence", "delivery", "commune", "file", "sheet", "row"]
    )
    fields = register.contents().set_index("content_hash")["fields"].map(json.loads)
    occurrences, versions = [], {}
    for line in rows.to_dict("records"):
        number = fields[line["content_hash"]]["entry.number"]
        key = f"{line['commune']}/{line['register_type']}/2007/{number}~00000000"
        known = versions.setdefault(key, [])
        if line["content_hash"] not in known:
            outcome = "changed" if known else "new"
            known.append(line["content_hash"])
        else:
            outcome = "unchanged"
        occurrences.append(
            {name: line.get(name, "") for name in model.OCCURRENCES.names}
            | {
                "outcome": outcome,
                "entry_key": key,
                "version": known.index(line["content_hash"]) + 1,
            }
        )
    for line in occurrences:
        line["current"] = line["content_hash"] == versions[line["entry_key"]][-1]
    return _frames(occurrences, versions, fields, apart, conflicts, findings)


def _frames(occurrences, versions, fields, apart, conflicts, findings):
    entries, mentions = [], []
    for position, key in enumerate(sorted(versions)):
        commune, register_type, year, rest = key.split("/")
        origin = {"commune": commune, "register_type": register_type}
        live = versions[key][-1]
        entries.append(
            origin
            | {"content_hash": live, "entry_key": key, "year": int(year)}
            | {"number": int(rest.split("~")[0]), "body": "28501@1976"}
        )
        mentions += [
            origin
            | {"content_hash": live, "role": role, "name": name, "name_plain": name.lower()}
            | {"entry_key": key, "mention_key": f"{key}/{role}", "entry": position}
            for role, name in roles_of(fields[live]).items()
        ]
    mentions.sort(key=lambda line: line["mention_key"])
    frame = model.LIVE_MENTIONS.build(mentions)
    labels = [line["mention_key"] if line["name"] in apart else line["name"] for line in mentions]
    persons = pd.Series(pd.factorize(pd.Series(labels, dtype="str"))[0], dtype="Int32")
    content_mentions = [
        {"content_hash": content_hash, "role": role}
        for content_hash, one in fields.items()
        for role in roles_of(one)
    ]
    return Resolved(
        occurrences=model.OCCURRENCES.build(occurrences),
        entries=model.LIVE_ENTRIES.build(entries),
        mentions=frame,
        content_mentions=pd.DataFrame(content_mentions, columns=["content_hash", "role"]),
        pairs=_pairs(persons),
        persons=persons,
        events=pd.Series(range(len(entries)), dtype="Int32"),
        questions=model.QUESTIONS.empty(),
        golden=_golden(frame, persons),
        findings=model.FINDINGS.build(list(findings)),
        conflicts=model.CONFLICTS.build(list(conflicts)),
        evidence=model.EVIDENCE.empty(),
    )


def roles_of(fields):
    return {
        field.partition(".")[0]: name for field, name in fields.items() if field.endswith(".name")
    }


def _pairs(persons):
    lines = []
    for _, members in persons.groupby(persons, sort=True):
        places = list(members.index)
        lines += [
            {"left": one, "right": other, "rules": 1, "weight": 20.5, "probability": 0.999}
            for one, other in itertools.pairwise(places)
        ]
    return model.PAIRS.build(lines)


def _golden(mentions, persons):
    first = ~persons.duplicated()
    return model.GOLDEN.build(
        {
            "cluster": persons[first],
            "field": ["name"] * int(first.sum()),
            "value": mentions.loc[first, "name"],
            "mention": pd.Series(mentions.index, index=mentions.index)[first],
            "rule": ["most_frequent"] * int(first.sum()),
            "agreeing": [1] * int(first.sum()),
            "disagreeing": [0] * int(first.sum()),
        }
    )


def merge(register, *deliveries, **decided):
    """One whole run."""
    with register.run("merge", {"deliveries": len(deliveries)}) as run:
        register.add_import(run, *imported(*deliveries))
        return register.save(run, resolved(register, **decided))


def state(register):
    """Everything that holds in the register now, in a form that can be compared."""
    with register._reading() as connection:
        return {
            table.name: sorted(
                (
                    tuple(row)
                    for row in connection.execute(
                        select(*(table.c[name] for name in value_columns(table))).where(
                            holds(table)
                        )
                    )
                ),
                key=repr,
            )
            for table in VERSIONED
        }


def everything(register):
    """All lines of all tables, history and log included: what a dump of the database shows."""
    with register._reading() as connection:
        return {
            table.name: [
                tuple(row)
                for row in connection.execute(select(table).order_by(*table.primary_key.columns))
            ]
            for table in metadata.sorted_tables
        }
