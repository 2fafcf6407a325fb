"""Login sessions: a short access token, and a refresh token that works once for the next pair.

Clients hold the tokens, we keep their hashes. A refresh token that comes twice was copied by
somebody, so the whole session ends.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

import structlog

from vedette.access.keys import PREFIX, Keys
from vedette.access.rights import Caller
from vedette.access.roles import Roles
from vedette.core.clock import Clock, from_seconds
from vedette.core.credentials import AccessStores, SessionToken
from vedette.core.errors import Conflict, NotFound, NotLoggedIn
from vedette.core.people import LoginMethod, LoginSession, User

__all__ = ["Client", "Lives", "Sessions", "Tokens", "token_hash"]

_log = structlog.get_logger()
# Two tabs may ask with the same cookie at once: the second is told that the first was answered.
_TOGETHER_US = from_seconds(10)
# Writing on every request would cost more than the request.
_TOUCH_US = from_seconds(60)
_TOKEN_BYTES = 32
_LONGEST_TOKEN = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Where a login comes from, as shown in the list of sessions."""

    address: str
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lives:
    """How long tokens last."""

    access_s: float
    refresh_s: float
    """Without use."""
    longest_s: float
    """However much it is used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """A session's tokens; the only time they are known here."""

    access: str
    refresh: str
    session: LoginSession


class Sessions:
    """Opens, finds, renews and ends sessions."""

    def __init__(self, stores: AccessStores, roles: Roles, clock: Clock, lives: Lives) -> None:
        self._stores, self._roles, self._clock, self._lives = stores, roles, clock, lives
        self._keys = Keys(stores, roles, clock)

    @property
    def lives(self) -> Lives:
        """How long tokens last."""
        return self._lives

    def open(self, user: User, client: Client, method: LoginMethod = "password") -> Tokens:
        """A new session for a user who has proved who it is."""
        now_us = self._clock.now_us()
        self._stores.users.purge_expired(now_us)
        self._stores.tokens.purge(now_us)
        session = LoginSession(
            id=secrets.token_hex(16),
            user_id=user.id,
            created_us=now_us,
            expires_us=now_us + from_seconds(self._lives.refresh_s),
            seen_us=now_us,
            address=client.address[:64],
            agent=client.agent[:200],
            method=method,
        )
        self._stores.users.add(session)
        tokens = self._make(session)
        self._stores.tokens.add(*self._stored(tokens))
        return tokens

    def find(self, token: str | None, address: str = "") -> Caller:
        """Whose access token or personal key it is; NotLoggedIn otherwise."""
        if not token or len(token) > _LONGEST_TOKEN:
            raise NotLoggedIn("please log in")
        if token.startswith(PREFIX):
            return self._keys.find(token_hash(token), address)
        stored = self._token(token, "access")
        if stored.expires_us <= self._clock.now_us():
            raise NotLoggedIn("the access token has expired; refresh it or log in again")
        return self.look(stored.login_id)

    def again(self, caller: Caller) -> Caller:
        """The same caller with the rights it has now; NotLoggedIn when its login has ended."""
        return self._keys.again(caller.key) if caller.key else self.look(caller.session)

    def look(self, session_id: str) -> Caller:
        """Whose session it is; once a minute it is noted as used."""
        try:
            session = self._stores.users.session(session_id)
            user = self._stores.users.get(session.user_id)
        except NotFound:
            raise NotLoggedIn("please log in again") from None
        now_us = self._clock.now_us()
        if session.expires_us <= now_us or not user.enabled:
            self._stores.users.end(session.id)
            raise NotLoggedIn("the login has ended; please log in again")
        if now_us - session.seen_us >= _TOUCH_US:
            self._stores.users.touch(session.id, seen_us=now_us, expires_us=session.expires_us)
        return self._roles.caller(user, session.id)

    def refresh(self, token: str | None) -> tuple[Caller, Tokens]:
        """The next pair for a refresh token, once; a second time ends the session."""
        if not token or len(token) > _LONGEST_TOKEN:
            raise NotLoggedIn("please log in")
        stored = self._token(token, "refresh")
        caller = self.look(stored.login_id)
        session = self._stores.users.session(stored.login_id)
        now_us = self._clock.now_us()
        tokens = self._make(session)
        if not self._stores.tokens.replace(stored.id, now_us, *self._stored(tokens)):
            self._reused(stored, session)
        last_us = session.created_us + from_seconds(self._lives.longest_s)
        expires_us = min(now_us + from_seconds(self._lives.refresh_s), last_us)
        self._stores.users.touch(session.id, seen_us=now_us, expires_us=expires_us)
        return caller, tokens

    def close(self, session_id: str) -> None:
        """End a session with all its tokens."""
        self._stores.users.end(session_id)

    def _reused(self, stored: SessionToken, session: LoginSession) -> None:
        replaced_us = self._stores.tokens.get(stored.id).replaced_us or 0
        if self._clock.now_us() - replaced_us < _TOGETHER_US:
            raise Conflict("this refresh token was exchanged just now; use the new one")
        self._stores.users.end(session.id)
        _log.warning("a refresh token came twice", session=session.id, user=session.user_id)
        raise NotLoggedIn("this refresh token was used before; please log in again")

    def _token(self, token: str, use: str) -> SessionToken:
        try:
            stored = self._stores.tokens.get(token_hash(token))
        except NotFound:
            raise NotLoggedIn("please log in again") from None
        if stored.use != use:
            raise NotLoggedIn("please log in again")
        return stored

    def _make(self, session: LoginSession) -> Tokens:
        return Tokens(
            access=f"vda_{secrets.token_urlsafe(_TOKEN_BYTES)}",
            refresh=f"vdr_{secrets.token_urlsafe(_TOKEN_BYTES)}",
            session=session,
        )

    def _stored(self, tokens: Tokens) -> tuple[SessionToken, SessionToken]:
        now_us, login_id = self._clock.now_us(), tokens.session.id
        return (
            SessionToken(
                id=token_hash(tokens.access),
                login_id=login_id,
                use="access",
                expires_us=now_us + from_seconds(self._lives.access_s),
            ),
            SessionToken(
                id=token_hash(tokens.refresh),
                login_id=login_id,
                use="refresh",
                # Kept as long as the session can last, so that a copied one is recognised.
                expires_us=tokens.session.created_us + from_seconds(self._lives.longest_s),
            ),
        )


def token_hash(token: str) -> str:
    """What is stored of a token; it is random, so a plain hash cannot be guessed back."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
