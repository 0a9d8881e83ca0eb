"""Run the steps over the connection that `recon.store.migrate` gives. Alembic loads this file; nothing else does."""

from __future__ import annotations

from alembic import context

from recon.store.tables import METADATA

# Without a migration under way there is nothing to run, as when a documentation tool imports this file.
if hasattr(context, "config"):
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=METADATA,
        transactional_ddl=False,
    )
    context.run_migrations()
