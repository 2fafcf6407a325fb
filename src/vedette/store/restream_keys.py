"""Keys with which users' programs log in over RTSP, encrypted with the installation's key."""

from __future__ import annotations

from pydantic import SecretStr
from sqlalchemy import delete, select

from vedette.core.people import RestreamKey
from vedette.store.engine import Database
from vedette.store.rows import upsert
from vedette.store.seal import Sealer
from vedette.store.tables import restream_key

__all__ = ["RestreamKeys"]


class RestreamKeys:
    """The store of them (see `RestreamKeyStore`)."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database, self._sealer = database, sealer

    def put(self, key: RestreamKey) -> None:
        """Store a key in place of the one before."""
        row = {
            "user_id": key.user_id,
            "sealed": self._sealer.seal(key.key.get_secret_value()),
            "created_us": key.created_us,
        }
        with self._database.writing() as connection:
            upsert(connection, restream_key, [row])

    def of_user(self, user_id: str) -> RestreamKey | None:
        """The user's key, None when there is none."""
        wanted = select(restream_key).where(restream_key.c.user_id == user_id)
        with self._database.reading() as connection:
            row = connection.execute(wanted).one_or_none()
        if row is None:
            return None
        key = SecretStr(self._sealer.unseal(row.sealed))
        return RestreamKey(user_id=user_id, key=key, created_us=row.created_us)

    def drop(self, user_id: str) -> None:
        """Forget a user's key; may be called twice."""
        with self._database.writing() as connection:
            connection.execute(delete(restream_key).where(restream_key.c.user_id == user_id))
