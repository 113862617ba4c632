"""Deliveries: which folders and files were handed over, when, and in which order.

A delivery is a folder with one folder per commune in it. What is in it is walked without ever
following a link; nothing outside the folder is read.
"""

from __future__ import annotations

import datetime
import re
import tomllib
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reconcile.errors import FileFault, UsageError
from reconcile.importers.mapping import Mappings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MANIFEST: Final = "delivery.toml"
Kind = Literal["full", "delta"]

_FOLDER_DATES: Final = (
    re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)[-_. ]?(?P<month>\d\d)[-_. ]?(?P<day>\d\d)(?!\d)"),
    re.compile(r"(?<!\d)(?P<day>\d\d?)[-_. ](?P<month>\d\d?)[-_. ](?P<year>(?:19|20)\d\d)(?!\d)"),
)
_DEEPEST: Final = 8


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


@dataclass(frozen=True, order=True)
class FoundFile:
    """One file in a commune's folder.

    Attributes:
        delivery: name of the delivery's folder.
        commune: mapping id of the (first) commune that the folder means.
        file: name within the commune's folder, with ``/``.
        path: where it is.
        communes: all communes that the folder's name means.
        folder: name of the commune's folder as it is on disk.
        is_link: it is a symbolic link, which is never followed.
    """

    delivery: str
    commune: str
    file: str
    path: Path = field(compare=False)
    communes: tuple[str, ...] = field(compare=False)
    folder: str = field(compare=False)
    is_link: bool = field(compare=False, default=False)

    @property
    def shown(self) -> str:
        """Path within the delivery, for messages."""
        return f"{self.folder}/{self.file}"

    @property
    def name(self) -> str:
        """The name without folders."""
        return self.file.rpartition("/")[2]


@dataclass
class Found:
    """What stands in the delivered folders.

    Attributes:
        parts: one per delivery and commune.
        files: all files in communes' folders, litter included.
        litter: names of files outside communes' folders that are skipped, by delivery.
        faults: files and folders that cannot be placed.
    """

    parts: list[CommunePart] = field(default_factory=list)
    files: list[FoundFile] = field(default_factory=list)
    litter: list[tuple[str, str]] = field(default_factory=list)
    faults: list[FileFault] = field(default_factory=list)


