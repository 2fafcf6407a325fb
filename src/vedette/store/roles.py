"""The roles that administrators made."""

from __future__ import annotations

from sqlalchemy import delete, insert, select, update

from vedette.core.errors import Conflict, NotFound
from vedette.core.people import CustomRole
from vedette.store.engine import Database
from vedette.store.rows import Rows
from vedette.store.tables import account, role

__all__ = ["Roles"]


class Roles:
    """The store of custom roles (see `RoleStore`)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows = Rows(CustomRole, role)

    def get(self, role_id: str) -> CustomRole:
        """The role of that id, or NotFound."""
        with self._database.reading() as connection:
            row = connection.execute(select(role).where(role.c.id == role_id)).first()
        if row is None:
            raise NotFound(f"there is no role {role_id!r}")
        return self._rows.of(row)

    def all(self) -> tuple[CustomRole, ...]:
        """Every one, by name."""
        with self._database.reading() as connection:
            rows = connection.execute(select(role).order_by(role.c.name, role.c.id)).all()
        return tuple(self._rows.of(row) for row in rows)

    def create(self, made: CustomRole) -> None:
        """Store a new one; Conflict when the id is taken."""
        try:
            with self._database.writing() as connection:
                connection.execute(insert(role).values(self._rows.to_row(made)))
        except Conflict:
            raise Conflict(f"there is a role {made.id!r} already") from None

    def update(self, changed: CustomRole) -> None:
        """Store a changed one, or NotFound."""
        row = self._rows.to_row(changed)
        with self._database.writing() as connection:
            found = connection.execute(
                update(role).where(role.c.id == changed.id).values(row)
            ).rowcount
        if not found:
            raise NotFound(f"there is no role {changed.id!r}")

    def delete(self, role_id: str) -> None:
        """Forget it; Conflict while a user has it."""
        with self._database.writing() as connection:
            holder = connection.scalar(
                select(account.c.name).where(account.c.role == role_id).limit(1)
            )
            if holder is not None:
                raise Conflict(f"{holder} has the role {role_id!r}; give that user another first")
            if not connection.execute(delete(role).where(role.c.id == role_id)).rowcount:
                raise NotFound(f"there is no role {role_id!r}")
