"""Invitations and links that set a password anew, by the hash of their token."""

from __future__ import annotations

from sqlalchemy import delete, insert, select, update

from vedette.core.credentials import Invitation
from vedette.core.errors import NotFound
from vedette.store.engine import Database
from vedette.store.rows import Rows
from vedette.store.tables import invitation

__all__ = ["Invitations"]


class Invitations:
    """The store of invitations (see `InvitationStore`)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows = Rows(Invitation, invitation)

    def add(self, made: Invitation, secret_hash: str) -> None:
        """Store a new one."""
        row = self._rows.to_row(made) | {"secret_hash": secret_hash}
        with self._database.writing() as connection:
            connection.execute(insert(invitation).values(row))

    def by_secret(self, secret_hash: str) -> Invitation:
        """The invitation of that token, used or not; NotFound otherwise."""
        wanted = select(invitation).where(invitation.c.secret_hash == secret_hash)
        with self._database.reading() as connection:
            row = connection.execute(wanted).first()
        if row is None:
            raise NotFound("there is no such invitation")
        return self._rows.of(row)

    def all(self) -> tuple[Invitation, ...]:
        """Newest first."""
        newest = select(invitation).order_by(invitation.c.created_us.desc(), invitation.c.id)
        with self._database.reading() as connection:
            rows = connection.execute(newest.limit(500)).all()
        return tuple(self._rows.of(row) for row in rows)

    def use(self, invitation_id: str, now_us: int) -> bool:
        """Use it up; False when it was used, or has gone."""
        fresh = (invitation.c.id == invitation_id) & invitation.c.used_us.is_(None)
        with self._database.writing() as connection:
            used = update(invitation).where(fresh).values(used_us=now_us)
            return bool(connection.execute(used).rowcount)

    def remove(self, invitation_id: str) -> None:
        """Take it back, or NotFound."""
        with self._database.writing() as connection:
            gone = connection.execute(
                delete(invitation).where(invitation.c.id == invitation_id)
            ).rowcount
        if not gone:
            raise NotFound("there is no such invitation")
