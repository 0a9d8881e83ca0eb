"""Unpack what a bank or a mail program packed: zip and gzip, with limits. In: bytes. Out: the files inside as bytes.

It unpacks piece by piece and stops at the limit, whatever the archive says of its own sizes. A file inside that cannot be
had is given with its error, and the others with their bytes. Nothing is written to a disk, so a name inside is only a
name; one that climbs out of its folder is refused all the same, since it would lie about the file in every report.
"""

from __future__ import annotations

import gzip
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Final, Protocol

from recon.errors import MalformedFile, Place, ReconError, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

WRITTEN_LIMIT_BYTES: Final = 512 * 1024**2
RATIO_LIMIT: Final = 100
# Below this, no ratio harms: a small file of blanks may well shrink to a thousandth.
RATIO_EXEMPT_BYTES: Final = 4 * 1024**2
ENTRY_LIMIT: Final = 100
# Tools that cut gzip into members make them of 64 KiB; members of nothing cost time and write nothing.
_LEAST_MEMBER_BYTES: Final = 1024
_ENTRIES_LOOKED_AT: Final = 10_000
_CHUNK: Final = 256 * 1024

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_GZIP: Final = b"\x1f\x8b\x08"
_ZIP_ENTRY: Final = b"PK\x01\x02"
_ENCRYPTED: Final = 0x1
# LZMA may ask for four gigabytes of dictionary before it writes one byte.
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
# Office documents are zip archives, and files of their own.
_DOCUMENT: Final = frozenset({"[Content_Types].xml", "mimetype"})
_UNSAFE_NAME: Final = re.compile(r"^[/\\]|^[A-Za-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)|[\x00-\x1f\x7f]")
# What the standard library raises on damaged archives. RuntimeError: a version or a feature that it does not know.
_DAMAGES: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
)


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes:
        """Give up to `size` bytes, none at the end."""
        ...


@dataclass(frozen=True, slots=True)
class Unpacked:
    """One file inside an archive: its bytes, or the error that says why there are none."""

    name: str
    data: bytes = b""
    error: ReconError | None = None


def archive_kind(data: bytes) -> str | None:
    """Say whether bytes are an archive to unpack: zip or gzip; None for all else, Office documents among it."""
    if data.startswith(_GZIP):
        return "gzip"
    if not data.startswith(_ZIP):
        return None
    if data.count(_ZIP_ENTRY) > _ENTRIES_LOOKED_AT:
        return "zip"
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return None if _DOCUMENT & set(archive.namelist()) else "zip"
    except _DAMAGES:
        return "zip"  # a damaged one; unpacking says so


def unpack(data: bytes, file: str) -> list[Unpacked]:
    """Unpack an archive.

    Hidden files in it are left alone, as they are in folders.

    Args:
        data: the archive, for which `archive_kind` gave a kind.
        file: its name as the user sees it.

    Returns:
        The files inside, sorted by name.

    Raises:
        MalformedFile: the archive is damaged as a whole, is empty, or passes a limit.
    """
    budget = _Budget(file, len(data))
    if data.startswith(_GZIP):
        return [_gunzipped(data, file, budget)]
    if data.count(_ZIP_ENTRY) > 2 * ENTRY_LIMIT:
        raise _too_many(file)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = [one for one in archive.infolist() if not _is_left_alone(one)]
            if len(members) > ENTRY_LIMIT:
                raise _too_many(file)
            taken: set[str] = set()
            found = [_unzipped(archive, one, file, budget, taken) for one in members]
    except _DAMAGES as error:
        raise MalformedFile(
            f"the zip archive is damaged or cut off: {printable(str(error))[:80]}",
            place=Place(file),
            hint="fetch the file again",
        ) from None
    if not found:
        raise MalformedFile("the archive holds no file", place=Place(file))
    return sorted(found, key=lambda one: one.name)


