"""Values as rows and back."""

from __future__ import annotations

from typing import Generic, TypeVar, get_type_hints

from pydantic import JsonValue, TypeAdapter, ValidationError
from sqlalchemy import Row, Table

from vedette.core.errors import StoreError

__all__ = ["Rows"]

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
