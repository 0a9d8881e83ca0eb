"""A store of one revision as SQL text, kept so that every later version must be able to read it. In: a store. Out: statements.

python -m tests.store.as_text fixtures/stores/revision_0001.sql      writes the whole store of the tests, as released
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from recon.store.connect import open_store, sqlite_library

# Tables first, since rows and triggers need them.
_PARTS = "SELECT name, sql FROM sqlite_master WHERE type = ? AND sql IS NOT NULL ORDER BY name"


def text_of(connection):
    """Write an SQLite store as SQL: tables, rows, then indexes and triggers."""
    tables = connection.exec_driver_sql(_PARTS, ("table",)).all()
    told = [f"{sql};" for _, sql in tables]
    for name, _ in tables:
        columns = [row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info({name})")]
        quoted = " || ',' || ".join(f"quote({column})" for column in columns)
        rows = connection.exec_driver_sql(f"SELECT {quoted} FROM {name} ORDER BY 1").scalars()
        told += [f"INSERT INTO {name} ({','.join(columns)}) VALUES ({row});" for row in rows]
    for kind in ("index", "trigger"):
        told += [f"{sql};" for _, sql in connection.exec_driver_sql(_PARTS, (kind,))]
    return "\n".join([*told, ""])


def statements_of(text):
    """Take SQL text apart again; a statement may have several lines, and a trigger several semicolons."""
    complete = sqlite_library().complete_statement
    begun = ""
    for row in text.splitlines(keepends=True):
        begun += row
        if complete(begun):
            yield begun
            begun = ""


def main():
    """Make the store anew and write it."""
    from tests.store.whole import make_whole

    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'recon.db'}"
        make_whole(Path(folder) / "workspace", url)
        store = open_store(url)
        with store.reading() as connection:
            text = text_of(connection)
        store.close()
    Path(sys.argv[1]).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
