"""Users as administrators see them: made, changed, let in, shut out, and their passwords."""

from __future__ import annotations

import secrets
from dataclasses import replace

from pydantic import TypeAdapter, ValidationError

from vedette.access.passwords import Passwords, check_password
from vedette.access.rights import Caller
from vedette.access.roles import Roles
from vedette.access.throttle import Throttle, network_of
from vedette.core.clock import Clock
from vedette.core.credentials import AccessStores
from vedette.core.errors import Conflict, Denied, NotFound
from vedette.core.people import User
from vedette.core.plugins import validation_error

__all__ = ["People"]

_USER = TypeAdapter(User)
_MOST_PENDING = 200


class People:
    """Every change to users; nobody gives what he does not have, and one administrator stays."""

    def __init__(
        self, stores: AccessStores, roles: Roles, passwords: Passwords, clock: Clock
    ) -> None:
        self._stores, self._roles = stores, roles
        self._passwords, self._clock = passwords, clock
        self._registrations = Throttle(clock, free=5, first_s=60.0)

    def all(self, caller: Caller) -> tuple[User, ...]:
        """Everybody whose cameras the caller sees, and the caller."""
        return tuple(one for one in self._stores.users.all() if self._near(caller, one))

    def look(self, caller: Caller, user_id: str) -> User:
        """A user whose cameras the caller sees; Denied otherwise."""
        user = self._stores.users.get(user_id)
        if not self._near(caller, user):
            raise Denied(f"{caller.user.name} may not see users of other cameras")
        return user

    def create(self, caller: Caller, user: User, password: str = "") -> User:
        """A new user; without a password nobody gets in until a link has set one."""
        made = _checked(replace(user, id=secrets.token_hex(16), created_us=self._clock.now_us()))
        self._roles.check(caller, made)
        self._stores.users.create(made, self._hash(password, made) if password else "")
        return made

    def update(self, caller: Caller, changed: User) -> User:
        """Change name, role, limits or whether the user may log in; ends what no longer holds."""
        old = self.reach(caller, changed.id)
        new = _checked(replace(changed, created_us=old.created_us, subject=old.subject))
        self._roles.check(caller, new)
        if caller.user.id == old.id and not new.enabled:
            raise Conflict("nobody can shut out himself; another administrator can")
        self._keep_one(old, new)
        self._stores.users.update(new)
        if not new.enabled or new.state != "active":
            self._stores.users.end_all(new.id)
        return new

    def delete(self, caller: Caller, user_id: str) -> User:
        """Forget a user; what the user did stays in the audit log under the name."""
        old = self.reach(caller, user_id)
        if caller.user.id == old.id:
            raise Conflict("nobody can delete himself; another administrator can")
        self._keep_one(old, None)
        self._stores.users.delete(old.id)
        return old

    def reach(self, caller: Caller, user_id: str) -> User:
        """A user whom the caller may change: one who may do no more than the caller."""
        user = self._stores.users.get(user_id)
        try:
            self._roles.check(caller, user)
        except NotFound:
            # The role has gone: whoever has it may do nothing.
            return user
        return user

    def register(self, user: User, password: str, address: str) -> None:
        """Ask to become a user; sounds the same whether the name is free or not."""
        self._registrations.attempt(network_of(address))
        made = _checked(
            replace(
                user, id=secrets.token_hex(16), created_us=self._clock.now_us(), state="pending"
            )
        )
        hashed = self._hash(password, made)
        pending = [one for one in self._stores.users.all() if one.state == "pending"]
        if len(pending) >= _MOST_PENDING:
            raise Conflict("too many registrations wait for an answer; try again later")
        try:
            self._stores.users.create(made, hashed)
        except Conflict:
            # Saying so would tell strangers who is here.
            return

    def set_password(self, user: User, password: str, *, but: str) -> None:
        """Another password; whoever is logged in as that user is out, but for this session."""
        self._stores.users.set_password_hash(user.id, self._hash(password, user))
        for session in self._stores.users.for_user(user.id):
            if session.id != but:
                self._stores.users.end(session.id)

    def _near(self, caller: Caller, user: User) -> bool:
        if caller.cameras is None or caller.user.id == user.id:
            return True
        theirs = self._roles.cameras(user)
        return theirs is not None and theirs <= caller.cameras

    def _hash(self, password: str, user: User) -> str:
        check_password(password, name=user.name)
        return self._passwords.hash(password)

    def _keep_one(self, old: User, new: User | None) -> None:
        """Conflict when nobody would be left who may edit users everywhere."""
        if not self._rules(old) or (new is not None and self._rules(new)):
            return
        if not any(self._rules(one) for one in self._stores.users.all() if one.id != old.id):
            raise Conflict(f"{old.name} is the last one who may edit users")

    def _rules(self, user: User) -> bool:
        active = user.enabled and user.state == "active" and user.all_cameras
        return active and "users.edit" in self._roles.rights(user.role)


def _checked(user: User) -> User:
    try:
        return _USER.validate_python(_USER.dump_python(user))
    except ValidationError as error:
        raise validation_error(error, path=("user",)) from None
