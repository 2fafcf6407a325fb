"""Brings a database to the form this version needs, whoever else starts at the same time."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text

from vedette.core.errors import StoreError
from vedette.store.engine import Database

__all__ = ["migrate"]

_LOCK = 8_971_001


def migrate(database: Database) -> None:
    """Bring the tables up to date, in one transaction that only one process is in at a time."""
    config = _config()
    newest = ScriptDirectory.from_config(config).get_current_head()
    with database.reading() as connection:
        if _revision(connection) == newest:
            return
    with database.writing() as connection:
        if database.is_postgres:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StoreError(
                f"the database was written by a newer version than this one: {error}"
            ) from error


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
