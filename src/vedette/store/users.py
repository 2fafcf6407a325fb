"""Who may log in, and who is logged in."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from sqlalchemy import ColumnElement, delete, func, insert, select, update

from vedette.core.errors import Conflict, NotFound
from vedette.core.people import LoginSession, User
from vedette.store.engine import Database
from vedette.store.rows import Rows
from vedette.store.tables import account, login

__all__ = ["Users"]


class Users:
    """The store of users and their logins (see `UserStore`)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._users = Rows(User, account)
        self._logins = Rows(LoginSession, login)

    def create(self, user: User, password_hash: str) -> None:
        """Store a new user; Conflict when the id or the name is taken."""
        row = self._users.to_row(user)
        row |= {"name_key": _key(user.name), "password_hash": password_hash}
        try:
            with self._database.writing() as connection:
                connection.execute(insert(account).values(row))
        except Conflict:
            raise _taken(user) from None

    def get(self, user_id: str) -> User:
        """The user of that id, or NotFound."""
        return self._user(account.c.id == user_id, f"there is no user {user_id!r}")

    def by_name(self, name: str) -> User:
        """The user of that name in any case, or NotFound."""
        return self._user(account.c.name_key == _key(name), f"there is no user {name!r}")

    def by_subject(self, subject: str) -> User:
        """The user whom the OpenID provider calls so, or NotFound."""
        return self._user(account.c.subject == subject, "nobody here is known by that provider")

    def all(self) -> tuple[User, ...]:
        """Everybody, by name."""
        with self._database.reading() as connection:
            rows = connection.execute(select(account).order_by(account.c.name_key)).all()
        return tuple(self._users.of(row) for row in rows)

    def count(self) -> int:
        """How many there are."""
        with self._database.reading() as connection:
            return connection.scalar(select(func.count()).select_from(account)) or 0

    def update(self, user: User) -> None:
        """Store a changed user; NotFound, or Conflict when the name is taken."""
        row = self._users.to_row(user) | {"name_key": _key(user.name)}
        try:
            self._change(user.id, row)
        except Conflict:
            raise _taken(user) from None

    def delete(self, user_id: str) -> None:
        """Forget a user with logins, keys and second factor; NotFound when there is none."""
        with self._database.writing() as connection:
            gone = connection.execute(delete(account).where(account.c.id == user_id)).rowcount
        if not gone:
            raise NotFound(f"there is no user {user_id!r}")

    def password_hash(self, user_id: str) -> str:
        """The hash of the user's password, or NotFound."""
        of_user = select(account.c.password_hash).where(account.c.id == user_id)
        with self._database.reading() as connection:
            found: str | None = connection.scalar(of_user)
        if found is None:
            raise NotFound(f"there is no user {user_id!r}")
        return found

    def set_password_hash(self, user_id: str, password_hash: str) -> None:
        """Store a new one, or NotFound."""
        self._change(user_id, {"password_hash": password_hash})

    def add(self, session: LoginSession) -> None:
        """Store a login."""
        try:
            with self._database.writing() as connection:
                connection.execute(insert(login).values(self._logins.to_row(session)))
        except Conflict:
            raise Conflict(f"user {session.user_id!r} is gone, or the login is known") from None

    def session(self, session_id: str) -> LoginSession:
        """A login that has not ended, expired or not; NotFound otherwise."""
        with self._database.reading() as connection:
            row = connection.execute(select(login).where(login.c.id == session_id)).first()
        if row is None:
            raise NotFound("there is no such login")
        return self._logins.of(row)

    def touch(self, session_id: str, *, seen_us: int, expires_us: int) -> None:
        """Note that a login was used; nothing happens when it has ended."""
        used = update(login).where(login.c.id == session_id)
        with self._database.writing() as connection:
            connection.execute(used.values(seen_us=seen_us, expires_us=expires_us))

    def end(self, session_id: str) -> None:
        """Log out; may be called twice."""
        self._forget(login.c.id == session_id)

    def end_all(self, user_id: str) -> int:
        """End all logins of a user and say how many there were."""
        return self._forget(login.c.user_id == user_id)

    def for_user(self, user_id: str) -> tuple[LoginSession, ...]:
        """A user's logins, the last used first."""
        of_user = select(login).where(login.c.user_id == user_id)
        with self._database.reading() as connection:
            rows = connection.execute(of_user.order_by(login.c.seen_us.desc(), login.c.id)).all()
        return tuple(self._logins.of(row) for row in rows)

    def purge_expired(self, now_us: int) -> int:
        """Forget logins that have expired and say how many there were."""
        return self._forget(login.c.expires_us <= now_us)

    def _user(self, which: ColumnElement[bool], missing: str) -> User:
        with self._database.reading() as connection:
            row = connection.execute(select(account).where(which)).first()
        if row is None:
            raise NotFound(missing)
        return self._users.of(row)

    def _change(self, user_id: str, columns: Mapping[str, object]) -> None:
        changed = update(account).where(account.c.id == user_id).values(columns)
        with self._database.writing() as connection:
            found = connection.execute(changed).rowcount
        if not found:
            raise NotFound(f"there is no user {user_id!r}")

    def _forget(self, which: ColumnElement[bool]) -> int:
        with self._database.writing() as connection:
            return connection.execute(delete(login).where(which)).rowcount


def _key(name: str) -> str:
    """The same for names that look the same: whatever case, width and composition."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _taken(user: User) -> Conflict:
    return Conflict(f"there is a user {user.name!r} already")
