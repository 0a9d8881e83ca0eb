"""Open a pack that somebody handed over: a folder or a zip. In: a path. Out: its files by name, read one at a time.

A pack may be hostile. Nothing is unpacked onto a disk, no link is followed, names that climb out are refused, and sizes
are limited by what is read and not by what is said.
"""

from __future__ import annotations

import os
import re
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final

from recon.errors import MalformedFile, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

FILE_LIMIT_BYTES: Final = 2 * 1024**3
PACK_LIMIT_BYTES: Final = 8 * 1024**3
ENTRY_LIMIT: Final = 200_000
# Tables of a record shrink to a twentieth; a file of nothing but one letter to a thousandth.
RATIO_LIMIT: Final = 200
RATIO_EXEMPT_BYTES: Final = 16 * 1024**2
_NAME: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*){0,3}")
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED: Final = 0x1
# What the standard library raises on archives that are damaged, or made to break it.
_DAMAGES: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
)


@dataclass(frozen=True, slots=True)
class Pack:
    """The files of a pack: name to size, and a way to read one."""

    sizes: Mapping[str, int]
    _open: Callable[[str], IO[bytes]]

    def read(self, name: str) -> bytes:
        """Read one file.

        Raises:
            LookupError: the pack has no such file.
            MalformedFile: it cannot be read, or is larger than it says.
        """
        size = self.sizes[name]
        try:
            with self._open(name) as file:
                data = file.read(size + 1)
        except _DAMAGES as error:
            raise _refused(f"{name} cannot be read: {error}") from None
        if len(data) > size:
            raise _refused(f"{name} is larger than it says")
        return data


@contextmanager
def open_pack(path: Path) -> Iterator[Pack]:
    """Open a pack.

    Raises:
        MalformedFile: it is no folder and no zip, or has what no pack has.
    """
    if path.is_dir():
        sizes = dict(_folder_entries(path))
        _check_limits(sizes)
        yield Pack(sizes, lambda name: (path / name).open("rb"))
        return
    try:
        archive = zipfile.ZipFile(path)
    except _DAMAGES as error:
        raise _refused(f"this is no zip: {error}") from None
    with archive:
        sizes = _zip_entries(archive)
        _check_limits(sizes)
        yield Pack(sizes, archive.open)


def _folder_entries(folder: Path) -> Iterator[tuple[str, int]]:
    for base, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = folder.__class__(base) / name
            shown = path.relative_to(folder).as_posix()
            if path.is_symlink():
                raise _refused(f"{shown} is a link; a pack holds nothing but files")
            if path.is_dir():
                continue
            if not path.is_file():
                raise _refused(f"{shown} is no regular file")
            _check_name(shown)
            yield shown, path.stat().st_size


def _zip_entries(archive: zipfile.ZipFile) -> dict[str, int]:
    found: dict[str, int] = {}
    if len(archive.infolist()) > ENTRY_LIMIT:
        raise _refused(f"it has more than {ENTRY_LIMIT} entries")
    for entry in archive.infolist():
        if entry.is_dir():
            continue
        name, size = entry.filename, entry.file_size
        _check_name(name)
        if name in found:
            raise _refused(f"{name} is there twice")
        if entry.flag_bits & _ENCRYPTED or entry.compress_type not in _METHODS:
            raise _refused(f"{name} is encrypted, or packed in a way that packs never are")
        if size > RATIO_EXEMPT_BYTES and size > RATIO_LIMIT * max(entry.compress_size, 1):
            raise _refused(f"{name} would grow more than {RATIO_LIMIT} times: a zip bomb")
        found[name] = size
    return found


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise _refused(f"it has a file named {name[:80]!r}, as no pack does")


def _check_limits(sizes: Mapping[str, int]) -> None:
    if len(sizes) > ENTRY_LIMIT:
        raise _refused(f"it has more than {ENTRY_LIMIT} files")
    for name, size in sizes.items():
        if size > FILE_LIMIT_BYTES:
            raise _refused(f"{name} is larger than {FILE_LIMIT_BYTES // 1024**3} GiB")
    if sum(sizes.values()) > PACK_LIMIT_BYTES:
        raise _refused(f"all of it is larger than {PACK_LIMIT_BYTES // 1024**3} GiB")


def _refused(why: str) -> MalformedFile:
    return MalformedFile(why, place=Place("pack"), hint="ask for the pack again")
