"""Deliveries: which folders and files were handed over.

A delivery is a folder with one folder per commune in it. What is in it is walked without ever
following a link; nothing outside the folder is read.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from reconcile.errors import FileFault, UsageError
from reconcile.importers.manifest import (
    MANIFEST,
    CommunePart,
    Defaults,
    commune_part,
    read_manifest,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reconcile.importers.mapping import Mappings

_DEEPEST: Final = 8


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
        unplaced: files and links that cannot be placed, each with its fault; without a commune
            where they stand in no known commune's folder.
        faults: what is wrong with ``delivery.toml``.
    """

    parts: list[CommunePart] = field(default_factory=list)
    files: list[FoundFile] = field(default_factory=list)
    litter: list[tuple[str, str]] = field(default_factory=list)
    unplaced: list[tuple[FoundFile, FileFault]] = field(default_factory=list)
    faults: list[FileFault] = field(default_factory=list)


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
        try:
            _walk_delivery(path, mappings, defaults, found)
        except OSError as error:
            raise UsageError(
                "The folder {folder} cannot be read ({reason}). Check who may read it.",
                folder=path.name,
                reason=error.strerror or type(error).__name__,
            ) from error
    found.parts.sort(key=lambda part: (part.date, part.commune, part.sequence, part.delivery))
    keys = [(part.delivery, part.commune) for part in found.parts if part.commune]
    for delivery, commune in keys:
        if keys.count((delivery, commune)) > 1:
            raise UsageError(
                "Two folders named {delivery} hold the commune {commune}. Rename one of them, or "
                "put their files into one folder.",
                delivery=delivery,
                commune=commune,
            )
    found.files.sort()
    found.unplaced.sort()
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
    name = _shown(root.name)
    manifest = read_manifest(root, name, found.faults)
    for folder, communes in sorted(folders.items()):
        _add_folder(folder, tuple(communes), name, mappings, found)
        # A folder that means several communes: each that claims a file of it is delivered.
        for commune in communes:
            found.parts.append(commune_part(name, commune, manifest, mappings, defaults))
    if root == path:
        _add_strays(path, folders, name, mappings, found)
        # What stands in no commune's folder belongs to the delivery all the same.
        found.parts.append(commune_part(name, "", manifest, mappings, defaults))


def _shown(name: str) -> str:
    """A name from the file system as text; bytes that are no UTF-8 become question marks."""
    return unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8"))


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
        relative = _shown(path.relative_to(folder).as_posix())
        found.files.append(
            FoundFile(
                delivery=delivery,
                commune=communes[0],
                file=relative,
                path=path,
                communes=communes,
                folder=_shown(folder.name),
                is_link=path.is_symlink(),
            )
        )
    _check_links(folder, delivery, mappings, found)


def _check_links(folder: Path, delivery: str, mappings: Mappings, found: Found) -> None:
    """Links to folders: :func:`_walk` names them as if they were files."""
    for file in found.files:
        if file.is_link and file.path.is_dir() and file.path.is_relative_to(folder):
            found.unplaced.append((file, _link_fault(delivery, file.shown)))
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
        shown = _shown(stray.relative_to(path).as_posix())
        if shown == MANIFEST:
            continue
        litter = any(mappings.is_litter(part) for part in shown.split("/"))
        if litter or not mappings.is_table(stray.name):
            found.litter.append((delivery, shown))
            continue
        fault = FileFault(
            delivery,
            shown,
            "",
            0,
            "The file stands in no known commune's folder. Known communes: {known}. Move it "
            "into one of their folders, or write a mapping for a new commune.",
            (("known", _known(mappings)),),
        )
        file = FoundFile(delivery, "", shown, stray, (), "", stray.is_symlink())
        found.unplaced.append((file, fault))
