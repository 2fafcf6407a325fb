"""Roles, the rights they carry, and the one function that says yes or no."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from vedette.core.errors import Denied
from vedette.core.people import Role, User

__all__ = ["RIGHTS", "ROLE_RIGHTS", "Caller", "Right", "authorise", "caller_of", "sees"]

Right = Literal[
    "site.view",
    "site.edit",
    "cameras.view",
    "cameras.edit",
    "live.view",
    "events.view",
    "alarms.view",
    "alarms.act",
    "footage.view",
    "footage.export",
    "footage.keep",
    "sources.test",
    "models.view",
    "models.edit",
    "system.view",
    "users.edit",
]
RIGHTS: tuple[Right, ...] = get_args(Right)

_VIEWER: frozenset[Right] = frozenset(
    {"site.view", "cameras.view", "live.view", "events.view", "alarms.view", "footage.view"}
)
_OPERATOR: frozenset[Right] = _VIEWER | {
    "models.view",
    "system.view",
    "alarms.act",
    "footage.export",
    "footage.keep",
}
ROLE_RIGHTS: dict[Role, frozenset[Right]] = {
    "viewer": _VIEWER,
    "operator": _OPERATOR,
    "administrator": frozenset(RIGHTS),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks, and what that person may do."""

    user: User
    rights: frozenset[Right]
    session: str
    """Id of the login session."""
    cameras: frozenset[str] | None = None
    """The cameras these rights are good for; None means all."""


def caller_of(user: User, session: str) -> Caller:
    """The caller a user is."""
    return Caller(user=user, rights=ROLE_RIGHTS[user.role], session=session)


def authorise(caller: Caller, right: Right, cameras: Iterable[str] = ()) -> None:
    """Let the caller pass or raise Denied; `cameras` are those of the object asked for."""
    if right not in caller.rights:
        raise Denied(f"{caller.user.name} lacks the right {right}; an administrator can give it")
    for camera in cameras:
        if not sees(caller, camera):
            raise Denied(f"{caller.user.name} may not do that with camera {camera!r}")


def sees(caller: Caller, camera: str) -> bool:
    """Whether lists and streams of this caller include a camera."""
    return caller.cameras is None or camera in caller.cameras
