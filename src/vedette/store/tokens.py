"""Hashes of session tokens."""

from __future__ import annotations

from sqlalchemy import delete, insert, select, update

from vedette.core.credentials import SessionToken
from vedette.core.errors import NotFound
from vedette.store.engine import Database
from vedette.store.rows import Rows
from vedette.store.tables import session_token

__all__ = ["Tokens"]


class Tokens:
    """The store of session tokens (see `TokenStore`)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows = Rows(SessionToken, session_token)

    def add(self, *tokens: SessionToken) -> None:
        """Store new ones."""
        with self._database.writing() as connection:
            connection.execute(insert(session_token), [self._rows.to_row(one) for one in tokens])

    def get(self, token_id: str) -> SessionToken:
        """One of a login that has not ended, expired or not; NotFound otherwise."""
        wanted = select(session_token).where(session_token.c.id == token_id)
        with self._database.reading() as connection:
            row = connection.execute(wanted).first()
        if row is None:
            raise NotFound("there is no such token")
        return self._rows.of(row)

    def replace(self, old_id: str, now_us: int, *tokens: SessionToken) -> bool:
        """Put tokens in the place of a refresh token, once; False when that was done before."""
        fresh = (session_token.c.id == old_id) & session_token.c.replaced_us.is_(None)
        with self._database.writing() as connection:
            taken = connection.execute(
                update(session_token).where(fresh).values(replaced_us=now_us)
            ).rowcount
            if taken:
                rows = [self._rows.to_row(one) for one in tokens]
                connection.execute(insert(session_token), rows)
        return bool(taken)

    def purge(self, now_us: int) -> None:
        """Forget what has expired."""
        with self._database.writing() as connection:
            connection.execute(delete(session_token).where(session_token.c.expires_us <= now_us))
