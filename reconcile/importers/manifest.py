"""When a part of a delivery was handed over, in which order, and how complete it is.

``delivery.toml`` in the delivery's folder outranks options, options outrank the folder's name, and
where nothing says a date it is the day of the run.
"""

from __future__ import annotations

import datetime
import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reconcile.config import misfits, place_in_toml
from reconcile.errors import FileFault, Problem

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.importers.mapping import Mappings

MANIFEST: Final = "delivery.toml"
Kind = Literal["full", "delta"]

_FOLDER_DATES: Final = (
    re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)[-_. ]?(?P<month>\d\d)[-_. ]?(?P<day>\d\d)(?!\d)"),
    re.compile(r"(?<!\d)(?P<day>\d\d?)[-_. ](?P<month>\d\d?)[-_. ](?P<year>(?:19|20)\d\d)(?!\d)"),
)


@dataclass(frozen=True)
class CommunePart:
    """One commune's part of one delivery.

    Attributes:
        delivery: name of the delivery's folder.
        commune: mapping id of the commune.
        date: day on which it was handed over.
        sequence: order among deliveries of one commune and date, from 1.
        kind: full or delta.
        date_source: delivery.toml, option, folder or today.
    """

    delivery: str
    commune: str
    date: datetime.date
    sequence: int
    kind: str
    date_source: str


class _Dated(BaseModel):
    """What ``delivery.toml`` says, of the delivery or of one commune's part."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    date: datetime.date | None = None
    sequence: int | None = Field(default=None, ge=1)
    kind: Kind | dict[str, Kind] | None = None


class Manifest(_Dated):
    """``delivery.toml``: what it says of the whole delivery, and of communes in it.

    Attributes:
        communes: by id or other spelling of a commune's folder.
    """

    communes: dict[str, _Dated] = {}


@dataclass(frozen=True)
class Defaults:
    """What holds where ``delivery.toml`` says nothing.

    Attributes:
        kind: from an option; full if None.
        date: from an option.
        today: the day of the run.
    """

    kind: Kind | None
    date: datetime.date | None
    today: datetime.date


def read_manifest(root: Path, delivery: str, faults: list[FileFault]) -> Manifest:
    """Read ``delivery.toml``; an empty one where there is none.

    Args:
        root: folder of the delivery.
        delivery: its name.
        faults: where a fault is added if the file cannot be understood.
    """
    path = root / MANIFEST
    if not path.is_file() or path.is_symlink():
        return Manifest()
    try:
        # Notepad begins UTF-8 files with a byte order mark, which TOML does not know.
        data = tomllib.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf").decode("utf-8"))
        return Manifest.model_validate(_gathered(data))
    except (OSError, ValueError, ValidationError) as error:
        faults.append(
            FileFault(
                delivery,
                MANIFEST,
                "",
                0,
                "It cannot be understood ({reason}). It may say date, sequence and kind, for the "
                "delivery and under [communes.<id>].",
                (("reason", _reason(error)),),
            )
        )
        return Manifest()


def _reason(error: Exception) -> str:
    """What is wrong, in words that are translated with the fault."""
    if isinstance(error, ValidationError):
        return misfits(error)
    if isinstance(error, tomllib.TOMLDecodeError):
        return place_in_toml(error)
    if isinstance(error, UnicodeDecodeError):
        return Problem("it is not saved as UTF-8")
    return getattr(error, "strerror", None) or type(error).__name__


def _gathered(data: dict[str, Any]) -> dict[str, Any]:
    """Tables of communes may stand at the top level or below ``communes``."""
    top = {
        key: value for key, value in data.items() if not isinstance(value, dict) or key == "kind"
    }
    communes = dict(data.get("communes", {}))
    communes |= {
        key: value
        for key, value in data.items()
        if isinstance(value, dict) and key not in ("communes", "kind")
    }
    return {**top, "communes": communes}


def commune_part(
    delivery: str, commune: str, manifest: Manifest, mappings: Mappings, defaults: Defaults
) -> CommunePart:
    """Date, sequence and kind of one commune's part of a delivery."""
    own = next(
        (said for key, said in manifest.communes.items() if commune in mappings.communes_of(key)),
        _Dated(),
    )
    date, source = _date(delivery, own.date or manifest.date, defaults)
    return CommunePart(
        delivery=delivery,
        commune=commune,
        date=date,
        sequence=own.sequence or manifest.sequence or 1,
        kind=_kind(commune, own, manifest, mappings) or defaults.kind or "full",
        date_source=source,
    )


def _kind(commune: str, own: _Dated, manifest: Manifest, mappings: Mappings) -> str:
    for said in (own.kind, manifest.kind):
        if isinstance(said, str):
            return said
        for key, kind in (said or {}).items():
            if commune in mappings.communes_of(key):
                return kind
    return ""


def _date(
    delivery: str, said: datetime.date | None, defaults: Defaults
) -> tuple[datetime.date, str]:
    if said:
        return said, MANIFEST
    if defaults.date:
        return defaults.date, "option"
    named = date_in_name(delivery)
    return (named, "folder") if named else (defaults.today, "today")


def date_in_name(name: str) -> datetime.date | None:
    """The date that a folder's name says, year first or day first.

    >>> date_in_name("2025-07-01_b"), date_in_name("giao 01-07-2025"), date_in_name("mới")
    (datetime.date(2025, 7, 1), datetime.date(2025, 7, 1), None)
    """
    for pattern in _FOLDER_DATES:
        if found := pattern.search(name):
            try:
                return datetime.date(*(int(found[part]) for part in ("year", "month", "day")))
            except ValueError:
                continue
    return None
