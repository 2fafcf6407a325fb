"""Roles, the rights they carry, and the one function that says yes or no."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from vedette.core.errors import Denied
from vedette.core.people import Role, User

__all__ = ["RIGHTS", "ROLE_RIGHTS", "Caller", "Right", "authorise", "sees"]

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
    "users.view",
    "users.edit",
    "audit.view",
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
_AUDITOR: frozenset[Right] = frozenset(
    {
        "site.view",
        "cameras.view",
        "events.view",
        "alarms.view",
        "system.view",
        "users.view",
        "audit.view",
    }
)
_INTEGRATION: frozenset[Right] = frozenset(
    {"site.view", "cameras.view", "events.view", "alarms.view", "alarms.act", "system.view"}
)
ROLE_RIGHTS: dict[Role, frozenset[Right]] = {
    "viewer": _VIEWER,
    "investigator": _VIEWER | {"footage.export", "system.view"},
    "operator": _OPERATOR,
    "auditor": _AUDITOR,
    "integration": _INTEGRATION,
    "administrator": frozenset(RIGHTS),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks, and what that person may do."""

    user: User
    rights: frozenset[Right]
    session: str
    """Id of the login session, empty for a personal key."""
    key: str | None = None
    """Id of the personal key, where that is how the caller comes."""
    cameras: frozenset[str] | None = None
    """The cameras these rights are good for; None means all."""


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
