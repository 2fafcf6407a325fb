"""Values as rows and back."""

from __future__ import annotations

from typing import Generic, TypeVar

from pydantic import JsonValue, TypeAdapter, ValidationError
from sqlalchemy import Row

from vedette.core.errors import StoreError

__all__ = ["Rows"]

V = TypeVar("V")


class Rows(Generic[V]):
    """Writes and reads one type; `extra` are columns of the table that are not fields of it."""

    def __init__(self, value: type[V], *extra: str) -> None:
        self._adapter: TypeAdapter[V] = TypeAdapter(value)
        self._name = value.__name__.lower()
        self._extra = extra

    def to_row(self, value: V) -> dict[str, JsonValue]:
        """The columns of a value."""
        row: dict[str, JsonValue] = self._adapter.dump_python(value, mode="json")
        row.pop("kind", None)
        return row

    def of(self, row: Row[tuple[object, ...]]) -> V:
        """The value of a row; StoreError when it is not what we would have written."""
        columns = row._mapping.items()
        known = {name: part for name, part in columns if name not in self._extra}
        try:
            return self._adapter.validate_python(known)
        except ValidationError as error:
            raise StoreError(
                f"the stored {self._name} {known.get('id')!r} cannot be read: {error}"
            ) from error
