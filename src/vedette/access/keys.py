"""Personal keys: for scripts, with fewer rights than their user, and an end."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace

from vedette.access.rights import Caller
from vedette.access.roles import Roles, known_rights
from vedette.core.clock import Clock, from_seconds
from vedette.core.credentials import AccessStores, ApiKey
from vedette.core.errors import ConfigError, Conflict, Denied, NotFound, NotLoggedIn

__all__ = ["PREFIX", "KeyWanted", "Keys"]

PREFIX = "vdk_"
"""How the secrets begin, so that people and scanners recognise them."""
_TOUCH_US = from_seconds(60)
_MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyWanted:
    """A key to be made."""

    name: str
    rights: tuple[str, ...]
    cameras: tuple[str, ...] | None
    expires_us: int | None


class Keys:
    """Makes, finds and removes keys."""

    def __init__(self, stores: AccessStores, roles: Roles, clock: Clock) -> None:
        self._stores, self._roles, self._clock = stores, roles, clock

    def make(self, caller: Caller, wanted: KeyWanted) -> tuple[ApiKey, str]:
        """A new key and its secret, which is known only now."""
        rights = known_rights(wanted.rights)
        if not rights or len(rights) != len(set(wanted.rights)):
            raise ConfigError("expected one or more of the rights there are", path=("rights",))
        if not rights <= caller.rights:
            raise Denied(f"{caller.user.name} lacks {', '.join(sorted(rights - caller.rights))}")
        now_us = self._clock.now_us()
        if wanted.expires_us is not None and wanted.expires_us <= now_us:
            raise ConfigError("this is in the past", path=("expires_us",))
        if len(self._stores.keys.for_user(caller.user.id)) >= _MOST:
            raise Conflict(f"nobody may have more than {_MOST} keys; remove one first")
        secret = f"{PREFIX}{secrets.token_urlsafe(32)}"
        key = ApiKey(
            id=secrets.token_hex(8),
            user_id=caller.user.id,
            name=wanted.name,
            rights=tuple(sorted(rights)),
            cameras=wanted.cameras,
            created_us=now_us,
            expires_us=wanted.expires_us,
        )
        self._stores.keys.add(key, hashlib.sha256(secret.encode()).hexdigest())
        return key, secret

    def find(self, secret_hash: str, address: str) -> Caller:
        """Who comes with that key, as far as both may; NotLoggedIn otherwise."""
        try:
            key = self._stores.keys.by_secret(secret_hash)
        except NotFound:
            raise NotLoggedIn("there is no such key") from None
        caller = self._caller(key)
        now_us = self._clock.now_us()
        if key.used_us is None or now_us - key.used_us >= _TOUCH_US or key.used_from != address:
            self._stores.keys.touch(key.id, used_us=now_us, used_from=address[:64])
        return caller

    def again(self, key_id: str) -> Caller:
        """The caller of a key as it is now; NotLoggedIn when it has gone or expired."""
        try:
            return self._caller(self._stores.keys.get(key_id))
        except NotFound:
            raise NotLoggedIn("the key is gone") from None

    def _caller(self, key: ApiKey) -> Caller:
        user = self._stores.users.get(key.user_id)
        now_us = self._clock.now_us()
        if not user.enabled or (key.expires_us is not None and key.expires_us <= now_us):
            raise NotLoggedIn("the key has expired, or its user may no longer log in")
        caller = self._roles.caller(user)
        cameras = caller.cameras
        if key.cameras is not None:
            limit = frozenset(key.cameras)
            cameras = limit if cameras is None else cameras & limit
        rights = caller.rights & known_rights(key.rights)
        return replace(caller, key=key.id, rights=rights, cameras=cameras)
