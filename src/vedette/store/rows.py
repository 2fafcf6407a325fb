"""Values as rows and back."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Generic, TypeVar, get_type_hints

from pydantic import JsonValue, TypeAdapter, ValidationError
from sqlalchemy import Connection, Row, Table, text
from sqlalchemy.dialects import postgresql, sqlite

from vedette.core.errors import StoreError

__all__ = ["Rows", "one_at_a_time", "upsert"]

V = TypeVar("V")


class Rows(Generic[V]):
    """Writes and reads one type; the table may have columns that are not fields of it."""

    def __init__(self, value: type[V], table: Table) -> None:
        self._adapter: TypeAdapter[V] = TypeAdapter(value)
        self._name = value.__name__.lower()
        fields = get_type_hints(value)
        names = enumerate(column.name for column in table.columns)
        self._places = [(name, place) for place, name in names if name in fields]

    def to_row(self, value: V) -> dict[str, JsonValue]:
        """The columns of a value."""
        row: dict[str, JsonValue] = self._adapter.dump_python(value, mode="json")
        row.pop("kind", None)
        return row

    def of(self, row: Row[tuple[object, ...]]) -> V:
        """The value of a whole row; StoreError when it is not what we would have written."""
        columns = {name: row[place] for name, place in self._places}
        try:
            return self._adapter.validate_python(columns)
        except ValidationError as error:
            raise StoreError(
                f"the stored {self._name} {columns.get('id')!r} cannot be read: {error}"
            ) from error


def upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Put rows, each in the place of the one with the same primary key."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key.columns]
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)
    changed = {name: insert.excluded[name] for name in rows[0] if name not in keys}
    new = insert.on_conflict_do_update(index_elements=keys, set_=changed).inline()
    connection.execute(new, [dict(row) for row in rows])


def one_at_a_time(connection: Connection, lock: int, cameras: Iterable[str]) -> None:
    """Nobody else works on these cameras' rows until the transaction ends.

    What is read may then be written back changed. On SQLite there is one writer anyway.
    """
    if connection.dialect.name != "postgresql":
        return
    # Always in the same order, or two that each wait for the other would.
    numbers = sorted({zlib.crc32(camera.encode()) - (1 << 31) for camera in cameras})
    for number in numbers:
        connection.execute(
            text("SELECT pg_advisory_xact_lock(:lock, :number)"), {"lock": lock, "number": number}
        )
