"""Who uses the system: users, their roles and their sessions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, Protocol

from pydantic import SecretStr, StringConstraints

from vedette.core.value import value

__all__ = [
    "CustomRole",
    "LoginMethod",
    "LoginSession",
    "RestreamKey",
    "Role",
    "RoleId",
    "RoleStore",
    "User",
    "UserName",
    "UserState",
]

Role = Literal["administrator", "operator", "investigator", "viewer", "auditor", "integration"]
"""The roles that are always there."""
RoleId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
"""A role: one of `Role`, or one that an administrator made."""
UserState = Literal["active", "pending", "refused"]
"""Whether a registration still waits for an answer, or was refused."""
LoginMethod = Literal["password", "provider", "invitation", "setup"]
UserName = Annotated[
    str,
    StringConstraints(min_length=2, max_length=64, pattern=r"^[\w.@+-]+$", strip_whitespace=True),
]
_Words = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)]
_Camera = Annotated[str, StringConstraints(min_length=1, max_length=63)]
_Group = Annotated[str, StringConstraints(min_length=1, max_length=120)]


@value
class User:
    """A person or program that may log in; never carries a password."""

    id: str
    name: UserName
    role: RoleId
    enabled: bool = True
    created_us: int
    state: UserState = "active"
    full_name: _Words = ""
    """What people call it."""
    note: _Words = ""
    """What the user said of itself when registering, or an administrator of the user."""
    all_cameras: bool = True
    """Whether the role's rights are good for every camera, those to come included."""
    cameras: tuple[_Camera, ...] = ()
    """Otherwise for these,"""
    groups: tuple[_Group, ...] = ()
    """and for all cameras of these groups."""
    subject: str | None = None
    """Who this is at the OpenID provider, where that is how the user logs in."""


@value
class LoginSession:
    """One login: all tokens that came of it end with it."""

    id: str
    user_id: str
    created_us: int
    expires_us: int
    seen_us: int
    address: str = ""
    agent: str = ""
    method: LoginMethod = "password"


@dataclass(frozen=True, slots=True, kw_only=True)
class RestreamKey:
    """What a user's programs log in with over RTSP; never the user's own password."""

    user_id: str
    key: SecretStr
    created_us: int


@value
class CustomRole:
    """A named set of rights that an administrator made."""

    id: RoleId
    name: Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]
    rights: tuple[str, ...]


class RoleStore(Protocol):
    """Keeps the roles that administrators made."""

    def get(self, role_id: str) -> CustomRole: ...

    def all(self) -> tuple[CustomRole, ...]:
        """Every one, by name."""
        ...

    def create(self, role: CustomRole) -> None:
        """Store a new one; Conflict when the id is taken."""
        ...

    def update(self, role: CustomRole) -> None: ...

    def delete(self, role_id: str) -> None:
        """Forget it; Conflict while a user has it."""
        ...
