"""The door: a name and a password in, a session out, and guessing made slow."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from vedette.access.passwords import Passwords
from vedette.access.rights import Caller
from vedette.access.second_factor import SecondFactors
from vedette.access.sessions import Client, Sessions, Tokens
from vedette.access.throttle import Throttle, network_of
from vedette.core.clock import Clock
from vedette.core.errors import Denied, NotApproved, NotFound, NotLoggedIn, SecondFactorNeeded
from vedette.core.people import LoginMethod, User
from vedette.core.ports import UserStore

__all__ = ["Door", "Login", "Proof"]

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What somebody says to get in."""

    name: str
    password: str
    code: str = ""
    """One-time or recovery code, for those who have a second factor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A session just opened."""

    caller: Caller
    tokens: Tokens


class Door:
    """Lets people in."""

    def __init__(
        self,
        users: UserStore,
        sessions: Sessions,
        passwords: Passwords,
        factors: SecondFactors,
        clock: Clock,
    ) -> None:
        self._users, self._sessions, self._passwords = users, sessions, passwords
        self._factors = factors
        self._accounts = Throttle(clock)
        # Many people may share an address, so it may fail more often.
        self._networks = Throttle(clock, free=20)

    def enter(self, proof: Proof, client: Client) -> Login:
        """A session for whoever knows the password; NotLoggedIn or Throttled otherwise."""
        name = proof.name.strip()
        account, network = name.lower(), network_of(client.address)
        self._networks.attempt(network)
        self._accounts.attempt(account)
        user = self._check(name, proof.password)
        if user is None:
            _log.warning("login refused", name=name[:64], address=client.address)
            raise NotLoggedIn("name or password is wrong")
        if self._factors.active(user.id):
            if not proof.code:
                self._accounts.forgive(account)
                self._networks.forgive(network)
                raise SecondFactorNeeded("the code of the second factor is missing")
            if not self._factors.check(user.id, proof.code):
                _log.warning("login refused: wrong code", name=name[:64], address=client.address)
                raise NotLoggedIn("the code is wrong or was used before")
        self._accounts.clear(account)
        self._networks.forgive(network)
        return self.admit(user, client)

    def admit(self, user: User, client: Client, method: LoginMethod = "password") -> Login:
        """A session for a user who has proved who it is."""
        if user.state != "active":
            raise NotApproved(
                "an administrator has not approved this registration yet"
                if user.state == "pending"
                else "an administrator has refused this registration"
            )
        tokens = self._sessions.open(user, client, method)
        return Login(caller=self._sessions.look(tokens.session.id), tokens=tokens)

    def prove(self, user: User, password: str, client: Client) -> None:
        """Denied unless it is the user's password; for what a session alone may not do."""
        self._networks.attempt(network_of(client.address))
        self._accounts.attempt(user.name.lower())
        if not self._passwords.verify(self._users.password_hash(user.id), password):
            raise Denied("the password is wrong")
        self._accounts.clear(user.name.lower())
        self._networks.forgive(network_of(client.address))

    def code(self, user: User, code: str) -> bool:
        """Whether it is a good code of the user's second factor; guessing is slow here too."""
        self._accounts.attempt(user.name.lower())
        good = self._factors.check(user.id, code)
        if good:
            self._accounts.clear(user.name.lower())
        return good

    def unlock(self, user: User) -> None:
        """Forget failed attempts at a user's account."""
        self._accounts.clear(user.name.lower())

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
            # Whoever logs in elsewhere has none.
            return user, self._users.password_hash(user.id) or None
        except NotFound:
            return None, None
