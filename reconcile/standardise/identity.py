"""Identity numbers: 9-digit CMND, 12-digit personal number (CCCD), and other papers.

The two are kept apart and never compared with each other. Which one a number is, its length says;
the kind of paper only says what else it can be. Digits that a spreadsheet lost are put back as a
suggestion, with a finding; a CMND with a digit lost or doubled stays as it is written.

Source: Nghị định 137/2015/NĐ-CP, art. 13, and Thông tư 07/2016/TT-BCA, art. 7: PPP province or
country of birth registration, G century and sex, YY year of birth, six further digits; no check
digit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final

from reconcile.text.folding import plain, tidy

_OTHER_KINDS: Final = frozenset(
    {"passport", "residence_card", "army_card", "officer_card", "police_card", "other"}
)
_FILLERS: Final = frozenset({"123456789", "123456789012", "012345678", "987654321"})
_SCIENTIFIC: Final = re.compile(r"\d(?:[.,]\d+)?e\+?\d+")
_SEPARATORS: Final = re.compile(r"(?<=[0-9a-z])[ .\-_](?=\d)")
_OCR: Final = re.compile(r"(?<=\d)[ol](?=\d|$)|^[ol](?=\d{4})")
_DAY: Final = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}")
_USUAL: Final = re.compile(r"[0-9]{9}|[0-9]{12}")
_RUN: Final = re.compile(r"(?<!\d)\d{7,13}(?!\d)")
_LETTERED: Final = re.compile(r"\b([a-z]{1,3}) ?(\d{5,9})\b")
_LABELS: Final = re.compile(
    r"\b(?:cmnd|cccd|cmtnd|cmt|cc|so|giay|gcmnd|the|can cuoc|cong dan|dinh danh|ca nhan|sddcn|ddcn|"
    r"chung minh|nhan dan|hc|ho chieu|cap|ngay|tai|noi|ca|tg|tien giang|cong an)\b[.:]*"
)


@dataclass(frozen=True)
class Identity:
    """What a cell for an identity number says.

    Attributes:
        cmnd: 9 digits; 8 or 10 as written where a digit is lost or twice there; or empty.
        cccd: 12 digits, or empty.
        other: number of another paper with its kind before it (``passport:B1234567``), or empty.
        flags: codes of findings, without the prefix ``identity_``.
    """

    cmnd: str = ""
    cccd: str = ""
    other: str = ""
    flags: tuple[str, ...] = ()


@lru_cache(maxsize=1 << 16)
def read_identity(
    raw: str, paper_kind: str = "", prefixes: frozenset[str] = frozenset()
) -> Identity:
    """Read the cell of an identity number.

    Args:
        raw: text of the cell; no-value words are already gone.
        paper_kind: standard word for the kind of paper (cmnd, cccd, passport, …), or empty.
        prefixes: known three-digit prefixes of provinces; others are countries from 100 on.

    Returns:
        The numbers found; the flags ``padded`` (a lost 0 was put back), ``damaged`` (digits are
        lost for good), ``placeholder``, ``unreadable``, ``province_unknown`` and ``other_kind``
        (the length says another kind than the column).

    >>> read_identity("082 090 000 123").cccd, read_identity("82090000123", "", frozenset({"082"}))
    ('082090000123', Identity(cmnd='', cccd='082090000123', other='', flags=('padded',)))
    >>> read_identity("311234567").cmnd
    '311234567'
    """
    if _USUAL.fullmatch(raw):
        return _by_length([raw], paper_kind, prefixes)
    text = plain(tidy(raw)).strip(" '`\"")
    if _SCIENTIFIC.fullmatch(text.replace(" ", "")):
        expanded = _expand(text.replace(" ", ""))
        if not expanded:
            return Identity(flags=("damaged",))
        text = expanded
    text = _OCR.sub(lambda found: "0" if found[0] == "o" else "1", text.removesuffix(".0"))
    lettered = _lettered(text, paper_kind)
    if lettered:
        return lettered
    runs = _RUN.findall(_SEPARATORS.sub("", _DAY.sub(" ", _LABELS.sub(" ", text))))
    if not runs:
        bare = re.sub(r"[^0-9a-z]", "", text)
        if bare and paper_kind in _OTHER_KINDS:
            return Identity(other=f"{paper_kind}:{bare.upper()}")
        return Identity(flags=("unreadable",) if bare else ())
    return _by_length(runs[:2], paper_kind, prefixes)


def _expand(text: str) -> str:
    """``8.2090000123E+10`` as digits; empty where the mantissa has lost some of them."""
    mantissa, _, exponent = text.replace(",", ".").partition("e")
    try:
        value = Decimal(f"{mantissa}e{exponent}")
    except InvalidOperation:
        return ""
    known = len(mantissa.replace(".", ""))
    digits = f"{value:f}".partition(".")[0]
    return digits if known >= len(digits) - 1 and len(digits) <= 12 else ""


def _lettered(text: str, paper_kind: str) -> Identity | None:
    """A number with a letter before it is a passport or a service card."""
    found = _LETTERED.search(_LABELS.sub(" ", text))
    if not found:
        return None
    kind = paper_kind if paper_kind in _OTHER_KINDS else "passport"
    return Identity(other=f"{kind}:{(found[1] + found[2]).upper()}")


def _by_length(runs: list[str], paper_kind: str, prefixes: frozenset[str]) -> Identity:
    cmnd = cccd = other = slip = ""
    flags: set[str] = set()
    for run in runs:
        if len(set(run)) == 1 or run in _FILLERS:
            flags.add("placeholder")
            continue
        number = _padded(run, paper_kind, prefixes)
        if number != run:
            flags.add("padded")
        if len(number) == 12:
            cccd = cccd or number
            flags |= _prefix_flags(number, prefixes)
        elif paper_kind in _OTHER_KINDS:
            other = other or f"{paper_kind}:{run}"
        elif len(number) == 9:
            cmnd = cmnd or number
        else:
            flags.add("unreadable")
            slip = slip or _one_slip_from_cmnd(number, paper_kind)
    if (paper_kind == "cmnd" and cccd and not cmnd) or (paper_kind == "cccd" and cmnd and not cccd):
        flags.add("other_kind")
    return Identity(cmnd or slip, cccd, other, tuple(sorted(flags)))


def _one_slip_from_cmnd(number: str, paper_kind: str) -> str:
    """A CMND that has lost a digit or has one twice, as written: it still resembles the right one.

    Ten digits that begin with 0 are a telephone number. A personal number of another length is no
    number at all, since two different ones part persons for good.
    """
    lengths = (8,) if number[0] == "0" else (8, 10)
    return number if len(number) in lengths and paper_kind != "cccd" else ""


def _padded(run: str, paper_kind: str, prefixes: frozenset[str]) -> str:
    """Put back the leading 0 that a number cell has lost; what begins with 0 has lost none."""
    if run[0] == "0":
        return run
    if len(run) == 11:
        return "0" + run
    if len(run) == 10 and "00" + run[0] in prefixes:
        return "00" + run
    if len(run) == 8 and paper_kind not in _OTHER_KINDS:
        return "0" + run
    return run


def _prefix_flags(number: str, prefixes: frozenset[str]) -> set[str]:
    known = not prefixes or number[:3] in prefixes or number[0] != "0"
    return set() if known else {"province_unknown"}


def sex_of(cccd: str) -> str:
    """The sex that a 12-digit number says: M or F, empty for no number."""
    return ("M", "F")[int(cccd[3]) % 2] if cccd else ""


def birth_year_of(cccd: str) -> int:
    """The year of birth that a 12-digit number says, 0 for no number.

    >>> birth_year_of("082090000123"), birth_year_of("082305000123")
    (1990, 2005)
    """
    return 1900 + int(cccd[3]) // 2 * 100 + int(cccd[4:6]) if cccd else 0
