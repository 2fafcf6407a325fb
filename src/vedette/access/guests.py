"""People whom an OpenID provider vouches for, as users: the role comes with every login."""

from __future__ import annotations

import re
import secrets
from dataclasses import replace

from vedette.access.oidc import Person
from vedette.core.clock import Clock
from vedette.core.errors import Conflict, Denied, NotFound
from vedette.core.people import User
from vedette.core.ports import UserStore
from vedette.core.settings import OidcSettings

__all__ = ["Guests"]

_FOREIGN = re.compile(r"[^\w.@+-]+")


class Guests:
    """Finds or makes the user of a person; never takes over a local user of the same name."""

    def __init__(self, settings: OidcSettings, users: UserStore, clock: Clock) -> None:
        self._settings, self._users, self._clock = settings, users, clock

    def user(self, person: Person) -> User:
        """The user, with the role that the provider's groups give now; Denied without one."""
        role = self._role(person)
        if role is None:
            raise Denied(f"no role here is meant for the groups of {person.name}")
        try:
            known = self._users.by_subject(person.subject)
        except NotFound:
            return self._make(person, role)
        if not known.enabled:
            raise Denied(f"{known.name} may not log in")
        if known.role != role:
            known = replace(known, role=role)
            self._users.update(known)
        return known

    def _role(self, person: Person) -> str | None:
        # In the order of the settings, so that the first that fits counts.
        for group, role in self._settings.roles.items():
            if group in person.groups:
                return role
        return self._settings.default_role or None

    def _make(self, person: Person, role: str) -> User:
        if not self._settings.create_users:
            raise Denied(f"{person.name} is not known here")
        name = _FOREIGN.sub(".", person.name).strip(".")[:64]
        if len(name) < 2:
            name = f"user-{secrets.token_hex(4)}"
        user = User(
            id=secrets.token_hex(16),
            name=name,
            role=role,
            created_us=self._clock.now_us(),
            full_name=person.full_name[:200],
            subject=person.subject,
        )
        try:
            # Without a password: this user comes in through the provider only.
            self._users.create(user, "")
        except Conflict:
            raise Conflict(
                f"a user {name!r} was here before; an administrator has to rename that one"
            ) from None
        return user
