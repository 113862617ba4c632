"""The report: whole, offline, masked, in both languages."""

from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser

import pandas as pd
import pytest

from reconcile.config import load_register_types, mappings_folder
from reconcile.match import Estimate, Sample
from reconcile.match.estimate import Figure
from reconcile.report.page import render
from reconcile.text.attention import not_delivered
from tests.report.summaries import rows, summary


class Tags(HTMLParser):
    """Checks that what is opened is closed, and collects attributes."""

    VOID = frozenset(("meta", "br"))

    def __init__(self):
        super().__init__()
        self.open = []
        self.seen = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def tags(page):
    found = Tags()
    found.feed(page)
    assert not found.open
    return found.seen


@pytest.mark.parametrize("language", ["vi", "en"])
def test_page_is_well_formed_and_needs_nothing_from_outside(language):
    page = render(summary(), language)
    seen = tags(page)
    assert not {tag for tag, _ in seen} & {"script", "link", "img", "iframe", "object"}
    assert not [attrs for _, attrs in seen if attrs.keys() & {"src", "href", "onload"}]
    assert "http://" not in page.replace('http-equiv="', "")
    assert "https://" not in page
    assert "url(" not in page


def test_vietnamese_page_speaks_vietnamese():
    page = re.sub(r"<style>.*?</style>", "", render(summary(), "vi"), flags=re.DOTALL)
    text = re.sub(r"<[^>]+>", " ", page)
    assert "Báo cáo lần chạy R0012" in text
    assert not re.search(r"\b(the|rows|of|entries|which)\b", text)


def test_figures_are_those_of_the_summary():
    page = render(summary(), "en")
    assert f"<b>{rows()['read'].sum():,}</b>" in page
    assert "266 questions, 15 of them urgent" in page
    assert "<b>124</b>" in page  # events with two or three entries


def test_what_is_not_asked_is_counted():
    assert "more pairs of persons may be one" not in render(summary(), "en")
    assert "Còn 7.534 cặp có thể là cùng một người" in render(summary(unasked=7534), "vi")


def test_hours_of_work_are_those_of_the_kinds_of_questions():
    page = render(summary(), "en")
    assert re.search(r"<b>11</b>\s*<span>hours of work", page)  # 440 + 124 + 60 minutes


def test_every_row_is_in_the_table_and_in_the_picture():
    page = render(summary(), "en")
    table = rows()
    for outcome in ("new", "repeated", "refused", "deleted", "footer"):
        assert f"{table[outcome].sum():,}" in page
    flows = re.findall(r"<title>[^<]+ → [^<]+: ([\d,]+)</title>", page)
    assert sum(int(count.replace(",", "")) for count in flows) == table["read"].sum()


def test_names_of_files_are_never_markup():
    table = rows()
    table.loc[0, "file"] = "<script>alert(1)</script>.xlsx"
    page = render(summary(rows=table), "vi")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_empty_register():
    empty = {
        name: getattr(summary(), name).iloc[:0]
        for name in ("rows", "entries", "persons", "events", "conflicts", "findings", "books")
    }
    page = render(summary(**empty), "vi")
    tags(page)
    assert "Không còn câu hỏi nào." in page


def test_unreadable_files_come_first():
    unreadable = pd.DataFrame({"delivery": ["d"], "commune": ["hoi_xuan"], "file": ["x.xls"]})
    page = render(summary(unreadable=unreadable), "en")
    assert page.index("could not be read") < page.index("were refused")


def doubts(**changes):
    values = {
        "links": 86_643,
        "false_links": Figure(45.6, 3, 141),
        "false_joins": Figure(11.0, 1, 30),
        "misses": Figure(10_678.4, 4_321, 19_900),
        "asked": 7_215.3,
        "sample": Sample(),
    }
    return summary(estimate=Estimate(**{**values, **changes}))


def test_report_says_how_many_links_are_probably_false_and_missing():
    page = render(doubts(), "en")
    assert "Of 86,643 pairs of mentions that are held to be one person, about 46" in page
    assert "between 3 and 141" in page
    assert "About 11,000 pairs of mentions of one person are probably still apart" in page
    assert "about 7,200 of them together" in page
    assert "by lot" not in page


def test_estimates_below_one_are_not_called_nothing():
    page = render(doubts(false_links=Figure(0.3, 0, 2)), "vi")
    assert "khoảng &lt; 1 cặp" in page


def test_report_says_that_a_sample_was_checked():
    page = render(doubts(sample=Sample(checked=200, wrong=1)), "en")
    assert "Officers checked 200 links by lot and found 1 wrong: measured, 99.5 % are right" in page
    assert "between 97.2 and 99.9 %" in page  # Wilson 1927


def test_report_without_an_estimate_says_nothing_of_it():
    assert "probably" not in render(summary(), "en")


@pytest.mark.chromium
def test_page_opens_in_a_browser(tmp_path):
    path = tmp_path / "report.html"
    path.write_text(render(summary(), "vi"), encoding="utf-8")
    program = shutil.which("chromium") or shutil.which("google-chrome")
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/u"]
    shown = subprocess.run(
        [program, *options, "--enable-logging=stderr", "--dump-dom", path.as_uri()],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "Báo cáo lần chạy R0012" in shown.stdout
    assert "CONSOLE" not in shown.stderr


def test_what_the_run_changed_is_told_and_what_did_not_change_is_left_out():
    changes = {"entries_new": 12345, "entries_changed": 0, "persons_joined": 2}
    page = re.sub(r"\s+", " ", render(summary(changes=changes), "vi"))
    assert "<td>mục sổ mới</td><td>12.345</td>" in page
    assert "<td>người được gộp</td><td>2</td>" in page
    assert "mục sổ thay đổi" not in page
    assert "Nothing changed" in render(summary(), "en")


def test_a_book_that_a_full_export_lacks_is_among_the_next_steps():
    book = {
        "delivery": "2025-08-01",
        "commune": "tan_phong",
        "register_type": "KT",
        "family": "csv",
        "entries": 1234,
    }
    sentences = not_delivered(
        [book], {"tan_phong": "Tân Phong"}, load_register_types(mappings_folder(None))
    )
    page = render(summary(attention=tuple(sentences)), "vi")
    assert "2025-08-01 của Tân Phong không có tệp csv nào của sổ “Khai tử”" in page
