"""The one SQLite library of this process. In: what is installed. Out: the library, or why it cannot be trusted.

Two libraries on one file would drop each other's locks, so whoever opens an SQLite file takes this one.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from recon.errors import StoreBroken

if TYPE_CHECKING:
    from types import ModuleType

OLDEST_SQLITE: Final = (3, 51, 3)


def sqlite_library() -> ModuleType:
    """Give the one SQLite library of this process; two of them on one file would drop each other's locks.

    Raises:
        StoreBroken: none that is new enough is installed.
    """
    try:
        library = import_module("pysqlite3.dbapi2")
    except ModuleNotFoundError:
        library = import_module("sqlite3.dbapi2")
    found: tuple[int, ...] = library.sqlite_version_info
    if found < OLDEST_SQLITE:
        raise StoreBroken(
            f"SQLite {'.'.join(map(str, found))} may corrupt a store that two programs use",
            hint=f"install pysqlite3, or a Python with SQLite {'.'.join(map(str, OLDEST_SQLITE))} or newer",
        )
    return library
