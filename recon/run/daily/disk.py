"""Say in words what became of the disk: full, read-only, failing. In: an error of the system. Out: StoreBroken with a hint."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from recon.errors import Place, StoreBroken

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOM: Final = (
    "make room on the disk and run it again: what was stored before stays, and the rest follows"
)
_RIGHTS: Final = "let this user write there, and run it again"
_HINTS: Final = {
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EROFS: _RIGHTS,
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.EIO: "look at the disk; then `recon verify`, and run it again",
}


@contextmanager
def told_of_disk() -> Iterator[None]:
    """Turn an error of the system into words.

    Raises:
        StoreBroken: the disk is full, read-only or broken, or a file cannot be had.
    """
    try:
        yield
    except BrokenPipeError:  # whoever reads what we say has gone, which is nothing of the disk
        raise
    except OSError as error:
        raise disk_failed(error) from error


def disk_failed(error: OSError, what: str = "the work cannot go on") -> StoreBroken:
    """Say what an error of the system means for the work.

    Args:
        error: what the system said.
        what: what could not be done.
    """
    place = Place(Path(error.filename).name) if isinstance(error.filename, str) else None
    hint = _HINTS.get(error.errno or 0, "look at the file, and run it again")
    return StoreBroken(f"{what}: {error.strerror or error}", place=place, hint=hint)
