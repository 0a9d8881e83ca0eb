"""Find the files of a run and get their bytes. In: paths as the user gave them. Out: named bytes, or an error each.

An archive comes out as itself and as the files inside it. Only regular files are read, and a link in a folder is
followed only where it stays inside: whoever may drop a file into an inbox may not read the rest of the machine by it.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from recon.errors import MalformedFile, Place, ReconError
from recon.ingest.unpack import archive_kind, unpack
from recon.protocols import SIZE_LIMIT_BYTES

if TYPE_CHECKING:
    from collections.abc import Sequence

# Windows has no pipes to wait for, and would translate line ends.
_OPEN_FLAGS: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_KINDS: Final = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)


@dataclass(frozen=True, slots=True)
class Delivered:
    """One input: its bytes, or the error that says why there are none.

    `archive` names the kind of an archive that was unpacked: it is listed, and the files inside are the inputs.
    """

    name: str
    data: bytes | None
    error: ReconError | None = None
    archive: str | None = None


def find_files(given: Sequence[Path]) -> dict[Path, str]:
    """List the files named and those in folders, each once, sorted by the name under which they are shown.

    Hidden files in folders are left alone. A file of a folder is shown with the folder's own name before it.
    """
    found: dict[Path, str] = {}
    for path in given:
        if not path.is_dir():
            found.setdefault(path, shown_name(path))
            continue
        for one in path.rglob("*"):
            inside = one.relative_to(path)
            if not one.is_dir() and not any(part.startswith(".") for part in inside.parts):
                within = Path(path.name) if path.is_absolute() else path
                found.setdefault(one, (within / inside).as_posix())
    return dict(sorted(found.items(), key=lambda pair: (pair[1], pair[0].as_posix())))


def shown_name(path: Path) -> str:
    """Name an input in files and messages: as given, but never by the folders of one machine.

    The same inputs give the same bytes wherever they lie.
    """
    return "/".join(path.parts[1:][-2:]) if path.is_absolute() else path.as_posix()


def deliver(path: Path, name: str, given: Sequence[Path]) -> list[Delivered]:
    """Give the inputs that one path brings: the file, and the files inside if it is an archive.

    Args:
        path: a file that `find_files` found.
        name: the name under which it is shown.
        given: what the user named; a link that is named itself is followed wherever it leads.
    """
    try:
        if path.is_symlink() and path not in given and _leads_out(path, given):
            raise MalformedFile(
                "this is a link that leads out of the folder",
                place=Place(name),
                hint="name the file itself, if you mean it",
            )
        data = _bytes_of(path, name)
    except ReconError as error:
        return [Delivered(name, None, error)]
    kind = archive_kind(data)
    if kind is None:
        return [Delivered(name, data)]
    try:
        members = unpack(data, name)
    except ReconError as error:
        return [Delivered(name, data, error, kind)]
    inside = (Delivered(one.name, None if one.error else one.data, one.error) for one in members)
    return [Delivered(name, data, archive=kind), *inside]


def _leads_out(path: Path, given: Sequence[Path]) -> bool:
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):  # a circle of links is a RuntimeError up to Python 3.12
        return False  # it leads nowhere, which opening it will say
    return not any(target.is_relative_to(folder.resolve()) for folder in given if folder.is_dir())


def _bytes_of(path: Path, name: str) -> bytes:
    """Read one regular file; what it is is asked before it is opened and again of what was opened."""
    place = Place(name)
    try:
        _require_regular(path.stat(), place)
        handle = os.open(path, _OPEN_FLAGS)
        with os.fdopen(handle, "rb") as file:
            _require_regular(os.fstat(handle), place)
            data = file.read(SIZE_LIMIT_BYTES + 1)
    except OSError as error:
        raise MalformedFile(f"the file cannot be opened: {error.strerror}", place=place) from None
    if len(data) > SIZE_LIMIT_BYTES:
        raise _too_large(place)
    return data


def _require_regular(status: os.stat_result, place: Place) -> None:
    if not stat.S_ISREG(status.st_mode):
        kind = next((said for test, said in _KINDS if test(status.st_mode)), "something else")
        raise MalformedFile(f"this is no regular file but {kind}", place=place)
    if status.st_size > SIZE_LIMIT_BYTES:
        raise _too_large(place)


def _too_large(place: Place) -> MalformedFile:
    return MalformedFile(
        f"the file is larger than {SIZE_LIMIT_BYTES // 1024**2} MiB",
        place=place,
        hint="split the export by account or by month",
    )
