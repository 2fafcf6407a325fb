"""Login over RTSP: a key of its own for each user's programs, by digest or basic (RFC 7616, 7617).

Why not the user's password: `docs/decisions/0005-keys-for-restreaming.md`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import structlog
from pydantic import SecretStr

from vedette.access.rights import authorise
from vedette.access.roles import Roles
from vedette.access.throttle import Throttle, network_of
from vedette.core.clock import Clock
from vedette.core.errors import NotFound, NotLoggedIn
from vedette.core.people import RestreamKey, User
from vedette.core.ports import RestreamKeyStore, UserStore
from vedette.core.site import Site

__all__ = ["REALM", "Attempt", "RestreamDoor", "make_key"]

_log = structlog.get_logger()
REALM = "Vedette"
_PAIRS = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]+))')
_HASHES = {"": "md5", "MD5": "md5", "SHA-256": "sha256"}
_LONGEST = 2000
_KEY_BYTES = 24


class Attempt(Protocol):
    """A client's try to prove who it is."""

    @property
    def authorization(self) -> str: ...

    @property
    def method(self) -> str: ...

    @property
    def nonce(self) -> str: ...

    @property
    def address(self) -> str: ...


def make_key(keys: RestreamKeyStore, user: User, clock: Clock) -> str:
    """A new key in place of the user's old one; not guessable, and fit for an address."""
    key = secrets.token_urlsafe(_KEY_BYTES)
    keys.put(RestreamKey(user_id=user.id, key=SecretStr(key), created_us=clock.now_us()))
    return key


@dataclass(frozen=True, slots=True)
class _Claim:
    name: str
    proves: Callable[[str], bool]
    """Whether that key is the one the client knows."""


class RestreamDoor:
    """Says who a client is and what it may watch; throttled as logins are."""

    def __init__(
        self,
        users: UserStore,
        keys: RestreamKeyStore,
        clock: Clock,
        site: Callable[[], Site],
        roles: Roles,
    ) -> None:
        self._users, self._keys, self._site, self._roles = users, keys, site, roles
        self._accounts = Throttle(clock)
        self._networks = Throttle(clock, free=20)
        self._checking = threading.Lock()
        # Compared with when there is no such user or key, so that the answer takes as long.
        self._nobody = secrets.token_urlsafe(_KEY_BYTES)

    def challenges(self, nonce: str) -> tuple[str, ...]:
        """Values of the WWW-Authenticate headers that ask for a login, the best first."""
        digest = f'Digest realm="{REALM}", nonce="{nonce}"'
        return (f"{digest}, algorithm=SHA-256", digest, f'Basic realm="{REALM}"')

    def admit(self, attempt: Attempt) -> str:
        """Id of the user; NotLoggedIn or Throttled otherwise."""
        if not attempt.authorization:
            # Only asked what to do: no failure.
            raise NotLoggedIn("a name and a key are needed")
        claim = _claim(attempt)
        # One at a time: many clients of one user may come at once, and each try counts as failed
        # until it is made.
        with self._checking:
            return self._enter(claim, attempt.address)

    def _enter(self, claim: _Claim, address: str) -> str:
        account, network = claim.name.lower(), network_of(address)
        self._networks.attempt(network)
        self._accounts.attempt(account)
        user = self._checked(claim)
        if user is None:
            _log.warning("rtsp login refused", name=claim.name[:64], address=address)
            raise NotLoggedIn("name or key is wrong")
        self._accounts.clear(account)
        self._networks.forgive(network)
        return user.id

    def stream_for(self, user_id: str, camera: str, stream: str | None) -> str:
        """The stream this user may watch there; NotLoggedIn, Denied or NotFound otherwise."""
        try:
            user = self._users.get(user_id)
        except NotFound:
            raise NotLoggedIn("there is no such user any more") from None
        if not user.enabled or self._keys.of_user(user_id) is None:
            raise NotLoggedIn("the key is no longer good")
        authorise(self._roles.caller(user), "live.view", [camera])
        found = self._site().camera(camera)
        if stream is None:
            return (found.stream_for("live") or found.streams[0]).id
        if not any(one.id == stream for one in found.streams):
            raise NotFound(f"camera {camera!r} has no stream {stream!r}")
        return stream

    def _checked(self, claim: _Claim) -> User | None:
        user, key = self._stored(claim.name)
        good = claim.proves(key or self._nobody)
        return user if good and key is not None and user is not None and user.enabled else None

    def _stored(self, name: str) -> tuple[User | None, str | None]:
        try:
            user = self._users.by_name(name)
        except NotFound:
            return None, None
        kept = self._keys.of_user(user.id)
        return user, kept.key.get_secret_value() if kept else None


def _claim(attempt: Attempt) -> _Claim:
    scheme, _, rest = attempt.authorization[:_LONGEST].partition(" ")
    if scheme.lower() == "basic":
        return _basic(rest)
    said = {name.lower(): quoted or bare for name, quoted, bare in _PAIRS.findall(rest)}
    if scheme.lower() != "digest" or said.get("nonce") != attempt.nonce:
        # A nonce of another connection is no failure: the client asks again with ours.
        raise NotLoggedIn("a name and a key are needed")
    return _digest(said, attempt)


def _basic(rest: str) -> _Claim:
    try:
        name, _, key = base64.b64decode(rest, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise NotLoggedIn("a name and a key are needed") from None
    return _Claim(name, lambda stored: hmac.compare_digest(stored.encode(), key.encode()))


def _digest(said: Mapping[str, str], attempt: Attempt) -> _Claim:
    algorithm = _HASHES.get(said.get("algorithm", "").upper())
    if algorithm is None:
        raise NotLoggedIn("that kind of digest is not known")

    def mix(*parts: str) -> str:
        text = ":".join(parts).encode("utf-8", "surrogatepass")
        return hashlib.new(algorithm, text, usedforsecurity=False).hexdigest()

    name, response = said.get("username", ""), said.get("response", "")

    def proves(stored: str) -> bool:
        who, what = mix(name, REALM, stored), mix(attempt.method, said.get("uri", ""))
        if said.get("qop"):
            middle = (said.get("nc", ""), said.get("cnonce", ""), said["qop"])
            expected = mix(who, attempt.nonce, *middle, what)
        else:
            expected = mix(who, attempt.nonce, what)
        return hmac.compare_digest(expected.encode(), response.encode("utf-8", "replace"))

    return _Claim(name, proves)