def _too_many(file: str) -> MalformedFile:
    return MalformedFile(
        f"the archive holds more than {ENTRY_LIMIT} files",
        place=Place(file),
        hint="unpack it into a folder and name the folder",
    )


def _is_left_alone(entry: zipfile.ZipInfo) -> bool:
    parts = entry.filename.split("/")
    hidden = any(part.startswith(".") and not part.startswith("..") for part in parts)
    return entry.is_dir() or hidden or parts[0] == "__MACOSX"


class _Budget:
    """Counts what an archive writes in all, and stops it at the limits."""

    def __init__(self, file: str, packed_bytes: int) -> None:
        self._file = file
        self._limits = (
            (WRITTEN_LIMIT_BYTES, f"more than {WRITTEN_LIMIT_BYTES // 1024**2} MiB"),
            (
                max(RATIO_EXEMPT_BYTES, RATIO_LIMIT * packed_bytes),
                f"more than {RATIO_LIMIT} times its size",
            ),
        )
        self._written = 0

    def spend(self, count: int) -> None:
        self._written += count
        for limit, said in self._limits:
            if self._written > limit:
                raise MalformedFile(
                    f"the archive unpacks to {said}",
                    place=Place(self._file),
                    hint="if it is sound, unpack it and name the files",
                )


def _unzipped(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, file: str, budget: _Budget, taken: set[str]
) -> Unpacked:
    # Up to its first NUL, `filename` is what a program sees; `orig_filename` is what stands there.
    name = entry.orig_filename
    shown = f"{file}/{name}"
    trouble = _trouble(entry)
    if trouble is None and name in taken:
        trouble = "two files of the archive have this name"
    if trouble is not None:
        hint = "unpack the archive yourself and name the files"
        return Unpacked(shown, error=MalformedFile(trouble, place=Place(shown), hint=hint))
    taken.add(name)
    try:
        with archive.open(entry) as stream:
            data = b"".join(_bounded(stream, budget))
    except _DAMAGES as error:
        told = f"this file of the archive is damaged: {printable(str(error))[:80]}"
        return Unpacked(shown, error=MalformedFile(told, place=Place(shown)))
    return _unless_packed_again(shown, data)


def _trouble(entry: zipfile.ZipInfo) -> str | None:
    if _UNSAFE_NAME.search(entry.orig_filename):
        return "the name of this file of the archive leads out of it"
    if entry.flag_bits & _ENCRYPTED:
        return "this file of the archive is locked with a password"
    if entry.compress_type not in _METHODS:
        return f"this file of the archive is packed by method {entry.compress_type}, not by deflate"
    return None


def _gunzipped(data: bytes, file: str, budget: _Budget) -> Unpacked:
    base = file.rsplit("/", 1)[-1]
    name = base.removesuffix(".gz").removesuffix(".GZ")
    shown = f"{file}/{name if name != base else 'content'}"
    if data.count(_GZIP) > ENTRY_LIMIT + len(data) // _LEAST_MEMBER_BYTES:
        raise MalformedFile("the gzip archive is cut into tiny members", place=Place(file))
    try:
        with gzip.GzipFile(fileobj=BytesIO(data)) as stream:
            written = b"".join(_bounded(stream, budget))
    except _DAMAGES as error:
        raise MalformedFile(
            f"the gzip archive is damaged: {printable(str(error))[:80]}",
            place=Place(file),
            hint="fetch the file again",
        ) from None
    return _unless_packed_again(shown, written)


def _bounded(stream: _Stream, budget: _Budget) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        budget.spend(len(chunk))
        yield chunk


def _unless_packed_again(shown: str, data: bytes) -> Unpacked:
    if archive_kind(data) is None:
        return Unpacked(shown, data)
    told = "an archive inside an archive is not unpacked"
    hint = "unpack the outer one and name the folder"
    return Unpacked(shown, error=MalformedFile(told, place=Place(shown), hint=hint))
