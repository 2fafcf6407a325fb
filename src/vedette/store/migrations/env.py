"""Run by Alembic; `vedette.store.migrate` hands over the connection."""

from __future__ import annotations

from alembic import context

from vedette.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,  # the caller's transaction is around all of it
)
context.run_migrations()
