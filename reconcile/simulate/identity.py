"""Identity numbers as they are issued: 9-digit CMND and the 12-digit personal number."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random


def cmnd_number(block: str, rng: Random) -> str:
    """A 9-digit CMND of a province's block (Tiền Giang 31)."""
    return f"{block}{rng.randrange(10 ** (9 - len(block))):0{9 - len(block)}d}"


def personal_number(province: str, sex: str, year: int, rng: Random) -> str:
    """A 12-digit number: province, century and sex, year of birth, six random digits.

    Source: Nghị định 137/2015/NĐ-CP, article 13; Thông tư 07/2016/TT-BCA, article 7.
    """
    century = 2 * (max(year, 1900) // 100 - 19) + (1 if sex == "F" else 0)
    return f"{province}{century}{year % 100:02d}{rng.randrange(10**6):06d}"
