"""Readers: the bytes of a file -> sheets of raw cells.

The content decides which reader reads a file, not its name: officers save xlsx under the name
``.xls`` and csv under the name of a workbook.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconcile.importers.readers.dbase import looks_like_dbase, read_dbase
from reconcile.importers.readers.delimited import read_delimited
from reconcile.importers.readers.sheet import Cell, Container, RawSheet, UnreadableError
from reconcile.importers.readers.workbook import OLE, ZIP, read_workbook

if TYPE_CHECKING:
    from reconcile.importers.schema import Limits

__all__ = [
    "Cell",
    "Container",
    "RawSheet",
    "UnreadableError",
    "open_file",
    "refuse_access",
    "suffix_of",
]

_SUFFIXES: Final = {
    "xlsx": "xlsx",
    "xlsm": "xlsx",
    "xlsb": "xlsx",
    "xls": "xls",
    "ods": "ods",
    "csv": "csv",
    "tsv": "csv",
    "txt": "csv",
    "dbf": "dbf",
}
_BEGINNINGS: Final = {
    "workbook": (ZIP.lower(), OLE, b"pk\x05\x06"),
    "pdf": (b"%pdf",),
    "html": (b"<!doctype html", b"<html", b"<table", b"<head", b"<meta"),
    "xml": (b"<?xml", b"<workbook"),
}
_WRONG_CONTENT: Final = (
    "The content is {found}, not {expected} as the name says. Open the file in the program that "
    "made it, save it as {expected} and deliver it again."
)


_ACCESS: Final = (b"Standard Jet DB", b"Standard ACE DB")


def refuse_access(content: bytes) -> None:
    """Stop at a Microsoft Access file, whatever its name (ADR 93).

    Raises:
        UnreadableError: it is one; says what to do.
    """
    if content[4:19] in _ACCESS:
        raise UnreadableError(
            "This is a Microsoft Access file, which is not read. Export each of its tables from "
            "Access as Excel or as csv (UTF-8) and deliver these."
        )


def suffix_of(name: str) -> str:
    """The reader that a file's name asks for; the bare ending where no reader is known for it."""
    ending = name.lower().rpartition(".")[2]
    return _SUFFIXES.get(ending, ending)


def open_file(content: bytes, name: str, delimiter: str, limits: Limits) -> Container:
    """Read one file, by its content.

    Args:
        content: bytes of the file.
        name: its name, whose ending says what it should be.
        delimiter: that a csv file should have.
        limits: sizes beyond which it is refused.

    Raises:
        UnreadableError: it cannot be read; says why and what to do.
    """
    if not content.strip(b"\0 \t\r\n"):
        raise UnreadableError("The file is empty. Export it again.")
    refuse_access(content)
    expected = suffix_of(name)
    found = _kind(content, expected)
    if found in ("html", "pdf", "xml"):
        raise UnreadableError(_WRONG_CONTENT, found=found, expected=expected)
    if found == "workbook":
        return read_workbook(content, limits)
    if found == "dbf":
        return read_dbase(content, limits)
    if found == "binary":
        raise UnreadableError(
            "The file is damaged, or it is not {expected} as its name says. Export it again.",
            expected=expected,
        )
    return read_delimited(content, delimiter, limits)


def _kind(content: bytes, expected: str) -> str:
    """What a file's first bytes say it is: workbook, dbf, html, xml, pdf, csv or binary."""
    head = content[:2048]
    if expected == "dbf" and not _is_text(head):
        return "workbook" if head.startswith((ZIP, OLE)) else "dbf"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for kind, beginnings in _BEGINNINGS.items():
        if start.startswith(beginnings):
            return kind
    if looks_like_dbase(head) and b"\0" in head[12:32]:
        return "dbf"
    return "csv" if _is_text(head) else "binary"


def _is_text(head: bytes) -> bool:
    """Bytes of a text: no control characters, or the pattern of UTF-16."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    zeros_at_odd = head[1::2].count(0)
    if zeros_at_odd > len(head) // 4 and head[::2].count(0) < len(head) // 16:
        return True
    control = sum(head.count(byte) for byte in range(9)) + sum(
        head.count(byte) for byte in range(14, 27)
    )
    return control * 200 <= len(head)
