"""Login sessions: the client holds a token, we keep its hash; unused ones end by themselves."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from vedette.access.rights import Caller, caller_of
from vedette.core.clock import Clock, from_seconds
from vedette.core.errors import NotFound, NotLoggedIn
from vedette.core.people import LoginSession, User
from vedette.core.ports import UserStore

__all__ = ["Client", "Sessions", "token_hash"]

# Writing on every request would cost more than the request.
_TOUCH_US = from_seconds(60)
_TOKEN_BYTES = 32
_LONGEST_TOKEN = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Where a login comes from, as shown in the list of sessions."""

    address: str
    agent: str = ""


class Sessions:
    """Opens, finds and ends sessions; `hours` without use end one."""

    def __init__(self, users: UserStore, clock: Clock, hours: float) -> None:
        self._users, self._clock = users, clock
        self._life_us = from_seconds(hours * 3600)

    @property
    def life_s(self) -> float:
        """How long a session lasts without use."""
        return self._life_us / 1_000_000

    def open(self, user: User, client: Client) -> str:
        """A new session's token; the only time it is known here."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        now_us = self._clock.now_us()
        self._users.purge_expired(now_us)
        self._users.add(
            LoginSession(
                id=token_hash(token),
                user_id=user.id,
                created_us=now_us,
                expires_us=now_us + self._life_us,
                seen_us=now_us,
                address=client.address[:64],
                agent=client.agent[:200],
            )
        )
        return token

    def find(self, token: str | None) -> Caller:
        """Whose token it is, and once a minute a longer life for it; NotLoggedIn otherwise."""
        if not token or len(token) > _LONGEST_TOKEN:
            raise NotLoggedIn("please log in")
        try:
            session = self._users.session(token_hash(token))
            user = self._users.get(session.user_id)
        except NotFound:
            raise NotLoggedIn("please log in again") from None
        now_us = self._clock.now_us()
        if session.expires_us <= now_us or not user.enabled:
            self._users.end(session.id)
            raise NotLoggedIn("the login has ended; please log in again")
        if now_us - session.seen_us >= _TOUCH_US:
            self._users.touch(session.id, seen_us=now_us, expires_us=now_us + self._life_us)
        return caller_of(user, session.id)

    def close(self, session_id: str) -> None:
        """End a session."""
        self._users.end(session_id)


def token_hash(token: str) -> str:
    """What is stored of a token; it is random, so a plain hash cannot be guessed back."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
