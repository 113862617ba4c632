"""Casebooks for tests: every kind, two to four sides, long and hostile texts. Invented people."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from string import Formatter

from reconcile.config import mappings_folder
from reconcile.model import CONFLICTS
from reconcile.resolve.wording import load_wording
from reconcile.review.casebook import Casebook, Reason, Record

WORDING = load_wording(mappings_folder())


SENTENCES = {
    "same_person": "same_person_possible",
    "contradiction": "contradiction_chain",
    "same_event": "same_event_linked",
    "fact": "fact_birth",
    "identity_shared": "identity_shared_cccd",
    "identity_several": "identity_several_cccd",
    "law": "law_marriage_age_husband",
    "gone": "gone_entry",
    "series": "series_gaps",
    "quality_control": "quality_control_link",
}
PHRASES = {sentence.id: sentence for sentence in WORDING.sentence}


def params(sentence):
    """Something for every placeholder of a sentence."""
    words = PHRASES.get(sentence)
    parts = Formatter().parse(f"{words.vi} {words.en}") if words else ()
    return {name: 2 for _, name, _, _ in parts if name}


def record(name="Nguyễn Văn An", **changes):
    facts = {
        "Họ tên": name,
        "Giới tính": changes.pop("sex", "Nam"),
        "Ngày sinh": changes.pop("birth", "12/03/1980"),
        "Cha": changes.pop("father", "Nguyễn Văn Bảy (1950)"),
        "Mẹ": changes.pop("mother", "Trần Thị Tư (1955)"),
        "Nơi cư trú": changes.pop("home", "ấp Hòa Nghĩa, xã Hội Xuân"),
        **changes.pop("facts", {}),
    }
    values = {
        "entry_id": "E-4K7Q-2",
        "person_id": "P-83MD-7",
        "heading": "Khai sinh · người được khai sinh",
        "commune": "Hội Xuân",
        "number": "24",
        "book": "01",
        "year": "2005",
        "page": "12",
        "registered": "15/03/2005",
        "file": "hoi_xuan/So khai sinh.xls",
        "sheet": "Nam 2005",
        "row": 30,
        "facts": facts,
    }
    return Record(**{**values, **changes})


def line(conflict, kind="same_person", sides=2, **changes):
    """One line of CONFLICTS; keys of sides are ``<conflict>/m0``, ``<conflict>/m1``, …"""
    keys = [f"{conflict}/m{side}" for side in range(sides)]
    return {
        "conflict": conflict,
        "kind": kind,
        "severity": "warning",
        "entries": json.dumps([f"{conflict}/e{side}" for side in range(sides)]),
        "mentions": json.dumps(keys),
        "values": "[]",
        "sentence": SENTENCES.get(kind, kind),
        "params": json.dumps(params(SENTENCES.get(kind, kind))),
        "probability": float("nan"),
        "evidence": f"hash-{conflict}",
        "state": "open",
        "positions": "",
        **changes,
    }


def casebook(lines=None, records=None, reasons=None, **changes):
    """A casebook; sides without a record get a usual one."""
    found = conflicts() if lines is None else lines
    shown = {
        key: record(person_id=f"P-{key[-4:].replace('/', '')}")
        for each in found
        for key in json.loads(each["mentions"])
    }
    return Casebook(
        conflicts=CONFLICTS.build(found),
        wording=WORDING,
        register=changes.pop("register", "R-TEST-7Q"),
        run=changes.pop("run", "R0012"),
        answered=changes.pop("answered", {}),
        office="UBND xã Hiệp Đức, tỉnh Đồng Tháp",
        made=datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
        records={**shown, **(records or RECORDS if lines is None else records or {})},
        reasons=reasons or (REASONS if lines is None else {}),
        **changes,
    )


def conflicts():
    """Every kind at least once."""
    return [
        line("C-0001", proposal="same", probability=0.93, severity="error"),
        line("C-0002", proposal="same", probability=0.9987, severity="warning"),
        line("C-0003", proposal="different", probability=0.7, sides=2),
        line("C-0004", "contradiction", sides=3, severity="critical"),
        line(
            "C-0005",
            "same_event",
            sides=2,
            proposal="same:A",
            probability=0.97,
            legal="book_prevails",
        ),
        line("C-0006", "same_event", sides=4, severity="error", legal="book_prevails"),
        line(
            "C-0007",
            "fact",
            field="birth",
            values=json.dumps(["1980-03-12", "1980-12-03"]),
            proposal="A",
            severity="error",
        ),
        line(
            "C-0008",
            "fact",
            field="name",
            sides=3,
            values=json.dumps(["Huỳnh Thị Lan", "Hoàng Thị Lan", "Huỳnh Thị Lan"]),
            sentence="fact_name",
        ),
        line("C-0009", "number_twice", legal="numbering"),
        line("C-0010", "identity_shared", field="cccd", severity="critical"),
        line("C-0011", "law", legal="marriage_age_2014", severity="error", sides=1, field="birth"),
        line(
            "C-0012",
            "refused",
            sides=0,
            mentions="[]",
            entries="[]",
            positions=json.dumps(
                {
                    "delivery": "2025-07-01",
                    "commune": "tan_phong",
                    "file": "tanphong_ks.csv",
                    "sheet": "",
                    "row": 77,
                }
            ),
        ),
        line("C-0013", "gone", sides=1, severity="info"),
        line("C-0017", "identity_several", sides=2, field="cmnd"),
        line("C-0018", "series", sides=0),
        line("C-0019", "quality_control"),
        line("C-0014", severity="info", state="stale"),
        line("C-0015", state="decided"),
        line("C-0016", state="closed"),
    ]


RECORDS = {
    "C-0001/m1": record(
        "Nguyển Văn An",
        commune="Tân Phong",
        person_id="P-19XC-4",
        heading="Kết hôn · chồng",
        father="",
        mother="",
        birth="1980",
        home="ấp Tân Luông A, xã Tân Phong",
        facts={"Vợ/chồng": "Lê Thị Hồng (1982)", "Giấy tờ": "CMND 311 999 000"},
    ),
    "C-0002/m0": record('=HYPERLINK("http://x","bấm")', facts={"Ghi chú": "+84 @SUM(1) -5"}),
    "C-0002/m1": record("<b>&amp;</b> _x0041_ \x00\x1b[31m", facts={"Ghi chú": "dòng 1\ndòng 2"}),
    "C-0003/m1": record("Nguyễn Văn Ân", facts={"Ghi chú": "đã cải chính " * 120}),
}
REASONS = {
    "C-0001": [
        Reason("Họ tên chỉ khác dấu hỏi/ngã", 6.2),
        Reason("Cùng năm sinh", 5.1),
        Reason("Khác xã cư trú", -1.3),
        Reason("Cùng giới tính", 0.9),
    ],
    "C-0003": [Reason("Khác tên", -4.0), Reason("Cùng cha mẹ", 7.5)],
}
