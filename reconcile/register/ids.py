"""Short ids that people read aloud and type, and the rule by which they stay stable.

**Form.** ``P-2234K``: a prefix, the issued number in base 29, and a check character. The alphabet
has neither 0/O, 1/I/L, 5's twin S nor V's twin U. The check character is that of a pure system of
ISO/IEC 7064 with modulus 29 and radix 2 (as its MOD 11-2 and MOD 37-2, with another prime): 2 is a
primitive root of 29, so *every* wrong character, *every* swap of two neighbours and *every* swap
across one character is found. The prefix is part of what is checked.

**Stability.** An id belongs for ever to its *anchor*: for a person a mention, for an event an
entry, for an entry an occurrence. The id of a group is the oldest id whose anchor is in it; other
ids with an anchor in it redirect to it; a group with no anchor gets a new id whose anchor is its
least member. So when a group splits the id follows its anchor, and an id that redirected revives
with its anchor (see ``docs/decisions/0061-stable-ids.md``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from reconcile.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRTVWXYZ"
PREFIXES: Final[dict[str, str]] = {
    "P": "person",
    "E": "entry",
    "V": "event",
    "J": "judgement",
}
"""Prefix of an id -> what it is the id of."""

_MODULUS: Final = len(ALPHABET)
_VALUE: Final = {symbol: value for value, symbol in enumerate(ALPHABET)}
_SYMBOLS: Final = np.array(list(ALPHABET))
_DIGITS: Final = 4
_FORM: Final = re.compile(rf"([{''.join(PREFIXES)}])([{ALPHABET}]{{{_DIGITS + 1},}})")


def _remainder(symbols: str) -> int:
    total = 0
    for symbol in symbols:
        total = (total * 2 + _VALUE[symbol]) % _MODULUS
    return total


def format_id(kind: str, number: int) -> str:
    """The id that people see.

    Args:
        kind: prefix, one of :data:`PREFIXES`.
        number: issued number, from 1.

    >>> format_id("P", 1)
    'P-2223X'
    """
    digits = ""
    while number or len(digits) < _DIGITS:
        number, digit = divmod(number, _MODULUS)
        digits = ALPHABET[digit] + digits
    check = (1 - 2 * _remainder(kind + digits)) % _MODULUS
    return f"{kind}-{digits}{ALPHABET[check]}"


def parse_id(text: str) -> tuple[str, int]:
    """Kind and number of an id as somebody typed it: case, blanks and dashes do not matter.

    Raises:
        UsageError: it is no id, or its check character says that it was mistyped.
    """
    form = _FORM.fullmatch(re.sub(r"[\s\-‐-–]", "", text).upper())
    if form is None:
        raise UsageError("That is not an id; ids look like {example}.", example=format_id("P", 1))
    kind, symbols = form.groups()
    if _remainder(kind + symbols) != 1:
        raise UsageError("The id is mistyped: its check character does not fit.")
    number = 0
    for symbol in symbols[:-1]:
        number = number * _MODULUS + _VALUE[symbol]
    return kind, number


def format_ids(kind: str, numbers: Iterable[int]) -> list[str]:
    """Many ids at once, as :func:`format_id` gives them; equal ones are one object."""
    distinct, places = np.unique(np.fromiter(numbers, dtype=np.int64), return_inverse=True)
    texts: list[str] = []
    for digits, part in _by_length(distinct):
        values = part[:, None] // _MODULUS ** np.arange(digits - 1, -1, -1) % _MODULUS
        check = np.full(len(part), _remainder(kind))
        for value in values.T:
            check = (check * 2 + value) % _MODULUS
        check = (1 - 2 * check) % _MODULUS
        symbols = _SYMBOLS[np.column_stack([values, check])]
        ends = symbols.view(f"U{digits + 1}").ravel().tolist()
        texts += [f"{kind}-{end}" for end in ends]
    return list(np.array([*texts, ""], dtype=object)[places])


def _by_length(numbers: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Sorted numbers by how many digits they are written with."""
    digits = _DIGITS
    while len(numbers):
        longer = int(np.searchsorted(numbers, _MODULUS**digits))
        if longer:
            yield digits, numbers[:longer]
        numbers, digits = numbers[longer:], digits + 1


def run_name(number: int) -> str:
    """The name of a run: ``R0012``."""
    return f"R{number:04d}"


def parse_run(text: str) -> int:
    """Number of a run as somebody typed it: ``R0012``, ``r12`` or ``12``.

    Raises:
        UsageError: it is none of these.
    """
    form = re.fullmatch(r"[Rr]?(\d{1,9})", text.strip())
    if form is None:
        raise UsageError("That is not a run; runs look like {example}.", example="R12")
    return int(form.group(1))


@dataclass(frozen=True)
class Assignment:
    """Which id each group has, and what became of the ids issued before.

    Attributes:
        numbers: id number of each member's group.
        redirects: id number -> id number of the group in which its anchor is now.
        issued: new id number -> position of the member that is its anchor.
    """

    numbers: NDArray[np.int64]
    redirects: dict[int, int]
    issued: dict[int, int]


def assign_ids(groups: Sequence[int], anchors: Mapping[int, int], first_new: int) -> Assignment:
    """Give every group its id by the rule of this module.

    Args:
        groups: group number of each member; members in the order of their stable keys, so that the
            least member of a group is its first.
        anchors: id number -> position of its anchor among the members. Ids whose anchor is no
            longer a member are left out.
        first_new: number that the next new id gets; greater than all in ``anchors``.

    Returns:
        The ids. New ones are numbered in the order of their groups' least members.
    """
    labels = np.asarray(groups, dtype=np.int64)
    _, first, dense = np.unique(labels, return_index=True, return_inverse=True)
    owner: dict[int, int] = {}
    redirects: dict[int, int] = {}
    for number in sorted(anchors):
        group = int(dense[anchors[number]])
        if group in owner:
            redirects[number] = owner[group]
        else:
            owner[group] = number
    number_of = np.zeros(len(first), dtype=np.int64)
    if owner:
        number_of[list(owner.keys())] = list(owner.values())
    fresh = np.flatnonzero(number_of == 0)
    fresh = fresh[np.argsort(first[fresh])]
    number_of[fresh] = np.arange(first_new, first_new + len(fresh))
    issued = {first_new + place: int(first[group]) for place, group in enumerate(fresh)}
    return Assignment(number_of[dense], redirects, issued)


def reanchor(vanished: Iterable[int], last_members: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """Find new anchors for ids whose anchor no longer exists.

    Args:
        vanished: id numbers without anchor.
        last_members: id number -> positions of those members of its last group that still exist.

    Returns:
        Id number -> position of its new anchor, the least of those; ids of whose last group
        nothing is left are left out.
    """
    return {
        number: min(last_members[number]) for number in sorted(vanished) if last_members.get(number)
    }
