"""Say whether a file is whole. In: a path. Out: its size and time if nobody writes to it, or nothing.

Whoever lays a file down takes a while; half a file would be read as if it were all of it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

# A file that was written to so lately may not be whole yet.
_SETTLED_SECONDS: Final = 1.0
_UNFINISHED: Final = (".part", ".tmp", ".crdownload", ".filepart", ".partial")


def settled(path: Path) -> tuple[int, int] | None:
    """Give size and time of a file that nobody writes to; a moment is waited for one that was written just now."""
    before = None if path.suffix.lower() in _UNFINISHED else stamp_of(path)
    if before is None:
        return None
    age = time.time() - before[1] / 1_000_000_000  # noqa: TID251 - the age of a file, which decides nothing
    if 0 <= age < _SETTLED_SECONDS:
        time.sleep(_SETTLED_SECONDS - age)
    return before if stamp_of(path) == before else None


def stamp_of(path: Path) -> tuple[int, int] | None:
    """Give size and time of a file, or nothing where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns
