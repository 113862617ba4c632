"""Filling a workbook in as an officer does, and handing it back."""

from __future__ import annotations

from datetime import date

import openpyxl

from reconcile.config import mappings_folder
from reconcile.review.columns import Column, load_review_words, recognise
from reconcile.review.decisions import read
from reconcile.review.verdicts import Office
from reconcile.review.workbook import write

TODAY = date(2026, 11, 24)
WORDS = load_review_words(mappings_folder())


class Desk:
    """A workbook on an officer's desk."""

    def __init__(self, path, book, language="vi"):
        self.path = path
        self.book = book
        write(path, book, language)
        self.excel = openpyxl.load_workbook(path)

    def sheet_of(self, conflict):
        for sheet in self.excel.worksheets:
            columns = self.columns(sheet)
            if Column.CONFLICT not in columns:
                continue
            for row in sheet.iter_rows(min_row=3):
                if row[columns[Column.CONFLICT]].value == conflict:
                    return sheet, row[0].row
        raise AssertionError(conflict)

    @staticmethod
    def columns(sheet):
        for row in sheet.iter_rows(min_row=1, max_row=3, values_only=True):
            found = recognise([cell if isinstance(cell, str) else "" for cell in row], WORDS)
            if Column.DECISION in found:
                return found
        return {}

    def cell(self, conflict, column):
        sheet, row = self.sheet_of(conflict)
        return sheet.cell(row, self.columns(sheet)[column] + 1)

    def fill(self, conflict, decision=None, officer="Lê Thị Mai", **cells):
        """Fill cells of one question; ``value``, ``reason``, ``paper``, ``date`` by name."""
        said = {"decision": decision, "officer": officer, **cells}
        for name, content in said.items():
            if content is not None:
                self.cell(conflict, Column(name)).value = content

    def save(self, path=None):
        self.excel.save(path or self.path)
        return path or self.path

    def hand_back(self, *others, known=(), officer=""):
        self.save()
        return read_back([self.path, *others], self.book, known=known, officer=officer)


def read_back(paths, book, known=(), officer=""):
    return read(paths, Office(book, WORDS, TODAY, officer), known)
