"""Keep bytes under their own hash: what the bank sent, and what a run wrote. In: bytes. Out: their SHA-256.

A file is whole on the disk before anything in the store names it, and is never changed.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recon.errors import Place, StoreBroken

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Archive:
    """A folder of files that are named by their SHA-256."""

    folder: Path

    def put(self, data: bytes) -> str:
        """Keep bytes; what is there already is left as it is.

        Raises:
            StoreBroken: the folder cannot be written.
        """
        digest = hashlib.sha256(data).hexdigest()
        path = self._path(digest)
        if not path.is_file():
            self._write(path, data)
        return digest

    def get(self, digest: str) -> bytes:
        """Give bytes back.

        Raises:
            StoreBroken: they are gone, or are not what they were.
        """
        path = self._path(digest)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise StoreBroken(
                f"a file of the archive is gone: {error.strerror}", place=Place(digest)
            ) from None
        if hashlib.sha256(data).hexdigest() != digest:
            raise StoreBroken("a file of the archive is not what it was", place=Place(digest))
        return data

    def _path(self, digest: str) -> Path:
        return self.folder / digest[:2] / digest

    def _write(self, path: Path, data: bytes) -> None:
        unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_durably(unfinished, data)
            os.replace(unfinished, path)  # noqa: PTH105 - the atomic form is the point
            sync_folder(path.parent)
        except OSError as error:
            unfinished.unlink(missing_ok=True)
            raise StoreBroken(
                f"the archive cannot be written: {error.strerror}",
                hint="make room on the disk, or let this user write; nothing of this step was stored",
            ) from None


def write_durably(path: Path, data: bytes) -> None:
    """Write a file and wait until the disk has it."""
    handle = os.open(
        path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600
    )
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(handle)


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the names of a folder; Windows does that by itself."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
