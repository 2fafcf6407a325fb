"""Exports and how far they are."""

from __future__ import annotations

from sqlalchemy import delete, select

from vedette.core.errors import NotFound
from vedette.core.footage import Export
from vedette.store.engine import Database
from vedette.store.rows import Rows, upsert
from vedette.store.tables import export as table

__all__ = ["Exports"]

_ROWS = Rows(Export, table)


class Exports:
    """The store of exports (see `ExportStore`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, export: Export) -> None:
        """Store durably, new or changed."""
        with self._database.writing() as connection:
            upsert(connection, table, [_ROWS.to_row(export)])

    def get(self, export_id: str) -> Export:
        """The export of that id, or NotFound."""
        with self._database.reading() as connection:
            row = connection.execute(select(table).where(table.c.id == export_id)).first()
        if row is None:
            raise NotFound(f"there is no export {export_id!r}")
        return _ROWS.of(row)

    def all(self, *, author: str | None = None) -> tuple[Export, ...]:
        """The newest first, of one person or of all."""
        wanted = select(table).order_by(table.c.made_us.desc(), table.c.id)
        if author is not None:
            wanted = wanted.where(table.c.author == author)
        with self._database.reading() as connection:
            return tuple(_ROWS.of(row) for row in connection.execute(wanted))

    def remove(self, export_id: str) -> None:
        """Remove it, or NotFound."""
        with self._database.writing() as connection:
            counted = connection.execution_options(preserve_rowcount=True)
            if not counted.execute(delete(table).where(table.c.id == export_id)).rowcount:
                raise NotFound(f"there is no export {export_id!r}")
