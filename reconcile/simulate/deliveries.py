"""Deliveries over time: full and delta exports, corrected cells, rows gone, rows that come late."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reconcile.simulate.chance import stream
from reconcile.simulate.copies import WRITERS
from reconcile.simulate.truth import Placed
from reconcile.simulate.writers import Copy, Expected

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.simulate.chance import stream
from reconcile.simulate.copies import Copyist

FIRST: Final = dt.date(2025, 7, 1)
_LATE_SHARE: Final = 0.004
_CORRECTED_SHARE: Final = 0.004
_GONE_SHARE: Final = 0.0006
_THUMBS: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
_LOCK: Final = b"\x05HO TICH" + bytes(156)


@dataclass(frozen=True, slots=True)
class Plan:
    """One delivery: its day, which is its folder's name, and whether it repeats everything."""

    day: dt.date
    full: bool

    @property
    def name(self) -> str:
        """Name of the delivery's folder."""
        return self.day.isoformat()


def plan(count: int) -> list[Plan]:
    """Full on 2025-07-01, then by turns a delta a month later and a full two months after that."""
    plans = [Plan(FIRST, full=True)]
    while len(plans) < count:
        months = 1 if plans[-1].full else 2
        day = plans[-1].day
        month = day.month - 1 + months
        plans.append(
            Plan(dt.date(day.year + month // 12, month % 12 + 1, 1), full=not plans[-1].full)
        )
    return plans


class Deliverer:
    """Hands copies over, delivery by delivery.

    Args:
        out: folder of the deliveries.
        copyist: who wrote the copies and can correct them.
        seed: of the population.
    """

    def __init__(self, out: Path, copyist: Copyist, seed: int) -> None:
        self._out = out
        self._copyist = copyist
        self._rng = stream(seed, "deliveries")
        self._gone: set[int] = set()

    def deliver(self, copies: list[Copy], days: dict[int, int], plans: list[Plan]) -> list[Placed]:
        """Write all deliveries.

        Args:
            copies: every row that will ever be delivered, in book order.
            days: ordinal of the day of registration by entry.
            plans: the deliveries in order.

        Returns:
            Every row of every delivery with its place.
        """
        late = {
            place
            for place in range(len(copies))
            if len(plans) > 1 and self._rng.random() < _LATE_SHARE
        }
        delivered: dict[int, Copy] = {}
        placed: list[Placed] = []
        for number, current in enumerate(plans):
            before = dict(delivered)
            if number:
                self._change(delivered, current)
            withheld = self._gone | (set() if number else late)
            for place, copy in enumerate(copies):
                known = days.get(copy.entry, 0) < current.day.toordinal()
                if known and place not in delivered and place not in withheld:
                    delivered[place] = copy
            shown = {
                place: copy
                for place, copy in delivered.items()
                if current.full or before.get(place) is not copy
            }
            placed += self._write(current, [shown[place] for place in sorted(shown)])
        return placed

    def _change(self, delivered: dict[int, Copy], current: Plan) -> None:
        for place in sorted(delivered):
            copy = delivered[place]
            if copy.expected is not Expected.ACCEPTED:
                continue
            draw = self._rng.random()
            if current.full and draw < _GONE_SHARE:
                del delivered[place]
                self._gone.add(place)
            elif draw > 1 - _CORRECTED_SHARE:
                delivered[place] = self._copyist.correct(copy, self._rng) or copy

    @staticmethod
    def _litter(folder: Path, current: Plan) -> None:
        """What Windows and Excel leave in a folder that was copied whole."""
        if current.full:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "Thumbs.db").write_bytes(_THUMBS)
            (folder / "~$So khai sinh.xls").write_bytes(_LOCK)

    def _write(self, current: Plan, copies: list[Copy]) -> list[Placed]:
        folder = self._out / current.name
        folder.mkdir(parents=True, exist_ok=True)
        kind = "full" if current.full else "delta"
        text = f'date = {current.name}\nkind = "{kind}"\n'
        (folder / "delivery.toml").write_text(text, encoding="utf-8")
        self._litter(folder / "hoi_xuan", current)
        by_commune: dict[str, list[Copy]] = defaultdict(list)
        for copy in copies:
            by_commune[copy.commune].append(copy)
        return [
            Placed(current.name, commune, position)
            for commune in sorted(by_commune)
            for position in WRITERS[commune](
                folder / commune, by_commune[commune], self._copyist.styles[commune]
            )
        ]