class _Dated(BaseModel):
    """What ``delivery.toml`` says, of the delivery or of one commune's part."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    date: datetime.date | None = None
    sequence: int | None = Field(default=None, ge=1)
    kind: Kind | dict[str, Kind] | None = None


class _Manifest(_Dated):
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


def find_deliveries(folders: list[Path], mappings: Mappings, defaults: Defaults) -> Found:
    """Walk the delivered folders.

    Args:
        folders: folders as given on the command line; one given twice, or inside
            another one, counts once.
        mappings: known communes, litter and tables.
        defaults: dates and kind where ``delivery.toml`` says nothing.

    Returns:
        Parts, files, litter and faults, sorted: the order of ``folders`` does not matter.

    Raises:
        UsageError: a folder does not exist, holds several deliveries or none, or two different
            folders with one name hold the same commune.
    """
    found = Found()
    unique = {folder.resolve() for folder in folders}
    for path in sorted(path for path in unique if unique.isdisjoint(path.parents)):
        _walk_delivery(path, mappings, defaults, found)
    found.parts.sort(key=lambda part: (part.date, part.commune, part.sequence, part.delivery))
    keys = [(part.delivery, part.commune) for part in found.parts]
    for delivery, commune in keys:
        if keys.count((delivery, commune)) > 1:
            raise UsageError(
                "Two folders named {delivery} hold the commune {commune}. Rename one of them, or "
                "put their files into one folder.",
                delivery=delivery,
                commune=commune,
            )
    found.files.sort()
    found.litter.sort()
    return found


def _walk_delivery(path: Path, mappings: Mappings, defaults: Defaults, found: Found) -> None:
    if not path.exists():
        raise UsageError(
            "There is no folder {folder}. Give the folder of a delivery, e.g. 2025-07-01.",
            folder=path.name,
        )
    if not path.is_dir():
        raise UsageError(
            "{folder} is a file. Give the folder of the delivery in which the communes' folders "
            "stand.",
            folder=path.name,
        )
    folders = _commune_folders(path, mappings)
    own = mappings.communes_of(path.name)
    if not folders and own:
        folders, root = {path: own}, path.parent
    else:
        root = path
        _check_is_delivery(path, folders, mappings)
    name = unicodedata.normalize("NFC", root.name)
    manifest = _read_manifest(root, name, found)
    for folder, communes in sorted(folders.items()):
        _add_folder(folder, tuple(communes), name, mappings, found)
        # A folder that means several communes: each that claims a file of it is delivered.
        for commune in communes:
            found.parts.append(_part(name, commune, manifest, mappings, defaults))
    if root == path:
        _add_strays(path, folders, name, mappings, found)


def _commune_folders(path: Path, mappings: Mappings) -> dict[Path, list[str]]:
    return {
        child: communes
        for child in path.iterdir()
        if child.is_dir()
        and not child.is_symlink()
        and (communes := mappings.communes_of(child.name))
    }


def _check_is_delivery(path: Path, folders: dict[Path, list[str]], mappings: Mappings) -> None:
    """Refuse a folder of deliveries, and a folder that holds nothing that we know."""
    if folders:
        return
    inner = sorted(
        child.name
        for child in path.iterdir()
        if child.is_dir() and not child.is_symlink() and _commune_folders(child, mappings)
    )
    if inner:
        raise UsageError(
            "{folder} holds several deliveries ({deliveries}). Give each of them as a folder of "
            "its own: {folder}/{first} …",
            folder=path.name,
            deliveries=", ".join(inner),
            first=inner[0],
        )
    if not any(_walk(path)):
        raise UsageError(
            "{folder} holds no commune's folder. Known communes: {known}.",
            folder=path.name,
            known=_known(mappings),
        )


def _known(mappings: Mappings) -> str:
    return ", ".join(f"{commune.id} ({commune.name})" for commune in mappings.communes.values())


def _walk(folder: Path, depth: int = 0) -> Iterator[Path]:
    """All files and links below a folder; links are named, never followed."""
    for child in sorted(folder.iterdir()):
        if child.is_dir() and not child.is_symlink():
            if depth < _DEEPEST:
                yield from _walk(child, depth + 1)
        else:
            yield child


def _add_folder(
    folder: Path, communes: tuple[str, ...], delivery: str, mappings: Mappings, found: Found
) -> None:
    for path in _walk(folder):
        relative = unicodedata.normalize("NFC", path.relative_to(folder).as_posix())
        found.files.append(
            FoundFile(
                delivery=delivery,
                commune=communes[0],
                file=relative,
                path=path,
                communes=communes,
                folder=unicodedata.normalize("NFC", folder.name),
                is_link=path.is_symlink(),
            )
        )
    _check_links(folder, delivery, mappings, found)


def _check_links(folder: Path, delivery: str, mappings: Mappings, found: Found) -> None:
    """Links to folders: :func:`_walk` names them as if they were files."""
    for file in found.files:
        if file.is_link and file.path.is_dir() and file.path.is_relative_to(folder):
            found.faults.append(_link_fault(delivery, file.shown))
    found.files = [
        file
        for file in found.files
        if not (file.is_link and file.path.is_dir() and not mappings.is_table(file.name))
    ]


def _link_fault(delivery: str, shown: str) -> FileFault:
    return FileFault(
        delivery,
        shown,
        "",
        0,
        "This is a link, and links are never followed. Put the file or folder itself here.",
    )


def _add_strays(
    path: Path,
    folders: dict[Path, list[str]],
    delivery: str,
    mappings: Mappings,
    found: Found,
) -> None:
    """Files outside communes' folders: tables among them are faults, the rest is litter."""
    for stray in _walk(path):
        if any(stray.is_relative_to(folder) for folder in folders):
            continue
        shown = unicodedata.normalize("NFC", stray.relative_to(path).as_posix())
        if shown == MANIFEST:
            continue
        litter = any(mappings.is_litter(part) for part in shown.split("/"))
        if litter or not mappings.is_table(stray.name):
            found.litter.append((delivery, shown))
            continue
        found.faults.append(
            FileFault(
                delivery,
                shown,
                "",
                0,
                "The file stands in no known commune's folder. Known communes: {known}. Move it "
                "into one of their folders, or write a mapping for a new commune.",
                (("known", _known(mappings)),),
            )
        )


# -- date, sequence, kind -----------------------------------------------------------------------


def _read_manifest(root: Path, delivery: str, found: Found) -> _Manifest:
    path = root / MANIFEST
    if not path.is_file() or path.is_symlink():
        return _Manifest()
    try:
        with path.open("rb") as stream:
            data = tomllib.load(stream)
        return _Manifest.model_validate(_gathered(data))
    except (OSError, ValueError, ValidationError) as error:
        found.faults.append(
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
        return _Manifest()


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        places = {".".join(map(str, problem["loc"])) for problem in error.errors()}
        return ", ".join(sorted(places))
    return type(error).__name__


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


def _part(
    delivery: str, commune: str, manifest: _Manifest, mappings: Mappings, defaults: Defaults
) -> CommunePart:
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


def _kind(commune: str, own: _Dated, manifest: _Manifest, mappings: Mappings) -> str:
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
