"""Open the books' database for reading. In: a URL of SQLAlchemy. Out: one transaction that can write nothing.

SQLite: the library of the store, `query_only`, and a file that is not there is not made. PostgreSQL: READ ONLY,
REPEATABLE READ, so that all queries see one moment. Any other database that SQLAlchemy knows and whose driver is
installed: the transaction is rolled back, and the user's rights are all else that keeps it from writing.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from recon.api import UnreadableItems
from recon.api.sql_database import cause_of, open_engine
from recon_sql_items.options import SECTION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

    from recon.api import Secret


def open_database(url: str, password: Secret | None) -> Engine:
    """Open a database; nothing is read yet.

    Raises:
        ConfigurationError: the URL means nothing, or its driver is missing.
        UnreadableItems: the file of an SQLite database is not there.
    """
    engine = open_engine(
        url,
        password,
        "the database of sql-items",
        pragmas=("query_only=ON", "trusted_schema=OFF"),
        isolation_level="REPEATABLE READ",
        execution_options={"postgresql_readonly": True},
    )
    place = engine.url.database
    if engine.dialect.name == "sqlite" and not (place and Path(place).is_file()):
        raise UnreadableItems(
            f"there is no database {place or 'in memory'}",
            hint=f"sqlite:///books.db is beside the working directory, sqlite:////srv/books.db is absolute; look {SECTION}",
        )
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open the one reading transaction, which is rolled back at its end.

    Raises:
        UnreadableItems: the database cannot be reached, in its own words.
    """
    try:
        connection = engine.connect()
    except SQLAlchemyError as error:
        raise UnreadableItems(
            f"the database of the open items cannot be reached: {cause_of(error)}",
            hint=f"look at the url and the user {SECTION}",
        ) from None
    with connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        yield connection
        connection.rollback()
