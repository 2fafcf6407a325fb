"""From a user to a caller: the rights of the role, and the cameras they are good for."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import cast, get_args

from vedette.access.rights import RIGHTS, ROLE_RIGHTS, Caller, Right
from vedette.core.errors import ConfigError, Conflict, Denied, NotFound
from vedette.core.people import CustomRole, Role, RoleStore, User
from vedette.core.ports import UserStore
from vedette.core.site import Site

__all__ = ["CamerasOf", "Roles", "cameras_of", "known_rights"]

CamerasOf = Callable[[tuple[str, ...]], frozenset[str]]
"""The cameras that are in any of these groups just now."""


def cameras_of(site: Callable[[], Site]) -> CamerasOf:
    """Cameras by group, as the site is at the moment of asking."""

    def cameras(groups: tuple[str, ...]) -> frozenset[str]:
        return frozenset(one.id for one in site().cameras if one.group in groups)

    return cameras


class Roles:
    """What each role may do, and who may hand it out."""

    def __init__(self, store: RoleStore, users: UserStore, cameras_of: CamerasOf) -> None:
        self._store, self._users, self._cameras_of = store, users, cameras_of

    def caller(self, user: User, session: str = "") -> Caller:
        """The caller a user is."""
        return Caller(
            user=user,
            rights=self.rights(user.role),
            session=session,
            cameras=self.cameras(user),
        )

    def cameras(self, user: User) -> frozenset[str] | None:
        """The cameras a user's rights are good for; None means all."""
        if user.all_cameras:
            return None
        return frozenset(user.cameras) | (
            self._cameras_of(user.groups) if user.groups else frozenset()
        )

    def rights(self, role: str) -> frozenset[Right]:
        """What a role may do; nothing when it is not known."""
        if role in get_args(Role):
            return ROLE_RIGHTS[cast("Role", role)]
        try:
            return known_rights(self._store.get(role).rights)
        except NotFound:
            return frozenset()

    def name(self, role: str) -> str:
        """What people call a role; its id where it has no other name."""
        if role in get_args(Role):
            return role
        try:
            return self._store.get(role).name
        except NotFound:
            return role

    def all(self) -> tuple[CustomRole, ...]:
        """The roles that are always there, then those that were made."""
        always = tuple(
            CustomRole(id=role, name=role, rights=_in_order(ROLE_RIGHTS[role]))
            for role in get_args(Role)
        )
        return (*always, *self._store.all())

    def get(self, role_id: str) -> CustomRole:
        """One that was made, or NotFound."""
        return self._store.get(role_id)

    def create(self, caller: Caller, name: str, rights: Iterable[str]) -> CustomRole:
        """A new role with these rights."""
        role = CustomRole(id=_id_of(name), name=name, rights=self._given(caller, rights))
        self._store.create(role)
        return role

    def update(self, caller: Caller, changed: CustomRole) -> CustomRole:
        """Another name or other rights for a role that was made."""
        if changed.id in get_args(Role):
            raise Conflict(f"the role {changed.id!r} is always what it is; make a new one")
        self._given(caller, self._store.get(changed.id).rights)
        role = replace(changed, rights=self._given(caller, changed.rights))
        self._store.update(role)
        return role

    def delete(self, caller: Caller, role_id: str) -> None:
        """Forget a role that was made; Conflict while a user has it."""
        if role_id in get_args(Role):
            raise Conflict(f"the role {role_id!r} is always there")
        self._given(caller, self._store.get(role_id).rights)
        self._store.delete(role_id)

    def check(self, caller: Caller, user: User) -> None:
        """Denied unless the caller holds whatever this user would hold: nobody lifts himself."""
        if user.role not in get_args(Role):
            self._store.get(user.role)
        beyond = self.rights(user.role) - caller.rights
        if beyond:
            raise Denied(
                f"the role {user.role} may do more than {caller.user.name}:"
                f" {', '.join(sorted(beyond))}"
            )
        if caller.cameras is None:
            return
        # By group a user would also get cameras that are put there later.
        if (
            user.all_cameras
            or not set(user.cameras) <= caller.cameras
            or (not set(user.groups) <= set(caller.user.groups))
        ):
            raise Denied(f"{caller.user.name} may not give rights on cameras beyond the own ones")

    def _given(self, caller: Caller, rights: Iterable[str]) -> tuple[Right, ...]:
        wanted = tuple(rights)
        unknown = [right for right in wanted if right not in RIGHTS]
        if unknown:
            raise ConfigError(f"there is no right {unknown[0]!r}", path=("rights",))
        beyond = sorted(set(wanted) - caller.rights)
        if beyond:
            raise Denied(f"{caller.user.name} cannot give the right {beyond[0]} without having it")
        return _in_order(frozenset(cast("tuple[Right, ...]", wanted)))


def known_rights(names: Iterable[str]) -> frozenset[Right]:
    """Those that there are: a right may have gone since it was stored."""
    wanted = set(names)
    return frozenset(right for right in RIGHTS if right in wanted)


def _in_order(rights: frozenset[Right]) -> tuple[Right, ...]:
    return tuple(right for right in RIGHTS if right in rights)


def _id_of(name: str) -> str:
    word = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40]
    return f"{word or 'role'}-{secrets.token_hex(3)}"
