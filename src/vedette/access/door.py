"""The door: a name and a password in, a session out, and guessing made slow."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from vedette.access.passwords import Passwords
from vedette.access.rights import Caller, caller_of
from vedette.access.sessions import Client, Sessions, token_hash
from vedette.access.throttle import Throttle, network_of
from vedette.core.clock import Clock
from vedette.core.errors import NotFound, NotLoggedIn
from vedette.core.people import User
from vedette.core.ports import UserStore

__all__ = ["Door", "Login"]

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A session just opened."""

    caller: Caller
    token: str


class Door:
    """Lets people in."""

    def __init__(
        self, users: UserStore, sessions: Sessions, passwords: Passwords, clock: Clock
    ) -> None:
        self._users, self._sessions, self._passwords = users, sessions, passwords
        self._accounts = Throttle(clock)
        # Many people may share an address, so it may fail more often.
        self._networks = Throttle(clock, free=20)

    def enter(self, name: str, password: str, client: Client) -> Login:
        """A session for whoever knows the password; NotLoggedIn or Throttled otherwise."""
        account, network = name.strip().lower(), network_of(client.address)
        self._networks.attempt(network)
        self._accounts.attempt(account)
        user = self._check(name.strip(), password)
        if user is None:
            _log.warning("login refused", name=name[:64], address=client.address)
            raise NotLoggedIn("name or password is wrong")
        self._accounts.clear(account)
        self._networks.forgive(network)
        return self.admit(user, client)

    def admit(self, user: User, client: Client) -> Login:
        """A session for a user who has proved who it is."""
        token = self._sessions.open(user, client)
        return Login(caller=caller_of(user, token_hash(token)), token=token)

    def _check(self, name: str, password: str) -> User | None:
        user, stored = self._stored(name)
        good = self._passwords.verify(stored, password)
        if user is None or stored is None or not good or not user.enabled:
            return None
        if self._passwords.outdated(stored):
            self._users.set_password_hash(user.id, self._passwords.hash(password))
        return user

    def _stored(self, name: str) -> tuple[User | None, str | None]:
        try:
            user = self._users.by_name(name)
            return user, self._users.password_hash(user.id)
        except NotFound:
            return None, None
