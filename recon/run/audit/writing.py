"""Write a pack: a folder, or a zip that is the same bytes each time. In: names and bytes. Out: files, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Protocol

from recon.errors import ConfigurationError, Place
from recon.run.audit.layout import Mark
from recon.run.daily.archive import write_durably

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# The earliest time that a zip can tell; what a pack is of stands in its manifest.
_TIME: Final = (1980, 1, 1, 0, 0, 0)
_UNIX: Final = 3
_MODE: Final = 0o600 << 16


class Unfinished:
    """A pack that is being written; `marks` tells what is in it so far."""

    def __init__(self, target: _Target) -> None:
        self.marks: dict[str, Mark] = {}
        self._target = target

    def add(self, name: str, data: bytes) -> str:
        """Add a file; gives its SHA-256."""
        self._target.put(name, data)
        digest = hashlib.sha256(data).hexdigest()
        self.marks[name] = Mark(digest, len(data))
        return digest


class _Target(Protocol):
    def put(self, name: str, data: bytes) -> None:
        """Write one file."""
        ...


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, data: bytes) -> None:
        path = self._folder / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_durably(path, data)


class _Zip:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def put(self, name: str, data: bytes) -> None:
        entry = zipfile.ZipInfo(name, _TIME)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.create_system, entry.external_attr = _UNIX, _MODE
        self._archive.writestr(entry, data, compresslevel=6)


@contextmanager
def unfinished_pack(out: Path) -> Iterator[Unfinished]:
    """Open a pack beside its place; it gets its name at the end, or goes.

    Raises:
        ConfigurationError: something is there already, or it cannot be written.
    """
    if out.exists():
        raise ConfigurationError(
            "there is something already", place=Place(str(out)), hint="name another place"
        )
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        with _opened(part, is_zip=out.suffix.lower() == ".zip") as target:
            yield Unfinished(target)
        os.replace(part, out)  # noqa: PTH105 - the atomic form is the point
    except OSError as error:
        raise ConfigurationError(
            f"the pack cannot be written: {error.strerror}", place=Place(str(out))
        ) from None
    finally:
        shutil.rmtree(part) if part.is_dir() else part.unlink(missing_ok=True)


@contextmanager
def _opened(part: Path, *, is_zip: bool) -> Iterator[_Target]:
    part.parent.mkdir(parents=True, exist_ok=True)
    if not is_zip:
        part.mkdir(mode=0o700)
        yield _Folder(part)
        return
    handle = os.open(part, os.O_CREAT | os.O_RDWR | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(handle, "w+b") as file:
        with zipfile.ZipFile(file, "w") as archive:
            yield _Zip(archive)
        file.flush()
        os.fsync(handle)
