"""Make the tables, or bring them up to date. In: an open store. Out: the same store with the newest tables.

Steps go forward only, in one transaction, so a run that is killed half-way leaves the tables as they were.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from recon.errors import StoreBroken
from recon.store.tables import EVENTS, FACTS

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from recon.store.connect import Store

_FOLDER: Final = Path(__file__).parent / "migrations"


def upgrade(store: Store) -> None:
    """Bring the tables to the newest step; nothing happens where they are.

    Raises:
        StoreBroken: the store was made by a newer version of this program.
    """
    config = _config()
    newest = ScriptDirectory.from_config(config).get_current_head()
    with store.reading() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found == newest:
        return
    if found is not None and not _is_known(config, found):
        raise StoreBroken(
            f"the store was made by a newer version (step {found}, this one knows {newest})",
            hint="install the newer version of cashrecon",
        )
    with store.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        _forbid_changes(connection)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    return config


def _is_known(config: Config, revision: str) -> bool:
    known: Any = ScriptDirectory.from_config(config).walk_revisions()
    return any(step.revision == revision for step in known)


def _forbid_changes(connection: Connection) -> None:
    """Let the database itself refuse to change or remove a fact or an event."""
    is_sqlite = connection.dialect.name == "sqlite"
    if not is_sqlite:
        connection.execute(text(_REFUSE))
    for table in (EVENTS.name, *(fact.name for fact in FACTS)):
        if not is_sqlite:
            connection.exec_driver_sql(
                f"CREATE OR REPLACE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION recon_refuse()"
            )
        for verb in ("UPDATE", "DELETE"):
            name = f"{table}_no_{verb.lower()}"
            if is_sqlite:
                connection.exec_driver_sql(
                    f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {verb} ON {table} "
                    "BEGIN SELECT RAISE(ABORT, 'append-only: facts are never changed'); END"
                )
            else:
                connection.exec_driver_sql(
                    f"CREATE OR REPLACE TRIGGER {name} BEFORE {verb} ON {table} "
                    "FOR EACH ROW EXECUTE FUNCTION recon_refuse()"
                )


_REFUSE: Final = """
CREATE OR REPLACE FUNCTION recon_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'append-only: facts are never changed'; END $$
"""
