"""Open a book of GnuCash that is kept in SQLite. In: a path. Out: one transaction, or why there is none.

A writing transaction begins IMMEDIATE and looks at GnuCash's own lock: GnuCash writes its lock row before it reads, so either
it waits for us, or we see that somebody has the book open and leave it alone.
"""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Final

from recon.api import ConfigurationError, ReconError, sqlite_library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MAGIC: Final = b"SQLite format 3\x00"
_BUSY_SECONDS: Final = 30
# Every column that is written here. Others may be there if they can stay empty.
TABLES: Final = {
    "transactions": ("guid", "currency_guid", "num", "post_date", "enter_date", "description"),
    "splits": (
        *("guid", "tx_guid", "account_guid", "memo", "action", "reconcile_state"),
        *("value_num", "value_denom", "quantity_num", "quantity_denom", "lot_guid"),
    ),
    "slots": ("obj_guid", "name", "slot_type", "string_val", "gdate_val"),
}


def check_book(path: Path) -> None:
    """Check that a path is a book that can be written.

    Raises:
        ConfigurationError: it is missing, or GnuCash keeps it as XML.
    """
    try:
        with path.open("rb") as book:
            head = book.read(len(_MAGIC))
    except OSError as error:
        raise ConfigurationError(
            f"the book {path.name} cannot be read: {error.strerror}",
            hint="`book` under [ledgers.gnucash] is the path of an existing book",
        ) from None
    if head != _MAGIC:
        raise ConfigurationError(
            f"the book {path.name} is not kept in SQLite",
            hint="in GnuCash, choose File, Save As and the data format sqlite3",
        )


@contextmanager
def reading(path: Path) -> Iterator[Any]:
    """Open a reading transaction; gives a connection of the DB-API.

    Raises:
        ReconError: the book cannot be read, in the library's words.
    """
    with _opened(path) as connection:
        connection.execute("BEGIN")
        yield connection
        connection.execute("ROLLBACK")


@contextmanager
def writing(path: Path) -> Iterator[Any]:
    """Open the one writing transaction; it is committed at the end, or rolled back whole.

    Raises:
        ReconError: somebody has the book open in GnuCash, its tables are of an unknown kind, or it cannot be written.
    """
    with _opened(path) as connection:
        connection.execute("BEGIN IMMEDIATE")
        _refuse_open_book(connection, path)
        _refuse_unknown_tables(connection)
        yield connection
        connection.execute("COMMIT")


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    library = sqlite_library()
    try:
        # A connection that is closed within a transaction leaves nothing of it.
        with closing(
            library.connect(
                f"{path.absolute().as_uri()}?mode=rw",
                uri=True,
                isolation_level=None,
                timeout=_BUSY_SECONDS,
            )
        ) as connection:
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA trusted_schema=OFF")
            yield connection
    except library.Error as error:
        raise ReconError(
            f"the book {path.name} says: {error}",
            hint="nothing of this batch was posted, or all of it: the same call can be repeated",
        ) from None


def _refuse_open_book(connection: Any, path: Path) -> None:
    row = connection.execute("SELECT hostname, pid FROM gnclock").fetchone()
    if row is not None:
        raise ReconError(
            f"the book {path.name} is open in GnuCash on {row[0]} (process {row[1]})",
            hint="close it there and post again; if no GnuCash runs, open the book once and choose to open it anyway",
        )


def _refuse_unknown_tables(connection: Any) -> None:
    """Refuse tables with a column that must be filled and that is not known here."""
    for table, names in TABLES.items():
        rows = connection.execute(f"PRAGMA table_info({table})").fetchall()
        there = {name for _, name, *_ in rows}
        needed = {
            name for _, name, _, is_needed, default, _ in rows if is_needed and default is None
        }
        # The id of a slot is counted by SQLite itself.
        if not there >= set(names) or needed - {*names, "id"}:
            raise ReconError(
                f"this GnuCash keeps its {table} in a form that is not known",
                hint="books of GnuCash 3 to 5 can be written",
            )
