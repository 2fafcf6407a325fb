"""Personal keys, by the hash of their secret."""

from __future__ import annotations

from sqlalchemy import ColumnElement, delete, insert, select, update

from vedette.core.credentials import ApiKey
from vedette.core.errors import NotFound
from vedette.store.engine import Database
from vedette.store.rows import Rows
from vedette.store.tables import api_key

__all__ = ["Keys"]


class Keys:
    """The store of personal keys (see `KeyStore`)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows = Rows(ApiKey, api_key)

    def add(self, key: ApiKey, secret_hash: str) -> None:
        """Store a new one."""
        row = self._rows.to_row(key) | {"secret_hash": secret_hash}
        with self._database.writing() as connection:
            connection.execute(insert(api_key).values(row))

    def get(self, key_id: str) -> ApiKey:
        """The key of that id, or NotFound."""
        return self._one(api_key.c.id == key_id)

    def by_secret(self, secret_hash: str) -> ApiKey:
        """The key of that secret, or NotFound."""
        return self._one(api_key.c.secret_hash == secret_hash)

    def for_user(self, user_id: str) -> tuple[ApiKey, ...]:
        """A user's keys, the newest first."""
        mine = select(api_key).where(api_key.c.user_id == user_id)
        with self._database.reading() as connection:
            rows = connection.execute(mine.order_by(api_key.c.created_us.desc())).all()
        return tuple(self._rows.of(row) for row in rows)

    def touch(self, key_id: str, *, used_us: int, used_from: str) -> None:
        """Note that a key was used."""
        used = update(api_key).where(api_key.c.id == key_id)
        with self._database.writing() as connection:
            connection.execute(used.values(used_us=used_us, used_from=used_from))

    def remove(self, key_id: str) -> None:
        """Forget a key; may be called twice."""
        with self._database.writing() as connection:
            connection.execute(delete(api_key).where(api_key.c.id == key_id))

    def _one(self, which: ColumnElement[bool]) -> ApiKey:
        with self._database.reading() as connection:
            row = connection.execute(select(api_key).where(which)).first()
        if row is None:
            raise NotFound("there is no such key")
        return self._rows.of(row)
