"""Links that are good once: they make a user, or set a forgotten password anew."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import replace

from vedette.access.passwords import Passwords, check_password
from vedette.access.rights import Caller
from vedette.access.roles import Roles
from vedette.access.throttle import Throttle, network_of
from vedette.core.clock import Clock, from_seconds
from vedette.core.credentials import AccessStores, Invitation
from vedette.core.errors import Denied, NotFound
from vedette.core.people import User

__all__ = ["Invitations"]

_REFUSED = "this link is not good any more: it was used, taken back, or has expired"


class Invitations:
    """Makes links and takes them back in; the store has their hashes only."""

    def __init__(
        self, stores: AccessStores, roles: Roles, passwords: Passwords, clock: Clock
    ) -> None:
        self._stores, self._roles = stores, roles
        self._passwords, self._clock = passwords, clock
        self._throttle = Throttle(clock, free=20)

    def make(self, caller: Caller, wanted: Invitation, hours: float) -> tuple[Invitation, str]:
        """A link's token, known only now, for whatever user the invitation describes."""
        now_us = self._clock.now_us()
        made = replace(
            wanted,
            id=secrets.token_hex(8),
            created_by=caller.user.name,
            created_us=now_us,
            expires_us=now_us + from_seconds(hours * 3600),
            used_us=None,
        )
        self._roles.check(caller, _user(made, "invited"))
        token = secrets.token_urlsafe(32)
        self._stores.invitations.add(made, _hash(token))
        return made, token

    def all(self, caller: Caller) -> tuple[Invitation, ...]:
        """Those that are for users the caller may make, newest first."""
        return tuple(one for one in self._stores.invitations.all() if self._reaches(caller, one))

    def take_back(self, caller: Caller, invitation_id: str) -> None:
        """Make a link worthless, or NotFound."""
        if all(one.id != invitation_id for one in self.all(caller)):
            raise NotFound("there is no such invitation")
        self._stores.invitations.remove(invitation_id)

    def look(self, token: str, address: str) -> tuple[Invitation, str]:
        """What a link is for, and the name of the user it belongs to; Denied when it is no good."""
        network = network_of(address)
        self._throttle.attempt(network)
        try:
            found = self._stores.invitations.by_secret(_hash(token))
            owner = self._stores.users.get(found.user_id).name if found.user_id else ""
        except NotFound:
            raise Denied(_REFUSED) from None
        if found.used_us is not None or found.expires_us <= self._clock.now_us():
            raise Denied(_REFUSED)
        self._throttle.forgive(network)
        return found, owner

    def accept(self, token: str, name: str, password: str, address: str) -> User:
        """Use a link up: the user it made, or whose password it set."""
        found, owner = self.look(token, address)
        check_password(password, name=owner or name)
        user = (
            self._stores.users.get(found.user_id)
            if found.user_id
            else replace(_user(found, name), created_us=self._clock.now_us())
        )
        hashed = self._passwords.hash(password)
        if found.user_id is None:
            # First, so that a name that is taken does not use the link up.
            self._stores.users.create(user, hashed)
        if not self._stores.invitations.use(found.id, self._clock.now_us()):
            if found.user_id is None:
                self._stores.users.delete(user.id)
            raise Denied(_REFUSED)
        if found.user_id is not None:
            self._stores.users.set_password_hash(user.id, hashed)
            self._stores.users.end_all(user.id)
        return user

    def _reaches(self, caller: Caller, one: Invitation) -> bool:
        try:
            self._roles.check(caller, _user(one, "invited"))
        except (Denied, NotFound):
            return False
        return True


def _user(invitation: Invitation, name: str) -> User:
    return User(
        id=secrets.token_hex(16),
        name=name,
        role=invitation.role,
        created_us=0,
        all_cameras=invitation.all_cameras,
        cameras=invitation.cameras,
        groups=invitation.groups,
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
